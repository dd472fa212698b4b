"""`harness report`: one HTML file about one run or several, to look at and to send."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import streams
from harness.cli.options import RESULTS, RUN_FORMS, ResultsFolder, complete_run
from harness.cli.runs import load_run


def report(
    runs: Annotated[
        list[str], typer.Argument(metavar="RUN...", help=f"Runs, each {RUN_FORMS}.", autocompletion=complete_run)
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The HTML file to write.", dir_okay=False)
    ] = Path("report.html"),
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", metavar="CONFIGURATION", help="What the others differ from; the first by default."),
    ] = None,
    primary: Annotated[
        str | None,
        typer.Option("--primary", metavar="MEASURE", help="The measure to rank by: rouge1, factual-supported."),
    ] = None,
    intersection: Annotated[
        bool, typer.Option("--intersection", help="Report runs on different data on the clusters they share.")
    ] = False,
    results: ResultsFolder = RESULTS,
) -> None:
    """Write one HTML file that shows what runs found.

    The ranking and what is certain about it, charts, and examples: articles with the evidence of each claim marked.
    The file loads nothing and can be mailed; above 3 MB the least telling examples lose their articles.
    """
    from harness import api

    written = api.report(
        [load_run(results, run) for run in runs],
        output,
        baseline=baseline,
        primary=primary,
        intersection=intersection,
    )
    streams.say(f"report: {written}")
