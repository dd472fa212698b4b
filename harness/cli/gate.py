"""`harness gate` and `harness baseline`: hold a run against a committed baseline."""

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
    Jobs,
    Limit,
    LogLines,
    NoCache,
    Overrides,
    ResultsFolder,
    RunArgument,
    Verbose,
    Wait,
    complete_run,
)
from harness.cli.runs import find_run
from harness.run import logs

if TYPE_CHECKING:
    from harness.config.gate import GateSettings
    from harness.run.store import RunFolder

baseline_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@baseline_app.callback()
def _group() -> None:
    """Save what a run scored, to commit it and gate later runs against it."""


@baseline_app.command("save")
def save(
    run: RunArgument,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where it goes, such as results/baselines/main.json.")
    ],
    results: ResultsFolder = RESULTS,
) -> None:
    """Save a finished run as a baseline: small, reviewable, in a stable order."""
    from harness.run.baseline import baseline_of, write

    folder = find_run(results, run)
    write(baseline_of(folder), output)
    logs.say(f"baseline: {output} from {folder.path}")


def gate(
    run: Annotated[
        str | None, typer.Argument(metavar="RUN", help=f"The run: {RUN_FORMS}.", autocompletion=complete_run)
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", metavar="FILE", help="Run this configuration, or use its `gate:`.")
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", metavar="FILE", help="The baseline; else `gate.baseline` of the config."),
    ] = None,
    overrides: Overrides = None,
    limit: Limit = None,
    results: ResultsFolder = RESULTS,
    form: Annotated[Literal["table", "json"], typer.Option("--format", help="How findings are printed.")] = "table",
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML there.")] = None,
    github: Annotated[
        bool, typer.Option("--github", help="Print GitHub annotations and add to the job summary.")
    ] = False,
    update: Annotated[
        bool, typer.Option("--update", help="Make this run the new baseline and print what changed.")
    ] = False,
    wait: Wait = False,
    verbose: Verbose = 0,
    log_format: LogLines = None,
    cache: CacheFolder = None,
    no_cache: NoCache = False,
    jobs: Jobs = None,
) -> None:
    """Hold a run against a baseline; end with 1 where it regressed.

    Give a run, or a configuration to run first; with neither, harness.yaml of this folder or its only configuration
    that names a baseline is run. The rules are the configuration's `gate:`. Ends with 0 where every
    rule holds, 1 for a regression, 2 for unequal data or a mistake, 3 for too many failures.
    """
    from harness.config.discover import the_configuration
    from harness.errors import UsageError
    from harness.report import gate as report
    from harness.run import baseline as baselines
    from harness.run.gating import hold

    logs.add(verbose, log_format)
    if run is None and config is None:
        config = the_configuration(for_gate=baseline is None)
        logs.say(f"configuration: {config}")
    folder, settings = _run_and_rules(
        run, config, overrides, limit, results, cache, no_cache=no_cache, jobs=jobs, wait=wait
    )
    file = baseline or (Path(settings.baseline) if settings.baseline else None)
    if file is None:
        raise UsageError("no baseline: give --baseline FILE, or `baseline: FILE` under `gate:` in the configuration")
    if update:
        new = baselines.baseline_of(folder)
        changes = baselines.differences(baselines.read(file), new) if os.path.exists(file) else ["new baseline"]  # noqa: PTH110 - says no to a name that none can have
        baselines.write(new, file)
        typer.echo("\n".join([*map(printable.line, changes), f"baseline: {file} from {folder.path.name}"]))
        return
    found = hold(folder, baselines.read(file), settings, str(file))
    typer.echo(report.as_json(found) if form == "json" else "\n".join(report.lines(found)) + "\n", nl=False)
    if junit:
        streams.write_file(junit, report.junit(found))
    if github:
        for line in report.github_annotations(found):
            typer.echo(line)
        summary = os.environ.get("GITHUB_STEP_SUMMARY")
        if summary:
            streams.write_file(Path(summary), report.markdown(found), append=True)
        else:
            typer.echo(report.markdown(found), nl=False)
    if found.exit_code:
        raise typer.Exit(found.exit_code)


def _run_and_rules(
    run: str | None,
    config: Path | None,
    overrides: list[str] | None,
    limit: int | None,
    results: Path,
    cache: Path | None,
    *,
    no_cache: bool,
    jobs: int | None,
    wait: bool,
) -> "tuple[RunFolder, GateSettings]":
    """The run to gate, made first where only a configuration is given, and the rules that it is held to."""
    from harness.cli.evaluate import report_bad_rows, report_failures
    from harness.cli.progress import TerminalProgress
    from harness.config import load
    from harness.config.gate import GateSettings
    from harness.errors import UsageError
    from harness.registry import Registry

    if run is not None:
        folder = find_run(results, run)
        if config is not None:
            return folder, load(config, Registry(), overrides or ()).gate
        return folder, GateSettings.model_validate(folder.manifest().config.get("gate", {}))
    if config is None:
        raise UsageError("give a run, or --config FILE to make one")
    from harness.report.table import markdown
    from harness.run.cache import opened
    from harness.run.pipeline import execute
    from harness.run.plan import make_plan

    progress = TerminalProgress()
    loaded = load(config, Registry(), overrides or ())
    with progress.stage("read clusters", limit) as tick:
        plan = make_plan(loaded, limit=limit, advance=tick)
    with opened(results, cache, progress.note, unused=no_cache) as kept:
        outcome = execute(plan, results, progress, cache=kept, jobs=jobs, wait=wait, table=markdown)
    report_bad_rows(plan.clusters)
    report_failures(outcome)
    logs.say(f"results: {outcome.folder.path}")
    return outcome.folder, loaded.gate
