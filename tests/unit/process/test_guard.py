"""The process beside this one: when it is started, what it hears, and that it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.process.guard import _parted
from tests.conftest import TOP

PROGRAM = """
import os, signal, sys, time
from pathlib import Path
from harness.process import interruption

def holding_the_lock():
    sum(range(10**13))

def waiting():
    while True:
        time.sleep(0.01)

def forking():
    if os.fork():
        waiting()
    time.sleep(3)
    os._exit(0)

def with_another_descriptor():
    signal.set_wakeup_fd(-1)
    interruption.expect_code_of_others()
    print(interruption._watched.guard, signal.set_wakeup_fd(-1))

def heeding():
    with interruption.heeded():
        interruption.expect_code_of_others()
        guard = interruption._watched.guard
        print(guard and guard._process.pid, flush=True)
        {work}()

try:
    heeding()
except KeyboardInterrupt:
    sys.exit(130)
"""


@contextmanager
def begun(work: str) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(work=work)],
        cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        guard = int(process.stdout.readline())
        time.sleep(0.3)
        yield process, guard
        process.kill()
        until_gone(guard)


def until_gone(pid: int) -> None:
    end = time.monotonic() + 5
    while _is_there(pid):
        assert time.monotonic() < end, "the guard outlived the process that it guards"
        time.sleep(0.01)


def _is_there(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.exists():
        return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_ends_at_once_what_holds_the_interpreters_lock(number: int):
    with begun("holding_the_lock") as (process, _):
        process.send_signal(number)
        time.sleep(0.1)
        assert process.poll() is None
        sent = time.monotonic()
        process.send_signal(number)
        _, err = process.communicate(timeout=10)
        assert time.monotonic() - sent < 0.8
        assert process.returncode == -signal.SIGINT
        assert err == ""


def test_a_process_that_minds_the_signal_ends_by_itself():
    with begun("waiting") as (process, _):
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
        assert (process.returncode, err) == (130, "")


def test_a_process_that_is_killed_leaves_no_guard_though_a_fork_of_it_goes_on():
    with begun("forking") as (process, guard):
        process.kill()
        process.wait()
        until_gone(guard)


def test_who_has_taken_the_descriptor_keeps_it():
    program = PROGRAM.format(work="with_another_descriptor").replace(
        "        interruption.expect_code_of_others()\n        guard", "        guard"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=TOP, capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines() == ["None", "None -1"]


NUMBERS = st.binary(max_size=5).map(lambda numbers: numbers.replace(b"\0", b""))
LINES = st.binary(max_size=8).map(lambda line: b"\0" + line.replace(b"\0", b"") + b"\0")


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(NUMBERS | LINES), st.lists(st.integers(0, 60)))
def test_signals_and_lines_are_told_apart_wherever_reading_stops(pieces: list[bytes], cuts: list[int]):
    written = b"".join(pieces)
    places = [0, *sorted(min(cut, len(written)) for cut in cuts), len(written)]
    heard, line, rest = b"", b"", b""
    for start, end in pairwise(places):
        numbers, line, rest = _parted(rest + written[start:end], line)
        heard += numbers
    assert heard == b"".join(piece for piece in pieces if piece[:1] != b"\0")
    lines = [piece[1:-1] for piece in pieces if piece[:1] == b"\0"]
    assert (line, rest) == (lines[-1] if lines else b"", b"")
