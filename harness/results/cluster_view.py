"""One cluster of a run, seen from close by: references, and what each configuration wrote, scored and was told."""

import json
from dataclasses import dataclass, field
from typing import cast

from harness.config.build import load_component
from harness.datasets.base import Dataset
from harness.errors import HarnessError, UsageError, nearest_name
from harness.records import (
    Cluster,
    ClusterFacts,
    ConfigurationRecord,
    Failure,
    MeasureRecord,
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


def view_cluster(folder: RunFolder, wanted: str) -> ClusterView:
    """Gather what a run's folder holds on one cluster; references come from the data, which the folder only names.

    Raises UsageError for a cluster that the run does not have.
    """
    manifest = folder.manifest()
    facts = _facts(folder, wanted)
    views = {record.name: ConfigurationView(record) for record in manifest.configurations}
    for prediction in folder.predictions():
        if prediction.cluster_id == wanted and prediction.configuration in views:
            views[prediction.configuration].prediction = prediction
    for failure in folder.failures():
        if failure.cluster_id == wanted and failure.configuration in views:
            views[failure.configuration].failures.append(failure)
    for score in folder.scores():
        if score.cluster_id == wanted and score.configuration in views:
            views[score.configuration].scores.update(score.statistics)
            views[score.configuration].unscorable.update(score.unscorable)
    for checked in folder.checked():
        if checked.cluster_id == wanted and checked.configuration in views:
            views[checked.configuration].verdicts[checked.checker] = checked.verdicts
    references, note = _references(manifest, facts)
    return ClusterView(folder.path.name, facts, references, note, manifest.measures, tuple(views.values()))


def _facts(folder: RunFolder, wanted: str) -> ClusterFacts:
    ids = []
    for facts in folder.clusters():
        if facts.cluster_id == wanted:
            return facts
        ids.append(facts.cluster_id)
    near = nearest_name(wanted, ids)
    raise UsageError(f"no cluster {wanted!r} in {folder.path}" + (f"; did you mean {near!r}?" if near else ""))


def _references(manifest: RunManifest, facts: ClusterFacts) -> tuple[tuple[str, ...] | None, str]:
    """The cluster's references as they were when the run was made; None and a reason where they cannot be had."""
    if not facts.references:
        return (), ""
    try:
        cluster = read_cluster(manifest, facts)
    except HarnessError as error:
        return None, f"references not shown: {' '.join(str(error).split())}"
    return tuple(reference.text for reference in cluster.references), ""


def read_cluster(manifest: RunManifest, facts: ClusterFacts) -> Cluster:
    """The cluster as it was when the run was made, from the data that the run's configuration names.

    Raises HarnessError where that cannot be read, and UsageError where it has no such cluster any more, or another.
    """
    entry = json.dumps(manifest.config.get("data"))  # JSON is YAML
    dataset = cast("Dataset", load_component("dataset", entry, "the run's `data`", Registry()))
    cluster = dataset.find(facts.cluster_id)
    if cluster is None:
        raise UsageError("the data no longer has this cluster")
    if cluster.digest != facts.digest:
        raise UsageError("the data has changed since the run")
    return cluster
