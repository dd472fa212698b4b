"""A folder that appears whole or not at all: written under a hidden name beside its own, and renamed at the end."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from harness.disk.durable import sync_folder, unwritable
from harness.disk.lock import LOCK, held
from harness.errors import UsageError

HIDDEN = ".unfinished-"
"""A folder has a name that begins so while it is written; no command takes it for a run."""


def refuse_occupied(folder: Path, option: str) -> None:
    """Raise UsageError where something stands at `folder` that a new one would replace; `option` named it."""
    accepted = "accepted: a new folder, or an empty one"
    if folder.is_symlink():
        raise UsageError(f"{option} {folder}: a link, through which nothing is written; {accepted}")
    try:
        if folder.is_dir() and any(folder.iterdir()):
            raise UsageError(f"{option} {folder}: the folder exists and is not empty; {accepted}")
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"{option} {folder}: not a folder; {accepted}")
    except OSError as error:
        raise UsageError(f"{option} {folder}: cannot be used: {error.strerror}; {accepted}") from None


@contextmanager
def appearing(folder: Path, option: str) -> Iterator[Path]:
    """Yields a hidden folder to write into, which becomes `folder` when the context ends without an error.

    An error leaves nothing; a kill leaves the hidden folder, which the next one that writes there clears. Raises
    UsageError where `folder` is occupied, StoreError where it cannot be written or another process is at it.
    """
    refuse_occupied(folder, option)
    hidden = folder.with_name(f"{HIDDEN}{folder.name[:100]}")
    with held(hidden, wait=False, told=lambda _: None):
        try:
            _clear(hidden)
            yield hidden
            refuse_occupied(folder, option)
            for path in hidden.iterdir():
                if path.is_dir():
                    sync_folder(path)
            sync_folder(hidden)
            hidden.rename(folder)
            sync_folder(folder.parent)
        except OSError as error:
            _discard(hidden)
            raise unwritable(folder, error) from None
        except BaseException:
            _discard(hidden)
            raise


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()


def _discard(folder: Path) -> None:
    with suppress(OSError):
        _clear(folder)
        (folder / LOCK).unlink()
        folder.rmdir()
