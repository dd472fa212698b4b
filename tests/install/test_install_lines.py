"""Every install line that a document, a workflow or the starter gives is run as it stands there."""

import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from harness import __version__
from harness.extras import EXTRAS
from tests.conftest import TOP
from tests.install.environments import Environment

_LINE = re.compile(r"(?:python3? -m )?pip (?:install|wheel) [^`\n#]*[^`\n#\s]")
MOST_INSTALL = "python -m pip install 'headline-harness[claims]'"
NOT_OURS = {
    "python -m pip install --editable .": "installs the reader's own package",
    "pip install atheris": "a fuzzer that is built with clang; the page says that it is no dependency",
    ".venv/bin/python -m pip install 'transformers[serving]'": "the peer of one benchmark",
}


def sources() -> Iterator[Path]:
    yield from (TOP / "README.md", TOP / "CONTRIBUTING.md", TOP / "SECURITY.md")
    yield from sorted((TOP / "docs").glob("*.md"))
    yield from sorted((TOP / "benchmarks").glob("*.md"))
    yield from sorted((TOP / ".github" / "workflows").glob("*.yml"))
    yield from sorted(file for file in (TOP / "harness").rglob("*") if file.suffix in (".md", ".yml", ".yaml", ".txt"))


def lines() -> dict[str, str]:
    """Each install line, and where it stands first."""
    found: dict[str, str] = {}
    for file in sources():
        for line in _LINE.findall(file.read_text(encoding="utf-8")):
            if "…" not in line and line not in NOT_OURS:
                found.setdefault(line.replace("{version}", __version__), file.relative_to(TOP).as_posix())
    return found


def extras_of(line: str) -> list[str]:
    """The extras that a line asks for."""
    named = re.search(r"\[([\w,]+)\]", line)
    return named[1].split(",") if named else []


def checkout(folder: Path) -> Path:
    """A copy of what a user has cloned, as far as installing and the workflows need it."""
    for name in ("LICENSE", "README.md", "pyproject.toml", "constraints.txt", "harness", "configs", "data"):
        if (TOP / name).is_dir():
            shutil.copytree(TOP / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(TOP / name, folder / name)
    shutil.copytree(TOP / "results" / "baselines", folder / "results" / "baselines")
    return folder


def test_there_are_lines_to_run():
    found = lines()
    assert {"python -m pip install headline-harness", MOST_INSTALL} <= set(found)
    assert "python -m pip install --constraint constraints.txt '.[claims]'" in found
    assert "pip install 'headline-harness[models]'" in found


@pytest.mark.parametrize("line", lines())
def test_the_line_installs_what_works(
    line: str, bare: Environment, with_extra: Callable[[str], Environment], fresh, desk: Path
):
    extras = extras_of(line)
    # What most install pip brings from the index; the other lines find their packages there, as they differ in wording.
    environment = fresh(bare if not extras or line == MOST_INSTALL else with_extra(extras[0]))
    environment.install(line, checkout(desk))
    if "pip wheel" in line:
        assert len(list(desk.glob("dist/headline_harness-*.whl"))) == 1
        return
    packages = [package for extra in extras for package in EXTRAS[extra]]
    program = f"from harness import extras; print(extras.missing(*{packages}))"
    assert environment.run(f"python -c {shlex.quote(program)}", desk).held().out == "[]\n"
    assert environment.run("harness --version", desk).held().out == f"headline-harness {__version__}\n"
    environment.run("python -m pip check", desk).held()


def test_the_pull_request_workflow_passes(with_extra: Callable[[str], Environment], fresh, desk: Path):
    """Every command of the job `smoke`, in its order. (The job `full` runs a language model after `make setup`, which
    `make test` stands on too.)"""
    workflow = yaml.safe_load((TOP / ".github" / "workflows" / "quality.yml").read_text())
    environment = fresh(with_extra("claims"))
    folder = checkout(desk)
    commands = [step["run"] for step in workflow["jobs"]["smoke"]["steps"] if "run" in step]
    assert any("pip install" in command for command in commands)
    for command in commands:
        (environment.install if "pip install" in command else environment.run)(command, folder).held()
    assert (folder / "gate.xml").is_file()
