"""Substituted words: the sentence that says all the rest of a claim has something else in their place.

A small edit of a true headline leaves its other words as they were, so that a sentence of the articles still tells
nearly all of it, and has in the edited word's slot (under the same governor, or over the same parties) a word that the
claim has not. Where the articles have the claim's own word with its other words as well, nothing was put in its place.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from harness.checkers.account.bearers import LONGEST_ACRONYM
from harness.checkers.account.conflicts import Alignment
from harness.checkers.account.elements import SURE
from harness.checkers.account.matching import Match, Matcher
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.entities import Name, known_as, same_name
from harness.claims.parsing.parse import Token
from harness.claims.sentence_analysis import Reading

MOST = 0.55
"""Share of the rest of a claim that a sentence has to tell."""
NEAR = 0.45
"""Grade from which on a word comes near the claim's."""
ALIKE, SPELT = 4, 0.75
"""Letters that begin a word and its short form, and how like two spellings of one word are."""
_TIMES = frozenset({"DATE", "TIME", "ORDINAL"})
"""Entities of a parse that are no names of anybody: the `Fourth` of July."""
_PEOPLES = frozenset({"NORP"})
"""Entities that are whole peoples or parties."""
_SUBJECTS, _OBJECTS = {"nsubj", "agent", "poss"}, {"dobj", "nsubjpass", "attr", "oprd"}


@dataclass(frozen=True, slots=True)
class Substitute:
    """A word of a claim that stands where a sentence has another."""

    token: int
    unit: int
    other: int
    """The word that the sentence has in its place, a token of it."""
    weight: float
    """How much more of the rest that sentence tells than those that have the claim's word, in [-1, 1]."""
    rest: float
    """Share of the rest of the claim that the sentence tells."""


def substitutes(cluster: ClusterReading, matcher: Matcher, reading: Reading) -> list[Substitute]:
    """Find the words of a claim sentence in whose place the articles have another, the surest first."""
    found = [held for at in matcher.words if (held := _Slot(cluster, matcher, reading, at).best()) is not None]
    return sorted(found, key=lambda held: (-held.weight, held.token))


def in_told_deed(cluster: ClusterReading, name: Name, alignment: Alignment) -> bool:
    """Tell whether a name is party to a deed that a sentence tells of both its parties, that very name in its place."""
    own = range(name.start, name.end)
    for pair in alignment.pairs:
        if pair.claim.predicate not in alignment.told or pair.opposite:
            continue
        for mine, theirs in ((pair.claim.agents, pair.found.agents), (pair.claim.patients, pair.found.patients)):
            named = [cluster.argument(pair.unit, at).name for at in theirs] if set(mine) & set(own) else []
            if any(other is not None and same_name(name, other) for other in named):
                return True
    return False


def relation(token: Token) -> str:
    """Name the relation of a word to its governor, alike in active and passive."""
    if token.dep in _SUBJECTS:
        return "subject"
    if token.dep in _OBJECTS:
        return "object"
    return {"pobj": "of", "compound": "modifier", "amod": "modifier", "nmod": "modifier"}.get(token.dep, token.dep)


