"""Fields within objects of the data serve `--by`, by their dotted names."""

import json
from pathlib import Path

CONFIG = """\
name: trial
data: {jsonl: {path: clusters.jsonl, fields: {references: meta.gold}}}
models:
  - lead
  - recorded: predictions.csv
metrics: [rouge]
"""


def test_results_break_down_by_a_nested_field(tmp_path, monkeypatch, harness):
    monkeypatch.chdir(tmp_path)
    names = ("bridge", "school", "market", "harbour")
    rows = [
        {"id": name, "text": f"The {name} opened.", "meta": {"desk": "north" if at < 3 else "south", "gold": name}}
        for at, name in enumerate(names)
    ]
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    Path("predictions.csv").write_text("cluster_id;text\n" + "".join(f"{name};A {name}\n" for name in names))
    Path("trial.yaml").write_text(CONFIG)
    assert harness("eval", "-c", "trial.yaml").code == 0
    found = harness("compare", "trial", "--metric", "rouge1", "--by", "meta.desk", "--format", "json")
    assert found.code == 0
    assert '"north"' in found.out
    assert '"south"' in found.out
    unknown = harness("compare", "trial", "--metric", "rouge1", "--by", "meta.dask")
    assert unknown.code == 2
    assert "did you mean 'meta.desk'?" in unknown.err
    # The reference stands within the same object and is no tag.
    assert "meta.gold" not in unknown.err
