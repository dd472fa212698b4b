"""Weights & Biases: each configuration of a run is a run there, overwritten where it is sent again.

Offline, which is the default, the client writes what `wandb sync` uploads, and reaches for no network. It works in a
folder of ours, of which only what `wandb sync` reads is kept: its logs name paths of this machine.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from harness.errors import UsageError
from harness.records import ConfigurationRecord
from harness.trackers import content
from harness.trackers.base import Sent, TrackedRun, Tracker, TrackerError, require_package

LEAST = "0.31"
"""Version that this was written for: which switches keep the machine out of a run depends on it."""
_KEY = "WANDB_API_KEY"
_ONLINE = (_KEY, "WANDB_BASE_URL", "WANDB_CONFIG_DIR")
"""Variables that the client may read where it goes online; others of its own would change what a run holds."""
_SILENT: dict[str, Any] = {
    "console": "off", "silent": True, "save_code": False, "disable_code": True, "disable_git": True,
    "disable_job_creation": True, "label_disable": True, "sagemaker_disable": True, "host": "", "program": "",
    "x_disable_meta": True, "x_disable_stats": True, "x_disable_machine_info": True, "x_save_requirements": False,
}  # fmt: skip
"""What the client would record of this machine by itself, switched off. It refuses a switch that it does not know."""
_RETRIES: dict[str, Any] = {"x_graphql_retry_max": 2, "x_file_stream_retry_max": 2, "x_file_transfer_retry_max": 2}
_HEADER = 7
"""Bytes before the first record of a run's file."""
_PROJECT = re.compile(r"[^/\\#?%:]{1,128}")
_GIVEN_UP = re.compile(r'"level":"ERROR[^"]*","msg":"((?:filestream|file transfer|runfiles|PUT|POST)\b(?:[^"\\]|\\.)*)')
_REFUSED = re.compile(r"[^A-Za-z0-9_]")
"""Characters of a metric's name by which Weights & Biases cannot sort or filter."""


class Wandb(Tracker):
    """Weights & Biases: each configuration is a run with every measure, report and manifest; offline unless told."""

    name: ClassVar[str] = "wandb"
    positional: ClassVar[str | None] = "project"

    project: str | None = Field(
        default=None,
        description="The project, made where there is none; else what WANDB_PROJECT holds, else the run's NAME.",
    )
    entity: str | None = Field(
        default=None,
        min_length=1,
        description="The user or team whose project it is; else what WANDB_ENTITY holds, else the key's own.",
    )
    mode: Literal["offline", "online"] = Field(
        default="offline",
        description=f"`offline` writes a folder for `wandb sync`; `online` sends it now, with the key in {_KEY}.",
    )
    dir: str | None = Field(
        default=None,
        min_length=1,
        description="Offline: the folder in which its folder `wandb` is; else what WANDB_DIR holds, else this one.",
    )

    @field_validator("project")
    @classmethod
    def _project(cls, value: str | None) -> str | None:
        if value is not None and not _PROJECT.fullmatch(value):
            raise ValueError("not the name of a project; accepted: 1 to 128 characters, none of / \\ # ? % :")
        return value

    def require(self) -> None:
        """See that the client is there, in a version that will do, and that it has a key where it needs one."""
        require_package(self.name, LEAST)
        if self.mode == "online" and not os.environ.get(_KEY):
            raise UsageError(f"tracker wandb: mode online needs a key in {_KEY}; accepted: that, or mode: offline")

    def send(self, run: TrackedRun) -> Sent:
        """Write or send each configuration, its measures and the run's files."""
        project = self.project or os.environ.get("WANDB_PROJECT") or run.manifest.name
        entity = self.entity or os.environ.get("WANDB_ENTITY")
        root = Path(self.dir or os.environ.get("WANDB_DIR") or "").expanduser()
        place = root / (".wandb" if (root / ".wandb").exists() else "wandb")
        records = run.manifest.configurations
        with _workplace(online=self.mode == "online") as scratch:
            import wandb

            identifiers = {each.name: content.identifier(run, each, entity or "", project) for each in records}
            settings = {**_SILENT, **_RETRIES, "mode": self.mode, "project": project, "entity": entity}
            settings |= {"root_dir": str(scratch), "init_timeout": self.time_limit}
            address = ""
            try:
                for record in records:
                    address = _send({**settings, "run_id": identifiers[record.name]}, run, record)
            except wandb.Error as error:
                raise TrackerError(str(error)) from None
            finally:
                wandb.teardown()  # what it writes is whole only once its process has ended
            if self.mode == "online":
                _see_that_all_was_sent(scratch)
                return Sent(self.name, f"project {project!r}, {address}", 0, sent=len(records))
            try:
                there = sum(_keep(scratch, place, run, each) for each in identifiers.values())
            except OSError as error:
                raise TrackerError(f"{place}: {error.strerror or error}") from None
        return Sent(self.name, f"project {project!r} in {place}, for `wandb sync`", len(records) - there, there)


