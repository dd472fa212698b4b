"""A run held against a baseline: rules from a configuration's `gate:`, a finding for each configuration and measure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from harness.analysis.gate import Decision, GatedMeasure, GateRule, decide, too_many_failures
from harness.comparison import missing
from harness.comparison.baseline import Baseline, BaselineConfiguration, baseline_of, named
from harness.comparison.gate_ahead import has_no_reference, raise_if_other_data, raise_if_other_measures, rules_for
from harness.comparison.gate_rules import WrittenRule
from harness.comparison.missing import Reasons
from harness.config.gate import GateSettings
from harness.disk.large_array import make_array
from harness.disk.row_offsets import RowOffsets
from harness.errors import (
    EXIT_FAILURES,
    EXIT_PASS,
    EXIT_REGRESSION,
    EXIT_USAGE,
    ConfigError,
    DataError,
    Problem,
    UsageError,
)
from harness.language.text import counted
from harness.records import MeasureRecord
from harness.results.run_folder import PREDICTIONS, RunFolder

Verdict = Literal["pass", "regression", "limit", "lost", "not_compared"]
"""Outcome of one measure of one configuration, worst last but for `lost`, which a fall outweighs.

`regression`: the mean got worse and a rule broke. `limit`: a limit on the mean or on single clusters is broken, and the
mean is not worse. `lost`: clusters that had a statistic have none. `not_compared`: there is nothing to compare.
"""
GateOutcome = Literal["pass", "regression", "limit", "failures", "lost", "not_compared"]
"""Outcome of the whole: the verdict that weighs most, or `failures` for answers lost on too many clusters."""
SMALLEST_FALL = 1e-12
"""A mean that is worse by less is not worse: rounding."""


@dataclass(frozen=True)
class Example:
    """A cluster on which a configuration fell."""

    cluster_id: str
    before: float
    after: float
    text_before: str
    text_after: str


@dataclass(frozen=True)
class Finding:
    """The gate's finding on one configuration and measure."""

    decision: Decision
    measure: MeasureRecord
    verdict: Verdict
    said: str
    """Why, in one sentence or several; empty where it passed."""
    reasons: Reasons
    """Why clusters have no statistic, where that is what is wrong."""
    examples: tuple[Example, ...]

    @property
    def passed(self) -> bool:
        """Tell whether every rule on the measure holds."""
        return self.verdict == "pass"


@dataclass(frozen=True)
class LostAnswers:
    """A configuration that failed on more clusters than it may."""

    configuration: str
    failed: int
    """On how many clusters."""
    said: str
    reasons: Reasons


@dataclass(frozen=True)
class GateReport:
    """A run held against a baseline."""

    run: str
    baseline: str
    clusters: int
    rules: tuple[WrittenRule, ...]
    findings: tuple[Finding, ...]
    failures: tuple[LostAnswers, ...]
    alpha: float

    @property
    def outcome(self) -> GateOutcome:
        """The outcome of the whole.

        Where something cannot be compared at all there is no verdict. Too many failures outweigh a regression, since
        what was scored is not the whole; single lost scores do not.
        """
        found = {finding.verdict for finding in self.findings}
        if "not_compared" in found:
            return "not_compared"
        if self.failures:
            return "failures"
        return next((verdict for verdict in ("regression", "limit", "lost") if verdict in found), "pass")

    @property
    def exit_code(self) -> int:
        """0 pass, 1 regression or broken limit, 2 nothing to compare, 3 too many failures or lost scores."""
        return {
            "pass": EXIT_PASS,
            "regression": EXIT_REGRESSION,
            "limit": EXIT_REGRESSION,
            "failures": EXIT_FAILURES,
            "lost": EXIT_FAILURES,
            "not_compared": EXIT_USAGE,
        }[self.outcome]

    def broken(self, rule: WrittenRule) -> list[Finding]:
        """List the findings that break a rule."""
        return [finding for finding in self.findings if not finding.passed and rule.is_broken_by(finding.decision)]


