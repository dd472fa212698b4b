"""`harness check` and `harness claims`: what articles claim, and whether they bear a headline out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness.cli.options import CheckerNames
from harness.run import logs

if TYPE_CHECKING:
    from harness.datasets.base import Dataset
    from harness.records import Cluster

Source = Annotated[
    Path, typer.Argument(metavar="CLUSTERS", help="A JSON Lines file of clusters, or a folder of raw articles.")
]
ClusterId = Annotated[
    str | None, typer.Option("--cluster", metavar="ID", help="Which cluster, where there are several.")
]


def check(
    clusters: Source,
    text: Annotated[list[str], typer.Option("--text", metavar="TEXT", help="A headline to check. Repeatable.")],
    checker: CheckerNames = None,
    cluster: ClusterId = None,
    form: Annotated[Literal["table", "json"], typer.Option("--format", help="How verdicts are printed.")] = "table",
) -> None:
    """Check headlines against a cluster's articles, claim by claim.

    Each claim is supported, contradicted, contested (independent articles disagree) or not found, with the evidence
    quoted and its article named; what cannot be judged is an abstention with its reason. A folder of raw articles is
    one cluster, cleaned as `harness data ingest` does; of a file with several clusters, --cluster says which.
    """
    from harness.cli.checkers import checkers_named
    from harness.report import verdicts as report

    chosen = one_cluster(clusters, cluster)
    checked = []
    for component in checkers_named(checker).values():
        with component.open() as session:
            checked.append((component.signature(), list(zip(text, session.check_all(chosen, text), strict=True))))
    if form == "json":
        typer.echo(report.as_json(chosen, checked), nl=False)
        return
    from harness.report import terminal

    console = terminal.console()
    for signature, found in checked:
        for headline, verdicts in found:
            console.print(report.explained(chosen, headline, verdicts))
            console.print()
        console.print(report.checked_by(chosen, signature))


def claims(
    clusters: Source,
    cluster: ClusterId = None,
    form: Annotated[Literal["table", "json"], typer.Option("--format", help="How claims are printed.")] = "table",
) -> None:
    """List a cluster's claims, who carries each, and what is contested."""
    from harness.checkers.carriers import carried_claims
    from harness.checkers.rules import Rules
    from harness.claims.contested import contested_facts
    from harness.claims.parse import Parser
    from harness.report import verdicts as report

    chosen = one_cluster(clusters, cluster)
    parser = Parser()
    contested = contested_facts(chosen, parser)
    with Rules().open() as session:
        carried = list(carried_claims(chosen, parser, session))
    if form == "json":
        typer.echo(report.claims_as_json(chosen, carried, contested), nl=False)
        return
    from harness.report import terminal

    terminal.console().print(report.claims(chosen, carried, contested))


def one_cluster(source: Path, wanted: str | None) -> "Cluster":
    """The cluster that is meant; bad rows are noted on standard error.

    Raises UsageError where several could be meant or none is, DataError where no cluster can be read.
    """
    from harness.errors import DataError, Problem, UsageError, nearest_name
    from harness.records import RowProblem

    ids: list[str] = []
    first: Cluster | None = None
    bad: list[RowProblem] = []
    for row in dataset_at(source).read():
        if isinstance(row, RowProblem):
            bad.append(row)
            continue
        if row.cluster_id == wanted:
            return row
        first = first or row
        ids.append(row.cluster_id)
    if first is None:
        reasons = [Problem(row.reason, row.where, row.line, row.path) for row in bad]
        raise DataError(reasons or [Problem("no cluster could be read", str(source))])
    for row in bad:
        logs.say(f"note: left out: {row}", "warning")
    if wanted is None and len(ids) == 1:
        return first
    listed = ", ".join(ids[:20]) + (f" and {len(ids) - 20} more" if len(ids) > 20 else "")
    if wanted is None:
        raise UsageError(f"{source} has {len(ids)} clusters; say which with --cluster: {listed}")
    near = nearest_name(wanted, ids)
    hint = f"; did you mean {near!r}?" if near else f"; there are {listed}"
    raise UsageError(f"no cluster {wanted!r} in {source}{hint}")


def dataset_at(source: Path) -> "Dataset":
    """A folder of raw articles, or a JSON Lines file."""
    from harness.datasets.folder import Folder
    from harness.datasets.jsonl import Jsonl

    return Folder(path=str(source)) if source.is_dir() else Jsonl(path=str(source))
