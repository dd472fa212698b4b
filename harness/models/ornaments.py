"""What stands at the ends of a line and is no part of the headline: emoji, counts, notes, list signs, table bars.

A sign is decoration only where a space sets it apart and no small letter follows: "❤ emoji tops list" stays.
"""

import re
import unicodedata

_JOINERS = "\u200d\ufe0e\ufe0f\u20e3"
"""They make one emoji of several characters: a join, variants, the frame of a key."""
_SIGNS = "~→➔➜►"
_KEYCAP = re.compile(r"^[0-9#*]\ufe0f?\u20e3\s*")
_OPENERS = re.compile(r"[#*_>\s\"“”'‘`«‹\[]*")
_CLOSED = re.compile(r"[\"“”'’`»›*_\]]*$")
"""Marks round the whole, within which a sign may stand at the end."""
_DRAWN = re.compile(r"^([+=~|/\\<>*-])\1+\s+|(?<!\s)\s+([+=~|/\\<>*-])\2+$")
"""A row of equal signs: `+++ Tarn leads +++`."""
_NEEDS_MORE = re.compile(r"(?::|\b(?:a|an|the|of|with|by|as|is))$", re.IGNORECASE)
"""What a sign completes that follows: "Mayor replies with a 👍"."""

_NUMBER = (
    r"(?:(?:exactly|approx\.?|approximately|about|around|under|over|just|only|max\.?|total:?|length:?|[<≤~≈])\s*)?"
    r"\d{1,4}"
)
_UNIT = r"(?:words?|characters?|chars?|letters?|tokens?)"
_SOURCE = r"(?:articles?|sources?|docs?|documents?|source\s+articles?|sources?:\s*articles?)"
_COUNT = (
    rf"{_NUMBER}[\s-]+{_UNIT}(?:[\s,;/|]+(?:and\s+)?{_NUMBER}\s+{_UNIT})?(?:,?\s+(?:including|excluding|with|without|incl\.?|excl\.?)\s+"
    rf"(?:spaces|punctuation))?(?:\s+(?:long|total|or\s+less|max|maximum))?"
    rf"|(?:total\s+)?{_UNIT}(?:\s+count)?\s*[:=]\s*{_NUMBER}(?:\s+{_UNIT})?"
)
_CITED = rf"(?:{_SOURCE}\s*:?\s*)?#?\d{{1,3}}(?:\s*(?:,|;|&|and|[-–])\s*(?:{_SOURCE}\s*)?#?\d{{1,3}})*"
_ASIDE = re.compile(
    rf"(?:\s+[-–—|])?\s*(?P<marks>[*_]{{0,3}})"
    rf"(?:[(\[]\s*(?:{_COUNT}|note\s*:[^()\[\]]*|{_SOURCE}\s*:?\s*\d[\d\s,;&-]*)\s*[)\]]|\[{_CITED}\])"
    rf"(?P=marks)(?P<kept>[\"'”’“»›`*_.\]]*)$",
    re.IGNORECASE,
)
_CLOSERS = tuple(")]\"'”’“»›`*_.")
_LONGEST_ASIDE = 200
_COUNT_LINE = re.compile(rf"[(\[]?\s*(?:{_COUNT})\s*[)\]]?\.?", re.IGNORECASE)
_ROW = re.compile(r"^\|(.*)\|$")
_LIST_SIGN = re.compile(
    r"^(?P<marks>[*_]{0,3})\(?(?:[aAiI][)]|i\.|\#1[:.)]|1:)(?:(?P=marks)\s+|\s+(?=\S.*(?P=marks)$))(?=[^\Wa-z_]|[\"“'‘*_])"
)
_LETTER = re.compile(r"^[*_]{0,3}A\.[*_]{0,3}\s+")
_NEXT_LETTER = re.compile(r"^[*_]{0,3}B\.[*_]{0,3}\s+")


def is_decoration(character: str) -> bool:
    """Tell whether a character is an emoji, an arrow or another sign that says nothing; a unit such as ℃ does."""
    if character in _JOINERS or character in _SIGNS:
        return True
    is_drawn = "\u2190" <= character < "\u3000" or character >= "\ufe00"
    return is_drawn and unicodedata.category(character) in ("So", "Sk")


def without_ornaments(line: str) -> str:
    """Return a line without what only decorates it, its number in a list, and what is said of it behind it."""
    line = _cell(line.strip())
    line = _LIST_SIGN.sub(r"\g<marks>" if line[-1:] in "*_" else "", line, count=1)
    for _ in range(4):
        shorter = _without_asides(_without_decoration(line))
        if shorter == line:
            break
        line = shorter
    return line


def is_count(line: str) -> bool:
    """Tell whether a line only says how long the headline is: "Word count: 9"."""
    return bool(_COUNT_LINE.fullmatch(line))


def undecorated(line: str) -> str:
    """Return a line without signs at its ends, whatever stands next to them."""
    start, end = 0, len(line)
    while start < end and (is_decoration(line[start]) or line[start].isspace()):
        start += 1
    while end > start and (is_decoration(line[end - 1]) or line[end - 1].isspace()):
        end -= 1
    return line[start:end]


def may_be_lettered(line: str) -> bool:
    """Tell whether a line begins with "A.", the first of several or an initial: the next line decides."""
    return bool(_LETTER.match(line))


def without_letter(line: str, following: str) -> str:
    """Return a line without its "A." where the one behind it begins with "B."."""
    return _LETTER.sub("", line, count=1) if _NEXT_LETTER.match(following) else line


def _cell(line: str) -> str:
    """Return the first cell in words of a row of a table, or the line."""
    if not (row := _ROW.match(line)):
        return line
    return next((cell.strip() for cell in row[1].split("|") if any(each.isalpha() for each in cell)), line)


def _without_decoration(line: str) -> str:
    line = _DRAWN.sub("", line)
    opened, closed = _OPENERS.match(line), _CLOSED.search(line, max(0, len(line) - 6))
    marks, closing = opened[0] if opened else "", closed[0] if closed else ""
    rest = line[len(marks) :]
    if key := _KEYCAP.match(rest):
        return marks + rest[key.end() :]
    at = 0
    while at < len(rest) and (is_decoration(rest[at]) or (at and rest[at] == " ")):
        at += 1
    if at and rest[at - 1] == " " and rest[at:] and not rest[at].islower():
        line = marks + rest[at:]
    closing = closing if marks else ""
    last = end = len(line) - len(closing)
    while end and (is_decoration(line[end - 1]) or line[end - 1] == " "):
        end -= 1
    before = line[:end]
    is_apart = len(marks) < end < last and line[end] == " " and bool(line[end:last].strip())
    return before + closing if is_apart and not _NEEDS_MORE.search(before) else line


def _without_asides(line: str) -> str:
    if line[-1:] not in _CLOSERS:
        return line
    found = _ASIDE.search(line, max(1, len(line) - _LONGEST_ASIDE))
    return line[: found.start()] + found["kept"] if found else line
