import sys
from pathlib import Path

import pytest

from harness import extras
from harness.errors import MissingExtraError


def environment(folder: Path, *programs: str) -> Path:
    """A folder of programs as an environment has it; returns its Python."""
    folder.mkdir(parents=True)
    for name in (*programs, "python"):
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    return folder / "python"


def test_the_command_is_plain_where_the_shells_pip_belongs_to_this_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    python = environment(tmp_path / "mine", "pip")
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setenv("PATH", str(python.parent))
    assert extras.install_command("headline-harness[fast]") == "pip install 'headline-harness[fast]'"
    assert extras.install_command("--no-deps", "some-weights") == "pip install --no-deps some-weights"


def test_the_command_names_this_python_where_another_pip_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    python = environment(tmp_path / "my own", "pip")
    other = environment(tmp_path / "other", "pip")
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setenv("PATH", f"{other.parent}:{python.parent}")
    assert extras.install_command("x[y]") == f"'{python}' -m pip install 'x[y]'"


def test_the_command_is_uvs_where_this_python_has_no_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    python = environment(tmp_path / "uv")
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    assert extras.install_command("x[y]") == f"uv pip install 'x[y]' --python {python}"


def test_several_packages_are_listed_as_a_sentence_lists_them(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(extras, "install_command", lambda *arguments: " ".join(arguments))
    one = str(MissingExtraError("a metric", "gguf", "models"))
    assert one == "a metric needs gguf, which is not installed; to install: headline-harness[models]"
    three = str(MissingExtraError("a model", ["torch", "gguf", "accelerate"], "models"))
    assert three.startswith("a model needs torch, gguf and accelerate, which are not installed; to install: ")
