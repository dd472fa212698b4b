"""The wheel on every Python that it says it runs on, as far as they are on this machine."""

import sys
from pathlib import Path

import pytest

from tests.install.data import NUMBER, scores, write_config, write_data
from tests.install.environments import Environment, make_empty, pip_variables, python_of_version


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_eval_and_the_gate_work_on(version: str, bare: Environment, wheel: Path, top: Path, tmp_path: Path, desk: Path):
    environment = bare
    if version != "{}.{}".format(*sys.version_info):
        python = python_of_version(version)
        if python is None:
            pytest.skip(f"no Python {version} with venv is on this machine")
        environment = Environment(tmp_path / "environment", pip_variables(top, wheel.parent))
        make_empty(python, environment.folder)
        environment.install_quickly("headline-harness")
    write_data(desk)
    write_config(desk, models="lead, central, lexrank, oracle", metrics="rouge, headline, surface")
    environment.run("harness eval --config lights.yaml --jobs 2", desk).held()
    assert len(scores(desk)) == 4 * NUMBER
    environment.run("harness baseline save lights -o base.json", desk).held()
    environment.run("harness gate lights --baseline base.json", desk).held()
    environment.run("harness components", desk).held()
