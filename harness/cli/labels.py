"""`harness labels`: sheets of texts that people label by hand, for `harness metaeval`."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.options import RESULTS, Commands, ResultsFolder
from harness.process import logs

app = typer.Typer(cls=Commands, no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _group() -> None:
    """Write sheets that people label by hand; `harness metaeval --data SHEET` reads them back."""


@app.command("export")
def export(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="RUN|CHECK...", help="Runs, or files that `harness check --format json` wrote."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The sheet, such as labels.csv.")],
    results: ResultsFolder = RESULTS,
    sample: Annotated[
        int | None, typer.Option("--sample", min=1, metavar="N", help="Draw so many texts at random.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the drawing.")] = 13,
    excel: Annotated[
        bool, typer.Option("--excel", help="Begin with a byte order mark, so that Excel reads it as UTF-8.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a sheet that has labels in it.")] = False,
) -> None:
    """Write a sheet to label: cluster, text, claims, verdicts, and an empty column `label`.

    A text that several configurations wrote for one cluster is one row. Fill in 1 (faithful) or 0 (not faithful), or
    leave it empty; then `harness metaeval --data SHEET --clusters CLUSTERS` measures checkers against it.
    """
    from harness import api
    from harness.api import sheets
    from harness.cli.progress import TerminalProgress

    sheets.sheet_path(output, "-o")
    if not force:
        sheets.refuse_labels(output, "--force writes over them, another -o keeps them")
    count = api.export_labels(
        sources,
        output,
        sample=sample,
        seed=seed,
        excel=excel,
        force=force,
        results=results,
        progress=TerminalProgress(),
    )
    many = f"{count} text{'' if count == 1 else 's'}"
    logs.say(f"labels: {output}: {many} to label; fill in the column `label` with 1 (faithful) or 0 (not)")
