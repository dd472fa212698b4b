"""The oldest version of each core dependency that pyproject.toml allows: whoever has it installed keeps it."""

import re
import sys
import tomllib
from pathlib import Path

import pytest

from tests.install.data import NUMBER, scores, write_config, write_data


def lowest(top: Path) -> list[str]:
    """`name==version` for each core dependency's lower bound."""
    requirements = tomllib.loads((top / "pyproject.toml").read_text())["project"]["dependencies"]
    found = [re.fullmatch(r"([\w-]+)>=([\d.]+)", requirement) for requirement in requirements]
    assert all(found), "each core dependency has a lower bound and nothing else"
    return [f"{one[1]}=={one[2]}" for one in found if one]


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="numpy 1.26 has no wheel for Python 3.13 and later")
def test_the_first_commands_work_with_the_oldest_versions_allowed(fresh, top: Path, desk: Path):
    environment = fresh()
    environment.install_quickly(*lowest(top), constrained=False)
    environment.run("python -m pip check", desk).held()
    write_data(desk)
    write_config(desk, models="lead, central, lexrank, oracle", metrics="rouge, headline, surface")
    environment.run("harness --help", desk).held()
    environment.run("harness eval --config lights.yaml", desk).held()
    assert len(scores(desk)) == 4 * NUMBER
    environment.run("harness compare lights", desk).held()
    environment.run("harness init mine", desk).held()
    environment.run("harness gate --update && harness gate", desk / "mine").held()
