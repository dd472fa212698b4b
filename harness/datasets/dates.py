"""Dates as publishers, scrapers and spreadsheets write them, read without guessing."""

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Final

DATE_FORMS: Final = (
    'an ISO 8601 date or time ("2021-10-18", "2021-10-18T09:30:00Z"), "18 October 2021", "Oct 18, 2021", "18/10/2021" '
    'where only one of two numbers can be the month, "20211018093000", "Mon, 18 Oct 2021 09:30:00 GMT", or seconds or '
    "milliseconds since 1970; without a zone it is read as UTC"
)
_NONE: Final = frozenset({"", "none", "null", "nan", "nat", "na", "n/a", "<na>"})
"""Spellings of programs for no date."""

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAMES: Final = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_WEEKDAY = re.compile(r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+", re.IGNORECASE)
# The standard library reads an unknown zone as none at all, so only those it knows are let through to it.
_ZONE = r"(?:[+-]\d{4}|GMT|UTC|UT|EST|EDT|CST|CDT|MST|MDT|PST|PDT)"
_MAIL = re.compile(rf"^\d{{1,2}} [A-Za-z]{{3}} \d{{4}} \d\d:\d\d(?::\d\d)? {_ZONE}$")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
_CLOCK = re.compile(
    rf"(?<![\d.:])(?P<hour>\d{{1,2}})[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:\.\d+)?)?"
    rf"(?: ?(?P<half>[ap])\.?m\.?)?(?: ?(?P<zone>{_ZONE}|Z))?(?= |$)",
    re.IGNORECASE,
)
_SPELLED = re.compile(r"^(?:(?P<first>\d{1,2}) )?(?P<month>[a-z]+)(?: (?P<second>\d{1,2}))? (?P<year>\d{4})$")
_YEAR_FIRST = re.compile(r"^(\d{4})([-/.]) ?(\d{1,2})\2 ?(\d{1,2})\.?$")
_YEAR_LAST = re.compile(r"^(\d{1,2})([-/.]) ?(\d{1,2})\2 ?(\d{4})$")
_DIGITS = re.compile(r"^(\d+)(?:\.0+)?$")
_SINCE_1970: Final = {10: 1, 13: 1_000, 16: 1_000_000, 19: 1_000_000_000}
"""Digits of a count of seconds, or of parts of one, since 1970 → parts in a second; unambiguous from 2001 to 2286."""
_CALENDAR: Final = {14: "%Y%m%d%H%M%S"}
"""Digits of a calendar date that is no count of seconds; a number of 8 or 12 digits might be either."""


class TwoReadingsError(ValueError):
    """A date that countries read differently; the message says how."""


_LONGEST = 200
"""Characters of a date with everything that is written beside it; patterns take the square of what is far longer."""


def parse_date(value: object) -> datetime:
    """Read a moment in UTC from a form in DATE_FORMS, a datetime or a date; without a zone it is UTC.

    Raises ValueError for anything else, TwoReadingsError for what countries read differently (01/02/2021).
    """
    try:
        moment = _moment(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("outside the years 1 to 9999") from None


def is_none(value: object) -> bool:
    """Tell whether a value says that there is no date: null, NaN, an empty string, or how programs write null."""
    if isinstance(value, str):
        return value.strip().lower() in _NONE
    return value is None or value != value


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _of_number(value)
    if not isinstance(value, str):
        raise ValueError("not a date")
    if len(value) > _LONGEST:
        raise ValueError("not a date")
    text = " ".join(value.split())
    digits = _DIGITS.match(text)
    if digits and (len(digits[1]) in _SINCE_1970 or len(digits[1]) in _CALENDAR):
        return _of_digits(digits[1])
    for zone in (" UTC", " GMT", " Z"):
        text = text.removesuffix(zone) + "+00:00" if text.endswith(zone) and text[:4].isdigit() else text
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    text = _WEEKDAY.sub("", text)
    if _MAIL.match(text):
        return parsedate_to_datetime(text)
    return _of_words(text)


def _of_number(value: float) -> datetime:
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError("not a number")
    whole = str(abs(int(value)))
    if value < 0 or len(whole) not in _SINCE_1970 | _CALENDAR:
        raise ValueError("neither seconds nor milliseconds since 1970")
    if len(whole) == 10:
        return datetime.fromtimestamp(value, UTC)
    return _of_digits(whole)


def _of_digits(digits: str) -> datetime:
    """Read a moment from digits alone; their number tells the form."""
    if len(digits) in _CALENDAR:
        return datetime.strptime(digits, _CALENDAR[len(digits)])  # noqa: DTZ007 - the caller adds the zone
    if digits.startswith("0"):
        raise ValueError("before 2001")
    return datetime.fromtimestamp(int(digits) / _SINCE_1970[len(digits)], UTC)


def _of_words(text: str) -> datetime:
    """Read a date with a month's name or the year at one end, and the time of day before or after it."""
    text = " ".join(text.replace(",", " ").replace(" at ", " ").split())
    for clock in _CLOCK.finditer(text):
        rest = " ".join(f"{text[: clock.start()]} {text[clock.end() :]}".split())
        try:
            return _at(_day(rest), clock)
        except TwoReadingsError:
            raise
        except ValueError:  # what looks like a time may be part of the date
            continue
    return _day(text)


def _at(day: datetime, clock: re.Match[str]) -> datetime:
    hour, half = int(clock["hour"]), (clock["half"] or "").lower()
    if half and not 1 <= hour <= 12:
        raise ValueError("not a time of day")
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    moment = day.replace(hour=hour, minute=int(clock["minute"]), second=int(clock["second"] or 0))
    zone = (clock["zone"] or "").upper()
    if not zone:
        return moment
    zone = "GMT" if zone in ("Z", "UT") else zone
    return parsedate_to_datetime(f"{moment:%d} {_MONTHS[moment.month - 1]} {moment:%Y %H:%M:%S} {zone}")


def _day(text: str) -> datetime:
    plain = _ORDINAL.sub("", text)
    if match := _YEAR_FIRST.match(plain):
        return datetime(int(match[1]), int(match[3]), int(match[4]))  # noqa: DTZ001 - the caller adds the zone
    if match := _YEAR_LAST.match(plain):
        return _of_two(int(match[1]), int(match[3]), int(match[4]))
    words = " ".join(plain.replace(".", " ").replace("-", " ").lower().split()).replace(" of ", " ")
    match = _SPELLED.match(words)
    if not match or bool(match["first"]) == bool(match["second"]):
        raise ValueError("not a known form")
    return datetime(int(match["year"]), _month(match["month"]), int(match["first"] or match["second"]))  # noqa: DTZ001


def _of_two(first: int, second: int, year: int) -> datetime:
    """Read a date of which only one number can be the month. Raises ValueError where both can and they differ."""
    if first <= 12 and second <= 12 and first != second and first and second:
        one, other = _MONTH_NAMES[second - 1].capitalize(), _MONTH_NAMES[first - 1].capitalize()
        raise TwoReadingsError(f"{first} {one} or {second} {other}, depending on the country")
    day, month = (first, second) if first > 12 else (second, first)
    return datetime(year, month, day)  # noqa: DTZ001 - the caller adds the zone


def _month(name: str) -> int:
    """Return the number of an English month, whole or cut to three letters. Raises ValueError for other words."""
    if name in _MONTH_NAMES:
        return _MONTH_NAMES.index(name) + 1
    return _MONTHS.index("sep" if name == "sept" else name) + 1
