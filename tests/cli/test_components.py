"""`harness components`: what can be named, and what each metric measures; and equal scores in `compare`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.checkers.nli.presets import NAMES
from harness.metrics.rouge import Rouge


def test_each_metric_names_its_measures(harness: Callable[..., Any]):
    ended = harness("components", "metric", "--format", "json")
    found = {row["name"]: [measure["name"] for measure in row["measures"]] for row in json.loads(ended.out)}
    assert set(found) == {"factual", "headline", "rouge", "surface"}
    assert all(found.values())
    assert found["rouge"] == [measure.name for measure in Rouge().measures()]
    shown = harness("components", "metric").out
    assert all(name in shown for names in found.values() for name in names)


def test_only_metrics_have_measures(harness: Callable[..., Any]):
    assert all("measures" not in row for row in json.loads(harness("components", "model", "--format", "json").out))


def test_public_checkers_are_listed_with_their_licences(harness: Callable[..., Any]):
    shown = harness("components", "checker").out
    assert all(f"{name} " in shown for name in NAMES)
    assert "lytang/MiniCheck-Flan-T5-Large; MIT (trained on ANLI, which is CC BY-NC 4.0)" in shown
    rows = {row["name"]: row for row in json.loads(harness("components", "checker", "--format", "json").out)}
    assert [preset["name"] for preset in rows["nli"]["presets"]] == list(NAMES)
    assert "CC BY-NC 4.0: not for commercial use" in rows["judge"]["presets"][0]["summary"]
    assert "presets" not in rows["rules"]


@pytest.mark.parametrize("clusters", [3, 12])
def test_equal_scores_are_no_difference(
    clusters: int, harness: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    rows = [
        {"id": f"c{at}", "articles": [{"title": f"Dam {at} holds", "text": "It did."}], "references": ["Dam holds"]}
        for at in range(clusters)
    ]
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    Path("c.yaml").write_text(
        "name: same\ndata: {jsonl: clusters.jsonl}\nmodels: [lead, {lead: {max_words: 90}, as: long}]\n"
        "metrics: [rouge: {variants: [rouge1]}]\n"
    )
    assert harness("eval", "--config", "c.yaml").code == 0
    shown = " ".join(harness("compare", "same").out.split())
    assert "No difference: long has the baseline's score in every cluster." in shown
    assert "Too few clusters" not in shown
