"""The stages of a run: records in, records out, no files.

What goes wrong with one cluster is a Failure row, and the next cluster has its turn: see `isolation`.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, islice
from typing import NamedTuple

from harness.checkers.base import Checker, CheckSession
from harness.errors import ModelError
from harness.metrics.base import Metric
from harness.models.base import Answer, ModelSession, StreamingSession
from harness.process.isolation import PASSED_ON, Reason, isolated, opened, reason
from harness.process.time_limit import too_long
from harness.records import (
    Case,
    CheckedPrediction,
    Cluster,
    Failure,
    MetricScore,
    Prediction,
    Verdict,
    content_digest,
)
from harness.run.plan import Configuration

REFUSED = "Refused"


def generate(
    configuration: Configuration,
    clusters: Iterable[Cluster],
    *,
    seconds: float | None = None,
    arrived: Callable[[Prediction], None] = lambda _: None,
) -> Generator[Prediction | Failure, None, None]:
    """A prediction or a failure for each cluster, in order; `seconds` is what each may take.

    A model that works on many clusters at once may answer a later one before an earlier one: `arrived` is handed each
    prediction as soon as it is there.

    Opens the model at the first cluster, so that nothing is loaded where nothing is left to do. A model that cannot be
    opened, for a reason that is not the user's to mend, fails each cluster.
    """
    waiting = iter(clusters)
    at_once = configuration.model.clusters_at_once()
    batch: Sequence[Cluster] = list(islice(waiting, at_once))
    if not batch:
        return
    with ExitStack() as stack:
        try:
            session = stack.enter_context(opened(configuration.model.open(configuration.seed)))
        except PASSED_ON:
            raise
        except BaseException as error:  # noqa: BLE001 - corrupt weights, out of memory: a reason in each row, not a crash
            why = reason(error)
            for cluster in (*batch, *waiting):
                yield _failure(configuration, cluster, why, attempts=1)
            return
        if isinstance(session, StreamingSession):
            yield from _streamed(configuration, session, chain(batch, waiting), seconds, arrived)
            return
        while batch:
            for row in _answered(configuration, session, batch, seconds):
                if isinstance(row, Prediction):
                    arrived(row)
                yield row
            batch = list(islice(waiting, at_once))


def _answered(
    configuration: Configuration, session: ModelSession, batch: Sequence[Cluster], seconds: float | None
) -> Iterator[Prediction | Failure]:
    def answer(asked: Sequence[Cluster]) -> list[Prediction | Failure | BaseException]:
        seen = [_as_seen(configuration, cluster) for cluster in asked]
        answers = list(session.answer(seen))
        if len(answers) != len(asked):
            raise ValueError(f"{len(answers)} answers for {len(asked)} clusters")
        return [
            given if isinstance(given, BaseException) else _row(configuration, cluster, given)
            for cluster, given in zip(asked, answers, strict=True)
        ]

    tried = isolated(answer, batch, lambda asked: None if seconds is None else seconds * len(asked))
    for cluster, (row, times) in zip(batch, tried, strict=True):
        yield _failure(configuration, cluster, reason(row), times) if isinstance(row, BaseException) else row


def _streamed(
    configuration: Configuration,
    session: StreamingSession,
    clusters: Iterable[Cluster],
    seconds: float | None,
    arrived: Callable[[Prediction], None],
) -> Iterator[Prediction | Failure]:
    """The rows of a session that answers as it can, put in order."""
    order: deque[int] = deque()
    given: dict[int, tuple[Cluster, Cluster]] = {}
    rows: dict[int, Prediction | Failure] = {}

    def seen() -> Iterator[Cluster]:
        for cluster in clusters:
            shown = _as_seen(configuration, cluster)
            given[id(shown)] = cluster, shown
            order.append(id(shown))
            yield shown

    for shown, answer in session.answer_each(seen(), seconds):
        cluster, _ = given[id(shown)]
        rows[id(shown)] = row = _kept_apart(configuration, cluster, answer, seconds)
        if isinstance(row, Prediction):
            arrived(row)
        while order and order[0] in rows:
            del given[order[0]]
            yield rows.pop(order.popleft())


def _kept_apart(
    configuration: Configuration, cluster: Cluster, answer: Answer | Exception, seconds: float | None
) -> Prediction | Failure:
    """What becomes of one answer of a session that keeps what goes wrong apart itself."""
    if isinstance(answer, TimeoutError) and seconds is not None:
        return _failure(configuration, cluster, reason(too_long(seconds)), 1)
    if isinstance(answer, Exception):
        times = answer.attempts if isinstance(answer, ModelError) else 1
        return _failure(configuration, cluster, reason(answer), times)
    try:
        return _row(configuration, cluster, answer)
    except PASSED_ON:
        raise
    except Exception as error:  # noqa: BLE001 - an answer that no record can hold
        return _failure(configuration, cluster, reason(error), 1)


def _as_seen(configuration: Configuration, cluster: Cluster) -> Cluster:
    return cluster if configuration.model.reads_references else cluster.without_references()


def _row(configuration: Configuration, cluster: Cluster, answer: Answer) -> Prediction | Failure:
    if answer.text.strip():
        return _prediction(configuration, cluster, answer)
    wrote = f"; it wrote {answer.raw_text[:200]!r}" if answer.raw_text else ""
    why = Reason(REFUSED, f"the model answered with nothing that can be scored{wrote}")
    return _failure(configuration, cluster, why, attempts=1)


def _prediction(configuration: Configuration, cluster: Cluster, answer: Answer) -> Prediction:
    prompt = answer.prompt
    raw_text = answer.raw_text if answer.raw_text != answer.text else None
    prompt_digest = content_digest(prompt.text) if prompt else None
    return Prediction(
        prediction_id=_prediction_id(configuration, cluster, prompt_digest, raw_text, answer.text),
        cluster_id=cluster.cluster_id,
        configuration=configuration.name,
        text=answer.text,
        raw_text=raw_text,
        postprocess=answer.postprocess,
        stopped=answer.stopped,
        prompt_digest=prompt_digest,
        article_ids=prompt.article_ids if prompt else None,
        dropped_articles=prompt.dropped_articles if prompt else (),
        dropped_characters=prompt.dropped_characters if prompt else 0,
        tokens_in=answer.tokens_in,
        tokens_out=answer.tokens_out,
        seconds=answer.seconds,
        compared=answer.compared,
        version=answer.version,
    )


def filed_under(configuration: Configuration, cluster: Cluster, made: Prediction) -> Prediction:
    """A prediction that an equal configuration made for an equal cluster, under the ids of this one."""
    prediction_id = _prediction_id(configuration, cluster, made.prompt_digest, made.raw_text, made.text)
    ids = {"prediction_id": prediction_id, "cluster_id": cluster.cluster_id, "configuration": configuration.name}
    return made.model_copy(update=ids)


def _prediction_id(
    configuration: Configuration, cluster: Cluster, prompt_digest: str | None, raw_text: str | None, text: str
) -> str:
    return content_digest([configuration.digest, cluster.digest, prompt_digest, raw_text, text])


def _failure(configuration: Configuration, cluster: Cluster, why: Reason, attempts: int) -> Failure:
    return Failure(
        stage="generate",
        cluster_id=cluster.cluster_id,
        configuration=configuration.name,
        component=configuration.model.name,
        error=why.error,
        message=why.message,
        attempts=attempts,
    )


@dataclass(frozen=True)
class Unchecked:
    """Why a checker has no verdicts on a text."""

    error: str
    message: str
    attempts: int = 1


Found = Sequence[Verdict] | Unchecked
"""What was found about one text."""
Questions = tuple[Cluster, Sequence[str]]
"""A cluster without references, and the texts to check against it, each once."""
Checked = Callable[[Iterable[Questions]], Generator[Sequence[Found], None, None]]
"""Finds what there is to find about each text, for clusters in order."""


def found_about(
    session: CheckSession, cluster: Cluster, texts: Sequence[str], *, seconds: float | None = None
) -> Sequence[Found]:
    """What an opened checker finds about texts on one cluster, or why nothing; `seconds` is for all of them."""
    tried = isolated(lambda asked: session.check_all(cluster, asked), texts, lambda _: seconds)
    return [
        Unchecked(*reason(found), attempts=times) if isinstance(found, BaseException) else found
        for found, times in tried
    ]


def expected(session: CheckSession, asked: Sequence[Questions], *, seconds: float | None = None) -> None:
    """Tell an opened checker what comes next; `seconds` is for each cluster.

    What fails here is no cluster's failure: whichever is at fault fails by itself when it is checked.
    """

    def tell(pieces: Sequence[Sequence[Questions]]) -> Sequence[Sequence[Questions]]:
        for piece in pieces:
            session.expect(piece)
        return pieces

    isolated(tell, [asked], lambda _: seconds * len(asked) if seconds is not None else None)


def checked_row(checker: Checker, signature: str, prediction: Prediction, found: Found) -> CheckedPrediction | Failure:
    """The verdicts on one prediction, or the reason for none; `signature` is the checker's."""
    if isinstance(found, Unchecked):
        return Failure(
            stage="check",
            cluster_id=prediction.cluster_id,
            configuration=prediction.configuration,
            component=checker.name,
            error=found.error,
            message=found.message,
            attempts=found.attempts,
        )
    return CheckedPrediction(
        cluster_id=prediction.cluster_id,
        configuration=prediction.configuration,
        checker=signature,
        verdicts=tuple(found),
    )


