import json
from pathlib import Path

import pytest

from harness.errors import StoreError
from harness.stores.parts import Part, Stored, cut, decode, encode, matching

PART = Part(name="part-000001-0a1b2c3d.jsonl", rows=1, bytes=3, sha256="0" * 64)
MANIFEST = '{\n  "name": "é “x”",\n  "share": 0.1\n}\n'


def stored(**files: tuple[Part, ...]) -> Stored:
    return Stored(
        format=1, writer="here", sent=3, files={name.replace("_", "."): parts for name, parts in files.items()}
    )


def test_a_manifest_comes_back_to_the_byte_and_is_json_in_between():
    written = encode(MANIFEST, stored(predictions_jsonl=(PART,)))
    assert json.loads(written)["name"] == "é “x”"
    found = decode(written, "v1", "s3://news/run")
    assert found.manifest == MANIFEST
    assert found.files == {"predictions.jsonl": (PART,)}


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", ".lock", "a/b", "manifest.json", "X.JSONL"])
def test_a_store_names_no_file_outside_a_run(name: str):
    written = encode(MANIFEST, Stored(format=1, writer="here", sent=1, files={name: (PART,)}))
    with pytest.raises(StoreError, match="it names a file"):
        decode(written, "", "s3://news/run/manifest.json")


@pytest.mark.parametrize(
    "name", ["../part-000001-0a1b2c3d.jsonl", "part-1-0a1b2c3d.jsonl", "part-000001-0a1b2c3d.jsonl/x"]
)
def test_a_store_names_no_part_outside_a_file(name: str):
    value = json.loads(encode(MANIFEST, stored(predictions_jsonl=(PART,))))
    value["store"]["files"]["predictions.jsonl"][0]["name"] = name
    text = encode(MANIFEST, stored(predictions_jsonl=(PART,))).decode().replace(PART.name, name)
    with pytest.raises(StoreError, match="not the manifest of a run in a store"):
        decode(text.encode(), "", "s3://news/run/manifest.json")


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", MANIFEST.encode(), b"[1]"])
def test_what_is_no_manifest_of_a_store_is_said_to_be_none(data: bytes):
    with pytest.raises(StoreError, match="not the manifest of a run in a store"):
        decode(data, "", "s3://news/run/manifest.json")


def test_parts_end_with_lines_and_half_a_line_is_left_out(tmp_path: Path):
    file = tmp_path / "rows.jsonl"
    file.write_bytes(b"aaa\nbbb\n" + b"c" * 20 + b"\nddd\nee")
    # Eight bytes hold two lines; a line that is longer than a part is one by itself; `ee` is still being written.
    assert list(cut(file, 0, most=9)) == [b"aaa\nbbb\n", b"c" * 20 + b"\n", b"ddd\n"]
    assert list(cut(file, 4, most=9)) == [b"bbb\n", b"c" * 20 + b"\n", b"ddd\n"]


def test_a_table_is_taken_whole(tmp_path: Path):
    file = tmp_path / "table.md"
    file.write_bytes(b"no end of line")
    assert b"".join(cut(file, 0, most=4)) == b"no end of line"


def test_only_parts_that_a_file_begins_with_are_counted(tmp_path: Path):
    import hashlib

    file = tmp_path / "rows.jsonl"
    pieces = [b"a\n", b"b\n", b"c\n"]
    parts = [
        Part(name=PART.name, rows=1, bytes=2, sha256=hashlib.sha256(piece).hexdigest(), version="") for piece in pieces
    ]
    assert matching(file, parts) == 0
    file.write_bytes(b"a\nb\nX\n")
    assert matching(file, parts) == 2
