"""Fixtures that every room of the tests shares."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.claims.parsing.parse import Parser
from harness.cli import main
from harness.errors import MissingExtraError

pytest_plugins = ["pytester"]

# Two test processes share two cores, and OpenMP's threads spin while they wait for each other: torch took ten times as
# long with two threads in each. Set before anything imports torch; the processes that tests start inherit it.
os.environ.setdefault("OMP_NUM_THREADS", "1")

TOP = Path(__file__).resolve().parent.parent


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Remove the environments that tests/install made, more than a gigabyte, once no test process needs them."""
    if not hasattr(session.config, "workerinput"):
        shutil.rmtree(session.config._tmp_path_factory.getbasetemp() / "install", ignore_errors=True)


@pytest.fixture(scope="session")
def top() -> Path:
    """The project's top folder."""
    return TOP


@pytest.fixture(scope="session")
def shared() -> Path:
    """The development data beside the project; tests that need it skip where it is absent."""
    folder = TOP.parent / "shared"
    if not folder.is_dir():
        pytest.skip(f"the development data is not at {folder}: it is licensed for development only, not distributed")
    return folder


@pytest.fixture(scope="session")
def parser() -> Parser:
    """The English parser, loaded once; tests that read claims skip where it is not installed."""
    try:
        return Parser()
    except MissingExtraError as error:
        pytest.skip(str(error))


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


@pytest.fixture
def harness(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Runs the `harness` command in this process: `harness("eval", "--config", file)`."""

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr("sys.argv", ["harness", *map(str, arguments)])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
        printed = capsys.readouterr()
        return Ended(code, printed.out, printed.err)

    return run
