"""Longest common subsequences of sequences of any length, on bit vectors that Python's integers hold.

The row of a bit vector after i tokens of one sequence has a zero where the length of the longest common subsequence
with the other rises (Hyyrö, "Bit-parallel LCS-length computation revisited", 2004).
"""

from collections import Counter
from collections.abc import Sequence


def places(tokens: Sequence[int]) -> dict[int, int]:
    """Map each token to the places where it stands, as bits."""
    bits: dict[int, int] = {}
    bit = 1
    for token in tokens:
        bits[token] = bits.get(token, 0) | bit
        bit <<= 1
    return bits


def length(tokens: Sequence[int], others: dict[int, int], size: int) -> int:
    """Compute the length of a longest common subsequence of `tokens` and `size` tokens whose places are `others`."""
    full = row = (1 << size) - 1
    for match in map(others.get, tokens):
        if match:
            # The carry of the addition moves the zero bit of each run of ones to the run's first match.
            both = row & match
            row = (row + both | row - both) & full
    return size - row.bit_count()


class PackedLines:
    """The lines of a prediction in one bit vector, so that a reference line runs against all of them at once.

    Between two lines lies a bit that is never set: it takes up the carry of the one and hands nothing to the other.
    """

    def __init__(self, lines: Sequence[Sequence[int]]) -> None:
        self._counts = Counter(token for line in lines for token in line)
        self._places: dict[int, int] = {}
        self._inside = 0
        self._last = 0
        """The last place of each line, as bits."""
        bit = 2
        for line in lines:
            for token in line:
                self._places[token] = self._places.get(token, 0) | bit
                self._inside |= bit
                bit <<= 1
            if line:
                self._last |= bit >> 1
                bit <<= 1

    def hits(self, lines: Sequence[Sequence[int]]) -> int:
        """Count the tokens of reference lines on a subsequence with one of ours, none more often than we have it."""
        taken: list[int] = []
        for line in lines:
            self._take(line, taken)
        return sum(min(often, self._counts[token]) for token, often in Counter(taken).items())

    def _take(self, line: Sequence[int], taken: list[int]) -> None:
        """Add the tokens of `line` on the subsequences that rouge-score takes, of several equally long ones.

        It walks back from both ends, takes any equal pair, and else gives up a token of our line where the length
        with the reference's token is greater than without it, which is where the addition carries, and the
        reference's token elsewhere. So where it gives up ours it goes on to the nearest equal one.
        """
        inside, row = self._inside, self._inside
        steps = []
        for token, match in zip(line, map(self._places.get, line), strict=True):
            if match:
                total = row + (row & match)
                steps.append((token, match, match | row & ~total))
                row = (total | row & ~match) & inside
        cursors = self._last
        for token, match, reached in reversed(steps):
            moving = cursors & reached
            if moving:
                taken.append(token)
                there = moving & match
                cursors ^= moving
                cursors |= there >> 1 & inside
                moving ^= there
                while moving:
                    cursor = moving & -moving
                    nearest = 1 << ((match & (cursor - 1)).bit_length() - 1)
                    cursors |= nearest >> 1 & inside
                    moving ^= cursor
