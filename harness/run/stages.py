"""The stages of a run: records in, records out, no files."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, islice

from harness.checkers.base import Checker, CheckSession
from harness.errors import UsageError
from harness.metrics.base import Metric
from harness.models.base import Answer, ModelSession
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


def generate(configuration: Configuration, clusters: Iterable[Cluster]) -> Iterator[Prediction | Failure]:
    """A prediction or a failure for each cluster, in order.

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
            session = stack.enter_context(configuration.model.open(configuration.seed))
        except UsageError:
            raise
        except Exception as error:  # noqa: BLE001 - corrupt weights, out of memory: a reason in each row, not a crash
            for cluster in (*batch, *waiting):
                yield _failure(configuration, cluster, error, attempts=1)
            return
        while batch:
            yield from _answered(configuration, session, batch)
            batch = list(islice(waiting, at_once))


def _answered(
    configuration: Configuration, session: ModelSession, batch: Sequence[Cluster]
) -> Iterator[Prediction | Failure]:
    model = configuration.model
    seen = [cluster if model.reads_references else cluster.without_references() for cluster in batch]
    for cluster, answer in zip(batch, _answers(session, seen), strict=True):
        if isinstance(answer, Exception):
            yield _failure(configuration, cluster, answer, attempts=1 if len(batch) == 1 else 2)
        elif not answer.text.strip():
            wrote = f"; it wrote {answer.raw_text[:200]!r}" if answer.raw_text else ""
            yield Failure(
                stage="generate",
                cluster_id=cluster.cluster_id,
                configuration=configuration.name,
                component=model.name,
                error=REFUSED,
                message=f"the model answered with nothing that can be scored{wrote}",
            )
        else:
            yield _prediction(configuration, cluster, answer)


def _answers(session: ModelSession, batch: Sequence[Cluster]) -> list[Answer | Exception]:
    """The answers to a batch; where it fails as a whole it is tried again cluster by cluster."""
    try:
        return session.answer(batch)
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a model raises becomes a Failure row
        if len(batch) == 1:
            return [error]
    return [answer for cluster in batch for answer in _answers(session, [cluster])]


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


def _failure(configuration: Configuration, cluster: Cluster, error: Exception, attempts: int) -> Failure:
    return Failure(
        stage="generate",
        cluster_id=cluster.cluster_id,
        configuration=configuration.name,
        component=configuration.model.name,
        error=type(error).__name__,
        message=str(error) or type(error).__name__,
        attempts=attempts,
    )


@dataclass(frozen=True)
class Unchecked:
    """Why a checker has no verdicts on a text."""

    error: str
    message: str


Found = Sequence[Verdict] | Unchecked
"""What was found about one text."""
Questions = tuple[Cluster, Sequence[str]]
"""A cluster without references, and the texts to check against it, each once."""
Checked = Callable[[Iterable[Questions]], Iterator[Sequence[Found]]]
"""Finds what there is to find about each text, for clusters in order."""


def checked(checker: Checker, work: Iterable[Questions]) -> Iterator[Sequence[Found]]:
    """What the checker finds about each text, for clusters in order. Opens the checker at the first one."""
    waiting = iter(work)
    for first in waiting:
        with checker.open() as session:
            for cluster, texts in chain([first], waiting):
                yield found_about(session, cluster, texts)


def found_about(session: CheckSession, cluster: Cluster, texts: Sequence[str]) -> Sequence[Found]:
    """What an opened checker finds about texts on one cluster; its failure stands for each of them."""
    try:
        found: Sequence[Sequence[Verdict] | Exception] = session.check_all(cluster, texts)
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001 - a checker that fails on one cluster is a row with a reason
        found = [error] * len(texts)
    return [
        Unchecked(type(verdicts).__name__, str(verdicts) or type(verdicts).__name__)
        if isinstance(verdicts, Exception)
        else verdicts
        for verdicts in found
    ]


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
        )
    return CheckedPrediction(
        cluster_id=prediction.cluster_id,
        configuration=prediction.configuration,
        checker=signature,
        verdicts=tuple(found),
    )


def score(metrics: Sequence[Metric], cases: Sequence[Sequence[Case | None]]) -> Iterator[MetricScore | Failure]:
    """The findings of every metric on a block of predictions: all on the first, then all on the second, and so on.

    `cases` has a list for each metric with a place for each prediction: None where the metric has nothing to look at,
    because its check failed. A metric that fails on one case is a row with a reason.
    """
    found = []
    for metric, block in zip(metrics, cases, strict=True):
        rows = iter(_scored(metric, [case for case in block if case is not None]))
        found.append([None if case is None else next(rows) for case in block])
    for of_one in zip(*found, strict=True):
        yield from (row for row in of_one if row is not None)


def _scored(metric: Metric, cases: Sequence[Case]) -> list[MetricScore | Failure]:
    """A metric's scores of a block; where it fails on the block it is tried again case by case."""
    try:
        return [*metric.score_all(cases)]
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a metric raises becomes a Failure row
        if len(cases) > 1:
            return [row for case in cases for row in _scored(metric, [case])]
        return [
            Failure(
                stage="score",
                cluster_id=case.cluster.cluster_id,
                configuration=case.prediction.configuration,
                component=metric.name,
                error=type(error).__name__,
                message=str(error) or type(error).__name__,
            )
            for case in cases
        ]
