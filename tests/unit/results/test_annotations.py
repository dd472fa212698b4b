"""What people said of headlines: lines that are only ever added, and read by metaeval."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harness.errors import StoreError
from harness.metaeval.labelled import read
from harness.records import Annotation
from harness.results import annotations


def said(text: str, label: Any, note: str = "", cluster: str = "c1") -> Annotation:
    return Annotation(
        id=annotations.annotation_id(cluster, text), annotated=datetime(2026, 5, 1, tzinfo=UTC), run="trial-0123456789",
        cluster_id=cluster, system="lead", text=text, label=label, note=note,
        articles=({"id": "a1", "text": "The dam at Hollin held on Monday."},),
    )  # fmt: skip


def test_the_last_word_on_a_text_counts(tmp_path: Path):
    for annotation in (
        said("Dam holds", 0),
        said("Dam bursts", 0),
        said("Dam holds", 1, "yes"),
        said("Dam fell", None),
    ):
        annotations.add(tmp_path, annotation)
    ids = [annotations.annotation_id("c1", text) for text in ("Dam holds", "Dam bursts", "other")]
    found, unread = annotations.said_of(tmp_path, "c1", ids)
    assert [found[each].label if each in found else "none" for each in ids] == [1, 0, "none"]
    assert unread == 0
    rows = read([tmp_path / "annotations.jsonl"])["annotations"]
    # a text that was judged again stands where it stood first
    assert [(row.text, row.label, row.system) for row in rows] == [
        ("Dam holds", True, "lead"),
        ("Dam bursts", False, "lead"),
        ("Dam fell", None, "lead"),
    ]
    # the limit is one of texts: what was said later of one of them still counts
    assert [row.label for row in read([tmp_path / "annotations.jsonl"], limit=1)["annotations"]] == [True]


def test_half_a_line_is_cut_and_a_whole_one_ended(tmp_path: Path):
    file = tmp_path / "annotations.jsonl"
    annotations.add(tmp_path, said("Dam holds", 1))
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"id": "half')
    annotations.add(tmp_path, said("Dam bursts", 0))
    lines = file.read_bytes().splitlines(keepends=True)
    assert lines[0] == whole
    assert [json.loads(line)["text"] for line in lines] == ["Dam holds", "Dam bursts"]
    file.write_bytes(whole.rstrip(b"\n"))  # as an editor leaves it
    annotations.add(tmp_path, said("Dam bursts", 0))
    assert [json.loads(line)["text"] for line in file.read_bytes().splitlines()] == ["Dam holds", "Dam bursts"]


def test_nothing_is_written_through_a_link(tmp_path: Path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine\n")
    (tmp_path / "annotations.jsonl").symlink_to(elsewhere)
    with pytest.raises(StoreError, match="a link"):
        annotations.add(tmp_path, said("Dam holds", 1))
    assert elsewhere.read_text() == "mine\n"


def test_metaeval_takes_the_file_as_it_is(tmp_path: Path, harness: Callable[..., Any]):
    for text, label in (("The dam at Hollin held", 1), ("The dam at Hollin burst", 0), ("The dam", None)):
        annotations.add(tmp_path, said(text, label))
    file = tmp_path / "annotations.jsonl"
    ended = harness("metaeval", "--data", file, "--checker", "rules", "--format", "json")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["agreements"][0]["dataset"] == "annotations"
