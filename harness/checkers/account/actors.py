"""Those in a claim who can act, by name or by what they are, whatever the parse makes of its verbs.

A headline's verb is often misread, and with it who does what. The model that reads who did it to whom needs no verb: it
compares a claim with the same claim in which two of its actors have changed places.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.sentence_analysis import Reading
from harness.claims.thesaurus import is_being

MOST = 4
"""Actors of a claim that are paired: the first ones."""
_BEFORE = frozenset({"compound", "amod", "poss", "det", "nummod"})


class Pair(NamedTuple):
    """Two actors of a claim that the articles have."""

    first: tuple[int, int]
    second: tuple[int, int]
    """Characters of the claim."""
    tokens: tuple[int, int]
    units: frozenset[int]
    """Sentences with a word of each."""


def pairs(cluster: ClusterReading, reading: Reading) -> Iterator[Pair]:
    """Yield each two actors of a claim of both of whom the articles have a word."""
    tokens, text = reading.parse.tokens, reading.parse.text
    found = [(span, _units(cluster, reading, span)) for span in _actors(reading)[:MOST]]
    for (one, here), (other, there) in combinations([each for each in found if each[1]], 2):
        first = tokens[one.start].start, tokens[one.stop - 1].end
        second = tokens[other.start].start, tokens[other.stop - 1].end
        if text[slice(*first)].lower() != text[slice(*second)].lower():
            yield Pair(first, second, (one.stop - 1, other.stop - 1), here & there)


def _actors(reading: Reading) -> list[range]:
    """List names and nouns that mean somebody, what stands side by side as one: `striker Bako`."""
    tokens = reading.parse.tokens
    marked = {at for name in reading.names for at in range(name.start, name.end)}
    marked |= {token.i for token in tokens if token.pos in {"NOUN", "PROPN"} and is_being(token.lemma)}
    found: list[range] = []
    for at in sorted(marked):
        if found and at == found[-1].stop:
            found[-1] = range(found[-1].start, at + 1)
            continue
        start = at
        while start and tokens[start - 1].dep in _BEFORE and tokens[start - 1].head == at:
            start -= 1
        found.append(range(start, at + 1))
    return found


def _units(cluster: ClusterReading, reading: Reading, span: range) -> frozenset[int]:
    """List the sentences with a word of an actor."""
    keys = {reading.keys[at] for at in span if reading.keys[at]}
    return frozenset(unit for key in keys for unit in cluster.pairs.get(key, ()))
