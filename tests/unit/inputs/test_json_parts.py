"""A JSON text that is read part by part is what it is when it is read whole, and its mistakes have their lines."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.errors import DataError
from harness.inputs import json_parts
from harness.inputs.json_parts import JsonParts

VALUE = {
    "a": [1, -2.5e3, True, None, 'ä \U0001f600 \\u00e9 "quoted" , ] }'],
    "empty": {},
    "none": [],
    "deep": {"x": {"y": [[1], {"z": "…"}]}},
    "last": 12345,
}


def _walk(parts: JsonParts) -> Any:
    opening = parts.next_character()
    if opening == "{":
        return {key: _walk(parts) for key in parts.members()}
    if opening == "[":
        return [_walk(parts) for _ in parts.elements()]
    return parts.value()


def _read(content: bytes, folder: Path, how: Callable[[JsonParts], Any] = _walk) -> Any:
    (folder / "x.json").write_bytes(content)
    with json_parts.json_parts(str(folder / "x.json"), "a text") as parts:
        found = how(parts)
        parts.end()
    return found


@pytest.mark.parametrize("piece", [1, 2, 7, 1 << 18])
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("escaped", [True, False])
def test_parts_are_what_the_whole_is(
    piece: int, indent: int | None, escaped: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(json_parts, "PIECE", piece)
    content = json.dumps(VALUE, indent=indent, ensure_ascii=escaped).encode("utf-8-sig")
    assert _read(content, tmp_path) == VALUE
    assert _read(content, tmp_path, JsonParts.value) == VALUE
    assert _read(content, tmp_path, JsonParts.pass_over) is None
    assert _read(content, tmp_path, lambda parts: parts.pass_over(1)) is None


@pytest.mark.parametrize("piece", [1, 5, 1 << 18])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"a": 1\n, "b" 2}', r"Expecting ':' \(line 2, character 7\)"),
        (b'{"a": 1\n\n "b": 2}', r"Expecting ',' \(line 3, character 2\)"),
        (b'{"a": [1, 2,]}', r"Expecting value \(character 13\)"),
        (b'{"a": 1,\n}', r"property name enclosed in double quotes \(line 2, character 1\)"),
        (b'{"a": "x', r"Unterminated string starting at \(character 7\)"),
        (b'{"a": 1} {', r"Extra data \(character 10\)"),
        (b'{"a": NaN}', "found NaN, which is not JSON"),
        (b'{"a": 1e999}', "the number 1e999 is too large"),
        (b'{"a":\n"\\ud83d"}', r"half a surrogate pair \(\\ud83d\)"),
        (b'{"a":\n"\xff"}', r"x\.json:2: not UTF-8; found 0xff"),
        (b'{"a":\n"\xe2\x82"}', r"x\.json:2: not UTF-8; found 0xe2"),
        (b'{"a": ' + b"9" * 5000 + b"}", "more digits than can be read"),
    ],
)
def test_a_mistake_is_named_with_its_place(
    content: bytes, said: str, piece: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(json_parts, "PIECE", piece)
    with pytest.raises(DataError, match=said):
        _read(content, tmp_path)


def test_a_value_that_is_read_as_one_has_a_largest_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(json_parts, "PIECE", 64)
    monkeypatch.setattr(json_parts, "MAX_PART", 1000)
    assert len(_read(json.dumps([["x" * 50] * 10] * 10).encode(), tmp_path)) == 10
    with pytest.raises(DataError, match="a value larger than 1,000 characters"):
        _read(json.dumps(["x" * 5000]).encode(), tmp_path)
    with pytest.raises(DataError, match="stands twice in one object"):
        _read(b'[{"b": {"a": 1, "a": 2}}]', tmp_path, JsonParts.value)
