import json

import pytest
from typer.testing import CliRunner

from harness.checkers.nli.presets import NAMES
from harness.cli import app
from harness.errors import ConfigError
from tests.tiny_presets import save_preset


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


def test_public_checkers_stand_beside_the_others_by_name(harness, tmp_path, monkeypatch):
    pytest.importorskip("torch", reason="the models extra is not installed")
    monkeypatch.chdir(tmp_path)
    texts = (("Fire in town", 1), ("Nobody hurt", 0), ("Court upholds ban", 1), ("Mayor opposes ruling", 0))
    rows = (
        {"id": str(at), "source": "A fire broke out in town. The court upholds a ban.", "summary": text, "label": label}
        for at, (text, label) in enumerate(texts)
    )
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    named = []
    for name in NAMES:
        (tmp_path / name).mkdir()
        named += ["--checker", f"nli: {json.dumps({'preset': name, **save_preset(name, tmp_path / name)})}"]
    ended = harness("metaeval", "--data", "rows.jsonl", *named, "--floor", "--format", "json")
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)["agreements"]
    assert [item["checker"] for item in found] == [*NAMES, "surface"]
    assert all((item["faithful"], item["unfaithful"], item["failed"]) == (2, 2, 0) for item in found)
