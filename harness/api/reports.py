"""A report: one HTML file about runs."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from harness.api.runs import Run, load_run, runs_of

if TYPE_CHECKING:
    from harness.api.inputs import PathLike


def report(
    runs: "Run | PathLike | Sequence[Run | PathLike]",
    output: "PathLike",
    *,
    baseline: str | None = None,
    primary: str | None = None,
    intersection: bool = False,
    labels: "PathLike | Sequence[PathLike] | None" = None,
    results: "PathLike" = "results",
) -> Path:
    """Write one HTML file about one run or several, as `harness report` does, and return its path.

    Configurations are ranked by `primary`, a measure, the first leading one where none is named; the others differ from
    `baseline`, a configuration, the first where none is named. With `intersection` runs on different data are reported
    on the clusters that they share. `labels` are files of human labels, as `harness metaeval` reads them, for a chart
    of the check's calibration; without, `annotations.jsonl` beside the runs counts.

    Raises MissingExtraError where the extra `report` is not installed, DataError for unequal data and for labels that
    cannot be read, UsageError for
    measures whose signatures differ, for a name that is none, and where the file cannot be written.
    """
    from harness.api import inputs
    from harness.report.html.document import write_report

    for name, value in (("baseline", baseline), ("primary", primary)):
        if value is not None:
            inputs.text_of(value, name)
    files = None
    if labels is not None:
        named = [labels] if isinstance(labels, str | os.PathLike) else labels
        files = [inputs.path_of(each, "labels", "files of human labels") for each in named]
    folders = [load_run(run, results=results).folder for run in runs_of(runs)]
    return write_report(
        folders,
        inputs.path_of(output, "output", "the path of an HTML file"),
        baseline=baseline,
        primary=primary,
        intersection=intersection,
        labels=files,
    )
