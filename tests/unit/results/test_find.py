"""Which run a RUN names."""

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.results.find import find_run, newest_first, run_name, runs_of
from harness.results.results_folder import run_folders
from harness.results.run_folder import RunFolder
from tests.runs import manifest, save_run


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Three runs of `smoke` (the names of their folders in another order than their dates), one of each other name."""
    results = tmp_path / "out"
    save_run(results, manifest("smoke", "bb00000000", days=1))
    save_run(results, manifest("smoke", "cc00000000", days=2))
    save_run(results, manifest("smoke", "aa00000000", days=3))
    save_run(results, manifest("smoke-long", "dd00000000", days=4))
    save_run(results, manifest("night", "ee00000000", days=5))
    save_run(results, manifest("night2", "ff00000000", days=6))
    return results


@pytest.mark.parametrize(
    ("wanted", "folder"),
    [
        ("smoke-bb00000000", "smoke-bb00000000"),
        ("smoke@latest", "smoke-aa00000000"),
        ("smoke@-1", "smoke-aa00000000"),
        ("smoke@-2", "smoke-cc00000000"),
        ("smoke@-3", "smoke-bb00000000"),
        ("smoke-c", "smoke-cc00000000"),
        ("smoke-long", "smoke-long-dd00000000"),
        ("smoke-l", "smoke-long-dd00000000"),
        ("smoke-l@latest", "smoke-long-dd00000000"),
        ("night", "night-ee00000000"),  # a NAME outweighs the beginning of another
        ("night@latest", "night-ee00000000"),
        ("night2", "night2-ff00000000"),
    ],
)
def test_a_run_is_found_by_name_by_its_beginning_and_by_place(wanted: str, folder: str, results: Path):
    told: list[str] = []
    assert find_run(results, wanted, told.append).path == results / folder
    assert told == []


def test_a_path_names_a_run_wherever_it_is(results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = results / "night-ee00000000"
    assert find_run(tmp_path / "elsewhere", str(path)).path == path
    monkeypatch.chdir(path)
    assert find_run(results, ".").path == path  # with the folder's name, which reports are headed by


def test_a_folder_of_the_same_name_outweighs_a_place(results: Path):
    """Nothing that we name has `@` in it, but anybody may rename a folder."""
    path = save_run(results, manifest("smoke", "1100000000"), "smoke@latest")
    assert find_run(results, "smoke@latest").path == path


def test_runs_of_one_moment_are_ordered_by_their_folders(tmp_path: Path):
    for digest in ("2200000000", "3300000000", "1100000000"):
        save_run(tmp_path, manifest("same", digest))
    assert [run.manifest.digest[0] for run in runs_of(tmp_path, "same")] == ["3", "2", "1"]


def test_several_that_fit_are_listed_newest_first_with_date_and_status(results: Path):
    save_run(results, manifest("smoke", "0900000000", days=9, status="failed"))
    with pytest.raises(UsageError) as raised:
        find_run(results, "smoke")
    assert str(raised.value).splitlines() == [
        f"'smoke' names 4 runs in {results}; give more of the name, or smoke@latest:",
        "  smoke-0900000000  2026-03-10 09:00:00 UTC  failed",
        "  smoke-aa00000000  2026-03-04 09:00:00 UTC  complete",
        "  smoke-cc00000000  2026-03-03 09:00:00 UTC  complete",
        "  smoke-bb00000000  2026-03-02 09:00:00 UTC  complete",
    ]


def test_several_of_different_names_are_not_told_to_take_the_latest(results: Path):
    with pytest.raises(UsageError, match=r"'nig' names 2 runs in .*; give more of the name:\n  night2-ff"):
        find_run(results, "nig")
    with pytest.raises(UsageError, match=r"'nig' begins 2 names of runs in .*: night, night2; give more"):
        find_run(results, "nig@latest")


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("smoek", r"no run 'smoek' in .*; did you mean 'smoke'\?"),
        ("smoek@-2", r"no run has the name 'smoek' in .*; did you mean 'smoke@-2'\?"),
        ("some/where/nihgt", r"no run 'some/where/nihgt' in .*; did you mean 'night'\?"),
        ("", r"no run '' in .*; `harness list --results .*` shows what is there"),
        ("smoke@-4", r"no run 'smoke@-4': there are 3 runs of that name in .*; the oldest is smoke@-3"),
        ("night@-2", r"no run 'night@-2': there is 1 run of that name in .*; the oldest is night@-1"),
        ("smoke@0", r"no run is called 'smoke@0'; accepted: smoke@latest, .*, smoke@-2 for the run before it"),
        ("smoke@-0", r"no run is called 'smoke@-0'"),
        ("smoke@2", r"no run is called 'smoke@2'"),
        ("smoke@newest", r"no run is called 'smoke@newest'"),
        ("smoke@", r"no run is called 'smoke@'"),
        ("@latest", r"no run is called '@latest'"),
        ("x" * 5000, r"no run 'xxx"),
    ],
)
def test_what_names_no_run_is_told_what_would(wanted: str, message: str, results: Path):
    with pytest.raises(UsageError, match=message):
        find_run(results, wanted)


def test_no_runs_at_all_and_a_folder_that_is_none_are_said_so(tmp_path: Path):
    with pytest.raises(UsageError, match=r"no run 'any' in .*: there are no runs yet; `harness eval --config FILE`"):
        find_run(tmp_path, "any")
    with pytest.raises(UsageError, match=r"a folder, but no run: it has no manifest\.json"):
        find_run(tmp_path, str(tmp_path))


@pytest.mark.parametrize("status", ["interrupted", "failed"])
def test_the_latest_is_the_latest_whatever_its_status_which_is_said(status: str, results: Path):
    latest = save_run(results, manifest("night", "1200000000", days=7, status=status))
    told: list[str] = []
    assert find_run(results, "night@latest", told.append).path == latest
    assert told == [f"night@latest is {latest}, which is {status}"]


def test_a_run_that_is_under_way_is_the_latest(results: Path):
    latest = save_run(results, manifest("night", "1200000000", days=7, status="running"))
    told: list[str] = []
    with RunFolder(latest).locked():
        assert find_run(results, "night@latest", told.append).path == latest
    assert told == [f"night@latest is {latest}, which is running"]


def test_a_manifest_that_cannot_be_read_is_told_of_and_passed_over(results: Path):
    (results / "smoke-aa00000000" / "manifest.json").write_text("{")
    told: list[str] = []
    assert find_run(results, "smoke@latest", told.append).path == results / "smoke-cc00000000"
    assert [line.partition(": ")[0] for line in told] == ["left out"]
    with pytest.raises(UsageError, match=r"smoke-aa00000000  –  +unreadable"):
        find_run(results, "smoke")


def test_the_name_of_a_renamed_folder_stands_in_its_manifest(results: Path):
    path = save_run(results, manifest("night", "1200000000", days=8), "the good one")
    assert run_name(RunFolder(path)) == "night"
    assert find_run(results, "night@latest").path == path
    assert find_run(results, "the good").path == path


def test_hidden_folders_hold_no_runs(results: Path):
    save_run(results, manifest("smoke", "1200000000", days=9), ".removing-smoke-1200000000")
    assert len(newest_first(run_folders(results))) == 6


def test_a_link_to_a_run_is_another_name_and_no_run_of_its_own(results: Path) -> None:
    (results / "latest").symlink_to("night-ee00000000")
    (results / "newest").symlink_to(results / "night-ee00000000")
    names = [folder.path.name for folder in run_folders(results)]
    assert "night-ee00000000" in names
    assert not {"latest", "newest"} & set(names)
    assert find_run(results, "latest").path.resolve() == (results / "night-ee00000000").resolve()
    assert find_run(results, "night").path.name == "night-ee00000000"


def test_links_to_one_run_elsewhere_are_one_run(results: Path, tmp_path: Path) -> None:
    (results / "night2-ff00000000").rename(tmp_path / "elsewhere")
    for name in ("b", "a"):
        (results / name).symlink_to(tmp_path / "elsewhere")
    names = [folder.path.name for folder in run_folders(results)]
    assert "a" in names
    assert "b" not in names


@pytest.mark.parametrize("target", ["loop", "gone"])
def test_a_results_folder_that_is_a_link_to_nothing_is_named(tmp_path: Path, target: str) -> None:
    (tmp_path / "loop").symlink_to(target)
    with pytest.raises(UsageError, match="loop: a link that leads nowhere or to itself; accepted: a folder of runs"):
        run_folders(tmp_path / "loop")


def test_a_run_whose_manifest_is_a_link_to_nothing_is_found_and_named(results: Path) -> None:
    file = results / "night-ee00000000" / "manifest.json"
    file.unlink()
    file.symlink_to("gone")
    told: list[str] = []
    newest_first(run_folders(results), told.append)
    assert told == [f"left out: {file}: a link to 'gone', which leads to no file"]
