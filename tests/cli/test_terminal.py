"""Every command in a real terminal, narrow to wide: no escape is left, no line too wide, no column stands twice.

Seen to fail on the program as it was at commit 482e765: control codes as text at every width, columns twice at
112 where a metric has seven of them, help of 78 columns at 160.
"""

import json
import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from harness import printable
from harness.claims.parsing.parse import Parser
from tests.cli.in_terminal import Shown, run_in_terminal

LONG = "a-system-whose-name-is-longer-than-a-column-of-any-table-would-like-it-to-be"
PLACES = ("Arlen", "Bremo", "Corwick", "Dorn", "Elm")
CONFIG = f"""\
name: screen
data: {{jsonl: clusters.jsonl}}
models:
  - lead
  - central
  - recorded: texts.jsonl
    as: "{LONG}"
metrics:
  - rouge
  - headline
  - surface
gate: {{tolerance: {{rouge1: 0.01}}, max_failures: 1.0}}
"""
COMMANDS = (
    ("eval", "--config", "c.yaml", "--all", "--no-cache"),
    ("score", "screen", "--config", "c.yaml", "--no-cache"),
    ("show", "screen", "--all"),
    ("show", "screen", "--cluster", "c1"),
    ("compare", "screen", "--worst", "2", "--by", "desk"),
    ("check", "clusters.jsonl", "--cluster", "c1", "--text", "Dam at Bremo breaks after 9 days of rain"),
    ("claims", "clusters.jsonl", "--cluster", "c1"),
    ("metaeval", "--data", "labels.jsonl", "--clusters", "clusters.jsonl", "--checker", "rules", "--floor"),
    ("list",),
    ("baseline", "save", "screen", "-o", "base.json"),
    ("gate", "screen", "--baseline", "base.json"),
    ("components",),
    ("validate", "--config", "c.yaml"),
    ("cache", "list"),
    ("init", "new"),
    ("rm", "nothing"),
    ("labels", "export", "screen", "-o", "labels.csv"),
    ("stress", "--data", "clusters.jsonl", "--checker", "rules", "--limit", "2", "--resamples", "20"),
    ("eval", "--config", "none.yaml"),
    ("eval", "--format", "nothing"),
    ("--help",),
    ("eval", "--help"),
)
WIDTHS = (80, 112, 160, 220)
HOSTILE = "\x1b[2J\x1b]0;owned\x07"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parser: Parser) -> Path:
    """A folder with data, a configuration of three systems, and labels; `c4` has no recorded text, and so fails."""
    clusters = [
        {
            "id": f"c{at}",
            "desk": ("home", "away")[at % 2],
            "articles": [
                {
                    "title": f"Dam at {town} holds",
                    "text": f"The dam at {town} held on Monday after {at + 2} days of rain.",
                },
                {"title": HOSTILE, "text": f"Engineers said the dam at {town} was safe. {HOSTILE}"},
            ],
            "references": [f"{town} dam holds after {at + 2} days of rain"],
        }
        for at, town in enumerate(PLACES)
    ]
    texts = [{"cluster_id": f"c{at}", "text": f"Dam at {town} fails {HOSTILE}"} for at, town in enumerate(PLACES[:4])]
    labels = [
        {"id": f"{what}{at}", "cluster_id": f"c{at}", "text": f"Dam at {town} {what}", "label": label}
        for at, town in enumerate(PLACES)
        for what, label in (("holds", 1), ("fell", 0))
    ]
    for name, rows in (("clusters", clusters), ("texts", texts), ("labels", labels)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "c.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check_screen(command: tuple[str, ...], shown: Shown, columns: int) -> None:
    """What holds for every command."""
    assert shown.code == (2 if {"none.yaml", "nothing"} & set(command) else 0), (command, shown.text)
    named = {"\\u001b[2J\\u001b]0;owned\\u0007"}  # what others wrote is shown as this and nothing else
    ours = shown.text
    for text in named:
        ours = re.sub(r"\s*".join(map(re.escape, text)), "", ours)  # it may be folded
    assert not re.search(r"\\u00[0-9a-f]{2}|\^\[|\\x1b", ours), (command, shown.text)
    assert "owned" not in re.sub(r"\\u001b\]0;owned", "", shown.raw) or "owned" not in ours
    assert "\x1b[2J" not in shown.raw
    for line in shown.sent_lines:
        assert printable.columns(line) <= columns, (command, line)
    assert "━" not in shown.text, (command, "a progress bar stayed")


def tables(screen: list[str]) -> dict[str, list[str]]:
    """Title of each metric's table → its columns, those of all its parts."""
    found: dict[str, list[str]] = {}
    for title, heads in pairwise(screen):
        if heads.startswith("configuration  ") and re.fullmatch(r"[a-z]+(, continued)?", title):
            found.setdefault(title.partition(",")[0], []).extend(re.split(r" {2,}", heads)[1:])
    return found


@pytest.mark.parametrize("columns", WIDTHS)
def test_every_command_at_every_width(place: Path, columns: int):
    for command, shown in zip(COMMANDS, run_in_terminal(COMMANDS, columns), strict=True):
        check_screen(command, shown, columns)
        if command[0] in ("eval", "score", "show") and "rouge" in shown.screen:
            found = tables(shown.screen)
            assert [head for heads in found.values() for head, times in Counter(heads).items() if times > 1] == []
            names = "words characters within-limit novel-1 novel-2 copied leakage".split()  # noqa: SIM905 - as they stand
            wanted = names if "--all" in command else [name for name in names if name not in ("novel-1", "copied")]
            assert [head.split()[0] for head in found["headline"] if head != "n"] == wanted
            if columns >= 160:
                assert "headline, continued" not in shown.screen, "there is room for all of it"
            if "--cluster" not in command:
                assert "4/0/1" in shown.text
        if command[-1] == "--help":
            assert max(map(len, shown.screen)) > min(columns, 110) - 25, "help uses the width"


@pytest.mark.parametrize(
    "environment",
    [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"LC_ALL": "C", "PYTHONUTF8": "1"}],
    ids=lambda env: next(iter(env)),
)
def test_terminals_without_colour_or_cursor(place: Path, environment: dict[str, str]):
    commands = (COMMANDS[0], COMMANDS[4], COMMANDS[5], COMMANDS[7])
    for command, shown in zip(commands, run_in_terminal(commands, 80, environment), strict=True):
        check_screen(command, shown, 80)
        if "NO_COLOR" in environment:
            assert not re.search(r"\x1b\[[\d;]*(?:3[0-7]|9[0-7]|38;5;\d+)m", shown.raw), command
        if "TERM" in environment:
            assert "\x1b" not in shown.raw, (command, "a dumb terminal takes no control codes")


