"""Mistakes of many rows, those of one kind counted together: a thousand bad dates are one line, not a thousand."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from harness.errors import Problem

ALONE: Final = 5
"""Mistakes of one kind that are still listed one by one."""
MOST_KINDS: Final = 500
"""Kinds that are told apart; a file with more is another file than was meant, and the rest is only counted."""

_FOUND = re.compile(r"found .*?(?=; accepted|; did you mean|$)")
_VARIES = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|\d[\d,.]*")
_LONGEST: Final = 1000

Kind = tuple[str, str, str]


def group_problems(problems: Iterable[Problem], most: int) -> list[Problem]:
    """Reduce the problems of many rows to at most `most`; one more counts the rest."""
    mistakes = Mistakes()
    for problem in problems:
        mistakes.add(problem)
    entries, rest = mistakes.first(most)
    return [*entries, *([Problem(f"and {rest:,} more mistakes")] if rest else [])]


@dataclass
class _Group:
    """The mistakes of one kind."""

    first: list[Problem] = field(default_factory=list)
    count: int = 0


class Mistakes:
    """Mistakes counted and grouped by kind: those equal but for values, numbers and quotations."""

    def __init__(self) -> None:
        self._groups: dict[Kind, _Group] = {}
        self.count = 0
        """Number of mistakes."""

    def add(self, problem: Problem) -> None:
        """Count a mistake, and keep it if it is one of the first of its kind."""
        self.count += 1
        kind = _kind(problem)
        if kind not in self._groups and len(self._groups) == MOST_KINDS:
            return
        group = self._groups.setdefault(kind, _Group())
        group.count += 1
        if len(group.first) < ALONE:
            group.first.append(problem)

    def first(self, most: int) -> tuple[list[Problem], int]:
        """Return the first `most` entries, sorted by line, and how many mistakes they leave out."""
        entries = sorted(list(self._entries())[:most], key=lambda entry: (entry[0].where, entry[0].line or 0))
        return [problem for problem, _ in entries], self.count - sum(count for _, count in entries)

    def _entries(self) -> Iterator[tuple[Problem, int]]:
        """Yield a few mistakes of a kind one by one, many as one, each with the number it stands for."""
        for group in self._groups.values():
            if group.count <= ALONE:
                yield from ((problem, 1) for problem in group.first)
                continue
            first = group.first[0]
            lines = ", ".join(str(problem.line) for problem in group.first if problem.line)
            rows = f"{group.count:,} rows like this" + (f" (lines {lines}, …)" if lines else "")
            yield replace(first, message=f"{rows}: {first.message}"), group.count


def _kind(problem: Problem) -> Kind:
    """Return what mistakes of one kind have in common: everything but values, numbers and quotations."""
    reason = f"{problem.message}; accepted: {problem.accepted}"[:_LONGEST]
    return problem.where, _VARIES.sub("…", problem.path), _VARIES.sub("…", _FOUND.sub("found", reason))
