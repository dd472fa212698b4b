"""A run from its plan to its table: generate what is not on disk yet, score it, summarise it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Protocol

from harness.analysis.summary import ScoreTable, Summary
from harness.errors import DataError, Problem
from harness.records import (
    Case,
    Cluster,
    ConfigurationRecord,
    Counts,
    Failure,
    MeasureRecord,
    MetricScore,
    Prediction,
    RunManifest,
    utc_now,
)
from harness.run import environment, stages
from harness.run.plan import Clusters, Plan, run_digest
from harness.run.store import FAILURES, PREDICTIONS, SCORES, RunFolder


class Tick(Protocol):
    """Counts work off."""

    def __call__(self, done: int = 1) -> None:
        """`done` more pieces are finished."""


class Progress(Protocol):
    """Shows how far a run is."""

    def stage(self, label: str, total: int | None) -> AbstractContextManager[Tick]:
        """A bar for one stage of `total` pieces of work, shown while its context is open."""

    def note(self, message: str) -> None:
        """Say something that the user should know and that is no error."""


@dataclass(frozen=True)
class Outcome:
    """A finished run: its folder's manifest and its summaries."""

    folder: RunFolder
    manifest: RunManifest
    summaries: list[Summary]
    reused: int
    """Predictions that were on disk already."""

    @property
    def unanswered(self) -> list[str]:
        """Configurations that failed on every cluster."""
        return [name for name, count in self.manifest.counts.items() if not count.predicted]

    def failure_reasons(self) -> list[tuple[str, int]]:
        """`configuration: error: message` and how often, the commonest first."""
        reasons = Counter(f"{row.configuration}: {row.error}: {row.message}" for row in self.folder.failures())
        return reasons.most_common()


def execute(plan: Plan, results: Path, progress: Progress, *, retry_failures: bool = False) -> Outcome:
    """Run a plan in its folder below `results`, going on from whatever stands there.

    `retry_failures` runs the clusters again that failed before. Raises StoreError where the folder cannot be used. An
    interruption leaves the manifest `interrupted`; what was done stays done.
    """
    folder = RunFolder(results / plan.folder_name)
    with folder.locked():
        manifest = _begin(plan, folder, progress)
        if retry_failures and folder.exists:
            kept = [row for row in folder.failures() if row.stage not in ("generate", "score")]
            manifest = manifest.model_copy(update={"status": "running"})
            folder.replace_rows(FAILURES, kept)
        if manifest.status == "complete":
            return stored_outcome(folder)
        folder.write_manifest(manifest)
        with _ending(folder, manifest):
            started = perf_counter()
            reused = _generate(plan, folder, progress)
            generated = perf_counter()
            table = _score(plan, plan.configuration_records, folder, progress)
            scored = perf_counter()
        took = {"generate": generated - started, "score": scored - generated}
        manifest = _finish(folder, manifest, took)
        return Outcome(folder, manifest, table.summaries(seed=manifest.seed), reused)


def rescore(plan: Plan, source: RunFolder, results: Path, progress: Progress) -> Outcome:
    """Score the stored predictions of another run with a plan's metrics, in the folder that those metrics name.

    The plan's models are not run. Raises DataError where the plan's data is not what the predictions were made from.
    """
    made = source.manifest()
    if made.data_digest != plan.clusters.digest:
        raise DataError(
            [
                Problem(
                    "not the data that the predictions were made from",
                    plan.config.source.where,
                    path="data",
                    found=f"digest {plan.clusters.digest} over {plan.clusters.count} clusters",
                    accepted=f"digest {made.data_digest} over {made.clusters} clusters, as in {source.path}",
                )
            ]
        )
    digest = run_digest(made.data_digest, made.configurations, plan.metric_signatures, made.seed)
    folder = RunFolder(results / f"{plan.config.name}-{digest}")
    if folder.path.resolve() == source.path.resolve():
        return stored_outcome(folder)
    with folder.locked():
        manifest = made.model_copy(
            update={
                "name": plan.config.name,
                "digest": digest,
                "config": {**made.config, "name": plan.config.name, "metrics": plan.config.resolved()["metrics"]},
                "metrics": plan.metric_signatures,
                "measures": plan.measures,
                "status": "running",
            }
        )
        folder.write_manifest(manifest)
        with _ending(folder, manifest):
            folder.replace_rows(PREDICTIONS, source.predictions())
            folder.replace_rows(FAILURES, (row for row in source.failures() if row.stage != "score"))
            started = perf_counter()
            table = _score(plan, made.configurations, folder, progress)
            took = {"score": perf_counter() - started}
        manifest = _finish(folder, manifest, took)
        reused = sum(count.predicted for count in manifest.counts.values())
        return Outcome(folder, manifest, table.summaries(seed=manifest.seed), reused)


