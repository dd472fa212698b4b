"""A run from its plan to its table: predict, check, score, summarise.

One course serves a run and a rescoring; they differ in where the predictions come from: `_Generated` or `_Stored`.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from harness.analysis.summary import ScoreTable, Summary
from harness.cache.store import Cache
from harness.errors import DataError, Problem
from harness.executors.choose import choose
from harness.records import RunManifest, ShardRecord
from harness.results.find import find_merged
from harness.results.mending import take_out_damaged
from harness.results.pending import with_pending
from harness.results.results_folder import prepare
from harness.results.run_folder import CLUSTERS, FAILURES, PREDICTIONS, TABLE, RunFolder
from harness.results.unscored import Unscored, find_unscored
from harness.run import manifest as manifests
from harness.run.active_run import ActiveRun
from harness.run.check import check_missing
from harness.run.generate import generate_missing
from harness.run.monitor import monitored, refuse_too_many_failures
from harness.run.plan import Plan, folder_name, run_digest, shard_digest
from harness.run.progress import Progress
from harness.run.score import read_scores, score_all
from harness.run.stored_rows import case_of, order_predictions


@dataclass(frozen=True)
class Outcome:
    """A finished run: its folder's manifest and its summaries."""

    folder: RunFolder
    manifest: RunManifest
    summaries: list[Summary]
    reused: int
    """Predictions that were on disk already, in the run's own folder or in the cache."""

    @property
    def unanswered(self) -> list[str]:
        """Configurations that failed on every cluster."""
        return [name for name, count in self.manifest.counts.items() if count.failed and not count.predicted]

    @property
    def unscored(self) -> list[Unscored]:
        """Metrics that failed on every prediction of a configuration, with the reason; `unanswered` is apart."""
        return find_unscored(self.folder, self.manifest)

    def failure_reasons(self) -> list[tuple[str, int]]:
        """`configuration: error: message` and how often, the commonest first."""
        reasons = Counter(f"{row.configuration}: {row.error}: {row.message}" for row in self.folder.failures())
        return reasons.most_common()


def execute(
    plan: Plan,
    results: Path,
    progress: Progress,
    *,
    cache: Cache | None = None,
    jobs: int | None = 1,
    retry_errors: bool = False,
    wait: bool = False,
    table: Callable[[Outcome], str] | None = None,
) -> Outcome:
    """Run a plan in its folder below `results`, going on from whatever stands there and in the cache.

    The executor is the one that the plan's configuration names. `jobs` is how many processes check and score where it
    says nothing of them; None takes all cores once the work is large enough to pay. A program that asks for more than
    one has its main code under `if __name__ == "__main__":`, since each imports it. `retry_errors` does again what
    failed before; `wait` waits for a process that has the folder; `table` prints the results for the folder's own
    table. Raises StoreError where the folder cannot be used, RunStoppedError where the run reaches a limit of its
    configuration. An interruption leaves the manifest `interrupted`; what was done stays done.
    """
    origin = _Generated(plan, retry_errors)
    folder = RunFolder(results / plan.folder_name)
    if not folder.exists and plan.shard is None:
        folder = find_merged(results, plan.config.name, plan.digest) or folder
    return _run(plan, folder, origin, progress, cache=cache, jobs=jobs, wait=wait, table=table)


def rescore(
    plan: Plan,
    source: RunFolder,
    results: Path,
    progress: Progress,
    *,
    cache: Cache | None = None,
    jobs: int | None = 1,
    wait: bool = False,
    table: Callable[[Outcome], str] | None = None,
) -> Outcome:
    """Score the stored predictions of another run with a plan's metrics, in the folder that those metrics name.

    The plan's models are not run; predictions that the folder has beyond the other run's stay. Raises DataError where
    the plan's data is not what the predictions were made from.
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
                    accepted=f"digest {made.data_digest} over {made.clusters} clusters, as in {source.place}",
                )
            ]
        )
    data = made.shard.data_digest if made.shard else made.data_digest
    digest = run_digest(data, made.configurations, plan.metric_signatures, made.seed)
    shard = made.shard and made.shard.model_copy(update={"run": digest})
    digest = shard_digest(shard) if shard else digest
    folder = RunFolder(results / folder_name(plan.config.name, digest, shard))
    if folder.path.resolve() == source.path.resolve():
        return stored_outcome(folder)
    origin = _Stored(plan, source, digest, shard)
    return _run(plan, folder, origin, progress, cache=cache, jobs=jobs, wait=wait, table=table)


def _run(
    plan: Plan,
    folder: RunFolder,
    origin: "_Origin",
    progress: Progress,
    *,
    cache: Cache | None,
    jobs: int | None,
    wait: bool,
    table: Callable[[Outcome], str] | None,
) -> Outcome:
    """Take a run through its stages, from whatever stands in its folder to its table."""
    prepare(folder.path.parent)
    with folder.locked(wait=wait, told=progress.note):
        take_out_damaged(
            folder, lambda: {cluster.cluster_id: cluster.digest for cluster in plan.clusters}, progress.note
        )
        manifest = origin.begin(folder, progress)
        if manifest.status == "complete":
            return stored_outcome(folder)
        with choose(plan.config.execution, jobs) as executor, ExitStack() as stack:
            manifest = manifests.worked_by(manifest, executor.describe())
            monitor = stack.enter_context(monitored(folder, manifest, plan.config.limits, progress))
            for line in plan.clusters.dataset.notes():
                monitor.note(line)
            run = ActiveRun(plan, manifest, folder, cache, executor, monitor)
            times = _Times()
            reused = origin.predict(run, times)
            with times.taken_by("check"):
                check_missing(run)
            with times.taken_by("score"):
                scores = score_all(run)
            outcome = _finish(run, times, scores, reused, table)
            for line in origin.remarks(outcome.manifest):
                monitor.note(line)
            return outcome


class _Times:
    """Seconds that the stages of this start took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def taken_by(self, stage: str) -> Iterator[None]:
        """Time a stage that is done whole; one that is broken off leaves no time, as it leaves the run unfinished."""
        started = perf_counter()
        yield
        self.seconds[stage] = perf_counter() - started


