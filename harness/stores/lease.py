"""A lease on a run in a store: one process at a time, for as long as it says every few seconds that it is there.

The lease is the object `.lease` of the run. Who has it writes it again, with a new count, three times before it ends. A
lease that was not renewed for its time is taken over, and so is, at once, one that a process left on this machine's own
copy of the run: whoever asks holds the lock of that copy, so the process is dead. Ages are told by the store's clock
where it has one (S3), so clocks of machines that differ matter nowhere but in other stores.
"""

import json
import os
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from socket import gethostname
from time import monotonic
from typing import Any

from harness import printable, redact
from harness.errors import StoreError
from harness.process.command_line import own_command
from harness.records import utc_now
from harness.stores.backends import ChangedError, Held
from harness.stores.remote import AwayError, Remote

LEASE = ".lease"
ASKED_EVERY = 1.0
"""Seconds between two looks at a lease that is waited for."""


class Lease:
    """A lease that this process has."""

    def __init__(self, remote: Remote, run: str, copy: str) -> None:
        self.token = secrets.token_hex(4)
        self._remote = remote
        self._key = f"{run}/{LEASE}"
        self._place = f"{remote.address}/{run}"
        self._copy = copy
        self._seconds = remote.timing.lease
        self._since = utc_now().replace(microsecond=0).isoformat()
        self._version: str | None = None
        self._renewals = 0
        self._lost = ""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)

    def acquire(self, *, wait: bool, told: Callable[[str], None]) -> None:
        """Take the lease, and renew it from now on; `wait` for another process to let go, after `told` so.

        Raises StoreError that names who has it and when it ends, unless `wait`.
        """
        is_told = False
        while True:
            held = self._remote.read(self._key)
            if held is None or self._is_over(held):
                with suppress(ChangedError):  # somebody was faster
                    self._version = self._remote.swap(self._key, self._written(), held.version if held else None)
                    break
                continue
            who = describe(held.data)
            if not wait:
                left = self._left(held)
                raise StoreError(
                    f"{self._place}: in use by {who}; unless it says so again, its lease ends in {left:.0f} s; wait "
                    "for it with --wait, or end it and continue"
                )
            if not is_told:
                told(f"waiting for {self._place}, in use by {who}")
                is_told = True
            self._over.wait(min(ASKED_EVERY, self._seconds / 3))
        self._thread.start()

    @property
    def lost(self) -> str:
        """Why the lease is ours no longer; empty while it is."""
        return self._lost

    def see_that_it_is_ours(self) -> None:
        """Raise StoreError where another process has taken the lease."""
        if self._lost:
            raise StoreError(self._lost)

    def lose(self) -> None:
        """Note that another process has taken the run."""
        held = None
        with suppress(StoreError):
            held = self._remote.read(self._key, patience=1)
        who = describe(held.data) if held else "another process"
        self._lost = (
            f"{self._place}: taken over by {who}, since this process could not be heard for {self._seconds:g} s; "
            "nothing was written there since by this one"
        )

    def release(self) -> None:
        """Let go, so that the next process need not wait; where the store is away the lease ends by itself."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        if not self._lost:
            with suppress(StoreError, ChangedError):
                # The object is emptied where it is still ours, then deleted: never another's.
                self._version = self._remote.swap(self._key, self._written(ended=True), self._version, patience=2)
                self._remote.delete([self._key], patience=2)

    def _renew(self) -> None:
        renewed = monotonic()
        while not self._over.wait(self._seconds / 3):
            try:
                self._version = self._remote.swap(
                    self._key, self._written(), self._version, patience=self._seconds / 3, stop=self._over
                )
                renewed = monotonic()
            except ChangedError:
                self.lose()
                return
            except AwayError:
                continue  # it may come back before anybody else asks; `swap` tells whether somebody did
            except StoreError as error:
                if monotonic() - renewed > self._seconds:
                    self._lost = str(error)
                    return

    def _written(self, *, ended: bool = False) -> bytes:
        self._renewals += 1
        seconds = 0.0 if ended else self._seconds
        value = {
            "token": self.token,
            "copy": self._copy,
            "owner": {
                "process": os.getpid(),
                "machine": gethostname(),
                "since": self._since,
                "command": redact.text(own_command()),
            },
            "seconds": seconds,
            "ends": (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(),
            "renewals": self._renewals,
        }
        return json.dumps(value).encode()

    def _is_over(self, held: Held) -> bool:
        """Tell whether a lease may be taken: it is over, or its process worked on our copy, which only we have now."""
        return _parsed(held.data).get("copy") == self._copy or self._left(held) <= 0

    def _left(self, held: Held) -> float:
        return seconds_left(held)


def seconds_left(held: Held) -> float:
    """Tell how long a lease lasts unless it is renewed; 0 for what is no lease."""
    value = _parsed(held.data)
    seconds = value.get("seconds")
    if not isinstance(seconds, int | float):
        return 0.0
    if held.age is not None:
        return max(0.0, float(seconds) - held.age)
    with suppress(ValueError, TypeError):
        return max(0.0, (datetime.fromisoformat(str(value.get("ends"))) - datetime.now(UTC)).total_seconds())
    return 0.0


def describe(data: bytes) -> str:
    """Tell who has a lease, in words."""
    owner = _parsed(data).get("owner")
    if not isinstance(owner, dict):
        return "another process"
    text = (
        f"process {owner.get('process')} on {owner.get('machine')} since {owner.get('since')} ({owner.get('command')})"
    )
    return printable.line(text[:500])


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
