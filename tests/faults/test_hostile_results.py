"""No results folder or baseline, however hostile, gets more than a message, and nothing is written elsewhere."""

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.disk import durable
from harness.errors import StoreError
from tests.faults.hostile import CONFIG, refused, run_folder

pytestmark = pytest.mark.usefixtures("good_files")


def manifest_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "manifest.json").read_text())


MANIFESTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "nothing": lambda _: "",
    "a list": lambda _: [],
    "no keys": lambda _: {},
    "deep": lambda _: "[" * 100_000,
    "binary": lambda _: "\0\0",
    "a zip": lambda _: "PK\x03\x04",
    "a key twice": lambda made: json.dumps(made)[:-1] + ', "name": "x"}',
    "not a number": lambda made: json.dumps({**made, "config": {"x": float("nan")}}),
    "later": lambda made: {**made, "schema_version": 99},
    "later, and else": lambda _: {"schema_version": 99, "new": 1},
    "wrong types": lambda made: {**made, "configurations": "all"},
    "seed below zero": lambda made: {**made, "seed": -1},
    "seed without end": lambda made: {**made, "seed": 10**400},
    "counts without end": lambda made: {**made, "counts": {"lead": {"predicted": 1, "tokens_in": 10**400}}},
    "a name twice": lambda made: {**made, "configurations": made["configurations"] * 2},
    "a measure twice": lambda made: {**made, "measures": made["measures"] * 2},
    "half a pair": lambda made: json.dumps({**made, "name": "\ud800"}),
}


@pytest.mark.parametrize("case", MANIFESTS, ids=lambda case: case.replace(" ", "-"))
def test_a_hostile_manifest_is_a_message(case: str, harness: Callable[..., Any]):
    assert harness("eval", "--config", "x.yaml").code == 0
    folder = run_folder()
    content = MANIFESTS[case](manifest_of(folder))
    (folder / "manifest.json").write_text(content if isinstance(content, str) else json.dumps(content))
    for command in (("show", "trial"), ("compare", "trial"), ("baseline", "save", "trial", "-o", "b.json")):
        refused(harness(*command), "manifest.json", code=3)
    listed = harness("list")
    assert listed.code == 0
    assert "left out" in listed.err


STRANGE: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "prices of another kind": lambda made: {**made, "configurations": [
        {**each, "parameters": {"prices": {"input": "much"}}} for each in made["configurations"]]},
    "nothing measured": lambda made: {**made, "measures": []},
    "no configuration": lambda made: {**made, "configurations": []},
    "no counts": lambda made: {**made, "counts": {}},
    "counts of another": lambda made: {**made, "counts": {"x": {"predicted": 3}}},
    "names that are markup": lambda made: {**made, "name": "[bold]x[/red]", "data_digest": "[/]", "measures": [
        {**each, "metric": "[/b]", "name": f"[link=x]{each['name']}"} for each in made["measures"]]},
    "a measure that nobody scored": lambda made: {**made, "measures": [
        {**made["measures"][0], "name": "other"}, *made["measures"]]},
    "one cluster more": lambda made: {**made, "clusters": 2},
    "clusters without end": lambda made: {**made, "clusters": 2**53},
    "not finished": lambda made: {**made, "status": "running"},
}  # fmt: skip


@pytest.mark.parametrize("case", STRANGE, ids=lambda case: case.replace(" ", "-"))
def test_a_manifest_that_we_did_not_write_breaks_nothing(case: str, harness: Callable[..., Any]):
    assert harness("eval", "--config", "x.yaml").code == 0
    folder = run_folder()
    (folder / "manifest.json").write_text(json.dumps(STRANGE[case](manifest_of(folder))))
    for command in (
        ("list",), ("show", "trial"), ("show", "trial", "--format", "json"), ("show", "trial", "--format", "md"),
        ("compare", "trial"), ("compare", "trial", "--format", "html"), ("compare", "trial", "--by", "x"),
        ("baseline", "save", "trial", "-o", "b.json"), ("eval", "--config", "x.yaml"),
    ):  # fmt: skip
        ended = harness(*command)
        assert ended.code in (0, 2, 3), (command, ended.err)
        assert "Traceback" not in ended.err, (command, ended.err)


BASELINES: dict[str, Callable[[dict[str, Any]], object]] = {
    "nothing": lambda _: "",
    "deep": lambda _: "[" * 100_000,
    "later": lambda made: {**made, "format": 2},
    "merged badly": lambda made: "<<<<<<< ours\n" + json.dumps(made),
    "an infinite number": lambda made: json.dumps(made).replace("1.0", "1e400"),
    "a number too large to sum": lambda made: json.dumps(made).replace("1.0", "1e300"),
    "a key twice": lambda made: json.dumps(made)[:-1] + ', "run": "x"}',
    "a configuration twice": lambda made: {**made, "configurations": made["configurations"] * 2},
    "configurations of another kind": lambda made: {**made, "configurations": [1]},
    "half a pair": lambda made: json.dumps({**made, "run": "\ud800"}),
    "not UTF-8": lambda _: "{\udcff}",
}


