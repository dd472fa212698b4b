"""Local copies of runs in stores: everything that reads and writes a run's folder does so in a copy of it.

A copy lies in a cache folder of this machine. Who reads a run gets each file when it is first asked for, and none that
nobody asks for; who writes one gets all of it first, and what is written is sent while the run goes on (`sending`). A
mark beside a copy says that it may hold what was not sent: such a copy is gone on with, unless the store has moved on.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

from harness.disk.durable import replace_bytes, replace_text, unwritable
from harness.disk.lock import is_held, owner
from harness.errors import StoreError
from harness.stores.address import Address
from harness.stores.backends import Seen
from harness.stores.lease import LEASE, Lease, describe, seconds_left
from harness.stores.parts import MANIFEST, RUN_NAME, Part, StoredRun, decode, matching, size_of
from harness.stores.remote import AwayError, Remote
from harness.stores.sending import Sender, fenced

FRESH = 2.0
"""Seconds for which what a store said of a run is believed."""
AT_ONCE = 8
"""Objects that are read at once."""
INTERRUPTED_PATIENCE = 0.7
"""Seconds that an interrupted process has left to send what it has."""
_STATE = ".state"


class Store:
    """A results folder in a store, and the folder of its copies."""

    def __init__(self, remote: Remote, root: Path) -> None:
        self.remote = remote
        self.root = root
        self.runs: dict[str, RunCopy] = {}
        self._looked = 0.0
        self.copy = self._name_of_copies()

    @property
    def address(self) -> Address:
        """Where it is."""
        return self.remote.address

    def refresh(self) -> None:
        """See which runs there are, and read their manifests."""
        if monotonic() - self._looked < FRESH:
            return
        names = sorted(name for name in self.remote.folders() if RUN_NAME.match(name))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda name: self.run(name).fetch(MANIFEST), names))
        for path in self.root.iterdir():  # copies of runs that were removed there
            if path.name not in names and RUN_NAME.match(path.name) and path.is_dir():
                self.run(path.name).fetch(MANIFEST)
        self._looked = monotonic()

    def run(self, name: str) -> "RunCopy":
        """Find the copy of a run, whether there is such a run or not."""
        return self.runs.setdefault(name, RunCopy(self, name))

    def _name_of_copies(self) -> str:
        file = self.root / _STATE / "copy"
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError), file.open("x") as stream:
                stream.write(secrets.token_hex(8))
            return file.read_text() or "unnamed"
        except OSError as error:
            raise unwritable(file, error) from None


class RunCopy:
    """The copy of one run."""

    def __init__(self, store: Store, name: str) -> None:
        self.path = store.root / name
        self.address = f"{store.address}/{name}"
        self._store = store
        self._name = name
        self._mark = store.root / _STATE / f"{name}.unsent"
        self._stored: StoredRun | None = None
        self._read_at = float("-inf")
        self._objects: dict[str, Seen] = {}
        self._listed_at = float("-inf")
        self._fetched: dict[str, tuple[Part, ...] | None] = {}
        self._sender: Sender | None = None
        self._lease: Lease | None = None
        self._looking = threading.RLock()

    def stored(self, *, again: bool = False) -> StoredRun | None:
        """Read what the store says of the run; None where it has none."""
        with self._looking:
            if again or monotonic() - self._read_at > FRESH:
                held = self._store.remote.read(f"{self._name}/{MANIFEST}")
                where = f"{self.address}/{MANIFEST}"
                self._stored = decode(held.data, held.version, where) if held else None
                self._read_at = monotonic()
            return self._stored

    def fetch(self, name: str) -> None:
        """Make a file of the copy what the store has. Raises StoreError where that lacks what it lists."""
        if self._sender is not None:
            return
        with self._looking:
            stored = self.stored()
            if self._goes_on_here(stored):
                return
            if stored is None:
                if self.path.is_dir() and not is_held(self.path):  # the run was removed there
                    shutil.rmtree(self.path, ignore_errors=True)
            elif name == MANIFEST:
                self._put_manifest(stored)
            elif not self._is_fetched(name, stored):
                self._put_file(name)

    def has(self, name: str) -> bool:
        """Tell whether a file of the copy can be compared with the manifest: else `damage` asks the store."""
        if self._sender is not None:
            return True
        with self._looking:
            stored = self.stored()
            return stored is None or self._goes_on_here(stored) or self._is_fetched(name, stored)

    def _is_fetched(self, name: str, stored: StoredRun) -> bool:
        """Tell whether a file was made of the parts that are listed now, and is there, or rightly is not."""
        parts = stored.files.get(name)
        is_known = name in self._fetched and self._fetched[name] == parts
        return is_known and (self.path / name).exists() == (parts is not None)

    def parts(self, name: str) -> tuple[Part, ...]:
        """List the parts of a file that was not fetched."""
        stored = self.stored()
        return tuple(stored.files.get(name, ())) if stored else ()

    def damage(self, name: str, size: int | None) -> str:
        """Say what is wrong with a file that is not here, by the store's list of parts; `size` is its due."""
        parts = self.parts(name)
        if size is None:
            return "has rows, and the run wrote none" if size_of(parts) else ""
        if size_of(parts) != size:
            return f"was changed after the run: {size_of(parts):,} bytes in place of {size:,}"
        there = self._listed() if parts else {}
        for part in parts:
            seen = there.get(f"{self._name}/{name}/{part.name}")
            if seen is None:
                return f"lacks its part {part.name}"
            if seen.size != part.bytes or (seen.version and part.version and seen.version != part.version):
                return f"was changed after the run: {part.name} holds something else"
        return ""

    def _listed(self) -> dict[str, Seen]:
        """List the run's objects, with one call for all of its files."""
        if monotonic() - self._listed_at > FRESH:
            self._objects = self._store.remote.listing(self._name)
            self._listed_at = monotonic()
        return self._objects

    def is_held(self) -> bool:
        """Tell whether a process anywhere has the run."""
        if is_held(self.path):
            return True
        held = self._store.remote.read(f"{self._name}/{LEASE}")
        return held is not None and seconds_left(held) > 0

    def owner(self) -> str:
        """Tell which process has the run, in words."""
        if is_held(self.path):
            return owner(self.path)
        held = self._store.remote.read(f"{self._name}/{LEASE}")
        return describe(held.data if held else b"")

    def bytes_in_all(self) -> int:
        """Add up the bytes of the run in its store."""
        return sum(seen.size for seen in self._listed().values())

    @contextmanager
    def writing(self, *, wait: bool, told: Callable[[str], None]) -> Iterator[None]:
        """Hold the run in its store, and send what is written; call it with the lock of the copy.

        Raises StoreError where another process has it, where it was taken over, and where the store is away at the
        end: what was not sent then stays in the copy, and goes when the run is next written.
        """
        lease = Lease(self._store.remote, self._name, self._store.copy)
        lease.acquire(wait=wait, told=told)
        try:
            sender = Sender(self._store.remote, self._name, self.path, lease, self._store.copy)
            sender.begin(self._take_up())
            self._sender, self._lease = sender, lease
            try:
                yield
            except BaseException as error:
                patience = INTERRUPTED_PATIENCE if isinstance(error, KeyboardInterrupt) else None
                self._end_after(error, patience, told)
                raise
            self._end(None)
        finally:
            self._sender = self._lease = None
            self._read_at = float("-inf")
            lease.release()

    def is_ours(self) -> bool:
        """See that no other process took the run that this one writes. Raises StoreError that names it."""
        if self._lease is not None:
            self._lease.see_that_it_is_ours()
        return True

    @contextmanager
    def replacing(self, name: str) -> Iterator[None]:
        """While the context is open, a file of the copy is replaced or removed."""
        if self._sender is None or name == MANIFEST:
            yield
            return
        with self._sender.replacing(name):
            yield

    def delete(self) -> None:
        """Delete the run from its store: first its manifest, so that what a kill leaves is no run."""
        lease = Lease(self._store.remote, self._name, self._store.copy)
        lease.acquire(wait=False, told=lambda _: None)
        try:
            remote = self._store.remote
            remote.delete([f"{self._name}/{MANIFEST}"])
            remote.delete([key for key in remote.listing(self._name) if not key.endswith(f"/{LEASE}")])
            self._mark.unlink(missing_ok=True)
        finally:
            lease.release()

    def mark_as_newer(self) -> None:
        """Note that the copy holds what was not sent: it was written without the store."""
        self._mark.touch()
        self._read_at = float("-inf")

    def _goes_on_here(self, stored: StoredRun | None) -> bool:
        """Tell whether the copy is newer than the store: it was written here, and the store has not moved on since."""
        if is_held(self.path):
            return True
        is_last = stored is None or stored.stored.writer == self._store.copy
        return is_last and self._mark.exists() and (self.path / MANIFEST).exists()

    def _take_up(self) -> StoredRun | None:
        """Make the copy what the run goes on from; it is locked, and the lease is ours."""
        with self._looking, self._alone():
            stored = self.stored(again=True)
            is_last = stored is None or stored.stored.writer == self._store.copy
            is_newer = is_last and self._mark.exists() and (self.path / MANIFEST).exists()
            if not is_newer:
                self._mark.unlink(missing_ok=True)
            stored = fenced(self._store.remote, self._name, self._store.copy, lambda: self.stored(again=True))
            if not is_newer:
                self._replace_copy(stored)
            self._mark.touch()
            return stored

    def _replace_copy(self, stored: StoredRun | None) -> None:
        """Make every file of the copy what the store has, and remove those that it has not."""
        files = dict(stored.files) if stored else {}
        for path in list(self.path.iterdir()):
            if path.is_file() and not path.name.startswith(".") and path.name not in files:
                path.unlink()
        for name, parts in files.items():
            self._build(name, parts)
        if stored:
            replace_text(self.path / MANIFEST, stored.manifest)

    def _end(self, patience: float | None) -> None:
        assert self._sender is not None  # noqa: S101 - called while the run is written
        try:
            self._stored = self._sender.end(patience)
        except AwayError as error:
            raise StoreError(
                f"{error}; everything is kept in {self.path}, and the same command sends it when the store is back"
            ) from None
        self._fetched = dict(self._stored.files) if self._stored else {}
        self._mark.unlink(missing_ok=True)

    def _end_after(self, error: BaseException, patience: float | None, told: Callable[[str], None]) -> None:
        try:
            self._end(patience)
        except StoreError as trouble:
            if str(trouble) != str(error):
                told(str(trouble))

    def _put_manifest(self, stored: StoredRun) -> None:
        file = self.path / MANIFEST
        with self._alone():
            if is_held(self.path):
                return
            self.path.mkdir(parents=True, exist_ok=True)
            with suppress(OSError, UnicodeDecodeError):
                if file.read_text(encoding="utf-8") == stored.manifest:
                    return
            replace_text(file, stored.manifest)

    def _put_file(self, name: str) -> None:
        """Make a file what the store lists; where parts were replaced meanwhile, what it lists by now."""
        for _ in range(3):
            stored = self.stored()
            parts = stored.files.get(name) if stored else None
            with self._alone():
                if is_held(self.path):
                    return
                try:
                    self._build(name, parts)
                except StoreError:
                    again = self.stored(again=True)
                    if again is None or again.files.get(name) == parts:
                        raise
                    continue
            self._fetched[name] = parts
            return

    def _build(self, name: str, parts: tuple[Part, ...] | None) -> None:
        """Make a file of its parts, none where it is not listed; what it begins with is not read again."""
        file = self.path / name
        self.path.mkdir(parents=True, exist_ok=True)
        if parts is None:
            file.unlink(missing_ok=True)
            return
        there = matching(file, parts)
        with suppress(FileNotFoundError):
            if there == len(parts) and file.stat().st_size == size_of(parts):
                return
        replace_bytes(file, self._pieces(file, name, parts, there))

    def _pieces(self, file: Path, name: str, parts: tuple[Part, ...], there: int) -> Iterator[bytes]:
        if there:
            with file.open("rb") as stream:
                for part in parts[:there]:
                    yield stream.read(part.bytes)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for start in range(there, len(parts), AT_ONCE):
                yield from pool.map(lambda part: self._part(name, part), parts[start : start + AT_ONCE])

    def _part(self, name: str, part: Part) -> bytes:
        held = self._store.remote.read(f"{self._name}/{name}/{part.name}")
        if held is None:
            raise StoreError(f"{self.address}/{name}: lacks its part {part.name}, which the manifest lists")
        if len(held.data) != part.bytes or hashlib.sha256(held.data).hexdigest() != part.sha256:
            raise StoreError(f"{self.address}/{name}/{part.name}: was changed after it was written")
        return held.data

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no other process of this machine make files of the copy meanwhile."""
        file = self._store.root / _STATE / f"{self._name}.lock"
        try:
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise unwritable(file, error) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
