"""Places of a deed that another has in the articles: `minister recalls envoy` where the king did.

A deed is looked for in every sentence that has it together with another part of the claim. One sentence in which the
claim's parties stand, or may stand (a pronoun, nobody at all), settles it; where in each another party holds a place
of the claim's, the articles do not tell its deed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from harness.checkers.account.doers import BROAD
from harness.checkers.account.elements import SAME_DEED, SURE, Held
from harness.checkers.account.matching import Match
from harness.checkers.account.places.apart import has_part_of_its_own, stand_apart, stands_across
from harness.checkers.account.places.likeness import Parties, frame_at, kind_of
from harness.claims.attribution import kind_of_saying
from harness.claims.converse import mutual, verb_of
from harness.claims.figures.measures import span_with_unit
from harness.claims.frames import Frame
from harness.claims.parsing.parse import Parse, Token
from harness.claims.sentence_analysis import Reading, clause, phrase, place_class, verb_over
from harness.language.lexical import word_list

_DIRECTIONS = frozenset({"north", "south", "east", "west"})
_PAIRS = (("inside", "outside"), ("for", "against"), ("with", "without"), ("above", "below"), ("to", "from"))
_OPPOSITE = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}
"""Prepositions by which a deed is another."""
_OF_OTHER_DEEDS = frozenset({
    "at after", "at amid", "at because", "at before", "at despite", "at during", "at following", "at over", "at since",
})  # fmt: skip
"""Places in which a headline names another deed, the occasion of its own, that articles tell wherever they like."""
_UNCHANGED = frozenset({"hurt", "hit", "beat", "cut"})
"""Verbs whose participle is their present: `Robbers hurt as customer fights back`."""
_STATES = frozenset({"acomp", "attr"})
_NOMINAL = frozenset({"NOUN", "PROPN", "NUM"})
_OBJECTS = frozenset({"dobj", "dative", "nsubjpass"})


@dataclass(frozen=True, slots=True)
class Place:
    """What a sentence has in one place of a deed."""

    state: Literal["same", "open", "other", "absent"]
    """The claim's party; perhaps it; another; nobody, and the claim's party stands nowhere near."""
    holder: int = -1
    apart: bool = False
    """Whether the claim's party stands in the sentence, in another place."""


@dataclass(frozen=True, slots=True)
class _Failed:
    """A sentence that has a deed with another party in a place of the claim's."""

    match: Match
    role: str
    index: int
    holder: int
    same: int
    """Parties that stand there as in the claim."""


def others_places(parties: Parties) -> Iterator[Held]:
    """Find the party of each deed in whose place every sentence that tells of it has another."""
    for frame in parties.reading.frames:
        if frame.kind in {"verb", "copula"} and parties.reading.keys[frame.predicate] and not frame.negated:
            held = _of_frame(parties, frame)
            if held is not None:
                yield held


def _of_frame(parties: Parties, frame: Frame) -> Held | None:
    """Find the place of one deed that another has, wherever the articles tell of it."""
    token = parties.reading.parse.tokens[frame.predicate]
    own = [each for each in _places(parties.reading, frame) if _is_own(parties.reading.parse, token, *each)]
    if token.lemma in word_list("says", "plain") or not own:
        return None
    failed = []
    for match in parties.matcher.matches(frame.predicate):
        if match.grade < SAME_DEED or not _is_deed(parties, match, token):
            continue
        theirs = frame_at(parties.cluster.readings[match.unit], match.token)
        if theirs is None:
            # A noun for the deed, or a modifier: with all parties near it may tell the claim's.
            if all(_is_told_by_noun(parties, match, index) for _, index in own):
                return None
            continue
        places = {party: _place(parties, match, theirs, frame, *party) for party in own}
        if not _tells_of_it(parties, match, token, places):
            continue
        # Of parties that are joined by `and` each may stand in a sentence of its own.
        held = {role for (role, _), place in places.items() if place.state != "other"}
        one = next(((party, place) for party, place in places.items() if party[0] not in held), None)
        if one is None:
            return None
        same = sum(place.state == "same" for place in places.values())
        failed.append(_Failed(match, *one[0], one[1].holder, same))
    if not failed:
        return None
    fullest = max(failed, key=lambda each: each.same)
    return _held(parties, frame, fullest) if parties.matcher.matches(fullest.index) else None


