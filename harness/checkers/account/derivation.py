"""Figures that follow from the articles: an age, years between two dates, the rest of a share, a century."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from operator import itemgetter

from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.contrasts import excepted, set_apart
from harness.claims.figures.currencies import SIGN, is_currency
from harness.claims.figures.quantities import Figure, figures
from harness.claims.figures.slots import comparable, happening
from harness.claims.parsing.parse import Token
from harness.claims.polarity import negates
from harness.claims.sentence_analysis import Reading
from harness.claims.thesaurus import opposites, reversals

_EARLIEST, _LATEST = 1000, 2100
_SPAN_BEFORE = re.compile(
    r"\b(?:after|for|in|over|within|since|past|last|previous|first)\s+(?:\w+\s+)?$", re.IGNORECASE
)
_SPAN_AFTER = re.compile(
    r"[\s-]*(?:years?|decades?|century|centuries)['’]?[\s-]"
    r"(?:later|after|ago|since|on\b|old|apart|earlier|before|of)",
    re.IGNORECASE,
)
_ON_THE = re.compile(r"\b(?:on|by|until|since|before|after|from|for) the\s+$", re.IGNORECASE)
_NUMBER = re.compile(r"(?:\bNo\.|#|\bNumber)\s*$", re.IGNORECASE)
_IN_A_ROW = re.compile(
    r"\b(?:straight|consecutive|successive|running|in a row|in succession|on the trot)\b", re.IGNORECASE
)
"""Words of what comes one after another."""
_AMONG = frozenset({"including", "among", "included"})
_IN_ONE = {
    ("hour", "minute"): 60, ("minute", "second"): 60, ("day", "hour"): 24, ("week", "day"): 7, ("year", "month"): 12,
}  # fmt: skip
"""How many of a smaller unit make one of the larger."""
_PARTIES = frozenset({"dobj", "nsubj", "nsubjpass"})
_NEARLY = 0.1
_DAYS = 31
_APART = re.compile(r"[A-Z]\w+, $")
"""The words before an age without its unit: a name and a comma."""
LOOSE = 0.1
"""Relative error of a multiple: 1.9 times as many are said to have doubled."""
_SPANS = {"year": 1, "decade": 10, "century": 100}
"""Years that a span is counted in."""
_ROUNDED = 0.6
"""How far a span of decades or centuries may be from the years between: six decades are 54 to 66 years."""
_OF = re.compile(r"\s*(?:\w+\s+)?(?:out\s+)?of\s+(?:(?:the|its|their|all|some|about)\s+){0,2}", re.IGNORECASE)
_TO = re.compile(rf"[^.;,]{{0,25}}\bto\s+(?:just\s+|about\s+|nearly\s+)?(?:{SIGN})?", re.IGNORECASE)
_FROM = re.compile(rf"\bfrom\s+(?:just\s+|about\s+|nearly\s+)?(?:{SIGN})?$", re.IGNORECASE)
_UP_TO = re.compile(rf"\bto\s+(?:just\s+|about\s+|nearly\s+)?(?:{SIGN})?$", re.IGNORECASE)
_SINCE = re.compile(rf"[^.;,]{{0,40}}\bfrom\s+(?:just\s+|about\s+|nearly\s+)?(?:{SIGN})?", re.IGNORECASE)
_YEARLY = re.compile(r"\b(?:a|per|each|every) year\b|\b(?:annual|yearly)", re.IGNORECASE)
_RATE = re.compile(r"^[^.;,]{0,30}\b(?:a|per|each|every) (month|week)\b", re.IGNORECASE)
_IN_A_YEAR = {"month": 12, "week": 52}
_NEAR_SUM = 0.02
_POINTS = 0.51
"""Points by which a percentage may differ from one that two figures give: it is rounded."""
_AGES = frozenset({"age", "year", ""})
_LEFT = frozenset({"still", "remain", "remains", "missing", "left"})
_REST = frozenset({"rest", "other", "remain", "remaining", "remainder"})
_FOR, _AGAINST = frozenset({"for", "favour", "favor", "support", "yes"}), frozenset({"against", "oppose", "no"})
"""Words of one side of a question, and of the other."""


def derivations(figure: Figure, reading: Reading, cluster: ClusterReading) -> Iterator[tuple[int, int, int]]:
    """Yield spans that a figure of a claim follows from: unit, first and past-last character."""
    # `The 19th century` is the 19 hundreds' name, not a count of centuries: look for a year inside it.
    if figure.ordinal or (figure.unit == "century" and figure.value <= _LATEST / 100):
        if reading.parse.tokens[figure.head_token].lemma == "century":
            yield from ((unit, token.start, token.end) for unit, token, year in _years(cluster)
                        if (year - 1) // 100 + 1 == figure.value)  # fmt: skip
        yield from _days(figure, reading, cluster)
        yield from _series(figure, reading, cluster)
        return
    yield from _series(figure, reading, cluster)
    yield from _ranks(figure, reading, cluster)
    yield from _unsaid(figure, reading, cluster)
    bare = not figure.unit and reading.parse.tokens[figure.head_token].pos not in {"NOUN", "PROPN"}
    for unit, found in cluster.figures:
        same = found.value == figure.value and not found.ordinal
        years = "age" in {figure.unit, found.unit} and {figure.unit, found.unit} <= _AGES
        # `Two in-laws` are no two-year-old: an age without its unit stands alone.
        counts = found.unit == "" and cluster.readings[unit].parse.tokens[found.head_token].tag in {"NNS", "NNPS"}
        if same and (bare or (years and not counts)):
            yield unit, found.start, found.end
        # `60 % against` follows from `40 % for`. Halves and thirds are too coarse to subtract.
        rest = figure.unit == "percent" == found.unit and found.value + figure.value == 100
        if rest and not (figure.spelt or found.spelt) and _turned(reading, cluster.readings[unit]):
            yield unit, found.start, found.end
    if figure.unit == "times":
        yield from _multiples(figure, cluster)
    yield from _yearly(figure, reading, cluster)
    yield from _sums(figure, reading, cluster)
    yield from _changes(figure, reading, cluster)
    yield from _excepted(figure, reading, cluster)
    if figure.unit in _SPANS and _is_span(figure, reading):
        yield from _since(figure, cluster)
    if figure.unit == "age" or (bare and _APART.search(reading.parse.text[: figure.start])):
        yield from _born(figure, cluster)


def _turned(reading: Reading, other: Reading) -> bool:
    """Tell whether one of two sentences denies what the other says, or has an opposite of it: for, against."""
    mine, theirs = ({token.lemma for token in each.parse.tokens} for each in (reading, other))
    denied = [any(negates(each.parse, token) for token in each.parse.tokens) for each in (reading, other)]
    sides = (mine & _FOR and theirs & _AGAINST) or (mine & _AGAINST and theirs & _FOR)
    opposed = any(theirs & (opposites(lemma) | reversals(lemma)) for lemma in mine)
    return bool(mine & _REST or sides) or denied[0] != denied[1] or opposed


def _days(figure: Figure, reading: Reading, cluster: ClusterReading) -> Iterator[tuple[int, int, int]]:
    """Find the day of a month that a bare ordinal is: `on the 12th` for 12 May."""
    counts = figure.head_token != figure.token
    if not 1 <= figure.value <= _DAYS or counts or not _ON_THE.search(reading.parse.text[: figure.start]):
        return
    for unit, other in enumerate(cluster.readings):
        if any(time.endswith(f" {int(figure.value)}") for time in other.times):
            yield from ((unit, token.start, token.end) for token in other.parse.tokens
                        if token.lower.rstrip("stndrh").lstrip("0") == str(int(figure.value)))  # fmt: skip


def _series(figure: Figure, reading: Reading, cluster: ClusterReading) -> Iterator[tuple[int, int, int]]:
    """Find how many there are in a row for the last of them, and the other way round: *fifth straight loss*."""
    if _IN_A_ROW.search(reading.parse.text):
        yield from ((unit, found.start, found.end) for unit, found in cluster.figures
                    if found.value == figure.value and _IN_A_ROW.search(cluster.readings[unit].parse.text))  # fmt: skip


def _ranks(figure: Figure, reading: Reading, cluster: ClusterReading) -> Iterator[tuple[int, int, int]]:
    """Find the ordinal for a rank: `fifth` for `No. 5`."""
    if _NUMBER.search(reading.parse.text[: figure.start]):
        yield from ((unit, found.start, found.end) for unit, found in cluster.figures
                    if found.ordinal and found.value == figure.value)  # fmt: skip


def _unsaid(figure: Figure, reading: Reading, cluster: ClusterReading) -> Iterator[tuple[int, int, int]]:
    """Find figures whose unit a sentence gives apart, or in two parts; and how many others there are than one.

    `28 a week, fewer hours` is 28 hours, `five hours and 40 minutes` nearly six; of ten, *including* one, nine others.
    """
    other = reading.parse.tokens[figure.head_token].lemma in {"other", "others"}
    for unit, several in groupby(cluster.figures, key=itemgetter(0)):
        held = [found for _, found in several if not found.ordinal]
        tokens = cluster.readings[unit].parse.tokens
        for found in held:
            apart = not found.unit and not found.head and figure.unit in {token.lemma for token in tokens}
            apart &= tokens[found.token].dep not in _PARTIES  # a fall that injured 22 lasted no 22 days
            # `Ten, including the mayor` are the mayor and nine others.
            one = other and found.value - figure.value == 1 and any(token.lower in _AMONG for token in tokens)
            if (figure.unit and apart and found.value == figure.value) or one:
                yield unit, found.start, found.end
        for first, second in pairwise(held):
            parts = _IN_ONE.get((first.unit, second.unit))
            if parts and figure.unit == first.unit and second.value < parts:
                whole = first.value + second.value / parts
                # A claim may say `six hours` for 5 h 54 min; with `nearly` or `about` up to an hour is fair.
                rounded = figure.modifier == "exact" and abs(whole - figure.value) <= _NEARLY
                if rounded or (figure.modifier == "about" and abs(whole - figure.value) < 1):
                    yield unit, first.start, first.end


def _sums(figure: Figure, reading: Reading, cluster: ClusterReading) -> Iterator[tuple[int, int, int]]:
    """Find the first of several figures of one sentence that count what the claim's does and add up to it.

    Two that each happen to them (four died here, nine there), or a list (two men, three women and a child).
    """
    if figure.modifier not in {"exact", "about", "above"}:
        return
    mine = happening(reading, figure)
    for unit, several in groupby(cluster.figures, key=itemgetter(0)):
        # Vague or capped counts cannot be added up.
        held = [found for _, found in several if comparable(figure, found) and found.modifier in {"exact", "above"}]
        other = cluster.readings[unit]
        for first, second in pairwise(held):
            if first.value + second.value == figure.value and all(happening(other, f) & mine for f in (first, second)):
                yield unit, first.start, first.end
        for listed in _lists(other, held):
            if sum(each.value for each in listed) == figure.value and any(happening(other, f) & mine for f in listed):
                yield unit, listed[0].start, listed[0].end


def _lists(reading: Reading, held: Sequence[Figure]) -> Iterator[list[Figure]]:
    """Group figures of one list: only nouns, what belongs to them, and a comma or *and* between two."""
    listed: list[Figure] = []
    for figure in held:
        between = [t for t in reading.parse.tokens if listed and listed[-1].end <= t.start and t.end <= figure.start]
        if not any(t.lower in {",", "and"} for t in between) or any(t.pos in {"VERB", "AUX"} for t in between):
            if len(listed) > 1:
                yield listed
            listed = []
        listed.append(figure)
    if len(listed) > 1:
        yield listed


def _changes(figure: Figure, reading: Reading, cluster: ClusterReading) -> Iterator[tuple[int, int, int]]:
    """Find the first of two figures that a share or a change follows from: `630 of the 900`, `from 40 to 50`."""
    points = reading.parse.tokens[figure.head_token].lemma in {"point", "percentage"}
    for unit, several in groupby(cluster.figures, key=itemgetter(0)):
        text = cluster.readings[unit].parse.text
        held = [found for _, found in several if not found.ordinal and not found.spelt]
        for first, second in pairwise(held):
            gap, grown = text[first.end : second.start], second.value - first.value
            of = _OF.fullmatch(gap) is not None and first.value < second.value
            changed = bool(first.value and _TO.fullmatch(gap) and _FROM.search(text[: first.start]))
            # `Rose to 7.2 percent in October from 6.9 percent` has the earlier one last.
            turned = bool(second.value and _SINCE.fullmatch(gap) and _UP_TO.search(text[: first.start]))
            base = second.value if turned else first.value
            # `630 of the 900` is 70 per cent; `from 40 to 50` is a rise of 10, or of 25 per cent.
            if figure.unit == "percent" and of:
                near = abs(100 * first.value / second.value - figure.value) <= _POINTS
            elif figure.unit == "percent" and (changed or turned) and second.unit != "percent":
                near = abs(100 * abs(grown) / base - figure.value) <= _POINTS
            else:
                named = figure.unit or (figure.head and figure.head in {first.head, second.head})
                same = points if second.unit == "percent" else bool(named) and comparable(figure, second)
                near = (changed or turned) and same and math.isclose(abs(grown), figure.value)
            if near:
                yield unit, first.start, first.end


def _excepted(figure: Figure, reading: Reading, cluster: ClusterReading) -> Iterator[tuple[int, int, int]]:
    """Find how many are left where all but some are meant, 12 of `all but two of the 14`; in a denial the two."""
    left_out = figure.token in set_apart(reading.parse)
    denied = left_out or any(negates(reading.parse, token) or token.lower in _LEFT for token in reading.parse.tokens)
    for unit, other in enumerate(cluster.readings):
        few = excepted(other.parse)
        held = figures(other.parse) if few else ()
        for at, one in enumerate(held):
            if one.token not in few:
                continue
            left = {
                every.value - one.value for every in held[at + 1 : at + 2]
                if _OF.fullmatch(other.parse.text[one.end : every.start])
            }  # fmt: skip
            if figure.value in ({one.value} if denied else left):
                yield unit, one.start, one.end


def _yearly(figure: Figure, reading: Reading, cluster: ClusterReading) -> Iterator[tuple[int, int, int]]:
    """Find the monthly or weekly sum of a yearly one: `$64m a year` for `$5.3m a month`."""
    if not is_currency(figure.unit) or not _YEARLY.search(reading.parse.text):
        return
    for unit, found in cluster.figures:
        rate = _RATE.search(cluster.readings[unit].parse.text[found.end :]) if comparable(figure, found) else None
        if rate and abs(figure.value - found.value * _IN_A_YEAR[rate[1].lower()]) <= _NEAR_SUM * figure.value:
            yield unit, found.start, found.end


def _since(figure: Figure, cluster: ClusterReading) -> Iterator[tuple[int, int, int]]:
    """Find a year that lies as long before or after another, or before the articles, as a claim says."""
    years = list(_years(cluster))
    known = _dated(cluster, years)
    step = _SPANS[figure.unit]
    loose = 1.0 if step == 1 else _ROUNDED * step
    for unit, token, year in years:
        # A year is rounded up or down by the months that neither date tells.
        if any(abs(abs(year - other) - figure.value * step) <= loose for other in known if other != year):
            yield unit, token.start, token.end


def _born(figure: Figure, cluster: ClusterReading) -> Iterator[tuple[int, int, int]]:
    """Find the year of birth that gives the claim's age in a year that the articles name or are of."""
    years = list(_years(cluster))
    known = _dated(cluster, years)
    for unit, token, year in years:
        born = "born" in cluster.unit_words[unit]
        # The birthday may come before or after the article's day in that year.
        if born and any(other - year - figure.value in {0, 1} for other in known if other > year):
            yield unit, token.start, token.end


