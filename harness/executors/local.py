"""The executor `local`: this process, or several of this machine where that pays."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager, nullcontext
from itertools import count, tee
from multiprocessing.connection import wait
from multiprocessing.reduction import ForkingPickler
from time import monotonic
from typing import Any, NamedTuple, Self

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
        self._kept: Processes | None = None

    def __enter__(self) -> Self:
        """Start nothing: processes are started when there is work for them, and kept for the stages that follow."""
        self._kept = self._processes()
        return self

    def __exit__(self, *error: object) -> None:
        """End the processes that were started."""
        if self._kept is not None:
            self._kept.end()
            self._kept = None

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
        if jobs == 1 or (jobs is None and cores() == 1):
            yield from run_here(job, chunks)
            return
        if jobs is None and not (self._kept is not None and self._kept.are_running):
            yield from run_here(job, until_several_pay(chunks, total))
        yield from self._in_processes(job, chunks)

    def _in_processes(
        self, job: Job[Piece, Result], chunks: Iterator[Sequence[Piece]]
    ) -> Iterator[Sequence[Result | Lost]]:
        """Work in the processes of this executor; in some of their own where it was not entered."""
        with self._processes() if self._kept is None else nullcontext(self._kept) as processes:
            yield from processes.map(job, chunks)

    def _processes(self) -> "Processes":
        return Processes(cores() if self.jobs is None else self.jobs)


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
    """Works in several processes of this machine, each with a job opened once; results as from one process.

    They are started at the first chunk and stay for the next job: to start Python and to import takes a second. A
    process that the system ends (out of memory, a crash in native code) costs only the pieces that end it: the chunks
    it and its like were at are tried again piece by piece in new processes.
    """

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._pool: ProcessPoolExecutor | None = None
        self._numbers = count()
        self._live: set[int] = set()
        """Numbers of the jobs under way; the processes let go of any other."""

    def __enter__(self) -> Self:
        """Start nothing: processes are started when there is work for them."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the processes."""
        self.end()

    @property
    def are_running(self) -> bool:
        """Tell whether any were started."""
        return self._pool is not None

    def end(self) -> None:
        """End the processes at once: what they still do is of no use to anybody."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            _end(pool)

    def map(self, job: Job[Piece, Result], chunks: Iterable[Sequence[Piece]]) -> Iterator[Sequence[Result | Lost]]:
        """Yield the results of each chunk, in order; takes chunks a few at a time, as their results are asked for.

        Raises what opening the job raises, UsageError from the work, and KeyboardInterrupt; nothing is worked on once
        the iterator is closed.
        """
        number = next(self._numbers)
        sent = _Sent.of(job)
        waiting = iter(chunks)
        under_way: deque[tuple[Sequence[Piece], ProcessPoolExecutor, Future[Answer]]] = deque()
        self._live.add(number)
        try:
            while True:
                while len(under_way) < self.jobs * AHEAD and (chunk := next(waiting, None)) is not None:
                    task = _Task(number, sent, frozenset(self._live), chunk)
                    pool = self._running()
                    under_way.append((chunk, pool, _submit(pool, task)))
                if not under_way:
                    return
                chunk, pool, future = under_way[0]
                try:
                    found = future.result().unpack(chunk)
                except (BrokenProcessPool, CancelledError):
                    if self._pool is pool:  # no other job has begun anew
                        self.end()
                    for each, _, _ in tuple(under_way):
                        yield _one_by_one(sent, each)
                        under_way.popleft()
                    continue
                under_way.popleft()
                yield found
        finally:
            self._live.discard(number)
            if under_way:
                self.end()

    def _running(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = _pool(self.jobs)
        return self._pool


def _one_by_one(sent: "_Sent", chunk: Sequence[Piece]) -> list[Any]:
    """Do a chunk that may have ended a process piece by piece: whichever ends another process is lost."""
    found: list[Any] = []
    waiting = deque(chunk)
    while waiting:
        pool = _pool(1)
        try:
            while waiting:
                piece = waiting.popleft()
                try:
                    found.extend(_submit(pool, _Task(0, sent, frozenset([0]), [piece])).result().unpack([piece]))
                except BrokenProcessPool:
                    found.append(Lost(ENDED_BY_SYSTEM))
                    break
        finally:
            _end(pool)
    return found


class _Sent(NamedTuple):
    """A job as it is sent to processes, which read it where they open it: it may fail to be imported there."""

    data: bytes

    @classmethod
    def of(cls, job: Job[Any, Any]) -> "_Sent":
        """Make a job ready to be sent. Raises RunError where it cannot be."""
        try:
            return cls(bytes(ForkingPickler.dumps(job)))
        except Exception as error:
            raise RunError(f"this cannot be sent to other processes, so use --jobs 1: {error}") from error

    @contextmanager
    def open(self) -> Iterator[Callable[[Sequence[Any]], Sequence[Any]]]:
        """Read the job and open it."""
        with ForkingPickler.loads(self.data).open() as work:
            yield work


class _Task(NamedTuple):
    """A chunk as it is sent to a process."""

    number: int
    """The number of its job."""
    job: _Sent
    """The job itself; a process opens it at its first chunk."""
    live: frozenset[int]
    """Numbers of the jobs that are under way."""
    chunk: Sequence[Any]


def _submit(pool: ProcessPoolExecutor, task: _Task) -> "Future[Answer]":
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)  # a process is started here, with this environment, until all are
    try:
        return pool.submit(_work, task)
    except BrokenProcessPool as error:  # it broke since the last result was asked for
        failed: Future[Answer] = Future()
        failed.set_exception(error)
        return failed
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _pool(jobs: int) -> ProcessPoolExecutor:
    """Make processes that have nothing of this one's state."""
    # Spawned, not forked: a fork copies locks that other threads hold, and open files.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin)


def _end(pool: ProcessPoolExecutor) -> None:
    processes = list((pool._processes or {}).values())  # it offers no way to end them before Python 3.14
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()
    for process in processes:
        process.join()


_opened: dict[int, Opened] = {}
"""The jobs of this process, where it is one of several, by their numbers."""


def _begin() -> None:
    """Set a new process up: Ctrl-C is its parent's to heed, and it ends when its parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _work(task: _Task) -> Answer:
    """Do a chunk; jobs that are over are let go first, with their weights."""
    for number in [number for number in _opened if number not in task.live]:
        _opened.pop(number).close()
    if task.number not in _opened:
        _opened[task.number] = Opened(task.job)
    return _opened[task.number].answer(task.chunk)
