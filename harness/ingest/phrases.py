"""The form of a phrase rule, and the words that several of them share."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from harness.ingest.page import Line, Page

SITE = r"(?:facebook|twitter|instagram|you ?tube|tik ?tok|telegram|whats ?app|linked ?in|reddit|google news|flipboard)"
TEXT = r"(?:article|story|post|piece|content|page|version|text|interview|thread|blog|column|press release|feature)"
NAMES = (
    r"(?:(?-i:[A-Z])[\w.'’/-]*+|(?:and|in|for|with|by|the|at|of|de|van|von|additional|further|reporting|writing|"
    r"editing|newsroom)\b|[,;:&()./|–—\s-])++"
)
"""Nothing but names, and what stands between them in a list of who wrote and edited."""
_LONGEST_LINE = 700
"""Characters; no longer line is boilerplate, and the patterns' time stays bounded."""


@dataclass(frozen=True)
class Phrases:
    """A rule that drops, for one reason, the lines that match any of its patterns.

    A pattern in `whole` must match a line from end to end, marks at its edges aside; one in `heading` likewise, but a
    sentence with its full stop is spared. One in `within` may stand anywhere in a line; it is tried only on lines up to
    a length and never on speech, since a minister may say "sign up for our scheme" and a site is not quoted.
    """

    name: str
    why: str
    whole: tuple[str, ...] = ()
    heading: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    longest: int = 45
    """Most words of a line that the `within` patterns are tried on."""

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
        whole, heading, within = (
            "|".join(f"(?:{pattern})" for pattern in patterns) or "(?!)"
            for patterns in (self.whole, self.heading, self.within)
        )
        return (
            re.compile(rf"[\W_]*(?:{whole})[\W_]*", re.IGNORECASE),
            re.compile(rf"[\W_]*(?:{heading})[\W_]*", re.IGNORECASE),
            re.compile(within, re.IGNORECASE),
        )

    def matches(self, line: Line) -> bool:
        """Whether the line is of this kind."""
        whole, heading, within = self._patterns
        if len(line.text) > _LONGEST_LINE:
            return False
        if whole.fullmatch(line.text):
            return True
        if len(line.words) <= 16 and not line.text.endswith(".") and heading.fullmatch(line.text):
            return True
        return len(line.words) <= self.longest and not line.is_speech and bool(within.search(line.text))

    def __call__(self, page: Page) -> Iterator[tuple[int, str]]:
        """Indexes and reasons of the lines to drop."""
        for index in page.kept():
            if self.matches(page.lines[index]):
                yield index, self.why
