"""Naming, listing and removing runs from outside."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.trial import GOOD


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
