"""Parameters of every component that asks an OpenAI-compatible server, and what can be wrong with them."""

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from pydantic import Field, PrivateAttr, field_validator

from harness import extras, redact
from harness.component import Component, neutral, secret_name
from harness.errors import MissingExtraError, Problem, UsageError
from harness.records import Prices

if TYPE_CHECKING:
    from harness.endpoint.spending import Ledger

PACKAGE = "httpx2"

_OURS = frozenset({"messages", "model", "n", "prompt", "stream"})
"""Fields that each request sets, which `extra_body` may not."""
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}\Z")
_OUR_HEADERS = frozenset({"accept", "accept-encoding", "connection", "content-length", "content-type", "host", "te"})


class Remote(Component):
    """A model behind an OpenAI-compatible server: where it is, and how it is asked."""

    base_url: str = Field(description="Address of the server up to /v1, for instance http://127.0.0.1:8000/v1.")
    model: str = Field(min_length=1, description="Name of the model on the server.")
    key_env: str | None = secret_name(
        description="Environment variable that holds the key; none for servers without. The key is never written."
    )
    key_header: str = neutral(
        "Authorization", description="Header that carries the key: Authorization as `Bearer KEY`, any other bare."
    )
    headers: dict[str, str] = Field(default_factory=dict, description="More headers, none of them a secret.")
    extra_body: dict[str, Any] = Field(
        default_factory=dict, description="More fields of each request's JSON, for what only some servers know."
    )
    concurrency: int = neutral(
        8, ge=1, le=256, description="Requests under way at once, 1 to 256; fewer after a 429, until it recovers."
    )
    timeout: float = neutral(60.0, gt=0, le=3600, description="Seconds that one try may take in all, at most 3600.")
    connect_timeout: float = neutral(10.0, gt=0, le=600, description="Seconds to wait for a connection.")
    read_timeout: float | None = neutral(
        None, gt=0, le=3600, description="Seconds of silence after which a try ends; none: as long as `timeout`."
    )
    attempts: int = neutral(5, ge=1, le=5, description="How often one question is asked at most, 1 to 5.")
    longest_pause: float = neutral(
        30.0, ge=0, le=3600, description="Seconds between two tries at most, whatever Retry-After asks for."
    )
    use_proxy: bool = neutral(
        False, description="Whether the proxies that the environment names (HTTPS_PROXY, NO_PROXY) are used."
    )
    prices: Prices | None = neutral(
        None, description="{input, output, currency}: money for a million tokens, for `harness compare` and `max_cost`."
    )
    max_tokens_total: int | None = neutral(
        None,
        ge=1,
        description="Tokens, in and out, that a run may use, however often it is started; a call that could exceed it "
        "is not made.",
    )
    max_cost: float | None = neutral(
        None,
        gt=0,
        description="Money that a run may cost by `prices`, however often it is started; a call that could exceed it "
        "is not made.",
    )
    _ledger: "Ledger | None" = PrivateAttr(default=None)

    @field_validator("base_url")
    @classmethod
    def _plain_address(cls, value: str) -> str:
        parts = urlsplit(value)
        try:
            port_is_number = parts.port is None or parts.port > 0
        except ValueError:
            port_is_number = False
        if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_number or not value.isprintable():
            raise ValueError("not an http or https address")
        if parts.username or parts.password or parts.query or parts.fragment or " " in value:
            raise ValueError("an address without user, password, query or fragment: the key belongs into `key_env`")
        if parts.path.rstrip("/").endswith("/completions"):
            raise ValueError("an address up to /v1: what follows is added to it")
        return value.rstrip("/")

    @field_validator("key_header")
    @classmethod
    def _header_name(cls, value: str) -> str:
        if not _HEADER.match(value) or value.lower() in _OUR_HEADERS:
            raise ValueError("not the name of a header that could carry a key")
        return value

    @field_validator("headers")
    @classmethod
    def _plain_headers(cls, value: dict[str, str]) -> dict[str, str]:
        for name, text in value.items():
            if redact.is_secret_name(name) or redact.text(text) != text:
                raise ValueError(f"the header {name!r} carries a secret, whose variable belongs into `key_env`")
            if not _HEADER.match(name) or name.lower() in _OUR_HEADERS or not (text.isascii() and text.isprintable()):
                raise ValueError(f"not a header that can be set: {name!r}")
        return value

    @field_validator("extra_body")
    @classmethod
    def _not_ours(cls, value: dict[str, Any]) -> dict[str, Any]:
        for name in value:
            if name in _OURS:
                raise ValueError(f"{name!r} is not to be set here: a request has one already")
        return value

    @property
    def ledger(self) -> "Ledger | None":
        """The ledger in which sessions note what calls cost; without one, a limit holds for each session by itself."""
        return self._ledger

    def with_ledger(self, ledger: "Ledger") -> Self:
        """Copy the component with a ledger, which is no parameter."""
        copy = self.model_copy()
        copy._ledger = ledger
        return copy

    @property
    def served(self) -> str:
        """The model's name and address, which is all that identifies it without asking."""
        return f"{self.model} at {self.base_url}"

    @property
    def where(self) -> str:
        """Host and port, for messages."""
        return urlsplit(self.base_url).netloc

    def key(self) -> str | None:
        """Return the key, or None where none is named. Raises UsageError where the variable is not set."""
        if self.key_env is None:
            return None
        value = os.environ.get(self.key_env, "").strip()
        if not value:
            raise UsageError(f"{self.name}: the environment variable {self.key_env} is not set")
        if not (value.isascii() and value.isprintable()):
            raise UsageError(f"{self.name}: what {self.key_env} holds cannot stand in a header")
        redact.register(value)
        return value

    def problems(self) -> Iterator[Problem]:
        """Yield a missing package, a key that is named and not set, a limit on money without prices."""
        if not extras.is_installed(PACKAGE):
            yield Problem(str(MissingExtraError(f"{self.kind} {self.name}", PACKAGE, "api")))
        try:
            self.key()
        except UsageError as error:
            yield Problem(str(error), path="key_env", accepted="a variable that is set before the command")
        if self.max_cost is not None and self.prices is None:
            yield Problem("a limit on money needs prices", path="max_cost", accepted="prices: {input: …, output: …}")
        yield from super().problems()
