"""Figures of a part that a clause tells of: `nine dogs, of which four died`; four died, and nothing is said of nine."""

import re

from harness.claims.figures.quantities import Figure
from harness.claims.parsing.parse import Parse, Token
from harness.claims.sentence_analysis import Reading

_BEFORE = re.compile(r"\bof wh(?:om|ich)\s+(?:\w+ ){0,2}$", re.IGNORECASE)
_AFTER = re.compile(r"\s+of wh(?:om|ich)\b", re.IGNORECASE)
_NEAR = 40
"""Characters before a figure in which its clause begins: `of whom at least six`."""


def is_whole(parse: Parse, noun: int) -> bool:
    """Recognise the whole of which a part is told: `of the 240 passengers, 38`; `60 of its 90 wells`."""
    of = parse.tokens[parse.tokens[noun].head]
    part = parse.tokens[of.head]
    return of.lower == "of" and parse.tokens[noun].dep == "pobj" and part.pos in {"NUM", "VERB", "AUX"}


def whole_of(reading: Reading, figure: Figure) -> list[Token]:
    """List the nouns of whose part a clause tells: dogs, for four; police and soldiers. Empty for any other figure."""
    tokens, children, text = reading.parse.tokens, reading.parse.children, reading.parse.text
    verb = tokens[tokens[figure.head_token].head]
    beside = _AFTER.match(text[figure.end :]) or _BEFORE.search(text[max(0, figure.start - _NEAR) : figure.start])
    if verb.dep != "relcl" or not beside:
        return []
    first = tokens[verb.head]
    first = tokens[first.head] if first.dep == "conj" else first
    return [first, *(tokens[child] for child in children[first.i] if tokens[child].dep == "conj")]
