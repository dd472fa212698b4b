"""One example of some runs, found in their folders without reading them whole: what a page draws, and what was said."""

import math
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from harness.errors import HarnessError, UsageError
from harness.ingest.account import cluster_row
from harness.records import (
    Annotation,
    CheckedPrediction,
    Cluster,
    ClusterFacts,
    Failure,
    MetricScore,
    Prediction,
    RunManifest,
    Verdict,
    utc_now,
)
from harness.report.html.examples import Written, listed_row, whole_example
from harness.report.html.findings import Finding
from harness.results import annotations
from harness.results.cluster_view import read_cluster
from harness.results.rows_of_cluster import rows_of_cluster
from harness.results.run_folder import CLUSTERS, FAILURES, PREDICTIONS, SCORES, VERDICTS, RunFolder
from harness.view.compared import Chosen

KEPT = 64
"""Clusters that are kept as they were read."""


@dataclass
class _Held:
    """One run's rows on a cluster, by configuration."""

    facts: ClusterFacts | None = None
    predictions: dict[str, Prediction] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    scores: dict[str, dict[str, float]] = field(default_factory=dict)
    verdicts: dict[str, tuple[Verdict, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Example:
    """One cluster, and what each configuration wrote for it."""

    cluster_id: str
    facts: ClusterFacts
    cluster: Cluster | None
    rows: tuple[Written, ...]
    failures: tuple[str | None, ...]
    notes: tuple[str, ...]


class Examples:
    """Finds examples; keeps the clusters that were read last."""

    def __init__(self, results: Path) -> None:
        self._results = results
        self._lock = Lock()
        self._clusters: OrderedDict[tuple[str, str], Cluster] = OrderedDict()

    def find(self, chosen: Chosen, cluster_id: str) -> Example:
        """Find all that the runs hold on a cluster. Raises UsageError where none has it."""
        notes = [f"{run.name} is damaged: {run.problem}" for run in chosen.runs if run.problem]
        held = {folder.path: _held(folder, cluster_id, notes) for folder in chosen.folders}
        known = [(held[folder.path].facts, manifest) for folder, manifest in _pairs(chosen)]
        facts, manifest = next(((facts, manifest) for facts, manifest in known if facts), (None, None))
        if facts is None or manifest is None:
            raise UsageError(f"no cluster {cluster_id!r} in {', '.join(chosen.names)}")
        if len({each.digest for each, _ in known if each}) > 1:
            notes.append("The runs read other articles under this id: those of the first run are shown.")
        cluster = self._cluster(manifest, facts, notes)
        rows, failures = [], []
        for column in chosen.columns:
            of_run, name = held[column.folder.path], column.record.name
            scores = of_run.scores.get(name, {})
            rows.append(
                Written(
                    of_run.predictions.get(name),
                    [scores.get(measure.name, math.nan) for measure in chosen.measures],
                    of_run.verdicts.get(name, ()),
                )
            )
            failures.append(of_run.failures.get(name))
        return Example(cluster_id, facts, cluster, tuple(rows), tuple(failures), tuple(dict.fromkeys(notes)))

    def drawn(self, chosen: Chosen, example: Example) -> dict[str, Any]:
        """Gather what the page draws of an example: its line in the list, all of it, and what people said of it."""
        at = chosen.measures.index(chosen.primary) if chosen.primary in chosen.measures else None
        listed = [
            listed_row(
                row.prediction.text if row.prediction else None,
                math.nan if at is None else row.scores[at],
                Finding(row.verdicts[0].label, row.verdicts[0].errors) if row.verdicts else None,
                failure,
            )
            for row, failure in zip(example.rows, example.failures, strict=True)
        ]
        said, notes = self._said(example)
        return {
            "listed": {"id": example.cluster_id, "tags": dict(example.facts.tags), "rows": listed},
            **whole_example(example.cluster, example.rows),
            "notes": [*example.notes, *notes],
            "said": said,
        }

    def annotate(self, chosen: Chosen, example: Example, at: int, text: str, label: int | None, note: str) -> Any:
        """Keep what somebody said of what one configuration wrote, and return it as `drawn` does.

        Raises UsageError where the configuration no longer has that text, StoreError where it cannot be written.
        """
        row = example.rows[at] if 0 <= at < len(example.rows) else None
        if row is None or row.prediction is None or row.prediction.text != text:
            raise UsageError("the run has another headline by now: load the page again")
        annotation = Annotation(
            id=annotations.annotation_id(example.facts.digest, text),
            annotated=utc_now().replace(microsecond=0),
            run=chosen.columns[at].folder.path.name,
            cluster_id=example.cluster_id,
            system=chosen.columns[at].record.name,
            text=text,
            label=1 if label == 1 else 0 if label == 0 else None,
            note=note,
            articles=tuple(cluster_row(example.cluster)["articles"]) if example.cluster else (),
        )
        annotations.add(self._results, annotation)
        return _said(annotation)

    def _said(self, example: Example) -> tuple[list[dict[str, Any] | None], list[str]]:
        digest = example.facts.digest
        ids = [annotations.annotation_id(digest, row.prediction.text) if row.prediction else "" for row in example.rows]
        try:
            found, unread = annotations.said_of(self._results, example.cluster_id, ids)
        except HarnessError as error:
            return [None for _ in ids], [str(error)]
        lines = f"{unread} line{'s' * (unread > 1)} of {annotations.ANNOTATIONS} on this cluster cannot be read."
        return [_said(found[each]) if each in found else None for each in ids], [lines] if unread else []

    def _cluster(self, manifest: RunManifest, facts: ClusterFacts, notes: list[str]) -> Cluster | None:
        key = (facts.cluster_id, facts.digest)
        with self._lock:
            if key in self._clusters:
                self._clusters.move_to_end(key)
                return self._clusters[key]
        try:
            cluster = read_cluster(manifest, facts)
        except HarnessError as error:
            notes.append(f"Articles are not shown: {' '.join(str(error).split())}")
            return None
        with self._lock:
            self._clusters[key] = cluster
            while len(self._clusters) > KEPT:
                self._clusters.popitem(last=False)
        return cluster


def _pairs(chosen: Chosen) -> Iterator[tuple[RunFolder, RunManifest]]:
    return zip(chosen.folders, chosen.manifests, strict=True)


def _said(annotation: Annotation) -> dict[str, Any]:
    return {
        "label": annotation.label,
        "note": annotation.note,
        "when": f"{annotation.annotated:%Y-%m-%d %H:%M} UTC",
    }


def _held(folder: RunFolder, cluster_id: str, notes: list[str]) -> _Held:
    """Find what a run holds on a cluster; `notes` get what of it cannot be read."""

    def told(line: str) -> None:
        notes.append(f"{folder.path.name}: {line}.")

    held = _Held()
    try:
        for facts in rows_of_cluster(folder, CLUSTERS, ClusterFacts, cluster_id, told):
            held.facts = held.facts or facts
        for prediction in rows_of_cluster(folder, PREDICTIONS, Prediction, cluster_id, told):
            held.predictions[prediction.configuration] = prediction
        for failure in rows_of_cluster(folder, FAILURES, Failure, cluster_id, told):
            if failure.stage == "generate" and failure.configuration is not None:
                held.failures[failure.configuration] = f"{failure.error}: {failure.message}"
        for score in rows_of_cluster(folder, SCORES, MetricScore, cluster_id, told):
            held.scores.setdefault(score.configuration, {}).update(score.statistics)
        for checked in rows_of_cluster(folder, VERDICTS, CheckedPrediction, cluster_id, told):
            held.verdicts.setdefault(checked.configuration, checked.verdicts)
    except HarnessError as error:
        told(" ".join(str(error).split()))
    return held
