"""A cluster read once for many claims: its sentences, names, frames and figures, and which articles are independent."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property

from harness.checkers.dollars import with_countries
from harness.checkers.evidence import EvidenceIndex
from harness.checkers.forms import Forms
from harness.claims.casing import Casing
from harness.claims.contrasts import set_apart
from harness.claims.entities import Name, known_as, same_name
from harness.claims.figures.quantities import Figure
from harness.claims.figures.questions import Asked, Question
from harness.claims.frames import Frame
from harness.claims.meaning import nations
from harness.claims.parsing.parse import Parser, Token
from harness.claims.parsing.standin import parse_named
from harness.claims.persons import ages, countries
from harness.claims.sentence_analysis import PRONOUNS, Reading, phrase, read_all
from harness.ingest.independence import Sources
from harness.language.lexical import pieces, stem, word_list
from harness.language.text import ngrams, words
from harness.records import Cluster

_GAP = 25
"""Words between two sentences, so that neighbours across a border are not near."""


@dataclass(frozen=True, slots=True, eq=False)
class Argument:
    """An argument of a frame as it is compared: by its head, by all its words, by the names it has or stands for."""

    head: str
    keys: frozenset[str]
    name: Name | None
    """The name at its head, or that its pronoun stands for."""
    nation: str
    """A country named anywhere in it."""
    vague: bool
    """True for an unresolved pronoun."""
    sure: bool = True
    """False where a pronoun was resolved by guess: such a name may confirm, but not contradict."""


def _parted(reading: Reading) -> tuple[Reading, list[Figure]]:
    """Part a sentence from the figures that it says it is not: *not 30*, and the two of *all but two*."""
    tokens = set_apart(reading.parse)
    apart = [figure for figure in reading.figures if figure.token in tokens]
    if not apart:
        return reading, []
    return replace(reading, figures=tuple(figure for figure in reading.figures if figure not in apart)), apart


class Sentences:
    """The distinct sentences of a cluster before they are parsed: searchable, and as they are to be parsed."""

    def __init__(self, cluster: Cluster, parser: Parser) -> None:
        """Cut the articles into distinct sentences, index them, and undo headline capitals."""
        self.cluster = cluster
        self.index = EvidenceIndex(cluster)
        self.casing = Casing((unit.text for unit in self.index.units), parser.common)

    @cached_property
    def sources(self) -> Sources:
        """Tell which articles are independent."""
        return Sources(self.cluster)

    @cached_property
    def texts(self) -> list[str]:
        """List the sentences as they are to be parsed."""
        return [self.casing.undo(unit.text) for unit in self.index.units]

    def bearing_on(self, text: str, limit: int) -> "Sentences":
        """Return the `limit` of them that a text can be judged by, with what all of them tell of casing and terms."""
        _ = self.sources  # found once for all parts
        part = copy(self)
        part.__dict__.pop("texts", None)
        part.index = self.index.only(self.index.bearing_on(text, limit))
        return part


class ClusterReading:
    """The article side of a check. Equal clusters give equal readings, in whatever order their articles stand."""

    def __init__(self, cluster: Cluster, parser: Parser, sentences: Sentences | None = None) -> None:
        """Parse and analyse the cluster; `sentences` are its sentences, where the caller has them."""
        sentences = sentences or Sentences(cluster, parser)
        self.cluster = cluster
        self.index = sentences.index
        self.units = self.index.units
        self.casing = sentences.casing
        parted = [_parted(reading) for reading in read_all(parse_named(parser, sentences.texts, self.casing.named))]
        self.readings: list[Reading] = [reading for reading, _ in parted]
        self.figures_apart = frozenset(figure.value for _, apart in parted for figure in apart)
        self.sources = sentences.sources
        self.published = {article.article_id: article.published for article in cluster.articles}
        self.frames: dict[str, list[tuple[int, Frame]]] = defaultdict(list)
        self.figures: list[tuple[int, Figure]] = list(with_countries(self.units, self.readings))
        self.names: dict[Name, list[int]] = defaultdict(list)
        self.stems: set[str] = set()
        self.words: set[str] = set()
        self.concepts: set[str] = set()
        self.arcs: set[tuple[str, str]] = set()
        self.roles: set[tuple[str, str, str]] = set()
        self.pairs: dict[str, set[int]] = defaultdict(set)
        self.bigrams: set[tuple[str, ...]] = set()
        self.trigrams: set[tuple[str, ...]] = set()
        self.unit_words: list[tuple[str, ...]] = []
        self.positions: dict[str, list[int]] = defaultdict(list)
        """Stem → where it stands, words counted through all sentences with a gap between two."""
        end = 0
        for number, (unit, reading) in enumerate(zip(self.units, self.readings, strict=True)):
            for frame in reading.frames:
                self.frames[frame.concept].append((number, frame))
            for name in reading.names:
                self.names[name].append(number)
            self.stems.update(unit.terms)
            tokens = pieces(unit.text)
            self.unit_words.append(tokens)
            for position, word in enumerate(tokens, end):
                self.positions[stem(word)].append(position)
            end += len(tokens) + _GAP
            self.words.update(tokens)
            self.bigrams.update(ngrams(tokens, 2))
            self.trigrams.update(ngrams(tokens, 3))
            self.concepts |= reading.concepts
            self.arcs |= reading.arcs
            self.roles |= reading.roles
            for key in reading.concepts:
                self.pairs[key].add(number)
        self._persons = self._pronouns()
        self._titles = self._titled()
        self._same: dict[Name, tuple[Name, ...]] = {}
        self._arguments: dict[tuple[int, int], Argument] = {}

    @cached_property
    def forms(self) -> Forms:
        """Index the places of each word by its forms."""
        return Forms(self.units, self.readings)

    @cached_property
    def wording(self) -> str:
        """Join the words of each sentence and title, a space round each word and a line for each sentence."""
        return "\n".join(f" {' '.join(words(unit.text))} " for unit in self.units)

    @cached_property
    def questions(self) -> list[tuple[int, Figure, Question]]:
        """List the figures that answer a question, each with its sentence."""
        asked = ((unit, figure, Asked(self.readings[unit]).question(figure)) for unit, figure in self.figures)
        return [(unit, figure, question) for unit, figure, question in asked if question is not None]

    def articles_of(self, unit: int) -> frozenset[str]:
        """Return the ids of the articles that a unit stands in."""
        return self.units[unit].article_ids

    def articles_of_all(self, units: Iterable[int]) -> set[str]:
        """Return the ids of the articles that any of some units stands in."""
        return {article for unit in units for article in self.articles_of(unit)}

    def is_person(self, name: Name) -> bool:
        """Tell whether the articles have a person by first name and surname; alone a surname is often misread."""
        full = [each for each in self.matching(name) if len(each.words) > 1]
        places = [each for each in self.matching(name) if each.kind == "place" and each not in full]
        told = [sum(len(self.names[each]) for each in several) for several in (full, places)]
        return all(each.kind == "person" for each in full) and told[0] >= max(1, told[1])

    def matching(self, name: Name) -> tuple[Name, ...]:
        """List the names in the articles that can name what `name` names."""
        if name not in self._same:
            self._same[name] = tuple(other for other in self.names if same_name(name, other))
        return self._same[name]

    def are_short_of_one(self, first: Name, second: Name) -> bool:
        """Tell whether two names are short for one that the articles have whole: `AOC`, `Cruz` for Anna Orla Cruz."""
        return any(
            known_as(short, name) and same_name(name, other)
            for short, other in ((first, second), (second, first))
            for name in self.matching(short) if len(name.words) > len(short.words)
        )  # fmt: skip

    def titled(self, title: str, nation: str) -> tuple[Name, ...]:
        """List who the articles call by a title, of a country where one is given: `president`, `Kazakhstan`."""
        return self._titles.get((title, nation), ())

    def called(self, noun: str) -> tuple[Name, ...]:
        """List who the articles call by a noun before the name or in apposition: `captain`."""
        return self._called.get(noun, ())

    @cached_property
    def _called(self) -> dict[str, tuple[Name, ...]]:
        found: dict[str, dict[Name, None]] = defaultdict(dict)
        for reading in self.readings:
            for name in reading.names:
                if name.kind != "place" and not name.nation:
                    for noun in _descriptions(reading, name):
                        found[noun][name] = None
        return {key: tuple(names) for key, names in found.items()}

    def apart(self, one: str, other: str) -> bool:
        """Tell whether a sentence has two nouns side by side, as two things."""
        return not self._nouns.get(one, frozenset()).isdisjoint(self._nouns.get(other, frozenset()))

    @cached_property
    def ages(self) -> tuple[tuple[int, Name, Figure], ...]:
        """List the units that give a person's age, with the name and the figure."""
        return tuple((unit, *each) for unit, reading in enumerate(self.readings) for each in ages(reading))

    @cached_property
    def countries(self) -> tuple[tuple[int, Name, str, Token], ...]:
        """List the units that give a person's country, with the name, the country and its word."""
        return tuple((unit, *each) for unit, reading in enumerate(self.readings) for each in countries(reading))

    @cached_property
    def nations(self) -> Counter[str]:
        """Count the words for each country and its people."""
        known = nations()
        return Counter(
            known[token.lower] for reading in self.readings for token in reading.parse.tokens if token.lower in known
        )

    def are_of(self, members: str, body: str) -> bool:
        """Tell whether the articles have one noun right with another as its owner or kind: the miners' union."""
        return (members, body) in self._owned

    @cached_property
    def _owned(self) -> frozenset[tuple[str, str]]:
        every = (reading.parse.tokens for reading in self.readings)
        return frozenset(
            (token.lemma, tokens[token.head].lemma) for tokens in every for token in tokens
            if token.dep in {"poss", "compound"} and token.pos == "NOUN"
        )  # fmt: skip

    @cached_property
    def _nouns(self) -> dict[str, set[int]]:
        found: dict[str, set[int]] = defaultdict(set)
        for unit, reading in enumerate(self.readings):
            for token in reading.parse.tokens:
                if token.pos == "NOUN" and token.dep not in {"compound", "appos", "attr"}:
                    found[token.lemma].add(unit)
        return found

    def two(self, one: Name, other: Name) -> bool:
        """Tell whether a sentence has two names as two parties: joined by `and`, or one acting on the other."""
        first, second = self.matching(one), self.matching(other)
        units = [{unit for name in names for unit in self.names[name]} for names in (first, second)]
        return any(_as_two(self.readings[unit], first, second) for unit in sorted(units[0] & units[1]))

    def _titled(self) -> dict[tuple[str, str], tuple[Name, ...]]:
        """Map a title, and a title with a country, to the names that bear it."""
        found: dict[tuple[str, str], dict[Name, None]] = defaultdict(dict)
        for reading in self.readings:
            for position, name in enumerate(reading.names):
                # `Kazakhstan's president Tokayev`: keep the holder with and without the country.
                if name.title and name.kind != "place":
                    found[name.title, ""][name] = None
                    before = reading.names[position - 1] if position else None
                    if before is not None and before.nation and name.start - before.end <= 2:
                        found[name.title, before.nation][name] = None
        return {key: tuple(names) for key, names in found.items()}

    def _pronouns(self) -> list[Name | None]:
        """Resolve a `he` or `she` at the beginning of each unit to the likeliest person.

        The last person that an earlier sentence (up to three back) had as a subject, else the last named.
        """
        found: list[Name | None] = [None] * len(self.units)
        last: tuple[str, int, Name] | None = None
        order = sorted(
            range(len(self.units)), key=lambda n: (self.units[n].places[0].article_id, self.units[n].places[0].position)
        )
        for number in order:
            place = self.units[number].places[0]
            if last is not None and last[0] == place.article_id and place.position - last[1] <= 3:
                found[number] = last[2]
            reading = self.readings[number]
            person = _subject_person(reading)
            if person is not None:
                last = (place.article_id, place.position, person)
            elif (
                last is not None
                and found[number] is not None
                and any(t.lower in PRONOUNS for t in reading.parse.tokens)
            ):
                last = (place.article_id, place.position, last[2])
        return found

    def argument(self, unit: int, index: int) -> Argument:
        """Return an argument of a frame of an article's sentence, pronouns resolved where that is safe."""
        key = (unit, index)
        if key not in self._arguments:
            self._arguments[key] = argument(self.readings[unit], index, self._persons[unit])
        return self._arguments[key]


