"""What those whom a figure counts are without: `48,000 homes without electricity`, `61,000 homes have no power`."""

from collections.abc import Collection, Iterator
from functools import cache

from harness.claims.frames import Frame
from harness.claims.meaning import concept
from harness.claims.sentence_analysis import Reading
from harness.claims.verbs import phrasal
from harness.language.lexical import lexicon

_LOSE = frozenset({"lose", "lack"})
_CUT = frozenset({"cut", "interrupt", "stop", "disrupt"})
_HAVE = frozenset({"have", "get", "be"})
_CUT_OFF = frozenset({"knock-out", "cut-off", "switch-off", "turn-off", "shut-off"})
_OUTAGES = frozenset({"outage", "blackout"})


@cache
def _goods() -> dict[str, str]:
    """Map a noun for what homes are supplied with to the first word of its line."""
    lines = (line.split() for line in lexicon()["roles"]["goods"].strip().splitlines())
    return {word: first for first, *others in lines for word in (first, *others)}


def same_goods(lemma: str, other: str) -> bool:
    """Tell whether two nouns name the same thing that homes are supplied with: power, electricity."""
    return lemma in _goods() and _goods()[lemma] == _goods().get(other)


def lacking(reading: Reading, head: int, frames: Collection[Frame]) -> frozenset[str]:
    """Name what is missing to those whom the noun `head` counts, told by it or by predicates that it takes part in."""
    tokens, children = reading.parse.tokens, reading.parse.children
    found = set(_below(reading, head))
    for frame in frames:
        verb = tokens[frame.predicate].lemma
        found.update(at for name, at in frame.obliques if name == "without")
        if verb in _LOSE and head in frame.agents:
            found.update(frame.patients)
        elif verb in _HAVE and head in frame.agents:
            found.update(at for at in frame.patients if any(tokens[kid].lower == "no" for kid in children[at]))
        elif _cuts(reading, frame.predicate) and ("to", head) in frame.obliques:
            found.update(frame.patients)
    outages = {at for frame in frames if head in frame.patients for at in frame.agents}
    if tokens[tokens[head].head].lower in {"to", "for", "in"}:
        outages.add(tokens[tokens[head].head].head)
    if any(_is_outage(reading, at) for at in outages):
        return frozenset({"without power"})
    named = {tokens[at].lemma for at in found if tokens[at].pos in {"NOUN", "PROPN"} and at != head}
    return frozenset(f"without {_goods().get(lemma, concept(lemma))}" for lemma in named)


def is_taken(reading: Reading, at: int) -> bool:
    """Tell whether somebody is without what a noun names: a storm knocked out power, they lost power, a power cut."""
    tokens = reading.parse.tokens
    noun, above = tokens[at], tokens[tokens[at].head]
    if noun.dep == "compound":
        return _is_outage(reading, above.i)
    return noun.dep in {"dobj", "nsubjpass"} and (above.lemma in _LOSE or _cuts(reading, above.i))


def _cuts(reading: Reading, at: int) -> bool:
    """Recognise a verb for what ends a supply."""
    verb = reading.parse.tokens[at]
    return verb.lemma in _CUT or phrasal(reading.parse, verb) in _CUT_OFF


def _is_outage(reading: Reading, at: int) -> bool:
    """Recognise a noun that says that power is off: blackout, power cut."""
    tokens = reading.parse.tokens
    before = at and tokens[at - 1].lemma == "power"
    return tokens[at].lemma in _OUTAGES or (tokens[at].lemma == "cut" and bool(before))


def _below(reading: Reading, head: int) -> Iterator[int]:
    """Yield what `without` governs right below a noun."""
    tokens, children = reading.parse.tokens, reading.parse.children
    for child in children[head]:
        if tokens[child].lower == "without":
            yield from (inner for inner in children[child] if tokens[inner].dep == "pobj")
