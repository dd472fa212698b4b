"""Runs in a store: an S3 server on loopback that fails, is slow, goes away; processes that are killed and that meet."""

import json
import random
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from harness.extras import missing
from tests.faults.s3_server import BUCKET, SECRET, S3Server
from tests.faults.workplace import Workplace

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

RESULTS = f"s3://{BUCKET}/nightly/results"
EQUAL = ("clusters.jsonl", "predictions.jsonl", "scores.jsonl", "table.md")
CONFIG = """\
models: [lead, {lead: {part: sentence}, as: sentence}]
metrics:
  - rouge: {variants: [rouge1]}
"""
SLOW = """\
models: [{slow: {word: First, seconds: 0.12}}]
metrics: [length]
"""


@pytest.fixture(scope="module")
def started() -> Iterator[S3Server]:
    pytest.importorskip("moto")
    with S3Server() as server:
        yield server


@pytest.fixture
def server(started: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """An empty server, which this process and those that it starts ask; copies go to the test's own folder."""
    started.clear()
    settings = {**started.environment, "HARNESS_STORE_COPIES": str(tmp_path / "copies"), "HARNESS_STORE_EVERY": "0.1"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return started


@pytest.fixture
def trial(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    monkeypatch.chdir(workplace.folder)
    workplace.configure(CONFIG)
    return workplace


def file_of(server: S3Server, name: str) -> bytes:
    """A file of the one run, put together from the parts that its manifest lists."""
    objects = server.objects()
    (manifest,) = [key for key in objects if key.endswith("/manifest.json")]
    folder = manifest.removesuffix("manifest.json")
    parts = json.loads(objects[manifest])["store"]["files"][name]
    return b"".join(objects[f"{folder}{name}/{part['name']}"] for part in parts)


@pytest.fixture
def move_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Goes to another machine: nothing of the store is known there."""
    numbers = count(2)
    return lambda: monkeypatch.setenv("HARNESS_STORE_COPIES", str(tmp_path / f"copies{next(numbers)}"))


def test_a_run_through_failures_and_slow_parts_has_the_bytes_of_a_local_one(
    server: S3Server, trial: Workplace, harness: Callable[..., Any]
):
    assert harness("eval", "--config", "x.yaml", "--no-cache").code == 0
    rng = random.Random(16)
    # A third of all requests fail, and every part takes its time.
    server.plan = lambda _, key: 500 if rng.random() < 0.33 else 0.05 if "/part-" in key else None
    ended = harness("eval", "--config", "x.yaml", "--no-cache", "--results", RESULTS)
    assert ended.code == 0, ended.err
    assert f"results: {RESULTS}/trial-" in ended.err
    for name in EQUAL:
        assert file_of(server, name) == (trial.run_folder / name).read_bytes(), name
    found = harness("verify", "--results", RESULTS)
    assert found.code == 0, found.err
    assert found.out.startswith(f"{RESULTS}/trial-")
    assert ": sound, " in found.out


@pytest.mark.parametrize("where", [("--results", RESULTS), ("-o", f"{RESULTS}/whole")], ids=["results", "output"])
@pytest.mark.parametrize("below", ["shards", RESULTS], ids=["of-a-disk", "of-the-store"])
def test_shards_are_merged_into_a_store(
    where: tuple[str, str],
    below: str,
    server: S3Server,
    trial: Workplace,
    harness: Callable[..., Any],
    move_away: Callable[[], None],
):
    assert harness("eval", "--config", "x.yaml", "--no-cache").code == 0
    for shard in ("1/2", "2/2"):
        ended = harness("eval", "--config", "x.yaml", "--no-cache", "--shard", shard, "--results", below)
        assert ended.code in (0, 3), ended.err
    parts = [f"{below}/{path.name}" for path in Path("shards").glob("trial-shard-*")]
    if below == RESULTS:
        keys = [key for key in server.objects() if key.endswith("/manifest.json")]
        parts = [f"{below}/{key.split('/')[-2]}" for key in keys]
    assert len(parts) == 2
    ended = harness("merge", *parts, *where)
    assert ended.code == 0, ended.err
    assert not Path("s3:").exists()
    move_away()
    whole = f"{RESULTS}/{trial.run_folder.name if where[0] == '--results' else 'whole'}"
    ended = harness("verify", whole)
    assert ended.code == 0, ended.err
    assert ": sound, " in ended.out
    key = whole.removeprefix(f"s3://{BUCKET}/")
    objects = server.objects()
    (manifest,) = [name for name in objects if name.endswith(f"{key}/manifest.json")]
    files = json.loads(objects[manifest])["store"]["files"]
    for name in EQUAL:
        held = b"".join(
            objects[f"{manifest.removesuffix('manifest.json')}{name}/{part['name']}"] for part in files[name]
        )
        assert held == (trial.run_folder / name).read_bytes(), name
    # What is there is not written over.
    again = harness("merge", *parts, *where)
    assert again.code == 2
    assert server.objects() == objects


def test_compare_gate_list_and_show_ask_for_no_prediction(
    server: S3Server, trial: Workplace, harness: Callable[..., Any], move_away: Callable[[], None]
):
    assert harness("eval", "--config", "x.yaml", "--no-cache", "--results", RESULTS).code == 0
    assert harness("baseline", "save", "trial", "-o", "base.json", "--results", RESULTS).code == 0
    for command in (
        ("compare", "trial", "--results", RESULTS),
        ("gate", f"{RESULTS}/trial", "--baseline", "base.json"),
        ("list", "--results", RESULTS),
        ("show", f"{RESULTS}/trial@latest"),
    ):
        move_away()
        server.asked.clear()
        ended = harness(*command)
        assert ended.code == 0, ended.err
        asked = [key for method, key in server.asked if method == "GET" and "/part-" in key]
        assert not any("predictions.jsonl" in key for key in asked), command
        assert bool(asked) == (command[0] != "list"), asked


def test_compare_refuses_predictions_that_are_gone_or_changed_without_fetching_them(
    server: S3Server,
    trial: Workplace,
    harness: Callable[..., Any],
    move_away: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("HARNESS_STORE_EVERY", "60")  # one part a file, however slow the machine is
    assert harness("eval", "--config", "x.yaml", "--no-cache", "--results", RESULTS).code == 0
    (part,) = [key for key in server.objects() if "/predictions.jsonl/" in key]
    held = server.objects()[part]
    server.put(part, held.replace(b"Dam", b"Mad"))  # as long as before
    move_away()
    ended = harness("compare", "trial", "--results", RESULTS)
    assert ended.code == 3
    assert "predictions.jsonl: was changed after the run: part-" in ended.err
    assert harness("verify", "--results", RESULTS).code == 3
    server.delete(part)
    move_away()
    ended = harness("compare", "trial", "--results", RESULTS)
    assert ended.code == 3
    assert "predictions.jsonl: lacks its part part-" in ended.err


@pytest.mark.parametrize("elsewhere", [False, True], ids=["on this machine", "on another machine"])
def test_a_run_that_is_killed_goes_on_and_asks_for_nothing_that_was_sent(
    server: S3Server, workplace: Workplace, move_away: Callable[[], None], elsewhere: bool
):
    workplace.configure(SLOW)
    workplace.environment = {**workplace.environment, "HARNESS_STORE_LEASE": "1.5"}
    command = ("eval", "--config", "x.yaml", "--no-cache", "--results", RESULTS)
    process = workplace.start(*command)

    def sendings() -> int:
        files = manifest_of(server)["store"]["files"] if any("manifest" in key for key in server.objects()) else {}
        return len(files.get("predictions.jsonl", ()))

    workplace.until(lambda: sendings() >= 2, process)
    process.kill()
    process.communicate()
    rows = file_of(server, "predictions.jsonl").splitlines()
    assert 0 < len(rows) < 12
    if elsewhere:
        move_away()
    ended = workplace.run(*command, *(["--wait"] if elsewhere else []))
    assert ended.returncode == 0, ended.stderr
    assert len(file_of(server, "predictions.jsonl").splitlines()) == 12
    asked = [line.split()[1] for line in workplace.asked]
    stored = {json.loads(row)["cluster_id"] for row in rows}
    again = {name for name in asked if asked.count(name) > 1}
    assert not again & stored
    assert set(asked) == {f"c{number:02}" for number in range(12)}
    if not elsewhere:
        assert len(again) <= 1, "more than the one that was under way was asked for again"
    listed = {part["name"] for parts in manifest_of(server)["store"]["files"].values() for part in parts}
    there = {key.rpartition("/")[2] for key in server.objects() if "/part-" in key}
    assert there == listed, "what the killed process had sent and not listed is still there"


def manifest_of(server: S3Server) -> dict[str, Any]:
    (text,) = [data for key, data in server.objects().items() if key.endswith("/manifest.json")]
    value: dict[str, Any] = json.loads(text)
    return value


def test_a_store_that_stays_away_costs_nothing_but_the_time(
    server: S3Server, trial: Workplace, harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HARNESS_STORE_PATIENCE", "0.5")
    server.plan = lambda method, key: 503 if method == "PUT" and "/part-" in key else None
    command = ("eval", "--config", "x.yaml", "--no-cache", "--results", RESULTS)
    ended = harness(*command)
    assert ended.code == 3
    (kept,) = (trial.folder / "copies").glob("*/trial-*")
    assert "the store does not answer" in ended.err
    assert f"everything is kept in {kept}" in ended.err.replace("\n", " ")
    assert len((kept / "predictions.jsonl").read_text().splitlines()) == 24
    server.plan = lambda *_: None
    ended = harness(*command)
    assert ended.code == 0, ended.err
    assert len(file_of(server, "predictions.jsonl").splitlines()) == 24
    assert manifest_of(server)["status"] == "complete"


def test_nothing_in_the_store_or_in_a_message_holds_a_credential(
    server: S3Server, trial: Workplace, harness: Callable[..., Any], move_away: Callable[[], None]
):
    ended = harness("-v", "eval", "--config", "x.yaml", "--no-cache", "--results", RESULTS)
    assert ended.code == 0
    assert SECRET not in ended.out + ended.err
    copies = [file.read_bytes() for file in (trial.folder / "copies").rglob("*") if file.is_file()]
    for held in [*server.objects().values(), *copies]:
        assert SECRET.encode() not in held
        assert b"testing-key-id" not in held
    move_away()
    server.plan = lambda *_: 403
    ended = harness("list", "--results", RESULTS)
    assert ended.code == 3
    assert SECRET not in ended.err


@pytest.mark.skipif(bool(missing("mlflow")), reason="the extra mlflow is not installed")
def test_a_run_in_the_store_is_sent_to_a_tracker_with_its_report(
    server: S3Server,
    trial: Workplace,
    harness: Callable[..., Any],
    move_away: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    assert harness("eval", "--config", "x.yaml", "--no-cache", "--results", RESULTS).code == 0
    move_away()
    (manifest,) = [key for key in server.objects() if key.endswith("/manifest.json")]
    name = manifest.split("/")[-2]
    ended = harness("track", "trial@latest", "--results", RESULTS, "--to", "mlflow", "--uri", "kept")
    assert ended.code == 0, ended.err
    assert "configurations 2 new" in ended.out
    files = [file for file in Path("kept").rglob("*") if file.is_file()]
    assert sorted(file.name for file in files if "artifacts" in file.parts) == 2 * ["manifest.json"] + 2 * [
        "report.html"
    ]
    assert all("lead" in file.read_text() for file in files if file.name == "report.html")
    (tag,) = {file.read_text() for file in files if file.name == "harness.run"}
    assert tag == name
    assert not [file for file in files if SECRET.encode() in file.read_bytes()]


def test_a_removed_run_leaves_nothing_behind(server: S3Server, trial: Workplace, harness: Callable[..., Any]):
    assert harness("eval", "--config", "x.yaml", "--no-cache", "--results", RESULTS).code == 0
    ended = harness("rm", "trial", "--yes", "--results", RESULTS)
    assert ended.code == 0, ended.err
    assert ended.out.startswith(f"removed {RESULTS}/trial-")
    assert server.objects() == {}
    assert harness("list", "--results", RESULTS).out == f"no runs in {RESULTS}\n"


def test_a_bucket_that_is_not_there_is_said_to_be_so(server: S3Server, trial: Workplace, harness: Callable[..., Any]):
    for command in (("list",), ("eval", "--config", "x.yaml")):
        ended = harness(*command, "--results", "s3://no-such-bucket/results")
        assert ended.code == 2
        assert "s3://no-such-bucket/results: no such bucket" in ended.err
