"""A cache's contents, and keeping it small and sound: `harness cache list`, `prune`, `clear`, `verify`."""

import re
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError

from harness.cache.store import COLUMNS, FILE, TIME, companions, connect, shown_key, unpacked, wrong_with
from harness.errors import StoreError, UsageError
from harness.records import Failure, Prediction, Record, UtcDatetime, Verdict

_MADE, _USED = TIME.format("made"), TIME.format("used")
_DATED = f"{_MADE} IS NOT NULL AND {_USED} IS NOT NULL"
"""False of an entry whose times are damaged."""
_BY_MAKER = f"""
SELECT kind, component, signature, COUNT(*) AS entries, SUM(LENGTH(value) + 200) AS bytes,
    MIN(made) AS oldest, MAX(made) AS newest, MAX(used) AS used
FROM entries JOIN makers ON makers.id = maker WHERE {_DATED}
GROUP BY makers.id ORDER BY kind, component, signature
"""  # noqa: S608 - names of columns only
"""An entry takes about 200 bytes in the file beside its value: key, digest, times and two indexes."""
_SHRINK = """
DELETE FROM entries WHERE rowid IN (
    SELECT row FROM (
        SELECT rowid AS row, SUM(LENGTH(value) + 200) OVER (ORDER BY used, made, key) - LENGTH(value) - 200 AS before
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
_FORMS: Mapping[object, TypeAdapter[Any]] = {
    "prediction": TypeAdapter(Prediction | Failure),  # that a deterministic model answers nothing is kept too
    "verdicts": TypeAdapter(tuple[Verdict, ...]),
}
"""Kind of an entry → what its value is."""


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
    undated: int = Field(default=0, ge=0, description="Entries whose times are damaged; they are in no row.")


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
        undated = int(db.execute(f"SELECT COUNT(*) FROM entries WHERE NOT ({_DATED})").fetchone()[0])  # noqa: S608
    moments = ("oldest", "newest", "used")
    shown = [CacheRow(**{**row, **{name: datetime.fromtimestamp(row[name], UTC) for name in moments}}) for row in rows]
    return Contents(file=str(file), file_bytes=_size(file), rows=tuple(shown), undated=undated)


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
            unused = f"DELETE FROM entries WHERE used <= ? OR NOT ({_DATED})"  # noqa: S608 - names of columns only
            db.execute(unused, (int(time.time()) - older_than,))
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
            for part in (file, *companions(file)):
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
        query = f"SELECT key, kind, {COLUMNS} FROM entries LEFT JOIN makers ON makers.id = maker"  # noqa: S608
        for key, kind, value, *columns in db.execute(query):
            entries += 1
            wrong = wrong_with(key, value, *columns) or _misform(kind, unpacked(value))
            if wrong:
                damaged += 1
                if damaged <= _LISTED:
                    problems.append(f"entry {shown_key(key)}: {wrong}")
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


def _misform(kind: object, plain: bytes) -> str:
    """Say how a value is not of its kind; empty where it is."""
    form = _FORMS.get(kind)
    if form is None:
        return "nothing says what made it"
    try:
        form.validate_json(plain)
    except ValidationError as error:
        return f"is not what a {kind} looks like: {error.errors(include_url=False)[0]['msg']}"
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


def _size(file: Path) -> int:
    """The file with what is not written into it yet; the index in shared memory goes with the last process."""
    return sum(part.stat().st_size for part in (file, companions(file)[0]) if part.exists())


@contextmanager
def _open(file: Path) -> Iterator[sqlite3.Connection]:
    """The file, for work that must not be half done. Raises StoreError where anything goes wrong."""
    with closing(connect(file)) as db:
        db.text_factory = lambda text: text.decode("utf-8", "replace")  # of a damaged file
        try:
            yield db
        except sqlite3.Error as error:
            raise StoreError(f"{file}: cannot be read: {error}; `harness cache clear` begins a new one") from None
