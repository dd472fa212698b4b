import pytest
from typer.testing import CliRunner

from harness.cli import app
from harness.errors import ConfigError


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"id": "1", "source": "A fire.", "summary": "Fire", "label": 2}\n', encoding="utf-8")
    return path


def test_an_unknown_checker_is_named_with_its_flag(rows):
    found = CliRunner().invoke(app, ["metaeval", "--data", str(rows), "--checker", "rulez"])
    assert isinstance(found.exception, ConfigError)
    assert "--checker rulez" in str(found.exception)
    assert "unknown checker 'rulez'" in str(found.exception)
