"""What Ray's worker processes do: hold an opened job, and answer block after block with it."""

import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from harness import redact
from harness.errors import UsageError
from harness.executors.base import ONE_THREAD, Answer, Job, Opened
from harness.process import environment


@dataclass(frozen=True)
class Assignment:
    """The work of one stage, sent to each worker process once."""

    key: str
    """Unlike that of any other assignment."""
    job: Job[Any, Any]
    folder: str
    """The folder that relative paths begin in, where there is one of its name."""
    versions: Mapping[str, str]
    """Versions that the process which began the run has."""


class _Assigned:
    """The assignment that this process works on; the one before it is closed when another comes."""

    def __init__(self) -> None:
        self._key = ""
        self._opened: Opened | None = None
        self._job: Job[Any, Any] | None = None

    def take(self, key: str, sent: Sequence[Any]) -> None:
        """Take an assignment up where it is another than before. Raises UsageError where it cannot be done here."""
        if key == self._key:
            return
        self.close()
        import ray

        assignment: Assignment = ray.get(sent[0])
        _begin(assignment)
        self._job, self._opened, self._key = assignment.job, Opened(assignment.job), key

    def answer(self, chunk: Sequence[Any], *, fresh: bool = False) -> Answer:
        """Return the results of a chunk; `fresh` wants a session that has done nothing before."""
        if self._opened is None or self._job is None:
            raise RuntimeError("there is no assignment")
        if fresh and self._opened.is_used:
            self._opened.close()
            self._opened = Opened(self._job)
        return self._opened.answer(chunk)

    def close(self) -> None:
        """Let go of the assignment."""
        self._key = ""
        if self._opened is not None:
            with suppress(Exception):  # its answers are all given
                self._opened.close()
        self._opened = None


def _begin(assignment: Assignment) -> None:
    """Make this process one that the work can be done in."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # heard by the process that began the run
    os.environ.update(ONE_THREAD)
    redact.watch_environment()
    with suppress(OSError):
        os.chdir(assignment.folder)
    differing = environment.differing_versions(assignment.versions, environment.versions())
    if differing:
        raise UsageError(
            f"a node of the Ray cluster has other versions than the one that began the run: {', '.join(differing)}; "
            "install the same on all of them"
        )


_assigned = _Assigned()


def do_block(key: str, sent: Sequence[Any], chunk: Sequence[Any]) -> Answer:
    """Do a block as a task; `sent` holds a reference to the assignment of that key."""
    try:
        _assigned.take(key, sent)
    except UsageError as error:
        return Answer((), type(error).__name__, str(error), is_usage=True)
    return _assigned.answer(chunk)


class Holder:
    """An actor: holds the weights of a job as long as there is work for them."""

    def __init__(self, key: str, sent: Sequence[Any]) -> None:
        self._key = key
        self._sent = sent
        self._assigned = _Assigned()

    def begin(self) -> bool:
        """Tell that it is there."""
        return True

    def do_block(self, chunk: Sequence[Any], fresh: bool) -> Answer:
        """Do a block."""
        try:
            self._assigned.take(self._key, self._sent)
        except UsageError as error:
            return Answer((), type(error).__name__, str(error), is_usage=True)
        return self._assigned.answer(chunk, fresh=fresh)
