"""Deeds that verbs tell from either side: one beats whom the other loses to, and buys from whom the other sells to.

A deed has two parties, the first the one that acts, gives or wins. Parties are subject and object, in the active or the
passive, or are carried by a preposition; verbs that two do to one another (`meet`, `marry`) have no sides. A noun tells
a deed as well, with its parties around it (`Oregon's lawsuit against Pellan`) or around the verb that it stands under
(`Oregon brought a lawsuit against Pellan`, `Pellan faces a lawsuit by Oregon`).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from harness.claims.frames import Frame
from harness.claims.meaning import concept
from harness.claims.parsing.parse import Parse
from harness.claims.thesaurus import derived, is_being, is_verb, said_by
from harness.claims.verbs import event_nouns
from harness.language.lexical import lexicon, word_list

SYNONYM = 0.9
"""Grade from which on a verb is taken for another one."""
MADE_OF = 0.8
"""Grade from which on a noun is taken for the deed of a verb."""
CARRIERS = frozenset({"to", "from", "against", "on", "over", "about", "of", "for"})
"""Prepositions that carry a party; those of place and company do not."""
NOUN_DEED = "noun"
"""Where the second party of a deed stands that a noun tells: it matches any place."""
_UPON = frozenset({"against", "on", "to", "of", "for", "over", "about", "at", "with", "into"})
"""Prepositions after a noun's deed that carry whom it is done to."""
_ONE_SIDED = frozenset({"file", "seek", "pursue", "demand"})
"""Verbs under which one of two does what both do to one another: `files for divorce from`."""
_LIKE = {"into": "to", "onto": "to", "toward": "to", "towards": "to", "upon": "on"}


@dataclass(frozen=True, slots=True)
class Deed:
    """One deed of a frame with its two parties, as token indices."""

    verb: str
    place: str
    """Where the second party stands: empty for the object, a preposition, or the name of a converse pair of verbs."""
    first: tuple[int, ...]
    second: tuple[int, ...]
    frame: Frame


@cache
def _sides() -> Mapping[str, tuple[tuple[str, str, bool], ...]]:
    """Map a verb to the deeds it tells: name, preposition of the other party, whether its subject is second."""
    found: defaultdict[str, list[tuple[str, str, bool]]] = defaultdict(list)
    for line in lexicon()["voice"]["converse"].strip().splitlines():
        left, right = (side.split() for side in line.split("|"))
        for turned, side in ((False, left), (True, right)):
            for entry in side:
                verb, _, preposition = entry.partition("+")
                found[verb].append((f"|{left[0]}", preposition, turned))
    return {verb: tuple(several) for verb, several in found.items()}


def verb_of(parse: Parse, frame: Frame) -> str:
    """Return the lemma of a frame's predicate, with its particle where the two are one verb."""
    return frame.lemma or parse.tokens[frame.predicate].lemma


def converse(first: str, second: str) -> bool:
    """Tell whether two verbs report one transfer from either side (`buy`, `sell`), so that its object is the same."""
    return any(here and there for here, there in _other_prepositions(first, second))


def sides_of_one(first: str, second: str) -> bool:
    """Tell whether two verbs report one deed from either side."""
    return any(True for _ in _other_prepositions(first, second))


def _other_prepositions(first: str, second: str) -> Iterator[tuple[str, str]]:
    """Yield the prepositions of the other party with either verb, for each deed that they report from either side."""
    for name, here, turned in _sides().get(first, ()):
        for other, there, also in _sides().get(second, ()):
            if name == other and turned != also:
                yield here, there


def mutual(verb: str) -> bool:
    """Recognise a verb for what two do to one another (`meet`), so that they may change places."""
    return verb in word_list("voice", "mutual")


@lru_cache(maxsize=1 << 14)
def deeds(parse: Parse, frame: Frame) -> tuple[Deed, ...]:
    """List the deeds that a frame tells of two parties, or of one where the other is not said."""
    return (*_verb_deeds(parse, frame), *_noun_deeds(parse, frame))


def _verb_deeds(parse: Parse, frame: Frame) -> Iterator[Deed]:
    """Yield the deeds that the verb of a frame tells."""
    verb = verb_of(parse, frame)
    if frame.kind != "verb" or mutual(verb):
        return
    agents = frame.agents or _doer_below(parse, frame)
    for name, preposition, turned in _sides().get(verb, ()):
        others = _governed_by(parse, frame, preposition) if preposition else frame.patients
        if others:
            yield Deed(verb, name, others if turned else agents, agents if turned else others, frame)
    if frame.patients:
        yield Deed(verb, "", agents, frame.patients, frame)
    for preposition in {_LIKE.get(name, name) for name, _ in frame.obliques} & CARRIERS:
        yield Deed(verb, preposition, agents, _governed_by(parse, frame, preposition), frame)