def stored_outcome(folder: RunFolder) -> Outcome:
    """What a run found, from its folder alone: neither its data set nor its components are needed."""
    manifest = folder.manifest()
    table = _empty_table(manifest.clusters, manifest.configurations, manifest.measures)
    for row in folder.scores():
        table.add(row)
    reused = sum(count.predicted for count in manifest.counts.values())
    return Outcome(folder, manifest, table.summaries(seed=manifest.seed), reused)


def _begin(plan: Plan, folder: RunFolder, progress: Progress) -> RunManifest:
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


@contextmanager
def _ending(folder: RunFolder, manifest: RunManifest) -> Iterator[None]:
    """Say in the manifest how a run ended that did not finish."""
    try:
        yield
    except BaseException as error:
        status = "interrupted" if isinstance(error, KeyboardInterrupt) else "failed"
        folder.write_manifest(manifest.model_copy(update={"status": status, "finished": utc_now()}))
        raise


def _finish(folder: RunFolder, manifest: RunManifest, took: Mapping[str, float]) -> RunManifest:
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
    finished = manifest.model_copy(
        update={"status": "complete", "finished": utc_now(), "seconds": seconds, "counts": counts}
    )
    folder.write_manifest(finished)
    return finished


def _generate(plan: Plan, folder: RunFolder, progress: Progress) -> int:
    """Append what each configuration has not answered yet; returns how many predictions were on disk already."""
    answered: dict[str, set[str]] = {name: set(found) for name, found in folder.prediction_offsets().items()}
    reused = sum(len(found) for found in answered.values())
    for row in folder.failures():
        if row.stage == "generate" and row.configuration:
            answered.setdefault(row.configuration, set()).add(row.cluster_id)
    with folder.appending(PREDICTIONS) as predictions, folder.appending(FAILURES) as failures:
        for configuration in plan.configurations:
            done = answered.get(configuration.name, set())
            left = plan.clusters.count - len(done)
            if not left:
                continue
            waiting = (cluster for cluster in plan.clusters if cluster.cluster_id not in done)
            with progress.stage(f"generate {configuration.name}", left) as tick:
                for made in stages.generate(configuration, waiting):
                    (predictions if isinstance(made, Prediction) else failures).add(made)
                    tick()
    return reused


def _score(
    plan: Plan, configurations: Sequence[ConfigurationRecord], folder: RunFolder, progress: Progress
) -> ScoreTable:
    """Score every prediction, cluster by cluster, so that what is computed of its articles serves all of them."""
    table = _empty_table(plan.clusters.count, configurations, plan.measures)
    offsets = folder.prediction_offsets()
    names = [item.name for item in configurations]
    cases = sum(len(offsets.get(name, {})) for name in names)
    kept = [row for row in folder.failures() if row.stage != "score"]
    failed: list[Failure] = []

    def rows(tick: Tick) -> Iterator[MetricScore]:
        for cluster, prediction in _cases(plan.clusters, names, offsets, folder):
            for found in stages.score(plan.metrics, Case.model_construct(cluster=cluster, prediction=prediction)):
                if isinstance(found, Failure):
                    failed.append(found)
                else:
                    table.add(found)
                    yield found
            tick()

    with progress.stage("score", cases) as tick:
        folder.replace_rows(SCORES, rows(tick))
    folder.replace_rows(FAILURES, [*kept, *failed])
    return table


def _cases(
    clusters: Clusters, names: Sequence[str], offsets: Mapping[str, Mapping[str, int]], folder: RunFolder
) -> Iterator[tuple[Cluster, Prediction]]:
    if not any(offsets.values()):
        return
    with folder.reading(PREDICTIONS) as stream:
        for cluster in clusters:
            for name in names:
                offset = offsets.get(name, {}).get(cluster.cluster_id)
                if offset is not None:
                    yield cluster, folder.prediction_at(offset, stream)


def _empty_table(
    clusters: int, configurations: Sequence[ConfigurationRecord], measures: Sequence[MeasureRecord]
) -> ScoreTable:
    return ScoreTable(clusters, [item.name for item in configurations], [measure.name for measure in measures])
