"""Whether one of two reports of a figure came later, so that they are an update and no conflict."""

import re
from collections.abc import Iterable
from datetime import datetime

from harness.claims.quantities import Figure

_UPDATE = re.compile(
    r"\b(?:(?:rose|risen|rises|rising|climbed|increased|grew|jumped|raised|revised|updated|fell|dropped)"
    r" (?:from [\w,.]+ )?to|up from|down from|now (?:stands|stood|at|put|counts?|reached)|has (?:reached|passed|risen)"
    r"|had earlier|earlier report|previously (?:reported|put|said)|corrected|correction|originally reported"
    r"|latest (?:figure|count|toll))",
    re.IGNORECASE,
)
_REACH = 25
"""Characters between the wording and the figure it announces."""


def later_by_wording(text: str, figure: Figure) -> bool:
    """Whether a sentence announces a figure as the newer one: `rose to 82`, `now stands at 82`, `82, up from 61`."""
    for match in _UPDATE.finditer(text):
        if 0 <= figure.start - match.end() <= _REACH and not match.group().lower().endswith("from"):
            return True
        if match.group().lower().endswith("from") and 0 <= match.start() - figure.end <= _REACH:
            return True
    return False


def days(moments: Iterable[datetime | None]) -> tuple[datetime, datetime] | None:
    """The first and the last of some moments, or nothing where one is not known or there are none."""
    known = list(moments)
    if not known or any(moment is None for moment in known):
        return None
    dated = [moment for moment in known if moment is not None]
    return min(dated), max(dated)
