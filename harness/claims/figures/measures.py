"""Units of figures: one name for each, however it is written: `40km`, `40 kilometres`, `$2m`."""

import re

from harness.claims.figures.currencies import BEFORE, CODES, NOUNS, currency_at, currency_of, noun_unit, one_currency
from harness.claims.parsing.parse import Parse
from harness.language.lexical import word_list

SECONDS = {
    "second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0, "week": 604_800.0, "month": 2_629_800.0,
    "year": 31_557_600.0, "decade": 315_576_000.0, "century": 3_155_760_000.0,
}  # fmt: skip
"""How long units of time are; a month is a twelfth of a year of 365.25 days."""
DURATIONS = frozenset(SECONDS)
"""Units of time."""
_PERCENT = re.compile(r"\s*[-‑]?(?:%|per\s?cent\b|percent(?:age)?\b|pc\b|pct\b)", re.IGNORECASE)
_POINTS = re.compile(r"(?:\s*[-‑]?(?:%|per\s?cent(?:age)?\b)[\s-]*|\s*-)points?\b", re.IGNORECASE)
"""Percentage points: what a share itself rose or fell by."""
_WRITTEN = (
    ("mph", r"mph|miles? (?:per|an) hour"),
    ("kph", r"k(?:m/?|p)h|kilomet(?:re|er)s? (?:per|an) hour"),
    ("km", r"kms?|kilomet(?:re|er)s?"),
    ("mile", r"miles?|mi"),
    ("metre", r"m(?=etre|eter|\b)(?:et(?:re|er)s?)?"),
    ("cm", r"cms?|centimet(?:re|er)s?"),
    ("mm", r"mm|millimet(?:re|er)s?"),
    ("foot", r"ft|foot|feet"),
    ("inch", r"inch(?:es)?"),
    ("yard", r"yds?|yards?"),
    ("kg", r"kgs?|kilos?|kilogram(?:me)?s?"),
    ("gram", r"g|grams?|grammes?"),
    ("tonne", r"tonnes?|tons?"),
    ("lb", r"lbs?"),
    ("ounce", r"oz|ounces?"),
    ("litre", r"lit(?:re|er)s?"),
    ("gallon", r"gallons?"),
    ("acre", r"acres?"),
    ("hectare", r"ha|hectares?"),
    ("celsius", r"(?:°\s?|degrees?\s)?c(?:elsius|entigrade)?"),
    ("fahrenheit", r"(?:°\s?|degrees?\s)?f(?:ahrenheit)?"),
    ("degree", r"°|degrees?"),
    ("megawatt", r"mw|megawatts?"),
    ("gigawatt", r"gw|gigawatts?"),
    ("kilowatt", r"kw|kilowatts?"),
    ("times", r"times"),
    *((name, f"{name}s?") for name in ("year", "month", "week", "day", "hour", "minute")),
)
_AFTER = tuple((name, re.compile(rf"[\s-]*(?:{pattern})(?![\w°])", re.IGNORECASE)) for name, pattern in _WRITTEN)
_AGE = re.compile(r"[\s-]*years?[\s-]old", re.IGNORECASE)
_AGED = re.compile(r"(?:,?\s*aged|\b[Dd](?:ead|ies|ied|ying|eath) at(?: (?:the )?age(?: of)?)?)\s*$")
_AREA = re.compile(r"[\s-]*sq(?:uare|\.)?[\s-]+", re.IGNORECASE)
_ONE_LETTER = frozenset("mgCF")
"""Units of one letter, which are units only right after a digit: `40m`, `38C`."""
_KIN = {"degree": frozenset({"celsius", "fahrenheit"}), "percent": frozenset({"point"})}
"""Units that a claim may leave half said: degrees of some scale, points told as per cent."""
_SHORT = ("kms", "kgs", "lb", "lbs", "cm", "mm", "ft", "oz", "m", "c", "f", "g", "ha", "°", "°c", "°f", "h")
WORDS = frozenset({
    "-", "%", "/", "per", "cent", "percent", "pc", "pct", "mph", "kph", "km", "kg", "hour", "an", "year", "years",
    "old", "century", "kilometre", "kilometres", "kilometer", "kilometers", "kilo", "kilos", "kilogram", "kilograms",
    "celsius", "fahrenheit", "degree", "degrees", *_SHORT, *({*CODES.lower().split("|")} - {"try"}),
})  # fmt: skip
"""Words after a figure that are accounted for with it, where they make up its unit."""


def is_of_unit(unit: str, word: str) -> bool:
    """Recognise a word that belongs to a figure's unit: `km`, or the noun of its currency."""
    return word.lower() in WORDS or noun_unit(word) == unit


def with_unit(text: str, start: int, end: int, unit: str) -> str:
    """Write the figure `text[start:end]` with its currency before it, or the words of its unit behind it."""
    first, last = span_with_unit(text, start, end, unit)
    return text[first:last]


def span_with_unit(text: str, start: int, end: int, unit: str) -> tuple[int, int]:
    """Find where the figure `text[start:end]` stands together with its unit."""
    before = BEFORE.search(text[:start])
    if before:
        return before.start(), end
    after = text[end:]
    written = ((name, way) for name, way in _AFTER if name == unit)
    found = _POINTS.match(after) or _PERCENT.match(after)
    found = found or next((match for _, way in written if (match := way.match(after))), None)
    word = re.match(r"\s(\w+)", after)
    if found is None and word and noun_unit(word[1]) == unit != "":
        found = word
    return start, end + (found.end() if found else 0)


def unit_of(text: str, start: int, end: int, head: str, parse: Parse, head_token: int) -> str:
    """Name the unit of the figure `text[start:end]` that counts `head`; empty for a plain count."""
    after = text[end:]
    if _POINTS.match(after):
        return "point"
    if _PERCENT.match(after):
        return "percent"
    money = currency_at(text, start, end)
    if money:
        return money
    if _AGE.match(after):
        return "age"
    area = _AREA.match(after)
    rest = after[area.end() :] if area else after
    for name, pattern in _AFTER:
        found = pattern.match(rest)
        # A single letter is a unit only right after a digit: `5 m` may be the end of something else.
        if found and (len(found.group().strip(" -")) > 1 or (found.group() in _ONE_LETTER and text[end - 1].isdigit())):
            return f"square {name}" if area else name
    if head in NOUNS:
        return currency_of(head, text[: parse.tokens[head_token].start])
    if head in word_list("units", "measures") or head in DURATIONS:
        return next((name for name, pattern in _AFTER if pattern.fullmatch(head)), head)
    return "age" if _AGED.search(text[max(0, start - 24) : start]) else ""


def measures_alike(claimed: str, found: str) -> bool:
    """Accept a claimed unit for the one found: the same, or said less exactly (`38 degrees`)."""
    return claimed == found or found in _KIN.get(claimed, ()) or one_currency(claimed, found)
