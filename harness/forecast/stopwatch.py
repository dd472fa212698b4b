"""Progress that notes when each piece of a run was done, and what a further piece costs by that.

Work of this process alone is timed by the clock and by the processor time it took, whichever is less: other programs
of the machine then do not count, and neither does it that several threads work. What waits for a server or a graphics
card is timed by the clock.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter, process_time
from typing import NamedTuple

from harness.run.progress import Progress, Tick

BLOCKS = 6
"""Blocks that a stage is parted into; the first is not counted, since it has the start-up in it."""


class Moment(NamedTuple):
    """A moment by both clocks."""

    clock: float
    processor: float

    def since(self, earlier: "Moment", *, waits: bool) -> float:
        """Seconds since an earlier moment; where the work `waits` for something else, by the clock."""
        elapsed = self.clock - earlier.clock
        return elapsed if waits else min(elapsed, self.processor - earlier.processor)


def now() -> Moment:
    """Return this moment."""
    return Moment(perf_counter(), process_time())


def may_wait() -> bool:
    """Tell whether local work may be done by a graphics card, which no processor time shows."""
    return "torch" in sys.modules


@dataclass
class StageTimes:
    """When a stage began, had done each of its pieces, and ended."""

    label: str
    waits: bool = False
    """Whether it waits for a server or a graphics card."""
    began: Moment = field(default_factory=now)
    ended: Moment = field(default_factory=now)
    done: list[int] = field(default_factory=list)
    """Pieces done, at each tick."""
    when: list[Moment] = field(default_factory=list)

    @property
    def pieces(self) -> int:
        """Count the pieces done."""
        return self.done[-1] if self.done else 0

    @property
    def seconds(self) -> float:
        """Seconds from beginning to end."""
        return self.ended.since(self.began, waits=self.waits)

    def tick(self, done: int = 1) -> None:
        """Note that `done` more pieces are finished."""
        self.done.append(self.pieces + done)
        self.when.append(now())

    def blocks(self, at_once: int = 1) -> list[float]:
        """Seconds for a piece in each block but the first; a block ends where pieces that are made together do.

        One block, start-up and all, where there are too few ticks to part.
        """
        edges = self._edges(at_once)
        if len(edges) < 2:
            return [self.seconds / self.pieces] if self.pieces else []
        times = [*(self.when[edge] for edge in edges[:-1]), self.ended]
        counts = [self.done[edge] for edge in edges]
        return [
            times[at].since(times[at - 1], waits=self.waits) / (counts[at] - counts[at - 1])
            for at in range(1, len(edges))
        ]

    def _edges(self, at_once: int) -> list[int]:
        """Find the ticks at which blocks end."""
        wanted = self.pieces / BLOCKS
        edges: list[int] = []
        last = 0
        for at, done in enumerate(self.done):
            whole = done % at_once == 0 or at == len(self.done) - 1
            if whole and (done - last >= wanted * (1 - 1e-9) or (edges and at == len(self.done) - 1)):
                edges.append(at)
                last = done
        return edges


class Stopwatch:
    """Progress that keeps the times of stages, and shows them by another progress."""

    def __init__(self, shown: Progress, asking: frozenset[str] = frozenset()) -> None:
        """`asking` are the labels of the stages that ask a server."""
        self.stages: list[StageTimes] = []
        self._shown = shown
        self._asking = asking

    @contextmanager
    def stage(self, label: str, total: int | None) -> Iterator[Tick]:
        """Time a stage while the context is open."""
        with self._shown.stage(f"sample: {label}", total) as tick:
            times = StageTimes(label, label in self._asking)
            self.stages.append(times)

            def both(done: int = 1) -> None:
                times.tick(done)
                tick(done)

            try:
                yield both
            finally:
                times.ended = now()
                times.waits = times.waits or (label != "score" and may_wait())

    def note(self, message: str) -> None:
        """Hand a note on."""
        self._shown.note(message)
