"""Base class of models: a session answers clusters in batches."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import ClassVar, NamedTuple, Protocol, runtime_checkable

from pydantic import Field, FiniteFloat

from harness.component import Component, Kind
from harness.errors import Problem
from harness.records import Cluster, Comparison, Prompt, Record, StopReason


class Answer(Record):
    """The text of a model for one cluster, before the run turns it into a Prediction."""

    text: str = Field(description="What is scored, after post-processing; empty means the model refused.")
    raw_text: str | None = Field(default=None, description="What the model wrote, where post-processing changed it.")
    postprocess: tuple[str, ...] = Field(default=(), description="Names of the steps that changed the raw text.")
    stopped: StopReason = Field(default="end", description="Why the model stopped.")
    prompt: Prompt | None = Field(default=None, description="What it was asked, for prompted models.")
    tokens_in: int | None = Field(default=None, ge=0, description="Prompt tokens.")
    tokens_out: int | None = Field(default=None, ge=0, description="Generated tokens.")
    seconds: FiniteFloat = Field(default=0.0, ge=0, description="Wall-clock seconds; a batch's shared out equally.")
    compared: Comparison | None = Field(
        default=None,
        description="How a text from a batch compares with the one written by itself, where that was done.",
    )
    version: str | None = Field(default=None, description="What a server said of the model that wrote it.")


class Audit(NamedTuple):
    """Findings in a file that a model reads instead of generating."""

    problems: Sequence[Problem] = ()
    """Located mistakes for which a run would be refused."""
    notes: Sequence[str] = ()
    """Facts that a user should know before a run, a sentence each."""


class ModelSession(Protocol):
    """An opened model; holds the weights until its context ends."""

    def answer(self, clusters: Sequence[Cluster]) -> list[Answer | Exception]:
        """Answer clusters in order; a cluster that could not be answered has an exception."""


@runtime_checkable
class StreamingSession(ModelSession, Protocol):
    """An opened model that works on many clusters at once and answers each as soon as it can."""

    def answer_each(
        self, clusters: Iterable[Cluster], seconds: float | None = None
    ) -> Iterator[tuple[Cluster, Answer | Exception]]:
        """Yield each cluster with its answer as soon as it arrives; take clusters as they are needed.

        One that takes longer than `seconds` has a TimeoutError in place of an answer.
        """


class Model(Component):
    """Base of all models."""

    kind: ClassVar[Kind] = "model"
    reads_references: ClassVar[bool] = False
    """True for upper bounds; every other model is handed clusters without their references."""
    deterministic: ClassVar[bool] = False
    """True where an equal configuration always writes an equal text for an equal cluster.

    Then an empty answer is kept as a prediction is, and no later run asks for it again (`--retry-errors` does).
    """
    worth_keeping: ClassVar[bool] = True
    """False where asking again costs no more than a look-up, so that the cache keeps no texts."""

    def clusters_at_once(self) -> int:
        """Return how many clusters a session wants in one call; this cannot change a prediction.

        A method, so that a model may have a parameter `batch_size`: pydantic warns of a field over a property.
        """
        return 1

    def audit(self, ids: Iterable[str] | None) -> Audit:  # noqa: ARG002 - most models read nothing
        """Read all that the model reads instead of generating; `harness validate` shows what is wrong with it.

        `ids` are the clusters' ids, read as often as asked; None where the data was not read.
        """
        return Audit()

    @abstractmethod
    def open(self, seed: int) -> AbstractContextManager[ModelSession]:
        """Open a session with weights loaded; `seed` governs everything random in it.

        Raises UsageError where something it needs is missing.
        """


class ExtractiveModel(Model):
    """Base of models that need no weights: they pick words from one cluster at a time."""

    @abstractmethod
    def pick(self, cluster: Cluster) -> str:
        """Pick the headline for one cluster. Raises ModelError where there is nothing to pick from."""

    def open(self, seed: int) -> AbstractContextManager[ModelSession]:  # noqa: ARG002 - nothing here is random
        """Open a session that calls `pick` for each cluster."""
        return nullcontext(_PickingSession(self))


class _PickingSession:
    def __init__(self, model: ExtractiveModel) -> None:
        self._model = model

    def answer(self, clusters: Sequence[Cluster]) -> list[Answer | Exception]:
        answers: list[Answer | Exception] = []
        for cluster in clusters:
            try:
                answers.append(Answer(text=self._model.pick(cluster)))
            except Exception as error:  # noqa: BLE001 - one bad cluster becomes its own Failure row
                answers.append(error)
        return answers