def _is_told_by_noun(parties: Parties, match: Match, index: int) -> bool:
    """Tell whether a party stands in the clause of a noun for its deed, or in a sentence beside it."""
    parse = parties.cluster.readings[match.unit].parse
    verb = verb_over(parse, match.token)
    words = set(range(len(parse.tokens)) if verb is None else clause(parse, verb.i))
    near = parties.matcher.forms.near[match.unit]
    return parties.among(match.unit, words, index) or any(
        each.unit in near and each.grade >= SURE for each in parties.matcher.matches(index)
    )


def _is_own(parse: Parse, verb: Token, role: str, at: int) -> bool:
    """Tell whether a party of the claim is surely its verb's own, not one that a clause takes over or a parse mixes up.

    `Mayor hurt as stand collapses` and `Tarn beaten by Norvik` are often read with the first noun as the doer.
    """
    if parse.tokens[at].lower in _DIRECTIONS or role in _OF_OTHER_DEEDS:
        return False
    if role != "agent":
        return True
    by = any(parse.tokens[child].dep == "agent" for child in parse.children[verb.i])
    child = verb.i in {parse.tokens[at].head, parse.tokens[parse.tokens[at].head].head}
    child |= parse.tokens[at].head == verb.head and verb.dep in _STATES  # meals are free
    # A verb that was read as a noun has the nominal before it as its subject (`claims.misread`).
    return not by and (
        child or verb.dep in {"ROOT", "conj"} or ((verb.pos == "NOUN" or verb.dep == "compound") and at < verb.i)
    )


def _tells_of_it(parties: Parties, match: Match, token: Token, places: dict[tuple[str, int], Place]) -> bool:
    """Tell whether a sentence with the deed's word tells of the claim's event: another party of it stands there."""
    same = [role for (role, _), place in places.items() if place.state == "same"]
    if token.lemma in BROAD and "patient" not in same:
        return False
    apart = any(place.apart for place in places.values())
    return bool(same) or apart or match.unit in parties.matcher.sites[:1]


def _is_deed(parties: Parties, match: Match, own: Token) -> bool:
    """Pass over verbs of saying, which WordNet has for `order` and the like."""
    lemma = parties.cluster.readings[match.unit].parse.tokens[match.token].lemma
    return lemma == own.lemma or not kind_of_saying(lemma)


def _place(parties: Parties, match: Match, theirs: Frame, mine: Frame, role: str, index: int) -> Place:
    """Look who holds a place of a deed in a sentence."""
    unit, reading = match.unit, parties.cluster.readings[match.unit]
    inside = parties.among(unit, set(_clause(reading, match.token, theirs)) - {match.token}, index)
    if any(reading.parse.tokens[kid].dep == "ccomp" for kid in reading.parse.children[match.token]):
        return Place("same" if inside else "open")  # who found what to be so: the parse has the places wrong
    holders = _holders(parties, match, theirs, mine, role, index)
    if inside:
        return _place_inside(parties, match, theirs, mine, role, index, holders)
    # Where and when may be said once for two verbs, unless the deed's own has a place or time of its own.
    scene = role.startswith("at ") and kind_of(parties.reading, index) in {"place", "time"}
    silent = (scene and not holders) or _is_amount(parties.reading, index)
    across = None if silent else _across(parties, match, index)
    if across is not None:
        return Place("other", across)
    if role in {"agent", "patient"} and has_part_of_its_own(parties, match, holders, index):
        return Place("other", holders[0])
    if not holders:
        return Place("open" if role in {"agent", "patient"} or parties.beside(unit, index) else "absent")
    holders = [at for at in holders if reading.parse.tokens[at].pos != "ADJ"] or holders  # a guard was shot dead
    # `A passenger, Kai Lund`: who is described beside the name is told by the description.
    heads = [
        at for at in holders if reading.parse.tokens[at].dep != "appos" or reading.parse.tokens[at].head not in holders
    ]
    outcomes = {at: parties.likeness(unit, at, index) for at in holders}
    same = [at for at, each in outcomes.items() if each == "same"]
    if same:
        return Place("same", same[0])
    others = [at for at, each in outcomes.items() if each == "other"]
    # `Her rival, Rafael Stroud`: the name decides, not the description beside it.
    named = [at for at in others if parties.cluster.argument(unit, at).name is not None]
    return Place("other", (named or others)[0]) if named or {*heads} <= {*others} else Place("open", holders[0])