def _descriptions(reading: Reading, name: Name) -> set[str]:
    """Collect the nouns by which a sentence calls a name: `minister Petra Lind`, `Ruth Olsen, captain of Rovers`."""
    tokens, head = reading.parse.tokens, reading.parse.tokens[name.end - 1]
    beside = [tokens[child] for at in range(name.start, name.end) for child in reading.parse.children[at]
              if tokens[child].dep in {"compound", "appos", "nmod"}]  # fmt: skip
    beside += [tokens[head.head]] if head.dep == "appos" else []
    beside += [tokens[name.start - 1]] if name.start else []
    found = {each.lemma for each in beside if each.pos == "NOUN" and not name.start <= each.i < name.end}
    return found | {*name.title.split()[-1:]}


def _as_two(reading: Reading, first: tuple[Name, ...], second: tuple[Name, ...]) -> bool:
    """Tell whether a sentence has one of some names and one of others as two parties."""
    tokens = reading.parse.tokens
    ones, others = ({tokens[name.end - 1].i for name in reading.names if name in names} for names in (first, second))
    if any(tokens[at].dep == "conj" and tokens[at].head in there
           for here, there in ((ones, others), (others, ones)) for at in here):  # fmt: skip
        return True
    for frame in reading.frames:
        doers, rest = {*frame.agents}, {*frame.patients, *(at for _, at in frame.obliques)}
        if (doers & ones and rest & others) or (doers & others and rest & ones):
            return True
    return False


