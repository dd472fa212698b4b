"""Progress without a terminal: a plain line now and then, or a JSON one; and what a line says."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from harness import redact
from harness.cli import progress, streams
from harness.process import logs


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    yield
    logs.configure(0, "plain")
    redact.forget()


def stage_of(seconds: float, total: int | None, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What a stage of two pieces, done at once, prints in so many seconds."""
    with streams.guard(), progress.TerminalProgress().stage("generate \x1b[31mred", total) as tick:
        tick()
        tick(1)
        time.sleep(seconds)
    return capsys.readouterr().err.splitlines()


def test_a_long_stage_says_now_and_then_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert progress.EVERY == 30.0
    monkeypatch.setattr(progress, "EVERY", 0.05)
    lines = stage_of(0.3, 1000, capsys)
    assert 2 <= len(lines) <= 6, lines  # 0.3 s hold five full intervals; a busy machine may miss some
    assert all(line.startswith("generate \\u001b[31mred: 2 of 1,000, ") for line in lines), lines
    assert all(line.endswith(" left") for line in lines), lines
    assert all(line.startswith("generate \\u001b[31mred: 2, ") for line in stage_of(0.2, None, capsys))


def test_a_short_stage_says_nothing(capsys: pytest.CaptureFixture[str]):
    assert stage_of(0.05, 10, capsys) == []


def test_among_json_lines_it_is_one(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(progress, "EVERY", 0.05)
    logs.configure(0, "json")
    lines = [json.loads(line) for line in stage_of(0.2, 10, capsys)]
    assert lines
    assert lines[0]["message"].startswith("generate \\u001b[31mred: 2 of 10, ")


@pytest.mark.parametrize(
    ("said", "arguments"),
    [
        ("0 of 14, 0 s", (0, 14, None, None, 0.2)),
        ("120 of 1,000, 4.00/s, 4 min left", (120, 1000, 4.0, 220.0, 30.0)),  # 220 s are 3.67 min
        ("7 of 9, 12/s, 1 h 2 min left", (7, 9, 12.4, 3_720.0, 1.0)),
        ("12,000, 400/s, 30 s", (12_000, None, 400.0, None, 30.4)),
    ],
)
def test_how_far_a_stage_is(said: str, arguments: tuple[Any, ...]):
    assert progress.progress_line(*arguments) == said


def test_a_secret_among_json_lines_takes_no_brace_with_it(capsys: pytest.CaptureFixture[str]):
    """Redacted as text, each of these lines would lose a quote or a brace."""
    redact.register("warning")
    logs.configure(0, "json")
    with streams.guard():
        logs.LOGGER.warning("one", extra={"fields": {"secret": {"a": 1}, "password": 5}})
        logs.say("-----BEGIN RSA PRIVATE KEY----- MIIB", "warning")
        logs.LOGGER.warning("api_key: %s", "{x}")
        sys.stderr.write("a library says warning\n")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["message"] for line in lines] == [
        "one",
        redact.MARK,
        f"api_key: {redact.MARK}}}",
        f"a library says {redact.MARK}",
    ]
    assert (lines[0]["secret"], lines[0]["password"]) == ({"a": redact.MARK}, redact.MARK)
    assert {line["level"] for line in lines} == {"warning"}


def test_lines_are_folded_only_on_a_terminal(harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "40")
    ended = harness("components", "metric")
    assert max(map(len, ended.out.splitlines())) > 40
