"""Deeds and qualities told as their opposites: where the claim has `struck down`, the articles have `upheld`.

A word of the claim that the articles do not have of its event is contradicted where they have an opposite of it joined
to the words that the claim joins it to: its subject or object for a verb, what governs it for an adjective, an adverb
or a noun. Opposites come from WordNet, from the lexicon where WordNet has none, and from synonyms
(`harness.claims.thesaurus.reversals`).

Beside them deeds that only look opposed: told from their other side, where one beats whom the claim has lose.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from harness.checkers.account.alignment import Aligner
from harness.checkers.account.elements import SURE, Held
from harness.checkers.account.matching import Matcher, governs
from harness.checkers.account.parties import arguments_of, deeds_alike, stands
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.converse import Deed, converse, deeds, sides_of_one
from harness.claims.entities import same_name
from harness.claims.frames import Frame
from harness.claims.parsing.parse import Token
from harness.claims.polarity import is_negated
from harness.claims.sentence_analysis import Reading, party_text
from harness.claims.thesaurus import opposites, reversals
from harness.claims.verbs import phrasal
from harness.language.lexical import word_list

_QUALITIES = frozenset({"ADJ", "ADV", "NOUN"})
_VERBS = frozenset({"VERB"})
_ANY = _QUALITIES | _VERBS


@dataclass(frozen=True, slots=True)
class Opposed:
    """A word of a claim whose opposite the articles have of the same parties."""

    token: int
    unit: int
    other: int


def opposed_words(cluster: ClusterReading, matcher: Matcher, reading: Reading) -> Iterator[Opposed]:
    """Find words of a claim in whose place the articles that tell of its event have an opposite."""
    # The verb of a headline is often read as a noun: `Bridge reopens`.
    verbs = {frame.predicate for frame in reading.frames if frame.kind == "verb"}
    for token in reading.parse.tokens:
        is_verb = token.pos == "VERB" or token.i in verbs
        if not (is_verb or token.pos in _QUALITIES) or not reading.keys[token.i] or _is_age(reading, token):
            continue
        here = matcher.here(token.i)
        # The articles have the word itself of this event. Of a person by name it has to be their own deed.
        if here is not None and here.grade >= SURE and not (is_verb and _of_person(reading, token)):
            continue
        found = _opposed(cluster, matcher, reading, token, is_verb=is_verb)
        if found is not None:
            yield found


def _is_age(reading: Reading, token: Token) -> bool:
    """Tell whether a word ends an age: a `23-year-old` mayor is young."""
    before = [each.text.lower() for each in reading.parse.tokens[max(0, token.i - 2) : token.i]]
    return token.lower == "old" and (before == ["year", "-"] or before[-1:] == ["years"])


def _of_person(reading: Reading, token: Token) -> bool:
    """Tell whether somebody by name does a deed, or has it done to them."""
    people = {at for name in reading.names if name.kind == "person" for at in range(name.start, name.end)}
    own = (frame for frame in reading.frames if frame.predicate == token.i)
    return any(not people.isdisjoint((*frame.agents, *frame.patients)) for frame in own)


def _opposed(
    cluster: ClusterReading, matcher: Matcher, reading: Reading, token: Token, *, is_verb: bool
) -> Opposed | None:  # fmt: skip
    """Find an opposite of one word said of the same party; None where the articles also say the word of it."""
    others = reversals(phrasal(reading.parse, token)) if is_verb else opposites(token.lemma)
    joined = _of_verb if is_verb else _of_quality
    places = [
        place for other in sorted(others) for place in cluster.forms.lemmas.get(other, ())
        if place[0] in matcher.scene and _alike(cluster.readings[place[0]], place[1], _VERBS if is_verb else _ANY)
        and joined(cluster, matcher, reading, token, place)
    ]  # fmt: skip
    own = ((match.unit, match.token) for match in matcher.matches(token.i) if places and match.grade >= SURE)
    if not places or any(joined(cluster, matcher, reading, token, place) for place in own):
        return None  # the articles say it of the same party elsewhere
    order = {unit: at for at, unit in enumerate(matcher.sites)}
    return Opposed(token.i, *min(places, key=lambda place: (order.get(place[0], len(order)), place)))


def _alike(theirs: Reading, at: int, parts: frozenset[str]) -> bool:
    """Accept an opposite of some part of speech that is not negated: who is `not happy` is unhappy."""
    token = theirs.parse.tokens[at]
    said_of = [at, *([token.head] if token.dep in {"acomp", "attr", "oprd"} else [])]
    return token.pos in parts and not any(is_negated(theirs.parse, over) for over in said_of)


def _of_verb(
    cluster: ClusterReading, matcher: Matcher, reading: Reading, token: Token, place: tuple[int, int]
) -> bool:  # fmt: skip
    """Tell whether an article's verb shares the object of a claim's verb, or its subject where one has none.

    What is bought is also sold: for such a pair only the subjects tell. What opens is opened.
    """
    unit, at = place
    theirs = cluster.readings[unit]

    def shared(mine: Sequence[int], others: Sequence[int]) -> bool:
        return any(match.unit == unit and match.token in others and match.grade >= SURE
                   for index in mine if reading.keys[index] for match in matcher.matches(index)) or any(
            _is_called(cluster, reading, index, theirs, other) for index in mine for other in others)  # fmt: skip

    mine_verb, their_verb = phrasal(reading.parse, token), phrasal(theirs.parse, theirs.parse.tokens[at])
    handed = converse(mine_verb, their_verb)
    # Only where one does both do they differ: what is bought is sold, and who is cleared was accused before.
    by_doer = handed or {_step(mine_verb), _step(their_verb)} == {"accusing", "clearing"}
    sides = by_doer or sides_of_one(mine_verb, their_verb)
    for mine in (frame for frame in reading.frames if frame.predicate == token.i):
        for frame in (frame for frame in theirs.frames if frame.predicate == at):
            if frame.patients and not handed and shared(mine.patients, frame.agents):
                continue  # a tax that is to be repealed imposes something itself
            agents = shared(mine.agents, frame.agents)
            patients = shared(mine.patients, frame.patients) and not by_doer
            # `The bridge reopens` of a bridge that a council closed: the one verb's subject is the other's object.
            if bool(mine.patients) != bool(frame.patients) and not sides:
                patients = patients or shared(mine.patients or mine.agents, frame.patients or frame.agents)
            if patients or (agents and (by_doer or not (mine.patients and frame.patients))):
                return True
    return False


def _is_called(cluster: ClusterReading, reading: Reading, index: int, theirs: Reading, other: int) -> bool:
    """Tell whether one of two words is a name and the other what the articles call its bearer: Dahl, the nurse."""
    mine, found = reading.name_at(index), theirs.name_at(other)
    if (mine is None) == (found is None):
        return False
    name, token = (mine, theirs.parse.tokens[other]) if mine is not None else (found, reading.parse.tokens[index])
    called = cluster.called(token.lemma) if token.pos == "NOUN" else ()
    return name is not None and any(same_name(name, each) for each in called)


def _step(verb: str) -> str:
    """Name the step of a trial that a verb tells, where it is one of two that follow on one another."""
    return next((step for step in ("accusing", "clearing") if verb in word_list("polarity", step)), "")


def _of_quality(
    cluster: ClusterReading, matcher: Matcher, reading: Reading, token: Token, place: tuple[int, int]
) -> bool:  # fmt: skip
    """Tell whether a word of the articles is said of what the claim's is said of, or stands under the same verb."""
    unit, at = place
    theirs = cluster.readings[unit]
    above = next((above.i for above in reading.parse.ancestors(token.i) if reading.keys[above.i]), None)
    return above is not None and any(
        match.unit == unit and match.grade >= SURE and governs(theirs, match.token, at)
        for match in matcher.matches(above)
    )  # fmt: skip


