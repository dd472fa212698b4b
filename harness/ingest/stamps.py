"""Lines that say who wrote an article, when and where it was published: bylines, dates, addresses."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from harness.ingest.lexicon import any_of, table
from harness.ingest.page import Line, Page

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905 - easier to read
_ZONES: Mapping[str, float] = table("zones")
"""Hours that a zone is ahead of UTC."""
_STAMP_WORD = re.compile(any_of("stamp_words"), re.IGNORECASE)
_STAMP_MARK = re.compile(any_of("stamp_marks"), re.IGNORECASE)
_BYLINE = re.compile(
    rf"(?:{any_of('byline_verbs')} )?by:?\s+(?-i:[A-Z])[\w.'’-]*+(?:[\s,|/&–—-]+"
    r"(?:(?-i:[A-Z])[\w.'’-]*+|and|in|for|of|at|with|the|de|van|von|da|del|\d{1,2}:\d{2}\w*|@\w+|\S+@\S+))*\W*",
    re.IGNORECASE,
)
_JOB = re.compile(
    rf"(?:(?-i:[A-Z])[\w.'’-]*+[\s,|/&–-]+(?:and )?){{0,7}}(?:{any_of('desks')} )*{any_of('jobs')}"
    r"(?:(?:,|,? (?:in|at|for|from|of|and))? (?-i:[A-Z])[\w.'’-]*+,?){0,7}",
    re.IGNORECASE,
)
_NOT_NAMES = re.compile(rf"by:?\s+{any_of('not_names')}", re.IGNORECASE)
_LABEL = re.compile(rf"(?:first )?{any_of('date_labels')}\b\s*(?:on|at|date)?\s*:?\s*", re.IGNORECASE)
_URL = re.compile(
    r"(?:(?:url|link|permalink|source|source url|article url)\s*:\s*)?(https?://[^\s<>\"]+)", re.IGNORECASE
)


def timestamp(page: Page) -> Iterator[tuple[int, str]]:
    """Drop lines that hold nothing but a date, a time or a reading time."""
    for index in page.kept():
        text = page.lines[index].text
        if is_stamp(text):
            yield index, "nothing but a date or time"
        elif len(parts := re.split(r"\s+[|•·]\s+", text)) > 1 and _is_imprint(parts):
            yield index, "a date or time among names"


def byline(page: Page) -> Iterator[tuple[int, str]]:
    """Drop lines that say who wrote the article, by name or by job."""
    for index in page.kept():
        line = page.lines[index]
        if (
            len(line.words) > 18
            or len(line.text) > 300
            or (line.text.endswith((".", "?", "!")) and len(line.words) > 8)
        ):
            continue
        if _BYLINE.fullmatch(line.text) and not _NOT_NAMES.match(line.text):
            yield index, "a byline"
        elif _JOB.fullmatch(line.text) and len(line.words) <= 14:
            yield index, "the name of an author or a desk"


def address(page: Page) -> Iterator[tuple[int, str]]:
    """Drop lines that hold nothing but a web or mail address."""
    for index in page.kept():
        if _URL.fullmatch(page.lines[index].text) or re.fullmatch(r"[\w.+-]+@[\w-]+\.[\w.]+", page.lines[index].text):
            yield index, "nothing but an address"


def _is_imprint(parts: list[str]) -> bool:
    """Tell whether one part of a line is a date and the others are short: `World | Agency | Updated: March 4, 2021`."""
    return any(map(is_stamp, parts)) and all(is_stamp(part) or len(part.split()) <= 5 for part in parts)


def is_stamp(text: str) -> bool:
    """Tell whether `text` holds a date, a time or a reading time, and nothing else."""
    tokens = re.findall(r"[^\W_]+|%", text)
    return (
        1 <= len(tokens) <= 24
        and all(map(_STAMP_WORD.fullmatch, tokens))
        and bool(_STAMP_MARK.search(text))
        and not (len(tokens) == 1 and tokens[0].isdigit() and len(tokens[0]) != 4)
    )


def find_date(lines: list[Line]) -> datetime | None:
    """Find when the article was published, where one labelled line says so in full; None where that is not certain.

    A line that says "published" counts before one that says "updated". Dates in figures alone are read only as
    year-month-day, since 03/04 is two dates. A time without a zone that is known is left out, and midnight UTC stands.
    """
    moments: dict[bool, set[datetime]] = {True: set(), False: set()}
    for line in lines:
        label = _LABEL.match(line.text)
        if label and is_stamp(line.text):
            moment = _read_moment(
                re.split(r"\b(?:last )?(?:updated|modified)\b", line.text[label.end() :], flags=re.I)[0]
            )
            if moment:
                moments[bool(re.search("publi|post|^date", label[0], re.IGNORECASE))].add(moment)
    most_certain = moments[True] or moments[False]
    return most_certain.pop() if len(most_certain) == 1 else None


def find_url(lines: list[Line]) -> str | None:
    """Find the article's address on a line of its own: labelled, or the first or last line of the file."""
    labelled = {found[1] for line in lines if (found := _URL.fullmatch(line.text)) and not line.text.startswith("http")}
    if len(labelled) == 1:
        return labelled.pop()
    edges = [found[1] for line in (*lines[:1], *lines[-1:]) if (found := _URL.fullmatch(line.text))]
    return edges[0] if edges and not labelled else None


def _read_moment(text: str) -> datetime | None:
    """Read the date in `text`, with its time where the zone is known; None where there is no one whole date."""
    iso = re.search(
        r"\b((?:19|20)\d\d)-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::\d\d)?(?:\.\d+)?\s*(Z|[A-Za-z]{3}|[+-]\d\d:?\d\d)?)?",
        text,
    )
    if iso:
        return _build_moment(int(iso[1]), int(iso[2]), int(iso[3]), iso[4], iso[5], None, iso[6])
    year = re.findall(r"\b(?:19|20)\d\d\b", text)
    month = re.findall(r"\b(" + "|".join(_MONTHS) + r")[a-z]*", text, re.IGNORECASE)
    day = re.findall(r"\b(\d{1,2})(?:st|nd|rd|th)?\b(?!\s*[:.h]\s*\d\d|\s*[ap]\.?m)(?<![:.]\d\d)", text)
    if len(year) != 1 or len(month) != 1 or len(day) != 1:
        return None
    clock = re.search(r"\b(\d{1,2})[:.](\d\d)\s*([ap])?\.?m?\.?\s*([A-Za-z]{3,4})?", text, re.IGNORECASE)
    at = (clock[1], clock[2], clock[3], clock[4]) if clock else (None, None, None, None)
    return _build_moment(int(year[0]), _MONTHS.index(month[0].lower()) + 1, int(day[0]), *at)


def _build_moment(
    year: int, month: int, day: int, hour: str | None, minute: str | None, half: str | None, zone: str | None
) -> datetime | None:
    """Build a moment in UTC: midnight where the clock's zone is unknown, None where there is no such date or time."""
    try:
        date = datetime(year, month, day, tzinfo=UTC)
        offset = _zone_offset(zone)
        if hour is None or minute is None or offset is None:
            return date
        hours = int(hour) % 12 + (12 if half.lower() == "p" else 0) if half else int(hour)
        return date.replace(hour=hours, minute=int(minute)) - timedelta(hours=offset)
    except ValueError:
        return None


def _zone_offset(zone: str | None) -> float | None:
    """Look up how many hours a zone is ahead of UTC; None where it is not known."""
    if zone and zone[0] in "+-":
        return (1 if zone[0] == "+" else -1) * (int(zone[1:3]) + int(zone[-2:]) / 60)
    return _ZONES.get(zone.lower()) if zone else None
