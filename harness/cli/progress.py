"""Progress on standard error: a bar on a terminal, which goes away; elsewhere a line every half minute."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from harness import printable, redact
from harness.cli import streams
from harness.process import logs
from harness.run.progress import Count, Tick

if TYPE_CHECKING:
    from rich.progress import Progress

EVERY = 30.0
"""Seconds between two lines where there is no terminal."""
BAR = 24
"""Columns that a bar takes: with all that stands beside it fewer than 80, so that no line wraps when a terminal that
was wider becomes that narrow."""
LABEL = 30
"""Columns that the name of a stage takes at most."""


class TerminalProgress:
    """Progress for people: bars on a terminal, lines elsewhere; notes always."""

    @contextmanager
    def stage(self, label: str, total: int | None) -> Iterator[Tick]:
        """Show count, rate and time left while the context is open."""
        with (_bar if logs.has_bars(sys.stderr) else _lines)(printable.line(label), total) as tick:
            yield tick

    def note(self, message: str) -> None:
        """Print one line on standard error."""
        logs.say(f"note: {redact.text(message)}", "warning")


@contextmanager
def _bar(label: str, total: int | None) -> Iterator[Tick]:
    shown = label if len(label) <= LABEL else f"{label[: LABEL - 1]}…"
    bars = _bars()
    task = bars.add_task(shown, total=total)

    def tick(done: int = 1) -> None:
        bars.advance(task, done)

    with streams.over_a_bar(), bars:
        yield tick


def _bars() -> "Progress":
    """Make Rich's bars in our style. They must not take the streams over: ours have escaped the text by then."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
    from rich.text import Text

    class Standing(ProgressColumn):
        """Count, rate and time left."""

        def render(self, task: Task) -> Text:
            """Say how far the stage is."""
            return Text(
                progress_line(int(task.completed), task.total, task.speed, task.time_remaining, task.elapsed or 0.0),
                no_wrap=True,
            )

    return Progress(
        TextColumn("{task.description}", markup=False, style="bold"),
        BarColumn(bar_width=BAR, complete_style="cyan", finished_style="cyan", pulse_style="cyan"),
        Standing(),
        console=Console(file=streams.for_bars()),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )


@contextmanager
def _lines(label: str, total: int | None) -> Iterator[Tick]:
    begun = monotonic()
    count = Count()
    over = threading.Event()

    def report() -> None:
        while not over.wait(EVERY):
            taken, done = monotonic() - begun, count.done
            speed = done / taken if done else None
            left = (total - done) / speed if speed and total else None
            logs.say(f"{label}: {progress_line(done, total, speed, left, taken)}")

    reporter = threading.Thread(target=report, name="progress", daemon=True)
    reporter.start()
    try:
        yield count
    finally:
        over.set()
        reporter.join(timeout=1.0)  # it may be writing to a pipe that nobody empties


def progress_line(done: int, total: float | None, speed: float | None, left: float | None, taken: float) -> str:
    """Say how far a stage is: `120 of 1,000, 4.0/s, 4 min left`; without a rate the time since it began."""
    count = f"{done:,}" if total is None else f"{done:,} of {int(total):,}"
    if not speed or left is None:
        return f"{count}, {_rate(speed)}{_time(taken)}"
    return f"{count}, {_rate(speed)}{_time(left)} left"


def _rate(speed: float | None) -> str:
    """Write pieces a second, as short as they can be read."""
    if not speed:
        return ""
    return f"{speed:,.0f}/s, " if speed >= 10 else f"{speed:.2f}/s, "


def _time(seconds: float) -> str:
    """Write a time as `42 s`, `4 min`, `1 h 20 min`."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
