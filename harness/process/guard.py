"""A process beside this one that ends it where none of its threads can: native code may hold the interpreter's lock.

This process's C handler writes each signal's number into a pipe, which needs no lock. The guard reads the pipe and
hands the signals on; where this process is still there `patience` seconds after the first of them, or a moment after
the second, it writes the last line and ends it.

It is ended by SIGINT, so that a shell sees 130, as of any interrupted command: at the first SIGINT the system puts the
default in the place of the C handler (`SA_RESETHAND`), and the second one ends the process. Where that cannot be had it
is SIGKILL, of which a shell sees 137.
"""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

_LOOK = 0.5
"""Seconds after which it is looked whether the guarded process is there: a fork of it may hold the pipe open."""
_SECOND = 0.2
"""Seconds that a process has to end by itself after a second signal."""
_BLOW = 0.03
"""Seconds between two signals that are to end it."""
_SHORT = 4000
"""Bytes that a pipe takes in one piece, so that no signal's number falls between them."""
_RESETHAND = 0x80000000


class Guard:
    """The guard of this process, until `end` is called."""

    def __init__(self, tell: int, signals: Collection[int], patience: float) -> None:
        """Start it; `tell` is the end of a pipe that it writes the signals into that it hears.

        Raises OSError where the system has no room for another process.
        """
        heard, self.pipe = os.pipe()
        """The descriptor that the C handler is to write into (`signal.set_wakeup_fd`)."""
        os.set_blocking(self.pipe, False)
        words = map(str, (heard, tell, os.getpid(), patience, *signals))
        try:
            # A session of its own: no terminal interrupts it. Without `site`, which takes longer than all the rest.
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and file
                [sys.executable, "-I", "-S", str(Path(__file__)), *words], pass_fds=[heard, tell],
                start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            )  # fmt: skip
        except OSError:
            os.close(self.pipe)
            raise
        finally:
            os.close(heard)

    def say(self, line: str) -> None:
        """Give it the line that it is to write where it ends this process."""
        with suppress(OSError):
            os.write(self.pipe, b"\0" + line.encode("utf-8", "replace")[:_SHORT].replace(b"\0", b"") + b"\0")

    def end(self) -> None:
        """End the guard."""
        self._process.kill()
        self._process.wait()
        with suppress(OSError):  # code of others closes whatever is open
            os.close(self.pipe)


def let_the_second_end_it() -> None:
    """Have the system put the default in the place of SIGINT's handler when that is called; does nothing where unknown.

    The structure is that of Linux on these two machines; Python offers no way to set a flag.
    """
    if sys.platform != "linux" or os.uname().machine not in {"x86_64", "aarch64"}:
        return
    import ctypes

    class Action(ctypes.Structure):
        """`struct sigaction`."""

        _fields_ = (
            ("handler", ctypes.c_void_p),
            ("mask", ctypes.c_ubyte * 128),
            ("flags", ctypes.c_uint),
            ("restorer", ctypes.c_void_p),
        )

    action = Action()
    change = ctypes.CDLL(None).sigaction
    if change(signal.SIGINT, None, ctypes.byref(action)) == 0 and action.handler:
        action.flags |= _RESETHAND
        change(signal.SIGINT, ctypes.byref(action), None)


def _watch(heard: int, tell: int, guarded: int, patience: float, signals: Collection[int]) -> None:
    """Be the guard: the whole life of its process."""
    line, rest, until, count = b"", b"", float("inf"), 0
    while os.getppid() == guarded:
        if monotonic() >= until:
            _end(guarded, line)
            return
        if not select.select([heard], [], [], max(0.0, min(_LOOK, until - monotonic())))[0]:
            continue
        read = os.read(heard, 65536)
        if not read:
            return
        numbers, line, rest = _parted(rest + read, line)
        mine = bytes(number for number in numbers if number in signals)
        if mine:
            with suppress(OSError):
                os.write(tell, mine)
            count += len(mine)
            until = min(until, monotonic() + (patience if count == 1 else _SECOND))
            line = line if count == 1 else b""


def _parted(read: bytes, line: bytes) -> tuple[bytes, bytes, bytes]:
    """Part what was read into numbers of signals, the last whole line that stands between zeros, and half a line."""
    numbers = b""
    while read:
        before, zero, after = read.partition(b"\0")
        numbers += before
        if not zero:
            break
        whole, zero, read = after.partition(b"\0")
        if not zero:
            return numbers, line, b"\0" + after
        line = whole
    return numbers, line, b""


def _end(guarded: int, line: bytes) -> None:
    """Write the last line and end the guarded process: by SIGINT where that ends it, else by SIGKILL."""
    with suppress(OSError):
        os.write(2, line)
    for number in (signal.SIGINT, signal.SIGINT, signal.SIGKILL):
        if os.getppid() != guarded:
            return
        with suppress(OSError):
            os.kill(guarded, number)
        sleep(_BLOW)


if __name__ == "__main__":
    _heard, _tell, _guarded = map(int, sys.argv[1:4])
    _watch(_heard, _tell, _guarded, float(sys.argv[4]), {*map(int, sys.argv[5:])})
