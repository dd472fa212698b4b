"""Decide whether a run may pass, measured against a baseline: for each configuration and gated measure.

A *regression* is a mean that falls (in the direction that is worse) by more than the tolerance, while the interval of
the paired difference leaves out zero at the corrected level. The interval is the randomisation interval of `paired`,
whose worse side errs with a chance of at most the corrected level however few the clusters and however many the ties,
as long as it is chance which of two equally good runs got which score of a cluster. Levels are corrected by Holm's
procedure over all regression rules of the call, so that the chance that an unchanged system fails on any of them is at
most α. Floors, the guard over single clusters and the share of lost clusters are limits, not tests: they hold the
numbers as they are, and no error rate is claimed for them.

One pass over arrays, no files: the caller joins clusters by id and maps outcomes to exit codes.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from pydantic import Field, FiniteFloat, computed_field, model_validator

from harness.analysis.compare import Direction
from harness.analysis.paired import (
    detectable_differences,
    holm,
    holm_levels,
    paired_differences,
    randomisation_intervals,
    randomisation_p_values,
    subset_means,
)
from harness.analysis.resample import RESAMPLES, Bools, Floats, exact_means, or_none
from harness.disk.large_array import make_array, map_rows, row_blocks
from harness.language.text import counted
from harness.records import Record

ALPHA = 0.05
"""Chance at most that an unchanged system fails on any regression rule, unless the caller asks for another."""
PATTERNS_BEYOND = 20
"""Sign patterns that the smallest corrected level leaves beyond the limit, so that drawing them costs little power."""
EXAMPLES = 5
"""Clusters named as the worst examples of a decision."""
ROUNDING = 1e-12
"""Share by which a number may pass a limit through rounding alone."""

Outcome = Literal["regression", "floor", "cluster", "lost", "unscored"]
Part = Literal["tolerance", "at_least", "at_most", "cluster_fall", "lost"]
"""The parts of a rule, each a field of `GateRule`."""


class GateRule(Record):
    """The rule for one measure; a part that is left out is not checked."""

    measure: str = Field(description="The measure.")
    direction: Direction = Field(description="Which way the measure is better.")
    tolerance: FiniteFloat | None = Field(
        default=None, ge=0, description="How far the mean may fall before the fall is tested, in the measure's unit."
    )
    at_least: FiniteFloat | None = Field(default=None, description="Floor: the mean may not lie below it.")
    at_most: FiniteFloat | None = Field(default=None, description="Ceiling: the mean may not lie above it.")
    cluster_fall: FiniteFloat | None = Field(
        default=None, ge=0, description="How far the statistic of a single cluster may fall, in the measure's unit."
    )
    clusters_fallen: int = Field(default=0, ge=0, description="How many clusters may fall further than that.")
    lost: FiniteFloat = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Greatest share of the baseline's scored clusters that may be answered and have no statistic.",
    )

    @model_validator(mode="after")
    def _worse_is_known(self) -> Self:
        if self.direction == "neither" and (self.tolerance is not None or self.cluster_fall is not None):
            raise ValueError(f"{self.measure!r} is better neither way, so it cannot fall: give at_least or at_most")
        return self


@dataclass(frozen=True)
class GatedMeasure:
    """One configuration's statistics of one measure beside the baseline's: equal lengths, one order, NaN for none."""

    configuration: str
    rule: GateRule
    baseline: Floats
    candidate: Floats
    answered: Bools | None = None
    """Clusters that the candidate has a text for; None for all. What was not answered is no lost statistic: the
    caller holds it to its own limit, `too_many_failures`."""


class Violation(Record):
    """One part of a rule that does not hold."""

    outcome: Outcome = Field(description="What is wrong.")
    part: Part = Field(description="Which part of the rule it breaks.")
    sentence: str = Field(exclude=True, description="The reason; {0}, {1} … and {rule} stand for its numbers.")
    values: tuple[FiniteFloat, ...] = Field(default=(), exclude=True, description="The numbers that were found.")
    rule: FiniteFloat = Field(default=0.0, exclude=True, description="The number of the rule.")

    @computed_field  # type: ignore[prop-decorator] # as pydantic documents it for mypy
    @property
    def reason(self) -> str:
        """What was found and what would be accepted, in one sentence, on the scale of rules: shares from 0 to 1."""
        return self.worded(lambda value: f"{value:.4g}", lambda value: f"{value:.4g}")

    def worded(self, found: Callable[[float], str], rule: Callable[[float], str]) -> str:
        """Write the sentence; both callables print a number."""
        return self.sentence.format(*map(found, self.values), rule=rule(self.rule))


class Decision(Record):
    """The gate's decision for one configuration and measure; differences are candidate − baseline."""

    configuration: str = Field(description="The configuration.")
    measure: str = Field(description="The measure.")
    passed: bool = Field(description="True where every part of the rule holds.")
    violations: tuple[Violation, ...] = Field(default=(), description="The parts that do not.")
    baseline_mean: float | None = Field(description="Baseline's mean over the clusters scored by both.")
    candidate_mean: float | None = Field(description="Candidate's mean over the clusters scored by both.")
    candidate_mean_all: float | None = Field(description="Candidate's mean over all its clusters: what floors look at.")
    difference: float | None = Field(description="Mean paired difference.")
    fall: float | None = Field(
        default=None, description="How much worse the mean is; none where neither way is worse, or nothing is shared."
    )
    low: float | None = Field(description="Lower end of its interval.")
    high: float | None = Field(description="Upper end of its interval.")
    level: float | None = Field(description="Level of that interval, 1 − 2 × the corrected one-sided level.")
    corrected_alpha: float | None = Field(description="One-sided level after Holm's correction; none if not tested.")
    p_value: float | None = Field(description="One-sided randomisation p-value of a fall, not corrected.")
    p_adjusted: float | None = Field(description="The same, Holm-adjusted: compare it with α.")
    detectable: float | None = Field(description="Smallest true fall found with chance 0.8 at the corrected level.")
    can_fail: bool = Field(description="False where so few clusters are shared that no fall could be significant.")
    both: int = Field(ge=0, description="Clusters scored in both.")
    lost: int = Field(ge=0, description="Clusters scored in the baseline and not in the candidate.")
    unanswered: int = Field(default=0, ge=0, description="Those of them for which the candidate has no text.")
    gained: int = Field(ge=0, description="Clusters scored in the candidate and not in the baseline.")
    fallen: tuple[int, ...] = Field(description="Positions of the clusters that fell, furthest first, five at most.")


