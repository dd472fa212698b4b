"""Works on a Ray cluster with jobs that end their own process or machine; a program, prints what it found as JSON."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.component import Share
from harness.config.execution import Execution
from harness.errors import HarnessError
from harness.executors.base import Lost
from harness.executors.ray_cluster import RayCluster
from harness.process.isolation import isolate, reason

NUMBERS = range(24)


@dataclass(frozen=True)
class Doubling:
    """Doubles numbers; some of them make trouble."""

    marker: str = ""
    """A file: trouble is made only by who makes it."""
    kills: int = -1
    """The number that ends its process."""
    kills_node: int = -1
    """The number that ends the process which started its own: the machine, for Ray."""
    always: int = -1
    """The number that ends every process it comes to."""
    sleeps: int = -1
    """The number that takes longer than its limit."""

    @contextmanager
    def open(self) -> Iterator[Callable[[Sequence[int]], Sequence[Any]]]:
        yield self._work

    def _work(self, chunk: Sequence[int]) -> list[Any]:
        found = isolate(lambda asked: [self._double(number) for number in asked], chunk, lambda _: 2.0)
        rows = [list(reason(each)) if isinstance(each, BaseException) else each for each, _ in found]
        return [[row, os.getpid()] for row in rows]

    def _double(self, number: int) -> int:
        time.sleep(0.01)
        if number == self.always:
            os.kill(os.getpid(), signal.SIGKILL)
        if number in (self.kills, self.kills_node) and self._is_first():
            os.kill(os.getppid() if number == self.kills_node else os.getpid(), signal.SIGKILL)
            time.sleep(60)
        if number == self.sleeps:
            time.sleep(60)
        if number == 7:
            sys.exit("seven")
        return 2 * number

    def _is_first(self) -> bool:
        with suppress(FileExistsError):
            os.close(os.open(self.marker, os.O_CREAT | os.O_EXCL))
            return True
        return False


def main() -> None:
    address, folder = sys.argv[1], Path(sys.argv[2])
    cases: dict[str, tuple[Doubling, Share]] = {
        "tasks": (Doubling(sleeps=11), "cores"),
        "lost worker": (Doubling(str(folder / "a"), kills=5), "cores"),
        "lost actor": (Doubling(str(folder / "b"), kills=5), "weights"),
        "deadly": (Doubling(always=13), "cores"),
        "lost node": (Doubling(str(folder / "c"), kills_node=16), "cores"),
    }
    with RayCluster(Execution(executor="ray", address=address, retries=1)) as cluster:
        print(json.dumps(cluster.describe()), flush=True)
        for name, (job, share) in cases.items():
            started = time.monotonic()
            chunks = ([*NUMBERS[start : start + 3]] for start in range(0, len(NUMBERS), 3))
            try:
                with suppress(StopIteration):
                    rows = [row for _, found in cluster.map(job, chunks, total=24, share=share) for row in found]
            except HarnessError as error:
                rows = [[str(error), 0]]
            values = [["Lost", row.message] if isinstance(row, Lost) else row[0] for row in rows]
            processes = {row[1] for row in rows if not isinstance(row, Lost)}
            print(json.dumps([name, values, len(processes), time.monotonic() - started]), flush=True)


if __name__ == "__main__":
    main()
