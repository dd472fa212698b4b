"""The executor `local`: this process, or several of this machine where that pays."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, closing, contextmanager
from itertools import tee
from multiprocessing.connection import wait
from multiprocessing.reduction import ForkingPickler
from time import monotonic
from typing import Any, Self

from harness.component import Share
from harness.errors import RunError
from harness.executors.base import (
    AHEAD,
    ENDED_BY_SYSTEM,
    ONE_THREAD,
    Answer,
    Executor,
    Job,
    Lost,
    Opened,
    Piece,
    Result,
    run_here,
)

LOOK = 1.0
"""Seconds of work in this process before it is said whether several would pay."""
PAYS = 10.0
"""Seconds of work left, by the rate so far, from which several processes pay: to start them takes two or three."""


class Local(Executor):
    """Works in one process or several of this machine; the results are the same in every way it is shared out."""

    spreads_weights = False

    def __init__(self, jobs: int | None = 1) -> None:
        """`jobs` processes; None takes all cores once the work is large enough to pay."""
        self.jobs = jobs

    def __enter__(self) -> Self:
        """Start nothing: processes are started when there is work for them."""
        return self

    def __exit__(self, *error: object) -> None:
        """End nothing: no process outlives the work it was started for."""

    def describe(self) -> str:
        """Say that it is this machine."""
        return "local"

    def map(
        self, job: Job[Piece, Result], chunks: Iterable[Sequence[Piece]], *, total: int, share: Share
    ) -> Generator[tuple[Sequence[Piece], Sequence[Result | Lost]], None, None]:
        """Yield each chunk with its results, in order; what is not for cores is done in this process.

        Weights fill the memory once, and use all cores by themselves.
        """
        worked_on, asked = tee(chunks)
        with closing(self._results(job, worked_on, total, self.jobs if share == "cores" else 1)) as results:
            for found in results:
                yield next(asked), found

    def _results(
        self, job: Job[Piece, Result], chunks: Iterator[Sequence[Piece]], total: int, jobs: int | None
    ) -> Generator[Sequence[Result | Lost], None, None]:
        if jobs is not None or cores() == 1:
            if jobs is None or jobs == 1:
                yield from run_here(job, chunks)
            else:
                yield from Processes(jobs).map(job, chunks)
            return
        yield from run_here(job, until_several_pay(chunks, total))
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
        under_way: deque[tuple[Sequence[Piece], Future[Answer]]] = deque()
        with ExitStack() as stack:
            pool = stack.enter_context(_pool(job, self.jobs))
            while True:
                while len(under_way) < self.jobs * AHEAD and (chunk := next(waiting, None)) is not None:
                    under_way.append((chunk, _submit(pool, chunk)))
                if not under_way:
                    return
                chunk, future = under_way.popleft()
                try:
                    yield future.result().unpack(chunk)
                except BrokenProcessPool:
                    stack.close()
                    left = [chunk, *(chunk for chunk, _ in under_way)]
                    under_way.clear()
                    for each in left:
                        yield _one_by_one(job, each)
                    pool = stack.enter_context(_pool(job, self.jobs))


def _one_by_one(job: Job[Piece, Result], chunk: Sequence[Piece]) -> list[Result | Lost]:
    """Do a chunk that may have ended a process piece by piece: whichever ends another process is lost."""
    found: list[Result | Lost] = []
    waiting = deque(chunk)
    while waiting:
        with _pool(job, 1) as pool:
            while waiting:
                piece = waiting.popleft()
                try:
                    found.extend(_submit(pool, [piece]).result().unpack([piece]))
                except BrokenProcessPool:
                    found.append(Lost(ENDED_BY_SYSTEM))
                    break
    return found


def _submit(pool: ProcessPoolExecutor, chunk: Sequence[Any]) -> "Future[Answer]":
    try:
        return pool.submit(_work, chunk)
    except BrokenProcessPool as error:  # it broke since the last result was asked for
        failed: Future[Answer] = Future()
        failed.set_exception(error)
        return failed


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
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
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


_opened: list[Opened] = []
"""The job of this process, where it is one of several."""


def _begin(job: Job[Any, Any]) -> None:
    """Set a new process up: Ctrl-C is its parent's to heed, and it ends when its parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    _opened.append(Opened(job))


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _work(chunk: Sequence[Any]) -> Answer:
    return _opened[0].answer(chunk)
