"""Facts of many clusters, put aside on disk, are read as those held in memory are."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness.comparison.facts import StoredFacts, held_or_stored
from harness.records import ClusterFacts

FACTS = [
    ClusterFacts(cluster_id=f"c{n}", digest=f"{n:016x}", articles=1 + n, words=10 * n, references=1, tags={"desk": "ü"})
    for n in range(7)
]


def test_stored_facts_are_a_sequence_of_the_same_facts():
    stored = StoredFacts(FACTS)
    assert len(stored) == 7
    assert list(stored) == FACTS
    assert (stored[0], stored[6], stored[-1]) == (FACTS[0], FACTS[6], FACTS[-1])
    assert stored[2:5] == FACTS[2:5]
    assert isinstance(held_or_stored(lambda: FACTS, 7), tuple)


def test_a_comparison_prints_the_same_whether_facts_are_held_or_stored(
    tmp_path: Path, monkeypatch: Any, harness: Callable[..., Any]
):
    monkeypatch.chdir(tmp_path)
    rows = [
        {
            "id": f"c{n}",
            "articles": [{"text": f"Dam {n} held. It rained."}],
            "references": [f"Dam {n}"],
            "desk": str(n % 2),
        }
        for n in range(6)
    ]
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    Path("x.yaml").write_text(
        "name: x\ndata: {jsonl: clusters.jsonl}\nmodels: [lead, {lead: {max_words: 2}, as: short}]\nmetrics: [rouge]\n"
    )
    assert harness("eval", "--config", "x.yaml").code == 0
    command = ("compare", "x", "--by", "desk", "--worst", "2", "--format", "json")
    held = harness(*command)
    monkeypatch.setattr("harness.comparison.facts.HELD", 2)
    stored = harness(*command)
    assert held.code == stored.code == 0
    assert held.out == stored.out
