"""Writing to files so that neither a kill, nor a full disk, nor a lost power supply leaves something half done.

* A line is appended with one system call, unbuffered, so that it outlives the process as soon as `add` returns. Where
  the call fails, what it wrote of the line is cut off again: nothing is ever appended behind half a line.
* A file is replaced by a whole new one or not at all: written beside it, synchronised, renamed, the folder
  synchronised too.
* Appended lines reach the disk itself at least every `SYNC_EVERY` seconds of writing, and when the file is closed; so
  a machine that loses power loses about a second's lines, and a process that is killed loses none.
"""

import errno
import os
import shutil
import stat
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedRandom, BufferedReader
from itertools import islice
from pathlib import Path
from typing import IO, Literal, overload

from harness.errors import StoreError
from harness.records import Record

ROWS_AT_ONCE = 256
"""Rows of a file that is replaced are handed over in lots of so many."""
SYNC_EVERY = 1.0
"""Seconds of appending after which lines are synchronised with the disk."""

_REASONS = {
    errno.ENOSPC: "the disk is full; what is done is saved: free some space, then run the same command again",
    errno.EDQUOT: "the disk quota is used up; what is done is saved: free some space, then run the same command again",
    errno.EFBIG: "the file may not grow further (a limit on file sizes); what is done is saved",
    errno.ELOOP: "a link, through which nothing is written; remove it",
    errno.EROFS: "the file system is read-only",
    errno.ENOENT: "the folder is gone: it was deleted or moved while it was in use",
    errno.ENOTDIR: "something that is not a folder stands in the folder's place",
    errno.EEXIST: "something that is not a folder stands in the folder's place",
}


def unwritable(file: Path, error: OSError) -> StoreError:
    """Make the error to raise where `file` could not be written, in words that say what to do."""
    why = _REASONS.get(error.errno or 0) or error.strerror or type(error).__name__
    return StoreError(f"{file}: cannot be written: {why}")


def unreadable(file: Path, error: OSError) -> StoreError:
    """Make the error to raise where `file` could not be read: a folder that went away is no missing file."""
    gone = None if file.parent.is_dir() else _REASONS.get(error.errno or 0)
    return StoreError(f"{file}: cannot be read: {gone or error.strerror or type(error).__name__}")


@overload
def open_regular(file: Path) -> BufferedReader: ...
@overload
def open_regular(file: Path, mode: Literal["rb+"]) -> BufferedRandom: ...
def open_regular(file: Path, mode: Literal["rb", "rb+"] = "rb") -> BufferedReader | BufferedRandom:
    """Open a file that is there. Raises OSError for a pipe or a device in its place, which it never waits for."""
    return open(file, "rb", opener=_regular) if mode == "rb" else open(file, mode, opener=_regular)


def _regular(path: str, flags: int) -> int:
    descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)
    kind = os.fstat(descriptor).st_mode
    if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):  # of a folder Python itself says so
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no file but a pipe, a socket or a device", path)
    return descriptor


class Appender:
    """Adds records to a file, a line each, and keeps it a file of whole lines. Raises StoreError where it cannot."""

    def __init__(self, file: Path) -> None:
        self._file = file
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        try:
            new = not file.exists()
            self._descriptor = os.open(file, flags, 0o666)
            self._end = os.fstat(self._descriptor).st_size
            if new:
                sync_folder(file.parent)
        except OSError as error:
            raise unwritable(file, error) from None
        self._synchronised = time.monotonic()

    def add(self, record: Record) -> None:
        """Append one record."""
        line = f"{record.to_json()}\n".encode()
        try:
            self._write(line)
            if time.monotonic() - self._synchronised >= SYNC_EVERY:
                self.synchronise()
            gone = not os.fstat(self._descriptor).st_nlink
        except OSError as error:
            raise unwritable(self._file, error) from None
        if gone:
            raise StoreError(f"{self._file}: the file was deleted while it was being written; it is lost")

    def synchronise(self) -> None:
        """Have the disk itself hold every line."""
        os.fsync(self._descriptor)
        self._synchronised = time.monotonic()

    def close(self) -> None:
        """Synchronise and close."""
        try:
            self.synchronise()
        except OSError as error:
            raise unwritable(self._file, error) from None
        finally:
            os.close(self._descriptor)

    def _write(self, line: bytes) -> None:
        left = line
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except BaseException:
            with suppress(OSError):  # cutting a file works on a full disk too; if not, the next reader cuts it
                os.ftruncate(self._descriptor, self._end)
            raise
        self._end += len(line)


