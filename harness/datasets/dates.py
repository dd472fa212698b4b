"""Dates as publishers and scrapers write them, read without guessing."""

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Final

DATE_FORMS: Final = (
    'an ISO 8601 date or time ("2021-10-18", "2021-10-18T09:30:00Z"), "18 October 2021", "Oct 18, 2021", '
    '"Mon, 18 Oct 2021 09:30:00 GMT", or seconds or milliseconds since 1970; without a zone it is read as UTC'
)
_SPELLED = ("%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y", "%Y/%m/%d", "%Y/%m/%d %H:%M:%S")
_WEEKDAY = re.compile(r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+", re.IGNORECASE)
# The standard library reads an unknown zone as none at all, so only those it knows are let through to it.
_MAIL = re.compile(
    r"^\d{1,2} [A-Za-z]{3} \d{4} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT|UTC|UT|EST|EDT|CST|CDT|MST|MDT|PST|PDT)$"
)


def parsed_date(value: object) -> datetime:
    """A moment in UTC from the forms in DATE_FORMS, or from a datetime or date; without a zone it is UTC.

    Raises ValueError for anything else, also for forms that two countries read differently (01/02/2021).
    """
    moment = _moment(value)
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("outside the years 1 to 9999") from None


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, int | float) and not isinstance(value, bool):
        # Only 2001 to 2286, where seconds and milliseconds cannot be mistaken for each other or for 20211018.
        if 1e9 <= value < 1e10:
            return datetime.fromtimestamp(value, UTC)
        if 1e12 <= value < 1e13:
            return datetime.fromtimestamp(value / 1000, UTC)
        raise ValueError("neither seconds nor milliseconds since 1970")
    if not isinstance(value, str):
        raise ValueError("not a date")
    text = value.strip()
    for zone in (" UTC", " GMT", " Z"):
        text = text.removesuffix(zone) + "+00:00" if text.endswith(zone) and text[:4].isdigit() else text
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    text = _WEEKDAY.sub("", " ".join(text.split()))
    if _MAIL.match(text):
        return parsedate_to_datetime(text)
    plain = text.replace(",", "").replace(".", "").replace("Sept ", "Sep ")
    for form in _SPELLED:
        try:
            return datetime.strptime(plain, form)  # noqa: DTZ007 - the caller adds the zone
        except ValueError:
            continue
    raise ValueError("not a known form")