def _is_amount(reading: Reading, index: int) -> bool:
    """Recognise the unit of a figure, which has no part in a deed: watches worth so many euros are stolen."""
    text, at = reading.parse.text, reading.parse.tokens[index].start
    spans = (span_with_unit(text, each.start, each.end, each.unit) for each in reading.figures if each.unit)
    return any(start <= at < end for start, end in spans)


def _place_inside(
    parties: Parties, match: Match, theirs: Frame, mine: Frame, role: str, index: int, holders: Sequence[int]
) -> Place:  # fmt: skip
    """Look who holds a place of a deed whose clause has the claim's party somewhere."""
    parse = parties.cluster.readings[match.unit].parse
    held = [at for party in (*theirs.agents, *theirs.patients) for at in phrase(parse, party)]
    there = [*holders, *(each.token for each in parties.matcher.matches(index) if each.unit == match.unit)]
    make = [other for at in there if (other := parties.of_another_make(match.unit, at, index)) is not None]
    if make:
        return Place("other", make[0])
    namesake = next((at for at in holders if parties.is_namesake(match.unit, at, index)), None)
    if namesake is not None:
        return Place("other", namesake)
    other = parties.of_another(match.unit, held, index)
    if other is None:
        other = parties.of_another_kind(match.unit, held, index)
    if other is not None:
        return Place("other", other)
    turned = _turned(parties, match, mine, role, index)
    if turned is not None:
        return Place("other", turned)
    holder = next((at for at in holders if parties.among(match.unit, set(clause(parse, at)), index)), None)
    if holder is not None:
        return Place("other" if parties.counted(match.unit, holder, index) == "other" else "same", holder)
    apart = role in {"agent", "patient"} and not mutual(verb_of(parties.reading.parse, mine))
    if apart and stands_across(parties, match, theirs, role, index):
        return Place("other", holders[0] if holders else match.token)
    # What stands deeper, `urged the council to move the farms`, may be urged too.
    crossed = apart and any(parties.holds(match.unit, at, index) for at in (*theirs.agents, *theirs.patients))
    if crossed and {parties.likeness(match.unit, at, index) for at in holders} == {"other"}:
        return Place("other", holders[0])
    if apart and stand_apart(parties, match, holders, index):
        return Place("other", holders[0], apart=True)
    return Place("same")


def _turned(parties: Parties, match: Match, mine: Frame, role: str, index: int) -> int | None:
    """Find the opposite preposition under which a deed has what the claim has under its own: `voted against it`."""
    own = next((name for name, at in mine.obliques if at == index), "") if role.startswith("at ") else ""
    opposite = _OPPOSITE.get(own)
    parse = parties.cluster.readings[match.unit].parse
    if opposite is None:
        return None
    there = [each for each in parties.matcher.matches(index) if each.unit == match.unit]
    heads = [parse.tokens[parse.tokens[each.token].head] for each in there]
    if any(above.lower == own and above.head == match.token for above in heads):
        return None  # fell to 2 per cent from 3 per cent
    for each, above in zip(there, heads, strict=True):
        written = {token.lower for token in parse.tokens[max(0, each.token - 3) : each.token]}  # from 9 to 10 euros
        if own in written:
            continue
        if above.dep == "prep" and above.lower == opposite and above.head == match.token:
            return above.i
    return None


def _holders(
    parties: Parties, match: Match, theirs: Frame, mine: Frame, role: str, index: int
) -> list[int]:  # fmt: skip
    """List who holds a place of a deed, as far as they can be compared with the claim's party."""
    reading = parties.cluster.readings[match.unit]
    verb = parties.reading.parse.tokens[mine.predicate]
    # `Customer struck on head`: a headline's passive that reads like an active verb.
    either = role == "agent" and not mine.patients and (verb.tag in {"VBD", "VBN"} or verb.lower in _UNCHANGED)
    if either and (theirs.open_agent or (verb.tag == "VBN" and theirs.patients)):
        return list(theirs.patients)
    roles = {"agent", "patient"} if either else {role}
    holders = [at for name, at in _places(reading, theirs, every=True) if name in roles]
    if role == "patient" and reading.parse.tokens[match.token].lemma not in {verb.lemma, mine.lemma}:
        # Who wins a cup beats somebody: under another verb another thing may be done to another.
        return [at for at in holders if parties.holds(match.unit, at, index)]
    if role.startswith("at "):
        return [at for at in holders if kind_of(reading, at) == kind_of(parties.reading, index)]
    return holders


