"""What every executor gives: work done on chunks of independent pieces, the results in the order of the pieces."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import ClassVar, NamedTuple, Protocol, TypeVar

from harness.component import Component, Kind

Piece = TypeVar("Piece")
Result = TypeVar("Result")
Piece_contra = TypeVar("Piece_contra", contravariant=True)
Result_co = TypeVar("Result_co", covariant=True)

LOST = "WorkerLost"


class Lost(NamedTuple):
    """What stands in a piece's place where the process that worked on it was ended by the system, or failed whole."""

    message: str


class Job(Protocol[Piece_contra, Result_co]):
    """What is to be done with pieces. It goes to other processes, so it holds components and plain values only."""

    def open(self) -> AbstractContextManager[Callable[[Sequence[Piece_contra]], Sequence[Result_co]]]:
        """What does it, with weights and parsers loaded: one result for each piece, in order.

        What goes wrong with one piece is in its result; only a mistake of the user's is raised, as a UsageError.
        """


class Executor(Component):
    """Base of all executors. None of their parameters can change a number."""

    kind: ClassVar[Kind] = "executor"

    @abstractmethod
    def map(self, job: Job[Piece, Result], chunks: Iterable[Sequence[Piece]]) -> Iterator[Sequence[Result | Lost]]:
        """The results of each chunk, in order. Takes chunks a few at a time, as their results are asked for.

        Opens the job at the first chunk. Raises what opening it raises, UsageError from the work, and
        KeyboardInterrupt; no process outlives the iterator.
        """
