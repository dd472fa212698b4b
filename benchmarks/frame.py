"""How figures are measured: ours and the peer's in turn, in one process, medians and ranges over rounds.

To add a figure, put it into the `FIGURES` of a module in `benchmarks/figures/` (a new module is found by itself):

    def _measure(quick: bool) -> Measured:
        ours = Side(lambda: score_ours(texts), work=len(texts))
        peer = Side(lambda: score_theirs(texts[:50]), work=50)
        return interleaved(ours, peer, rounds=3 if quick else 7)

    FIGURES = (
        Figure(
            name="rouge-headlines-1",           # what --only takes, unique
            what="rouge1/2/L/Lsum, headlines, stemmed, 1 reference",
            peer="rouge-score 0.1.2",
            aim=at_least(55),                   # at_most(0.05, "share") for what shall be small
            measure=_measure,
            tolerance=0.2,                      # bench-check fails where it is worse by more than this share
            profiled=prepared(lambda: score_ours(texts)),  # runs under cProfile where the aim is missed
        ),
    )

Each figure runs in a process of its own, so that none sees another's memory or caches. `measure` may raise
`UnavailableError` with the reason why it cannot be measured here. A peer with dependencies of its own gets an
environment of its own: `environment("lm-eval", ["lm-eval==0.4.13"])` gives its Python. Whatever one side measured by
itself (the processor time of a child, say) it returns as seconds; `interleaved` takes the wall clock where it returns
None. `python -m benchmarks --quick --only NAME` shows whether a new figure runs.
"""

import cProfile
import pstats
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Literal

TOP = Path(__file__).parent.parent
ENVIRONMENTS = TOP / ".bench"
"""Where the peers' environments are; kept from one run to the next."""

Unit = Literal["times", "share", "seconds", "MiB", "count"]


class UnavailableError(Exception):
    """A figure cannot be measured on this machine; the message is the reason."""


@dataclass(frozen=True)
class Aim:
    """What a figure shall be."""

    bound: Literal["at least", "at most"]
    value: float
    unit: Unit = "times"

    def reached(self, value: float) -> bool:
        """Whether a measured value is good enough."""
        return value >= self.value if self.bound == "at least" else value <= self.value


def at_least(value: float, unit: Unit = "times") -> Aim:
    """The figure shall not be below."""
    return Aim("at least", value, unit)


def at_most(value: float, unit: Unit = "share") -> Aim:
    """The figure shall not be above."""
    return Aim("at most", value, unit)


@dataclass
class Measured:
    """A figure as measured: the median of the rounds, and the least and the greatest of them."""

    value: float
    low: float
    high: float
    rounds: int
    ours: float | None = None
    """Median seconds of ours for one piece of work."""
    peer: float | None = None
    """Median seconds of the peer's."""
    note: str = ""
    """What else a reader must know: sizes, other figures of the same measurement."""
    details: dict[str, float] = field(default_factory=dict)


Prepared = Callable[[], AbstractContextManager[Callable[[], object]]]
"""Prepares work, whose time does not count, for as long as a context is open; what it gives does the work."""


def prepared(run: Callable[[], object]) -> Prepared:
    """Work that needs no preparing."""
    return lambda: nullcontext(run)


@dataclass(frozen=True)
class Figure:
    """One row of the results."""

    name: str
    what: str
    peer: str
    aim: Aim
    measure: Callable[[bool], Measured]
    tolerance: float = 0.25
    profiled: Prepared | None = None
    """What is run under cProfile where the aim is missed."""


@dataclass(frozen=True)
class Side:
    """One of two things that are timed against each other."""

    run: Callable[[], float | None]
    work: float = 1.0
    """Pieces of work in one run, so that the slower side may do less."""
    before: Callable[[], object] = lambda: None
    """Called before each run and not timed: makes caches cold, folders empty."""

    def seconds(self) -> float:
        """Of one piece of work."""
        self.before()
        started = time.perf_counter()
        told = self.run()
        took = time.perf_counter() - started
        return (took if told is None else told) / self.work


