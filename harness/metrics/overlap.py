"""Count the overlap of many pairs of texts at once, equal to the package rouge-score 0.1.2 to the last bit.

Written anew for speed: a text is read once for all that it is compared with, n-grams of all pairs meet in one search in
a sorted column, and longest common subsequences run on bit vectors (Hyyrö, "Bit-parallel LCS-length computation
revisited", 2004), those of short texts for all pairs side by side. Tests hold every float to rouge-score's own.
"""

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from harness.metrics.subsequences import PackedLines, length, places
from harness.metrics.tokens import Numbers, TokenColumn

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_WORD = 64
"""Bits of the vectors on which short texts are compared side by side."""


class Overlap(NamedTuple):
    """Precision, recall and their harmonic mean of each pair, each in [0, 1]; shape (pairs,)."""

    precision: Floats
    recall: Floats
    f: Floats


def _overlap(hits: Numbers, predicted: Numbers, referred: Numbers) -> Overlap:
    """Divide `hits` by `predicted` and by `referred`, pair by pair; 0 where there are none."""
    precision = hits / np.maximum(predicted, 1)
    recall = hits / np.maximum(referred, 1)
    return Overlap(precision, recall, 2 * precision * recall / np.where(hits > 0, precision + recall, 1.0))


class _Entries:
    """The n-grams of each text, once each and sorted, with their counts."""

    def __init__(self, grams: Numbers, owners: Numbers, kinds: int, texts: int) -> None:
        self.kinds = kinds
        keys = owners * kinds + grams
        self.order = np.argsort(keys, kind="stable")
        in_order = keys[self.order]
        self.firsts = np.flatnonzero(np.diff(in_order, prepend=-1))
        """Shape (entries,): the place in `order` of the first n-gram of each entry."""
        self.keys = in_order[self.firsts]
        """Shape (entries,): text × kinds + n-gram, ascending."""
        self.counts = np.diff(self.firsts, append=len(keys))
        self.starts = np.searchsorted(self.keys, np.arange(texts + 1) * kinds)
        """Shape (texts + 1,): the first entry of each text, and the number of entries."""

    @cached_property
    def of_grams(self) -> Numbers:
        """Shape (n-grams,): the entry of each n-gram, in the order of the texts."""
        matches = np.empty(len(self.order), dtype=np.int64)
        matches[self.order] = np.repeat(np.arange(len(self.keys)), self.counts)
        return matches


class _Meeting(NamedTuple):
    """The n-grams of every pair's prediction, pair by pair, each with its counterpart in the reference."""

    starts: Numbers
    """Shape (pairs,): where each pair begins in the following."""
    pairs: Numbers
    entries: Numbers
    matches: Numbers
    """The reference's entry of the same n-gram; meaningless where not `shared`."""
    shared: Bools