@contextmanager
def _workplace(*, online: bool) -> Iterator[Path]:
    """Make the folder that the client works in, and leave it nothing to read but where to go and with which key."""
    for variable in [name for name in os.environ if name.startswith("WANDB_")]:
        if not online or variable not in _ONLINE:
            del os.environ[variable]
    os.environ["WANDB_ERROR_REPORTING"] = "false"
    with tempfile.TemporaryDirectory(prefix="harness-wandb-") as scratch:
        own = ("WANDB_CACHE_DIR", "WANDB_DATA_DIR", *(() if online else ("WANDB_CONFIG_DIR",)))
        os.environ.update(dict.fromkeys(own, str(Path(scratch, "own"))))
        tempfile.tempdir = scratch  # the client removes its folders as a process ends, and this one will be killed
        try:
            yield Path(scratch)
        finally:
            tempfile.tempdir = None


def _send(settings: dict[str, Any], run: TrackedRun, record: ConfigurationRecord) -> str:
    """Write one configuration; return the address of its project, where it has one."""
    import wandb

    summaries = run.summaries.get(record.name, ())
    origin = content.origin(run, record)
    origin["signature"] = content.distinct(origin["signature"], _name)
    made = wandb.init(
        settings=wandb.Settings(
            **settings, run_name=record.name, run_group=content.group(run),
            run_job_type="evaluation",
        ),
        config={**content.parameters(run, record), **origin},
    )  # fmt: skip
    made.log(content.distinct(content.metrics(run, record, summaries), _name), step=0)
    made.summary.update({key: content.distinct(told, _name) for key, told in content.spread(summaries).items() if told})
    for file in run.files:
        copy = shutil.copy(file, made.dir)
        made.save(copy, base_path=made.dir, policy="now")
    address = str(made.project_url or "")
    made.finish(exit_code=int(run.manifest.status != "complete"))
    return address


def _keep(scratch: Path, place: Path, run: TrackedRun, identifier: str) -> bool:
    """Put what `wandb sync` reads where it looks. Returns whether a folder was there that it takes the place of."""
    written = next(scratch.glob(f"*wandb/offline-run-*-{identifier}/run-{identifier}.wandb"), None)
    if written is None or written.stat().st_size <= _HEADER:
        raise TrackerError(f"the client wrote no run {identifier}")
    target = place / f"offline-run-{run.manifest.started:%Y%m%d_%H%M%S}-{identifier}"
    beside = place / f".{target.name}"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    shutil.copy(written, beside)
    shutil.copytree(written.parent / "files", beside / "files")
    there = target.exists()
    if there:
        shutil.rmtree(target)
    beside.rename(target)
    shutil.rmtree(written.parent)
    return there


def _see_that_all_was_sent(scratch: Path) -> None:
    """Look for uploads that were given up. Raises TrackerError for the first: the client only writes it in its log."""
    for log in sorted(scratch.glob("*wandb/run-*/logs/debug-internal.log")):
        for line in log.read_text("utf-8", "replace").splitlines():
            found = _GIVEN_UP.search(line)
            if found is not None:
                raise TrackerError(f"not all was sent: {found[1]}")


def _name(key: str) -> str:
    """Make a name by which Weights & Biases can sort and filter; those that begin with `_` are its own."""
    wanted = _REFUSED.sub("_", key).lstrip("_") or "value"
    return f"n_{wanted}" if wanted[0].isdigit() else wanted
