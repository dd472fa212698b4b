"""The local executor: order, one process or several, and what is left of a piece whose process dies."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from harness.component import Share
from harness.errors import RunError, UsageError
from harness.executors import apart, local
from harness.executors.base import Lost, run_here
from harness.executors.local import Local, Processes
from harness.metrics.base import Findings, Measure, Metric
from harness.records import Article, Case, Cluster, Failure, MetricScore, Prediction
from harness.run.score import Scorable, score_in_order


@dataclass(frozen=True)
class Doubling:
    """Doubles numbers; what it does with some of them makes trouble."""

    kills: frozenset[int] = frozenset()
    raises: frozenset[int] = frozenset()
    refuses: bool = False

    @contextmanager
    def open(self) -> Iterator[Callable[[Sequence[int]], Sequence[tuple[int, int]]]]:
        if self.refuses:
            raise UsageError("no parser is installed")
        yield self._double

    def _double(self, chunk: Sequence[int]) -> list[tuple[int, int]]:
        for number in chunk:
            if number in self.kills:
                os.kill(os.getpid(), signal.SIGKILL)
            if number in self.raises:
                raise ValueError(f"{number} is odd")
        return [(2 * number, os.getpid()) for number in chunk]


def chunks_of(numbers: range, size: int = 3) -> list[list[int]]:
    return [[*numbers[start : start + size]] for start in range(0, len(numbers), size)]


Map = Callable[[Any, Any], Iterator[Sequence[Any]]]


def in_processes(job: Any, chunks: Any) -> Iterator[Sequence[Any]]:
    with Processes(jobs=2) as processes:
        yield from processes.map(job, chunks)


SEVERAL = pytest.mark.parametrize("work", [
    in_processes, lambda job, chunks: apart.results(job, chunks, 1),
    lambda job, chunks: apart.results(job, chunks, 2),
], ids=["processes", "apart", "two apart"])  # fmt: skip


def doubled(work: Map, job: Doubling, numbers: range) -> tuple[list[Any], set[int]]:
    rows = [row for found in work(job, chunks_of(numbers)) for row in found]
    values = [row if isinstance(row, Lost) else row[0] for row in rows]
    return values, {row[1] for row in rows if not isinstance(row, Lost)}


@SEVERAL
def test_results_stand_in_order_from_one_process_and_from_several(work: Map):
    here, us = doubled(run_here, Doubling(), range(100))
    there, them = doubled(work, Doubling(), range(100))
    assert here == there == [2 * number for number in range(100)]
    assert us == {os.getpid()}
    assert 1 <= len(them) <= 2  # the first may be done before the second is there
    assert os.getpid() not in them


@SEVERAL
def test_a_process_that_is_killed_costs_the_pieces_that_kill_it_and_no_others(work: Map):
    values, _ = doubled(work, Doubling(kills=frozenset({4, 5, 20})), range(24))
    lost = {number for number, value in enumerate(values) if isinstance(value, Lost)}
    assert lost == {4, 5, 20}
    assert "ended by the system" in values[4].message
    assert [value for value in values if not isinstance(value, Lost)] == [2 * n for n in range(24) if n not in lost]


@SEVERAL
def test_an_error_that_is_not_kept_to_its_piece_is_kept_to_its_chunk(work: Map):
    values, _ = doubled(work, Doubling(raises=frozenset({7})), range(12))
    assert values[6:9] == [Lost("ValueError: 7 is odd")] * 3
    assert values[:6] == [0, 2, 4, 6, 8, 10]
    assert values[9:] == [18, 20, 22]


@SEVERAL
def test_a_mistake_of_the_users_is_raised(work: Map):
    with pytest.raises(UsageError, match="no parser is installed"):
        list(run_here(Doubling(refuses=True), [[1], [2]]))
    with pytest.raises(UsageError, match="no parser is installed"):
        list(work(Doubling(refuses=True), [[1], [2]]))


def test_work_that_cannot_be_sent_says_how_to_go_on():
    @dataclass(frozen=True)
    class Bound(Doubling):
        pass

    with pytest.raises(RunError, match="use --jobs 1"):
        list(in_processes(Bound(), [[1]]))
    # Where it could be ended it is not done, but a limit on time is no reason to refuse it.
    ((_, found),) = apart.Apart(Local()).map(Bound(), [[1]], total=1, share="cores")
    assert found == [(2, os.getpid())]


@SEVERAL
def test_chunks_are_taken_a_few_at_a_time_and_no_process_outlives_the_iterator(work: Map):
    taken = []

    def chunks() -> Iterator[list[int]]:
        for number in range(1000):
            taken.append(number)
            yield [number]

    with closing(work(Doubling(), chunks())) as found:  # type: ignore[type-var]
        ((_, first),) = next(found)
    assert len(taken) < 10
    assert not alive(first)


def test_several_processes_are_started_once_they_pay(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(local, "cores", lambda: 2)
    monkeypatch.setattr(local, "LOOK", 0.0)
    chunks = chunks_of(range(60))

    def ran(total: int, executor: Local, *, share: Share = "cores") -> list[int]:
        rows = [row for _, found in executor.map(Doubling(), iter(chunks), total=total, share=share) for row in found]
        assert [value for value, _ in rows] == [2 * number for number in range(60)]
        return [process for _, process in rows]

    here = os.getpid()
    assert set(ran(60, Local(None))) == {here}  # microseconds of work left
    switched = ran(10**12, Local(None))
    assert switched[:3] == [here] * 3
    assert here not in switched[3:]
    assert set(ran(10**12, Local(None), share="weights")) == {here}
    assert set(ran(10**12, Local(1))) == {here}
    assert here not in ran(3, Local(2))


@dataclass(frozen=True)
class Holding:
    """Says which jobs its process holds open."""

    name: str

    @contextmanager
    def open(self) -> Iterator[Callable[[Sequence[int]], Sequence[tuple[int, tuple[str, ...]]]]]:
        HELD.append(self.name)
        try:
            yield lambda chunk: [(os.getpid(), tuple(HELD)) for _ in chunk]
        finally:
            HELD.remove(self.name)


HELD: list[str] = []


def test_processes_stay_for_the_next_job_and_let_go_of_the_one_before():
    chunks = chunks_of(range(60))
    with Local(2) as executor:
        found = [
            {row for _, rows in executor.map(Holding(name), iter(chunks), total=60, share="cores") for row in rows}
            for name in ("first", "second")
        ]
        (first, second) = ({process for process, _ in rows} for rows in found)
        assert second <= first or len(first) == 1  # the other may have been started when the work was nearly done
        assert {held for _, held in found[1]} == {("second",)}
        assert all(map(alive, first))
    assert not any(map(alive, first | second))


def test_jobs_under_way_side_by_side_are_both_held():
    with Processes(jobs=1) as processes:
        one, other = (processes.map(Holding(name), chunks_of(range(60), 1)) for name in ("one", "other"))
        held = {row[1] for pair in zip(one, other, strict=True) for found in pair for row in found}
    assert ("one", "other") in held
    assert held <= {("one",), ("one", "other"), ("other",)}


def test_a_process_that_one_job_ends_costs_another_nothing():
    deadly, other = Doubling(kills=frozenset({4})), Doubling()
    with Processes(jobs=2) as processes:
        pairs = zip(*(processes.map(job, chunks_of(range(24), 1)) for job in (deadly, other)), strict=True)
        found = [(one[0], two[0][0]) for one, two in pairs]
    assert [number for number, (one, _) in enumerate(found) if isinstance(one, Lost)] == [4]
    assert [two for _, two in found] == [2 * number for number in range(24)]


def test_once_processes_run_the_next_stage_begins_in_them(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(local, "cores", lambda: 2)
    monkeypatch.setattr(local, "LOOK", 0.0)

    def ran(executor: Local, total: int) -> list[int]:
        found = executor.map(Doubling(), iter(chunks_of(range(60))), total=total, share="cores")
        return [process for _, rows in found for _, process in rows]

    with Local(None) as executor:
        assert ran(executor, 60) == [os.getpid()] * 60  # too little to start any
        assert ran(executor, 10**12)[:3] == [os.getpid()] * 3
        assert os.getpid() not in ran(executor, 60)


def test_what_a_process_cannot_read_is_lost_with_the_reason(top: Path, tmp_path: Path):
    (tmp_path / "there_only.py").write_text(
        "from tests.unit.executors.test_local import Doubling\nclass Mine(Doubling): pass\n"
    )
    sys.path.insert(0, str(tmp_path))
    try:
        import there_only

        job = there_only.Mine()
        with Processes(jobs=1) as processes:
            (tmp_path / "there_only.py").unlink()
            (found,) = processes.map(job, [[1]])
    finally:
        sys.path.remove(str(tmp_path))
    assert found == [Lost("ModuleNotFoundError: No module named 'there_only'")]


def test_several_pay_where_more_than_ten_seconds_are_left_after_one(monkeypatch: pytest.MonkeyPatch):
    clock = iter(range(1000))
    monkeypatch.setattr(local, "monotonic", lambda: float(next(clock)))  # each chunk takes a second

    def done_here(pieces: int) -> int:
        return len(list(local.until_several_pay(iter([[0]] * pieces), pieces)))

    # After the second piece, the first look beyond one second: 10 of 12 seconds are left, 11 of 13.
    assert done_here(12) == 12
    assert done_here(13) == 2


class Deadly(Metric):
    """Counts characters; ends the process at one text."""

    name: ClassVar[str] = "deadly"

    def measures(self) -> tuple[Measure, ...]:
        return (Measure("deadly", "characters", unit="characters"),)

    def findings(self, case: Case) -> Findings:
        if case.prediction.text == "end":
            os.kill(os.getpid(), signal.SIGKILL)
        return Findings(statistics={"deadly": float(len(case.prediction.text))})


def test_a_prediction_whose_process_dies_has_a_failure_with_the_reason_and_the_others_their_scores():
    texts = ["one", "three", "end", "seven"]
    block = [
        Scorable(
            Cluster(cluster_id=f"c{number}", articles=(Article(article_id="a", text="t"),)),
            Prediction(prediction_id=f"p{number}", cluster_id=f"c{number}", configuration="m", text=text),
            ((),),
        )
        for number, text in enumerate(texts)
    ]
    (found,) = score_in_order((Deadly(),), [block], Local(2), total=4)
    rows = [row for rows in found for row in rows]
    assert [row.cluster_id for row in rows] == ["c0", "c1", "c2", "c3"]
    assert [row.statistics["deadly"] for row in rows if isinstance(row, MetricScore)] == [3.0, 5.0, 5.0]
    (failure,) = (row for row in rows if isinstance(row, Failure))
    assert (failure.stage, failure.component, failure.error) == ("score", "deadly", "WorkerLost")
    assert "ended by the system" in failure.message


PROGRAM = """
import sys, time
from harness.executors.local import Processes
from tests.unit.executors.test_local import Slow
if __name__ == "__main__":
    with Processes(jobs=2) as processes:
        for found in processes.map(Slow(), ([number] for number in range(1000))):
            print(*found, flush=True)
"""


@dataclass(frozen=True)
class Slow:
    """Says which process it is, slowly."""

    @contextmanager
    def open(self) -> Iterator[Callable[[Sequence[int]], Sequence[int]]]:
        def work(chunk: Sequence[int]) -> list[int]:
            time.sleep(0.05)
            return [os.getpid() for _ in chunk]

        yield work


@pytest.mark.parametrize("ends", [signal.SIGINT, signal.SIGKILL])
def test_no_process_is_left_behind_when_the_first_is_interrupted_or_killed(
    ends: signal.Signals, top: Path, tmp_path: Path
):
    (tmp_path / "program.py").write_text(PROGRAM)
    run = [sys.executable, str(tmp_path / "program.py")]
    with subprocess.Popen(
        run, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(top)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests in the background ignore it
    ) as program:  # fmt: skip
        assert program.stdout is not None
        workers = {int(program.stdout.readline()) for _ in range(8)}
        program.send_signal(ends)
        program.communicate(timeout=30)
    assert program.returncode == -ends
    until = time.monotonic() + 10
    while any(map(alive, workers)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not [worker for worker in workers if alive(worker)]


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
