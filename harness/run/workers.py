"""Who does the work of a run: this process, or several where that pays."""

import gc
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import tee
from time import monotonic

from harness.executors.base import Executor, Job, Lost, Piece, Result
from harness.executors.local import Inline, Processes, cores

LOOK = 1.0
"""Seconds of work in this process before it is said whether several would pay."""
PAYS = 10.0
"""Seconds of work left, by the rate so far, from which several processes pay: to start them takes two or three."""

COLLECTED_AFTER = 100_000
"""Objects made, less those gone, after which scoring and checking look for cycles among them."""


class Workers:
    """Who does the work of a run. Neutral: the results are the same in every way it is shared out."""

    def __init__(self, jobs: int | None = 1) -> None:
        """`jobs` processes; None takes all cores once the work is large enough to pay."""
        self._jobs = jobs

    def map(
        self, job: Job[Piece, Result], chunks: Iterable[Sequence[Piece]], *, total: int, splits: bool
    ) -> Generator[tuple[Sequence[Piece], Sequence[Result | Lost]], None, None]:
        """Yield each chunk with its results, in order; `total` is how many pieces there are, about.

        What does not `splits` (weights that fill the memory, a server that is asked) is done in this process.
        """
        worked_on, asked = tee(chunks)
        with closing(self._results(job, worked_on, total, self._jobs if splits else 1)) as results:
            for found in results:
                yield next(asked), found

    def _results(
        self, job: Job[Piece, Result], chunks: Iterator[Sequence[Piece]], total: int, jobs: int | None
    ) -> Generator[Sequence[Result | Lost], None, None]:
        if jobs is not None or cores() == 1:
            executor: Executor = Inline() if jobs is None or jobs == 1 else Processes(jobs=jobs)
            yield from executor.map(job, chunks)
            return
        yield from Inline().map(job, until_several_pay(chunks, total))
        yield from Processes(jobs=cores()).map(job, chunks)


def until_several_pay(chunks: Iterator[Sequence[Piece]], total: int) -> Iterator[Sequence[Piece]]:
    """Yield chunks until so much is left, by the rate so far, that to start several processes pays."""
    done, started = 0, monotonic()
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        seconds = monotonic() - started
        if seconds > LOOK and seconds / done * (total - done) > PAYS:
            return


@contextmanager
def few_collections() -> Iterator[None]:
    """Look for cycles among objects seldom: records and parses have none, and each look walks over many of them."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], COLLECTED_AFTER), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
