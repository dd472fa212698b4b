"""Time limits for code that does not cooperate.

In the main thread the system's timer interrupts Python code at the next step. A component that swallows the
interruption is interrupted again a second later, and from then on thousands of times a second, so that it is soon
struck between two places that swallow: a loop around `except BaseException` ends. A library's call that runs on in
native code is interrupted as soon as it comes back. One timer serves all limits that are open, one inside the other:
that of a cluster in that of a run. In another thread, and where the system has no such timer, nothing can be
interrupted safely: then the limit of a cluster is looked at when the code returns. What even so does not end is ended
with the process that it runs in, where that is one of its own (`process.child`).
"""

import signal
import sys
import threading
from collections.abc import Callable
from time import monotonic
from types import FrameType, TracebackType

from harness.errors import RunError

AGAIN = 1.0
"""Seconds after which code that swallowed the interruption is interrupted again; a component then all the time."""
_SOON = 0.001
"""Seconds after which our own code, which is on its way out, is looked at again."""
_RELENTLESS = 2e-5
"""Seconds between two interruptions of what swallows them: about what it takes to be caught and to go on."""


class TimeLimitError(RunError):
    """Something took longer than it may."""


class _Alarm(BaseException):
    """Interrupts code; no Exception, so that `except Exception` around a retry does not swallow it."""


class RunOver(BaseException):
    """The time of a whole run is over; no Exception, so that nothing takes it for the failure of a cluster."""


def too_long(seconds: float) -> TimeLimitError:
    """Make the error that says so."""
    return TimeLimitError(f"it took longer than the {seconds:g} seconds that `time_limit: cluster` allows")


class _Limit:
    """A time that code has, and what is raised in it when that is over.

    Written without generators: no line of this file is interrupted by a limit, so that none is left half open.
    """

    def __init__(self, seconds: float | None, interruption: type[BaseException], *, is_foreign: bool) -> None:
        self.seconds = seconds
        self.interruption = interruption
        self.is_foreign = is_foreign
        """Whether the code inside is a component's, which may be interrupted at every step, and not our own."""
        self.until = 0.0
        self.is_open = False
        self.struck = 0
        """How often it was interrupted."""
        self.hook = sys.unraisablehook
        """What is told of errors that finalizers raise, outside the limit."""
        self._before: object = None
        self._has_timer = False

    @property
    def is_over(self) -> bool:
        """Tell whether its time has come."""
        return self.seconds is not None and monotonic() >= self.until

    def __enter__(self) -> None:
        """Interrupt the body when the time is over, and again and again until it ends."""
        self.until = monotonic() + (self.seconds or 0.0)
        in_main = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
        # Without a time of its own it counts inside another limit only: there it says whose code is running.
        self._has_timer = in_main and (self.seconds is not None or bool(_limits))
        if self._has_timer:
            self._before = signal.signal(signal.SIGALRM, _ring)
            self.is_open = True
            _limits.append(self)
            _set_timer()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the timer."""
        self.is_open = False
        if self._has_timer:
            signal.setitimer(signal.ITIMER_REAL, 0)  # before any call of Python code, which may be interrupted
            sys.unraisablehook = self.hook
            del _limits[_limits.index(self) :]
            signal.signal(signal.SIGALRM, _ring)
            _set_timer()
            if callable(self._before):  # what the interpreter does by default stays replaced, see _ring
                signal.signal(signal.SIGALRM, self._before)


class stopped_after(_Limit):  # noqa: N801 - a context manager, called as a function is
    """Raise RunOver where the body takes longer than `seconds`, again where that is swallowed; None allows any time.

    Outside the main thread, and where the system has no such timer, nothing is interrupted.
    """

    def __init__(self, seconds: float | None) -> None:
        super().__init__(seconds, RunOver, is_foreign=False)


class limited(_Limit):  # noqa: N801 - a context manager, called as a function is
    """Raise TimeLimitError where the body, a component's code, takes longer than `seconds`; None allows any time."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__(seconds, _Alarm, is_foreign=True)

    def __enter__(self) -> None:
        """Tell of the limit, where somebody hears, and begin."""
        if self.seconds is not None and not _limits:
            _listener.hear(self.seconds)
        super().__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say that it took too long, unless a limit around this one is over, or the body failed before."""
        super().__exit__(kind, error, trace)
        if self.seconds is None:
            return
        if not _limits:
            _listener.hear(None)
        if not self.is_over:
            return
        # What code raises that was interrupted is what it made of the interruption.
        if error is None or isinstance(error, _Alarm) or (self.struck and isinstance(error, Exception)):
            raise too_long(self.seconds) from None


_limits: list[_Limit] = []
"""The limits that are open, the outermost first."""


class _Listener:
    """Who is told when a limit begins, and when it ended: nobody, in most processes."""

    def __init__(self) -> None:
        self.hear: Callable[[float | None], None] = lambda _: None


_listener = _Listener()


def tell(hear: Callable[[float | None], None]) -> None:
    """From now on call `hear` with the seconds of each limit that begins, and with None when it ended."""
    _listener.hear = hear


def _ring(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
    """Interrupt the main thread by the outermost limit that is over: what is inside ends with it.

    It stays the handler where there was none before, and then does nothing. An alarm may arrive after its timer was
    stopped, in another thread for instance, and by default it would end the process.
    """
    if frame is not None and frame.f_code.co_filename == _HERE:
        if _limits:
            signal.setitimer(signal.ITIMER_REAL, _SOON, _SOON)
        return
    for limit in _limits:
        if limit.is_open and limit.is_over:
            limit.struck += 1
            sys.unraisablehook = _say_nothing_of(limit)
            if limit.struck > 1 and any(inside.is_foreign for inside in _limits):
                _strike_all_the_time(limit)
            else:
                _set_timer()
            raise limit.interruption
    _set_timer()


_HERE = _ring.__code__.co_filename


def _strike_all_the_time(limit: _Limit) -> None:
    """Interrupt a component until its limit ends; our own code, which it comes back to, is left alone.

    The last alarm may arrive when the limit has ended and this is the handler still: in another thread for instance.
    """
    interruption = limit.interruption

    def strike(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a handler, as short as it can be
        if limit.is_open and frame is not None and frame.f_code.co_filename != _HERE:
            raise interruption

    sys.unraisablehook = _say_nothing
    signal.signal(signal.SIGALRM, strike)
    signal.setitimer(signal.ITIMER_REAL, _RELENTLESS, _RELENTLESS)


def _say_nothing_of(limit: _Limit) -> Callable[["sys.UnraisableHookArgs"], None]:
    """Keep off the terminal that the interruption struck a finalizer, where it is lost: the next one follows."""

    def hook(unraisable: "sys.UnraisableHookArgs") -> None:
        if not issubclass(unraisable.exc_type, limit.interruption):
            limit.hook(unraisable)

    return hook


def _say_nothing(_: "sys.UnraisableHookArgs") -> None:
    """Keep what interrupted finalizers say off the terminal: there may be thousands of them."""


def _set_timer() -> None:
    """Have the timer ring when the next limit is over; AGAIN later for one that is over and still open."""
    waits = [
        AGAIN if limit.is_over else limit.until - monotonic()
        for limit in _limits
        if limit.is_open and limit.seconds is not None
    ]
    signal.setitimer(signal.ITIMER_REAL, max(min(waits), 1e-6) if waits else 0)
