"""Naming, listing and removing runs from outside."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.cli.trial import GOOD
from tests.conftest import TOP

INTERRUPT = "Ctrl-C"


@pytest.fixture
def two_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harness: Callable[..., Any]) -> tuple[str, str]:
    """The folders of two runs of the NAME `trial`, the older first; they differ in their seeds."""
    monkeypatch.chdir(tmp_path)
    row = {"id": "c1", "articles": [{"title": "Dam holds", "text": "The dam held."}], "references": ["Dam is holding"]}
    Path("clusters.jsonl").write_text(json.dumps(row) + "\n")
    Path("x.yaml").write_text(GOOD.replace("  - lead\n", "  - lead\n  - lead: {part: sentence}\n    as: sentence\n"))
    made = []
    for seed in (1, 2):
        ended = harness("eval", "--config", "x.yaml", "--set", f"seed={seed}")
        assert ended.code == 0
        made.append(ended.err.partition("results: results/")[2].splitlines()[0])
    return made[0], made[1]


@pytest.mark.parametrize("form", ["trial@-2", "the folder's name", "the folder's path", "the beginning of its name"])
@pytest.mark.parametrize("command", ["show", "compare", "score", "gate", "baseline save"])
def test_every_command_that_takes_a_run_takes_every_form(
    command: str, form: str, two_runs: tuple[str, str], harness: Callable[..., Any]
):
    older, newer = two_runs
    # one digit more than the two have in common
    beginning = next(older[:end] for end in range(1, len(older)) if not newer.startswith(older[:end]))
    run = {
        "trial@-2": "trial@-2",
        "the folder's name": older,
        "the folder's path": f"results/{older}",
        "the beginning of its name": beginning,
    }[form]
    more = {
        "show": ("--format", "json"),
        "compare": ("--metric", "words", "--format", "json"),
        "score": ("--config", "x.yaml", "--set", "seed=1", "--format", "json"),
        "gate": ("--baseline", "base.json", "--update"),
        "baseline save": ("-o", "base.json"),
    }[command]
    ended = harness(*command.split(), run, *more)
    assert ended.code == 0, ended.err
    if command in ("gate", "baseline save"):
        assert json.loads(Path("base.json").read_text())["run"] == older
    else:
        assert older in ended.out
        assert newer not in ended.out


def test_an_ambiguous_name_ends_with_2_and_lists_the_candidates(two_runs: tuple[str, str], harness: Callable[..., Any]):
    ended = harness("show", "trial")
    assert ended.code == 2
    first, second, third = ended.err.splitlines()
    assert first == "error: 'trial' names 2 runs in results; give more of the name, or trial@latest:"
    assert [line.split()[1] for line in (second, third)] == [two_runs[1], two_runs[0]]
    assert second.endswith("UTC  complete")


def test_a_latest_run_that_is_not_complete_is_said_to_be_so(two_runs: tuple[str, str], harness: Callable[..., Any]):
    file = Path("results", two_runs[1], "manifest.json")
    file.write_text(json.dumps(json.loads(file.read_text()) | {"status": "failed"}))
    ended = harness("show", "trial@latest")
    assert ended.code == 0
    assert f"note: trial@latest is results/{two_runs[1]}, which is failed" in ended.err
    ended = harness("compare", "trial@latest", "trial@-2")
    assert ended.code == 2
    assert f"error: results/{two_runs[1]}: the run is failed; finish it with `harness eval`" in ended.err


def test_rm_without_a_terminal_wants_yes_and_shows_what_would_go(
    two_runs: tuple[str, str], harness: Callable[..., Any]
):
    ended = harness("rm", "trial@-2")
    assert ended.code == 2
    listed, total, last = ended.err.splitlines()
    assert listed.startswith(f"results/{two_runs[0]}  complete  ")
    assert total.startswith("1 run, ")
    assert last == "error: nothing was removed: nobody answered; --yes removes without asking"
    ended = harness("rm", "trial@-2", "--yes")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"removed results/{two_runs[0]}, ")
    assert not Path("results", two_runs[0]).exists()
    assert Path("results", two_runs[1]).exists()


def test_rm_ends_with_2_and_removes_nothing_where_one_run_is_refused(
    two_runs: tuple[str, str], harness: Callable[..., Any]
):
    older, newer = two_runs
    baseline = "results/baselines/main.json"
    assert harness("baseline", "save", older, "-o", baseline).code == 0
    ended = harness("rm", newer, older, "--yes")
    assert ended.code == 2
    assert ended.err.splitlines() == [
        f"error: results/{older}: the baseline {baseline} was saved from it; delete or replace that first",
        "error: nothing was removed",
    ]
    ended = harness("rm", "trial", "--keep", "0", "--yes")
    assert ended.code == 0
    assert ended.err.startswith(f"note: kept: results/{older}: the baseline ")
    assert [line.split(",")[0] for line in ended.out.splitlines()] == [f"removed results/{newer}"]
    assert harness("rm", "trial", "--keep", "1", "--yes").err == "nothing to remove\n"


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        ("y\n", 0, "removed results/"),
        ("n\n", 0, "nothing was removed"),
        ("\n", 0, "nothing was removed"),
        ("\x04", 2, "error: nothing was removed: nobody answered"),
        (INTERRUPT, 130, "interrupted; to run it again: "),
    ],
    ids=["yes", "no", "return", "end of input", "Ctrl-C"],
)
def test_rm_asks_on_a_terminal(typed: str, code: int, said: str, two_runs: tuple[str, str]):
    ended, shown = typed_into([sys.executable, "-m", "harness", "rm", "trial@latest"], "Remove this run? [y/N] ", typed)
    assert ended == code, shown
    assert said in shown
    assert Path("results", two_runs[1]).exists() is (typed != "y\n")


def typed_into(command: list[str], prompt: str, typed: str) -> tuple[int, str]:
    """Run a command in a terminal of its own, type something when it prompts; its exit code and all that it shows."""
    ours, theirs = pty.openpty()
    streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    process = subprocess.Popen(command, **streams, env=os.environ | {"PYTHONPATH": str(TOP)})
    os.close(theirs)
    shown = b""
    with os.fdopen(ours, "r+b", buffering=0) as terminal, suppress(OSError):  # EIO: nobody has the other side any more
        while chunk := terminal.read(1024):
            shown += chunk
            if typed and shown.decode().endswith(prompt):
                if typed == INTERRUPT:  # a terminal sends it as a signal
                    process.send_signal(signal.SIGINT)
                else:
                    terminal.write(typed.encode())
                typed = ""
    return process.wait(30), shown.decode()


def test_list_says_what_differs_shows_dates_and_status_and_is_narrowed(
    two_runs: tuple[str, str], harness: Callable[..., Any]
):
    older, newer = two_runs
    ended = harness("list")
    head, first, differs, second = ended.out.splitlines()
    assert head.split() == ["run", "status", "started", "(UTC)", "clusters", "models", "data"]
    assert first.split()[:2] == [newer, "complete"]
    assert differs == f"    differs from {older}: seed 1 → 2"
    assert second.split()[:2] == [older, "complete"]
    (row,) = json.loads(harness("list", newer, "--format", "json").out)
    assert (row["run"], row["previous"], row["differs"]) == (newer, older, ["seed 1 → 2"])
    assert (row["predicted"], row["failed"], row["pending"]) == (2, 0, 0)
    wrong = harness("list", "trail")
    assert (wrong.code, wrong.err) == (2, "error: no run 'trail' in results; did you mean 'trial'?\n")


def test_a_rescored_run_has_times_of_its_own_and_says_whose_predictions_it_has(
    two_runs: tuple[str, str], harness: Callable[..., Any]
):
    source = json.loads(Path("results", two_runs[0], "manifest.json").read_text())
    Path("y.yaml").write_text(Path("x.yaml").read_text().replace("- headline", "- surface"))
    assert harness("score", two_runs[0], "--config", "y.yaml").code == 0
    newest = json.loads(harness("list", "--format", "json").out)[0]
    assert newest["run"] not in two_runs
    assert newest["started"] > source["finished"]
    assert newest["finished"] >= newest["started"]
    assert newest["seconds"].keys() == {"check", "score"}
    assert newest["predictions_from"] == {
        "run": two_runs[0],
        **{name: source[name] for name in ("started", "finished", "seconds", "versions", "git_commit", "git_dirty")},
        "machine": source["machine"],
    }
    first = Path("results", newest["run"], "manifest.json").read_text()
    # scored once more from the rescored run: the predictions are still those of the run that generated them
    Path("z.yaml").write_text(Path("x.yaml").read_text().replace("- headline", "- headline: {max_characters: 60}"))
    assert harness("score", "trial@latest", "--config", "z.yaml").code == 0
    last = json.loads(harness("list", "--format", "json").out)[0]
    assert last["run"] != newest["run"]
    assert last["predictions_from"] == newest["predictions_from"]
    assert Path("results", newest["run"], "manifest.json").read_text() == first
    shown = harness("show", "trial@latest").out
    assert f"the predictions are those of {two_runs[0]}" in " ".join(shown.split())
    assert json.loads(harness("show", "trial@latest", "--format", "json").out)["predictions_from"]["run"] == two_runs[0]
    assert json.loads(harness("show", two_runs[0], "--format", "json").out)["predictions_from"] is None


def test_a_manifest_of_an_earlier_version_is_read(two_runs: tuple[str, str], harness: Callable[..., Any]):
    file = Path("results", two_runs[0], "manifest.json")
    value = json.loads(file.read_text())
    del value["predictions_from"]
    file.write_text(json.dumps(value))
    assert harness("show", two_runs[0]).code == 0
    assert two_runs[0] in harness("list").out


def test_what_an_interrupted_run_has_not_come_to_is_pending_not_failed(
    two_runs: tuple[str, str], harness: Callable[..., Any]
):
    """The run is stopped by hand: one configuration answered, the other is not reached, nothing is scored."""
    folder = Path("results", two_runs[1])
    value = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(value | {"status": "interrupted", "counts": {}}))
    rows = [json.loads(line) for line in (folder / "predictions.jsonl").read_text().splitlines()]
    kept = [json.dumps(row) + "\n" for row in rows if row["configuration"] == "lead"]
    (folder / "predictions.jsonl").write_text("".join(kept))
    (folder / "scores.jsonl").unlink()
    failure = {"stage": "score", "cluster_id": "c1", "configuration": "lead", "component": "headline"}
    (folder / "failures.jsonl").write_text(json.dumps(failure | {"error": "E", "message": "no"}) + "\n")
    shown = json.loads(harness("show", "trial@latest", "--format", "json").out)
    assert [(item["name"], item["predicted"], item["failed"], item["pending"]) for item in shown["configurations"]] == [
        ("lead", 1, 0, 0),
        ("sentence", 0, 0, 1),
    ]
    counts = {(row["configuration"], row["failed"], row["pending"]) for row in shown["summaries"]}
    assert counts == {("lead", 1, 0), ("sentence", 0, 1)}
    table = harness("show", "trial@latest", "--details").out
    assert "0/0/1" in table
    assert "0/0/0/1" in table
    assert "Pending, neither answered nor failed yet: sentence on 1 of 1 cluster." in table
    assert "    1 of 2 predictions pending" in harness("list").out.splitlines()
    assert "pending" in harness("show", "trial@latest", "--format", "csv").out.splitlines()[0].split(",")
    # a complete run says nothing of it
    assert "ending" not in harness("show", "trial@-2").out
    rescored = harness("score", "trial@latest", "--config", "x.yaml", "--set", "metrics.0.headline.max_characters=60")
    assert rescored.code == 0  # what was not reached has not failed: `harness eval` goes on with it
    assert rescored.err.splitlines()[-1] == "interrupted: 1 predictions, 0 failures"
