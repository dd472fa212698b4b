"""Errors in what a headline names: numbers, people and things, places, times, and invented details."""

from collections.abc import Iterator
from dataclasses import replace

from harness.claims.entities import Name, same_name
from harness.claims.figures.agreement import agree
from harness.claims.figures.quantities import Figure
from harness.claims.figures.slots import counted
from harness.claims.meaning import is_month, is_weekday
from harness.language.lexical import content_stems, word_list
from harness.perturbations.change import Change, Means, append_words, replace_span
from harness.perturbations.context import LOCATIVE, Headline, Spelling, is_where, spell
from harness.perturbations.words import lines, replacements, table, written_like


def number(headline: Headline, means: Means) -> Iterator[Change]:
    """Change a figure to one that no article states in that slot, and that no rounding or bound excuses."""
    reading = headline.reading
    for figure in reading.figures:
        if figure.modifier in {"vague", "range"} or figure.value != int(figure.value) or figure.value < 0:
            continue
        if figure.value == 1 and not figure.ordinal:
            continue  # `one vote` would become `four vote`
        value = int(figure.value)
        stated = _stated_values(headline, figure)
        for other in _values(figure, value, stated, means):
            new = written_like(headline.text[figure.start : figure.end], other)
            if new is not None and new.lower() != headline.text[figure.start : figure.end].lower():
                yield replace_span(headline, "another value", figure.start, figure.end, new)
                break


