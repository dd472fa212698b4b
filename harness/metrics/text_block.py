"""Articles of several clusters and predictions about them as columns of numbers, read once for all metrics."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from harness.language.numerals import values_among
from harness.language.text import composed_letters
from harness.metrics.vocabulary import END, TEXT_END, Lists, Numbers, Vocabulary, forget, vocabulary
from harness.records import Case, Cluster

Bools = NDArray[np.bool_]

_MIX = np.uint64(0x9E3779B97F4A7C15)
_SLOT_BITS = 17
_WIDTH = 32
"""Bits of a key that hold a number; what is above them says whose it is."""


class Column(NamedTuple):
    """Numbers of words, or of flags of words, each with the text or cluster that it belongs to."""

    numbers: Numbers
    owners: Numbers


def keys(column: Column) -> Numbers:
    """Pack each number and its owner into one key."""
    packed: Numbers = (column.owners << _WIDTH) | column.numbers
    return packed


class KeySet:
    """Key set with a hash prefilter, for searching a much larger column."""

    def __init__(self, wanted: Numbers) -> None:
        self.kinds, self.labels = np.unique(wanted, return_inverse=True)
        """The keys, each once and ascending, and for each wanted key its place among them."""
        self._marked = np.zeros(1 << _SLOT_BITS, dtype=np.bool_)
        self._marked[self._slots(self.kinds)] = True

    @staticmethod
    def _slots(several: Numbers) -> Numbers:
        return ((several.view(np.uint64) * _MIX) >> np.uint64(64 - _SLOT_BITS)).view(np.int64)

    def find(self, there: Numbers) -> tuple[Numbers, Numbers]:
        """Find the places of the wanted keys in `there`, and for each its place in `kinds`."""
        near = np.flatnonzero(self._marked[self._slots(there)])
        if not len(near):
            return near, near
        of_near = there[near]
        kinds = np.minimum(np.searchsorted(self.kinds, of_near), len(self.kinds) - 1)
        same = self.kinds[kinds] == of_near
        return near[same], kinds[same]

    def are_in(self, there: Numbers) -> Bools:
        """Tell for each wanted key whether it is in `there`."""
        return self.have_kinds(self.find(there)[1])

    def have_kinds(self, kinds: Numbers) -> Bools:
        """Tell for each wanted key whether its kind is one of these."""
        seen = np.zeros(len(self.kinds), dtype=np.bool_)
        seen[kinds] = True
        has_kind: Bools = seen[self.labels]
        return has_kind


def shared_runs(ours: Column, theirs: Column) -> Iterator[tuple[Numbers, Bools]]:
    """Yield for n = 1, 2, … where each run of n words in `ours` begins, and whether the same owner has it in `theirs`.

    Both columns end with END, and no run goes across one.
    """
    our_places, their_places = np.flatnonzero(ours.numbers != END), np.flatnonzero(theirs.numbers != END)
    wanted, there = keys(ours)[our_places], keys(theirs)[their_places]
    n = 1
    while True:
        looked_for = KeySet(wanted)
        near, kinds = looked_for.find(there)
        yield our_places, looked_for.have_kinds(kinds)
        our_places, wanted = _lengthen(ours, our_places, looked_for.labels, n)
        their_places, there = _lengthen(theirs, their_places[near], kinds, n)
        n += 1


def _lengthen(column: Column, places: Numbers, kinds: Numbers, n: int) -> tuple[Numbers, Numbers]:
    """Lengthen runs of n words by one: return where they begin, and the keys of the longer runs."""
    after = column.numbers[places + n]
    goes_on = after != END
    return places[goes_on], keys(Column(after[goes_on], kinds[goes_on]))


class Texts:
    """Several texts as numbers of the stretches between their spaces, one text after the other."""

    def __init__(self, known: Vocabulary, texts: Sequence[str]) -> None:
        self.vocabulary = known
        composed = map(composed_letters, texts)
        joined = f" {TEXT_END} ".join([text.replace(TEXT_END, "\1") for text in composed])  # either parts words
        stretches = f"{joined} {TEXT_END}".replace("\n", " \n ").split(" ") if texts else []
        self._split = stretches
        self.stretches: Numbers = np.fromiter(map(known.__getitem__, stretches), dtype=np.int64, count=len(stretches))
        """Shape (stretches,)."""
        is_end = self.stretches == known.text_end
        self.owners: Numbers = np.cumsum(is_end) - is_end
        """Shape (stretches,): the text that each is of, its end among them."""
        self._ends: list[int] = [0, *(np.flatnonzero(is_end) + 1).tolist()]

    @cached_property
    def roles(self) -> bytes:
        """For each stretch, which part of a number it may be: see `numerals.roles`."""
        return self.vocabulary.roles[self.stretches].tobytes()

    def values(self, first: int, stop: int) -> set[Decimal]:
        """Read the values of the numbers in several texts."""
        several = slice(self._ends[first], self._ends[stop])
        return values_among(self._split[several], self.roles[several])

    def runs(self, first: int, stop: int) -> str:
        """Join the runs of letters and digits of several texts, with a space before and after each."""
        runs = map(self.vocabulary.runs.__getitem__, self.stretches[self._ends[first] : self._ends[stop] - 1].tolist())
        return f" {' '.join(filter(None, runs))} "

    def column(self, lists: Lists) -> Column:
        """Look up what the stretches hold, with the text of each."""
        numbers, places = lists.of(self.stretches)
        return Column(numbers, self.owners[places])


class Articles:
    """The titles and texts of the articles of several clusters."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        self.vocabulary = vocabulary()
        counts = [len(of_cluster) for of_cluster in texts]
        self._firsts = [0, *accumulate(counts)]
        self._clusters = np.repeat(np.arange(len(texts)), counts)
        self._texts = Texts(self.vocabulary, [text for of_cluster in texts for text in of_cluster])
        self._numbers: dict[int, set[Decimal]] = {}
        self._runs: dict[int, str] = {}

    def column(self, lists: Lists) -> Column:
        """Look up what the stretches hold, with the cluster of each."""
        numbers, texts = self._texts.column(lists)
        return Column(numbers, self._clusters[texts])

    @cached_property
    def written(self) -> Column:
        """The words as they are written, and ends."""
        return self.column(self.vocabulary.written_in)

    @cached_property
    def words(self) -> Column:
        """The words in lower case, and ends of texts."""
        return self.column(self.vocabulary.words_in)

    def numbers(self, cluster: int) -> set[Decimal]:
        """Read the values of all numbers of one cluster, the first time that a prediction has a number."""
        if cluster not in self._numbers:
            self._numbers[cluster] = self._texts.values(self._firsts[cluster], self._firsts[cluster + 1])
        return self._numbers[cluster]

    def contain(self, cluster: int, runs: str) -> bool:
        """Tell whether runs of letters and digits, with spaces around each, stand in a title or text in that order."""
        if cluster not in self._runs:
            self._runs[cluster] = self._texts.runs(self._firsts[cluster], self._firsts[cluster + 1])
        return runs in self._runs[cluster]


