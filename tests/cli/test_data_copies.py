"""`harness data dedup` and `harness data overlap` from outside."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

WORDS = "river dam flood mayor town bridge rain night crews sand water level engineers warned".split()  # noqa: SIM905


def long_text(seed: int) -> str:
    """Sixty words, no run of five of which another seed has."""
    return " ".join(f"{WORDS[(seed + at) % len(WORDS)]}{seed}x{at}" for at in range(60))


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [{"id": f"c{at}", "articles": [{"id": "a", "text": long_text(at)}]} for at in range(5)]
    rows.append({"id": "copy", "articles": [{"id": "a", "text": long_text(2) + " and more"}], "desk": "world"})
    rows.append({"id": "half", "articles": [{"id": "a", "text": long_text(3)}, {"id": "b", "text": long_text(9)}]})
    Path("all.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    Path("test.csv").write_text("id,text\n" + f"t0,{long_text(4)}\nt1,{long_text(77)}\n")
    Path("run.yaml").write_text("name: x\ndata: {jsonl: all.jsonl}\nmodels: [lead]\nmetrics: [headline]\n")


def test_dedup_names_the_pairs_and_writes_the_rest(harness: Callable[..., Any]):
    ended = harness("data", "dedup", "all.jsonl", "-o", "clean.jsonl", "--format", "json")
    assert ended.code == 0, ended.err
    told = json.loads(ended.out)
    assert (told["articles"], told["articles_found"]) == (8, 2)
    assert (told["clusters_found"], told["clusters_wholly_found"]) == (2, 1)
    named = {(row["cluster"], row["article"], row["other_cluster"]) for row in told["pairs"]}
    assert named == {("copy", "a", "c2"), ("half", "a", "c3")}
    kept = [json.loads(line) for line in Path("clean.jsonl").read_text().splitlines()]
    assert [row["id"] for row in kept] == ["c0", "c1", "c2", "c3", "c4", "half"]
    assert [article["id"] for article in kept[-1]["articles"]] == ["b"]
    again = harness("data", "dedup", "clean.jsonl", "--fail")
    assert again.code == 0
    assert "none repeats" in again.out


def test_overlap_takes_files_of_any_format_and_configurations(harness: Callable[..., Any]):
    ended = harness("data", "overlap", "test.csv", "run.yaml", "--format", "csv", "--fail")
    assert ended.code == 1, ended.err
    (row,) = csv.DictReader(io.StringIO(ended.out))
    assert (row["cluster"], row["other_cluster"], row["similarity"]) == ("t0", "c4", "1.0")
    table = harness("data", "overlap", "test.csv", "all.jsonl")
    assert table.code == 0
    assert "1 of 2 clusters of test.csv (50.0%)" in " ".join(table.out.split())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("dedup", "none.jsonl"), "no such file"),
        (("dedup", "all.jsonl", "-o", "missing/clean.jsonl"), "a file in a folder that exists"),
        (("dedup", "all.jsonl", "-o", "clean.jsonl.gz"), "a file such as clean.jsonl"),
        (("overlap", "all.jsonl", "none.yaml"), "none.yaml"),
    ],
)
def test_what_cannot_be_read_or_written_is_refused(harness: Callable[..., Any], arguments: tuple[str, ...], told: str):
    ended = harness("data", *arguments)
    assert ended.code == 2
    assert told in ended.err
