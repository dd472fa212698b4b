"""SIGKILL at random moments of every stage, and a crash at every single write: the run goes on to the same bytes."""

import errno
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from harness import registry
from harness.config import load_text
from harness.disk import durable
from harness.errors import StoreError
from harness.results.results_folder import IGNORED
from harness.results.run_folder import RunFolder
from harness.run.pipeline import Outcome, execute, rescore
from harness.run.plan import Plan, make_plan
from harness.run.progress import Silent
from tests.faults.workplace import Workplace, made_in

KILLS = 50
CHAINS = 10
STAGES = ("generate", "check", "score", "finish")
SEED = 6

OPTIONS: tuple[tuple[str, ...], ...] = (*((), ("--no-cache",)) * 4, ("--jobs", "1"), ("--jobs", "2"))
"""What each chain runs with: the cache, several processes (one chain, since these take most of the time)."""

SLOW = """\
models:
  - slow: {{word: First, seconds: {pause}}}
    as: first
  - slow: {{word: Second, seconds: {pause}, fails_on: c07}}
    as: second
metrics:
  - rouge: {{variants: [rouge1]}}
  - length: {{seconds: {pause}, fails_on: c03}}
  - factual: {{checker: {{plain: {{seconds: {pause}}}}}}}
"""
FILES = ("clusters.jsonl", "predictions.jsonl", "verdicts.jsonl", "scores.jsonl", "table.md")
"""What must be equal to the byte; no component here takes a time that is written."""


def bytes_of(folder: Path) -> dict[str, bytes]:
    """A run's results; its failures in an order of their own, since a stage that is done again notes them later."""
    failures = b"".join(sorted((folder / "failures.jsonl").read_bytes().splitlines(keepends=True)))
    return {**{name: (folder / name).read_bytes() for name in FILES}, "failures.jsonl": failures}


def killed_in(workplace: Workplace, stage: str, moment: float, options: Sequence[str]) -> bool:
    """Run the command and kill it `moment` of a stage's time after the stage began; False where it ended before."""
    seen = len(workplace.events())
    process = workplace.start("eval", "--config", "x.yaml", *options)

    def begun() -> bool:
        """Whether the stage began, or a later one where nothing of it was left to do."""
        new = workplace.events()[seen:]
        if stage == "finish":
            return any(event["event"] == "stage_ended" and event["stage"] == "score" for event in new)
        later = STAGES[STAGES.index(stage) :]
        return any(event["event"] == "stage_begun" and event["stage"] in later for event in new)

    while process.poll() is None and not begun():
        time.sleep(0.002)
    time.sleep(moment * {"generate": 0.5, "check": 0.25, "score": 0.5, "finish": 0.15}[stage])
    alive = process.poll() is None
    process.kill()
    _, err = process.communicate()
    assert alive or process.returncode == 0, err
    workplace.until_gone(process)
    return alive


def chain(folder: Path, seed: int, kills: int, options: Sequence[str], whole: dict[str, bytes]) -> int:
    """A run that is killed several times, continued each time, and held to the undisturbed one; returns the kills."""
    workplace = made_in(folder)
    workplace.configure(SLOW.format(pause=0.02))
    chosen = random.Random(seed)
    stages = sorted((chosen.choice(STAGES) for _ in range(kills)), key=STAGES.index)
    done = 0
    for stage in stages:
        asked_before = len(workplace.asked)
        stored = {(row["configuration"], row["cluster_id"]) for row in workplace.rows("predictions.jsonl")}
        done += killed_in(workplace, stage, chosen.random(), options)
        asked = {tuple(line.lower().split()) for line in workplace.asked[asked_before:]}
        assert not asked & stored, "generated twice, though it was on disk"
    ended = workplace.run("eval", "--config", "x.yaml", *options)
    assert ended.returncode == 0, ended.stderr
    assert bytes_of(workplace.run_folder) == whole, (seed, stages)
    return done


