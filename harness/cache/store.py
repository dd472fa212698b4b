"""Results kept across runs, by content: one SQLite file that any number of processes share.

    <results>/.cache/cache.sqlite

SQLite in write-ahead mode, from the standard library, and not a file for each entry: a run over 200,000 clusters makes
a million small entries, which one file holds in few transactions, counts and prunes by an index, and locks by itself.

A cache may fail, a run must not: what cannot be opened, read or written is noted once and done without. Each value is
kept with its digest; one that does not fit its digest is dropped with a note, and counts as absent. Values are JSON,
never pickles. Failures are never kept: only records that a stage finished with are handed in.
"""

import hashlib
import os
import sqlite3
import stat
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from harness.errors import StoreError
from harness.stores.places import local

FILE = "cache.sqlite"
FOLDER = ".cache"
VARIABLE = "HARNESS_CACHE"
"""Environment variable that names another folder for the cache."""
LAYOUT = 1
"""Version of the tables; a file of another version is not used."""

Kind = Literal["prediction", "verdicts"]
_Maker = tuple[Kind, str, str]
"""What made an entry: its kind, the component's name and signature."""

_WAIT = 60.0
"""Seconds to wait for another process's transaction."""
_AT_ONCE = 500
"""Entries read in one query and written in one transaction."""
_SECONDS = 1.0
"""New entries wait no longer than this for company."""
_HOUR = 3600
"""Seconds between two notes that an entry is in use."""
_PACKED = 400
"""Values of more bytes are compressed: verdicts quote the articles."""
_TABLES = """
CREATE TABLE IF NOT EXISTS makers (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, component TEXT NOT NULL, signature TEXT NOT NULL,
    UNIQUE (kind, component, signature)
);
CREATE TABLE IF NOT EXISTS entries (
    key BLOB PRIMARY KEY, maker INTEGER NOT NULL, value BLOB NOT NULL, digest BLOB NOT NULL,
    made INTEGER NOT NULL, used INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS entries_by_use ON entries (used);
"""


# A damaged column may hold anything, also text that cannot be decoded: what is of another type is read as nothing.
_BYTES = "CASE typeof({0}) WHEN 'blob' THEN {0} END"
_LAST_SECOND = 253_402_300_799
"""Of the year 9999, in seconds since 1970."""
TIME = f"CASE WHEN typeof({{0}}) = 'integer' AND {{0}} BETWEEN 0 AND {_LAST_SECOND} THEN {{0}} END"
COLUMNS = ", ".join([_BYTES.format("value"), _BYTES.format("digest"), TIME.format("made"), TIME.format("used")])
"""Value, digest and times of an entry, for `wrong_with`."""


