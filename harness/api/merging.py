"""Shards put together: one run of several."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness.api.runs import Run, runs_of

if TYPE_CHECKING:
    from pathlib import Path

    from harness.api.inputs import PathLike, ProgressLike
    from harness.records import RunManifest


def merge(
    runs: "Run | PathLike | Sequence[Run | PathLike]",
    output: "PathLike | None" = None,
    *,
    results: "PathLike" = "results",
    progress: "ProgressLike" = None,
) -> Run:
    """Merge the shards of a run, made with `evaluate(…, shard=…)`, into the run that they are parts of.

    Rows are copied in the order of the whole data set, and every number is worked out again from them, so that the run
    is equal to one made whole, but for times. `output` is its folder, new or empty; without it the folder below
    `results` in which `evaluate` looks for that run. `progress` is as in `evaluate`.

    Raises UsageError that names each shard which is missing, there twice, unfinished, damaged or of another run;
    StoreError where the folder cannot be written.
    """
    from harness.api import inputs
    from harness.merging.merge import merge as merge_parts
    from harness.report.table import markdown
    from harness.results.find import find_run
    from harness.run.plan import folder_name
    from harness.stores.places import in_store

    below, told = inputs.results_of(results), inputs.progress_of(progress)
    accepted = "a Run, the folder of one, or its name"
    folders = [
        run.folder
        if isinstance(run, Run)
        else find_run(below, run if isinstance(run, str) else str(inputs.path_of(run, "runs", accepted)), told.note)
        for run in runs_of(runs)
    ]

    def place(manifest: "RunManifest") -> "Path":
        if output is not None:
            path = inputs.path_of(output, "output", "the path of a folder, or the address of a run in a store")
            there = in_store(str(path))
            return path if there is None else there[0] / there[1]
        return below / folder_name(manifest.name, manifest.digest, None)

    outcome = merge_parts(folders, place, told, table=markdown)
    return Run(outcome.folder, outcome)
