"""A store, asked with patience: what may pass is tried again with growing pauses, what will not is said at once."""

import errno
import os
import random
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import count
from time import monotonic
from typing import TypeVar

from harness.errors import StoreError, UsageError
from harness.stores.address import Address
from harness.stores.backends import (
    SET_THEM,
    Backend,
    ChangedError,
    Held,
    NoBucketError,
    Seen,
    error_code,
    in_words,
    status_of,
)
from harness.stores.limit import NoAnswerError, within

_REFUSED = (401, 403)
T = TypeVar("T")

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 5.0
LEAST_LIMIT = 10.0
"""Seconds that a request of the least patient may take."""
_NO_CREDENTIALS = (
    "NoCredentialsError",
    "PartialCredentialsError",
    "DefaultCredentialsError",
    "CredentialRetrievalError",
)


class AwayError(StoreError):
    """Raised where a store did not answer, however often it was asked."""


@dataclass(frozen=True)
class Timing:
    """Seconds that matter to runs in stores; each has a variable of the environment."""

    lease: float
    """After so long without renewal another process may take a run: `HARNESS_STORE_LEASE`."""
    patience: float
    """How long a request is tried again: `HARNESS_STORE_PATIENCE`."""
    every: float
    """How often new rows are sent: `HARNESS_STORE_EVERY`."""
    request: float
    """How long one request may take in all, however slowly its bytes arrive: `HARNESS_STORE_REQUEST`."""

    @classmethod
    def of_environment(cls) -> "Timing":
        """Read them. Raises UsageError for what is no number of seconds."""
        return cls(
            _seconds("HARNESS_STORE_LEASE", 30),
            _seconds("HARNESS_STORE_PATIENCE", 60),
            _seconds("HARNESS_STORE_EVERY", 5),
            _seconds("HARNESS_STORE_REQUEST", 60),
        )


def _seconds(name: str, default: float) -> float:
    told = os.environ.get(name, "")
    try:
        seconds = float(told) if told else default
    except ValueError:
        seconds = -1
    if not 0 < seconds < 86400:
        raise UsageError(
            f"{name}: found {told!r:.40}; accepted: seconds, more than 0 and less than a day, such as {default:g}"
        )
    return seconds


class Remote:
    """A store below an address; each question is repeated until it is answered or `patience` is over."""

    def __init__(self, address: Address, backend: Backend, timing: Timing) -> None:
        self.address = address
        self.timing = timing
        self._backend = backend

    def read(self, key: str, patience: float | None = None) -> Held | None:
        """Read an object; None where there is none."""
        try:
            return self._tried(key, lambda: self._backend.read(key), patience)
        except FileNotFoundError:
            return None

    def write(self, key: str, data: bytes, patience: float | None = None, stop: threading.Event | None = None) -> str:
        """Write an object, whatever stands there, and return its version, as lists tell it."""
        return self._tried(key, lambda: self._backend.write(key, data), patience, stop)

    def swap(
        self,
        key: str,
        data: bytes,
        version: str | None,
        patience: float | None = None,
        stop: threading.Event | None = None,
    ) -> str:
        """Write an object that is still at `version`, or absent where that is None. Raises ChangedError.

        No two callers write equal `data`, so that one whose answer was lost on the way is recognised.
        """

        def once() -> str:
            try:
                return self._backend.swap(key, data, version)
            except ChangedError:
                try:
                    held = self._backend.read(key)
                except FileNotFoundError:
                    raise ChangedError(key) from None
                if held.data != data:
                    raise
                return held.version

        return self._tried(key, once, patience, stop)

    def listing(self, folder: str) -> dict[str, Seen]:
        """List every object below a folder, by key."""
        return self._tried(folder, lambda: self._backend.listing(folder))

    def folders(self) -> list[str]:
        """List the names of the folders right below the address."""
        return self._tried("", self._backend.folders)

    def delete(self, keys: Iterable[str], patience: float | None = None) -> None:
        """Delete objects; those that are gone already do not matter."""
        wanted, most = list(keys), self._backend.deleted_at_once
        for start in range(0, len(wanted), most):
            several = wanted[start : start + most]
            self._tried(several[0], partial(self._backend.delete, several), patience)

    def _tried(
        self, key: str, call: Callable[[], T], patience: float | None = None, stop: threading.Event | None = None
    ) -> T:
        """Ask until there is an answer. Raises AwayError where there is none in time, StoreError for what stays so.

        What was not answered at all is asked once more, even where that took all the patience: a connection was lost.
        """
        patience = self.timing.patience if patience is None else patience
        until = monotonic() + patience
        limit = min(self.timing.request, max(LEAST_LIMIT, patience))
        place = f"{self.address}/{key}" if key else str(self.address)
        for tries in count(1):
            try:
                return within(limit, call)
            except (FileNotFoundError, ChangedError) as error:
                if isinstance(error, NoBucketError) or error_code(error) == "NoSuchBucket":
                    raise UsageError(f"{self.address}: no such bucket; make it first, or name another") from None
                raise
            except Exception as error:  # noqa: BLE001 - every package of a store has errors of its own
                if type(error).__name__ in _NO_CREDENTIALS:
                    raise UsageError(f"{self.address}: no credentials were found; {SET_THEM}") from None
                lasting = _lasting(error)
                if lasting:
                    raise StoreError(f"{place}: {lasting}") from None
                pause = min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE) * random.uniform(0.5, 1.0)
                is_over = monotonic() + pause > until and not (tries == 1 and isinstance(error, NoAnswerError))
                if is_over or (stop is not None and stop.wait(pause)):
                    raise AwayError(
                        f"{place}: the store does not answer, tried {tries} times: {in_words(error)}"
                    ) from None
                if stop is None:
                    threading.Event().wait(pause)
        raise AssertionError


def _lasting(error: Exception) -> str:
    """Say why an error will not pass by itself; nothing where it may."""
    if isinstance(error, PermissionError) or status_of(error) in _REFUSED:
        return f"not allowed: {in_words(error)}; the credentials are the environment's"
    if isinstance(error, NotImplementedError) or getattr(error, "errno", None) in (errno.ENOSYS, errno.EPERM):
        return f"the store cannot do this: {in_words(error)}"
    if isinstance(error, ValueError | TypeError):
        return f"cannot be asked: {in_words(error)}"
    return ""