def _across(parties: Parties, match: Match, index: int) -> int | None:
    """Find a party under a verb that is joined to the deed's by `and` or `but`, where it stands nowhere else near."""
    parse = parties.cluster.readings[match.unit].parse
    near = {match.unit, *parties.matcher.forms.near[match.unit]}
    found = [each for each in parties.matcher.matches(index) if each.unit in near and each.grade >= SURE]
    if not found or any(each.unit != match.unit for each in found):
        return None
    deed = parse.tokens[match.token]
    kids = [parse.tokens[child] for child in parse.children[deed.i] if parse.tokens[child].dep in _OBJECTS]
    if any(kid.pos in {"PRON", "NUM"} or kid.lemma == "one" for kid in kids):
        return None  # police arrested Karl Oder and questioned him; hired 300 workers and dismissed 80
    joined = [child for child in parse.children[deed.i] if parse.tokens[child].dep == "conj"]
    joined += [deed.head] if deed.dep == "conj" else []
    clauses = {at: set(clause(parse, at)) for at in joined if parse.tokens[at].pos in {"VERB", "AUX"}}
    under = all(any(each.token in words and each.token > at for at, words in clauses.items()) for each in found)
    return found[0].token if under else None


def _held(parties: Parties, frame: Frame, failed: _Failed) -> Held:
    """Make the element for a party whose place another has."""
    reading, theirs = parties.reading, parties.cluster.readings[failed.match.unit]
    start, end = reading.name_span(failed.index)
    there = theirs.name_span(failed.holder)
    said, told = reading.parse.text[start:end], theirs.parse.text[slice(*there)]
    deed = reading.parse.tokens[frame.predicate].text
    reason = f"no article joins “{said}” to “{deed}”, they have “{told}” there"
    if parties.counted(failed.match.unit, failed.holder, failed.index) == "other":
        figure = next(each for each in reading.figures if each.token in phrase(reading.parse, failed.index))
        return Held("figure", figure.start, figure.end, "unaccounted", ((failed.match.unit, *there),), reason,
                    "place_of_other", 1.0, "number", (frame.predicate, failed.index))  # fmt: skip
    if said.lower() == told.lower():
        verb = theirs.parse.tokens[failed.match.token].text
        reason = f"no article joins “{said}” to “{deed}”, they have it apart from “{verb}”"
    # As firm as a torn name: a model that knows words reads any Moe as Ann Moe.
    torn = parties.is_namesake(failed.match.unit, failed.holder, failed.index)
    feature = "name_torn" if torn else "place_of_other"
    return Held("party", start, end, "unaccounted", ((failed.match.unit, *there),), reason, feature, 1.0, "roles",
                (frame.predicate, failed.index))  # fmt: skip


def _places(reading: Reading, frame: Frame, *, every: bool = False) -> Iterator[tuple[str, int]]:
    """Yield the places of a deed with who holds them; what a preposition governs by its class, as `at in`."""
    tokens = reading.parse.tokens
    for role, indices in (("agent", frame.agents), ("patient", frame.patients)):
        for at in indices:
            if every or (reading.keys[at] and tokens[at].pos in _NOMINAL and at != frame.predicate):
                # Whom something is given stands like what is given to somebody.
                yield "at to" if tokens[at].dep in {"dative", "iobj"} else role, at
    for name, at in frame.obliques:
        if every or reading.keys[at]:
            yield f"at {place_class(name)}", at


def _clause(reading: Reading, at: int, frame: Frame) -> set[int]:
    """Collect the words of a verb's clause, its parties' included wherever they stand."""
    found = set(clause(reading.parse, at))
    for party in (*frame.agents, *frame.patients):
        found.update(phrase(reading.parse, party))
    return found
