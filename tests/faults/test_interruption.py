"""Ctrl-C, SIGTERM and SIGHUP: within two seconds, everything saved, the command that continues on the last line."""

import json
import shlex
import signal
import subprocess
import time

import pytest

from tests.faults.workplace import Workplace, interrupt

LIMIT = 2.0
"""Seconds that a command may take to end after a signal."""

CONFIG = """\
models:
  - slow: {seconds: 0.3}
metrics:
  - length
"""


def begun(workplace: Workplace, answered: int) -> "subprocess.Popen[str]":
    process = workplace.start("eval", "--config", "x.yaml")
    workplace.until(lambda: len(workplace.asked) > answered, process)
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_run_with_all_that_was_done_and_says_how_to_go_on(workplace: Workplace, number: int):
    workplace.configure(CONFIG)
    process = begun(workplace, 2)
    sent = time.monotonic()
    interrupt(process, number)
    _, err = process.communicate(timeout=10)
    assert time.monotonic() - sent < LIMIT
    assert process.returncode == 130
    assert "Traceback" not in err
    done = [row["cluster_id"] for row in workplace.rows("predictions.jsonl")]
    assert len(done) >= 2
    assert json.loads((workplace.run_folder / "manifest.json").read_text())["status"] == "interrupted"
    assert workplace.rows("events.jsonl")[-1]["event"] == "interrupted"
    last = err.splitlines()[-1]
    folder, command = last.removeprefix("interrupted: what is done is saved in ").split("; to go on: ")
    assert folder == f"results/{workplace.run_folder.name}"
    workplace.configure(CONFIG.replace("0.3", "0"))
    words = shlex.split(command)
    subprocess.run(words, cwd=workplace.folder, env={**workplace.environment}, check=True, capture_output=True)
    asked = [line.split()[1] for line in workplace.asked]
    assert sorted(set(asked)) == [f"c{place:02}" for place in range(12)]
    assert all(asked.count(cluster) == 1 for cluster in done)  # what was on disk was not asked for again


def test_a_hang_up_under_nohup_ends_nothing(workplace: Workplace):
    workplace.configure("models:\n  - slow: {seconds: 0.1}\nmetrics: [length]\n")
    process = workplace.start("eval", "--config", "x.yaml", hang_up=signal.SIG_IGN)
    workplace.until(lambda: bool(workplace.asked), process)
    interrupt(process, signal.SIGHUP)
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert len(workplace.rows("predictions.jsonl")) == 12


def test_a_second_ctrl_c_ends_at_once(workplace: Workplace):
    workplace.configure("models:\n  - slow: {seconds: 30, swallows: true}\nmetrics: [length]\n")
    process = begun(workplace, 0)
    interrupt(process)
    time.sleep(0.3)
    assert process.poll() is None  # this model swallows the first
    sent = time.monotonic()
    interrupt(process)
    process.communicate(timeout=10)
    assert time.monotonic() - sent < 0.7
    assert process.returncode == 130


def test_a_call_that_does_not_come_back_is_left_within_two_seconds(workplace: Workplace):
    workplace.configure(
        "models:\n  - slow: {word: First}\n  - slow: {seconds: 30, swallows: true}\n    as: stuck\nmetrics: [length]\n"
    )
    process = begun(workplace, 12)
    sent = time.monotonic()
    interrupt(process)
    _, err = process.communicate(timeout=10)
    assert time.monotonic() - sent < LIMIT
    assert process.returncode == 130
    assert err.splitlines()[-1].startswith("interrupted: what is done is saved in results/")
    assert len(workplace.rows("predictions.jsonl")) == 12
    assert json.loads((workplace.run_folder / "manifest.json").read_text())["status"] == "interrupted"
    assert workplace.rows("events.jsonl")[-1]["event"] == "interrupted"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("limit", ["cluster: 0.1s", "run: 0.1s"])
def test_past_a_time_limit_a_signal_ends_native_code_as_soon(workplace: Workplace, limit: str, number: int):
    workplace.configure(f"models:\n  - slow: {{native: true}}\nmetrics: [length]\ntime_limit: {{{limit}}}\n")
    process = begun(workplace, 0)
    time.sleep(1.5)  # the limit's timer rings every second by now
    assert process.poll() is None
    sent = time.monotonic()
    interrupt(process, number)
    _, err = process.communicate(timeout=20)
    assert time.monotonic() - sent < LIMIT
    assert process.returncode == 130
    assert err.splitlines()[-1].startswith("interrupted: what is done is saved in results/")


@pytest.mark.parametrize("what", ["heavy", "thread"])
def test_what_is_left_to_do_at_the_end_of_a_process_is_not_waited_for(workplace: Workplace, what: str):
    workplace.configure(f"models:\n  - slow: {{seconds: 0.3, clings: {what}}}\nmetrics: [length]\n")
    process = begun(workplace, 1)
    sent = time.monotonic()
    interrupt(process)
    process.communicate(timeout=10)
    assert time.monotonic() - sent < LIMIT
    assert process.returncode == 130


def test_ctrl_c_before_a_run_begins_says_so(workplace: Workplace):
    workplace.configure(CONFIG)
    process = begun(workplace, 0)
    waiting = workplace.start("eval", "--config", "x.yaml", "--wait")
    assert waiting.stderr is not None
    assert "note: waiting for results/" in waiting.stderr.readline()
    interrupt(waiting)
    _, err = waiting.communicate(timeout=10)
    assert waiting.returncode == 130
    assert err.splitlines()[-1].startswith("interrupted; to run it again: ")
    interrupt(process)
    process.communicate(timeout=10)


@pytest.mark.parametrize("whom", ["group", "parent"])
def test_worker_processes_end_with_their_parent(workplace: Workplace, whom: str):
    workplace.configure("models:\n  - slow\nmetrics:\n  - factual: {checker: {plain: {seconds: 0.5}}}\n")
    process = workplace.start("eval", "--config", "x.yaml", "--jobs", "2")
    workplace.until(lambda: bool(workplace.rows("verdicts.jsonl")), process)
    sent = time.monotonic()
    if whom == "group":
        interrupt(process)
    else:
        process.terminate()
    _, err = process.communicate(timeout=10)
    assert time.monotonic() - sent < LIMIT
    assert process.returncode == 130
    assert err.splitlines()[-1].startswith("interrupted: what is done is saved in results/")
    assert "Traceback" not in err
    workplace.until_gone(process)
    assert workplace.rows("failures.jsonl") == []
