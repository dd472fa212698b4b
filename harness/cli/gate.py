"""`harness gate`: hold a run against a committed baseline."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness import printable
from harness.cli import streams
from harness.cli.options import (
    RESULTS,
    RUN_FORMS,
    CacheFolder,
    Executor,
    Jobs,
    Limit,
    LogLines,
    NoCache,
    Overrides,
    ResultsFolder,
    Verbose,
    Wait,
    complete_run,
    worked_by,
)
from harness.cli.runs import load_run
from harness.process import logs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.api import Run
    from harness.api.gates import NamedBaseline
    from harness.comparison.gate import GateReport
    from harness.config import Config
    from harness.config.gate import GateSettings


RunOrNone = Annotated[
    str | None, typer.Argument(metavar="RUN", help=f"The run: {RUN_FORMS}.", autocompletion=complete_run)
]
GateConfig = Annotated[
    Path | None, typer.Option("--config", "-c", metavar="FILE", help="Run this configuration, or use its `gate:`.")
]
BaselineFile = Annotated[
    Path | None, typer.Option("--baseline", metavar="FILE", help="The baseline; else `gate.baseline` of the config.")
]
Form = Annotated[Literal["table", "json"], typer.Option("--format", help="How findings are printed.")]
JUnit = Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML there.")]
GitHub = Annotated[bool, typer.Option("--github", help="Print GitHub annotations and add to the job summary.")]
Update = Annotated[bool, typer.Option("--update", help="Make this run the new baseline and print what changed.")]


def gate(
    run: RunOrNone = None,
    config: GateConfig = None,
    baseline: BaselineFile = None,
    overrides: Overrides = None,
    limit: Limit = None,
    results: ResultsFolder = RESULTS,
    form: Form = "table",
    junit: JUnit = None,
    github: GitHub = False,
    update: Update = False,
    wait: Wait = False,
    verbose: Verbose = 0,
    log_format: LogLines = None,
    cache: CacheFolder = None,
    no_cache: NoCache = False,
    executor: Executor = None,
    jobs: Jobs = None,
) -> None:
    """Hold a run against a baseline; end with 1 where it regressed.

    Give a run, or a configuration to run first; with neither, harness.yaml of this folder or its only configuration
    that names a baseline is run. The rules are the configuration's `gate:`. Ends with 0 where every rule holds, 1 for a
    regression, 2 for unequal data, a metric that failed everywhere or a mistake, 3 for lost answers or scores.
    """
    from harness import api
    from harness.api.gates import NamedBaseline, settings_for
    from harness.api.inputs import config_of
    from harness.comparison import baseline_file
    from harness.comparison.gate_ahead import committed, is_missing
    from harness.comparison.gate_rules import refuse_mistakes
    from harness.config.discover import the_configuration

    logs.add(verbose, log_format)
    if run is None and config is None:
        config = the_configuration(for_gate=baseline is None)
        logs.say(f"configuration: {config}")
    held = None if run is None else load_run(results, run)
    loaded = None if config is None else config_of(config, [*(overrides or ()), *worked_by(executor, jobs)])
    settings = loaded.gate if loaded else settings_for(held.folder, None) if held else None
    assert settings is not None  # noqa: S101 - there is a run or a configuration
    file = baseline or _baseline_of(settings)
    # What can be said of the baseline is said before a model runs.
    if update:
        baseline_file.refuse_folder(file)
    old = None if update and is_missing(file) else NamedBaseline(committed(file), str(file))
    if held and loaded:
        refuse_mistakes(settings, loaded.source, held.manifest.measures, held.configurations)
    if held is None and loaded:
        against = None if update else old
        held = _run_configuration(loaded, against, limit, results, False if no_cache else cache, jobs=jobs, wait=wait)
    assert held is not None  # noqa: S101 - as above
    if old is None or update:
        _print_update(api.save_baseline(held, file), str(file), held.name, form)
        return
    report = api.gate(held, old, rules=settings).report
    _print_report(report, form, junit, github=github)
    if report.exit_code:
        raise typer.Exit(report.exit_code)


def _baseline_of(settings: "GateSettings") -> Path:
    """Find the baseline that the rules name. Raises UsageError where they name none."""
    from harness.errors import UsageError

    if not settings.baseline:
        raise UsageError("no baseline: give --baseline FILE, or `baseline: FILE` under `gate:` in the configuration")
    return Path(settings.baseline)


def _print_update(changes: "Sequence[str]", file: str, run: str, form: str) -> None:
    from harness.report.gate import update_as_json

    if form == "json":
        typer.echo(update_as_json(changes, file, run), nl=False)
    else:
        streams.say("\n".join([*map(printable.line, changes), f"baseline: {file} from {run}"]))


def _print_report(report: "GateReport", form: str, junit: Path | None, *, github: bool) -> None:
    """Print the findings; write them as JUnit and as GitHub's annotations and job summary, where asked to."""
    from harness.report import gate as writing

    if form == "json":
        typer.echo(writing.as_json(report), nl=False)
    else:
        streams.say("\n".join(writing.lines(report)))
    if junit:
        streams.write_file(junit, writing.junit(report))
    if github:
        beside = form == "json"  # GitHub reads orders from both streams, and JSON stands alone on its own
        for line in writing.github_annotations(report):
            typer.echo(line, err=beside)
        summary = os.environ.get("GITHUB_STEP_SUMMARY")
        if summary:
            streams.write_file(Path(summary), writing.markdown(report), append=True)
        else:
            typer.echo(writing.markdown(report), nl=False, err=beside)


def _run_configuration(
    loaded: "Config",
    against: "NamedBaseline | None",
    limit: int | None,
    results: Path,
    cache: Path | bool | None,
    *,
    jobs: int | None,
    wait: bool,
) -> "Run":
    """Run a configuration; what cannot be compared with the baseline `against` is refused before a model runs."""
    from harness import api
    from harness.cli.evaluate import report_bad_rows, report_failures
    from harness.cli.progress import TerminalProgress

    made = api.evaluate(
        loaded,
        limit=limit,
        results=results,
        cache=cache,
        jobs=jobs,
        wait=wait,
        against=against,
        progress=TerminalProgress(),
    )
    report_bad_rows(made.mistakes)
    report_failures(made.outcome)
    logs.say(f"results: {made.folder.place}")
    return made
