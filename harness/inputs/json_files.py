"""JSON files of other programs: one object a line, an array, an object that holds one, and what pandas writes.

The fields that are wanted of the rows tell the shape of a file. Nothing is guessed: where two lists could be the rows,
the user says which.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from harness.inputs.dotted import MISSING, root_keys, value_at
from harness.inputs.files import MAX_LINE_BYTES, ByteReader, file_error, open_text
from harness.inputs.json_lines import ONE_A_LINE, Row, decode_json, json_document, json_lines
from harness.inputs.values import RowError, describe

ACCEPTED: Final = f"{ONE_A_LINE}, an array of objects, or an object that holds one"
_BOM: Final = b"\xef\xbb\xbf"
_DEEPEST: Final = 4
"""Objects within objects in which a list of rows is looked for."""


class Wanted(NamedTuple):
    """Fields that are looked for in each row; they tell the shape of a JSON file."""

    key: str | None = None
    """Path of the field that names a row, never a list; where it is absent, the keys of an object name the rows."""
    others: tuple[str, ...] = ()
    """Paths of further fields."""
    text: str | None = None
    """Path of the field that a plain string is taken for, as in `{"ferry": "Ferry hits reef"}`; None for none."""
    at: str | None = None
    """The dotted path of the list of rows, where the user names one."""
    constants: bool = False
    """True to allow NaN and Infinity, which other programs write beside what is read."""
    is_likely: Callable[[Mapping[str, Any]], bool] = lambda _: False
    """Recognises a row where none has the fields wanted, so that the message is about the right list."""

    @property
    def names(self) -> frozenset[str]:
        """The keys by which a row is recognised."""
        paths = [path for path in (self.key, *self.others) if path]
        return frozenset().union(*map(root_keys, paths))


ANY_ROWS: Final = Wanted()


def json_rows(path: str, wanted: Wanted = ANY_ROWS) -> Iterator[Row]:
    """Yield the rows of a JSON file, numbered by line where each has one, else from 1.

    Raises DataError where the file cannot be read, holds no rows, or holds several lists that could be the rows.
    """
    if wanted.at is None and _is_json_lines(path, constants=wanted.constants):
        yield from json_lines(path, constants=wanted.constants)
        return
    document = json_document(path, ACCEPTED, by_row=True, constants=wanted.constants)
    rows = _rows_of(path, document, wanted)
    if not rows:
        raise file_error(path, "the file has no rows", "at least one row")
    yield from (Row(path, number, value) for number, value in enumerate(rows, start=1))


def _is_json_lines(path: str, *, constants: bool) -> bool:
    """Tell from the first two lines that are not blank whether the file holds one value a line."""
    with open_text(path, ACCEPTED) as handle:
        first, second = _line(handle), _line(handle)
    if not first.startswith((b"[", b"{")):
        return True
    if first.startswith(b"[") or first == b"{":
        return False
    if len(first) > MAX_LINE_BYTES:
        return path.lower().removesuffix(".gz").endswith((".jsonl", ".ndjson"))
    if _is_value(first, constants=constants):
        return bool(second)
    if path.lower().removesuffix(".gz").endswith(".json"):
        return b"}\r{" in first or (second.startswith(b"{") and _is_value(second, constants=True))
    return True


def _line(handle: ByteReader) -> bytes:
    """Read the next line that is not blank; empty at the end, longer than MAX_LINE_BYTES where a line is too long."""
    while line := handle.readline(MAX_LINE_BYTES + 1):
        if line := line.removeprefix(_BOM).strip():
            return line
    return b""


def _is_value(line: bytes, *, constants: bool) -> bool:
    try:
        decode_json(line.decode(), constants=constants)
    except (RowError, UnicodeDecodeError):
        return False
    return True


def _rows_of(path: str, document: object, wanted: Wanted) -> Sequence[object]:
    """Find the rows of a JSON text, whatever shape it has."""
    if wanted.at is not None:
        named = value_at(document, wanted.at)
        if not isinstance(named, list | Mapping):
            found = "nothing" if named is MISSING else describe(named)
            raise file_error(path, f"no list of rows at {wanted.at!r}, which `rows` names", "a list of objects", found)
        document = named
    if isinstance(document, list):
        return document
    if not isinstance(document, Mapping):
        raise file_error(path, "no rows", ACCEPTED, describe(document))
    names = wanted.names
    columns = _columns(document, wanted)
    if columns is not None:
        return columns
    if any(value_at(document, other) is not MISSING for other in wanted.others):
        return [document]
    inner = _by_key(document, wanted)
    if inner is not None:
        return inner
    lists = _lists(document)
    fitting = [at for at, rows in lists.items() if any(_has_any(row, names) for row in rows[:5])]
    if len(fitting) > 1:
        message = "more than one list could be the rows; say which with `rows:`"
        raise file_error(path, message, "one of them", ", ".join(fitting[:5]))
    if lists:
        likely = [
            at
            for at, rows in lists.items()
            if any(isinstance(row, Mapping) and wanted.is_likely(row) for row in rows[:5])
        ]
        return lists[(fitting or likely or [max(lists, key=lambda at: len(lists[at]))])[0]]
    return [document]


def _has_any(row: object, names: frozenset[str]) -> bool:
    return isinstance(row, Mapping) and not names.isdisjoint(row)


def _columns(document: Mapping[str, Any], wanted: Wanted) -> list[object] | None:
    """Turn columns into rows: pandas' `orient="split"`, `"columns"` and `to_dict("list")`."""
    names, data = document.get("columns"), document.get("data")
    if isinstance(names, list) and isinstance(data, list) and all(isinstance(name, str) for name in names):
        return [_zip_row(names, cells) for cells in data]
    key, values = wanted.key, list(document.values())
    if key is None or document.keys().isdisjoint((key, *wanted.others)):
        return None
    if all(isinstance(value, Mapping) and value.keys() == values[0].keys() for value in values):
        rows = ({name: column[row] for name, column in document.items()} for row in values[0])
        return [row if key in document else {**row, key: name} for name, row in zip(values[0], rows, strict=True)]
    if key in document and all(isinstance(value, list) for value in values) and len(set(map(len, values))) == 1:
        return [dict(zip(document, cells, strict=True)) for cells in zip(*values, strict=True)]
    return None


