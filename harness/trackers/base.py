"""Base class of trackers: a tracker is handed a run that has ended, and keeps it where a team looks at its experiments.

A tracker works in a process of its own (`sending`), which is ended where it takes too long: it may print, log, and
leave threads behind.
"""

import re
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from harness import extras
from harness.component import Component, Kind
from harness.config.limits import Duration
from harness.errors import MissingExtraError, RunError, UsageError
from harness.records import RunManifest

if TYPE_CHECKING:
    from harness.analysis.summary import Summary

TIME_LIMIT = 60.0


class TrackerError(RunError):
    """A tracker could not be reached, refused what it was sent, or took too long."""


@dataclass(frozen=True)
class TrackedRun:
    """A run as trackers are handed it."""

    name: str
    """The name of its folder."""
    manifest: RunManifest
    summaries: Mapping[str, "tuple[Summary, ...]"]
    """Configuration → the summary of each measure, in the order of the manifest."""
    files: tuple[Path, ...]
    """Files to keep beside it: `manifest.json`, and `report.html` where there is one."""


@dataclass(frozen=True)
class Sent:
    """What a tracker did."""

    tracker: str
    place: str
    """Where it can be looked at, in words: an experiment, an address."""
    new: int
    """Configurations that the tracker did not have."""
    there: int = 0
    """Configurations that it had already, and that were brought up to date."""
    sent: int = 0
    """Configurations of which it did not say whether it had them."""

    def __str__(self) -> str:
        """Say it in one line."""
        counts = {"new": self.new, "brought up to date": self.there, "sent": self.sent}
        told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
        return f"tracked by {self.tracker} in {self.place}: configurations {told or 'none'}"


def require_package(name: str, least: str) -> None:
    """See that a package is there, in a version that will do: package, extra and tracker have one name.

    Raises MissingExtraError where it is not, UsageError where it is too old.
    """
    if extras.missing(name):
        raise MissingExtraError(f"tracker {name}", name, name)
    found = metadata.version(name)
    if _numbers(found) < _numbers(least):
        command = extras.install_command("--upgrade", f"headline-harness[{name}]")
        raise UsageError(f"tracker {name} needs {name} {least} or later; found {found}; to install: {command}")


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)[:2]]


class Tracker(Component):
    """Base of all trackers. No parameter can change a number, and none is kept in a run's manifest."""

    kind: ClassVar[Kind] = "tracker"

    time_limit: Duration = Field(
        default=TIME_LIMIT, description="Seconds, or a duration such as 2m, after which the sending is given up."
    )
    report: bool = Field(
        default=True,
        description="Whether report.html is sent; it holds the headlines, and articles of the most telling clusters.",
    )

    def require(self) -> None:
        """See that what the tracker needs is there, without importing it.

        Raises MissingExtraError for packages, UsageError for what else is missing, such as an address.
        """

    @abstractmethod
    def send(self, run: TrackedRun) -> Sent:
        """Send a run: equal runs sent twice are kept once. Raises TrackerError, or anything else, where that fails.

        Equal runs have the same name, digest and start in their manifests.
        """
