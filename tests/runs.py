"""Run folders written by hand, for tests that look at many runs and need none of them to have been made."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from harness.records import ConfigurationRecord, MeasureRecord, RunManifest

FIRST = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

MEASURE = MeasureRecord(
    name="length",
    metric="length",
    summary="Characters.",
    signature="length|v:1",
    unit="characters",
    direction="neither",
)


def configuration(name: str = "lead", **given: Any) -> ConfigurationRecord:
    """A configuration that says nothing but its name."""
    return ConfigurationRecord(
        name=name, **{"model": "lead", "signature": "lead|v:1", "parameters": {}, "seed": 1} | given
    )


def manifest(name: str = "trial", digest: str = "0" * 10, *, days: float = 0, **given: Any) -> RunManifest:
    """A manifest of a complete run over two clusters, started `days` after the first of March."""
    started = FIRST + timedelta(days=days)
    defaults: dict[str, Any] = {
        "status": "complete",
        "config": {"name": name},
        "configurations": (configuration(),),
        "metrics": {"length": "length|v:1"},
        "measures": (MEASURE,),
        "data": "jsonl|v:1",
        "data_digest": "d" * 16,
        "clusters": 2,
        "seed": 1,
        "started": started,
        "finished": started + timedelta(minutes=1),
    }
    return RunManifest(name=name, digest=digest, **(defaults | given))


def save_run(results: Path, made: RunManifest, folder: str | None = None) -> Path:
    """Write a run's folder that has nothing but a manifest; its path."""
    path = results / (folder or f"{made.name}-{made.digest}")
    path.mkdir(parents=True)
    (path / "manifest.json").write_text(json.dumps(json.loads(made.model_dump_json())))
    return path
