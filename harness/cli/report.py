"""`harness report` and `harness view`: runs to look at in a browser, in a file to send or live."""

import sys
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
    labels: Annotated[
        list[Path] | None,
        typer.Option(
            "--labels",
            metavar="FILE",
            help="Human labels, as `harness metaeval` reads them, to draw how far the check agrees; "
            "else RESULTS/annotations.jsonl. Repeatable.",
        ),
    ] = None,
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
        labels=labels,
    )
    streams.say(f"report: {written}")


def view(
    results: Annotated[
        Path, typer.Argument(metavar="[RESULTS]", help="The folder that holds the runs, or its address.")
    ] = RESULTS,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, metavar="N", help="The port on 127.0.0.1; 0 is any that is free.")
    ] = 0,
    open_browser: Annotated[
        bool | None,
        typer.Option(
            "--open/--no-open",
            help="Open the address in a browser; else only where a person sits at a screen.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Look at a results folder in a browser: runs, what differs, rankings, examples.

    A run that is under way is watched. The address that is printed works on this machine alone, until Ctrl-C. Nothing
    is written but what you say of headlines: annotations.jsonl in the folder, which `harness metaeval` reads.
    """
    from harness.view.server import has_screen, serve

    opens = has_screen() and sys.stdout.isatty() if open_browser is None else open_browser
    serve(results, port, opens=opens, told=_tell)


def _tell(address: str) -> None:
    streams.say(f"view: {address}\nCtrl-C ends it.")
    sys.stdout.flush()  # whoever started it with a pipe waits for the address
