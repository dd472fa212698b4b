"""Figures that the articles do not write but give: an age, years between two dates, the rest of a share, a century."""

import re
from collections.abc import Iterator
from itertools import groupby, pairwise
from operator import itemgetter

from harness.checkers.reading import ClusterReading
from harness.claims.parse import Token
from harness.claims.quantities import Figure
from harness.claims.reading import Reading
from harness.claims.slots import comparable, happening

_EARLIEST, _LATEST = 1000, 2100
_SPAN_BEFORE = re.compile(
    r"\b(?:after|for|in|over|within|since|past|last|previous|first)\s+(?:\w+\s+)?$", re.IGNORECASE
)
_SPAN_AFTER = re.compile(
    r"[\s-]*years?['’]?[\s-](?:later|after|ago|since|on\b|old|apart|earlier|before|of)", re.IGNORECASE
)
_ON_THE = re.compile(r"\b(?:on|by|until|since|before|after|from|for) the\s+$", re.IGNORECASE)
_DAYS = 31
LOOSE = 0.1
"""How far two figures may be from a multiple that a claim calls them: 1.9 times as many are said to have doubled."""
_AGES = frozenset({"age", "year", ""})


def derivations(figure: Figure, reading: Reading, cluster: ClusterReading) -> Iterator[tuple[int, int, int]]:
    """Spans of the articles that a figure of a claim follows from: unit, first and past-last character."""
    if figure.ordinal or (figure.unit == "century" and figure.value <= _LATEST / 100):
        if reading.parse.tokens[figure.head_token].lemma == "century":
            yield from ((unit, token.start, token.end) for unit, token, year in _years(cluster)
                        if (year - 1) // 100 + 1 == figure.value)  # fmt: skip
        yield from _days(figure, reading, cluster)
        return
    bare = not figure.unit and reading.parse.tokens[figure.head_token].pos not in {"NOUN", "PROPN"}
    for unit, found in cluster.figures:
        same = found.value == figure.value and not found.ordinal
        if same and (bare or ("age" in {figure.unit, found.unit} and {figure.unit, found.unit} <= _AGES)):
            yield unit, found.start, found.end
        rest = figure.unit == "percent" == found.unit and found.value + figure.value == 100
        if rest and not (figure.spelt or found.spelt):
            yield unit, found.start, found.end
    if figure.unit == "times":
        yield from _multiples(figure, cluster)
    yield from _sums(figure, reading, cluster)
    if figure.unit == "year" and figure.value == int(figure.value) and _is_span(figure, reading):
        years = list(_years(cluster))
        known = {year for _, _, year in years}
        known |= {published.year for published in cluster.published.values() if published is not None}
        for unit, token, year in years:
            if any(abs(abs(year - other) - figure.value) <= 1 for other in known if other != year):
                yield unit, token.start, token.end


def _days(figure: Figure, reading: Reading, cluster: ClusterReading) -> Iterator[tuple[int, int, int]]:
    """The day of a month that a bare ordinal is: `on the 12th` for 12 May."""
    counts = figure.head_token != figure.token
    if not 1 <= figure.value <= _DAYS or counts or not _ON_THE.search(reading.parse.text[: figure.start]):
        return
    for unit, other in enumerate(cluster.readings):
        if any(time.endswith(f" {int(figure.value)}") for time in other.times):
            yield from ((unit, token.start, token.end) for token in other.parse.tokens
                        if token.lower.rstrip("stndrh").lstrip("0") == str(int(figure.value)))  # fmt: skip


def _sums(figure: Figure, reading: Reading, cluster: ClusterReading) -> Iterator[tuple[int, int, int]]:
    """The first of two figures of one sentence that count what the claim's does and are that many together."""
    if figure.modifier not in {"exact", "about", "above"}:
        return
    mine = happening(reading, figure)
    for unit, figures in groupby(cluster.figures, key=itemgetter(0)):
        held = [found for _, found in figures if comparable(figure, found) and found.modifier in {"exact", "above"}]
        for first, second in pairwise(held):
            other = cluster.readings[unit]
            if first.value + second.value == figure.value and all(happening(other, f) & mine for f in (first, second)):
                yield unit, first.start, first.end


def _is_span(figure: Figure, reading: Reading) -> bool:
    """Whether years are counted between events: `28 years later`, `in 63 years`; not `14 years in prison`."""
    text = reading.parse.text
    return bool(_SPAN_BEFORE.search(text[: figure.start]) or _SPAN_AFTER.match(text[figure.end :]))


def _multiples(figure: Figure, cluster: ClusterReading) -> Iterator[tuple[int, int, int]]:
    """What a multiple follows from: the number by itself, or two figures of a sentence that are so many to one."""
    for unit, figures in groupby(cluster.figures, key=itemgetter(0)):
        held = [found for _, found in figures if not found.ordinal]
        yield from ((unit, found.start, found.end) for found in held if found.value == figure.value and not found.spelt)
        for first, second in pairwise(held):
            least, most = sorted((first.value, second.value))
            if comparable(first, second) and least > 0 and abs(most / least - figure.value) <= LOOSE * figure.value:
                yield unit, first.start, first.end


def _years(cluster: ClusterReading) -> Iterator[tuple[int, Token, int]]:
    """The years that the articles name."""
    for unit, reading in enumerate(cluster.readings):
        for token in reading.parse.tokens:
            year = token.text.removesuffix("s")
            if len(year) == 4 and year.isdigit() and _EARLIEST < int(year) < _LATEST:
                yield unit, token, int(year)
