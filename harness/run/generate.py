"""Generate: what each configuration writes for the clusters that it has not answered yet.

    clusters without a prediction or a failure → cache → model → Prediction | Failure
    → predictions.jsonl, failures.jsonl

What goes wrong with one cluster is a Failure row, and the next cluster has its turn: see `process.isolation`.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, islice
from numbers import Integral

from pydantic import TypeAdapter, ValidationError

from harness.cache import keys
from harness.cache.pins import held
from harness.cache.store import Cache
from harness.executors.base import Executor, Lost
from harness.models.base import Model, ModelSession, StreamingSession
from harness.process import logs
from harness.process.isolation import Reason, isolate, opened, pass_on, reason
from harness.records import Cluster, Failure, Prediction
from harness.results.run_folder import FAILURES, PREDICTIONS
from harness.run.active_run import ActiveRun
from harness.run.answers import REFUSED, InOrder, failure_of, row_of, row_of_streamed, under_ids, visible_cluster
from harness.run.ledger import charging
from harness.run.plan import Configuration
from harness.run.reuse import Reuse
from harness.run.stored_rows import case_of, failed_cases, order_predictions

MOST_AT_ONCE = 65_536
"""Clusters that are held at once at most, however many a model wants."""
_ROW: TypeAdapter[Prediction | Failure] = TypeAdapter(Prediction | Failure)


# Records in, records out


def generate(
    configuration: Configuration,
    clusters: Iterable[Cluster],
    *,
    seconds: float | None = None,
    arrived: Callable[[Prediction], None] = lambda _: None,
) -> Generator[Prediction | Failure, None, None]:
    """Yield a prediction or a failure for each cluster, in order; `seconds` is what each may take.

    A model that works on many clusters at once may answer a later one before an earlier one: `arrived` is handed each
    prediction as soon as it is there.

    Opens the model at the first cluster, so that nothing is loaded where nothing is left to do. A model that cannot be
    opened, for a reason that is not the user's to mend, fails each cluster.
    """
    waiting = iter(clusters)
    first = next(waiting, None)
    if first is None:
        return
    with _opened(configuration, seconds, arrived) as (answer, _):
        yield from answer(chain([first], waiting))


@contextmanager
def _opened(
    configuration: Configuration, seconds: float | None, arrived: Callable[[Prediction], None]
) -> Iterator[tuple[Callable[[Iterable[Cluster]], Iterator[Prediction | Failure]], bool]]:
    """Open the model; yields what answers clusters in order, and whether it answers as it can."""
    with ExitStack() as stack:
        try:
            at_once = _at_once(configuration.model)
            with held(configuration.model, configuration.pin):
                session = stack.enter_context(opened(configuration.model.open(configuration.seed)))
            streaming = session if isinstance(session, StreamingSession) else None
        except BaseException as error:  # noqa: BLE001 - corrupt weights, out of memory: a reason in each row, not a crash
            pass_on(error)
            why = reason(error)
            yield lambda clusters: (failure_of(configuration, cluster, why, attempts=1) for cluster in clusters), False
            return
        if streaming is not None:
            yield lambda clusters: _stream(configuration, streaming, clusters, seconds, arrived), True
        else:
            yield lambda clusters: _in_batches(configuration, session, clusters, at_once, seconds, arrived), False


def _at_once(model: Model) -> int:
    """Return how many clusters a model wants in one call. Raises ValueError where it names no number of them."""
    wanted = model.clusters_at_once()
    if isinstance(wanted, bool) or not isinstance(wanted, Integral) or wanted < 1:
        raise ValueError(f"clusters_at_once() gave {wanted!r}; accepted: a whole number of 1 or more")
    return min(int(wanted), MOST_AT_ONCE)


def _in_batches(
    configuration: Configuration,
    session: ModelSession,
    clusters: Iterable[Cluster],
    at_once: int,
    seconds: float | None,
    arrived: Callable[[Prediction], None],
) -> Iterator[Prediction | Failure]:
    waiting = iter(clusters)
    while batch := list(islice(waiting, at_once)):
        for row in _answer_batch(configuration, session, batch, seconds):
            if isinstance(row, Prediction):
                arrived(row)
            yield row


def _answer_batch(
    configuration: Configuration, session: ModelSession, batch: Sequence[Cluster], seconds: float | None
) -> Iterator[Prediction | Failure]:
    def answer(asked: Sequence[Cluster]) -> list[Prediction | Failure | BaseException]:
        given = session.answer([visible_cluster(configuration, cluster) for cluster in asked])
        answers = list(islice(given, len(asked) + 1))  # a generator that never ends is no list either
        if len(answers) != len(asked):
            raise ValueError(f"{len(answers)} answers for {len(asked)} clusters")
        return [
            answer if isinstance(answer, BaseException) else row_of(configuration, cluster, answer)
            for cluster, answer in zip(asked, answers, strict=True)
        ]

    tried = isolate(answer, batch, lambda asked: None if seconds is None else seconds * len(asked))
    for cluster, (row, times) in zip(batch, tried, strict=True):
        yield failure_of(configuration, cluster, reason(row), times) if isinstance(row, BaseException) else row


def _stream(
    configuration: Configuration,
    session: StreamingSession,
    clusters: Iterable[Cluster],
    seconds: float | None,
    arrived: Callable[[Prediction], None],
) -> Iterator[Prediction | Failure]:
    """Yield the rows of a session that answers as it can, put in order."""
    order = InOrder(clusters, lambda cluster: visible_cluster(configuration, cluster))
    why = Reason("ValueError", "the model gave no answer for it")
    try:
        answers = iter(session.answer_each(order.shown(), seconds))
    except BaseException as error:  # noqa: BLE001 - of another package, perhaps
        pass_on(error)
        answers, why = iter(()), reason(error)
    while True:
        try:
            shown, answer = next(answers)
            cluster = order.cluster_of(shown)
        except StopIteration:
            break
        except BaseException as error:  # noqa: BLE001 - of another package, perhaps
            pass_on(error)
            why = reason(error)
            break
        row = row_of_streamed(configuration, cluster, answer, seconds)
        if isinstance(row, Prediction):
            arrived(row)
        yield from order.put(shown, row)
    # A session that broke off, or left clusters out, has failed on all that it has not answered.
    for shown in order.unanswered():
        yield from order.put(shown, failure_of(configuration, order.cluster_of(shown), why, attempts=1))


# In a process of its own


class _Streams:
    """Stands in the place of a row where a session answers as it can, and minds the time by itself."""


@dataclass(frozen=True)
class GenerateJob:
    """Writes headlines with one configuration; a piece is a cluster."""

    configuration: Configuration
    seconds: float | None
    logged: logs.Setting = field(default_factory=logs.setting)

    @contextmanager
    def open(self) -> Iterator[Callable[[Sequence[Cluster]], Sequence[Prediction | Failure | _Streams]]]:
        """Open the model."""
        logs.take_up(self.logged)
        with _opened(self.configuration, self.seconds, lambda _: None) as (answer, streams):
            yield lambda clusters: [_Streams()] * len(clusters) if streams else [*answer(clusters)]


def generate_with(
    executor: Executor,
    configuration: Configuration,
    clusters: Iterable[Cluster],
    *,
    total: int = 0,
    seconds: float | None = None,
    arrived: Callable[[Prediction], None] = lambda _: None,
) -> Generator[Prediction | Failure, None, None]:
    """Yield the rows that `generate` yields, of a model that works where an executor has it work.

    `total` is how many there are, about. What a session tells of its first batch, that a text equals the one written
    alone, is told of the first of all: there may be several sessions.
    """
    try:
        at_once = _at_once(configuration.model)
    except Exception:  # noqa: BLE001 - told when the model is opened
        at_once = 1
    waiting = iter(clusters)
    chunks = iter(lambda: list(islice(waiting, at_once)), [])
    share = configuration.model.share if executor.spreads_weights else "here"
    with closing(executor.map(GenerateJob(configuration, seconds), chunks, total=total, share=share)) as made:
        for number, (chunk, rows) in enumerate(made):
            if isinstance(rows[0], _Streams):
                waiting = chain(chunk, waiting)
                break
            for cluster, row in zip(chunk, rows, strict=True):
                if isinstance(row, Prediction):
                    if number and row.compared == "equal":
                        row = row.model_copy(update={"compared": None})
                    arrived(row)
                if isinstance(row, Lost):
                    yield failure_of(configuration, cluster, Reason(row.error, row.message), 1)
                elif not isinstance(row, _Streams):
                    yield row
    yield from generate(configuration, waiting, seconds=seconds, arrived=arrived)


# With the cache


def generate_with_cache(
    configuration: Configuration,
    clusters: Iterable[Cluster],
    cache: Cache | None,
    keep: Callable[[Prediction | Failure], None],
    *,
    seconds: float | None = None,
    again: bool = False,
    executor: Executor | None = None,
    total: int = 0,
) -> int:
    """Hand `keep` a prediction or a failure for each cluster, in order; returns how many predictions the cache had.

    `seconds` is what the model may take for each; with `again` it is asked again where it answered nothing before;
    an `executor` has it work elsewhere than here, on about `total` clusters.
    """
    make = generate if executor is None else partial(generate_with, executor, total=total)
    if cache is None or not configuration.model.worth_keeping:
        for row in make(configuration, clusters, seconds=seconds):
            keep(row)
        return 0
    generation = _Generation(configuration, cache, keep, seconds, again, make)
    generation.run(map(generation.asked_of, clusters))
    return generation.reused


@dataclass(frozen=True)
class _Asked:
    """A cluster that a model is to write for."""

    cluster: Cluster
    key: bytes


class _Generation(Reuse[_Asked, Prediction | Failure]):
    """The work of one configuration: rows from the cache, the others made and kept.

    A failure is not kept, but for the empty answer of a deterministic model, which would answer so again.
    """

    def __init__(
        self,
        configuration: Configuration,
        cache: Cache,
        keep: Callable[[Prediction | Failure], None],
        seconds: float | None,
        again: bool,
        make: Callable[..., Generator[Prediction | Failure, None, None]],
    ) -> None:
        super().__init__()
        self.reused = 0
        """Predictions that the cache had."""
        self._configuration = configuration
        self._cache = cache
        self._keep = keep
        self._seconds = seconds
        self._again = again
        self._generate = make
        self._maker = keys.of_model(configuration.model, configuration.seed, configuration.record.identity)
        self._waiting: dict[str, bytes] = {}

    def asked_of(self, cluster: Cluster) -> _Asked:
        """Name the cluster's row in the cache."""
        return _Asked(cluster, keys.of_prediction(self._maker, visible_cluster(self._configuration, cluster)))

    def look_up(self, window: Sequence[_Asked]) -> Sequence[Prediction | Failure | None]:
        """Find the rows that are kept; a failure only where the model is not to be asked again."""
        values = self._cache.find([asked.key for asked in window])
        rows = [_kept_row(self._configuration, asked, values.get(asked.key), self._cache) for asked in window]
        return [None if self._again and isinstance(row, Failure) else row for row in rows]

    def make(self, items: Iterator[_Asked]) -> Generator[Prediction | Failure, None, None]:
        """Ask the model for the rows that are not kept."""
        waiting = self._await(items)
        return self._generate(self._configuration, waiting, seconds=self._seconds, arrived=self._take_arrival)

    def _await(self, items: Iterator[_Asked]) -> Iterator[Cluster]:
        for asked in items:
            self._waiting[asked.cluster.cluster_id] = asked.key
            yield asked.cluster

    def _take_arrival(self, row: Prediction) -> None:
        # Before its turn, perhaps: a run that ends while an earlier cluster is waited for has not paid in vain.
        self._put(self._waiting[row.cluster_id], row)
        if next(iter(self._waiting)) != row.cluster_id:
            self._cache.flush()

    def take(self, item: _Asked, row: Prediction | Failure, reused: bool) -> None:
        """Hand a row on, in its turn."""
        model = self._configuration.model
        if isinstance(row, Failure):
            if model.deterministic and row.error == REFUSED and not reused:
                self._put(item.key, row)
        else:
            self.reused += reused
        self._waiting.pop(item.cluster.cluster_id, None)
        self._keep(row)

    def _put(self, key: bytes, row: Prediction | Failure) -> None:
        signature = self._configuration.record.signature
        self._cache.keep("prediction", self._configuration.model.name, signature, key, row.to_json().encode())


