"""The work of a process that sends one run to one tracker; it imports little, since it is started for each."""

import os
from contextlib import suppress

from harness import printable, redact
from harness.process.isolation import reason
from harness.process.time_limit import TimeLimitError, limited
from harness.trackers.base import Sent, TrackedRun, Tracker, TrackerError

LONGEST = 300
"""Characters of a reason."""


def work(given: tuple[Tracker, TrackedRun]) -> Sent | str:
    """Send a run from a process that exists for nothing else: whatever packages print there, nobody reads."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(nowhere, stream)
        os.close(nowhere)
    return send_here(*given)


def send_here(tracker: Tracker, run: TrackedRun) -> Sent | str:
    """Send a run from this process; return what was done, or why it was not."""
    redact.watch_environment()
    try:
        with limited(tracker.time_limit):
            found = tracker.send(run)
    except TimeLimitError:
        return too_late(tracker)
    except TrackerError as error:
        return in_one_line(str(error))
    except BaseException as error:  # noqa: BLE001 - whatever a tracker's package does
        told = reason(error)
        return in_one_line(f"{told.error}: {told.message}" if told.message else told.error)
    if not isinstance(found, Sent):
        return f"its `send` returned {type(found).__name__}, and not what it sent"
    return found


def too_late(tracker: Tracker) -> str:
    """Say that a tracker took too long."""
    return f"given up after {tracker.time_limit:g} seconds, its time_limit"


def in_one_line(text: str) -> str:
    """Make a reason of what a package says: short, without secrets, harmless."""
    line = printable.one_line(redact.text(text))
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
