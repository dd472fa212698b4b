"""Secrets planted everywhere are nowhere in what is written or printed; data stays what it is."""

import base64
import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

import pytest

from harness import redact, registry
from harness.cache.store import unpacked
from harness.models.base import Answer, Model

KEY = "sk-planted-4f9a8b7c6d5e"
"""Known by its shape, and stands in the environment."""
PLAIN = "Zq8v/k+9wPlmX2 staple"
"""Known only because a variable of the environment holds it."""
PASSWORD = "hunter2horse"  # noqa: S105 - planted, opens nothing
"""Known only by where it stands."""
PLANTED = [
    *(form for secret in (KEY, PLAIN) for form in (secret, quote(secret, safe=""), secret.encode().hex())),
    *(base64.b64encode(secret.encode()).decode().rstrip("=")[:-1] for secret in (KEY, PLAIN)),
    PASSWORD,
]
WRITTEN_BY_AN_AGENCY = "Leaked key sk-news-1234567890ab, password: swordfish99, opens https://me:pw@host"
"""An article may say so, and then its headline does."""


class Leaky(Model):
    """A model whose exceptions say all they know."""

    name: ClassVar[str] = "leaky"

    def open(self, seed: int) -> Any:  # noqa: ARG002 - the signature of a model
        return nullcontext(self)

    def answer(self, clusters: Any) -> list[Answer | Exception]:
        encoded = base64.b64encode(f"user:{PLAIN}".encode()).decode()
        said = [
            f"401 for https://user:{PASSWORD}@host/v1?api_key={PASSWORD}",
            f"headers {{'Authorization': 'Bearer {KEY}', 'x-api-key': '{PASSWORD}'}}",
            f"environment {dict(os.environ)}",
            f"sent Basic {encoded} and {quote(PLAIN, safe='')} and {KEY.encode().hex()}",
        ]
        return [ValueError(said[at % 4]) for at, _ in enumerate(clusters)]

    def clusters_at_once(self) -> int:
        return 4


class Crashing(Leaky):
    """A model that breaks where nobody expects it."""

    name: ClassVar[str] = "crashing"

    def problems(self) -> Any:
        raise RuntimeError(f"password={PASSWORD} {KEY} {PLAIN}")


CONFIG = """\
name: trial
data: {jsonl: {path: clusters.jsonl}}
models: [lead, leaky]
metrics: [{rouge: {variants: [rouge1]}}]
gate: {tolerance: {rouge1-f: 0.5}, max_failures: 1.0}
"""


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOME_API_KEY", KEY)
    monkeypatch.setenv("SOME_TOKEN", PLAIN)
    for cls in (Leaky, Crashing):
        monkeypatch.setitem(registry.BUILTIN["model"], cls.name, f"{__name__}:{cls.__name__}")  # type: ignore[arg-type]
    registry.locations.cache_clear()
    Path("x.yaml").write_text(CONFIG)
    rows = [
        {"id": f"c{n}", "articles": [{"text": f"{WRITTEN_BY_AN_AGENCY}."}], "references": ["Leaked key"]}
        for n in range(4)
    ]
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    yield
    registry.locations.cache_clear()
    redact.forget()


def found_in(text: str) -> list[str]:
    return [secret for secret in PLANTED if secret in text]


def test_no_secret_is_written_or_printed(harness: Callable[..., Any]):
    printed = {}
    for command in (
        ("validate", "--config", "x.yaml"),
        ("eval", "--config", "x.yaml"),
        ("eval", "--config", "x.yaml", "--format", "json"),
        ("show", "trial"),
        ("show", "trial", "--cluster", "c2"),
        ("show", "trial", "--cluster", "c1", "--format", "json"),
        ("list", "--format", "json"),
        ("compare", "trial"),
        ("baseline", "save", "trial", "-o", "base.json"),
        ("gate", "trial", "--baseline", "base.json", "--junit", "gate.xml", "--github"),
        ("components", "model"),
        ("schema",),
    ):
        ended = harness(*command)
        printed[" ".join(command)] = ended.out + ended.err
    assert {command: found_in(text) for command, text in printed.items() if found_in(text)} == {}
    assert "leaky on 4 of 4" in printed["eval --config x.yaml"]
    assert "[redacted]" in printed["show trial --cluster c1 --format json"]
    files = [file for file in Path().rglob("*") if file.is_file()]
    assert {"failures.jsonl", "manifest.json", "table.md", "gate.xml", "base.json"} <= {file.name for file in files}
    written = {str(file): found_in(file.read_bytes().decode("utf-8", "replace")) for file in files}
    assert {file: found for file, found in written.items() if found} == {}
    with closing(sqlite3.connect(next(Path().rglob("cache.sqlite")))) as kept:  # whose longer values are compressed
        values = [unpacked(value).decode() for (value,) in kept.execute("SELECT value FROM entries")]
    assert [value for value in values if found_in(value)] == []


