"""Asking an OpenAI-compatible chat endpoint with the standard library: bounded, patient, and silent about keys."""

import http.client
import json
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from harness.errors import ModelError

Answer = TypeVar("Answer")

MAX_BYTES = 4_000_000
"""Bytes of an answer that are read; more is no verdict."""
LONGEST_PAUSE = 30.0
"""Seconds between two attempts at most, whatever the endpoint asks for."""
FIRST_PAUSE = 0.5
_WORTH_RETRYING = frozenset({408, 409, 425, 429, 500, 502, 503, 504})


class Endpoint:
    """One endpoint and how often it may be asked."""

    def __init__(self, base_url: str, key: str | None, *, timeout: float, attempts: int) -> None:
        parts = urlsplit(base_url)
        self._secure = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port
        self._path = f"{parts.path}/chat/completions"
        self._key = key
        self._timeout = timeout
        self._attempts = attempts
        self.where = f"{self._host}{f':{self._port}' if self._port else ''}"

    def ask(self, body: Mapping[str, Any], read: Callable[[str], Answer]) -> Answer:
        """What `read` makes of the model's message.

        Network errors, timeouts, overload and messages that `read` refuses with ValueError are tried again, up to the
        number of attempts. Raises ModelError that says what the last one came to; never with the key in it.
        """
        last = ""
        for attempt in range(1, self._attempts + 1):
            pause = FIRST_PAUSE * 2 ** (attempt - 1)
            try:
                status, headers, text = self._post(body)
            except (OSError, http.client.HTTPException) as error:
                last = f"no answer ({type(error).__name__}: {error})" if str(error) else f"no {type(error).__name__}"
            else:
                if status == 200:
                    try:
                        return read(_message(text))
                    except ValueError as error:
                        last, pause = f"an unusable answer: {error}", 0.0
                else:
                    last = f"status {status}"
                    if status not in _WORTH_RETRYING:
                        raise ModelError(f"judge at {self.where}: {last}{_excuse(text, self._key)}")
                    pause = _asked_pause(headers.get("retry-after"), pause)
            if attempt < self._attempts:
                time.sleep(min(pause, LONGEST_PAUSE))
        raise ModelError(f"judge at {self.where}: {last}, after {self._attempts} attempts")

    def _post(self, body: Mapping[str, Any]) -> tuple[int, dict[str, str], str]:
        """Status, headers in lower case, text. A redirect is an answer like any other: it is not followed."""
        connection = (
            http.client.HTTPSConnection(
                self._host, self._port, timeout=self._timeout, context=ssl.create_default_context()
            )
            if self._secure
            else http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        )
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        try:
            connection.request("POST", self._path, json.dumps(body).encode(), headers)
            response = connection.getresponse()
            data = response.read(MAX_BYTES)
            named = {name.lower(): value for name, value in response.getheaders()}
            return response.status, named, data.decode("utf-8", "replace")
        finally:
            connection.close()


def _message(text: str) -> str:
    """The model's message in an endpoint's answer. Raises ValueError where there is none."""
    try:
        content = json.loads(text)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError):
        raise ValueError("no message in it") from None
    if not isinstance(content, str):
        raise ValueError("no text in its message")
    return content


def _asked_pause(asked: str | None, pause: float) -> float:
    """The seconds that a Retry-After header asks for, if it says a number."""
    try:
        return max(pause, float(asked)) if asked else pause
    except ValueError:
        return pause


def _excuse(text: str, key: str | None) -> str:
    """What the endpoint says about a refusal, short, without the key that it may repeat."""
    try:
        error = json.loads(text).get("error")
        said = error.get("message") if isinstance(error, dict) else error
    except (ValueError, AttributeError):
        return ""
    if not isinstance(said, str):
        return ""
    plain = " ".join(said.split())
    return f": {(plain.replace(key, '[key]') if key else plain)[:200]}"
