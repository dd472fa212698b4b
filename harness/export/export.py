"""Exporting: a run's rows as a folder of tables that other programs read, written whole or not at all."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness.disk.durable import unwritable
from harness.disk.lock import LOCK
from harness.disk.whole_folder import appearing
from harness.errors import UsageError
from harness.export import formats
from harness.export.card import card
from harness.export.rows import FILES, Row
from harness.export.schema import TABLES
from harness.results.run_folder import MANIFEST, RunFolder
from harness.run.progress import Progress, Tick

Form = Literal["parquet", "csv", "hf"]
FORMS: tuple[Form, ...] = ("parquet", "csv", "hf")
OPTION = "-o"
CARD = "README.md"


@dataclass(frozen=True)
class Exported:
    """What an export wrote."""

    folder: Path
    rows: Mapping[str, int]
    """File → how many rows it has."""


def export(
    folder: RunFolder,
    output: Path,
    form: Form,
    progress: Progress,
    *,
    harmless: Callable[[str], str],
    about: Callable[[], str],
) -> Exported:
    """Write a run's tables to a new folder.

    `harmless` makes a text of others harmless in CSV; `about` writes the run's results for the card of `hf`. Raises
    StoreError for a damaged run and where the folder cannot be written, MissingExtraError where pyarrow is missing,
    UsageError where the folder is occupied; then nothing is left of it.
    """
    if form != "csv":
        formats.need_parquet(form)
    manifest = folder.checked_manifest()
    if (output.parent / MANIFEST).exists():
        raise UsageError(f"{OPTION} {output}: inside the folder of a run; accepted: a new folder elsewhere")
    if manifest.status != "complete":
        progress.note(f"{folder.place} is {manifest.status}: only what it has so far is exported")
    counts: dict[str, int] = {}
    with appearing(output, OPTION) as hidden:
        for table in TABLES:
            name, read = FILES[table.name]
            if name not in manifest.files and not folder.size(name):
                continue
            file = hidden / f"{table.name}.{'csv' if form == 'csv' else 'parquet'}"
            with progress.stage(f"export {table.name}", None) as tick:
                rows = _counting(read(folder), tick)
                try:
                    if form == "csv":
                        counts[file.name] = formats.write_csv(file, table, rows, harmless)
                    else:
                        counts[file.name] = formats.write_parquet(file, table, rows)
                except OSError as error:
                    raise unwritable(output / file.name, error) from None
        RunFolder(hidden).write_manifest(manifest)
        if form == "hf":
            (hidden / CARD).write_text(card(folder.path.name, manifest, counts, about()), encoding="utf-8")
    (output / LOCK).unlink(missing_ok=True)
    return Exported(output, counts)


def _counting(rows: Iterator[Row], tick: Tick) -> Iterator[Row]:
    for row in rows:
        tick(1)
        yield row
