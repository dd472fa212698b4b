"""Digests of files that others wrote, and what tells without reading them that they were changed."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple


class Stamp(NamedTuple):
    """Size, times and inode of a file, which tell, without reading it, that it was changed."""

    size: int
    modified: int
    changed: int
    inode: int


_watched: ContextVar[dict[Path, Stamp] | None] = ContextVar("watched", default=None)
"""The files whose digests were asked for since somebody began to watch."""


def stamp_of(file: Path) -> Stamp:
    """Return the stamp of a file. Raises OSError where there is none."""
    about = file.stat()
    return Stamp(about.st_size, about.st_mtime_ns, about.st_ctime_ns, about.st_ino)


def file_digest(file: Path) -> str:
    """Return a file's SHA-256; memoised, since every configuration of a sweep asks again. Raises OSError."""
    place = file.absolute()
    stamp = stamp_of(place)
    watched = _watched.get()
    if watched is not None:
        watched[place] = stamp
    return _digest_of(place, stamp)


@contextmanager
def watching() -> Iterator[dict[Path, Stamp]]:
    """Collect each file whose digest is asked for meanwhile, with its stamp from before it was read."""
    stamps: dict[Path, Stamp] = {}
    token = _watched.set(stamps)
    try:
        yield stamps
    finally:
        _watched.reset(token)


@lru_cache(maxsize=256)
def _digest_of(file: Path, stamp: Stamp) -> str:  # noqa: ARG001 - the stamp tells a changed file apart
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
