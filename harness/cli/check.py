"""`harness check` and `harness claims`: what articles claim, and whether they bear a headline out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness.cli.options import CheckerNames
from harness.process import logs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.metaeval.texts import CheckedTexts

Source = Annotated[
    Path, typer.Argument(metavar="CLUSTERS", help="A JSON Lines file of clusters, or a folder of raw articles.")
]
ClusterId = Annotated[
    str | None, typer.Option("--cluster", metavar="ID", help="Which cluster, where there are several.")
]


def check(
    clusters: Source,
    texts: Annotated[
        str | None,
        typer.Argument(
            metavar="[TEXTS]",
            help="A file of texts to check, or - for standard input: one a line, or rows with a text and a cluster_id.",
            show_default=False,
        ),
    ] = None,
    text: Annotated[
        list[str] | None, typer.Option("--text", metavar="TEXT", help="A headline to check. Repeatable.")
    ] = None,
    checker: CheckerNames = None,
    cluster: ClusterId = None,
    form: Annotated[
        Literal["table", "json", "csv", "html"], typer.Option("--format", help="How verdicts are printed.")
    ] = "table",
    html: Annotated[
        Path | None,
        typer.Option(
            "--html", metavar="FILE", help="Write a page too, which lights the evidence of each claim.", dir_okay=False
        ),
    ] = None,
) -> None:
    """Check headlines against the articles of their clusters, claim by claim.

    Each claim is supported, contradicted, contested (independent articles disagree) or not found, with the evidence
    quoted and its article named; what cannot be judged is an abstention with its reason. The number beside a label is
    the probability that the articles bear the claim out. `decided by` names what spoke for the label: `account` is the
    comparison word by word that is printed below it, `model` the entailment model. A folder of raw articles is one
    cluster, cleaned as `harness data ingest` does; of a file with several clusters, --cluster says which, or each row
    of TEXTS says it. Ends with 3 where a checker failed on a cluster.
    """
    import sys

    from harness import api
    from harness.cli.checkers import load_checkers
    from harness.cli.progress import TerminalProgress
    from harness.errors import EXIT_FAILURES, UsageError

    if not text and texts is None:
        raise UsageError("no text to check: give --text TEXT, a file of texts, or - to read standard input")
    if html is not None:
        from harness.report.html.checked import refuse_folder

        refuse_folder(html)
    groups = api.check_texts(
        clusters,
        text or (),
        file=sys.stdin.buffer if texts == "-" and sys.stdin else texts,
        checker=list(load_checkers(checker).values()),
        cluster=cluster,
        progress=TerminalProgress(),
    )
    failed = _print_and_write(groups, form, html)
    for each in failed:
        logs.say(f"error: {each.cluster.cluster_id}: {each.signature}: {each.failure}", "error")
    if failed:
        raise typer.Exit(EXIT_FAILURES)


def _print_and_write(groups: "Iterable[CheckedTexts]", form: str, html: Path | None) -> "list[CheckedTexts]":
    """Print verdicts as they come and write them to a page, if one is asked for. Returns what failed."""
    failed: list[CheckedTexts] = []
    kept: list[CheckedTexts] = []

    def noted() -> "Iterator[CheckedTexts]":
        for each in groups:
            if each.failure:
                failed.append(each)
            if html is not None:
                kept.append(each)
            yield each

    _print_checked(noted(), form)
    if html is not None:
        from harness.report.html.checked import write_checked

        write_checked(kept, html)
        logs.say(f"page: {html}")
    return failed


def _print_checked(groups: "Iterator[CheckedTexts]", form: str) -> None:
    """Print verdicts: as they come where the form allows, else at the end."""
    from harness.report import checked as report

    if form == "json":
        typer.echo(report.as_json(list(groups)), nl=False)
    elif form == "html":
        typer.echo(report.as_page(list(groups)), nl=False)
    elif form == "csv":
        for line in report.as_csv(groups):
            typer.echo(line, nl=False)
    else:
        from harness.report import printing, verdicts

        console = printing.console()
        for at, each in enumerate(groups):
            if at:
                console.print()
            for headline, judged in zip(each.texts, each.verdicts, strict=True):
                console.print(verdicts.explain(each.cluster, headline, judged, each.failure))
                console.print()
            console.print(verdicts.describe_checker(each.cluster, each.signature))


def claims(
    clusters: Source,
    cluster: ClusterId = None,
    form: Annotated[Literal["table", "json"], typer.Option("--format", help="How claims are printed.")] = "table",
) -> None:
    """List what is contested in a cluster, then its claims and who carries each."""
    from harness import api
    from harness.cli.progress import TerminalProgress
    from harness.report import verdicts as report

    chosen = api.find_cluster(clusters, cluster, progress=TerminalProgress())
    claimed = api.claims(chosen)
    if form == "json":
        typer.echo(report.claims_as_json(chosen, claimed.claims, claimed.contested), nl=False)
        return
    from harness.report import printing

    printing.console().print(report.claims(chosen, claimed.claims, claimed.contested))