def test_an_article_that_looks_like_a_secret_stays_as_it_is(harness: Callable[..., Any]):
    harness("eval", "--config", "x.yaml")
    (file,) = Path("results").glob("*/predictions.jsonl")
    assert [json.loads(line)["text"] for line in file.read_text().splitlines()] == [f"{WRITTEN_BY_AN_AGENCY}."] * 4
    assert "swordfish99" in harness("show", "trial", "--cluster", "c1", "--format", "json").out


def test_a_traceback_has_no_secret_and_is_no_regression(harness: Callable[..., Any]):
    ended = harness("validate", "--config", "x.yaml", "--set", "models.1=crashing")
    assert ended.code == 3
    assert "Traceback" in ended.err
    assert "RuntimeError" in ended.err
    assert found_in(ended.err) == []


@pytest.mark.parametrize(
    ("where", "override"),
    [
        ("models.1.judge.api_key", f"models.1={{judge: {{api_key: {PASSWORD}}}}}"),
        ("models.1.leaky.anything", f"models.1={{leaky: {{anything: {KEY}}}}}"),
        ("models.1.leaky.headers.Authorization", f"models.1.leaky={{headers: {{Authorization: {PASSWORD}}}}}"),
        ("models.1.leaky.list.1", f"models.1.leaky={{list: [a, ghp_0123456789abcdefABCD{PASSWORD}]}}"),
        ("data.jsonl.path", f"data.jsonl.path=https://me:{PASSWORD}@host/x"),
        ("password", f"password={PASSWORD}"),
        ("models.1.leaky.note", f"models.1.leaky={{note: '{PLAIN}'}}"),
        ("matrix.models.leaky.api_key.0", f"matrix={{models.leaky.api_key: [{PASSWORD}]}}"),
    ],
)
@pytest.mark.parametrize("command", ["validate", "eval"])
def test_a_secret_in_a_configuration_is_refused_and_not_quoted(
    harness: Callable[..., Any], command: str, where: str, override: str
):
    ended = harness(command, "--config", "x.yaml", "--set", override)
    assert ended.code == 2
    assert f"{where}: a secret" in ended.err
    assert "the name of an environment variable that holds it (`key_env: NAME`)" in ended.err
    assert found_in(ended.out + ended.err) == []
    assert not Path("results").exists()


def test_a_secret_in_a_configuration_file_has_its_line(harness: Callable[..., Any]):
    Path("x.yaml").write_text(CONFIG.replace("leaky]", f"leaky: {{api_key: {PASSWORD}}}]"))
    Path("y.yaml").write_text(CONFIG + f"token: {PASSWORD}\n")
    ended = harness("validate", "--config", "x.yaml", "--config", "y.yaml")
    assert ended.code == 2
    assert "x.yaml:3: models.1.leaky.api_key: a secret" in ended.err
    assert "y.yaml:6: token: a secret" in ended.err
    assert found_in(ended.err) == []


def test_a_key_where_the_name_of_its_variable_belongs_is_refused_and_not_quoted(harness: Callable[..., Any]):
    judge = f"factual: {{checker: {{judge: {{base_url: 'http://h/v1', model: m, key_env: {PASSWORD}}}}}}}"
    ended = harness("validate", "--config", "x.yaml", "--set", f"metrics.0={{{judge}}}")
    assert ended.code == 2
    assert "metrics.0.factual.checker.judge.key_env: not the name of an environment variable" in ended.err
    assert found_in(ended.err) == []


def test_a_secret_in_a_checker_flag_is_refused_and_not_quoted(harness: Callable[..., Any]):
    checker = f"judge: {{base_url: 'http://h/v1', model: m, api_key: {PASSWORD}}}"
    ended = harness("check", "clusters.jsonl", "--cluster", "c1", "--text", "x", "--checker", checker)
    assert ended.code == 2
    assert "api_key: a secret" in ended.err
    assert found_in(ended.err) == []
