"""Runs sent to trackers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness.api.runs import Run, load_run

if TYPE_CHECKING:
    from pathlib import Path

    from harness.api.inputs import PathLike, ProgressLike, TrackersLike
    from harness.config.build import Configured
    from harness.results.run_folder import RunFolder
    from harness.run.progress import Progress
    from harness.trackers.base import Sent, Tracker


def track(
    run: "Run | PathLike",
    to: "TrackersLike" = "mlflow",
    *,
    results: "PathLike" = "results",
    progress: "ProgressLike" = None,
) -> "list[Sent]":
    """Send a run to trackers, as `harness track` does; one that is sent again is brought up to date there.

    `to` is a name, a mapping with parameters such as `{"mlflow": {"uri": "http://127.0.0.1:5000"}}`, a tracker, or a
    list of these. What is returned says, for each tracker, the `place` and how many configurations were `new` there or
    `there` already. Each works in a process of its own, for as long as its `time_limit` says. Credentials come from the
    environment.

    Raises MissingExtraError where the tracker's package is not installed, UsageError where an address is missing,
    ConfigError for what is no tracker, TrackerError, a RunError, for the first that failed, once all were tried.
    """
    from harness import redact
    from harness.api import inputs
    from harness.errors import RunError

    redact.watch_environment()
    trackers = inputs.trackers_of(to)
    for tracker in trackers:
        tracker.require()
    told = inputs.progress_of(progress)
    loaded = load_run(run, results=results, progress=progress)
    loaded.folder.checked_manifest()
    sent, failed = [], []
    for tracker in trackers:
        try:
            sent.append(_send(tracker, loaded, told))
        except RunError as error:
            failed.append(error)
    if failed:
        for each in sent:
            told.note(str(each))
        for other in failed[1:]:
            told.note(str(other))
        raise failed[0]
    return sent


def track_ended(run: Run, trackers: "Sequence[Tracker]", told: "Progress") -> Run:
    """Send a run that has just ended, and return it. `told` hears of each tracker what it did, or why it did not."""
    from harness.errors import HarnessError

    for tracker in trackers:
        try:
            told.note(str(_send(tracker, run, told)))
        except HarnessError as error:
            told.note(f"{run.name} is not tracked: {error}")
    return run


def chosen(configured: "Sequence[Configured]", asked: "TrackersLike") -> "list[Tracker]":
    """List the trackers of a configuration and those that were asked for, which take their place where they say more.

    A name alone asks for the one that the configuration describes.
    """
    from typing import cast

    from harness.api import inputs

    described: dict[str, Tracker] = {each.name: cast("Tracker", each.component) for each in configured}
    for tracker in inputs.trackers_of(asked):
        if tracker.name not in described or tracker.model_fields_set:
            described[tracker.name] = tracker
    return list(described.values())


def _send(tracker: "Tracker", run: Run, told: "Progress") -> "Sent":
    from harness.trackers.sending import send

    return send(tracker, run.outcome, _write_report, told)


def _write_report(folder: "RunFolder", output: "Path") -> None:
    from harness.report.html.document import write_report

    write_report([folder], output)
