"""A limit on tokens or money holds for a run, however often it is started, and whatever ended it before."""

import errno
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.disk.durable import Appender
from tests.conftest import TOP
from tests.faults.server import FaultServer, good_answer

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

CLUSTERS = 12
LIMIT = 1100
"""Each answer takes 120 tokens; one that may be asked for could take 256 for the server's frame, 32 new ones and a
byte each of some 220: about 510. With four answered (480) a fifth fits, and nothing fits behind one that was lost."""
USAGE = {"prompt_tokens": 100, "completion_tokens": 20}
CONFIG = """\
name: asked
data: {{jsonl: clusters.jsonl}}
models:
  - api: {{base_url: {base_url}, model: m, prompt: prompt.md, concurrency: 1, max_tokens_total: {limit}}}
    as: served
metrics: [{{rouge: {{variants: [rouge1]}}}}]
"""
JUDGED = """\
name: asked
data: {{jsonl: clusters.jsonl}}
models: [lead]
metrics:
  - factual: {{checker: {{judge: {{base_url: {base_url}, model: m, concurrency: 1, max_tokens_total: {limit}}}}}}}
"""


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("prompt.md").write_text("Write a headline.\n\n{articles}\n")
    rows = [
        {"id": f"c{n}", "articles": [{"text": f"Dam {n} held."}], "references": [f"Headline on Dam {n} held."]}
        for n in range(CLUSTERS)
    ]
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def rows(name: str, run: str = "asked") -> list[dict[str, Any]]:
    (folder,) = Path("results").glob(f"{run}-*")
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]


def _written() -> int:
    """Count the predictions that runs have written so far."""
    return sum(file.read_bytes().count(b"\n") for file in Path("results").glob("*/predictions.jsonl"))


def counted(body: Mapping[str, Any]) -> dict[str, Any]:
    return good_answer(body, usage=USAGE)


@pytest.mark.parametrize("cache", [True, False], ids=["cache", "no cache"])
def test_a_run_that_was_killed_goes_on_with_what_is_left_of_its_limit(cache: bool, harness: Callable[..., Any]):
    """Killed while the fifth question is under way: nobody knows whether it was paid for, so it counts in full."""
    options = ["--config", "x.yaml", *([] if cache else ["--no-cache"])]

    with FaultServer(lambda _, body: "slow" if "Dam 4 " in json.dumps(body) else None, reply=counted) as server:
        Path("x.yaml").write_text(CONFIG.format(base_url=server.base_url, limit=LIMIT))
        command = [sys.executable, "-m", "harness", "eval", *options]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={"PYTHONPATH": str(TOP)}) as process:
            deadline = time.monotonic() + 60
            # The fifth may be asked for while the fourth answer is still on its way to the disk.
            while (server.ledger.requests < 5 or _written() < 4) and time.monotonic() < deadline:
                time.sleep(0.02)
            process.send_signal(signal.SIGKILL)
        assert (server.ledger.requests, server.ledger.answered) == (5, 4)
        for again in ([], ["--retry-errors"]):
            assert harness("eval", *options, *again).code == 0
            assert server.ledger.requests == 5
            assert len(rows("predictions.jsonl")) == 4
            (reason,) = {row["message"].partition(" are used")[0] for row in rows("failures.jsonl")}
            used = int(reason.removeprefix("not asked: ").partition(" ")[0])
            assert 4 * 120 + 256 + 32 < used <= LIMIT
        more = ["--set", "models.0.api.max_tokens_total=100000", "--retry-errors"]  # no part of the run's identity
        server.plan = lambda *_: None
        assert harness("eval", *options, *more).code == 0
        assert len(rows("predictions.jsonl")) == server.ledger.answered == CLUSTERS
    last = {row["call"]: row for row in rows("spending.jsonl")}
    assert [row.get("ended", False) for row in last.values()] == [True] * 4 + [False] + [True] * 8
    assert sum(row["tokens_out"] for row in last.values()) == CLUSTERS * 20 + 32


def test_what_the_cache_has_costs_nothing(harness: Callable[..., Any]):
    with FaultServer(reply=counted) as server:
        Path("x.yaml").write_text(CONFIG.format(base_url=server.base_url, limit=100_000))
        assert harness("eval", "--config", "x.yaml").code == 0
        Path("y.yaml").write_text(CONFIG.format(base_url=server.base_url, limit=1).replace("asked", "kept"))
        ended = harness("eval", "--config", "y.yaml")
        assert (ended.code, server.ledger.requests) == (0, CLUSTERS), ended.err
    assert len(rows("predictions.jsonl", "kept")) == CLUSTERS
    assert not list(Path("results").glob("kept-*/spending.jsonl"))


def test_the_limit_of_a_judge_holds_for_the_run(harness: Callable[..., Any]):
    verdict = {"verdicts": [{"claim": 1, "verdict": "supported", "probability": 0.9, "quotes": []}]}
    with FaultServer(reply=lambda body: good_answer(body, json.dumps(verdict), usage=USAGE)) as server:
        Path("x.yaml").write_text(JUDGED.format(base_url=server.base_url, limit=5000))
        harness("eval", "--config", "x.yaml")
        asked = server.ledger.requests
        assert 0 < asked < CLUSTERS
        harness("eval", "--config", "x.yaml", "--retry-errors", "--no-cache")
        assert server.ledger.requests == asked
    assert {row["stage"] for row in rows("failures.jsonl")} == {"check"}


def test_no_call_is_made_that_cannot_be_noted(harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch):
    """The disk is full for the file that holds what calls cost: the run ends, and no cluster has failed."""
    write = Appender._write

    def full(self: Appender, line: bytes) -> None:
        if self._file.name == "spending.jsonl":
            raise OSError(errno.ENOSPC, "No space left on device")
        write(self, line)

    with FaultServer(reply=counted) as server:
        Path("x.yaml").write_text(CONFIG.format(base_url=server.base_url, limit=LIMIT))
        with monkeypatch.context() as patched:
            patched.setattr(Appender, "_write", full)
            ended = harness("eval", "--config", "x.yaml")
        assert (ended.code, server.ledger.requests) == (3, 0)
        assert re.search(r"spending\.jsonl: cannot be written: the disk is full", ended.err)
        assert rows("failures.jsonl") == rows("predictions.jsonl") == []
