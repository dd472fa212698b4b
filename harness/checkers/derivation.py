"""Figures that the articles do not write but give: an age, years between two dates, the rest of a share, a century."""

from collections.abc import Iterator

from harness.checkers.reading import ClusterReading
from harness.claims.parse import Token
from harness.claims.quantities import Figure
from harness.claims.reading import Reading

_EARLIEST, _LATEST = 1000, 2100
_AGES = frozenset({"age", "year", ""})


def derivations(figure: Figure, reading: Reading, cluster: ClusterReading) -> Iterator[tuple[int, int, int]]:
    """Spans of the articles that a figure of a claim follows from: unit, first and past-last character."""
    if figure.ordinal:
        if reading.parse.tokens[figure.head_token].lemma == "century":
            yield from ((unit, token.start, token.end) for unit, token, year in _years(cluster)
                        if (year - 1) // 100 + 1 == figure.value)  # fmt: skip
        return
    bare = not figure.unit and reading.parse.tokens[figure.head_token].pos not in {"NOUN", "PROPN"}
    for unit, found in cluster.figures:
        same = found.value == figure.value and not found.ordinal
        if same and (bare or ("age" in {figure.unit, found.unit} and {figure.unit, found.unit} <= _AGES)):
            yield unit, found.start, found.end
        if figure.unit == "percent" == found.unit and found.value + figure.value == 100:
            yield unit, found.start, found.end
    if figure.unit == "year" and figure.value == int(figure.value):
        years = list(_years(cluster))
        known = {year for _, _, year in years}
        known |= {published.year for published in cluster.published.values() if published is not None}
        for unit, token, year in years:
            if any(abs(abs(year - other) - figure.value) <= 1 for other in known if other != year):
                yield unit, token.start, token.end


def _years(cluster: ClusterReading) -> Iterator[tuple[int, Token, int]]:
    """The years that the articles name."""
    for unit, reading in enumerate(cluster.readings):
        for token in reading.parse.tokens:
            if len(token.text) == 4 and token.text.isdigit() and _EARLIEST < int(token.text) < _LATEST:
                yield unit, token, int(token.text)
