"""`harness list` and `harness show`: what runs there are, and what one of them found."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness.cli.options import RESULTS, EveryMeasure, Format, ResultsFolder, RunArgument
from harness.cli.runs import find_run
from harness.run import logs

if TYPE_CHECKING:
    from harness.records import Failure, Prediction


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
        str | None, typer.Option("--cluster", help="Show every configuration's prediction for this cluster instead.")
    ] = None,
) -> None:
    """Show what a run found, or what was written for one cluster."""
    from harness.cli.evaluate import print_outcome
    from harness.run.pipeline import stored_outcome

    folder = find_run(results, run)
    if cluster is None:
        print_outcome(stored_outcome(folder), form, every_measure=every_measure)
        return
    from harness.errors import UsageError, nearest_name

    rows: list[Prediction | Failure] = [row for row in folder.predictions() if row.cluster_id == cluster]
    rows += [row for row in folder.failures() if row.cluster_id == cluster]
    if not rows:
        ids = {row.cluster_id for row in folder.predictions()}
        near = nearest_name(cluster, ids)
        raise UsageError(f"no cluster {cluster!r} in {folder.path}" + (f"; did you mean {near!r}?" if near else ""))
    from harness.report import terminal

    if form == "json":
        typer.echo("\n".join(row.to_json() for row in rows))
    else:
        terminal.console().print(terminal.predictions(rows))
