"""A rescoring takes over what its source has gained since, and stands in the order of a run that nothing disturbed."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness import registry
from harness.config import load_text
from harness.models.lead import Lead
from harness.run.pipeline import Outcome, execute, rescore
from harness.run.plan import Plan, make_plan
from harness.run.progress import Silent

CONFIG = """\
name: trial
seed: 1
data: {jsonl: clusters.jsonl}
models:
  - lead: {}
    as: a
  - lead: {}
    as: b
"""


def planned(metrics: str) -> Plan:
    return make_plan(load_text(f"{CONFIG}metrics: [{metrics}]\n", "x.yaml", registry.Registry()))


def cases(outcome: Outcome) -> list[tuple[str, str]]:
    return [(row.configuration, row.cluster_id) for row in outcome.folder.predictions()]


def test_predictions_that_come_later_stand_in_their_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    rows = [{"id": name, "articles": [f"The dam at {name} held."], "references": ["Dam holds"]} for name in "xyz"]
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    pick = Lead.pick

    def fails(self: Lead, cluster: Any) -> str:
        if cluster.cluster_id == "y":
            raise RuntimeError("not today")
        return pick(self, cluster)

    results = tmp_path / "results"
    with monkeypatch.context() as broken:
        broken.setattr(Lead, "pick", fails)
        source = execute(planned("headline"), results, Silent())
    first = rescore(planned("rouge"), source.folder, results, Silent())
    assert cases(first) == [("a", "x"), ("a", "z"), ("b", "x"), ("b", "z")]
    assert [row.cluster_id for row in first.folder.failures()] == ["y", "y"]
    execute(planned("headline"), results, Silent(), retry_errors=True)
    second = rescore(planned("rouge"), source.folder, results, Silent())
    assert second.folder.path == first.folder.path
    assert cases(second) == [(configuration, cluster) for configuration in "ab" for cluster in "xyz"]
    assert second.reused == 6
    assert not list(second.folder.failures())
    assert set(second.manifest.seconds) == {"check", "score"}
