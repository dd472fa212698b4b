"""The context of a perturbation: a cluster's articles, read once, and a headline read as they would case it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from harness.claims.casing import Casing
from harness.claims.entities import Name, same_name
from harness.claims.figures.quantities import Figure
from harness.claims.parsing.parse import Parser
from harness.claims.sentence_analysis import Reading, read_all
from harness.claims.units import units
from harness.language.lexical import content_stems
from harness.language.text import normalise, word_spans
from harness.records import Cluster

LONGEST = 400
"""Sentences of a cluster that are read; what is beyond is a page, not an article."""


@dataclass(frozen=True)
class Spelling:
    """A name as articles write it."""

    name: Name = field(compare=False)
    text: str
    form: str
    """`adjective`, `plural` or `name`: what it may take the place of."""
    where: bool = field(default=False, compare=False)
    """True where some sentence says that something is in it, at it, near it."""


class Context:
    """The article side of a cluster."""

    def __init__(self, cluster: Cluster, parser: Parser) -> None:
        self.cluster = cluster
        self.parser = parser
        self.sentences = [unit.text for unit in units(cluster)][:LONGEST]
        self.casing = Casing(self.sentences, parser.common)
        self.readings = read_all(parser.parse([self.casing.undo(text) for text in self.sentences]))
        self.stems = frozenset(stem for text in self.sentences for stem in content_stems(text))
        self.times = frozenset(time for reading in self.readings for time in reading.times)
        self._lower = frozenset(
            text[start:end] for text in self.sentences for start, end in word_spans(text) if text[start].islower()
        )
        self.words = frozenset(word for text in self.sentences for word in normalise(text).lower().split())

    @cached_property
    def figures(self) -> list[tuple[Reading, Figure]]:
        """Every figure of the articles with its sentence."""
        return [(reading, figure) for reading in self.readings for figure in reading.figures]

    @cached_property
    def names(self) -> list[Spelling]:
        """The names of the articles, each spelling once, the most frequent first."""
        counted: Counter[Spelling] = Counter()
        where: set[Spelling] = set()
        for reading in self.readings:
            for name in reading.names:
                spelling = spell(reading, name)
                counted[spelling] += 1
                if is_where(reading, name):
                    where.add(spelling)
        ranked = sorted(counted, key=lambda spelling: (-counted[spelling], spelling.text))
        return [replace(spelling, where=spelling in where) for spelling in ranked]

    def writes_small(self, word: str) -> bool:
        """Tell whether a word is an ordinary one: the articles write it small, or lack it and English has it."""
        lower = word.lower()
        return lower in self._lower or (lower not in self.words and self.parser.common(lower))

    def headline(self, text: str) -> "Headline":
        """Read a text as a headline about this cluster."""
        flat = " ".join(text.split())
        (reading,) = read_all(self.parser.parse([self.casing.undo(flat)]))
        return Headline(flat, reading, self)

    def acts(self, name: Name) -> bool:
        """Tell whether an article tells of something that the bearer of a name does."""
        return any(
            same_name(name, other) and any(other.start <= index < other.end for index in frame.agents)
            for reading in self.readings
            for frame in reading.frames
            for other in reading.names
        )

    def speaks_of(self, name: Name) -> bool:
        """Tell whether an article has a name that may name the same."""
        return any(same_name(name, other.name) for other in self.names)

    def without(self, headline: str) -> Cluster:
        """Drop titles that are the headline itself from the cluster: no checker shall find the true text whole."""
        key = normalise(headline).lower()
        articles = tuple(
            article.model_copy(update={"title": ""}) if normalise(article.title).lower() == key else article
            for article in self.cluster.articles
        )
        bare = self.cluster.without_references()
        return bare if articles == self.cluster.articles else bare.model_copy(update={"articles": articles})


@dataclass(frozen=True, eq=False)
class Headline:
    """A true headline; the reading's offsets hold for the text, since undoing capitals changes no length."""

    text: str
    reading: Reading
    context: Context

    @cached_property
    def capitals(self) -> bool:
        """True where its words are capitalised throughout."""
        return self.text != self.reading.parse.text

    def inner(self, words: str) -> str:
        """Write words from the head of the headline as they stand inside one: without the first letter's capital."""
        first = words.split(" ", 1)[0]
        long_name = any(name.start == 0 and len(name.words) > 1 for name in self.reading.names)
        kept = long_name or first[1:2].isupper() or self.capitals or not self.context.writes_small(first)
        return words if kept else words[:1].lower() + words[1:]

    def put(self, start: int, end: int, new: str) -> str:
        """Replace a span: capitals as the place asks for, no space doubled or before a comma."""
        old = self.text[start:end]
        if old and old.isupper() and len(old) > 1 and self.text.isupper():
            new = new.upper()
        elif self.capitals:
            new = capitalise(new)
        joined = " ".join(f"{self.text[:start]}{new}{self.text[end:]}".split())
        return sentence_case(joined.replace(" ,", ",").replace(" .", "."), self.text)


_SMALL = frozenset({"a", "an", "the", "of", "in", "on", "at", "to", "for", "by", "and", "or", "with", "as", "from"})
"""Words that keep their small letter in a headline of capitals."""


def capitalise(words: str) -> str:
    """Capitalise words as a headline of capitals does."""
    return " ".join(word if word in _SMALL else word[:1].upper() + word[1:] for word in words.split(" "))


def sentence_case(text: str, before: str) -> str:
    """Give `text` a capital first letter where `before`, which it was made from, has one."""
    text = text.strip(" ,;")
    return text[:1].upper() + text[1:] if before[:1].isupper() else text


LOCATIVE = frozenset({"in", "at", "near", "from", "to", "off", "outside", "inside", "across", "into", "over"})
"""Prepositions under which a name says where."""


def is_where(reading: Reading, name: Name) -> bool:
    """Tell whether a name says where: a place under a preposition of place."""
    tokens = reading.parse.tokens
    if name.kind != "place" or tokens[name.end - 1].tag == "JJ":
        return False
    return any(
        tokens[tokens[index].head].lower in LOCATIVE and tokens[index].dep == "pobj"
        for index in range(name.start, name.end)
    )


def spell(reading: Reading, name: Name) -> Spelling:
    """Read how a name is spelled and what it may take the place of."""
    tokens = reading.parse.tokens
    last = tokens[name.end - 1]
    form = "adjective" if last.tag == "JJ" else "plural" if last.tag in {"NNPS", "NNS"} else "name"
    end = last.end - (2 if last.text.endswith(("'s", "’s")) else 0)
    return Spelling(name, reading.parse.text[tokens[name.start].start : end], form)


def titles_and_references(cluster: Cluster) -> list[tuple[str, str]]:
    """List the true headlines of a cluster with their origin: its references, or its articles' titles.

    Each wording once.
    """
    headlines = [("reference", reference.text) for reference in cluster.references]
    headlines = headlines or [("title", article.title) for article in cluster.articles]
    kept: dict[str, tuple[str, str]] = {}
    for origin, text in headlines:
        flat = " ".join(text.split())
        if flat:
            kept.setdefault(normalise(flat).lower(), (origin, flat))
    return list(kept.values())


LENT = 12
"""Names that one cluster lends another at most."""


def strangers(contexts: Iterable[Context]) -> Mapping[str, Sequence[Spelling]]:
    """Choose names that clusters can lend one another, by cluster: the most frequent of each."""
    by_cluster: dict[str, list[Spelling]] = defaultdict(list)
    for context in contexts:
        by_cluster[context.cluster.cluster_id] = [spelling for spelling in context.names if len(spelling.text) > 2][
            :LENT
        ]
    return by_cluster
