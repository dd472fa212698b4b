"""MLflow's own client, from this process: to a SQLite store, and to a tracking server on loopback."""

import importlib.util
import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from harness.errors import MissingExtraError, UsageError
from harness.trackers import mlflow as tracker
from harness.trackers.base import TrackerError
from harness.trackers.mlflow import Mlflow
from tests.unit.trackers.mlflow_server import MlflowServer
from tests.unit.trackers.sample import STARTED, tracked

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(importlib.util.find_spec("mlflow") is None, reason="the extra mlflow is not installed"),
]


@pytest.fixture(autouse=True)
def _environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("MLFLOW_"):
            monkeypatch.delenv(name)
    for name in (*tracker._DEFAULTS, "MLFLOW_HTTP_REQUEST_TIMEOUT", "MLFLOW_ALLOW_FILE_STORE"):
        monkeypatch.setenv(name, tracker._DEFAULTS.get(name, "5"))
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "0")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")


def test_each_configuration_is_a_run_with_all_that_was_found(tmp_path: Path):
    with MlflowServer() as server:
        sent = Mlflow(uri=server.address).send(tracked(tmp_path))
    assert (
        str(sent)
        == f"tracked by mlflow in experiment 'news', {server.address}/#/experiments/1/runs: configurations 2 new"
    )
    first, second = server.runs.values()
    assert [run["info"]["run_name"] for run in (first, second)] == ["big ‘one’", "lead"]
    assert {run["info"]["status"] for run in (first, second)} == {"FINISHED"}
    assert first["info"]["start_time"] == 1772357400000  # date -u -d '2026-03-01 09:30' +%s, and three zeros
    metrics = {row["key"]: row["value"] for row in first["data"]["metrics"]}
    odd = next(key for key in metrics if key.startswith("_a_"))
    assert len(odd) <= 250
    assert metrics == {
        "rouge1-f": 0.25, odd: 3.0, "counts/predicted": 8, "counts/failed": 1, "counts/seconds": 1.5,
        "counts/tokens_in": 70,
    }  # fmt: skip
    assert {row["key"]: row["value"] for row in first["data"]["params"]} == {
        "model": "hf", "seed": "13", "hf.model": "M", "hf.batch_size": "1", "hf.generation.beams": "4",
        "hf.generation.stop": "null", "data": "jsonl|v:1", "clusters": "9",
    }  # fmt: skip
    tags = server.tags(first)
    assert json.loads(tags["interval.rouge1-f"]) == [0.15, 0.35]
    assert "interval.factual.supported" not in tags
    assert tags["n.factual.supported"] == "scored 0, unscorable 8, failed 1"
    assert (tags["harness.run"], tags["harness.configuration"]) == ("news-0a1b2c3d4e", "big ‘one’")
    assert (tags["harness.version"], tags["harness.data_digest"]) == ("9.9", "d" * 16)
    assert (tags["identity.weights"], tags["mlflow.source.git.commit"]) == ("sha256:1", "c" * 40)
    assert "mlflow.user" not in tags, "who sent it is nobody's business"
    assert {name: content.decode() for name, content in server.files.items()} == {
        f"1/{run['info']['run_id']}/artifacts/{file}": file
        for run in (first, second)
        for file in ("manifest.json", "report.html")
    }


def test_what_is_sent_again_is_brought_up_to_date_and_not_doubled(tmp_path: Path):
    with MlflowServer() as server:
        assert Mlflow(uri=server.address).send(tracked(tmp_path)).new == 2
        rows = json.dumps(server.runs)
        again = Mlflow(uri=server.address).send(tracked(tmp_path))
        assert (again.new, again.there, json.dumps(server.runs)) == (0, 2, rows), "nothing was sent but files"
        Mlflow(uri=server.address).send(tracked(tmp_path, mean=0.5, batch=4))
        first = next(iter(server.runs.values()))
        assert [row["value"] for row in first["data"]["metrics"] if row["key"] == "rouge1-f"] == [0.25, 0.5]
        assert server.tags(first)["changed.hf.batch_size"] == "4"
        assert [row["value"] for row in first["data"]["params"] if row["key"] == "hf.batch_size"] == ["1"]
        later = Mlflow(uri=server.address).send(tracked(tmp_path, started=STARTED.replace(day=2)))
        assert (later.new, len(server.runs)) == (2, 4), "the next night's run is another one"
        assert Mlflow(uri=server.address, experiment="other").send(tracked(tmp_path)).new == 2


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # MLflow's, in sqlalchemy 2.1
def test_a_database_has_one_row_for_each_number(tmp_path: Path):
    pytest.importorskip("sqlalchemy")
    pytest.importorskip("alembic")
    there = Mlflow(uri=f"sqlite:///{tmp_path}/own.db", experiment="mine")
    assert (there.send(tracked(tmp_path)).new, there.send(tracked(tmp_path)).there) == (2, 2)
    with sqlite3.connect(tmp_path / "own.db") as database:
        rows: list[Any] = database.execute("select key, value from metrics where key not like 'counts/%'").fetchall()
        runs = database.execute("select name, status from runs order by name").fetchall()
    database.close()
    assert sorted(value for _, value in rows) == [0.25, 3.0]
    assert runs == [("big ‘one’", "FINISHED"), ("lead", "FINISHED")]
    assert len(list(tmp_path.rglob("artifacts/report.html"))) == 2


def test_a_server_that_stumbles_is_asked_again_and_credentials_reach_it_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "tok-9f8e7d6c5b4a")
    with MlflowServer() as server:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", server.address)
        server.faults = [500]
        assert Mlflow().send(tracked(tmp_path)).new == 2
        assert server.authorizations == {"Bearer tok-9f8e7d6c5b4a"}
        assert "tok-9f8e7d6c5b4a" not in json.dumps(server.runs)
        server.faults = [500] * 9
        with pytest.raises(TrackerError, match=r"http://127.0.0.1:\d+: .*500"):
            Mlflow().send(tracked(tmp_path))
    with pytest.raises(TrackerError, match=r"http://127.0.0.1:\d+: Connection refused$"):
        Mlflow().send(tracked(tmp_path))


def test_what_is_missing_is_said_before_anything_is_imported(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(
        UsageError, match=r"not said where to send; accepted: uri, such as http://.* MLFLOW_TRACKING_URI"
    ):
        Mlflow().require()
    lacking = {"sqlalchemy", "alembic"}
    monkeypatch.setattr(tracker.extras, "missing", lambda *names: [name for name in names if name in lacking])
    Mlflow(uri="http://127.0.0.1:1").require()
    with pytest.raises(UsageError, match=r"a database \(sqlite:\) needs sqlalchemy and alembic; to install: .*alembic"):
        Mlflow(uri="sqlite:///own.db").require()
    lacking.add("mlflow")
    with pytest.raises(MissingExtraError, match=r"tracker mlflow needs mlflow, .*headline-harness\[mlflow\]"):
        Mlflow(uri="http://127.0.0.1:1").require()
