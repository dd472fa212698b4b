"""The distinct sentences of a cluster, each with all the places it stands in.

A sentence that stands in several articles, or twice in one, is one unit: a doubled source changes no count.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from harness.language.lexical import content_stems, word_list
from harness.language.text import normalise, sentence_spans
from harness.records import Cluster, Evidence


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
        """Quote the sentence from the first of its places, or from the first in one article."""
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
        """Return the articles it stands in."""
        return frozenset(place.article_id for place in self.places)


_END = re.compile(r"\b([a-z]{4,})[.]\s+(?=[“\"]?[A-Z])")


def article_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the sentences of an article's text, cut also after words that the splitter takes for short forms.

    Such as `this month. Rescuers …`: two sentences read as one hide what each says of whom.
    """
    for start, end in sentence_spans(text):
        at = start
        for found in _END.finditer(text, start, end):
            if found.group(1) not in word_list("reading", "shortened"):
                yield at, found.end(1) + 1
                at = found.end()
        yield at, end


def units(cluster: Cluster) -> list[Unit]:
    """List the units of a cluster, ordered by article id and place, titles first; article order changes nothing."""
    gathered: dict[str, list[Place]] = defaultdict(list)
    # Sorted, so that the order in which articles are given changes no result.
    for article in sorted(cluster.articles, key=lambda article: article.article_id):
        spans = [(article.title, span, True) for span in article_spans(article.title)]
        spans += [(article.text, span, False) for span in article_spans(article.text)]
        for position, (source, (start, end), title) in enumerate(spans):
            text = source[start:end]
            gathered[normalise(text).lower()].append(Place(article.article_id, start, end, text, title, position))
    return [Unit(places[0].text, content_stems(places[0].text), tuple(places)) for places in gathered.values()]