class Cache:
    """An open cache."""

    def __init__(self, folder: Path, note: Callable[[str], None]) -> None:
        """Open the cache in `folder`, made where it is missing. Raises StoreError where it cannot be used."""
        self.file = folder / FILE
        self._note = note
        self._waiting: dict[bytes, tuple[_Maker, bytes]] = {}
        self._waiting_since = 0.0
        self._broken = False
        self._dropped = 0
        self._db = connect(self.file)

    def close(self) -> None:
        """Write what waits, and let go of the file."""
        self.flush()
        with suppress(sqlite3.Error):
            self._db.close()
        if self._dropped > 1:
            self._note(f"{self.file}: {self._dropped} damaged entries in all were dropped and computed again")

    def find(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The values kept under some keys; what is damaged is dropped and left out."""
        found = {key: unpacked(self._waiting[key][1]) for key in keys if key in self._waiting}
        wanted = [key for key in dict.fromkeys(keys) if key not in found]
        for start in range(0, 0 if self._broken else len(wanted), _AT_ONCE):
            with self._safely("read"):
                found.update(self._read_values(wanted[start : start + _AT_ONCE]))
        return found

    def drop(self, keys: Sequence[bytes]) -> None:
        """Forget entries that cannot be trusted."""
        if not self._dropped:
            self._note(f"{self.file}: a damaged entry was dropped and is computed again: {shown_key(keys[0])}")
        self._dropped += len(keys)
        with self._safely("written"), self._db:
            self._db.executemany("DELETE FROM entries WHERE key = ?", [(key,) for key in keys])

    def keep(self, kind: Kind, component: str, signature: str, key: bytes, value: bytes) -> None:
        """Keep one value; it is on disk a second later, or when the cache is closed."""
        if not self._waiting:
            self._waiting_since = time.monotonic()
        self._waiting[key] = ((kind, component, signature), packed(value))
        if len(self._waiting) >= _AT_ONCE or time.monotonic() - self._waiting_since >= _SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        waiting, self._waiting = self._waiting, {}
        if not waiting or self._broken:
            return
        now = int(time.time())
        with self._safely("written"), self._db:
            # In one transaction: `harness cache clear` and `prune` may have taken out what made earlier entries.
            self._db.execute("BEGIN IMMEDIATE")
            ids = {maker: self._id_of(maker) for maker, _ in waiting.values()}
            rows = [
                (key, ids[maker], value, digest_of(key, value), now, now) for key, (maker, value) in waiting.items()
            ]
            self._db.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?)", rows)

    def _read_values(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        marks = ",".join("?" * len(keys))
        query = f"SELECT key, {COLUMNS} FROM entries WHERE key IN ({marks})"  # noqa: S608 - only marks
        rows = self._db.execute(query, keys).fetchall()
        bad = [key for key, *columns in rows if wrong_with(key, *columns)]
        if bad:
            self.drop(bad)
        now = int(time.time())
        sound = {key: (value, used) for key, value, _, _, used in rows if key not in bad}
        stale = [(now, key) for key, (_, used) in sound.items() if used < now - _HOUR]
        if stale:
            with self._db:
                self._db.executemany("UPDATE entries SET used = ? WHERE key = ?", stale)
        return {key: unpacked(value) for key, (value, _) in sound.items()}

    def _id_of(self, maker: _Maker) -> int:
        """Find the row that says what made an entry, made where it is missing."""
        self._db.execute("INSERT OR IGNORE INTO makers (kind, component, signature) VALUES (?, ?, ?)", maker)
        query = "SELECT id FROM makers WHERE kind = ? AND component = ? AND signature = ?"
        return int(self._db.execute(query, maker).fetchone()[0])

    @contextmanager
    def _safely(self, what: str) -> Iterator[None]:
        """Say once that the cache cannot be used, and go on without it."""
        try:
            yield
        except sqlite3.Error as error:
            if not self._broken:
                self._note(f"{self.file}: cannot be {what}, so this run goes on without it: {error}")
            self._broken = True


@contextmanager
def opened(
    results: Path, chosen: Path | None, note: Callable[[str], None], *, unused: bool = False
) -> Iterator[Cache | None]:
    """The cache of the runs in `results` while the context is open; `chosen` names another folder for it.

    None where it is to be left `unused`, and, with a note, where it cannot be used.
    """
    cache = None
    if not unused:
        try:
            cache = Cache(folder_of(results, chosen), note)
        except StoreError as error:
            note(f"{error}; this run goes on without a cache, and `harness cache clear` begins a new one")
    try:
        yield cache
    finally:
        if cache is not None:
            cache.close()


def folder_of(results: Path, chosen: Path | None) -> Path:
    """Where the cache is: the folder chosen, else what the environment says, else `.cache` below the results.

    The folder chosen may be a link, as the results folder may. Raises StoreError for a link below the results.
    """
    results = local(results)
    named = os.environ.get(VARIABLE)
    folder = chosen or (Path(named) if named else results / FOLDER)
    below = os.path.relpath(folder, results)
    parts = Path(below).parts if ".." not in Path(below).parts else ()
    for count in range(1, len(parts) + 1):
        refuse_link(results.joinpath(*parts[:count]))
    return folder


def refuse_link(path: Path) -> None:
    """Raise StoreError where `path` is a link, or a file with a second name: what is written must not land there."""
    try:
        about = path.lstat()
    except OSError:  # there is none, or whoever opens it says why not
        return
    if stat.S_ISLNK(about.st_mode):
        raise StoreError(f"{path}: a link, through which nothing is written; remove it, or name its folder as --cache")
    if stat.S_ISREG(about.st_mode) and about.st_nlink > 1:
        raise StoreError(
            f"{path}: it has a second name (a hard link), whose file would be written too; put a copy in its place"
        )


def connect(file: Path) -> sqlite3.Connection:
    """A connection to a cache's file, made where it is missing.

    Raises StoreError where it cannot be opened, is a link or no such file, or has tables of another version.
    """
    for part in (file, *companions(file)):
        refuse_link(part)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(file, timeout=_WAIT)
        layout = _prepare(db)
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise StoreError(f"{file}: cannot be used: {reason}") from None
    if layout not in (0, LAYOUT):
        db.close()
        raise StoreError(f"{file}: is laid out by version {layout}, and this is version {LAYOUT}")
    return db


def _prepare(db: sqlite3.Connection) -> int:
    """Set a file up where it is new, and say what version its tables are of.

    SQLite does not wait by itself where two processes turn one new file to write-ahead mode.
    """
    until = time.monotonic() + _WAIT
    while True:
        try:
            # A transaction that a power cut takes back is computed again, so that none has to wait for the disk.
            db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")
            layout = int(db.execute("PRAGMA user_version").fetchone()[0])
            if layout == 0:
                db.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {LAYOUT}; COMMIT;")
            return layout
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            with suppress(sqlite3.Error):
                db.rollback()
            time.sleep(0.02)


def packed(value: bytes) -> bytes:
    """A value as it is kept: compressed where that is worth it."""
    return b"z" + zlib.compress(value, 1) if len(value) > _PACKED else b"-" + value


def unpacked(kept: bytes) -> bytes:
    """The value again. Raises ValueError where it was not written by `packed`."""
    if kept[:1] == b"-":
        return kept[1:]
    if kept[:1] != b"z":
        raise ValueError("neither plain nor compressed")
    try:
        return zlib.decompress(kept[1:])
    except zlib.error as error:
        raise ValueError(f"cannot be unpacked: {error}") from None


def digest_of(key: bytes, kept: bytes) -> bytes:
    """The digest that an entry carries; over its key, too, so that no value stands under another's key."""
    return hashlib.sha256(key + kept).digest()[:16]


def companions(file: Path) -> tuple[Path, ...]:
    """The files that SQLite keeps beside a cache's file."""
    return tuple(file.with_name(f"{file.name}-{end}") for end in ("wal", "shm", "journal"))


def shown_key(key: object) -> str:
    """An entry's key, as messages name it."""
    return f"{key.hex()[:16]}…" if isinstance(key, bytes) else f"{repr(key)[:16]}…"


def wrong_with(key: object, kept: object, digest: object, made: object, used: object) -> str:
    """Say what is wrong with an entry, given its columns as `COLUMNS` reads them; empty for what was written."""
    if not is_sound(key, kept, digest):
        return "does not fit its digest"
    if not isinstance(made, int) or not isinstance(used, int):
        return "its times are no times"
    try:
        unpacked(kept if isinstance(kept, bytes) else b"")
    except ValueError as error:
        return str(error)
    return ""


def is_sound(key: object, kept: object, digest: object) -> bool:
    """Tell whether an entry is what was written."""
    return isinstance(key, bytes) and isinstance(kept, bytes) and digest == digest_of(key, kept)
