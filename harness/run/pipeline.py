"""A run from its plan to its table: generate what is not on disk yet, score it, summarise it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from time import perf_counter
from typing import Any

from harness.analysis.summary import ScoreTable, Summary
from harness.errors import DataError, Problem, StoreError
from harness.metrics.base import Metric
from harness.records import (
    Case,
    CheckedPrediction,
    Cluster,
    ConfigurationRecord,
    Failure,
    MeasureRecord,
    MetricScore,
    Prediction,
    RunManifest,
    Verdict,
)
from harness.run import cached, manifests, stages
from harness.run.cache import Cache
from harness.run.durable import Appender
from harness.run.plan import Clusters, Plan, checker_of, run_digest
from harness.run.progress import Progress, Tick
from harness.run.store import CLUSTERS, FAILURES, PREDICTIONS, SCORES, TABLE, VERDICTS, RunFolder
from harness.run.watch import FailureRows, Watch, see_failures, under_way


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
        return [name for name, count in self.manifest.counts.items() if not count.predicted]

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
    retry_errors: bool = False,
    wait: bool = False,
    table: Callable[[Outcome], str] | None = None,
) -> Outcome:
    """Run a plan in its folder below `results`, going on from whatever stands there and in the cache.

    `retry_errors` does again what failed before; `wait` waits for a process that has the folder; `table` prints the
    results for the folder's own table. Raises StoreError where the folder cannot be used, RunStoppedError where the
    run reaches a limit of its configuration. An interruption leaves the manifest `interrupted`; what was done stays
    done.
    """
    folder = RunFolder(results / plan.folder_name)
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
            reused = _generate(plan, folder, cache, watch)
            generated = perf_counter()
            _check(plan, plan.configuration_records, folder, cache, watch)
            checked = perf_counter()
            scores = _score(plan, plan.configuration_records, folder, watch)
            scored = perf_counter()
            took = {"generate": generated - started, "check": checked - generated, "score": scored - checked}
            return _finish(folder, manifest, took, scores, reused, table)


def rescore(
    plan: Plan,
    source: RunFolder,
    results: Path,
    progress: Progress,
    *,
    cache: Cache | None = None,
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
    if folder.path.resolve() == source.path.resolve():
        return stored_outcome(folder)
    with folder.locked(wait=wait, told=progress.note):
        manifest = made.model_copy(
            update={
                "name": plan.config.name,
                "digest": digest,
                "config": {**made.config, "name": plan.config.name, "metrics": plan.config.resolved()["metrics"]},
                "metrics": plan.metric_signatures,
                "measures": plan.measures,
                "status": "running",
                "finished": None,
            }
        )
        with under_way(folder, manifest, plan.config.limits, progress) as watch:
            folder.replace_rows(CLUSTERS, source.clusters())
            _take_predictions(source, folder, made.configurations)
            started = perf_counter()
            _check(plan, made.configurations, folder, cache, watch)
            checked = perf_counter()
            scores = _score(plan, made.configurations, folder, watch)
            took = {"check": checked - started, "score": perf_counter() - checked}
            reused = len(folder.offsets(PREDICTIONS, _case_of))
            return _finish(folder, manifest, took, scores, reused, table)


def _take_predictions(source: RunFolder, folder: RunFolder, configurations: Sequence[ConfigurationRecord]) -> None:
    """Add another run's predictions that are missing here, and its failures to generate what is missing in both."""
    stored = set(folder.offsets(PREDICTIONS, _case_of))
    with folder.appending(PREDICTIONS) as predictions:
        for made in source.predictions():
            if (made.configuration, made.cluster_id) not in stored:
                predictions.add(made)
    _order_predictions(folder, configurations)
    stored = set(folder.offsets(PREDICTIONS, _case_of))
    failed = (row for row in source.failures() if row.stage == "generate")
    folder.replace_rows(FAILURES, (row for row in failed if (row.configuration, row.cluster_id) not in stored))


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
    reused = sum(count.predicted for count in manifest.counts.values())
    return Outcome(folder, manifest, table.summaries(seed=manifest.seed), reused)


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
    outcome = Outcome(folder, finished, scores.summaries(seed=manifest.seed), reused)
    if table is not None:
        folder.write(TABLE, table(outcome))
    folder.write_manifest(finished)
    return outcome


def _generate(plan: Plan, folder: RunFolder, cache: Cache | None, watch: Watch) -> int:
    """Append what each configuration has not answered yet; returns how many predictions were on disk already."""
    stored = set(folder.offsets(PREDICTIONS, _case_of))
    done = stored | {(row.configuration, row.cluster_id) for row in folder.failures() if row.stage == "generate"}
    reused = len(stored)
    with folder.appending(PREDICTIONS) as predictions, folder.appending(FAILURES) as rows:
        failures = watch.keeping(rows)
        for configuration in plan.configurations:
            name = configuration.name
            left = sum((name, facts.cluster_id) not in done for facts in folder.clusters())
            if not left:
                continue
            waiting = (cluster for cluster in plan.clusters if (name, cluster.cluster_id) not in done)
            with watch.stage(f"generate {name}", left) as tick:
                reused += cached.generate(
                    configuration,
                    waiting,
                    cache,
                    _keeping(predictions, failures, tick),
                    seconds=watch.seconds_each,
                )
    if stored:
        _order_predictions(folder, plan.configuration_records)
    return reused


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
    ids = [facts.cluster_id for facts in folder.clusters()]
    order = ((item.name, cluster_id) for item in configurations for cluster_id in ids)
    folder.put_in_order(PREDICTIONS, Prediction, _case_of, order)


