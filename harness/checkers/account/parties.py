"""The two parties of a claim's deed, who did it to whom: as the articles have them, straight or crossed.

A deed is found again under a synonym, in the passive, or told from its other side (`harness.claims.converse`). Crossed
parties are compared strictly, by head or name; parties that stand as in the claim loosely, since one sentence that has
them so settles it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from harness.checkers.account.alignment import DIFFERENT, SAME, Aligner, best
from harness.checkers.cluster_analysis import Argument
from harness.claims.converse import CARRIERS, Deed, deeds, mutual, one_deed, verb_of
from harness.claims.entities import same_name
from harness.claims.frames import Frame
from harness.claims.meaning import concept
from harness.claims.parsing.parse import Token
from harness.claims.polarity import is_unreal
from harness.claims.sentence_analysis import Reading
from harness.claims.thesaurus import is_plain_being
from harness.language.lexical import word_list

LEAST_CONTEXT = 0.3
"""Share of a claim's content words that a sentence with its parties crossed has to have."""

REVERSED = 2
"""Sentences in which the claim's second party acts on its first, from which on, none having it the other way round,
the claim has its parties crossed whatever it tells of them. One is too few: one true headline in forty has one."""


class Crossed(NamedTuple):
    """A sentence that has the parties the other way round."""

    unit: int
    spot: tuple[int, int]
    """The deed with its parties, in characters of the sentence."""
    word: str
    """The deed's word there."""


class Sides(NamedTuple):
    """Two parties that might change places, none of the articles' sentences having them surely as the claim has."""

    predicate: int
    first: int
    second: int
    """Tokens of the claim."""
    untold: bool
    """True where no sentence has the first act on the second, whatever it does, or may have it."""
    units: frozenset[int]
    """Sentences with words of both."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The parties of one claim frame, as the articles have them."""

    told: bool
    """True where a sentence has both as the claim has them."""
    crossed: tuple[Crossed, ...]
    """Sentences that have them the other way round in the same deed."""
    reversed: tuple[Crossed, ...]
    """Sentences in which the second party acts on the first, whatever it does, where none has the first act on it."""
    sides: Sides | None = None
    """The two, where both can act, the articles have both, and no sentence has them as the claim has."""


def standing(aligner: Aligner, frame: Frame) -> Standing:
    """Compare the parties of a frame with the articles': told as the claim has them, or crossed."""
    told = _is_withstood(aligner, frame)
    crossed: dict[int, Crossed] = {}
    for mine in deeds(aligner.reading.parse, frame):
        if mine.first and mine.second:
            settled, others = _of_deed(aligner, mine)
            told |= settled
            if not settled:  # that somebody is accused of it does not settle who accuses whom
                crossed = {**others, **crossed}
    turned = () if told else tuple(_reversed(aligner, frame))
    sides = None if told else _sides(aligner, frame)
    return Standing(told, tuple(crossed[unit] for unit in sorted(crossed)), turned, sides)


