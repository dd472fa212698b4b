"""`harness rm` against runs that are under way, killed, or named twice at once."""

import signal

from tests.faults.workplace import Workplace

SLOW = """\
models:
  - slow: {seconds: 0.1}
metrics:
  - length
"""


def test_a_run_that_is_under_way_is_not_removed_and_a_killed_one_is(workplace: Workplace):
    workplace.configure(SLOW)
    process = workplace.start("eval", "--config", "x.yaml")
    workplace.until(lambda: bool(workplace.rows("predictions.jsonl")), process)
    refused = workplace.run("rm", "trial@latest", "--yes")
    assert process.poll() is None, "the run was over before it was to be removed"
    assert refused.returncode == 2
    first, *_, second, last = refused.stderr.splitlines()
    assert first == f"note: trial@latest is results/{workplace.run_folder.name}, which is running"
    assert f"in use by process {process.pid} since " in second
    assert last == "error: nothing was removed"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    removed = workplace.run("rm", "trial", "--yes")
    assert removed.returncode == 0, removed.stderr
    assert not list((workplace.folder / "results").glob("trial-*"))
    assert not list((workplace.folder / "results").glob(".removing-*"))


def test_a_run_that_was_removed_is_made_anew(workplace: Workplace):
    workplace.configure(SLOW.replace("0.1", "0"))
    assert workplace.run("eval", "--config", "x.yaml", "--no-cache").returncode == 0
    folder = workplace.run_folder
    assert workplace.run("rm", folder.name, "--yes").returncode == 0
    assert not folder.exists()
    again = workplace.run("eval", "--config", "x.yaml", "--no-cache")
    assert again.returncode == 0
    assert again.stderr.splitlines()[-1] == "complete: 12 predictions, 0 failures"
    assert len(workplace.asked) == 24


def test_the_next_run_clears_what_a_killed_removal_left(workplace: Workplace):
    workplace.configure(SLOW.replace("0.1", "0"))
    assert workplace.run("eval", "--config", "x.yaml").returncode == 0
    remains = workplace.folder / "results" / ".removing-trial-0123456789-abcd"
    workplace.run_folder.rename(remains)
    (remains / "manifest.json").unlink()  # killed in the middle
    listed = workplace.run("list")
    assert listed.stdout.startswith("no runs in results")
    assert workplace.run("eval", "--config", "x.yaml").returncode == 0
    assert not remains.exists()
