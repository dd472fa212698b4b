"""What hostile files have in common: a good cluster and configuration beside them, and what every refusal is like."""

from pathlib import Path
from typing import Any

CLUSTER = {"id": "c1", "articles": [{"id": "a", "text": "The dam held on Monday."}], "references": ["Dam holds"]}
CONFIG = """\
name: trial
data: {jsonl: clusters.jsonl}
models: [lead]
metrics: [headline]
"""
PREDICTED = CONFIG.replace("[lead]", "[recorded: predictions.jsonl]")


def refused(ended: Any, *wanted: str, code: int = 2) -> None:
    """A message, all of which is short, and no traceback."""
    assert ended.code == code, ended.err
    assert "Traceback" not in ended.err
    assert ended.err.startswith("error: ")
    assert len(ended.err) < 5000
    for part in wanted:
        assert part in ended.err, ended.err


def run_folder() -> Path:
    """The one run; beside it there may be the cache."""
    (manifest,) = Path("results").glob("*/manifest.json")
    return manifest.parent
