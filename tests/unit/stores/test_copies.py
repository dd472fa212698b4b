"""Runs at `memory://`: machines are folders of copies, which all see the one store of this process."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harness import api
from harness.errors import StoreError, UsageError
from harness.records import Annotation, Prediction
from harness.results import annotations
from harness.results.run_folder import PREDICTIONS, RunFolder
from harness.results.verification import verify_runs
from harness.stores import places
from harness.stores.backends import Backend
from harness.stores.lease import Lease
from tests.runs import manifest

fsspec = pytest.importorskip("fsspec")
URL = "memory://news/results"
NAME = "trial-0000000000"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Goes to the machine of a name; returns where runs of the store are there."""
    fsspec.filesystem("memory").store.clear()
    monkeypatch.setattr(places, "_stores", {})
    monkeypatch.setenv("HARNESS_STORE_LEASE", "30")

    def at(name: str) -> Path:
        monkeypatch.setenv("HARNESS_STORE_COPIES", str(tmp_path / name))
        return places.local(URL)

    return at


def prediction(number: int) -> Prediction:
    return Prediction(
        prediction_id=f"{number:016x}", configuration="lead", cluster_id=f"c{number}", prompt_digest=None,
        raw_text=f"Text {number}", text=f"Text {number}", seconds=0.0,
    )  # fmt: skip


def write(folder: RunFolder, number: int) -> None:
    folder.write_manifest(manifest(status="running"))
    with folder.appending(PREDICTIONS) as rows:
        rows.add(prediction(number))


def texts(folder: RunFolder) -> list[str]:
    return [row.text for row in folder.predictions()]


def test_a_second_machine_is_refused_with_the_name_of_the_first(machine: Callable[[str], Path]):
    ours, theirs = RunFolder(machine("one") / NAME), RunFolder(machine("two") / NAME)
    with ours.locked():
        with pytest.raises(StoreError, match=r"in use by process \d+ on .*its lease ends in \d+ s"):
            theirs.locked().__enter__()
        ours.write_manifest(manifest(status="running"))
    with theirs.locked():  # it was let go
        assert theirs.manifest().status == "running"


