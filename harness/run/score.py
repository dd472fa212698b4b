"""Score: what the metrics find about each stored prediction.

stored predictions, verdicts → Scorable, in blocks of whole clusters → workers → MetricScore | Failure
→ scores.jsonl, failures.jsonl, and the table
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import chain, groupby, islice, tee
from operator import itemgetter
from types import MappingProxyType
from typing import NamedTuple

from harness.analysis.summary import ScoreTable
from harness.cache.pins import held
from harness.component import Component
from harness.errors import StoreError
from harness.executors.base import Executor, Lost, few_collections
from harness.metrics.base import Metric
from harness.process import logs
from harness.process.isolation import Reason, isolate, reason
from harness.records import (
    Case,
    Cluster,
    ConfigurationRecord,
    Failure,
    MeasureRecord,
    MetricScore,
    Prediction,
    RunManifest,
    Verdict,
)
from harness.results.run_folder import CLUSTERS, FAILURES, SCORES, RunFolder
from harness.run.active_run import ActiveRun
from harness.run.monitor import FailureRows
from harness.run.progress import Tick
from harness.run.stored_rows import VerdictsOf, by_cluster, stored_verdicts

BLOCK_CASES = 512
BLOCK_CHARACTERS = 1_000_000
"""A block that is scored at once ends with the cluster that reaches one of these: what it holds stays small."""


# Records in, records out


class Scorable(NamedTuple):
    """A prediction with all that its metrics may look at."""

    cluster: Cluster
    prediction: Prediction
    verdicts: Sequence[tuple[Verdict, ...] | None]
    """For each metric what its checker found, nothing where it has none; None where the check failed."""


Scored = Sequence[MetricScore | Failure]
"""The metrics' findings on one prediction, in their order."""


def score(metrics: Sequence[Metric], block: Sequence[Scorable], *, seconds: float | None = None) -> Sequence[Scored]:
    """Score each prediction of a block with every metric, in order.

    A metric whose check failed has nothing to look at: that Failure row is there, and the table counts it. A metric
    that fails on one case is a row with a reason; `seconds` is what it may take for one cluster.
    """
    rows: list[list[MetricScore | Failure]] = [[] for _ in block]
    unchecked = [
        Case.model_construct(cluster=piece.cluster, prediction=piece.prediction, verdicts=()) for piece in block
    ]
    for at, metric in enumerate(metrics):
        cases = [
            (place, case.model_copy(update={"verdicts": verdicts}) if verdicts else case)
            for place, (piece, case) in enumerate(zip(block, unchecked, strict=True))
            if (verdicts := piece.verdicts[at]) is not None
        ]
        scored = _score_with(metric, [case for _, case in cases], seconds)
        for (place, _), row in zip(cases, scored, strict=True):
            rows[place].append(row)
    return rows


def _score_with(metric: Metric, cases: Sequence[Case], seconds: float | None) -> Iterator[MetricScore | Failure]:
    def allowed(asked: Sequence[Case]) -> float | None:
        return None if seconds is None else seconds * len({case.cluster.cluster_id for case in asked})

    def find(asked: Sequence[Case]) -> list[MetricScore]:
        rows = list(islice(metric.score_all(asked), len(asked) + 1))
        for case, row in zip(asked, rows, strict=True):
            if not isinstance(row, MetricScore):
                raise TypeError(f"metric {metric.name!r} gave {type(row).__name__}; accepted: MetricScore")
            if (row.cluster_id, row.configuration) != (case.cluster.cluster_id, case.prediction.configuration):
                raise ValueError(f"metric {metric.name!r} gave a score of another prediction, of {row.cluster_id!r}")
        return rows

    together: Iterable[Sequence[Case]] = [cases]
    if seconds is not None and type(metric).findings_all is Metric.findings_all:
        # It gains nothing by seeing several clusters at once; one by one it is known which takes too long.
        together = [list(group) for _, group in groupby(cases, key=lambda case: case.cluster.cluster_id)]
    for some in together:
        for case, (found, times) in zip(some, isolate(find, some, allowed), strict=True):
            if isinstance(found, BaseException):
                yield _failure(metric, case.prediction, reason(found), times)
            else:
                yield found


def _failure(metric: Metric, prediction: Prediction, why: Reason, attempts: int = 1) -> Failure:
    return Failure(
        stage="score",
        cluster_id=prediction.cluster_id,
        configuration=prediction.configuration,
        component=metric.name,
        error=why.error,
        message=why.message,
        attempts=attempts,
    )


# With an executor


@dataclass(frozen=True)
class ScoreJob:
    """Scores with some of the metrics; a piece is a prediction with its cluster and verdicts."""

    metrics: tuple[Metric, ...]
    seconds: float | None
    places: tuple[int, ...] | None = None
    """Their places among all metrics, by which their verdicts are found; None for all."""
    logged: logs.Setting = field(default_factory=logs.setting)

    @contextmanager
    def open(self) -> Iterator[Callable[[Sequence[Scorable]], Sequence[Scored]]]:
        """Metrics need no opening."""
        logs.take_up(self.logged)
        with few_collections():
            yield lambda block: score(self.metrics, [self._own(piece) for piece in block], seconds=self.seconds)

    def _own(self, piece: Scorable) -> Scorable:
        if self.places is None:
            return piece
        return piece._replace(verdicts=[piece.verdicts[at] for at in self.places])


