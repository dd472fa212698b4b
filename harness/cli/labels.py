"""`harness labels`: sheets of texts that people label by hand, for `harness metaeval`."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import streams
from harness.cli.options import RESULTS, ResultsFolder
from harness.run import logs

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


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
    from harness.cli.runs import find_run
    from harness.errors import UsageError
    from harness.report.label_sheet import as_csv
    from harness.run.label_sheet import collected, sampled

    if output.suffix.lower() != ".csv":
        raise UsageError(f"-o {output}: not the name of a sheet; accepted: a name that ends in .csv")
    if output.is_file() and not force and (held := _labels_in(output)):
        raise UsageError(f"{output} has {held} labels in it; --force writes over them, another -o keeps them")
    rows = collected(source if Path(source).is_file() else find_run(results, source) for source in sources)
    if not rows:
        raise UsageError(f"no text to label in {', '.join(sources)}")
    drawn = sampled(rows, sample, seed)
    streams.write_file(output, ("\ufeff" if excel else "") + as_csv(drawn))
    many = f"{len(drawn)} text{'' if len(drawn) == 1 else 's'}"
    logs.say(f"labels: {output}: {many} to label; fill in the column `label` with 1 (faithful) or 0 (not)")


def _labels_in(path: Path) -> int:
    """Labels in a file that is in the way; one that is no sheet counts as one, since it is not ours to write over."""
    from harness.errors import DataError
    from harness.run.label_sheet import labels_in

    try:
        return labels_in(path)
    except DataError:
        return 1
