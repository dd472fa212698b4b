"""Shards of a small run, for the tests of `harness eval --shard` and `harness merge`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Ended

CONFIG = """\
name: trial
seed: 4
data: {jsonl: clusters.jsonl}
models:
  - lead
  - recorded: {path: mine.jsonl}
    as: mine
metrics:
  - rouge: {variants: [rouge1], stemmer: false}
  - headline
"""


def write_data(clusters: int = 11) -> None:
    rows = [
        {
            "id": f"c{at}",
            "desk": f"d{at % 3}",
            "articles": [{"title": f"Dam {at} holds firm", "text": f"The dam {at} held. It is {at} m high."}],
            "references": [f"Dam {at} holds firm again"] if at % 4 else [],
        }
        for at in range(clusters)
    ]
    # Two clusters have no prediction, one an empty one: failures that stand in the order of the data.
    texts = [{"cluster_id": f"c{at}", "text": f"Dam {at} fails" * (at != 8)} for at in reversed(range(clusters))]
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + '{"id": 5}\n')
    Path("mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in texts if row["cluster_id"] not in "c5c2"))
    Path("x.yaml").write_text(CONFIG)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_data()
    return tmp_path


def shards(harness: Callable[..., Ended], of: int, *more: str) -> list[Path]:
    """Make every shard, each in a results folder of its own, and return their folders."""
    made = []
    for index in range(1, of + 1):
        results = Path(f"on-{of}-{index}")
        ended = harness("eval", "--config", "x.yaml", "--shard", f"{index}/{of}", "--results", results, *more)
        assert ended.code in (0, 3), ended.err  # 3 where a system failed on all clusters of a small shard
        made.append(next(results.glob("trial-shard-*")))
    return made


def manifest_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "manifest.json").read_text())
