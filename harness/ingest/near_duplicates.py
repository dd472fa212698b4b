"""Groups of articles that are one text under several mastheads: wire copy, re-posts, cut and re-ordered versions.

Two texts are compared by the shingles (runs of five words) that they share, after Broder, "On the resemblance and
containment of documents" (1997). Containment, the share of the *smaller* text's shingles that stand in the larger,
finds copies that were cut short or padded; resemblance (Jaccard) would not. The sets are exact: clusters are small, so
there is nothing to gain from Broder's sketches.

One deviation: long quotations are set aside first. Independent reporters share what a speaker said, and a short
article may be half quotation, so the copy must show in the reporters' own words, too.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from harness.language.text import ngrams, words

SHINGLE = 5
"""Words in a shingle."""
CONTAINMENT = 0.5
"""Least share of the smaller text's shingles that stand in the larger. In development data reports that repeat their
own background reach 0.41, re-edited agency copy begins at 0.46 and copies proper at 0.93 (docs/ingest.md)."""
LEAST_SHINGLES = 20
"""Texts with fewer shingles say too little: they are grouped only where all their words are equal."""

_Shingles = frozenset[tuple[str, ...]]

_QUOTATION = re.compile(r"[“\"«][^“”\"«»\n]*(?:[”\"»]|$)", re.MULTILINE)
_LONG_QUOTATION = 5


def groups(texts: Sequence[str]) -> list[list[int]]:
    """Part the indexes of `texts` into groups of near-duplicates; a text without one is a group of its own.

    Every index stands in exactly one group; groups are ordered by their first index, and indexes within a group rise.
    Being near-duplicates is passed on: where A copies B and B copies C, the three are one group. Which texts stand
    together does not depend on their order.
    """
    leader = list(range(len(texts)))

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    for right in range(len(texts)):
        for left in range(right):
            one, other = sorted((find(left), find(right)))
            if one != other and are_near_duplicates(texts[left], texts[right]):
                leader[other] = one
    parted: dict[int, list[int]] = {}
    for index in range(len(texts)):
        parted.setdefault(find(index), []).append(index)
    return list(parted.values())


def are_near_duplicates(one: str, other: str) -> bool:
    """Tell whether one text is a copy of the other, whole or cut short, up to small edits."""
    mine, theirs = words(one), words(other)
    if mine == theirs:
        return bool(mine)
    if min(len(shingles(one)), len(shingles(other))) < LEAST_SHINGLES:
        return False
    if containment(shingles(one), shingles(other)) < CONTAINMENT:
        return False
    own = min(shingles(without_quotations(one)), shingles(without_quotations(other)), key=len)
    if len(own) < LEAST_SHINGLES:
        return containment(shingles(one), shingles(other)) >= (1 + CONTAINMENT) / 2
    return containment(shingles(without_quotations(one)), shingles(without_quotations(other))) >= CONTAINMENT


@lru_cache(maxsize=4096)
def shingles(text: str) -> _Shingles:
    """Collect the runs of `SHINGLE` words in `text`, normalised; memoised, since every pair asks again."""
    return frozenset(ngrams(words(text), SHINGLE))


@lru_cache(maxsize=4096)
def without_quotations(text: str) -> str:
    """Cut quotations of `_LONG_QUOTATION` words and more from `text`; one left open ends with its paragraph."""
    return _QUOTATION.sub(lambda found: found[0] if len(found[0].split()) < _LONG_QUOTATION else " ", text)


def containment(one: _Shingles, other: _Shingles) -> float:
    """Compute which share of the smaller set stands in the larger one, in [0, 1]; 0 where either is empty."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0
