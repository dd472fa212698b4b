"""A run handed on to other programs."""

from typing import TYPE_CHECKING

from harness.api.runs import Run, load_run

if TYPE_CHECKING:
    from harness.api.inputs import PathLike, ProgressLike
    from harness.export.export import Exported


def export(
    run: "Run | PathLike",
    output: "PathLike",
    *,
    form: str = "parquet",
    results: "PathLike" = "results",
    progress: "ProgressLike" = None,
) -> "Exported":
    """Write a run's rows as tables to the folder `output`, new or empty, as `harness export` does.

    `form` is `parquet`, `csv`, or `hf`, a data set that `datasets.load_dataset` opens; docs/export.md has every column.
    What is returned has the `folder` and `rows`, file → how many. A run that is not complete is exported as far as it
    is, and `progress` hears of it. Rows are streamed, so that a run of any size fits into memory.

    Raises StoreError for a damaged run and where the folder cannot be written, UsageError for another form and for a
    folder that is not empty, MissingExtraError where the extra `parquet` is not installed.
    """
    from harness.api import inputs
    from harness.errors import UsageError
    from harness.export.export import FORMS
    from harness.export.export import export as write
    from harness.report.escape import csv_cell
    from harness.report.table import markdown

    chosen = next((each for each in FORMS if each == form), None)
    if chosen is None:
        raise UsageError(f"form: found {form!r:.80}; accepted: {', '.join(FORMS)}")
    place = inputs.new_folder_of(output, "output")
    loaded = load_run(run, results=results, progress=progress)
    told = inputs.progress_of(progress)
    return write(loaded.folder, place, chosen, told, harmless=csv_cell, about=lambda: markdown(loaded.outcome))
