"""`harness merge` refuses what does not make a run, by the number of the shard, and writes nothing then."""

import hashlib
import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shards import manifest_of, place, shards
from tests.conftest import Ended

__all__ = ["place"]


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
