"""A run held to rules, as a program sees it."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from harness.comparison.baseline import Baseline
    from harness.comparison.gate import Finding, GateOutcome, GateReport
    from harness.config.gate import GateSettings
    from harness.results.run_folder import RunFolder
    from harness.run.plan import Plan


class GateResult:
    """The result of a gate; true where the run passed."""

    def __init__(self, report: "GateReport") -> None:
        self.report = report
        """Everything that was found, as reports take it."""

    @property
    def passed(self) -> bool:
        """True where every rule holds and no configuration failed on too many clusters."""
        return self.report.outcome == "pass"

    @property
    def outcome(self) -> "GateOutcome":
        """The gate's decision on the run.

        `pass`; `regression` for a mean that got worse; `limit` for a broken limit without one; `failures` for answers
        lost on too many clusters, `lost` for scores; `not_compared` where a metric failed on every cluster, or the
        baseline has no statistic.
        """
        return self.report.outcome

    @property
    def exit_code(self) -> int:
        """The exit code of the command `gate`: 0 pass, 1 regression, 2 nothing to compare, 3 lost answers."""
        return self.report.exit_code

    @property
    def findings(self) -> "tuple[Finding, ...]":
        """The findings for each configuration and measure: `decision`, `measure`, `examples`."""
        return self.report.findings

    def explain(self) -> str:
        """Explain which rules do not hold, why, with the worst example; then the verdict."""
        from harness.report.gate import lines

        return "\n".join(lines(self.report))

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        from harness.report.gate import verdict

        return f"<GateResult {self.outcome}: {verdict(self.report)}>"

    def __str__(self) -> str:
        return self.explain()

    def _repr_markdown_(self) -> str:
        from harness.report.gate import markdown

        return markdown(self.report)


def settings_for(folder: "RunFolder", rules: object) -> "GateSettings":
    """Find the rules that apply: those given, or the `gate:` of the configuration that the run was made from."""
    from harness.config.gate import GateSettings
    from harness.config.rules import settings_of

    if rules is None:
        return GateSettings.model_validate(folder.manifest().config.get("gate", {}))
    return settings_of(rules)


class NamedBaseline(NamedTuple):
    """A baseline that was read, and what messages call it."""

    baseline: "Baseline"
    where: str


def read_baseline(baseline: object) -> NamedBaseline:
    """Read the baseline that is meant: the path of its file, a run, or a baseline.

    Raises UsageError where no baseline stands there yet, and for what is none; DataError where it cannot be read.
    """
    from harness.api.inputs import path_of
    from harness.api.runs import Run
    from harness.comparison.baseline import Baseline, baseline_of
    from harness.comparison.gate_ahead import committed

    if isinstance(baseline, NamedBaseline):
        return baseline
    if isinstance(baseline, Baseline):
        return NamedBaseline(baseline, baseline.run)
    if isinstance(baseline, Run):
        return NamedBaseline(baseline_of(baseline.folder), str(baseline.path))
    file = path_of(baseline, "baseline", "the path of a baseline, a Run, or a Baseline")
    return NamedBaseline(committed(file, "`save_baseline(run, FILE)` takes a run as the first"), str(file))


def refuse_ahead(plan: "Plan", held: NamedBaseline) -> None:
    """Refuse what a run could not be gated with, before a model runs. Raises what `see_ahead` raises."""
    from harness.comparison.gate_ahead import Planned, see_ahead

    names = [configuration.name for configuration in plan.configurations]
    clusters, source = plan.clusters, plan.config.source
    planned = Planned(source.where, clusters.digest, clusters, plan.measures, names)
    see_ahead(planned, held.baseline, plan.config.gate, held.where)


def hold(folder: "RunFolder", against: NamedBaseline | None, settings: "GateSettings") -> GateResult:
    """Check a run against a baseline; where there is none, against limits alone."""
    from harness.comparison import gate
    from harness.comparison.absolute import hold_to_limits

    if against is None:
        return GateResult(hold_to_limits(folder, settings))
    return GateResult(gate.hold(folder, against.baseline, settings, against.where))


def save_baseline_file(folder: "RunFolder", file: Path, *, overwrite: bool = False) -> list[str]:
    """Make a run the baseline in a file, and say what changed, a line each.

    With `overwrite` a file that is no baseline is replaced too.
    """
    from harness.comparison import baseline_file
    from harness.comparison.baseline import baseline_of, differences
    from harness.comparison.gate_ahead import is_missing
    from harness.errors import DataError

    baseline_file.refuse_folder(file)
    try:
        old = None if is_missing(file) else baseline_file.read(file)
    except DataError:
        if not overwrite:
            raise
        old = None
    new = baseline_of(folder)
    baseline_file.write(new, file)
    return ["new baseline"] if old is None else differences(old, new)
