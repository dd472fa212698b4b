"""Mistakes of many rows, those of one kind counted together: a thousand bad dates are one line, not a thousand."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from harness import printable
from harness.errors import Problem

ALONE: Final = 5
"""Mistakes of one kind that are still listed one by one."""
MOST_KINDS: Final = 500
"""Kinds that are told apart; a file with more is another file than was meant, and what is left is counted."""

_FOUND = re.compile(r"found .*?(?=; accepted|; did you mean|$)")
_VARIES = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|\d[\d,.]*")
_LONGEST: Final = 1000


def grouped(problems: Iterable[Problem], most: int) -> list[Problem]:
    """At most `most` problems for those of many rows, more than a few of one kind as one, and what is left counted."""
    kinds: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in problems:
        reason = f"{problem.message}; accepted: {problem.accepted}"
        kinds.setdefault(_kind(problem.where, problem.path, reason), []).append(problem)
    found: list[tuple[Problem, int]] = []
    for alike in kinds.values():
        if len(alike) <= ALONE:
            found.extend((problem, 1) for problem in alike)
        else:
            rows = _counted(len(alike), [problem.line for problem in alike[:ALONE]])
            found.append((replace(alike[0], message=f"{rows}: {alike[0].message}"), len(alike)))
    shown = sorted(found[:most], key=lambda each: (each[0].where, each[0].line or 0))
    left = sum(count for _, count in found) - sum(count for _, count in shown)
    return [*(problem for problem, _ in shown), *([Problem(f"and {left:,} more mistakes")] if left else [])]


def _kind(where: str, path: str, reason: str) -> tuple[str, str, str]:
    """What mistakes of one kind have in common: everything but values, numbers and quotations."""
    return where, _VARIES.sub("…", path), _VARIES.sub("…", _FOUND.sub("found", reason[:_LONGEST]))


def _counted(count: int, lines: Iterable[int | None]) -> str:
    first = ", ".join(str(line) for line in lines if line)
    return f"{count:,} rows like this" + (f" (lines {first}, …)" if first else "")


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
        key = _kind(where, path, reason)
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
            rows = _counted(kind.count, [mistake.line for mistake in kind.first])
            yield first._replace(reason=f"{rows}: {first.reason}"), kind.count
