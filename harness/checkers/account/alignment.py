"""Pairs of a claim's frame and an article's frame that speak of one event, and how their arguments compare."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from harness.checkers.cluster_analysis import Argument, ClusterReading, argument
from harness.claims.converse import mutual, verb_of
from harness.claims.entities import Name, same_name
from harness.claims.frames import Frame
from harness.claims.meaning import concept, opposed
from harness.claims.sentence_analysis import Reading, place_class
from harness.claims.thesaurus import reversals
from harness.claims.verbs import verb_concept
from harness.language.lexical import word_list

SAME, DIFFERENT, UNKNOWN = "same", "different", "unknown"

_PERSONS = frozenset(
    {"people", "victim", "protest", "person", "man", "woman", "civilian", "human", "many", "dozen", "hundr",
     "thousand", "score", "demonstr", "crowd"}
)  # fmt: skip
"""Heads that mean people at large: any two of them may be the same people."""
_ACTORS = frozenset(
    {"police", "troops", "protest", "rebel", "milit", "terrorist", "gunman", "govern", "court", "militia",
     "firefight", "doctor", "student", "teacher", "worker", "driver"}
)  # fmt: skip
"""Heads that mean kinds of people that one deed is not done by both of."""


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A claim's frame beside an article's."""

    claim: Frame
    unit: int
    found: Frame
    opposite: bool
    """True where the predicates are opposites rather than the same."""
    agents: str
    patients: str
    """`same`, `different` or `unknown`: how the arguments of that role compare."""
    places: str
    swapped: bool
    """True where who does it in the one undergoes or receives it in the other, and the other way round."""
    context: float
    """Share of the claim sentence's content words that the article's sentence has, in [0, 1]."""
    different: tuple[str, ...] = ()
    """The roles whose arguments are different names."""

    @property
    def same(self) -> int:
        """Count the roles that agree."""
        return (self.agents, self.patients, self.places).count(SAME)

    @property
    def differing(self) -> int:
        """Count the roles that differ."""
        return (self.agents, self.patients, self.places).count(DIFFERENT)


def compare(cluster: ClusterReading, claimed: Argument, found: Argument) -> str:
    """Compare two arguments: by name, country, title, head noun or shared words, in that order.

    A pronoun that was resolved by guess can be the same, never different.
    """
    if claimed.vague or found.vague:
        return UNKNOWN
    outcome = _compare(cluster, claimed, found)
    return outcome if outcome != DIFFERENT or (claimed.sure and found.sure) else UNKNOWN


def _compare(cluster: ClusterReading, claimed: Argument, found: Argument) -> str:
    """Compare two arguments, neither of them vague."""
    if claimed.name is not None and found.name is not None:
        return _compare_names(cluster, claimed, found, claimed.name, found.name)
    if claimed.name is not None or found.name is not None:
        named, plain = (claimed, found) if claimed.name is not None else (found, claimed)
        if named.nation and named.nation == plain.nation:
            return SAME
        titles = plain.keys & word_list("roles", "titles")
        for title in titles:
            holders = cluster.titled(title, plain.nation)
            if holders and named.name is not None:
                # The articles say who the president is, so another name is another party.
                return SAME if any(same_name(named.name, holder) for holder in holders) else DIFFERENT
        shared = named.keys & plain.keys
        if shared and named.name is not None and named.name.title and shared <= _titles():
            held = cluster.titled(named.name.title, "")
            return SAME if all(same_name(named.name, holder) for holder in held) else UNKNOWN
        return SAME if shared else UNKNOWN
    if claimed.head == found.head:
        return DIFFERENT if claimed.nation and found.nation and claimed.nation != found.nation else SAME
    if opposed(claimed.head, found.head):
        return DIFFERENT
    if claimed.head in _ACTORS and found.head in _ACTORS:
        return DIFFERENT
    if claimed.keys & found.keys or (claimed.head in _PERSONS and found.head in _PERSONS):
        return SAME
    return UNKNOWN


@cache
def _titles() -> frozenset[str]:
    """List the concepts of titles."""
    return frozenset(concept(title) for title in word_list("roles", "titles"))


def _compare_names(cluster: ClusterReading, claimed: Argument, found: Argument, first: Name, second: Name) -> str:
    """Compare two names; different only where both are of a kind and neither can be part of the other."""
    if same_name(first, second) or (first.words[-1] == second.words[-1] and first.kind == second.kind):
        return SAME
    if claimed.nation and claimed.nation == found.nation:
        return SAME
    if cluster.are_short_of_one(first, second):
        return SAME
    kinds = {_kind(cluster, first), _kind(cluster, second)}
    # Two ministers are not one for their title.
    if (claimed.keys & found.keys) - (_titles() if kinds == {"person"} else frozenset()):
        return SAME
    if len(kinds) == 1 and kinds != {"other"}:
        if kinds == {"place"} and not (first.nation and second.nation):
            # Beirut and Lebanon differ as names, and still are no contradiction.
            # One place may lie in the other.
            return UNKNOWN
        return DIFFERENT
    return UNKNOWN if "place" in kinds or "other" in kinds else DIFFERENT


