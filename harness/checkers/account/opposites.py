"""Deeds and qualities told as their opposites: where the claim has `struck down`, the articles have `upheld`.

A word of the claim that the articles do not have of its event is contradicted where they have an opposite of it joined
to the words that the claim joins it to: its subject or object for a verb, the noun for an adjective. Opposites come
from WordNet, from the lexicon where WordNet has none, and from synonyms (`harness.claims.thesaurus.reversals`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.checkers.account.elements import SURE
from harness.checkers.account.matching import Matcher, governs
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.converse import converse
from harness.claims.parsing.parse import Token
from harness.claims.polarity import negator
from harness.claims.sentence_analysis import Reading
from harness.claims.thesaurus import opposites, reversals
from harness.claims.verbs import phrasal


@dataclass(frozen=True, slots=True)
class Opposed:
    """A word of a claim whose opposite the articles have of the same parties."""

    token: int
    unit: int
    other: int


def opposed_words(cluster: ClusterReading, matcher: Matcher, reading: Reading) -> Iterator[Opposed]:
    """Find verbs and adjectives of a claim in whose place the articles that tell of its event have an opposite."""
    for token in reading.parse.tokens:
        if token.pos not in {"VERB", "ADJ"} or not reading.keys[token.i]:
            continue
        here = matcher.here(token.i)
        # The articles have the word itself of this event.
        if here is not None and here.grade >= SURE:
            continue
        found = _opposed(cluster, matcher, reading, token)
        if found is not None:
            yield found


def _opposed(cluster: ClusterReading, matcher: Matcher, reading: Reading, token: Token) -> Opposed | None:
    """Find an opposite of one word said of the same party; None where the articles also say the word of it."""
    others = reversals(phrasal(reading.parse, token)) if token.pos == "VERB" else opposites(token.lemma)
    joined = _of_verb if token.pos == "VERB" else _of_adjective
    places = [
        place for other in sorted(others) for place in cluster.forms.lemmas.get(other, ())
        if place[0] in matcher.scene and _alike(cluster.readings[place[0]], place[1], token)
        and joined(cluster, matcher, reading, token, place)
    ]  # fmt: skip
    own = ((match.unit, match.token) for match in matcher.matches(token.i) if places and match.grade >= SURE)
    if not places or any(joined(cluster, matcher, reading, token, place) for place in own):
        return None  # the articles say it of the same party elsewhere
    order = {unit: at for at, unit in enumerate(matcher.sites)}
    return Opposed(token.i, *min(places, key=lambda place: (order.get(place[0], len(order)), place)))


def _alike(theirs: Reading, at: int, token: Token) -> bool:
    """Accept an opposite of the same part of speech that is not negated."""
    negated = any(negator(theirs.parse, theirs.parse.tokens[child]) for child in theirs.parse.children[at])
    return theirs.parse.tokens[at].pos == token.pos and not negated


def _of_verb(
    cluster: ClusterReading, matcher: Matcher, reading: Reading, token: Token, place: tuple[int, int]
) -> bool:  # fmt: skip
    """Tell whether an article's verb shares the object of a claim's verb, or its subject where one has none.

    What is bought is also sold: for such a pair only the subjects tell.
    """
    unit, at = place
    theirs = cluster.readings[unit]

    def shared(mine: Sequence[int], others: Sequence[int]) -> bool:
        return any(match.unit == unit and match.token in others and match.grade >= SURE
                   for index in mine if reading.keys[index] for match in matcher.matches(index))  # fmt: skip

    handed = converse(phrasal(reading.parse, token), phrasal(theirs.parse, theirs.parse.tokens[at]))
    for mine in (frame for frame in reading.frames if frame.predicate == token.i):
        for frame in (frame for frame in theirs.frames if frame.predicate == at):
            agents = shared(mine.agents, frame.agents)
            patients = shared(mine.patients, frame.patients) and not handed
            if patients or (agents and (handed or not (mine.patients and frame.patients))):
                return True
    return False


def _of_adjective(
    cluster: ClusterReading, matcher: Matcher, reading: Reading, token: Token, place: tuple[int, int]
) -> bool:  # fmt: skip
    """Tell whether an adjective of the articles is said of what the claim's is said of."""
    unit, at = place
    theirs = cluster.readings[unit]
    above = next((above.i for above in reading.parse.ancestors(token.i) if reading.keys[above.i]), None)
    return above is not None and any(
        match.unit == unit and match.grade >= SURE and governs(theirs, match.token, at)
        for match in matcher.matches(above)
    )  # fmt: skip
