"""Search for near-duplicate articles in bounded memory: texts and keys on disk, one band at a time in memory.

Articles whose words are all equal are joined by a key of the whole text. Of the others, those that share a band are
candidates, and each pair of them is verified by the texts, with `ingest.near_duplicates`, whose definition counts.
"""

import json
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from harness.disk.spool import Spool
from harness.duplicates.minhash import BANDS, Sketcher
from harness.ingest.near_duplicates import are_near_duplicates, containment, shingles
from harness.records import Cluster

ALL_PAIRS = 16
"""Articles of a bucket up to which each is held against each; in a larger one against its first and the one before."""

Ints = NDArray[np.int64]


class ArticleName(NamedTuple):
    """Which article is meant."""

    cluster_id: str
    article_id: str


@dataclass(frozen=True)
class Pair:
    """Two near-duplicates, by their places; the first stands earlier."""

    first: int
    second: int
    similarity: float
    """Share of the smaller text's runs of five words that stand in the larger; 1 where all words are equal."""


class Articles:
    """The articles of one data set or two, as the search keeps them: some 30 bytes each in memory, the rest on disk."""

    def __init__(self) -> None:
        self.side = array("b")
        """The data set of each article, 0 or 1."""
        self.cluster = array("q")
        """The number of its cluster."""
        self.clusters = [0, 0]
        """Clusters of each data set."""
        self._whole = array("Q")
        self._places = array("q")
        self._texts = Spool()
        self._sketcher = Sketcher()
        self._keys: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the articles
        self._rows = array("q")
        """Articles that have bands, in the order of the keys."""

    def __len__(self) -> int:
        return len(self._places)

    def __del__(self) -> None:
        """Give the room on disk back."""
        self._keys.close()

    def add(self, clusters: Iterable[Cluster], side: int = 0, advance: Callable[[int], None] = lambda _: None) -> None:
        """Add the articles of a data set."""
        for cluster in clusters:
            number = sum(self.clusters)
            self.clusters[side] += 1
            for article in cluster.articles:
                if article.text.strip():
                    self._add(cluster.cluster_id, article.article_id, article.text, side, number)
            advance(1)

    def _add(self, cluster_id: str, article_id: str, text: str, side: int, number: int) -> None:
        self.side.append(side)
        self.cluster.append(number)
        self._whole.append(self._sketcher.whole(text))
        bands = self._sketcher.bands(text)
        if bands is not None:
            self._keys.write(bands.tobytes())
            self._rows.append(len(self._places))
        self._places.append(self._texts.add(json.dumps([cluster_id, article_id, text]).encode()))

    def name(self, at: int) -> ArticleName:
        """Name an article."""
        cluster_id, article_id, _ = json.loads(self._texts.at(self._places[at]))
        return ArticleName(cluster_id, article_id)

    def text(self, at: int) -> str:
        """Read the text of an article."""
        return str(json.loads(self._texts.at(self._places[at]))[2])

    def pairs(self, *, across: bool, advance: Callable[[int], None] = lambda _: None) -> Iterator[Pair]:
        """Yield verified pairs, each once, in no order that matters: of two clusters, or `across` two data sets.

        Of many near-duplicates of one another not every pair is among them, but all are connected by those that are.
        """
        if not len(self):
            return
        equal = _Joined(len(self))
        seen: set[int] = set()
        count = max(1, len(self))
        for first, second in self._in_buckets(np.frombuffer(self._whole, dtype=np.uint64), None, across):
            if self._whole[first] and self._is_asked(first, second, across):
                equal.join(first, second)
                seen.add(first * count + second)
                yield Pair(first, second, 1.0)
        rows = np.frombuffer(self._rows, dtype=np.int64)
        for band in range(BANDS if len(rows) else 0):
            for first, second in self._in_buckets(self._band(band), rows, across):
                told = first * count + second
                if told in seen or not self._is_asked(first, second, across):
                    continue
                seen.add(told)
                if equal.of(first) == equal.of(second) and not across:
                    continue
                mine, theirs = self.text(first), self.text(second)
                if are_near_duplicates(mine, theirs):
                    yield Pair(first, second, containment(shingles(mine), shingles(theirs)) if mine != theirs else 1.0)
            advance(1)

    def _is_asked(self, first: int, second: int, across: bool) -> bool:
        if across:
            return self.side[first] != self.side[second]
        return self.cluster[first] != self.cluster[second]

    def _band(self, band: int) -> NDArray[np.uint64]:
        """Read one band's key of every article that has bands, a block of rows at a time."""
        found = np.empty(len(self._rows), dtype=np.uint64)
        self._keys.flush()
        self._keys.seek(0)
        at = 0
        while block := self._keys.read(BANDS * 8 * 16_384):
            keys = np.frombuffer(block, dtype=np.uint64).reshape(-1, BANDS)[:, band]
            found[at : at + len(keys)] = keys
            at += len(keys)
        return found

    def _in_buckets(self, keys: NDArray[np.uint64], rows: Ints | None, across: bool) -> Iterator[tuple[int, int]]:
        """Yield pairs of articles that share a key, the earlier first."""
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(ordered) else np.empty(0, int)
        ends = np.append(starts[1:], len(ordered))
        for start, end in zip(*(edge[ends - starts > 1].tolist() for edge in (starts, ends)), strict=True):
            bucket = order[start:end]
            yield from self._of_bucket((bucket if rows is None else rows[bucket]).tolist(), across)

    def _of_bucket(self, bucket: list[int], across: bool) -> Iterator[tuple[int, int]]:
        if len(bucket) <= ALL_PAIRS:
            yield from ((one, other) for at, other in enumerate(bucket) for one in bucket[:at])
        elif across:  # every article of either side meets the first of the other
            firsts = [next((at for at in bucket if self.side[at] == side), None) for side in (0, 1)]
            for at in bucket:
                first = firsts[1 - self.side[at]]
                if first is not None:
                    yield min(at, first), max(at, first)
        else:
            for before, at in pairwise(bucket):
                yield before, at
                if before != bucket[0]:
                    yield bucket[0], at


