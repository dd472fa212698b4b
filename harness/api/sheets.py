"""Sheets of texts that people label by hand, written from runs and checks."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from harness.api.runs import Run, load_run, runs_of

if TYPE_CHECKING:
    from harness.api.inputs import PathLike, ProgressLike
    from harness.results.run_folder import RunFolder


def sheet_path(value: object, name: str) -> Path:
    """Accept the path of a sheet. Raises UsageError for a name of another kind, which messages call `name`."""
    from harness.api.inputs import path_of
    from harness.errors import UsageError

    path = path_of(value, name, "the name of a sheet, such as labels.csv")
    if path.suffix.lower() != ".csv":
        raise UsageError(f"{name} {path}: not the name of a sheet; accepted: a name that ends in .csv")
    return path


def refuse_labels(file: Path, advice: str) -> None:
    """Raise UsageError where labels stand in the sheet that would be written over; `advice` says how to go on.

    A file that is no sheet counts as one label, since it is not ours to write over.
    """
    from harness.errors import DataError, UsageError
    from harness.metaeval.label_sheet import labels_in

    if not file.is_file():
        return
    try:
        held = labels_in(file)
    except DataError:
        held = 1
    if held:
        raise UsageError(f"{file} has {held} labels in it; {advice}")


def checks_file(source: object) -> str | None:
    """Tell a file, which then holds checks, from a run: return its path, or None."""
    if isinstance(source, str | os.PathLike) and Path(source).is_file():
        return str(source)
    return None


def export(
    opened: "Sequence[RunFolder | str]",
    sources: Sequence[object],
    file: Path,
    *,
    sample: int | None,
    seed: int,
    excel: bool,
) -> int:
    """Write the sheet of runs and files of checks, and count its texts; messages call them `sources`.

    The file is replaced whole or not at all. Raises UsageError where there is no text to label.
    """
    from harness.disk.durable import replace_text, unwritable
    from harness.errors import UsageError
    from harness.metaeval.label_sheet import collected, sampled
    from harness.report.label_sheet import as_csv

    rows = collected(opened)
    if not rows:
        raise UsageError(f"no text to label in {', '.join(str(getattr(each, 'path', each)) for each in sources)}")
    drawn = sampled(rows, sample, seed)
    place = (
        Path(os.path.realpath(file)) if file.is_symlink() else file
    )  # what a link leads to is written, and the link stays
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(file, error) from None
    replace_text(place, ("\ufeff" if excel else "") + as_csv(drawn))
    return len(drawn)


def export_labels(
    sources: "Run | PathLike | Sequence[Run | PathLike]",
    file: "PathLike",
    *,
    sample: int | None = None,
    seed: int = 13,
    excel: bool = False,
    force: bool = False,
    results: "PathLike" = "results",
    progress: "ProgressLike" = None,
) -> int:
    """Write a sheet for people to label, as `harness labels export` does; returns how many texts stand in it.

    `sources` are runs, as `load_run` takes them, and files that `harness check --format json` wrote. The sheet is CSV:
    cluster, text, claims, verdicts, and an empty column `label`; equal texts on one cluster are one row. `sample` draws
    so many at random with `seed`; `excel` begins the file with a byte order mark. A sheet that has labels in it is
    written over only with `force`. `harness metaeval --data FILE --clusters CLUSTERS` reads it back.

    Raises UsageError for a name that does not end in .csv, for labels that would be lost, and where there is no text to
    label or no such run; DataError for a file that holds no checks; StoreError where the sheet cannot be written.
    """
    from harness.api import inputs

    place = sheet_path(file, "file")
    if not force:
        refuse_labels(place, "force=True writes over them, another file keeps them")
    sample, several = inputs.whole_number(sample, "sample"), runs_of(sources)
    opened = [checks_file(each) or load_run(each, results=results, progress=progress).folder for each in several]
    return export(opened, several, place, sample=sample, seed=seed, excel=excel)
