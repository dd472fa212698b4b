"""A run held to absolute limits alone: a floor or a ceiling on a mean needs no baseline."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from harness.analysis.gate import Decision, GatedMeasure, GateRule, decide, too_many_failures
from harness.comparison import missing
from harness.comparison.gate import Finding, GateReport, LostAnswers, Verdict
from harness.comparison.gate_rules import rules_of
from harness.comparison.score_matrix import ScoreMatrix, find_label, join, measure_rows
from harness.config.gate import GateSettings
from harness.disk.large_array import make_array
from harness.errors import UsageError
from harness.results.run_folder import PREDICTIONS, RunFolder


def hold_to_limits(folder: RunFolder, settings: GateSettings) -> GateReport:
    """Hold a finished run to the `limits` and `max_failures` of `settings`.

    Raises UsageError for rules that need a baseline, where there is no limit at all, and for a measure or a
    configuration that the run has not.
    """
    falls = list(dict.fromkeys([*settings.tolerance, *settings.clusters]))
    if falls or not settings.limits:
        what = f"how far {', '.join(falls)} may fall" if falls else "no limit is given, and anything else"
        raise UsageError(f"no baseline: {what} is measured against one; give a baseline, or limits alone")
    joined = join([folder])
    rules = rules_of(joined.measures, settings)
    wanted = [find_label(joined.labels, name) for name in settings.configurations or joined.labels]
    names = list(dict.fromkeys(wanted))
    gated = _gate_measures(joined, names, rules.by_measure)
    counts = {name: count.predicted for name, count in folder.manifest().counts.items()}
    rows = folder.predictions() if folder.is_here(PREDICTIONS) or not counts else ()
    answered = Counter(row.configuration for row in rows) or Counter(counts)
    return GateReport(
        run=folder.path.name,
        baseline="",
        clusters=len(joined.clusters),
        rules=rules.written,
        findings=_findings(folder, joined, answered, decide(gated, alpha=settings.alpha, seed=joined.seed)),
        failures=_failures(folder, len(joined.clusters), {name: answered[name] for name in names}, settings),
        alpha=settings.alpha,
    )


def _gate_measures(joined: ScoreMatrix, configurations: Sequence[str], rules: Sequence[GateRule]) -> list[GatedMeasure]:
    """Put each configuration's statistics beside a baseline that has none."""
    measures = [measure.name for measure in joined.measures]
    kept = [measures.index(rule.measure) for rule in rules]
    none = make_array((len(joined.clusters),), np.nan)
    return [
        GatedMeasure(name, rule, none, column)
        for name in configurations
        for rule, column in zip(
            rules, measure_rows(joined.values[joined.labels.index(name)], kept, np.nan), strict=True
        )
    ]


def _findings(
    folder: RunFolder, joined: ScoreMatrix, answered: Counter[str], decisions: Sequence[Decision]
) -> tuple[Finding, ...]:
    measures = {measure.name: measure for measure in joined.measures}
    mute = {(one.configuration, one.measure) for one in decisions if one.candidate_mean_all is None}
    reasons = missing.no_statistic(folder, mute, {measure.name: measure.metric for measure in joined.measures})
    return tuple(
        Finding(
            decision,
            measures[decision.measure],
            _verdict(decision, answered[decision.configuration]),
            "; ".join(violation.reason for violation in decision.violations),
            reasons.get((decision.configuration, decision.measure), ()),
            (),
        )
        for decision in decisions
    )


def _verdict(decision: Decision, answered: int) -> Verdict:
    if not decision.violations:
        return "pass"
    if decision.candidate_mean_all is None:
        return "not_compared" if answered else "lost"
    return "limit"


def _failures(
    folder: RunFolder, clusters: int, answered: dict[str, int], settings: GateSettings
) -> tuple[LostAnswers, ...]:
    reasons = missing.no_answer(folder)
    said = {
        name: too_many_failures(clusters - count, clusters, settings.max_failures) for name, count in answered.items()
    }
    return tuple(
        LostAnswers(name, clusters - answered[name], why, reasons.get(name, ())) for name, why in said.items() if why
    )
