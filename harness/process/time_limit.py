"""A time limit for code that does not cooperate.

In the main thread the system's timer interrupts Python code at the next step, also where it loops for ever or swallows
exceptions; a library's call that runs on in native code is interrupted as soon as it comes back. In another thread,
and where the system has no such timer, nothing can be interrupted safely: then the limit is looked at when the code
returns.
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

    Outside the main thread, and where the system has no such signals, nothing is interrupted.
    """
    here = threading.current_thread() is threading.main_thread() and hasattr(signal, "pthread_kill")
    if seconds is None or not here:
        yield
        return
    done = threading.Event()
    main = threading.get_ident()

    def strike(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
        if not done.is_set():
            raise RunOver

    def watch(wait: float) -> None:
        while not done.wait(wait):
            signal.pthread_kill(main, signal.SIGUSR1)
            wait = AGAIN

    before = signal.signal(signal.SIGUSR1, strike)  # the timer that `limited` sets is another signal's
    watching = threading.Thread(target=watch, args=(seconds,), name="time limit", daemon=True)
    watching.start()
    try:
        yield
    finally:
        done.set()
        watching.join()
        signal.signal(signal.SIGUSR1, before)


@contextmanager
def limited(seconds: float | None) -> Iterator[None]:
    """Raise TimeLimitError where the body takes longer than `seconds`; None allows any time."""
    if seconds is None:
        yield
        return
    began = monotonic()
    active = True

    def ring(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
        if active:
            raise _Alarm

    timed = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
    before = signal.signal(signal.SIGALRM, ring) if timed else None
    try:
        if timed:
            signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
        try:
            yield
        finally:
            active = False
    except _Alarm:
        raise too_long(seconds) from None
    finally:
        active = False
        if timed:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
    if monotonic() - began > seconds:
        raise too_long(seconds)


def too_long(seconds: float) -> TimeLimitError:
    """The error that says so."""
    return TimeLimitError(f"it took longer than the {seconds:g} seconds that `time_limit: cluster` allows")
