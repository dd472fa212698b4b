"""Checking and scoring as work for executors, and who does it: one process, or several where that pays."""

import gc
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from time import monotonic

from harness.checkers.base import Checker, CheckSession
from harness.executors.base import LOST, Executor, Job, Lost, Piece, Result
from harness.executors.local import Inline, Processes, cores
from harness.metrics.base import Metric
from harness.process import logs
from harness.process.isolation import PASSED_ON, opened, reason
from harness.records import Failure, MetricScore
from harness.run import stages

LOOK = 1.0
"""Seconds of work in this process before it is said whether several would pay."""
PAYS = 10.0
"""Seconds of work left, by the rate so far, from which several processes pay: to start them takes two or three."""


COLLECTED_AFTER = 100_000
"""Objects made, less those gone, after which scoring and checking look for cycles among them."""


@dataclass(frozen=True)
class CheckJob:
    """Finds verdicts; a piece is a cluster with the texts to check against it."""

    checker: Checker
    seconds: float | None
    """What each cluster may take."""
    logged: logs.Setting = field(default_factory=logs.setting)

    @contextmanager
    def open(self) -> Iterator[Callable[[Sequence[stages.Questions]], Sequence[Sequence[stages.Found]]]]:
        """A checker that cannot be opened, for a reason that is not the user's to mend, finds nothing about any."""
        logs.take_up(self.logged)
        with ExitStack() as stack:
            try:
                session = stack.enter_context(opened(self.checker.open()))
            except PASSED_ON:
                raise
            except BaseException as error:  # noqa: BLE001 - corrupt weights, out of memory: a reason in each row
                why = stages.Unchecked(*reason(error))
                yield lambda chunk: [[why] * len(texts) for _, texts in chunk]
                return
            if self.checker.splits:  # it holds no weights that cycles could keep in memory
                stack.enter_context(_few_collections())
            yield lambda chunk: self._found(session, chunk)

    def _found(self, session: CheckSession, chunk: Sequence[stages.Questions]) -> Sequence[Sequence[stages.Found]]:
        if len(chunk) > 1:
            stages.expected(session, chunk, seconds=self.seconds)
        return [stages.found_about(session, cluster, texts, seconds=self.seconds) for cluster, texts in chunk]


def checked_in_order(
    checker: Checker, work: Iterable[stages.Questions], workers: "Workers", *, total: int, seconds: float | None = None
) -> Generator[Sequence[stages.Found], None, None]:
    """What the checker finds about each text, for clusters in order; `seconds` is what each cluster may take."""
    asked: list[Sequence[stages.Questions]] = []

    def chunks() -> Iterator[Sequence[stages.Questions]]:
        waiting = iter(work)
        while several := list(islice(waiting, checker.together)):
            asked.append(several)
            yield several

    for found in workers.map(CheckJob(checker, seconds), chunks(), total=total, splits=checker.splits):
        for (_, texts), one in zip(asked.pop(0), found, strict=True):
            yield [stages.Unchecked(LOST, one.message)] * len(texts) if isinstance(one, Lost) else one


@dataclass(frozen=True)
class ScoreJob:
    """Scores; a piece is a prediction with its cluster and verdicts."""

    metrics: tuple[Metric, ...]
    seconds: float | None
    logged: logs.Setting = field(default_factory=logs.setting)

    @contextmanager
    def open(self) -> Iterator[Callable[[Sequence[stages.Scorable]], Sequence[stages.Scored]]]:
        """Metrics need no opening."""
        logs.take_up(self.logged)
        with _few_collections():
            yield lambda chunk: stages.score(self.metrics, chunk, seconds=self.seconds)


@contextmanager
def _few_collections() -> Iterator[None]:
    """Look for cycles among objects seldom: records and parses have none, and each look walks over many of them."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], COLLECTED_AFTER), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def scored_in_order(
    metrics: tuple[Metric, ...],
    blocks: Iterable[Sequence[stages.Scorable]],
    workers: "Workers",
    *,
    total: int,
    seconds: float | None = None,
) -> Generator[Sequence[Sequence[MetricScore | Failure]], None, None]:
    """The findings of every metric on each prediction of each block, in order."""
    asked: list[Sequence[stages.Scorable]] = []

    def chunks() -> Iterator[Sequence[stages.Scorable]]:
        for block in blocks:
            asked.append(block)
            yield block

    for found in workers.map(ScoreJob(metrics, seconds), chunks(), total=total, splits=True):
        block = asked.pop(0)
        yield [
            [stages.unscored(metric, piece, LOST, one.message) for metric in metrics] if isinstance(one, Lost) else one
            for piece, one in zip(block, found, strict=True)
        ]


class Workers:
    """Who does the work of a run. Neutral: the results are the same in every way it is shared out."""

    def __init__(self, jobs: int | None = 1) -> None:
        """`jobs` processes; None takes all cores once the work is large enough to pay."""
        self._jobs = jobs

    def map(
        self, job: Job[Piece, Result], chunks: Iterable[Sequence[Piece]], *, total: int, splits: bool
    ) -> Iterator[Sequence[Result | Lost]]:
        """The results of each chunk, in order; `total` is how many pieces there are, about.

        What does not `splits` (weights that fill the memory, a server that is asked) is done in this process.
        """
        jobs = self._jobs if splits else 1
        if jobs is not None or cores() == 1:
            executor: Executor = Inline() if jobs is None or jobs == 1 else Processes(jobs=jobs)
            yield from executor.map(job, chunks)
            return
        waiting = iter(chunks)
        done, started = 0, monotonic()

        def first_ones() -> Iterator[Sequence[Piece]]:
            nonlocal done
            for chunk in waiting:
                yield chunk
                done += len(chunk)
                seconds = monotonic() - started
                if seconds > LOOK and seconds / done * (total - done) > PAYS:
                    return

        yield from Inline().map(job, first_ones())
        yield from Processes(jobs=cores()).map(job, waiting)
