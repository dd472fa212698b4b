"""Who may ask the viewer what: this machine alone, with the token, and no page of anybody else.

The server listens on 127.0.0.1. A page of another site that a browser has open reaches it all the same, and a name that
its owner points at 127.0.0.1 even reads what it answers: hence the name asked for (Host) and the page that asks
(Origin) are looked at, and an address without the token, which only the terminal showed, is refused.
"""

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
]
"""Of every answer."""


def new_token() -> str:
    """Draw a token of 256 bits."""
    return secrets.token_urlsafe(32)


class Access:
    """Answers 403 to whoever may not ask, and hands on what is left.

    `ticket` leads to the token's address once: a browser is started with it, since other users of the machine see with
    what a program is started.
    """

    def __init__(self, application: Application, *, token: str, port: int, ticket: str | None = None) -> None:
        self._application = application
        self._token = token
        self._ticket = ticket
        names = (f"127.0.0.1:{port}", f"localhost:{port}")
        self._hosts = {name.encode() for name in names}
        self._origins = {f"http://{name}".encode() for name in names}

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        if self._ticket is not None and _first(scope) == self._ticket and not self._refusal(scope, self._ticket):
            self._ticket = None
            await _answer(send, 303, "", [(b"location", f"/{self._token}/".encode())])
            return
        reason = self._refusal(scope, self._token)
        if reason:
            await _answer(send, 403, f"{reason}\n", [])
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                ours = {name for name, _ in HEADERS}
                kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in ours]
                message["headers"] = [*kept, *HEADERS]
            await send(message)

        await self._application({**scope, "root_path": f"/{self._token}"}, receive, send_with_headers)

    def _refusal(self, scope: MutableMapping[str, Any], token: str) -> str:
        """Say why a request with some token is refused; an empty string where it is not."""
        told: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            told.setdefault(name.lower(), []).append(value)
        hosts = told.get(b"host", [])
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return "403: asked under another name than 127.0.0.1"
        if any(origin not in self._origins for origin in told.get(b"origin", [])):
            return "403: asked by a page of another site"
        if not secrets.compare_digest(_first(scope).encode("utf-8", "surrogatepass"), token.encode()):
            return "403: no token, or the token of another server: open the address that `harness view` printed"
        return ""


def _first(scope: MutableMapping[str, Any]) -> str:
    """Split off the first part of the path: where the token stands."""
    path: str = scope["path"]
    return path.removeprefix("/").partition("/")[0]


async def _answer(send: Send, status: int, text: str, headers: list[tuple[bytes, bytes]]) -> None:
    body = text.encode()
    kind = (b"content-type", b"text/plain; charset=utf-8")
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [kind, length, *headers, *HEADERS]})
    await send({"type": "http.response.body", "body": body})
