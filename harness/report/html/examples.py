"""Examples of a report as plain values: what a browser draws, in blocks that it opens when they are needed."""

import base64
import gzip
import json
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from harness.config.build import load_component
from harness.datasets.base import Dataset
from harness.errors import HarnessError
from harness.ingest.near_duplicates import groups
from harness.records import Article, CheckedPrediction, Cluster, Element, Evidence, Prediction, Verdict
from harness.registry import Registry
from harness.report.html.findings import Finding, Findings, labels_by_folder
from harness.report.verdicts import ERRORS, describe_errors, select_verdicts
from harness.results.run_folder import VERDICTS
from harness.run.stored_rows import case_of

LISTED = 5_000
"""Examples that the list names, the most telling first."""
BUDGET = 2_600_000
"""Characters of the list and all blocks: with charts and script a report stays under 3 MB."""
LIST_BUDGET = 1_300_000
"""Characters of the list alone; the least telling half is left out until it fits."""
MOST_WHOLE = 2_000
"""Clusters whose articles are read for it."""
TOGETHER = 10
"""Clusters that share a block: fewer open sooner, more compress better."""
Predictions: TypeAlias = Mapping[tuple[str, str], Prediction]
"""(configuration, cluster) → what it wrote."""
VerdictsOf: TypeAlias = Callable[[str, str], tuple[Verdict, ...]]


@dataclass(frozen=True)
class Examples:
    """The list of examples, and blocks with all of each that found room."""

    listed: str
    """Compressed list: for each cluster its id, tags, and what each configuration wrote and scored."""
    blocks: tuple[str, ...]
    """Compressed mappings from cluster id to its articles, references and verdicts."""
    clusters: int
    """Clusters of the runs."""
    shown: int
    """Clusters of the list."""
    whole: int
    """Clusters that a block holds."""
    note: str = ""
    """Why articles are missing, where they are."""
    copies: str = ""
    """How many clusters have near-duplicates among their articles, where any has."""