def score_in_order(
    metrics: tuple[Metric, ...],
    blocks: Iterable[Sequence[Scorable]],
    executor: Executor,
    *,
    total: int,
    seconds: float | None = None,
    alone: Mapping[int, Executor] = MappingProxyType({}),
) -> Generator[Sequence[Scored], None, None]:
    """Score the predictions of each block with every metric, in order.

    `alone` are the places of those metrics that work by themselves, each with who does it: one that must be ended
    fails, and no other with it.
    """
    together = [at for at in range(len(metrics)) if at not in alone]
    shares = [(together, executor)] if together or not alone else []
    shares += [([at], alone[at]) for at in alone]
    with ExitStack() as stack:
        scored = []
        for (places, worker), asked in zip(shares, tee(blocks, len(shares)), strict=True):
            job = ScoreJob(tuple(metrics[at] for at in places), seconds, tuple(places) if alone else None)
            found = stack.enter_context(closing(worker.map(job, asked, total=total, share="cores")))
            scored.append(_rows(metrics, places, found))
        for parts in zip(*scored, strict=True):
            placed = (sorted(chain.from_iterable(rows), key=itemgetter(0)) for rows in zip(*parts, strict=True))
            yield [[row for _, row in rows] for rows in placed]


def _rows(
    metrics: Sequence[Metric],
    share: Sequence[int],
    results: Iterable[tuple[Sequence[Scorable], Sequence[Scored | Lost]]],
) -> Iterator[list[list[tuple[int, MetricScore | Failure]]]]:
    """Yield the rows of each block, each with its metric's place."""
    for block, found in results:
        rows = []
        for piece, one in zip(block, found, strict=True):
            places = [at for at in share if piece.verdicts[at] is not None]
            if isinstance(one, Lost):
                why = Reason(one.error, one.message)
                one = [_failure(metrics[at], piece.prediction, why) for at in places]
            rows.append(list(zip(places, one, strict=True)))
        yield rows


# From the folder, to the folder


def score_all(run: ActiveRun) -> ScoreTable:
    """Score every stored prediction, by cluster, so that what is computed of its articles serves all of them."""
    folder = run.folder
    table = _empty_table(run.plan.clusters.count, run.configurations, run.plan.measures)
    folder.replace_rows(FAILURES, (row for row in folder.failures() if row.stage != "score"))
    total = sum(1 for _ in folder.predictions())
    with (
        folder.appending(FAILURES) as failures,
        run.monitor.stage("score", total) as tick,
        stored_verdicts(folder) as verdicts_of,
    ):
        blocks = _blocks(run, verdicts_of)
        executors = ((at, run.executor_of(metric)) for at, metric in enumerate(run.plan.metrics))
        alone = {at: executor for at, executor in executors if executor is not run.executor}
        seconds = run.monitor.seconds_each
        scored = score_in_order(run.plan.metrics, blocks, run.executor, total=total, seconds=seconds, alone=alone)
        with closing(scored):
            rows = _scores(scored, table, run.monitor.noting(failures), tick)
            folder.replace_rows(SCORES, _held_to_plan(run, rows))
    return table


def _held_to_plan(run: ActiveRun, rows: Iterator[MetricScore]) -> Iterator[MetricScore]:
    """Yield scores; raise DataError before the last is put in place where a metric's files were changed meanwhile.

    A metric may look at what it names whenever it scores, so it is compared before the first case and after the last.
    The checkers within are compared where they are opened.
    """
    with ExitStack() as stack:
        for metric in run.plan.metrics:
            if type(metric).identity is not Component.identity:
                stack.enter_context(held(metric, run.plan.metric_pins[metric.name]))
        yield from rows


def _scores(
    scored: Iterable[Sequence[Scored]], table: ScoreTable, failures: FailureRows, tick: Tick
) -> Iterator[MetricScore]:
    """Yield the scores, each noted in the table; failures are kept apart."""
    for block in scored:
        for row in chain.from_iterable(block):
            if isinstance(row, Failure):
                failures.add(row)
            else:
                table.add(row)
                yield row
        tick(len(block))


def _blocks(run: ActiveRun, verdicts_of: VerdictsOf) -> Iterator[list[Scorable]]:
    """Yield what there is to score in blocks; no cluster is divided between two."""
    block: list[Scorable] = []
    characters = 0
    for cluster, predictions in by_cluster(run.plan.clusters, run.configurations, run.folder):
        for prediction in predictions:
            verdicts = [verdicts_of(metric, prediction) for metric in run.plan.metrics]
            block.append(Scorable(cluster, prediction, verdicts))
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


def read_scores(folder: RunFolder, manifest: RunManifest) -> ScoreTable:
    """Read the table of a run's stored scores. Raises StoreError where they do not fit its manifest."""
    misfit = StoreError(f"{folder.place}: scores.jsonl does not fit manifest.json; remove the folder and run again")
    if manifest.clusters > folder.size(CLUSTERS):  # a row has more than one byte: before room is made for them
        folder.checked_manifest()  # a damaged file is named, where one is
        raise misfit
    table = _empty_table(manifest.clusters, manifest.configurations, manifest.measures)
    try:
        for row in folder.scores():
            table.add(row)
    except LookupError:
        raise misfit from None
    return table
