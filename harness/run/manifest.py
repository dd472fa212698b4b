"""A run's manifest: as it begins or goes on, as it is left where the run stops, as it ends."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from harness.config import Config
from harness.errors import StoreError
from harness.process import environment
from harness.records import Counts, PredictionsOrigin, RunManifest, ShardRecord, utc_now
from harness.results.run_folder import RunFolder
from harness.run.plan import Plan
from harness.run.progress import Progress


def begin(plan: Plan, folder: RunFolder, progress: Progress) -> RunManifest:
    """Make the manifest of a run that begins, or of one that goes on."""
    if not folder.exists:
        commit, dirty = environment.git_state(Path.cwd())
        return RunManifest(
            name=plan.config.name,
            digest=plan.digest,
            status="running",
            config=_what_is_run(plan.config),
            configurations=plan.configuration_records,
            metrics=plan.metric_signatures,
            measures=plan.measures,
            data=plan.clusters.signature,
            data_digest=plan.clusters.digest,
            clusters=plan.clusters.count,
            limit=plan.clusters.limit,
            bad_rows=plan.clusters.bad_rows,
            letters_seen=plan.clusters.letters_seen,
            seed=plan.config.seed,
            versions=environment.versions(),
            git_commit=commit,
            git_dirty=dirty,
            machine=environment.machine(),
            started=utc_now(),
            shard=plan.shard,
        )
    manifest = folder.manifest()
    if manifest.status == "complete":
        return manifest
    differing = environment.differing_versions(manifest.versions, environment.versions())
    if differing:
        progress.note(f"going on with a run that was begun with other versions: {', '.join(differing)}")
    return manifest.model_copy(update={"status": "running", "finished": None})


def _what_is_run(config: Config) -> dict[str, Any]:
    """Leave out who does the work, which is told among the facts of the machine, and who is sent the run.

    So runs that are equal read equal.
    """
    return {key: value for key, value in config.resolved().items() if key not in ("execution", "tracking")}


def worked_by(manifest: RunManifest, executor: str) -> RunManifest:
    """Note who does the work from now on; `executor` is how that describes itself."""
    before = manifest.machine.get("executor")
    if before is not None and executor in before.split("; "):
        return manifest
    told = executor if before is None else f"{before}; {executor}"
    return manifest.model_copy(update={"machine": {**manifest.machine, "executor": told}})


def begin_rescoring(
    plan: Plan, source: RunFolder, folder: RunFolder, digest: str, shard: ShardRecord | None
) -> RunManifest:
    """Make the manifest of a run that scores the predictions of another one, or of one that goes on with that.

    Times, versions and machine are those of the scoring; those of the generation stand under `predictions_from`.
    """
    if folder.exists:
        return folder.manifest().model_copy(update={"status": "running", "finished": None})
    made = source.manifest()
    commit, dirty = environment.git_state(Path.cwd())
    kept = ("started", "finished", "seconds", "versions", "git_commit", "git_dirty", "machine")
    origin = PredictionsOrigin(run=source.path.resolve().name, **{name: getattr(made, name) for name in kept})
    return made.model_copy(
        update={
            "name": plan.config.name,
            "digest": digest,
            "config": {**made.config, "name": plan.config.name, "metrics": plan.config.resolved()["metrics"]},
            "metrics": plan.metric_signatures,
            "measures": plan.measures,
            "status": "running",
            "counts": {},
            "versions": environment.versions(),
            "git_commit": commit,
            "git_dirty": dirty,
            "machine": environment.machine(),
            "started": utc_now(),
            "finished": None,
            "seconds": {},
            "predictions_from": made.predictions_from or origin,
            "shard": shard,
            "shards": (),
        }
    )


def stop(manifest: RunManifest, status: Literal["interrupted", "failed"]) -> RunManifest:
    """Make the manifest of a run that stops before its end."""
    return manifest.model_copy(update={"status": status, "finished": _end_of(manifest)})


def _end_of(manifest: RunManifest) -> datetime:
    """Now; never before the start, whatever was done to the clock."""
    return max(utc_now(), manifest.started)


def count_rows(folder: RunFolder, manifest: RunManifest) -> dict[str, Counts]:
    """Count what each configuration did so far, from the rows of the folder. Raises StoreError for a row of no one."""
    counts = {item.name: Counts() for item in manifest.configurations}
    for made in folder.predictions():
        if made.configuration not in counts:
            raise StoreError(f"{folder.place}: predictions.jsonl does not fit manifest.json: {made.configuration!r}")
        counts[made.configuration] = counts[made.configuration].plus(made)
    for row in folder.failures():
        if row.stage == "generate" and row.configuration in counts:
            so_far = counts[row.configuration]
            counts[row.configuration] = so_far.model_copy(update={"failed": so_far.failed + 1})
    return counts


def finish(folder: RunFolder, manifest: RunManifest, took: Mapping[str, float]) -> RunManifest:
    """Make the manifest of a run that has done all its stages, counted from its folder; `took` is stage → seconds.

    Where clusters are neither answered nor failed (the stored predictions of an interrupted run were scored), it is
    `interrupted`, so that `harness eval` goes on with them.
    """
    counts = count_rows(folder, manifest)
    seconds = dict(manifest.seconds)
    for stage, more in took.items():
        seconds[stage] = round(seconds.get(stage, 0.0) + more, 3)
    whole = all(count.predicted + count.failed >= manifest.clusters for count in counts.values())
    status = "complete" if whole else "interrupted"
    changes = {"status": status, "finished": _end_of(manifest), "seconds": seconds, "counts": counts}
    return manifest.model_copy(update=changes)