def packed(value: Any) -> str:
    """Pack a value as JSON, compressed, in base64: what the page's script unpacks."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(gzip.compress(text.encode(), compresslevel=9, mtime=0)).decode()


def collect(findings: Findings) -> Examples:
    """Choose the most telling examples, and pack as many whole as fit the budget."""
    reader = _Reader(findings)
    telling = findings.telling()[:LISTED]
    predictions = _predictions(findings, set(telling))
    listed = packed([reader.listed(cluster_id, predictions) for cluster_id in telling])
    while len(listed) > LIST_BUDGET and len(telling) > 1:
        telling = telling[: len(telling) // 2]
        listed = packed([reader.listed(cluster_id, predictions) for cluster_id in telling])
    clusters, note = _clusters(findings, telling[:MOST_WHOLE])
    blocks: list[str] = []
    whole, spent = 0, len(listed)
    with reader.opened() as verdicts_of:
        for start in range(0, len(telling[:MOST_WHOLE]), TOGETHER):
            part = telling[start : start + TOGETHER]
            block = packed({each: reader.whole(each, clusters.get(each), predictions, verdicts_of) for each in part})
            if blocks and spent + len(block) > BUDGET:
                break
            blocks.append(block)
            whole, spent = whole + len(part), spent + len(block)
    return Examples(
        listed,
        tuple(blocks),
        len(findings.joined.clusters),
        len(telling),
        whole,
        note,
        describe_copies(clusters.values()),
    )


def describe_copies(clusters: Iterable[Cluster]) -> str:
    """Say how many of some clusters have articles that are one text under several mastheads; "" where none has."""
    read, affected, copies = 0, 0, 0
    for cluster in clusters:
        read += 1
        again = len(cluster.articles) - len(groups([article.text for article in cluster.articles]))
        affected, copies = affected + (again > 0), copies + again
    if not affected:
        return ""
    has = "cluster has" if affected == 1 else "clusters have"
    are = "near-duplicate" if copies == 1 else "near-duplicates"
    counted = f"{affected} of {read} {has} {are} among the articles, {copies} in all"
    return f"{counted}: copies of one text count as one witness."


def copies_of(findings: Findings) -> str:
    """Say what `describe_copies` says of the clusters that a report would show."""
    try:
        return describe_copies(_read_again(findings, set(findings.telling()[:MOST_WHOLE])))
    except HarnessError:  # the examples say that the articles cannot be read
        return ""


def list_examples(findings: Findings, most: int) -> list[dict[str, Any]]:
    """List the most telling examples, unpacked: what the list of a page draws."""
    reader = _Reader(findings)
    telling = findings.telling()[:most]
    predictions = _predictions(findings, set(telling))
    return [reader.listed(cluster_id, predictions) for cluster_id in telling]


def _predictions(findings: Findings, chosen: set[str]) -> Predictions:
    return {
        (labels[row.configuration], row.cluster_id): row
        for folder, labels in labels_by_folder(findings.joined.columns)
        for row in folder.predictions()
        if row.configuration in labels and row.cluster_id in chosen
    }


def _clusters(findings: Findings, wanted: Iterable[str]) -> tuple[dict[str, Cluster], str]:
    """Read clusters again from the data that the first run names; a note where that cannot be done, or they changed."""
    kept = set(wanted)
    held: dict[str, Cluster] = {}
    try:
        for row in _read_again(findings, kept):
            held[row.cluster_id] = row
    except HarnessError as error:
        return held, f"Articles are not shown: {' '.join(str(error).split())}"
    missing = len(kept) - len(held)
    if missing:
        noun = "cluster are" if missing == 1 else "clusters are"
        return held, f"Articles of {missing} {noun} not shown: the data have changed since the run."
    return held, ""


def _read_again(findings: Findings, wanted: Collection[str]) -> Iterator[Cluster]:
    """Read the clusters that are still those of the runs. Raises what reading data raises."""
    facts = {facts.cluster_id: facts for facts in findings.joined.clusters}
    entry = json.dumps(findings.manifests[0].config.get("data"))  # JSON is YAML
    dataset = cast("Dataset", load_component("dataset", entry, "the run's `data`", Registry()))
    for row in dataset.read():
        if isinstance(row, Cluster) and row.cluster_id in wanted and row.digest == facts[row.cluster_id].digest:
            yield row


class _Reader:
    """Looks up what the runs hold of one cluster after another."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.at = {facts.cluster_id: at for at, facts in enumerate(findings.joined.clusters)}
        self.primary = findings.primary_values()
        leading = {measure.name for measure in findings.board.measures}
        shown = [number for number, measure in enumerate(findings.joined.measures) if measure.name in leading]
        self.leading = findings.joined.values[:, :, shown]

    @contextmanager
    def opened(self) -> Iterator[VerdictsOf]:
        """Open the files of verdicts; the function yielded finds those of one configuration on one cluster."""
        with ExitStack() as stack:
            files = {}
            for column in self.findings.joined.columns:
                places = column.folder.row_offsets(VERDICTS, case_of)
                if places:
                    reading = stack.enter_context(column.folder.reading(VERDICTS, CheckedPrediction))
                    files[column.label] = (column.record.name, places, reading)

            def verdicts_of(label: str, cluster_id: str) -> tuple[Verdict, ...]:
                if label not in files:
                    return ()
                name, places, reading = files[label]
                place = places.get((name, cluster_id))
                return () if place is None else reading(place).verdicts

            yield verdicts_of

    def listed(self, cluster_id: str, predictions: Predictions) -> dict[str, Any]:
        """Make one line of the list of examples."""
        at = self.at[cluster_id]
        rows = []
        for label, value in zip(self.findings.labels, self.primary[:, at], strict=True):
            row = predictions.get((label, cluster_id))
            finding = self.findings.verdicts.get((label, cluster_id))
            failure = self.findings.failed.get((label, cluster_id))
            scores = self.leading[self.findings.labels.index(label), at].tolist()
            listed = listed_row(row.text if row else None, value, finding, failure)
            rows.append({**listed, "scores": [None if math.isnan(score) else round(score, 4) for score in scores]})
        return {"id": cluster_id, "tags": dict(self.findings.joined.clusters[at].tags), "rows": rows}

    def whole(
        self, cluster_id: str, cluster: Cluster | None, predictions: Predictions, verdicts_of: VerdictsOf
    ) -> dict[str, Any]:
        """Collect one example: articles, references, and what each configuration wrote, its scores and verdicts."""
        at = self.at[cluster_id]
        rows = [
            Written(
                predictions.get((label, cluster_id)),
                self.findings.joined.values[number, at].tolist(),
                verdicts_of(label, cluster_id),
            )
            for number, label in enumerate(self.findings.labels)
        ]
        return whole_example(cluster, rows)


