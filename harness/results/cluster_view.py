"""One cluster of a run, seen from close by: references, and what each configuration wrote, scored and was told."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from harness.config.build import load_component
from harness.datasets.base import Dataset
from harness.errors import HarnessError, UsageError, nearest_name
from harness.records import (
    CheckedPrediction,
    Cluster,
    ClusterFacts,
    ConfigurationRecord,
    Failure,
    MeasureRecord,
    MetricScore,
    Prediction,
    RunManifest,
    Verdict,
)
from harness.registry import Registry
from harness.results.run_folder import RunFolder


@dataclass
class ConfigurationView:
    """One configuration's results on the cluster."""

    record: ConfigurationRecord
    prediction: Prediction | None = None
    scores: dict[str, float] = field(default_factory=dict)
    """Measure → statistic."""
    unscorable: dict[str, str] = field(default_factory=dict)
    """Measure → why it has no statistic."""
    verdicts: dict[str, tuple[Verdict, ...]] = field(default_factory=dict)
    """Signature of the checker → verdicts on the whole text, then on its parts."""
    failures: list[Failure] = field(default_factory=list)

    @property
    def status(self) -> str:
        """`predicted`, `failed`, or `pending` where the run has not come to it yet."""
        if self.prediction is not None:
            return "predicted"
        return "failed" if self.failures else "pending"


@dataclass(frozen=True)
class ClusterView:
    """One cluster of a run."""

    run: str
    facts: ClusterFacts
    references: tuple[str, ...] | None
    """None where they could not be read; then `note` says why."""
    note: str
    measures: tuple[MeasureRecord, ...]
    configurations: tuple[ConfigurationView, ...]
    cluster: Cluster | None = None
    """The cluster as it was when the run was made, where it was asked for and could be read."""
    chosen_by: tuple[MeasureRecord, float] | None = None
    """The measure by which it was chosen among others, and its mean over the configurations."""


def view_cluster(folder: RunFolder, wanted: str) -> ClusterView:
    """Gather what a run's folder holds on one cluster; references come from the data, which the folder only names.

    Raises UsageError for a cluster that the run does not have.
    """
    return view_clusters(folder, [wanted])[0]


def view_clusters(folder: RunFolder, wanted: Sequence[str], *, articles: bool = False) -> list[ClusterView]:
    """Gather the same on several clusters, reading each file once; with `articles` their articles as well.

    Raises UsageError for a cluster that the run does not have.
    """
    manifest = folder.manifest()
    facts = _facts(folder, wanted)
    views = {name: {record.name: ConfigurationView(record) for record in manifest.configurations} for name in wanted}

    def of(row: Prediction | Failure | MetricScore | CheckedPrediction) -> ConfigurationView | None:
        return views.get(row.cluster_id, {}).get(row.configuration or "")

    for prediction in folder.predictions():
        if view := of(prediction):
            view.prediction = prediction
    for failure in folder.failures():
        if view := of(failure):
            view.failures.append(failure)
    for score in folder.scores():
        if view := of(score):
            view.scores.update(score.statistics)
            view.unscorable.update(score.unscorable)
    for checked in folder.checked():
        if view := of(checked):
            view.verdicts[checked.checker] = checked.verdicts
    clusters = read_clusters(manifest, {name: each for name, each in facts.items() if articles or each.references})
    return [_view(folder, manifest, facts[name], clusters.get(name), tuple(views[name].values())) for name in wanted]


def _view(
    folder: RunFolder,
    manifest: RunManifest,
    facts: ClusterFacts,
    cluster: Cluster | str | None,
    configurations: tuple[ConfigurationView, ...],
) -> ClusterView:
    """Put one view together; a text in place of the cluster says why it could not be read."""
    references: tuple[str, ...] | None = ()
    note = ""
    if isinstance(cluster, Cluster):
        references = tuple(reference.text for reference in cluster.references)
    elif cluster is not None:
        references, note = (None if facts.references else ()), f"references not shown: {cluster}"
    whole = cluster if isinstance(cluster, Cluster) else None
    return ClusterView(folder.path.name, facts, references, note, manifest.measures, configurations, whole)


def _facts(folder: RunFolder, wanted: Sequence[str]) -> dict[str, ClusterFacts]:
    """Find the facts of clusters; raise UsageError with a near name for the first that the run does not have."""
    by_id = {facts.cluster_id: facts for facts in folder.clusters()}
    for name in wanted:
        if name not in by_id:
            near = nearest_name(name, list(by_id))
            raise UsageError(f"no cluster {name!r} in {folder.place}" + (f"; did you mean {near!r}?" if near else ""))
    return {name: by_id[name] for name in wanted}


def read_clusters(manifest: RunManifest, facts: Mapping[str, ClusterFacts]) -> dict[str, Cluster | str]:
    """Read clusters as they were when the run was made, in one pass over the data that its configuration names.

    A text in place of a cluster says why it cannot be had.
    """
    found: dict[str, Cluster | str] = {}
    if not facts:
        return found
    try:
        entry = json.dumps(manifest.config.get("data"))  # JSON is YAML
        dataset = cast("Dataset", load_component("dataset", entry, "the run's `data`", Registry()))
        rows = [dataset.find(next(iter(facts)))] if len(facts) == 1 else dataset.read()  # it may know where one stands
        for row in rows:
            if isinstance(row, Cluster) and row.cluster_id in facts and row.cluster_id not in found:
                same = row.digest == facts[row.cluster_id].digest
                found[row.cluster_id] = row if same else "the data has changed since the run"
                if len(found) == len(facts):
                    break
    except HarnessError as error:
        why = " ".join(str(error).split())
        return {name: found.get(name, why) for name in facts}
    return {name: found.get(name, "the data no longer has this cluster") for name in facts}


def read_cluster(manifest: RunManifest, facts: ClusterFacts) -> Cluster:
    """Read one cluster as it was when the run was made, from the data that the run's configuration names.

    Raises UsageError where it cannot be read, or where the data have no such cluster any more, or another.
    """
    cluster = read_clusters(manifest, {facts.cluster_id: facts})[facts.cluster_id]
    if isinstance(cluster, str):
        raise UsageError(cluster)
    return cluster
