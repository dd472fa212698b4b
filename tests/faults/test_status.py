"""What a run's status is said to be, by whoever looks while it is under way and after it was killed."""

import fcntl
import json
import os
import signal
import threading
from pathlib import Path

from harness.disk.lock import is_held
from harness.results.run_folder import RunFolder
from tests.faults.workplace import Workplace, made_in

SLOW = """\
models:
  - slow: {word: First, seconds: 0.1}
metrics: [{rouge: {variants: [rouge1]}}]
"""


def statuses(workplace: Workplace) -> dict[str, str]:
    """Command → the status that it tells."""
    listed = workplace.run("list", "--format", "json")
    shown = workplace.run("show", "trial", "--format", "json")
    table = workplace.run("show", "trial")
    compared = workplace.run("compare", "trial")
    assert (listed.returncode, shown.returncode, table.returncode, compared.returncode) == (0, 0, 0, 2)
    return {
        "list": json.loads(listed.stdout)[0]["status"],
        "show --format json": json.loads(shown.stdout)["status"],
        "show": table.stdout.partition("The run is ")[2].partition(":")[0],
        "compare": compared.stderr.partition("the run is ")[2].partition(";")[0],
    }


def test_a_killed_run_is_interrupted_and_one_under_way_is_running(tmp_path: Path):
    workplace = made_in(tmp_path, clusters=200)
    workplace.configure(SLOW)
    process = workplace.start("eval", "--config", "x.yaml")
    try:
        workplace.until(lambda: bool(workplace.rows("predictions.jsonl")), process)
        assert set(statuses(workplace).values()) == {"running"}
        assert process.poll() is None, "the run was over before it was looked at"
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    before = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in workplace.run_folder.iterdir()}
    assert set(statuses(workplace).values()) == {"interrupted"}
    assert {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in workplace.run_folder.iterdir()} == before
    assert json.loads((workplace.run_folder / "manifest.json").read_text())["status"] == "running"


def test_looking_hinders_nobody(tmp_path: Path):
    """Whoever looks has a share in the lock for an instant, here a long one; a run that begins then is not refused."""
    folder = RunFolder(tmp_path / "run")
    assert is_held(folder.path) is False
    assert not folder.path.exists()
    with folder.locked():
        assert is_held(folder.path) is True
    looking = os.open(folder.path / ".lock", os.O_RDONLY)
    fcntl.flock(looking, fcntl.LOCK_SH)
    assert is_held(folder.path) is False  # those who look do not see one another
    ends = threading.Timer(0.03, os.close, (looking,))
    ends.start()
    with folder.locked():
        pass
    ends.join()
