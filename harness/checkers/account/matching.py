"""Places where the articles have each word of a claim, or one that supports it, and where they tell of its event.

Words match by concept, stem and spelling, and by WordNet: another word for the same, a derived one, a narrower one.
Of a word that no article has in any of these ways, words that stand in like surroundings (`near_words`) come near, and
bear nothing out. Each match is graded in (0, 1]. The *sites* are the few places of the articles, a sentence with its
neighbours each, that tell of what the claim tells: what stands elsewhere in an article is not said of its event.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.contrasts import set_apart
from harness.claims.meaning import other_spellings
from harness.claims.parsing.parse import Token
from harness.claims.polarity import negates
from harness.claims.sentence_analysis import Reading
from harness.claims.thesaurus import near_words, said_by
from harness.claims.verbs import particle, phrasal
from harness.language.lexical import pieces, word_list
from harness.language.numerals import ordinal_in_words

FORM, SPELLING, RELATED = 0.97, 0.95, 0.95
"""Grades of another form of a word and of its parts, and the factor of a relation's own grade."""
OTHER_PARTICLE = 0.5
"""Factor of a match where a verb's particle makes it another verb: to strike, to strike down."""
NEAR = 0.5
"""Grade of a word that only stands in like surroundings: it comes near, it bears nothing out."""
NEIGHBOUR = 0.95
"""Factor of a match in the sentence before or after the one that tells of the event."""
SITES = 3
LEAST_GAIN = 0.05
"""Share of a claim's weight that a further site must account for."""
SHARED = 0.9
"""Grade at which a word is taken for the same: a further site must share one with the claim."""
GROUPS = {"both": 2, "pair": 2, "duo": 2, "trio": 3, "threesome": 3, "quartet": 4, "quintet": 5}
"""Words for so many people or things."""
_PARTS = {"NOUN": "n", "VERB": "v", "ADJ": "a", "ADV": "r", "AUX": "v"}


@dataclass(frozen=True, slots=True)
class Match:
    """A place in the articles that bears out a word: a unit, a token of it, and how surely."""

    unit: int
    token: int
    grade: float


