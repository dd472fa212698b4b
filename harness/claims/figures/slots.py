"""The slot that a figure fills: how many of what, to whom what happened. Two figures conflict in one slot only."""

from functools import lru_cache

from harness.claims.figures.measures import measures_alike
from harness.claims.figures.quantities import Figure
from harness.claims.meaning import concept
from harness.claims.sentence_analysis import Reading
from harness.language.lexical import word_list

_CROWD = frozenset({"people", "person", "protest", "civilian", "victim", "individu", "dozen", "hundr", "thousand",
                    "resid", "worker", "other", "more", ""})  # fmt: skip
"""Counts of these are counts of people at large, so they stand in one slot."""
_MEMBERS = frozenset({"member", "personnel", "number", "group"})
"""Nouns that only say that their modifier is counted: 13 members of the security forces."""
TOLLS = {"toll": "kill", "death": "kill", "fatality": "kill", "casualty": "injure", "injury": "injure"}
"""Nouns that are a count themselves, by what is counted: the death toll rose to 82."""


_SAYING = frozenset({"say", "think", "report"})


@lru_cache(maxsize=1 << 12)
def counted(reading: Reading, figure: Figure) -> frozenset[str]:
    """List the concepts of what a figure counts; `people` for people at large and where nothing is said."""
    tokens = reading.parse.tokens
    heads: set[str] = set()
    at = tokens[figure.head_token]
    if figure.head and concept(figure.head) not in _CROWD:
        heads.add(concept(figure.head))
        if figure.head in _MEMBERS:
            kinds = [tokens[child] for child in reading.parse.children[at.i] if tokens[child].pos in {"NOUN", "PROPN"}]
            heads = {reading.keys[token.i] for token in kinds if reading.keys[token.i]} or heads
    elif not figure.head:
        heads.update(_antecedents(reading, figure))
    # A toll of 82 counts people, as `82 died` does.
    if heads & {concept(word) for word in TOLLS}:
        return frozenset({"people"})
    return frozenset(heads - _CROWD) or frozenset({"people"})


def _antecedents(reading: Reading, figure: Figure) -> set[str]:
    """Resolve `of whom` after a figure: the noun that the clause modifies, with what is joined to it."""
    tokens = reading.parse.tokens
    start = tokens[figure.token].i
    if not any((token.tag == "WP" or token.lower == "them") and token.i <= start + 4 for token in tokens[start + 1 :]):
        return set()
    people = word_list("roles", "people")
    before = [token for token in tokens[:start] if token.lemma in people and token.pos in {"NOUN", "PROPN", "ADJ"}]
    if not before:
        return set()
    last = before[-1]
    joined = [
        token for token in before[:-1] if token.i >= last.i - 2 and tokens[token.i + 1].lower in {"and", ",", "or"}
    ]
    return {concept(token.lemma) for token in (*joined, last)}


@lru_cache(maxsize=1 << 12)
def happening(reading: Reading, figure: Figure) -> frozenset[str]:
    """List the concepts of predicates that what a figure counts takes part in, and of nouns that name the measure."""
    tokens = reading.parse.tokens
    heads = {figure.head_token, figure.token}
    found: set[str] = set()
    if figure.head in TOLLS:
        found.add(TOLLS[figure.head])
    deed = concept(tokens[figure.head_token].lemma)
    if deed in TOLLS.values():
        found.add(deed)  # `47 die`, read as so many dies
    for frame in reading.frames:
        arguments = {*frame.agents, *frame.patients, *(index for _, index in frame.obliques)}
        if heads & arguments:
            found.add(frame.concept)
            found.update(TOLLS[tokens[index].lemma] for index in arguments if tokens[index].lemma in TOLLS)
            found.update(
                concept(tokens[index].lemma) for index in frame.agents if figure.unit and tokens[index].pos == "NOUN"
            )
    for index in heads:
        for child in reading.parse.children[index]:
            if tokens[child].dep in {"amod", "compound", "acl"} and reading.keys[child]:
                found.add(reading.keys[child])
        above = tokens[tokens[index].head]
        if above.i != index and above.pos in {"NOUN", "PROPN", "ADJ"} and reading.keys[above.i]:
            found.add(reading.keys[above.i])
            if above.lemma in TOLLS:
                found.add(TOLLS[above.lemma])
    return frozenset(found)


def asked_about(reading: Reading, figure: Figure) -> frozenset[str]:
    """List `happening` without verbs of saying; a figure with none shares no slot."""
    return happening(reading, figure) - _SAYING


def comparable(first: Figure, second: Figure) -> bool:
    """Tell whether a figure measures in the unit of another; plain counts compare whatever they count."""
    return measures_alike(first.unit, second.unit) and first.ordinal == second.ordinal


def same_slot(one: Reading, first: Figure, other: Reading, second: Figure) -> bool:
    """Tell whether two figures answer one question: same unit, same thing counted, same thing happening to it."""
    if not comparable(first, second) or first.unit == "age" or first.ordinal:
        return False
    mine, theirs = counted(one, first), counted(other, second)
    if not first.unit and not mine & theirs:
        return False
    shared = asked_about(one, first) & asked_about(other, second)
    # `The dead` is both counted and what happened; being counted in both is not yet one happening.
    return bool(shared - mine if not first.unit else shared)


def is_year(reading: Reading, figure: Figure) -> bool:
    """Recognise a figure that is written as a year."""
    written = reading.parse.text[figure.start : figure.end]
    return written.isdigit() and len(written) == 4 and written[:2] in {"19", "20"}
