"""A run held against a baseline: rules from a configuration's `gate:`, a finding for each configuration and measure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from harness.analysis.gate import Decision, Gated, GateRule, decide, too_many_failures
from harness.config.gate import GateSettings, limit
from harness.errors import (
    EXIT_FAILURES,
    EXIT_PASS,
    EXIT_REGRESSION,
    ConfigError,
    DataError,
    Problem,
    UsageError,
    nearest_name,
)
from harness.records import MeasureRecord
from harness.run.baseline import Baseline, BaselineConfiguration, baseline_of, named
from harness.run.joined import find_measures, raise_if_differing
from harness.run.store import RunFolder

DEFAULT_TOLERANCE = 0.01
"""Tolerance of a configuration file without `gate:`, on the F of the first ROUGE variant: one ROUGE point."""


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
    """What the gate found for one configuration and measure."""

    decision: Decision
    measure: MeasureRecord
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class GateReport:
    """A run held against a baseline."""

    run: str
    baseline: str
    clusters: int
    findings: tuple[Finding, ...]
    failures: tuple[tuple[str, str], ...]
    """(configuration, what to say) where too many clusters failed."""
    alpha: float

    @property
    def outcome(self) -> Literal["pass", "regression", "failures"]:
        """Too many failures outweigh a regression: what was scored is then not the whole."""
        if self.failures:
            return "failures"
        return "pass" if all(finding.decision.passed for finding in self.findings) else "regression"

    @property
    def exit_code(self) -> int:
        """0 pass, 1 regression, 3 too many failures."""
        return {"pass": EXIT_PASS, "regression": EXIT_REGRESSION, "failures": EXIT_FAILURES}[self.outcome]


def hold(folder: RunFolder, baseline: Baseline, settings: GateSettings, where: str) -> GateReport:
    """Hold a finished run against a baseline; `where` names the baseline in messages.

    Raises DataError where data or clusters differ, UsageError where a signature differs, a configuration is missing, a
    rule names no measure, or one that no cluster has a statistic for.
    """
    candidate = baseline_of(folder)
    _same_data(folder, candidate, baseline, where)
    rules = rules_of(baseline.measures, settings)
    for rule in rules:
        ours = _measure(candidate.measures, rule.measure, str(folder.path))
        theirs = _measure(baseline.measures, rule.measure, where)
        raise_if_differing(theirs.signature, ours.signature, rule.measure, where, str(folder.path))
    names = list(settings.configurations or [configuration.name for configuration in baseline.configurations])
    pairs = [_paired(named(baseline, name), _candidate(candidate, name, folder), where) for name in names]
    _see_what_can_be_compared(folder, pairs, rules, where)
    gated = [
        Gated(before.name, rule, _column(before, rule.measure), _column(after, rule.measure))
        for before, after in pairs
        for rule in rules
    ]
    decisions = decide(gated, alpha=settings.alpha, seed=baseline.seed)
    by_name = {before.name: (before, after) for before, after in pairs}
    measures = {measure.name: measure for measure in baseline.measures}
    return GateReport(
        run=folder.path.name,
        baseline=where,
        clusters=len(pairs[0][0].clusters) if pairs else 0,
        findings=tuple(
            Finding(
                decision,
                measures[decision.measure],
                tuple(_examples(decision, *by_name[decision.configuration])),
            )
            for decision in decisions
        ),
        failures=tuple(_failures(after, settings) for _, after in pairs if _failures(after, settings)[1]),
        alpha=settings.alpha,
    )


def _same_data(folder: RunFolder, candidate: Baseline, baseline: Baseline, where: str) -> None:
    if candidate.data_digest == baseline.data_digest:
        return
    ours = set(candidate.configurations[0].clusters)
    theirs = set(baseline.configurations[0].clusters) if baseline.configurations else set()
    missing, extra = sorted(theirs - ours), sorted(ours - theirs)
    found = [f"digest {candidate.data_digest}"]
    found += [f"{len(missing)} clusters missing, such as {missing[0]}"] if missing else []
    found += [f"{len(extra)} clusters more, such as {extra[0]}"] if extra else []
    if not missing and not extra:
        found.append("equal ids, but other content or order")
    if _has_no_reference(folder):
        found.append("no cluster has a reference")
    accepted = f"digest {baseline.data_digest}, as in {where}; `--update` takes the new data as the baseline"
    raise DataError(
        [Problem("not the data of the baseline", str(folder.path), found="; ".join(found), accepted=accepted)]
    )


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
    bare = _has_no_reference(folder)
    mute = []
    for rule in rules:
        if rule.tolerance is rule.at_least is rule.at_most is None and not bare:
            continue
        cells = [cell for pair in pairs for each in pair for cell in each.clusters.values()]
        answered = any(rule.measure in cell.statistics for _, after in pairs for cell in after.clusters.values())
        if answered and all(cell.statistics.get(rule.measure) is None for cell in cells):
            mute.append(rule.measure)
    if not mute:
        return
    reasons = _reasons(folder, mute)
    raise ConfigError(
        [
            Problem(
                f"nothing can be compared: {name} has a statistic on no cluster, here and in {where}",
                str(folder.path),
                path="gate",
                found="no cluster has a reference" if bare else reasons[name],
                accepted="references in the data, or rules on other measures" if bare else "rules on other measures",
            )
            for name in mute
        ]
    )


def _has_no_reference(folder: RunFolder) -> bool:
    return not any(facts.references for facts in folder.clusters())


def _reasons(folder: RunFolder, measures: Sequence[str]) -> dict[str, str]:
    """Measure → the commonest reason for no statistic."""
    found: dict[str, Counter[str]] = {name: Counter() for name in measures}
    for score in folder.scores():
        for name in found.keys() & score.unscorable.keys():
            found[name][score.unscorable[name]] += 1
    return {name: counted.most_common(1)[0][0] for name, counted in found.items()}


def rules_of(measures: Sequence[MeasureRecord], settings: GateSettings) -> list[GateRule]:
    """One rule for each measure that the settings name; where they name none, the first measure's default rule.

    Raises UsageError for a name that is no measure's, and for a rule that its measure cannot break.
    """
    parts: dict[str, dict[str, float]] = {}

    def note(wanted: str, part: str, value: float) -> None:
        for measure in find_measures(measures, wanted):
            parts.setdefault(measure.name, {})[part] = value

    for wanted, value in settings.tolerance.items():
        note(wanted, "tolerance", value)
    for text in settings.limits:
        found = limit(text)
        note(found.measure, "at_most" if found.sign == "<=" else "at_least", found.value)
    for wanted, value in settings.clusters.items():
        note(wanted, "cluster_fall", value)
    if not parts:
        first = next((measure for measure in measures if measure.direction != "neither"), None)
        if first is None:
            raise UsageError("the baseline has no measure that is better one way; name some under `gate:`")
        parts[first.name] = {"tolerance": DEFAULT_TOLERANCE}
    directions = {measure.name: measure.direction for measure in measures}
    try:
        return [GateRule(measure=name, direction=directions[name], **given) for name, given in parts.items()]
    except ValidationError as error:
        raise UsageError(f"gate: {error.errors(include_url=False)[0]['ctx']['error']}") from None


def _measure(measures: Iterable[MeasureRecord], name: str, where: str) -> MeasureRecord:
    known = {measure.name: measure for measure in measures}
    if name in known:
        return known[name]
    near = nearest_name(name, known)
    hint = f"; did you mean {near!r}?" if near else ""
    raise UsageError(f"{where}: no measure {name!r}, which the gate needs; there are {', '.join(known)}{hint}")


def _candidate(candidate: Baseline, name: str, folder: RunFolder) -> BaselineConfiguration:
    for configuration in candidate.configurations:
        if configuration.name == name:
            return configuration
    known = ", ".join(configuration.name for configuration in candidate.configurations)
    raise UsageError(f"{folder.path}: no configuration {name!r}, which the baseline has; there are {known}")


def _paired(
    before: BaselineConfiguration, after: BaselineConfiguration, where: str
) -> tuple[BaselineConfiguration, BaselineConfiguration]:
    """Both over the same clusters in the same order, joined by id. Raises DataError where they are not the same."""
    if before.clusters.keys() != after.clusters.keys():
        missing, extra = after.clusters.keys() - before.clusters.keys(), before.clusters.keys() - after.clusters.keys()
        found = f"{len(missing)} clusters missing, {len(extra)} too many"
        path = f"configurations.{before.name}.clusters"
        raise DataError([Problem("not the clusters of its own data", where, path=path, found=found)])
    ordered = {cluster_id: before.clusters[cluster_id] for cluster_id in after.clusters}
    return before.model_copy(update={"clusters": ordered}), after


def _column(configuration: BaselineConfiguration, measure: str) -> NDArray[np.float64]:
    values = [cell.statistics.get(measure) for cell in configuration.clusters.values()]
    return np.array([np.nan if value is None else value for value in values])


def _failures(configuration: BaselineConfiguration, settings: GateSettings) -> tuple[str, str]:
    failed = sum(cell.text is None for cell in configuration.clusters.values())
    said = too_many_failures(failed, len(configuration.clusters), settings.max_failures)
    return configuration.name, said or ""


def _examples(decision: Decision, before: BaselineConfiguration, after: BaselineConfiguration) -> Iterable[Example]:
    ids = list(before.clusters)
    for place in decision.fallen:
        old, new = before.clusters[ids[place]], after.clusters[ids[place]]
        was, became = old.statistics.get(decision.measure), new.statistics.get(decision.measure)
        if was is not None and became is not None:
            yield Example(ids[place], was, became, old.text or "", new.text or "")