def _dated(cluster: ClusterReading, years: Iterable[tuple[int, Token, int]]) -> set[int]:
    """Collect the years that the articles name, and those in which they were published."""
    return {year for _, _, year in years} | {day.year for day in cluster.published.values() if day is not None}


def _is_span(figure: Figure, reading: Reading) -> bool:
    """Recognise years between events: `28 years later`, `in 63 years`; not `14 years in prison`."""
    text = reading.parse.text
    return bool(_SPAN_BEFORE.search(text[: figure.start]) or _SPAN_AFTER.match(text[figure.end :]))


def _multiples(figure: Figure, cluster: ClusterReading) -> Iterator[tuple[int, int, int]]:
    """Find what a multiple follows from: the number itself, or two figures of that ratio."""
    for unit, several in groupby(cluster.figures, key=itemgetter(0)):
        held = [found for _, found in several if not found.ordinal]
        plain = [found for found in held if found.value == figure.value and not found.spelt]
        yield from ((unit, found.start, found.end) for found in plain if _multiplies(found, cluster.readings[unit]))
        for first, second in pairwise(held):
            least, most = sorted((first.value, second.value))
            if comparable(first, second) and least > 0 and abs(most / least - figure.value) <= LOOSE * figure.value:
                yield unit, first.start, first.end


def _multiplies(figure: Figure, reading: Reading) -> bool:
    """Recognise a figure that multiplies: `three times`, `a factor of three`, not three of something."""
    by_factor = reading.parse.text[: figure.start].endswith("factor of ")
    return by_factor or figure.unit == "times" or figure.head in {"time", "factor", "fold"}


def _years(cluster: ClusterReading) -> Iterator[tuple[int, Token, int]]:
    """Yield the years that the articles name."""
    for unit, reading in enumerate(cluster.readings):
        for token in reading.parse.tokens:
            year = token.text.removesuffix("s")
            if len(year) == 4 and year.isdigit() and _EARLIEST < int(year) < _LATEST:
                yield unit, token, int(year)
