"""Choose the clusters of a run that are worth reading: those scored worst, those with a claim that articles deny."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from harness.analysis.leaderboard import leading_measures
from harness.comparison.leaderboard import primary_of
from harness.errors import UsageError
from harness.records import ClusterFacts, MeasureRecord, RunManifest
from harness.results.run_folder import RunFolder


@dataclass(frozen=True)
class Chosen:
    """A cluster to read, and why."""

    cluster_id: str
    mean: float = 0.0
    """Mean over the configurations of the measure that it was chosen by, where it was chosen by one."""


def choose(
    folder: RunFolder, *, worst: int | None = None, contradicted: bool = False, primary: str | None = None
) -> tuple[list[Chosen], MeasureRecord | None]:
    """Choose clusters, and tell the measure they are ordered by, if any: without `worst` they keep the data's order.

    `worst` is how many, the worst first by their mean on `primary`; with `contradicted` only those with a claim that is
    contradicted or contested. Raises UsageError where the run has no such scores or no verdicts at all.
    """
    chosen: Sequence[ClusterFacts] = list(folder.clusters())
    if contradicted:
        flagged = _flagged(folder)
        chosen = [facts for facts in chosen if facts.cluster_id in flagged]
    if worst is None:
        return [Chosen(facts.cluster_id) for facts in chosen], None
    manifest = folder.manifest()
    measure = _measure(manifest, primary)
    means = _means(folder, manifest, measure)
    sign = -1 if measure.direction == "lower" else 1
    scored = [facts.cluster_id for facts in chosen if facts.cluster_id in means]
    scored.sort(key=lambda cluster_id: sign * means[cluster_id])
    return [Chosen(cluster_id, means[cluster_id]) for cluster_id in scored[:worst]], measure


def _flagged(folder: RunFolder) -> set[str]:
    """Find the clusters with a claim that is contradicted or contested."""
    flagged: set[str] = set()
    checked = False
    for row in folder.checked():
        checked = True
        if any(verdict.label in {"contradicted", "contested"} for verdict in row.verdicts):
            flagged.add(row.cluster_id)
    if not checked:
        message = "has no verdicts, so none is contradicted: add the metric `factual` (`harness score` needs no model)"
        raise UsageError(f"{folder.path.name} {message}")
    return flagged


def _measure(manifest: RunManifest, primary: str | None) -> MeasureRecord:
    measure = primary_of(manifest, primary)
    if measure is None:
        leading = leading_measures(manifest.measures)
        if not leading:
            raise UsageError("no measure is better one way: no example is the worst; --primary names a measure")
        measure = leading[0]
    return measure


def _means(folder: RunFolder, manifest: RunManifest, measure: MeasureRecord) -> dict[str, float]:
    """Compute each cluster's mean over the configurations that compete and have a score there."""
    bounds = {item.name for item in manifest.configurations if item.reads_references}
    competing = {item.name for item in manifest.configurations} - bounds or bounds
    found: dict[str, list[float]] = defaultdict(list)
    for score in folder.scores():
        if score.configuration in competing and measure.name in score.statistics:
            found[score.cluster_id].append(score.statistics[measure.name])
    if not found:
        raise UsageError(f"no cluster of {folder.path.name} has a score by {measure.name}, so none is the worst")
    return {cluster_id: sum(values) / len(values) for cluster_id, values in found.items()}
