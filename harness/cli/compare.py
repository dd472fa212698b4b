"""`harness compare`: configurations of one run or many, side by side, with the statistics to trust a difference."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness.cli import streams
from harness.cli.options import RESULTS, RUN_FORMS, Details, Primary, ResultsFolder, complete_run
from harness.cli.runs import load_run

if TYPE_CHECKING:
    from harness.api import Comparison

BESIDE = "table, md, json, html"
"""Formats with room for more than the comparison."""


def compare(
    runs: Annotated[
        list[str], typer.Argument(metavar="RUN...", help=f"Runs, each {RUN_FORMS}.", autocompletion=complete_run)
    ],
    metric: Annotated[
        list[str] | None,
        typer.Option("--metric", metavar="NAME", help="Only this metric or measure: rouge, rouge1-f. Repeatable."),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", metavar="CONFIGURATION", help="What the others differ from; the first by default."),
    ] = None,
    form: Annotated[
        Literal["table", "md", "csv", "json", "latex", "html"], typer.Option("--format", help="How it is printed.")
    ] = "table",
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="FIELD", help="Break means down by articles, words, references, a tag, or error."),
    ] = None,
    worst: Annotated[
        int, typer.Option("--worst", min=0, metavar="N", help="Show the N clusters that moved most, both texts.")
    ] = 0,
    intersection: Annotated[
        bool, typer.Option("--intersection", help="Compare runs on different data on the clusters they share.")
    ] = False,
    details: Details = False,
    primary: Primary = None,
    results: ResultsFolder = RESULTS,
) -> None:
    """Compare configurations pairwise: differences, intervals, tests.

    First the ranking, and what is certain of it; then the tests on the measure that is ranked by, on those of --metric,
    or with --details on every measure.
    Configurations of one run or of several are joined by cluster id. Runs on different data are refused, and so are
    measures whose signatures differ.
    """
    from harness import api
    from harness.errors import UsageError
    from harness.report import comparison as report

    if form in ("csv", "latex") and (by is not None or worst):
        raise UsageError(f"--format {form} holds the comparison alone; accepted beside --by and --worst: {BESIDE}")
    compared = api.compare(
        [load_run(results, run) for run in runs],
        metric=metric or (),
        baseline=baseline,
        by=by,
        worst=worst,
        intersection=intersection,
    )
    if form == "table":
        _print_tables(compared, primary, every_measure=details or bool(metric))
        return
    if primary is not None:
        raise UsageError(f"--primary ranks the table; --format {form} has every measure")
    if form in ("csv", "latex"):
        typer.echo((report.as_csv if form == "csv" else report.latex)(compared.comparison), nl=False)
    else:
        written = {"md": report.markdown, "json": report.as_json, "html": report.page}[form]
        typer.echo(written(compared.comparison, compared.details), nl=False)


def _print_tables(compared: "Comparison", primary: str | None, *, every_measure: bool) -> None:
    """Print the ranking, then the tests on the measure that is ranked by, or on every measure, then the details."""
    from harness.report import breakdown, leaderboard, printing, terminal

    comparison, beside = compared.comparison, compared.details
    console = printing.console()
    board = leaderboard.of_comparison(comparison, primary)
    if board is not None:
        console.print(leaderboard.ranking(board, comparison.joined, console.width))
        console.print()
    only = None if every_measure or board is None else board.primary
    console.print(terminal.comparison(comparison, console.width, only))
    for table in breakdown.tables(comparison, beside):
        streams.say("")
        console.print(terminal.grid(*table, console.width))
    for line in breakdown.move_lines(beside.moves):
        streams.say(line if line.startswith(" ") else f"\n{line}")
