"""Where rows stand in a file, by their ids: a run of 200,000 clusters has a million rows.

Each takes 16 bytes, 64 bits of a digest of its key and its place: in memory up to `HELD_ROWS`, beyond in a temporary
file, of which one digest in 256 is held to know where to look.
"""

import hashlib
import os
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO

import numpy as np
from numpy.typing import NDArray

from harness.disk.temporary import no_room, temporary_file

Key = tuple[str, ...]
_Columns = tuple[NDArray[np.uint64], NDArray[np.int64]]
"""Digests of keys, and the places of their rows."""

HELD_ROWS = 1 << 17
"""Rows that are held in memory, and that are sorted at once."""
_PAGE = 256
"""Rows of a page of the file: their digests, then their places."""
_PARTS = 1 << 10
"""Ranges of digests, of equal width, that sorted lots are merged by."""


class RowOffsets:
    """Key of a row → where it stands; of several rows with one key the last.

    Keys are kept as 64 bits of their digest: that any two of a million agree in them has a probability of 3 in 10⁸.
    Raises StoreError where there is no room for a temporary file.
    """

    def __init__(self, rows: Iterable[tuple[Key, int]] = ()) -> None:
        self.rows = 0
        """How many rows there were, those with one key each counted."""
        self._pages: _Pages | None = None
        lots: _Lots | None = None
        waiting = iter(rows)
        while True:
            digests, places = array("Q"), array("q")
            for key, place in islice(waiting, HELD_ROWS):
                digests.append(digest_of(key))
                places.append(place)
            self.rows += len(digests)
            if len(digests) < HELD_ROWS:
                break
            lots = lots or _Lots(temporary_file())
            lots.add(_sorted(digests, places))
        if lots is not None:
            lots.add(_sorted(digests, places))
            self._pages = _Pages(temporary_file(), lots.merged())
            digests, places = array("Q"), array("q")
        elif digests:
            keys, found = _last_of_each(_sorted(digests, places))
            digests, places = array("Q", keys.tobytes()), array("q", found.tobytes())
        self._digests, self._places = digests, places

    def __len__(self) -> int:
        """Count the keys."""
        return len(self._digests) if self._pages is None else self._pages.rows

    def __contains__(self, key: Key) -> bool:
        """Tell whether there is a row with a key."""
        return self.get(key) is not None

    def get(self, key: Key) -> int | None:
        """Find where the row with a key stands; None where there is none."""
        if self._pages is not None:
            return self._pages.get(digest_of(key))
        if not self._digests:
            return None
        wanted = digest_of(key)
        at = bisect_left(self._digests, wanted)
        return self._places[at] if at < len(self._digests) and self._digests[at] == wanted else None


def digest_of(key: Key) -> int:
    """64 bits of a key's digest."""
    joined = "\x1f".join(key).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(joined, digest_size=8).digest(), "little")


def _sorted(digests: "array[int]", places: "array[int]") -> _Columns:
    """Sort rows by their digests, those of one digest in the order that they came in."""
    keys, found = np.frombuffer(digests, dtype=np.uint64), np.frombuffer(places, dtype=np.int64)
    order = np.argsort(keys, kind="stable")
    return keys[order], found[order]


def _last_of_each(rows: _Columns) -> _Columns:
    keys, places = rows
    last = np.append(keys[1:] != keys[:-1], True)
    return keys[last], places[last]


class _Lots:
    """Lots of rows in a temporary file, each sorted by itself."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._starts: list[int] = []
        self._edges: list[NDArray[np.intp]] = []
        """Where each part of a lot begins, and the end of the last."""

    def __del__(self) -> None:
        """Give the room back."""
        self._file.close()

    def add(self, rows: _Columns) -> None:
        """Put a sorted lot aside."""
        keys, places = rows
        start = self._file.seek(0, os.SEEK_END)
        _write(self._file, np.column_stack([keys, places.view(np.uint64)]))
        firsts = np.arange(_PARTS, dtype=np.uint64) * np.uint64(2**64 // _PARTS)
        self._starts.append(start)
        self._edges.append(np.append(np.searchsorted(keys, firsts), len(keys)))

    def merged(self) -> Iterator[_Columns]:
        """Yield the rows of all lots, sorted, of each digest the last, as many at once as fit."""
        sizes = np.diff(np.sum(self._edges, axis=0))
        first = 0
        while first < _PARTS:
            after = first + 1
            while after < _PARTS and sizes[first : after + 1].sum() <= HELD_ROWS:
                after += 1
            cells = np.concatenate([self._rows(lot, first, after) for lot in range(len(self._starts))])
            order = np.argsort(cells[:, 0], kind="stable")
            yield _last_of_each((cells[order, 0], cells[order, 1].view(np.int64)))
            first = after

    def _rows(self, lot: int, first: int, after: int) -> NDArray[np.uint64]:
        begin, end = int(self._edges[lot][first]), int(self._edges[lot][after])
        self._file.seek(self._starts[lot] + 16 * begin)
        return np.frombuffer(self._file.read(16 * (end - begin)), dtype=np.uint64).reshape(-1, 2)


class _Pages:
    """Rows sorted by digest in a temporary file."""

    def __init__(self, file: IO[bytes], sorted_rows: Iterable[_Columns]) -> None:
        self._file = file
        self._firsts = array("Q")
        """The first digest of each page."""
        self.rows = 0
        keys, places = np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
        for more in sorted_rows:
            keys, places = np.concatenate([keys, more[0]]), np.concatenate([places, more[1]])
            whole = len(keys) // _PAGE * _PAGE
            self._add(keys[:whole], places[:whole])
            keys, places = keys[whole:], places[whole:]
        self.rows += len(keys)
        if len(keys):  # filled up with the last row
            missing = (0, _PAGE - len(keys))
            self._add(np.pad(keys, missing, mode="edge"), np.pad(places, missing, mode="edge"))
            self.rows -= _PAGE

    def __del__(self) -> None:
        """Give the room back."""
        self._file.close()

    def _add(self, keys: NDArray[np.uint64], places: NDArray[np.int64]) -> None:
        pages = np.concatenate([keys.reshape(-1, _PAGE), places.view(np.uint64).reshape(-1, _PAGE)], axis=1)
        _write(self._file, pages)
        self._firsts.frombytes(keys[::_PAGE].tobytes())
        self.rows += len(keys)

    def get(self, wanted: int) -> int | None:
        page = bisect_right(self._firsts, wanted) - 1
        if page < 0:
            return None
        cells = memoryview(os.pread(self._file.fileno(), 16 * _PAGE, 16 * _PAGE * page))
        at = bisect_left(cells[: 8 * _PAGE].cast("Q"), wanted)
        if at == _PAGE or cells[8 * at : 8 * at + 8].cast("Q")[0] != wanted:
            return None
        return int.from_bytes(cells[8 * (_PAGE + at) : 8 * (_PAGE + at) + 8], sys.byteorder, signed=True)


def _write(file: IO[bytes], cells: NDArray[np.uint64]) -> None:
    try:
        file.write(cells.tobytes())
        file.flush()
    except OSError as error:
        raise no_room(error) from None