def _check(
    plan: Plan,
    configurations: Sequence[ConfigurationRecord],
    folder: RunFolder,
    cache: Cache | None,
    watch: Watch,
) -> None:
    """Append the verdicts that the metrics want and that are not on disk yet, cluster by cluster."""
    went_on = False
    for signature, checker in plan.checkers.items():
        done = set(folder.offsets(VERDICTS, _check_of))
        done |= {
            (signature, row.configuration or "", row.cluster_id) for row in folder.failures() if row.stage == "check"
        }
        places = {
            (name, cluster_id): offset
            for (name, cluster_id), offset in folder.offsets(PREDICTIONS, _case_of).items()
            if (signature, name, cluster_id) not in done
        }
        if not places:
            continue
        went_on = went_on or bool(done)
        with (
            folder.appending(VERDICTS) as verdicts,
            folder.appending(FAILURES) as rows,
            watch.stage(f"check {checker.name}", len(places)) as tick,
        ):
            work = _by_cluster(plan.clusters, configurations, places, folder)
            keep = _keeping(verdicts, watch.keeping(rows), tick)
            cached.check(checker, work, cache, keep, partial(stages.checked, checker, seconds=watch.seconds_each))
    if went_on:
        ids = [facts.cluster_id for facts in folder.clusters()]
        order = (
            (signature, item.name, cluster_id)
            for signature, cluster_id, item in product(plan.checkers, ids, configurations)
        )
        folder.put_in_order(VERDICTS, CheckedPrediction, _check_of, order)


def _score(plan: Plan, configurations: Sequence[ConfigurationRecord], folder: RunFolder, watch: Watch) -> ScoreTable:
    """Score every prediction, cluster by cluster, so that what is computed of its articles serves all of them."""
    table = _empty_table(plan.clusters.count, configurations, plan.measures)
    places = folder.offsets(PREDICTIONS, _case_of)
    kept = [row for row in folder.failures() if row.stage != "score"]
    failed: list[Failure] = []

    def rows(tick: Tick, verdicts_of: VerdictsOf) -> Iterator[MetricScore]:
        for block in _blocks(_by_cluster(plan.clusters, configurations, places, folder)):
            cases = [[_case(metric, *pair, verdicts_of) for pair in block] for metric in plan.metrics]
            for scored in stages.score(plan.metrics, cases, seconds=watch.seconds_each):
                if isinstance(scored, Failure):
                    failed.append(scored)
                    watch.failed(scored)
                else:
                    table.add(scored)
                    yield scored
            tick(len(block))

    with watch.stage("score", len(places)) as tick, _stored_verdicts(folder) as verdicts_of:
        folder.replace_rows(SCORES, rows(tick, verdicts_of))
    folder.replace_rows(FAILURES, [*kept, *failed])
    return table


BLOCK_CASES = 512
BLOCK_CHARACTERS = 4_000_000
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


def _case(metric: Metric, cluster: Cluster, prediction: Prediction, verdicts_of: "VerdictsOf") -> Case | None:
    """What a metric may look at; None where its check failed: that Failure row is there, and the table counts it."""
    verdicts = verdicts_of(metric, prediction)
    if verdicts is None:
        return None
    return Case.model_construct(cluster=cluster, prediction=prediction, verdicts=verdicts)


VerdictsOf = Callable[[Metric, Prediction], tuple[Verdict, ...] | None]


@contextmanager
def _stored_verdicts(folder: RunFolder) -> Iterator[VerdictsOf]:
    """Looks up the verdicts a metric wants on a prediction; empty where it wants none, None where none are stored."""
    places = folder.offsets(VERDICTS, _check_of)
    with ExitStack() as stack:
        checked_at = stack.enter_context(folder.reading(VERDICTS, CheckedPrediction)) if places else None

        def verdicts_of(metric: Metric, prediction: Prediction) -> tuple[Verdict, ...] | None:
            checker = checker_of(metric)
            if checker is None:
                return ()
            place = places.get((checker.signature(), prediction.configuration, prediction.cluster_id))
            return checked_at(place).verdicts if checked_at and place is not None else None

        yield verdicts_of


def _by_cluster(
    clusters: Clusters,
    configurations: Sequence[ConfigurationRecord],
    places: Mapping[tuple[str, str], int],
    folder: RunFolder,
) -> Iterator[tuple[Cluster, list[Prediction]]]:
    """Each cluster with the stored predictions for it, in the order of the configurations."""
    if not places:
        return
    names = [item.name for item in configurations]
    with folder.reading(PREDICTIONS, Prediction) as prediction_at:
        for cluster in clusters:
            found = [places.get((name, cluster.cluster_id)) for name in names]
            predictions = [prediction_at(offset) for offset in found if offset is not None]
            if predictions:
                yield cluster, predictions


def _case_of(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["configuration"], row["cluster_id"]


def _check_of(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["checker"], row["configuration"], row["cluster_id"]


def _empty_table(
    clusters: int, configurations: Sequence[ConfigurationRecord], measures: Sequence[MeasureRecord]
) -> ScoreTable:
    return ScoreTable(clusters, [item.name for item in configurations], [measure.name for measure in measures])
