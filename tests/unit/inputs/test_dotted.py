"""Dotted names: objects, lists, and keys that have dots in them."""

import pytest

from harness.inputs.dotted import MISSING, identifier_of, missing_field, other_spelling, value_at
from harness.inputs.values import RowError

ROW = {
    "vars": {"id": 7},
    "resps": [["first", "second"]],
    "a.b": {"c": "dotted key", "d.e": "two dotted keys"},
    "a": {"b": {"c": "not reached", "x": "reached"}},
    "none": None,
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("vars.id", 7),
        ("resps.0.1", "second"),
        ("resps.-1.-2", "first"),
        ("a.b.c", "dotted key"),
        ("a.b.d.e", "two dotted keys"),
        ("a.b.x", "reached"),
        ("none", None),
        ("none.deeper.still", None),
        ("vars", {"id": 7}),
    ],
)
def test_a_path_enters_objects_and_lists_and_prefers_the_longest_key(path, expected):
    assert value_at(ROW, path) == expected


@pytest.mark.parametrize(
    "path", ["vars.name", "resps.1", "resps.0.2", "resps.x", "resps.0.0.0", "vars.id.x", "", ".", "resps.", "a.b.c.d"]
)
def test_what_is_not_there_is_missing_not_null(path):
    assert value_at(ROW, path) is MISSING


def test_the_error_tells_how_far_the_path_leads():
    assert missing_field(ROW, "vars.ID", "an id").reason == (
        "missing; found in vars the fields id; accepted: an id; did you mean 'vars.id'?"
    )
    assert missing_field(ROW, "resps.3.0", "a text").reason == "missing; found a list of 1 in resps; accepted: a text"
    assert missing_field({"id": 1}, "vars.id", "an id").reason == "missing; found the fields id; accepted: an id"


@pytest.mark.parametrize(("value", "expected"), [(7, "7"), (7.0, "7"), ("7.0", "7.0"), (-0.0, "0"), ("a b", "a b")])
def test_ids_are_strings_and_whole_numbers(value, expected):
    assert identifier_of(value, "id", "an id") == expected


@pytest.mark.parametrize("value", [1.5, float("nan"), float("inf"), 2.0**53, True, None, "", " ", [], "x" * 513])
def test_other_values_are_no_ids(value):
    with pytest.raises(RowError, match=r"^id: found "):
        identifier_of(value, "id", "an id")


@pytest.mark.parametrize(
    ("identifier", "other"),
    [("12", "12.0"), ("12.0", "12"), ("-3", "-3.0"), ("0", "0.0"), ("007", ""), ("1.5", ""), ("a", ""), ("1.0.0", "")],
)
def test_a_whole_number_has_one_other_spelling(identifier, other):
    assert other_spelling(identifier) == other


@pytest.mark.parametrize("value", [True, 7, 0.5])
def test_a_path_through_a_single_value_is_told(value):
    # openai-batch rows with `"response": true`: found by fuzzing, where it was a traceback.
    reason = missing_field({"response": value}, "response.body", "a text").reason
    assert reason.startswith("missing; found in response ")
