"""Baselines of many clusters: saved, read and gated against in bounded memory, with the same findings."""

import json
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from harness import api
from harness.analysis.gate import decide
from harness.comparison import baseline_file
from harness.comparison.baseline import Baseline, Cells
from harness.disk import large_array, row_offsets, spool
from harness.errors import DataError
from harness.records import MeasureRecord

MEASURES = tuple(
    MeasureRecord(name=name, metric="headline", summary="s", signature=f"{name}|v:1") for name in ("words", "copied")
)
CONFIG = {
    "name": "dams",
    "data": {"jsonl": "clusters.jsonl"},
    "models": [{"recorded": {"path": "mine.jsonl"}, "as": "mine"}, "lead"],
    "metrics": [{"rouge": {"variants": ["rouge1"]}}, "headline"],
    "gate": {"tolerance": {"rouge1": 0.01}, "clusters": {"rouge1": 0.5}, "limits": ["words <= 60"]},
}


def _baseline(clusters: int) -> Baseline:
    cells = Cells([measure.name for measure in MEASURES])
    for n in range(clusters):
        cells.add(
            f"c{n:02}", None if n % 7 == 0 else f"Dam {n} holds", {"words": n / 8, "copied": None} if n % 7 else {}
        )
    return Baseline("dams-1", "d", 1, MEASURES, (cells.configuration("lead", "lead|v:1"),))


def _write(file: str, rows: list[dict[str, Any]]) -> None:
    Path(file).write_text("".join(json.dumps(row) + "\n" for row in rows))


def _run(clusters: int) -> api.Run:
    rows = [
        {"id": f"c{n}", "articles": [{"text": f"Dam {n} held. It rained."}], "references": [f"Dam {n} held all night"]}
        for n in range(clusters)
    ]
    _write("clusters.jsonl", rows)
    _write("mine.jsonl", [{"cluster_id": f"c{n}", "text": f"Dam {n} held all night"} for n in range(clusters)])
    return api.evaluate(CONFIG)


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave all that may lie on disk there, and read it in small pieces."""
    monkeypatch.setattr(large_array, "IN_MEMORY", 0)
    monkeypatch.setattr(large_array, "BLOCK_CELLS", 64)
    monkeypatch.setattr(large_array, "LET_GO", 1024)
    monkeypatch.setattr(row_offsets, "HELD_ROWS", 16)
    monkeypatch.setattr(spool, "IN_MEMORY", 1)
    monkeypatch.setattr(spool, "READ_AT_ONCE", 64)


@pytest.mark.parametrize("layout", [{}, {"indent": 2}, {"sort_keys": True, "separators": (",", ":")}])
def test_a_baseline_is_read_whatever_the_layout(layout: dict[str, Any], tmp_path: Path):
    saved = _baseline(30)
    baseline_file.write(saved, tmp_path / "b.json")
    text = (tmp_path / "b.json").read_text()
    (tmp_path / "b.json").write_text(json.dumps(json.loads(text), **layout))
    assert b"".join(baseline_file.lines(baseline_file.read(tmp_path / "b.json"))).decode() == text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace('"c09"', '"c08"'), "configurations.0.clusters: a cluster stands twice"),
        (lambda text: text.replace('"words": 0.125', '"speed": 0.125'), "c01: .*`measures` does not list, 'speed'"),
        (lambda text: text.replace('"words": 0.125', '"words": "x"'), "clusters.c01.statistics.words: not a baseline"),
        (lambda text: text.replace('"run": "dams-1"', '"run": "dams-1",\n"run": "y"'), "run: stands twice"),
        (lambda text: text[: text.index('"c09"')], "not JSON: Expecting property name"),
        (lambda text: "[" + text + "]", "not a baseline; found a list of 1"),
    ],
)
def test_what_is_no_baseline_is_named_with_its_place(change: Callable[[str], str], said: str, tmp_path: Path):
    baseline_file.write(_baseline(12), tmp_path / "b.json")
    (tmp_path / "b.json").write_text(change((tmp_path / "b.json").read_text()))
    with pytest.raises(DataError, match=said):
        baseline_file.read(tmp_path / "b.json")


def test_a_gate_finds_the_same_on_disk_as_in_memory_and_whatever_the_order_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
):
    monkeypatch.chdir(tmp_path)
    first = _run(60)
    _write("mine.jsonl", [{"cluster_id": f"c{n}", "text": "Mayor denies" if n % 3 else "Dam"} for n in range(1, 60)])
    worse = api.evaluate(CONFIG, overrides={"name": "worse"})
    api.save_baseline(first, "base.json")
    content = Path("base.json").read_bytes()
    in_memory = api.gate(worse, "base.json")
    mine = next(each for each in in_memory.findings if each.decision.configuration == "mine")
    assert (in_memory.outcome, len(mine.examples), mine.decision.unanswered) == ("failures", 5, 1)
    assert mine.examples[0].text_before.startswith("Dam ")
    assert mine.examples[0].text_after == "Mayor denies"
    request.getfixturevalue("little_memory")
    assert api.gate(worse, "base.json").report == in_memory.report
    api.save_baseline(first, "base.json")
    assert Path("base.json").read_bytes() == content
    turned = json.loads(content)
    for configuration in turned["configurations"]:
        configuration["clusters"] = dict(reversed(configuration["clusters"].items()))
    Path("base.json").write_text(json.dumps(turned))
    assert api.gate(worse, "base.json").report == in_memory.report


def test_memory_does_not_grow_with_the_clusters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(large_array, "IN_MEMORY", 1 << 12)
    monkeypatch.setattr(row_offsets, "HELD_ROWS", 64)
    monkeypatch.setattr(spool, "IN_MEMORY", 1 << 12)
    monkeypatch.setattr("harness.comparison.facts.HELD", 10)
    monkeypatch.setattr(
        "harness.inputs.json_lines.MAX_DOCUMENT_BYTES", 1 << 17
    )  # so much is set aside to read a manifest
    monkeypatch.setattr("harness.comparison.gate.decide", partial(decide, resamples=400))
    peaks = []
    for clusters in (100, 500):
        run = _run(clusters)
        api.save_baseline(run, "base.json")
        tracemalloc.start()
        api.save_baseline(run, "base.json")
        api.gate(run, "base.json")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # The arrays of one drawing grow by 400 bytes a cluster up to a fixed size; a text with its scores takes 2,000.
    assert peaks[1] < peaks[0] + 400 * 1000
