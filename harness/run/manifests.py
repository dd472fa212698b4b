"""A run's manifest: as it begins or goes on, as it is left where the run stops, as it ends."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal

from harness.records import Counts, RunManifest, utc_now
from harness.run import environment
from harness.run.plan import Plan
from harness.run.progress import Progress
from harness.run.store import RunFolder


def begun(plan: Plan, folder: RunFolder, progress: Progress) -> RunManifest:
    """The manifest of a run that begins, or of one that goes on."""
    if not folder.exists:
        commit, dirty = environment.git_state(Path.cwd())
        return RunManifest(
            name=plan.config.name,
            digest=plan.digest,
            status="running",
            config=plan.config.resolved(),
            configurations=plan.configuration_records,
            metrics=plan.metric_signatures,
            measures=plan.measures,
            data=plan.clusters.dataset.signature(),
            data_digest=plan.clusters.digest,
            clusters=plan.clusters.count,
            limit=plan.clusters.limit,
            bad_rows=plan.clusters.bad_rows,
            seed=plan.config.seed,
            versions=environment.versions(),
            git_commit=commit,
            git_dirty=dirty,
            machine=environment.machine(),
            started=utc_now(),
        )
    manifest = folder.manifest()
    if manifest.status == "complete":
        return manifest
    differing = environment.differing_versions(manifest.versions, environment.versions())
    if differing:
        progress.note(f"going on with a run that was begun with other versions: {', '.join(differing)}")
    return manifest.model_copy(update={"status": "running", "finished": None})


def left(manifest: RunManifest, status: Literal["interrupted", "failed"]) -> RunManifest:
    """The manifest of a run that stops before its end."""
    return manifest.model_copy(update={"status": status, "finished": _end_of(manifest)})


def _end_of(manifest: RunManifest) -> datetime:
    """Now; never before the start, whatever was done to the clock."""
    return max(utc_now(), manifest.started)


def finished(folder: RunFolder, manifest: RunManifest, took: Mapping[str, float]) -> RunManifest:
    """The manifest of a run that has done all its stages, counted from its folder; `took` is stage → seconds.

    Where clusters are neither answered nor failed (the stored predictions of an interrupted run were scored), it is
    `interrupted`, so that `harness eval` goes on with them.
    """
    counts = {item.name: Counts() for item in manifest.configurations}
    for made in folder.predictions():
        counts[made.configuration] = counts[made.configuration].plus(made)
    for row in folder.failures():
        if row.stage == "generate" and row.configuration in counts:
            so_far = counts[row.configuration]
            counts[row.configuration] = so_far.model_copy(update={"failed": so_far.failed + 1})
    seconds = dict(manifest.seconds)
    for stage, more in took.items():
        seconds[stage] = round(seconds.get(stage, 0.0) + more, 3)
    whole = all(count.predicted + count.failed >= manifest.clusters for count in counts.values())
    status = "complete" if whole else "interrupted"
    changes = {"status": status, "finished": _end_of(manifest), "seconds": seconds, "counts": counts}
    return manifest.model_copy(update=changes)
