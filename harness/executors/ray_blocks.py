"""Blocks of work on a Ray cluster: a few at a time, done again where their process or machine was lost, in order."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any, Protocol

from harness.errors import RunError, UsageError
from harness.executors.base import AHEAD, ENDED_BY_SYSTEM, Answer, Lost

LOOK_AGAIN = 0.2
"""Seconds that one wait for Ray takes at most: signals are heard between two of them."""
NO_NODE = 300.0
"""Seconds without a processor in the cluster after which a run gives up."""
_FAILED_STARTS = 20
"""Processes lost one after the other before they had begun, after which no more are started."""


@dataclass(frozen=True)
class Unit:
    """Pieces of a block that are done together."""

    block: int
    start: int
    """Place of the first piece in its block."""
    pieces: Sequence[Any]
    losses: int = 0
    """How often its process was lost so far."""


@dataclass
class _Block:
    """A block under way, and the results that it has so far."""

    chunk: Sequence[Any]
    results: list[Any] = field(default_factory=list)
    missing: int = 0

    def fill(self, unit: Unit, results: Sequence[Any]) -> None:
        """Add the results of some of its pieces."""
        self.results[unit.start : unit.start + len(unit.pieces)] = results
        self.missing -= len(unit.pieces)


class Place(ABC):
    """The part of a cluster that units are done in."""

    tries: int
    """How often a unit is handed to it before its pieces are tried one by one."""

    @abstractmethod
    def window(self) -> int:
        """Return how many blocks may be under way, or done and waiting for their turn."""

    @abstractmethod
    def has_room(self, running: int) -> bool:
        """Tell whether one more unit can be submitted; `running` are."""

    @abstractmethod
    def submit(self, unit: Unit) -> Any:
        """Have a unit done; returns the reference of its answer."""

    @abstractmethod
    def ended(self, reference: Any, *, lost: bool) -> None:
        """Hear that a unit is done, or that its process was lost."""

    def starting(self) -> Mapping[Any, Any]:
        """Return the references of what must begin before it can do units."""
        return {}

    def began(self, reference: Any) -> None:  # noqa: B027 - tasks have nothing to begin
        """Hear that one of those has an answer."""

    @abstractmethod
    def close(self, running: Iterable[Any]) -> None:
        """Stop what is running, and let go of all."""


class Hearing(Protocol):
    """How answers are heard of."""

    def wait(self, references: Sequence[Any]) -> Any | None:
        """Return a reference that has an answer; None where none has after a moment."""

    def fetch(self, reference: Any) -> Answer | None:
        """Read the answer of a unit; None where its process or machine was lost.

        Raises UsageError where a worker process cannot do any.
        """

    def processors(self) -> int:
        """Count the processors of the cluster now."""


def done_in_order(place: Place, chunks: Iterable[Sequence[Any]], hearing: Hearing) -> Iterator[list[Any]]:
    """Yield the results of each chunk, in order.

    A unit whose process was lost is submitted again, then its pieces one by one; a piece that is lost by itself as
    often is a Lost result.
    """
    work = _Work(place, chunks, hearing)
    try:
        yield from work.results()
    finally:
        place.close(work.running)


class _Work:
    """The blocks of one map."""

    def __init__(self, place: Place, chunks: Iterable[Sequence[Any]], hearing: Hearing) -> None:
        self.running: dict[Any, Unit] = {}
        self._place = place
        self._chunks = enumerate(chunks)
        self._hearing = hearing
        self._again: deque[Unit] = deque()
        self._blocks: dict[int, _Block] = {}
        self._stalled = _Stalled(hearing)

    def results(self) -> Iterator[list[Any]]:
        """Yield the results of each block, in order."""
        turn = 0
        while True:
            self._submit()
            if not self._blocks:
                return
            self._hear()
            while turn in self._blocks and not self._blocks[turn].missing:
                done = self._blocks.pop(turn)
                turn += 1
                self._submit()  # before whoever asks writes the results
                yield done.results

    def _submit(self) -> None:
        while (self._again or len(self._blocks) < self._place.window()) and self._has_next():
            if not self._place.has_room(len(self.running)):
                return
            unit = self._again.popleft()
            self.running[self._place.submit(unit)] = unit

    def _has_next(self) -> bool:
        """Tell whether there is a unit to do; takes a chunk where none is to be done again."""
        if not self._again:
            numbered = next(self._chunks, None)
            if numbered is None:
                return False
            number, chunk = numbered
            self._blocks[number] = _Block(chunk, [None] * len(chunk), len(chunk))
            self._again.append(Unit(number, 0, chunk))
        return True

    def _hear(self) -> None:
        """Wait a moment for an answer, and take it."""
        starting = self._place.starting()
        reference = self._hearing.wait([*self.running, *starting])
        if reference is None:
            self._stalled.look()
            return
        self._stalled.goes_on()
        if reference in starting:
            self._place.began(reference)
            return
        unit = self.running.pop(reference)
        answer = self._hearing.fetch(reference)
        self._place.ended(reference, lost=answer is None)
        if answer is not None:
            self._blocks[unit.block].fill(unit, answer.unpack(unit.pieces))
            return
        unit = replace(unit, losses=unit.losses + 1)
        if unit.losses < self._place.tries:
            self._again.appendleft(unit)
        elif len(unit.pieces) > 1:
            each = [Unit(unit.block, unit.start + place, [piece]) for place, piece in enumerate(unit.pieces)]
            self._again.extendleft(reversed(each))
        else:
            self._blocks[unit.block].fill(unit, [Lost(ENDED_BY_SYSTEM)])


class _Stalled:
    """Notices a cluster that has no processor left."""

    def __init__(self, hearing: Hearing) -> None:
        self._hearing = hearing
        self._since: float | None = None
        self._next_look = 0.0

    def goes_on(self) -> None:
        """Hear that something was done."""
        self._since = None

    def look(self) -> None:
        """Look at the cluster from time to time. Raises RunError where it has had no processor for long."""
        now = monotonic()
        if now < self._next_look:
            return
        self._next_look = now + 5.0
        if self._hearing.processors() >= 1:
            self._since = None
        elif self._since is None:
            self._since = now
        elif now - self._since > NO_NODE:
            raise RunError(
                f"the Ray cluster has had no processor for {NO_NODE / 60:g} minutes; what is done is saved, and the "
                "same command goes on with it"
            )


def processors() -> int:
    """Return the processors of the cluster now."""
    import ray

    return int(ray.cluster_resources().get("CPU", 0))


class Tasks(Place):
    """Units as tasks: Ray finds a processor for each, and does it again by itself where that was lost."""

    tries = 1

    def __init__(self, remote: Any, key: str, sent: Sequence[Any], most: int | None) -> None:
        """`remote` is `ray_worker.do_block` as a task; `most` units are at work at once, else one a processor."""
        self._remote = remote
        self._key = key
        self._sent = sent
        self._most = most
        self._width = 0
        self._counted = -1e9

    def _at_once(self) -> int:
        if monotonic() - self._counted > 5.0:  # machines come and go
            self._width, self._counted = max(1, processors()), monotonic()
        return self._width if self._most is None else self._most

    def window(self) -> int:
        """Some for each processor, so that none waits for the next."""
        return self._at_once() * AHEAD

    def has_room(self, running: int) -> bool:
        """With a number of units given, no more than those are under way; else some wait for a processor."""
        return running < (self.window() if self._most is None else self._most)

    def submit(self, unit: Unit) -> Any:
        """Submit a task."""
        return self._remote.remote(self._key, self._sent, unit.pieces)

    def ended(self, reference: Any, *, lost: bool) -> None:
        """Nothing is held for a task."""

    def close(self, running: Iterable[Any]) -> None:
        """Cancel what is running: the processes at work on it are ended."""
        import ray

        for reference in running:
            with suppress(Exception):  # it may be done, or the cluster gone
                ray.cancel(reference, force=True)


class Actors(Place):
    """Units by actors, each of which holds the weights; another is started where one is lost.

    Ray would start an actor again by itself, and have its units wait until there is room for it. So it is not told to:
    units go to those that are there.
    """

    def __init__(self, start: Callable[[], Any], most: int, retries: int) -> None:
        """`start` starts one; there are `most` at once."""
        self.tries = retries + 1
        self._start = start
        self._most = most
        self._starting: dict[Any, Any] = {}
        self._idle: deque[Any] = deque()
        self._busy: dict[Any, Any] = {}
        self._failed_starts = 0

    def window(self) -> int:
        """Some for each actor, so that a slow block holds no other up."""
        return self._most * AHEAD

    def has_room(self, running: int) -> bool:  # noqa: ARG002 - actors are counted
        """Tell whether one is idle; starts another where there may be more."""
        if not self._idle and len(self._starting) + len(self._busy) < self._most:
            actor = self._start()
            self._starting[actor.begin.remote()] = actor
        return bool(self._idle)

    def starting(self) -> Mapping[Any, Any]:
        """Return those that have not begun."""
        return self._starting

    def began(self, reference: Any) -> None:
        """Use one from now on. Raises RunError where one after the other is lost before it begins."""
        import ray

        actor = self._starting.pop(reference)
        try:
            ray.get(reference)
        except ray.exceptions.RayTaskError as error:
            raise UsageError(cannot_begin(error)) from None
        except ray.exceptions.RayError as error:
            self._failed_starts += 1
            if self._failed_starts > _FAILED_STARTS:
                raise RunError(f"Ray cannot start processes for the weights: {first_line(error)}") from None
            return
        self._failed_starts = 0
        self._idle.append(actor)

    def submit(self, unit: Unit) -> Any:
        """Hand a unit to an idle one; the first block wants a session that has done nothing before, as in one process.

        What a session finds out on its first batch then stands in the same rows.
        """
        actor = self._idle.popleft()
        reference = actor.do_block.remote(unit.pieces, unit.block == 0)
        self._busy[reference] = actor
        return reference

    def ended(self, reference: Any, *, lost: bool) -> None:
        """Let it do the next unit, unless it was lost."""
        actor = self._busy.pop(reference)
        if lost:
            _kill(actor)
        else:
            self._idle.append(actor)

    def close(self, running: Iterable[Any]) -> None:  # noqa: ARG002 - they end with their actors
        """End all of them."""
        for actor in (*self._starting.values(), *self._idle, *self._busy.values()):
            _kill(actor)


def _kill(actor: Any) -> None:
    import ray

    with suppress(Exception):  # it is gone, or the cluster is
        ray.kill(actor)


class RayHearing:
    """Hears of answers from Ray."""

    def wait(self, references: Sequence[Any]) -> Any | None:
        """Return a reference that has an answer; None where none has after a moment."""
        import ray

        ready, _ = ray.wait(list(references), num_returns=1, timeout=LOOK_AGAIN)
        return ready[0] if ready else None

    def fetch(self, reference: Any) -> Answer | None:
        """Read the answer of a unit; None where its process or machine was lost."""
        import ray

        try:
            answer: Answer = ray.get(reference)
        except ray.exceptions.RayTaskError as error:  # the answer holds what goes wrong with the work itself
            raise UsageError(cannot_begin(error)) from None
        except ray.exceptions.RayError:
            return None
        return answer

    def processors(self) -> int:
        """Count the processors of the cluster now."""
        return processors()


def cannot_begin(error: BaseException) -> str:
    """Say why a worker process cannot do its work: a package is missing there, most often."""
    return f"a process of the Ray cluster cannot do this work: {first_line(error)}; install the same on all its nodes"


def first_line(error: BaseException) -> str:
    """Return what an error of Ray's says in short: its message ends in a traceback of the other process."""
    cause = getattr(error, "cause", None) or error
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    return f"{type(cause).__name__}: {(lines or [''])[-1][:300]}"
