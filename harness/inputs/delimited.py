"""CSV and its relatives as Excel, Numbers, LibreOffice, pandas and R write them; every cell stays a string."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from itertools import chain
from typing import Final, NamedTuple

from harness.inputs.files import MAX_LINE_BYTES, file_error, open_text
from harness.inputs.json_lines import Row
from harness.inputs.values import RowError, describe

ACCEPTED: Final = "comma-separated rows in UTF-8 under a header"
UNNAMED: Final = "Unnamed: "
"""Prefix of pandas' names for leading columns without one, `Unnamed: 0`; most often they hold row numbers."""

_MARKS: Final = ",;\t|"
_QUOTED: Final = re.compile(r'"(?:[^"]|"")*"')
_SEPARATOR_LINE: Final = re.compile(r'"?sep=(.)"?\s*\Z', re.IGNORECASE)
_MOST_HEADER_LINES: Final = 200
"""A name of a column may have line breaks; a quote that is never closed must not make the whole file a header."""
_SAMPLE_LINES: Final = 20
"""Lines below the header that help where the header alone does not tell the delimiter."""
_SAMPLE_CHARACTERS: Final = 1 << 20


class _Header(NamedTuple):
    names: tuple[str, ...]
    """One for each column; empty for a column without a name."""
    needed: int
    """Cells that each row must have: up to the last column with a name."""


def csv_rows(path: str) -> Iterator[Row]:
    """Yield the rows of a delimited file with a header, an empty cell as null; `line` is where the row begins.

    A first line `sep=;` names the delimiter; otherwise it is the comma, semicolon, tab or bar that the header uses.
    Blank lines and rows of empty cells are skipped. Raises DataError where the file has no usable header or no rows.
    """
    csv.field_size_limit(MAX_LINE_BYTES)
    with open_text(path, ACCEPTED) as handle:
        # Bytes that are not UTF-8 become half surrogates, and then a mistake of their row.
        text = TextIOWrapper(handle, encoding="utf-8-sig", errors="surrogateescape", newline="")
        lines = _Lines(text)
        try:
            mark, before, head = _read_beginning(lines)
            sample = list(_sample(lines))
            mark = mark or _delimiter(head, [line for line in sample if isinstance(line, str)], path)
            spaced = _is_spaced("".join(head), mark)
            ahead = map(_raise_error, sample)
            reader = csv.reader(chain(head, ahead, lines), delimiter=mark, strict=True, skipinitialspace=spaced)
            header = _header(next(reader, []), path)
        except csv.Error as error:
            raise file_error(path, f"the header is not CSV: {error}", ACCEPTED) from None
        rows = 0
        while True:
            begins = before + reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                break
            except csv.Error as error:
                rows += 1
                yield Row(path, begins, RowError("", f"not CSV: {_in_our_words(error)}; accepted: {ACCEPTED}"))
                continue
            if any(cell.strip() for cell in cells):
                rows += 1
                yield Row(path, begins, _row_value(cells, header))
    if not rows:
        raise file_error(path, "the file has no rows", ACCEPTED)


def _read_beginning(lines: Iterator[str]) -> tuple[str, int, list[str]]:
    """Read the delimiter of a line `sep=`, count the lines before the header, and read the header's lines."""
    mark = ""
    before = 0
    head: list[str] = []
    for line in lines:
        separator = _SEPARATOR_LINE.match(line) if not head and not mark else None
        if separator:
            mark = separator[1]
            before += 1
        elif not head and not line.strip(_MARKS + '\r\n "' + mark):
            before += 1
        else:
            head.append(line)
            if "".join(head).count('"') % 2 == 0 or len(head) == _MOST_HEADER_LINES:
                break
    return mark, before, head


def _sample(lines: Iterator[str]) -> Iterator[str | csv.Error]:
    """Yield a few short lines below the header, and an error in place of a line that is too long."""
    characters = 0
    for _ in range(_SAMPLE_LINES):
        try:
            line = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            yield error
            return
        yield line
        characters += len(line)
        if characters > _SAMPLE_CHARACTERS:
            return


def _raise_error(line: str | csv.Error) -> str:
    if isinstance(line, csv.Error):
        raise line
    return line


def _delimiter(head: Sequence[str], sample: Sequence[str], path: str) -> str:
    """Find the delimiter in the header; where it has several candidates, take the one that fits the rows."""
    outside = _QUOTED.sub("", "".join(head))
    candidates = sorted((mark for mark in _MARKS if mark in outside), key=outside.count, reverse=True)
    if path.lower().removesuffix(".gz").endswith((".tsv", ".tab")) and "\t" in candidates:
        return "\t"
    for mark in candidates if len(candidates) > 1 else ():
        if _fits(head, sample, mark):
            return mark
    return candidates[0] if candidates else ","


def _fits(head: Sequence[str], sample: Sequence[str], mark: str) -> bool:
    """Tell whether each complete row of the sample has as many cells as the header."""
    try:
        columns, *rows = csv.reader(chain(head, sample), delimiter=mark)
    except csv.Error:
        return False
    complete = rows[:-1] or rows  # the sample may end within a row
    return all(len(row) == len(columns) for row in complete if row)


def _is_spaced(head: str, mark: str) -> bool:
    """Tell whether a blank follows each delimiter of the header: then a quote after a blank opens a cell, too."""
    outside = _QUOTED.sub("", head)
    return mark not in "\t " and mark in outside and outside.count(mark) == outside.count(f"{mark} ")


def _header(cells: Sequence[str], path: str) -> _Header:
    """Return the names of the columns, stripped. Raises DataError where they do not tell columns apart."""
    names = [cell.strip() for cell in cells]
    named = [at for at, name in enumerate(names) if name]
    if not named:
        raise file_error(path, "the header names no column", ACCEPTED)
    for at in range(named[0]):
        names[at] = f"{UNNAMED}{at}"
    twice = [name for name, many in Counter(names).items() if name and many > 1]
    if twice:
        shown = ", ".join(names[:20])
        message = f"names of columns stand twice: {', '.join(twice[:5])}"
        raise file_error(path, message, f"{ACCEPTED} of names that differ", shown)
    return _Header(tuple(names), named[-1] + 1)


def _in_our_words(error: csv.Error) -> str:
    if str(error) == "unexpected end of data":
        return "a quote that is opened here is never closed, so that everything from here to the end is one cell"
    return str(error)


def _row_value(cells: Sequence[str], header: _Header) -> dict[str, str | None] | RowError:
    """Return a row's cells by column name, or the reason why it cannot be read."""
    names, needed = header
    count = len(cells)
    while count > len(names) and not cells[count - 1].strip():
        count -= 1
    if not needed <= count <= len(names):
        accepted = f"{needed}, one for each column of the header"
        hint = "" if count < needed else "; a cell with the delimiter or a line break in it stands in quotes"
        if len(names) == 1:
            hint = f"{hint}, and the first line names the columns: no title stands above them" if hint else ""
        return RowError("", f"found {count} cells; accepted: {accepted}{hint}")
    for at in range(count):
        if not names[at] and cells[at].strip():
            accepted = "a name in the header, or quotes around a cell that has the delimiter in it"
            return RowError("", f"column {at + 1} has no name; found {describe(cells[at])}; accepted: {accepted}")
    return {name: cell or None for name, cell in zip(names, cells, strict=False) if name}


class _Lines:
    """Iterator over the lines of a text; a line that is too long is never held in memory and raises csv.Error."""

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
