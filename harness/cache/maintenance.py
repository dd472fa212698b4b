"""A cache's contents, and keeping it small and sound: `harness cache list`, `prune`, `clear`, `verify`."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import Field, TypeAdapter, ValidationError

from harness.cache.store import FILE, connect, is_sound, unpacked
from harness.errors import StoreError, UsageError
from harness.records import Prediction, Record, UtcDatetime, Verdict

_BY_MAKER = """
SELECT kind, component, signature, COUNT(*) AS entries, SUM(LENGTH(value) + 200) AS bytes,
    MIN(made) AS oldest, MAX(made) AS newest, MAX(used) AS used
FROM entries JOIN makers ON makers.id = maker GROUP BY makers.id ORDER BY kind, component, signature
"""
"""An entry takes about 200 bytes in the file beside its value: key, digest, times and two indexes."""
_SHRINK = """
DELETE FROM entries WHERE key IN (
    SELECT key FROM (
        SELECT key, SUM(LENGTH(value) + 200) OVER (ORDER BY used, made, key) - LENGTH(value) - 200 AS before
        FROM entries
    ) WHERE before < ?
)
"""
"""The entry that brings the sum over the surplus goes, too, so that every turn takes out one at least."""
_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12} | {
    f"{letter}IB": 1 << (10 * power) for power, letter in enumerate("KMGT", start=1)
}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
_LISTED = 20
"""Damaged entries that are listed one by one."""
_VERDICTS = TypeAdapter(tuple[Verdict, ...])


class CacheRow(Record):
    """The entries of one component in the cache."""

    kind: str = Field(description="What is kept: `prediction`, or `verdicts` with their claims and evidence.")
    component: str = Field(description="Name of the component that made it.")
    signature: str = Field(description="The component's signature.")
    entries: int = Field(ge=0, description="How many entries.")
    bytes: int = Field(ge=0, description="What they take in the file, about.")
    oldest: UtcDatetime = Field(description="When the first of them was made.")
    newest: UtcDatetime = Field(description="When the last was made.")
    used: UtcDatetime = Field(description="When one was last used, to the hour.")


class Contents(Record):
    """The contents of a cache."""

    file: str = Field(description="The cache's file.")
    file_bytes: int = Field(ge=0, description="Its size; 0 where there is none.")
    rows: tuple[CacheRow, ...] = Field(description="By kind and component.")


class Removed(Record):
    """The result of taking entries out of a cache."""

    file: str = Field(description="The cache's file.")
    entries: int = Field(ge=0, description="Entries taken out.")
    left: int = Field(ge=0, description="Entries left.")
    file_bytes: int = Field(ge=0, description="The file's size now.")


class Verified(Record):
    """The result of an examination."""

    file: str = Field(description="The cache's file.")
    entries: int = Field(ge=0, description="Entries examined.")
    damaged: int = Field(ge=0, description="Entries that are not what was written.")
    problems: tuple[str, ...] = Field(description="What is wrong, a line each; of damaged entries the first.")


def contents(folder: Path) -> Contents:
    """List what the cache in `folder` holds. Raises StoreError where it cannot be read."""
    file = _file_in(folder)
    if not file.exists():
        return Contents(file=str(file), file_bytes=0, rows=())
    with _open(file) as db:
        db.row_factory = sqlite3.Row
        rows = [dict(row) for row in db.execute(_BY_MAKER)]
    moments = ("oldest", "newest", "used")
    shown = [CacheRow(**{**row, **{name: datetime.fromtimestamp(row[name], UTC) for name in moments}}) for row in rows]
    return Contents(file=str(file), file_bytes=_size(file), rows=tuple(shown))


def prune(folder: Path, *, older_than: int | None = None, max_size: int | None = None) -> Removed:
    """Take out entries not used for `older_than` seconds, then the longest unused until the file fits `max_size` bytes.

    The file is written anew without them. Raises StoreError where it cannot be.
    """
    file = _file_in(folder)
    if not file.exists():
        return Removed(file=str(file), entries=0, left=0, file_bytes=0)
    with _open(file) as db:
        before = _count(db)
        if older_than is not None:
            db.execute("DELETE FROM entries WHERE used <= ?", (int(time.time()) - older_than,))
            db.commit()
        if max_size is not None:
            _shrink(db, max_size)
        left = _count(db)
        if left < before:
            db.execute("DELETE FROM makers WHERE id NOT IN (SELECT maker FROM entries)")
            db.commit()
            _compact(db)
    return Removed(file=str(file), entries=before - left, left=left, file_bytes=_size(file))


def clear(folder: Path) -> Removed:
    """Take everything out; a file that cannot be read is deleted. Raises StoreError where that is not possible."""
    file = _file_in(folder)
    if not file.exists():
        return Removed(file=str(file), entries=0, left=0, file_bytes=0)
    try:
        with _open(file) as db:
            entries = _count(db)
            db.executescript("BEGIN IMMEDIATE; DELETE FROM entries; DELETE FROM makers; COMMIT;")
            _compact(db)
        return Removed(file=str(file), entries=entries, left=0, file_bytes=_size(file))
    except StoreError:
        try:
            for part in (file, *_companions(file)):
                part.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"{file}: cannot be deleted: {error.strerror}") from None
        return Removed(file=str(file), entries=0, left=0, file_bytes=0)


def verify(folder: Path) -> Verified:
    """Hold every entry against its digest and its form, and the file against SQLite's own rules.

    Raises StoreError where the file cannot be read at all.
    """
    file = _file_in(folder)
    if not file.exists():
        return Verified(file=str(file), entries=0, damaged=0, problems=())
    problems: list[str] = []
    entries = damaged = 0
    with _open(file) as db:
        said = [row[0] for row in db.execute(f"PRAGMA integrity_check({_LISTED})")]
        problems += [f"the file: {line}" for line in said if line != "ok"]
        query = "SELECT key, value, digest, kind FROM entries LEFT JOIN makers ON makers.id = maker"
        for key, value, digest, kind in db.execute(query):
            entries += 1
            wrong = _what_is_wrong(key, value, digest, kind)
            if wrong:
                damaged += 1
                if damaged <= _LISTED:
                    shown = key.hex()[:16] if isinstance(key, bytes) else repr(key)[:16]
                    problems.append(f"entry {shown}…: {wrong}")
    if damaged > _LISTED:
        problems.append(f"and {damaged - _LISTED} more damaged entries")
    return Verified(file=str(file), entries=entries, damaged=damaged, problems=tuple(problems))


def _file_in(folder: Path) -> Path:
    """Return where the cache in `folder` is. Raises UsageError where that is no folder."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: not a folder; accepted: the folder of a cache")
    return folder / FILE


