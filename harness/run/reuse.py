"""Work that may have been done before: what is kept is taken over, the rest is made, and all rows come in order.

So a run writes the same bytes with a cache and without one.
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain, islice
from typing import Generic, TypeVar

Item = TypeVar("Item")
Row = TypeVar("Row")

_LOOKED_UP = 64
"""Items looked up at once."""
_HELD = 4096
"""Rows held back at most while one before them is being made."""


class Reuse(ABC, Generic[Item, Row]):
    """Items that become rows, one each, in order; a subclass says where rows are kept and how they are made."""

    def __init__(self) -> None:
        self._held: deque[tuple[Item, Row | None]] = deque()
        self._looked_at_all = False

    @abstractmethod
    def look_up(self, window: Sequence[Item]) -> Sequence[Row | None]:
        """Find the kept row of each item, None where none is kept."""

    @abstractmethod
    def make(self, items: Iterator[Item]) -> Generator[Row, None, None]:
        """Make the row of each item, in order; it may take several items before it answers the first."""

    @abstractmethod
    def take(self, item: Item, row: Row, reused: bool) -> None:
        """Receive an item's row; `reused` is whether it was kept."""

    def run(self, items: Iterable[Item]) -> None:
        """Hand each item's row to `take`, in order.

        `make` is given only what was not found, and is not called where nothing is left to make. Rows behind one that
        is being made are held back; where too many would be, `make` is brought to an end first, and called again.
        """
        waiting = iter(items)
        while not self._looked_at_all:
            missing = self._missing(waiting)
            for first in missing:
                with closing(self.make(chain([first], missing))) as made:
                    for row in made:
                        self._take_made(row)

    def _missing(self, waiting: Iterator[Item]) -> Iterator[Item]:
        """Yield the items that must be made; what is found meanwhile is taken at once, or held behind those."""
        while window := list(islice(waiting, _LOOKED_UP)):
            for item, row in zip(window, self.look_up(window), strict=True):
                if row is not None and not self._held:
                    self.take(item, row, True)
                    continue
                self._held.append((item, row))
                if row is None:
                    yield item
            if len(self._held) > _HELD:
                return
        self._looked_at_all = True

    def _take_made(self, made: Row) -> None:
        item, _ = self._held.popleft()
        self.take(item, made, False)
        while self._held and (row := self._held[0][1]) is not None:
            self.take(self._held.popleft()[0], row, True)
