"""What a server asks for in Retry-After, however long, is capped, and told where a question fails for it."""

import json
import time
from typing import ClassVar

import httpx2
import pytest

from harness.endpoint import pacing
from harness.endpoint.client import Call, Client
from harness.endpoint.remote import Remote
from harness.errors import ModelError

FOR_EVER = ["1000000000000", "Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 -2359", "1e300"]
NOTHING = ["-1000000000000", "soon", "", "9" * 400, "nan", "Fri, 31 Dec 0000 00:00:00 GMT", "\u0666\xb2", "1;2"]
ANSWER = json.dumps({"choices": [{"message": {"content": "Dam holds"}, "finish_reason": "stop"}]}).encode()


class Server(Remote):
    name: ClassVar[str] = "server"


def asked(header: str, status: int, refused: int) -> tuple[str, int, float]:
    """Ask a server that refuses so many times; return the answer or the reason, the tries and the seconds it took."""
    tries = 0

    def answer(_: httpx2.Request) -> httpx2.Response:
        nonlocal tries
        tries += 1
        is_refused = tries <= refused
        return httpx2.Response(
            status if is_refused else 200,
            headers={b"retry-after": header.encode(), b"content-type": b"application/json"},
            stream=httpx2.ByteStream(b"{}" if is_refused else ANSWER),
        )

    name = f"{header}{status}{refused}".encode().hex()[:60]
    remote = Server(base_url=f"http://{name}.invalid/v1", model="m", longest_pause=0.05)
    client = Client(remote, "chat", 13)
    client._http = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    started = time.monotonic()
    try:
        ((_, reply),) = client.each([0], lambda _: Call("c", {}, 1, lambda completion: completion.text))
    finally:
        client.close()
    said = str(reply) if isinstance(reply, ModelError) else reply.read  # any other error has no answer
    return said, tries, time.monotonic() - started


@pytest.mark.parametrize("header", [*FOR_EVER, *NOTHING], ids=lambda each: ascii(each)[:30])
def test_no_header_makes_a_question_wait_for_ever(header: str):
    """With pauses of 0.05 s at most: one refusal is forgiven; and a server that means it is asked no third time."""
    said, tries, seconds = asked(header, 429, refused=1)
    assert (said, tries) == ("Dam holds", 2)
    assert seconds < 1
    if header in FOR_EVER:
        said, tries, seconds = asked(header, 429, refused=1000)
        assert said.endswith(f"told to wait twice (Retry-After: {header}); longest_pause is 0.05 seconds")
        assert tries == 2
        assert seconds < 1


@pytest.mark.parametrize("header", [*FOR_EVER, "-5"])
def test_a_broken_server_that_asks_for_it_is_tried_no_longer(header: str):
    """A 500 uses up tries, five with the defaults, and each pause is capped."""
    said, tries, seconds = asked(header, 500, refused=1000)
    assert said.endswith("after 5 tries")
    assert tries == 5
    assert seconds < 2


def test_a_long_pause_is_what_exceeds_the_patience_with_a_server():
    assert not pacing.is_too_long(None, 30.0)
    assert not pacing.is_too_long(60.0, 30.0)  # twice the longest pause
    assert pacing.is_too_long(60.1, 30.0)
    assert not pacing.is_too_long(5.0, 0.1)  # at least five seconds
    assert pacing.is_too_long(5.1, 0.1)
