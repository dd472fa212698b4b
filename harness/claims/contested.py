"""Where independent articles of a cluster disagree, and where one merely came later.

Five kinds of disagreement are looked for, each between articles that are not copies of one another: figures in one
slot; opposite words of one thing (violent and peaceful protests); different parties for one deed; one office said of
a person and a former one; names spelled in two ways. A later figure, by wording or by date, is an update.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from harness.claims.entities import Name, near_spelling, same_name
from harness.claims.lexical import word_list
from harness.claims.meaning import notion, opposed
from harness.claims.parse import Parser
from harness.claims.quantities import DURATIONS, Figure, clash
from harness.claims.reading import Reading, phrase, phrase_text, read_all
from harness.claims.slots import asked_about, counted, happening, same_slot
from harness.claims.units import Unit, units
from harness.claims.updates import later_by_wording
from harness.ingest.independence import Sources
from harness.records import Cluster, ContestedFact, Evidence, FactVersion

_PAST = re.compile(r"\b(?:ex|former|ousted|deposed|late|then)\b")
_MOST = 60
"""Most facts that are listed, the best supported first."""


@dataclass(frozen=True, slots=True, eq=False)
class _Said:
    """One statement of a fact: the words, where they stand, and the independent source they come from."""

    unit: int
    span: tuple[int, int]
    value: str
    sources: frozenset[int]


def contested_facts(cluster: Cluster, parser: Parser) -> list[ContestedFact]:
    """The facts on which independent articles of a cluster disagree, both sides quoted; figures first."""
    return _Finder(cluster, parser).find()


class _Finder:
    def __init__(self, cluster: Cluster, parser: Parser) -> None:
        self.units: list[Unit] = units(cluster)
        self.readings: list[Reading] = read_all(parser.parse([unit.text for unit in self.units]))
        self.independent = Sources(cluster)
        self.published = {article.article_id: article.published for article in cluster.articles}
        self.sources = [self.independent.of(unit.article_ids) for unit in self.units]

    def find(self) -> list[ContestedFact]:
        found = [
            *self._figures(),
            *self._opposites(),
            *self._parties(),
            *self._places(),
            *self._offices(),
            *self._spellings(),
            *self._progress(),
        ]
        unique: dict[tuple[tuple[str, int, int], ...], ContestedFact] = {}
        for fact in found:
            key = tuple(sorted((e.article_id, e.start, e.end) for version in fact.versions for e in version.evidence))
            unique.setdefault(key, fact)
        return list(unique.values())[:_MOST]

    def _said(self, unit: int, span: tuple[int, int], value: str) -> _Said:
        return _Said(unit, span, value, self.sources[unit])

    def _fact(
        self, fact: str, kind: str, sides: Iterable[tuple[str, Sequence[_Said]]], update: bool = False
    ) -> ContestedFact:
        versions = []
        for value, statements in sides:
            evidence = [self._evidence(statement) for statement in statements]
            witnesses = len(frozenset().union(*(statement.sources for statement in statements)))
            versions.append(FactVersion(value=value, evidence=tuple(evidence), witnesses=witnesses))
        return ContestedFact.model_validate({"fact": fact, "kind": kind, "update": update, "versions": tuple(versions)})

    def _evidence(self, statement: _Said) -> Evidence:
        return self.units[statement.unit].evidence()

    def _apart(self, first: int, second: int) -> bool:
        """Whether two sentences come from independent articles: neither stands in a source of the other."""
        return not self.sources[first] & self.sources[second]

    # Figures

    def _figures(self) -> list[ContestedFact]:
        by_unit: dict[str, list[tuple[int, Figure]]] = defaultdict(list)
        for number, reading in enumerate(self.readings):
            for figure in reading.figures:
                if not figure.ordinal and figure.modifier != "vague" and _certain(reading, figure):
                    by_unit[figure.unit].append((number, figure))
        found = []
        for several in by_unit.values():
            for slot in self._slots(several):
                fact = self._figure_fact(slot)
                if fact is not None:
                    found.append(fact)
        return found

    def _slots(self, several: list[tuple[int, Figure]]) -> list[list[tuple[int, Figure]]]:
        """Figures parted by slot; a figure may stand in the slot of the first that it answers the same question as."""
        slots: list[list[tuple[int, Figure]]] = []
        shared: list[list[tuple[int, Figure]]] = []
        for unit, figure in several:
            mine = [(unit, figure)]
            if not asked_about(self.readings[unit], figure):  # thousands in a table, say: none is held against another
                slots.append(mine)
                continue
            for slot in shared:
                if any(same_slot(self.readings[other], held, self.readings[unit], figure) for other, held in slot):
                    slot.append((unit, figure))
                    break
            else:
                slots.append(mine)
                shared.append(mine)
        return slots

    def _figure_fact(self, slot: list[tuple[int, Figure]]) -> ContestedFact | None:
        conflicting = {
            index
            for (i, (unit, figure)), (j, (other, second)) in combinations(enumerate(slot), 2)
            if self._apart(unit, other) and clash(figure, second) and _plausible(figure, second)
            and same_slot(self.readings[unit], figure, self.readings[other], second)
            for index in (i, j)
        }  # fmt: skip
        if not conflicting:
            return None
        versions: dict[float, list[tuple[int, Figure]]] = defaultdict(list)
        for index in sorted(conflicting):
            versions[slot[index][1].value].append(slot[index])
        sides = []
        for value in sorted(versions):
            unit, figure = versions[value][0]
            sides.append(
                (
                    _written(self.readings[unit], figure),
                    [self._said(u, (f.start, f.end), "") for u, f in versions[value]],
                )
            )
        unit, figure = slot[min(conflicting)]
        what = sorted(counted(self.readings[unit], figure)) + sorted(happening(self.readings[unit], figure))
        return self._fact(" ".join(dict.fromkeys(what)), "figures", sides, self._is_update(versions))

    def _is_update(self, versions: dict[float, list[tuple[int, Figure]]]) -> bool:
        """Whether the figures tell of one count at different times: by wording, or rising or falling with the dates."""
        if any(later_by_wording(self.units[u].text, f) for statements in versions.values() for u, f in statements):
            return True
        dated: list[tuple[datetime, float]] = []
        for value, statements in versions.items():
            moments = [self.published[a] for unit, _ in statements for a in self.units[unit].article_ids]
            known = [moment for moment in moments if moment is not None]
            if not known or statements[0][1].unit:
                return False
            dated.append((min(known), value))
        ordered = [value for _, value in sorted(dated)]
        days = len({moment.date() for moment, _ in dated})
        return days == len(dated) and (ordered == sorted(ordered) or ordered == sorted(ordered, reverse=True))

    # Words

    def _opposites(self) -> list[ContestedFact]:
        """One thing that independent articles describe by opposite words."""
        described: dict[str, list[tuple[str, _Said]]] = defaultdict(list)
        for number, reading in enumerate(self.readings):
            tokens = reading.parse.tokens
            for token in tokens:
                if token.dep == "amod" and token.pos == "ADJ" and tokens[token.head].pos == "NOUN":
                    described[reading.keys[token.head]].append(
                        (token.lower, self._said(number, (token.start, token.end), token.text))
                    )
            for frame in reading.frames:
                predicate = tokens[frame.predicate]
                who = frame.agents if frame.kind == "copula" else frame.patients if predicate.tag == "VBN" else ()
                for index in who:
                    head = reading.keys[index] if tokens[index].pos != "PRON" else self._plural_before(number)
                    if head and not frame.negated:
                        described[head].append(
                            (predicate.lower, self._said(number, (predicate.start, predicate.end), predicate.text))
                        )
        found = []
        for thing, words in described.items():
            if not thing:
                continue
            pairs = {
                (min(first, second), max(first, second))
                for (first, one), (second, other) in combinations(words, 2)
                if first != second and opposed(first, second) and self._apart(one.unit, other.unit)
            }
            for pair in sorted(pairs):
                sides = [(word, [said for mine, said in words if mine == word]) for word in pair]
                found.append(self._fact(thing, "description", sides))
        return found

    def _plural_before(self, unit: int) -> str:
        """What `they` at the beginning of a sentence stands for: the last plural subject up to three sentences back."""
        place = self.units[unit].places[0]
        near = [
            number for number, other in enumerate(self.units)
            if other.places[0].article_id == place.article_id and 0 < place.position - other.places[0].position <= 3
        ]  # fmt: skip
        for number in sorted(near, key=lambda n: -self.units[n].places[0].position):
            for token in self.readings[number].parse.tokens:
                if token.tag == "NNS" and token.dep in {"nsubj", "nsubjpass"}:
                    return self.readings[number].keys[token.i]
        return ""

    # Who did it

    def _parties(self) -> list[ContestedFact]:
        """One deed or one blame that independent articles lay at different doors."""
        deeds: dict[tuple[str, str], list[tuple[frozenset[str], _Said]]] = defaultdict(list)
        for number, reading in enumerate(self.readings):
            for frame in reading.frames:
                blame = frame.notion == notion("responsible") and frame.kind in {
                    "copula",
                    "blamed",
                    "preposition",
                    "verb",
                }
                if not blame or frame.negated:
                    continue
                topics = [*frame.patients, *(index for name, index in frame.obliques if name == "for")]
                for topic in topics:
                    for agent in frame.agents:
                        keys = frozenset(reading.keys[i] for i in phrase(reading.parse, agent) if reading.keys[i])
                        if keys and reading.keys[topic] and reading.parse.tokens[agent].pos != "PRON":
                            span = phrase_text(reading.parse, agent)
                            deeds[frame.notion, reading.keys[topic]].append(
                                (keys, self._said(number, span, reading.parse.text[slice(*span)]))
                            )
        found = []
        for (deed, about), held in sorted(deeds.items()):
            differing = [
                (one, other) for (mine, one), (theirs, other) in combinations(held, 2)
                if not mine & theirs and self._apart(one.unit, other.unit)
            ]  # fmt: skip
            if differing:
                one, other = differing[0]
                found.append(self._fact(f"{deed} {about}", "party", [(one.value, [one]), (other.value, [other])]))
        return found

    def _places(self) -> list[ContestedFact]:
        """One kind of place that independent articles give to different countries, where a speaker insists on one."""
        found = []
        stood: dict[str, list[tuple[str, bool, _Said]]] = defaultdict(list)
        for number, reading in enumerate(self.readings):
            tokens = reading.parse.tokens
            for token in tokens:
                if (
                    token.dep != "pobj"
                    or token.pos != "NOUN"
                    or tokens[token.head].lower not in {"in", "inside", "within", "into"}
                ):
                    continue
                inside = phrase(reading.parse, token.i)
                nations = {name.nation for name in reading.names if name.nation and name.start in inside}
                if len(nations) == 1:
                    insists = any(saying.distant or saying.stance != "asserts" for saying in reading.sayings.values())
                    span = phrase_text(reading.parse, token.i)
                    stood[reading.keys[token.i]].append(
                        (nations.pop(), insists, self._said(number, span, reading.parse.text[slice(*span)]))
                    )
        for thing, held in sorted(stood.items()):
            disputed = {
                nation
                for (mine, insists, one), (theirs, claims, other) in combinations(held, 2)
                if mine != theirs and (insists or claims) and self._apart(one.unit, other.unit)
                for nation in (mine, theirs)
            }
            if disputed:
                sides = [
                    [statement for nation, _, statement in held if nation == country] for country in sorted(disputed)
                ]
                found.append(self._fact(f"in whose {thing}", "place", [(side[0].value, side) for side in sides]))
        return found

    def _progress(self) -> list[ContestedFact]:
        """Deeds that one article has as planned and another as done."""
        deeds: dict[tuple[str, str], list[tuple[bool, _Said]]] = defaultdict(list)
        for number, reading in enumerate(self.readings):
            for frame in reading.frames:
                if frame.kind != "verb" or frame.negated or frame.notion in {notion("say"), notion("think")}:
                    continue
                span = (reading.parse.tokens[frame.predicate].start, reading.parse.tokens[frame.predicate].end)
                done_form = frame.modality == "actual" and reading.parse.tokens[frame.predicate].tag in {"VBD", "VBN"}
                if not done_form and frame.modality != "planned":
                    continue
                for index in frame.patients:
                    if reading.keys[index] and reading.parse.tokens[index].pos != "PRON":
                        said = self._said(number, span, f"{reading.parse.text[slice(*span)]} ({frame.modality})")
                        deeds[frame.notion, reading.keys[index]].append((frame.modality == "actual", said))
        found = []
        for (deed, thing), held in sorted(deeds.items()):
            done = [statement for actual, statement in held if actual]
            ahead = [statement for actual, statement in held if not actual]
            pairs = [(one, other) for one in ahead for other in done if self._apart(one.unit, other.unit)]
            if pairs:
                one, other = pairs[0]
                found.append(
                    self._fact(f"{deed} {thing}", "progress", [(one.value, [one]), (other.value, [other])], True)
                )
        return found

    # Names

    def _offices(self) -> list[ContestedFact]:
        """A person whom one article gives an office and another calls a former holder."""
        now: dict[Name, list[_Said]] = defaultdict(list)
        former: dict[Name, list[_Said]] = defaultdict(list)
        for number, reading in enumerate(self.readings):
            tokens = reading.parse.tokens
            for name in reading.names:
                if not name.title:
                    continue
                start = max(0, name.start - 4)
                before = " ".join(token.lower for token in tokens[start : name.start])
                span = (tokens[start].start, tokens[name.end - 1].end)
                said = self._said(number, span, reading.parse.text[slice(*span)])
                past = name.title.startswith("ex-") or bool(_PAST.search(before))
                (former if past else now)[name].append(said)
        found = []
        for name, statements in now.items():
            for other, earlier in former.items():
                if same_name(name, other) and len(set(name.words) & set(other.words)) >= 1:
                    apart = [(one, two) for one in statements for two in earlier if self._apart(one.unit, two.unit)]
                    if apart:
                        one, two = apart[0]
                        found.append(
                            self._fact(
                                f"office of {' '.join(name.words)}", "office", [(one.value, [one]), (two.value, [two])]
                            )
                        )
        return found

    def _spellings(self) -> list[ContestedFact]:
        """Full names that differ in the spelling of one word. Inside one article, too: it cannot be right in both."""
        places: dict[tuple[str, ...], tuple[Name, list[_Said]]] = {}
        for number, reading in enumerate(self.readings):
            for name in reading.names:
                if len(name.words) >= 2 and not set(name.words) & word_list("roles", "titles") and not name.nation:
                    span = (reading.parse.tokens[name.start].start, reading.parse.tokens[name.end - 1].end)
                    places.setdefault(name.words, (name, []))[1].append(
                        self._said(number, span, reading.parse.text[slice(*span)])
                    )
        found = []
        for (one, mine), (other, theirs) in combinations(places.values(), 2):
            if "person" in {one.kind, other.kind} and near_spelling(one, other):
                sides = [(mine[0].value, mine), (theirs[0].value, theirs)]
                found.append(self._fact(f"spelling of {' '.join(one.words)}", "spelling", sides))
        return found


_PART = re.compile(r"\s+(?:more )?of (?:the|these|those|its|his|her|our|my)\b", re.IGNORECASE)


def _certain(reading: Reading, figure: Figure) -> bool:
    """Whether a figure is said to be so, and of the whole: not `could rise to 100`, `two of the men`, `two hours`."""
    if figure.unit == "age" or figure.unit in DURATIONS or _PART.match(reading.parse.text[figure.end :]):
        return False
    about = {figure.token, figure.head_token}
    return not any(
        frame.modality in {"possible", "conditional", "planned"}
        and about & {*frame.agents, *frame.patients, *(index for _, index in frame.obliques)}
        for frame in reading.frames
    )


def _plausible(first: Figure, second: Figure) -> bool:
    """Whether two figures can be reports of one count at all: within a factor of twenty."""
    low, high = sorted((abs(first.value), abs(second.value)))
    return high > 0 and low * 20 >= high


def _written(reading: Reading, figure: Figure) -> str:
    """A figure with the words that bound it, as it stands in its sentence."""
    text = reading.parse.text
    match = re.search(r"(?:[\w$£€]+ ){0,2}[$£€]?$", text[: figure.start])
    before = match.group() if match else ""
    return (
        (before + text[figure.start : figure.end]).strip()
        if figure.modifier != "exact"
        else text[figure.start : figure.end]
    )
