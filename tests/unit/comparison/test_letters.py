"""The letters that stand for configurations in a comparison."""

from types import SimpleNamespace
from typing import Any, cast

from harness.comparison.compare import Comparison


def letters(count: int) -> list[str]:
    compared: Any = SimpleNamespace(joined=SimpleNamespace(labels=[f"m{number}" for number in range(count)]))
    return list(cast("property", Comparison.letters).fget(compared).values())  # type: ignore[misc]


def test_configurations_past_the_26th_have_a_letter_and_a_number():
    made = letters(60)
    assert (made[0], made[25], made[26], made[27], made[51], made[52]) == ("a", "z", "a1", "b1", "z1", "a2")
    assert len(set(made)) == 60
