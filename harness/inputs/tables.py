"""Rows from files of the formats that people keep data and predictions in: CSV, Parquet, JSON and JSON Lines.

They are read here and not through the `datasets` library or pandas, which guess types (an id `0012` becomes 12, a title
`NA` becomes nothing), and give up a whole file for one bad row.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from harness.inputs.delimited import csv_rows
from harness.inputs.files import file_error
from harness.inputs.json_files import ANY_ROWS, Wanted, json_rows
from harness.inputs.json_lines import Row
from harness.inputs.parquet import parquet_rows

READERS: Final[Mapping[str, Callable[[str, Wanted], Iterator[Row]]]] = {
    ".csv": lambda path, _: csv_rows(path),
    ".tsv": lambda path, _: csv_rows(path),
    ".tab": lambda path, _: csv_rows(path),
    ".parquet": lambda path, _: parquet_rows(path),
    ".json": json_rows,
    ".jsonl": json_rows,
    ".ndjson": json_rows,
}
FORMATS: Final = "CSV (.csv, .tsv), Parquet (.parquet), JSON (.json, .jsonl, .ndjson); CSV and JSON also as .gz"
_ELSEWHERE: Final[Mapping[str, tuple[str, str]]] = {
    **dict.fromkeys((".xlsx", ".xls", ".ods", ".numbers"), ("a spreadsheet", "the sheet saved as CSV in UTF-8")),
    ".eval": ("a packed log of inspect", "the log as JSON: inspect log convert --to json --output-dir DIR FILE"),
    **dict.fromkeys((".pkl", ".pickle"), ("a pickle, which is never opened", f"what it holds as {FORMATS}")),
}


def format_of(path: str) -> str:
    """Return the ending that tells how a file is read; empty for a format that is not read."""
    name = path.lower()
    ending = Path(name.removesuffix(".gz")).suffix
    if ending not in READERS or (ending == ".parquet" and name.endswith(".gz")):
        return ""
    return ending


def file_rows(path: str, wanted: Wanted = ANY_ROWS, otherwise: str = "") -> Iterator[Row]:
    """Yield the rows of one file by its ending, or by `otherwise` where its ending is unknown.

    Raises DataError for an ending that is not known where there is none.
    """
    refuse_other_programs(path)
    ending = format_of(path) or otherwise
    if not ending:
        raise file_error(path, "the ending does not tell the format", FORMATS)
    return READERS[ending](path, wanted)


def refuse_other_programs(path: str) -> None:
    """Raise DataError, with the way out, for files that only another program reads."""
    what, instead = _ELSEWHERE.get(Path(path.lower()).suffix, ("", ""))
    if what:
        raise file_error(path, what, instead)
