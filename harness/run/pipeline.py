"""A run from its plan to its table: generate what is not on disk yet, score it, summarise it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from time import perf_counter

from harness.analysis.summary import ScoreTable, Summary
from harness.cache.store import Cache
from harness.disk.durable import Appender
from harness.disk.row_offsets import Places
from harness.errors import DataError, Problem, StoreError
from harness.records import (
    CheckedPrediction,
    Cluster,
    ConfigurationRecord,
    Failure,
    MeasureRecord,
    MetricScore,
    Prediction,
    RunManifest,
)
from harness.results.pending import with_pending
from harness.results.results_folder import prepare
from harness.results.run_folder import CLUSTERS, FAILURES, PREDICTIONS, SCORES, TABLE, VERDICTS, RunFolder
from harness.results.unscored import Unscored, find_unscored
from harness.run import cached, stages
from harness.run import manifest as manifests
from harness.run.jobs import Workers, checked_in_order, scored_in_order
from harness.run.ledger import charging
from harness.run.monitor import FailureRows, Watch, see_failures, under_way
from harness.run.plan import Plan, run_digest
from harness.run.progress import Progress, Tick
from harness.run.stored_rows import VerdictsOf, by_cluster, case_of, check_of, stored_verdicts


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

    `jobs` is how many processes check and score; None takes all cores once the work is large enough to pay. A program
    that asks for more than one has its main code under `if __name__ == "__main__":`, since each imports it.
    `retry_errors` does again what failed before; `wait` waits for a process that has the folder; `table` prints the
    results for the folder's own table. Raises StoreError where the folder cannot be used, RunStoppedError where the
    run reaches a limit of its configuration. An interruption leaves the manifest `interrupted`; what was done stays
    done.
    """
    prepare(results)
    folder = RunFolder(results / plan.folder_name)
    workers = Workers(jobs)
    with folder.locked(wait=wait, told=progress.note):
        manifest = manifests.begun(plan, folder, progress)
        if manifest.status == "complete" and not (
            retry_errors and any(row.stage != "load" for row in folder.failures())
        ):
            see_failures(folder, plan.config.limits, manifest.clusters)
            return stored_outcome(folder)
        manifest = manifest.model_copy(update={"status": "running", "finished": None})
        with under_way(folder, manifest, plan.config.limits, progress) as watch:
            if retry_errors:
                folder.replace_rows(FAILURES, (row for row in folder.failures() if row.stage == "load"))
            watch.known(row for row in folder.failures() if row.stage in ("generate", "check"))
            folder.replace_rows(CLUSTERS, (cluster.facts() for cluster in plan.clusters))
            started = perf_counter()
            reused = _generate(plan, folder, cache, watch, again=retry_errors)
            generated = perf_counter()
            _check(plan, plan.configuration_records, folder, cache, workers, watch)
            checked = perf_counter()
            scores = _score(plan, plan.configuration_records, folder, workers, watch)
            scored = perf_counter()
            took = {"generate": generated - started, "check": checked - generated, "score": scored - checked}
            outcome = _finish(folder, manifest, took, scores, reused, table)
            for line in (*outcome.manifest.changes_of_model(), *outcome.manifest.differing_texts()):
                watch.note(line)
            return outcome


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
                    accepted=f"digest {made.data_digest} over {made.clusters} clusters, as in {source.path}",
                )
            ]
        )
    digest = run_digest(made.data_digest, made.configurations, plan.metric_signatures, made.seed)
    folder = RunFolder(results / f"{plan.config.name}-{digest}")
    workers = Workers(jobs)
    if folder.path.resolve() == source.path.resolve():
        return stored_outcome(folder)
    prepare(results)
    with folder.locked(wait=wait, told=progress.note):
        manifest = manifests.rescored(plan, source, folder, digest)
        with under_way(folder, manifest, plan.config.limits, progress) as watch:
            folder.replace_rows(CLUSTERS, source.clusters())
            _take_predictions(source, folder, made.configurations)
            started = perf_counter()
            _check(plan, made.configurations, folder, cache, workers, watch)
            checked = perf_counter()
            scores = _score(plan, made.configurations, folder, workers, watch)
            took = {"check": checked - started, "score": perf_counter() - checked}
            reused = sum(1 for _ in folder.predictions())
            return _finish(folder, manifest, took, scores, reused, table)


