"""Progress on standard error: bars with rate and time left on a terminal, nothing elsewhere or among JSON lines."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from harness import redact
from harness.run import logs
from harness.run.progress import Silent, Tick


class TerminalProgress:
    """Bars on standard error where it is a terminal and for people; notes always."""

    @contextmanager
    def stage(self, label: str, total: int | None) -> Iterator[Tick]:
        """A bar with count, rate and time left while the context is open."""
        if not sys.stderr.isatty() or logs.setting().form == "json":
            with Silent().stage(label, total) as tick:
                yield tick
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
            task = bars.add_task(label[:40], total=total, rate="")

            def tick(done: int = 1) -> None:
                bars.advance(task, done)
                speed = bars.tasks[0].speed
                bars.update(task, rate=_rate(speed))

            yield tick

    def note(self, message: str) -> None:
        """One line on standard error."""
        logs.say(f"note: {redact.text(message)}", "warning")


def _rate(speed: float | None) -> str:
    """Pieces a second, as short as they can be read."""
    if not speed:
        return ""
    return f"{speed:,.0f}/s" if speed >= 10 else f"{speed:.2f}/s"
