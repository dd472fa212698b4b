"""Who wrote an article, when and where it was published: lines that carry a byline, a date or an address."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from harness.ingest.page import Line, Page

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905 - easier to read
_ZONES = {
    "gmt": 0,
    "utc": 0,
    "z": 0,
    "bst": 1,
    "cet": 1,
    "cest": 2,
    "ist": 5.5,
    "est": -5,
    "edt": -4,
    "pst": -8,
    "pdt": -7,
}
_STAMP_WORD = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)(?:uary|ruary|ch|il|e|y|ust|ember|tember|ober)?|(?:mon|"
    r"tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?|\d{1,4}(?:st|nd|rd|th)?|\d{1,2}h\d{2}|\d{8}|a|p|am|"
    r"pm|hrs?|hours?|min(?:ute)?s?|sec(?:ond)?s?|days?|weeks?|months?|ago|read|time|date|of|local|noon|midnight|gmt|"
    r"utc|bst|cet|cest|ist|e[sd]?t|p[sd]?t|c[sd]?t|aest|aedt|sgt|msk|published|updated?|posted|last|modified|first|"
    r"created|issued|filed|added|originally|uploaded|web|posted|edition|release[d]?|on|at|the|t|z|m",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"\bago\b|\bread\b|\d|(?:updated|published|posted|last modified)\W*$", re.IGNORECASE)
_BYLINE = re.compile(
    r"(?:(?:written|reported|story|posted|published|report|words|text|edited|"
    r"reviewed) )?by:?\s+(?P<names>(?-i:[A-Z])[\w.'’-]*+(?:[\s,|/&–—-]+(?:(?-i:[A-Z])[\w.'’-]*+|and|in|for|of|at|"
    r"with|the|de|van|von|da|del|\d{1,2}:\d{2}\w*|@\w+|\S+@\S+))*)\W*",
    re.IGNORECASE,
)
_JOB = re.compile(
    r"(?:(?-i:[A-Z])[\w.'’-]*+[\s,|/&–-]+(?:and )?){0,7}(?:(?:staff|senior|chief|political|foreign|special|"
    r"associated press|ap|cnn|bbc(?: news)?|the|news|business|health|diplomatic|moscow|us|world|science|sports|"
    r"assistant|city|national|economics|security|defence|defense|\w+ affairs|for|of|in) )*(?:writers?|reporters?|"
    r"correspondents?|editors?|columnist|journalist|contributor|bureau chief|photographer|producer|desk|"
    r"staff)(?:(?:,|,? (?:in|at|for|from|of|and))? (?-i:[A-Z])[\w.'’-]*+,?){0,7}",
    re.IGNORECASE,
)
_NOT_NAMES = re.compile(
    r"by:?\s+(?:the|mon|tues|wednes|thurs|fri|satur|sun|january|february|march|april|june|july|august|september|"
    r"october|november|december|contrast|then|now|law|all|far)",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:first )?(?:published|posted|date|publication date|published (?:on|at)|date published|updated|"
    r"last (?:updated|modified))\b\s*(?:on|at|date)?\s*:?\s*",
    re.IGNORECASE,
)
_URL = re.compile(
    r"(?:(?:url|link|permalink|source|source url|article url)\s*:\s*)?(https?://[^\s<>\"]+)", re.IGNORECASE
)


def timestamp(page: Page) -> Iterator[tuple[int, str]]:
    """Lines that hold nothing but a date, a time or a reading time."""
    for index in page.kept():
        text = page.lines[index].text
        if is_stamp(text):
            yield index, "nothing but a date or time"
        elif len(parts := re.split(r"\s+[|•·]\s+", text)) > 1 and _is_imprint(parts):
            yield index, "a date or time among names"


def byline(page: Page) -> Iterator[tuple[int, str]]:
    """Lines that say who wrote the article: by name, or by job."""
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
    """Lines that hold nothing but a web or mail address."""
    for index in page.kept():
        if _URL.fullmatch(page.lines[index].text) or re.fullmatch(r"[\w.+-]+@[\w-]+\.[\w.]+", page.lines[index].text):
            yield index, "nothing but an address"


def _is_imprint(parts: list[str]) -> bool:
    """Whether one part of a line is a date and the others are short: `World | Agency | Updated: March 4, 2021`."""
    return any(map(is_stamp, parts)) and all(is_stamp(part) or len(part.split()) <= 5 for part in parts)


def is_stamp(text: str) -> bool:
    """Whether `text` holds a date, a time or a reading time, and nothing else."""
    tokens = re.findall(r"[^\W_]+|%", text)
    return (
        1 <= len(tokens) <= 24
        and all(map(_STAMP_WORD.fullmatch, tokens))
        and bool(_RELATIVE.search(text))
        and not (len(tokens) == 1 and tokens[0].isdigit() and len(tokens[0]) != 4)
    )


def published(lines: list[Line]) -> datetime | None:
    """When the article was published, where one labelled line says so in full; None where that is not certain.

    A line that says "published" counts before one that says "updated". Dates in figures alone are read only as
    year-month-day, since 03/04 is two dates. A time without a zone that is known is left out, and midnight UTC stands.
    """
    found: dict[bool, set[datetime]] = {True: set(), False: set()}
    for line in lines:
        label = _LABEL.match(line.text)
        if label and is_stamp(line.text):
            moment = _moment(re.split(r"\b(?:last )?(?:updated|modified)\b", line.text[label.end() :], flags=re.I)[0])
            if moment:
                found[bool(re.search("publi|post|^date", label[0], re.IGNORECASE))].add(moment)
    for moments in (found[True], found[False]):
        if moments:
            return moments.pop() if len(moments) == 1 else None
    return None


def url(lines: list[Line]) -> str | None:
    """The article's address, where a line of its own says so: labelled, or the first or last line of the file."""
    labelled = {found[1] for line in lines if (found := _URL.fullmatch(line.text)) and not line.text.startswith("http")}
    if len(labelled) == 1:
        return labelled.pop()
    edges = [found[1] for line in (*lines[:1], *lines[-1:]) if (found := _URL.fullmatch(line.text))]
    return edges[0] if edges and not labelled else None


