"""The executor `ray`: blocks of clusters are checked and scored by tasks, models are held by actors, on a Ray cluster.

Rows come back to the process that began the run, which alone writes. Nothing of Ray's is imported before it is used.
"""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import chain, tee
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from harness.component import Share
from harness.config.execution import Execution
from harness.errors import MissingExtraError, RunError, UsageError
from harness.executors import ray_worker
from harness.executors.base import Executor, Job, Lost, Piece, Result, run_here
from harness.executors.local import cores
from harness.executors.ray_blocks import Actors, Place, RayHearing, Tasks, done_in_order, first_line, processors
from harness.extras import missing
from harness.process import environment

_LOGGER = logging.getLogger("harness.ray")
STORE_BYTES = 128 << 20
"""Shared memory of a cluster of our own: it holds the blocks that are under way, and goes to disk beyond."""
REACHED_WITHIN = 10.0
"""Seconds in which a cluster's head must answer."""
_LOOPBACK = "127.0.0.1"
_CURRENT = Path("/tmp/ray/ray_current_cluster")  # noqa: S108 - Ray writes the address of this machine's cluster there
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # else it asks a server of its makers'
    "RAY_DISABLE_IMPORT_WARNING": "1",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "1",  # no GPU for what asks for none; unset it warns
    "RAY_worker_niceness": "0",  # work of a run, wherever it is done, has the priority of the command
}