def _subject_person(reading: Reading) -> Name | None:
    """Find the person who is the subject of a sentence, else the last one named."""
    tokens = reading.parse.tokens
    people = [name for name in reading.names if name.kind == "person"]
    for name in people:
        if any(tokens[index].dep in {"nsubj", "nsubjpass"} for index in range(name.start, name.end)):
            return name
    return people[-1] if people else None


def _speaker_subject(reading: Reading, index: int) -> int | None:
    """Find the speaker for a pronoun that is the subject of what is said: police, in `police said they fired`."""
    tokens = reading.parse.tokens
    clause = tokens[tokens[index].head]
    if tokens[index].dep not in {"nsubj", "nsubjpass"} or clause.dep != "ccomp":
        return None
    for child in reading.parse.children[clause.head]:
        if tokens[child].dep in {"nsubj", "nsubjpass"} and tokens[child].pos in {"NOUN", "PROPN"}:
            return child
    return None


def _place_called(reading: Reading, token: Token) -> Name | None:
    """Find the name of a place that a noun stands before: Merin, in `the city of Merin`."""
    if token.lemma not in word_list("places", "kinds"):
        return None
    of = (child for child in reading.parse.children[token.i] if reading.parse.tokens[child].lower == "of")
    below = (inner for child in of for inner in reading.parse.children[child])
    return next((name for inner in below if (name := reading.name_at(inner)) is not None), None)


