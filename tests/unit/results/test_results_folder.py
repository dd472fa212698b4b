"""The `.gitignore` of a results folder."""

import shutil
import subprocess
from pathlib import Path

import pytest

from harness.results.results_folder import IGNORED, prepare
from tests.runs import manifest, save_run

GIT = shutil.which("git")


@pytest.mark.skipif(GIT is None, reason="git is not installed: it is what the file is for")
@pytest.mark.parametrize("name", ["results", "out put/é", "."])
def test_git_leaves_out_runs_and_the_cache_and_takes_the_rest(name: str, tmp_path: Path):
    results = tmp_path / name
    prepare(results)
    save_run(results, manifest("smoke", "0123456789"))
    for file in (".cache/cache.sqlite", "baselines/main.json", "README.md", ".removing-smoke-1/table.md", "a-0123/b"):
        (results / file).parent.mkdir(exist_ok=True)
        (results / file).write_text("x")

    def git(*arguments: str) -> str:
        done = subprocess.run([str(GIT), *arguments], cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout

    git("init", "-q")
    git("add", ".")
    listed = git("-c", "core.quotePath=off", "ls-files").splitlines()
    below = "" if name == "." else f"{name}/"
    assert sorted(listed) == sorted(
        f"{below}{file}" for file in (".gitignore", "README.md", "a-0123/b", "baselines/main.json")
    )


def test_it_is_never_written_over_whatever_stands_there(tmp_path: Path):
    prepare(tmp_path)
    file = tmp_path / ".gitignore"
    assert file.read_text() == IGNORED
    file.write_text("")  # somebody wants nothing left out
    prepare(tmp_path)
    assert file.read_text() == ""
    file.unlink()
    file.symlink_to(tmp_path / "nowhere")
    prepare(tmp_path)
    assert file.is_symlink()
    assert not (tmp_path / "nowhere").exists()


def test_what_a_kill_left_of_it_goes(tmp_path: Path):
    (tmp_path / "..gitignore.12-12.partial").write_text("/*")
    prepare(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".gitignore"]


def test_a_folder_that_cannot_be_made_is_left_for_the_run_to_say(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    prepare(tmp_path / "file" / "below")
    prepare(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "x"
