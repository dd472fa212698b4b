"""Writing a table to a file, a block of rows at a time, so that memory stays small whatever the run's size."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from harness.errors import MissingExtraError
from harness.export.rows import Row
from harness.export.schema import VERSION, Column, Table
from harness.extras import missing

GROUP_ROWS = 50_000
"""Rows of a row group at most."""
GROUP_CHARACTERS = 32_000_000
"""Characters of texts after which a row group ends: the account of a claim is long."""


def need_parquet(form: str) -> None:
    """Raise MissingExtraError where Parquet cannot be written."""
    if gone := missing("pyarrow"):
        raise MissingExtraError(f"harness export --format {form}", gone, "parquet")


def write_parquet(file: Path, table: Table, rows: Iterable[Row]) -> int:
    """Write a table as Parquet; return how many rows it has."""
    import pyarrow
    from pyarrow import parquet

    types = {
        "text": pyarrow.string(),
        "whole": pyarrow.int64(),
        "number": pyarrow.float64(),
        "texts": pyarrow.list_(pyarrow.string()),
        "json": pyarrow.string(),
    }
    fields = [pyarrow.field(each.name, types[each.type], nullable=each.optional) for each in table.columns]
    told = {"headline-harness.table": table.name, "headline-harness.version": str(VERSION)}
    schema = pyarrow.schema(fields, metadata=told)
    count = 0
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for group in _groups(rows):
            columns = [pyarrow.array([row[at] for row in group], each.type) for at, each in enumerate(fields)]
            writer.write_batch(pyarrow.record_batch(columns, schema=schema), row_group_size=len(group))
            count += len(group)
    return count


def _groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    group: list[Row] = []
    characters = 0
    for row in rows:
        group.append(row)
        characters += sum(len(value) for value in row if isinstance(value, str))
        if len(group) >= GROUP_ROWS or characters >= GROUP_CHARACTERS:
            yield group
            group, characters = [], 0
    if group:
        yield group


def write_csv(file: Path, table: Table, rows: Iterable[Row], harmless: Callable[[str], str]) -> int:
    """Write a table as CSV; `harmless` sees to it that no text is a formula to a spreadsheet. Returns how many rows."""
    count = 0
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(column.name for column in table.columns)
        for row in rows:
            writer.writerow(_cell(value, column, harmless) for value, column in zip(row, table.columns, strict=True))
            count += 1
    return count


def _cell(value: Any, column: Column, harmless: Callable[[str], str]) -> Any:
    if value is None:
        return ""
    if column.type == "texts":
        return _json_cell(json.dumps(value, ensure_ascii=False), harmless)
    if column.type == "json":
        return _json_cell(value, harmless)
    return harmless(value) if isinstance(value, str) else value


def _json_cell(text: str, harmless: Callable[[str], str]) -> str:
    """Return JSON that stays JSON: where characters would have to be escaped, all beyond ASCII are, as JSON does."""
    return text if harmless(text) == text else json.dumps(json.loads(text))
