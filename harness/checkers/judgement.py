"""From features and conflicts to a finding on one sentence: label, errors, evidence, who says so and who does not."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.checkers.alignment import SAME, Pair
from harness.checkers.conflicts import Alignment, Conflict
from harness.checkers.reading import ClusterReading
from harness.claims.extract import main_frame
from harness.claims.meaning import notion
from harness.claims.quantities import Figure, agree, clash
from harness.claims.reading import Reading
from harness.claims.slots import comparable, same_slot
from harness.claims.updates import days, later_by_wording
from harness.records import ErrorType, Evidence, VerdictLabel

CERTAIN: Mapping[str, float] = {
    "number": 0.5, "entity": 0.55, "roles": 0.6, "negation": 0.55, "predicate": 0.55, "time": 0.5, "place": 0.45,
}  # fmt: skip
"""Least weight at which a conflict of each kind is called a contradiction. Modality never is by itself."""
SHOWN = 5
"""Most pieces of evidence on one side."""


@dataclass(frozen=True)
class Finding:
    """What was found about one sentence."""

    label: VerdictLabel
    probability: float
    reason: str
    errors: tuple[ErrorType, ...]
    evidence: tuple[Evidence, ...]
    supporters: frozenset[str]
    contradictors: frozenset[str]
    conflicts: tuple[Conflict, ...] = ()
    spans: tuple[tuple[int, int], ...] = field(default=())
    """Characters of the sentence that are contested or attributed by others."""


def judge(
    cluster: ClusterReading, reading: Reading, probability: float, alignment: Alignment, threshold: float
) -> Finding:
    """The finding on one sentence of a text that is faithful with a probability, as far as its features tell."""
    certain = tuple(c for c in alignment.conflicts if c.weight >= CERTAIN.get(c.kind, 2.0))
    against = _articles(cluster, {conflict.unit for conflict in certain})
    context = contexts(cluster, reading)
    support = supporting_articles(cluster, context, alignment) - against
    near = _best_units(context)
    disputes = disputed_figures(cluster, reading)
    lost = lost_attribution(cluster, reading, alignment)
    if disputes and not certain:
        sides = [unit for dispute in disputes for unit in (*dispute.agreeing, *dispute.differing)]
        opposing = _articles(cluster, {unit for dispute in disputes for unit in dispute.differing})
        agreeing = _articles(cluster, {unit for dispute in disputes for unit in dispute.agreeing})
        return Finding(
            "contested", probability, disputes[0].reason(cluster), (), _quote(cluster, context, sides),
            frozenset(agreeing), frozenset(opposing - agreeing), (), tuple(d.span for d in disputes),
        )  # fmt: skip
    if certain:
        errors = tuple(dict.fromkeys(conflict.kind for conflict in certain))
        units = [*dict.fromkeys(conflict.unit for conflict in certain), *near]
        return Finding(
            "contradicted", min(probability, 1.0 - 0.5 * certain[0].weight, threshold * 0.9), certain[0].reason,
            errors, _quote(cluster, context, units), frozenset(support), frozenset(against), certain,
        )  # fmt: skip
    if lost is not None and lost.distant:
        units = [*dict.fromkeys(pair.unit for pair in lost.pairs), *near]
        return Finding(
            "not_found", min(probability, threshold * 0.9), lost.reason, ("attribution",),
            _quote(cluster, context, units), frozenset(), frozenset(), (), ((0, len(reading.parse.text)),),
        )  # fmt: skip
    quoted = _quote(cluster, context, near)
    if probability >= threshold:
        reason = lost.reason if lost is not None else "the articles say so"
        return Finding("supported", probability, reason, (), quoted, frozenset(support), frozenset())
    errors, reason = _what_is_missing(cluster, reading)
    return Finding("not_found", probability, reason, errors, quoted, frozenset(), frozenset())


def contexts(cluster: ClusterReading, reading: Reading) -> list[float]:
    """For each unit of the cluster the share of the sentence's content words that it has."""
    mine = reading.notions
    return [len(mine & other.notions) / len(mine) if mine else 0.0 for other in cluster.readings]


def _best_units(context: list[float]) -> list[int]:
    order = sorted(range(len(context)), key=lambda unit: (-context[unit], unit))
    return [unit for unit in order[:SHOWN] if context[unit] > 0]


