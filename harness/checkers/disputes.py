"""Figures of a claim that one article confirms and an independent one gives otherwise; which is the newer one."""

from dataclasses import dataclass

from harness.checkers.reading import ClusterReading
from harness.claims.quantities import Figure, agree, clash
from harness.claims.reading import Reading
from harness.claims.slots import same_slot
from harness.claims.updates import days, later_by_wording


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

    def reason(self, cluster: ClusterReading) -> str:
        """Both sides in a sentence."""
        for_it = ", ".join(sorted(cluster.articles_of_all(self.agreeing)))
        against = ", ".join(sorted(cluster.articles_of_all(self.differing)))
        if self.overtaken:
            return f"overtaken: {for_it} has it, but {against} has {self.other} later"
        return f"independent articles disagree: {for_it} has it, {against} has {self.other}"


def disputed_figures(cluster: ClusterReading, reading: Reading) -> list[Dispute]:
    """Figures of the claim on which independent articles disagree."""
    found = []
    for figure in reading.figures:
        if figure.ordinal or figure.unit == "age" or figure.modifier == "vague":
            continue
        same = [
            (unit, other) for unit, other in cluster.figures
            if other.modifier != "vague" and same_slot(reading, figure, cluster.readings[unit], other)
        ]  # fmt: skip
        agreeing = [unit for unit, other in same if agree(figure, other) and not clash(figure, other)]
        mine = cluster.articles_of_all(agreeing)
        differing = [
            (unit, other) for unit, other in same
            if clash(figure, other) and cluster.sources.are_apart(mine, cluster.articles_of(unit))
        ]  # fmt: skip
        if agreeing and differing:
            held = [(unit, other) for unit, other in same if unit in agreeing]
            order = _order(cluster, held, differing)
            if order > 0:
                continue  # the claim has the newer figure
            unit, other = differing[0]
            text = cluster.readings[unit].parse.text[other.start : other.end]
            sides = tuple(agreeing), tuple(unit for unit, _ in differing)
            found.append(Dispute((figure.start, figure.end), figure, *sides, text, order < 0))
    return found


def _order(cluster: ClusterReading, held: list[tuple[int, Figure]], differing: list[tuple[int, Figure]]) -> int:
    """1 where the claim's figure is an update of the others, -1 where it was overtaken, 0 where they conflict.

    By wording (`rose to 82`), or, for counts that only grow, by days of publication.
    """
    if any(later_by_wording(cluster.units[unit].text, figure) for unit, figure in held):
        return 1
    if any(later_by_wording(cluster.units[unit].text, figure) for unit, figure in differing):
        return -1
    mine, theirs = (
        days(cluster.published[article] for unit, _ in side for article in cluster.articles_of(unit))
        for side in (held, differing)
    )
    if mine is None or theirs is None or any(figure.unit for _, figure in held):
        return 0
    low, high = min(figure.value for _, figure in held), max(figure.value for _, figure in held)
    others = [figure.value for _, figure in differing]
    if mine[0].date() > theirs[1].date() and low > max(others):
        return 1
    return -1 if theirs[0].date() > mine[1].date() and min(others) > high else 0