class _Joined:
    """Which articles are one group: the first of it leads it."""

    def __init__(self, count: int) -> None:
        self._leader = array("q", range(count))

    def of(self, index: int) -> int:
        leader = self._leader
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    def join(self, one: int, other: int) -> None:
        first, second = sorted((self.of(one), self.of(other)))
        self._leader[second] = first


@dataclass(frozen=True)
class Found:
    """What a search found."""

    articles: int
    clusters: tuple[int, ...]
    """Clusters of each data set."""
    pairs: int
    """Verified pairs; of many near-duplicates of one another not every pair is among them."""
    repeated: NDArray[np.bool_]
    """True for each article that repeats one of an earlier cluster, or, between two sets, of the other set."""
    touched: int
    """Clusters of the (first) data set that have such an article."""
    emptied: int
    """Clusters all of whose articles are such."""
    worst: tuple[tuple[Pair, ArticleName, ArticleName], ...]
    """The most similar pairs."""


def find_repeated(articles: Articles, worst: int = 10, advance: Callable[[int], None] = lambda _: None) -> Found:
    """Find articles that repeat one of an earlier cluster; being near-duplicates is passed on."""
    joined = _Joined(len(articles))
    tops = _Tops(worst)
    pairs = 0
    for pair in articles.pairs(across=False, advance=advance):
        joined.join(pair.first, pair.second)
        tops.add(pair)
        pairs += 1
    cluster = articles.cluster
    repeated = np.array([cluster[joined.of(at)] != cluster[at] for at in range(len(articles))], dtype=np.bool_)
    return _found(articles, repeated, pairs, tops, 0)


def find_shared(articles: Articles, worst: int = 10, advance: Callable[[int], None] = lambda _: None) -> Found:
    """Find articles of either data set that stand in the other."""
    repeated = np.zeros(len(articles), dtype=np.bool_)
    tops = _Tops(worst)
    pairs = 0
    for pair in articles.pairs(across=True, advance=advance):
        repeated[[pair.first, pair.second]] = True
        tops.add(pair)
        pairs += 1
    return _found(articles, repeated, pairs, tops, 0)


def _found(articles: Articles, repeated: NDArray[np.bool_], pairs: int, tops: "_Tops", side: int) -> Found:
    ours = np.frombuffer(articles.side, dtype=np.int8) == side if len(articles) else np.empty(0, dtype=np.bool_)
    number = np.frombuffer(articles.cluster, dtype=np.int64) if len(articles) else np.empty(0, dtype=np.int64)
    touched = np.unique(number[ours & repeated])
    left = np.unique(number[ours & ~repeated])
    return Found(
        articles=len(articles),
        clusters=tuple(articles.clusters),
        pairs=pairs,
        repeated=repeated,
        touched=len(touched),
        emptied=len(np.setdiff1d(touched, left, assume_unique=True)),
        worst=tuple((pair, articles.name(pair.first), articles.name(pair.second)) for pair in tops.ordered()),
    )


class _Tops:
    """The most similar pairs, the earliest first among equals, however they arrive."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._kept: list[Pair] = []

    def add(self, pair: Pair) -> None:
        self._kept.append(pair)
        if len(self._kept) > 64 + 4 * self._count:
            self._kept = self.ordered()

    def ordered(self) -> list[Pair]:
        ranked = sorted(self._kept, key=lambda pair: (-pair.similarity, pair.first, pair.second))
        return ranked[: self._count]


def without_repeated(clusters: Iterable[Cluster], repeated: NDArray[np.bool_]) -> Iterator[Cluster]:
    """Yield the clusters without the articles that are `repeated`; one left without articles is left out.

    Articles without a text stay with the others of their cluster.
    """
    at = 0
    for cluster in clusters:
        kept = []
        for article in cluster.articles:
            if not article.text.strip():
                kept.append(article)
                continue
            if not repeated[at]:
                kept.append(article)
            at += 1
        if any(article.text.strip() for article in kept) or len(kept) == len(cluster.articles):
            yield (
                cluster if len(kept) == len(cluster.articles) else cluster.model_copy(update={"articles": tuple(kept)})
            )
