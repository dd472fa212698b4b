"""A run as trackers are handed it, and a listener that hears whether anybody out there is asked."""

import socket
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from harness.analysis.summary import Summary
from harness.process.child import Child
from harness.records import ConfigurationRecord, Counts, MeasureRecord, RunManifest
from harness.trackers.base import Sent, TrackedRun, Tracker
from harness.trackers.work import work

STARTED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
ODD = "a/../b: ü\n" + "x" * 400
"""The name of a measure that a tracker may refuse."""


def tracked(folder: Path, *, mean: float = 0.25, started: datetime = STARTED, batch: int = 1) -> TrackedRun:
    """A run of two configurations: one with a measure of each kind, and one that failed throughout."""
    names = ("rouge1-f", ODD, "factual.supported")
    measures = tuple(MeasureRecord(name=name, metric="m", summary="s", signature=f"{name[:9]}|v:1") for name in names)
    manifest = RunManifest(
        name="news", digest="0a1b2c3d4e5f", status="complete", config={}, data="jsonl|v:1", data_digest="d" * 16,
        configurations=(
            ConfigurationRecord(
                name="big ‘one’", model="hf", signature="hf|v:1", seed=13, identity={"weights": "sha256:1"},
                parameters={"model": "M", "batch_size": batch, "generation": {"beams": 4, "stop": None}},
            ),
            ConfigurationRecord(name="lead", model="lead", signature="lead|v:1", parameters={}, seed=13),
        ),
        metrics={}, measures=measures,
        clusters=9, seed=13, counts={"big ‘one’": Counts(predicted=8, failed=1, seconds=1.5, tokens_in=70)},
        versions={"headline-harness": "9.9"}, git_commit="c" * 40, started=started, finished=started,
    )  # fmt: skip
    rows = [(names[0], mean, mean - 0.1, mean + 0.1), (ODD, 3.0, None, None), (names[2], None, None, None)]
    found = tuple(
        Summary(configuration="big ‘one’", measure=name, mean=value, low=low, high=high,
                scored=8 if value else 0, unscorable=0 if value else 8, failed=1)
        for name, value, low, high in rows
    )  # fmt: skip
    files = (folder / "manifest.json", folder / "report.html")
    for file in files:
        file.write_text(file.name)
    return TrackedRun("news-0a1b2c3d4e", manifest, {"big ‘one’": found}, files)


class Listener:
    """`with Listener() as listener:` accepts what connects to `listener.address`, answers nothing and keeps it."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._socket.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                with connection:
                    self.heard.append(connection.recv(200))

    def everywhere(self, *addresses: str) -> dict[str, str]:
        """Variables by which whatever is sent over HTTP comes here, from Python and from other programs."""
        names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy", *addresses)
        return {**dict.fromkeys(names, self.address), "NO_PROXY": "", "no_proxy": ""}


class Sender:
    """`with Sender() as send:` hands runs to trackers in a process, as `harness track` does."""

    def __enter__(self) -> Self:
        self._child: Child[tuple[Tracker, TrackedRun], Sent | str] = Child(work)
        return self

    def __exit__(self, *error: object) -> None:
        self._child.close()

    def __call__(self, tracker: Tracker, run: TrackedRun) -> Sent | str:
        return self._child.ask((tracker, run))
