"""The executor of what may have to be ended: a component's work in processes of its own, which are killed if need be.

What is in native code when its time is over, or swallows every interruption, fails its own piece with the limit as the
reason; so does what ends its process, with the way in which it did. The results are as from one process.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from itertools import islice, tee
from queue import SimpleQueue
from typing import Any, Self

from harness.component import Share
from harness.executors.base import AHEAD, LOST, Answer, Executor, Job, Lost, Opened, Piece, Result
from harness.process.child import Child, ChildEndedError, NotSentError, TooLateError
from harness.process.isolation import TIME_LIMIT

_Child = Child[Sequence[Any], Answer]


class Apart(Executor):
    """Works in processes that can be ended, as many as `jobs` for what is shared out to cores, else one."""

    spreads_weights = False

    def __init__(self, otherwise: Executor, jobs: int = 1) -> None:
        """`otherwise` works where a job cannot be sent: its component is defined in the main program, say."""
        self._otherwise = otherwise
        self._jobs = jobs

    def __enter__(self) -> Self:
        """Start nothing: processes are started when there is work for them."""
        return self

    def __exit__(self, *error: object) -> None:
        """End nothing: no process outlives the work it was started for."""

    def describe(self) -> str:
        """Say the same as the executor of the other work."""
        return self._otherwise.describe()

    def map(
        self, job: Job[Piece, Result], chunks: Iterable[Sequence[Piece]], *, total: int, share: Share
    ) -> Generator[tuple[Sequence[Piece], Sequence[Result | Lost]], None, None]:
        """Yield each chunk with its results, in order."""
        if not can_be_sent(job):
            yield from self._otherwise.map(job, chunks, total=total, share=share)
            return
        worked_on, asked = tee(chunks)
        with closing(results(job, worked_on, self._jobs if share == "cores" else 1)) as found:
            for each in found:
                yield next(asked), each


def can_be_sent(job: Job[Any, Any]) -> bool:
    """Tell whether another process can be handed a job."""
    try:
        Child(Opened(job).answer)
    except NotSentError:
        return False
    return True


def results(
    job: Job[Piece, Result], chunks: Iterable[Sequence[Piece]], jobs: int
) -> Generator[Sequence[Result | Lost], None, None]:
    """Yield the results of each chunk, in order, from so many processes; none outlives the iterator.

    One process is handed a chunk when the one before was taken; several a few ahead.
    """
    with ExitStack() as stack:
        children: list[_Child] = [Child(Opened(job).answer) for _ in range(jobs)]
        for child in children:
            stack.callback(child.close)
        if jobs == 1:
            for chunk in chunks:
                yield _ask(children[0], chunk)
            return
        free = SimpleQueue[_Child]()
        for child in children:
            free.put(child)
        threads = stack.enter_context(ThreadPoolExecutor(jobs))
        for child in children:  # before the threads are waited for: they wait for their processes
            stack.callback(child.close)
        yield from _in_order(threads, lambda chunk: _ask_one_of(free, chunk), chunks, jobs * AHEAD)


def _in_order(
    threads: ThreadPoolExecutor, do: Callable[[Sequence[Piece]], Result], chunks: Iterable[Sequence[Piece]], ahead: int
) -> Iterator[Result]:
    """Do chunks side by side, `ahead` of them at most, and yield what was found in their order."""
    waiting = iter(chunks)
    under_way = deque(threads.submit(do, chunk) for chunk in islice(waiting, ahead))
    while under_way:
        yield under_way.popleft().result()
        under_way.extend(threads.submit(do, chunk) for chunk in islice(waiting, 1))


def _ask_one_of(free: SimpleQueue[_Child], chunk: Sequence[Any]) -> list[Any]:
    child = free.get()
    try:
        return _ask(child, chunk)
    finally:
        free.put(child)


def _ask(child: _Child, chunk: Sequence[Any]) -> list[Any]:
    """Have a chunk done, and piece by piece where its process had to be ended: whichever ends another is lost."""
    try:
        return child.ask(chunk).unpack(chunk)
    except ChildEndedError as error:
        if len(chunk) > 1:
            return [found for piece in chunk for found in _ask(child, [piece])]
        return [Lost(str(error), TIME_LIMIT if isinstance(error, TooLateError) else LOST)]