@pytest.mark.parametrize("case", BASELINES, ids=lambda case: case.replace(" ", "-"))
def test_a_hostile_baseline_is_a_message(case: str, harness: Callable[..., Any]):
    assert harness("eval", "--config", "x.yaml").code == 0
    assert harness("baseline", "save", "trial", "-o", "b.json").code == 0
    content = BASELINES[case](json.loads(Path("b.json").read_text()))
    text = content if isinstance(content, str) else json.dumps(content)
    Path("b.json").write_text(text, encoding="utf-8", errors="surrogateescape")
    refused(harness("gate", "trial", "--baseline", "b.json"), "b.json")


@pytest.mark.parametrize(
    "change",
    [
        {"measures": []},
        {"configurations": []},
        {"data_digest": "x"},
        {"configurations": [{"name": "lead", "signature": "x", "clusters": {}}]},
        {"configurations": [{"name": "lead", "signature": "x", "clusters": {"z": {"text": None, "statistics": {}}}}]},
    ],
    ids=repr,
)
def test_a_baseline_that_we_did_not_write_breaks_nothing(change: dict[str, Any], harness: Callable[..., Any]):
    assert harness("eval", "--config", "x.yaml").code == 0
    assert harness("baseline", "save", "trial", "-o", "b.json").code == 0
    Path("b.json").write_text(json.dumps({**json.loads(Path("b.json").read_text()), **change}))
    for arguments in ((), ("--format", "json"), ("--github", "--junit", "j.xml"), ("--update",)):
        ended = harness("gate", "trial", "--baseline", "b.json", *arguments)
        assert ended.code in (0, 1, 2, 3), ended.err
        assert "Traceback" not in ended.err, ended.err


@pytest.mark.parametrize("name", ["", ".lock", "predictions.jsonl", "manifest.json", ".manifest.json.partial", "new"])
def test_nothing_is_written_through_a_link_in_a_results_folder(name: str, tmp_path: Path, harness: Callable[..., Any]):
    """The folder's name can be worked out by others: on a shared machine they could put a link there first."""
    assert harness("eval", "--config", "x.yaml").code == 0
    folder = run_folder()
    precious = tmp_path / "precious"
    if name:
        precious.write_text("precious\n")
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(precious)
    else:
        precious.mkdir()
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
        folder.symlink_to(precious)
    ended = harness("eval", "--config", "x.yaml", "--retry-errors")
    refused(ended, "a link, through which nothing is written", code=3)
    assert list(precious.iterdir()) == [] if precious.is_dir() else precious.read_text() == "precious\n"


@pytest.mark.parametrize("place", [".cache", ".cache/cache.sqlite"])
def test_nothing_is_written_through_a_link_in_place_of_the_cache(
    place: str, tmp_path: Path, harness: Callable[..., Any]
):
    outside = tmp_path / "outside"
    outside.mkdir()
    link = Path("results", place)
    link.parent.mkdir(parents=True)
    link.symlink_to(outside if place == ".cache" else outside / "none")
    ended = harness("eval", "--config", "x.yaml")
    assert ended.code == 0, ended.err
    assert "a link, through which nothing is written" in ended.err
    for command in (("cache", "list"), ("cache", "verify"), ("cache", "prune", "--older-than", "1d")):
        assert harness(*command).code in (0, 3)
    assert not list(outside.iterdir())


@pytest.mark.parametrize("retry", [True, False])
def test_a_folder_whose_files_have_second_names_is_written_without_them(
    retry: bool, tmp_path: Path, harness: Callable[..., Any]
):
    """As `cp -al` copies a results folder: what goes on in one copy leaves the other as it was."""
    Path("x.yaml").write_text(CONFIG.replace("[lead]", "[lead, recorded: p.jsonl]"))
    Path("p.jsonl").write_text('{"cluster_id": "other", "text": "x"}\n')
    assert harness("eval", "--config", "x.yaml").code == 3
    folder = run_folder()
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in folder.iterdir():
        (copy / file.name).hardlink_to(file)
    before = {file.name: file.read_bytes() for file in copy.iterdir()}
    if not retry:
        (folder / "scores.jsonl").unlink()
    harness("eval", "--config", "x.yaml", *(["--retry-errors"] if retry else []))
    assert (folder / "events.jsonl").read_bytes() != before["events.jsonl"], "something was written"
    assert {file.name: file.read_bytes() for file in copy.iterdir()} == before


def test_what_is_half_written_is_no_way_out_either(tmp_path: Path):
    """The name of a file that is being written can be worked out; a link there is replaced, never followed."""
    precious = tmp_path / "precious"
    precious.write_text("precious")
    folder = tmp_path / "run"
    folder.mkdir()
    name = f".manifest.json.{os.getpid()}-{threading.get_native_id()}.partial"
    (folder / name).symlink_to(precious)
    durable.replace_text(folder / "manifest.json", "new")
    (folder / "events.jsonl").symlink_to(precious)
    with pytest.raises(StoreError, match="a link, through which nothing is written"):
        durable.Appender(folder / "events.jsonl")
    assert ((folder / "manifest.json").read_text(), precious.read_text()) == ("new", "precious")


def test_the_results_folder_itself_may_be_a_link(tmp_path: Path, harness: Callable[..., Any]):
    (tmp_path / "big-disk").mkdir()
    Path("results").symlink_to(tmp_path / "big-disk")
    assert harness("eval", "--config", "x.yaml").code == 0
    assert list((tmp_path / "big-disk").iterdir())
