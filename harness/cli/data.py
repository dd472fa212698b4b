"""`harness data`: scraped text in, clean clusters out, with an account of what was left out."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.options import Strict
from harness.printable import one_line
from harness.process import logs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.ingest.clean import CleanedCluster

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
_LISTED = 20


@app.callback()
def _group() -> None:
    """Turn scraped text into clean article clusters."""


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

    if not out.stem or out.is_dir() or out.suffix == ".gz":
        raise UsageError(f"--out {out}: not a name for the clusters; accepted: a file such as clusters.jsonl")
    account = out.with_name(f"{out.stem}.ingest.jsonl")
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


def _write(file: Path, rows: list[str]) -> None:
    """Write lines to a file, all or nothing. Raises UsageError where that cannot be done."""
    from harness.errors import UsageError

    partial = file.with_name(f".{file.name}.partial")
    try:
        partial.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
        partial.replace(file)
    except OSError as error:
        partial.unlink(missing_ok=True)
        accepted = "a file in a folder that exists and can be written"
        raise UsageError(f"--out {file}: cannot be written: {error.strerror or error}; accepted: {accepted}") from None