def _of_deed(aligner: Aligner, mine: Deed) -> tuple[bool, dict[int, Crossed]]:
    """Tell whether a sentence has both parties of one deed as the claim has them; map units to crossed ones.

    Crossed as well is a deed whose doer, by name, is in several sentences the one to whom another does it, and in none
    does it; and one that, wherever it is told of the second party, another does beside the claim's doer.
    """
    settled = done = unsaid = False
    own_deed = not mine.place and mine.frame.modality == "actual" and _is_main(aligner, mine.frame)
    own_deed &= bool(_acting(aligner, mine.first))  # interviews paint a picture where those asked do
    crossed: dict[int, Crossed] = {}
    undergone: dict[int, Crossed] = {}
    others: dict[int, Crossed] = {}
    for unit, theirs in deeds_alike(aligner, mine):
        one, other = arguments_of(aligner, unit, mine, theirs)
        there = aligner.cluster.readings[unit]
        # That some hoped one would win settles nothing, nor does it cross the two.
        if mine.frame.modality == "actual" and is_unreal(there.parse, theirs.frame.predicate):
            continue
        done |= met(one[0], other[0])
        if theirs.frame.negated != mine.frame.negated:
            continue
        first, second = (stands(aligner, own, found) for own, found in zip(one, other, strict=True))
        crosses = _are_crossed(aligner, one, other)
        # Two names with a word in common each stand loosely for the other: Media Vale, Orrin Media.
        surely = crosses and all(met(mine, theirs) for mine, theirs in zip(one, other[::-1], strict=True))
        if (first or second) and not surely:
            settled |= (first and second) or all(argument.vague for argument in (*other[0], *other[1]))
        if crosses:
            indices = (theirs.frame.predicate, *theirs.first, *theirs.second)
            crossed.setdefault(unit, _at(there, unit, theirs.frame.predicate, indices))
        if not mine.place and _undergoes(aligner, one, other):
            indices = (theirs.frame.predicate, *theirs.second)
            undergone.setdefault(unit, _at(there, unit, theirs.frame.predicate, indices))
        if own_deed and met(one[1], other[1]) and not first and theirs.frame.concept == mine.frame.concept:
            if theirs.frame.modality == "actual" and _beside_doer(aligner, unit, one[0], theirs):
                indices = (theirs.frame.predicate, *theirs.first)
                others.setdefault(unit, _at(there, unit, theirs.frame.predicate, indices))
            else:
                unsaid = True
    if not done and len(undergone) >= REVERSED:
        crossed = {**undergone, **crossed}
    if not (done or unsaid):
        crossed = {**others, **crossed}
    return settled, crossed


def _is_main(aligner: Aligner, frame: Frame) -> bool:
    """Tell a claim's own verb from those of its other clauses, and from one without an object: `closes no dairy`."""
    tokens = aligner.reading.parse.tokens
    none = any(tokens[kid].lower == "no" for at in frame.patients for kid in aligner.reading.parse.children[at])
    return tokens[frame.predicate].dep == "ROOT" and not frame.negated and not none


def _beside_doer(aligner: Aligner, unit: int, claimed: Sequence[Argument], theirs: Deed) -> bool:
    """Tell whether a sentence names the claim's doer apart from the deed's: `the union rejected the railway's offer`.

    Two names of one sentence are two parties, where a name and a description elsewhere may be one.
    """
    cluster = aligner.cluster
    reading = cluster.readings[unit]
    doers = [cluster.argument(unit, at) for at in theirs.first]
    if not doers or any(each.vague or not each.sure for each in doers) or stands(aligner, claimed, doers):
        return False
    # Whose subject `while remembering the dead` takes over is often misread.
    below = reading.parse.subtree(theirs.frame.predicate)
    if reading.parse.tokens[theirs.frame.predicate].dep != "conj" and not {*theirs.first} & {*below}:
        return False
    own = {inner for at in theirs.first for inner in reading.parse.subtree(at)}
    keys = {key for each in claimed for key in each.keys}
    tokens = reading.parse.tokens
    there = [at for at, held in enumerate(reading.keys) if at not in own and held in keys]
    return any(tokens[at].pos in {"NOUN", "PROPN"} and met(claimed, [cluster.argument(unit, at)]) for at in there)


def _at(reading: Reading, unit: int, predicate: int, indices: Sequence[int]) -> Crossed:
    """Record a sentence's deed with its parties."""
    tokens = reading.parse.tokens
    spot = min(tokens[at].start for at in indices), max(tokens[at].end for at in indices)
    return Crossed(unit, spot, tokens[predicate].text)


