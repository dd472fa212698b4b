"""Figures on which independent articles disagree, and figures of which one merely came later."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from harness.claims.contested.statements import Statements
from harness.claims.contested.updates import Report, is_update
from harness.claims.figures.quantities import Figure
from harness.claims.figures.questions import Asked, Question, disagree, kinds
from harness.claims.sentence_analysis import Reading
from harness.records import ContestedFact

_THEM = re.compile(r"\s+of them\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """A figure with the question it answers."""

    unit: int
    figure: Figure
    question: Question


def figure_facts(held: Statements) -> list[ContestedFact]:
    """The figures that answer one question otherwise in independent articles."""
    slots: list[list[_Answer]] = []
    by_deed: dict[tuple[str, str], list[int]] = defaultdict(list)
    for answer in _answers(held):
        near = sorted({at for deed in answer.question.deeds for at in by_deed[answer.question.unit, deed]})
        at = next((at for at in near if any(answer.question.shared(other.question) for other in slots[at])), None)
        if at is None:
            at = len(slots)
            slots.append([])
        slots[at].append(answer)
        for deed in answer.question.deeds:
            by_deed[answer.question.unit, deed].append(at)
    facts = (_fact(held, slot) for slot in slots if len(slot) > 1)
    return [fact for fact in facts if fact is not None]


def _answers(held: Statements) -> list[_Answer]:
    found = []
    for number, reading in enumerate(held.readings):
        for figure in reading.figures:
            asked = Asked(reading, _those(held, number, figure))
            question = asked.question(figure)
            if question is not None:
                found.append(_Answer(number, figure, question))
    return found


def _those(held: Statements, unit: int, figure: Figure) -> frozenset[str]:
    """What `them` stands for in `eleven of them`: the last people that the sentences before tell of in the plural."""
    if not _THEM.match(held.readings[unit].parse.text[figure.end :]):
        return frozenset()
    people = held.people_before(unit)
    return frozenset() if people is None else kinds(people.lemma, "n") | kinds(people.lower, "n")


def _fact(held: Statements, slot: Sequence[_Answer]) -> ContestedFact | None:
    """What the answers to one question disagree about, both sides quoted; nothing where they agree."""
    found = [
        (one, other) for one, other in combinations(slot, 2)
        if held.are_apart(one.unit, other.unit) and disagree(one.figure, other.figure)
        and _is_plausible(one.figure, other.figure) and one.question.shared(other.question)
        and not _is_settled(held, slot, one, other)
    ]  # fmt: skip
    if not found:
        return None
    versions: dict[float, list[_Answer]] = defaultdict(list)
    for answer in sorted({answer for pair in found for answer in pair}, key=slot.index):
        versions[answer.figure.value].append(answer)
    sides = [
        (_written(held.readings[same[0].unit], same[0].figure), [held.said(a.unit, (0, 0)) for a in same])
        for _, same in sorted(versions.items())
    ]
    reports = [
        Report(each.figure, held.units[each.unit].text, held.published_of(each.unit), each.question.only_grows)
        for same in versions.values() for each in same
    ]  # fmt: skip
    return held.fact(found[0][0].question.name, "figures", sides, is_update(reports))


def _is_settled(held: Statements, slot: Sequence[_Answer], one: _Answer, other: _Answer) -> bool:
    """Whether an article of one side has a figure nearer to the other's, so that these two are of two things."""
    return any(
        _NEARER * _apart(third.figure, theirs.figure) < _apart(mine.figure, theirs.figure)
        and third.figure.modifier != "vague"
        and not held.are_apart(third.unit, mine.unit)
        and third.question.shared(theirs.question)
        for mine, theirs in ((one, other), (other, one))
        for third in slot
        if third is not mine and third is not theirs
    )


_NEARER = 2.0
"""How many times nearer to the other side's figure a figure must be to stand in another's place."""


def _apart(first: Figure, second: Figure) -> float:
    """By what part of the smaller two figures differ."""
    low, high = sorted((abs(first.value), abs(second.value)))
    return high / low - 1.0 if low else float(high > 0)


def _is_plausible(first: Figure, second: Figure) -> bool:
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
        if figure.modifier not in {"exact", "vague"}
        else text[figure.start : figure.end]
    )
