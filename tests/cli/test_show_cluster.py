"""`harness show RUN --cluster ID`: references, texts, scores and verdicts of one cluster, in every format."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CLUSTERS = [
    {
        "id": "@bridge",
        "desk": "local",
        "articles": [{"text": "The old bridge at Senn reopened on Friday after repairs."}],
        "references": ["Senn bridge reopens", "Bridge reopens\nafter repairs"],
    },
    {"id": "market", "articles": [{"text": "The market moved to the square on Saturday."}]},
]
TEXT = '+3 days of work:\n=bridge "open"'
CONFIG = """\
name: close
data: {jsonl: clusters.jsonl}
models:
  - recorded: texts.jsonl
    as: "=sys"
  - lead
metrics: [rouge, headline]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harness: Callable[..., Any]) -> Path:
    """A folder with one finished run, in which `=sys` has no text for `market`."""
    monkeypatch.chdir(tmp_path)
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in CLUSTERS))
    Path("texts.jsonl").write_text(json.dumps({"cluster_id": "@bridge", "text": TEXT}) + "\n")
    Path("c.yaml").write_text(CONFIG)
    assert harness("eval", "--config", "c.yaml").code == 0
    return tmp_path


def test_csv_keeps_quotes_and_lines_and_holds_no_formula(folder: Path, harness: Callable[..., Any]):
    ended = harness("show", "close", "--cluster=@bridge", "--format", "csv")
    assert ended.code == 0, ended.err
    assert '"\'+3 days of work:\n=bridge ""open"""' in ended.out
    ours, lead = csv.DictReader(io.StringIO(ended.out))
    assert (ours["cluster"], ours["configuration"], ours["status"]) == ("'@bridge", "'=sys", "predicted")
    assert ours["text"] == f"'{TEXT}"
    assert ours["references"] == "Senn bridge reopens\nBridge reopens\nafter repairs"
    assert lead["text"] == "The old bridge at Senn reopened on Friday after repairs."
    # "Senn bridge reopens" has 3 words, all of them but the inflected one in the text of 10: porter stems make
    # `reopened` and `reopens` one word, so P = 3/10, R = 3/3, F = 2 · 3 / (10 + 3). The other one gives 2 · 4 / 14.
    assert float(lead["rouge1-f"]) == pytest.approx(max(6 / 13, 8 / 14))


def test_json_is_one_object_with_references_scores_and_reasons(folder: Path, harness: Callable[..., Any]):
    view = json.loads(harness("show", "close", "--cluster", "@bridge", "--format", "json").out)
    assert view["references"] == ["Senn bridge reopens", "Bridge reopens\nafter repairs"]
    assert view["tags"] == {"desk": "local"}
    assert view["configurations"][0]["text"] == TEXT
    assert view["configurations"][1]["scores"]["rouge1-f"] == pytest.approx(8 / 14)
    market = json.loads(harness("show", "close", "--cluster", "market", "--format", "json").out)
    failed, lead = market["configurations"]
    assert (failed["status"], failed["text"], failed["scores"]) == ("failed", None, {})
    assert failed["failures"][0]["stage"] == "generate"
    assert "reference" in lead["unscorable"]["rouge1-f"]
    assert market["references"] == []


def test_table_and_markdown_show_them_too(folder: Path, harness: Callable[..., Any]):
    for form in ("table", "md"):
        text = harness("show", "close", "--cluster", "@bridge", "--format", form).out
        for part in (
            "Senn bridge reopens",
            "+3 days of work:",
            "rouge1-f ↑",
            "57.1",
            "desk" if form == "table" else "|",
        ):
            assert part in text, (form, part)
        assert not any(line != line.rstrip() for line in text.splitlines() if form == "table")
        market = harness("show", "close", "--cluster", "market", "--format", form).out
        assert "failed: generate:" in market
        assert "this cluster has no reference" in market


def test_references_that_cannot_be_had_have_a_reason(folder: Path, harness: Callable[..., Any]):
    changed = [{**row, "references": ["Another line"]} for row in CLUSTERS]
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in changed))
    view = json.loads(harness("show", "close", "--cluster", "@bridge", "--format", "json").out)
    assert view["references"] is None
    assert view["note"] == "references not shown: the data has changed since the run"
    Path("clusters.jsonl").unlink()
    ended = harness("show", "close", "--cluster", "@bridge")
    assert ended.code == 0, ended.err
    assert "references not shown: clusters.jsonl" in ended.out
    assert "Another line" not in ended.out


def test_an_unknown_cluster_is_refused_with_the_nearest(folder: Path, harness: Callable[..., Any]):
    ended = harness("show", "close", "--cluster", "markt", "--format", "csv")
    assert (ended.code, ended.out) == (2, "")
    assert "no cluster 'markt'" in ended.err
    assert "did you mean 'market'?" in ended.err
