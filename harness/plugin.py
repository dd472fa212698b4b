"""The pytest plugin: files named `*.harness.yaml` are gates, each configuration × rule a test.

Such a file is a configuration with a `gate:` section that names its baseline. Its run is made once, when the first of
its tests runs; other processes (pytest-xdist) wait for it and find it done. A broken rule fails its test with the
gate's explanation; a configuration or a baseline that cannot be read is an error.
"""

import argparse
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness import redact

if TYPE_CHECKING:
    from _pytest._code.code import ExceptionInfo, TerminalRepr

    from harness.api import Run
    from harness.api.gates import NamedBaseline
    from harness.api.inputs import ConfigLike, OverridesLike
    from harness.comparison.baseline import Baseline
    from harness.comparison.gate import GateReport
    from harness.config import Config

SUFFIX = ".harness.yaml"


def _count(text: str) -> int:
    """Read a count from the command line. Raises ArgumentTypeError for what is none."""
    if not text.isascii() or not text.isdigit() or not int(text[:18]):
        raise argparse.ArgumentTypeError(f"found {text!r}; accepted: a whole number of 1 or more")
    return int(text)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the plugin's options."""
    group = parser.getgroup("harness", "headline harness")
    group.addoption("--harness-limit", type=_count, metavar="N", help="Read no more clusters than this (1 or more).")
    group.addoption("--harness-update", action="store_true", help="Make each run the new baseline instead of gating.")
    group.addoption("--harness-results", default="results", metavar="DIR", help="The folder that holds the runs.")


def pytest_collect_file(parent: pytest.Collector, file_path: Path) -> "GateFile | None":
    """Collect gate files."""
    return GateFile.from_parent(parent, path=file_path) if file_path.name.endswith(SUFFIX) else None


class GateFile(pytest.File):
    """One gate file."""

    @cached_property
    def configuration(self) -> "Config":
        """The configuration in the file."""
        from harness.config import load
        from harness.registry import Registry

        return load(self.path, Registry())

    @cached_property
    def baseline_path(self) -> Path:
        """The baseline's file. Raises UsageError where the gate names none."""
        from harness.errors import UsageError

        if self.configuration.gate.baseline is None:
            raise UsageError(f"{self.path}: no baseline; write `baseline: FILE` under `gate:`")
        return Path(self.configuration.gate.baseline)

    @cached_property
    def baseline(self) -> "Baseline":
        """The baseline that the gate names. Raises UsageError where there is none yet."""
        from harness.comparison.gate_ahead import committed

        return committed(self.baseline_path, "add --harness-update to take this run as the first")

    @cached_property
    def gated_run(self) -> "Run":
        """The run, made where it is not there yet. What cannot be compared is refused before a model runs."""
        from harness import api

        return api.evaluate(
            self.configuration,
            limit=self.config.getoption("--harness-limit"),
            results=self.config.getoption("--harness-results"),
            wait=True,
            against=None if self.config.getoption("--harness-update") else self._baseline(),
        )

    def _baseline(self) -> "NamedBaseline":
        from harness.api.gates import NamedBaseline

        return NamedBaseline(self.baseline, str(self.baseline_path))

    @cached_property
    def report(self) -> "GateReport":
        """The gate's findings on the run, compared with the baseline."""
        from harness import api

        return api.gate(self.gated_run, self._baseline(), rules=self.configuration.gate).report

    def update(self) -> list[str]:
        """Make the run the new baseline; what changed, a line each."""
        from harness import api
        from harness.comparison import baseline_file
        from harness.comparison.gate_ahead import is_missing

        # Before the run: what stands in the way of writing is said first.
        baseline_file.refuse_folder(self.baseline_path)
        if not is_missing(self.baseline_path):
            baseline_file.read(self.baseline_path)
        return api.save_baseline(self.gated_run, self.baseline_path)

    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test for each configuration and rule, and one for each configuration's failures."""
        from harness.comparison.gate_rules import refuse_mistakes, rules_of
        from harness.errors import HarnessError
        from harness.run.plan import measure_records, metrics_of

        try:
            gate, models = self.configuration.gate, [model.name for model in self.configuration.models]
            measures = measure_records(metrics_of(self.configuration), self.configuration)
            refuse_mistakes(gate, self.configuration.source, measures, models)
            if self.config.getoption("--harness-update"):
                yield UpdateItem.from_parent(self, name="update")
                return
            names = dict.fromkeys([found.name for found in self.baseline.configurations])
            rules = rules_of(measures, gate).by_measure
        except HarnessError as error:
            raise self.CollectError(str(error)) from None
        for name in dict.fromkeys(gate.configurations or names):
            yield FailuresItem.from_parent(self, name=f"{name}::failures", configuration=name)
            for rule in rules:
                yield RuleItem.from_parent(
                    self, name=f"{name}::{rule.measure}", configuration=name, measure=rule.measure
                )


