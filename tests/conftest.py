"""Fixtures that every room of the tests shares."""

from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent


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