def _reversed(aligner: Aligner, frame: Frame) -> Iterator[Crossed]:
    """Find sentences where the claim's second party acts on its first, and none the other way round."""
    verb = verb_of(aligner.reading.parse, frame)
    if frame.kind != "verb" or frame.negated or mutual(verb) or verb == "have":  # its lynx may roam
        return
    carried = tuple(index for name, index in frame.obliques if name in CARRIERS)
    for indices in (frame.patients, carried):
        struck = _strikes_force(aligner, frame, indices)
        first, second = (
            [aligner.own(at) for at in several] if struck else _acting(aligner, several)
            for several in (frame.agents, indices)
        )
        if not first or not second or met(first, second):
            continue
        found: list[Crossed] = []
        for unit in sorted(_units(aligner, frame.agents) & _units(aligner, indices)):
            straight, turned = _acts_on(aligner, unit, first, second), _acts_on(aligner, unit, second, first)
            # Both directions in the articles: nothing says which one the claim means.
            if straight is not None:
                found = []
                break
            if turned is not None:
                found.append(turned)
        if len(found) >= (1 if struck else REVERSED):
            yield from found


def _is_withstood(aligner: Aligner, frame: Frame) -> bool:
    """Recognise a deed under a verb for what another does: `Morrin weathers Agda`, where Agda tore across Morrin."""
    verb = verb_of(aligner.reading.parse, frame)
    if frame.kind != "verb" or frame.negated or verb not in word_list("voice", "withstanding"):
        return False
    indices = frame.patients or tuple(at for name, at in frame.obliques if name == "for")  # `braces for the storm`
    first, second = ([aligner.own(at) for at in several] for several in (frame.agents, indices))
    both = _units(aligner, frame.agents) & _units(aligner, indices)
    return any(_acts_on(aligner, unit, second, first) is not None for unit in sorted(both))


def _strikes_force(aligner: Aligner, frame: Frame, indices: Sequence[int]) -> bool:
    """Recognise a storm, a fire or the like that something batters which is none: one sentence turns the two."""
    parse = aligner.reading.parse

    def force(at: int) -> bool:
        """Recognise a force of nature by its noun, in a name too: `Storm Ottilie`."""
        phrase = (at, *(kid for kid in parse.children[at] if parse.tokens[kid].dep == "compound"))
        return any(parse.tokens[each].lower in word_list("roles", "forces") for each in phrase)

    strikes = verb_of(parse, frame) in word_list("voice", "striking")
    return strikes and bool(indices) and all(map(force, indices)) and not any(map(force, frame.agents))


def _sides(aligner: Aligner, frame: Frame) -> Sides | None:
    """Find two parties of a deed that both can act and that the articles have.

    They are untold where no sentence has the first act on the second: so, or any way else. A sentence that has the deed
    with one of them in place, and nobody by name in the other's, may tell of both.
    """
    parse = aligner.reading.parse
    if frame.kind != "verb" or frame.negated or mutual(verb_of(parse, frame)) or _only_supposed(aligner, frame):
        return None
    first = _acting(aligner, frame.agents)
    carried = tuple(index for name, index in frame.obliques if name in CARRIERS)
    for indices in (frame.patients, carried):
        second = _acting(aligner, indices)
        if not first or not second or met(first, second):
            continue
        if not (_present(aligner, frame.agents) and _present(aligner, indices)):
            continue
        both = frozenset(_units(aligner, frame.agents) & _units(aligner, indices))
        # A description, `the winner`, may be of somebody whom the articles only name.
        described = all(argument.name is None for argument in first) and not _acts(aligner, first)
        acts = any(_acts_on(aligner, unit, first, second) for unit in both)
        untold = not (described or acts or _may_be_told(aligner, frame))
        return Sides(frame.predicate, frame.agents[0], indices[0], untold, both)
    return None


def _only_supposed(aligner: Aligner, frame: Frame) -> bool:
    """Recognise a deed that a claim has in a condition or wants ended: that no article has it done is no surprise."""
    lemma = aligner.reading.parse.tokens[frame.predicate].lemma
    return frame.modality == "conditional" or lemma in word_list("polarity", "ending")