class Scorable(NamedTuple):
    """A prediction with all that its metrics may look at."""

    cluster: Cluster
    prediction: Prediction
    verdicts: Sequence[tuple[Verdict, ...] | None]
    """For each metric what its checker found, nothing where it has none; None where the check failed."""


Scored = Sequence[MetricScore | Failure]
"""What the metrics found about one prediction, in their order."""


def score(metrics: Sequence[Metric], block: Sequence[Scorable], *, seconds: float | None = None) -> Sequence[Scored]:
    """The findings of every metric on each prediction of a block, in order.

    A metric whose check failed has nothing to look at: that Failure row is there, and the table counts it. A metric
    that fails on one case is a row with a reason; `seconds` is what it may take for one cluster.
    """
    found: list[list[MetricScore | Failure]] = [[] for _ in block]
    unchecked = [
        Case.model_construct(cluster=piece.cluster, prediction=piece.prediction, verdicts=()) for piece in block
    ]
    for at, metric in enumerate(metrics):
        cases = [
            (place, case.model_copy(update={"verdicts": verdicts}) if verdicts else case)
            for place, (piece, case) in enumerate(zip(block, unchecked, strict=True))
            if (verdicts := piece.verdicts[at]) is not None
        ]
        for (place, _), row in zip(cases, _scored(metric, [case for _, case in cases], seconds), strict=True):
            found[place].append(row)
    return found


def _scored(metric: Metric, cases: Sequence[Case], seconds: float | None) -> Iterator[MetricScore | Failure]:
    def allowed(asked: Sequence[Case]) -> float | None:
        return None if seconds is None else seconds * len({case.cluster.cluster_id for case in asked})

    for case, (found, times) in zip(cases, isolated(metric.score_all, cases, allowed), strict=True):
        if isinstance(found, BaseException):
            why = reason(found)
            yield unscored(metric, Scorable(case.cluster, case.prediction, ()), why.error, why.message, times)
        else:
            yield found


def unscored(metric: Metric, piece: Scorable, error: str, message: str, attempts: int = 1) -> Failure:
    """The failure of a metric on a prediction."""
    return Failure(
        stage="score",
        cluster_id=piece.cluster.cluster_id,
        configuration=piece.prediction.configuration,
        component=metric.name,
        error=error,
        message=message,
        attempts=attempts,
    )
