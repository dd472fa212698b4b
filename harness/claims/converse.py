"""Deeds that verbs tell from either side: one beats whom the other loses to, and buys from whom the other sells to.

A deed has two parties, the first the one that acts, gives or wins. Parties are subject and object, in the active or the
passive, or are carried by a preposition; verbs that two do to one another (`meet`, `marry`) have no sides.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from harness.claims.frames import Frame
from harness.claims.parsing.parse import Parse
from harness.claims.thesaurus import said_by
from harness.language.lexical import lexicon, word_list

SYNONYM = 0.9
"""Grade from which on a verb is taken for another one."""
CARRIERS = frozenset({"to", "from", "against", "on", "over", "about", "of", "for"})
"""Prepositions that carry a party; those of place and company do not."""
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


def deeds(parse: Parse, frame: Frame) -> Iterator[Deed]:
    """Yield the deeds that a frame tells of two parties, or of one where the other is not said."""
    verb = verb_of(parse, frame)
    if frame.kind != "verb" or mutual(verb):
        return
    for name, preposition, turned in _sides().get(verb, ()):
        others = _governed_by(parse, frame, preposition) if preposition else frame.patients
        if others:
            yield Deed(verb, name, others if turned else frame.agents, frame.agents if turned else others, frame)
    if frame.patients:
        yield Deed(verb, "", frame.agents, frame.patients, frame)
    for preposition in {_LIKE.get(name, name) for name, _ in frame.obliques} & CARRIERS:
        yield Deed(verb, preposition, frame.agents, _governed_by(parse, frame, preposition), frame)


def _governed_by(parse: Parse, frame: Frame, preposition: str) -> tuple[int, ...]:
    """List what a preposition governs; a receiver may stand as an object before the gift: `gave the army the keys`."""
    carried = tuple(index for name, index in frame.obliques if _LIKE.get(name, name) == preposition)
    if not carried and preposition == "to":
        carried = tuple(index for index in frame.patients if parse.tokens[index].dep == "dative")
    return carried


def one_deed(mine: Deed, theirs: Deed) -> bool:
    """Match two deeds: the same converse pair, or one verb or its synonym with the second party in one place."""
    return mine.place == theirs.place and (
        mine.place.startswith("|") or mine.frame.concept == theirs.frame.concept or _synonyms(mine.verb, theirs.verb)
    )


@lru_cache(maxsize=1 << 14)
def _synonyms(first: str, second: str) -> bool:
    """Match two verbs, either of which bears out the other."""
    return said_by(first, "v").get(second, 0.0) >= SYNONYM or said_by(second, "v").get(first, 0.0) >= SYNONYM
