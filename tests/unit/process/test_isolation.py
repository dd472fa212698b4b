"""What goes wrong with one cluster stays with it."""

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest

from harness.checkers.rules import Rules
from harness.errors import UsageError
from harness.models.base import Answer, Model
from harness.process import interruption, isolation
from harness.process.isolation import isolate, reason
from harness.process.time_limit import TimeLimitError, limited
from harness.records import Article, Cluster, ConfigurationRecord, Failure, Prediction
from harness.run.check import CheckJob, Questions, Unchecked
from harness.run.generate import generate
from harness.run.plan import Configuration


class PanicError(BaseException):
    """As pyo3 raises: no Exception."""


class UnprintableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError


RAISED: list[BaseException] = [
    RuntimeError("broken"),
    MemoryError(),
    RecursionError("too deep"),
    SystemExit(1),
    GeneratorExit(),
    StopIteration("no more"),
    PanicError("a panic"),
    asyncio.CancelledError(),
    UnprintableError(),
    ValueError("a lone surrogate \ud800 in a message"),
]


class Scripted(Model):
    """Does what `script` says, a function of the clusters it is handed; counts the calls."""

    name: ClassVar[str] = "scripted"
    script: ClassVar[Callable[[Sequence[Cluster]], Any]]
    at_once: ClassVar[int] = 8
    asked: ClassVar[list[list[str]]] = []
    closes_badly: ClassVar[bool] = False

    def clusters_at_once(self) -> int:
        return self.at_once

    @contextmanager
    def open(self, seed: int) -> "Iterator[Scripted]":  # noqa: ARG002 - the signature of a model
        yield self
        if self.closes_badly:
            raise RuntimeError("cannot be closed")

    def answer(self, clusters: Sequence[Cluster]) -> Any:
        type(self).asked.append([cluster.cluster_id for cluster in clusters])
        return type(self).script(clusters)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Prediction | Failure]]:
    """Runs the stage over eight clusters with a script."""

    def go(script: Callable[[Sequence[Cluster]], Any], **given: Any) -> list[Prediction | Failure]:
        monkeypatch.setattr(Scripted, "script", staticmethod(script), raising=False)
        monkeypatch.setattr(Scripted, "asked", [])
        model = Scripted()
        record = ConfigurationRecord(name="m", model="scripted", signature="s", parameters={}, seed=0)
        clusters = [Cluster(cluster_id=f"c{at}", articles=(Article(article_id="a", text="t"),)) for at in range(8)]
        return list(generate(Configuration("m", model, 0, record), clusters, **given))

    return go


def answers(clusters: Sequence[Cluster]) -> list[Answer]:
    return [Answer(text=cluster.cluster_id) for cluster in clusters]


@pytest.mark.parametrize("raised", RAISED, ids=lambda raised: type(raised).__name__)
def test_only_the_culprit_of_a_batch_fails_whatever_it_raises(raised: BaseException, run: Callable[..., Any]):
    def script(clusters: Sequence[Cluster]) -> list[Answer]:
        if any(cluster.cluster_id == "c5" for cluster in clusters):
            raise raised
        return answers(clusters)

    rows = run(script)
    assert [row.cluster_id for row in rows] == [f"c{at}" for at in range(8)]
    (failure,) = (row for row in rows if isinstance(row, Failure))
    assert (failure.cluster_id, failure.error, failure.stage) == ("c5", type(raised).__name__, "generate")
    assert failure.attempts == 1  # alone: it was tried with 8, 4 and 2, which depends on who stood beside it
    assert failure.message
    assert failure.to_json()  # it can be written, whatever stands in the message
    assert Scripted.asked[:3] == [[f"c{at}" for at in range(8)], ["c0", "c1", "c2", "c3"], ["c4", "c5", "c6", "c7"]]


def test_too_little_memory_halves_the_batch_until_it_fits(run: Callable[..., Any]):
    def script(clusters: Sequence[Cluster]) -> list[Answer]:
        if len(clusters) > 2:
            raise MemoryError
        return answers(clusters)

    assert all(isinstance(row, Prediction) for row in run(script))
    assert [len(asked) for asked in Scripted.asked] == [8, 4, 2, 2, 4, 2, 2]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (lambda _: [], "0 answers for"),
        (lambda clusters: [*answers(clusters), Answer(text="one too many")], "2 answers for 1"),
        (lambda _: None, "not iterable"),
        (lambda clusters: ["a bare text"] * len(clusters), "in place of an answer"),
        (lambda clusters: [RuntimeError("by itself")] * len(clusters), "by itself"),
    ],
    ids=["none", "too many", "nothing", "no answers", "exceptions in place of answers"],
)
def test_a_session_that_does_not_keep_its_promise_fails_clusters_not_the_run(
    script: Callable[..., Any], said: str, run: Callable[..., Any]
):
    rows = run(script)
    assert len(rows) == 8
    assert all(isinstance(row, Failure) and said in row.message for row in rows), rows[0]


