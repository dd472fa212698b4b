"""Mistakes of one kind are one entry with their count."""

from harness.errors import Problem
from harness.inputs.grouping import ALONE, MOST_KINDS, Mistakes, group_problems


def listed(mistakes, most=50):
    entries, more = mistakes.first(most)
    return [str(entry) for entry in entries], more


def test_values_numbers_and_indices_do_not_make_a_kind():
    mistakes = Mistakes()
    for line in range(1, 1001):
        reason = f"found the string '{line}. May'; accepted: a date such as \"2021-10-18\""
        mistakes.add(Problem(reason, "x.jsonl", line, f"articles.{line}.date"))
    mistakes.add(Problem("missing; found no fields; accepted: an id", "x.jsonl", 3, "id"))
    (many, one), more = listed(mistakes)
    assert many.startswith(
        "x.jsonl:1: articles.1.date: 1,000 rows like this (lines 1, 2, 3, 4, 5, …): found the string"
    )
    assert one == "x.jsonl:3: id: missing; found no fields; accepted: an id"
    assert more == 0


def test_a_few_of_one_kind_are_listed_by_themselves_in_the_order_of_their_lines():
    mistakes = Mistakes()
    for line in range(ALONE):
        mistakes.add(Problem("not JSON", "x", 2 * line + 1))
        mistakes.add(Problem("not UTF-8", "x", 2 * line + 2))
    entries, more = listed(mistakes)
    assert entries == [f"x:{line}: not {'JSON' if line % 2 else 'UTF-8'}" for line in range(1, 2 * ALONE + 1)]
    assert more == 0


def test_what_is_not_listed_is_counted():
    mistakes = Mistakes()
    names = [f"{chr(97 + at // 26)}{chr(97 + at % 26)}" for at in range(MOST_KINDS + 20)]
    for line, name in enumerate(names, start=1):
        mistakes.add(Problem("missing", "x", line, name))
    entries, more = listed(mistakes, most=3)
    assert entries == ["x:1: aa: missing", "x:2: ab: missing", "x:3: ac: missing"]
    assert more == mistakes.count - 3 == MOST_KINDS + 17


def test_problems_of_many_rows_are_grouped_alike():
    many = [Problem("no label", "x.csv", line, "label", f"{line}", "1 or 0") for line in range(2, 12)]
    few = [Problem("no text", "x.csv", line, "text") for line in (4, 1)]
    assert [str(problem) for problem in group_problems([*many, *few], most=20)] == [
        "x.csv:1: text: no text",
        "x.csv:2: label: 10 rows like this (lines 2, 3, 4, 5, 6, …): no label; found 2; accepted: 1 or 0",
        "x.csv:4: text: no text",
    ]
    assert [str(problem) for problem in group_problems([*few, *many], most=1)] == [
        "x.csv:4: text: no text",
        "and 11 more mistakes",
    ]
