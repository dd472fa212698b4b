"""Rank configurations by one measure, and say which of them cannot be told apart from the best."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from harness.analysis.compare import PairComparison
from harness.analysis.resample import LEVEL
from harness.analysis.summary import Summary
from harness.errors import UsageError
from harness.records import MeasureRecord

LEADING: Mapping[str, tuple[str, ...]] = {
    "factual": ("factual-supported", "factual-contradicted"),
    "headline": ("within-limit",),
    "surface": ("surface",),
}
"""Metric → the measures that stand for it on a leaderboard; other metrics show every F, or else their first measure."""
Mark = Literal["better", "worse", ""]


@dataclass(frozen=True)
class Standing:
    """One configuration on a leaderboard."""

    rank: int
    """From 1; configurations with equal means share a rank. 0 for an upper bound, which does not
    compete, and where there is no mean."""
    configuration: str
    summaries: Mapping[str, Summary]
    """Measure → mean and interval."""
    like_best: bool
    """True for the best, and where a test was made and does not tell it apart from the best on the primary measure."""
    beside_baseline: Mapping[str, Mark]
    """Measure → how it differs from the baseline where that difference is significant after Holm's correction."""


@dataclass(frozen=True)
class Leaderboard:
    """Configurations, the best first by the primary measure."""

    primary: MeasureRecord
    measures: tuple[MeasureRecord, ...]
    """Columns, the primary measure first."""
    baseline: str
    standings: tuple[Standing, ...]
    pairs: tuple[PairComparison, ...]
    """Every pair on the primary measure, without upper bounds."""
    clusters: int
    equal: Mapping[str, str] = field(default_factory=dict)
    """Configuration → another that wrote the same, and was compared in its place."""

    @property
    def is_tested(self) -> bool:
        """True where configurations were compared; without, nothing is said of what tells them apart."""
        return bool(self.pairs)

    @property
    def best(self) -> Standing:
        """The first standing."""
        return self.standings[0]

    def pair(self, first: str, second: str) -> PairComparison | None:
        """Find the comparison of two configurations on the primary measure, first − second; None without one."""
        from harness.analysis.compare import reverse_pair

        for pair in self.pairs:
            if (pair.first, pair.second) == (first, second):
                return pair
            if (pair.second, pair.first) == (first, second):
                return reverse_pair(pair)
        return None


def leading_measures(measures: Iterable[MeasureRecord]) -> list[MeasureRecord]:
    """Choose the measures a leaderboard shows: a few of each metric, only those that are better one way."""
    chosen: list[MeasureRecord] = []
    by_metric: dict[str, list[MeasureRecord]] = {}
    for measure in measures:
        if measure.shown and measure.direction != "neither":
            by_metric.setdefault(measure.metric, []).append(measure)
    for metric, found in by_metric.items():
        named = [measure for measure in found if measure.name in LEADING.get(metric, ())]
        chosen += named or [measure for measure in found if measure.name.endswith("-f")] or found[:1]
    return chosen


def is_significant(pair: PairComparison | None, level: float = LEVEL) -> bool:
    """Tell whether a pair's Holm-corrected p-value is at most 1 − `level`, and the means differ."""
    if pair is None or pair.p_adjusted is None or not pair.difference:
        return False
    return pair.p_adjusted <= (1 - level) * (1 + 1e-12)


def rank(
    summaries: Mapping[tuple[str, str], Summary],
    pairs: Sequence[PairComparison],
    measures: Sequence[MeasureRecord],
    *,
    configurations: Sequence[str],
    baseline: str,
    clusters: int,
    primary: MeasureRecord | None = None,
    upper_bounds: Collection[str] = (),
    equal: Mapping[str, str] | None = None,
) -> Leaderboard:
    """Rank configurations by their mean on `primary`, by default the first leading measure.

    `summaries` maps (configuration, measure) to a summary; `pairs` holds every pair on every measure. `upper_bounds`
    are configurations that read the references: they stand last, without a rank, and so do those without a mean.
    Raises UsageError where no measure is better one way or the other.
    """
    columns = leading_measures(measures)
    if primary is None:
        if not columns:
            message = "no measure is better one way: there is nothing to rank by; --primary names a measure to rank by"
            raise UsageError(message)
        primary = columns[0]
    columns = [primary, *(measure for measure in columns if measure.name != primary.name)]
    sign = -1.0 if primary.direction == "lower" else 1.0

    def goodness(name: str) -> float:
        mean = summaries[name, primary.name].mean
        return float("-inf") if mean is None else sign * mean

    ordered = sorted(configurations, key=lambda name: (name in upper_bounds, -goodness(name)))
    of_pair = {(pair.measure, frozenset((pair.first, pair.second))): pair for pair in pairs}
    standings: list[Standing] = []
    for at, name in enumerate(ordered):
        competes = name not in upper_bounds or len(upper_bounds) == len(ordered)
        has_mean = summaries[name, primary.name].mean is not None
        ties = at > 0 and goodness(name) == goodness(ordered[at - 1])
        beside = of_pair.get((primary.name, frozenset((name, ordered[0]))))
        standings.append(
            Standing(
                rank=0 if not (competes and has_mean) else standings[-1].rank if ties else at + 1,
                configuration=name,
                summaries={measure.name: summaries[name, measure.name] for measure in columns},
                like_best=has_mean and competes and (at == 0 or (beside is not None and not is_significant(beside))),
                beside_baseline={
                    measure.name: _mark(of_pair.get((measure.name, frozenset((name, baseline)))), name, measure)
                    for measure in columns
                },
            )
        )
    bounds = set(upper_bounds)
    on_primary = tuple(
        pair for pair in pairs if pair.measure == primary.name and bounds.isdisjoint((pair.first, pair.second))
    )
    return Leaderboard(primary, tuple(columns), baseline, tuple(standings), on_primary, clusters, equal or {})


def _mark(pair: PairComparison | None, name: str, measure: MeasureRecord) -> Mark:
    if pair is None or not is_significant(pair) or pair.difference is None:
        return ""
    above = (pair.difference > 0) == (pair.first == name)
    return "better" if above == (measure.direction != "lower") else "worse"
