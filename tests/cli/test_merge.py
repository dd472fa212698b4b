"""`harness eval --shard` and `harness merge`: the parts of a run make the run."""

import hashlib
import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness import api, registry
from harness.errors import UsageError
from tests.conftest import Ended

CONFIG = """\
name: trial
seed: 4
data: {jsonl: clusters.jsonl}
models:
  - lead
  - recorded: {path: mine.jsonl}
    as: mine
metrics:
  - rouge: {variants: [rouge1], stemmer: false}
  - headline
"""
ROWS = ("clusters.jsonl", "predictions.jsonl", "scores.jsonl", "failures.jsonl", "table.md")
TIMES = {"started", "finished", "seconds", "shards"}


def write_data(clusters: int = 11) -> None:
    rows = [
        {
            "id": f"c{at}",
            "desk": f"d{at % 3}",
            "articles": [{"title": f"Dam {at} holds firm", "text": f"The dam {at} held. It is {at} m high."}],
            "references": [f"Dam {at} holds firm again"] if at % 4 else [],
        }
        for at in range(clusters)
    ]
    # Two clusters have no prediction, one an empty one: failures that stand in the order of the data.
    texts = [{"cluster_id": f"c{at}", "text": f"Dam {at} fails" * (at != 8)} for at in reversed(range(clusters))]
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + '{"id": 5}\n')
    Path("mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in texts if row["cluster_id"] not in "c5c2"))
    Path("x.yaml").write_text(CONFIG)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_data()
    return tmp_path


def shards(harness: Callable[..., Ended], of: int, *more: str) -> list[Path]:
    """Make every shard, each in a results folder of its own, and return their folders."""
    made = []
    for index in range(1, of + 1):
        results = Path(f"on-{of}-{index}")
        ended = harness("eval", "--config", "x.yaml", "--shard", f"{index}/{of}", "--results", results, *more)
        assert ended.code in (0, 3), ended.err  # 3 where a system failed on all clusters of a small shard
        made.append(next(results.glob("trial-shard-*")))
    return made


def manifest_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "manifest.json").read_text())


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


