"""Asks the viewer without a socket: one request, and what it answered."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.view.app import application

TOKEN, PORT = "the-token", 8123


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Asked:
    """A viewer of one results folder."""

    def __init__(self, results: Path, **options: Any) -> None:
        self.application = application(results, token=TOKEN, port=PORT, **options)

    def __call__(
        self,
        path: str,
        *,
        first: str = TOKEN,
        method: str = "GET",
        body: bytes = b"",
        host: str | None = f"127.0.0.1:{PORT}",
        **headers: str,
    ) -> Answer:
        whole, _, query = f"/{first}/{path}".partition("?")
        told = {"host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": whole,
            "raw_path": whole.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in told.items() if value is not None],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", PORT),
        }
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        asyncio.run(self.application(scope, receive, send))
        head = next(message for message in sent if message["type"] == "http.response.start")
        found = {name.decode().lower(): value.decode() for name, value in head["headers"]}
        return Answer(head["status"], found, b"".join(message.get("body", b"") for message in sent))

    def post(self, path: str, value: Any, **options: Any) -> Answer:
        return self(path, method="POST", body=json.dumps(value).encode(), content_type="application/json", **options)
