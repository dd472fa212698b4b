"""Every test that docs/reliability.md names as the one that holds a promise exists."""

import ast
import re
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "reliability.md"
_NAMED = re.compile(r"(?P<file>…|[\w/]*\btest_\w+\.py)(?:::(?P<test>.+))?")
"""What a code span says that names a test: a file, or a file and a test; `…` stands for the file before it."""


def named_tests(page: str) -> list[tuple[int, str, str]]:
    """List line, file and test ("" for the whole file) of each test that a page names in code spans.

    `…` is the file before it in the same row of a table, or in the same paragraph.
    """
    named, file = [], ""
    for number, line in enumerate(page.splitlines(), start=1):
        if line.startswith("|") or not line.strip():
            file = ""
        for span in re.findall(r"`([^`\n]+)`", line):
            found = _NAMED.fullmatch(span)
            if found:
                file = file if found["file"] == "…" else found["file"]
                named.append((number, file, found["test"] or ""))
    return named


@cache
def functions_of(file: str) -> frozenset[str]:
    path = TESTS / file
    if not path.is_file():
        return frozenset()
    return frozenset(each.name for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.FunctionDef))


def test_every_test_that_is_named_exists():
    named = named_tests(PAGE.read_text())
    assert len(named) > 100
    missing = [
        f"line {number}: {file}::{test}"
        for number, file, test in named
        if not functions_of(file) or (test and test not in functions_of(file))
    ]
    assert not missing, missing


def test_a_name_is_read_with_the_file_before_it():
    page = (
        "| a | `unit/a/test_b.py::test_c`, `…::test_d` |\n| b | `…::test_e`, `not_a_test.py` |\nIn `faults/test_f.py`."
    )
    assert named_tests(page) == [
        (1, "unit/a/test_b.py", "test_c"),
        (1, "unit/a/test_b.py", "test_d"),
        (2, "", "test_e"),
        (3, "faults/test_f.py", ""),
    ]