class Mirrored(NamedTuple):
    """A sentence that tells a deed of a claim from its other side."""

    unit: int
    predicate: int
    """The deed's word there, a token."""
    deed: int
    first: int
    second: int
    """The deed and its parties, tokens of the claim; the second is the one that acts in the sentence."""


def mirrored(aligner: Aligner, frame: Frame) -> Mirrored | None:
    """Find a sentence that tells a frame's deed from its other side, with both parties as the claim has them."""
    for mine in deeds(aligner.reading.parse, frame):
        if mine.first and mine.second and mine.frame.agents:
            found = _told_so(aligner, mine)
            if found is not None:
                return found
    return None


def _told_so(aligner: Aligner, mine: Deed) -> Mirrored | None:
    """Find a sentence that tells a deed so; of a converse pair the first party acts on the pair's left side."""
    acting = mine.frame.agents[0]
    second = mine.second if acting in mine.first else mine.first
    for unit, theirs in deeds_alike(aligner, mine):
        if theirs.frame.negated == mine.frame.negated and sides_of_one(mine.verb, theirs.verb):
            one, other = arguments_of(aligner, unit, mine, theirs)
            if all(stands(aligner, own, found) for own, found in zip(one, other, strict=True)):
                return Mirrored(unit, theirs.frame.predicate, mine.frame.predicate, acting, second[0])
    return None


def borne_by_mirror(cluster: ClusterReading, held: Held, found: Mapping[int, Mirrored]) -> Held:
    """Support the word for a deed by the word that a sentence tells it by from its other side."""
    one = found.get(held.tokens[0]) if held.kind == "predicate" and held.tokens else None
    if one is None or held.state != "unaccounted":
        return held
    token = cluster.readings[one.unit].parse.tokens[one.predicate]
    return Held(held.kind, held.start, held.end, "borne_out", ((one.unit, token.start, token.end),), tokens=held.tokens)


def as_told(cluster: ClusterReading, reading: Reading, one: Mirrored, said: str) -> str:
    """Write a claim sentence with its deed told from the side that the articles tell it from.

    A model that reads words rather than parties takes `Rovers lose to Ardmore` for the opposite of `Ardmore beat
    Rovers`. A sentence in another order than doer, deed, other party stays as it is.
    """
    (start, end), (other, last) = party_text(reading.parse, one.first), party_text(reading.parse, one.second)
    if (
        not end <= reading.parse.tokens[one.deed].start < other
        or said[:last].lower() != reading.parse.text[:last].lower()
    ):
        return said
    verb = cluster.readings[one.unit].parse.tokens[one.predicate].text
    return f"{said[:start]}{said[other:last]} {verb} {said[start:end]}{said[last:]}"