def _zip_row(names: list[str], cells: object) -> object:
    if not isinstance(cells, list) or len(cells) != len(names):
        return RowError("", f"found {describe(cells)}; accepted: a list of {len(names)}, one for each column")
    return dict(zip(names, cells, strict=True))


def _by_key(document: Mapping[str, Any], wanted: Wanted) -> list[object] | None:
    """Return the rows of an object that holds one under each key; a row that names no id is named by its key."""
    values = list(document.values())
    if not values:
        return None
    key, text, names = wanted.key, wanted.text, wanted.names
    if all(_has_any(value, names) for value in values):
        return [
            value if key is None or value_at(value, key) is not MISSING else {**value, key: name}
            for name, value in document.items()
        ]
    if key is not None and text is not None and all(value is None or isinstance(value, str) for value in values):
        return [{key: name, text: value} for name, value in document.items()]
    return None


def _lists(document: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Find the lists of objects nearest to the top, by their dotted paths."""
    level: dict[str, Mapping[str, Any]] = {"": document}
    for _ in range(_DEEPEST):
        lists: dict[str, list[Any]] = {}
        inner: dict[str, Mapping[str, Any]] = {}
        for at, holder in level.items():
            for key, value in holder.items():
                place = f"{at}.{key}" if at else str(key)
                if isinstance(value, list) and value and isinstance(value[0], Mapping):
                    lists[place] = value
                elif isinstance(value, Mapping):
                    inner[place] = value
        if lists:
            return lists
        level = inner
    return {}
