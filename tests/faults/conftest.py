"""Fixtures of the fault tests."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.hostile import CLUSTER, CONFIG
from tests.faults.workplace import Workplace, made_in


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    """A workplace with twelve clusters; what was started there ends with the test."""
    made = made_in(tmp_path)
    yield made
    made.end()


@pytest.fixture
def good_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand among a good cluster and configuration, one folder below the test's own, so that `..` can be watched."""
    place = tmp_path / "inner"
    place.mkdir()
    monkeypatch.chdir(place)
    Path("clusters.jsonl").write_text(json.dumps(CLUSTER) + "\n")
    Path("x.yaml").write_text(CONFIG)
