"""Two processes at once, full disks, folders that are deleted, moved or cannot be written, clocks that go back."""

import json
import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from harness.records import utc_now
from tests.faults.workplace import Workplace, made_in

CONFIG = """\
models:
  - slow: {{seconds: {generate}}}
metrics:
  - length: {{seconds: {score}}}
  - factual: {{checker: {{plain: {{seconds: {check}}}}}}}
"""
FILES = ("clusters.jsonl", "predictions.jsonl", "verdicts.jsonl", "scores.jsonl", "failures.jsonl", "table.md")


def config(**seconds: float) -> str:
    """A run of three stages, each of which takes so many seconds for a cluster."""
    return CONFIG.format(**{"generate": 0, "check": 0, "score": 0} | seconds)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}


def whole_lines_only(folder: Path) -> None:
    for file in folder.glob("*.jsonl"):
        for line in file.read_text().splitlines(keepends=True):
            assert line.endswith("\n"), file
            json.loads(line)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the run writes that nothing disturbs."""
    workplace = made_in(tmp_path_factory.mktemp("undisturbed"))
    workplace.configure(config())
    assert workplace.run("eval", "--config", "x.yaml").returncode == 0
    return bytes_of(workplace.run_folder)


def test_two_processes_on_one_run_wait_or_refuse(workplace: Workplace, undisturbed: dict[str, bytes]):
    workplace.configure(config(generate=0.2, check=0.2, score=0.2))
    first = workplace.start("eval", "--config", "x.yaml")
    workplace.until(lambda: len(workplace.asked) > 1, first)
    waits = workplace.start("eval", "--config", "x.yaml", "--wait")
    refused = workplace.run("eval", "--config", "x.yaml")
    assert first.poll() is None
    assert refused.returncode == 3
    last = refused.stderr.splitlines()[-1]
    assert f"in use by process {first.pid} since " in last
    assert "harness eval --config x.yaml)" in last
    assert "wait for it with --wait" in last
    table, err = first.communicate(timeout=60)
    assert first.returncode == 0, err
    same, err = waits.communicate(timeout=60)
    assert waits.returncode == 0, err
    assert f"note: waiting for results/{workplace.run_folder.name}, in use by process {first.pid}" in err
    assert same == table
    assert len(workplace.asked) == 12  # each cluster once
    assert bytes_of(workplace.run_folder) == undisturbed


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Callable[[str], object]]:
    """A file system of some size on `folder`; yields what makes it larger. Raises OSError where none may be mounted."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if done.returncode:
        raise PermissionError(done.stderr)
    try:
        yield lambda larger: subprocess.run(["mount", "-o", f"remount,size={larger}", str(folder)], check=True)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def may_mount(tmp_path: Path) -> bool:
    try:
        with small_disk(tmp_path / "probe", "16k"):
            return True
    except OSError:
        return False


@pytest.mark.parametrize(
    ("options", "sizes"),
    [(("--no-cache",), ("20k", "32k", "40k")), ((), ("24k", "56k"))],
    ids=["without the cache", "with the cache"],
)
def test_a_full_disk_ends_a_run_with_3_and_it_goes_on_when_there_is_space(
    options: tuple[str, ...], sizes: tuple[str, ...], workplace: Workplace, undisturbed: dict[str, bytes]
):
    if not may_mount(workplace.folder):
        pytest.skip("no file system may be mounted here; the test with a limit on files holds the same promise")
    workplace.configure(config())
    command = ("eval", "--config", "x.yaml", *options)
    for size in sizes:
        results = workplace.folder / "results"
        with small_disk(results, size) as enlarge:
            full = workplace.run(*command)
            assert full.returncode == 3, full.stderr
            assert "Traceback" not in full.stderr
            assert "the disk is full; what is done is saved" in full.stderr.splitlines()[-1]
            for folder in results.glob("trial-*"):
                whole_lines_only(folder)
            enlarge("8m")
            again = workplace.run(*command)
            assert again.returncode == 0, again.stderr
            assert bytes_of(workplace.run_folder) == undisturbed, size
        results.rmdir()


def test_a_file_that_may_not_grow_ends_a_run_with_3_and_it_goes_on(workplace: Workplace, undisturbed: dict[str, bytes]):
    """The same without the right to mount: the limit is met in the middle of a line.

    Python itself would write the bytecode of the components that a plugin brings up to the limit, and fail to read it.
    """
    workplace.environment["PYTHONDONTWRITEBYTECODE"] = "1"
    workplace.configure(config())

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    full = workplace.run("eval", "--config", "x.yaml", "--no-cache", limited=limited)
    assert full.returncode == 3
    assert "cannot be written: the file may not grow further" in full.stderr.splitlines()[-1]
    assert "Traceback" not in full.stderr
    if (workplace.folder / "results").exists():
        for folder in (workplace.folder / "results").glob("trial-*"):
            whole_lines_only(folder)
    assert workplace.run("eval", "--config", "x.yaml").returncode == 0
    assert bytes_of(workplace.run_folder) == undisturbed


