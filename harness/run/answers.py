"""What a model answers becomes rows, in the order of the clusters."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from harness.errors import ModelError
from harness.models.base import Answer
from harness.process.isolation import Reason, pass_on, reason
from harness.process.time_limit import too_long
from harness.records import Cluster, Failure, Prediction, content_digest, prediction_id
from harness.run.plan import Configuration

REFUSED = "Refused"
"""The error of a model that answered with nothing."""


class InOrder:
    """The clusters that a session was shown, and the rows that wait for those of earlier clusters."""

    def __init__(self, clusters: Iterable[Cluster], show: Callable[[Cluster], Cluster]) -> None:
        """`show` gives a cluster as the model may see it."""
        self._clusters = iter(clusters)
        self._show = show
        self._order: deque[int] = deque()
        # Held with what was shown, so that no id is given to another object meanwhile.
        self._given: dict[int, tuple[Cluster, Cluster]] = {}
        self._rows: dict[int, Prediction | Failure] = {}

    def shown(self) -> Iterator[Cluster]:
        """Yield the clusters as the model may see them."""
        for cluster in self._clusters:
            shown = self._show(cluster)
            self._given[id(shown)] = cluster, shown
            self._order.append(id(shown))
            yield shown

    def cluster_of(self, shown: Cluster) -> Cluster:
        """Return the whole cluster. Raises ValueError for one that the model was not shown, or has answered."""
        if id(shown) not in self._given or id(shown) in self._rows:
            raise ValueError("the model answered a cluster that it was not asked about, or one twice")
        return self._given[id(shown)][0]

    def unanswered(self) -> Iterator[Cluster]:
        """Yield the clusters without a row: those that the model was shown, then those that it never took."""
        for place in [place for place in self._order if place not in self._rows]:
            yield self._given[place][1]
        yield from self.shown()

    def put(self, shown: Cluster, row: Prediction | Failure) -> Iterator[Prediction | Failure]:
        """Add a row, and yield those that wait for no other any more."""
        self._rows[id(shown)] = row
        while self._order and self._order[0] in self._rows:
            del self._given[self._order[0]]
            yield self._rows.pop(self._order.popleft())


def visible_cluster(configuration: Configuration, cluster: Cluster) -> Cluster:
    """Return a cluster as the model may see it."""
    return cluster if configuration.model.reads_references else cluster.without_references()


def row_of(configuration: Configuration, cluster: Cluster, answer: Answer) -> Prediction | Failure:
    """Turn an answer into a row. Raises TypeError or ValueError where no record can hold it."""
    if not isinstance(answer, Answer):
        raise TypeError(f"the model gave {type(answer).__name__} in place of an answer")
    if answer.text.strip():
        row = _prediction(configuration, cluster, answer)
        row.to_json()  # before anything relies on it: half a surrogate pair cannot be written
        return row
    wrote = f"; it wrote {answer.raw_text[:200]!r}" if answer.raw_text else ""
    cut = " before its text was cut off at the most tokens that it may write" if answer.stopped == "length" else ""
    why = Reason(REFUSED, f"the model answered with nothing that can be scored{cut}{wrote}")
    return failure_of(configuration, cluster, why, attempts=1)


def row_of_streamed(
    configuration: Configuration, cluster: Cluster, answer: Answer | BaseException, seconds: float | None
) -> Prediction | Failure:
    """Turn an answer of a self-isolating session into a row."""
    if isinstance(answer, TimeoutError) and seconds is not None:
        return failure_of(configuration, cluster, reason(too_long(seconds)), 1)
    if isinstance(answer, BaseException):
        times = answer.attempts if isinstance(answer, ModelError) else 1
        return failure_of(configuration, cluster, reason(answer), times)
    try:
        return row_of(configuration, cluster, answer)
    except Exception as error:  # noqa: BLE001 - an answer that no record can hold
        pass_on(error)
        return failure_of(configuration, cluster, reason(error), 1)


def _prediction(configuration: Configuration, cluster: Cluster, answer: Answer) -> Prediction:
    prompt = answer.prompt
    raw_text = answer.raw_text if answer.raw_text != answer.text else None
    prompt_digest = content_digest(prompt.text) if prompt else None
    return Prediction(
        prediction_id=prediction_id(configuration.digest, cluster.digest, prompt_digest, raw_text, answer.text),
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


def failure_of(configuration: Configuration, cluster: Cluster, why: Reason, attempts: int) -> Failure:
    """Make the row of a cluster that has no prediction."""
    return Failure(
        stage="generate",
        cluster_id=cluster.cluster_id,
        configuration=configuration.name,
        component=configuration.model.name,
        error=why.error,
        message=why.message,
        attempts=attempts,
    )


def under_ids(configuration: Configuration, cluster: Cluster, kept: Prediction | Failure) -> Prediction | Failure:
    """Return a row that an equal configuration made for an equal cluster under the ids of these."""
    ids = {"cluster_id": cluster.cluster_id, "configuration": configuration.name}
    if isinstance(kept, Failure):
        return kept.model_copy(update=ids)
    digests = configuration.digest, cluster.digest, kept.prompt_digest
    return kept.model_copy(update={**ids, "prediction_id": prediction_id(*digests, kept.raw_text, kept.text)})