class RayCluster(Executor):
    """Works on a Ray cluster: one of this machine that ends with the run, or one that is joined and left running."""

    spreads_weights = True

    def __init__(self, execution: Execution) -> None:
        self._execution = execution
        self._guard: _Guard | None = None
        self._is_begun_here = False

    def __enter__(self) -> Self:
        """Begin or join a cluster. Raises MissingExtraError without Ray, UsageError where there is none to join."""
        lacking = missing("psutil", "ray")
        if lacking:
            raise MissingExtraError("executor ray", lacking, "ray")
        for name, value in {**_QUIET, "RAY_task_oom_retries": str(self._execution.retries)}.items():
            os.environ.setdefault(name, value)
        if _is_on_loopback(self._execution.address):
            # Else Ray takes the machine's outward address in place of the loopback, and nothing answers there.
            os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
        import ray

        if not ray.is_initialized():  # else the program that calls us has its own
            _silence()
            with _our_handlers():
                self._guard = _begin_local(self._execution) if self._execution.address == "local" else None
                if self._guard is None:
                    _join(self._execution.address)
            self._is_begun_here = True
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        """End a cluster of our own at once; leave one that was joined."""
        import ray

        if not self._is_begun_here:
            return
        if kind is None or issubclass(kind, Exception):
            with suppress(Exception):
                ray.shutdown()
        if self._guard is not None:
            self._guard.end()

    def describe(self) -> str:
        """Name Ray's version and what the cluster has."""
        import ray

        nodes = sum(bool(node.get("Alive")) for node in ray.nodes())
        has = ray.cluster_resources()
        parts = [(nodes, "node"), (has.get("CPU", 0), "CPU"), (has.get("GPU", 0), "GPU")]
        told = [f"{number:g} {name}{'' if number == 1 else 's'}" for number, name in parts if number]
        return ", ".join([f"ray {ray.__version__}", *told])

    def map(
        self, job: Job[Piece, Result], chunks: Iterable[Sequence[Piece]], *, total: int, share: Share
    ) -> Generator[tuple[Sequence[Piece], Sequence[Result | Lost]], None, None]:
        """Yield each chunk with its results, in order: from tasks, from actors for weights, or from this process."""
        worked_on, asked = tee(chunks)
        work = run_here(job, worked_on) if share == "here" else self._spread(job, worked_on, share, total)
        with closing(work) as results:  # type: ignore[type-var] # both are generators
            for found in results:
                yield next(asked), found

    def _spread(
        self, job: Job[Any, Any], chunks: Iterator[Sequence[Any]], share: Share, total: int
    ) -> Iterator[list[Any]]:
        import ray

        first = next(chunks, None)
        if first is None:
            return
        key = uuid4().hex
        assignment = ray_worker.Assignment(key, job, str(Path.cwd()), environment.versions())
        try:
            sent = [ray.put(assignment)]
        except Exception as error:
            raise RunError(f"this cannot be sent to other machines, so use --executor local: {error}") from error
        blocks = max(1, -(-total // len(first)))
        place = self._actors(key, sent, blocks) if share == "weights" else self._tasks(key, sent)
        yield from done_in_order(place, chain([first], chunks), RayHearing())

    def _tasks(self, key: str, sent: Sequence[Any]) -> Place:
        import ray

        remote = ray.remote(ray_worker.do_block).options(
            num_cpus=1, max_retries=self._execution.retries, retry_exceptions=False
        )
        return Tasks(remote, key, sent, self._execution.workers)

    def _actors(self, key: str, sent: Sequence[Any], blocks: int) -> Place:
        """Make the place of a job with weights. Raises UsageError where the cluster has not the GPUs that it wants."""
        import ray

        gpus = ray.cluster_resources().get("GPU", 0)
        each = self._execution.gpus if self._execution.gpus is not None else min(1.0, gpus)
        if each > gpus:
            raise UsageError(f"execution.gpus: found {each:g}, where the Ray cluster has {gpus:g} GPUs in all")
        most = self._execution.actors or (int(gpus // each) if each else processors())
        holder = ray.remote(ray_worker.Holder).options(num_cpus=1, num_gpus=each, max_restarts=0, max_task_retries=0)
        return Actors(lambda: holder.remote(key, sent), max(1, min(most, blocks)), self._execution.retries)


def _is_on_loopback(address: str) -> bool:
    """Tell whether a cluster is bound to the loopback of this machine."""
    if address == "auto":
        with suppress(OSError):
            address = os.environ.get("RAY_ADDRESS") or _CURRENT.read_text(encoding="utf-8").strip()
    return address == "local" or address.rpartition(":")[0] in (_LOOPBACK, "localhost", "[::1]")


def _silence() -> None:
    """Have what Ray tells of lost processes logged, with `-v`: else it writes pages of it on standard error."""
    import ray._private.worker as told

    def log(data: Mapping[str, Any], ignore_prefix: bool) -> None:  # noqa: ARG001 - as Ray calls it
        lines = [str(line).strip() for line in data.get("lines", ()) if str(line).strip()]
        if lines:
            _LOGGER.info("ray: %s", lines[0][:300])

    if hasattr(told, "print_to_stdstream"):
        told.print_to_stdstream = log


@contextmanager
def _our_handlers() -> Iterator[None]:
    """Keep our own handling of signals and of errors: Ray puts its own in their place where it begins."""
    is_main = threading.current_thread() is threading.main_thread()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    hook = sys.excepthook
    try:
        yield
    finally:
        sys.excepthook = hook
        for number, handler in before.items():
            if is_main and handler is not None and signal.getsignal(number) is not handler:
                signal.signal(number, handler)


def _begin_local(execution: Execution) -> "_Guard":
    """Begin a cluster of this machine that nobody outside it reaches."""
    import psutil
    import ray

    before = set(psutil.Process().children())
    try:
        ray.init(
            address="local",
            num_cpus=execution.workers or cores(),
            include_dashboard=False,
            log_to_driver=False,
            logging_level="ERROR",
            object_store_memory=STORE_BYTES,
            _node_ip_address=_LOOPBACK,
        )
    except Exception as error:  # noqa: BLE001 - Ray raises many kinds; its message says what it is
        raise UsageError(f"Ray cannot begin on this machine: {first_line(error)}") from None
    return _Guard(set(psutil.Process().children()) - before)


def _join(address: str) -> None:
    """Join a cluster that runs. Raises UsageError where there is none, or one of other versions."""
    import ray

    host, _, port = address.rpartition(":")
    if host:
        try:
            socket.create_connection((host.strip("[]"), int(port)), REACHED_WITHIN).close()
        except (OSError, OverflowError) as error:
            raise UsageError(f"execution.address: nothing answers at {address}: {error}") from None
    try:
        ray.init(address=address, log_to_driver=False, logging_level="ERROR")
    except ConnectionError:
        raise UsageError(
            "execution.address: no Ray cluster runs on this machine; accepted: local, or the HOST:PORT of a head that "
            "this machine is a node of"
        ) from None
    except Exception as error:  # noqa: BLE001 - Ray raises many kinds; its message says what it is
        raise UsageError(
            f"execution.address: the Ray cluster at {address} cannot be joined: {first_line(error)}"
        ) from None
    if processors() < 1:
        ray.shutdown()
        raise UsageError(f"execution.address: the Ray cluster at {address} has no processor")


class _Guard:
    """Ends the processes of our own cluster when this one ends, in whatever way that is.

    Ray ends them by itself only where its own code is run at exit. The guard waits for the other end of a pipe to be
    closed, which the system does.
    """

    def __init__(self, begun: Iterable[Any]) -> None:
        """`begun` are the processes that Ray began, each a `psutil.Process`."""
        self._begun = list(begun)
        known = [process.pid for process in self._all()]
        self._waiting = subprocess.Popen(  # noqa: S603 - fixed, with numbers
            ["/bin/sh", "-c", 'read _; kill -9 "$@"', "sh", *map(str, known)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # so that no Ctrl-C of the terminal reaches it
        )

    def end(self) -> None:
        """End all of them now."""
        import psutil

        for process in self._all():
            with suppress(psutil.Error):
                process.kill()
        self._waiting.kill()
        self._waiting.wait()

    def _all(self) -> list[Any]:
        """The processes that Ray began, and those that they began since."""
        import psutil

        found = list(self._begun)
        for process in self._begun:
            with suppress(psutil.Error):
                found += process.children(recursive=True)
        return found
