"""How well `surface` tells faithful summaries from unfaithful ones, by public annotations."""

import json
from pathlib import Path

import pytest
from scipy.stats import mannwhitneyu

from harness.metrics.surface import Surface
from harness.records import Article, Case, Cluster, Prediction


def case(source: str, summary: str) -> Case:
    return Case(
        cluster=Cluster(cluster_id="c", articles=(Article(article_id="a", text=source),)),
        prediction=Prediction(prediction_id="p", cluster_id="c", configuration="m", text=summary),
    )


@pytest.mark.parametrize(
    ("file", "split", "floor"),
    # Values measured when this was written: .734 and .820; below these bounds something broke.
    [("defacto.jsonl", "test", 0.72), ("entfa.jsonl", None, 0.80)],
)
def test_it_tells_faithful_summaries_from_unfaithful_ones(shared: Path, file: str, split: str | None, floor: float):
    rows = map(json.loads, (shared / "data/factual" / file).read_text("utf-8").splitlines())
    scores: dict[int, list[float]] = {0: [], 1: []}
    for row in rows:
        if row["label"] is not None and split in (None, row["split"]):
            found = Surface().findings(case(row["source"], row["summary"]))
            scores[row["label"]].append(found.statistics["surface"])
    area = mannwhitneyu(scores[1], scores[0]).statistic / (len(scores[0]) * len(scores[1]))
    assert floor < area < 0.9