def decide(
    gated: Sequence[GatedMeasure], *, alpha: float = ALPHA, resamples: int = RESAMPLES, seed: int
) -> tuple[Decision, ...]:
    """Decide on each entry of `gated`, in order; levels are corrected over all of them that have a tolerance.

    More than `resamples` sign patterns are drawn where the correction asks for it. Raises ValueError for arrays that
    are not all of one length and for `alpha` outside (0, 0.5).
    """
    if not 0.0 < alpha < 0.5:
        raise ValueError(f"the gate's alpha lies between 0 and 0.5, not {alpha}")
    if not gated:
        return ()
    shapes = {part.shape for entry in gated for part in (entry.baseline, entry.candidate)}
    if len(shapes) > 1 or len(min(shapes)) != 1:
        raise ValueError(f"gated statistics are one array a measure, all of one length, not {sorted(shapes)}")
    differences = _differences(gated)
    tested = np.array([entry.rule.tolerance is not None for entry in gated])
    patterns = max(resamples, math.ceil(PATTERNS_BEYOND * int(tested.sum()) / (2 * alpha)))
    subsets = subset_means(differences, resamples=patterns, seed=seed)
    worse = np.array([1.0 if entry.rule.direction == "lower" else -1.0 for entry in gated])
    falls = worse * subsets.differences
    halves = randomisation_p_values(subsets) / 2
    p_values = np.where(tested, np.where(falls > 0, halves, 1 - halves), np.nan)
    alphas = holm_levels(p_values, alpha)
    lows, highs = randomisation_intervals(subsets, 2 * np.where(np.isnan(alphas), alpha, alphas))
    adjusted = holm(p_values)
    decisions = []
    for column, entry in enumerate(gated):
        test = _Test(
            difference=or_none(subsets.differences[column]),
            low=or_none(lows[column]),
            high=or_none(highs[column]),
            corrected_alpha=or_none(alphas[column]),
            p_value=or_none(p_values[column]),
            p_adjusted=or_none(adjusted[column]),
            # Each pattern and its negative are one, so the smallest one-sided p-value is half of 1 / (1 + R).
            can_fail=bool(0.5 / (1 + subsets.patterns[column]) <= alphas[column]),
        )
        decisions.append(_make_decision(entry, _falls(differences, column, worse[column]), test, alpha))
    return tuple(decisions)


