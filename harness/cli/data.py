"""`harness data`: scraped text in, clean clusters out; copies within data, and test data within training data."""

from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness.cli.options import Commands, Strict
from harness.printable import one_line
from harness.process import logs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from harness.duplicates.search import Articles, Found
    from harness.ingest.clean import CleanedCluster
    from harness.records import Cluster
    from harness.run.progress import Tick

app = typer.Typer(cls=Commands, no_args_is_help=True, rich_markup_mode=None)
_LISTED = 20
_NAMED = "a file of clusters (JSON Lines, CSV, Parquet, JSON), a folder of raw articles, or a configuration (.yaml)"
DataSet = Annotated[Path, typer.Argument(metavar="DATA", help=f"The data set: {_NAMED}.")]
Worst = Annotated[int, typer.Option("--worst", min=0, metavar="N", help="Show the N most similar pairs.")]
PairsFormat = Annotated[
    Literal["table", "json", "csv"], typer.Option("--format", help="How it is printed; csv has the pairs alone.")
]


@app.callback()
def _group() -> None:
    """Turn scraped text into clean article clusters; find copies in them."""


@app.command("ingest")
def ingest(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder of .txt or .html files (one cluster), or of such folders.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="Where the clusters go, one a line.")],
    explain: Annotated[bool, typer.Option("--explain", help="Print what was dropped, line by line, and why.")] = False,
    cluster_id: Annotated[
        str | None, typer.Option("--cluster-id", metavar="ID", help="Name of the cluster; else the folder's.")
    ] = None,
    strict: Strict = False,
) -> None:
    """Find titles, drop boilerplate, captions and other stories' lines, group wire copies.

    Beside FILE, its name with .ingest before the ending, stands where each title and paragraph was found, what was
    dropped and why, and which articles are near-duplicates. References are read from references.txt (one a line) or
    references.json in a cluster's folder.
    """
    from harness.datasets.folder import Folder, cleaned_cluster, pages_note, problems_of
    from harness.errors import DataError, Problem, UsageError
    from harness.ingest.account import account_row, cluster_row, explanation
    from harness.records import canonical_json

    account = _account_beside(out)
    if cluster_id is not None and not cluster_id.strip():
        raise UsageError("--cluster-id: empty; accepted: a name for the cluster")
    rows: list[str] = []
    accounts: list[str] = []
    problems: list[str] = []
    explained: list[str] = []
    readers: list[str | None] = []
    counts: Counter[str] = Counter()
    for raw in Folder(path=str(folder), cluster_id=cluster_id).raw():
        cleaned = cleaned_cluster(raw)
        for problem in problems_of(raw, cleaned):
            if strict:
                raise DataError([Problem(problem.reason, where=problem.where, line=problem.line)])
            problems.append(str(problem))
        _note_ignored(raw.cluster_id, raw.ignored)
        if cleaned is None:
            continue
        accounts.append(canonical_json(account_row(cleaned)))
        readers.extend(each.page_reader for each in cleaned.articles)
        explained.extend(explanation(cleaned) if explain else ())
        if cleaned.cluster is None:
            continue
        rows.append(canonical_json(cluster_row(cleaned.cluster)))
        _count(counts, cleaned)
    _warn_of(problems)
    for note in pages_note(readers):
        logs.say(f"note: {note}", "warning")
    if not rows:
        message = "no article could be read in it"
        raise DataError([Problem(message, where=str(folder), accepted="UTF-8 text files with an article in each")])
    _write(out, rows)
    _write(account, accounts)
    for line in explained:
        typer.echo(line)
    logs.say(", ".join([f"clusters {len(rows)}", *(f"{name} {count}" for name, count in counts.items())]))
    logs.say(f"clusters: {out}")
    logs.say(f"account: {account}")


def _account_beside(out: Path) -> Path:
    """Name the file of the account, beside the clusters'. Raises UsageError for what cannot be a file of clusters."""
    from harness.errors import UsageError

    if not out.stem or out.is_dir() or out.suffix == ".gz":
        raise UsageError(f"--out {out}: not a name for the clusters; accepted: a file such as clusters.jsonl")
    return out.with_name(f"{out.stem}.ingest.jsonl")


@app.command("dedup")
def dedup(
    data: DataSet,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Write the data without what repeats, one cluster a line."),
    ] = None,
    worst: Worst = 10,
    fail: Annotated[bool, typer.Option("--fail", help="End with 1 where an article repeats an earlier one.")] = False,
    form: PairsFormat = "table",
) -> None:
    """Find articles that repeat one of an earlier cluster.

    What counts as a near-duplicate is what `data ingest` groups: half of the shorter text's runs of five words stand in
    the other, quotations apart. Copies within one cluster are its wire copy and no finding. With -o the first of each
    group stays; a cluster without an article of its own is left out. Ends with 0 whatever is found, unless --fail.
    Example: harness data dedup clusters.jsonl -o clean.jsonl
    """
    from harness.duplicates import shown as report
    from harness.duplicates.search import Articles, find_repeated, without_repeated
    from harness.errors import EXIT_REGRESSION, UsageError
    from harness.ingest.account import cluster_row
    from harness.records import canonical_json

    if out is not None and (not out.stem or out.is_dir() or out.suffix == ".gz"):
        raise UsageError(f"--out {out}: not a name for the clusters; accepted: a file such as clean.jsonl")
    articles = Articles()
    _add(articles, data, 0)
    with _searching() as tick:
        found = find_repeated(articles, worst, tick)
    _print_found(found, [str(data)], form, report.repeated_line(found))
    if out is not None:
        kept = without_repeated(_read(data), found.repeated)
        _write(out, (canonical_json(cluster_row(cluster)) for cluster in kept))
        logs.say(f"clusters: {out}")
    if fail and found.repeated.any():
        raise typer.Exit(EXIT_REGRESSION)


