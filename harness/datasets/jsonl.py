"""Clusters from a JSON Lines file: one object a line, read as a stream."""

import gzip
import json
import math
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Any, ClassVar, Final

from pydantic import Field, model_validator

from harness.datasets.base import Dataset
from harness.datasets.fields import FieldMap, RowError, RowReader, clusters, described
from harness.errors import DataError, Problem, nearest_name
from harness.records import Cluster, RowProblem

MAX_LINE_BYTES: Final = 64 * 1024 * 1024
"""A longer line is one problem and is passed over in pieces, so that no file can fill the memory."""

_BOM = b"\xef\xbb\xbf"
_HEAD_BYTES = 4096
_ONE_A_LINE = "one JSON object a line (JSON Lines)"
_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a zip archive", "unpack it and name the file inside"),
    (b"\x1f\x8b", "a gzip file", "give its name the ending .gz, or unpack it"),
    (b"BZh", "a bzip2 file", "unpack it"),
    (b"\xfd7zXZ", "an xz file", "unpack it"),
    (b"\x28\xb5\x2f\xfd", "a zstandard file", "unpack it"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it and name the file inside"),
    (b"PAR1", "a Parquet file", "read it with the data set `hub: {path: …}`"),
    (b"%PDF", "a PDF", _ONE_A_LINE),
    (b"SQLite format 3", "an SQLite database", _ONE_A_LINE),
)


class Jsonl(Dataset):
    """Article clusters from a JSON Lines file, one cluster a line; a .gz file is unpacked while reading."""

    name: ClassVar[str] = "jsonl"
    positional: ClassVar[str | None] = "path"

    path: str = Field(min_length=1, description="The file, relative to the working directory.")
    fields: FieldMap = Field(default=FieldMap(), description="Where rows of another shape keep what a cluster needs.")
    separator: str | None = Field(
        default=None, min_length=1, description="What stands between articles where one string holds them all."
    )

    @model_validator(mode="after")
    def _split_articles_have_no_fields(self) -> "Jsonl":
        check_separator(self.fields, self.separator)
        return self

    def read(self) -> Iterator[Cluster | RowProblem]:
        """Clusters in the order of the file; memory stays flat but for the ids seen.

        Raises DataError where the file is missing, empty, not UTF-8 text or one JSON array.
        """
        return clusters(json_lines(self.path), RowReader(self.fields, self.separator), self.path)

    def problems(self) -> Iterable[Problem]:
        """What the first few kilobytes give away: no such file, a folder, an archive, another encoding, nothing."""
        try:
            with open_lines(self.path):
                return ()
        except DataError as error:
            return error.problems


def check_separator(fields: FieldMap, separator: str | None) -> None:
    """Raises ValueError where articles split from one string are mapped to fields of their own."""
    mapped = [name for name in ("article_id", "title", "source", "date", "url") if fields.is_mapped(name)]
    if separator is not None and mapped:
        raise ValueError(
            f"articles that `separator` splits from one string have no {' or '.join(mapped)} of their own: "
            f"leave {'it' if len(mapped) == 1 else 'them'} out of `fields`"
        )


def json_lines(path: str) -> Iterator[tuple[int, object]]:
    """Line number and value (or RowError) of each line that is not blank.

    Raises DataError where the file as a whole cannot be read or holds no line.
    """
    rows = 0
    with open_lines(path) as handle:
        for number, line in _lines(handle, path):
            rows += 1
            value = line if isinstance(line, RowError) else _value(line)
            if rows == 1 and not isinstance(line, RowError):
                _refuse_whole_document(line, value, handle, path)
            yield number, value
    if not rows:
        raise DataError([Problem("the file has no rows", where=path, accepted=_ONE_A_LINE)])


@contextmanager
def open_lines(path: str) -> Iterator[BufferedReader | gzip.GzipFile]:
    """The file opened for reading bytes, after a look at its beginning.

    Raises DataError where it is missing, a folder, not readable, empty, or plainly not UTF-8 text.
    """
    file = Path(path).expanduser()
    try:
        # Closed by the `with` below; two of them, as a gzip reader does not close the file under it.
        with file.open("rb") as raw:
            packed = path.endswith(".gz")
            if packed and raw.peek(2)[:2] != b"\x1f\x8b":
                raise _unreadable(path, "the name ends with .gz, but it is not a gzip file", "gzip, or another name")
            handle = gzip.GzipFile(fileobj=raw) if packed else raw
            with handle:
                _refuse_other_kinds(handle.peek(_HEAD_BYTES)[:_HEAD_BYTES], path)
                yield handle
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _unreadable(path, f"the gzip file is damaged: {error}", "a whole one") from None
    except FileNotFoundError:
        raise DataError([missing_file(path)]) from None
    except IsADirectoryError:
        raise _unreadable(path, "it is a folder", "a file, for instance one of those in it", _files_in(file)) from None
    except OSError as error:
        raise _unreadable(path, f"it cannot be read: {error.strerror or error}", "a readable file") from None


