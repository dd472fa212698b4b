"""What the command `harness view` refuses before it serves anything."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness import extras
from tests.runs import manifest, save_run


def test_a_folder_that_is_none_is_told(tmp_path: Path, harness: Callable[..., Any]):
    ended = harness("view", tmp_path / "nowhere")
    assert ended.code == 2
    assert (
        ended.err
        == f"error: {tmp_path / 'nowhere'}: no such folder; accepted: the folder that holds runs, such as results\n"
    )
    (tmp_path / "file").write_text("")
    assert "not a folder" in harness("view", tmp_path / "file").err
    run = save_run(tmp_path, manifest())
    ended = harness("view", run)
    assert ended.code == 2
    assert "the folder of one run; accepted: the folder that it lies in" in ended.err


def test_without_the_extra_one_line_says_what_to_install(
    tmp_path: Path, harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(
        extras, "missing", lambda *packages: [name for name in packages if name in ("starlette", "uvicorn")]
    )
    ended = harness("view", tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.count("\n") == 1
    assert "harness view needs starlette and uvicorn, which are not installed; to install: " in ended.err
    assert "headline-harness[view]" in ended.err


@pytest.mark.parametrize("port", ["-1", "65536", "x"])
def test_a_port_that_is_none_is_told(tmp_path: Path, harness: Callable[..., Any], port: str):
    ended = harness("view", tmp_path, "--port", port)
    assert ended.code == 2
    assert "--port" in ended.err


def test_a_port_in_use_is_told(tmp_path: Path, harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch):
    import errno
    import os

    from harness.view import server

    class Taken:
        def __init__(self, *_: object) -> None:
            pass

        def bind(self, _: object) -> None:
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))

        def __getattr__(self, _: str) -> Any:
            return lambda *_: None

    monkeypatch.setattr(server.socket, "socket", Taken)
    ended = harness("view", tmp_path, "--port", "8000")
    assert ended.code == 2
    assert ended.err == "error: --port 8000: Address already in use; accepted: a port that is free, or 0 for any\n"