def _values(figure: Figure, value: int, stated: list[Figure], means: Means) -> Iterator[int]:
    """Yield wrong values, in the order in which they are to be tried.

    A bound may only be moved so that it promises more: `more than 40` for `more than 60` would still be true.
    """
    open_above = any(held.modifier == "above" for held in stated)
    up = [value + means.random.randint(2, 9), value * 2 + 1, value * 3 + 1, value * 10]
    down = [value - means.random.randint(2, 9), value // 2, value // 3]
    if value >= 100:
        size = 10 ** (len(str(value)) - 2)
        up[0], down[0] = value + means.random.randint(2, 6) * size, value - means.random.randint(2, 6) * size
    tried = up if figure.modifier == "above" else down if figure.modifier == "below" or open_above else up + down
    means.random.shuffle(tried)
    for other in tried:
        if other < 1 or other == value or (figure.unit == "percent" and other > 100 >= value):
            continue
        wrong = _figure_of(figure, other)
        if not any(agree(wrong, held) or _is_compatible(wrong, held) for held in stated):
            yield other


def _stated_values(headline: Headline, figure: Figure) -> list[Figure]:
    """Collect what the articles state in the slot of a figure: the same unit, and the same thing counted."""
    mine = counted(headline.reading, figure)
    return [
        held
        for reading, held in headline.context.figures
        if held.unit == figure.unit
        and held.ordinal == figure.ordinal
        and (figure.unit or figure.ordinal or mine & counted(reading, held))
    ]


def _figure_of(figure: Figure, value: int) -> Figure:
    share = value / figure.value if figure.value else 1.0
    high = None if figure.high is None else figure.high * share
    return replace(figure, value=float(value), low=figure.low * share, high=high)


def _is_compatible(wrong: Figure, held: Figure) -> bool:
    """Tell whether the articles' figure is compatible with the wrong one in either direction."""
    return held.low <= wrong.value <= (held.high if held.high is not None else float("inf"))


def entity(headline: Headline, means: Means) -> Iterator[Change]:
    """Put another name of the same kind in the place of a name that is not a place of action."""
    for name in headline.reading.names:
        if not is_where(headline.reading, name):
            yield from _other_name(headline, name, means)


def place(headline: Headline, means: Means) -> Iterator[Change]:
    """Change the place of the headline, or a point of the compass, or add a place where it gives none."""
    reading = headline.reading
    where = [name for name in reading.names if is_where(reading, name)]
    for name in where:
        yield from _other_name(headline, name, means)
    for token in reading.parse.tokens:
        for other in replacements("places", "turned").get(token.lower, ()):
            if other not in headline.context.words:
                new = other.capitalize() if token.text[:1].isupper() else other
                yield replace_span(headline, "turned round", token.start, token.end, new)
    if not where and not any(token.lower in LOCATIVE for token in reading.parse.tokens):
        pool = [other for other in table()["places"]["strangers"].split() if _unknown(headline, other)]
        if pool:
            yield append_words(headline, f"in {means.random.choice(pool)}")


def _other_name(headline: Headline, name: Name, means: Means) -> Iterator[Change]:
    reading = headline.reading
    mine = spell(reading, name)
    tokens = reading.parse.tokens
    start = tokens[name.start].start
    end = start + len(mine.text)
    small = len(name.words) == 1 and headline.context.writes_small(mine.text)
    possessive = mine.text[-1:] == "s" and headline.text[end : end + 1] in {"'", "’"}
    hyphened = "-" in {headline.text[end : end + 1], headline.text[max(0, start - 1) : start]}
    if (name.start == 0 and small) or possessive or hyphened:
        return  # a common noun with the capital of a headline's first word, `Legionnaires'`, `Faith-Based`
    own = [
        other
        for other in headline.context.names
        if _fits(mine, other) and not _shares_a_sentence(headline, name, other.name)
        and not any(same_name(other.name, held) for held in reading.names)
    ]  # fmt: skip
    lent = [other for other in means.lent if _fits(mine, other)]
    if own:
        yield replace_span(headline, "of these articles", start, end, means.random.choice(own).text)
    if lent:
        yield replace_span(headline, "of no article", start, end, means.random.choice(lent).text)
    if not own and not lent and mine.form == "name" and name.kind in {"person", "organisation", "other"}:
        pool = [other for other in lines("names", name.kind) if _unknown(headline, other)]
        if name.kind == "person" and len(name.words) == 1:
            pool = [other.split()[-1] for other in pool]
        if pool:
            yield replace_span(headline, "of no article", start, end, means.random.choice(pool))


def _fits(mine: Spelling, other: Spelling) -> bool:
    """Tell whether a name may take another's place: same kind and form, both countries or neither, no word shared.

    A place is one only where something is said to be in it: the parser takes many a name for a place.
    """
    first, second = mine.name, other.name
    if mine.form != other.form or first.kind != second.kind or bool(first.nation) != bool(second.nation):
        return False
    if first.kind == "place" and not other.where and not second.nation:
        return False
    if same_name(first, second) or set(first.words) & set(second.words):
        return False
    if not other.text[:1].isupper() or any(is_weekday(word) or is_month(word) for word in second.words):
        return False
    return not set(second.words) & word_list("roles", "titles")


def _shares_a_sentence(headline: Headline, name: Name, other: Name) -> bool:
    """Tell whether an article seems to say of the other name what the headline says of this one.

    True where a sentence has the other name and the concept of a predicate that governs this one.
    """
    reading = headline.reading
    mine = {
        frame.concept
        for frame in reading.frames
        for index in (*frame.agents, *frame.patients, *(index for _, index in frame.obliques))
        if name.start <= index < name.end or any(name.start <= each < name.end for each in reading.parse.subtree(index))
    }
    return any(
        mine & {frame.concept for frame in sentence.frames} and any(same_name(other, held) for held in sentence.names)
        for sentence in headline.context.readings
    )


def _unknown(headline: Headline, text: str) -> bool:
    return not set(content_stems(text)) & headline.context.stems


def time(headline: Headline, means: Means) -> Iterator[Change]:
    """Change the weekday, month or year of the headline to one that no article has, or add one where it gives none."""
    context = headline.context
    given = False
    for token in headline.reading.parse.tokens:
        if is_weekday(token.lower) and token.text[:1].isupper():
            given = True
            days = [day for day in word_list("time", "weekdays") if day not in context.times]
            if days:
                new = means.random.choice(sorted(days)).capitalize()
                yield replace_span(headline, "another", token.start, token.end, new)
        elif is_month(token.lower) and token.tag in {"NNP", "NNPS"} and token.entity == "DATE":
            given = True
            months = [
                month for month in word_list("time", "months") if len(month) > 4 and month[:3] not in context.times
            ]
            if months:
                new = means.random.choice(sorted(months)).capitalize()
                yield replace_span(headline, "another", token.start, token.end, new)
        elif len(token.text) == 4 and token.text.isdigit() and token.text[:2] in {"19", "20"} and not any(
            figure.start == token.start for figure in headline.reading.figures
        ):  # fmt: skip
            given = True
            years = [
                year for year in (int(token.text) + step for step in (-7, -3, 3, 7)) if str(year) not in context.times
            ]
            if years:
                yield replace_span(headline, "another", token.start, token.end, str(means.random.choice(years)))
    if given or headline.reading.times:
        return
    weekdays = word_list("time", "weekdays")
    free = sorted(weekdays - context.times)
    if free and weekdays & context.times:
        yield append_words(headline, f"on {means.random.choice(free).capitalize()}")


def invent(headline: Headline, means: Means) -> Iterator[Change]:
    """Add a detail that no article has: none of its content words stands in one."""
    free = [detail for detail in lines("invented", "details") if _unknown(headline, detail)]
    if free:
        yield append_words(headline, means.random.choice(free))
