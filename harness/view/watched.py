"""How far a run is that is under way: counts of its rows, its stage, and the last lines of its events."""

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from harness.disk.durable import open_regular
from harness.errors import HarnessError
from harness.records import Failure, RunEvent, RunManifest
from harness.results.rows_of_cluster import readable_rows
from harness.results.run_folder import EVENTS, FAILURES, PREDICTIONS, VERDICTS, RunFolder
from harness.view.runs import SeenRun

SHOWN = 8
"""Events that are shown."""
TAIL_BYTES = 64 * 1024
"""Bytes at the end of the events that are read."""


@dataclass(frozen=True)
class Bar:
    """A count on its way to a total."""

    name: str
    done: int
    total: int
    failed: int = 0


@dataclass(frozen=True)
class Progress:
    """How far one run is."""

    name: str
    state: str
    problem: str = ""
    stage: str = ""
    """What it is doing, in words."""
    bars: tuple[Bar, ...] = ()
    events: tuple[str, ...] = ()


def progress_of(run: SeenRun) -> Progress:
    """Look how far a run is."""
    if run.manifest is None:
        return Progress(run.name, run.state, run.problem)
    events = _last_events(run.folder.file(EVENTS))
    lines = tuple(f"{event.time:%H:%M:%S} UTC {event.line()}" for event in events[-SHOWN:])
    stage = _stage(events) if run.state == "running" else ""
    return Progress(run.name, run.state, run.problem, stage, tuple(_bars(run.folder, run.manifest)), lines)


def _bars(folder: RunFolder, manifest: RunManifest) -> Iterator[Bar]:
    failures = [row for row in readable_rows(folder, FAILURES, Failure) if row.stage == "generate"]
    failed = Counter(row.configuration for row in failures)
    made = _count_by_configuration(folder.file(PREDICTIONS), [item.name for item in manifest.configurations])
    for name, count in made.items():
        yield Bar(name, count + failed[name], manifest.clusters, failed[name])
    with suppress(HarnessError):
        checked = folder.lines(VERDICTS)
        if checked:
            yield Bar("checked", checked, max(sum(made.values()), checked))


def _count_by_configuration(file: Path, names: Sequence[str]) -> dict[str, int]:
    """Count the rows of each configuration, without reading what else they say."""
    try:
        with open_regular(file) as stream:
            rows = stream.read()
    except OSError:
        rows = b""
    # Within a string of JSON every quotation mark has a backslash before it, so that this is found as a field alone.
    fields = {name: f'"configuration":{json.dumps(name, ensure_ascii=False)},'.encode() for name in names}
    return {name: rows.count(field) for name, field in fields.items()}


def _last_events(file: Path) -> list[RunEvent]:
    """Read the whole lines at the end of the events."""
    events: list[RunEvent] = []
    with suppress(OSError), open_regular(file) as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(size - TAIL_BYTES, 0))
        for line in stream:
            with suppress(ValidationError):
                events.append(RunEvent.model_validate_json(line))
    return events


def _stage(events: Sequence[RunEvent]) -> str:
    """Say which stage was begun last and has not ended."""
    for event in reversed(events):
        if event.event == "stage_ended":
            return ""
        if event.event == "stage_begun":
            left = event.counts.get("left")
            return f"{event.stage} {event.message}".strip() + (f", {left} when it began" if left is not None else "")
    return ""
