"""`harness validate` reads predictions whole and says what a run would meet."""

import json
from pathlib import Path

import pytest

CONFIG = """\
name: trial
data: {jsonl: clusters.jsonl}
models:
  - recorded: {path: predictions.jsonl}
metrics: [rouge]
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    clusters = [
        {"id": name, "text": f"The {name} opened on Monday.", "references": [f"{name} opens"]} for name in NAMES
    ]
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in clusters))
    Path("trial.yaml").write_text(CONFIG)
    return tmp_path


NAMES = ("bridge", "school", "market")


def predict(*lines: object) -> None:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    Path("predictions.jsonl").write_text("".join(f"{text}\n" for text in texts))


def test_every_bad_and_doubled_row_is_told_as_eval_tells_it(folder, harness):
    predict(
        {"cluster_id": "bridge", "text": "Bridge opens"},
        {"cluster_id": "school", "text": "School opens"},
        {"cluster_id": "bridge", "text": "Bridge again"},
        {"cluster_id": "market"},
        "{half",
    )
    validated = harness("validate", "-c", "trial.yaml")
    evaluated = harness("eval", "-c", "trial.yaml")
    assert validated.code == evaluated.code == 2
    told = [line for line in validated.err.splitlines() if line.startswith("error: ")]
    assert told == [line for line in evaluated.err.splitlines() if line.startswith("error: ")]
    assert [line.split(": ")[1] for line in told] == [f"predictions.jsonl:{line}" for line in (3, 4, 5)]


def test_predictions_without_cluster_and_clusters_without_prediction_are_counted_with_examples(folder, harness):
    predict({"cluster_id": "harbour", "text": "Harbour opens"}, {"cluster_id": "bridge", "text": "Bridge opens"})
    found = harness("validate", "-c", "trial.yaml")
    assert found.code == 0
    assert "predictions.jsonl: 1 of 2 predictions are for clusters that the data does not have: 'harbour' (line 1)" in (
        found.err
    )
    assert "predictions.jsonl: 2 of 3 clusters have no prediction, and would fail: 'school', 'market'" in found.err


def test_a_file_that_fits_is_valid_without_a_word(folder, harness):
    predict(*({"cluster_id": name, "text": "Opens"} for name in NAMES))
    found = harness("validate", "-c", "trial.yaml")
    assert (found.code, found.err) == (0, "")
    assert found.out.startswith("trial.yaml: valid: 3 clusters")
