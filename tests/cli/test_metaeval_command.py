import json

import pytest
from typer.testing import CliRunner

from harness.cli import app
from harness.errors import ConfigError


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"id": "1", "source": "A fire.", "summary": "Fire", "label": 2}\n', encoding="utf-8")
    return path


def test_an_unknown_checker_is_named_with_its_flag(rows):
    found = CliRunner().invoke(app, ["metaeval", "--data", str(rows), "--checker", "rulez"])
    assert isinstance(found.exception, ConfigError)
    assert "--checker rulez" in str(found.exception)
    assert "unknown checker 'rulez'" in str(found.exception)


def test_several_files_may_follow_one_flag_and_none_is_exit_2(harness, tmp_path, monkeypatch, parser):
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        row = {"id": "1", "source": "A fire destroyed the mill.", "summary": "Fire destroys mill", "label": 1}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(row) + "\n")
    ended = harness("metaeval", "--data", "a.jsonl", "b.jsonl", "--checker", "rules", "--floor", "--format", "json")
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)["agreements"]
    assert [(item["dataset"], item["checker"]) for item in found] == [
        ("a", "rules"), ("a", "surface"), ("b", "rules"), ("b", "surface"),
    ]  # fmt: skip
    ended = harness("metaeval", "--checker", "rules")
    assert (ended.code, "--data FILE" in ended.err) == (2, True)
