"""The sentences of a cluster with their sources: what every search for contested facts starts from."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from harness.claims.parsing.parse import Parser, Token
from harness.claims.sentence_analysis import Reading, read_all
from harness.claims.units import Unit, units
from harness.ingest.independence import Sources
from harness.language.lexical import word_list
from harness.records import Cluster, ContestedFact, FactVersion

_BACK = 3
"""How many sentences back to look for what a plural pronoun stands for."""


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """One statement of a fact: where it stands and its words."""

    unit: int
    value: str


class Statements:
    """The sentences of one cluster, read, with the independent sources they come from."""

    def __init__(self, cluster: Cluster, parser: Parser) -> None:
        self.units: list[Unit] = units(cluster)
        self.readings: list[Reading] = read_all(parser.parse([unit.text for unit in self.units]))
        self.published = {article.article_id: article.published for article in cluster.articles}
        self._independent = Sources(cluster)

    def are_apart(self, first: int, second: int) -> bool:
        """Tell whether two sentences come from independent articles: neither stands in a source of the other."""
        return self._independent.are_apart(self.units[first].article_ids, self.units[second].article_ids)

    def published_of(self, unit: int) -> tuple[datetime | None, ...]:
        """List when each article that has a sentence was published."""
        return tuple(self.published[article] for article in sorted(self.units[unit].article_ids))

    def said(self, unit: int, span: tuple[int, int], note: str = "") -> Said:
        """Quote some words of a sentence as a statement."""
        return Said(unit, self.readings[unit].parse.text[slice(*span)] + note)

    def fact(
        self, fact: str, kind: str, sides: Iterable[tuple[str, Sequence[Said]]], update: bool = False
    ) -> ContestedFact:
        """Make a contested fact of what each side says and where."""
        versions = tuple(
            FactVersion(
                value=value,
                evidence=tuple(self.units[said.unit].evidence() for said in statements),
                witnesses=self._independent.count(
                    article for said in statements for article in self.units[said.unit].article_ids
                ),
            )
            for value, statements in sides
        )
        return ContestedFact.model_validate({"fact": fact, "kind": kind, "update": update, "versions": versions})

    def before(self, unit: int) -> list[Reading]:
        """Return up to three sentences before one in its article, the nearest first."""
        place = self.units[unit].places[0]
        by_position = self._at[place.article_id]
        return [
            self.readings[by_position[at]]
            for at in range(place.position - 1, place.position - 1 - _BACK, -1)
            if at in by_position
        ]  # fmt: skip

    @cached_property
    def _at(self) -> dict[str, dict[int, int]]:
        """Map article → position of a sentence → its number."""
        numbers: dict[str, dict[int, int]] = defaultdict(dict)
        for number, unit in enumerate(self.units):
            for place in unit.places:
                numbers[place.article_id][place.position] = number
        return numbers

    def plural_before(self, unit: int) -> frozenset[str]:
        """Resolve `they` in a sentence: what the last plural subject before it is called.

        Several names are a plural, too: in `Link and Grieve, who were piloting, ejected` they are pilots. Where the
        same sentence has other people in the plural, `they` may be those, and nothing is known.
        """
        for reading in self.before(unit):
            tokens = reading.parse.tokens
            subjects = [
                token for token in tokens
                if token.dep in {"nsubj", "nsubjpass"} and token.pos != "PRON" and _is_several(reading, token)
            ]  # fmt: skip
            if not subjects:
                continue
            inside = reading.parse.subtree(subjects[0].i)
            # Another plural for people in the sentence may be meant as well.
            others = [
                token for token in tokens
                if token.i not in inside and _means_people(token) and _means_people(subjects[0])
            ]  # fmt: skip
            if others:
                return frozenset()
            kept = [subjects[0].i] if subjects[0].tag in {"NNS", "NNPS"} else inside
            return frozenset(reading.keys[at] for at in kept if reading.keys[at])
        return frozenset()

    def people_before(self, unit: int) -> Token | None:
        """Find the last plural word for people in the sentences before: whom `eleven of them` are a part of."""
        for reading in self.before(unit):
            last = next((token for token in reversed(reading.parse.tokens) if _means_people(token)), None)
            if last is not None:
                return last
        return None


_DOERS = re.compile(r"(?:men|women|ers|ors|ists|ians|ees)$")
"""Endings of plural nouns that mostly mean people."""


def _means_people(token: Token) -> bool:
    """Recognise a plural noun for people."""
    return token.tag == "NNS" and (token.lemma in word_list("roles", "people") or bool(_DOERS.search(token.lower)))


def _is_several(reading: Reading, token: Token) -> bool:
    """Recognise a plural noun, or a name that others are joined to."""
    joined = any(reading.parse.tokens[child].dep == "conj" for child in reading.parse.children[token.i])
    return token.tag in {"NNS", "NNPS"} or joined
