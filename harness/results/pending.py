"""Work that an incomplete run has not come to yet: pending, which is not failed."""

from collections.abc import Sequence

from harness.analysis.summary import Summary
from harness.records import RunManifest
from harness.results.run_folder import PREDICTIONS, RunFolder
from harness.results.unscored import names_in, settings_by_metric


def with_pending(summaries: Sequence[Summary], folder: RunFolder, manifest: RunManifest) -> list[Summary]:
    """Tell pending clusters from failed ones in the summaries of a run.

    Failed is what a failure row names: generation, the metric itself, or its checker. Of a complete run nothing is
    pending: what has no score there has failed.
    """
    if manifest.status == "complete":
        return list(summaries)
    metrics = {measure.name: measure.metric for measure in manifest.measures}
    checkers = {name: set(names_in(settings)) for name, settings in settings_by_metric(manifest).items()}
    failed: dict[tuple[str, str], set[str]] = {
        (item.name, metric): set() for item in manifest.configurations for metric in set(metrics.values())
    }
    for row in folder.failures():
        for (configuration, metric), clusters in failed.items():
            by = {
                "generate": True,
                "score": row.component == metric,
                "check": row.component in checkers.get(metric, ()),
            }
            if row.configuration == configuration and by.get(row.stage):
                clusters.add(row.cluster_id)
    told = []
    for summary in summaries:
        known = min(len(failed[summary.configuration, metrics[summary.measure]]), summary.failed)
        told.append(summary.model_copy(update={"failed": known, "pending": summary.failed - known}))
    return told


def answered_and_failed(folder: RunFolder, manifest: RunManifest) -> tuple[int, int]:
    """Count the predictions of a run and the clusters that configurations failed on, without reading predictions."""
    if manifest.status == "complete":
        counts = manifest.counts.values()
        return sum(count.predicted for count in counts), sum(count.failed for count in counts)
    return folder.lines(PREDICTIONS), sum(row.stage == "generate" for row in folder.failures())
