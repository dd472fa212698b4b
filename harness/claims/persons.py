"""What a sentence says of persons beside their names: their age, their country."""

from collections.abc import Iterator

from harness.claims.entities import Name
from harness.claims.figures.quantities import Figure
from harness.claims.meaning import nations
from harness.claims.parsing.parse import Token
from harness.claims.sentence_analysis import Reading
from harness.claims.thesaurus import is_being

OLDEST = 120
"""Largest figure beside a name that is taken for an age."""
_BESIDE = frozenset({"poss", "amod", "compound", "nmod"})
_AGED = frozenset({"aged", "age", "now"})
_ENDS = frozenset({",", ")", ".", ";", "]", "–", "—"})


def ages(reading: Reading) -> Iterator[tuple[Name, Figure]]:
    """Yield each person with a figure that is their age: `Moe, 34,`, `34-year-old singer Moe`, `Moe was 34`."""
    people = _people(reading)
    for figure in reading.figures:
        if figure.ordinal or figure.value > OLDEST or figure.value != int(figure.value) or figure.modifier != "exact":
            continue
        before = next((name for name in reversed(people) if name.end <= figure.token), None)
        after = next((name for name in people if name.start > figure.token), None)
        if before is not None and _stands_behind(reading, before, figure):
            yield before, figure
        elif after is not None and figure.unit == "age" and _stands_before(reading, after, figure):
            yield after, figure


def countries(reading: Reading) -> Iterator[tuple[Name, str, Token]]:
    """Yield each person with the country that stands beside their name: `Britain's Amy Cole`, `Italian singer Moe`."""
    people = _people(reading)
    for token in reading.parse.tokens if people else ():
        nation = nations().get(token.lower)
        named = next((name for name in people if nation and _describes(reading, token, name)), None)
        if nation and named is not None:
            yield named, nation, token


def _people(reading: Reading) -> list[Name]:
    """List the names that may be persons': no noun that a headline's capital makes one, `Man, 27, destroys …`."""
    kept = [name for name in reading.names if name.kind == "person" or (name.kind == "other" and not name.nation)]
    return [name for name in kept if len(name.words) > 1 or not is_being(name.last)]


def _describes(reading: Reading, token: Token, name: Name) -> bool:
    """Tell whether a word stands in a name, before it, before what describes its bearer, or behind it with `of`."""
    tokens = reading.parse.tokens
    head, last = tokens[token.head], tokens[name.end - 1]
    beside = token.dep in _BESIDE
    over = {head.i} if beside else set[int]()
    if (beside and head.dep in _BESIDE) or (token.dep == "pobj" and head.lower == "of"):
        over.add(head.head)
    apposed = beside and last.dep == "appos" and last.head == head.i  # the Italian singer Ann Moe
    return name.start <= token.i < name.end - 1 or apposed or not over.isdisjoint(range(name.start, name.end))


def _stands_behind(reading: Reading, name: Name, figure: Figure) -> bool:
    """Tell whether a figure behind a name is the age of whom it names."""
    tokens = reading.parse.tokens
    between = [each.lower for each in tokens[name.end : figure.token]]
    after = tokens[figure.token + 1].text if figure.token + 1 < len(tokens) else "."
    beside = between[:1] in ([","], ["("]) and set(between[1:]) <= _AGED
    being = [each.lemma for each in tokens[name.end : figure.token] if each.text != ","] == ["be"]
    return figure.unit in {"", "age"} and (beside or being) and (after in _ENDS or figure.unit == "age")


def _stands_before(reading: Reading, name: Name, figure: Figure) -> bool:
    """Tell whether nothing stands between an age and a name but what describes the person."""
    tokens = reading.parse.tokens
    between = tokens[figure.token + 1 : name.start]
    apposed = len(tokens) > name.end and tokens[name.end].text == ","  # a 34-year-old singer, Ann Moe, won
    described = between[:-1] if between and between[-1].text == "," and apposed else between
    return all(each.pos in {"NOUN", "ADJ", "PUNCT", "SYM"} and each.text != "," for each in described)