def alter(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    manifest = manifest_of(folder)
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_shards_that_do_not_make_a_run_are_refused_by_number(place: Path, harness: Callable[..., Ended]):
    one, two, three = shards(harness, 3)
    other = shards(harness, 4)[0]

    def refused(*runs: Path, says: str) -> None:
        ended = harness("merge", *runs, "-o", "out")
        assert ended.code == 2, ended.err
        assert re.search(says, ended.err), ended.err
        assert "Traceback" not in ended.err
        assert [path.name for path in Path().iterdir() if "out" in path.name] == []

    refused(one, three, says="shard 2 of 3 is missing")
    refused(one, two, three, two, says=rf"shard 2 of 3 is there twice: {two} and {two}")
    refused(other, two, three, says=rf"{other} is shard 1 of 4, the others are of 3")
    changed = Path("changed") / two.name
    cases: list[tuple[Callable[[], object], str]] = [
        (lambda: (changed / "scores.jsonl").write_text("{}\n"), "shard 2 of 3 is damaged: .*scores.jsonl"),
        (lambda: (changed / "predictions.jsonl").unlink(), "shard 2 of 3 is damaged: .*predictions.jsonl: is missing"),
        (lambda: (changed / "manifest.json").write_text("{"), "shard 2 of 3: .*manifest.json: not JSON"),
        (lambda: alter(changed, lambda it: it.update(status="interrupted")), "shard 2 of 3 .* is interrupted"),
        (lambda: alter(changed, lambda it: it.update(files={})), "shard 2 of 3 .*does not describe its files"),
        (lambda: alter(changed, lambda it: it["versions"].update(numpy="1.0")), "shard 2 of 3 .*numpy .* → 1.0"),
        (lambda: alter(changed, lambda it: it["versions"].update(code="0")), "shard 2 of 3 .*code .* → 0"),
        (lambda: alter(changed, lambda it: it["shard"].update(data_digest="0" * 16)), "shard 2 of 3 .*data of digest"),
        (lambda: alter(changed, lambda it: it.update(name="else")), "shard 2 of 3 .*name trial → else"),
        (lambda: alter(changed, lambda it: it["measures"][0].update(signature="x")), "shard 2 of 3 .*other signatures"),
    ]
    for spoil, says in cases:
        shutil.rmtree(changed.parent, ignore_errors=True)
        shutil.copytree(two, changed)
        spoil()
        refused(one, changed, three, says=says)
    whole = harness("eval", "--config", "x.yaml", "--results", "whole")
    assert whole.code == 0
    refused(next(Path("whole").glob("trial-*")), one, says="not a shard: it is a run over a whole data set")


def test_shards_of_other_data_or_settings_are_told_apart(place: Path, harness: Callable[..., Ended]):
    one, _two, three = shards(harness, 3)
    settings = ("--config", "x.yaml", "--shard", "2/3")
    assert harness("eval", *settings, "--set", "models.lead.article=longest", "--results", "r1").code == 0
    other = next(Path("r1").glob("trial-*"))
    ended = harness("merge", one, other, three, "-o", "out")
    assert ended.code == 2
    assert f"shard 2 of 3 ({other}) is of another run than the others: lead.article first → longest" in ended.err
    rows = Path("clusters.jsonl").read_text().replace("Dam 7 holds", "Dam 7 breaks")
    Path("clusters.jsonl").write_text(rows)
    assert harness("eval", *settings, "--results", "r2").code == 0
    other = next(Path("r2").glob("trial-*"))
    ended = harness("merge", one, other, three, "-o", "out")
    assert ended.code == 2
    assert re.search(r"shard 2 of 3 .*: data .*[0-9a-f]{16} → [0-9a-f]{16}", ended.err), ended.err


def reseal(folder: Path, name: str) -> None:
    """Make the manifest describe a file as it is now, as somebody might who means to deceive."""
    held = (folder / name).read_bytes()
    told = {"rows": held.count(b"\n"), "bytes": len(held), "sha256": hashlib.sha256(held).hexdigest()}
    alter(folder, lambda it: it["files"].update({name: told}))


def test_clusters_and_rows_are_held_against_the_data_set(place: Path, harness: Callable[..., Ended]):
    one, two = shards(harness, 2)
    first, *others = (one / "clusters.jsonl").read_text().splitlines(keepends=True)
    for held, says in (
        ("".join(others), r"no shard has the cluster at place|do not make up the data set"),
        (first + first + "".join(others), "which shard [12] of 2 has, too"),
        (re.sub('"cluster_id":"c[0-9]+"', '"cluster_id":"foreign"', first) + "".join(others), "foreign|make up"),
        (re.sub('"digest":"[0-9a-f]+"', f'"digest":"{"0" * 16}"', first) + "".join(others), "do not make up the data"),
    ):
        (one / "clusters.jsonl").write_text(held)
        reseal(one, "clusters.jsonl")
        ended = harness("merge", one, two, "-o", "out")
        assert ended.code == 2, ended.err
        assert re.search(says, ended.err), ended.err
        assert not Path("out").exists()
    (one / "clusters.jsonl").write_text(first + "".join(others))
    reseal(one, "clusters.jsonl")
    lines = (one / "scores.jsonl").read_text().splitlines(keepends=True)
    for held, says in (
        (lines[::-1], "out of order"),
        ([*lines, lines[-1].replace('"cluster_id":"c', '"cluster_id":"x')], "which it does not have"),
        (["{}\n"], "not a row of a run"),
    ):
        (one / "scores.jsonl").write_text("".join(held))
        reseal(one, "scores.jsonl")
        ended = harness("merge", one, two, "-o", "out")
        assert ended.code == 2, ended.err
        assert re.search(rf"shard 1 of 2 .*scores.jsonl:\d+: .*{says}", ended.err), ended.err


@pytest.mark.parametrize("kind", ["full", "file", "link", "inside"])
def test_an_occupied_place_is_refused(kind: str, place: Path, harness: Callable[..., Ended]):
    made = shards(harness, 1)
    out = Path("out")
    if kind == "full":
        out.mkdir()
        (out / "mine.txt").write_text("kept")
    elif kind == "file":
        out.write_text("kept")
    elif kind == "link":
        Path("elsewhere").mkdir()
        out.symlink_to("elsewhere")
    else:
        out = made[0] / "out"
    ended = harness("merge", *made, "-o", out)
    assert ended.code == 2
    assert "accepted: a new folder" in ended.err
    assert not (out / "manifest.json").exists()
    shutil.rmtree("empty", ignore_errors=True)
    Path("empty").mkdir()
    assert harness("merge", *made, "-o", "empty").code == 0


def test_an_export_is_written_to_this_machine(place: Path, harness: Callable[..., Ended]):
    ended = harness("export", *shards(harness, 1), "-o", "s3://bucket/out")
    assert ended.code == 2
    assert "output s3://bucket/out: an address of a store; accepted: a folder of this machine" in ended.err
    assert not Path("s3:").exists()


KILLED = """
import os, signal, sys
from harness.merging import merge as merging
from harness.cli import main
write = merging.read_scores
merging.read_scores = lambda *given: os.kill(os.getpid(), signal.SIGKILL)
sys.argv = ["harness", *sys.argv[1:]]
main()
"""


def test_a_killed_merge_leaves_nothing_that_looks_whole(place: Path, harness: Callable[..., Ended]):
    made = shards(harness, 2)
    done = subprocess.run([sys.executable, "-c", KILLED, "merge", *made, "-o", "results/out"], capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert not Path("results/out").exists()
    assert [path for path in Path("results").iterdir() if not path.name.startswith(".")] == []
    assert "no runs" in harness("list").out
    assert harness("merge", *made, "-o", "results/out").code == 0
    assert list(Path("results").glob(".unfinished*")) == []


@pytest.mark.parametrize("shard", ["0/3", "4/3", "a/b", "3"])
def test_what_is_no_shard_ends_with_2(shard: str, place: Path, harness: Callable[..., Ended]):
    ended = harness("eval", "--config", "x.yaml", "--shard", shard)
    assert ended.code == 2
    assert f"--shard: not a shard; found '{shard}'" in ended.err
    assert not Path("results").exists()


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
