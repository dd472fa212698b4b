"""The protocol of executors: a job is opened where the work is done, and pieces of work come back as results, in order.

An executor is neutral: rows are the same whoever made them, and only the process that began the run writes its folder
and the cache.
"""

import gc
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, NamedTuple, Protocol, TypeVar

from harness.component import Share
from harness.errors import UsageError

Piece = TypeVar("Piece")
Result = TypeVar("Result")
Piece_contra = TypeVar("Piece_contra", contravariant=True)
Result_co = TypeVar("Result_co", covariant=True)

LOST = "WorkerLost"
"""The error of a piece whose process was lost."""
ENDED_BY_SYSTEM = "the process that worked on it was ended by the system: memory, most often"
"""What is said of such a piece."""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
"""A process takes one core; a library's own threads would only wait for one another."""
AHEAD = 3
"""Chunks for each process that wait for one of them or for their turn to be handed on."""
COLLECTED_AFTER = 100_000
"""Objects made, less those gone, after which scoring and checking look for cycles among them."""


class Lost(NamedTuple):
    """Stands in the place of a piece's result where its process was ended, or failed whole."""

    message: str
    error: str = LOST


class Job(Protocol[Piece_contra, Result_co]):
    """Work to do on pieces. It is sent to other processes, so it holds components and plain values only."""

    def open(self) -> AbstractContextManager[Callable[[Sequence[Piece_contra]], Sequence[Result_co]]]:
        """Load weights and parsers; yields what does the work, one result for each piece, in order.

        What goes wrong with one piece is in its result; only a mistake of the user's is raised, as a UsageError.
        """


class Executor(AbstractContextManager["Executor"], Protocol):
    """Who does the work of a run; opened once for all its stages."""

    spreads_weights: bool
    """Whether work on weights is done elsewhere too; where not, the models of a run stay in this process."""

    def describe(self) -> str:
        """Say in a line who does the work, for the manifest. No names of hosts."""

    def map(
        self, job: Job[Piece, Result], chunks: Iterable[Sequence[Piece]], *, total: int, share: Share
    ) -> Generator[tuple[Sequence[Piece], Sequence[Result | Lost]], None, None]:
        """Yield each chunk with its results, in order; `total` is how many pieces there are, about.

        Takes chunks a few at a time, as their results are asked for. Raises what is the user's mistake, as a
        UsageError, and KeyboardInterrupt; whatever else goes wrong is a Lost result. Nothing works on after the
        iterator is closed.
        """


class Answer(NamedTuple):
    """Another process's answer: results, or an error by class and words, since not every exception can be sent."""

    results: Sequence[Any]
    error: str = ""
    message: str = ""
    is_usage: bool = False

    def unpack(self, chunk: Sequence[Any]) -> list[Any]:
        """Return a result for each piece. Raises UsageError for a mistake of the user's; what else failed is Lost."""
        if self.is_usage:
            raise UsageError(self.message)
        if self.error:
            return [Lost(f"{self.error}: {self.message}") for _ in chunk]
        return [*self.results]


class Opened:
    """The job of a process that was started for a part of the work; opened at its first chunk."""

    def __init__(self, job: Job[Any, Any]) -> None:
        self._job = job
        self._open = ExitStack()
        self._work: Callable[[Sequence[Any]], Sequence[Any]] | None = None

    @property
    def is_used(self) -> bool:
        """Tell whether it has done a chunk, or tried to."""
        return self._work is not None

    def answer(self, chunk: Sequence[Any]) -> Answer:
        """Return the results of a chunk, or what kept it from having any."""
        try:
            if self._work is None:
                self._work = self._open.enter_context(self._job.open())
            return Answer([*self._work(chunk)])
        except UsageError as error:
            return Answer((), type(error).__name__, str(error), is_usage=True)
        except Exception as error:  # noqa: BLE001 - goes on in the other process
            return Answer((), type(error).__name__, str(error))

    def close(self) -> None:
        """Let go of what the job holds."""
        self._work = None
        self._open.close()


def run_here(job: Job[Piece, Result], chunks: Iterable[Sequence[Piece]]) -> Iterator[Sequence[Result | Lost]]:
    """Yield the results of each chunk, in order, worked out in this process; opens the job at the first chunk."""
    waiting = iter(chunks)
    for first in waiting:
        with job.open() as work:
            yield work(first)
            for chunk in waiting:
                yield work(chunk)


@contextmanager
def few_collections() -> Iterator[None]:
    """Look for cycles among objects seldom: records and parses have none, and each look walks over many of them."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], COLLECTED_AFTER), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
