"""The package with nothing but what it asks for: what works, and what is said of the rest."""

import re
from pathlib import Path

import pytest
import yaml

from harness.extras import EXTRAS
from tests.install.data import NUMBER, scores, write_config, write_data
from tests.install.environments import Environment


def test_it_brings_only_what_is_pinned_and_nothing_optional(bare: Environment, top: Path):
    pinned = {
        line.partition("==")[0].replace("_", "-").lower()
        for line in (top / "constraints.txt").read_text().splitlines()
        if "==" in line
    }
    packages = bare.packages()
    assert packages - pinned - {"pip", "setuptools"} == {"headline-harness"}
    optional = {name.replace("_", "-").lower() for names in EXTRAS.values() for name in names}
    assert packages & optional == set()
    bare.run("python -m pip check", bare.folder).held()


@pytest.mark.parametrize("jobs", [1, 2])
def test_eval_in_an_empty_folder_gives_every_prediction_its_rouge(jobs: int, bare: Environment, desk: Path):
    write_data(desk)
    write_config(desk, models="lead, recorded: {path: predictions.jsonl}", metrics="rouge, headline, surface")
    ended = bare.run(f"harness eval --config lights.yaml --jobs {jobs}", desk).held()
    assert "rouge1-f" in ended.out
    found = scores(desk)
    # lead: all 3 tokens are among the reference's 6: P = 1, R = 3/6, F = 2/3. recorded: 5 of them: R = 5/6, F = 10/11.
    assert found == {
        (name, f"light-{number}"): pytest.approx(f)
        for name, f in (("lead", 2 / 3), ("recorded", 10 / 11))
        for number in range(NUMBER)
    }
    bare.run("harness baseline save lights -o base.json", desk).held()
    assert "pass" in bare.run("harness gate lights --baseline base.json", desk).held().out
    bare.run("harness compare lights", desk).held()
    bare.run("python -m harness show lights", desk).held()


def test_the_first_ten_minutes(fresh, desk: Path):
    """What README promises: init, eval, gate --update, gate, and pytest once it is installed."""
    mine = fresh()
    mine.run("harness init mine", desk).held()
    folder = desk / "mine"
    shown = mine.run("harness eval --config harness.yaml", folder).held().out
    assert "rouge1-f" in shown
    assert re.search(r"lead .*\d\d\.\d", shown)
    mine.run("harness gate --update", folder).held()
    mine.run("harness gate", folder).held()
    workflow = yaml.safe_load((folder / ".github/workflows/headlines.yml").read_text())
    for step in workflow["jobs"]["gate"]["steps"]:
        command = step.get("run", "true")
        (mine.install if "pip install" in command else mine.run)(command, folder).held()
    assert "passed" in mine.run("python -m pytest", folder).held().out


def config(models: str = "lead", metrics: str = "rouge", data: str = "") -> str:
    jsonl = data or "{jsonl: {path: clusters.jsonl}}"
    return f"name: lights\ndata: {jsonl}\nmodels: [{models}]\nmetrics: [{metrics}]\n"


@pytest.mark.parametrize(
    ("needed", "extra", "written"),
    [
        ("spaCy", "claims", config(metrics="factual")),
        ("spaCy", "claims", config(metrics="factual: {checker: rules}")),
        ("torch and transformers", "models", config(metrics="factual: {checker: {nli: {model: some/where}}}")),
        ("torch and transformers", "models", config(metrics="factual: {checker: {likelihood: {checkpoint: a/b}}}")),
        (
            "httpx2",
            "api",
            config(metrics="factual: {checker: {judge: {base_url: 'http://127.0.0.1:9/v1', model: m}}}"),
        ),
        ("torch and transformers", "models", config(models="hf: {checkpoint: a/b, prompt: 'builtin:headline'}")),
        (
            "httpx2",
            "api",
            config(models="api: {base_url: 'http://127.0.0.1:9/v1', model: m, prompt: 'builtin:headline'}"),
        ),
        ("datasets", "models", config(data="{hub: {path: owner/name}}")),
        ("pyarrow", "parquet", config(data="{hub: {path: clusters.parquet}}")),
        ("pyarrow", "parquet", config(models="recorded: {path: predictions.parquet}")),
        ("onnxruntime and tokenizers", "onnx", config(metrics="factual: {checker: {nli: {model: m.onnx}}}")),
    ],
)
@pytest.mark.parametrize("command", ["eval", "validate"])
def test_what_is_missing_is_named_with_the_command_that_installs_it(
    needed: str, extra: str, written: str, command: str, bare: Environment, desk: Path
):
    write_data(desk)
    for name in ("clusters.parquet", "predictions.parquet", "m.onnx", "tokenizer.json"):
        desk.joinpath(name).write_bytes(b"PAR1")
    desk.joinpath("lights.yaml").write_text(written)
    said = bare.run(f"harness {command} --config lights.yaml", desk).held(2).err
    assert f"needs {needed}, which {'are' if ' and ' in needed else 'is'} not installed; to install: " in said
    assert said.count(f"pip install 'headline-harness[{extra}]'") == 1, "told once"


@pytest.mark.parametrize(
    "command", ["check clusters.jsonl --cluster light-1 --text 'Lighthouse sold'", "claims one.jsonl"]
)
def test_the_command_that_is_named_for_claims_is_all_that_is_needed(command: str, bare: Environment, fresh, desk: Path):
    write_data(desk)
    desk.joinpath("one.jsonl").write_text(desk.joinpath("clusters.jsonl").read_text().splitlines()[0] + "\n")
    said = bare.run(f"harness {command}", desk).held(2).err
    assert said.count("\n") == 1
    named = said.partition("to install: ")[2].strip()
    assert named == "pip install 'headline-harness[claims]'"
    if "check" in command:  # once is enough
        mine = fresh()
        mine.install(named, desk)
        assert "supported" in mine.run(f"harness {command}", desk).held().out


def test_the_environment_of_another_python_is_named_by_its_path(bare: Environment, desk: Path):
    """Where the shell's pip belongs to another Python, a bare `pip install` would install into that one."""
    write_data(desk)
    program = bare.folder / "bin" / "harness"
    said = bare.run(f"PATH=/usr/bin:/bin {program} claims clusters.jsonl --cluster light-1", desk).held(2).err
    assert f"to install: {bare.python} -m pip install 'headline-harness[claims]'\n" in said
