"""The JSON Schema of a configuration: what we say stands as we say it; only values can be secrets."""

import json
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest
from pydantic import Field

from harness import redact, registry
from harness.models.base import Model

KEY = "sk-live-4242424242424242"


class Keyed(Model):
    """A model of another package whose defaults were taken from the environment."""

    name: ClassVar[str] = "keyed"

    api_key: str = Field(default="correct horse", description='The key, as in `api_key: {"file": "x"}`.')
    header: str = Field(default=f"Bearer {KEY}", description="Sent with each question; token: any.")
    login: dict[str, Any] = Field(
        default={"password": {"old": "swordfish"}, "path": "/tmp"},  # noqa: S108 - no file is opened
        description="Secrets deeper down.",
    )


@pytest.fixture
def keyed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    models = {**registry.BUILTIN["model"], "keyed": f"{__name__}:Keyed"}
    monkeypatch.setattr(registry, "BUILTIN", {**registry.BUILTIN, "model": models})
    registry.locations.cache_clear()
    yield
    registry.locations.cache_clear()
    redact.forget()


@pytest.mark.usefixtures("keyed")
def test_the_schema_is_json_and_redacts_only_values(harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch):
    # Redacted as text, the brace behind a secret's name would be eaten, and this word of our own everywhere.
    monkeypatch.setenv("SERVICE_API_KEY", "additionalProperties")
    ended = harness("schema")
    assert ended.code == 0, ended.err
    fields = json.loads(ended.out)["$defs"]["model.keyed"]["properties"]
    assert fields["api_key"]["default"] == redact.MARK
    assert fields["api_key"]["description"] == 'The key, as in `api_key: {"file": "x"}`.'
    assert fields["header"]["default"] == f"Bearer {redact.MARK}"
    assert fields["header"]["description"] == "Sent with each question; token: any."
    assert fields["login"]["default"] == {"password": {"old": redact.MARK}, "path": "/tmp"}  # noqa: S108
    assert redact.MARK not in json.dumps({**fields, **dict.fromkeys(("api_key", "header", "login"))})
    assert json.loads(ended.out)["additionalProperties"] is False