def test_a_lease_that_is_over_is_taken_and_the_first_can_write_no_more(
    machine: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HARNESS_STORE_LEASE", "0.3")
    monkeypatch.setattr(Lease, "_renew", lambda _: None)  # as where the store cannot be reached
    ours, theirs = RunFolder(machine("one") / NAME), RunFolder(machine("two") / NAME)
    told: list[str] = []

    def write_both() -> None:
        with ours.locked():
            write(ours, 1)
            with theirs.locked(wait=True, told=told.append):
                write(theirs, 2)

    with pytest.raises(StoreError, match="taken over by"):
        write_both()
    assert told[0].startswith(f"waiting for {URL}/{NAME}, in use by process ")
    assert texts(RunFolder(machine("three") / NAME)) == ["Text 2"]


def test_rows_that_are_added_replaced_and_removed_are_so_in_the_store(
    machine: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HARNESS_STORE_EVERY", "0.02")
    folder = RunFolder(machine("one") / NAME)
    with folder.locked():
        folder.write_manifest(manifest(status="running"))
        folder.write("table.md", "first")
        with folder.appending(PREDICTIONS) as rows:
            rows.add(prediction(1))
            time.sleep(0.1)  # one part is sent
            rows.add(prediction(2))
        folder.replace_rows(PREDICTIONS, [prediction(3), prediction(1)])
        time.sleep(0.1)
        folder.replace_rows(PREDICTIONS, [prediction(1), prediction(3)])  # as long as before
        with folder.appending(PREDICTIONS) as rows:
            rows.add(prediction(4))
        folder.remove("table.md")
    there = RunFolder(machine("two") / NAME)
    assert texts(there) == ["Text 1", "Text 3", "Text 4"]
    assert not there.file("table.md").exists()
    parts = fsspec.filesystem("memory").find(f"/news/results/{NAME}/{PREDICTIONS}")
    listed = json.loads(fsspec.filesystem("memory").cat(f"/news/results/{NAME}/manifest.json"))["store"]["files"]
    assert len(parts) == len(listed[PREDICTIONS]), "parts of what was replaced are still there"


def test_what_another_machine_did_meanwhile_is_gone_on_with(machine: Callable[[str], Path]):
    for name, number in (("one", 1), ("two", 2), ("one", 3)):
        folder = RunFolder(machine(name) / NAME)
        with folder.locked():
            write(folder, number)
    assert texts(RunFolder(machine("three") / NAME)) == ["Text 1", "Text 2", "Text 3"]


@pytest.fixture
def config(tmp_path: Path) -> dict[str, Any]:
    rows = [
        {"id": f"c{n}", "articles": [{"title": f"Dam {n} holds", "text": "Water rose."}], "references": ["Dam holds"]}
        for n in range(6)
    ]
    (tmp_path / "clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return {
        "name": "trial", "data": {"jsonl": str(tmp_path / "clusters.jsonl")}, "models": ["lead"],
        "metrics": [{"rouge": {"variants": ["rouge1"]}}], "gate": {"tolerance": {"rouge1": 0.0}},
    }  # fmt: skip


def test_a_gate_says_the_same_of_a_run_in_a_store_and_reads_texts_only_to_show_what_fell(
    machine: Callable[[str], Path], config: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    machine("one")
    good = api.evaluate(config, results=tmp_path / "results", cache=False)
    worse = {**config, "models": [{"lead": {"part": "sentence"}, "as": "lead"}]}
    bad = api.evaluate(worse, results=tmp_path / "results", cache=False)
    for each in (config, worse):
        api.evaluate(each, results=URL, cache=False)
    asked: list[str] = []
    read = Backend.read
    monkeypatch.setattr(Backend, "read", lambda self, key: asked.append(key) or read(self, key))
    machine("two")
    assert str(api.gate(api.load_run(good.name, results=URL), good)) == str(api.gate(good, good))
    assert not [key for key in asked if PREDICTIONS in key]
    there, here = api.gate(api.load_run(bad.name, results=URL), good), api.gate(bad, good)
    assert here.outcome == "regression"
    assert str(there) == str(here).replace(str(bad.path), f"{URL}/{bad.name}")
    assert "became “Water rose.”" in str(there)


def test_verify_reads_the_store_and_not_what_is_here(machine: Callable[[str], Path], config: dict[str, Any]):
    machine("one")
    run = api.evaluate(config, results=URL, cache=False)
    assert [each.state for each in verify_runs(Path(URL), [], print)] == ["sound"]
    memory = fsspec.filesystem("memory")
    (part,) = memory.find(f"/news/results/{run.name}/{PREDICTIONS}")
    memory.pipe_file(part, memory.cat_file(part).replace(b"Dam", b"Mad"))
    (found,) = verify_runs(Path(URL), [], print)
    assert found.state == "damaged"
    assert found.problems[0].endswith(": was changed after it was written")


def test_what_is_said_of_headlines_is_said_to_everybody(machine: Callable[[str], Path]):
    for name, text in (("one", "Dam holds"), ("two", "Dam bursts")):
        said = Annotation(
            id=annotations.annotation_id("d" * 16, text), annotated=datetime(2026, 3, 1, tzinfo=UTC), run=NAME,
            cluster_id="c1", system="lead", text=text, label=1, note="",
            articles=({"id": "a1", "text": "The dam held."},),
        )  # fmt: skip
        annotations.add(machine(name), said)
    wanted = [annotations.annotation_id("d" * 16, text) for text in ("Dam holds", "Dam bursts")]
    found, _ = annotations.said_of(machine("three"), "c1", wanted)
    assert {each.text for each in found.values()} == {"Dam holds", "Dam bursts"}


class AnsweredError(Exception):
    """As the packages for Azure and Google raise it."""

    def __init__(self, status_code: int) -> None:
        super().__init__("AccountKey=sUpersEcret77== of no use")
        self.status_code = status_code


@pytest.mark.parametrize("error", [FileNotFoundError("https://store.example/upload"), AnsweredError(404)])
def test_a_bucket_that_is_not_there_is_said_to_be_so_whatever_the_store(
    error: Exception, machine: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
):
    def refuse(*given: Any) -> None:
        raise error

    monkeypatch.setattr(fsspec.get_filesystem_class("memory"), "pipe_file", refuse)
    with pytest.raises(UsageError, match="memory://news/results: no such bucket; make it first"):
        RunFolder(machine("one") / NAME).locked().__enter__()


def test_refused_credentials_are_no_matter_of_patience(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machine: Callable[[str], Path], harness: Callable[..., Any]
):
    def refuse(*given: Any, **options: Any) -> None:
        raise AnsweredError(403)

    machine("one")
    monkeypatch.setattr(fsspec.get_filesystem_class("memory"), "find", refuse)
    monkeypatch.setattr(fsspec.get_filesystem_class("memory"), "ls", refuse)
    ended = harness("list", "--results", URL)
    assert (ended.code, "not allowed: AnsweredError" in ended.err, "sUpersEcret77" in ended.err) == (3, True, False)
    monkeypatch.setattr(places, "_stores", {})
    monkeypatch.setattr(fsspec, "filesystem", refuse)
    ended = harness("list", "--results", URL)
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert f"error: {URL}: it cannot be opened: AnsweredError: AccountKey=[redacted] of no use; set its" in ended.err
