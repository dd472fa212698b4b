"""Mistakes of many rows, those of one kind counted together: a thousand bad dates are one line, not a thousand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from harness import printable

ALONE: Final = 5
"""Mistakes of one kind that are still listed one by one."""
MOST_KINDS: Final = 500
"""Kinds that are told apart; a file with more is another file than was meant, and what is left is counted."""

_FOUND = re.compile(r"found .*?(?=; accepted|; did you mean|$)")
_VARIES = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|\d[\d,.]*")
_LONGEST: Final = 1000


class Mistake(NamedTuple):
    """One mistake as it is listed: where its first row stands, and what is wrong with it."""

    where: str
    line: int | None
    path: str
    reason: str

    def __str__(self) -> str:
        """`file:line: field: reason`."""
        place = f"{self.where}:{self.line}" if self.line else self.where
        return printable.line(": ".join(part for part in (place, self.path, self.reason) if part))


@dataclass
class _Kind:
    first: list[Mistake] = field(default_factory=list)
    count: int = 0


class Mistakes:
    """Counts mistakes and groups them by kind: equal but for values, numbers and quotations."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[str, str, str], _Kind] = {}
        self.count = 0
        """How many there are."""
        self._others = 0

    def add(self, where: str, line: int | None, path: str, reason: str) -> None:
        """Note one."""
        self.count += 1
        key = (where, _VARIES.sub("…", path), _VARIES.sub("…", _FOUND.sub("found", reason[:_LONGEST])))
        kind = self._kinds.get(key)
        if kind is None:
            if len(self._kinds) == MOST_KINDS:
                self._others += 1
                return
            kind = self._kinds[key] = _Kind()
        kind.count += 1
        if len(kind.first) < ALONE:
            kind.first.append(Mistake(where, line, path, reason))

    def listed(self, most: int) -> tuple[list[Mistake], int]:
        """At most `most` entries in the order in which their first rows came, and how many mistakes they leave out."""
        entries = list(self._entries())
        shown = sorted(entries[:most], key=lambda entry: (entry[0].where, entry[0].line or 0))
        return [mistake for mistake, _ in shown], self.count - sum(count for _, count in shown)

    def _entries(self) -> Iterator[tuple[Mistake, int]]:
        for kind in self._kinds.values():
            if kind.count <= ALONE:
                yield from ((mistake, 1) for mistake in kind.first)
                continue
            first = kind.first[0]
            lines = ", ".join(str(mistake.line) for mistake in kind.first if mistake.line)
            rows = f"{kind.count:,} rows like this" + (f" (lines {lines}, …)" if lines else "")
            yield first._replace(reason=f"{rows}: {first.reason}"), kind.count
