"""`harness init`, and the folder that it makes."""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness import __version__
from harness.errors import StoreError
from harness.models.prompts import named_template
from harness.starter import FILES, writing
from harness.starter.files import BASELINE, CONFIGURATION
from tests.conftest import TOP

Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def contents(folder: Path = Path()) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def test_every_file_is_written_and_named(harness: Run) -> None:
    ended = harness("init", "new/mine")
    assert (ended.code, ended.err) == (0, "")
    names = [f"new/mine/{file.path}" for file in FILES]
    assert ended.out.splitlines()[: len(names) + 1] == [*(f"{name}: written" for name in names), ""]
    assert "  cd new/mine\n  harness eval --config harness.yaml" in ended.out
    assert sorted(contents()) == sorted(names), "and nothing half written beside them"
    assert __version__ in Path("new/mine/README.md").read_text()


def test_in_a_folder_of_a_repository_it_says_where_the_workflow_belongs(harness: Run, tmp_path: Path) -> None:
    Path("repository/.git").mkdir(parents=True)
    assert "GitHub reads" not in harness("init", "repository").out
    assert "GitHub reads" not in harness("init", "elsewhere").out
    said = harness("init", "repository/below").out
    moved = "repository/below/.github/workflows/headlines.yml"
    assert f"Move {moved} into {tmp_path}/repository/.github/workflows and name this folder in it." in said.splitlines()


def test_running_it_again_changes_nothing(harness: Run) -> None:
    harness("init")
    before = {name: Path(name).stat().st_mtime_ns for name in contents()}
    ended = harness("init")
    assert ended.out.count(": kept (identical)") == len(FILES) == len(before)
    assert {name: Path(name).stat().st_mtime_ns for name in contents()} == before


def test_a_file_that_differs_is_overwritten_only_when_forced_and_then_kept_beside(harness: Run) -> None:
    harness("init")
    new = contents()
    Path("README.md").write_bytes(b"Mine, in Latin-1: \xe9\n")
    Path("notes.txt").write_text("other")
    Path("example/clusters.jsonl").unlink()
    changed = contents()
    ended = harness("init")
    assert "README.md: kept (differs; --force overwrites)" in ended.out.splitlines()
    assert "example/clusters.jsonl: written" in ended.out.splitlines()
    assert contents() == {**changed, "example/clusters.jsonl": new["example/clusters.jsonl"]}
    ended = harness("init", "--force")
    assert "README.md: overwritten (what it held is now in README.md.old)" in ended.out.splitlines()
    assert ended.out.count("kept (identical)") == len(FILES) - 1
    assert contents() == {**new, "README.md.old": changed["README.md"], "notes.txt": b"other"}
    Path("README.md").write_text("once more")
    harness("init", "--force")
    assert contents()["README.md.old"] == changed["README.md"]
    assert contents()["README.md.old2"] == b"once more"


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_nothing_is_written_through_a_link(force: list[str], harness: Run) -> None:
    Path("elsewhere.md").write_text("theirs")
    Path("mine").mkdir()
    Path("mine/README.md").symlink_to("../elsewhere.md")
    Path("mine/harness.yaml").symlink_to("nowhere.yaml")
    ended = harness("init", "mine", *force)
    assert ended.code == 0
    for name in ("README.md", "harness.yaml"):
        assert f"mine/{name}: kept (a symbolic link, and nothing is written through one)" in ended.out
    assert Path("elsewhere.md").read_text() == "theirs"
    assert not Path("mine/nowhere.yaml").exists()
    assert Path("mine/README.md").is_symlink()


def test_what_stands_in_the_way_is_told_at_once_with_nothing_written(harness: Run) -> None:
    Path("mine/README.md").mkdir(parents=True)
    Path("elsewhere").mkdir()
    Path("mine/.github").symlink_to("../elsewhere")
    Path("mine/example").write_text("a file")
    before = contents()
    ended = harness("init", "mine", "--force")
    assert ended.code == 2
    assert ended.err.splitlines() == [
        "error: mine/example: this name is taken by something else; accepted: a folder",
        "error: mine/.github: a symbolic link, and nothing is written through one; accepted: a folder",
        "error: mine/README.md: this name is taken by something else; accepted: a file",
    ]
    assert contents() == before
    assert list(Path("elsewhere").iterdir()) == []


def test_a_file_is_no_folder_and_a_linked_folder_is_one(harness: Run) -> None:
    Path("file").write_text("x")
    for name in ("file", "file/below"):
        ended = harness("init", name)
        assert ended.code == 2
        assert ended.err.startswith("error: file")
        assert "Traceback" not in ended.err
    Path("real").mkdir()
    Path("link").symlink_to("real")
    assert harness("init", "link").code == 0, "the user named it"
    assert Path("real/harness.yaml").is_file()


