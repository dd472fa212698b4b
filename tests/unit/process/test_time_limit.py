"""One timer serves the limit of a run and the limits of clusters inside it."""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.process import time_limit
from harness.process.time_limit import RunOver, TimeLimitError, limited, stopped_after


@pytest.fixture(autouse=True)
def _nothing_is_left_behind() -> Iterator[None]:
    before = signal.getsignal(signal.SIGALRM)
    yield
    assert signal.getsignal(signal.SIGALRM) in (before, time_limit._ring)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert not time_limit._limits


def loop() -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        pass
    pytest.fail("nothing interrupted it")


def test_the_end_of_a_run_ends_the_cluster_under_way_whose_time_is_not_over():
    with pytest.raises(RunOver), stopped_after(0.05), limited(10):
        loop()


def test_a_cluster_that_takes_too_long_does_not_end_the_run_whose_time_goes_on():
    with pytest.raises(RunOver), stopped_after(0.3):  # noqa: PT012 - each step is looked at
        for _ in range(2):
            with pytest.raises(TimeLimitError, match=r"longer than the 0\.02 seconds"), limited(0.02):
                loop()
        with limited(None):
            loop()


def test_the_error_names_the_limit_that_is_over_and_not_one_inside_it():
    with pytest.raises(TimeLimitError, match=r"longer than the 0\.02 seconds"), limited(0.02), limited(10):
        loop()


def test_a_run_that_is_over_is_ended_again_where_that_is_swallowed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(time_limit, "AGAIN", 0.02)
    swallowed = []

    def stubborn() -> None:
        while len(swallowed) < 3:
            try:
                loop()
            except BaseException as error:  # noqa: BLE001 - that is the point
                swallowed.append(type(error))
        loop()

    with pytest.raises(RunOver), stopped_after(0.02), limited(0.01):
        stubborn()
    # First the cluster's time was over, then the run's, which is the one that counts.
    assert swallowed[-1] is RunOver


def test_within_their_time_nothing_happens():
    with stopped_after(0.02), limited(0.02):
        pass
    time.sleep(0.04)
    with stopped_after(None), limited(None):
        pass


def test_an_alarm_that_arrives_after_its_limit_ended_does_nothing():
    before = signal.signal(signal.SIGALRM, signal.SIG_DFL)
    try:
        with limited(10):
            pass
        assert callable(signal.getsignal(signal.SIGALRM)), "the alarm would end the process"
        signal.raise_signal(signal.SIGALRM)
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_handler_that_was_there_before_is_there_again():
    before = signal.signal(signal.SIGALRM, lambda *_: None)
    mine = signal.getsignal(signal.SIGALRM)
    try:
        with stopped_after(10), limited(5):
            pass
        assert signal.getsignal(signal.SIGALRM) is mine
    finally:
        signal.signal(signal.SIGALRM, before)


class Finalized:
    """Takes its time when it goes, and is interrupted there."""

    def __init__(self, raised: type[Exception] | None) -> None:
        self.raised = raised

    def __del__(self) -> None:
        until = time.monotonic() + 0.1
        while time.monotonic() < until:
            pass
        if self.raised:
            raise self.raised("of the finalizer")


@pytest.mark.parametrize("raised", [None, ValueError], ids=["interrupted", "an error of its own"])
def test_of_an_interrupted_finalizer_nothing_is_told_but_its_own_error(
    monkeypatch: pytest.MonkeyPatch, raised: type[Exception] | None
):
    told = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: told.append(unraisable.exc_type))
    monkeypatch.setattr(time_limit, "AGAIN", 0.5)

    def finalizing() -> None:
        Finalized(raised)
        loop()

    with pytest.raises(TimeLimitError), limited(0.3 if raised else 0.02):
        finalizing()
    assert told == ([raised] if raised else [])


UNTIL = 30.0
"""Seconds after which code that nothing ends gives up by itself, and the test fails."""


def sleeping(over: Callable[[], bool]) -> None:
    while not over():
        time.sleep(0.1)


def busy(over: Callable[[], bool]) -> None:
    while not over():
        sum(range(100))


def calling_back(over: Callable[[], bool]) -> None:
    while not over():
        sorted(range(1000), key=lambda number: -number)


def retrying(inner: Callable[[], None], over: Callable[[], bool]) -> None:
    while not over():
        try:
            inner()
        except BaseException:  # noqa: BLE001, S112 - that is the point
            continue


def suppressing(inner: Callable[[], None], over: Callable[[], bool]) -> None:
    while not over():
        with suppress(BaseException):
            inner()


def tidying(inner: Callable[[], None], over: Callable[[], bool]) -> None:
    while not over():
        try:
            inner()
        except BaseException as error:  # noqa: BLE001
            noted = [str(error) for _ in range(20)]
            noted.clear()
        finally:
            sum(range(50))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    work=st.sampled_from([sleeping, busy, calling_back]),
    layers=st.lists(st.sampled_from([retrying, suppressing, tidying]), max_size=3),
    limit=st.sampled_from([stopped_after, limited]),
)
def test_code_that_swallows_whatever_it_is_interrupted_by_ends_all_the_same(
    monkeypatch: pytest.MonkeyPatch, work: Callable[..., None], layers: list[Callable[..., None]], limit: type
):
    monkeypatch.setattr(time_limit, "AGAIN", 0.05)
    until = time.monotonic() + UNTIL

    def over() -> bool:
        return time.monotonic() >= until

    def stubborn(left: list[Callable[..., None]]) -> None:
        if left:
            left[0](lambda: stubborn(left[1:]), over)
        else:
            work(over)

    expected = RunOver if limit is stopped_after else TimeLimitError
    inside = None if limit is stopped_after else 20
    with pytest.raises(expected), limit(0.02), limited(inside):
        stubborn(layers)
    assert not over()


def test_the_last_alarm_of_many_may_arrive_when_the_limit_has_ended(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(time_limit, "AGAIN", 0.05)
    replace, late, swallowed = signal.signal, [], []

    def after_a_late_alarm(number: signal.Signals, handler: Callable[..., None]) -> object:
        held = signal.getsignal(number)
        if handler is time_limit._ring and held is not handler and swallowed:
            late.append(held)
            signal.raise_signal(number)  # as another thread does that had been given it before the timer was stopped
        return replace(number, handler)

    def stubborn() -> None:
        while len(swallowed) < 3:
            with suppress(BaseException):
                loop()
            swallowed.append(True)
        loop()

    monkeypatch.setattr(signal, "signal", after_a_late_alarm)
    with pytest.raises(TimeLimitError), limited(0.02):
        stubborn()
    assert late, "the alarm was not late"


def test_what_code_makes_of_the_interruption_is_told_as_the_limit():
    def translating() -> None:
        try:
            loop()
        except BaseException as error:
            raise OSError("the connection was lost") from error

    with pytest.raises(TimeLimitError, match="longer than"), limited(0.02):
        translating()


def test_our_own_code_is_not_interrupted_without_end_where_a_run_is_over(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(time_limit, "AGAIN", 0.05)
    raised = []
    with pytest.raises(RunOver), stopped_after(0.02):  # noqa: PT012
        while len(raised) < 3:
            try:
                loop()
            except RunOver as error:
                raised.append(error)
                time.sleep(0.01)  # to put things in order, which nothing may interrupt all the time
        loop()
    assert len(raised) == 3
