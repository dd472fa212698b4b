"""One way to change a headline."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from harness.perturbations.context import Headline, Spelling, capitalise
from harness.records import Cluster


@dataclass(frozen=True)
class Change:
    """A changed text, with the words that changed."""

    way: str
    """How, in a word or two: what one type of edit does in several ways is told apart by it."""
    text: str
    before: str
    """The words that gave way; empty where words were added."""
    after: str
    """The words that took their place; empty where words were taken away."""
    cluster: Cluster | None = None
    """The articles, where these are changed and not the text."""


@dataclass(frozen=True)
class Means:
    """Names and chance that an edit may draw on beside the headline and its articles."""

    lent: Sequence[Spelling]
    """Names of other clusters, none of which the articles have."""
    random: Random


Edit = Callable[[Headline, Means], Iterator[Change]]
"""All that an edit can make of one headline; nothing where it does not apply."""


def replace_span(headline: Headline, way: str, start: int, end: int, new: str) -> Change:
    """Replace one span by other words."""
    return Change(way, headline.put(start, end, new), headline.text[start:end], new)


def append_words(headline: Headline, words: str) -> Change:
    """Add words at the end, before a full stop."""
    bare = headline.text.rstrip()
    stop = bare[-1:] if bare[-1:] in ".!?" else ""
    inside = bare[: len(bare) - len(stop)]
    if headline.capitals:
        words = capitalise(words)
    return Change("added", f"{inside} {words}{stop}", "", words)
