"""`harness list` and `harness show`: what runs there are, and what one of them found."""

from typing import Annotated, Literal

import typer

from harness.cli.options import RESULTS, EveryMeasure, Format, ResultsFolder, RunArgument
from harness.cli.runs import load_run
from harness.run import logs


def list_runs(
    results: ResultsFolder = RESULTS,
    form: Annotated[Literal["table", "json"], typer.Option("--format", help="How runs are printed.")] = "table",
) -> None:
    """List the runs in a results folder, newest first."""
    import json

    from harness.errors import StoreError
    from harness.run.store import run_folders

    rows = []
    for folder in run_folders(results):
        try:
            manifest = folder.manifest()
        except StoreError as error:
            logs.say(f"note: left out: {error}", "warning")
            continue
        rows.append((folder.path.name, manifest))
    rows.sort(key=lambda row: (row[1].started, row[0]), reverse=True)
    if form == "json":
        shown = [{"run": name, **manifest.model_dump(mode="json")} for name, manifest in rows]
        typer.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    if not rows:
        typer.echo(f"no runs in {results}")
        return
    from harness.report import terminal

    console = terminal.console()
    console.print(terminal.runs(rows, console.width))


def show(
    run: RunArgument,
    results: ResultsFolder = RESULTS,
    form: Format = "table",
    every_measure: EveryMeasure = False,
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
    from harness.cli.evaluate import print_outcome

    found = load_run(results, run)
    if cluster is None:
        print_outcome(found.outcome, form, every_measure=every_measure)
        return
    from harness.report import cluster_view as report

    view = found.cluster(cluster).view
    if form == "json":
        typer.echo(report.as_json(view), nl=False)
    elif form == "csv":
        typer.echo(report.as_csv(view), nl=False)
    elif form == "md":
        typer.echo(report.markdown(view, every_measure=every_measure), nl=False)
    else:
        from harness.report import terminal

        console = terminal.console()
        console.print(report.terminal(view, console.width, every_measure=every_measure))
