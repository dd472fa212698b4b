"""A deliberately worse system is caught by the gate on the demo data."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CONFIG = """\
name: demo-gate
data: {jsonl: DATA}
models:
  - MODEL
    as: system
metrics:
  - rouge: {variants: [rouge1]}
  - factual
gate:
  baseline: base.json
  tolerance: {rouge1: 0.01, factual.supported: 0.02}
  limits: [factual.contradicted <= 0.05]
"""


@pytest.fixture
def gated(
    top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harness: Callable[..., Any]
) -> Callable[[str], Any]:
    """Gates a model against a baseline that `lead` made."""
    monkeypatch.chdir(tmp_path)

    def write(model: str) -> None:
        data = str(top / "data" / "demo" / "clusters.jsonl")
        Path("x.yaml").write_text(CONFIG.replace("DATA", data).replace("MODEL", model))

    write("lead")
    Path("x.yaml").write_text(Path("x.yaml").read_text().replace("- lead\n", "- lead: {}\n"))
    assert harness("eval", "--config", "x.yaml").code == 0
    assert harness("baseline", "save", "demo-gate", "-o", "base.json").code == 0

    def gate(model: str) -> Any:
        write(model)
        return harness("gate", "--config", "x.yaml")

    return gate


def test_the_same_system_passes(gated: Callable[[str], Any]):
    assert gated("lead: {}").code == 0


def test_a_system_that_invents_is_caught(gated: Callable[[str], Any], top: Path):
    rows = [json.loads(line) for line in (top / "data" / "demo" / "gold.jsonl").read_text().splitlines()]
    unfaithful = {
        row["cluster_id"]: row["headline"] for row in rows if row["error_type"] in ("roles", "number", "negation")
    }
    predictions = [{"cluster_id": name, "text": text} for name, text in unfaithful.items()]
    Path("invented.jsonl").write_text("".join(json.dumps(row) + "\n" for row in predictions))
    ended = gated("recorded: invented.jsonl")
    assert ended.code == 1
    assert "REGRESSION system rouge1-f" in ended.out
    assert "REGRESSION system factual-contradicted" in ended.out


def test_a_system_that_sees_cut_input_is_caught(gated: Callable[[str], Any]):
    ended = gated("lead: {max_words: 3}")
    assert ended.code == 1
    assert "REGRESSION system rouge1-f" in ended.out