def test_a_checker_that_cannot_be_opened_fails_its_predictions():
    class Broken(Rules):
        @contextmanager
        def open(self) -> "Iterator[Any]":
            raise MemoryError("no room for the parser")
            yield

    cluster = Cluster(cluster_id="c0", articles=(Article(article_id="a", text="t"),))
    with CheckJob(Broken(), seconds=None).open() as found_about:
        found = found_about([Questions(cluster, ["one", "two"]), Questions(cluster, ["three"])])
    why = Unchecked("MemoryError", "no room for the parser")
    assert found == [[why, why], [why]]


def test_nothing_to_say_is_refused_and_no_zero(run: Callable[..., Any]):
    rows = run(lambda clusters: [Answer(text=" ", raw_text="<s>")] * len(clusters))
    assert {row.error for row in rows} == {"Refused"}
    assert "it wrote '<s>'" in rows[0].message


@pytest.fixture
def _minding() -> Iterator[None]:
    """As in a program that Ctrl-C interrupts, also where the tests run in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_minding")
@pytest.mark.parametrize("passed", [UsageError("a missing file"), KeyboardInterrupt("SIGINT")])
def test_the_users_mistakes_and_interruptions_go_through(passed: BaseException, run: Callable[..., Any]):
    def script(clusters: Sequence[Cluster]) -> list[Answer]:
        raise passed

    with pytest.raises(type(passed), match=str(passed)):
        run(script)


@pytest.fixture
def _heeding(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a command, which heeds signals; none was heard yet."""
    for name, is_set in (("_heeding", True), ("_heard", False)):
        event = threading.Event()
        if is_set:
            event.set()
        monkeypatch.setattr(interruption, name, event)


@pytest.mark.usefixtures("_heeding")
def test_an_interruption_that_no_signal_caused_is_a_failure(run: Callable[..., Any]):
    def script(clusters: Sequence[Cluster]) -> list[Answer]:
        if any(cluster.cluster_id == "c3" for cluster in clusters):
            raise KeyboardInterrupt("on purpose")
        return answers(clusters)

    rows = run(script)
    assert [(row.cluster_id, row.error, row.message) for row in rows if isinstance(row, Failure)] == [
        ("c3", "KeyboardInterrupt", "on purpose")
    ]


@pytest.mark.usefixtures("_heeding")
def test_what_code_makes_of_a_signal_is_no_failure_but_the_interruption(run: Callable[..., Any]):
    def script(clusters: Sequence[Cluster]) -> list[Answer]:
        interruption._heard.set()
        raise OSError("the connection was lost")

    with pytest.raises(KeyboardInterrupt):
        run(script)


def test_a_session_that_cannot_be_closed_takes_no_answer_back(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(Scripted, "closes_badly", True)
    assert all(isinstance(row, Prediction) for row in run(answers))
    assert "cannot be closed" in caplog.text


def test_a_cluster_that_takes_too_long_fails_and_the_others_are_answered(run: Callable[..., Any]):
    def script(clusters: Sequence[Cluster]) -> list[Answer]:
        while any(cluster.cluster_id == "c2" for cluster in clusters):
            try:
                sum(range(1000))
            except Exception:  # noqa: BLE001, S112 - code that does not cooperate
                continue
        return answers(clusters)

    rows = run(script, seconds=0.02)
    assert [row.cluster_id for row in rows if isinstance(row, Failure)] == ["c2"]
    assert rows[2].error == "TimeLimit"
    assert "longer than the 0.02 seconds" in rows[2].message


def test_code_that_cannot_be_interrupted_fails_when_it_returns(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("harness.process.time_limit.threading.main_thread", lambda: None)  # as in any other thread
    with pytest.raises(TimeLimitError, match="longer than"), limited(0.01):
        time.sleep(0.03)


def test_no_alarm_is_left_behind():
    with limited(0.02):
        pass
    time.sleep(0.05)


def test_work_within_its_time_is_done_once():
    assert isolate(lambda items: items, [1, 2], lambda _: 5.0) == [(1, 1), (2, 1)]
    assert isolate(lambda items: items, []) == []


def test_a_message_of_any_length_is_cut():
    assert len(reason(ValueError("x" * 10_000_000)).message) == isolation.MAX_MESSAGE
