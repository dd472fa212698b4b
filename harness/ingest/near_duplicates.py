"""Groups of articles that are one text under several mastheads: wire copy, re-posts, cut and re-ordered versions.

Two texts are compared by the shingles (runs of five words) that they share, after Broder, "On the resemblance and
containment of documents" (1997). Containment, the share of the *smaller* text's shingles that stand in the larger,
finds copies that were cut short or padded; resemblance (Jaccard) would not. The sets are exact: clusters are small, so
there is nothing to gain from Broder's sketches.

One deviation: long quotations are set aside first. Independent reporters share what a speaker said, and a short
article may be half quotation, so the copy must show in the reporters' own words, too.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache

from harness.language.text import ngrams, words

SHINGLE = 5
"""Words in a shingle."""
CONTAINMENT = 0.5
"""Least share of the smaller text's shingles that stand in the larger. In development data reports that repeat their
own background reach 0.41, re-edited agency copy begins at 0.46 and copies proper at 0.93 (docs/ingest.md)."""
LEAST_SHINGLES = 20
"""Texts with fewer shingles say too little: they are grouped only where all their words are equal."""

_FEW = 64
"""Texts up to which each is compared with each: an index would cost more."""

_Shingles = frozenset[tuple[str, ...]]

_QUOTATION = re.compile(r"[“\"«][^“”\"«»\n]*(?:[”\"»]|$)", re.MULTILINE)
_LONG_QUOTATION = 5


def groups(texts: Sequence[str]) -> list[list[int]]:
    """Part the indexes of `texts` into groups of near-duplicates; a text without one is a group of its own.

    Every index stands in exactly one group; groups are ordered by their first index, and indexes within a group rise.
    Being near-duplicates is passed on: where A copies B and B copies C, the three are one group. Which texts stand
    together does not depend on their order.
    """
    leaders = _Leaders(len(texts))
    if len(texts) <= _FEW:
        for right in range(len(texts)):
            for left in range(right):
                if leaders.of(left) != leaders.of(right) and are_near_duplicates(texts[left], texts[right]):
                    leaders.join(left, right)
    else:
        _join_many(texts, leaders)
    parted: dict[int, list[int]] = {}
    for index in range(len(texts)):
        parted.setdefault(leaders.of(index), []).append(index)
    return list(parted.values())


class _Leaders:
    """Which text leads the group of each: the first of it."""

    def __init__(self, count: int) -> None:
        self._leader = list(range(count))

    def of(self, index: int) -> int:
        """Return the leader of a text."""
        leader = self._leader
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    def join(self, one: int, other: int) -> None:
        """Make two groups one."""
        first, second = sorted((self.of(one), self.of(other)))
        self._leader[second] = first


def _join_many(texts: Sequence[str], leaders: _Leaders) -> None:
    """Join the near-duplicates among many texts without comparing all pairs; the groups are the same.

    Of two near-duplicates the larger has at least half of the smaller's shingles, so at least one of any half of them
    and one more: the rarest half. Texts are taken from the largest down, and each is compared with the larger ones that
    have one of those, a group at a time until one of it is a near-duplicate.
    """
    equal: dict[tuple[str, ...], int] = {}
    hashed: dict[int, set[int]] = {}
    often: Counter[int] = Counter()
    seen: set[tuple[tuple[str, ...], str]] = set()
    for index, text in enumerate(texts):
        told = tuple(words(text))
        if told and equal.setdefault(told, index) != index:
            leaders.join(equal[told], index)
        # Of texts of the same words one may have them in quotation marks, and then is no copy of what the other is of.
        quoted = (told, without_quotations(text))
        if quoted in seen:
            continue
        seen.add(quoted)
        distinct = {hash(shingle) for shingle in ngrams(told, SHINGLE)}
        if len(distinct) >= LEAST_SHINGLES:
            hashed[index] = distinct
            often.update(distinct)
    having: dict[int, dict[int, list[int]]] = {}
    """Shingle → leader → texts of that group that have it."""
    for index in sorted(hashed, key=lambda index: -len(hashed[index])):
        own = sorted(hashed[index], key=often.__getitem__)
        tried: set[int] = set()

        def is_copy(other: int, index: int = index, tried: set[int] = tried) -> bool:
            if other in tried:
                return False
            tried.add(other)
            # Few of those that share a shingle share half of them; the others' texts need not be looked at.
            smaller = min(len(hashed[index]), len(hashed[other]))
            shared = len(hashed[index] & hashed[other])
            return shared >= CONTAINMENT * smaller and are_near_duplicates(texts[other], texts[index])

        for shingle in own[: len(own) // 2 + 1]:
            _join_having(index, having.get(shingle, {}), leaders, is_copy)
        for shingle in own:
            if often[shingle] > 1:
                having.setdefault(shingle, {}).setdefault(leaders.of(index), []).append(index)


def _join_having(
    index: int, groups_having: dict[int, list[int]], leaders: _Leaders, is_copy: Callable[[int], bool]
) -> None:
    """Join a text to the groups of those that share a shingle with it and are near-duplicates."""
    for leader in list(groups_having):
        now = leaders.of(leader)
        if now != leader:  # joined to another group since
            groups_having.setdefault(now, []).extend(groups_having.pop(leader))
    for leader, members in groups_having.items():
        for other in members:
            if leaders.of(leader) == leaders.of(index):
                break
            if is_copy(other):
                leaders.join(other, index)


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
