"""The stages that cost most, with the cache before them: what is kept is taken over, the rest is made and kept.

Rows come in the clusters' order whether they were kept or made, so that a run writes the same bytes with a cache and
without one. A failure is not kept, but for the empty answer of a deterministic model, which would answer so again.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from harness.cache import keys
from harness.cache.store import Cache
from harness.checkers.base import Checker
from harness.records import CheckedPrediction, Cluster, Failure, Prediction, Verdict
from harness.run import stages
from harness.run.plan import Configuration

Item = TypeVar("Item")
Row = TypeVar("Row")

_LOOKED_UP = 64
"""Pieces of work looked up at once."""
_HELD = 4096
"""Rows held back at most while one before them is being made."""
_VERDICTS = TypeAdapter(tuple[Verdict, ...])
_ROW: TypeAdapter[Prediction | Failure] = TypeAdapter(Prediction | Failure)


def generate(
    configuration: Configuration,
    clusters: Iterable[Cluster],
    cache: Cache | None,
    emit: Callable[[Prediction | Failure], None],
    *,
    seconds: float | None = None,
    again: bool = False,
) -> int:
    """Hand `emit` a prediction or a failure for each cluster, in order; returns how many predictions the cache had.

    `seconds` is what the model may take for each; with `again` it is asked again where it answered nothing before.
    """
    model = configuration.model
    if cache is None or not model.worth_keeping:
        for row in stages.generate(configuration, clusters, seconds=seconds):
            emit(row)
        return 0
    maker = keys.of_model(model, configuration.seed, configuration.record.identity)
    signature = configuration.record.signature
    found = 0

    def look_up(window: Sequence[_Asked]) -> Sequence[Prediction | Failure | None]:
        values = cache.find([asked.key for asked in window])
        rows = [_kept_row(configuration, asked, values.get(asked.key), cache) for asked in window]
        return [None if again and isinstance(row, Failure) else row for row in rows]

    def take(asked: _Asked, row: Prediction | Failure, kept: bool) -> None:
        nonlocal found
        if isinstance(row, Failure):
            if model.deterministic and row.error == stages.REFUSED and not kept:
                cache.keep("prediction", model.name, signature, asked.key, row.to_json().encode())
        else:
            found += kept
        waiting.pop(asked.cluster.cluster_id, None)
        emit(row)

    waiting: dict[str, bytes] = {}

    def make(left: Iterator[_Asked]) -> Generator[Prediction | Failure, None, None]:
        def clusters_left() -> Iterator[Cluster]:
            for asked in left:
                waiting[asked.cluster.cluster_id] = asked.key
                yield asked.cluster

        return stages.generate(configuration, clusters_left(), seconds=seconds, arrived=arrived)

    def arrived(row: Prediction) -> None:
        # Before its turn, perhaps: a run that ends while an earlier cluster is waited for has not paid in vain.
        cache.keep("prediction", model.name, signature, waiting[row.cluster_id], row.to_json().encode())
        if next(iter(waiting)) != row.cluster_id:
            cache.flush()

    def asked_of(cluster: Cluster) -> _Asked:
        seen = cluster if model.reads_references else cluster.without_references()
        return _Asked(cluster, keys.of_prediction(maker, seen))

    in_order(
        map(asked_of, clusters),
        look_up,
        make,
        take,
    )
    return found


@dataclass(frozen=True)
class _Asked:
    """A cluster that a model is to write for."""

    cluster: Cluster
    key: bytes


def _kept_row(
    configuration: Configuration, asked: _Asked, value: bytes | None, cache: Cache
) -> Prediction | Failure | None:
    """A kept prediction, or the failure of an empty answer, under the ids of this run; None where none is kept."""
    if value is None:
        return None
    try:
        kept = _ROW.validate_json(value)
    except ValidationError:
        cache.drop([asked.key])
        return None
    if isinstance(kept, Failure):
        return kept.model_copy(update={"cluster_id": asked.cluster.cluster_id, "configuration": configuration.name})
    return stages.filed_under(configuration, asked.cluster, kept)


def check(
    checker: Checker,
    work: Iterable[tuple[Cluster, Sequence[Prediction]]],
    cache: Cache | None,
    emit: Callable[[CheckedPrediction | Failure], None],
    checked: stages.Checked,
) -> None:
    """Hand `emit` the verdicts on each prediction, or the failure to find any, cluster by cluster.

    Equal texts about one cluster are checked once. `checked` finds verdicts on texts, for clusters in order.
    """
    maker = keys.of_checker(checker) if cache is not None else b""
    signature = checker.signature()

    def look_up(window: Sequence[_Questions]) -> list[_Answers | None]:
        if cache is None:
            return [None] * len(window)
        values = cache.find([key for questions in window for key in questions.keys.values()])
        for questions in window:
            questions.kept = {
                text: verdicts
                for text, key in questions.keys.items()
                if (verdicts := _verdicts(key, values.get(key), cache)) is not None
            }
        return [questions.kept if len(questions.kept) == len(questions.texts) else None for questions in window]

    def make(left: Iterator[_Questions]) -> Generator[_Answers, None, None]:
        asked: deque[_Questions] = deque()

        def questions_of() -> Iterator[tuple[Cluster, list[str]]]:
            for questions in left:
                asked.append(questions)
                yield questions.cluster, questions.left

        with closing(checked(questions_of())) as found:
            for answers in found:
                questions = asked.popleft()
                yield {**questions.kept, **dict(zip(questions.left, answers, strict=True))}

    def take(questions: _Questions, answers: _Answers, kept: bool) -> None:
        if cache is not None and not kept:
            for text in questions.left:
                verdicts = answers[text]
                if not isinstance(verdicts, stages.Unchecked):
                    value = _VERDICTS.dump_json(tuple(verdicts), exclude_defaults=True)
                    cache.keep("verdicts", checker.name, signature, questions.keys[text], value)
        for prediction in questions.predictions:
            emit(stages.checked_row(checker, signature, prediction, answers[prediction.text]))

    def questions_about(cluster: Cluster, predictions: Sequence[Prediction]) -> _Questions:
        seen = cluster.without_references()
        texts = list(dict.fromkeys(prediction.text for prediction in predictions))
        named = {text: keys.of_verdicts(maker, seen, text) if cache is not None else b"" for text in texts}
        return _Questions(seen, predictions, texts, named)

    in_order((questions_about(*each) for each in work), look_up, make, take)


_Answers = dict[str, "stages.Found"]
"""Text → what was found about it."""


@dataclass
class _Questions:
    """The texts that are to be checked about one cluster."""

    cluster: Cluster
    predictions: Sequence[Prediction]
    texts: list[str]
    keys: dict[str, bytes]
    kept: _Answers = field(default_factory=dict)

    @property
    def left(self) -> list[str]:
        """The texts that the cache knows nothing about."""
        return [text for text in self.texts if text not in self.kept]


def _verdicts(key: bytes, value: bytes | None, cache: Cache) -> tuple[Verdict, ...] | None:
    if value is None:
        return None
    try:
        return _VERDICTS.validate_json(value)
    except ValidationError:
        cache.drop([key])
        return None


def in_order(
    items: Iterable[Item],
    look_up: Callable[[Sequence[Item]], Sequence[Row | None]],
    make: Callable[[Iterator[Item]], Generator[Row, None, None]],
    take: Callable[[Item, Row, bool], None],
) -> None:
    """Hand `take` each item with its row and whether that was kept, in order.

    A row is what `look_up` finds, else what `make` makes. `make` is given only what was not found and answers in that
    order; it is not called where nothing is left to make. Rows behind one that is being made are held back; where too
    many would be, `make` is brought to an end first, and called again for what is left.
    """
    waiting = iter(items)
    held: deque[tuple[Item, Row | None]] = deque()
    exhausted = False

    def unknown() -> Iterator[Item]:
        nonlocal exhausted
        while window := list(islice(waiting, _LOOKED_UP)):
            for item, row in zip(window, look_up(window), strict=True):
                if row is not None and not held:
                    take(item, row, True)
                    continue
                held.append((item, row))
                if row is None:
                    yield item
            if len(held) > _HELD:
                return
        exhausted = True

    while not exhausted:
        left = unknown()
        for first in left:
            with closing(make(chain([first], left))) as rows:
                for made in rows:
                    item, _ = held.popleft()
                    take(item, made, False)
                    while held and (row := held[0][1]) is not None:
                        take(held.popleft()[0], row, True)
