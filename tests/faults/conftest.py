"""Fixtures of the fault tests."""

from pathlib import Path

import pytest

from tests.faults.workplace import Workplace, made_in


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    """A workplace with twelve clusters."""
    return made_in(tmp_path)
