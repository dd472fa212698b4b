"""`harness compare`: configurations of one run or many, side by side, with the statistics to trust a difference."""

from typing import Annotated, Literal

import typer

from harness.cli.options import RESULTS, ResultsFolder


def compare(
    runs: Annotated[
        list[str], typer.Argument(metavar="RUN...", help="Runs: folders, names, or the beginnings of names.")
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
    results: ResultsFolder = RESULTS,
) -> None:
    """Compare configurations pairwise: differences, intervals, tests.

    Configurations of one run or of several are joined by cluster id. Runs on different data are refused, and so are
    measures whose signatures differ.
    """
    from harness.report import comparison as report
    from harness.report import escape
    from harness.report.table import markdown_table
    from harness.run import comparison as comparing
    from harness.run.joined import find_measures, join
    from harness.run.store import find_run

    folders = list({folder.path.resolve(): folder for folder in (find_run(results, run) for run in runs)}.values())
    joined = join(folders, intersection=intersection)
    chosen = [measure for name in metric or () for measure in find_measures(joined.measures, name)]
    joined = joined.only(list(dict.fromkeys(chosen)) or [measure for measure in joined.measures if measure.shown])
    found = comparing.compare_joined(joined, baseline)
    if form in ("md", "csv", "json", "latex", "html"):
        written = {
            "md": report.markdown,
            "csv": report.as_csv,
            "json": report.as_json,
            "latex": report.latex,
            "html": report.page,
        }[form](found)
        typer.echo(written, nl=False)
        if form != "md":
            return
    tables: list[tuple[str, list[str], list[list[str]]]] = []
    if by == "error":
        shares = comparing.error_shares(joined)
        rows = [
            [error, *(f"{100 * of[0] / of[1]:.1f} ({of[0]}/{of[1]})" for of in counts.values())]
            for error, counts in shares.items()
        ]
        tables.append(("share of predictions with each error", ["error", *next(iter(shares.values()), {})], rows))
    elif by is not None:
        groups = comparing.broken_down(joined, by)
        tables += [
            (
                f"{measure.name} by {by}",
                [by, "clusters", *joined.labels],
                report.group_lines(groups, measure, joined.labels),
            )
            for measure in joined.measures
        ]
    moves = report.move_lines(comparing.worst(found, worst)) if worst else []
    if form == "md":
        for title, heads, lines in tables:
            rows = [[escape.markdown(cell) for cell in row] for row in [heads, *lines]]
            typer.echo(f"\n### {escape.markdown(title)}\n\n{markdown_table(rows[0], rows[1:])}", nl=False)
        typer.echo("\n".join(["", *(f"    {line}" for line in moves)]) if moves else "", nl=bool(moves))
        return
    from harness.report import terminal

    console = terminal.console()
    console.print(terminal.comparison(found, console.width))
    for title, heads, lines in tables:
        console.print(terminal.grid(title, heads, lines))
    for line in moves:
        console.print(line, markup=False)
