"""The short run of `fuzz.py`: about 5,000 inputs, the same each time."""

import pytest

from tests.property.fuzz import TARGETS, throw


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_is_read_ends_in_a_record_or_in_an_error_of_ours(name: str, request: pytest.FixtureRequest):
    if name == "claims":
        request.getfixturevalue("parser")  # skips with its reason where it is not installed
    tally = throw(name, TARGETS[name].share, seeded=1)
    assert tally.inputs >= TARGETS[name].share


def test_five_thousand_inputs_are_thrown():
    assert 5_000 <= sum(target.share for target in TARGETS.values()) <= 6_000


def test_an_error_that_is_not_ours_and_a_hang_are_found(monkeypatch: pytest.MonkeyPatch):
    def broken(made: str, place: object) -> None:
        if "²" in made:
            int("²")

    monkeypatch.setitem(TARGETS, "text", TARGETS["text"].__class__(broken, TARGETS["text"].inputs, 1))
    with pytest.raises(ValueError, match="invalid literal"):
        throw("text", 500, seeded=1)