def _kept_row(
    configuration: Configuration, asked: _Asked, value: bytes | None, cache: Cache
) -> Prediction | Failure | None:
    """Read a kept row, which an equal configuration made for an equal cluster, under the ids of this run."""
    if value is None:
        return None
    try:
        kept = _ROW.validate_json(value)
    except ValidationError:
        cache.drop([asked.key])
        return None
    return under_ids(configuration, asked.cluster, kept)


# From the folder, to the folder


def generate_missing(run: ActiveRun, *, again: bool = False) -> int:
    """Append what each configuration has not answered yet; returns how many predictions were on disk already.

    With `again` a model is asked again where the cache has an empty answer of it.
    """
    folder = run.folder
    stored = folder.row_offsets(PREDICTIONS, case_of)
    failed = failed_cases(folder, "generate")
    reused = len(stored)

    def is_missing(configuration: str, cluster_id: str) -> bool:
        return (configuration, cluster_id) not in stored and (configuration, cluster_id) not in failed

    with (
        folder.appending(PREDICTIONS) as predictions,
        folder.appending(FAILURES) as failures,
        charging(folder) as charged,
    ):
        for configuration in run.plan.configurations:
            name = configuration.name
            missing = sum(is_missing(name, facts.cluster_id) for facts in folder.clusters())
            if not missing:
                continue
            executor = run.executor_of(configuration.model)
            spreads = executor.spreads_weights and configuration.model.share == "weights"
            with run.monitor.stage(f"generate {name}", missing) as tick:
                reused += generate_with_cache(
                    replace(configuration, model=charged(configuration.model, name)),
                    (cluster for cluster in run.plan.clusters if is_missing(name, cluster.cluster_id)),
                    run.cache,
                    run.monitor.rows(predictions, failures, tick).add,
                    seconds=run.monitor.seconds_each,
                    again=again,
                    executor=executor if spreads or executor is not run.executor else None,
                    total=missing,
                )
    if stored:
        order_predictions(folder, run.configurations)
    return reused
