"""Check that runs still hold what they held at their end: `harness verify`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from harness.errors import StoreError, UsageError
from harness.records import Record, RunManifest
from harness.results.find import Told, find_run
from harness.results.results_folder import holds_run, run_folders
from harness.results.run_folder import CLUSTERS, PREDICTIONS, SEALED, RunFolder
from harness.stores.places import in_store, local, read_anew, shown

State = Literal["sound", "readable", "damaged"]


class Verified(Record):
    """The result of examining a run."""

    run: str = Field(description="The run's folder.")
    state: State = Field(
        description="sound: every file is what the run left; readable: its manifest does not describe them, so every "
        "row was read instead; damaged: a file was changed, is missing or cannot be read."
    )
    files: tuple[str, ...] = Field(description="Files that were compared or read.")
    note: str = Field(default="", description="Why the manifest does not describe the files.")
    problems: tuple[str, ...] = Field(default=(), description="What is wrong, a line for each file.")


def verify_runs(results: Path, wanted: Sequence[str], told: Told) -> list[Verified]:
    """Verify the runs that are meant, as `runs_to_verify` finds them; of stores nothing that is here already."""
    with read_anew():
        return [verify(folder) for folder in runs_to_verify(local(results), wanted, told)]


def runs_to_verify(results: Path, wanted: Sequence[str], told: Told) -> list[RunFolder]:
    """Find the runs that are meant: each a RUN or a folder of runs, and all below `results` where none is named.

    Raises UsageError where nothing fits, or a folder holds no run.
    """
    if not wanted:
        return _runs_below(results)
    found: list[RunFolder] = []
    for name in wanted:
        there = in_store(name)
        place = Path(name) if there is None else there[0] / there[1]
        if there is not None and not RunFolder(place).exists:
            place = local(name)
        is_folder_of_runs = name and place.is_dir() and not holds_run(place) and run_folders(place)
        found += _runs_below(place) if is_folder_of_runs else [find_run(results, name, told)]
    return list({folder.path.resolve(): folder for folder in found}.values())


def _runs_below(results: Path) -> list[RunFolder]:
    if results.exists() and not results.is_dir():
        raise UsageError(f"{results}: not a folder; accepted: a folder of runs")
    folders = run_folders(results)
    if not folders:
        raise UsageError(f"no runs in {shown(results)}; accepted: a folder of runs, or the name of a run")
    return folders


def verify(folder: RunFolder) -> Verified:
    """Compare every file of a run with its manifest; read every row where the manifest does not describe the files."""
    try:
        manifest = folder.manifest()
        folder.fetch(SEALED)
        there = tuple(name for name in SEALED if folder.size(name) or name in manifest.files)
        if manifest.status == "complete" and manifest.files:
            problems = [str(each) for each in folder.damage(*SEALED)]
            return _verified(folder, "damaged" if problems else "sound", there, problems=problems)
        problems = list(_misfits(folder, manifest))
    except StoreError as error:
        return _verified(folder, "damaged", (), problems=str(error).splitlines())
    why = "made by an earlier version" if manifest.status == "complete" else f"the run is {manifest.status}"
    return _verified(folder, "damaged" if problems else "readable", there, note=why, problems=problems)


def _verified(
    folder: RunFolder, state: State, files: tuple[str, ...], *, problems: Sequence[str], note: str = ""
) -> Verified:
    return Verified(run=folder.place, state=state, files=files, note=note, problems=tuple(problems))


def _misfits(folder: RunFolder, manifest: RunManifest) -> Iterator[str]:
    """Read every row, and say where their numbers are not those of a complete run's manifest.

    Raises StoreError for a row that cannot be read.
    """
    for rows in (folder.checked(), folder.scores(), folder.failures()):
        for _ in rows:
            pass
    clusters = sum(1 for _ in folder.clusters())
    answered = Counter(row.configuration for row in folder.predictions())
    if manifest.status != "complete":
        return
    if clusters != manifest.clusters:
        yield f"{CLUSTERS} holds {clusters:,} of {manifest.clusters:,} clusters"
    for name, count in manifest.counts.items():
        if answered[name] != count.predicted:
            yield f"{PREDICTIONS} holds {answered[name]:,} of {count.predicted:,} predictions of {name}"
