"""Where rows stand in a file, by their ids, in 16 bytes a row: a run of 200,000 clusters has a million of them."""

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable

import numpy as np

Key = tuple[str, ...]


class RowOffsets:
    """Key of a row → where it stands; of several rows with one key the last.

    Keys are kept as 64 bits of their digest: that any two of a million agree in them has a probability of 3 in 10⁸.
    """

    def __init__(self, rows: Iterable[tuple[Key, int]] = ()) -> None:
        digests, places = array("Q"), array("q")
        for key, place in rows:
            digests.append(digest_of(key))
            places.append(place)
        self.rows = len(digests)
        """How many rows there were, those with one key each counted."""
        if self.rows:
            keys, found = np.frombuffer(digests, dtype=np.uint64), np.frombuffer(places, dtype=np.int64)
            order = np.argsort(keys, kind="stable")
            last = np.append(keys[order][1:] != keys[order][:-1], True)
            digests = array("Q", keys[order][last].tobytes())
            places = array("q", found[order][last].tobytes())
        self._digests, self._places = digests, places

    def __len__(self) -> int:
        """Count the keys."""
        return len(self._digests)

    def __contains__(self, key: Key) -> bool:
        """Tell whether there is a row with a key."""
        return self.get(key) is not None

    def get(self, key: Key) -> int | None:
        """Find where the row with a key stands; None where there is none."""
        if not self._digests:
            return None
        wanted = digest_of(key)
        at = bisect_left(self._digests, wanted)
        return self._places[at] if at < len(self._digests) and self._digests[at] == wanted else None


def digest_of(key: Key) -> int:
    """64 bits of a key's digest."""
    joined = "\x1f".join(key).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(joined, digest_size=8).digest(), "little")
