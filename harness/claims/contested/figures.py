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


def figure_facts(sentences: Statements) -> list[ContestedFact]:
    """Find the figures that answer one question differently in independent articles."""
    slots: list[list[_Answer]] = []
    by_deed: dict[tuple[str, str], list[int]] = defaultdict(list)
    for answer in _answers(sentences):
        # Only slots of the same unit and deed can match: comparing each figure with every slot is quadratic.
        near = sorted({at for deed in answer.question.deeds for at in by_deed[answer.question.unit, deed]})
        at = next((at for at in near if any(answer.question.shared(other.question) for other in slots[at])), None)
        if at is None:
            at = len(slots)
            slots.append([])
        slots[at].append(answer)
        for deed in answer.question.deeds:
            by_deed[answer.question.unit, deed].append(at)
    facts = (_fact(sentences, slot) for slot in slots if len(slot) > 1)
    return [fact for fact in facts if fact is not None]


def _answers(sentences: Statements) -> list[_Answer]:
    """Pair each figure of the cluster that answers a question with that question."""
    answers = []
    for number, reading in enumerate(sentences.readings):
        for figure in reading.figures:
            asked = Asked(reading, _antecedent_kinds(sentences, number, figure))
            question = asked.question(figure)
            if question is not None:
                answers.append(_Answer(number, figure, question))
    return answers


def _antecedent_kinds(sentences: Statements, unit: int, figure: Figure) -> frozenset[str]:
    """Resolve `them` in `eleven of them`: the last people whom the sentences before name in the plural."""
    if not _THEM.match(sentences.readings[unit].parse.text[figure.end :]):
        return frozenset()
    people = sentences.people_before(unit)
    return frozenset() if people is None else kinds(people.lemma, "n") | kinds(people.lower, "n")


def _fact(sentences: Statements, slot: Sequence[_Answer]) -> ContestedFact | None:
    """Turn the answers to one question into a contested fact, both sides quoted; None where they agree."""
    conflicts = [
        (one, other) for one, other in combinations(slot, 2)
        if sentences.are_apart(one.unit, other.unit) and disagree(one.figure, other.figure)
        and _is_plausible(one.figure, other.figure) and one.question.shared(other.question)
        and not _is_settled(sentences, slot, one, other)
    ]  # fmt: skip
    if not conflicts:
        return None
    versions: dict[float, list[_Answer]] = defaultdict(list)
    for answer in sorted({answer for pair in conflicts for answer in pair}, key=slot.index):
        versions[answer.figure.value].append(answer)
    sides = [
        (_quote(sentences.readings[same[0].unit], same[0].figure), [sentences.said(a.unit, (0, 0)) for a in same])
        for _, same in sorted(versions.items())
    ]
    reports = [
        Report(
            answer.figure, sentences.units[answer.unit].text, sentences.published_of(answer.unit),
            answer.question.only_grows,
        )
        for same in versions.values() for answer in same
    ]  # fmt: skip
    return sentences.fact(conflicts[0][0].question.name, "figures", sides, is_update(reports))


def _is_settled(sentences: Statements, slot: Sequence[_Answer], one: _Answer, other: _Answer) -> bool:
    """Look for a figure of one side that is nearer to the other's; then this pair is of two different things."""
    return any(
        _NEARER * _relative_difference(third.figure, theirs.figure) < _relative_difference(mine.figure, theirs.figure)
        and third.figure.modifier != "vague"
        and not sentences.are_apart(third.unit, mine.unit)
        and third.question.shared(theirs.question)
        for mine, theirs in ((one, other), (other, one))
        for third in slot
        if third is not mine and third is not theirs
    )


_NEARER = 2.0
"""How many times nearer to the other side's figure a figure must be to stand in another's place."""


def _relative_difference(first: Figure, second: Figure) -> float:
    """Return the difference of two figures as a part of the smaller."""
    low, high = sorted((abs(first.value), abs(second.value)))
    return high / low - 1.0 if low else float(high > 0)


def _is_plausible(first: Figure, second: Figure) -> bool:
    """Accept two figures as reports of one count: within a factor of twenty."""
    low, high = sorted((abs(first.value), abs(second.value)))
    return high > 0 and low * 20 >= high


def _quote(reading: Reading, figure: Figure) -> str:
    """Quote a figure with the words that bound it, as its sentence has it."""
    text = reading.parse.text
    match = re.search(r"(?:[\w$£€]+ ){0,2}[$£€]?$", text[: figure.start])
    before = match.group() if match else ""
    return (
        (before + text[figure.start : figure.end]).strip()
        if figure.modifier not in {"exact", "vague"}
        else text[figure.start : figure.end]
    )
