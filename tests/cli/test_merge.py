"""`harness eval --shard` and `harness merge`: the parts of a run make the run."""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness import api, registry
from harness.errors import UsageError
from tests.cli.shards import CONFIG, manifest_of, place, shards, write_data
from tests.conftest import Ended

__all__ = ["place"]
ROWS = ("clusters.jsonl", "predictions.jsonl", "scores.jsonl", "failures.jsonl", "table.md")
TIMES = {"started", "finished", "seconds", "shards"}


def without_times(folder: Path) -> dict[str, Any]:
    return {key: value for key, value in manifest_of(folder).items() if key not in TIMES}


@pytest.fixture
def whole(place: Path, harness: Callable[..., Ended]) -> Path:
    assert harness("eval", "--config", "x.yaml").code == 0
    return next(Path("results").glob("trial-*"))


@pytest.mark.parametrize("of", [1, 2, 3, 7])
def test_shards_merged_are_the_whole_run_to_the_byte(of: int, whole: Path, harness: Callable[..., Ended]):
    made = shards(harness, of)
    merged = harness("merge", *reversed(made), "-o", "out/merged")
    assert merged.code == 0, merged.err
    out = Path("out/merged")
    for name in ROWS:
        assert (out / name).read_bytes() == (whole / name).read_bytes(), name
    assert without_times(out) == without_times(whole)
    assert harness("show", out, "--format", "csv").out == harness("show", whole, "--format", "csv").out
    ledger = manifest_of(out)["shards"]
    assert [(each["index"], each["of"], each["run"]) for each in ledger] == [
        (index, of, folder.name) for index, folder in enumerate(made, 1)
    ]
    for each, folder in zip(ledger, made, strict=True):
        assert each["digest"] == hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    assert sum(manifest_of(folder)["clusters"] for folder in made) == manifest_of(whole)["clusters"]


@pytest.fixture
def flaky(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(registry.BUILTIN, "checker", {**registry.BUILTIN["checker"], "flaky": "tests.flaky:Flaky"})
    monkeypatch.setitem(registry.BUILTIN, "metric", {**registry.BUILTIN["metric"], "brittle": "tests.flaky:Brittle"})
    registry.locations.cache_clear()
    yield
    monkeypatch.undo()
    registry.locations.cache_clear()


@pytest.mark.parametrize("of", [2, 5])
def test_failures_of_every_stage_stand_where_the_whole_run_has_them(
    of: int, flaky: None, place: Path, harness: Callable[..., Ended]
):
    write_data(23)
    text = CONFIG.replace("  - headline\n", "  - brittle\n  - factual: {checker: flaky}\n")
    Path("x.yaml").write_text(text)
    ended = harness("eval", "--config", "x.yaml")
    assert ended.code == 0, ended.err
    whole = next(Path("results").glob("trial-*"))
    made = shards(harness, of)
    assert harness("merge", *made, "-o", "merged").code == 0
    for name in (*ROWS, "verdicts.jsonl"):
        assert (whole / name).read_bytes() == Path("merged", name).read_bytes(), name
    stages = [json.loads(line)["stage"] for line in Path("merged/failures.jsonl").read_text().splitlines()]
    # Without a prediction c2, c5 and c8; no verdict on c3, c6, c13, c16, no score of c4, c7, c14, c17 of two systems.
    assert {stage: stages.count(stage) for stage in stages} == {"generate": 3, "check": 8, "score": 8}
    # What was retried stands elsewhere in a shard's file, and not in the merged one.
    again = ("eval", "--config", "x.yaml", "--shard", f"1/{of}", "--results", made[0].parent, "--retry-errors")
    assert harness(*again).code in (0, 3)
    assert harness("merge", *made, "-o", "again").code == 0
    assert (whole / "failures.jsonl").read_bytes() == Path("again/failures.jsonl").read_bytes()


def test_a_shard_says_so_and_has_the_rows_that_the_whole_run_has(whole: Path, harness: Callable[..., Ended]):
    ended = harness("eval", "--config", "x.yaml", "--shard", "2/3", "--details")
    assert re.search(r"Shard 2 of 3: \d of the 11 clusters; its means\s+are\s+those\s+of\s+this\s+part", ended.out)
    folder = next(Path("results").glob("trial-shard-2-of-3-*"))
    held = manifest_of(folder)["shard"]
    assert (held["index"], held["of"], held["seed"]) == (2, 3, 4)
    assert "Shard 2 of 3" in (folder / "table.md").read_text()
    assert json.loads(harness("show", folder, "--format", "json").out)["shard"]["index"] == 2
    for name in ("predictions.jsonl", "scores.jsonl", "failures.jsonl"):
        lines = (folder / name).read_text().splitlines()
        assert lines == [line for line in (whole / name).read_text().splitlines() if line in lines]
    again = harness("eval", "--config", "x.yaml", "--shard", "2/3", "--details")
    assert again.out == ended.out
    assert len(list(Path("results").glob("trial-*"))) == 2


def test_a_limit_is_of_the_data_set_before_its_parts(place: Path, harness: Callable[..., Ended]):
    made = shards(harness, 2, "--limit", "5")
    assert sum(manifest_of(folder)["clusters"] for folder in made) == 5
    assert harness("merge", *made, "-o", "merged").code == 0
    assert harness("eval", "--config", "x.yaml", "--limit", "5").code == 0
    whole = next(Path("results").glob("trial-*"))
    assert (whole / "scores.jsonl").read_bytes() == Path("merged/scores.jsonl").read_bytes()


def test_an_empty_shard_is_a_run_that_every_command_reads(place: Path, harness: Callable[..., Ended]):
    write_data(2)
    made = shards(harness, 5)
    empty = next(folder for folder in made if not manifest_of(folder)["clusters"])
    assert (empty / "scores.jsonl").read_bytes() == b""
    for call in (
        ("show", empty),
        ("show", empty, "--details", "--all"),
        ("show", empty, "--format", "json"),
        ("show", empty, "--format", "csv"),
        ("compare", empty),
        ("verify", empty),
        ("list", "--results", empty.parent),
        ("baseline", "save", empty, "-o", "b.json"),
    ):
        ended = harness(*call)
        assert ended.code == 0, (call, ended.err)
    held = harness("gate", empty, "--baseline", "b.json")
    assert held.code == 3, "nothing was run, so nothing can be held to a rule"
    assert "no cluster was run" in held.out
    assert harness("merge", *made, "-o", "merged").code == 0


def test_the_merged_run_is_a_run_like_any_other(whole: Path, harness: Callable[..., Ended]):
    made = shards(harness, 2)
    shutil.rmtree(whole)
    assert harness("merge", *made, "-o", "results/mine").code == 0
    out = Path("results/mine")
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.name != ".lock"}
    again = harness("eval", "--config", "x.yaml", "--no-cache")
    assert again.code == 0, again.err
    assert "results: results/mine" in again.err, "the same configuration finds the run that was merged"
    assert {path.name: path.read_bytes() for path in out.iterdir() if path.name != ".lock"} == before
    assert list(Path("results").glob("trial-*")) == []
    for call in (("list",), ("verify",), ("compare", "mine"), ("show", "mine", "--cluster", "c1")):
        assert harness(*call).code == 0, call
    assert harness("baseline", "save", "mine", "-o", "b.json").code == 0
    held = harness("gate", "mine", "--baseline", "b.json", "--format", "json")
    assert held.code == 3, "a system failed on clusters, here as in the whole run"
    assert harness("eval", "--config", "x.yaml", "--retry-errors").code == 0
    rescored = harness("score", "mine", "--config", "x.yaml", "--set", "metrics.1.headline.max_characters=20")
    assert rescored.code == 0, rescored.err
    assert manifest_of(next(Path("results").glob("trial-*")))["shards"] == []


