"""Trackio itself, in a process of its own, read back by its own interface."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.errors import MissingExtraError, UsageError
from harness.extras import missing
from harness.trackers import base
from harness.trackers.base import Sent
from harness.trackers.trackio import LEAST, Trackio
from tests.unit.trackers.sample import ODD, STARTED, Listener, Sender, tracked

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(bool(missing("trackio")), reason="the extra trackio is not installed"),
]
READ = """
import json, trackio
from trackio.sqlite_storage import SQLiteStorage as storage
runs = [(each.name, each.id, each.config) for each in trackio.Api().runs("news")]
rows = {run: storage.get_logs("news", name, run_id=run) for name, run, _ in runs}
sent = {run: storage.get_run_artifacts("news", name, run)["output"] for name, run, _ in runs}
print(json.dumps({"runs": sorted(runs), "rows": rows, "sent": sent, "artifacts": storage.get_artifacts("news")}))
"""


@pytest.fixture(autouse=True)
def _environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in list(os.environ):
        if name.startswith(("TRACKIO_", "HF_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.chdir(tmp_path)


def read(folder: Path) -> dict[str, Any]:
    environment = {**os.environ, "TRACKIO_DIR": str(folder), "HF_HUB_OFFLINE": "1"}
    shown = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READ], check=True, capture_output=True, text=True, env=environment
    )
    return json.loads(shown.stdout)


def test_each_configuration_is_a_run_here_and_nobody_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with Listener() as listener:
        for name, value in listener.everywhere("HF_ENDPOINT", "TRACKIO_SERVER_URL").items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("HF_TOKEN", "hf_" + "9f8e7d6c5b4a" * 3)
        monkeypatch.setenv("TRACKIO_SPACE_ID", "somebody/space")
        with Sender() as send:
            sent = send(Trackio(dir="kept"), tracked(tmp_path))
    assert str(sent) == f"tracked by trackio in project 'news' in {tmp_path}/kept: configurations 2 new"
    assert listener.heard == []
    assert not (tmp_path / "hf").exists()
    there = read(tmp_path / "kept")
    (_, first, config), (_, _, second) = there["runs"]
    [row] = there["rows"][first]
    assert {key: value for key, value in row.items() if key != "timestamp"} == {
        "rouge1-f": 0.25, ODD: 3.0, "counts/predicted": 8.0, "counts/failed": 1.0, "counts/seconds": 1.5,
        "counts/tokens_in": 70.0, "step": 0,
    }  # fmt: skip
    assert config["hf.generation.beams"] == 4
    assert config["interval.rouge1-f"] == [0.15, 0.35]
    assert config["n.factual.supported"] == "scored 0, unscorable 8, failed 1"
    assert (config["signature.rouge1-f"], config["identity.weights"]) == ("rouge1-f|v:1", "sha256:1")
    assert (config["_Group"], second["_Group"]) == ("news-0a1b2c3d4e",) * 2
    assert config["_Username"] is None, "who sent it is nobody's business"
    [artifact] = there["sent"][first]
    assert (artifact["name"], artifact["type"], artifact["size_bytes"]) == ("news-0a1b2c3d4e", "report", 24)


def test_what_is_sent_again_takes_the_place_of_what_was_there(tmp_path: Path):
    tracker = Trackio(dir=str(tmp_path / "kept"))
    with Sender() as send:
        first = send(tracker, tracked(tmp_path))
        again = send(tracker, tracked(tmp_path, mean=0.5, batch=4))
        later = send(tracker, tracked(tmp_path, started=STARTED.replace(day=2)))
    assert isinstance(first, Sent)
    assert isinstance(again, Sent)
    assert isinstance(later, Sent)
    assert [(each.new, each.there) for each in (first, again, later)] == [(2, 0), (0, 2), (2, 0)]
    there = read(tmp_path / "kept")
    kept = [(told["hf.batch_size"], there["rows"][run]) for name, run, told in there["runs"] if name != "lead"]
    big = [(batch, [row["rouge1-f"] for row in rows]) for batch, rows in kept]
    assert sorted(big) == [(1, [0.25]), (4, [0.5])], "the next night's run is another one"
    assert [(each["name"], each["latest_version"]) for each in there["artifacts"]] == [("news-0a1b2c3d4e", 0)]


def test_what_it_cannot_keep_is_told(tmp_path: Path):
    (tmp_path / "kept").write_text("a file")
    with Sender() as send:
        told = send(Trackio(dir="kept"), tracked(tmp_path))
        assert isinstance(told, str)
        assert "kept" in told
        reserved = send(Trackio(project="registry-x", dir="other"), tracked(tmp_path))
        assert "registry-" in str(reserved)
        assert not list(tmp_path.glob("other/*"))


def test_what_is_missing_or_too_old_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(base.metadata, "version", lambda _: "0.9.1")
    with pytest.raises(
        UsageError, match=rf"trackio {LEAST} or later; found 0.9.1; to install: .*headline-harness\[trackio"
    ):
        Trackio().require()
    monkeypatch.setattr(base.extras, "missing", lambda *names: list(names))
    with pytest.raises(MissingExtraError, match=r"tracker trackio needs trackio, .*headline-harness\[trackio\]"):
        Trackio().require()