def _doer_below(parse: Parse, frame: Frame) -> tuple[int, ...]:
    """Find the doer of a passive where the parse has put `by` lower down: `was accused of lying by the auditor`."""
    if not frame.open_agent:
        return ()
    for name, index in frame.obliques:
        below = [kid for kid in parse.children[index] if name == "of" and parse.tokens[kid].lower == "by"]
        for kid in below:
            if parse.tokens[index].tag == "VBG":
                return tuple(inner for inner in parse.children[kid] if parse.tokens[inner].dep == "pobj")
    return ()


def _noun_deeds(parse: Parse, frame: Frame) -> Iterator[Deed]:
    """Yield the deeds that nouns among the arguments of a frame tell, with parties around the noun or the verb."""
    if frame.kind != "verb" or frame.negated:
        return
    verb = verb_of(parse, frame)
    carried = [(name, index) for name, index in frame.obliques if verb in word_list("voice", "starting")]
    for index in dict.fromkeys((*frame.patients, *frame.agents, *(index for _, index in carried))):
        noun = parse.tokens[index]
        if noun.pos != "NOUN" or not tells_deed(noun.lemma) or (mutual(noun.lemma) and verb not in _ONE_SIDED):
            continue
        around = [(parse.tokens[kid].lower, inner) for kid in parse.children[index] if parse.tokens[kid].dep == "prep"
                  for inner in parse.children[kid] if parse.tokens[inner].dep == "pobj"]  # fmt: skip
        around += [(name, inner) for name, inner in frame.obliques if inner != index]
        first = [kid for kid in parse.children[index] if parse.tokens[kid].dep == "poss"]
        first += [inner for name, inner in around if name == "by"]
        second = [inner for name, inner in around if name in _UPON]
        giver = [inner for name, inner in around if name == "from"]
        if index not in frame.agents and verb in word_list("voice", "starting"):
            first, second = first or list(frame.agents), second or giver or _receivers(parse, frame, index)
        elif index not in frame.agents and verb in word_list("voice", "undergoing"):
            first, second = first or giver, list(frame.agents)
        if first and second:
            told = replace(frame, predicate=index, concept=concept(noun.lemma), lemma=noun.lemma)
            yield Deed(noun.lemma, NOUN_DEED, tuple(dict.fromkeys(first)), tuple(dict.fromkeys(second)), told)


def _receivers(parse: Parse, frame: Frame, noun: int) -> list[int]:
    """List the objects of a frame before a noun: the army, in `gave the army an order`."""
    return [index for index in frame.patients if index < noun and parse.tokens[index].dep in {"dative", "dobj"}]


@lru_cache(maxsize=1 << 12)
def tells_deed(noun: str) -> bool:
    """Recognise a noun that a verb is made of, or the other way round: `lawsuit`, `criticism`, `offer`."""
    return not is_being(noun) and (noun in event_nouns() or any(is_verb(word) for word in (noun, *derived(noun))))


def _governed_by(parse: Parse, frame: Frame, preposition: str) -> tuple[int, ...]:
    """List what a preposition governs; a receiver may stand as an object before the gift: `gave the army the keys`."""
    carried = tuple(index for name, index in frame.obliques if _LIKE.get(name, name) == preposition)
    if not carried and preposition == "to":
        carried = tuple(index for index in frame.patients if parse.tokens[index].dep == "dative")
    return carried


def one_deed(mine: Deed, theirs: Deed) -> bool:
    """Match two deeds: the same converse pair, or one verb or its synonym with the second party in one place.

    A noun's deed is one with that of a verb that it is made of, wherever the parties stand, but for a verb that tells
    it from its other side: who visits a place makes a trip there.
    """
    if NOUN_DEED in {mine.place, theirs.place}:
        if _is_turned(mine) or _is_turned(theirs):
            return False
        return mine.frame.concept == theirs.frame.concept or _of_one(mine.verb, theirs.verb)
    return mine.place == theirs.place and (
        mine.place.startswith("|") or mine.frame.concept == theirs.frame.concept or _synonyms(mine.verb, theirs.verb)
    )


def _is_turned(deed: Deed) -> bool:
    """Recognise a deed of a converse pair whose verb has its first party elsewhere than in its subject."""
    return deed.place.startswith("|") and deed.second == deed.frame.agents


@lru_cache(maxsize=1 << 14)
def _of_one(first: str, second: str) -> bool:
    """Match a noun and a verb, or two nouns, either of which bears out the other."""
    return said_by(first).get(second, 0.0) >= MADE_OF or said_by(second).get(first, 0.0) >= MADE_OF


@lru_cache(maxsize=1 << 14)
def _synonyms(first: str, second: str) -> bool:
    """Match two verbs, either of which bears out the other."""
    return said_by(first, "v").get(second, 0.0) >= SYNONYM or said_by(second, "v").get(first, 0.0) >= SYNONYM
