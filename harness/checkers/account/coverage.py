"""Sentences and the elements of a claim they support: the order in which they are quoted, and who says so.

An element keeps a span or two for its record; here every sentence counts that bears it out. A sentence says what a
claim says where it has the claim's deed, and with its neighbours about as many other elements as any sentence has.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from harness.checkers.account.bearers import bearers
from harness.checkers.account.elements import SURE, Held, Spot
from harness.checkers.account.matching import Matcher
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.attribution import keeps_away, names_nobody
from harness.claims.extract import main_frame
from harness.claims.figures.conversion import counterpart
from harness.claims.frames import Frame
from harness.claims.sentence_analysis import Reading, tells_time, time_words
from harness.language.text import words

Span = tuple[int, int]
"""First and past-last character of an element in its claim sentence."""
Covered = Mapping[int, Mapping[Span, tuple[float, Spot]]]
"""Unit → elements that it bears out → how surely, in (0, 1], and where."""
NEAR: Final = 0.45
"""Grade of a word that an article has in other words only; such a deed is a deed where no article has a surer one."""
TELLING: Final = frozenset({"name", "figure", "time", "place", "polarity", "predicate"})
"""Kinds of elements that count twice."""
BESIDE: Final = 0.5
"""Weight of an element that only the sentence before or after has."""
AS_MUCH: Final = 0.75
"""Share of what the fullest sentence bears out that another one needs to say the same."""
SHOWN: Final = 5
"""Most sentences that are worth quoting of a claim."""
WORTH: Final = 0.5
"""Share of what the fullest sentence bears out that a sentence needs to be worth quoting."""


def covered(cluster: ClusterReading, matcher: Matcher, reading: Reading, elements: Sequence[Held]) -> Covered:
    """Map each sentence to the elements of a claim that it supports, each with its first place there."""
    found: defaultdict[int, dict[Span, tuple[float, Spot]]] = defaultdict(dict)
    for held in elements:
        for grade, spot in _places(cluster, matcher, reading, held):
            found[spot[0]].setdefault((held.start, held.end), (grade, spot))
    return dict(found)


def _places(
    cluster: ClusterReading, matcher: Matcher, reading: Reading, held: Held
) -> Iterator[tuple[float, Spot]]:  # fmt: skip
    """Yield all places that support an element, with grades; near words only where no article has a surer one."""
    if held.kind in {"word", "predicate"} and len(held.tokens) == 1:
        # 2.0 is above every grade: a word that is missing is supported nowhere.
        least = SURE if held.state == "borne_out" else NEAR if held.feature.endswith("_near") else 2.0
        own = reading.parse.tokens[held.tokens[0]]
        found = [(match, cluster.readings[match.unit].parse.tokens[match.token])
                 for match in matcher.matches(held.tokens[0]) if match.grade >= least]  # fmt: skip
        for match, token in sorted(found, key=lambda place: place[1].stem != own.stem):  # the word itself before others
            yield match.grade, (match.unit, token.start, token.end)
    elif held.state == "borne_out" and held.kind != "party":
        for spot in (*held.spots, *_others(cluster, matcher, reading, held)):
            yield 1.0, spot


def _others(cluster: ClusterReading, matcher: Matcher, reading: Reading, held: Held) -> Iterator[Spot]:
    """Yield the places of a name, figure or time that its element does not keep."""
    for name in reading.names:
        if reading.parse.tokens[name.start].start == held.start:
            yield from bearers(cluster, matcher, reading, name)
    for figure in reading.figures:
        if held.kind == "figure" and figure.start == held.start:
            yield from ((unit, other.start, other.end) for unit, other in cluster.figures
                        if counterpart(figure, other) is not None)  # fmt: skip
    if held.kind == "time":
        yield from _times(cluster, reading, held)


def _times(cluster: ClusterReading, reading: Reading, held: Held) -> Iterator[Spot]:
    """Yield the places where the articles have a time, as the account finds it."""
    said = [word for token in reading.parse.tokens if token.start == held.start
            for word in time_words(reading.parse, token)]  # fmt: skip
    word = max(said, key=len, default="")
    plain = word.rpartition(" ")[2]
    for unit, other in enumerate(cluster.readings):
        if word and tells_time(other, cluster.unit_words[unit], word):
            token = next((each for each in other.parse.tokens if each.lower.startswith(plain)), None)
            if token is not None:
                yield unit, token.start, token.end


def borne_by_saying(cluster: ClusterReading, matcher: Matcher, reading: Reading, held: Held) -> Held:
    """Support a claim's word for keeping away (`reportedly`) by a sentence that keeps away in any words."""
    token = reading.parse.tokens[held.tokens[0]] if len(held.tokens) == 1 else None
    if held.state != "unaccounted" or token is None or not names_nobody(reading.parse, token):
        return held
    for at in (frame.predicate for frame in reading.frames if frame.predicate != token.i):
        for match in matcher.matches(at):
            there = cluster.readings[match.unit]
            told = any(frame.predicate == match.token for frame in there.sayings)
            if match.grade >= SURE and match.unit in matcher.scene and told:
                cue = next((each for each in there.parse.tokens if keeps_away(each)), there.parse.tokens[match.token])
                spots = ((match.unit, cue.start, cue.end),)
                return Held(held.kind, held.start, held.end, "borne_out", spots, tokens=held.tokens)
    return held


