"""Lines with an id, found in the bytes of a file."""

import io
import json
import random

import pytest

from harness.inputs import line_search
from harness.inputs.line_search import lines_with

IDS = [
    "a",
    "a b",
    "ä",
    "👩‍🚒",
    'quo"te',
    "back\\slash",
    "tab\tend",
    "12",
    "-3",
    "a.*",
    "",
    "\u202e",
    "line\nfeed",
    "/",
    "\x1f",
]


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("spaces", [(",", ":"), (", ", ": ")])
def test_every_line_with_the_id_is_found_as_a_reader_finds_it(ascii_only: bool, spaces: tuple[str, str]):
    draws = random.Random(5)
    rows = [{"id": draws.choice(IDS), "text": draws.choice(IDS), "at": at} for at in range(300)]
    lines = [json.dumps(row, ensure_ascii=ascii_only, separators=spaces).encode() + b"\n" for row in rows]
    for wanted in IDS:
        expected = [line for line, row in zip(lines, rows, strict=True) if wanted in (row["id"], row["text"])]
        found = list(lines_with(io.BufferedReader(io.BytesIO(b"".join(lines))), wanted))
        assert [line for line in found if wanted in list(json.loads(line).values())[:2]] == expected


def test_a_number_is_an_id_too():
    lines = b'{"id": 12, "n": 3}\n{"id":12}\n{"id": 120}\n{"id": -12}\n{"id": "12"}\n'
    found = list(lines_with(io.BufferedReader(io.BytesIO(lines)), "12"))
    assert found == [b'{"id": 12, "n": 3}\n', b'{"id":12}\n', b'{"id": "12"}\n']


@pytest.mark.parametrize("chunk", [1, 2, 7, 64])
def test_a_line_over_the_edge_of_a_chunk_is_whole(chunk: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(line_search, "CHUNK_BYTES", chunk)
    lines = [json.dumps({"id": f"c{at % 5}", "text": "x" * at}).encode() + b"\n" for at in range(40)]
    stream = io.BufferedReader(io.BytesIO(b"".join(lines) + b'{"id": "c3", "half'))
    expected = [line for line in lines if b'"c3"' in line]
    assert list(lines_with(stream, "c3")) == [*expected, b'{"id": "c3", "half']


def test_an_id_that_stands_twice_in_a_line_is_one_line():
    assert len(list(lines_with(io.BufferedReader(io.BytesIO(b'{"a": "x", "b": "x"}\n')), "x"))) == 1
