"""Evidence retrieval: the sentences of a cluster's articles that bear most on a claim.

BM25 (Robertson & Zaragoza, "The Probabilistic Relevance Framework", 2009) over stems of content words, each sentence
of each article a unit. A sentence that stands in several articles, or twice in one, is one unit with several places:
a doubled source changes neither document frequencies nor scores.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from copy import copy

from harness.claims.units import units
from harness.language.lexical import content_stems
from harness.records import Cluster, Evidence

K1 = 1.2
"""Saturation of repeated terms (Robertson & Zaragoza advise 1.2 to 2)."""
B = 0.0
"""Length normalisation, from 0 to 1: none, since a sentence that says more supports more."""
EARLY = 0.15
"""Bonus of an article's first sentence; falls by a factor e over every `LEAD` sentences."""
LEAD = 5.0
SHORT = 25
"""Sentences of an article beyond which the bonus shrinks: a long page opens with headers, not with the news."""
REPEATED = 0.7
"""Factor by which a term counts less for the next span once a chosen one has it."""
OF_A_TERM = 50
"""Sentences with each term of a text that are among those that bear on it, however common its other terms are."""
BEFORE = 3
"""Sentences before one that bears on a text which a pronoun of it may point to."""
_LEADING = 0.01
"""Bonus above which a sentence is quoted for its place alone."""


class EvidenceIndex:
    """The sentences of a cluster, ready to be searched."""

    def __init__(self, cluster: Cluster) -> None:
        """Index the terms of every distinct sentence."""
        self.units = units(cluster)
        counts = [Counter(unit.terms) for unit in self.units]
        mean = sum(len(unit.terms) for unit in self.units) / max(1, len(self.units)) or 1.0
        frequency = Counter(term for count in counts for term in count)
        total = len(self.units)
        lengths = Counter(place.article_id for unit in self.units for place in unit.places)
        self._early = [
            EARLY * max(_earliness(place.position, lengths[place.article_id]) for place in unit.places)
            for unit in self.units
        ]
        self._leading = [index for index, unit in enumerate(self.units) if self._early[index] > _LEADING and unit.terms]
        self.idf = {term: math.log(1 + (total - n + 0.5) / (n + 0.5)) for term, n in frequency.items()}
        self.unseen_idf = math.log(1 + (total + 0.5) / 0.5)
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for index, count in enumerate(counts):
            length = 1 - B + B * len(self.units[index].terms) / mean
            for term, n in count.items():
                self._postings[term].append((index, self.idf[term] * n * (K1 + 1) / (n + K1 * length)))

    def scores(self, terms: Sequence[str]) -> dict[int, float]:
        """Return the BM25 score of each unit that shares a term with `terms`, by its index in `units`."""
        found: dict[int, float] = defaultdict(float)
        for term in dict.fromkeys(terms):
            for index, weight in self._postings.get(term, ()):
                found[index] += weight
        return found

    def best(self, text: str, limit: int = 5) -> list[tuple[int, float]]:
        """Return the `limit` units that bear most on `text`, as indices with scores, best first.

        Chosen one by one: BM25 as a share of what a sentence with every term of `text` would have, plus a bonus for
        standing early in its article; terms that a chosen sentence has already count less for the next, since
        evidence is a set of spans. A unit that shares no term may fill the set by its early place, since articles
        carry on in pronouns; where no unit shares any, nothing is chosen.
        """
        terms = dict.fromkeys(content_stems(text))
        shares: dict[int, dict[str, float]] = defaultdict(dict)
        for term in terms:
            for index, weight in self._postings.get(term, ()):
                shares[index][term] = weight
        if not shares:
            return []
        for index in self._leading:
            shares.setdefault(index, {})
        ceiling = sum(self.idf.get(term, self.unseen_idf) for term in terms) or 1.0
        worth = dict.fromkeys(terms, 1.0)
        chosen: list[tuple[int, float]] = []
        while len(chosen) < limit and shares:
            scored = {
                index: sum(weight * worth[term] for term, weight in found.items()) / ceiling + self._early[index]
                for index, found in shares.items()
            }
            best = min(scored, key=lambda index: (-scored[index], index))
            chosen.append((best, scored[best]))
            for term in shares.pop(best):
                worth[term] *= REPEATED
        return chosen

    def bearing_on(self, text: str, limit: int) -> list[int]:
        """List the `limit` units that a claim can be judged by where they are too many to read, in their order.

        Half are those of the highest scores and the best of each term, so that a word of the claim that stands
        anywhere is among them; then come those before them, and the rest are the first of each article.
        """
        scores = self.scores(content_stems(text))
        best = sorted(scores, key=lambda index: (-scores[index], index))
        chosen: dict[int, None] = {}
        for term in dict.fromkeys(content_stems(text)):
            having = sorted((index for index, _ in self._postings.get(term, ())), key=lambda i: (-scores[i], i))
            chosen.update(dict.fromkeys(having[:OF_A_TERM]))
        chosen.update(dict.fromkeys(best[: limit // 2]))
        for index in best[: limit // 10]:
            chosen.update(dict.fromkeys(range(max(0, index - BEFORE), index)))
        early = sorted(range(len(self.units)), key=lambda index: (-self._early[index], index))
        chosen.update(dict.fromkeys(early[:limit]))
        return sorted([*chosen][:limit])

    def only(self, kept: Sequence[int]) -> "EvidenceIndex":
        """Return the index of some of the units, numbered anew; each term and place counts as it does among all."""
        part = copy(self)
        part.units = [self.units[index] for index in kept]
        part._early = [self._early[index] for index in kept]
        part._leading = [at for at, unit in enumerate(part.units) if part._early[at] > _LEADING and unit.terms]
        wanted = dict(zip(kept, range(len(kept)), strict=True))
        terms = {term for unit in part.units for term in unit.terms}
        part._postings = defaultdict(list)
        for term in terms:
            found = ((wanted[index], weight) for index, weight in self._postings[term] if index in wanted)
            part._postings[term] = list(found)
        return part

    def search(self, text: str, limit: int = 5) -> list[Evidence]:
        """Return the `limit` sentences that bear most on `text`, best first; fewer where fewer share a word."""
        return [self.units[index].evidence(score) for index, score in self.best(text, limit)]


def _earliness(position: int, length: int) -> float:
    """Grade how early a sentence stands in an article: 1 for the first of a short one, falling to 0."""
    return min(1.0, SHORT / length) * math.exp(-position / LEAD)
