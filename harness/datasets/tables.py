"""Rows from local files in the formats that data sets are published in: CSV, Parquet, JSON and JSON Lines.

They are read here and not through the `datasets` library, which guesses types (an id `0012` becomes 12, a title `NA`
becomes nothing), refuses a folder with two formats, and gives up a whole file for one bad row.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import Final

from harness.errors import DataError, MissingExtraError, Problem
from harness.inputs.files import MAX_LINE_BYTES, located, open_binary, open_text, unreadable
from harness.inputs.json_lines import ONE_A_LINE, Row, json_document, json_lines
from harness.inputs.values import RowError, described

_CSV = "comma-separated rows in UTF-8 under a header"
_JSON = f"{ONE_A_LINE}, or an array of objects"
_SPLIT_WORDS: Mapping[str, frozenset[str]] = {
    "test": frozenset({"test", "testing", "eval", "evaluation"}),
    "validation": frozenset({"validation", "valid", "val", "dev"}),
    "train": frozenset({"train", "training"}),
}
_DESCRIPTIONS = frozenset({"dataset_infos.json", "dataset_info.json", "config.json", "metadata.json"})


def csv_rows(path: str) -> Iterator[Row]:
    """The rows of a CSV file with a header, each cell a string, an empty cell null; the line is where the row begins.

    The delimiter is whichever of comma, semicolon and tab the header has most of.
    """
    csv.field_size_limit(MAX_LINE_BYTES)
    with open_text(path, _CSV) as handle:
        # Bytes that are not UTF-8 become half surrogates, which are refused in the row they stand in.
        text = TextIOWrapper(handle, encoding="utf-8-sig", errors="surrogateescape", newline="")
        lines = _Lines(text)
        try:
            first = next(lines, "")
        except csv.Error as error:
            raise unreadable(path, f"the header is not CSV: {error}", _CSV) from None
        reader = csv.reader(chain([first], lines), delimiter=max(",;\t", key=first.count), strict=True)
        try:
            header = next(reader, [])
        except csv.Error as error:
            raise unreadable(path, f"the header is not CSV: {error}", _CSV) from None
        if len(set(header)) < len(header) or not all(header):
            raise unreadable(path, "names of columns are empty or stand twice", _CSV, ", ".join(header))
        rows = 0
        while True:
            begins = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                break
            except csv.Error as error:
                rows += 1
                yield Row(path, begins, RowError("", f"not CSV: {error}; accepted: {_CSV}"))
                continue
            if not cells:
                continue
            rows += 1
            if len(cells) == len(header):
                yield Row(path, begins, {name: cell or None for name, cell in zip(header, cells, strict=True)})
            else:
                reason = f"found {len(cells)} cells; accepted: {len(header)}, one for each column of the header"
                yield Row(path, begins, RowError("", reason))
    if not rows:
        raise unreadable(path, "the file has no rows", _CSV)


class _Lines:
    """The lines of a text; one that is too long is never held, and is an error of CSV in its place."""

    def __init__(self, text: TextIOWrapper) -> None:
        self._text = text

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._text.readline(MAX_LINE_BYTES + 1)
        if not line:
            raise StopIteration
        if len(line) > MAX_LINE_BYTES and not line.endswith(("\n", "\r")):
            while line and not line.endswith(("\n", "\r")):
                line = self._text.readline(1 << 20)
            raise csv.Error(f"a line longer than {MAX_LINE_BYTES:,} characters")
        return line


def parquet_rows(path: str) -> Iterator[Row]:
    """The rows of a Parquet file, numbered from 1.

    Raises MissingExtraError without pyarrow, DataError where it is not a Parquet file or is damaged.
    """
    try:
        import pyarrow.parquet
    except ImportError:
        raise MissingExtraError("a Parquet file", "pyarrow", "parquet") from None
    accepted = "a whole Parquet file"
    number = 0
    with open_binary(path, accepted) as handle:
        try:
            # Buffered and on one thread: memory stays flat, where reading ahead keeps whole row groups.
            table = pyarrow.parquet.ParquetFile(handle, pre_buffer=False, buffer_size=1 << 20)
            for batch in table.iter_batches(batch_size=64, use_threads=False):
                for value in batch.to_pylist():
                    number += 1
                    yield Row(path, number, value)
        except (pyarrow.ArrowException, OSError) as error:
            message = f"not a Parquet file, or damaged: {str(error).splitlines()[0]}"
            raise DataError([Problem(message, where=path, line=number or None, accepted=accepted)]) from None
    if not number:
        raise unreadable(path, "the file has no rows", "at least one row")


def json_rows(path: str) -> Iterator[Row]:
    """The rows of a JSON file: an array of objects (numbered from 1), or one object a line."""
    with open_text(path, _JSON) as handle:
        is_array = handle.peek(64)[:64].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"[")
    if not is_array:
        yield from json_lines(path)
        return
    values = json_document(path, _JSON, by_row=True)
    if not isinstance(values, list) or not values:
        raise unreadable(path, f"found {described(values)}", "at least one row")
    yield from (Row(path, number, value) for number, value in enumerate(values, start=1))


READERS: Mapping[str, Callable[[str], Iterator[Row]]] = {
    ".csv": csv_rows,
    ".tsv": csv_rows,
    ".parquet": parquet_rows,
    ".json": json_rows,
    ".jsonl": json_rows,
    ".ndjson": json_rows,
}
FORMATS: Final = "CSV (.csv, .tsv), Parquet (.parquet), JSON (.json, .jsonl, .ndjson); CSV and JSON also as .gz"


def format_of(path: str) -> str:
    """The ending that tells how a file is read, or an empty string for a format that is not."""
    name = path.lower()
    ending = Path(name.removesuffix(".gz")).suffix
    if ending not in READERS or (ending == ".parquet" and name.endswith(".gz")):
        return ""
    return ending


def file_rows(path: str) -> Iterator[Row]:
    """The rows of one file, by its ending. Raises DataError for an ending that is not known."""
    ending = format_of(path)
    if not ending:
        raise unreadable(path, "the ending does not tell the format", FORMATS)
    return READERS[ending](path)


def split_files(folder: str, split: str | None) -> list[str]:
    """The files of one split in a folder, sorted by path; splits are told by the names of files, or of their folders.

    Without a split: test where there is one, else the only one there is. Where no name tells a split, all files are
    one, called train, as the `datasets` library has it.
    Raises DataError where there is no such split, or where its files are of several formats.
    """
    top = located(folder)
    by_split: dict[str, list[str]] = {}
    for path in sorted(top.rglob("*")):
        within = path.relative_to(top)
        hidden = any(part.startswith((".", "__")) for part in within.parts)
        if not hidden and format_of(path.name) and path.name not in _DESCRIPTIONS and path.is_file():
            by_split.setdefault(_split_of(within, split or ""), []).append(str(Path(folder) / within))
    if not by_split:
        raise unreadable(folder, "the folder has no file that can be read", FORMATS)
    unnamed = by_split.pop("", [])
    files = by_split[choose_split(folder, split, sorted(by_split))] if by_split else unnamed
    if not by_split:
        choose_split(folder, split, ["train"])
    if len({format_of(file) for file in files}) > 1:
        found = ", ".join(Path(file).name for file in files[:5])
        raise unreadable(folder, "files of several formats may hold the same rows", "the name of one as path", found)
    return files


def choose_split(where: str, split: str | None, available: list[str]) -> str:
    """The split that is asked for, else test, else the only one. Raises DataError where that is none of `available`."""
    wanted = split or ("test" if "test" in available else available[0] if len(available) == 1 else "")
    for name in (wanted, canonical_split(wanted)):
        if name in available:
            return name
    message = f"there is no split {split!r}" if split else "there is no split `test`; say which to read with `split:`"
    raise unreadable(where, message, ", ".join(available) or "a set with rows")


def canonical_split(name: str) -> str:
    """`validation` for `dev`, and so on; a name that stands for no usual split is left as it is."""
    return next((split for split, words in _SPLIT_WORDS.items() if name.lower() in words), name)


def _split_of(relative: Path, wanted: str) -> str:
    """The split that a path names, innermost part and last word first, or an empty string."""
    for part in reversed(relative.parts):
        words = re.split(r"[^a-z0-9]+", part.lower())
        if wanted.lower() in words and canonical_split(wanted) not in _SPLIT_WORDS:
            return wanted
        for word in reversed(words):
            if (name := canonical_split(word)) in _SPLIT_WORDS:
                return name
    return ""
