"""Figures of a claim that one article confirms and an independent one gives otherwise; which is the newer one."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.checkers.account.elements import Spot
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.contested.updates import Report, newer
from harness.claims.figures.agreement import agree
from harness.claims.figures.quantities import Figure
from harness.claims.figures.questions import Asked, Question, disagree
from harness.claims.sentence_analysis import Reading


@dataclass(frozen=True)
class Dispute:
    """A figure of the claim that one article confirms and an independent one gives otherwise."""

    span: tuple[int, int]
    figure: Figure
    agreeing: tuple[int, ...]
    differing: tuple[int, ...]
    other: str
    overtaken: bool
    """True where the other figure is the newer one."""
    spots: tuple[Spot, ...]
    """Where the articles that agree have it."""

    def reason(self, cluster: ClusterReading) -> str:
        """Put both sides in a sentence."""
        for_it, against = (_with_verb(cluster, units) for units in (self.agreeing, self.differing))
        if self.overtaken:
            return f"overtaken: {for_it} it, but {against} {self.other} later"
        return f"independent articles disagree: {for_it} it, {against} {self.other}"


def _with_verb(cluster: ClusterReading, units: Sequence[int]) -> str:
    """Name the articles that some sentences stand in, with `has` or `have`."""
    *others, last = sorted(cluster.articles_of_all(units))
    return f"{', '.join(others)} and {last} have" if others else f"{last} has"


def disputed_figures(cluster: ClusterReading, reading: Reading) -> list[Dispute]:
    """Find figures of the claim on which independent articles disagree."""
    found = []
    asked = Asked(reading)
    for figure in reading.figures:
        question = None if figure.modifier == "vague" else asked.question(figure)
        if question is None:
            continue
        # Vague figures (`dozens`) settle nothing and dispute nothing.
        same = [
            (unit, other) for unit, other, answered in cluster.questions
            if other.modifier != "vague" and question.shared(answered)
        ]  # fmt: skip
        held = [(unit, other) for unit, other in same if agree(figure, other) and not disagree(figure, other)]
        mine = cluster.articles_of_all(unit for unit, _ in held)
        differing = [
            (unit, other) for unit, other in same
            if disagree(figure, other) and cluster.sources.are_apart(mine, cluster.articles_of(unit))
        ]  # fmt: skip
        if held and differing:
            order = newer(_reports(cluster, held, question), _reports(cluster, differing, question))
            if order > 0:
                continue  # the claim has the newer figure
            unit, other = differing[0]
            text = cluster.readings[unit].parse.text[other.start : other.end]
            sides = tuple(unit for unit, _ in held), tuple(unit for unit, _ in differing)
            spots = tuple((unit, other.start, other.end) for unit, other in held)
            found.append(Dispute((figure.start, figure.end), figure, *sides, text, order < 0, spots))
    return found


def _reports(cluster: ClusterReading, side: Sequence[tuple[int, Figure]], question: Question) -> list[Report]:
    """Pair the figures of one side with the days of their articles."""
    return [
        Report(figure, cluster.units[unit].text,
               tuple(cluster.published[article] for article in sorted(cluster.articles_of(unit))), question.only_grows)
        for unit, figure in side
    ]  # fmt: skip