def test_a_file_that_cannot_be_written_hides_none_that_was(harness: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    real = writing.replace_text

    def full(file: Path, text: str) -> None:
        if file.name == "clusters.jsonl":
            raise StoreError(f"{file}: cannot be written: the disk is full")
        real(file, text)

    with monkeypatch.context() as patch:
        patch.setattr(writing, "replace_text", full)
        ended = harness("init", "--", "-x")
    assert (ended.code, ended.err) == (2, "error: -x/example/clusters.jsonl: cannot be written: the disk is full\n")
    assert ended.out.splitlines() == ["-x/harness.yaml: written", "-x/prompts/headline.md: written"]
    ended = harness("init", "--", "-x")
    assert "-x/harness.yaml: kept (identical)\n" in ended.out
    assert "  cd ./-x\n" in ended.out


def test_eval_without_a_configuration_runs_the_only_one_and_else_says_what_to_do(harness: Run) -> None:
    ended = harness("eval")
    assert (ended.code, ended.out) == (2, "")
    assert "give a configuration with --config FILE; this folder has none" in ended.err
    assert "`harness init DIR`" in ended.err
    harness("init")
    ended = harness("eval", "--limit", "1")
    assert ended.code == 0, ended.err
    assert ended.err.startswith("configuration: harness.yaml\n")
    Path("harness.yaml").rename("a.yaml")
    Path("b.yaml").write_text(Path("a.yaml").read_text())
    ended = harness("eval")
    assert (ended.code, ended.out) == (2, "")
    assert "are a configuration: a.yaml, b.yaml; choose one with --config FILE" in ended.err


def test_the_folder_works_from_the_first_table_to_a_failing_gate(harness: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    harness("init", "mine")
    assert harness("gate", "--update").code == 2, "there is no configuration here"
    monkeypatch.chdir("mine")
    ended = harness("validate")
    assert ended.out.startswith("harness.yaml: valid: 3 clusters, 3 configurations, 3 metrics")
    ended = harness("eval", "--config", "harness.yaml", "--format", "json")
    assert ended.code == 0, ended.err
    assert '"rouge1-f"' in ended.out
    ended = harness("gate", "--update")
    assert (ended.code, ended.out.splitlines()[0]) == (0, "new baseline")
    assert Path(BASELINE).is_file()
    assert harness("gate").code == 0
    ended = harness("gate", "--set", "models.lead.part=sentence")
    assert ended.code == 1, "a sentence in place of a title is worse on one cluster"
    assert ended.out.startswith("REGRESSION lead rouge1-f: ")


def test_the_examples_in_the_comments_work(harness: Run) -> None:
    """Each model and metric that is commented out is valid once it is not, but for what it says must be installed."""
    harness("init")
    text = Path(CONFIGURATION).read_text()
    models = re.sub(r"^  # (- (?:recorded|hf|api):|  )", r"  \1", text, flags=re.MULTILINE)
    assert [next(iter(model)) for model in yaml.safe_load(models)["models"] if isinstance(model, dict)] == [
        "lexrank",
        "recorded",
        "hf",
        "api",
    ]
    Path(CONFIGURATION).write_text(models.replace("  # - factual", "  - factual"))
    ended = harness("validate")
    assert all("install" in line or "/models/my-model" in line for line in ended.err.splitlines()), ended.err
    only = models.replace("/models/my-model", "example").partition("  - hf:")[0] + "metrics: [rouge]\n"
    Path("recorded.yaml").write_text(only)
    ended = harness("eval", "--config", "recorded.yaml", "--format", "csv")
    assert ended.code == 0, ended.err
    assert "my-system" in ended.out


def test_its_prompt_is_the_builtin_one_and_every_file_of_the_package_is_used(harness: Run) -> None:
    harness("init")
    assert named_template("prompts/headline.md").digest == named_template("builtin:headline").digest
    shipped = {file.name for file in (TOP / "harness/starter/content").iterdir()}
    assert shipped == {Path(file.resource).name for file in FILES if file.package == "harness.starter"}


def test_the_workflow_and_the_readme_say_what_works(harness: Run) -> None:
    """Every command is run as it is printed, the README's first, in order; installing is tried in tests/install."""
    harness("init")
    blocks = re.findall(r"^```console\n(.*?)^```", Path("README.md").read_text(), re.MULTILINE | re.DOTALL)
    commands = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
    workflow = yaml.safe_load(Path(".github/workflows/headlines.yml").read_text())
    assert set(workflow[True]) == {"pull_request", "workflow_dispatch"}, "YAML 1.1 reads `on` as true"
    steps = workflow["jobs"]["gate"]["steps"]
    commands += [step["run"] for step in steps if "run" in step]
    assert [command for command in commands if " pip " in command] == [
        "python -m pip install pytest",
        f"python -m pip install 'headline-harness=={__version__}' pytest",
    ]
    for command in commands:
        program, *arguments = shlex.split(command, comments=True)
        if program == "harness":
            ended = harness(*arguments)
            assert ended.code == (1 if "--set" in command else 0), f"{command}\n{ended.out}{ended.err}"
        elif arguments[:3] == ["-m", "pytest", "test_headlines.py"]:
            tried = subprocess.run([sys.executable, *arguments], capture_output=True, text=True)
            assert tried.returncode == 0, tried.stdout + tried.stderr
        else:
            assert command in ("python -m pytest", "python -m pip install pytest") or "headline-harness==" in command
    uploaded = next(step for step in steps if "upload-artifact" in step.get("uses", ""))["with"]["path"].split()
    assert all(list(Path().glob(pattern)) or "failures" in pattern for pattern in uploaded)
    named = re.findall(r"^\| `([^`]+)` \|", Path("README.md").read_text(), re.MULTILINE)
    assert sorted(named) == sorted(str(file.path) for file in FILES if file.path.name != "README.md")