def interleaved(ours: Side, peer: Side, rounds: int, *, share: bool = False, note: str = "") -> Measured:
    """How many times as fast ours is, or with `share` which share of the peer's time it takes, round by round.

    Who goes first changes from round to round. One round before the first is not counted.
    """
    ours.seconds()
    of_ours, of_peer = [], []
    for number in range(rounds):
        if number % 2:
            of_peer.append(peer.seconds())
            of_ours.append(ours.seconds())
        else:
            of_ours.append(ours.seconds())
            of_peer.append(peer.seconds())
    ratios = [(us / them if share else them / us) for us, them in zip(of_ours, of_peer, strict=True)]
    return Measured(median(ratios), min(ratios), max(ratios), rounds, median(of_ours), median(of_peer), note)


def over_rounds(values: Sequence[float], note: str = "", **details: float) -> Measured:
    """A figure that is no comparison: the median and the range of `values`."""
    return Measured(median(values), min(values), max(values), len(values), note=note, details=details)


def end_with_parent() -> None:
    """Have a child that was just started end with the process that started it, however that ends (on Linux).

    A benchmark that is killed must not leave a child behind that computes on, and spoils the next figures.
    """
    with suppress(OSError, AttributeError):
        import ctypes

        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)


_PARENT_DEATH_SIGNAL = 1
"""`PR_SET_PDEATHSIG` of Linux."""


def processor_seconds(command: Sequence[str], **options: Any) -> float:
    """Processor time, of user and system, that one command and its children take. Raises where it fails."""
    import resource

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=end_with_parent, **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-2000:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def environment(name: str, requirements: Sequence[str]) -> Path:
    """The Python of a peer's own environment, made by pip at the first call; it also sees this one's packages.

    Raises UnavailableError where pip cannot reach what is asked for.
    """
    folder = ENVIRONMENTS / name
    python = folder / "bin/python"
    wanted = "\n".join(requirements)
    made = folder / "requirements.txt"
    if made.is_file() and made.read_text(encoding="utf-8") == wanted:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    try:
        _run([sys.executable, "-m", "venv", "--without-pip", str(folder)])
        site = next(folder.glob("lib/python*/site-packages"))
        ours = [sysconfig.get_path("purelib"), *(path for path in sys.path if path.endswith("site-packages"))]
        (site / "borrowed.pth").write_text("\n".join(dict.fromkeys(ours)) + "\n", encoding="utf-8")
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, "--constraint", str(TOP / "constraints.txt"), *requirements])
    except (OSError, RuntimeError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise UnavailableError(f"{name}: {str(error).strip().splitlines()[-1][:300]}") from None
    made.write_text(wanted, encoding="utf-8")
    return python


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=end_with_parent)
    if done.returncode:
        raise RuntimeError(done.stderr or f"{command[0]} ended with {done.returncode}")


def top_ten(work: Prepared) -> list[str]:
    """Where the time of one run goes: the ten functions with most of it, `own seconds, calls, function`."""
    profiler = cProfile.Profile()
    with work() as run:
        profiler.enable()
        run()
        profiler.disable()
    stats: Any = pstats.Stats(profiler)
    rows = sorted(((own, calls, place) for place, (_, calls, own, _, _) in stats.stats.items()), reverse=True)
    whole = sum(own for own, _, _ in rows) or 1.0
    return [f"{own / whole:6.1%} {own:8.3f} s {calls:>9} calls  {_place(*place)}" for own, calls, place in rows[:10]]


def _place(file: str, line: int, function: str) -> str:
    """A function as a reader finds it, without where this machine keeps things."""
    if file.startswith(("~", "<")):
        return function
    path = Path(file)
    if path.is_relative_to(TOP) and ".venv" not in path.parts:
        return f"{path.relative_to(TOP)}:{line} {function}"
    return f"{'/'.join(path.parts[-2:])}:{line} {function}"


def as_row(
    figure: Figure, measured: Measured | None, *, reason: str = "", profile: Sequence[str] = ()
) -> dict[str, Any]:
    """A figure as results.json keeps it."""
    return {
        "name": figure.name,
        "what": figure.what,
        "peer": figure.peer,
        "aim": asdict(figure.aim),
        "tolerance": figure.tolerance,
        "measured": asdict(measured) if measured else None,
        "reached": bool(measured) and figure.aim.reached(measured.value) if measured else None,
        "reason": reason,
        "profile": list(profile),
    }
