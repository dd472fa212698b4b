"""Watch a run while it is under way: its events, its failures, its time, and how it ends."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Literal, Protocol

from harness.config.limits import Limits
from harness.disk.durable import Appender
from harness.errors import RunStoppedError, StoreError
from harness.process import interruption, isolation
from harness.process.time_limit import RunOver, stopped_after
from harness.records import CheckedPrediction, Failure, Prediction, RunManifest
from harness.results.run_folder import EVENTS, RunFolder
from harness.run import manifest as manifests
from harness.run.events import Events
from harness.run.progress import Progress, Tick, count_nothing

LATE = 10.0
"""Seconds that the cluster under way has when the run's time is over; then it is stopped, and done again next time."""


class FailureRows(Protocol):
    """Where failures are kept."""

    def add(self, record: Failure) -> None:
        """Keep one."""


class Monitor:
    """Progress that notes each stage in the run's events, and stops the run where it has reached a limit.

    A limit is looked at after what was done is on disk, never before: the run goes on behind it another time.
    """

    def __init__(self, progress: Progress, events: Events, limits: Limits, clusters: int) -> None:
        self._progress = progress
        self._limits = limits
        self._failed = _FailedClusters(limits, clusters)
        seconds = limits.time_limit.run
        self._until = None if seconds is None else monotonic() + seconds
        self.events = events

    @property
    def seconds_each(self) -> float | None:
        """Seconds that one cluster may take in one stage; None for any."""
        return self._limits.time_limit.cluster

    @property
    def is_timed(self) -> bool:
        """Whether anything may take only so long: components of other packages are then run where they can be ended."""
        return self.seconds_each is not None or self._until is not None

    @contextmanager
    def stage(self, label: str, total: int | None) -> Iterator[Tick]:
        """Open a stage of `total` pieces of work. Raises RunStoppedError from its tick where the run's time is over."""
        name, _, what = label.partition(" ")
        self.events.add("stage_begun", what, stage=name, counts={} if total is None else {"left": total})
        counter = _Counter(total, self._see_time)
        try:
            with self._progress.stage(label, total) as counter.tick:
                yield counter
        finally:
            self.events.add("stage_ended", what, stage=name, counts={"done": counter.done})

    def note(self, message: str) -> None:
        """Say something that the user should know, and note it."""
        self.events.add("note", message)
        self._progress.note(message)

    def count_earlier(self, failures: Iterable[Failure]) -> None:
        """Count failures of an earlier time. Raises RunStoppedError where they are too many already."""
        for row in failures:
            self._failed.add(row)

    def note_failure(self, row: Failure) -> None:
        """Note a failure. Raises RunStoppedError where its configuration failed on more clusters than it may."""
        self.events.failure(row)
        self._failed.add(row)

    def noting(self, rows: FailureRows) -> FailureRows:
        """Return `rows` with each failure noted when it is kept."""
        return _Noted(rows, self.note_failure)

    def rows(self, made: Appender, failures: FailureRows, tick: Tick) -> "StageRows":
        """Return where a stage puts its rows: what it made and what failed, each counted."""
        return StageRows(made, self.noting(failures), tick)

    def _see_time(self) -> None:
        if self._until is not None and monotonic() >= self._until:
            raise _time_is_over(self._limits)


def _time_is_over(limits: Limits) -> RunStoppedError:
    return RunStoppedError(
        f"the run's time is over (`time_limit: {{run: {limits.time_limit.run:g}s}}`); what is done is saved: the same "
        "command goes on"
    )


class _Counter:
    """Counts a stage's work off, and looks at the time behind each piece but the last."""

    def __init__(self, total: int | None, see_time: Callable[[], None]) -> None:
        self.done = 0
        self.tick: Tick = count_nothing
        self._total = total
        self._see_time = see_time

    def __call__(self, done: int = 1) -> None:
        self.done += done
        self.tick(done)
        if self.done != self._total:
            self._see_time()


class _FailedClusters:
    """The clusters that each configuration failed on."""

    def __init__(self, limits: Limits, clusters: int) -> None:
        self._limits = limits
        self._clusters = clusters
        self._failed: dict[str, set[str]] = defaultdict(set)

    def add(self, row: Failure) -> None:
        """Count one. Raises RunStoppedError where they are too many."""
        if row.configuration is None:
            return
        failed = self._failed[row.configuration]
        failed.add(row.cluster_id)
        if self._limits.too_many(len(failed), self._clusters):
            raise RunStoppedError(
                f"too many failures: {row.configuration} failed on {len(failed)} of {self._clusters} clusters, and "
                f"`max_failures: {self._limits.shown_failures()}` allows no more; the last on {row.cluster_id}: "
                f"{row.stage}: {row.error}: {row.message}; what is done is saved: mend the cause and go on with "
                "--retry-errors, or allow more failures"
            )


class StageRows:
    """Where a stage puts its rows."""

    def __init__(self, made: Appender, failures: FailureRows, tick: Tick) -> None:
        self._made = made
        self._failures = failures
        self._tick = tick

    def add(self, row: Prediction | CheckedPrediction | Failure) -> None:
        """Keep a row among what was made or among the failures, and count it."""
        if isinstance(row, Failure):
            self._failures.add(row)
        else:
            self._made.add(row)
        self._tick()


class _Noted:
    def __init__(self, rows: FailureRows, note: Callable[[Failure], None]) -> None:
        self._rows = rows
        self._note = note

    def add(self, record: Failure) -> None:
        self._rows.add(record)
        self._note(record)


def refuse_too_many_failures(folder: RunFolder, limits: Limits, clusters: int) -> None:
    """Raise RunStoppedError where a finished run has more failures than it may."""
    failed = _FailedClusters(limits, clusters)
    for row in folder.failures():
        failed.add(row)


@contextmanager
def monitored(folder: RunFolder, manifest: RunManifest, limits: Limits, progress: Progress) -> Iterator[Monitor]:
    """Watch a run from its first or next beginning to its end, and write how it ends into manifest and events."""
    events = Events(lambda: folder.appender(EVENTS))

    def leave(status: Literal["interrupted", "failed"], message: str) -> None:
        with suppress(StoreError):  # a full disk or a deleted folder is why it ended: that error is the one to show
            folder.write_manifest(manifests.stop(manifest, status))
        events.add("interrupted" if status == "interrupted" else "stopped", message)
        events.close()

    resumed = folder.exists
    folder.write_manifest(manifest)
    events.add("resumed" if resumed else "started", manifest.name, counts={"clusters": manifest.clusters})
    seconds = limits.time_limit.run
    try:
        with (
            interruption.saving(folder.path, lambda: leave("interrupted", "in a call that did not come back")),
            stopped_after(None if seconds is None else seconds + LATE),
        ):
            yield Monitor(progress, events, limits, manifest.clusters)
    except RunOver:
        over = _time_is_over(limits)
        leave("failed", str(over))
        raise over from None
    except KeyboardInterrupt as error:
        leave("interrupted", str(error))
        raise
    except BaseException as error:
        leave("failed", isolation.reason(error).message)
        raise
    counts = _count_all(folder)
    events.add("finished", counts=counts)
    events.close()


def _count_all(folder: RunFolder) -> dict[str, int]:
    """Count what a finished run predicted and failed on, over all its configurations."""
    counts = folder.manifest().counts.values()
    return {"predicted": sum(each.predicted for each in counts), "failed": sum(each.failed for each in counts)}