def _differences(gated: Sequence[GatedMeasure]) -> Floats:
    """Subtract baselines from candidates: a column for each entry."""
    table = make_array((len(gated[0].baseline), len(gated)))
    arrays = [array for entry in gated for array in (entry.baseline, entry.candidate)]
    for rows in row_blocks(*table.shape, table, *arrays):
        for column, entry in enumerate(gated):
            table[rows, column] = paired_differences(entry.candidate[rows], entry.baseline[rows])
    return table


def _falls(differences: Floats, column: int, worse: float) -> Floats:
    """Copy one column, positive where the candidate is worse."""
    falls = make_array((len(differences),))
    for rows in row_blocks(*differences.shape, differences, falls):
        falls[rows] = worse * differences[rows, column]
    return falls


@dataclass(frozen=True)
class _Test:
    """The randomisation test of one column; the fields of `Decision` of the same names."""

    difference: float | None
    low: float | None
    high: float | None
    corrected_alpha: float | None
    p_value: float | None
    p_adjusted: float | None
    can_fail: bool


def _make_decision(entry: GatedMeasure, falls: Floats, test: _Test, alpha: float) -> Decision:
    """Make one decision; `falls` is positive for clusters on which the candidate is worse."""
    clusters = _look_at_clusters(entry, falls)
    level = None if test.corrected_alpha is None else 1 - 2 * test.corrected_alpha
    before, after, overall, fall = map(or_none, clusters.means)
    directed = entry.rule.direction != "neither"
    violations = [
        *_regression(entry.rule, test, alpha),
        *_broken_limits(entry.rule, overall),
        *_fallen_clusters(entry.rule, clusters.fallen_too_far),
        *_lost_scores(entry.rule, clusters.lost - clusters.unanswered, clusters.both + clusters.lost),
    ]
    detectable = math.nan if level is None else detectable_differences(falls, level=level)[0]
    return Decision(
        configuration=entry.configuration,
        measure=entry.rule.measure,
        passed=not violations,
        violations=tuple(violations),
        baseline_mean=before,
        candidate_mean=after,
        candidate_mean_all=overall,
        difference=test.difference,
        fall=fall if directed else None,
        low=test.low,
        high=test.high,
        level=level,
        corrected_alpha=test.corrected_alpha,
        p_value=test.p_value,
        p_adjusted=test.p_adjusted,
        detectable=or_none(detectable),
        can_fail=test.can_fail,
        both=clusters.both,
        lost=clusters.lost,
        unanswered=clusters.unanswered,
        gained=clusters.gained,
        fallen=clusters.fallen if directed else (),
    )


@dataclass
class _Clusters:
    """What is counted of the clusters of one entry."""

    means: Floats
    """Of the baseline and the candidate over clusters scored in both, of the candidate over all, and of the falls."""
    both: int = 0
    lost: int = 0
    unanswered: int = 0
    gained: int = 0
    fallen_too_far: int = 0
    fallen: tuple[int, ...] = ()
    """As the fields of `Decision` of the same names."""


def _look_at_clusters(entry: GatedMeasure, falls: Floats) -> _Clusters:
    """Count and average over the clusters of one entry; `falls` is NaN for those that are not scored in both."""
    size, least = len(falls), entry.rule.cluster_fall

    def beside(rows: slice) -> Floats:
        before, after = entry.baseline[rows], entry.candidate[rows]
        both = ~np.isnan(before) & ~np.isnan(after)
        shared = (np.where(both, before, np.nan), np.where(both, after, np.nan))
        return np.column_stack([*shared, after, falls[rows]])

    arrays = (entry.baseline, entry.candidate, falls)
    found = _Clusters(exact_means(map_rows((size, 4), beside, *arrays)))
    worst: list[tuple[float, int]] = []
    for rows in row_blocks(size, 4, *arrays):
        here, in_baseline, in_candidate = falls[rows], ~np.isnan(entry.baseline[rows]), ~np.isnan(entry.candidate[rows])
        lost = in_baseline & ~in_candidate
        found.both += int((in_baseline & in_candidate).sum())
        found.lost += int(lost.sum())
        found.unanswered += 0 if entry.answered is None else int((lost & ~entry.answered[rows]).sum())
        found.gained += int((in_candidate & ~in_baseline).sum())
        fallen = np.flatnonzero(here > 0)
        if least is not None:
            found.fallen_too_far += sum(_is_beyond(fall, least) for fall in here[fallen].tolist())
        furthest = fallen[np.argsort(-here[fallen], kind="stable")[:EXAMPLES]]
        worst += [(-float(here[place]), rows.start + int(place)) for place in furthest]
        worst = sorted(worst)[:EXAMPLES]
    found.fallen = tuple(place for _, place in worst)
    return found


