"""The files by which docs/architecture.md leads a newcomer from YAML to table are what a run comes to, in order."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from harness.metrics import accelerated
from tests.conftest import TOP

CONFIG = """\
name: trial
data: {jsonl: clusters.jsonl}
models: [lead]
metrics: [rouge]
"""
MOST = 24
ROW = re.compile(r"^\| `([\w/]+\.py)` \| `(\w+)` \| ", re.MULTILINE)


def listed() -> list[tuple[str, str]]:
    return ROW.findall((TOP / "docs" / "architecture.md").read_text(encoding="utf-8"))


def test_a_run_comes_to_the_listed_functions_in_the_listed_order(
    harness: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(accelerated, "is_installed", lambda: False)  # as with no extra installed
    cluster = {"id": "c1", "articles": ["The dam at Hollin held on Monday."], "references": ["Dam holds"]}
    Path("clusters.jsonl").write_text(json.dumps(cluster) + "\n")
    Path("x.yaml").write_text(CONFIG)
    called: dict[tuple[str, str], None] = {}
    top = f"{TOP / 'harness'}/"

    def note(frame: FrameType, event: str, argument: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(top):
            called.setdefault((code.co_filename.removeprefix(top), code.co_name))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        ended = harness("eval", "--config", "x.yaml")
    finally:
        sys.setprofile(before)
    assert ended.code == 0, ended.err
    path = listed()
    assert [function for function in path if function not in called] == []
    assert path == [function for function in called if function in path]
    assert len({file for file, _ in path}) == len(path) <= MOST


def test_each_stage_is_whole_in_one_file_of_a_room_of_at_most_sixteen_modules():
    modules = {file.name for file in (TOP / "harness" / "run").glob("*.py")} - {"__init__.py"}
    assert {"generate.py", "check.py", "score.py", "pipeline.py"} <= modules
    assert len(modules) <= 16
