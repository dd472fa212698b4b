"""The frame of the benchmarks: ratios over rounds, results that fell, reasons for what was not measured."""

import subprocess
import sys
import time
from itertools import count

import pytest

from benchmarks import __main__ as program
from benchmarks import report
from benchmarks.frame import TOP, Figure, Measured, Side, UnavailableError, as_row, at_least, at_most, interleaved


def row(value: float, *, bound: str = "at least", tolerance: float = 0.2) -> dict[str, object]:
    aim = at_least(2.0) if bound == "at least" else at_most(0.05)
    measured = Measured(value, value, value, 1)
    return as_row(Figure("some", "some thing", "another", aim, lambda _: measured, tolerance), measured)


def test_a_ratio_is_the_median_over_rounds_for_one_piece_of_work():
    told = count(1)
    # Ours takes 1, 2, 3, 4 seconds, of which the first is not counted; the peer 12 seconds for four pieces of work.
    measured = interleaved(Side(lambda: float(next(told))), Side(lambda: 12.0, work=4), rounds=3)
    assert (measured.value, measured.low, measured.high) == (1.0, 0.75, 1.5)
    assert (measured.ours, measured.peer) == (3.0, 3.0)


@pytest.mark.parametrize(
    ("committed", "now", "code"),
    [
        (row(100), row(81), 0),
        (row(100), row(79), 1),
        (row(100), row(500), 0),
        (row(0.04, bound="at most"), row(0.047, bound="at most"), 0),
        (row(0.04, bound="at most"), row(0.049, bound="at most"), 1),
    ],
)
def test_the_check_fails_where_a_figure_fell_by_more_than_its_tolerance(committed, now, code, capsys):
    assert program._check([now], [committed]) == code
    assert ("FELL" in capsys.readouterr().out) == bool(code)


def test_a_check_that_compares_nothing_is_no_success(capsys):
    assert program._check([row(100)], []) == 2
    assert "nothing committed" in capsys.readouterr().out


def test_what_cannot_be_measured_stands_on_the_page_with_its_reason():
    def unavailable(quick: bool) -> Measured:
        raise UnavailableError("pip cannot reach it")

    found = program._measure(Figure("some", "some thing", "another", at_least(2.0), unavailable), quick=True)
    assert found["reached"] is None
    page = report.page({"machine": {}, "figures": [found, row(1.0)]})
    assert "`some`: not measured: pip cannot reach it" in page
    assert "**short**" in page


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ends a child with its parent")
def test_a_benchmark_that_is_killed_leaves_no_child_behind():
    """The child says its number and sleeps; its end of the pipe is closed when it has ended."""
    child = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    parent = (
        "import subprocess, sys; from benchmarks.frame import end_with_parent;"
        f"subprocess.run([sys.executable, '-c', {child!r}], preexec_fn=end_with_parent)"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, cwd=TOP) as started:
        assert started.stdout is not None
        assert int(started.stdout.readline())
        began = time.monotonic()
        started.kill()
        started.stdout.read()  # ends when nobody can write any more
    assert time.monotonic() - began < 30