class Matcher:
    """The words of one claim sentence against a cluster."""

    def __init__(self, cluster: ClusterReading, reading: Reading, *, near: bool = True) -> None:
        self._near = near
        self.cluster = cluster
        self.forms = cluster.forms
        self.reading = reading
        tokens = reading.parse.tokens
        joined = {particle(reading.parse, token) for token in tokens if token.pos in {"VERB", "AUX"}}
        self.words = [token.i for token in tokens if reading.keys[token.i] and token.i not in joined]
        """Indices of the content words; a particle is one with its verb."""
        self._matches: dict[int, tuple[Match, ...]] = {}
        self._units: dict[int, dict[int, float]] = {}

    def matches(self, index: int) -> tuple[Match, ...]:
        """List the places where the articles support one word, each place once with its best grade."""
        if index not in self._matches:
            found: dict[tuple[int, int], float] = {}
            for places, grade in self._places(index):
                for place in places:
                    if grade > found.get(place, 0.0) and not self._is_set_apart(place):
                        found[place] = grade
            if self._near and not found:
                found = dict.fromkeys(self._near_places(self.reading.parse.tokens[index]), NEAR)
            token = self.reading.parse.tokens[index]
            own = phrasal(self.reading.parse, token)
            graded = []
            for place, grade in found.items():
                narrowed = grade >= SPELLING and self._has_other_particle(place, own, token.lemma)
                graded.append(Match(*place, grade * OTHER_PARTICLE if narrowed else grade))
            self._matches[index] = tuple(sorted(graded, key=lambda match: (-match.grade, match.unit, match.token)))
        return self._matches[index]

    def _is_set_apart(self, place: tuple[int, int]) -> bool:
        """Tell whether a sentence says that it is not this: what `not` sets apart bears out only who denies as well."""
        unit, at = place
        return not self._denies and at in set_apart(self.cluster.readings[unit].parse)

    @cached_property
    def _denies(self) -> bool:
        parse = self.reading.parse
        return bool(set_apart(parse)) or any(negates(parse, token) for token in parse.tokens)

    def _has_other_particle(self, place: tuple[int, int], own: str, lemma: str) -> bool:
        """Tell whether the articles have a verb with a particle that makes it another, or without the claim's."""
        theirs = self.forms.verbs.get(place)
        if theirs is not None:
            return theirs != own and theirs not in said_by(own)
        unit, at = place
        # Who dies has passed away, and who passes a test has not.
        return own != lemma and self.cluster.readings[unit].parse.tokens[at].lemma == lemma

    def _places(self, index: int) -> Iterable[tuple[Iterable[tuple[int, int]], float]]:
        """Yield places by the way in which a word matches, with the grade of that way."""
        forms, token = self.forms, self.reading.parse.tokens[index]
        yield forms.exact.get(self.reading.keys[index], ()), 1.0
        yield forms.stems.get(token.stem, ()), FORM
        figure = next((figure for figure in self.reading.figures if figure.token == index), None)
        number = figure.value if figure is not None else GROUPS.get(token.lemma)
        if number is not None:
            yield [(unit, found.token) for unit, found in self.cluster.figures if found.value == number], FORM
        parts = pieces(token.text)
        # `Twenty-year` matches a sentence that writes it as two words.
        yield forms.pieces.get(parts[0], ()) if len(parts) == 1 else self._hyphenated(parts), FORM
        yield forms.pieces.get(ordinal_in_words(token.lower), ()), FORM  # `2nd-tier` and `second-tier`
        bare = token.lower.rstrip(".")
        if token.text[:1].isupper() or bare in word_list("reading", "shortened"):
            for other in sorted(other_spellings().get(bare, ())):
                yield [(unit, first) for unit, first, _ in forms.phrase(other.split())], FORM
        # WordNet knows `Rice` and `Bush` as plants.
        if token.i in self._name_tokens:
            return
        for word, grade in said_by(phrasal(self.reading.parse, token), _PARTS.get(token.pos, "")).items():
            yield forms.lemmas.get(word, ()), RELATED * grade

    def _near_places(self, token: Token) -> Iterable[tuple[int, int]]:
        """Yield the places of a near word of the same part of speech."""
        if token.i in self._name_tokens:
            return
        for word in near_words(phrasal(self.reading.parse, token), _PARTS.get(token.pos, "")):
            for unit, at in self.forms.lemmas.get(word, ()):
                if self.cluster.readings[unit].parse.tokens[at].pos == token.pos:
                    yield unit, at

    @cached_property
    def strict(self) -> "Matcher":
        """Return a matcher that knows no near words: one of another thing must not be taken for the claim's."""
        return Matcher(self.cluster, self.reading, near=False)

    def _hyphenated(self, parts: tuple[str, ...]) -> list[tuple[int, int]]:
        """List the places of a hyphenated word's first part, in sentences that have all its parts."""
        if not parts:
            return []
        units = set.intersection(*({unit for unit, _ in self.forms.pieces.get(part, ())} for part in parts))
        return [place for place in self.forms.pieces.get(parts[0], ()) if place[0] in units]

    @cached_property
    def _name_tokens(self) -> frozenset[int]:
        """List tokens of names: those stand for themselves, whatever WordNet has."""
        return frozenset(
            index
            for name in self.reading.names
            for index in range(name.start, name.end)
            if not self.cluster.casing.ordinary(self.reading.parse.tokens[index].lower)
        )

    @cached_property
    def weights(self) -> Mapping[int, float]:
        """Weigh each content word by how rare it is in the articles."""
        index = self.cluster.index
        tokens = self.reading.parse.tokens
        return {at: index.idf.get(tokens[at].stem, index.unseen_idf) for at in self.words}

    def by_unit(self, index: int) -> dict[int, float]:
        """Map each unit to the best grade of one word there."""
        if index not in self._units:
            found: dict[int, float] = {}
            for match in self.matches(index):
                found.setdefault(match.unit, match.grade)
            self._units[index] = found
        return self._units[index]

    @cached_property
    def sites(self) -> tuple[int, ...]:
        """Choose the units that tell of the claim's event, the best first, each to be read with its neighbours."""
        grades = {index: self.by_unit(index) for index in self.words}
        units = sorted({unit for found in grades.values() for unit in found})
        total = sum(self.weights.values()) or 1.0
        # Best grade of each word in the sites chosen so far.
        held = dict.fromkeys(self.words, 0.0)
        chosen: list[int] = []
        windows = {unit: {index: self._window(found, unit) for index, found in grades.items()} for unit in units}
        # Greedy: each further site must tell more, and share a word with those before, or it is another event.
        while len(chosen) < SITES:
            best, gain = -1, 0.0
            for unit in units:
                if chosen and not any(grades[index].get(unit, 0.0) >= SHARED and held[index] >= SHARED * NEIGHBOUR
                                      for index in self.words):  # fmt: skip
                    continue
                more = sum(self.weights[i] * max(0.0, grade - held[i]) for i, grade in windows[unit].items())
                if more > gain + 1e-9:
                    best, gain = unit, more
            if best < 0 or (chosen and gain < LEAST_GAIN * total):
                break
            chosen.append(best)
            for index, grade in windows[best].items():
                held[index] = max(held[index], grade)
        return tuple(chosen)

    def _window(self, found: Mapping[int, float], unit: int) -> float:
        """Grade a word in a unit or, a little less, in its neighbours."""
        # News spreads one statement over neighbouring sentences, by pronouns.
        around = max((found.get(near, 0.0) for near in self.forms.near[unit]), default=0.0)
        return max(found.get(unit, 0.0), NEIGHBOUR * around)

    @cached_property
    def scene(self) -> frozenset[int]:
        """Return the sites with their neighbours."""
        return frozenset(self.sites).union(*(self.forms.near[unit] for unit in self.sites))

    def here(self, index: int) -> Match | None:
        """Find the best match of a word in the scene; the best site wins a tie."""
        order = {unit: place for place, unit in enumerate(self.sites)}
        inside = [match for match in self.matches(index) if match.unit in self.scene]
        return min(inside, key=lambda m: (-m.grade, order.get(m.unit, SITES), m.unit, m.token), default=None)

    def anywhere(self, index: int) -> Match | None:
        """Find the best match of a word in any article."""
        return next(iter(self.matches(index)), None)

    def joined(self, first: int, second: int) -> tuple[float, Match | None, Match | None]:
        """Grade how surely the articles join two words of the claim, and find where.

        1 where one governs the other in a sentence; less where they only stand in one sentence, or in two neighbours.
        """
        best: tuple[float, Match | None, Match | None] = (0.0, None, None)
        theirs: defaultdict[int, list[Match]] = defaultdict(list)
        for match in self.matches(second):
            theirs[match.unit].append(match)
        for one in self.matches(first):
            for unit in (one.unit, *self.forms.near[one.unit]):
                for other in theirs.get(unit, ()):
                    if (one.unit, one.token) == (other.unit, other.token):
                        continue
                    grade = self._link(one, other) * min(one.grade, other.grade)
                    if grade > best[0] + 1e-9:
                        best = grade, one, other
        return best

    def _link(self, one: Match, other: Match) -> float:
        """Grade a link: governed 1, close .8, in one sentence .6, in neighbours .4."""
        if one.unit != other.unit:
            return 0.4
        reading = self.cluster.readings[one.unit]
        if governs(reading, one.token, other.token) or governs(reading, other.token, one.token):
            return 1.0
        return 0.8 if abs(one.token - other.token) <= CLOSE else 0.6


CLOSE = 6
"""Tokens between two words that still stand close together."""


def governs(reading: Reading, above: int, below: int) -> bool:
    """Tell whether one content word governs another, hollow words between them passed over."""
    for token in reading.parse.ancestors(below):
        if token.i == above:
            return True
        if reading.keys[token.i]:
            return False
    return False
