"""Open files as users name them, and recognise what they are before the first row is read."""

import gzip
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, FileIO
from pathlib import Path
from typing import Final, cast

from harness.errors import DataError, Problem, nearest_name

HEAD_BYTES: Final = 4096
"""Beginning of a file that tells what it is."""

MAX_LINE_BYTES: Final = 64 * 1024 * 1024
"""Longest line or cell; a longer one is a problem, so that no file can fill the memory."""

BUFFER_BYTES: Final = 256 * 1024

ByteReader = BufferedReader | gzip.GzipFile

_GZIP = b"\x1f\x8b"
_SIGNATURES = (
    (b"PK\x03\x04", "a zip archive", "what is inside, unpacked"),
    (_GZIP, "a gzip file", "the same with a name that ends in .gz, or unpacked"),
    (b"BZh", "a bzip2 file", "the same unpacked, or as .gz"),
    (b"\xfd7zXZ", "an xz file", "the same unpacked, or as .gz"),
    (b"\x28\xb5\x2f\xfd", "a zstandard file", "the same unpacked, or as .gz"),
    (b"7z\xbc\xaf", "a 7z archive", "what is inside, unpacked"),
    (b"\x89PNG", "a PNG image", "text"),
    (b"%PDF", "a PDF file", "text"),
    (b"{\\rtf", "an RTF document", "the same saved as plain text"),
    (b"\xd0\xcf\x11\xe0", "a Word document", "the same saved as plain text"),
    (b"PAR1", "a Parquet file", "the data set `hub` or the model `recorded`, with a name that ends in .parquet"),
)


@contextmanager
def open_text(path: str, accepted: str) -> Iterator[ByteReader]:
    """Open a text file for reading bytes, after a look at its beginning; unpack .gz on the way.

    Raises DataError where it is missing, a folder, not readable, empty, damaged, or plainly not UTF-8 text;
    `accepted` is what the message says should stand in it.
    """
    with _open_file(path) as raw:
        packed = path.endswith(".gz")
        if packed and raw.peek(2)[:2] != _GZIP:
            raise file_error(path, "the name ends in .gz, but it is not a gzip file", "gzip, or another name")
        with gzip.GzipFile(fileobj=raw) if packed else raw as handle:
            _refuse_other_kinds(handle.peek(HEAD_BYTES)[:HEAD_BYTES], path, accepted)
            yield handle


@contextmanager
def open_binary(path: str, accepted: str) -> Iterator[ByteReader]:
    """Open a file for reading bytes. Raises DataError where it is missing, a folder, not readable or empty."""
    with _open_file(path) as raw:
        if not raw.peek(1):
            raise file_error(path, "the file is empty", accepted)
        yield raw


def read_text(path: str, accepted: str, most: int) -> str:
    """Read a UTF-8 file of at most `most` bytes; keep its line ends, drop a byte order mark.

    Raises DataError where it is empty, longer, or no text, naming the line of the first byte that is not UTF-8.
    """
    with open_text(path, accepted) as handle:
        content = handle.read(most + 1)
    if len(content) > most:
        raise file_error(path, f"longer than {most:,} bytes", accepted)
    if 0 in content:
        raise file_error(path, "not text: it has NUL bytes", accepted)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"the byte 0x{content[error.start]:02x}"
        advice = f"UTF-8; if it is Windows-1252, convert it with: iconv -f CP1252 -t UTF-8 {path}"
        raise DataError([Problem("not UTF-8 text", path, line, found=found, accepted=advice)]) from None


@contextmanager
def _open_file(path: str) -> Iterator[BufferedReader]:
    file = located(path)
    try:
        _refuse_special_file(file, path)
        with cast("BufferedReader", BufferedReader(FileIO(file), BUFFER_BYTES)) as raw:
            yield raw
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise file_error(path, f"the gzip file is damaged: {error}", "a whole one") from None
    except FileNotFoundError:
        raise DataError([missing_file(path)]) from None
    except IsADirectoryError:
        raise file_error(path, "it is a folder", "a file, for instance one of those in it", _some_names(file)) from None
    except OSError as error:
        raise file_error(path, f"it cannot be read: {error.strerror or error}", "a readable file") from None


