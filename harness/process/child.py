"""A process of our own that does one kind of work, and is ended where that takes too long.

Python code can be interrupted where it runs (`time_limit`). A call into native code cannot, nor can code that takes the
timer's signal away; and code that ends its process ends whatever runs there. So such work is done in a process beside
this one: it says when a limit begins and ends, and is killed where it lets `PATIENCE` seconds pass beyond it.

The process is started as a program that reads its work from a socket: it has neither this one's threads and locks, as a
fork would, nor does it run the main module of whoever called us, as `multiprocessing` does.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from multiprocessing.reduction import ForkingPickler
from time import monotonic, sleep
from typing import Generic, TypeVar

from harness.errors import RunError
from harness.process import interruption, time_limit

Given = TypeVar("Given")
Found = TypeVar("Found")

PATIENCE = 1.0
"""Seconds beyond a limit in which code that was interrupted may still end by itself."""
_LOOK = 0.5
"""Seconds after which a process looks again whether the one that started it is there."""
_PARENT_DEATH_SIGNAL = 1
"""`PR_SET_PDEATHSIG` of Linux."""
_PROGRAM = "import sys; sys.path[:] = {path!r}; from harness.process.child import serve; serve({socket}, {parent})"


class ChildEndedError(RunError):
    """The process ended before it had done its work."""


class TooLateError(ChildEndedError):
    """It was ended, since its work took too long."""


class NotSentError(RunError):
    """Work that another process cannot be handed: defined in a program or a notebook, or with an open file in it."""


class Child(Generic[Given, Found]):
    """A process that does `work` on whatever it is asked; started when it is first asked, and anew after it ended."""

    def __init__(self, work: Callable[[Given], Found]) -> None:
        """Raises NotSentError where `work` cannot be handed to another process."""
        try:
            self._work = bytes(ForkingPickler.dumps(work))
        except Exception as error:
            raise NotSentError(f"{type(error).__name__}: {error}") from error
        if b"__main__" in self._work or b"__mp_main__" in self._work:
            raise NotSentError("it is defined in the program that was started, and not in a module")
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._over = False

    def ask(self, given: Given) -> Found:
        """Have the work done. Raises TooLateError where that does not end in time, ChildEndedError as it ends."""
        connection = self._started()
        seconds: float | None = None
        until = 0.0
        try:
            connection.send(given)
            while True:
                if seconds is not None and not connection.poll(max(0.0, until - monotonic())):
                    self._end()
                    raise TooLateError(str(time_limit.too_long(seconds)))
                kind, value = connection.recv()
                if kind == "done":
                    found: Found = value
                    return found
                seconds = value
                until = monotonic() + (seconds or 0.0) + PATIENCE
        except (OSError, EOFError):
            raise ChildEndedError(self._why()) from None

    def close(self) -> None:
        """End the process at once, also while another thread waits for it; it is not started again."""
        self._over = True
        process = self._process
        if process is not None:
            process.kill()
            process.wait()
            interruption.children.discard(process.pid)

    def _started(self) -> Connection:
        if self._over:
            raise ChildEndedError("its process was ended")
        if self._connection is None:
            ours, theirs = Pipe()
            program = _PROGRAM.format(path=sys.path, socket=theirs.fileno(), parent=os.getpid())
            environment = {**os.environ, **{name: os.environ.get(name, "1") for name in _ONE_THREAD}}
            with theirs:
                process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
                    [sys.executable, *_flags(), "-c", program], pass_fds=[theirs.fileno()], env=environment,
                    stdin=subprocess.DEVNULL,
                )  # fmt: skip
            interruption.children.add(process.pid)
            self._process, self._connection = process, ours
            ours.send_bytes(self._work)
        return self._connection

    def _end(self) -> None:
        process = self._process
        if process is not None:
            process.kill()
            process.wait()
            interruption.children.discard(process.pid)
            self._process = None
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _why(self) -> str:
        """Say how it ended, once it has."""
        process = self._process
        if process is None or self._over:
            return "its process was ended"
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        code = process.returncode
        self._end()
        if code is None or code >= 0:
            return f"its process ended by itself, with exit code {code}"
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        memory = ": memory, most often" if -code == signal.SIGKILL else ""
        return f"its process was ended by the system ({name}){memory}"


_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TOKENIZERS_PARALLELISM")


def _flags() -> list[str]:
    """List the options that this interpreter was started with."""
    return subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined, no-any-return]


def serve(socket: int, parent: int) -> None:
    """Do work as it is asked for, until whoever asks is gone: the whole life of the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the other process's to heed
    _end_with(parent)
    connection = Connection(socket)
    with suppress(EOFError, OSError):
        work = connection.recv()
        time_limit.tell(lambda seconds: connection.send(("limit", seconds)))
        while True:
            found = work(connection.recv())
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            connection.send(("done", found))
    os._exit(0)


def _end_with(parent: int) -> None:
    """End this process with the one that started it, however that ends."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)

    def watch() -> None:
        while os.getppid() == parent:
            sleep(_LOOK)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
