"""A workplace for fault tests: slow components of another package, the command in processes of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import TOP
from tests.faults import forked

Process = forked.Forked | subprocess.Popen[str]

# Another package's components, found through its entry points. Every cluster that is asked for leaves a line in `asked`
# before it is answered, so that nothing can be generated twice unseen.
COMPONENTS = '''\
import hashlib, os, threading, time, warnings
from contextlib import contextmanager
from pathlib import Path

from pydantic import Field

from harness.checkers.base import Checker, CheckSession, whole_claim
from harness.component import neutral
from harness.metrics.base import Findings, Measure, Metric
from harness.models.base import ExtractiveModel
from harness.records import Verdict


def noted(*words):
    descriptor = os.open(os.environ["ASKED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, (" ".join(words) + "\\n").encode())
    os.close(descriptor)


class Heavy:
    """Takes long to be taken apart when the interpreter ends, as loaded weights do."""

    def __del__(self):
        time.sleep(5)


clinging = []


class Slow(ExtractiveModel):
    """Answers with an article's title, after a while."""

    name = "slow"
    word: str = "Report"
    seconds: float = neutral(0.0, description="How long one answer takes.")
    swallows: bool = neutral(False, description="Whether it swallows interruptions.")
    fails_on: str = neutral("", description="The cluster it fails on.")
    native: bool = neutral(False, description="Whether it is in native code for half a minute.")
    clings: str = neutral("", description="What keeps the process from ending: `heavy` or `thread`.")

    def pick(self, cluster):
        if self.clings == "heavy":
            clinging.append(Heavy())
        if self.clings == "thread":
            threading.Thread(target=time.sleep, args=(30,)).start()
        until = time.monotonic() + self.seconds
        noted_it = False
        while True:
            try:  # around the note as well: whoever has read it may interrupt at once
                if not noted_it:
                    noted(self.word, cluster.cluster_id)
                    noted_it = True
                if self.native:
                    hashlib.pbkdf2_hmac("sha256", b"a", b"b", 40_000_000)
                while time.monotonic() < until:
                    time.sleep(min(0.05, self.seconds))
                break
            except BaseException:
                if not self.swallows:
                    raise
        if cluster.cluster_id == self.fails_on:
            raise RuntimeError("this cluster is poisonous")
        return f"{self.word}: {cluster.articles[0].title}"


class Plain(Checker):
    """Finds every text supported, after a while."""

    name = "plain"
    seconds: float = neutral(0.0, description="How long one cluster takes.")

    @contextmanager
    def open(self):
        yield PlainSession(self)


class PlainSession(CheckSession):
    def __init__(self, checker):
        super().__init__(checker.signature())
        self.seconds = checker.seconds

    def verdicts(self, cluster, texts):
        time.sleep(self.seconds)
        return [
            [Verdict(claim=whole_claim(text), label="supported", probability=0.5, checker=self.signature)]
            for text in texts
        ]


class Length(Metric):
    """Counts characters, after a while."""

    name = "length"
    seconds: float = neutral(0.0, description="How long one case takes.")
    fails_on: str = neutral("", description="The cluster it fails on.")
    says: str = neutral("", description="The variable whose value it warns of.")

    def measures(self):
        return (Measure("length", "Characters.", unit="characters", direction="neither"),)

    def findings(self, case):
        time.sleep(self.seconds)
        if self.says:
            warnings.warn(f"cannot log in with {os.environ[self.says]}", stacklevel=1)
        if case.cluster.cluster_id == self.fails_on:
            raise RecursionError("this cluster is too deep")
        return Findings(statistics={"length": len(case.prediction.text)})