def hold(folder: RunFolder, baseline: Baseline, settings: GateSettings, where: str) -> GateReport:
    """Hold a finished run against a baseline; `where` names the baseline in messages.

    Raises DataError where data or clusters differ, UsageError where a signature differs, a configuration is missing, a
    rule names no measure, or one that no cluster has a statistic for.
    """
    candidate = baseline_of(folder, texts=folder.is_here(PREDICTIONS))
    raise_if_other_data(candidate.data_digest, folder.clusters, baseline, where, folder.place)
    rules = rules_for(baseline, settings, where)
    raise_if_other_measures(candidate.measures, baseline.measures, rules.by_measure, where, folder.place)
    names = list(settings.configurations or [configuration.name for configuration in baseline.configurations])
    pairs = [
        _pair_cells(named(baseline, name), _candidate(candidate, name, folder), where) for name in dict.fromkeys(names)
    ]
    _see_what_can_be_compared(folder, pairs, rules.by_measure, where)
    gated = [
        GatedMeasure(before.name, rule, before.column(rule.measure), after.column(rule.measure), after.answered)
        for before, after in pairs
        for rule in rules.by_measure
    ]
    decisions = decide(gated, alpha=settings.alpha, seed=baseline.seed)
    return GateReport(
        run=folder.path.name,
        baseline=where,
        clusters=len(pairs[0][1].texts) if pairs else 0,
        rules=rules.written,
        findings=_findings(folder, baseline.measures, pairs, decisions),
        failures=_failures(folder, [after for _, after in pairs], settings),
        alpha=settings.alpha,
    )


def _findings(
    folder: RunFolder,
    measures: Sequence[MeasureRecord],
    pairs: Sequence[tuple[BaselineConfiguration, BaselineConfiguration]],
    decisions: Sequence[Decision],
) -> tuple[Finding, ...]:
    by_name = {before.name: (before, after) for before, after in pairs}
    measure_of = {measure.name: measure for measure in measures}
    metric_of = {measure.name: measure.metric for measure in measures}
    judged = [(decision, *_judge(decision, *by_name[decision.configuration])) for decision in decisions]
    unclear = {
        (decision.configuration, decision.measure)
        for decision, verdict, _ in judged
        if verdict in ("lost", "not_compared") and by_name[decision.configuration][1].answers
    }
    reasons = missing.no_statistic(folder, unclear, metric_of)
    examples = _examples(folder, by_name, decisions, [one for one, verdict, _ in judged if verdict != "pass"])
    return tuple(
        Finding(
            decision,
            measure_of[decision.measure],
            verdict,
            said,
            reasons.get((decision.configuration, decision.measure), ()),
            example,
        )
        for (decision, verdict, said), example in zip(judged, examples, strict=True)
    )


def _judge(decision: Decision, before: BaselineConfiguration, after: BaselineConfiguration) -> tuple[Verdict, str]:
    """Give the verdict on one decision, and why."""
    measure, answered = decision.measure, after.answers
    said = "; ".join(violation.reason for violation in decision.violations)
    outcomes = {violation.outcome for violation in decision.violations}
    if answered and not after.attempted[measure]:
        return "not_compared", f"its metric failed on {_all(answered)} that {decision.configuration} answered"
    if "unscored" in outcomes and not answered:
        return "lost", f"no cluster of {len(after.texts)} was answered, so there is nothing to compare"
    if "unscored" in outcomes and not before.scored[measure]:
        return "not_compared", "the baseline has a statistic on no cluster; --update takes this run as the new one"
    if "regression" in outcomes or (("floor" in outcomes or "cluster" in outcomes) and _is_worse(decision)):
        return "regression", said
    if "floor" in outcomes or "cluster" in outcomes:
        return "limit", said
    return ("lost", said) if outcomes else ("pass", "")


def _all(clusters: int) -> str:
    return "the one cluster" if clusters == 1 else f"all {clusters} clusters"


def _is_worse(decision: Decision) -> bool:
    """Tell whether the mean over the clusters scored in both got worse; never for a measure better neither way."""
    return decision.fall is not None and decision.fall > SMALLEST_FALL


def _see_what_can_be_compared(
    folder: RunFolder,
    pairs: Sequence[tuple[BaselineConfiguration, BaselineConfiguration]],
    rules: Sequence[GateRule],
    where: str,
) -> None:
    """Raise ConfigError with every rule whose measure has a reason in place of each statistic, here and in `where`.

    Such a rule can neither hold nor break: that is no regression. A guard over single clusters is left alone (what had
    no number in it got none wrong) unless there are no references at all. A run that answered nothing has failed.
    """
    bare = has_no_reference(folder.clusters())
    mute = []
    for rule in rules:
        if rule.tolerance is rule.at_least is rule.at_most is None and not bare:
            continue
        answered = any(after.attempted[rule.measure] for _, after in pairs)
        if answered and not any(each.scored[rule.measure] for pair in pairs for each in pair):
            mute.append(rule.measure)
    if not mute:
        return
    reasons = _commonest_reasons(folder, pairs, mute)
    raise ConfigError(
        [
            Problem(
                f"nothing can be compared: {name} has a statistic on no cluster, here and in {where}",
                folder.place,
                path="gate",
                found="no cluster has a reference" if bare else reasons[name],
                accepted="references in the data, or rules on other measures" if bare else "rules on other measures",
            )
            for name in mute
        ]
    )


