"""`harness baseline`: save what a run scored, to commit it and gate later runs against it."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.options import RESULTS, Commands, ResultsFolder, RunArgument
from harness.cli.runs import load_run
from harness.process import logs

app = typer.Typer(cls=Commands, no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _group() -> None:
    """Save what a run scored, to commit it and gate later runs against it."""


@app.command("save")
def save(
    run: RunArgument,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where it goes, such as results/baselines/main.json.")
    ],
    results: ResultsFolder = RESULTS,
) -> None:
    """Save a finished run as a baseline: small, reviewable, in a stable order."""
    from harness import api

    held = load_run(results, run)
    api.save_baseline(held, output, overwrite=True)
    logs.say(f"baseline: {output} from {held.folder.place}")
