"""Sends what a run writes on this machine to its store: new rows as parts every few seconds, then the manifest.

Parts first, then in one exchange the manifest that lists them. An exchange fails where another process took the run
meanwhile: what was sent then is listed nowhere.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import monotonic

from harness.errors import StoreError
from harness.stores.backends import ChangedError
from harness.stores.lease import Lease
from harness.stores.parts import (
    FILE_NAME,
    FORMAT,
    MANIFEST,
    PART_BYTES,
    Part,
    Stored,
    StoredRun,
    cut,
    encode,
    matching,
    number_of,
    size_of,
)
from harness.stores.remote import AwayError, Remote

LONGEST_EVERY = 60.0
"""Seconds between two sendings of a long run, at most: its parts stay few."""
_LOOK_EVERY = 0.5


@dataclass
class _Sent:
    """What was sent of one file."""

    parts: tuple[Part, ...] = ()
    number: int = 0
    """The last number given to a part of it."""
    generation: int = 0
    """How often the file was replaced: parts of what stood there before are dropped."""


class Sender:
    """Sends one run's folder."""

    def __init__(self, remote: Remote, run: str, folder: Path, lease: Lease, writer: str) -> None:
        self._remote = remote
        self._run = run
        self._folder = folder
        self._lease = lease
        self._writer = writer
        self._stored: StoredRun | None = None
        self._files: dict[str, _Sent] = {}
        self._replacing: set[str] = set()
        self._names = threading.Lock()
        """Held while files are looked at, so that none is replaced meanwhile."""
        self._one_at_a_time = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._send_now_and_then, name="sender", daemon=True)
        self._started = monotonic()
        self.trouble = ""
        """Why nothing could be sent last time; empty where it could."""

    def begin(self, stored: StoredRun | None) -> None:
        """Begin behind what the store has; what the folder holds otherwise is sent anew."""
        self._stored = stored
        for name, parts in stored.files.items() if stored else ():
            kept = parts if matching(self._folder / name, parts) == len(parts) else ()
            self._files[name] = _Sent(kept, max(map(number_of, parts), default=0))
        self._thread.start()

    @contextmanager
    def replacing(self, name: str) -> Iterator[None]:
        """While the context is open, a file is replaced: nothing of it is sent, and after it the whole."""
        with self._names:
            self._replacing.add(name)
        try:
            yield
        finally:
            with self._names:
                self._replacing.discard(name)
                sent = self._files.setdefault(name, _Sent())
                sent.parts, sent.generation = (), sent.generation + 1

    def end(self, patience: float | None = None) -> StoredRun | None:
        """Send the rest, and return what the store has now.

        Raises AwayError where it does not answer, StoreError where another process took the run.
        """
        self._over.set()
        self._thread.join()
        self._send(patience, None)
        stored = self._stored
        if stored is not None:
            with suppress(StoreError):
                self._sweep(stored, patience)
        return stored

    def _send_now_and_then(self) -> None:
        sent = monotonic()
        while not self._over.wait(min(_LOOK_EVERY, self._remote.timing.every)):
            every = min(max(self._remote.timing.every, (monotonic() - self._started) / 100), LONGEST_EVERY)
            if monotonic() - sent < every and self._waiting() < PART_BYTES:
                continue
            try:
                self._send(None, self._over)
                self.trouble = ""
            except AwayError as error:
                self.trouble = str(error)
            except StoreError as error:  # what will not pass by itself is said at the end, too
                self.trouble = str(error)
                if self._lease.lost:
                    return
            sent = monotonic()

    def _waiting(self) -> int:
        """Count the bytes that were not sent yet."""
        with self._names:
            known = {name: size_of(sent.parts) for name, sent in self._files.items()}
        return sum(max(0, file.stat().st_size - known.get(file.name, 0)) for file in self._local_files())

    def _local_files(self) -> list[Path]:
        with suppress(OSError):
            inside = sorted(self._folder.iterdir())
            return [file for file in inside if FILE_NAME.match(file.name) and file.name != MANIFEST and file.is_file()]
        return []

    def _send(self, patience: float | None, stop: threading.Event | None) -> None:
        """Send what is new. Raises AwayError, and StoreError where another process took the run."""
        with self._one_at_a_time:
            # The manifest is read first: what it says is done is then among the rows that are read after it.
            with self._names:
                manifest = self._manifest_text()
            if manifest is None:
                return  # the run has not begun
            while self._send_parts(patience, stop):
                pass
            with self._names:
                names = {file.name for file in self._local_files()} | self._replacing
                files = {name: sent.parts for name, sent in sorted(self._files.items()) if name in names}
            stored = Stored(
                format=FORMAT,
                writer=self._writer,
                sent=self._stored.stored.sent + 1 if self._stored else 1,
                files=files,
            )
            before = self._stored
            if before and before.manifest == manifest and dict(before.files) == files:
                return
            self._stored = self._exchange(manifest, stored, patience, stop)
            if before:
                kept = {(name, part.name) for name, parts in files.items() for part in parts}
                gone = [
                    f"{self._run}/{name}/{part.name}"
                    for name, parts in before.files.items()
                    for part in parts
                    if (name, part.name) not in kept
                ]
                with suppress(StoreError):  # what stays is swept at the end
                    self._remote.delete(gone, patience)

    def _manifest_text(self) -> str | None:
        try:
            return (self._folder / MANIFEST).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def _exchange(
        self, manifest: str, stored: Stored, patience: float | None, stop: threading.Event | None
    ) -> StoredRun:
        self._lease.see_that_it_is_ours()
        version = self._stored.version if self._stored else None
        key = f"{self._run}/{MANIFEST}"
        try:
            return StoredRun(
                manifest, stored, self._remote.swap(key, encode(manifest, stored), version, patience, stop)
            )
        except ChangedError:
            self._lease.lose()
            raise StoreError(self._lease.lost) from None

    def _send_parts(self, patience: float | None, stop: threading.Event | None) -> bool:
        """Send a part of each file that has something new; tell whether there was any."""
        found: list[tuple[str, int, bytes]] = []
        with self._names:
            for file in self._local_files():
                name = file.name
                if name in self._replacing:
                    continue
                sent = self._files.setdefault(name, _Sent())
                with suppress(FileNotFoundError):
                    found += [
                        (name, sent.generation, data) for data in islice(cut(file, size_of(sent.parts), PART_BYTES), 1)
                    ]
        for name, generation, data in found:
            self._lease.see_that_it_is_ours()
            sent = self._files[name]
            sent.number += 1
            part = f"part-{sent.number:06d}-{self._lease.token}{Path(name).suffix}"
            version = self._remote.write(f"{self._run}/{name}/{part}", data, patience, stop)
            made = Part(
                name=part,
                rows=data.count(b"\n"),
                bytes=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
                version=version,
            )
            with self._names:
                if sent.generation == generation:
                    sent.parts = (*sent.parts, made)
        return bool(found)

    def _sweep(self, stored: StoredRun, patience: float | None) -> None:
        """Delete what killed processes sent and no manifest lists."""
        kept = {f"{self._run}/{name}/{part.name}" for name, parts in stored.files.items() for part in parts}
        there = self._remote.listing(self._run)
        self._remote.delete([key for key in there if key not in kept and key.count("/") == 2], patience)


def fenced(remote: Remote, run: str, writer: str, read: Callable[[], StoredRun | None]) -> StoredRun | None:
    """Exchange a run's manifest for one that says nothing new, so that a process which had the run before can no more.

    Returns what the store has now; None where it has no such run yet.
    """
    while True:
        stored = read()
        if stored is None:
            return None
        again = stored.stored.model_copy(update={"writer": writer, "sent": stored.stored.sent + 1})
        with suppress(ChangedError):
            version = remote.swap(f"{run}/{MANIFEST}", encode(stored.manifest, again), stored.version)
            return StoredRun(stored.manifest, again, version)
