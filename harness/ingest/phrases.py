"""Rules that drop lines by their phrases; the phrases stand in `phrases.toml`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from harness.ingest import lexicon
from harness.ingest.page import Line, Page

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
        whole, heading, within = map(lexicon.group, (self.whole, self.heading, self.within))
        return (
            re.compile(rf"[\W_]*{whole}[\W_]*", re.IGNORECASE),
            re.compile(rf"[\W_]*{heading}[\W_]*", re.IGNORECASE),
            re.compile(within, re.IGNORECASE),
        )

    def matches(self, line: Line) -> bool:
        """Tell whether a line is of this kind."""
        whole, heading, within = self._patterns
        if len(line.text) > _LONGEST_LINE:
            return False
        if whole.fullmatch(line.text):
            return True
        if len(line.words) <= 16 and not line.text.endswith(".") and heading.fullmatch(line.text):
            return True
        return len(line.words) <= self.longest and not line.is_speech and bool(within.search(line.text))

    def __call__(self, page: Page) -> Iterator[tuple[int, str]]:
        """Yield index and reason of each line to drop."""
        told: dict[str, bool] = {}  # a list of links or of empty fields has one line hundreds of times
        for index in page.kept():
            line = page.lines[index]
            if line.text not in told:
                told[line.text] = self.matches(line)
            if told[line.text]:
                yield index, self.why


def rules(group: str) -> tuple[Phrases, ...]:
    """List the rules of a group in `phrases.toml`, in the order in which they are tried."""
    return tuple(Phrases(name, **parts) for name, parts in lexicon.table(group).items())
