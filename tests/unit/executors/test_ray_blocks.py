"""Blocks on a cluster without Ray: order, what is lost and done again, how much is under way at once."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pytest

from harness.errors import RunError, UsageError
from harness.executors import ray_blocks
from harness.executors.base import Answer, Lost
from harness.executors.ray_blocks import Place, Unit, done_in_order


class Fake(Place):
    """Doubles numbers in a list of units; the last that was submitted has the first answer."""

    def __init__(self, tries: int = 2, loses: dict[int, int] | None = None, width: int = 2, refuses: int = -1) -> None:
        """`loses`: number → how many units with it lose their process."""
        self.tries = tries
        self.loses = loses or {}
        self.width = width
        self.refuses = refuses
        self.units: list[Unit] = []
        self.waiting: list[int] = []
        self.ends: list[bool] = []
        self.left: list[Any] | None = None

    def window(self) -> int:
        return 2 * self.width

    def has_room(self, running: int) -> bool:
        return running < self.width

    def submit(self, unit: Unit) -> int:
        self.units.append(unit)
        self.waiting.append(len(self.units) - 1)
        return len(self.units) - 1

    def ended(self, reference: int, *, lost: bool) -> None:  # noqa: ARG002 - counted only
        self.ends.append(lost)

    def close(self, running: Iterable[Any]) -> None:
        self.left = list(running)

    def wait(self, references: Sequence[int]) -> int:
        assert sorted(references) == sorted(self.waiting)
        return self.waiting.pop()

    def fetch(self, reference: int) -> Answer | None:
        pieces = self.units[reference].pieces
        if self.refuses in pieces:
            return Answer((), "UsageError", "no parser is installed", is_usage=True)
        for number in pieces:
            if self.loses.get(number, 0) > 0:
                self.loses[number] -= 1
                return None
        return Answer([2 * number for number in pieces])

    def processors(self) -> int:
        return 1


def blocks(count: int) -> Iterator[list[int]]:
    return ([3 * number, 3 * number + 1, 3 * number + 2] for number in range(count))


def test_results_come_in_order_whatever_is_answered_first():
    place = Fake(width=3)
    assert [row for rows in done_in_order(place, blocks(9), place) for row in rows] == [2 * n for n in range(27)]
    assert place.left == []


def test_a_unit_whose_process_is_lost_is_done_again_whole_and_then_piece_by_piece():
    place = Fake(tries=2, loses={4: 1}, width=1)
    assert [row for rows in done_in_order(place, blocks(3), place) for row in rows] == [2 * n for n in range(9)]
    assert [list(unit.pieces) for unit in place.units] == [[0, 1, 2], [3, 4, 5], [3, 4, 5], [6, 7, 8]]
    assert place.ends == [False, True, False, False]


def test_only_the_piece_that_ends_every_process_is_lost():
    place = Fake(tries=2, loses={4: 1000}, width=1)
    found = [row for rows in done_in_order(place, blocks(3), place) for row in rows]
    assert found == [0, 2, 4, 6, found[4], 10, 12, 14, 16]
    assert isinstance(found[4], Lost)
    assert "ended by the system" in found[4].message
    # The block twice, and the piece twice by itself.
    assert [list(unit.pieces) for unit in place.units if 4 in unit.pieces] == [[3, 4, 5]] * 2 + [[4]] * 2


def test_no_more_chunks_are_taken_than_the_window_holds():
    taken = []

    def chunks() -> Iterator[list[int]]:
        for number in range(1000):
            taken.append(number)
            yield [number]

    place = Fake(width=2)
    results = done_in_order(place, chunks(), place)
    assert next(results) == [0]
    assert len(taken) <= 2 * 2 + 1
    results.close()  # type: ignore[attr-defined] # a generator
    assert place.left  # what runs is cancelled


def test_a_mistake_of_the_users_is_raised_and_what_runs_is_cancelled():
    place = Fake(refuses=4)
    with pytest.raises(UsageError, match="no parser is installed"):
        list(done_in_order(place, blocks(9), place))
    assert place.left is not None


def test_a_cluster_without_a_processor_is_given_up_after_a_while(monkeypatch: pytest.MonkeyPatch):
    class Empty(Fake):
        def wait(self, references: Sequence[int]) -> Any:  # noqa: ARG002 - never any
            return None

        def processors(self) -> int:
            return 0

    clock = iter(range(0, 100_000, 10))  # ten seconds pass between two looks
    monkeypatch.setattr(ray_blocks, "monotonic", lambda: float(next(clock)))
    place = Empty()
    with pytest.raises(RunError, match="no processor for 5 minutes"):
        list(done_in_order(place, blocks(2), place))
    assert 300 < next(clock) < 400
