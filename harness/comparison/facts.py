"""What runs keep of their clusters, by row: in memory where they are few, else put aside on disk."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import overload

from harness.disk.spool import Spool
from harness.records import ClusterFacts

HELD = 20_000
"""Clusters up to which all are held: each takes a kilobyte and more."""


class StoredFacts(Sequence[ClusterFacts]):
    """Facts put aside in a temporary file, read again as they are asked for; 8 bytes each in memory."""

    def __init__(self, facts: Iterable[ClusterFacts]) -> None:
        self._spool = Spool()
        self._places = array("q", (self._spool.add(each.to_json().encode()) for each in facts))

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> ClusterFacts: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[ClusterFacts]: ...
    def __getitem__(self, index: int | slice) -> ClusterFacts | Sequence[ClusterFacts]:
        """Read one, or some."""
        if isinstance(index, slice):
            return [self[at] for at in range(len(self))[index]]
        return ClusterFacts.model_validate_json(self._spool.at(self._places[index]))

    def __iter__(self) -> Iterator[ClusterFacts]:
        """Read all, in order."""
        return map(ClusterFacts.model_validate_json, self._spool)


def held_or_stored(read: Callable[[], Iterable[ClusterFacts]], count: int) -> Sequence[ClusterFacts]:
    """Keep the facts that `read` yields, about `count` of them, by row."""
    return tuple(read()) if count <= HELD else StoredFacts(read())