def _moment(text: str) -> datetime | None:
    """The date in `text`, with its time where the zone is known; None where there is no one whole date."""
    iso = re.search(
        r"\b((?:19|20)\d\d)-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::\d\d)?(?:\.\d+)?\s*(Z|[A-Za-z]{3}|[+-]\d\d:?\d\d)?)?",
        text,
    )
    if iso:
        return _build(int(iso[1]), int(iso[2]), int(iso[3]), iso[4], iso[5], None, iso[6])
    year = re.findall(r"\b(?:19|20)\d\d\b", text)
    month = re.findall(r"\b(" + "|".join(_MONTHS) + r")[a-z]*", text, re.IGNORECASE)
    day = re.findall(r"\b(\d{1,2})(?:st|nd|rd|th)?\b(?!\s*[:.h]\s*\d\d|\s*[ap]\.?m)(?<![:.]\d\d)", text)
    if len(year) != 1 or len(month) != 1 or len(day) != 1:
        return None
    clock = re.search(r"\b(\d{1,2})[:.](\d\d)\s*([ap])?\.?m?\.?\s*([A-Za-z]{3,4})?", text, re.IGNORECASE)
    at = (clock[1], clock[2], clock[3], clock[4]) if clock else (None, None, None, None)
    return _build(int(year[0]), _MONTHS.index(month[0].lower()) + 1, int(day[0]), *at)


def _build(
    year: int, month: int, day: int, hour: str | None, minute: str | None, half: str | None, zone: str | None
) -> datetime | None:
    """A moment in UTC; midnight where the clock's zone is unknown, None where there is no such date or time."""
    try:
        date = datetime(year, month, day, tzinfo=UTC)
        offset = _offset(zone)
        if hour is None or minute is None or offset is None:
            return date
        hours = int(hour) % 12 + (12 if half.lower() == "p" else 0) if half else int(hour)
        return date.replace(hour=hours, minute=int(minute)) - timedelta(hours=offset)
    except ValueError:
        return None


def _offset(zone: str | None) -> float | None:
    """Hours that a zone is ahead of UTC; None where it is not known."""
    if zone and zone[0] in "+-":
        return (1 if zone[0] == "+" else -1) * (int(zone[1:3]) + int(zone[-2:]) / 60)
    return _ZONES.get(zone.lower()) if zone else None
