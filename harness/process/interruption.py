"""Ctrl-C and SIGTERM: within two seconds a process ends with 130, whatever it is doing.

The first signal raises KeyboardInterrupt in the main thread, as Python does, and files are left whole at any moment.
But the main thread may be inside a library's call that does not come back, or inside code that swallows the exception,
or wait for threads at the very end. So another thread hears the signal too (through the wakeup descriptor, which
needs no main thread) and ends the process itself where that has not ended after `GRACE` seconds. A second signal ends
it at once. Code of other packages may hold the interpreter's lock, and then no thread does anything: from the moment
that such code is loaded another process watches this one (`guard`).
"""

import atexit
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from types import FrameType

from harness import printable, redact
from harness.errors import EXIT_INTERRUPTED
from harness.process.command_line import own_command
from harness.process.guard import Guard, let_the_second_end_it
from harness.process.logs import said

GRACE = 1.25
"""Seconds that the main thread has after the first signal."""
_LAST_WORDS = 0.3
"""Seconds that the last words may take: what they wait for may be held by the main thread."""
_BEYOND = 1.6
"""Seconds after the first signal until which another process waits for this one to end."""


@dataclass
class _Saved:
    """The folder that the last line calls saved, and what saves it where the main thread does not."""

    folder: Path | None = None
    last_words: Callable[[], None] | None = None

    def set(self, folder: Path | None, last_words: Callable[[], None] | None) -> None:
        """Change both, and the line of the process that watches this one."""
        self.folder, self.last_words = folder, last_words
        if _watched.guard is not None:
            _watched.guard.say(_last_line())


@dataclass
class _Watched:
    """The pipe that signals are written into while they are heeded, and the process that reads them first, if any."""

    tell: int | None = None
    signals: frozenset[signal.Signals] = frozenset()
    guard: Guard | None = None


_saved = _Saved()
_watched = _Watched()
children: set[int] = set()
"""Processes that end with this one, by their ids."""
_heard = threading.Event()
_heeding = threading.Event()


@contextmanager
def saving(folder: Path, last_words: Callable[[], None]) -> Iterator[None]:
    """While the context is open, what is done is in `folder`.

    `last_words` is called before the process is ended without its main thread.
    """
    _saved.set(folder, last_words)
    try:
        yield
    except KeyboardInterrupt:
        _saved.last_words = None
        raise
    except BaseException:
        _saved.set(None, None)
        raise
    _saved.set(None, None)


@contextmanager
def saving_nothing() -> Iterator[None]:
    """While the context is open, nothing of what is done is kept, whatever is saved within it."""
    try:
        yield
    except BaseException:
        _saved.set(None, None)
        raise


def is_heard() -> bool:
    """Tell whether this process is being ended by a signal that it heeds."""
    return _heeding.is_set() and _heard.is_set()


def may_be_heard() -> bool:
    """Tell whether a KeyboardInterrupt can come from a signal; else code raised it by itself."""
    return _heard.is_set() if _heeding.is_set() else signal.getsignal(signal.SIGINT) != signal.SIG_IGN


def message() -> str:
    """Write the last line of an interrupted command: what is saved, and the command that goes on."""
    command = redact.text(own_command())
    if _saved.folder is None:
        return f"interrupted; to run it again: {command}"
    return f"interrupted: what is done is saved in {_saved.folder}; to go on: {command}"


@contextmanager
def heeded() -> Iterator[None]:
    """Heed SIGINT, SIGTERM and SIGHUP while the context is open.

    Does nothing outside the main thread. SIGHUP stays ignored where whoever started us ignores it, as nohup does.
    """
    _saved.folder = _saved.last_words = None
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _heard.clear()
    heard, tell = os.pipe()
    os.set_blocking(tell, False)
    signals = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signals.append(signal.SIGHUP)
    before = {number: signal.signal(number, _interrupt) for number in signals}
    wakeup = signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    _watched.tell, _watched.signals = tell, frozenset(signals)
    watcher = threading.Thread(target=_watch, args=(heard, _watched.signals), name="interruption", daemon=True)
    watcher.start()
    _heeding.set()
    try:
        yield
    finally:
        if not _heard.is_set():  # else the watcher stays: threads that are waited for at exit may never end
            _heeding.clear()
            signal.set_wakeup_fd(wakeup)
            _watched.tell = None
            if _watched.guard is not None:
                _watched.guard.end()
                _watched.guard = None
            for number, handler in before.items():
                signal.signal(number, handler)
            with suppress(OSError):  # code of others closes whatever is open
                os.close(tell)
            watcher.join(GRACE)
            with suppress(OSError):
                os.close(heard)