@dataclass(frozen=True)
class Written:
    """One configuration's text for a cluster, with its scores and verdicts."""

    prediction: Prediction | None
    scores: Sequence[float]
    """In the order of the measures; NaN where there is no statistic."""
    verdicts: tuple[Verdict, ...] = ()


def listed_row(text: str | None, score: float, finding: Finding | None, failure: str | None) -> dict[str, Any]:
    """Make one configuration's part of a line of the list."""
    return {
        "text": text,
        "score": _number(score),
        "label": finding.label if finding else None,
        "errors": [ERRORS[error] for error in finding.errors] if finding else [],
        "failure": failure,
    }


def whole_example(cluster: Cluster | None, rows: Iterable[Written]) -> dict[str, Any]:
    """Everything that is drawn of an example, a row for each configuration; without articles where they are lost."""
    articles = cluster.articles if cluster else ()
    places = {article.article_id: number for number, article in enumerate(articles)}
    return {
        "articles": [article_value(article) for article in articles],
        "references": [reference.text for reference in (cluster.references if cluster else ())],
        "rows": [
            {
                "scores": [_number(value) for value in row.scores],
                "raw": row.prediction.raw_text
                if row.prediction and row.prediction.raw_text != row.prediction.text
                else None,
                "claims": [claim_value(verdict, places) for verdict in select_verdicts(row.verdicts)],
            }
            for row in rows
        ],
    }


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), 6)


def article_value(article: Article) -> dict[str, Any]:
    """Make what a page draws of an article."""
    date = f"{article.published:%Y-%m-%d %H:%M} UTC" if article.published else None
    return {
        "id": article.article_id,
        "title": article.title,
        "source": article.source,
        "date": date,
        "text": article.text,
    }


def claim_value(verdict: Verdict, places: Mapping[str, int]) -> dict[str, Any]:
    """Make what a page draws of a claim; `places` are the numbers of the articles by id."""
    return {
        "part": verdict.claim.part,
        "start": verdict.claim.start,
        "end": verdict.claim.end,
        "label": verdict.label,
        "probability": verdict.probability,
        "reason": verdict.reason,
        "errors": describe_errors(verdict),
        "for": list(verdict.supporters),
        "against": list(verdict.contradictors),
        "evidence": [
            _span(span, places, _side(span, verdict)) for span in verdict.evidence if span.article_id in places
        ],
        "elements": [_element(element, places) for element in verdict.elements],
    }


def _side(span: Evidence, verdict: Verdict) -> str:
    """`for` or `against` the claim, or `near` where its article takes no side."""
    if span.article_id in verdict.contradictors:
        return "against"
    return "for" if span.article_id in verdict.supporters else "near"


def _element(element: Element, places: Mapping[str, int]) -> dict[str, Any]:
    side = {"borne_out": "for", "contradicted": "against", "unaccounted": "near"}[element.state]
    return {
        "start": element.start,
        "end": element.end,
        "kind": element.kind,
        "state": element.state,
        "reason": element.reason,
        "evidence": [_span(span, places, side) for span in element.evidence if span.article_id in places],
    }


def _span(span: Evidence, places: Mapping[str, int], side: str) -> list[Any]:
    """[article's number, 1 in its title, first character, one past the last, side]; offsets count code points."""
    return [places[span.article_id], int(span.title), span.start, span.end, side]