def _articles(cluster: ClusterReading, units: set[int]) -> set[str]:
    return {article for unit in units for article in cluster.articles_of(unit)}


def _quote(cluster: ClusterReading, context: list[float], units: list[int]) -> tuple[Evidence, ...]:
    """Evidence from units, in order; a unit that stands in several articles is quoted from the first."""
    return tuple(
        cluster.units[unit].evidence(round(context[unit], 4)) for unit in list(dict.fromkeys(units))[: 2 * SHOWN]
    )


def supporting_articles(cluster: ClusterReading, context: list[float], alignment: Alignment) -> set[str]:
    """Articles that say so: a sentence of theirs has most of the claim's words, or many and a frame of it."""
    return {
        article
        for unit, share in enumerate(context)
        if share >= 0.75 or (share >= 0.5 and unit in alignment.support_units)
        for article in cluster.articles_of(unit)
    }


def _what_is_missing(cluster: ClusterReading, reading: Reading) -> tuple[tuple[ErrorType, ...], str]:
    """What no article has, for a claim that is not found."""
    for name in reading.names:
        if not cluster.matching(name) and not all(word in cluster.words for word in name.words):
            return ("entity", "invented"), f"no article names “{' '.join(name.words)}”"
    for figure in reading.figures:
        if not any(comparable(figure, other) and agree(figure, other) for _, other in cluster.figures):
            written = reading.parse.text[figure.start : figure.end]
            return ("number", "invented"), f"no article has the figure {written}"
    missing = [token.text for token in reading.parse.tokens
               if reading.keys[token.i] and reading.keys[token.i] not in cluster.notions]  # fmt: skip
    if missing:
        return ("invented",), f"no article speaks of “{missing[0]}”"
    return ("invented",), "its words stand in the articles, but not together"


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
        for_it = ", ".join(sorted(_articles(cluster, set(self.agreeing))))
        against = ", ".join(sorted(_articles(cluster, set(self.differing))))
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
        groups = {cluster.group_of[article] for unit in agreeing for article in cluster.articles_of(unit)}
        differing = [
            (unit, other) for unit, other in same
            if clash(figure, other)
            and not groups & {cluster.group_of[article] for article in cluster.articles_of(unit)}
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


@dataclass(frozen=True)
class LostAttribution:
    """That every article which says so hands it on as somebody's words, and the text does not."""

    distant: bool
    """True where the articles keep away from it (`claimed`, `blamed`, `allegedly`); false for plain `police said`."""
    speaker: str
    pairs: tuple[Pair, ...]

    @property
    def reason(self) -> str:
        """In a sentence."""
        who = self.speaker or "somebody"
        if self.distant:
            return f"no article says so itself: {who} claims it"
        return f"the articles have it from {who}"


def lost_attribution(cluster: ClusterReading, reading: Reading, alignment: Alignment) -> LostAttribution | None:
    """Whether the sentence states as a fact what the articles only report; none where an article asserts it too."""
    frame = main_frame(reading)
    if (
        frame is None
        or reading.sayings
        or frame.notion in {notion("say"), notion("claim"), notion("blame"), notion("deny")}
    ):
        return None
    pairs = [
        pair for pair in alignment.pairs
        if pair.claim is frame and not pair.opposite and not pair.swapped
        and (pair.same >= 2 or (pair.same >= 1 and pair.context >= 0.4))
    ]  # fmt: skip
    if not pairs or not any(pair.agents == SAME or pair.patients == SAME for pair in pairs):
        return None
    said = [(pair, cluster.readings[pair.unit].sayings.get(pair.found)) for pair in pairs]
    if any(saying is None for _, saying in said):
        return None
    best, saying = max(said, key=lambda item: (item[0].same, item[0].context, -item[0].unit))
    distant = [found for _, found in said if found is not None and found.distant]
    speaker = next((found.speaker for _, found in said if found is not None and found.distant and found.speaker), "")
    return LostAttribution(
        bool(distant) and saying is not None and len(distant) * 2 >= len(said),
        speaker or (saying.speaker if saying else ""),
        (best, *(pair for pair, _ in said if pair is not best)),
    )
