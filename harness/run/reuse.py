"""Predictions that another run made already: results are their own cache.

A prediction is taken over where everything that made it is equal: the configuration (model signature, weights and
prompt digests, seed), the cluster's content, every package version and the harness's own code. So changing a metric
never generates again, and adding a model to a configuration runs only that model. Failures are never taken over.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.errors import StoreError
from harness.records import Prediction, RunManifest
from harness.run.plan import Configuration
from harness.run.store import RunFolder, run_folders


def predictions_made_before(
    configuration: Configuration,
    clusters: Mapping[str, str],
    versions: Mapping[str, str],
    results: Path,
    but: RunFolder,
) -> Iterator[Prediction]:
    """Stored predictions of an equal configuration for `clusters` (id → digest), each cluster once, renamed to ours."""
    left = dict(clusters)
    for folder in run_folders(results):
        if not left:
            return
        if folder.path == but.path:
            continue
        try:
            manifest = folder.manifest()
            names = _equal_configurations(manifest, configuration, versions)
            if not names:
                continue
            theirs = {facts.cluster_id: facts.digest for facts in folder.clusters()}
            for row in folder.predictions():
                wanted = left.get(row.cluster_id)
                if row.configuration in names and wanted is not None and theirs.get(row.cluster_id) == wanted:
                    del left[row.cluster_id]
                    yield row.model_copy(update={"configuration": configuration.name})
        except StoreError:
            continue  # a run that cannot be read is no source, and its own commands say what is wrong with it


def _equal_configurations(
    manifest: RunManifest, configuration: Configuration, versions: Mapping[str, str]
) -> frozenset[str]:
    if dict(manifest.versions) != dict(versions):
        return frozenset()
    ours = configuration.record
    return frozenset(
        item.name
        for item in manifest.configurations
        if (item.signature, dict(item.identity), item.seed) == (ours.signature, dict(ours.identity), ours.seed)
    )
