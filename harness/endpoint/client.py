"""Asks a server many questions at once, each until it is answered or there is no use in asking again.

Everything runs in the caller's thread: an event loop runs while the caller waits for the next answer. So an
interruption ends the requests under way, and nothing else.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import httpx2

from harness import redact
from harness.endpoint import pacing, protocol
from harness.endpoint.protocol import Completion, Mode, UnusableError
from harness.endpoint.remote import Remote
from harness.endpoint.spending import Spending
from harness.errors import ModelError, StoreError, UsageError

MAX_BYTES = 4_000_000
"""Bytes of an answer that are read; one that goes on is cut off and unusable."""
MAX_ERROR_BYTES = 20_000
FRAME_TOKENS = 256
"""Tokens that a server may add to a prompt: the marks of a conversation, a system message of its own."""
_AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""Statuses after which asking again may help."""
_TOO_MANY = frozenset({429, 503, 529})

Item = TypeVar("Item")
Read = TypeVar("Read")


@dataclass(frozen=True)
class Call(Generic[Read]):
    """One question."""

    name: str
    """The cluster's id, which seeds the pauses between tries."""
    body: Mapping[str, Any]
    most_out: int
    """Tokens that the answer can have at most."""
    read: Callable[[Completion], Read]
    """Turns the completion into what is wanted; raises UnusableError to have it asked again."""


@dataclass(frozen=True)
class Reply(Generic[Read]):
    """An answer."""

    read: Read
    attempts: int


_NO_WISH = pacing.Wish()


class _NotAnsweredError(Exception):
    """A try that failed."""

    def __init__(self, why: str, *, again: bool, sent: bool, wish: pacing.Wish = _NO_WISH, status: int = 0) -> None:
        super().__init__(why)
        self.again = again
        self.sent = sent
        """True where the server may have worked, and may charge for it."""
        self.asked = wish.seconds
        self.status = status
        self.wish = "" if wish.words is None else f" ({redact.text(wish.words)[:80]})"
        """The pause that the server asked for, in its own words."""

    @property
    def is_refusal(self) -> bool:
        """Whether the server only said to wait: it has not tried to answer."""
        return self.status == 429 or (self.status in _TOO_MANY and self.asked is not None)


