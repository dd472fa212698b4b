"""What a `$` without a country is in the articles of a cluster: a stylebook has it written out once, and not again."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from harness.claims.figures.currencies import bare_dollars, is_dollar
from harness.claims.figures.quantities import Figure
from harness.claims.sentence_analysis import Reading
from harness.claims.units import Unit

_BARE = "usd"


def with_countries(units: Sequence[Unit], readings: Sequence[Reading]) -> Iterator[tuple[int, Figure]]:
    """Yield the figures of a cluster's sentences, each with its sentence, bare dollars as those of their article.

    A bare figure that another article gives with its country (`$2.4m` beside `A$2.4m`) is of that country too.
    """
    if not any(is_dollar(figure.unit) for reading in readings for figure in reading.figures):
        yield from ((number, figure) for number, reading in enumerate(readings) for figure in reading.figures)
        return
    written: dict[str, set[str]] = defaultdict(set)
    countries: dict[str, set[str]] = defaultdict(set)
    valued: dict[float, set[str]] = defaultdict(set)
    for unit, reading in zip(units, readings, strict=True):
        explicit = {figure.unit for figure in reading.figures if is_dollar(figure.unit) and figure.unit != _BARE}
        for article in unit.article_ids:
            written[article] |= explicit
            countries[article].update(name.nation for name in reading.names if name.nation)
        for figure in reading.figures:
            if figure.unit in explicit:
                valued[figure.value].add(figure.unit)
    for number, (unit, reading) in enumerate(zip(units, readings, strict=True)):
        article = unit.places[0].article_id
        own = bare_dollars(frozenset(written[article]), frozenset(countries[article]))
        for figure in reading.figures:
            if figure.unit == _BARE:
                same = valued.get(figure.value, set())
                figure = replace(figure, unit=next(iter(same)) if len(same) == 1 else own)
            yield number, figure