def _regression(rule: GateRule, test: _Test, alpha: float) -> list[Violation]:
    if rule.tolerance is None:
        return []
    if test.difference is None or test.corrected_alpha is None:
        reason = "no cluster is scored in both, so there is nothing to compare"
        return [Violation(outcome="unscored", part="tolerance", sentence=reason)]
    if test.low is None or test.high is None:
        return []
    higher = rule.direction == "higher"
    fall, excludes_zero = (-test.difference, test.high < 0) if higher else (test.difference, test.low > 0)
    if not excludes_zero or not _is_beyond(fall, rule.tolerance):
        return []
    return [
        Violation(
            outcome="regression",
            part="tolerance",
            sentence=(
                "the mean is {0} worse, more than the tolerance of {rule}, and the "
                f"{100 - 200 * test.corrected_alpha:.5g} % interval of the paired difference, {{1}} to "
                f"{{2}}, leaves out zero (p = {test.p_adjusted:.2g} after correction, alpha {alpha:g})"
            ),
            values=(fall, test.low, test.high),
            rule=rule.tolerance,
        )
    ]


def _broken_limits(rule: GateRule, mean: float | None) -> list[Violation]:
    if rule.at_least is None and rule.at_most is None:
        return []
    if mean is None:
        reason = "no cluster is scored, so the mean cannot be held to its limit"
        part: Part = "at_least" if rule.at_most is None else "at_most"
        return [Violation(outcome="unscored", part=part, sentence=reason)]
    violations = []
    if rule.at_least is not None and _is_beyond(rule.at_least, mean):
        below = "the mean is {0}; it may not lie below {rule}"
        violations.append(
            Violation(outcome="floor", part="at_least", sentence=below, values=(mean,), rule=rule.at_least)
        )
    if rule.at_most is not None and _is_beyond(mean, rule.at_most):
        above = "the mean is {0}; it may not lie above {rule}"
        violations.append(Violation(outcome="floor", part="at_most", sentence=above, values=(mean,), rule=rule.at_most))
    return violations


def _fallen_clusters(rule: GateRule, fallen: int) -> list[Violation]:
    if rule.cluster_fall is None or fallen <= rule.clusters_fallen:
        return []
    sentence = f"{counted(fallen, 'cluster')} got worse by more than {{rule}}; at most {rule.clusters_fallen} may"
    return [Violation(outcome="cluster", part="cluster_fall", sentence=sentence, rule=rule.cluster_fall)]


def _lost_scores(rule: GateRule, lost: int, scored: int) -> list[Violation]:
    if lost <= rule.lost * scored * (1 + ROUNDING):
        return []
    reason = (
        f"{lost} of {scored} clusters scored in the baseline have no statistic; at most {100 * rule.lost:.3g} % may"
    )
    return [Violation(outcome="lost", part="lost", sentence=reason)]


def _is_beyond(value: float, limit: float) -> bool:
    """Tell whether `value` passes `limit` by more than rounding."""
    return value - limit > ROUNDING * max(1.0, abs(limit))


def too_many_failures(failed: int, clusters: int, share: float) -> str | None:
    """Say that more than `share` of the clusters failed, else None. No clusters at all is too many as well."""
    if clusters < 1:
        return "no cluster was run"
    if failed > share * clusters * (1 + ROUNDING):
        return (
            f"{failed} of {clusters} clusters failed, {100 * failed / clusters:.3g} %; at most {100 * share:.3g} % may"
        )
    return None
