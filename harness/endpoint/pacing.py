"""Limits how many requests run at once, and how long to wait between two tries."""

import asyncio
import random
from collections import deque
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST_PAUSE = 0.5
"""Seconds that the first pause may last at most where the server asks for none; each further one twice as long."""


class Pace:
    """A gate that limits how many requests run at once; the limit follows what the server can take.

    It is halved where the server says that it is too much, and rises by one for each round of answers (additive
    increase, multiplicative decrease: Chiu and Jain, 1989).
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._limit = float(most)
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._passed = 0
        self._lowered_at = 0
        self.under_way = 0

    @property
    def limit(self) -> int:
        """Requests that may be under way now."""
        return int(self._limit)

    async def enter(self) -> int:
        """Wait for a place; return the number of the request, which `slow_down` takes."""
        while self.under_way >= self.limit:
            place = asyncio.get_running_loop().create_future()
            self._waiting.append(place)
            try:
                await place
            except asyncio.CancelledError:
                self._call_next()
                raise
        self.under_way += 1
        self._passed += 1
        return self._passed

    def leave(self) -> None:
        """Give the place back."""
        self.under_way -= 1
        self._call_next()

    def speed_up(self) -> None:
        """Allow one request more after as many answers as may be under way: the server keeps up."""
        self._limit = min(float(self._most), self._limit + 1 / self._limit)
        self._call_next()

    def slow_down(self, number: int) -> None:
        """Halve the limit, once for all requests that were sent before the server said that it is too much."""
        if number > self._lowered_at:
            self._limit = max(1.0, self._limit / 2)
            self._lowered_at = self._passed

    def _call_next(self) -> None:
        free = self.limit - self.under_way
        while free > 0 and self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(None)
                free -= 1


def pause(attempt: int, asked: float | None, longest: float, seed: str) -> float:
    """Return the seconds to wait after try number `attempt`, at most `longest`.

    Where the server asks for a pause, it is that and up to a tenth more. Otherwise it is anything from nothing to a
    bound that doubles with each try (full jitter: Brooker, 2015), so that requests that failed together do not come
    back together. Equal seeds give equal pauses.
    """
    drawn = random.Random(f"{seed}/{attempt}").random()
    if asked is not None:
        return min(longest, asked * (1 + drawn / 10))
    return drawn * min(longest, FIRST_PAUSE * 2.0 ** (attempt - 1))


def retry_after(header: str | None) -> float | None:
    """Read the seconds of a Retry-After header, a number or an HTTP date (RFC 9110, 10.2.3); None without one.

    A past date asks for nothing; what cannot be read counts as no header.
    """
    if header is None:
        return None
    text = header.strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - datetime.now(UTC)).total_seconds()
        return max(0.0, seconds)
    return seconds if 0 <= seconds < float("inf") else None
