"""Deeds that the articles have of somebody else only: `conviction of Dray` where the claim has `Venn's`; who can act.

The bearer of a deed stands with its verb, or with the noun that tells it: before it (`Venn's plea`), or under `of`,
`by` or `against`. A deed of which some sentence has the claim's bearer, or may have one unnamed, is nobody else's.

A headline's verb is often misread, and with it who does what. The model that reads who did it to whom needs no verb: it
compares a claim with the same claim in which two of its actors have changed places (`pairs`).
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from harness.checkers.account.elements import SAME_DEED, SURE, UNTOLD, Held
from harness.checkers.account.matching import Matcher
from harness.checkers.account.parties import Sides
from harness.checkers.cluster_analysis import Argument, ClusterReading, argument
from harness.claims.attribution import kind_of_saying
from harness.claims.entities import Name, same_name
from harness.claims.parsing.parse import Token
from harness.claims.sentence_analysis import Reading, place_class
from harness.claims.thesaurus import is_plain_being, is_verb
from harness.claims.verbs import event_nouns
from harness.language.lexical import word_list

MOST = 4
"""Actors of a claim that are paired: the first ones."""
_BEFORE = frozenset({"compound", "amod", "poss", "det", "nummod"})
_ROLES = {"of": "own", "by": "by", "from": "by", "against": "against"}
_APART = frozenset({"conj", "advcl", "relcl", "ccomp", "parataxis"})
"""Clauses under a verb that tell another deed."""
BROAD = frozenset({
    "go", "come", "get", "make", "take", "have", "be", "do", "put", "set", "see", "let", "give", "keep", "hold", "draw",
    "bring", "deliver",
})  # fmt: skip
"""Verbs that tell a deed only together with what it is done to."""


def others_deeds(cluster: ClusterReading, matcher: Matcher, reading: Reading) -> Iterator[Held]:
    """Find the parties to a deed in whose place every sentence that has the deed names another one."""
    for at in matcher.words:
        token = reading.parse.tokens[at]
        if not _tells(token):
            continue
        mine = _roles(reading, at)
        for role, indices in mine.items():
            named = [(index, argument(reading, index)) for index in indices]
            # With several bearers the parse does not tell whose deed it is.
            if len(named) != 1 or not _is_known(cluster, named[0][1]):
                continue
            rest = [index for other, several in mine.items() if other != role for index in several]
            found = _other(cluster, matcher, at, role, named[0][1], [each for each in rest if reading.keys[each]])
            if found is not None:
                yield _misplaced_party(cluster, reading, named[0][0], token, found)


def untold_parties(reading: Reading, deeds: Sequence[Sides]) -> Iterator[Held]:
    """Account for the second party of deeds in which no article has the first act on it."""
    for sides in deeds:
        if sides.untold:
            yield party_apart(reading, sides, "no article has “{}” do this, or anything, to “{}”")


def party_apart(reading: Reading, sides: Sides, reason: str) -> Held:
    """Make the element for the second party of a deed; `reason` has a place for either."""
    start, end = reading.name_span(sides.second)
    one, other = reading.parse.text[slice(*reading.name_span(sides.first))], reading.parse.text[start:end]
    return Held("party", start, end, "unaccounted", (), reason.format(one, other), UNTOLD, 1.0, "roles",
                (sides.predicate, sides.second))  # fmt: skip


def _tells(token: Token) -> bool:
    """Recognise a deed that one bears and another does not."""
    if token.pos == "VERB":
        return token.lemma not in BROAD and not kind_of_saying(token.lemma)
    deed = token.lemma in event_nouns() | word_list("voice", "deeds") or is_verb(token.lemma)
    return token.pos == "NOUN" and deed


def _roles(reading: Reading, at: int) -> Mapping[str, tuple[int, ...]]:
    """Find who bears a deed, by role."""
    parse = reading.parse
    frame = next((frame for frame in reading.frames if frame.predicate == at and frame.kind == "verb"), None)
    # A verb tells its parties itself; a noun has them around it.
    if frame is not None and (frame.agents or frame.patients):
        return {"agent": frame.agents, "patient": frame.patients}
    found: dict[str, tuple[int, ...]] = {}
    for child in parse.children[at]:
        kid = parse.tokens[child]
        if kid.dep == "poss":
            found["own"] = (*found.get("own", ()), child)
        elif kid.dep == "prep" and kid.lower in _ROLES:
            below = tuple(inner for inner in parse.children[child] if parse.tokens[inner].dep == "pobj")
            found[_ROLES[kid.lower]] = (*found.get(_ROLES[kid.lower], ()), *below)
    return found


_TOLD_AS = {
    "own": ("own", "agent", "patient"), "by": ("by", "agent"), "against": ("against", "patient"),
    "agent": ("agent", "by", "own"), "patient": ("patient", "against", "own"),
}  # fmt: skip
"""Where the bearer of a role stands with a verb or noun of the same deed."""


def _bearers(reading: Reading, at: int, role: str) -> tuple[int, ...]:
    """List who stands with a deed in any place where the bearer of a role may stand."""
    roles = _roles(reading, at)
    return tuple(index for name in _TOLD_AS[role] for index in roles.get(name, ()))


def _somebody(bearer: Argument) -> bool:
    """Recognise a person or company by name."""
    return bearer.name is not None and bearer.name.kind != "place" and not bearer.nation and not bearer.vague


def _is_known(cluster: ClusterReading, bearer: Argument) -> bool:
    """Recognise somebody by a name that the articles have: a headline's capital makes one of any word.

    A surname alone is read as a place's name now and then.
    """
    name = bearer.name
    known = name is not None and bool(cluster.matching(name))
    return known and (_somebody(bearer) or (name is not None and not name.nation and cluster.is_person(name)))


def _other(
    cluster: ClusterReading, matcher: Matcher, at: int, role: str, bearer: Argument, rest: Sequence[int]
) -> tuple[int, int, int] | None:  # fmt: skip
    """Find a unit, the deed and its bearer there, where every sentence has somebody else; None where one may not."""
    found: list[tuple[int, int, int]] = []
    for match in matcher.matches(at):
        theirs = cluster.readings[match.unit]
        if match.grade < SURE or not _tells(theirs.parse.tokens[match.token]):
            continue
        there = _bearers(theirs, match.token, role)
        bearers = [(index, cluster.argument(match.unit, index)) for index in there]
        # In a clause with the claim's party in another role, the parse may have mixed the two up.
        elsewhere = role in {"own", "by", "against"} or not _below(cluster, match.unit, match.token, bearer)
        named = [index for index, each in bearers if _somebody(each) and each.sure]
        if named and elsewhere and not any(_may_be_one(bearer, each) for _, each in bearers):
            beside = not rest or any(matcher.by_unit(index).get(match.unit, 0.0) >= SURE for index in rest)
            if match.grade >= SAME_DEED and beside:
                found.append((match.unit, match.token, named[0]))
        # The deed without a named doer, beside the claim's party: it may be theirs.
        elif any(_mentions(cluster, unit, bearer) for unit in (match.unit, *matcher.forms.near[match.unit])):
            return None
    return found[0] if found else None


def _may_be_one(bearer: Argument, other: Argument) -> bool:
    """Tell whether two bearers can be one: same name, or a shared word."""
    if bearer.name is None or other.name is None:
        return False
    alike = bool(set(bearer.name.words) & set(other.name.words)) or bool(bearer.keys & other.keys)
    return same_name(bearer.name, other.name) or alike


def _mentions(cluster: ClusterReading, unit: int, bearer: Argument) -> bool:
    """Tell whether a sentence names a bearer."""
    return any(bearer.name is not None and same_name(bearer.name, name) for name in cluster.readings[unit].names)


def _below(cluster: ClusterReading, unit: int, at: int, bearer: Argument) -> bool:
    """Tell whether a deed's own clause has somebody in it, in whatever place."""
    reading = cluster.readings[unit]
    parse = reading.parse
    held, todo = {at}, [at]
    while todo:
        for child in parse.children[todo.pop()]:
            if parse.tokens[child].dep not in _APART or parse.tokens[child].pos not in {"VERB", "AUX"}:
                held.add(child)
                todo.append(child)
    return any(bearer.name is not None and same_name(bearer.name, name) and held & set(range(name.start, name.end))
               for name in reading.names)  # fmt: skip