class Client:
    """An open connection to one server. Raises UsageError at once where the key is named and not set."""

    def __init__(self, remote: Remote, mode: Mode, seed: int) -> None:
        self._remote = remote
        self._mode: Mode = mode
        self._seed = seed
        self._key = remote.key()
        self._url = remote.base_url + protocol.PATHS[mode]
        self._headers = self._all_headers()
        self._runner = asyncio.Runner()
        self._http: httpx2.AsyncClient | None = None
        self._pace = pacing.Pace(remote.concurrency)
        self._turns = pacing.turns_at(remote.where, self._key)
        self._spending = Spending(remote.max_tokens_total, remote.max_cost, remote.prices, remote.ledger)
        self.spent = self._spending.spent
        """Charges of this session so far."""
        self.tries = 0
        """Requests made so far."""

    def close(self) -> None:
        """Close all connections."""
        if self._http is not None:
            self._runner.run(self._http.aclose())
            self._http = None
        self._runner.close()

    def each(
        self, items: Iterable[Item], call_for: Callable[[Item], Call[Read]], seconds: float | None = None
    ) -> Iterator[tuple[Item, Reply[Read] | Exception]]:
        """Yield each item with its answer, or why there is none, as they arrive.

        Items are taken as they are needed, about twice as many as may be under way: those that wait for their next try
        hold nothing up. One that takes longer than `seconds`, all its tries together, has a TimeoutError in place of an
        answer. Raises UsageError where `call_for` does, StoreError where what calls cost cannot be noted.
        """
        waiting = iter(items)
        running: dict[asyncio.Task[Reply[Read]], Item] = {}
        more = True
        try:
            while True:
                while more and len(running) < 2 * self._remote.concurrency:
                    try:
                        item = next(waiting)
                    except StopIteration:
                        more = False
                        break
                    try:
                        call = call_for(item)
                    except UsageError:
                        raise
                    except Exception as error:  # noqa: BLE001 - an item that cannot be asked about is one failure
                        yield item, error
                        continue
                    running[self._runner.get_loop().create_task(_limit_time(seconds, self._ask(call)))] = item
                if not running:
                    return
                for task in self._runner.run(_wait_for_first(running)):
                    item = running.pop(task)
                    error_or_none = task.exception()
                    if isinstance(error_or_none, StoreError):
                        raise error_or_none
                    if isinstance(error_or_none, Exception):
                        yield item, error_or_none
                    else:
                        yield item, task.result()
        finally:
            if running:
                self._runner.run(_cancel(running))

    async def _ask(self, call: Call[Read]) -> Reply[Read]:
        """Try until there is an answer. Raises ModelError that says how the last try failed.

        A server that says to wait has not been tried: it is asked again when it is this question's turn.
        """
        content = json.dumps(call.body, ensure_ascii=False).encode("utf-8", "replace")
        most_in = len(content) + FRAME_TOKENS  # a token is at least one byte
        attempt = refusals = impossible = 0
        longest = self._remote.longest_pause
        while True:
            turn = await self._turns.wait()
            ticket = await self._spending.reserve(most_in, call.most_out)
            try:
                number = await self._pace.enter()
                try:
                    return Reply(await self._try(call, content, ticket), attempt + 1)
                except _NotAnsweredError as error:
                    failed = error.with_traceback(None)  # its frames hold what was read
                    if error.status in _TOO_MANY:
                        self._pace.slow_down(number)
                finally:
                    self._pace.leave()
            finally:
                self._spending.release(ticket)
            why = f"{self._remote.name} at {self._remote.where}: {redact.text(str(failed))}"
            if failed.is_refusal:
                refusals += 1
                impossible += pacing.is_too_long(failed.asked, longest)
                seed = f"{self._seed}/{call.name}/{refusals}"
                goes_on = self._turns.note_refusal(turn, failed.asked, longest, seed)
                if goes_on and refusals < pacing.MOST_REFUSALS and impossible < pacing.MOST_TOO_LONG:
                    continue
                told = f"told to wait {_times(refusals)}{failed.wish}"
                raise ModelError(f"{why}, {told}; longest_pause is {longest:g} seconds", attempts=attempt + 1)
            attempt += 1
            if not failed.again:
                raise ModelError(why, attempts=attempt)
            if attempt >= self._remote.attempts:
                raise ModelError(f"{why}, after {attempt} tries", attempts=attempt)
            await asyncio.sleep(pacing.pause(attempt, failed.asked, longest, f"{self._seed}/{call.name}"))

    async def _try(self, call: Call[Read], content: bytes, ticket: object) -> Read:
        """Try once, and charge the try for what it cost. Raises _NotAnsweredError."""
        self._spending.note_sent(ticket)
        self.tries += 1
        try:
            data = await self._post(content)
        except _NotAnsweredError as error:
            if error.sent:
                self._spending.charge_lost(ticket)
            raise
        except asyncio.CancelledError:
            self._spending.charge_lost(ticket)
            raise
        try:
            completion = protocol.read(data, self._mode)
        except UnusableError as error:
            self._spending.charge(ticket, error.usage.tokens_in, error.usage.tokens_out, usable=False)
            raise _NotAnsweredError(f"an unusable answer: {error}", again=True, sent=True) from None
        self._spending.charge(ticket, completion.usage.tokens_in, completion.usage.tokens_out, usable=True)
        self._pace.speed_up()
        self._turns.note_answer()
        if self._key is not None and redact.contains(self._key, completion.text):
            raise _NotAnsweredError("the answer repeats the key, and is not kept", again=False, sent=True)
        try:
            return call.read(completion)
        except UnusableError as error:
            raise _NotAnsweredError(f"an unusable answer: {error}", again=True, sent=True) from None

    async def _post(self, content: bytes) -> bytes:
        """Send one request and read the body of its answer. Raises _NotAnsweredError."""
        try:
            async with (
                asyncio.timeout(self._remote.timeout),
                self._client().stream("POST", self._url, content=content, headers=self._headers) as response,
            ):
                status = response.status_code
                if status == 200:
                    kind = response.headers.get("content-type", "application/json")
                    if "json" not in kind.lower():
                        shown = redact.text(kind.partition(";")[0].strip())[:50]
                        raise _NotAnsweredError(f"an unusable answer: {shown} in place of JSON", again=True, sent=True)
                    data = await _read(response, MAX_BYTES)
                    if data is None:
                        why = f"an unusable answer: it goes on after {MAX_BYTES} bytes"
                        raise _NotAnsweredError(why, again=True, sent=True)
                    return data
                answer = _server_message(await _read(response, MAX_ERROR_BYTES))
                if 300 <= status < 400:
                    answer = ", a redirect, which is not followed"
                raise _NotAnsweredError(
                    f"status {status}{answer}",
                    again=status in _AGAIN,
                    sent=False,
                    wish=pacing.wish_in(response.headers, status),
                    status=status,
                )
        except TimeoutError:
            raise _NotAnsweredError(f"no answer in {self._remote.timeout:g} seconds", again=True, sent=True) from None
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError) as error:
            raise _NotAnsweredError(f"no connection ({_describe(error)})", again=True, sent=False) from None
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise _NotAnsweredError(f"no answer ({_describe(error)})", again=True, sent=True) from None
        finally:
            if self._http is not None:
                self._http.cookies.clear()  # no request depends on the one before

    def _client(self) -> httpx2.AsyncClient:
        if self._http is None:
            remote = self._remote
            most = remote.concurrency
            self._http = httpx2.AsyncClient(
                timeout=httpx2.Timeout(remote.read_timeout or remote.timeout, connect=remote.connect_timeout),
                limits=httpx2.Limits(max_connections=most, max_keepalive_connections=most),
                follow_redirects=False,
                trust_env=remote.use_proxy,
            )
        return self._http

    def _all_headers(self) -> dict[str, str]:
        headers = {
            "accept": "application/json",
            "accept-encoding": "identity",  # no bomb to unpack
            "content-type": "application/json",
            **self._remote.headers,
        }
        if self._key is not None:
            bearer = self._remote.key_header.lower() == "authorization"
            headers[self._remote.key_header] = f"Bearer {self._key}" if bearer else self._key
        return headers


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


async def _limit_time(seconds: float | None, asking: Coroutine[Any, Any, Reply[Read]]) -> Reply[Read]:
    async with asyncio.timeout(seconds):
        return await asking


async def _wait_for_first(running: Iterable[asyncio.Task[Any]]) -> set[asyncio.Task[Any]]:
    done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    return done


async def _cancel(running: Iterable[asyncio.Task[Any]]) -> None:
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


async def _read(response: httpx2.Response, most: int) -> bytes | None:
    """Read the body as it came over the wire; None where it is longer than `most`."""
    data = bytearray()
    async for chunk in response.aiter_raw(65536):
        data += chunk
        if len(data) > most:
            return None
    return bytes(data)


def _server_message(data: bytes | None) -> str:
    """Say, as the end of a sentence, how the server explains a refusal."""
    if data is None:
        return ""
    try:
        message = protocol.error_message(json.loads(data))
    except (ValueError, RecursionError):
        return ""
    return f": {message}" if message else ""


def _describe(error: Exception) -> str:
    message = " ".join(str(error).split())[:200]
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
