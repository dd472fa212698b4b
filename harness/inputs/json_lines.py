"""JSON and JSON Lines, read strictly and within bounds; a line that cannot be read is reported and skipped."""

import json
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from harness.errors import DataError, Problem
from harness.inputs.files import HEAD_BYTES, MAX_LINE_BYTES, ByteReader, file_error, open_text
from harness.inputs.values import RowError, describe

ONE_A_LINE: Final = "one JSON object a line (JSON Lines)"
MAX_VALUES: Final = 4_000_000
"""Commas and brackets of one JSON text, since its values may need twenty times the memory of the text."""

MAX_DOCUMENT_BYTES: Final = 256 * 1024 * 1024
"""Largest JSON text that is read whole; a larger one has to be JSON Lines."""

_BOM = b"\xef\xbb\xbf"


class Row(NamedTuple):
    """One row of a file before it is a cluster: its place, and its value or the RowError met in reading it."""

    where: str
    line: int
    value: object


def json_lines(path: str, *, constants: bool = False) -> Iterator[Row]:
    """Yield the value of each line that is not blank, or the RowError met in reading it.

    A line longer than MAX_LINE_BYTES is never read whole. `constants` allows NaN and Infinity. Raises DataError where
    the file as a whole cannot be read or holds no line.
    """
    rows = 0
    with open_text(path, ONE_A_LINE) as handle:
        for number, line in _lines(handle):
            rows += 1
            value = line if isinstance(line, RowError) else _value(line, constants=constants)
            if rows == 1 and not isinstance(line, RowError):
                _refuse_whole_document(line, value, handle, path)
            yield Row(path, number, value)
    if not rows:
        raise file_error(path, "the file has no rows", ONE_A_LINE)


def _lines(handle: ByteReader) -> Iterator[tuple[int, bytes | RowError]]:
    number = 0
    while line := handle.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = handle.readline(1 << 20)
            yield number, RowError("", f"a line longer than {MAX_LINE_BYTES:,} bytes; accepted: {ONE_A_LINE}")
            continue
        # Files that were put together from several have byte order marks inside, too.
        line = line.removeprefix(_BOM).strip()
        if line:
            yield number, line


def _value(line: bytes, *, constants: bool) -> object:
    """Return the value of one line, or a RowError."""
    try:
        return decode_json(line.decode(), ONE_A_LINE, constants=constants)
    except UnicodeDecodeError as error:
        byte = line[error.start]
        return RowError("", f"the byte 0x{byte:02x} at byte {error.start + 1} is not UTF-8; accepted: UTF-8 text")
    except RowError as error:
        return error


def json_document(path: str, accepted: str, *, by_row: bool = False, constants: bool = False) -> object:
    """Read a file that is one JSON text; `constants` allows NaN and Infinity.

    Raises DataError where it is none, or is larger than MAX_DOCUMENT_BYTES, and for half a surrogate pair, unless
    `by_row`: then a bad text is a matter for whoever reads the rows.
    """
    with open_text(path, accepted) as handle:
        document = handle.read(MAX_DOCUMENT_BYTES + 1)
    if len(document) > MAX_DOCUMENT_BYTES:
        raise file_error(path, f"larger than {MAX_DOCUMENT_BYTES:,} bytes", accepted)
    try:
        value = decode_json(document.decode("utf-8-sig"), constants=constants)
        if not by_row:
            json.dumps(value, ensure_ascii=False).encode()
    except RowError as error:
        # A reason that says what is accepted in its place says all there is to say.
        elsewhere = "" if "accepted:" in error.reason else accepted
        raise DataError([Problem(error.reason, path, path=error.path, accepted=elsewhere)]) from None
    except UnicodeDecodeError as error:
        line = document.count(b"\n", 0, error.start) + 1
        raise DataError([Problem("not UTF-8", path, line, found=f"0x{document[error.start]:02x}")]) from None
    except UnicodeEncodeError as error:
        half = f"\\u{ord(error.object[error.start]):04x}"
        raise file_error(path, f"half a surrogate pair ({half}) in a text", "whole characters") from None
    return value


def decode_json(text: str, accepted: str = "", *, constants: bool = False) -> object:
    """Read a JSON text in which no key appears twice and every number is finite, unless `constants`.

    Raises RowError for anything else, also for what Python's own reader lets pass.
    """
    if sum(map(text.count, ",[{")) > MAX_VALUES:
        raise RowError("", f"more than {MAX_VALUES:,} commas and brackets; accepted: a row of ordinary size")
    try:
        return (_LENIENT if constants else DECODER).decode(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, " if error.lineno > 1 else ""
        reason = f"not JSON: {error.msg} ({place}character {error.colno})"
        raise RowError("", f"{reason}; accepted: {accepted}" if accepted else reason) from None
    except RecursionError:
        raise RowError("", "nested too deeply to be read") from None
    except ValueError:  # Python refuses to read a whole number of thousands of digits
        raise RowError("", "a number with more digits than can be read; accepted: ordinary numbers") from None


def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    built = dict(pairs)
    if len(built) != len(pairs):
        twice = next(name for name, many in Counter(name for name, _ in pairs).items() if many > 1)
        raise RowError(twice[:80].encode(errors="replace").decode(), "stands twice in one object; accepted: once")
    return built


def _refuse_constant(text: str) -> float:
    raise RowError("", f"found {text}, which is not JSON; accepted: finite numbers or null")


def _finite_float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise RowError("", f"the number {text[:40]} is too large; accepted: finite numbers or null")
    return value


DECODER = json.JSONDecoder(object_pairs_hook=_build_object, parse_constant=_refuse_constant, parse_float=_finite_float)
"""Raises RowError for a key that stands twice in one object and for numbers that are not finite."""
_LENIENT = json.JSONDecoder(object_pairs_hook=_build_object)


def _refuse_whole_document(line: bytes, value: object, handle: ByteReader, path: str) -> None:
    """Raise DataError where the first line shows that the file is one JSON document, not one a line."""
    more = bool(handle.peek(HEAD_BYTES)[:HEAD_BYTES].strip())
    if line.startswith(b"[") and (isinstance(value, RowError) or not more):
        message, advice = "the file is one JSON array", "[print(json.dumps(row)) for row in json.load(open(0))]"
    elif line == b"{":
        message, advice = "the file is one JSON object over several lines", "print(json.dumps(json.load(open(0))))"
    elif isinstance(value, RowError) and b"}\r{" in line:
        how = f"{ONE_A_LINE}, each ended by a line feed; convert it with: tr '\\r' '\\n' < {path} > lines.jsonl"
        raise file_error(path, "its lines end in a carriage return alone", how)
    else:
        return
    how = f"{ONE_A_LINE}; convert it with: python -c 'import json; {advice}' < {path} > {Path(path).stem}.jsonl"
    if line.startswith(b"["):
        how = f"the data set `hub`, which reads arrays, or {how}"
    raise file_error(path, message, how, describe(line.decode(errors="replace")))