class Pairs:
    """Predictions beside references: pair i compares the texts `ours[i]` and `theirs[i]` of `column`.

    `lines` holds the same texts with lines ending where ROUGE-Lsum shall end them.
    """

    def __init__(self, column: TokenColumn, lines: TokenColumn, ours: Numbers, theirs: Numbers) -> None:
        self._column = column
        self._lines = lines
        self._ours = ours
        self._theirs = theirs
        self._owners = np.repeat(np.arange(len(column.sizes)), column.sizes)
        self._places = np.arange(len(column.tokens)) - column.starts[self._owners]
        """Shape (tokens,): the place of each token in its text, from 0."""
        self._entries: dict[int, _Entries] = {}

    def ngrams(self, n: int) -> Overlap:
        """Compute ROUGE-N (Lin, 2004, section 2): n-grams in common, each as often as it stands in both."""
        entries = self._entries_of(n)
        meeting = self._unigram_meeting if n == 1 else self._meet(entries)
        both = (
            np.minimum(entries.counts[meeting.entries], entries.counts[meeting.matches])
            if len(meeting.matches)
            else meeting.matches
        )
        hits = np.bincount(meeting.pairs[meeting.shared], both[meeting.shared], minlength=len(self._ours))
        sizes = np.maximum(self._column.sizes - (n - 1), 0)
        return _overlap(hits.astype(np.int64), sizes[self._ours], sizes[self._theirs])

    def subsequences(self) -> Overlap:
        """Compute ROUGE-L (Lin, 2004, section 3.1): the longest common subsequence of two whole texts."""
        sizes = self._column.sizes
        return _overlap(self._common_lengths, sizes[self._ours], sizes[self._theirs])

    def summaries(self) -> Overlap:
        """Compute ROUGE-Lsum (Lin, 2004, section 3.2): unite each reference line's subsequences with our lines.

        As in ROUGE-1.5.5 and unlike the paper, no token counts more often than it stands in either text.
        """
        lines = self._lines
        # Where both have one line there is one subsequence: nothing is united, and nothing can count twice.
        several = np.maximum(lines.full_lines[self._ours], lines.full_lines[self._theirs]) > 1
        hits = np.zeros(len(several), dtype=np.int64) if several.all() else self._common_lengths.copy()
        ours: dict[int, PackedLines] = {}
        theirs: dict[int, list[list[int]]] = {}
        for pair in np.flatnonzero(several).tolist():
            our, their = int(self._ours[pair]), int(self._theirs[pair])
            if our not in ours:
                ours[our] = PackedLines(lines.lines(our))
            if their not in theirs:
                theirs[their] = lines.lines(their)
            hits[pair] = ours[our].hits(theirs[their])
        return _overlap(hits, lines.sizes[self._ours], lines.sizes[self._theirs])

    def _entries_of(self, n: int) -> _Entries:
        if n not in self._entries:
            grams, starts, kinds = self._grams(n)
            self._entries[n] = _Entries(grams, self._owners[starts], kinds, len(self._column.sizes))
        return self._entries[n]

    def _grams(self, n: int) -> tuple[Numbers, Numbers, int]:
        """Number each n-gram; return the numbers, the token each starts at, and one more than the greatest number."""
        tokens = self._column.tokens
        if n == 1:
            return tokens, np.arange(len(tokens)), int(tokens.max(initial=0)) + 1
        shorter, starts, kinds = self._grams(n - 1)
        goes_on = starts + (n - 1) < self._column.starts[self._owners[starts] + 1]
        starts, shorter = starts[goes_on], shorter[goes_on]
        _, _, single = self._grams(1)
        if kinds * single * single * (len(self._column.sizes) + 1) >= 2**63:
            types, shorter = np.unique(shorter, return_inverse=True)
            kinds = len(types)
        return shorter * single + tokens[starts + (n - 1)], starts, kinds * single

    @cached_property
    def _unigram_meeting(self) -> _Meeting:
        return self._meet(self._entries_of(1))

    def _meet(self, entries: _Entries) -> _Meeting:
        begins = entries.starts[self._ours]
        sizes = entries.starts[self._ours + 1] - begins
        starts = np.cumsum(sizes) - sizes
        pairs = np.repeat(np.arange(len(sizes)), sizes)
        ours = np.arange(len(pairs)) + (begins - starts)[pairs]
        wanted = entries.keys[ours] + (self._theirs - self._ours)[pairs] * entries.kinds
        matches = np.minimum(np.searchsorted(entries.keys, wanted), len(entries.keys) - 1)
        return _Meeting(starts, pairs, ours, matches, entries.keys[matches] == wanted)

    @cached_property
    def _common_lengths(self) -> Numbers:
        """Shape (pairs,): the length of each pair's longest common subsequence."""
        column = self._column
        lengths = np.zeros(len(self._ours), dtype=np.int64)
        fits = column.sizes[self._theirs] <= _WORD
        if fits.any():
            lengths[fits] = self._common_side_by_side(np.flatnonzero(fits))
        known: dict[int, dict[int, int]] = {}
        for pair in np.flatnonzero(~fits).tolist():
            their = int(self._theirs[pair])
            if their not in known:
                known[their] = places(column.text(their))
            lengths[pair] = length(column.text(int(self._ours[pair])), known[their], int(column.sizes[their]))
        return lengths

    def _common_side_by_side(self, pairs: Numbers) -> Numbers:
        """Compute them where references fit a word: each step takes the next token of all predictions."""
        entries, meeting = self._entries_of(1), self._unigram_meeting
        bits = np.uint64(1) << (self._places % _WORD).astype(np.uint64)
        masks = np.add.reduceat(bits[entries.order], entries.firsts) if len(bits) else bits
        matches = np.where(meeting.shared, masks[meeting.matches], np.uint64(0)) if len(bits) else bits
        # The longest predictions come first, so that those with a token left are always the first few.
        sizes = self._column.sizes[self._ours[pairs]]
        by_size = np.argsort(-sizes, kind="stable")
        ours, sizes = self._ours[pairs[by_size]], sizes[by_size]
        firsts = self._column.starts[ours]
        to_match = meeting.starts[pairs[by_size]] - entries.starts[ours]
        going = np.searchsorted(-sizes, -np.arange(int(sizes[0])), side="left") if len(sizes) else sizes
        rows = np.full(len(ours), ~np.uint64(0))
        for place, left in enumerate(going.tolist()):
            match = matches[to_match[:left] + entries.of_grams[firsts[:left] + place]]
            row = rows[:left]
            both = row & match
            rows[:left] = (row + both) | (row - both)
        lengths = np.empty(len(ours), dtype=np.int64)
        lengths[by_size] = _WORD - np.unpackbits(rows.view(np.uint8).reshape(-1, 8), axis=1).sum(axis=1, dtype=np.int64)
        return lengths
