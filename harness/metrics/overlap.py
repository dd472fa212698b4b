"""What ROUGE counts of one prediction and one reference, to the last bit as the package rouge-score 0.1.2 counts it.

Written anew for speed: each type is stemmed once, a text is prepared once for all that it is compared with, n-grams
meet as sets, and the longest common subsequence runs on bit vectors (Hyyrö, "Bit-parallel LCS-length computation
revisited", 2004). Tests hold every float to rouge-score's own.
"""

import re
from collections import Counter
from collections.abc import Hashable
from functools import cached_property, lru_cache
from typing import NamedTuple

from harness.claims.porter import stem
from harness.text import ngrams, sentences

_TOKEN = re.compile(r"[a-z0-9]+")


class Overlap(NamedTuple):
    """Precision, recall and their harmonic mean, each in [0, 1]."""

    precision: float
    recall: float
    f: float


NOTHING = Overlap(0.0, 0.0, 0.0)


def _overlap(hits: int, predicted: int, referred: int) -> Overlap:
    """`hits` of `predicted` and of `referred` things; 0 where there are none."""
    if not hits:
        return NOTHING
    precision, recall = hits / predicted, hits / referred
    return Overlap(precision, recall, 2 * precision * recall / (precision + recall))


@lru_cache(maxsize=1 << 17)
def _stem(token: str) -> str:
    """The Porter stem of a token longer than three characters; a shorter token as it is."""
    return stem(token) if len(token) > 3 else token


def tokens(text: str, stemmed: bool) -> list[str]:
    """The runs of a-z and 0-9 of `text` in lower case. Letters outside a-z part words: `Café` gives `caf`."""
    found = _TOKEN.findall(text.lower())
    return list(filter(None, map(_stem, found))) if stemmed else found


class PreparedText:
    """One text, tokenised once, with whatever the variants need of it worked out when first asked for."""

    def __init__(self, text: str, stemmed: bool) -> None:
        self.text = text
        self.stemmed = stemmed
        self.tokens = tokens(text, stemmed)
        self._ngrams: dict[int, tuple[list[Hashable], frozenset[Hashable]]] = {}

    def ngrams(self, n: int) -> tuple[list[Hashable], frozenset[Hashable]]:
        """The n-grams of the text, in order, and once each."""
        if n not in self._ngrams:
            grams: list[Hashable] = [*(self.tokens if n == 1 else ngrams(self.tokens, n))]
            self._ngrams[n] = grams, frozenset(grams)
        return self._ngrams[n]

    @cached_property
    def positions(self) -> dict[str, int]:
        """Token → the positions where it stands, as bits."""
        return _positions(self.tokens)

    def lines(self, split_sentences: bool) -> list[list[str]]:
        """Tokens of each line, or of each sentence."""
        parts = sentences(self.text) if split_sentences else self.text.split("\n")
        return [tokens(part, self.stemmed) for part in parts]


def ngram_overlap(prediction: PreparedText, reference: PreparedText, n: int) -> Overlap:
    """ROUGE-N (Lin, 2004, section 2): n-grams in common, each as often as it stands in both."""
    ours, our_types = prediction.ngrams(n)
    theirs, their_types = reference.ngrams(n)
    shared = our_types & their_types
    if len(ours) == len(our_types) or len(theirs) == len(their_types):
        hits = len(shared)  # on one of the sides nothing stands twice
    else:
        our_counts, their_counts = Counter(ours), Counter(theirs)
        hits = sum(min(our_counts[gram], their_counts[gram]) for gram in shared)
    return _overlap(hits, len(ours), len(theirs))


def subsequence_overlap(prediction: PreparedText, reference: PreparedText) -> Overlap:
    """ROUGE-L (Lin, 2004, section 3.1): the longest common subsequence of the tokens of two whole texts."""
    size = len(reference.tokens)
    row = _rows(prediction.tokens, reference.positions, size)[-1]
    return _overlap(size - row.bit_count(), len(prediction.tokens), size)


def summary_overlap(prediction: PreparedText, reference: PreparedText, split_sentences: bool) -> Overlap:
    """ROUGE-Lsum (Lin, 2004, section 3.2): for each reference line the union of its subsequences with all our lines.

    As in ROUGE-1.5.5 and unlike the paper, no token counts more often than it stands in either text.
    """
    ours, theirs = prediction.lines(split_sentences), reference.lines(split_sentences)
    ours_left = Counter(token for line in ours for token in line)
    theirs_left = Counter(token for line in theirs for token in line)
    ours_total, theirs_total = ours_left.total(), theirs_left.total()
    hits = 0
    for line in theirs:
        places = _positions(line)
        union = 0
        for other in ours:
            union |= _subsequence(line, other, places)
        for at, token in enumerate(line):
            if union >> at & 1 and ours_left[token] > 0 and theirs_left[token] > 0:
                hits += 1
                ours_left[token] -= 1
                theirs_left[token] -= 1
    return _overlap(hits, ours_total, theirs_total)


def _positions(line: list[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    bit = 1
    for token in line:
        places[token] = places.get(token, 0) | bit
        bit <<= 1
    return places


def _rows(line: list[str], places: dict[str, int], size: int) -> list[int]:
    """Rows of the table of subsequence lengths: after j tokens of `line`, the zero bits are where the length rises.

    So the length for the first i places of the other side is the number of zeros among the lowest i bits.
    """
    full = (1 << size) - 1
    row = full
    rows = [row]
    for token in line:
        match = places.get(token)
        if match:
            both = row & match
            row = ((row + both) | (row - both)) & full
        rows.append(row)
    return rows


def _subsequence(reference: list[str], prediction: list[str], places: dict[str, int]) -> int:
    """The places, as bits, of one longest common subsequence in `reference`: of several, the one rouge-score takes.

    It walks back from both ends, takes any equal pair, and else gives up a token of the prediction where that costs
    nothing and giving up the token of the reference would.
    """
    rows = _rows(prediction, places, len(reference))
    i, j, taken = len(reference), len(prediction), 0
    while i and j:
        if reference[i - 1] == prediction[j - 1]:
            taken |= 1 << (i - 1)
            i -= 1
            j -= 1
        elif rows[j] >> (i - 1) & 1:
            i -= 1
        else:
            j -= 1
    return taken
