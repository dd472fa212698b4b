"""One cluster of a data set, found by its id: the one that reading from the beginning finds."""

import gzip
import json
from pathlib import Path

import pytest

from harness.datasets.base import Dataset
from harness.datasets.fields import FieldMap
from harness.datasets.jsonl import Jsonl
from harness.errors import DataError

ROWS = [
    {"id": "one", "articles": ["two stands here", '"two"'], "references": ["two"]},
    {"id": 12, "articles": ["A text."]},
    {"id": "two", "articles": ["The first of that id."]},
    {"id": "two", "articles": ["The second of that id."]},
    {"id": "ä\t👩‍🚒", "articles": ["Signs."]},
]


@pytest.mark.parametrize("ending", [".jsonl", ".jsonl.gz"])
@pytest.mark.parametrize("fields", [FieldMap(), FieldMap(id=None)])
def test_found_is_what_reading_finds(tmp_path: Path, ending: str, fields: FieldMap):
    text = "\ufeff" + "".join(f"{json.dumps(row)}\n\n" for row in ROWS) + "{not json\n"
    file = tmp_path / f"clusters{ending}"
    file.write_bytes(gzip.compress(text.encode()) if ending.endswith("gz") else text.encode())
    data = Jsonl(path=str(file), fields=fields)
    for wanted in ("one", "12", "two", "ä\t👩‍🚒", "row-000003", "none", "A text."):
        assert data.find(wanted) == Dataset.find(data, wanted)
    assert (data.find("two") is None) == (fields.id is None)


def test_a_missing_file_is_told(tmp_path: Path):
    with pytest.raises(DataError, match="no such file"):
        Jsonl(path=str(tmp_path / "none.jsonl")).find("one")
