"""A server that speaks the OpenAI protocol over loopback and does whatever servers do when they fail.

`with FaultServer(plan) as server:` serves `server.base_url` from a thread of its own. For each request the plan names
how it is answered: one of `FAULTS`, or None for a good answer. The server keeps a ledger of what it did.
"""

import asyncio
import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Self

CHUNK = b"x" * 65536
SLOW = 30.0
"""Seconds that a slow answer takes: longer than any test waits."""

Plan = Callable[[int, Mapping[str, Any]], str | None]
"""Number of the request from 0, and its body → a fault, or None."""


@dataclass
class Ledger:
    """What the server did."""

    requests: int = 0
    answered: int = 0
    """Good answers that were written in full."""
    tokens_in: int = 0
    tokens_out: int = 0
    under_way: int = 0
    most_under_way: int = 0
    followed: int = 0
    """Requests for where redirects lead to."""
    faults: Counter[str] = field(default_factory=Counter)
    tries: Counter[str] = field(default_factory=Counter)
    """Question → requests for it."""
    refusals: Counter[str] = field(default_factory=Counter)
    """Question → requests for it that were told to wait."""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    """The first bodies, in order of arrival."""
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    """When the first requests arrived, in seconds of the server's clock."""


KEPT = 200
"""Requests that are kept whole."""


def good_answer(body: Mapping[str, Any], text: str | None = None, **changed: Any) -> dict[str, Any]:
    """What a server answers that works: the last line of the prompt as a headline."""
    prompt = question(body)
    said = text if text is not None else f"Headline on {prompt.splitlines()[-1][:60] if prompt else 'nothing'}"
    choice: dict[str, Any] = {"index": 0, "finish_reason": "stop"}
    choice |= {"message": {"role": "assistant", "content": said}} if "messages" in body else {"text": said}
    return {
        "id": "x",
        "model": f"{body.get('model')}-2026-01",
        "system_fingerprint": "fp_1",
        "choices": [choice],
        "usage": {"prompt_tokens": len(prompt.split()), "completion_tokens": len(said.split())},
        **changed,
    }


def question(body: Mapping[str, Any]) -> str:
    """The text that a request asks about."""
    messages = body.get("messages")
    return str(messages[-1]["content"]) if messages else str(body.get("prompt", ""))


def in_turn(*faults: str | None) -> Plan:
    """A plan that names each fault once, then the last for ever."""
    return lambda number, _: faults[min(number, len(faults) - 1)]


def mixed(share: float, seed: int, weights: Mapping[str, float]) -> Plan:
    """A plan in which a share of all requests fails, by weights; a burst answers 500 to the nine requests after it."""
    drawn = random.Random(seed)
    names, chances = list(weights), list(weights.values())
    burst = 0

    def plan(number: int, body: Mapping[str, Any]) -> str | None:
        nonlocal burst
        if burst:
            burst -= 1
            return "500"
        if drawn.random() >= share:
            return None
        fault = drawn.choices(names, chances)[0]
        burst = 9 if fault == "burst" else 0
        return "500" if fault == "burst" else fault

    return plan


Answer = tuple[int, Mapping[str, str], bytes]


def _plain(status: int, content: Any, **headers: str) -> Answer:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, {"content-type": "application/json", **named}, data


def _whole_answer(fault: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Answer | None:
    """The faults that are an answer of their own."""
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
    html = b"<html><h1>502 Bad Gateway</h1></html>"
    answers: dict[str, Answer] = {
        "429": _plain(429, {"error": {"message": "slow down"}}),
        "429 seconds": _plain(429, {"error": {"message": "slow down"}}, retry_after="1"),
        "429 date": _plain(429, {"error": {"message": "slow down"}}, retry_after=date),
        "429 forever": _plain(429, {}, retry_after="86400"),
        "429 nonsense": _plain(429, {}, retry_after="soon"),
        "500": _plain(500, {"error": "broken"}),
        "html 502": _plain(502, html, content_type="text/html"),
        "html 200": _plain(200, html, content_type="text/html"),
        "not json": _plain(200, b'{"choices": [{"mess'),
        "deep json": _plain(200, b"[" * 100_000),
        "wrong type": _plain(200, good_answer(body), content_type="text/plain"),
        "no choices": _plain(200, {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 0}}),
        "wrong schema": _plain(200, {"choices": [{"message": {"content": [1, 2]}}], "usage": "much"}),
        "error in 200": _plain(200, {"error": {"message": f"no, {headers.get('authorization')}"}}),
        "gzip": _plain(200, b"\x1f\x8b\x08\x00nonsense", content_encoding="gzip"),
        "redirect": _plain(302, b"", location="/elsewhere"),
        "400 with key": _plain(400, {"error": {"message": f"bad key {headers.get('authorization')}"}}),
        "401": _plain(401, {"error": {"message": "no such key"}}),
        "404": _plain(404, {"detail": "no such model"}),
    }
    return answers.get(fault)


