"""Repair of datelines from which a scraper stripped the agency or the place."""

import re

from harness.language.text import dateline_end

_REMAINS = re.compile(r"(?:[(\[]\s*[)\]]|/\s*/)\s*\.?\s*[-–—:_|]*\s*|(?:[-–—_]{1,3}|\|)\s+|,\s*[-–—]+\s*")
_MONTH = r"(?:Jan|Feb|March|Mar|April|Apr|May|June|Jun|July|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_DATE = rf"(?:,\s*(?:{_MONTH}\s+\d{{1,2}}|\d{{1,2}}\s+{_MONTH})(?:,?\s+(?:19|20)\d\d)?\s*)"
_LONE = re.compile(
    rf"(?:[A-Z][\w.'’-]*+[ ,/]*?){{1,4}}{_DATE}?(?:\s*\([A-Z][\w ]{{1,20}}\)|\s*/[A-Z]\w+/)?\s*(?::|[-–—]+)"
)
_EMPTY_BRACKETS = re.compile(r"[(\[]\s*[)\]]")


def is_lone_dateline(text: str) -> bool:
    """Tell whether a line above the body is nothing but a dateline: `New Delhi:`, `WASHINGTON (AP) —`."""
    return bool(_LONE.fullmatch(text.strip()))


def stripped_dateline_end(text: str) -> int:
    """Find the offset at which the body starts after the remains of a dateline; 0 where nothing was stripped.

    `( )- Russia has sent` and `LONDON ( ) - Shares` are repaired, `LONDON (Reuters) - Shares` is whole and stays.
    """
    remains = _REMAINS.match(text)
    if remains and re.match(r"[\"'“‘]?[A-Z0-9]", text[remains.end() :]):
        return remains.end()
    end = dateline_end(text)
    return end if _EMPTY_BRACKETS.search(text, 0, end) else 0
