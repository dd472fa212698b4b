"""The session that docs/python.md shows is what happens."""

import io
import re
import shutil
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

BLOCK = re.compile(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.DOTALL)


def test_the_notebook_session_prints_what_the_page_shows(
    top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parser: object
):
    pytest.importorskip("pandas")
    shutil.copytree(top / "data" / "demo", tmp_path / "data" / "demo")
    monkeypatch.chdir(tmp_path)
    blocks = BLOCK.findall((top / "docs" / "python.md").read_text(encoding="utf-8"))
    assert len(blocks) > 5
    session: dict[str, Any] = {"__name__": "session"}
    for code, shown in blocks:
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(compile(code, "docs/python.md", "exec"), session)  # noqa: S102 - the page is ours
        assert printed.getvalue() == shown, f"printed by:\n{code}"