def test_a_run_killed_at_50_random_moments_goes_on_to_the_same_bytes(tmp_path: Path):
    undisturbed = made_in(tmp_path / "undisturbed")
    undisturbed.configure(SLOW.format(pause=0))
    ended = undisturbed.run("eval", "--config", "x.yaml")
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.splitlines()[-1] == "complete: 23 predictions, 3 failures"
    whole = bytes_of(undisturbed.run_folder)
    assert whole["failures.jsonl"].count(b"RecursionError") == 2  # a metric's failures are rows too

    def one(at: int) -> int:
        return chain(tmp_path / f"chain{at}", SEED * 1000 + at, KILLS // CHAINS + 1, OPTIONS[at], whole)

    with ThreadPoolExecutor(2) as pool:
        kills = sum(pool.map(one, range(CHAINS)))
    assert kills >= KILLS  # of sixty; a few come too late


class KilledError(BaseException):
    """Stands for SIGKILL: nothing that is done after it reaches the disk."""


class Death:
    """Kills at the `at`-th operation on a file: after it, or in the middle of it, which leaves half a line written."""

    def __init__(self, at: int, how: str) -> None:
        self.at = at
        self.how = how
        self.operations = 0
        self.dead = False

    def fills(self, operation: Callable[..., Any]) -> Callable[..., Any]:
        """`operation` on a disk that is full from the `at`-th on: what still fits of a line is written."""

        def full(*arguments: Any) -> Any:
            self.operations += 1
            if self.operations < self.at:
                return operation(*arguments)
            if operation is os.write and not self.dead:
                self.dead = True
                return operation(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
            self.dead = True
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        return full

    def around(self, operation: Callable[..., Any]) -> Callable[..., Any]:
        def killed(*arguments: Any, **named: Any) -> Any:
            if self.dead:
                raise KilledError
            self.operations += 1
            if self.operations != self.at:
                return operation(*arguments, **named)
            self.dead = True
            if self.how == "after":
                operation(*arguments, **named)
            elif operation is os.write:
                operation(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
            raise KilledError

        return killed


class MortalSystem:
    """The module `os` for one that is to die."""

    def __init__(self, death: Death) -> None:
        self._death = death

    def __getattr__(self, name: str) -> Any:
        found = getattr(os, name)
        if self._death.how == "full":
            return self._death.fills(found) if name in ("write", "fsync") else found
        return self._death.around(found) if name in ("write", "fsync", "ftruncate") else found


Planned = Callable[[str], Plan]


@pytest.fixture
def planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Planned]:
    """Plans of small runs in this process, from their models and metrics."""
    workplace = made_in(tmp_path, clusters=3)
    monkeypatch.syspath_prepend(tmp_path / "package")
    monkeypatch.setenv("ASKED", workplace.environment["ASKED"])
    monkeypatch.chdir(tmp_path)
    registry.locations.cache_clear()

    def plan(text: str) -> Plan:
        head = "name: trial\nseed: 1\ndata: {jsonl: clusters.jsonl}\n"
        return make_plan(load_text(head + text, "x.yaml", registry.Registry()))

    yield plan
    registry.locations.cache_clear()


SMALL = SLOW.format(pause=0).replace("c07", "c01").replace("c03", "c02")
"""One model and one metric fail on one cluster each."""
MENDED = SMALL.replace("c01", "''").replace("c02", "''")
"""The same run, since what made them fail is no part of it."""
OTHER_METRICS = SMALL.replace("- rouge: {variants: [rouge1]}", "- headline")


def table(outcome: Outcome) -> str:
    from harness.report.table import markdown

    return markdown(outcome)


Deed = Callable[[Path], Outcome]


def evaluated(planned: Planned, before: Path) -> Deed:
    """The main job on an empty folder."""
    plan = planned(SMALL)
    return lambda results: execute(plan, results, Silent(), table=table)


def retried(planned: Planned, before: Path) -> Deed:
    """`--retry-errors` on a finished run whose failures are mended by now."""
    execute(planned(SMALL), before, Silent(), table=table)
    plan = planned(MENDED)
    return lambda results: execute(plan, results, Silent(), retry_errors=True, table=table)


def rescored(planned: Planned, before: Path) -> Deed:
    """`harness score` of a finished run with other metrics."""
    source = execute(planned(SMALL), before, Silent(), table=table).folder.path.name
    plan = planned(OTHER_METRICS)
    return lambda results: rescore(plan, RunFolder(results / source), results, Silent(), table=table)


@pytest.mark.parametrize(
    ("deed", "undisturbed", "how"),
    [
        (evaluated, SMALL, "torn"),
        (evaluated, SMALL, "after"),
        (evaluated, SMALL, "full"),
        (retried, MENDED, "torn"),
        (rescored, OTHER_METRICS, "torn"),
    ],
    ids=["eval-torn", "eval-after", "eval-full", "retry-torn", "score-torn"],
)
def test_a_run_that_dies_or_finds_the_disk_full_at_any_write_goes_on_to_the_same_bytes(
    deed: Callable[[Planned, Path], Deed],
    undisturbed: str,
    how: str,
    planned: Planned,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    whole = bytes_of(execute(planned(undisturbed), tmp_path / "undisturbed", Silent(), table=table).folder.path)
    asked = tmp_path / "asked"
    before = tmp_path / "before"
    before.mkdir()
    go = deed(planned, before)
    for at in range(1, 1000):
        results = tmp_path / f"results{at}"
        if any(before.iterdir()):
            shutil.copytree(before, results)
        death = Death(at, how)
        with monkeypatch.context() as dying, suppress(KilledError, StoreError):
            dying.setattr(durable, "os", MortalSystem(death))
            for name in ("replace", "unlink") if how != "full" else ():
                dying.setattr(Path, name, death.around(getattr(Path, name)))
            go(results)
        if not death.dead:
            break
        stored = set()
        for folder in results.glob("trial-*"):
            with RunFolder(folder).locked():  # cuts off what was torn
                stored |= {f"{row.configuration} {row.cluster_id}" for row in RunFolder(folder).predictions()}
        asked.unlink(missing_ok=True)
        outcome = go(results)
        assert bytes_of(outcome.folder.path) == whole, (how, at)
        assert outcome.folder.manifest().status == "complete"
        assert not list(results.rglob(".*.partial"))
        assert (results / ".gitignore").read_text() == IGNORED
        if asked.exists():
            assert not stored & set(asked.read_text().lower().splitlines()), (how, at)
    assert 20 < at < 200
