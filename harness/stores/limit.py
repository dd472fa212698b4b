"""A limit of time for calls of packages that have none of their own: gcsfs, say, may wait for an answer for ever."""

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class NoAnswerError(Exception):
    """Raised where a call has not returned in its time."""


def within(seconds: float, call: Callable[[], T]) -> T:
    """Return what `call` returns, or raise what it raises. Raises NoAnswerError after so many seconds.

    Nothing can end the call itself: its thread stays behind, holds up neither the next call nor the end of the
    process, and what comes of it is heard by nobody.
    """
    returned: list[T] = []
    raised: list[BaseException] = []

    def work() -> None:
        try:
            returned.append(call())
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            raised.append(error)

    thread = threading.Thread(target=work, name="store", daemon=True)
    thread.start()
    thread.join(seconds)
    if raised:
        raise raised[0]
    if not returned:
        raise NoAnswerError(f"no answer in {seconds:g} s")
    return returned[0]
