"""The promises of docs/reliability.md name tests that exist."""

import re

import pytest

from tests.conftest import TOP

NAMED = re.findall(
    r"`((?:[a-z]+/)+test_[a-z_]+\.py)(?:::(\w+))?", (TOP / "docs" / "reliability.md").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(("file", "test"), sorted(set(NAMED)))
def test_a_promise_names_a_test_that_holds_it(file: str, test: str):
    text = (TOP / "tests" / file).read_text(encoding="utf-8")
    assert f"def {test}" in text if test else text