def test_a_shard_is_scored_again_as_a_shard(place: Path, harness: Callable[..., Ended]):
    made = shards(harness, 2)
    args = ("--config", "x.yaml", "--set", "metrics.1.headline.max_characters=20", "--results", "again")
    for folder in made:
        assert harness("score", folder, *args).code == 0
    again = sorted(Path("again").glob("trial-shard-*-of-2-*"))
    assert len(again) == 2
    refused = harness("merge", *again, "-o", "out")
    assert refused.code == 2
    assert "shard 1 of 2" in refused.err
    assert "merge the shards that made them, then `harness score` the merged run" in refused.err


def test_without_a_folder_it_is_put_where_eval_looks(place: Path, harness: Callable[..., Ended]):
    made = shards(harness, 2)
    merged = harness("merge", *made)
    assert merged.code == 0, merged.err
    folder = next(Path("results").glob("trial-*"))
    assert folder.name == f"trial-{manifest_of(folder)['digest']}"
    assert "complete: 19 predictions, 3 failures" in harness("eval", "--config", "x.yaml").err
    assert harness("merge", *made).code == 2


def test_an_export_is_written_to_this_machine(place: Path, harness: Callable[..., Ended]):
    ended = harness("export", *shards(harness, 1), "-o", "s3://bucket/out")
    assert ended.code == 2
    assert "output s3://bucket/out: an address of a store; accepted: a folder of this machine" in ended.err
    assert not Path("s3:").exists()


def test_from_python(place: Path):
    made = [api.evaluate("x.yaml", shard=(index, 2), results=f"r{index}") for index in (1, 2)]
    merged = api.merge(made, "out")
    whole = api.evaluate("x.yaml")
    assert merged.summaries == whole.summaries
    assert merged.clusters == whole.clusters
    with pytest.raises(UsageError, match="shard: not a shard; found '3/2'"):
        api.evaluate("x.yaml", shard="3/2")
    with pytest.raises(UsageError, match=r"shard: found 2\.5; accepted: K/N"):
        api.evaluate("x.yaml", shard=2.5)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="shard 2 of 2 is missing"):
        api.merge([made[0]], "out2")


@pytest.fixture
def charged(place: Path, harness: Callable[..., Ended]) -> list[Path]:
    """Two shards whose servers charged something, as `spending.jsonl` would hold it."""
    made = shards(harness, 2)
    for at, folder in enumerate(made):
        rows = [{"account": "lead", "call": call, "tokens_in": 10, "tokens_out": at} for call in (1, 2)]
        ended = {**rows[0], "tokens_out": 5, "ended": True}
        (folder / "spending.jsonl").write_text("".join(json.dumps(row) + "\n" for row in (*rows, ended)))
    return made


def test_what_servers_charged_is_put_together(charged: list[Path], harness: Callable[..., Ended]):
    assert harness("merge", *charged, "-o", "out").code == 0
    rows = [json.loads(line) for line in Path("out/spending.jsonl").read_text().splitlines()]
    assert [(row["call"], row["tokens_out"]) for row in rows] == [(1, 0), (2, 0), (1, 5), (3, 1), (4, 1), (3, 5)]
    parts = [manifest_of(folder)["seconds"] for folder in charged]
    assert manifest_of(Path("out"))["seconds"]["score"] == pytest.approx(sum(part["score"] for part in parts))