def _kind(cluster: ClusterReading, name: Name) -> str:
    """Return the kind of a name; where its sentence does not tell, the kind that the articles give an equal name."""
    kinds = (other.kind for other in cluster.matching(name) if other.kind != "other")
    return name.kind if name.kind != "other" else next(kinds, "other")


def best(cluster: ClusterReading, claimed: Sequence[Argument], found: Sequence[Argument]) -> str:
    """Compare two roles: the same where any argument is, different where every comparison says so."""
    if not claimed or not found:
        return UNKNOWN
    outcomes = {compare(cluster, one, other) for one in claimed for other in found}
    if SAME in outcomes:
        return SAME
    return DIFFERENT if outcomes == {DIFFERENT} else UNKNOWN


class Aligner:
    """Finds, for the frames of a claim sentence, the article frames that speak of the same event."""

    def __init__(self, cluster: ClusterReading, reading: Reading) -> None:
        self.cluster = cluster
        self.reading = reading
        self._context: dict[int, float] = {}
        self._own: dict[int, Argument] = {}

    def context(self, unit: int) -> float:
        """Return the share of the claim sentence's content words that a unit has."""
        if unit not in self._context:
            mine = self.reading.concepts
            theirs = self.cluster.readings[unit].concepts
            self._context[unit] = len(mine & theirs) / len(mine) if mine else 0.0
        return self._context[unit]

    def own(self, index: int) -> Argument:
        """Describe an argument of the claim; remembered."""
        if index not in self._own:
            self._own[index] = argument(self.reading, index)
        return self._own[index]

    def pairs(self, frame: Frame) -> list[Pair]:
        """Pair a frame with those of its concept or an opposite one that share an argument or the context."""
        found = [self._pair(frame, unit, other, False) for unit, other in self.cluster.frames.get(frame.concept, ())]
        found.extend(self._pair(frame, unit, other, True) for unit, other in self._opposites(frame))
        return [pair for pair in found if pair.same or pair.swapped or pair.context >= 0.5]

    def _opposites(self, frame: Frame) -> Iterator[tuple[int, Frame]]:
        """Yield frames of the opposite verbs, in sentences that have some of the claim's words."""
        # Opposites are many: only sentences near the claim are searched for them.
        others = reversals(verb_of(self.reading.parse, frame))
        for unit in {unit for unit in range(len(self.cluster.units)) if self.context(unit) >= 0.3}:
            reading = self.cluster.readings[unit]
            for other in reading.frames:
                verb = verb_of(reading.parse, other)
                plain = other.concept == verb_concept(reading.parse.tokens[other.predicate].lemma, verb)
                if plain and other.concept != frame.concept and verb in others:  # not `open` of `open fire`
                    yield unit, other

    def _pair(self, frame: Frame, unit: int, other: Frame, opposite: bool) -> Pair:
        """Compare a claim's frame with an article's, role by role."""
        cluster = self.cluster
        agents = [self.own(index) for index in frame.agents]
        patients = [self.own(index) for index in frame.patients]
        their_agents = [cluster.argument(unit, index) for index in other.agents]
        their_patients = [cluster.argument(unit, index) for index in other.patients]
        places: dict[str, list[Argument]] = {}
        for name, index in frame.obliques:
            places.setdefault(place_class(name), []).append(self.own(index))
        their_places: dict[str, list[Argument]] = {}
        for name, index in other.obliques:
            their_places.setdefault(place_class(name), []).append(cluster.argument(unit, index))
        place = UNKNOWN
        for name in places.keys() & their_places.keys():
            outcome = best(cluster, places[name], their_places[name])
            place = outcome if place in {UNKNOWN, outcome} or outcome == DIFFERENT else place
        goals, their_goals = places.get("to", []), their_places.get("to", [])
        swapped = (
            best(cluster, agents, their_patients) == SAME and best(cluster, patients, their_agents) == SAME
            and best(cluster, agents, their_agents) != SAME
        ) or (
            best(cluster, agents, their_goals) == SAME and best(cluster, goals, their_agents) == SAME
            and best(cluster, agents, their_agents) != SAME
        )  # fmt: skip
        both = swapped and mutual(verb_of(self.reading.parse, frame))  # who meets whom is one meeting
        return Pair(
            claim=frame,
            unit=unit,
            found=other,
            opposite=opposite,
            agents=SAME if both else best(cluster, agents, their_agents),
            patients=SAME if both else best(cluster, patients, their_patients),
            places=place,
            swapped=swapped and not both,
            context=self.context(unit),
        )


def has_own_deed(there: Reading, reading: Reading, frame: Frame) -> bool:
    """Tell whether a sentence has a claim's deed of its doer, whatever else it tells: most oppose it, some back it."""
    doers = {reading.keys[at] for at in frame.agents} - {""}
    return any(each.concept == frame.concept and not each.negated and doers & {there.keys[at] for at in each.agents}
               for each in there.frames)  # fmt: skip
