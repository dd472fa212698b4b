"""Weights & Biases' own client, in a process of its own, and its `wandb sync` to a server on loopback."""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from pydantic import ValidationError

from harness.errors import MissingExtraError, UsageError
from harness.extras import missing
from harness.trackers import base
from harness.trackers.base import Sent
from harness.trackers.wandb import LEAST, Wandb
from tests.unit.trackers.sample import STARTED, Listener, Sender, tracked
from tests.unit.trackers.wandb_server import WandbServer

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(bool(missing("wandb")), reason="the extra wandb is not installed"),
]
KEY = "9f8e7d6c5b4a" * 4
FILES = {"manifest.json", "report.html", "config.yaml", "wandb-summary.json"}
METRICS = {"rouge1_f": 0.25, "counts_predicted": 8, "counts_failed": 1, "counts_seconds": 1.5, "counts_tokens_in": 70}


@pytest.fixture(autouse=True)
def _environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in list(os.environ):
        if name.startswith("WANDB_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def folders() -> list[str]:
    return sorted(str(path) for path in Path().glob("wandb/*"))


def test_offline_nobody_is_asked_and_wandb_sync_uploads_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with Listener() as listener, Sender() as send, monkeypatch.context() as variables:
        for name, value in listener.everywhere("WANDB_BASE_URL").items():
            variables.setenv(name, value)
        for name, value in {"API_KEY": KEY, "MODE": "online", "NOTES": "private", "TAGS": "private"}.items():
            variables.setenv(f"WANDB_{name}", value)
        sent = send(Wandb(), tracked(tmp_path))
        assert listener.heard == []
    assert str(sent) == "tracked by wandb in project 'news' in wandb, for `wandb sync`: configurations 2 new"
    files = {path.name for path in Path("wandb").rglob("*") if path.is_file() and path.suffix != ".wandb"}
    assert files == {"manifest.json", "report.html"}
    assert not Path("home").exists()
    written = b"".join(path.read_bytes() for path in Path("wandb").rglob("*.wandb"))
    for private in (KEY, "private", str(tmp_path), sys.executable):
        assert private.encode() not in written, private
    with WandbServer() as server:
        environment = {**os.environ, "WANDB_BASE_URL": server.address, "WANDB_API_KEY": KEY}
        command = [sys.executable, "-m", "wandb", "sync", "wandb"]
        subprocess.run(command, check=True, capture_output=True, env=environment, timeout=60)
    by_name = {run["displayName"]: name for name, run in server.runs.items()}
    assert set(by_name) == {"big ‘one’", "lead"}
    assert {(run["groupName"], run["project"], run["jobType"]) for run in server.runs.values()} == {
        ("news-0a1b2c3d4e", "news", "evaluation")
    }
    big = by_name["big ‘one’"]
    config = server.config(big)
    assert (config["model"], config["hf"]["generation"]) == ("hf", {"beams": 4, "stop": None})
    assert (config["signature"]["rouge1_f"], config["identity"]) == ("rouge1-f|v:1", {"weights": "sha256:1"})
    assert (config["harness"]["run"], config["harness"]["commit"]) == ("news-0a1b2c3d4e", "c" * 40)
    [row] = server.rows[big]["wandb-history.jsonl"]
    assert {key: value for key, value in json.loads(row).items() if key in METRICS} == METRICS
    summary = server.last(big, "wandb-summary.json")
    assert summary["rouge1_f"] == 0.25
    assert summary["interval"] == {"rouge1_f": [0.15, 0.35]}
    assert summary["n"]["factual_supported"] == "scored 0, unscorable 8, failed 1"
    assert all(key.isidentifier() for key in summary), "other names it cannot sort by"
    assert all("host" not in run for run in server.runs.values())
    assert set(server.files) == {f"{run}/{file}" for run in by_name.values() for file in FILES}
    sent_files = {f"{run}/{file}": file.encode() for run in by_name.values() for file in files}
    assert {name: content for name, content in server.files.items() if name in sent_files} == sent_files


def test_what_is_sent_again_takes_the_place_of_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with TemporaryDirectory() as temporary, Sender() as send:
        monkeypatch.setenv("TMPDIR", temporary)
        first = send(Wandb(dir="."), tracked(tmp_path))
        names = folders()
        again = send(Wandb(dir="."), tracked(tmp_path, mean=0.5, batch=4))
        assert folders() == names
        later = send(Wandb(dir="."), tracked(tmp_path, started=STARTED.replace(day=2)))
        other = send(Wandb(dir=".", project="other"), tracked(tmp_path))
        Path("file").write_text("no folder")
        failed = send(Wandb(dir="file"), tracked(tmp_path))
        assert list(Path(temporary).iterdir()) == []
    assert isinstance(first, Sent)
    assert isinstance(again, Sent)
    assert isinstance(later, Sent)
    assert [(each.new, each.there) for each in (first, again, later)] == [(2, 0), (0, 2), (2, 0)]
    assert isinstance(other, Sent)
    assert (other.new, len(folders())) == (2, 6), "the next night's run is another one, as is one of another project"
    assert [b'"batch_size":4' in path.read_bytes() for path in Path("wandb").glob("*20260301*/*.wandb")].count(
        True
    ) == 1
    assert failed == "file/wandb: Not a directory"


def test_online_a_run_is_sent_to_the_server_and_overwritten_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    tracker = Wandb(mode="online", project="the desk", time_limit=20)
    with WandbServer() as server:
        monkeypatch.setenv("WANDB_BASE_URL", server.address)
        with Sender() as send:
            sent = send(tracker, tracked(tmp_path))
            place = f"{server.address}/desk/the%20desk"
            assert str(sent) == f"tracked by wandb in project 'the desk', {place}: configurations 2 sent"
            again = send(tracker, tracked(tmp_path, mean=0.5))
            assert isinstance(again, Sent)
            assert (len(server.runs), folders()) == (2, []), "what is online is not kept here as well"
            told = {key for run in server.runs.values() for key in run}
            assert told == {"name", "displayName", "groupName", "jobType", "project", "entity", "config"}
            assert {name.partition("/")[2] for name in server.files} == FILES
            big = next(name for name, run in server.runs.items() if run["displayName"] == "big ‘one’")
            assert [json.loads(row)["rouge1_f"] for row in server.rows[big]["wandb-history.jsonl"]] == [0.5]
            server.status = 401
            refused = send(tracker, tracked(tmp_path))
            server.status, server.refused = 403, "/put/"
            lost = send(tracker, tracked(tmp_path))
    assert isinstance(refused, str)
    assert "not this key" in refused
    assert isinstance(lost, str)
    assert lost.startswith("not all was sent: file transfer: upload: failed to upload: status: 403 Forbidden")
    assert KEY not in refused + lost


def test_what_is_missing_or_wrong_is_said_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(ValidationError, match=r"not the name of a project; accepted: 1 to 128 characters, none of /"):
        Wandb(project="desk/news")
    with pytest.raises(UsageError, match=r"mode online needs a key in WANDB_API_KEY; accepted: that, or mode: offline"):
        Wandb(mode="online").require()
    Wandb().require()
    monkeypatch.setattr(base.metadata, "version", lambda _: "0.19.11")
    with pytest.raises(UsageError, match=rf"wandb {LEAST} or later; found 0.19.11; to install: .*harness\[wandb\]"):
        Wandb().require()


def test_a_folder_of_its_name_is_not_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "wandb", raising=False)
    sys.path_importer_cache.pop(str(tmp_path), None)
    (tmp_path / "wandb").mkdir()
    with pytest.raises(MissingExtraError, match=r"tracker wandb needs wandb, .*headline-harness\[wandb\]"):
        Wandb().require()