def _acts(aligner: Aligner, doers: Sequence[Argument]) -> bool:
    """Tell whether the articles have somebody do anything, under the claim's own word."""
    cluster = aligner.cluster
    units = {unit for each in doers for key in each.keys for unit in cluster.pairs.get(key, ())}
    return any(
        met(doers, [cluster.argument(unit, at) for at in frame.agents])
        for unit in sorted(units) for frame in cluster.readings[unit].frames
    )  # fmt: skip


def _may_be_told(aligner: Aligner, frame: Frame) -> bool:
    """Tell whether a sentence has a deed of a frame with one party in place, and the other there or not named."""
    for mine in deeds(aligner.reading.parse, frame):
        if not (mine.first and mine.second):
            continue
        for unit, theirs in deeds_alike(aligner, mine):
            if theirs.frame.negated != mine.frame.negated:
                continue
            one, other = arguments_of(aligner, unit, mine, theirs)
            sides = tuple(zip(one, other, strict=True))
            held = [stands(aligner, *side) for side in sides]
            free = [_is_open(aligner, *side) for side in sides]
            if (held[0] and (held[1] or free[1])) or (held[1] and free[0]):
                return True
    return False


def _is_open(aligner: Aligner, claimed: Sequence[Argument], found: Sequence[Argument]) -> bool:
    """Tell whether a place that somebody else does not hold by name may be the claimed party's.

    A description, `the former mayor`, may be of somebody whom the articles only name there.
    """
    if all(argument.vague for argument in found):
        return True
    described = any(all(argument.name is None for argument in several) for several in (claimed, found))
    return described and best(aligner.cluster, claimed, found) != DIFFERENT


def _present(aligner: Aligner, indices: Sequence[int]) -> bool:
    """Tell whether the articles have one of some parties, under whatever name."""
    own = [aligner.own(at).name for at in indices]
    named = any(name is not None and aligner.cluster.matching(name) for name in own)
    return named or bool(_units(aligner, indices))


def _acting(aligner: Aligner, indices: Sequence[int]) -> list[Argument]:
    """List the arguments that can act: names, and nouns that mean people."""
    found = [(aligner.own(at), aligner.reading.parse.tokens[at]) for at in indices]
    told = [(each, token) for each, token in found if not each.vague]
    return [each for each, token in told if _named(aligner, each, token) or is_plain_being(token.lemma)]


def _named(aligner: Aligner, argument: Argument, token: Token) -> bool:
    """Recognise a name; a word that the articles write small is none for beginning a headline: `Cholera hits port`."""
    cluster = aligner.cluster
    if argument.name is not None and (argument.name.nation or cluster.matching(argument.name)):
        return True
    hidden = token.text[:1].isupper() and any(token.lower == name.words[-1] for name in cluster.names)
    named = argument.name is not None or token.pos == "PROPN" or hidden
    return named and not cluster.casing.ordinary(token.lower)


def _units(aligner: Aligner, indices: Sequence[int]) -> set[int]:
    """List units that have a word of one of some arguments."""
    keys = {key for at in indices for key in aligner.own(at).keys}
    return set().union(*(aligner.cluster.pairs.get(key, ()) for key in keys))


def _acts_on(aligner: Aligner, unit: int, doers: Sequence[Argument], others: Sequence[Argument]) -> Crossed | None:
    """Find where one of `doers` acts in a clause with one of `others`, who does not act too."""
    reading = aligner.cluster.readings[unit]
    for frame in reading.frames:
        acting = [(at, aligner.cluster.argument(unit, at)) for at in frame.agents]
        mine = [at for at, argument in acting if met(doers, [argument])]
        if frame.kind not in {"verb", "copula"} or not mine or any(met(others, [each]) for _, each in acting):
            continue
        top = reading.parse.tokens[frame.predicate]
        # `Doyle's lawyers sued` has Doyle inside the subject, not acted upon.
        own = {inner for at, _ in acting for inner in reading.parse.subtree(at)}
        for at in reading.parse.subtree(top.head if frame.kind == "copula" else top.i):
            if at not in own and reading.keys[at] and met(others, [aligner.cluster.argument(unit, at)]):
                return _at(reading, unit, frame.predicate, (frame.predicate, *mine, at))
    return None


