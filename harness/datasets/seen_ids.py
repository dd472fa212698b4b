"""The ids of a data set's rows and where each stands: in a dictionary while they are few, else in 16 bytes a row."""

from array import array
from bisect import bisect_left

import numpy as np

from harness.disk.row_offsets import digest_of

RECENT = 65_536
"""Ids that are held whole before they are put with the others."""
_LINES = 1 << 40
"""Lines of a file at most."""


class SeenIds:
    """Where each id stands. Of many 64 bits of a digest are kept: two of a million agree with a chance of 3 in 10⁸.

    Ids are held in sorted runs, each less than half as long as the one before it, so that there are few to look into.
    """

    def __init__(self) -> None:
        self._recent: dict[str, int] = {}
        self._runs: list[tuple[array[int], array[int]]] = []
        self._files: dict[str, int] = {}

    def place_of(self, identifier: str) -> tuple[str, int] | None:
        """Return the file and line where an id stands; None where it has not been seen."""
        place = self._recent.get(identifier)
        if place is None and self._runs:
            wanted = digest_of((identifier,))
            for digests, places in self._runs:
                at = bisect_left(digests, wanted)
                if at < len(digests) and digests[at] == wanted:
                    place = places[at]
                    break
        if place is None:
            return None
        return list(self._files)[place // _LINES], place % _LINES

    def add(self, identifier: str, where: str, line: int) -> None:
        """Note where an id stands that has not been seen."""
        file = self._files.setdefault(where, len(self._files))
        self._recent[identifier] = file * _LINES + line
        if len(self._recent) >= RECENT:
            digests = np.fromiter(map(digest_of, zip(self._recent)), dtype=np.uint64, count=len(self._recent))
            places = np.fromiter(self._recent.values(), dtype=np.int64, count=len(self._recent))
            self._recent = {}
            while self._runs and len(self._runs[-1][0]) <= 2 * len(digests):
                earlier = self._runs.pop()
                digests = np.concatenate([np.frombuffer(earlier[0], dtype=np.uint64), digests])
                places = np.concatenate([np.frombuffer(earlier[1], dtype=np.int64), places])
            order = np.argsort(digests, kind="stable")
            self._runs.append((array("Q", digests[order].tobytes()), array("q", places[order].tobytes())))
