"""A store whose package waits for an answer for ever: every request has a limit of ours."""

import threading
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any, ClassVar

import pytest

from harness.errors import StoreError, UsageError
from harness.stores import backends, places
from harness.stores.address import Address
from harness.stores.backends import open_backend
from harness.stores.remote import AwayError, Remote, Timing
from tests.faults.workplace import Workplace

known = pytest.importorskip("fsspec.registry").known_implementations
memory = pytest.importorskip("fsspec.implementations.memory")
URL = "silent://news/results"
CONFIG = """\
models: [lead]
metrics:
  - rouge: {variants: [rouge1]}
"""


class SilentFileSystem(memory.MemoryFileSystem):  # type: ignore[misc,name-defined]
    """Holds objects in memory; a call that `is_silent` finds never returns while the test runs."""

    protocol = "silent"
    cachable = False
    is_silent: ClassVar[Callable[[str, str], bool]]
    over: ClassVar[threading.Event]

    def __init__(self) -> None:
        super().__init__()
        self._wait("open", "")

    def _wait(self, what: str, path: str) -> None:
        if type(self).is_silent(what, path):
            type(self).over.wait()
            raise OSError("the test is over")

    def cat_file(self, path: str, **more: Any) -> bytes:
        self._wait("read", path)
        return super().cat_file(path, **more)  # type: ignore[no-any-return]

    def pipe_file(self, path: str, value: bytes, **more: Any) -> None:
        self._wait("write", path)
        super().pipe_file(path, value, **more)

    def find(self, path: str, **more: Any) -> Any:
        self._wait("list", path)
        return super().find(path, **more)

    def ls(self, path: str, **more: Any) -> Any:
        self._wait("list", path)
        return super().ls(path, **more)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[type[SilentFileSystem]]:
    where = f"{SilentFileSystem.__module__}.{SilentFileSystem.__name__}"
    monkeypatch.setitem(known, "silent", {"class": where})
    monkeypatch.setattr(SilentFileSystem, "is_silent", staticmethod(lambda *_: False), raising=False)
    monkeypatch.setattr(SilentFileSystem, "over", threading.Event(), raising=False)
    monkeypatch.setattr(places, "_stores", {})
    settings = {"COPIES": str(tmp_path / "copies"), "EVERY": "0.1", "REQUEST": "0.3", "PATIENCE": "0.5"}
    for name, value in settings.items():
        monkeypatch.setenv(f"HARNESS_STORE_{name}", value)
    SilentFileSystem.store.clear()
    yield SilentFileSystem
    SilentFileSystem.over.set()


def remote() -> Remote:
    where = Address("silent", "news/results")
    return Remote(where, open_backend(where), Timing.of_environment())


@pytest.mark.parametrize(
    ("silent", "ask"),
    [
        ("read", lambda asked: asked.read("a/manifest.json")),
        ("write", lambda asked: asked.write("a/part", b"x")),
        ("read", lambda asked: asked.swap("a/manifest.json", b"x", None)),
        ("write", lambda asked: asked.swap("a/manifest.json", b"x", None)),
        ("list", lambda asked: asked.listing("a")),
        ("list", lambda asked: asked.folders()),
    ],
)
def test_what_is_never_answered_is_given_up(
    store: type[SilentFileSystem], monkeypatch: pytest.MonkeyPatch, silent: str, ask: Callable[[Remote], object]
):
    asked = remote()
    monkeypatch.setattr(store, "is_silent", staticmethod(lambda what, _: what == silent))
    began = monotonic()
    with pytest.raises(AwayError, match=r"the store does not answer, tried [23] times: no answer in 0\.3 s"):
        ask(asked)
    assert monotonic() - began < 5


def test_a_request_without_an_answer_holds_up_no_other(store: type[SilentFileSystem], monkeypatch: pytest.MonkeyPatch):
    asked = remote()
    silent = iter([True])
    monkeypatch.setattr(store, "is_silent", staticmethod(lambda what, _: what == "write" and next(silent, False)))
    version = asked.swap("a/manifest.json", b"x", None)
    held = asked.read("a/manifest.json")
    assert held is not None
    assert (held.data, held.version) == (b"x", version)


def test_a_store_that_does_not_open_is_a_usage_error(store: type[SilentFileSystem], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(backends, "OPENING", 0.2)
    monkeypatch.setattr(store, "is_silent", staticmethod(lambda what, _: what == "open"))
    with pytest.raises(UsageError, match=r"silent://news: it cannot be opened: no answer in 0\.2 s"):
        open_backend(Address("silent", "news"))


def test_a_run_ends_where_its_store_has_fallen_silent_and_the_same_command_sends_it(
    store: type[SilentFileSystem],
    workplace: Workplace,
    harness: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.chdir(workplace.folder)
    workplace.configure(CONFIG)
    command = ("eval", "--config", "x.yaml", "--no-cache", "--results", URL)
    monkeypatch.setattr(store, "is_silent", staticmethod(lambda what, path: what == "write" and "/part-" in path))
    ended = harness(*command)
    assert ended.code == StoreError.exit_code
    assert "no answer in 0.3 s" in ended.err.replace("\n", " ")
    assert "everything is kept in" in ended.err.replace("\n", " ")
    monkeypatch.setattr(store, "is_silent", staticmethod(lambda *_: False))
    ended = harness(*command)
    assert ended.code == 0, ended.err
    assert harness("verify", "--results", URL).code == 0