def _misplaced_party(
    cluster: ClusterReading, reading: Reading, index: int, deed: Token, found: tuple[int, int, int]
) -> Held:  # fmt: skip
    """Make the element for a party whose deed is somebody else's."""
    unit, _, other = found
    theirs = cluster.readings[unit]
    start, end = reading.name_span(index)
    there = theirs.name_span(other)
    name, instead = reading.parse.text[start:end], theirs.parse.text[slice(*there)]
    reason = f"no article joins “{name}” to “{deed.text}”, they have “{instead}” there"
    return Held("party", start, end, "unaccounted", ((unit, *there),), reason, "bearer_other", 1.0, "roles",
                (deed.i, index))  # fmt: skip


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
    marked = {at for name in reading.names for at in range(name.start, name.end) if not _is_scene(reading, name)}
    marked |= {token.i for token in tokens if token.pos in {"NOUN", "PROPN"} and is_plain_being(token.lemma)}
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


def _is_scene(reading: Reading, name: Name) -> bool:
    """Recognise a country or town in which something happens: it does not act there."""
    last = reading.parse.tokens[name.end - 1]
    above = reading.parse.tokens[last.head]
    return (name.kind == "place" or bool(name.nation)) and last.dep == "pobj" and place_class(above.lower) == "in"


def _units(cluster: ClusterReading, reading: Reading, span: range) -> frozenset[int]:
    """List the sentences with a word of an actor."""
    keys = {reading.keys[at] for at in span if reading.keys[at]}
    return frozenset(unit for key in keys for unit in cluster.pairs.get(key, ()))
