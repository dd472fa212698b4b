"""One timer serves the limit of a run and the limits of clusters inside it."""

import signal
import time
from collections.abc import Iterator

import pytest

from harness.process import time_limit
from harness.process.time_limit import RunOver, TimeLimitError, limited, stopped_after


@pytest.fixture(autouse=True)
def _nothing_is_left_behind() -> Iterator[None]:
    before = signal.getsignal(signal.SIGALRM)
    yield
    assert signal.getsignal(signal.SIGALRM) is before
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