def _take_predictions(source: RunFolder, folder: RunFolder, configurations: Sequence[ConfigurationRecord]) -> None:
    """Add another run's predictions that are missing here, and its failures to generate what is missing in both."""
    stored = folder.places(PREDICTIONS, case_of)
    with folder.appending(PREDICTIONS) as predictions:
        for made in source.predictions():
            if (made.configuration, made.cluster_id) not in stored:
                predictions.add(made)
    _order_predictions(folder, configurations)
    stored = folder.places(PREDICTIONS, case_of)
    failed = (row for row in source.failures() if row.stage == "generate")
    folder.replace_rows(FAILURES, (row for row in failed if (row.configuration or "", row.cluster_id) not in stored))


def stored_outcome(folder: RunFolder) -> Outcome:
    """What a run found, from its folder alone: neither its data set nor its components are needed."""
    manifest = folder.manifest()
    misfit = StoreError(f"{folder.path}: scores.jsonl does not fit manifest.json; remove the folder and run again")
    if manifest.clusters > folder.size(CLUSTERS):  # a row has more than one byte: before room is made for them
        raise misfit
    table = _empty_table(manifest.clusters, manifest.configurations, manifest.measures)
    try:
        for row in folder.scores():
            table.add(row)
    except LookupError:
        raise misfit from None
    if manifest.status != "complete":
        manifest = manifest.model_copy(update={"counts": manifests.counted(folder, manifest)})
    reused = sum(count.predicted for count in manifest.counts.values())
    return Outcome(folder, manifest, with_pending(table.summaries(seed=manifest.seed), folder, manifest), reused)


def _finish(
    folder: RunFolder,
    manifest: RunManifest,
    took: Mapping[str, float],
    scores: ScoreTable,
    reused: int,
    table: Callable[[Outcome], str] | None,
) -> Outcome:
    """Write the table and, last of all, that the run is complete."""
    finished = manifests.finished(folder, manifest, took)
    summaries = with_pending(scores.summaries(seed=manifest.seed), folder, finished)
    outcome = Outcome(folder, finished, summaries, reused)
    if table is not None:
        folder.write(TABLE, table(outcome))
    folder.write_manifest(finished)
    return outcome


def _generate(plan: Plan, folder: RunFolder, cache: Cache | None, watch: Watch, *, again: bool) -> int:
    """Append what each configuration has not answered yet; returns how many predictions were on disk already."""
    stored = folder.places(PREDICTIONS, case_of)
    failed = Places(
        ((row.configuration or "", row.cluster_id), 0) for row in folder.failures() if row.stage == "generate"
    )
    reused = len(stored)

    def is_left(configuration: str, cluster_id: str) -> bool:
        return (configuration, cluster_id) not in stored and (configuration, cluster_id) not in failed

    with (
        folder.appending(PREDICTIONS) as predictions,
        folder.appending(FAILURES) as rows,
        charging(folder) as charged,
    ):
        failures = watch.keeping(rows)
        for configuration in plan.configurations:
            name = configuration.name
            left = sum(is_left(name, facts.cluster_id) for facts in folder.clusters())
            if not left:
                continue
            waiting = _those_left(plan.clusters, partial(is_left, name))
            with watch.stage(f"generate {name}", left) as tick:
                reused += cached.generate(
                    replace(configuration, model=charged(configuration.model, name)),
                    waiting,
                    cache,
                    _keeping(predictions, failures, tick),
                    seconds=watch.seconds_each,
                    again=again,
                )
    if stored:
        _order_predictions(folder, plan.configuration_records)
    return reused


def _those_left(clusters: Iterable[Cluster], is_left: Callable[[str], bool]) -> Iterator[Cluster]:
    return (cluster for cluster in clusters if is_left(cluster.cluster_id))


def _keeping(
    made: Appender, failures: FailureRows, tick: Tick
) -> Callable[[Prediction | CheckedPrediction | Failure], None]:
    """Keeps each row among what was made or among the failures, and counts it."""

    def keep(row: Prediction | CheckedPrediction | Failure) -> None:
        if isinstance(row, Failure):
            failures.add(row)
        else:
            made.add(row)
        tick()

    return keep


def _order_predictions(folder: RunFolder, configurations: Sequence[ConfigurationRecord]) -> None:
    order = ((item.name, facts.cluster_id) for item in configurations for facts in folder.clusters())
    folder.put_in_order(PREDICTIONS, Prediction, case_of, order)


