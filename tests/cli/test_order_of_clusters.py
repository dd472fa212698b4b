"""The order of clusters changes no row and no mean."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.conftest import TOP

CONFIG = """\
name: {name}
data: {{jsonl: {name}.jsonl}}
models: [lead, central, lexrank]
metrics: [rouge, headline, surface, {{factual: {{checker: rules}}}}]
"""
FILES = ("predictions.jsonl", "verdicts.jsonl", "scores.jsonl", "clusters.jsonl")


def test_the_order_of_clusters_changes_no_row_and_no_mean(
    tmp_path: Path, monkeypatch: Any, harness: Callable[..., Any]
):
    monkeypatch.chdir(tmp_path)
    lines = (TOP / "data" / "demo" / "clusters.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)[:8]
    orders = {"first": lines, "second": random.Random(4).sample(lines, len(lines))}
    assert orders["first"] != orders["second"]
    rows: dict[str, dict[str, list[str]]] = {}
    means: dict[str, dict[tuple[str, str], Any]] = {}
    for name, ordered in orders.items():
        Path(f"{name}.jsonl").write_text("".join(ordered), encoding="utf-8")
        Path(f"{name}.yaml").write_text(CONFIG.format(name=name), encoding="utf-8")
        ended = harness("eval", "--config", f"{name}.yaml", "--no-cache", "--format", "json")
        assert ended.code == 0, ended.err
        (folder,) = Path("results").glob(f"{name}-*")
        rows[name] = {file: sorted((folder / file).read_text("utf-8").splitlines()) for file in FILES}
        means[name] = {
            (row["configuration"], row["measure"]): (row["mean"], row["scored"], row["unscorable"], row["failed"])
            for row in json.loads(ended.out)["summaries"]
        }
    assert rows["first"] == rows["second"]
    assert all(rows["first"].values())
    # Sums are correctly rounded (`math.fsum`), so the means are equal to the last bit.
    assert means["first"] == means["second"]
