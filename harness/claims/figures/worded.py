"""Measures in words that are no numeral: `an hour and a half`, `half a mile`, `a decade`, `a score of`."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from harness.language.numerals import number_values

_NUMBER = r"an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|\d{1,3}"
_TIME = "hour|minute|second|day|week|fortnight|month|year|decade|century"
_UNIT = (
    rf"{_TIME}|mile|kilomet(?:re|er)|met(?:re|er)|inch|yard|foot|acre|hectare|pound|kilo|kilogram(?:me)?|tonne|ton|lit(?:re|er)"
    "|gallon|degree|point"
)
_PARTS: Final = {"half": 0.5, "quarter": 0.25, "quarters": 0.75}
_MORE = re.compile(
    rf"\b(?P<some>{_NUMBER})[ -](?P<unit>{_UNIT})s? and (?:a (?P<part>half|quarter)|three[ -](?P<parts>quarters))\b",
    re.IGNORECASE,
)
_HALF = re.compile(rf"\bhalf[ -]an?[ -](?P<unit>{_UNIT})\b|\bhalf[ -](?P<whole>hour|century|mile)\b", re.IGNORECASE)
_QUARTER = re.compile(
    rf"\b(?P<some>an?|three)[ -](?P<part>quarters?)[ -]of[ -]an?[ -](?P<unit>{_UNIT})\b"
    r"|\bquarter[ -](?P<whole>century|mile)\b",
    re.IGNORECASE,
)
_ONE = re.compile(
    r"\b(?:after|for|in|within|over|than|nearly|almost|about|around|under|lasts?|lasted|takes?|took|of|by|every)\s+"
    r"(?P<some>an?\s+)(?P<unit>hour|fortnight|month|decade|century)\b"
    r"|\b(?:for|within|least|most|more than|less than|up to|nearly|almost)\s+"
    r"(?P<a>an?\s+)(?P<span>day|week|month|year)\b"
    r"|\ban?\s+(?P<before>hour|fortnight|week|month|decade|century)\s+"
    r"(?:ago|later|after|before|earlier|long|in prison|in jail)\b"
    r"|\ban?[ -](?P<long>hour|week|fortnight|month|year|decade)[ -]long\b",
    re.IGNORECASE,
)
_BOTH = re.compile(
    rf"\b(?P<some>{_NUMBER})[ -](?P<unit>year|week|day|hour|minute|foot|feet)s?(?:,? and|,)? (?P<more>{_NUMBER})[ -]"
    r"(?P<least>month|day|hour|minute|second|inch)(?:e?s)?\b",
    re.IGNORECASE,
)
"""A measure in two units: `three years and four months`."""
_IN_LEAST: Final = {
    ("year", "month"): 12, ("week", "day"): 7, ("day", "hour"): 24, ("hour", "minute"): 60, ("minute", "second"): 60,
    ("foot", "inch"): 12, ("feet", "inch"): 12,
}  # fmt: skip
_RATE = re.compile(r"(?:\d|%|\bper cent|\bpercent|\btimes|\bonce|\btwice|\bmillion|\bbillion)\s*$", re.IGNORECASE)
"""What ends before a rate: `3% a month`, `twice a week`."""
_FORTNIGHTS = re.compile(rf"\b(?P<some>{_NUMBER}) fortnights?\b", re.IGNORECASE)
_SCORE = re.compile(r"\b(?P<some>a|two|three|four|five) score (?:of )?(?=[a-z]+s\b|people\b)", re.IGNORECASE)
_UNITS: Final = {
    "kilometer": "km", "kilometre": "km", "meter": "metre", "pound": "lb", "kilo": "kg", "kilogram": "kg",
    "kilogramme": "kg", "ton": "tonne", "liter": "litre",
}  # fmt: skip
_FORTNIGHT = 2
"""Weeks of a fortnight."""
_SCORED = 20


class Worded(NamedTuple):
    """A measure in words: where it stands, and what it is."""

    start: int
    end: int
    value: float
    unit: str


def worded(text: str) -> Iterator[Worded]:
    """Find the measures in words; none overlaps another."""
    taken: list[tuple[int, int]] = []
    for found in _every(text):
        if not any(start < found.end and found.start < end for start, end in taken):
            taken.append((found.start, found.end))
            yield found


def in_two_units(written: str) -> bool:
    """Tell whether a measure is written in two units, `three years and four months`."""
    return _BOTH.fullmatch(written) is not None


def _every(text: str) -> Iterator[Worded]:
    """Yield measures in words, the longest forms first."""
    for found in _BOTH.finditer(text):
        many = _IN_LEAST.get((found["unit"].lower(), found["least"].lower()))
        if many is not None:
            yield _measure(found, _value(found["some"]) * many + _value(found["more"]), found["least"])
    for found in _MORE.finditer(text):
        part = found["part"] or found["parts"]
        yield _measure(found, _value(found["some"]) + _PARTS[part.lower()], found["unit"])
    for found in _HALF.finditer(text):
        yield _measure(found, _PARTS["half"], found["unit"] or found["whole"])
    for found in _QUARTER.finditer(text):
        yield _measure(found, _PARTS[(found["part"] or "quarter").lower()], found["unit"] or found["whole"])
    for found in _FORTNIGHTS.finditer(text):
        if not _RATE.search(text[: found.start()]):
            yield _measure(found, _value(found["some"]), "fortnight")
    for found in _ONE.finditer(text):
        name = next(name for name in ("unit", "span", "before", "long") if found[name])
        start = found.start({"unit": "some", "span": "a"}.get(name, 0))
        if not _RATE.search(text[:start]):
            yield _measure(found, 1.0, found[name])._replace(start=start, end=found.end(name))
    for found in _SCORE.finditer(text):
        yield Worded(found.start(), found.end("some") + len(" score"), _value(found["some"]) * _SCORED, "")


def _measure(found: re.Match[str], value: float, unit: str) -> Worded:
    """Make a measure of a match, its unit in the name that other figures have."""
    unit = unit.lower()
    if unit == "fortnight":
        return Worded(found.start(), found.end(), value * _FORTNIGHT, "week")
    return Worded(found.start(), found.end(), value, _UNITS.get(unit, unit))


def _value(written: str) -> float:
    """Convert a small number in words or digits, or an article, which is one."""
    found = number_values(written)
    return float(found[0][1]) if found else 1.0
