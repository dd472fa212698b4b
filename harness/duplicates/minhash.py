"""Sketches of texts: MinHash over runs of five words (Broder 1997), in bands that near-duplicates share (LSH).

Two texts share a band with a chance of 1 − (1 − J²)⁶⁴, where J is the share of their distinct runs that both have:
.9995 at J = 1/3 (texts of one length that share half of their runs, the least that counts as near-duplicate), .98 at
.25, .93 at .2, .48 at .1. So a copy that was cut to less than a fifth may be missed; what is found is verified.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.ingest.near_duplicates import LEAST_SHINGLES, SHINGLE
from harness.language.text import words

BANDS = 64
ROWS = 2
"""Least hashes of a band."""
_SEED = 16
_MOST_WORDS = 500_000
"""Words whose hashes are remembered at most."""

Hashes = NDArray[np.uint64]


class Sketcher:
    """Makes the keys of texts; equal on every machine and in every process."""

    def __init__(self) -> None:
        drawn = np.random.default_rng(_SEED)
        shape = (BANDS * ROWS, 1)
        self._multipliers = drawn.integers(0, 2**64, size=shape, dtype=np.uint64) | np.uint64(1)
        self._offsets = drawn.integers(0, 2**64, size=shape, dtype=np.uint64)
        self._places = drawn.integers(0, 2**64, size=SHINGLE, dtype=np.uint64) | np.uint64(1)
        self._of_band = drawn.integers(0, 2**64, size=ROWS, dtype=np.uint64) | np.uint64(1)
        self._words: dict[str, int] = {}

    def whole(self, text: str) -> int:
        """Return a key that texts share whose words are equal; 0 for a text without words."""
        told = words(text)
        return _digest("\x1f".join(told)) | 1 if told else 0

    def bands(self, text: str) -> Hashes | None:
        """Return the keys of the bands, shape (BANDS,); None for a text so short that only equal ones count."""
        hashed = self._hashes(words(text))
        if len(hashed) < LEAST_SHINGLES:
            return None
        least = (hashed[None, :] * self._multipliers + self._offsets).min(axis=1).reshape(BANDS, ROWS)
        keys: Hashes = _mix((_mix(least) * self._of_band).sum(axis=1, dtype=np.uint64))
        return keys

    def _hashes(self, told: Sequence[str]) -> Hashes:
        """Hash each distinct run of words."""
        count = len(told) - SHINGLE + 1
        if count < 1:
            return np.empty(0, dtype=np.uint64)
        known = self._words
        if len(known) > _MOST_WORDS:
            known.clear()
        numbers = np.empty(len(told), dtype=np.uint64)
        for at, word in enumerate(told):
            number = known.get(word)
            if number is None:
                number = known[word] = _digest(word)
            numbers[at] = number
        total = np.zeros(count, dtype=np.uint64)
        for at, place in enumerate(self._places):
            total += _mix(numbers[at : at + count] * place)
        return np.unique(_mix(total))


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _mix(values: Hashes) -> Hashes:
    """Spread each bit over all others (the last steps of SplitMix64), so that least values are drawn evenly."""
    mixed = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
