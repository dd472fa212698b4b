"""`harness list` and `harness show`: what runs there are, and what one of them found."""

from typing import Annotated, Literal

import typer

from harness.cli.options import (
    RESULTS,
    Details,
    EveryMeasure,
    Format,
    Primary,
    ResultsFolder,
    RunArgument,
    complete_run,
)
from harness.cli.runs import load_run
from harness.process import logs


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

    rows = found_in(results, name, lambda line: logs.say(f"note: {line}", "warning"))
    if form == "json":
        typer.echo(runs_as_json(rows))
        return
    if not rows:
        typer.echo(f"no runs in {results}")
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
) -> None:
    """Show what a run found, or all it holds on one cluster."""
    from harness.cli.evaluate import print_outcome, ranked_by

    ranked_by(primary, form)
    loaded = load_run(results, run)
    if cluster is None:
        print_outcome(loaded.outcome, form, every_measure=every_measure, details=details, primary=primary)
        return
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