class _Slot:
    """One word of a claim, and the rest of the claim."""

    def __init__(self, cluster: ClusterReading, matcher: Matcher, reading: Reading, at: int) -> None:
        self.cluster, self.matcher, self.reading, self.at = cluster, matcher, reading, at
        name = reading.name_at(at)
        own = range(at, at + 1) if name is None else range(name.start, name.end)
        self.named = name is not None
        self.rest = [index for index in matcher.words if index not in own]
        self.total = sum(matcher.weights[index] for index in self.rest)

    def rest_share(self, unit: int) -> float:
        """Return the share of the rest of the claim that a sentence has."""
        held = sum(
            self.matcher.weights[index] for index in self.rest if self.matcher.by_unit(index).get(unit, 0.0) >= SURE
        )
        return held / self.total

    def best(self) -> Substitute | None:
        """Find what stands in the word's place in the sentence that tells most of the rest."""
        if len(self.rest) < 2 or not self.total:
            return None
        own = self.matcher.by_unit(self.at)
        near = self.matcher.forms.near
        having = {unit for unit, grade in own.items() if grade >= NEAR}
        # A neighbour may mean the word by a pronoun; a sentence that has another name in its slot does not.
        beside = having if self.named else having.union(*(near[unit] for unit in having))
        units = {unit for index in self.rest for unit in self.matcher.by_unit(index)}
        shares = {unit: self.rest_share(unit) for unit in units}
        kept = max((shares.get(unit, 0.0) for unit in beside), default=0.0)
        for unit in sorted(units - beside, key=lambda unit: (-shares[unit], unit)):
            # Where the claim's own word stands with as much of the rest, nothing was put in its place.
            if shares[unit] < MOST or shares[unit] <= kept:
                return None
            other = next(self._others(unit), None)
            if other is not None:
                return Substitute(self.at, unit, other, shares[unit] - kept, shares[unit])
        return None

    def _others(self, unit: int) -> Iterator[int]:
        """Yield words that a sentence has in the slot, and the claim has not."""
        tokens = self.reading.parse.tokens
        theirs = self.cluster.readings[unit]
        taken = {match.token for index in self.matcher.words for match in self.matcher.matches(index)
                 if match.unit == unit and match.grade >= NEAR}  # fmt: skip
        mine = tokens[self.at]

        def fits(token: Token) -> bool:
            if self.named and token.pos != "PROPN":
                return False
            return bool(theirs.keys[token.i]) and token.i not in taken and _alike(mine, token)

        above = tokens[mine.head]
        for match in self._matched(above.i, unit):
            for child in theirs.parse.children[match.token]:
                if relation(theirs.parse.tokens[child]) != relation(mine):
                    continue
                # `Its president, Pike,` has the name beside the noun in the slot.
                apposed = [inner for inner in theirs.parse.children[child] if theirs.parse.tokens[inner].dep == "appos"]
                yield from (each for each in (child, *apposed) if fits(theirs.parse.tokens[each]))
            if self.named:
                yield from (each for each in self._in_role(unit, match.token) if fits(theirs.parse.tokens[each]))
        for child in self.reading.parse.children[self.at]:
            for match in self._matched(child, unit):
                token = theirs.parse.tokens[match.token]
                governor = theirs.parse.tokens[token.head]
                if relation(token) == relation(tokens[child]) and fits(governor):
                    yield governor.i

    def _in_role(self, unit: int, predicate: int) -> Iterator[int]:
        """Yield who has the word's role in the same deed of a sentence; a verb may share its subject with another."""
        above = self.reading.parse.tokens[self.at].head
        for mine in (frame for frame in self.reading.frames if frame.predicate == above):
            for frame in self.cluster.readings[unit].frames:
                if frame.predicate == predicate:
                    # Headlines leave out the verb of a passive: `Pike fined` has an agent where `was fined` has none.
                    if self.at in mine.agents:
                        yield from frame.agents or frame.patients
                    elif self.at in mine.patients:
                        yield from frame.patients

    def _matched(self, index: int, unit: int) -> Iterator[Match]:
        """Yield places where a sentence has another word of the claim; prepositions match by themselves."""
        if self.reading.keys[index]:
            yield from (match for match in self.matcher.matches(index) if match.unit == unit and match.grade >= SURE)
            return
        token = self.reading.parse.tokens[index]
        for other in self.cluster.readings[unit].parse.tokens:
            if other.lower == token.lower and token.pos in {"ADP", "SCONJ"}:
                yield Match(unit, other.i, 1.0)


def _alike(mine: Token, other: Token) -> bool:
    """Match two words by part of speech, so that the one may stand for the other."""
    kinds = {"PROPN": "n", "NOUN": "n", "VERB": "v", "AUX": "v", "ADJ": "a", "ADV": "r", "NUM": "m"}
    return kinds.get(mine.pos) == kinds.get(other.pos)


def names_apart(cluster: ClusterReading, one: Substitute, name: Name, mine: Token, other: Token) -> bool:
    """Tell whether two words are parts of names that cannot be one: no short form, spelling or part of the other.

    Nor are a place and somebody in office: what its minister declares a country declares. And no day is somebody, nor a
    party or people (`Democrat Ann Moe`).
    """
    theirs = cluster.readings[one.unit].name_at(one.other)
    if theirs is None or known_as(name, theirs) or cluster.are_short_of_one(name, theirs):
        return False
    if other.entity in _TIMES and mine.entity not in _TIMES:
        return False
    if name.kind == "person" and other.entity in _PEOPLES:
        return False
    # A girl of Velm has a name.
    beside = mine.dep in {"compound", "amod", "nmod", "poss"}
    named = not (name.kind == "place" and theirs.kind == "person" and (theirs.title or beside))
    first, second = sorted((mine.lower, other.lower), key=len)
    short = first[:ALIKE] == second[:ALIKE] or (len(first) <= LONGEST_ACRONYM and first[0] == second[0])
    return named and not short and SequenceMatcher(None, first, second, autojunk=False).ratio() < SPELT