def _check(
    plan: Plan,
    configurations: Sequence[ConfigurationRecord],
    folder: RunFolder,
    cache: Cache | None,
    workers: Workers,
    watch: Watch,
) -> None:
    """Append the verdicts that the metrics want and that are not on disk yet, cluster by cluster."""
    went_on = False
    for signature, checker in plan.checkers.items():
        checked = folder.places(VERDICTS, check_of)
        went_on = went_on or bool(checked)  # whether or not more are left: they may be on disk in another order
        failed = Places(
            ((signature, row.configuration or "", row.cluster_id), 0)
            for row in folder.failures()
            if row.stage == "check"
        )

        def is_left(
            row: Prediction, signature: str = signature, checked: Places = checked, failed: Places = failed
        ) -> bool:
            key = (signature, row.configuration, row.cluster_id)
            return key not in checked and key not in failed

        left = sum(map(is_left, folder.predictions()))
        if not left:
            continue
        with (
            folder.appending(VERDICTS) as verdicts,
            folder.appending(FAILURES) as rows,
            charging(folder) as charged,
            watch.stage(f"check {checker.name}", left) as tick,
        ):
            work = by_cluster(plan.clusters, configurations, folder, is_left)
            keep = _keeping(verdicts, watch.keeping(rows), tick)
            asked = charged(checker, signature)
            checked_by = partial(checked_in_order, asked, workers=workers, total=left, seconds=watch.seconds_each)
            cached.check(checker, work, cache, keep, checked_by)
    if went_on:
        order = (
            (signature, item.name, facts.cluster_id)
            for signature in plan.checkers
            for facts in folder.clusters()
            for item in configurations
        )
        folder.put_in_order(VERDICTS, CheckedPrediction, check_of, order)


def _score(
    plan: Plan, configurations: Sequence[ConfigurationRecord], folder: RunFolder, workers: Workers, watch: Watch
) -> ScoreTable:
    """Score every prediction, cluster by cluster, so that what is computed of its articles serves all of them."""
    table = _empty_table(plan.clusters.count, configurations, plan.measures)
    folder.replace_rows(FAILURES, (row for row in folder.failures() if row.stage != "score"))

    def blocks(verdicts_of: VerdictsOf) -> Iterator[list[stages.Scorable]]:
        for block in _blocks(by_cluster(plan.clusters, configurations, folder)):
            yield [
                stages.Scorable(cluster, prediction, [verdicts_of(metric, prediction) for metric in plan.metrics])
                for cluster, prediction in block
            ]

    def rows(tick: Tick, verdicts_of: VerdictsOf, failures: FailureRows) -> Iterator[MetricScore]:
        scored = scored_in_order(plan.metrics, blocks(verdicts_of), workers, total=total, seconds=watch.seconds_each)
        with closing(scored):
            for block in scored:
                for row in chain.from_iterable(block):
                    if isinstance(row, Failure):
                        failures.add(row)
                    else:
                        table.add(row)
                        yield row
                tick(len(block))

    total = sum(1 for _ in folder.predictions())
    with (
        folder.appending(FAILURES) as failed,
        watch.stage("score", total) as tick,
        stored_verdicts(folder) as verdicts_of,
    ):
        folder.replace_rows(SCORES, rows(tick, verdicts_of, watch.keeping(failed)))
    return table


BLOCK_CASES = 512
BLOCK_CHARACTERS = 1_000_000
"""A block that is scored at once ends with the cluster that reaches one of these: what it holds stays small."""


def _blocks(
    clusters: Iterable[tuple[Cluster, Sequence[Prediction]]],
) -> Iterator[list[tuple[Cluster, Prediction]]]:
    """Predictions with their clusters in blocks; no cluster is divided between two."""
    block: list[tuple[Cluster, Prediction]] = []
    characters = 0
    for cluster, predictions in clusters:
        block += [(cluster, prediction) for prediction in predictions]
        characters += sum(len(article.text) for article in cluster.articles)
        if len(block) >= BLOCK_CASES or characters >= BLOCK_CHARACTERS:
            yield block
            block, characters = [], 0
    if block:
        yield block


def _empty_table(
    clusters: int, configurations: Sequence[ConfigurationRecord], measures: Sequence[MeasureRecord]
) -> ScoreTable:
    return ScoreTable(clusters, [item.name for item in configurations], [measure.name for measure in measures])
