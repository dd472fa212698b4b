"""Counts of one before a plural, `1 countries`: a slip that no article has."""

from harness.claims.figures.measures import DURATIONS
from harness.claims.figures.quantities import Figure
from harness.claims.sentence_analysis import Reading

_UNCHANGED = frozenset({"species", "series", "headquarters", "crossroads", "barracks", "means", "works", "gallows"})
"""Nouns of which one is written as several are."""


def one_of_several(reading: Reading, figure: Figure) -> str:
    """Find a count of one before a plural, `1 countries`, which no writer means; empty where there is none.

    A number behind a noun is its name, whatever follows: `Formula 1 drivers`, `Type 1 cases`, `No. 1 seeds`.
    """
    tokens = reading.parse.tokens
    counted = not figure.unit or figure.unit in DURATIONS
    one = figure.value == 1 and figure.modifier == "exact" and not figure.ordinal and counted
    noun = tokens[figure.head_token]
    unchanged = noun.lower in _UNCHANGED or (noun.tag == "NNS" and noun.lemma == noun.lower)
    between = tokens[figure.token + 1 : noun.i]
    apart = noun.i <= figure.token or any(each.pos not in {"PROPN", "ADJ"} for each in between)
    if not one or apart or noun.tag not in {"NNS", "NNPS"} or unchanged:
        return ""
    before = tokens[figure.token - 1] if figure.token else None
    # A noun with an -s may be a verb that the parser has misread.
    named = before is not None and (
        (before.pos in {"NOUN", "PROPN", "X"} and not before.lower.endswith("s")) or before.text in {"#", "-", "/"}
    )
    # `One of the schools` and `one schools chief`: what is counted is the word after.
    last = noun.i + 1 == len(tokens) or tokens[noun.i + 1].pos not in {"NOUN", "PROPN"}
    return f"{reading.parse.text[figure.start : figure.end]} {noun.text}" if last and not named else ""