class _Origin(ABC):
    """Where the predictions of a run come from."""

    @abstractmethod
    def begin(self, folder: RunFolder, progress: Progress) -> RunManifest:
        """Make the manifest to begin or go on with; it is `complete` where nothing is left to do."""

    @abstractmethod
    def predict(self, run: ActiveRun, times: _Times) -> int:
        """Put the clusters and the missing predictions into the folder; returns how many did not have to be made."""

    def remarks(self, manifest: RunManifest) -> Sequence[str]:  # noqa: ARG002 - others have some
        """List what a user should know of the predictions of a finished run."""
        return ()


class _Generated(_Origin):
    """Predictions that the plan's models write."""

    def __init__(self, plan: Plan, retry_errors: bool) -> None:
        self._plan = plan
        self._retry_errors = retry_errors

    def begin(self, folder: RunFolder, progress: Progress) -> RunManifest:
        """Begin or go on. Raises RunStoppedError where a complete run has more failures than the limits now allow."""
        manifest = manifests.begin(self._plan, folder, progress)
        left_to_retry = self._retry_errors and any(row.stage != "load" for row in folder.failures())
        if manifest.status == "complete" and not left_to_retry:
            refuse_too_many_failures(folder, self._plan.config.limits, manifest.clusters)
            return manifest
        return manifest.model_copy(update={"status": "running", "finished": None})

    def predict(self, run: ActiveRun, times: _Times) -> int:
        """Generate what is neither in the folder nor in the cache."""
        folder = run.folder
        if self._retry_errors:
            folder.replace_rows(FAILURES, (row for row in folder.failures() if row.stage == "load"))
        run.monitor.count_earlier(row for row in folder.failures() if row.stage in ("generate", "check"))
        folder.replace_rows(CLUSTERS, self._plan.clusters.facts())
        with times.taken_by("generate"):
            return generate_missing(run, again=self._retry_errors)

    def remarks(self, manifest: RunManifest) -> Sequence[str]:
        """List where a server changed its model under way, and texts that a batch changed."""
        return (*manifest.changes_of_model(), *manifest.differing_texts())


class _Stored(_Origin):
    """Predictions of another run, which is scored again."""

    def __init__(self, plan: Plan, source: RunFolder, digest: str, shard: ShardRecord | None) -> None:
        self._plan = plan
        self._source = source
        self._digest = digest
        self._shard = shard

    def begin(self, folder: RunFolder, progress: Progress) -> RunManifest:  # noqa: ARG002 - nothing to say
        """Score again even what is scored: the other run may have predictions that it had not then."""
        return manifests.begin_rescoring(self._plan, self._source, folder, self._digest, self._shard)

    def predict(self, run: ActiveRun, times: _Times) -> int:  # noqa: ARG002 - copying is no stage
        """Add the other run's predictions that are missing, and its failures to generate what is missing in both."""
        folder = run.folder
        folder.replace_rows(CLUSTERS, self._source.clusters())
        stored = folder.row_offsets(PREDICTIONS, case_of)
        with folder.appending(PREDICTIONS) as predictions:
            for made in self._source.predictions():
                if (made.configuration, made.cluster_id) not in stored:
                    predictions.add(made)
        order_predictions(folder, run.configurations)
        stored = folder.row_offsets(PREDICTIONS, case_of)
        failed = (row for row in self._source.failures() if row.stage == "generate")
        missing = (row for row in failed if (row.configuration or "", row.cluster_id) not in stored)
        folder.replace_rows(FAILURES, missing)
        return stored.rows


def stored_outcome(folder: RunFolder) -> Outcome:
    """Read what a run found, from its folder alone: neither its data set nor its components are needed.

    Raises StoreError where the files that it reads are not what the run left.
    """
    manifest = folder.manifest()
    scores = read_scores(folder, manifest)
    if manifest.status != "complete":
        manifest = manifest.model_copy(update={"counts": manifests.count_rows(folder, manifest)})
    reused = sum(count.predicted for count in manifest.counts.values())
    return Outcome(folder, manifest, with_pending(scores.summaries(seed=manifest.seed), folder, manifest), reused)


def _finish(
    run: ActiveRun, times: _Times, scores: ScoreTable, reused: int, table: Callable[[Outcome], str] | None
) -> Outcome:
    """Write the table and, last of all, that the run is complete."""
    finished = manifests.finish(run.folder, run.manifest, times.seconds)
    summaries = with_pending(scores.summaries(seed=finished.seed), run.folder, finished)
    outcome = Outcome(run.folder, finished, summaries, reused)
    if table is not None:
        run.folder.write(TABLE, table(outcome))
    sealed = finished.model_copy(update={"files": run.folder.seal() if finished.status == "complete" else {}})
    run.folder.write_manifest(sealed)
    return replace(outcome, manifest=sealed)
