"""Times of day, however they are written: `7.30pm`, `7:30 p.m.`, `19:30`, `half past seven`, noon."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from harness.language.numerals import number_values

_HOUR = r"\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_CLOCK = re.compile(
    rf"""(?<![\w.:,$£€-])(?:
      (?P<hour>\d{{1,2}}) (?:[:.](?P<minute>\d\d))? [ ]? (?P<half>[ap])\.?m\b\.?
    | (?P<hour24>\d{{1,2}}):(?P<minute24>\d\d) (?![\d:.])
    | (?P<oclock>{_HOUR}) [ ] o'clock
    | (?P<past>half|quarter)[ -](?P<side>past|to)[ -](?P<past_hour>{_HOUR})\b
    | (?P<named>noon|midday|midnight)\b
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_ROUGH = re.compile(
    r"(?:\babout|\baround|\bnearly|\bshortly (?:before|after)|\bjust (?:before|after)|\balmost)\s+$", re.IGNORECASE
)
_NAMED: Final = {"noon": 720, "midday": 720, "midnight": 0}
_PAST: Final = {("half", "past"): 30, ("quarter", "past"): 15, ("quarter", "to"): -15, ("half", "to"): -30}
_DAY, _HALF_DAY = 1440, 720
ROUGHLY: Final = 20
"""Minutes by which a time may differ that is said to be about it."""


class Clock(NamedTuple):
    """A time of day: where it stands, and the minutes after midnight that it may be, two where no half is given."""

    start: int
    end: int
    minutes: frozenset[int]
    rough: bool


def clocks(text: str) -> Iterator[Clock]:
    """Find the times of day of a text."""
    for found in _CLOCK.finditer(text):
        minutes = _minutes(found)
        if minutes:
            yield Clock(*found.span(), minutes, _ROUGH.search(text[: found.start()]) is not None)


def same_clock(claimed: Clock, found: Clock) -> bool:
    """Tell whether two may be one time of day; one that is said to be about it may be twenty minutes off."""
    if claimed.minutes & found.minutes:
        return True
    apart = min(abs(one - other) for one in claimed.minutes for other in found.minutes)
    return (claimed.rough or found.rough) and min(apart, _DAY - apart) <= ROUGHLY


def _minutes(found: re.Match[str]) -> frozenset[int]:
    """Read the minutes after midnight of a match; none where there is no such time."""
    if found["named"]:
        return frozenset({_NAMED[found["named"].lower()]})
    written = found["hour"] or found["hour24"] or found["oclock"] or found["past_hour"]
    hour = int(number_values(written)[0][1])
    minute = int(found["minute"] or found["minute24"] or 0)
    if found["past"]:
        minute = _PAST[found["past"].lower(), found["side"].lower()]
    if hour > 24 or minute > 59 or (found["half"] and hour > 12):
        return frozenset()
    if found["half"]:
        return frozenset({(hour % 12 * 60 + minute + _HALF_DAY * (found["half"].lower() == "p")) % _DAY})
    at = hour * 60 + minute
    if hour > 12 or (found["hour24"] or "").startswith("0"):
        return frozenset({at % _DAY})
    return frozenset({at % _DAY, (at + _HALF_DAY) % _DAY})
