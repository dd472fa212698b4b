"""The lock of a run's folder."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.disk import lock
from harness.errors import StoreError
from harness.process import command_line
from harness.results.run_folder import RunFolder

HOLD = """\
import sys, time
from pathlib import Path
from harness.results.run_folder import RunFolder
with RunFolder(Path(sys.argv[1])).locked():
    print("held", flush=True)
    time.sleep(60)
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True, cwd=Path(lock.__file__).parents[2]
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_is_refused_and_the_owner_named_until_it_is_killed(tmp_path: Path):
    process = holder(tmp_path)
    try:
        owner = rf"in use by process {process.pid} since \d{{4}}-\d\d-\d\dT.*\+00:00 \(.*{tmp_path.name}\)"
        with pytest.raises(StoreError, match=owner), RunFolder(tmp_path).locked():
            pass
    finally:
        process.kill()
        process.communicate()
    with RunFolder(tmp_path).locked():  # the dead process's lock went with it
        pass


def test_waiting_ends_when_the_owner_does(tmp_path: Path):
    process = holder(tmp_path)
    told: list[str] = []

    def heard(message: str) -> None:
        told.append(message)
        threading.Timer(0.2, process.kill).start()

    with RunFolder(tmp_path).locked(wait=True, told=heard):
        process.communicate()
    assert f"in use by process {process.pid}" in told[0]


def test_a_folder_that_was_deleted_and_made_again_is_not_ours(tmp_path: Path):
    ours = RunFolder(tmp_path / "run")
    with ours.locked():
        shutil.rmtree(ours.path)
        with RunFolder(tmp_path / "run").locked():
            with pytest.raises(StoreError, match="deleted or moved while the run was under way"):
                ours.write("table.md", "ours")
            assert [file.name for file in ours.path.iterdir()] == [".lock"]


FORK = """\
import os, sys, time
from pathlib import Path
from harness.results.run_folder import RunFolder
with RunFolder(Path(sys.argv[1])).locked():
    child = os.fork()
    if not child:
        print(os.getpid(), flush=True)
        time.sleep(20)
    time.sleep(20)
"""


def test_a_forked_child_does_not_keep_the_lock_of_a_killed_parent(tmp_path: Path):
    top = Path(lock.__file__).parents[2]
    command = [sys.executable, "-c", FORK, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=top) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        try:
            parent.kill()
            parent.wait()
            with RunFolder(tmp_path).locked():
                pass
        finally:
            os.kill(child, signal.SIGKILL)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda place: place.write_text("a file"), "something that is not a folder stands in the folder's place"),
        (lambda place: (place.parent / "results").symlink_to("/proc"), "cannot be written"),
    ],
    ids=["a file in its place", "a file system that takes no files"],
)
def test_a_folder_that_cannot_be_written_is_said_to_be_so(tmp_path: Path, make: Callable[[Path], object], why: str):
    make(tmp_path / "place")
    place = tmp_path / "results" / "run" if (tmp_path / "results").is_symlink() else tmp_path / "place"
    with pytest.raises(StoreError, match=why), RunFolder(place).locked():
        pass


def test_the_own_command_can_be_pasted_into_a_shell(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.argv", ["harness", "eval", "--config", "my file.yaml"])
    assert command_line.own_command() == "harness eval --config 'my file.yaml'"
    monkeypatch.setattr("sys.argv", ["/somewhere/harness/__main__.py", "list"])
    assert command_line.own_command() == f"{sys.executable} -m harness list"