_last: dict[tuple[tuple[str, ...], ...], Articles] = {}
"""The block read last: the metrics of a run ask for the same one in turn."""


def _articles(texts: tuple[tuple[str, ...], ...]) -> Articles:
    if texts not in _last:
        _last.clear()  # before anything is read, so that no two blocks are held at once
        _last[texts] = Articles(texts)
    return _last[texts]


class Block:
    """Cases that are scored together: the articles of their clusters once each, and the predictions."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self.clusters: list[Cluster] = []
        """The clusters; one that comes again without a break is one."""
        clusters = []
        for case in cases:
            if not self.clusters or case.cluster is not self.clusters[-1]:
                self.clusters.append(case.cluster)
            clusters.append(len(self.clusters) - 1)
        self.cluster_of: Numbers = np.array(clusters, dtype=np.int64)
        """Shape (cases,): which of the clusters each case is about."""
        texts = tuple(
            tuple(text for article in cluster.articles for text in (article.title, article.text))
            for cluster in self.clusters
        )
        try:
            self.articles = _articles(texts)
            self.predictions = Texts(self.articles.vocabulary, [case.prediction.text for case in cases])
        except BaseException:  # a time limit interrupts anywhere
            _last.clear()
            forget()
            raise

    def count(self, cases: Numbers) -> Numbers:
        """Count how often each case is named."""
        counts: Numbers = np.bincount(cases, minlength=len(self.cluster_of))
        return counts
