"""Evidence retrieval: the sentences of a cluster's articles that bear most on a claim.

BM25 (Robertson & Zaragoza, "The Probabilistic Relevance Framework", 2009) over stems of content words, each sentence
of each article a unit. A sentence that stands in several articles, or twice in one, is one unit with several places:
a doubled source changes neither document frequencies nor scores.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from harness.claims.lexical import content_stems
from harness.records import Cluster, Evidence
from harness.text import normalise, sentence_spans

K1 = 1.2
"""How soon a repeated term stops counting (Robertson & Zaragoza advise 1.2 to 2)."""
B = 0.6
"""How much a long sentence is held against it, from 0 to 1."""


@dataclass(frozen=True)
class Place:
    """Where a sentence stands: characters of an article's text, or of its title."""

    article_id: str
    start: int
    end: int
    text: str
    """Exactly what stands there; places of one unit may differ in typography."""
    title: bool
    position: int
    """Its rank among the sentences of the article; the title is 0."""


@dataclass(frozen=True)
class Unit:
    """One distinct sentence of a cluster with all the places it stands in, ordered by article id and position."""

    text: str
    terms: tuple[str, ...]
    places: tuple[Place, ...]

    def evidence(self, score: float = 0.0, article_id: str | None = None) -> Evidence:
        """The sentence in the first of its places, or in the first that stands in one article."""
        place = next((place for place in self.places if article_id in (None, place.article_id)), self.places[0])
        return Evidence(
            article_id=place.article_id,
            start=place.start,
            end=place.end,
            text=place.text,
            score=score,
            title=place.title,
        )

    @property
    def article_ids(self) -> frozenset[str]:
        """The articles it stands in."""
        return frozenset(place.article_id for place in self.places)


class EvidenceIndex:
    """The sentences of a cluster, ready to be searched."""

    def __init__(self, cluster: Cluster) -> None:
        gathered: dict[str, list[Place]] = defaultdict(list)
        for article in sorted(cluster.articles, key=lambda article: article.article_id):
            spans = [(article.title, span, True) for span in sentence_spans(article.title)]
            spans += [(article.text, span, False) for span in sentence_spans(article.text)]
            for position, (source, (start, end), title) in enumerate(spans):
                text = source[start:end]
                gathered[normalise(text).lower()].append(Place(article.article_id, start, end, text, title, position))
        self.units = [
            Unit(places[0].text, content_stems(places[0].text), tuple(places)) for places in gathered.values()
        ]
        counts = [Counter(unit.terms) for unit in self.units]
        mean = sum(len(unit.terms) for unit in self.units) / max(1, len(self.units)) or 1.0
        frequency = Counter(term for count in counts for term in count)
        total = len(self.units)
        self.idf = {term: math.log(1 + (total - n + 0.5) / (n + 0.5)) for term, n in frequency.items()}
        self.unseen_idf = math.log(1 + (total + 0.5) / 0.5)
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for index, count in enumerate(counts):
            length = 1 - B + B * len(self.units[index].terms) / mean
            for term, n in count.items():
                self._postings[term].append((index, self.idf[term] * n * (K1 + 1) / (n + K1 * length)))

    def scores(self, terms: Sequence[str]) -> dict[int, float]:
        """BM25 score of each unit that shares a term with `terms`, by its index in `units`."""
        found: dict[int, float] = defaultdict(float)
        for term in dict.fromkeys(terms):
            for index, weight in self._postings.get(term, ()):
                found[index] += weight
        return found

    def best(self, text: str, limit: int = 5) -> list[tuple[int, float]]:
        """Indices of the `limit` units that bear most on `text` with their scores, best first."""
        scored = self.scores(content_stems(text))
        return sorted(scored.items(), key=lambda item: (-item[1], item[0]))[:limit]

    def search(self, text: str, limit: int = 5) -> list[Evidence]:
        """The `limit` sentences that bear most on `text`, best first; fewer where fewer share a word with it."""
        return [self.units[index].evidence(score) for index, score in self.best(text, limit)]