def missing_file(path: str) -> Problem:
    """The problem of a file that does not exist, with the nearest name beside it, or the folder that is missing."""
    file = Path(path).expanduser()
    parent = file.parent
    if not parent.is_dir():
        while not parent.parent.is_dir():
            parent = parent.parent
        return Problem(f"no such file: there is no folder {parent}", where=path)
    try:
        near = nearest_name(file.name, [entry.name for entry in parent.iterdir()])
    except OSError:
        near = ""
    return Problem("no such file", where=path, nearest=str(Path(path).parent / near) if near else "")


def _files_in(folder: Path) -> str:
    try:
        names = sorted(entry.name for entry in folder.iterdir() if ".json" in entry.name)
    except OSError:
        names = []
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")


def _unreadable(path: str, message: str, accepted: str, found: str = "") -> DataError:
    return DataError([Problem(message, where=path, found=found, accepted=accepted)])


def _refuse_other_kinds(head: bytes, path: str) -> None:
    if not head:
        raise DataError([Problem("the file is empty", where=path, accepted=_ONE_A_LINE)])
    for signature, what, advice in _SIGNATURES:
        if head.startswith(signature):
            raise _unreadable(path, f"not text: it looks like {what}", advice)
    encoding = ""
    if head.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        encoding = "UTF-32"
    elif head.startswith((b"\xff\xfe", b"\xfe\xff")) or head[:2] in (b"{\0", b"\0{", b"[\0", b"\0["):
        encoding = "UTF-16"
    if encoding:
        advice = f"UTF-8; convert it with: iconv -f {encoding} -t UTF-8 {path} > utf8.jsonl"
        raise _unreadable(path, f"the file is written in {encoding}", advice)
    if b"\0" in head:
        raise _unreadable(path, "not text: it has NUL bytes", _ONE_A_LINE)


def _lines(handle: BufferedReader | gzip.GzipFile, path: str) -> Iterator[tuple[int, bytes | RowError]]:
    number = 0
    try:
        while line := handle.readline(MAX_LINE_BYTES + 1):
            number += 1
            if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
                while line and not line.endswith(b"\n"):
                    line = handle.readline(1 << 20)
                reason = f"a line longer than {MAX_LINE_BYTES:,} bytes; accepted: {_ONE_A_LINE}"
                yield number, RowError("", reason)
                continue
            # A byte order mark also stands inside files that were put together from several.
            line = line.removeprefix(_BOM).strip()
            if line:
                yield number, line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(
            [Problem(f"the gzip file is damaged after this line: {error}", where=path, line=number or None)]
        ) from None


def _value(line: bytes) -> object:
    """The value of one line, or a RowError."""
    try:
        return _DECODER.decode(line.decode())
    except UnicodeDecodeError as error:
        byte = line[error.start]
        return RowError("", f"the byte 0x{byte:02x} at byte {error.start + 1} is not UTF-8; accepted: UTF-8 text")
    except json.JSONDecodeError as error:
        return RowError("", f"not JSON: {error.msg} (character {error.colno}); accepted: {_ONE_A_LINE}")
    except RecursionError:
        return RowError("", "nested too deeply to be read; accepted: an object with an id and articles")
    except RowError as error:
        return error
    except ValueError:  # Python refuses to read a whole number of thousands of digits
        return RowError("", "a number with more digits than can be read; accepted: ordinary numbers")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise RowError(twice[:80].encode(errors="replace").decode(), "stands twice in one object; accepted: once")
    return found


def _constant(text: str) -> float:
    raise RowError("", f"found {text}, which is not JSON; accepted: finite numbers or null")


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise RowError("", f"the number {text[:40]} is too large; accepted: finite numbers or null")
    return value


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)


def _refuse_whole_document(line: bytes, value: object, handle: BufferedReader | gzip.GzipFile, path: str) -> None:
    """Raises DataError where the first line shows that the file is one JSON document, not one a line."""
    more = bool(handle.peek(_HEAD_BYTES)[:_HEAD_BYTES].strip())
    if line.startswith(b"[") and (isinstance(value, RowError) or not more):
        message, advice = "the file is one JSON array", "[print(json.dumps(row)) for row in json.load(open(0))]"
    elif line == b"{":
        message, advice = "the file is one JSON object over several lines", "print(json.dumps(json.load(open(0))))"
    else:
        return
    how = f"{_ONE_A_LINE}; convert it with: python -c 'import json; {advice}' < {path} > {Path(path).stem}.jsonl"
    raise DataError([Problem(message, where=path, found=described(line.decode(errors="replace")), accepted=how)])
