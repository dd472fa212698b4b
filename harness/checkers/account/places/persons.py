"""Ages and countries that the articles give somebody else: `Moe, 27, marries Lind`, where Moe is 34 and Lind is 27."""

from collections.abc import Iterator

from harness.checkers.account.elements import Held
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.entities import Name, same_name
from harness.claims.figures.quantities import Figure
from harness.claims.meaning import nations
from harness.claims.parsing.parse import Token
from harness.claims.sentence_analysis import Reading

OLDEST = 120
"""Largest figure beside a name that is taken for an age."""
BIRTHDAY = 1
"""Years by which two articles may differ about one age."""
_BESIDE = frozenset({"poss", "amod", "compound", "nmod"})
_AGED = frozenset({"aged", "age", "now"})
_ENDS = frozenset({",", ")", ".", ";", "]", "–", "—"})


def others_ages(cluster: ClusterReading, reading: Reading) -> Iterator[Held]:
    """Find ages of persons to whom the articles give another one, or who share none with the one it is of."""
    told = [(unit, name, age) for unit, there in enumerate(cluster.readings) for name, age in aged(there)]
    for name, age in aged(reading):
        own = [each for each in told if same_name(name, each[1])]
        if any(abs(found.value - age.value) <= BIRTHDAY for _, _, found in own):
            continue
        theirs = [each for each in told if each[2].value == age.value and not same_name(name, each[1])]
        # Without an age of the claim's own person, all that the articles have of so many must be somebody else's age.
        every = [unit for unit, found in cluster.figures if found.value == age.value]
        if not (own or (theirs and len(every) == len(theirs))):
            continue
        unit, other, found = (own or theirs)[0]
        start, end = age.start, age.end
        written, spot = cluster.readings[unit].parse.text, (unit, found.start, found.end)
        said, who = written[found.start : found.end], _written(cluster.readings[unit], other)
        instead = reading.parse.text[start:end] if own else f"“{_written(reading, name)}”"
        reason = f"the articles have “{who}” as {said}, not {instead}"
        yield Held("figure", start, end, "unaccounted", (spot,), reason, "figure_rival", 1.0, "number")


def aged(reading: Reading) -> Iterator[tuple[Name, Figure]]:
    """Yield each person with a figure that is their age: `Moe, 34,`, `34-year-old singer Moe`, `Moe was 34`."""
    people = [name for name in reading.names if name.kind in {"person", "other"} and not name.nation]
    for figure in reading.figures:
        if figure.ordinal or figure.value > OLDEST or figure.value != int(figure.value) or figure.modifier != "exact":
            continue
        before = [name for name in people if name.end <= figure.token][-1:]
        after = [name for name in people if name.start > figure.token][:1]
        for name in before:
            if _stands_behind(reading, name, figure):
                yield name, figure
                after = []
        for name in after:
            if figure.unit == "age" and _stands_before(reading, name, figure):
                yield name, figure


def others_countries(cluster: ClusterReading, reading: Reading) -> Iterator[Held]:
    """Find countries of persons that the articles have of somebody else only: `Britain's Hauge`, of Cole."""
    told = [(unit, *each) for unit, there in enumerate(cluster.readings) for each in of_countries(there)]
    for name, nation, token in of_countries(reading):
        theirs = [each for each in told if each[2] == nation]
        every = sum(nations().get(each.lower) == nation for there in cluster.readings for each in there.parse.tokens)
        if not theirs or every > len(theirs) or any(same_name(name, each[1]) for each in theirs):
            continue
        unit, other, _, there = theirs[0]
        reason = f"the articles have “{there.text}” of “{_written(cluster.readings[unit], other)}”"
        reason += f", not of “{_written(reading, name)}”"
        yield Held("place", token.start, token.end, "unaccounted", ((unit, there.start, there.end),), reason,
                   "name_torn", 1.0, "place", (token.i,))  # fmt: skip


def of_countries(reading: Reading) -> Iterator[tuple[Name, str, Token]]:
    """Yield each person with the country that stands beside their name: `Britain's Amy Cole`, `Italian singer Moe`."""
    tokens = reading.parse.tokens
    for token in tokens:
        nation, head = nations().get(token.lower, ""), tokens[token.head]
        if not nation:
            continue
        above = tokens[head.head]
        over = {head.i} if token.dep in _BESIDE else set[int]()
        over |= {above.i} if token.dep in _BESIDE and head.dep in _BESIDE else set()
        over |= {above.i} if token.dep == "pobj" and head.lower == "of" else set()
        for name in reading.names:
            inside = name.start <= token.i < name.end - 1
            last = tokens[name.end - 1]
            inside |= last.dep == "appos" and last.head == head.i and token.dep in _BESIDE  # the Italian singer Ann Moe
            person = name.kind == "person" or (name.kind == "other" and not name.nation)
            if person and (inside or not over.isdisjoint(range(name.start, name.end))):
                yield name, nation, token
                break


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


def _written(reading: Reading, name: Name) -> str:
    """Return a name as its sentence writes it."""
    tokens = reading.parse.tokens
    return reading.parse.text[tokens[name.start].start : tokens[name.end - 1].end]
