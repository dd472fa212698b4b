"""Limits how many requests run at once, and says when a server that said to wait may be asked again."""

import asyncio
import hashlib
import random
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic

MOST_REFUSALS = 100
"""How often one question is told to wait at most."""
MOST_TOO_LONG = 2
"""How often one question is told to wait longer than anybody would: once may be a mistake, twice is meant."""
_PATIENCE = 2.0
"""How many times the longest pause a server may refuse everything before it is given up."""
_LEAST_PATIENCE = 5.0
"""Seconds that it may at least, however short the longest pause."""
_DURATION = re.compile(
    r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9}(?:\.\d{1,9})?)s)?(?:(\d{1,9}(?:\.\d{1,9})?)ms)?"
)
"""A duration as Go writes it: `1s`, `6m0s`, `2m59.56s`, `120ms`."""
_IN_SECONDS = (86400.0, 3600.0, 60.0, 1.0, 0.001)
_RESETS = ("requests", "tokens")
"""What OpenAI and Groq count, each with an `x-ratelimit-remaining-…` and an `x-ratelimit-reset-…`."""
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


class Turns:
    """When the next request may go to one server, whoever asks: not before the time is over that it said to wait.

    What a request that was refused waits for, all wait for: else each finds out by itself, and is refused again.
    """

    def __init__(self) -> None:
        self._next = 0.0
        """When the next request may be sent."""
        self._told = 0.0
        """When it last said to wait."""
        self._refusals = 0
        """How often it has since its last answer; what it refuses together counts once."""
        self._refused_since: float | None = None
        """When it first did since."""

    async def wait(self) -> float:
        """Wait for a turn; return when it came, which `note_refusal` takes."""
        while (left := self._next - monotonic()) > 0:
            await asyncio.sleep(left)
        return monotonic()

    def note_answer(self) -> None:
        """Hear that the server answered a request."""
        self._refusals = 0
        self._refused_since = None

    def note_refusal(self, sent: float, asked: float | None, longest: float, seed: str) -> bool:
        """Hear that the server refused a request of the turn `sent`, and `asked` for some seconds.

        Tell whether to go on asking it: not where it has refused everything for twice the `longest` pause.
        """
        now = monotonic()
        if self._refused_since is None:
            self._refused_since = now
        if now - self._refused_since > _patience(longest):
            return False  # and nobody waits for it any more
        if sent > self._told:  # else it was sent before the server said so
            self._refusals += 1
            self._told = now
            self._next = now + pause(min(self._refusals, 16), asked, longest, seed)
        return True


_servers: dict[tuple[str, str], Turns] = {}


def turns_at(server: str, key: str | None) -> Turns:
    """Return the turns at a server, by its host and the key: all that ask it in this process share them."""
    digest = hashlib.sha256((key or "").encode()).hexdigest()
    return _servers.setdefault((server, digest), Turns())


def _patience(longest: float) -> float:
    return max(_PATIENCE * longest, _LEAST_PATIENCE)


def is_too_long(asked: float | None, longest: float) -> bool:
    """Tell whether a server asks for more than the time in which one that refuses everything is given up."""
    return asked is not None and asked > _patience(longest)


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


@dataclass(frozen=True)
class Wish:
    """The pause that a server asked for."""

    seconds: float | None = None
    """None where it asked for none that can be read."""
    words: str | None = None
    """The header and its value; None without one."""


def wish_in(headers: Mapping[str, str], status: int) -> Wish:
    """Read what a server that refused says of the time to wait, from the most exact header that can be read.

    These are `Retry-After-Ms` (OpenAI, Azure OpenAI), `Retry-After` and, with status 429 only, the reset of each limit
    of which nothing remains (`x-ratelimit-reset-requests`, `-tokens`; OpenAI and Groq send them with every answer).
    """
    given = [Wish(_milliseconds(headers.get("retry-after-ms")), _words("Retry-After-Ms", headers))]
    given.append(Wish(retry_after(headers.get("retry-after")), _words("Retry-After", headers)))
    if status == 429:
        used_up = [each for each in _RESETS if _is_used_up(headers.get(f"x-ratelimit-remaining-{each}"))]
        names = [f"x-ratelimit-reset-{each}" for each in used_up]
        resets = [Wish(_duration(headers.get(name)), _words(name, headers)) for name in names]
        given += sorted(resets, key=lambda wish: wish.seconds or 0.0, reverse=True)
    readable = [wish for wish in given if wish.seconds is not None]
    return next(iter(readable or [wish for wish in given if wish.words is not None]), Wish())


def _words(name: str, headers: Mapping[str, str]) -> str | None:
    value = headers.get(name.lower())
    return None if value is None else f"{name}: {value.strip()}"


def _milliseconds(header: str | None) -> float | None:
    seconds = None if header is None else _number(header)
    return None if seconds is None else seconds / 1000


def _is_used_up(remaining: str | None) -> bool:
    return remaining is not None and _number(remaining) == 0


def _duration(header: str | None) -> float | None:
    """Read a duration, or a number of seconds; None for anything else."""
    text = (header or "").strip()
    found = _DURATION.fullmatch(text)
    if found is None or not text:
        return _number(text)
    return sum(float(part) * unit for part, unit in zip(found.groups(), _IN_SECONDS, strict=True) if part)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


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
