"""Elsewhere than on a POSIX system: one clear line, no traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

WINDOWS = """
import os, sys
import asyncio, numpy, pydantic, pytest, shutil, tempfile, typer  # ours are to meet the other system, not these
for name in ("fcntl", "termios", "resource", "pwd", "grp"):
    sys.modules[name] = None  # as on Windows: importing it raises ImportError
os.name, sys.platform = "nt", "win32"
"""
LINE = (
    "headline-harness runs on Linux, macOS and other POSIX systems, not on win32: it needs their file locks and "
    "signals; on Windows run it in WSL"
)


def python(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WINDOWS + program, *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("arguments", [["--help"], ["eval", "--config", "x.yaml"], []])
def test_the_command_ends_with_2_and_one_line(arguments: list[str]):
    ended = python("from harness.__main__ import main\nmain()", *arguments)
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", f"error: {LINE}\n")


@pytest.mark.parametrize(
    "module",
    ["harness.run.pipeline", "harness.results.run_folder", "harness.disk.lock", "harness.process.interruption"],
)
def test_who_imports_the_library_gets_an_error_that_says_so(module: str):
    program = (
        "from harness.errors import UsageError\n"
        f"try:\n    import {module}\nexcept UsageError as error:\n    print(error)"
    )
    ended = python(program)
    assert (ended.returncode, ended.stdout) == (0, f"{LINE}\n"), ended.stderr


def test_the_pytest_plugin_loads_and_disturbs_no_other_test():
    assert python("import harness.plugin").returncode == 0


def test_the_installed_command_is_the_one_that_looks_first(top: Path):
    assert 'harness = "harness.__main__:main"' in (top / "pyproject.toml").read_text()
