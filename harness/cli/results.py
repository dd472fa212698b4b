"""`harness list`, `show`, `verify`, `merge`, `export`, `track`: what runs there are, what they found, where it goes."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness.cli import streams
from harness.cli.options import (
    RESULTS,
    RUN_FORMS,
    Details,
    EveryMeasure,
    Format,
    Primary,
    ResultsFolder,
    RunArgument,
    complete_run,
)
from harness.cli.runs import load_run
from harness.errors import EXIT_FAILURES
from harness.process import logs

if TYPE_CHECKING:
    from harness.api import Run


def list_runs(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="Only the runs of this NAME, or whose folders begin so.",
            autocompletion=complete_run,
            show_default=False,
        ),
    ] = None,
    results: ResultsFolder = RESULTS,
    form: Annotated[Literal["table", "json"], typer.Option("--format", help="How runs are printed.")] = "table",
) -> None:
    """List the runs in a results folder, newest first: dates, status, what differs from the run before.

    The run before is the one of the same NAME that was started before it. What a run that is not complete has not come
    to yet is pending, not failed.
    """
    from harness.report.runs import run_lines, runs_as_json
    from harness.results.listing import list_runs as found_in
    from harness.results.listing import place_of

    rows = found_in(results, name, lambda line: logs.say(f"note: {line}", "warning"))
    if form == "json":
        typer.echo(runs_as_json(rows))
        return
    if not rows:
        typer.echo(f"no runs in {place_of(results)}")
        return
    from harness.report import printing

    console = printing.console()
    for line, is_dim in run_lines(rows, console.width):
        console.print(printing.safe(line, "dim" if is_dim else ""), soft_wrap=True)


def show(
    run: RunArgument,
    results: ResultsFolder = RESULTS,
    form: Format = "table",
    every_measure: EveryMeasure = False,
    details: Details = False,
    primary: Primary = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            metavar="ID",
            help="Show this cluster instead: its references, every configuration's prediction, scores and verdicts.",
        ),
    ] = None,
    example: Annotated[
        str | None,
        typer.Option(
            "--example",
            metavar="ID",
            help="Draw this cluster: articles with the evidence marked, each headline with its claims and account.",
        ),
    ] = None,
    worst: Annotated[
        int | None,
        typer.Option(
            "--worst", min=1, metavar="N", help="Draw the N clusters that score worst on the primary measure."
        ),
    ] = None,
    contradicted: Annotated[
        bool,
        typer.Option("--contradicted", help="Draw only clusters with a claim that is contradicted or contested."),
    ] = False,
) -> None:
    """Show what a run found, all it holds on one cluster, or examples with their evidence.

    --worst and --contradicted go together: the worst of those with such a claim. A cluster's mean over the
    configurations says how well it scores. --details shows every sentence of the articles.
    """
    from harness.cli.evaluate import print_outcome, ranked_by
    from harness.errors import UsageError

    chosen = {"--cluster": cluster is not None, "--example": example is not None}
    chosen |= {"--worst": worst is not None, "--contradicted": contradicted and worst is None}
    asked = [option for option, is_asked in chosen.items() if is_asked]
    if len(asked) > 1:
        raise UsageError(f"{asked[0]} and {asked[1]} each choose what is shown; accepted: one of them")
    if asked and asked[0] != "--cluster":
        _draw_examples(load_run(results, run), example, worst, contradicted, primary=primary, form=form, whole=details)
        return
    ranked_by(primary, form)
    loaded = load_run(results, run)
    if cluster is None:
        print_outcome(loaded.outcome, form, every_measure=every_measure, details=details, primary=primary)
    else:
        _show_cluster(loaded, cluster, form, every_measure=every_measure)


def _show_cluster(loaded: "Run", cluster: str, form: str, *, every_measure: bool) -> None:
    """Print all that a run holds on one cluster."""
    from harness.report import cluster_view as report

    view = loaded.cluster(cluster).view
    if form == "json":
        typer.echo(report.as_json(view), nl=False)
    elif form == "csv":
        typer.echo(report.as_csv(view), nl=False)
    elif form == "md":
        typer.echo(report.markdown(view, every_measure=every_measure), nl=False)
    else:
        from harness.report import printing

        console = printing.console()
        console.print(report.terminal(view, console.width, every_measure=every_measure))


def _draw_examples(
    loaded: "Run",
    example: str | None,
    worst: int | None,
    contradicted: bool,
    *,
    primary: str | None,
    form: str,
    whole: bool,
) -> None:
    """Draw the example that is named, or those that are chosen; as JSON an object, or a list of them."""
    from harness.errors import UsageError
    from harness.report.examples import drawing as report

    if form not in ("table", "json"):
        raise UsageError(f"--format {form} draws no examples; accepted: table, json; --cluster ID has md and csv too")
    if primary is not None and worst is None:
        raise UsageError("--primary says by which measure --worst chooses; --worst N is missing")
    named = [] if example is None else [example]
    found = loaded.examples(named, worst=worst, contradicted=contradicted, primary=primary)
    views = [each.view for each in found]
    if form == "json":
        typer.echo(report.as_json(views, several=example is None), nl=False)
        return
    if not views:
        typer.echo(f"no example of {loaded.name} has a claim that is contradicted or contested")
        return
    from harness.report import printing

    console = printing.console()
    plain = console.no_color or console.color_system is None
    for number, view in enumerate(views, 1):
        title = f"{number} of {len(views)}" if len(views) > 1 else ""
        console.print(report.terminal(view, title=title, plain=plain, whole=whole))
    console.print(report.legend(plain=plain))


def verify(
    runs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="RUN...",
            help=f"Runs, each {RUN_FORMS}, or a folder of runs; all runs in the results folder where none is named.",
            autocompletion=complete_run,
            show_default=False,
        ),
    ] = None,
    results: ResultsFolder = RESULTS,
    form: Annotated[Literal["table", "json"], typer.Option("--format", help="How it is printed.")] = "table",
) -> None:
    """Check that every file of a run is what the run left; end with 3 where one was changed or is missing.

    The manifest of a complete run has rows, size and SHA-256 of each file. `harness eval` with the run's configuration
    makes again what was changed. Of a run that is not complete, or made by an earlier version, every row is read.
    """
    from harness.results.verification import verify_runs

    found = verify_runs(results, runs or [], lambda line: logs.say(f"note: {line}", "warning"))
    if form == "json":
        import json

        typer.echo(json.dumps([each.model_dump(mode="json") for each in found], indent=2, ensure_ascii=False))
    else:
        for each in found:
            streams.say(f"{each.run}: {_line(each.state, each.files, each.note)}")
            for problem in each.problems:
                streams.say(f"  {problem}")
    damaged = sum(each.state == "damaged" for each in found)
    if damaged:
        mend = "`harness eval` with a run's configuration makes its files again"
        logs.say(f"error: {damaged} of {len(found)} run{'s are' if len(found) > 1 else ' is'} damaged; {mend}", "error")
        raise typer.Exit(EXIT_FAILURES)


def _line(state: str, files: tuple[str, ...], note: str) -> str:
    count = f"{len(files)} file{'' if len(files) == 1 else 's'}"
    if state == "sound":
        return f"sound, {count}"
    if state == "readable":
        return f"every row of {count} can be read; there is nothing to compare them with: {note}"
    return "damaged"


def merge(
    runs: Annotated[
        list[str],
        typer.Argument(metavar="RUN...", help=f"The shards, each {RUN_FORMS}.", autocompletion=complete_run),
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="The folder to write, new or empty; else the one in which `harness eval` looks for the whole run.",
            show_default=False,
        ),
    ] = None,
    results: ResultsFolder = RESULTS,
    details: Details = False,
) -> None:
    """Put the shards of a run together: `harness merge results/demo-shard-* -o results/demo`.

    Shards are made by `harness eval --shard K/N`, wherever each ran. The merged run is equal to the one that a single
    machine would have made, but for times, and is a run like any other. A shard that is missing, there twice,
    unfinished, damaged or of another run ends it with 2, named by its number, and nothing is written.
    """
    from harness import api
    from harness.cli.evaluate import end, print_outcome
    from harness.cli.progress import TerminalProgress

    merged = api.merge(runs, output, results=results, progress=TerminalProgress())
    print_outcome(merged.outcome, "table", every_measure=False, details=details)
    end(merged.outcome)


def export(
    run: RunArgument,
    output: Annotated[
        str,
        typer.Option("--output", "-o", metavar="DIR", help="The folder to write, new or empty.", show_default=False),
    ],
    form: Annotated[
        Literal["parquet", "csv", "hf"],
        typer.Option("--format", help="What is written; hf is a data set that Hugging Face's `datasets` opens."),
    ] = "parquet",
    results: ResultsFolder = RESULTS,
) -> None:
    """Write a run's rows as tables that other programs read: `harness export demo --format csv -o demo-csv`.

    Clusters, predictions, verdicts (a row for each claim), scores (a row for each measure) and failures, each in a
    file; docs/export.md has every column. Numbers are unrounded. A damaged run ends with 3, and nothing is written.
    """
    from harness import api
    from harness.cli.progress import TerminalProgress

    written = api.export(run, output, form=form, results=results, progress=TerminalProgress())
    for file, rows in written.rows.items():
        streams.say(f"{written.folder / file}: {rows:,} row{'' if rows == 1 else 's'}")


def track(
    runs: Annotated[
        list[str], typer.Argument(metavar="RUN...", help=f"Runs, each {RUN_FORMS}.", autocompletion=complete_run)
    ],
    to: Annotated[
        list[str],
        typer.Option(
            "--to",
            metavar="NAME",
            help="The tracker: a name, or YAML with its parameters. Repeatable.",
            show_default=False,
        ),
    ],
    uri: Annotated[
        str | None,
        typer.Option("--uri", metavar="ADDRESS", help="Its parameter uri: the server's address, or a store."),
    ] = None,
    experiment: Annotated[
        str | None, typer.Option("--experiment", metavar="NAME", help="Its parameter experiment.")
    ] = None,
    results: ResultsFolder = RESULTS,
) -> None:
    """Send runs to a tracker: `harness track smoke@latest --to mlflow --uri http://127.0.0.1:5000`.

    Each configuration becomes a run there, with parameters, every measure, intervals, report and manifest. A run that
    is sent again is brought up to date, not doubled. `harness eval --track mlflow` does the same when a run has ended.
    Credentials come from the environment. Ends with 2 where the tracker's package is missing, with 3 where the tracker
    is away, refuses or takes too long.
    """
    from harness import api
    from harness.api.inputs import trackers_of
    from harness.cli.progress import TerminalProgress

    parameters = {key: value for key, value in (("uri", uri), ("experiment", experiment)) if value is not None}
    trackers = trackers_of(to, "--to", parameters)
    for run in runs:
        for sent in api.track(load_run(results, run), trackers, progress=TerminalProgress()):
            streams.say(f"{run}: {sent}")
