"""Tell updates of a figure from conflicts: one of several reports came later.

Dates of publication come before wording: `rose to 19` of Monday is no newer than a plain 25 of Wednesday.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, pairwise

from harness.claims.figures.quantities import Figure

_RISING = r"rose|risen|rises|rising|climbed|climbs|increased|grew|jumped|raised"
_FALLING = r"fell|falls|fallen|dropped|lowered"
_UPDATE = re.compile(
    rf"\b(?:(?:{_RISING}|{_FALLING}|revised|updated)(?: (?:down|up))?"
    r" (?:from [\w,.]+ )?to|up from|down from|now (?:stands|stood|at|put|counts?|reached)|has (?:reached|passed|risen)"
    r"|had earlier|earlier report|previously (?:reported|put|said)|corrected|correction|originally reported"
    r"|latest (?:figure|count|toll))",
    re.IGNORECASE,
)
_UP = re.compile(rf"\b(?:{_RISING}|up from)\b", re.IGNORECASE)
_DOWN = re.compile(rf"\b(?:{_FALLING}|revised|down from|correct(?:ed|ion))\b", re.IGNORECASE)
_REACH = 25
"""Characters between the wording and the figure it announces."""


@dataclass(frozen=True, slots=True)
class Report:
    """One report of a figure: its sentence, and when the articles that it stands in were published."""

    figure: Figure
    text: str
    published: tuple[datetime | None, ...]
    only_grows: bool = False
    """True for a count that falls only where it is corrected: the dead of an event."""


def _announcement(text: str, figure: Figure) -> str:
    """Find the words that announce a figure as the newer one (`rose to 82`, `82, up from 61`); empty without any."""
    for match in _UPDATE.finditer(text):
        words = match.group()
        if 0 <= figure.start - match.end() <= _REACH and not words.lower().endswith("from"):
            return words
        if words.lower().endswith("from") and 0 <= match.start() - figure.end <= _REACH:
            return words
    return ""


def newer(mine: Sequence[Report], theirs: Sequence[Report]) -> int:
    """Order two sides: 1 where the first updates the second, -1 where it was overtaken, else 0.

    By days of publication where all are known and one side's lie after the other's; by wording otherwise. A count that
    only grows and yet is lower on the later day was overtaken by no one, unless the later report corrects it.
    """
    first, second = (_days(moment for report in side for moment in report.published) for side in (mine, theirs))
    if first is not None and second is not None:
        # Whole days: hours are often those of the page, not of the report.
        if first[0].date() > second[1].date():
            return 1 if _may_follow(theirs, mine) else 0
        if second[0].date() > first[1].date():
            return -1 if _may_follow(mine, theirs) else 0
    for side, order in ((mine, 1), (theirs, -1)):
        if any(_announcement(report.text, report.figure) for report in side):
            other = theirs if order == 1 else mine
            return order if _may_follow(other, side, dated=False) else 0
    return 0


def _may_follow(earlier: Sequence[Report], later: Sequence[Report], *, dated: bool = True) -> bool:
    """Tell whether later reports can follow earlier ones: a rise must rise, and the dead do not come back."""
    words = " ".join(_announcement(report.text, report.figure) for report in later)
    before, after = [r.figure.value for r in earlier], [r.figure.value for r in later]
    if _UP.search(words):
        return min(after) > max(before)
    if _DOWN.search(words):
        return True
    if dated and any(report.figure.unit for report in later):
        return False  # what is measured twice may well be two things, whatever the days
    return not any(report.only_grows for report in (*earlier, *later)) or min(after) > max(before)


def is_update(reports: Sequence[Report]) -> bool:
    """Tell whether different figures report one count at different times.

    Where days of publication part them, each must follow the one before; where not, one that is announced as the newer
    is enough.
    """
    sides: dict[float, list[Report]] = {}
    for report in reports:
        sides.setdefault(report.figure.value, []).append(report)
    spans = [_days(moment for report in side for moment in report.published) for side in sides.values()]
    known = sorted(span for span in spans if span is not None)
    ordered = [sides[value] for value in sorted(sides)]
    if len(known) == len(sides) and all(a[1].date() < b[0].date() for a, b in pairwise(known)):
        steps = {newer(high, low) for low, high in pairwise(ordered)}
        return steps in ({1}, {-1})
    return any(newer(high, low) for low, high in combinations(ordered, 2))


def _days(moments: Iterable[datetime | None]) -> tuple[datetime, datetime] | None:
    """Return the earliest and the latest moment, or None where one is unknown or there are none."""
    known = list(moments)
    if not known or any(moment is None for moment in known):
        return None
    dated = [moment for moment in known if moment is not None]
    return min(dated), max(dated)
