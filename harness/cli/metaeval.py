"""`harness metaeval` and `harness stress`: how far a checker can be trusted."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness.cli import streams
from harness.cli.options import CheckerNames
from harness.process import logs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.checkers.base import Checker
    from harness.metaeval.labelled import LabelledText
    from harness.report.agreement import AgreementReport

Form = Annotated[Literal["table", "md", "json"], typer.Option("--format", help="How results are printed.")]
Out = Annotated[Path | None, typer.Option("--out", help="Also write them to this file: Markdown, or JSON (.json).")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of everything random.")]
Resamples = Annotated[int, typer.Option("--resamples", min=10, help="Resamples of each interval.")]


def metaeval(
    more: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="More files, as after --data.", show_default=False)
    ] = None,
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", "-d", metavar="FILE", help="A JSON Lines file of labelled texts. Repeatable."),
    ] = None,
    checker: CheckerNames = None,
    clusters: Annotated[
        Path | None, typer.Option("--clusters", metavar="CLUSTERS", help="What rows with a cluster_id are about.")
    ] = None,
    floor: Annotated[bool, typer.Option("--floor", help="Measure the surface precisions beside the checkers.")] = False,
    peers: Annotated[
        bool, typer.Option("--peers", help="Show the scores of other metrics that stand in the data.")
    ] = False,
    split: Annotated[str | None, typer.Option("--split", help="Measure on the rows of this split only.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many rows of each data set.")] = None,
    form: Form = "table",
    out: Out = None,
    seed: Seed = 13,
    resamples: Resamples = 1000,
) -> None:
    """Measure checkers against human labels: ROC-AUC, balanced accuracy, calibration, minimal pairs, error types.

    Where texts have ratings: Pearson, Spearman and Kendall, per system and per summary. Where evidence is marked: how
    often it is found.
    """
    from harness.cli.checkers import load_checkers
    from harness.errors import UsageError
    from harness.report import agreement

    files = [*(data or ()), *(more or ())]
    if not files:
        raise UsageError("no data; accepted: --data FILE, a JSON Lines file of labelled texts")
    _writable(out, "--out")
    checkers = load_checkers(checker)
    groups = _read_groups(files, clusters, split, limit)
    measured = _measure(groups, checkers, floor=floor, peers=peers, seed=seed, resamples=resamples)
    if out is not None:
        _write(out, (agreement.as_json if out.suffix == ".json" else agreement.markdown)(measured))
    if form == "table":
        from harness.report import printing

        console = printing.console()
        console.print(agreement.terminal(measured, console.width))
    else:
        typer.echo((agreement.as_json if form == "json" else agreement.markdown)(measured))


def _read_groups(
    files: "Sequence[Path]", clusters: Path | None, split: str | None, limit: int | None
) -> "Mapping[str, Sequence[LabelledText]]":
    """Read the labelled texts of each data set, and the clusters that they are about, where a file has these."""
    from harness.api.inputs import dataset_of
    from harness.metaeval.clusters import read_clusters
    from harness.metaeval.labelled import read

    by_id = None
    if clusters is not None:
        by_id = {cluster.cluster_id: cluster for cluster in read_clusters(dataset_of(clusters), str(clusters))}
    return read(files, split=split, limit=limit, clusters=by_id)


def _measure(
    groups: "Mapping[str, Sequence[LabelledText]]",
    checkers: "Mapping[str, Checker]",
    *,
    floor: bool,
    peers: bool,
    seed: int,
    resamples: int,
) -> "AgreementReport":
    """Measure each checker on each data set, and where asked for the floor and published scores beside them."""
    from harness.metaeval import agreement as measuring
    from harness.report.agreement import AgreementReport

    agreements = []
    for name, component in checkers.items():
        with component.open() as session:
            for dataset, rows in groups.items():
                logs.say(f"{name}: {len(rows)} rows of {dataset}")
                agreements.append(measuring.measure(dataset, name, session, rows, seed=seed, resamples=resamples))
    for dataset, rows in groups.items():
        if floor:
            agreements.append(measuring.floor(dataset, rows, seed=seed, resamples=resamples))
        if peers:
            agreements += measuring.peers(dataset, rows, seed=seed, resamples=resamples)
    order = list(groups)
    agreements.sort(key=lambda item: order.index(item.dataset))
    hits = [measuring.evidence_hits(name, rows, seed=seed, resamples=resamples) for name, rows in groups.items()]
    return AgreementReport(agreements, seed, resamples, [item for item in hits if item is not None])


def stress(
    data: Annotated[
        Path,
        typer.Option(
            "--data", "-d", metavar="CLUSTERS", help="A JSON Lines file of clusters, or a folder of raw articles."
        ),
    ],
    checker: CheckerNames = None,
    form: Form = "table",
    out: Out = None,
    texts: Annotated[
        Path | None, typer.Option("--texts", metavar="F", help="Write the planted texts to this file, JSON Lines.")
    ] = None,
    seed: Seed = 13,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, metavar="N", help="Read only so many clusters.")
    ] = None,
    resamples: Resamples = 1000,
) -> None:
    """Plant errors in true headlines, and harmless edits, and report what checkers make of them.

    True headlines are the clusters' references, or the titles of their articles where a cluster has none. Errors:
    number, entity, roles, negation, predicate, attribution, time, place, invented. Harmless: paraphrase, word order,
    number words, aliases, padding, doubled source, reordered articles.
    """
    from harness.api.inputs import dataset_of
    from harness.cli.checkers import load_checkers
    from harness.metaeval.clusters import read_clusters
    from harness.metaeval.stress import gathered, judge, plant_all
    from harness.report import stress as report

    _writable(out, "--out")
    _writable(texts, "--texts")
    checkers = load_checkers(checker)
    clusters = read_clusters(dataset_of(data), str(data), limit)
    plantings = plant_all(clusters, seed)
    tested = gathered(clusters, plantings)
    if texts is not None:
        _write(texts, report.texts(tested.texts))
    for name, component in checkers.items():
        with component.open() as session:
            logs.say(f"{name}: {tested.headlines} headlines, {len(tested.texts)} changed texts")
            judge(tested, name, session, plantings, seed=seed, resamples=resamples)
    if out is not None:
        _write(out, (report.as_json if out.suffix == ".json" else report.markdown)(tested, resamples, seed))
    if form == "table":
        from harness.report import printing

        console = printing.console()
        console.print(report.terminal(tested, resamples, seed, console.width))
    else:
        typer.echo((report.as_json if form == "json" else report.markdown)(tested, resamples, seed))


def _writable(path: Path | None, flag: str) -> None:
    from harness.errors import UsageError

    if path is None:
        return
    if not path.parent.is_dir():
        raise UsageError(f"{flag} {path}: the folder {path.parent} does not exist")
    if path.is_dir():
        raise UsageError(f"{flag} {path}: it is a folder; accepted: the name of a file")


def _write(path: Path, text: str) -> None:
    streams.write_file(path, text.rstrip("\n") + "\n")
