"""`harness rm`: which runs go, which may not, and their removal: a kill leaves a whole run, or remains and no run."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from harness.disk.durable import unreadable
from harness.disk.lock import held, is_held, owner
from harness.errors import StoreError, UsageError
from harness.results.find import Told, find_run, run_name, runs_of
from harness.results.named_baselines import runs_in_baselines
from harness.results.results_folder import clear_remains, delete_folder, run_folders
from harness.results.run_folder import MANIFEST, RunFolder, is_ours
from harness.stores.places import local


@dataclass(frozen=True)
class Candidate:
    """A run that is to be removed."""

    folder: RunFolder
    status: str
    started: datetime | None
    bytes: int


@dataclass(frozen=True)
class Choice:
    """The runs that a command line chose."""

    candidates: tuple[Candidate, ...]
    kept: tuple[str, ...]
    """Why runs beyond the number to keep stay, a sentence each."""


def choose(results: Path, wanted: Sequence[str], told: Told, *, keep: int | None = None) -> Choice:
    """Choose the runs to remove; with `keep` all but the newest so many of each NAME.

    Raises UsageError where a RUN names no run or several, and where one of them may not be removed: every reason in
    one error. With `keep`, where nobody named the single run, such a run stays and the reason is in `kept`. Raises
    StoreError where a folder cannot be read.
    """
    results = local(results)
    if keep is None:
        folders = [_find(results, each, told) for each in wanted]
    else:
        folders = [folder for each in wanted for folder in _older(results, each, keep, told)]
    folders = list({folder.path.resolve(): folder for folder in folders}.values())
    named = _named(results, folders, told)
    reasons = {folder.path: _why_not(folder, named) for folder in folders}
    refused = [f"{folder.place}: {reasons[folder.path]}" for folder in folders if reasons[folder.path]]
    if refused and keep is None:
        raise UsageError("\n".join([*refused, "nothing was removed"]))
    return Choice(
        tuple(_candidate(folder) for folder in folders if not reasons[folder.path]),
        tuple(f"kept: {line}" for line in refused),
    )


def remove(candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """Remove runs, and yield each as it is gone.

    Holds all of them before the first goes. Raises UsageError where one is in use by now or holds other files; nothing
    was removed then. Raises StoreError where a folder cannot be deleted.
    """
    for parent in {candidate.folder.path.parent for candidate in candidates}:
        clear_remains(parent)
    with ExitStack() as locks:
        refused = []
        for candidate in candidates:
            path = candidate.folder.path
            reason = _why_not(candidate.folder, {})
            if not reason:
                try:
                    locks.enter_context(held(path, wait=False, told=lambda _: None))
                except StoreError:
                    if not is_held(path):
                        raise
                    reason = f"in use by {owner(path)}"
            refused += [f"{candidate.folder.place}: {reason}"] if reason else []
        if refused:
            raise UsageError("\n".join([*refused, "nothing was removed"]))
        for candidate in candidates:
            delete_folder(candidate.folder.path)
            yield candidate


def _find(results: Path, wanted: str, told: Told) -> RunFolder:
    """Find a run, or what a run that was killed at its very beginning left: a folder without a manifest."""
    with suppress(OSError):  # a name longer than a file may have
        for path in (Path(wanted), results / wanted) if wanted else ():
            folder = RunFolder(path)
            if not folder.exists and _looks_like_a_run(folder):
                return folder
    return find_run(results, wanted, told)


def _older(results: Path, name: str, keep: int, told: Told) -> list[RunFolder]:
    """List the runs of a NAME but for the newest `keep`. Raises UsageError also where `name` is a single run's."""
    try:
        return [run.folder for run in runs_of(results, name, told)[keep:]]
    except UsageError as error:
        try:
            single = run_name(find_run(results, name))
        except UsageError:
            raise error from None
        raise UsageError(f"{name!r} names one run; --keep takes the NAME of runs, here {single!r}") from None


def _looks_like_a_run(folder: RunFolder) -> bool:
    """Recognise a run's folder without a readable manifest, by its name and by what is in it."""
    path = folder.path
    if not path.is_dir() or run_name(folder) == path.name:
        return False
    inside = list(path.iterdir())
    return bool(inside) and all(map(is_ours, inside))


def _named(results: Path, folders: Sequence[RunFolder], told: Told) -> dict[str, Path]:
    """List the runs that baselines name, of every results folder that something goes from."""
    found: dict[str, Path] = {}
    places = dict.fromkeys([results, *(folder.path.parent for folder in folders)])
    for place in places if folders else ():
        found = runs_in_baselines(place, run_folders(place), told) | found
    return found


def _why_not(folder: RunFolder, named: dict[str, Path]) -> str:
    """Say why a run may not be removed, or nothing."""
    try:
        return _reason_against(folder, named)
    except OSError as error:
        raise unreadable(folder.path, error) from None


def _reason_against(folder: RunFolder, named: dict[str, Path]) -> str:
    path = folder.path
    if path.is_symlink():
        return f"a link to {path.readlink()}; links are not followed: delete the link itself, or name what it leads to"
    if not path.is_dir():
        return "it is gone"
    strangers = sorted(each.name for each in path.iterdir() if not is_ours(each))
    if strangers:
        more = f" and {len(strangers) - 3} more" if len(strangers) > 3 else ""
        return f"holds what no run writes: {', '.join(strangers[:3])}{more}; move that elsewhere first"
    if not (_has_manifest(folder) or _looks_like_a_run(folder)):
        return f"no run: its {MANIFEST} is not one of a run"
    if folder.is_held():
        return f"in use by {folder.owner()}"
    if path.resolve().name in named:
        return f"the baseline {named[path.resolve().name]} was saved from it; delete or replace that first"
    return ""


def _has_manifest(folder: RunFolder) -> bool:
    try:
        folder.manifest()
    except StoreError:
        return False
    return True


def _candidate(folder: RunFolder) -> Candidate:
    size = folder.bytes_in_all()
    try:
        manifest = folder.manifest()
    except StoreError:
        return Candidate(folder, "unreadable" if folder.exists else "begun", None, size)
    return Candidate(folder, manifest.status, manifest.started, size)