class BrokenRuleError(Exception):
    """Raised where a rule does not hold; its message is the gate's explanation."""


def _end_with_error(said: str) -> None:
    """End a test's setup with a message and no traceback: pytest counts an error, not a failure."""
    pytest.fail(said, pytrace=False)


class _GateItem(pytest.Item):
    """A test of a gate file."""

    parent: GateFile

    def __init__(self, *, configuration: str = "", measure: str = "", **given: Any) -> None:
        super().__init__(**given)
        self.configuration = configuration
        self.measure = measure

    def report(self) -> "GateReport":
        """Read what the gate found; in `setup` pytest asks nobody how to show an error, so it is shown here."""
        from harness.errors import HarnessError

        try:
            return self.parent.report
        except HarnessError as error:
            pytest.fail(str(error), pytrace=False)

    def repr_failure(self, excinfo: "ExceptionInfo[BaseException]", style: Any = None) -> "str | TerminalRepr":
        """Show the gate's explanation or the harness's message; a traceback only for what nobody expected."""
        from harness.errors import HarnessError

        if isinstance(excinfo.value, BrokenRuleError | HarnessError):
            return str(excinfo.value)
        return redact.text(str(super().repr_failure(excinfo, style)))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Name the place of the test."""
        return self.path, None, self.name


class RuleItem(_GateItem):
    """The rules on one measure for one configuration."""

    def setup(self) -> None:
        """Make the run and hold it against the baseline: what goes wrong here is an error, not a failure."""
        for said in self._explanations("lost", "not_compared"):
            _end_with_error(said)

    def runtest(self) -> None:
        """Fail with the gate's explanation where a rule does not hold."""
        for said in self._explanations("regression", "limit"):
            raise BrokenRuleError(said)

    def _explanations(self, *verdicts: str) -> Iterator[str]:
        from harness.report.gate import explanation

        for finding in self.report().findings:
            about = (finding.decision.configuration, finding.decision.measure)
            if about == (self.configuration, self.measure) and finding.verdict in verdicts:
                yield "\n".join(explanation(finding))


class FailuresItem(_GateItem):
    """The test that a configuration answered enough clusters."""

    def setup(self) -> None:
        """Make the run and hold it against the baseline; too many lost answers are an error."""
        from harness.report.gate import lost_answers

        for lost in self.report().failures:
            if lost.configuration == self.configuration:
                _end_with_error("\n".join(lost_answers(lost)))

    def runtest(self) -> None:
        """Pass: `setup` has already raised where answers are missing."""


class UpdateItem(_GateItem):
    """Makes the run the new baseline."""

    def runtest(self) -> None:
        """Write the baseline and report what changed."""
        self.add_report_section("call", "harness", "\n".join(self.parent.update()))


@pytest.fixture
def harness_run(request: pytest.FixtureRequest) -> "Callable[..., Run]":
    """Runs a configuration file: `harness_run("configs/smoke.yaml", overrides=["seed=1"], limit=20)`.

    Gives the finished `harness.api.Run`: `table()`, `cluster(ID)`, `summaries`, `manifest`, `folder`.
    """

    def run(file: "ConfigLike", *, overrides: "OverridesLike" = (), limit: int | None = None) -> "Run":
        from harness import api

        asked = limit if limit is not None else request.config.getoption("--harness-limit")
        results = request.config.getoption("--harness-results")
        return api.evaluate(file, overrides=overrides, limit=asked, results=results, wait=True)

    return run
