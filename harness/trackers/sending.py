"""Send a run to trackers, each in a process of its own: what goes wrong there is an error here, and nothing more."""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.analysis.summary import Summary, by_configuration
from harness.errors import HarnessError
from harness.process.child import Child, ChildEndedError, NotSentError, TooLateError
from harness.process.isolation import pass_on
from harness.results.run_folder import MANIFEST, RunFolder
from harness.run.pipeline import Outcome
from harness.run.progress import Progress
from harness.trackers.base import Sent, TrackedRun, Tracker, TrackerError
from harness.trackers.work import in_one_line, too_late, work

REPORT = "report.html"

Write = Callable[[RunFolder, Path], object]
"""Writes the report of a run to a file."""


def send(tracker: Tracker, outcome: Outcome, write: Write, progress: Progress) -> Sent:
    """Send a run to one tracker. `progress` hears of a report that could not be written; the run goes without it.

    Raises TrackerError where the tracker does not have the run now, UsageError where something it needs is missing.
    """
    tracker.require()
    grouped = {name: tuple(found.values()) for name, found in by_configuration(outcome.summaries).items()}
    with progress.stage(f"track {tracker.name}", None), TemporaryDirectory(prefix="harness-track-") as folder:
        files = [outcome.folder.file(MANIFEST)]
        if tracker.report:
            try:
                write(outcome.folder, Path(folder) / REPORT)
                files.append(Path(folder) / REPORT)
            except HarnessError as error:
                progress.note(f"{REPORT} is not sent to {tracker.name}: {in_one_line(str(error))}")
        run = _tracked(outcome, grouped, files)
        return _ask(tracker, run)


def _tracked(outcome: Outcome, grouped: Mapping[str, tuple[Summary, ...]], files: list[Path]) -> TrackedRun:
    return TrackedRun(outcome.folder.path.resolve().name, outcome.manifest, grouped, tuple(map(Path.resolve, files)))


def _ask(tracker: Tracker, run: TrackedRun) -> Sent:
    try:
        child: Child[tuple[Tracker, TrackedRun], Sent | str] = Child(work)
        try:
            found = child.ask((tracker, run))
        finally:
            child.close()
    except NotSentError as error:
        raise TrackerError(f"{tracker.name}: it cannot be handed to a process of its own: {error}") from None
    except TooLateError:
        raise TrackerError(f"{tracker.name}: {too_late(tracker)}") from None
    except ChildEndedError as error:
        raise TrackerError(f"{tracker.name}: {in_one_line(str(error))}") from None
    except Exception as error:  # noqa: BLE001 - the tracker is of another package, and cannot be sent to a process
        pass_on(error)
        raise TrackerError(f"{tracker.name}: {in_one_line(f'{type(error).__name__}: {error}')}") from None
    if isinstance(found, str):
        raise TrackerError(f"{tracker.name}: {found}")
    return found
