"""Time limits for code that does not cooperate.

In the main thread the system's timer interrupts Python code at the next step, also where it loops for ever or swallows
exceptions; a library's call that runs on in native code is interrupted as soon as it comes back. One timer serves all
limits that are open, one inside the other: that of a cluster in that of a run. In another thread, and where the system
has no such timer, nothing can be interrupted safely: then the limit of a cluster is looked at when the code returns.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType

from harness.errors import RunError

AGAIN = 1.0
"""Seconds after which code that swallowed the interruption is interrupted again."""


class TimeLimitError(RunError):
    """Something took longer than it may."""


class _Alarm(BaseException):
    """Interrupts code; no Exception, so that `except Exception` around a retry does not swallow it."""


class RunOver(BaseException):
    """The time of a whole run is over; no Exception, so that nothing takes it for the failure of a cluster."""


@contextmanager
def stopped_after(seconds: float | None) -> Iterator[None]:
    """Raise RunOver where the body takes longer than `seconds`, again where that is swallowed; None allows any time.

    Outside the main thread, and where the system has no such timer, nothing is interrupted.
    """
    if seconds is None or not _can_interrupt():
        yield
        return
    with _Limit(seconds, RunOver).open():
        yield


@contextmanager
def limited(seconds: float | None) -> Iterator[None]:
    """Raise TimeLimitError where the body takes longer than `seconds`; None allows any time."""
    if seconds is None:
        yield
        return
    began = monotonic()
    if _can_interrupt():
        limit = _Limit(seconds, _Alarm)
        try:
            with limit.open():
                yield
        except _Alarm:
            if not limit.is_over:  # that of a limit around this one
                raise
            raise too_long(seconds) from None
    else:
        yield
    if monotonic() - began > seconds:
        raise too_long(seconds)


def too_long(seconds: float) -> TimeLimitError:
    """Make the error that says so."""
    return TimeLimitError(f"it took longer than the {seconds:g} seconds that `time_limit: cluster` allows")


def _can_interrupt() -> bool:
    return threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")


class _Limit:
    """A time that code has, and what is raised in it when that is over."""

    def __init__(self, seconds: float, interruption: type[BaseException]) -> None:
        self.until = monotonic() + seconds
        self.interruption = interruption
        self.is_open = True

    @property
    def is_over(self) -> bool:
        """Tell whether its time has come."""
        return monotonic() >= self.until

    @contextmanager
    def open(self) -> Iterator[None]:
        """Interrupt the body when the time is over, and again and again until it ends."""
        before = signal.signal(signal.SIGALRM, _ring)
        _limits.append(self)
        try:
            _set_timer()
            try:
                yield
            finally:
                self.is_open = False
        finally:  # of its own, since an interruption may come before the line above
            self.is_open = False
            del _limits[_limits.index(self) :]
            _set_timer()
            signal.signal(signal.SIGALRM, before)


_limits: list[_Limit] = []
"""The limits that are open, the outermost first."""


def _ring(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
    """Interrupt the main thread by the outermost limit that is over: what is inside ends with it."""
    _set_timer()
    for limit in _limits:
        if limit.is_open and limit.is_over:
            raise limit.interruption


def _set_timer() -> None:
    """Have the timer ring when the next limit is over; AGAIN later for one that is over and still open."""
    waits = [AGAIN if limit.is_over else limit.until - monotonic() for limit in _limits if limit.is_open]
    signal.setitimer(signal.ITIMER_REAL, max(min(waits), 1e-6) if waits else 0)