@app.command("overlap")
def overlap(
    test: Annotated[Path, typer.Argument(metavar="A", help=f"The data set to look for: {_NAMED}.")],
    training: Annotated[Path, typer.Argument(metavar="B", help="The data set that they may stand in, named alike.")],
    worst: Worst = 10,
    fail: Annotated[bool, typer.Option("--fail", help="End with 1 where a cluster of A stands in B.")] = False,
    form: PairsFormat = "table",
) -> None:
    """Find clusters of A that have an article in B, such as a test set in the training set.

    Near-duplicates are those of `data dedup`. Ends with 0 whatever is found, unless --fail.
    Example: harness data overlap test.jsonl train.jsonl --fail
    """
    from harness.duplicates import shown as report
    from harness.duplicates.search import Articles, find_shared
    from harness.errors import EXIT_REGRESSION

    articles = Articles()
    _add(articles, test, 0)
    _add(articles, training, 1)
    with _searching() as tick:
        found = find_shared(articles, worst, tick)
    names = [str(test), str(training)]
    _print_found(found, names, form, report.shared_line(found, names))
    if fail and found.touched:
        raise typer.Exit(EXIT_REGRESSION)


def _read(data: Path, problems: "list[str] | None" = None) -> "Iterator[Cluster]":
    """Read the clusters of a file, a folder, or the data set of a configuration; bad rows are left out and listed."""
    from harness.api.inputs import named_dataset
    from harness.records import Cluster

    for row in named_dataset(data).read():
        if isinstance(row, Cluster):
            yield row
        elif problems is not None:
            problems.append(str(row))


def _add(articles: "Articles", data: Path, side: int) -> None:
    """Add a data set. Raises DataError where no cluster can be read."""
    from harness.cli.progress import TerminalProgress
    from harness.errors import DataError, Problem

    problems: list[str] = []
    with TerminalProgress().stage(f"read {data.name}", None) as tick:
        articles.add(_read(data, problems), side, tick)
    _warn_of(problems)
    if not articles.clusters[side]:
        raise DataError([Problem("no cluster could be read", where=str(data))])


@contextmanager
def _searching() -> "Iterator[Tick]":
    from harness.cli.progress import TerminalProgress
    from harness.duplicates.minhash import BANDS

    with TerminalProgress().stage("compare", BANDS) as tick:
        yield tick


def _print_found(found: "Found", names: list[str], form: str, line: str) -> None:
    from harness.duplicates import shown as report
    from harness.report import printing

    if form == "json":
        typer.echo(report.as_json(found, names), nl=False)
    elif form == "csv":
        typer.echo(report.as_csv(found), nl=False)
    else:
        printing.console().print(report.table(found, names, line))


def _count(counts: "Counter[str]", cleaned: "CleanedCluster") -> None:
    """Add what was found in one cluster."""
    kept = [each for each in cleaned.articles if each.article.text]
    counts["articles"] += len(kept)
    counts["titles found"] += sum(bool(each.article.title) for each in kept)
    counts["lines dropped"] += sum(len(each.dropped) for each in kept)
    counts["groups of near-duplicates"] += len(cleaned.duplicates)


def _note_ignored(cluster_id: str, files: "Sequence[str]") -> None:
    if files:
        more = f" and {len(files) - 5} more" if len(files) > 5 else ""
        logs.say(f"note: {cluster_id}: ignored, not .txt or .html: {', '.join(files[:5])}{more}", "warning")


def _warn_of(problems: list[str]) -> None:
    """Count the problems on standard error, and list the first of them."""
    if problems:
        logs.say(f"{len(problems)} problems, left out:", "warning")
        for problem in problems[:_LISTED]:
            logs.say(f"  {one_line(problem)}", "warning")
        if len(problems) > _LISTED:
            logs.say(f"  … and {len(problems) - _LISTED} more", "warning")


def _write(file: Path, rows: "Iterable[str]") -> None:
    """Write lines to a file, all or nothing. Raises UsageError where that cannot be done."""
    from harness.errors import UsageError

    partial = file.with_name(f".{file.name}.partial")
    try:
        with partial.open("w", encoding="utf-8") as stream:
            stream.writelines(f"{row}\n" for row in rows)
        partial.replace(file)
    except OSError as error:
        partial.unlink(missing_ok=True)
        accepted = "a file in a folder that exists and can be written"
        raise UsageError(f"--out {file}: cannot be written: {error.strerror or error}; accepted: {accepted}") from None
