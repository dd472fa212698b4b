"""Trackio: each configuration of a run is a run in a database on this machine, which any number of sendings rewrite.

Trackio's `init` would follow environment variables to a server or a Space, so the run is made from its class. Trackio
only warns of what it could not write, so that is read back.
"""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from harness.records import ConfigurationRecord
from harness.trackers import content
from harness.trackers.base import Sent, TrackedRun, Tracker, TrackerError, require_package

if TYPE_CHECKING:
    from harness.analysis.summary import Summary

LEAST = "0.43"
"""Version that this was written for; an earlier one lacks parts of it."""
_FOLDER = "TRACKIO_DIR"
_SETTINGS = {
    "HF_HUB_OFFLINE": "1",  # it would ask who owns a token that it finds
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRACKIO_STORAGE_MODE": "sqlite",  # what it keeps in another way cannot be found again
}
_REFUSED = re.compile(r"[^A-Za-z0-9._\-]")


class Trackio(Tracker):
    """Trackio, on this machine: each configuration is a run with every measure, report and manifest."""

    name: ClassVar[str] = "trackio"
    positional: ClassVar[str | None] = "project"

    project: str | None = Field(
        default=None,
        min_length=1,
        max_length=128,
        description="The project, made where there is none; else the run's NAME.",
    )
    dir: str | None = Field(
        default=None,
        min_length=1,
        description=f"The folder of the databases; else what {_FOLDER} holds, else the one where `trackio show` looks.",
    )

    def require(self) -> None:
        """See that Trackio is there, in a version that will do."""
        require_package(self.name, LEAST)

    def send(self, run: TrackedRun) -> Sent:
        """Write each configuration, its measures and the run's files, and read them back."""
        os.environ.update(_SETTINGS)
        if self.dir is not None:
            os.environ[_FOLDER] = str(Path(self.dir).expanduser().absolute())
        import trackio

        project = self.project or run.manifest.name
        there = 0
        for record in run.manifest.configurations:
            there += _remove(project, content.identifier(run, record))
            _write(project, run, record, run.summaries.get(record.name, ()))
        place = f"project {project!r} in {trackio.utils.TRACKIO_DIR}"
        return Sent(self.name, place, len(run.manifest.configurations) - there, there)


def _found(project: str, identifier: str) -> Any:
    """Find a run of Trackio's by its identifier."""
    import trackio

    try:
        return next((run for run in trackio.Api().runs(project) if run.id == identifier), None)
    except ValueError:  # there is no such project yet
        return None


def _remove(project: str, identifier: str) -> bool:
    """Remove what was sent before. Returns whether there was anything; raises TrackerError where it stays."""
    before = _found(project, identifier)
    if before is not None and not before.delete():
        raise TrackerError(f"the run {before.name!r} of project {project!r} cannot be replaced")
    return before is not None


def _write(project: str, run: TrackedRun, record: ConfigurationRecord, summaries: "tuple[Summary, ...]") -> None:
    """Write one configuration. Raises TrackerError where Trackio did not keep it."""
    import trackio

    identifier = content.identifier(run, record)
    told = {**content.parameters(run, record), **content.origin(run, record), **content.spread(summaries)}
    made = trackio.Run(
        url=None, client=None, project=project, name=record.name, run_id=identifier, group=content.group(run),
        config=content.distinct(dict(content.flat(told)), lambda key: key.lstrip("_") or "value"),
    )  # fmt: skip
    made.log(content.metrics(run, record, summaries), step=0)
    artifact = trackio.Artifact(_REFUSED.sub("_", run.name), type="report")
    for file in run.files:
        artifact.add_file(file)
    made.log_artifact(artifact)
    made.finish()
    kept = _found(project, identifier)
    if kept is None or not kept.config:
        raise TrackerError(f"{record.name!r} was not kept in project {project!r}")