def located(path: str) -> Path:
    """Resolve `~` in a path. Raises DataError for what no file system can hold, and for an unknown home."""
    if "\0" in path:
        raise file_error(path, "a name with a NUL character", "the name of a file")
    try:
        file = Path(path).expanduser()
        file.exists()  # looks the name up; a missing file is for the caller to tell
    except RuntimeError:
        raise file_error(path, "there is no such home folder", "a path that does not begin with ~") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it cannot be encoded"
        raise file_error(path[:200], f"not the name of a file: {reason}", "the name of a file") from None
    return file


_SPECIAL: Final = (
    (stat.S_ISFIFO, "a pipe, which can be read only once"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def _refuse_special_file(file: Path, path: str) -> None:
    """Raise DataError for pipes and devices: opening one may wait for ever, reading one need never end."""
    mode = file.stat().st_mode
    for is_kind, what in _SPECIAL:
        if is_kind(mode):
            raise file_error(path, f"it is {what}", "a file")


def missing_file(path: str) -> Problem:
    """Make the problem of a file that does not exist, with the nearest name beside it, or the missing folder."""
    file = located(path)
    parent = file.parent
    if not parent.is_dir():
        while not parent.parent.is_dir():
            parent = parent.parent
        return Problem(f"no such file: there is no folder {parent}", where=path)
    if file.is_symlink():
        return Problem(f"a link to {str(file.readlink())!r}, which leads to no file", where=path)
    return Problem("no such file or folder", where=path, nearest=nearest_file(path))


def nearest_file(path: str | Path, endings: tuple[str, ...] = ("",)) -> str:
    """Return the path beside a missing file whose name is nearest to it; empty where none is near."""
    file = Path(path)
    try:
        beside = [entry.name for entry in located(str(path)).parent.iterdir() if entry.name.endswith(endings)]
    except (OSError, DataError):  # no such folder or home, a folder that may not be listed, a name no file can have
        return ""
    nearest = nearest_name(file.name, beside)
    return str(file.parent / nearest) if nearest else ""


def file_error(path: str, message: str, accepted: str, found: str = "") -> DataError:
    """Make the error of a file that cannot be read as a whole."""
    return DataError([Problem(message, where=path, found=found, accepted=accepted)])


def _some_names(folder: Path) -> str:
    try:
        names = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError:
        return ""
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")


def refuse_packed(head: bytes, path: str) -> None:
    """Raise DataError for the beginning of an archive, a picture or another file that is no text."""
    for signature, what, instead in _SIGNATURES:
        if head.startswith(signature):
            raise file_error(path, f"not text: it looks like {what}", instead)


def _refuse_other_kinds(head: bytes, path: str, accepted: str) -> None:
    if not head:
        raise file_error(path, "the file is empty", accepted)
    refuse_packed(head, path)
    nul = head.count(0)
    encoding = ""
    if head.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        encoding = "UTF-32"
    elif head.startswith((b"\xff\xfe", b"\xfe\xff", b"{\0", b"\0{")) or (nul * 4 > len(head) and 0 in head[:2]):
        encoding = "UTF-16"
    if encoding:
        if encoding == "UTF-16" and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
            order = "UTF-16BE" if head[0] == 0 else "UTF-16LE"  # iconv cannot tell without a byte order mark
        else:
            order = encoding
        advice = f"UTF-8; convert it with: iconv -f {order} -t UTF-8 {path} > utf8{Path(path).suffix}"
        raise file_error(path, f"the file is written in {encoding}", advice)
    # Within a row of JSON a NUL is that row's problem.
    if nul and not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        raise file_error(path, "not text: it has NUL bytes", accepted)
