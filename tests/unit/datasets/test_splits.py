"""Splits of a folder, told by the names of its files."""

import json
from pathlib import Path

import pytest

from harness.datasets.splits import split_files
from harness.errors import DataError


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def make(*names: str) -> None:
    for name in names:
        Path("set", name).parent.mkdir(parents=True, exist_ok=True)
        Path("set", name).write_text(json.dumps({"id": name}))


@pytest.mark.parametrize(
    ("names", "split", "expected"),
    [
        (["train.jsonl", "test.csv", "README.md"], None, ["test.csv"]),
        (["train.jsonl", "test.csv"], "train", ["train.jsonl"]),
        (["data/test-00000-of-00002.parquet", "data/test-00001-of-00002.parquet"], "test", "all"),
        (["test/a.jsonl", "train/a.jsonl"], "test", ["test/a.jsonl"]),
        (["dev/a.jsonl", "val.jsonl", "train.jsonl"], "validation", ["dev/a.jsonl", "val.jsonl"]),
        (["valid.jsonl", "train.jsonl"], "dev", ["valid.jsonl"]),
        (["train_test_split_train.jsonl", "test.jsonl"], "train", ["train_test_split_train.jsonl"]),
        (["test_run_train.jsonl", "test.jsonl"], "train", ["test_run_train.jsonl"]),
        (["test/train.jsonl", "test/test.jsonl"], "train", ["test/train.jsonl"]),
        (["a.jsonl", "dataset_infos.json"], None, ["a.jsonl"]),
        (["challenge-1.jsonl", "test.jsonl"], "challenge", ["challenge-1.jsonl"]),
        (["train.jsonl"], None, ["train.jsonl"]),
        (["a.jsonl", "b.jsonl"], None, "all"),
        (["a.jsonl"], "train", "all"),
        (["contest.jsonl", "test.jsonl"], "test", ["test.jsonl"]),
        (["test.jsonl", ".cache/test.jsonl", "dataset_infos.json"], None, ["test.jsonl"]),
    ],
)
def test_splits_are_told_by_names(names, split, expected):
    make(*names)
    assert split_files("set", split) == [f"set/{name}" for name in (names if expected == "all" else expected)]


def test_a_split_that_is_not_there_is_answered_with_those_that_are():
    make("train.jsonl", "val.jsonl")
    with pytest.raises(DataError, match=r"^set: there is no split 'test'; accepted: train, validation$"):
        split_files("set", "test")
    with pytest.raises(DataError, match=r"there is no split `test`; say which to read with `split:`; accepted: train,"):
        split_files("set", None)
    make("test.jsonl", "test.csv")
    with pytest.raises(DataError, match=r"several formats may hold the same rows; found test\.csv, test\.jsonl"):
        split_files("set", None)
    Path("none").mkdir()
    with pytest.raises(DataError, match=r"^none: the folder has no file that can be read; accepted: CSV"):
        split_files("none", None)