def worth(covers: Covered, elements: Sequence[Held], unit: int) -> float:
    """Weigh how much of a claim one sentence supports by itself."""
    return _sum(_weights(elements), covers.get(unit, {}))


def _weights(elements: Sequence[Held]) -> dict[Span, float]:
    """Weigh each element: names, figures, times, places, deeds and their parties count twice."""
    parties = {held.start for held in elements if held.kind == "party"}
    found: dict[Span, float] = {}
    for held in elements:
        if held.kind != "party":
            twice = held.kind in TELLING or held.start in parties
            found[held.start, held.end] = max(found.get((held.start, held.end), 0.0), 2.0 if twice else 1.0)
    return found


def _sum(weights: Mapping[Span, float], spans: Mapping[Span, tuple[float, Spot]]) -> float:
    """Add the weights of some elements, each times its grade."""
    return sum(weights.get(span, 0.0) * grade for span, (grade, _) in spans.items())


def share(covers: Covered, elements: Sequence[Held], unit: int) -> float:
    """Return the share of all that a claim says which one sentence supports, in [0, 1]."""
    every = sum(_weights(elements).values())
    return worth(covers, elements, unit) / every if every else 0.0


def ranked(covers: Covered, elements: Sequence[Held]) -> list[int]:
    """Rank the sentences worth quoting: the fullest first, in the order of the articles where two are equal."""
    found = {unit: worth(covers, elements, unit) for unit in covers}
    best = max(found.values(), default=0.0)
    kept = [unit for unit, value in found.items() if value and value >= WORTH * best]
    return sorted(kept, key=lambda unit: (-found[unit], unit))[:SHOWN]


def main_deed(reading: Reading) -> Span | None:
    """Return the span of a claim's main predicate; None where it has none that tells anything."""
    frame = main_frame(reading)
    if frame is None or not reading.keys[frame.predicate]:
        return None
    token = reading.parse.tokens[frame.predicate]
    return token.start, token.end


def saying_so(cluster: ClusterReading, reading: Reading, covers: Covered, elements: Sequence[Held]) -> list[int]:
    """List the sentences that say what a claim says, those that support most first.

    They have its deed with a party to it or a pronoun in its place, and with their neighbours at least `AS_MUCH` of
    what the fullest of them bears out. Where no sentence has the deed, or the claim none, the fullest are all there is.
    """
    # A sentence with all the names and another deed says something else.
    having = [unit for unit in covers if has_deed(cluster, reading, covers, elements, unit)] or [*covers]
    full = {unit: _with_neighbours(cluster, covers, elements, unit) for unit in having}
    least = AS_MUCH * max(full.values(), default=0.0)
    kept = [unit for unit in having if full[unit] >= least]
    return sorted(kept, key=lambda unit: (-worth(covers, elements, unit), -full[unit], unit))


def has_deed(
    cluster: ClusterReading, reading: Reading, covers: Covered, elements: Sequence[Held], unit: int
) -> bool:  # fmt: skip
    """Tell whether a sentence has a claim's deed with a party to it: a word for it alone may be of anything."""
    main, frame = main_deed(reading), main_frame(reading)
    if main not in covers[unit] or frame is None:
        return False
    parties = {(held.start, held.end) for held in elements for at in (*frame.agents, *frame.patients)
               if held.start <= reading.parse.tokens[at].start < held.end and held.kind != "party"}  # fmt: skip
    there = frame_there(cluster, reading, covers, unit)
    indices = () if there is None else (*there.agents, *there.patients)
    # `He resigned` after the sentence that names him says so as well.
    pronouns = any(cluster.readings[unit].parse.tokens[at].pos == "PRON" for at in indices)
    return not parties or pronouns or not parties.isdisjoint(covers[unit])


def _with_neighbours(cluster: ClusterReading, covers: Covered, elements: Sequence[Held], unit: int) -> float:
    """Weigh what a sentence supports, with what only its neighbours do at `BESIDE`."""
    weights, own = _weights(elements), covers[unit]
    around = {span: held for near in cluster.forms.near[unit] for span, held in covers.get(near, {}).items()
              if span not in own}  # fmt: skip
    return _sum(weights, own) + BESIDE * _sum(weights, around)


def frame_there(cluster: ClusterReading, reading: Reading, covers: Covered, unit: int) -> Frame | None:
    """Find the frame of a sentence that has the claim's deed; None where the deed is no predicate there."""
    _, (_, start, _) = covers.get(unit, {}).get(main_deed(reading) or (0, 0), (0.0, (unit, -1, -1)))
    there = cluster.readings[unit]
    return next((frame for frame in there.frames if there.parse.tokens[frame.predicate].start == start), None)


VERBATIM = 3
"""Least words of a claim that is copied."""


def verbatim(cluster: ClusterReading, text: str) -> bool:
    """Tell whether an article has the words of a text, one after the other."""
    said = words(text)
    return len(said) >= VERBATIM and f" {' '.join(said)} " in cluster.wording
