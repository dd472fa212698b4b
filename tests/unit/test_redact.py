import base64
import html
import json
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness import redact
from harness.component import Component, secret_name
from harness.errors import ConfigError, ModelError, Problem
from harness.records import Failure

PLAIN = 'Zq8v/k+9w "Pl" mX2é'
"""A value that no shape gives away, with what URL encoding, base64, JSON and HTML each write otherwise."""


@pytest.fixture(autouse=True)
def _forgotten():
    yield
    redact.forget()


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        *(
            (name, True)
            for name in (
                "api_key",
                "apiKey",
                "AZURE_STORAGE_CONNECTION_STRING",
                "X-Api-Key",
                "HF_TOKEN",
                "token",
                "db.password",
            )
        ),
        *(
            (name, True)
            for name in ("access_token", "AWS_SECRET_ACCESS_KEY", "Authorization", "client_secret", "Set-Cookie", "pwd")
        ),
        *((name, False) for name in ("key", "key_env", "token_env", "token_file", "tokens", "max_tokens", "eos_token")),
        *((name, False) for name in ("token_budget", "eos_token_id", "secretary", "", "monkey", "headers")),
    ],
)
def test_names_of_secrets(name, secret):
    assert redact.is_secret_name(name) is secret


@pytest.mark.parametrize(
    ("message", "clean"),
    [
        ("Authorization: Bearer abc123def456 sent", "Authorization: [redacted] sent"),
        ("sent Bearer abc123def456", "sent Bearer [redacted]"),
        ("{'Authorization': 'Bearer abcXYZ99', 'a': 1}", "{'Authorization': '[redacted]', 'a': 1}"),
        ("[(b'api-key', b'hunter2')]", "[(b'api-key', b'[redacted]')]"),
        ('{\\"api_key\\": \\"hunter2\\"}', '{\\"api_key\\": \\"[redacted]\\"}'),
        ("GET /v1?api_key=hunter2&n=1", "GET /v1?api_key=[redacted]&n=1"),
        ("--set models.0.api.password=hunter2", "--set models.0.api.password=[redacted]"),
        ("run --api-key hunter2 --n 3", "run --api-key [redacted] --n 3"),
        ("config['token'] = 'aB3xyz'", "config['token'] = '[redacted]'"),
        ("password='a b c' and so on", "password='[redacted]' and so on"),
        ("key = Ab3dEfGh1jKlMnOpQrStUv", "key = [redacted]"),
        ("https://user:p@ss@host/v1 and ftp://me@host", "https://host/v1 and ftp://host"),
        ("https:/user:p@ss@host/x.yaml: cannot be read", "https:/host/x.yaml: cannot be read"),  # as pathlib writes it
        ("sk-proj-abc123def4 ghp_0123456789abcdefABCD", "[redacted] [redacted]"),
        ("AKIAIOSFODNN7EXAMPLE xoxb-1234567890-abc", "[redacted] [redacted]"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "[redacted]"),
        (
            "GET https://a.blob.net/c?sv=2&sig=q83zQWxkZm9vYmFyMT%3D: 403",
            "GET https://a.blob.net/c?sv=2&sig=[redacted]: 403",
        ),
        ("o?X-Goog-Signature=abcdef0123456789&x=1", "o?X-Goog-Signature=[redacted]&x=1"),
        ("k?X-Amz-Signature=abcdef0123456789&x=1", "k?X-Amz-Signature=[redacted]&x=1"),
        ("token ya29.a0AfB_byC1234567890abc expired", "token [redacted] expired"),
        ("AccountName=me;AccountKey=q83zQWxk+Zm==;X=y", "AccountName=me;AccountKey=[redacted];X=y"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- x", "[redacted] x"),
    ],
)
def test_secrets_in_messages(message, clean):
    assert redact.text(message) == clean
    assert redact.text(clean) == clean


@pytest.mark.parametrize(
    "begins",
    [
        *("sk-", "pk-", "rk_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "hf_", "gsk_", "npm_"),
        *("nvapi-", "r8_", "pypi-", "xoxb-", "xoxp-", "AKIA", "ASIA", "ABIA", "ACCA", "AIza", "eyJ"),
    ],
)
def test_each_shape_is_known_where_no_other_stands_beside_it(begins):
    body = "0A1B2C3D.4E5F6G7H" if begins == "eyJ" else "0A1B2C3D4E5F6G7H8I9J0K1L2M3N4O5P"
    assert redact.text(f"sent {begins}{body} away") == "sent [redacted] away"


@pytest.mark.parametrize(
    "message",
    [
        "unexpected token: comma",
        "Bearer token required",
        "max_tokens: 12, token_budget: 1024, eos_token: </s>",
        "key: 3fa3fa3fa3fa3fa3fa3fa3fa3fa3",
        "risk-taking sk-learn task-oriented owner/sk-news-2019-large",
        "http://127.0.0.1:8000/v1 and hf://datasets/name@main/file and results:/data@2026",
        "password: ''; api_key: null",
        "configs/smoke.yaml:3: models.0.judge.key_env: the environment variable is not set; found JUDGE_KEY",
        "rouge1-f|stemmer:porter|refs:max|rouge-score:0.1.2|v:1",
    ],
)
def test_what_is_no_secret_stays(message):
    assert redact.text(message) == message


@pytest.mark.parametrize(
    "form",
    [
        lambda secret: secret,
        lambda secret: quote(secret),
        lambda secret: quote(secret, safe=""),
        quote_plus,
        lambda secret: json.dumps(secret),
        lambda secret: repr(secret.encode()),
        lambda secret: secret.encode().hex(),
        lambda secret: base64.b64encode(secret.encode()).decode(),
        *(
            lambda secret, before=before: base64.urlsafe_b64encode(before + secret.encode() + b"-tail").decode()
            for before in (b"u:", b"us:", b"usr:")
        ),
    ],
)
def test_a_registered_value_is_known_in_every_form(form):
    redact.register(PLAIN)
    clean = redact.text(f"before {form(PLAIN)} after")
    assert redact.MARK in clean
    assert clean.startswith("before ")
    assert clean.endswith(" after")
    # What is left of base64 is what encodes the four and five bytes round the value.
    assert len(clean) <= len("before  after") + len(redact.MARK) + 14


def test_a_short_value_counts_as_a_word_and_a_tiny_one_not_at_all():
    redact.register("EMPTY")
    redact.register("no")
    assert redact.text("key EMPTY, EMPTYING no") == "key [redacted], EMPTYING no"


def test_a_value_that_was_cut_off_is_known_by_its_beginning():
    redact.register("Zq8v-correct-horse")
    assert redact.text("no: Zq8v-correct-ho…") == "no: [redacted]…"
    assert redact.text("no: Zq8v-corr'") == "no: [redacted]'"
    assert redact.text("Zq8v-corr is not at the end") == "Zq8v-corr is not at the end"


def test_settings_lose_secrets_by_name_shape_and_address_and_keep_the_rest():
    given = {
        "api_key": "hunter2",
        "nested": [{"Authorization": "x"}, "ghp_0123456789abcdefABCD"],
        "base_url": "https://me:pw@host/v1",
        "token_budget": 512,
        "password": None,
        "secrets": {"a": 1, "b": ["c"]},
    }
    assert redact.value(given) == {
        "api_key": "[redacted]",
        "nested": [{"Authorization": "[redacted]"}, "[redacted]"],
        "base_url": "https://host/v1",
        "token_budget": 512,
        "password": None,
        "secrets": {"a": "[redacted]", "b": ["[redacted]"]},
    }
    assert sorted(redact.secret_paths(given), key=str) == [
        ("api_key",),
        ("base_url",),
        ("nested", 0, "Authorization"),
        ("nested", 1),
        ("secrets", "a"),
        ("secrets", "b", 0),
    ]


def test_errors_and_failures_cannot_hold_a_secret():
    redact.register("correct-horse-battery")
    said = "the server said: correct-horse-battery is not a key"
    assert str(ModelError(said)) == "the server said: [redacted] is not a key"
    problem = Problem("no", path="models.0.api.api_key", found="'hunter2'")
    assert str(ConfigError([problem])) == "models.0.api.api_key: no"
    row = Failure(stage="generate", cluster_id="c", component="api", error="ValueError", message=said)
    assert "horse" not in row.to_json()


def test_a_key_pasted_where_its_variables_name_belongs_is_not_quoted():
    assert "hunter2" not in str(Problem("not set", path="models.0.api.key_env", found="'hunter2'"))
    assert "MY_KEY" in str(Problem("not set", path="models.0.api.key_env", found="MY_KEY"))


class _Keyed(Component):
    kind = "model"
    name = "keyed"
    key_env: str | None = secret_name(description="x")
    address: str = "https://me:pw@host"


def test_a_component_registers_what_it_names_and_keeps_nothing_of_it(monkeypatch):
    monkeypatch.setenv("A_KEY", "tr0ub4dor-and-3")
    keyed = _Keyed(key_env="A_KEY")
    assert redact.text("sent tr0ub4dor-and-3") == "sent [redacted]"
    assert keyed.parameters() == {"key_env": "A_KEY", "address": "https://host"}
    assert keyed.signature() == "keyed|address:https://host|v:1"


def test_secrets_of_the_environment_are_known_by_their_names(monkeypatch):
    monkeypatch.setenv("SOME_API_TOKEN", "quiet-little-fish")
    monkeypatch.setenv("SOME_SECRET_KEY", "/path/to/key.pem")
    redact.watch_environment()
    assert redact.text("quiet-little-fish at /path/to/key.pem") == "[redacted] at /path/to/key.pem"


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "a: ",
        "password=",
        '"',
        "://",
        "aa://",
        "aa:/a:",
        "@",
        "--a ",
        'token: "',
        "-----BEGIN PRIVATE KEY-----",
        "\\",
    ],
)
def test_time_grows_with_length_only(unit):
    def seconds(length):
        message = (unit * length)[:length]
        started = time.perf_counter()
        redact.text(message)
        return time.perf_counter() - started

    # Quadratic time would be some minutes here; linear is under a second on a slow machine.
    assert seconds(400_000) < 10


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=8, max_size=40), st.text())
def test_no_form_of_any_value_is_left(value, around):
    secret = value.strip()
    assume(len(secret) >= 8 and secret not in around)
    redact.forget()
    redact.register(secret)
    for form in (secret, quote(secret, safe=""), json.dumps({"said": secret}), repr([secret]), html.escape(secret)):
        assert secret not in redact.text(f"{around}\n{form}\n{around}")


@given(
    folder=st.sampled_from(["/etc/", "data/", "C:\\secrets\\", "./"]),
    name=st.sampled_from(["passwd", "password", "secret", "api_key", "credentials"]),
    line=st.integers(1, 999_999),
    form=st.sampled_from(
        ["{file}: line {line}", "{file}: line {line}: bad", "{file}:{line}: bad", "{file}:{line}:7: bad"]
    ),
)
def test_a_line_of_a_file_that_is_named_like_a_secret_is_none(folder: str, name: str, line: int, form: str):
    told = form.format(file=f"{folder}{name}", line=line)
    assert redact.text(told) == told


@pytest.mark.parametrize(
    "told", ["login/password: hunter22", "passwd: lineage7", "password:12345678", "a/secret=x:1:2345"]
)
def test_a_secret_behind_a_name_in_a_path_is_still_one(told: str):
    assert redact.MARK in redact.text(told)
