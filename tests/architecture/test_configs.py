"""Every configuration of the project is valid, data and checkpoints included."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import TOP

CONFIGS = sorted([*TOP.glob("configs/*.yaml"), *TOP.glob("tests_example/*.yaml")])


@pytest.mark.parametrize("file", CONFIGS, ids=lambda file: file.name)
def test_the_configuration_is_valid(
    file: Path, harness: Callable[..., Any], top: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(top)  # paths in configurations are relative to the top of the project
    ended = harness("validate", "--config", file)
    assert ended.code == 0, ended.err
    assert ": valid: 14 clusters" in ended.out