def argument(reading: Reading, index: int, before: Name | None = None) -> Argument:
    """Describe the argument that a token heads; `before` is the person a pronoun at the beginning stands for."""
    parse = reading.parse
    token = parse.tokens[index]
    inside = phrase(parse, index)
    name = reading.name_at(index) or _place_called(reading, token)
    vague, sure = False, True
    if token.pos == "PRON" and name is None:
        speaker = _speaker_subject(reading, index)
        if speaker is not None:
            return argument(reading, speaker, before)
        if token.lower in PRONOUNS:
            earlier = [other for other in reading.names if other.kind == "person" and other.end <= index]
            # A subject is likelier meant than whoever was named last.
            subject = next(
                (
                    o
                    for o in earlier
                    if any(parse.tokens[i].dep in {"nsubj", "nsubjpass"} for i in range(o.start, o.end))
                ),
                None,
            )
            name = subject or (earlier[-1] if earlier else before)
            sure = False
        vague = name is None
    nation = next((other.nation for other in reading.names if other.nation and other.start in inside), "")
    if name is not None and not nation:
        nation = name.nation
        if not nation and name.start > 0 and name.title:
            nation = next(
                (other.nation for other in reading.names if other.nation and 0 <= name.start - other.end <= 2), ""
            )
    keys = frozenset(reading.keys[i] for i in inside if reading.keys[i])
    return Argument(reading.keys[index] or token.lower, keys, name, nation, vague or (not keys and name is None), sure)