def size_in_bytes(text: str) -> int:
    """`1GB`, `500 MB`, `2GiB` in bytes. Raises UsageError for anything else."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?I?B?)\s*", text.upper())
    unit = found[2] if found else ""
    unit = unit if unit in _UNITS else f"{unit}B"
    if not found or unit not in _UNITS:
        raise UsageError(f"--max-size: found {text!r}; accepted: a number with KB, MB, GB, MiB or GiB, such as 1GB")
    return int(float(found[1]) * _UNITS[unit])


def age_in_seconds(text: str) -> int:
    """`30d`, `12h`, `2w` in seconds. Raises UsageError for anything else."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smhdw])\s*", text.lower())
    if not found:
        raise UsageError(f"--older-than: found {text!r}; accepted: a number with s, m, h, d or w, such as 30d")
    return int(float(found[1]) * _SECONDS[found[2]])


def _what_is_wrong(key: object, value: object, digest: object, kind: object) -> str:
    if not is_sound(key, value, digest):
        return "does not fit its digest"
    try:
        plain = unpacked(value if isinstance(value, bytes) else b"")
        if kind == "prediction":
            Prediction.model_validate_json(plain)
        elif kind == "verdicts":
            _VERDICTS.validate_json(plain)
        else:
            return "nothing says what made it"
    except ValidationError as error:
        return f"is not what a {kind} looks like: {error.errors(include_url=False)[0]['msg']}"
    except ValueError as error:
        return str(error)
    return ""


def _shrink(db: sqlite3.Connection, max_size: int) -> None:
    """Take out the longest unused until the file's pages in use fit."""
    while (used := _bytes_in_use(db)) > max_size and (left := _count(db)):
        held = db.execute("SELECT SUM(LENGTH(value) + 200) FROM entries").fetchone()[0]
        db.execute(_SHRINK, (max(1, int((used - max_size) * min(1.0, held / used))),))
        db.commit()
        if _count(db) == left:
            break
        _compact(db)


def _bytes_in_use(db: sqlite3.Connection) -> int:
    pages, free, size = (
        db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def _compact(db: sqlite3.Connection) -> None:
    """Give the room of what was taken out back to the system; a process that reads meanwhile is waited for."""
    db.execute("VACUUM")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _count(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT COUNT(*) FROM entries").fetchone()[0])


def _companions(file: Path) -> tuple[Path, Path]:
    return file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")


def _size(file: Path) -> int:
    """The file with what is not written into it yet; the index in shared memory goes with the last process."""
    return sum(part.stat().st_size for part in (file, _companions(file)[0]) if part.exists())


@contextmanager
def _open(file: Path) -> Iterator[sqlite3.Connection]:
    """The file, for work that must not be half done. Raises StoreError where anything goes wrong."""
    with closing(connect(file)) as db:
        try:
            yield db
        except sqlite3.Error as error:
            raise StoreError(f"{file}: cannot be read: {error}; `harness cache clear` begins a new one") from None
