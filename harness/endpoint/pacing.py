"""How many requests at once, and how long to wait between two tries."""

import asyncio
import random
from collections import deque
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST_PAUSE = 0.5
"""Seconds that the first pause may last at most where the server asks for none; each further one twice as long."""


class Pace:
    """A gate that lets so many requests through at once, and fewer where the server says that it is too many.

    Halved then, and one more for each round that it answers (additive increase, multiplicative decrease: Chiu and
    Jain, 1989).
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
        """Wait for a place; returns the number of the request, which `too_many` wants."""
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

    def answered(self) -> None:
        """The server kept up: one request more after as many answers as may be under way."""
        self._limit = min(float(self._most), self._limit + 1 / self._limit)
        self._call_next()

    def too_many(self, number: int) -> None:
        """The server did not keep up: half as many, once for all requests that were sent before it said so."""
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
    """Seconds to wait after try number `attempt`, at most `longest`.

    What the server asks for and up to a tenth more; otherwise anything between nothing and a bound that doubles with
    each try (full jitter: Brooker, 2015), so that requests that failed together do not come back together. The same
    for the same seed.
    """
    drawn = random.Random(f"{seed}/{attempt}").random()
    if asked is not None:
        return min(longest, asked * (1 + drawn / 10))
    return drawn * min(longest, FIRST_PAUSE * 2.0 ** (attempt - 1))


def retry_after(header: str | None) -> float | None:
    """The seconds that a Retry-After header asks for, as a number or as an HTTP date (RFC 9110, 10.2.3); None without.

    A date that is past asks for nothing; what cannot be read counts as no header.
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
