"""Who does the work of a run: this process, or several where that pays."""

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from itertools import tee
from multiprocessing.connection import wait
from multiprocessing.reduction import ForkingPickler
from time import monotonic
from typing import Any, NamedTuple, Protocol, TypeVar

from harness.errors import RunError, UsageError

Piece = TypeVar("Piece")
Result = TypeVar("Result")
Piece_contra = TypeVar("Piece_contra", contravariant=True)
Result_co = TypeVar("Result_co", covariant=True)

LOST = "WorkerLost"
"""The error of a piece whose process was lost."""
LOOK = 1.0
"""Seconds of work in this process before it is said whether several would pay."""
PAYS = 10.0
"""Seconds of work left, by the rate so far, from which several processes pay: to start them takes two or three."""
COLLECTED_AFTER = 100_000
"""Objects made, less those gone, after which scoring and checking look for cycles among them."""
_AHEAD = 3
"""Chunks for each process that wait for one of them or for their turn to be handed on."""
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
"""A process takes one core; a library's own threads would only wait for one another."""


class Lost(NamedTuple):
    """Stands in the place of a piece's result where its process was ended by the system, or failed whole."""

    message: str


class Job(Protocol[Piece_contra, Result_co]):
    """Work to do on pieces. It is sent to other processes, so it holds components and plain values only."""

    def open(self) -> AbstractContextManager[Callable[[Sequence[Piece_contra]], Sequence[Result_co]]]:
        """Load weights and parsers; yields what does the work, one result for each piece, in order.

        What goes wrong with one piece is in its result; only a mistake of the user's is raised, as a UsageError.
        """


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
            place = Inline() if jobs is None or jobs == 1 else Processes(jobs)
            yield from place.map(job, chunks)
            return
        yield from Inline().map(job, until_several_pay(chunks, total))
        yield from Processes(cores()).map(job, chunks)


def until_several_pay(chunks: Iterator[Sequence[Piece]], total: int) -> Iterator[Sequence[Piece]]:
    """Yield chunks until so much is left, by the rate so far, that to start several processes pays."""
    done, started = 0, monotonic()
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        seconds = monotonic() - started
        if seconds > LOOK and seconds / done * (total - done) > PAYS:
            return


def cores() -> int:
    """Return the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def few_collections() -> Iterator[None]:
    """Look for cycles among objects seldom: records and parses have none, and each look walks over many of them."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], COLLECTED_AFTER), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


class Inline:
    """Works in this process, one chunk after the other."""

    def map(self, job: Job[Piece, Result], chunks: Iterable[Sequence[Piece]]) -> Iterator[Sequence[Result | Lost]]:
        """Yield the results of each chunk, in order; opens the job at the first chunk."""
        waiting = iter(chunks)
        for first in waiting:
            with job.open() as work:
                yield work(first)
                for chunk in waiting:
                    yield work(chunk)


class Processes:
    """Works in several processes of this machine, each with the job opened once; results as from one process.

    A process that the system ends (out of memory, a crash in native code) costs only the pieces that end it: the
    chunks it and its like were at are tried again piece by piece in new processes.
    """

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs

    def map(self, job: Job[Piece, Result], chunks: Iterable[Sequence[Piece]]) -> Iterator[Sequence[Result | Lost]]:
        """Yield the results of each chunk, in order; takes chunks a few at a time, as their results are asked for.

        Raises what opening the job raises, UsageError from the work, and KeyboardInterrupt; no process outlives the
        iterator.
        """
        waiting = iter(chunks)
        under_way: deque[tuple[Sequence[Piece], Future[_Answer]]] = deque()
        with ExitStack() as stack:
            pool = stack.enter_context(_pool(job, self.jobs))
            while True:
                while len(under_way) < self.jobs * _AHEAD and (chunk := next(waiting, None)) is not None:
                    under_way.append((chunk, _submit(pool, chunk)))
                if not under_way:
                    return
                chunk, future = under_way.popleft()
                try:
                    yield _results(chunk, future.result())
                except BrokenProcessPool:
                    stack.close()
                    left = [chunk, *(chunk for chunk, _ in under_way)]
                    under_way.clear()
                    for each in left:
                        yield _one_by_one(job, each)
                    pool = stack.enter_context(_pool(job, self.jobs))


class _Answer(NamedTuple):
    """A process's answer: results, or an error by class and words, since not every exception can be sent."""

    results: Sequence[Any]
    error: str = ""
    message: str = ""
    is_usage: bool = False


def _one_by_one(job: Job[Piece, Result], chunk: Sequence[Piece]) -> list[Result | Lost]:
    """Do a chunk that may have ended a process piece by piece: whichever ends another process is lost."""
    found: list[Result | Lost] = []
    waiting = deque(chunk)
    while waiting:
        with _pool(job, 1) as pool:
            while waiting:
                piece = waiting.popleft()
                try:
                    found.extend(_results([piece], _submit(pool, [piece]).result()))
                except BrokenProcessPool:
                    found.append(Lost("the process that worked on it was ended by the system: memory, most often"))
                    break
    return found


def _submit(pool: ProcessPoolExecutor, chunk: Sequence[Any]) -> "Future[_Answer]":
    try:
        return pool.submit(_work, chunk)
    except BrokenProcessPool as error:  # it broke since the last result was asked for
        failed: Future[_Answer] = Future()
        failed.set_exception(error)
        return failed


def _results(chunk: Sequence[Piece], answer: _Answer) -> list[Any]:
    """Raises UsageError for a mistake of the user's; whatever else failed as a whole is lost."""
    if answer.is_usage:
        raise UsageError(answer.message)
    if answer.error:
        return [Lost(f"{answer.error}: {answer.message}") for _ in chunk]
    return [*answer.results]


@contextmanager
def _pool(job: Job[Any, Any], jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that have nothing of this one's state but the job; all ended with the context, however it ends."""
    try:
        ForkingPickler.dumps(job)  # as it will be sent to our own processes
    except Exception as error:
        raise RunError(f"this cannot be sent to other processes, so use --jobs 1: {error}") from error
    # Spawned, not forked: a fork copies locks that other threads hold, and open files.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(job,))
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(_ONE_THREAD)
    try:
        yield pool
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        _end(pool)


def _end(pool: ProcessPoolExecutor) -> None:
    """End the processes at once: what they still do is of no use to anybody."""
    processes = list((pool._processes or {}).values())  # it offers no way to end them before Python 3.14
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()
    for process in processes:
        process.join()


class _Worker:
    """The job of one of the processes, opened at the first chunk."""

    def __init__(self, job: Job[Any, Any]) -> None:
        self._job = job
        self._open = ExitStack()
        self._do: Callable[[Sequence[Any]], Sequence[Any]] | None = None

    def answer(self, chunk: Sequence[Any]) -> _Answer:
        """Return the results of a chunk, or what kept it from having any."""
        try:
            if self._do is None:
                self._do = self._open.enter_context(self._job.open())
            return _Answer([*self._do(chunk)])
        except UsageError as error:
            return _Answer((), type(error).__name__, str(error), is_usage=True)
        except Exception as error:  # noqa: BLE001 - goes on in the other process
            return _Answer((), type(error).__name__, str(error))


_workers: list[_Worker] = []
"""The one of this process, where it is one of several."""


def _begin(job: Job[Any, Any]) -> None:
    """Set a new process up: Ctrl-C is its parent's to heed, and it ends when its parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    _workers.append(_Worker(job))


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _work(chunk: Sequence[Any]) -> _Answer:
    return _workers[0].answer(chunk)