def _commonest_reasons(
    folder: RunFolder,
    pairs: Sequence[tuple[BaselineConfiguration, BaselineConfiguration]],
    measures: Sequence[str],
) -> Mapping[str, str]:
    """Measure → the commonest reason for no statistic in any configuration."""
    wanted = {(after.name, name) for _, after in pairs for name in measures}
    found = missing.no_statistic(folder, wanted, {})
    counted = {
        name: [reason for (_, of), all_of in found.items() if of == name for reason in all_of] for name in measures
    }
    return {name: max(reasons, key=lambda reason: reason[1])[0] if reasons else "" for name, reasons in counted.items()}


def _candidate(candidate: Baseline, name: str, folder: RunFolder) -> BaselineConfiguration:
    for configuration in candidate.configurations:
        if configuration.name == name:
            return configuration
    known = ", ".join(configuration.name for configuration in candidate.configurations)
    raise UsageError(f"{folder.place}: no configuration {name!r}, which the baseline has; there are {known}")


def _pair_cells(
    before: BaselineConfiguration, after: BaselineConfiguration, where: str
) -> tuple[BaselineConfiguration, BaselineConfiguration]:
    """Both over the same clusters in the same order, joined by id. Raises DataError where they are not the same."""
    order = RowOffsets(((cluster_id,), row) for row, cluster_id in enumerate(before.texts.ordered_keys()))
    is_ordered, shared = True, 0
    for row, cluster_id in enumerate(after.texts.ordered_keys()):
        place = order.get((cluster_id,))
        shared += place is not None
        is_ordered &= place == row
    if not shared == len(before.texts) == len(after.texts):
        found = f"{counted(len(after.texts) - shared, 'cluster')} missing, {len(before.texts) - shared} too many"
        path = f"configurations.{before.name}.clusters"
        raise DataError([Problem("not the clusters of its own data", where, path=path, found=found)])
    if is_ordered:
        return before, after
    values, unscorable = make_array(before.values.shape, np.nan), make_array(before.values.shape, False)
    for row, cluster_id in enumerate(after.texts.ordered_keys()):
        place = order.get((cluster_id,))
        values[:, row], unscorable[:, row] = before.values[:, place], before.unscorable[:, place]
    return replace(before, values=values, unscorable=unscorable), after


def _failures(
    folder: RunFolder, configurations: Sequence[BaselineConfiguration], settings: GateSettings
) -> tuple[LostAnswers, ...]:
    """Those of the configurations that failed on more clusters than they may."""
    found = []
    reasons = missing.no_answer(folder)
    for configuration in configurations:
        failed = len(configuration.texts) - configuration.answers
        if said := too_many_failures(failed, len(configuration.texts), settings.max_failures):
            found.append(LostAnswers(configuration.name, failed, said, reasons.get(configuration.name, ())))
    return tuple(found)


def _examples(
    folder: RunFolder,
    pairs: Mapping[str, tuple[BaselineConfiguration, BaselineConfiguration]],
    decisions: Sequence[Decision],
    failed: Sequence[Decision],
) -> list[tuple[Example, ...]]:
    """List the clusters that fell, for each decision. Texts are fetched from a store for decisions that `failed`."""
    is_here = folder.is_here(PREDICTIONS)
    ids: dict[str, dict[int, str]] = {}
    old: dict[str, dict[str, str | None]] = {}
    new: dict[str, dict[str, str | None]] = {}
    for name, (before, after) in pairs.items():
        places = {place for decision in decisions if decision.configuration == name for place in decision.fallen}
        ids[name] = after.texts.keys_at(places)
        wanted = set(ids[name].values())
        old[name] = before.texts.texts_of(wanted)
        new[name] = after.texts.texts_of(wanted) if is_here else {}
    shown = {decision.configuration for decision in failed if decision.fallen}
    for row in folder.predictions() if shown and not is_here else ():
        if row.configuration in shown and row.cluster_id in old[row.configuration]:
            new[row.configuration][row.cluster_id] = row.text

    def examples_of(decision: Decision) -> Iterator[Example]:
        name = decision.configuration
        was, became = (each.column(decision.measure) for each in pairs[name])
        for place in decision.fallen:
            cluster_id = ids[name][place]
            text = new[name].get(cluster_id)
            if text is not None:
                before = old[name][cluster_id] or ""
                yield Example(cluster_id, float(was[place]), float(became[place]), before, text)

    return [tuple(examples_of(decision)) for decision in decisions]