@pytest.mark.parametrize("stage", ["generate", "check", "score"])
@pytest.mark.parametrize("deed", ["deleted", "moved", "replaced by a file"])
def test_a_folder_that_goes_away_while_it_is_written_ends_with_3(
    stage: str, deed: str, workplace: Workplace, undisturbed: dict[str, bytes]
):
    workplace.configure(config(**{stage: 0.05}))
    process = workplace.start("eval", "--config", "x.yaml", "--no-cache")
    workplace.until(
        lambda: any(event["event"] == "stage_begun" and event["stage"] == stage for event in workplace.events()),
        process,
    )
    folder = workplace.run_folder
    if deed == "moved":
        folder.rename(workplace.folder / "elsewhere")
    else:
        while folder.exists():  # the run may add a file while the others are being deleted
            shutil.rmtree(folder, ignore_errors=True)
    if deed == "replaced by a file":
        folder.write_text("a file")
    _, err = process.communicate(timeout=30)
    assert process.returncode == 3, err
    assert "Traceback" not in err
    assert err.splitlines()[-1].startswith("error: results/trial-")
    # `No such file`: a file was read after it was deleted, and before its folder was.
    assert any(word in err.splitlines()[-1] for word in ("deleted", "not a folder", "No such file")), err
    if deed == "replaced by a file":
        assert folder.read_text() == "a file"
        folder.unlink()
    assert not folder.exists()
    workplace.configure(config())
    again = workplace.run("eval", "--config", "x.yaml", "--no-cache")
    assert again.returncode == 0, again.stderr
    assert bytes_of(workplace.run_folder) == undisturbed


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """A folder that takes no files, for root too where that can be had."""
    if os.geteuid():
        folder.chmod(0o555)
        try:
            yield
        finally:
            folder.chmod(0o755)
        return
    ways = (
        (["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(folder)], ["umount", str(folder)]),
        (["chattr", "+i", str(folder)], ["chattr", "-i", str(folder)]),
    )
    for protect, free in ways:
        if shutil.which(protect[0]) and not subprocess.run(protect, capture_output=True).returncode:
            try:
                yield
            finally:
                subprocess.run(free, check=True)
            return
    folder.rmdir()  # root writes everywhere: then let something stand in the place that is no folder
    folder.write_text("a file")
    yield


def test_a_results_folder_that_cannot_be_written_is_said_to_be_so(workplace: Workplace):
    workplace.configure(config())
    results = workplace.folder / "results"
    results.mkdir()
    with unwritable(results):
        ended = workplace.run("eval", "--config", "x.yaml")
    assert ended.returncode == 3
    last = ended.stderr.splitlines()[-1]
    assert last.startswith("error: results/trial-")
    assert "cannot be written: " in last
    assert "Traceback" not in ended.stderr
    assert workplace.asked == []


def test_a_file_in_the_place_of_the_results_is_said_to_be_so(workplace: Workplace):
    workplace.configure(config())
    (workplace.folder / "results").write_text("a file")
    ended = workplace.run("eval", "--config", "x.yaml")
    assert ended.returncode == 3
    assert "something that is not a folder stands in the folder's place" in ended.stderr.splitlines()[-1]


def test_a_clock_that_goes_back_changes_nothing(
    workplace: Workplace, undisturbed: dict[str, bytes], harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    from harness import registry

    monkeypatch.chdir(workplace.folder)
    monkeypatch.syspath_prepend(workplace.folder / "package")
    for name in ("ASKED", "COLUMNS"):
        monkeypatch.setenv(name, workplace.environment[name])
    registry.locations.cache_clear()
    workplace.configure(config() + "time_limit: {cluster: 30s, run: 1h}\n")
    back = timedelta(0)
    seconds = 2_000_000_000.0

    def earlier() -> datetime:
        nonlocal back
        back += timedelta(hours=1)
        return utc_now() - back

    def earlier_seconds() -> float:
        nonlocal seconds
        seconds -= 3600
        return seconds

    with monkeypatch.context() as clock:
        for module in ("run.events", "disk.lock", "run.manifest"):
            clock.setattr(f"harness.{module}.utc_now", earlier)
        clock.setattr("time.time", earlier_seconds)
        ended = harness("eval", "--config", "x.yaml")
    registry.locations.cache_clear()
    assert ended.code == 0, ended.err
    assert bytes_of(workplace.run_folder) == undisturbed
    manifest = json.loads((workplace.run_folder / "manifest.json").read_text())
    assert manifest["finished"] >= manifest["started"]
    assert all(took >= 0 for took in manifest["seconds"].values())
    events = workplace.rows("events.jsonl")
    assert [event["seconds"] for event in events] == sorted(event["seconds"] for event in events)
    assert events[0]["time"] > events[-1]["time"]  # the clock did go back