def test_a_terminal_made_narrower_while_a_bar_stands(place: Path):
    """The bar is drawn anew, nothing of it stays, and the table takes the width there is at its end."""

    def narrower(sent: str) -> int | None:
        return 80 if "generate lead" in sent else None

    (shown,) = run_in_terminal([COMMANDS[0]], 160, resized=narrower, seconds_each=0.1)
    check_screen(COMMANDS[0], shown, 80)
    assert "generate central" in shown.raw, "bars went on"
    assert "generate" not in shown.text


def test_what_a_library_writes_stands_above_the_bar_and_steers_nothing(place: Path):
    (shown,) = run_in_terminal([COMMANDS[0]], 80, seconds_each=0.05, noise=f"library: {HOSTILE}\n")
    check_screen(COMMANDS[0], shown, 80)
    said = [line for line in shown.screen if line.startswith("library: ")]
    assert said == ["library: \\u001b[2J\\u001b]0;owned\\u0007"] * len(PLACES), shown.text


def test_a_pipe_gets_no_control_code_no_bar_and_no_space_at_the_end(place: Path, harness: Callable[..., Any]):
    for command in COMMANDS:
        ended = harness(*command)
        for text in (ended.out, ended.err):
            assert "\x1b" not in text, command
            assert "\r" not in text, command
            assert [line for line in text.splitlines() if line != line.rstrip()] == [], command


def test_json_stands_alone_on_standard_output_of_a_terminal(place: Path):
    commands = [("eval", "--config", "c.yaml", "--format", "json", "--no-cache"), ("schema",)]
    evaluated, schema = run_in_terminal(commands, 80, errors_to="errors.txt")
    assert json.loads(evaluated.raw)["name"] == "screen"
    assert json.loads(schema.raw)["type"] == "object"
    assert "complete: 14 predictions, 1 failure" in Path("errors.txt").read_text()


@pytest.mark.parametrize("group", [(), ("baseline",), ("cache",), ("data",), ("labels",)], ids=" ".join)
def test_help_says_in_a_whole_sentence_what_each_command_does(
    group: tuple[str, ...], harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "80")
    shown = harness(*group, "--help").out
    listed = shown.split("Commands:\n")[1].split("\n\n")[0]
    assert "..." not in listed
    assert max(map(len, shown.splitlines())) <= 80
    told = " ".join(listed.split())
    assert told.endswith(".")
