"""The results folder itself: its runs, what git leaves out of it, and what a killed `harness rm` left in it."""

import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from harness.disk.durable import replace_text, sync_folder, unwritable
from harness.errors import StoreError, UsageError
from harness.results.run_folder import MANIFEST, RunFolder, is_ours
from harness.stores.places import copy_of, refresh

GITIGNORE = ".gitignore"
IGNORED = """\
# Written by harness with the first run here; it is never written over.
# Runs and the cache stay out of git. Baselines are to be committed.
/*-[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]/
/.cache/
/.removing-*/
"""
"""By the shape of their names, so that it does no harm where `--results` names a folder that holds other things too."""
REMOVING = ".removing-"
"""A run's folder has a name that begins so while it is being deleted; no command takes it for a run then."""


def run_folders(results: Path) -> list[RunFolder]:
    """List every run below a results folder, by name; hidden folders hold none.

    A run with several names (`latest`, a link to it) is listed once, by the name of the folder itself. Raises
    UsageError for a link that leads to no folder.
    """
    refresh(results)
    if results.is_symlink() and not results.exists():
        raise UsageError(f"{results}: a link that leads nowhere or to itself; accepted: a folder of runs")
    if not results.is_dir():
        return []
    paths = sorted(path for path in results.iterdir() if not path.name.startswith(".") and holds_run(path))
    by_place: dict[Path, Path] = {}
    for path in sorted(paths, key=Path.is_symlink):
        by_place.setdefault(path.resolve() if path.is_symlink() else results.resolve() / path.name, path)
    return [RunFolder(path) for path in paths if path in by_place.values()]


def holds_run(path: Path) -> bool:
    """Tell whether a folder has a manifest, be it a link that leads nowhere: whoever reads it says what it is."""
    with suppress(OSError):
        return path.is_dir() and os.path.lexists(path / MANIFEST)
    return False


def prepare(results: Path) -> None:
    """Make the results folder ready for a run: its `.gitignore`, where none is there, and no remains of removed runs.

    A run does not depend on it: where it cannot be done the run says by itself what is wrong with the folder.
    """
    with suppress(OSError, StoreError):
        results.mkdir(parents=True, exist_ok=True)
        clear_remains(results)
        file = results / GITIGNORE
        if not os.path.lexists(file):
            replace_text(file, IGNORED)


def clear_remains(results: Path) -> None:
    """Delete what killed processes left of runs that they were removing; another process may be doing so, too."""
    with suppress(OSError):
        for partial in results.glob(f".{GITIGNORE}.*.partial"):
            partial.unlink()
        for path in results.glob(f"{REMOVING}*"):
            if path.is_dir() and not path.is_symlink() and all(map(is_ours, path.iterdir())):
                shutil.rmtree(path, ignore_errors=True)


def delete_folder(path: Path) -> None:
    """Delete a run's folder so that a kill leaves all of it or remains that no command takes for a run.

    A run in a store is deleted there first. The folder is renamed, and then deleted; links in it are deleted, what they
    lead to is not. Raises StoreError where it cannot be.
    """
    copy = copy_of(path)
    if copy is not None:
        copy.delete()
    remains = path.with_name(f"{REMOVING}{path.name[:100]}-{secrets.token_hex(4)}")
    try:
        path.rename(remains)
        sync_folder(path.parent)
        shutil.rmtree(remains)
    except OSError as error:
        raise unwritable(path, error) from None
