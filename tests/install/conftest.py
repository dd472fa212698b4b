"""The wheel and the environments, made once however many test processes there are."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.install.environments import OFFLINE, Environment, build_wheel, make_empty, once, pip_variables

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is collected here; skip it where the environment says that there is no index."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.install)
            if os.environ.get(OFFLINE, "0") not in ("", "0"):
                item.add_marker(pytest.mark.skip(reason=f"{OFFLINE} is set: nothing can be installed"))


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of this test run share."""
    base = tmp_path_factory.getbasetemp()
    return (base if worker_id == "master" else base.parent) / "install"


@pytest.fixture(scope="session")
def wheel(place: Path, top: Path) -> Path:
    """The project's wheel."""
    (found,) = once(place / "dist", lambda folder: build_wheel(top, folder)).glob("*.whl")
    return found


@pytest.fixture(scope="session")
def bare(place: Path, wheel: Path, top: Path) -> Environment:
    """The environment that README's first line makes: the wheel, and what it asks for."""

    def make(folder: Path) -> None:
        make_empty(sys.executable, folder)
        made.install("python -m pip install headline-harness", place)

    made = Environment(place / "bare", pip_variables(top, wheel.parent))
    once(made.folder, make)
    return made


@pytest.fixture(scope="session")
def with_extra(place: Path, bare: Environment) -> Callable[[str], Environment]:
    """The environment of one extra and nothing else: `with_extra("claims")`."""

    def environment(extra: str) -> Environment:
        def make(folder: Path) -> None:
            bare.copied_to(folder).install_quickly(f"headline-harness[{extra}]")

        return Environment(once(place / f"with-{extra}", make), bare.variables)

    return environment


@pytest.fixture
def fresh(bare: Environment, tmp_path: Path) -> Iterator[Callable[..., Environment]]:
    """A copy of an environment, `bare` where none is given, that a test may change."""
    folder = tmp_path / "environment"

    def copy(of: Environment = bare) -> Environment:
        return of.copied_to(folder)

    yield copy
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """An empty folder away from the checkout."""
    folder = tmp_path / "desk"
    folder.mkdir()
    return folder
