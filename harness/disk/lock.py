"""The lock of a run's folder: one process at a time, its owner named.

The lock is the system's own (`flock`) on the file `.lock`, so it is let go of when its process ends, however it ends;
what stands in the file only says who has it.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import sleep

from harness import redact
from harness.disk.durable import unwritable
from harness.errors import StoreError
from harness.process.command_line import own_command
from harness.records import utc_now

LOCK = ".lock"
LOOKED_AT = (0.005, 0.02, 0.08)
"""Seconds between asking for a lock that is held: perhaps somebody only looks whether it is, which takes no time."""
_SOMEBODY = "another process"
_held: set[int] = set()
"""Descriptors of the locks that this process holds: a forked child must not keep them alive."""


@contextmanager
def held(folder: Path, *, wait: bool, told: Callable[[str], None]) -> Iterator[Callable[[], bool]]:
    """Make `folder` and hold it; `wait` for a process that has it, after `told` so.

    Yields a question: is what we hold still the folder of that name? It is not where the folder was deleted or moved.

    Raises StoreError that names the process which has it, unless `wait`; and where the folder cannot be written.
    """
    try:
        descriptor = _acquire(folder, wait, told)
    except OSError as error:
        raise unwritable(folder, error) from None
    _held.add(descriptor)
    try:
        yield lambda: _is_still(descriptor, folder / LOCK)
    finally:
        _held.discard(descriptor)
        with suppress(OSError):  # by word, not by closing alone: a child that was just forked may hold a copy still
            fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def is_held(folder: Path) -> bool | None:
    """Tell whether a living process holds `folder`; None where the system does not say. Changes nothing there.

    Looking takes the lock for an instant, together with others who look: `_lock` waits for that.
    """
    try:
        descriptor = os.open(folder / LOCK, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return False


def owner(folder: Path) -> str:
    """Tell which process holds `folder`, in words: what it wrote into the lock file."""
    try:
        descriptor = os.open(folder / LOCK, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return _SOMEBODY
    try:
        return _owner(descriptor)
    finally:
        os.close(descriptor)


def _acquire(folder: Path, wait: bool, told: Callable[[str], None]) -> int:
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        try:
            _lock(descriptor, folder, wait, told)
            is_ours = _is_still(descriptor, folder / LOCK)
            if is_ours and os.fstat(descriptor).st_nlink > 1:
                # A hard link, as `cp -al` makes them: another folder's lock too. We hold it, so its name here may go.
                (folder / LOCK).unlink(missing_ok=True)
            elif is_ours:
                since = utc_now().replace(microsecond=0).isoformat()
                owner = {"process": os.getpid(), "since": since, "command": redact.text(own_command())}
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, json.dumps(owner).encode(), 0)
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # the folder was deleted while we waited, perhaps made again: another file is the lock


def _lock(descriptor: int, folder: Path, wait: bool, told: Callable[[str], None]) -> None:
    for pause in LOOKED_AT:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        sleep(pause)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = _owner(descriptor)
        if not wait:
            raise StoreError(f"{folder}: in use by {owner}; wait for it with --wait, or end it and continue") from None
        told(f"waiting for {folder}, in use by {owner}")
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _is_still(descriptor: int, file: Path) -> bool:
    """Tell whether the file that we locked is the one that others would find."""
    with suppress(FileNotFoundError, NotADirectoryError):
        return os.path.samestat(os.fstat(descriptor), file.stat())
    return False


def _owner(descriptor: int) -> str:
    try:
        owner = json.loads(os.pread(descriptor, 65536, 0))
        return f"process {owner['process']} since {owner['since']} ({owner['command']})"
    except (OSError, ValueError, KeyError, TypeError):
        return _SOMEBODY


def _let_go_in_child() -> None:
    for descriptor in _held:
        with suppress(OSError):
            os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_let_go_in_child)