FAULTS: Sequence[str] = (
    *("429", "429 seconds", "429 date", "429 forever", "429 nonsense", "500", "html 502", "html 200", "not json"),
    *("deep json", "wrong type", "no choices", "wrong schema", "error in 200", "gzip", "redirect", "400 with key"),
    *("401", "404", "slow", "silent cut", "cut", "endless", "huge", "drip"),
)


class _Connection(asyncio.Protocol):
    """One client's connection: a request at a time."""

    def __init__(self, server: "FaultServer") -> None:
        self._server = server
        self._ledger = server.ledger
        self._transport: Any = None
        self._buffer = bytearray()
        self._task: asyncio.Task[None] | None = None
        self._can_write = asyncio.Event()
        self._can_write.set()
        self._counted = False

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._server.connections.add(transport)

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 - the signature is asyncio's
        self._server.connections.discard(self._transport)
        self._done()
        if self._task is not None:
            self._task.cancel()

    def eof_received(self) -> bool:
        self._done()
        return False

    def pause_writing(self) -> None:
        self._can_write.clear()

    def resume_writing(self) -> None:
        self._can_write.set()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = bytes(self._buffer).partition(b"\r\n\r\n")
        if not found:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return
        self._buffer = bytearray(rest[length:])
        self._arrived()
        path = first.split(" ")[1]
        body = json.loads(rest[:length]) if length else {}
        self._task = asyncio.get_running_loop().create_task(self._answer(path, headers, body))

    def _arrived(self) -> None:
        self._counted = True
        self._ledger.requests += 1
        self._ledger.under_way += 1
        self._ledger.most_under_way = max(self._ledger.most_under_way, self._ledger.under_way)

    def _done(self) -> None:
        """The client may ask again from now on."""
        if self._counted:
            self._counted = False
            self._ledger.under_way -= 1

    async def _answer(self, path: str, headers: Mapping[str, str], body: dict[str, Any]) -> None:
        ledger = self._ledger
        number = ledger.requests - 1
        if len(ledger.bodies) < KEPT:
            ledger.bodies.append(body)
            ledger.headers.append(dict(headers))
            ledger.paths.append(path)
            ledger.times.append(asyncio.get_running_loop().time())
        ledger.tries[question(body)] += 1
        ledger.followed += path == "/elsewhere"
        fault = self._server.plan(number, body)
        if self._server.delay:
            await asyncio.sleep(self._server.delay)
        if fault is None:
            answer = self._server.reply(body)
            usage = answer.get("usage") or {}
            ledger.answered += 1
            ledger.tokens_in += usage.get("prompt_tokens", 0)
            ledger.tokens_out += usage.get("completion_tokens", 0)
            self._send(*_plain(200, answer))
            return
        ledger.faults[fault] += 1
        ledger.refusals[question(body)] += fault.startswith("429")
        whole = _whole_answer(fault, body, headers)
        if whole is not None:
            self._send(*whole)
        else:
            await self._misbehave(fault)

    async def _misbehave(self, fault: str) -> None:
        if fault == "slow":
            await asyncio.sleep(SLOW)
        elif fault == "silent cut":
            self._transport.abort()
        elif fault == "cut":
            self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{")
            await asyncio.sleep(0)
            self._transport.close()
        elif fault == "drip":  # a byte now and then: no silence is long, and the whole never ends
            self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n")
            while True:
                self._transport.write(b" ")
                await asyncio.sleep(0.02)
        else:
            length = "transfer-encoding: chunked" if fault == "endless" else "content-length: 104857600"
            head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{length}\r\n\r\n"
            self._transport.write(head.encode())
            chunk = b"10000\r\n" + CHUNK + b"\r\n" if fault == "endless" else CHUNK
            for _ in range(1600 if fault == "huge" else 10**9):
                await self._can_write.wait()
                self._transport.write(chunk)
                await asyncio.sleep(0)

    def _send(self, status: int, headers: Mapping[str, str], data: bytes) -> None:
        lines = [f"HTTP/1.1 {status} X", f"content-length: {len(data)}", *(f"{k}: {v}" for k, v in headers.items())]
        self._done()
        self._transport.write("\r\n".join(lines).encode() + b"\r\n\r\n" + data)


class FaultServer:
    """The server; serves while its context is open."""

    def __init__(
        self,
        plan: Plan | None = None,
        *,
        reply: Callable[[Mapping[str, Any]], dict[str, Any]] = good_answer,
        delay: float = 0.0,
    ) -> None:
        self.plan = plan or in_turn(None)
        self.reply = reply
        self.delay = delay
        """Seconds that each answer takes at least."""
        self.ledger = Ledger()
        self.connections: set[Any] = set()
        self.base_url = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._called(self._loop.create_server(lambda: _Connection(self), "127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"
        return self

    def __exit__(self, *error: object) -> None:
        self._called(self._stopped())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _stopped(self) -> None:
        self._server.close()
        for transport in list(self.connections):
            transport.abort()
        current = asyncio.current_task()
        tasks = [task for task in asyncio.all_tasks() if task is not current]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _called(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)