'''

ENTRY_POINTS = """\
[headline_harness.models]
slow = slow_components:Slow
[headline_harness.checkers]
plain = slow_components:Plain
[headline_harness.metrics]
length = slow_components:Length
"""


@dataclass
class Workplace:
    """A folder with data, a configuration and the other package."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    begun: list[Process] = field(default_factory=list)
    """The processes that were started here."""

    def configure(self, text: str) -> None:
        """Write `x.yaml`."""
        (self.folder / "x.yaml").write_text(f"name: trial\nseed: 1\ndata: {{jsonl: clusters.jsonl}}\n{text}")

    def start(
        self,
        *arguments: object,
        hang_up: signal.Handlers = signal.SIG_DFL,
        limited: Callable[[], object] | None = None,
        program: Sequence[str] = (),
    ) -> Process:
        """The command, or another program, in a process (and a process group) of its own, which begins with `limited`.

        It begins with SIGHUP as `hang_up` says, whatever the tests began with: under nohup they ignore it, and so
        would every process that they start. The command is forked from a process that has imported everything; a
        program, and what is limited, begins in a fresh interpreter.
        """
        process = self._started(list(map(str, arguments)), hang_up, limited, program)
        self.begun.append(process)
        return process

    def _started(
        self, words: list[str], hang_up: signal.Handlers, limited: Callable[[], object] | None, program: Sequence[str]
    ) -> Process:
        if not program and limited is None:
            environment = {**os.environ, **self.environment}
            return forked.server.begin(words, cwd=str(self.folder), environment=environment, hang_up=hang_up)

        def begin() -> None:
            signal.signal(signal.SIGHUP, hang_up)
            if limited is not None:
                limited()

        return subprocess.Popen(
            [sys.executable, *(program or ("-m", "harness")), *words],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=begin,
        )

    def end(self) -> None:
        """End what still runs, and close what nobody read: left open, it would fail a later test."""
        for process in self.begun:
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()

    def run(self, *arguments: object, **given: Any) -> "subprocess.CompletedProcess[str]":
        """The command from beginning to end."""
        process = self.start(*arguments, **given)
        out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    @property
    def asked(self) -> list[str]:
        """`word cluster` for each cluster that a slow model was asked for, in order."""
        file = self.folder / "asked"
        return file.read_text().splitlines() if file.exists() else []

    @property
    def run_folder(self) -> Path:
        """The folder of the one run there is."""
        (folder,) = (self.folder / "results").glob("trial-*")
        return folder

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The whole rows of a file of the run."""
        files = list((self.folder / "results").glob(f"trial-*/{name}"))
        text = files[0].read_text() if files else ""
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def events(self) -> list[dict[str, Any]]:
        """The run's events so far; none where it has not begun."""
        return self.rows("events.jsonl")

    def until_gone(self, process: Process, seconds: float = 10) -> None:
        """Wait until the last process of a process's group has ended: its workers end with it."""
        end = time.monotonic() + seconds
        with suppress(ProcessLookupError):
            while True:
                os.killpg(process.pid, 0)
                assert time.monotonic() < end, "a worker outlived its parent"
                time.sleep(0.005)

    def until(self, condition: Callable[[], bool], process: Process, seconds: float = 60) -> None:
        """Wait for something that a process is to bring about."""
        end = time.monotonic() + seconds
        while not condition():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end, "nothing happened"
            time.sleep(0.005)


def made_in(tmp_path: Path, clusters: int = 12) -> Workplace:
    """A workplace with some clusters."""
    package = tmp_path / "package"
    (package / "slow_components-1.dist-info").mkdir(parents=True)
    (package / "slow_components.py").write_text(COMPONENTS)
    (package / "slow_components-1.dist-info" / "METADATA").write_text("Name: slow-components\nVersion: 1\n")
    (package / "slow_components-1.dist-info" / "entry_points.txt").write_text(ENTRY_POINTS)
    rows = [
        {
            "id": f"c{number:02}",
            "articles": [{"title": f"Dam {number} holds", "text": f"Dam {number} held on Monday."}],
            "references": [f"Dam {number} holds firm"],
        }
        for number in range(clusters)
    ]
    (tmp_path / "clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    path = os.pathsep.join([str(package), str(TOP), *filter(None, [os.environ.get("PYTHONPATH")])])
    return Workplace(tmp_path, {"PYTHONPATH": path, "ASKED": str(tmp_path / "asked"), "COLUMNS": "100"})


def interrupt(process: Process, number: int = signal.SIGINT) -> None:
    """Press Ctrl-C: the terminal sends the signal to the whole process group."""
    os.killpg(process.pid, number)