def expect_code_of_others() -> None:
    """Have another process watch this one: code of another package is about to be loaded.

    Does nothing where signals are not heeded, as in programs and in workers; nor outside the main thread, nor where
    other code has taken the signals' descriptor for itself.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if _watched.tell is None or _watched.guard is not None or not is_main or not _heeding.is_set():
        return
    try:
        begun = Guard(_watched.tell, _watched.signals, _BEYOND)
    except OSError:  # no room for it: what we promise without it holds
        return
    before = signal.set_wakeup_fd(begun.pipe, warn_on_full_buffer=False)
    if before != _watched.tell:
        signal.set_wakeup_fd(before)
        begun.end()
        return
    let_the_second_end_it()
    begun.say(_last_line())
    _watched.guard = begun


def _last_line() -> str:
    """Write the last line as it stands on standard error where the main thread does not write it."""
    shown = "\x1b[?25h" if sys.stderr.isatty() else ""  # a progress bar hid the cursor
    return f"{shown}{printable.lines(said(message(), 'warning'))}"


def _leave() -> None:
    """End an interrupted process before it takes everything apart: with a model loaded that takes seconds."""
    if _heard.is_set():
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):
                stream.flush()
        os._exit(EXIT_INTERRUPTED)


atexit.register(_leave)  # the first to be registered is the last to be called


def _interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
    """Raise in the main thread at the first signal; end at once at the second."""
    if _heard.is_set():
        os._exit(EXIT_INTERRUPTED)
    _heard.set()
    if _watched.guard is not None and number == signal.SIGINT:
        signal.signal(number, _interrupt)  # the system has put the default in its place
        let_the_second_end_it()
    raise KeyboardInterrupt(signal.Signals(number).name)


def _watch(heard: int, signals: frozenset[signal.Signals]) -> None:
    """End the process at the second signal, or `GRACE` seconds after the first."""
    try:
        if not _next(heard, signals, None):
            return
    except OSError:  # code of others closed its end
        return
    again = _next(heard, signals, monotonic() + GRACE)
    if again is None:
        if _saved.last_words is not None:
            speaker = threading.Thread(target=_speak, args=(_saved.last_words,), daemon=True)
            speaker.start()
            speaker.join(_LAST_WORDS)
        with suppress(Exception):
            os.write(2, _last_line().encode())
    for number in tuple(children):
        with suppress(OSError):
            os.kill(number, signal.SIGKILL)
    if "multiprocessing" in sys.modules:
        import multiprocessing

        for child in multiprocessing.active_children():
            child.kill()
    os._exit(EXIT_INTERRUPTED)


def _speak(last_words: Callable[[], None]) -> None:
    with suppress(Exception):
        last_words()


def _next(heard: int, signals: frozenset[signal.Signals], until: float | None) -> bool | None:
    """Wait: True at one of the signals, False where the other end is closed, None when it is past `until`.

    Other signals come by the same way, those of a time limit thousands a second: they neither prolong the wait, nor,
    where they have filled the pipe, hide one that the main thread has heard.
    """
    first = until is None
    while True:
        left = None if until is None else max(0.0, until - monotonic())
        if not select.select([heard], [], [], left)[0]:
            return None
        numbers = os.read(heard, 65536)
        if not numbers:
            return False
        if signals.intersection(numbers) or (first and _heard.is_set()):
            return True
        if until is not None and monotonic() >= until:
            return None


def _forget_in_child() -> None:
    """Drop the parent's pipe in a forked child: one Ctrl-C reaches both, and would count twice."""
    if _heeding.is_set():
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is _interrupt:
                signal.signal(number, signal.SIG_DFL)


os.register_at_fork(after_in_child=_forget_in_child)
