"""`execution:` says who does the work; it changes no number, and says what to install."""

from pathlib import Path

import pytest

from harness import registry
from harness.config import execution
from harness.config.build import load_text
from harness.config.execution import Execution
from harness.errors import ConfigError
from harness.executors.choose import choose
from harness.executors.local import Local

TEXT = """\
name: trial
data: {jsonl: clusters.jsonl}
models: [lead]
metrics: [rouge]
"""


def read(more: str, *overrides: str) -> Execution:
    return load_text(TEXT + more, "x.yaml", registry.Registry(), list(overrides)).execution


def test_this_machine_does_the_work_unless_told_otherwise():
    assert read("") == Execution()
    found = choose(Execution(), 3)
    assert isinstance(found, Local)
    assert found.jobs == 3
    assert isinstance(found := choose(Execution(workers=2), 3), Local)
    assert found.jobs == 2


def test_flags_are_overrides_of_what_stands_in_the_file():
    told = read(
        "execution: {executor: ray, address: auto, actors: 2}\n", "execution.workers=5", "execution.executor=local"
    )
    assert told == Execution(executor="local", address="auto", actors=2, workers=5)


@pytest.mark.parametrize(
    ("written", "path", "accepted"),
    [
        ("execution: ray", "execution", "executor"),
        ("execution: {executor: dask}", "execution.executor", "'local' or 'ray'"),
        ("execution: {address: 'ray://head:10001'}", "execution.address", ""),
        ("execution: {address: head}", "execution.address", ""),
        ("execution: {workers: 0}", "execution.workers", ""),
        ("execution: {worker: 2}", "execution.worker", "workers"),
    ],
)
def test_mistakes_are_located(written: str, path: str, accepted: str):
    with pytest.raises(ConfigError, match="execution") as raised:
        read(f"{written}\n")
    (problem,) = raised.value.problems
    assert (problem.line, problem.path) == (5, path)
    assert accepted in f"{problem.accepted} {problem.message}"


def test_without_the_extra_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(execution, "missing", lambda *names: list(names))
    config = load_text(TEXT + "execution: {executor: ray}\n", "x.yaml", registry.Registry())
    (problem,) = (each for each in config.component_problems() if each.path.startswith("execution"))
    assert "executor ray needs psutil and ray, which are not installed; to install: " in problem.message
    assert problem.message.endswith("'headline-harness[ray]'")
    assert problem.line == 5
    config = load_text(TEXT + "execution: {executor: local, address: auto}\n", "x.yaml", registry.Registry())
    assert not [each for each in config.component_problems() if each.path.startswith("execution")]
