"""`harness eval` and `harness score`: run a configuration; score stored predictions again."""

from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.options import (
    RESULTS,
    CacheFolder,
    ConfigFile,
    ConfigFileOrNone,
    Details,
    EveryMeasure,
    Executor,
    Format,
    Jobs,
    Limit,
    LogLines,
    NoCache,
    Overrides,
    Primary,
    ResultsFolder,
    RunArgument,
    ShardOfRun,
    Strict,
    Track,
    Verbose,
    Wait,
    worked_by,
)
from harness.cli.runs import load_run
from harness.errors import EXIT_FAILURES, UsageError
from harness.language.text import counted
from harness.process import logs

if TYPE_CHECKING:
    from harness.inputs.grouping import Mistakes
    from harness.run.pipeline import Outcome

LISTED = 20
"""Lines that list bad rows or failures."""


def evaluate(
    config: ConfigFileOrNone = None,
    overrides: Overrides = None,
    limit: Limit = None,
    shard: ShardOfRun = None,
    results: ResultsFolder = RESULTS,
    form: Format = "table",
    every_measure: EveryMeasure = False,
    details: Details = False,
    primary: Primary = None,
    strict: Strict = False,
    retry_errors: Annotated[
        bool, typer.Option("--retry-errors", help="Do again what failed before, and nothing else.")
    ] = False,
    wait: Wait = False,
    verbose: Verbose = 0,
    log_format: LogLines = None,
    cache: CacheFolder = None,
    no_cache: NoCache = False,
    executor: Executor = None,
    jobs: Jobs = None,
    track: Track = None,
) -> None:
    """Run a configuration: generate, score, print the results table.

    Every model writes a headline for every cluster. Without --config harness.yaml of this folder, or its only
    configuration, is run. The same configuration finds its folder again and goes on from
    there; what an equal model wrote for an equal cluster in another run is taken from the cache. Ends with 3 where a
    model failed on every cluster, or a metric on every prediction of a configuration.
    """
    from harness import api
    from harness.api.inputs import shard_of, trackers_of
    from harness.cli.progress import TerminalProgress
    from harness.config.discover import the_configuration

    logs.add(verbose, log_format)
    if config is None:
        config = the_configuration()
        logs.say(f"configuration: {config}")
    shard_of(shard, "--shard")
    run = api.evaluate(
        config,
        overrides=[*(overrides or ()), *worked_by(executor, jobs), *ranked_by(primary, form)],
        limit=limit,
        shard=shard,
        strict=strict,
        results=results,
        cache=False if no_cache else cache,
        jobs=jobs,
        retry_errors=retry_errors,
        wait=wait,
        track=trackers_of(track or (), "--track"),
        progress=TerminalProgress(),
    )
    print_outcome(run.outcome, form, every_measure=every_measure, details=details, primary=run.primary)
    report_bad_rows(run.mistakes)
    end(run.outcome, again="the same command with --retry-errors scores what is there")


def score(
    run: RunArgument,
    config: ConfigFile,
    overrides: Overrides = None,
    results: ResultsFolder = RESULTS,
    form: Format = "table",
    every_measure: EveryMeasure = False,
    details: Details = False,
    primary: Primary = None,
    wait: Wait = False,
    verbose: Verbose = 0,
    log_format: LogLines = None,
    cache: CacheFolder = None,
    no_cache: NoCache = False,
    executor: Executor = None,
    jobs: Jobs = None,
) -> None:
    """Score a run's stored predictions with a configuration's metrics.

    No model is run. The scores go to the folder that the predictions and these metrics name; the run that was read is
    left as it is.
    """
    from harness import api
    from harness.cli.progress import TerminalProgress

    logs.add(verbose, log_format)
    scored = api.score(
        load_run(results, run),
        config,
        overrides=[*(overrides or ()), *worked_by(executor, jobs), *ranked_by(primary, form)],
        results=results,
        cache=False if no_cache else cache,
        jobs=jobs,
        wait=wait,
        progress=TerminalProgress(),
    )
    print_outcome(scored.outcome, form, every_measure=every_measure, details=details, primary=scored.primary)
    end(scored.outcome)


def ranked_by(primary: str | None, form: str) -> list[str]:
    """Make `--primary` an override of the configuration, so that what is no measure is refused before a model runs.

    Raises UsageError where it is given for a form that ranks nothing.
    """
    if primary is None:
        return []
    if form != "table":
        raise UsageError(f"--primary ranks the table; --format {form} has every measure")
    return [f"primary={primary}"]


def print_outcome(
    outcome: "Outcome", form: str, *, every_measure: bool, details: bool = False, primary: str | None = None
) -> None:
    """Print what a run found on standard output: the ranking; its tables too with `details` or every measure.

    Raises UsageError where `primary` is no measure.
    """
    from harness.report import table

    if form == "json":
        typer.echo(table.as_json(outcome), nl=False)
    elif form == "csv":
        typer.echo(table.as_csv(outcome), nl=False)
    elif form == "md":
        typer.echo(table.markdown(outcome, every_measure=every_measure), nl=False)
    else:
        from harness.report import leaderboard, printing, terminal

        console = printing.console()
        console.print(
            leaderboard.of_run(outcome, console.width, primary=primary, closer=not (details or every_measure))
        )
        if details or every_measure:
            console.print()
            console.print(terminal.results(outcome, console.width, every_measure=every_measure))


def report_bad_rows(mistakes: "Mistakes | None") -> None:
    """Count and list on standard error the rows of the data that could not be read."""
    if mistakes is None or not mistakes.count:
        return
    logs.say(f"{mistakes.count} bad row{' was' if mistakes.count == 1 else 's were'} left out:", "warning")
    rows, more = mistakes.first(LISTED)
    for row in rows:
        logs.say(f"  {row}", "warning")
    if more:
        logs.say(f"  … and {more:,} more", "warning")


def report_failures(outcome: "Outcome") -> int:
    """Count the failures on standard error, by configuration and by reason; return how many there are in all."""
    failed = {name: count.failed for name, count in outcome.manifest.counts.items() if count.failed}
    reasons = outcome.failure_reasons()
    lost = sum(times for _, times in reasons)
    if failed:
        shown = ", ".join(f"{name} on {count}" for name, count in failed.items())
        logs.say(f"failures: {shown} of {counted(outcome.manifest.clusters, 'cluster')}", "warning")
    if lost > sum(failed.values()):
        logs.say(f"failures: {lost - sum(failed.values())} in checks and scores", "warning")
    for reason, times in reasons[:5]:
        logs.say(f"  {times} × {reason}", "warning")
    return lost


def end(outcome: "Outcome", again: str = "") -> None:
    """Say where the results are and what failed; exit 3 where a model answered nothing, or a metric failed throughout.

    `again` tells how to score what has failed once more.
    """
    lost = report_failures(outcome)
    logs.say(f"results: {outcome.folder.place}")
    if outcome.unanswered:
        logs.say(f"error: no cluster was answered by {', '.join(outcome.unanswered)}", "error")
    unscored = outcome.unscored
    for one in unscored[:LISTED]:
        logs.say(f"error: {one}", "error")
    if len(unscored) > LISTED:
        logs.say(f"error: … and {len(unscored) - LISTED} more that failed on every prediction", "error")
    if unscored and again:
        logs.say(f"  once the reason is gone: {again}")
    if outcome.unanswered or unscored:
        raise typer.Exit(EXIT_FAILURES)
    made = sum(count.predicted for count in outcome.manifest.counts.values())
    logs.say(f"{outcome.manifest.status}: {made} predictions, {lost} failure{'' if lost == 1 else 's'}")
