"""Which runs may be removed, and their removal."""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UsageError
from harness.results.removal import choose, remove
from harness.results.results_folder import clear_remains, delete_folder, run_folders
from harness.results.run_folder import RunFolder
from tests.runs import manifest, save_run


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four runs of `smoke`, `aa` the oldest, and one of `night`; the current folder is the one above."""
    monkeypatch.chdir(tmp_path)
    for days, letters in enumerate(("aa", "bb", "cc", "dd")):
        save_run(Path("out"), manifest("smoke", f"{letters}00000000", days=days))
    save_run(Path("out"), manifest("night", "ee00000000", days=9))
    return Path("out")


def nobody(line: str) -> None:
    raise AssertionError(line)


def left(results: Path) -> list[str]:
    return [folder.path.name.removesuffix("0" * 8) for folder in run_folders(results)]


def chosen(results: Path, *wanted: str, keep: int | None = None) -> list[str]:
    choice = choose(results, wanted, nobody, keep=keep)
    return [each.folder.path.name.removesuffix("0" * 8) for each in choice.candidates]


def test_runs_are_removed_and_nothing_else(results: Path):
    (results / ".cache").mkdir()
    (results / "README.md").write_text("mine")
    (results / "night-ee00000000" / "predictions.jsonl").write_bytes(b"x" * 1000)
    manifest_bytes = (results / "night-ee00000000" / "manifest.json").stat().st_size
    choice = choose(results, ["smoke@-3", "night"], nobody)
    assert [each.status for each in choice.candidates] == ["complete", "complete"]
    assert choice.candidates[1].bytes == manifest_bytes + 1000
    gone = [each.folder.path.name for each in remove(choice.candidates)]
    assert gone == ["smoke-bb00000000", "night-ee00000000"]
    assert left(results) == ["smoke-aa", "smoke-cc", "smoke-dd"]
    assert sorted(path.name for path in results.iterdir() if not path.name.startswith("smoke")) == [
        ".cache",
        "README.md",
    ]


def test_a_run_that_is_named_twice_goes_once(results: Path):
    assert chosen(results, "night", "out/night-ee00000000", "night@latest") == ["night-ee"]


@pytest.mark.parametrize(
    ("keep", "going"), [(0, ["dd", "cc", "bb", "aa"]), (1, ["cc", "bb", "aa"]), (3, ["aa"]), (4, []), (9, [])]
)
def test_keep_leaves_the_newest_of_a_name(keep: int, going: list[str], results: Path):
    assert chosen(results, "smoke", keep=keep) == [f"smoke-{letters}" for letters in going]
    assert chosen(results, "smo", keep=keep) == [f"smoke-{letters}" for letters in going]


def test_keep_takes_names_and_no_single_runs(results: Path):
    for single in ("smoke-aa00000000", "smoke@latest", "out/smoke-aa00000000"):
        with pytest.raises(UsageError, match=r"names one run; --keep takes the NAME of runs, here 'smoke'"):
            choose(results, [single], nobody, keep=1)
    with pytest.raises(UsageError, match=r"no run has the name 'smook' in out; did you mean 'smoke'\?"):
        choose(results, ["smook"], nobody, keep=1)


def test_a_run_in_use_is_refused_with_its_process_and_so_is_all_that_is_named_with_it(results: Path):
    held = RunFolder(results / "smoke-cc00000000")
    with held.locked(), pytest.raises(UsageError) as raised:
        choose(results, ["night", "smoke@-2"], nobody)
    first, last = str(raised.value).splitlines()
    assert first.startswith("out/smoke-cc00000000: in use by process ")
    assert last == "nothing was removed"
    choice = choose(results, ["night", "smoke@-2"], nobody)
    with held.locked(), pytest.raises(UsageError, match="in use by process"):  # since the question was asked
        list(remove(choice.candidates))
    assert len(left(results)) == 5


def test_with_keep_a_run_in_use_stays_and_the_others_go(results: Path):
    with RunFolder(results / "smoke-bb00000000").locked():
        choice = choose(results, ["smoke"], nobody, keep=1)
    assert [each.folder.path.name for each in choice.candidates] == ["smoke-cc00000000", "smoke-aa00000000"]
    (kept,) = choice.kept
    assert kept.startswith("kept: out/smoke-bb00000000: in use by process ")


@pytest.mark.parametrize(
    "place", ["below the results", "in a run's configuration", "in a file here", "one folder below"]
)
def test_a_run_that_a_baseline_was_saved_from_is_refused(place: str, results: Path):
    baseline = Path("out/baselines/old/main.json" if place == "below the results" else "kept/main.json")
    baseline.parent.mkdir(parents=True)
    baseline.write_text(json.dumps({"format": 1, "run": "smoke-bb00000000"}))
    settings = {"gate": {"baseline": "kept/main.json"}}
    if place == "in a run's configuration":
        save_run(results, manifest("gated", "ff00000000", config={"name": "gated", **settings}))
    elif place != "below the results":
        file = Path("x.yaml" if place == "in a file here" else "configs/x.yml")
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(settings))  # JSON is YAML
    with pytest.raises(UsageError, match=rf"out/smoke-bb00000000: the baseline {baseline} was saved from it"):
        choose(results, ["smoke@-3", "smoke@-4"], nobody)
    choice = choose(results, ["smoke"], nobody, keep=2)
    assert [each.folder.path.name for each in choice.candidates] == ["smoke-aa00000000"]
    assert len(choice.kept) == 1
    baseline.unlink()
    assert chosen(results, "smoke@-3") == ["smoke-bb"]


def test_a_baseline_that_cannot_be_read_is_told_of(results: Path):
    (results / "baselines").mkdir()
    (results / "baselines" / "torn.json").write_text('{"run": "smoke')
    told: list[str] = []
    choose(results, ["smoke@latest"], told.append)
    (line,) = told
    assert line.startswith("which run this baseline names is not known: out/baselines/torn.json")


def test_a_folder_with_files_of_the_users_is_refused(results: Path):
    for name in ("notes.txt", "a", "b", "c"):
        (results / "night-ee00000000" / name).write_text("mine")
    with pytest.raises(UsageError, match=r"holds what no run writes: a, b, c and 1 more; move that elsewhere first"):
        choose(results, ["night"], nobody)


def test_a_manifest_of_something_else_makes_no_run(results: Path):
    """Web applications have a `manifest.json`, too."""
    Path("app").mkdir()
    Path("app/manifest.json").write_text('{"name": "App", "icons": []}')
    for wanted in ("app", "./app/"):
        with pytest.raises(UsageError, match=r"no run: its manifest.json is not one of a run"):
            choose(results, [wanted], nobody)


def test_a_torn_run_and_one_that_was_killed_at_its_beginning_can_be_removed(results: Path):
    (results / "smoke-dd00000000" / "manifest.json").write_text("{")
    begun = results / "smoke-1200000000"
    begun.mkdir()
    (begun / ".lock").touch()
    (begun / ".manifest.json.4711-1.partial").write_text("{")
    choice = choose(results, ["smoke-dd", "smoke-1200000000"], nobody)
    assert [each.status for each in choice.candidates] == ["unreadable", "begun"]
    assert len(list(remove(choice.candidates))) == 2
    assert left(results) == ["night-ee", "smoke-aa", "smoke-bb", "smoke-cc"]


def test_links_are_not_followed(results: Path, tmp_path: Path):
    outside = save_run(tmp_path / "outside", manifest("smoke", "1300000000", days=20))
    link = results / "smoke-1300000000"
    link.symlink_to(outside)
    with pytest.raises(UsageError, match=r"out/smoke-1300000000: a link to .*outside"):
        choose(results, ["smoke@latest"], nobody)
    link.unlink()
    treasure = tmp_path / "treasure"
    treasure.write_text("mine")
    for name in ("scores.jsonl", ".lock", "notes"):
        inside = results / "night-ee00000000" / name
        inside.symlink_to(treasure)
        with pytest.raises(UsageError, match=rf"holds what no run writes: {name}"):
            choose(results, ["night"], nobody)
        inside.unlink()
    assert treasure.read_text() == "mine"
    assert (outside / "manifest.json").exists()


class KilledError(BaseException):
    """Stands for SIGKILL."""


def removal_killed_at(operation: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a removal that is killed before its `operation`-th operation on the disk came to that operation."""
    count = 0

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def operate(*arguments: Any, **given: Any) -> Any:
            nonlocal count
            count += 1
            if count >= operation:
                raise KilledError
            return real(*arguments, **given)

        return operate

    with monkeypatch.context() as patched:
        for name in ("rename", "fsync", "unlink", "rmdir"):
            patched.setattr(os, name, dying(getattr(os, name)))
        with suppress(KilledError):
            delete_folder(folder)
    return count >= operation


def test_a_removal_that_is_killed_at_any_moment_leaves_the_run_or_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    files = ("clusters.jsonl", "predictions.jsonl", ".lock")
    for operation in range(1, 20):
        results = tmp_path / str(operation)
        folder = save_run(results, manifest("smoke"))
        for name in files:
            (folder / name).write_text("x")
        came_to_it = removal_killed_at(operation, folder, monkeypatch)
        if folder.exists():
            assert {path.name for path in folder.iterdir()} == {"manifest.json", *files}
        else:
            assert run_folders(results) == []
        clear_remains(results)
        assert list(results.iterdir()) == ([folder] if folder.exists() else [])
        if not came_to_it:
            break
    assert operation > 6  # a rename, a folder that is synchronised, four files and their folder


def test_what_only_looks_like_remains_is_left_alone(results: Path, tmp_path: Path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "manifest.json").write_text("mine")
    (results / ".removing-link").symlink_to(tmp_path / "mine")
    (results / ".removing-other").mkdir()
    (results / ".removing-other" / "novel.txt").write_text("mine")
    clear_remains(results)
    assert (tmp_path / "mine" / "manifest.json").exists()
    assert (results / ".removing-other" / "novel.txt").exists()
