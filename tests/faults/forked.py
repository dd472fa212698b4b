"""The command in a copy of a process that has imported everything: a fresh interpreter takes ten times as long.

`begin` asks a server, one for each process of the tests, which forks. It has one thread and runs nothing itself, so
that a copy differs from a fresh `python -m harness` by nothing but modules that are there sooner than they are needed.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO, Any

from tests.conftest import TOP

PACKAGES = ("api", "cache", "checkers", "datasets", "executors", "inputs", "metrics", "report", "results", "run")
"""The packages of ours whose modules are imported beforehand, and with them numpy and sqlite3."""
LENGTH = struct.Struct("!I")


class Forked:
    """A command that was begun: what `subprocess.Popen` offers of one, as far as the tests ask for it."""

    def __init__(self, args: Sequence[str], out: int, err: int, status: int) -> None:
        self.args = args
        self.returncode: int | None = None
        self.stdout: IO[str] = os.fdopen(out, encoding="utf-8")
        self.stderr: IO[str] = os.fdopen(err, encoding="utf-8")
        self._status = os.fdopen(status, "rb", buffering=0)
        first = self._status.read(LENGTH.size)
        if not first:
            for stream in (self.stdout, self.stderr, self._status):
                stream.close()
            raise RuntimeError("it did not begin")
        (self.pid,) = LENGTH.unpack(first)

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
        return code

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """All that it prints, once it has ended."""
        began = time.monotonic()
        printed = {self.stdout: [""], self.stderr: [""]}
        readers = [
            threading.Thread(target=lambda of=stream: printed[of].append(of.read()), daemon=True) for stream in printed
        ]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(None if timeout is None else max(0.0, began + timeout - time.monotonic()))
            if reader.is_alive():
                raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
        self.wait(None if timeout is None else max(0.1, began + timeout - time.monotonic()))
        self.stdout.close()
        self.stderr.close()
        return "".join(printed[self.stdout]), "".join(printed[self.stderr])

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None:
            with selectors.DefaultSelector() as selector:
                selector.register(self._status, selectors.EVENT_READ)
                if not selector.select(timeout):
                    return None
            self.returncode = os.waitstatus_to_exitcode(LENGTH.unpack(self._status.read(LENGTH.size))[0])
            self._status.close()
        return self.returncode


class Server:
    """The process that forks, started when it is first asked; it ends with the one that started it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None

    def begin(self, arguments: Sequence[str], **request: Any) -> Forked:
        """`harness` with some arguments, and what else `_become` takes."""
        pipes = [os.pipe() for _ in range(3)]
        asked = json.dumps({"arguments": arguments, **request}).encode()
        with self._lock:
            channel = self._socket = self._socket or self._started()
            socket.send_fds(channel, [LENGTH.pack(len(asked))], [writes for _, writes in pipes])
            channel.sendall(asked)
        for _, writes in pipes:
            os.close(writes)
        return Forked(["harness", *arguments], *(reads for reads, _ in pipes))

    def _started(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        program = f"from tests.faults.forked import serve; serve({theirs.fileno()})"
        environment = {**os.environ, "PYTHONPATH": str(TOP), "OPENBLAS_NUM_THREADS": "1"}
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-c", program],
                cwd=TOP, env=environment, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], start_new_session=True,
            )  # fmt: skip

        def end() -> None:
            ours.close()
            process.wait()

        atexit.register(end)
        return ours


server = Server()


def serve(number: int) -> None:
    """Fork for each request that comes; returns in the copies only, which are the command from there on."""
    channel = socket.socket(fileno=number)
    _import_all()
    gc.freeze()
    while True:
        length, descriptors, _, _ = socket.recv_fds(channel, LENGTH.size, 3)
        with suppress(ChildProcessError):  # those that watched a command which has ended
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not length:
            os._exit(0)
        (left,) = LENGTH.unpack(length)
        asked = b""
        while left > len(asked):  # never more than is left: the next request may be there already
            asked += channel.recv(left - len(asked))
        if not os.fork():
            channel.close()
            _watch(*descriptors)
            return _become(*descriptors, **json.loads(asked))
        for descriptor in descriptors:
            os.close(descriptor)


def _import_all() -> None:
    importlib.import_module("harness.cli")
    for package in PACKAGES:
        for module in pkgutil.iter_modules(importlib.import_module(f"harness.{package}").__path__):
            importlib.import_module(f"harness.{package}.{module.name}")


def _watch(out: int, err: int, status: int) -> None:
    """Fork once more, wait for the copy and tell how it ended; returns in the copy."""
    command = os.fork()
    if command:
        os.close(out)
        os.close(err)
        os.write(status, LENGTH.pack(os.waitpid(command, 0)[1]))
        os._exit(0)


def _become(
    out: int, err: int, status: int, arguments: Sequence[str], cwd: str, environment: Mapping[str, str], hang_up: int
) -> None:  # fmt: skip
    """Be `python -m harness` in a process group of its own."""
    os.setsid()
    signal.signal(signal.SIGHUP, signal.Handlers(hang_up))
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.close(out)
    os.close(err)
    # Those that there are know from the start whether one can seek in them.
    sys.stdout = sys.__stdout__ = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.__stderr__ = os.fdopen(2, "w", 1, "utf-8", "backslashreplace", closefd=False)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.path[:1] = [cwd, *environment.get("PYTHONPATH", "").split(os.pathsep)]
    sys.argv[:] = ["harness", *arguments]
    os.write(status, LENGTH.pack(os.getpid()))
    os.close(status)
    gc.unfreeze()
    runpy.run_module("harness", run_name="__main__", alter_sys=True)