def deeds_alike(aligner: Aligner, mine: Deed) -> Iterator[tuple[int, Deed]]:
    """Yield deeds of the claim's kind: in frames of its concept, and in sentences that have both of its parties."""
    cluster = aligner.cluster
    seen = set()
    for unit, frame in cluster.frames.get(mine.frame.concept, ()):
        seen.add((unit, frame))
        yield from ((unit, theirs) for theirs in deeds(cluster.readings[unit].parse, frame) if one_deed(mine, theirs))
    for unit in sorted(_units(aligner, mine.first) & _units(aligner, mine.second)):
        for frame in cluster.readings[unit].frames:
            if (unit, frame) not in seen:
                yield from ((unit, theirs) for theirs in deeds(cluster.readings[unit].parse, frame)
                            if one_deed(mine, theirs))  # fmt: skip


def arguments_of(
    aligner: Aligner, unit: int, mine: Deed, theirs: Deed
) -> tuple[tuple[list[Argument], list[Argument]], tuple[list[Argument], list[Argument]]]:
    """Describe the parties of the claim's deed and of an article's."""

    def described(indices: Sequence[int]) -> list[Argument]:
        return [aligner.cluster.argument(unit, index) for index in indices]

    own = [aligner.own(index) for index in mine.first], [aligner.own(index) for index in mine.second]
    return own, (described(theirs.first), described(theirs.second))


def _are_crossed(
    aligner: Aligner, mine: tuple[list[Argument], list[Argument]], theirs: tuple[list[Argument], list[Argument]]
) -> bool:  # fmt: skip
    """Tell whether each party of the claim stands in the other's place, and neither in its own.

    One of them, or both where they are names, may be part of what stands there: Doyle of `Doyle's lawyers`.
    """
    straight = met(mine[0], theirs[0]) or met(mine[1], theirs[1])
    turned = ((mine[0], theirs[1]), (mine[1], theirs[0]))
    surely = [met(own, other) for own, other in turned]
    named = [any(argument.name is not None for argument in own) for own, _ in turned]
    loosely = [stands(aligner, own, other) for own, other in turned]
    return not straight and all(loosely) and (any(surely) or all(named))


def _undergoes(
    aligner: Aligner, mine: tuple[list[Argument], list[Argument]], theirs: tuple[list[Argument], list[Argument]]
) -> bool:  # fmt: skip
    """Tell whether who does it in the claim is, by name, the one to whom another does it."""
    named = any(argument.name is not None for argument in mine[0])
    return named and met(mine[0], theirs[1]) and not (theirs[0] and stands(aligner, mine[0], theirs[0]))


def stands(aligner: Aligner, claimed: Sequence[Argument], found: Sequence[Argument]) -> bool:
    """Match parties loosely: one surely the same, or the same by comparison."""
    return met(claimed, found) or best(aligner.cluster, claimed, found) == SAME


def met(claimed: Sequence[Argument], found: Sequence[Argument]) -> bool:
    """Match parties strictly: any two arguments are surely one."""
    return any(_one(one, other) for one in claimed for other in found)


def _one(claimed: Argument, found: Argument) -> bool:
    """Match two arguments surely: the same name, or the same head of the same nation."""
    if claimed.vague or found.vague or not found.sure:
        return False
    if claimed.name is not None and found.name is not None and same_name(claimed.name, found.name):
        return True
    alike = concept(claimed.head) == concept(found.head)  # an ordinary word may be a name by a headline's capital only
    return alike and (not claimed.nation or not found.nation or claimed.nation == found.nation)
