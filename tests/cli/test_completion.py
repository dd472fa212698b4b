"""Shell completion, in a real bash."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent


def bash(script: str, home: Path) -> "subprocess.CompletedProcess[str]":
    """Run a script in bash, its home folder elsewhere. It must not end in `harness`: bash would become that process."""
    environment = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(home), "LC_ALL": "C.UTF-8", "SHELL": "/bin/bash"}
    arguments = ["/bin/bash", "--norc", "-c", f"{script}\ntrue"]
    return subprocess.run(arguments, capture_output=True, text=True, env=environment, cwd=home)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two runs, a cache, baselines and a file in its results."""
    home = tmp_path_factory.mktemp("home")
    for name in ("smoke-0a1b2c3d4e", "nightly-0123456789", ".cache", "baselines"):
        (home / "results" / name).mkdir(parents=True)
    (home / "results" / "smoke.json").write_text("{}")
    (home / "elsewhere" / "other-00112233aa").mkdir(parents=True)
    return home


@pytest.fixture(scope="module")
def script(home: Path) -> str:
    shown = bash("harness --show-completion", home)
    assert shown.stderr == ""
    assert "complete -o default -F _harness_completion harness" in shown.stdout
    return shown.stdout


def test_commands_values_and_runs_are_completed(script: str, home: Path) -> None:
    """One bash completes all lines, as a user's would: the word under the cursor is the last one."""
    lines = [
        ["ev"],
        ["eval", "--retry-e"],
        ["eval", "--format", ""],
        ["show", "sm"],
        ["gate", ""],
        ["compare", "smoke-0a1b2c3d4e", "n"],
        ["show", "--results", "elsewhere", ""],
        ["show", "--results", "nowhere", ""],
        ["eval", "--config", "res"],
    ]
    asked = "\n".join(
        f"COMP_WORDS=(harness {' '.join(word or repr('') for word in line)}); COMP_CWORD={len(line)}; "
        'COMPREPLY=(); _harness_completion harness; echo "${COMPREPLY[@]}"'
        for line in lines
    )
    ended = bash(f"{script}\n{asked}", home)
    assert ended.stderr == ""
    assert ended.stdout.splitlines() == [
        "eval",
        "--retry-errors",
        "table json md csv",
        "smoke-0a1b2c3d4e",
        "nightly-0123456789 smoke-0a1b2c3d4e",
        "nightly-0123456789",
        "other-00112233aa",
        "",
        "",  # bash completes names of files by itself where we say nothing: `-o default`
    ]


def test_it_is_installed_for_the_shell_that_asks(home: Path) -> None:
    ended = bash("harness --install-completion", home)
    assert "bash completion installed" in ended.stdout
    assert "bash_completions/harness.sh" in (home / ".bashrc").read_text()