@contextmanager
def appending(file: Path) -> Iterator[Appender]:
    """Open a file that records are added to; an error inside outweighs one in closing."""
    appender = Appender(file)
    try:
        yield appender
    except BaseException:
        with suppress(StoreError):
            appender.close()
        raise
    appender.close()


def replace_rows(file: Path, rows: Iterable[Record]) -> None:
    """Write a whole file of records and put it in place at once when the last one is written.

    Raises StoreError where it cannot be written; what `rows` raises goes through. Either way the old file stays.
    """
    lines = (f"{row.to_json()}\n" for row in rows)
    with _replacing(file) as stream:
        while several := "".join(islice(lines, ROWS_AT_ONCE)):
            with _saying(file):
                stream.write(several.encode())


def replace_lines(file: Path, lines: Iterable[bytes]) -> None:
    """Write a whole file of lines that are rows already, each with its newline; otherwise as `replace_rows`."""
    rows = iter(lines)
    with _replacing(file) as stream:
        while several := b"".join(islice(rows, ROWS_AT_ONCE)):
            with _saying(file):
                stream.write(several)


def replace_bytes(file: Path, pieces: Iterable[bytes]) -> None:
    """Put a file that comes in pieces in place at once; raises and keeps the old file as `replace_rows` does."""
    with _replacing(file) as stream:
        for piece in pieces:
            with _saying(file):
                stream.write(piece)


def replace_text(file: Path, text: str) -> None:
    """Put a text file in place at once. Raises StoreError where it cannot be written; the old file then stays."""
    with _replacing(file) as stream, _saying(file):
        stream.write(text.encode())


@contextmanager
def _replacing(file: Path) -> Iterator[IO[bytes]]:
    # A name of this thread's own: a run that is being interrupted may write its manifest from another one.
    partial = file.with_name(f".{file.name}.{os.getpid()}-{threading.get_native_id()}.partial")
    with _saying(file):
        partial.unlink(missing_ok=True)  # left by a killed process of our number, or a link that somebody put there
        stream = partial.open("xb")
    try:
        try:
            yield stream
            with _saying(file):
                stream.flush()
                os.fsync(stream.fileno())
        finally:
            with suppress(OSError):  # what is still buffered after an error may fail once more
                stream.close()
        with _saying(file):
            partial.replace(file)
            sync_folder(file.parent)
    except BaseException:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise


@contextmanager
def _saying(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unwritable(file, error) from None


def sync_folder(folder: Path) -> None:
    """Have the disk itself hold a folder's names: a renamed file is not durable before that. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems synchronise no folders
            raise
    finally:
        os.close(descriptor)


def is_partial(path: Path) -> bool:
    """Recognise a file that was being written when its process was killed."""
    return path.name.startswith(".") and path.name.endswith(".partial")


def clear_partials(folder: Path) -> None:
    """Delete what killed processes left half written; call it only where nothing else writes to the folder."""
    for partial in folder.glob(".*.partial"):
        partial.unlink(missing_ok=True)


def own_copy(file: Path) -> None:
    """Give a file that has a second name (a hard link, as `cp -al` makes them) a copy of its own in place of it.

    What is appended or cut here then stays here. Raises StoreError where it cannot be written.
    """
    try:
        is_shared = file.lstat().st_nlink > 1
    except FileNotFoundError:
        return
    if is_shared:
        with open_regular(file) as held, _replacing(file) as stream, _saying(file):
            shutil.copyfileobj(held, stream)


def cut_torn_line(file: Path) -> None:
    """Cut what follows the last newline: a killed process wrote half a record there."""
    if not file.exists():
        return
    with open_regular(file, "rb+") as stream:
        end = stream.seek(0, os.SEEK_END)
        position = end
        while position > 0:
            step = min(65536, position)
            stream.seek(position - step)
            last = stream.read(step).rfind(b"\n")
            if last >= 0:
                position = position - step + last + 1
                break
            position -= step
        if position != end:
            stream.truncate(position)
            os.fsync(stream.fileno())
