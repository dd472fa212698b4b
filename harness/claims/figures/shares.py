"""Figures in words that no numeral is: shares (`a third of`, `three in four`) and multiples (`doubled`, `twice`)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from harness.claims.parsing.parse import Parse, Token
from harness.language.numerals import number_values

_PARTS = {
    "half": 2, "halves": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10,
}  # fmt: skip
_SCALED = r"(?! of an? (?:hundred|thousand|million|billion|trillion|dozen|hour|mile|century)\b)"
_WHOLE = rf"{_SCALED}(?=\s+(?:of|the|its|their|his|her|our|all|my|this|that|those|these)\b)"
_HALF = re.compile(
    rf"(?<!first )(?<!second )(?<!other )(?<!latter )(?<!better )\b(?:(?:a|one)[ -])?half{_WHOLE}|(?<=\bby )half\b"
    r"|(?<=\bin )half\b", re.IGNORECASE,
)  # fmt: skip
_PART = re.compile(rf"\b(?:a|one)[ -](?P<part>third|quarter|fourth|fifth|sixth|seventh|eighth|ninth|tenth){_WHOLE}"
                   r"|\b(?:one|two|three|four|five|six|seven|eight|nine)[ -](?P<parts>third|quarter|fourth|fifth|sixth"
                   rf"|seventh|eighth|ninth|tenth)s\b{_SCALED}", re.IGNORECASE)  # fmt: skip
_NUMBER = r"(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|twenty|a hundred)"
_OUT_OF = re.compile(
    rf"\b(?P<some>{_NUMBER}) (?:in|out of)(?: every)? (?P<all>{_NUMBER})(?![\w-]|[.,:/]\d)"
    r"(?! (?:more )?(?:year|month|week|day|hour|minute|season|game|match|start|attempt))", re.IGNORECASE,
)  # fmt: skip
_ONE_IN = re.compile(
    rf"\bone [a-z]+ in(?: every)? (?P<all>{_NUMBER})(?![\w-]|[.,:/]\d)(?! (?!is\b|was\b|has\b|does\b)[a-z]+s\b)"
    r"(?! (?:more )?(?:year|month|week|day|hour|minute))", re.IGNORECASE,
)  # fmt: skip
"""One of a kind in several, `one car in four`: not `one car in four days`."""
MOST_PARTS = 100
"""Largest number that people count shares out of: one in a hundred."""
_MULTIPLES = {"double": 2.0, "triple": 3.0, "treble": 3.0, "quadruple": 4.0, "quintuple": 5.0}
_FOLD = re.compile(r"\b(?P<times>\d+|two|three|four|five|six|seven|eight|nine|ten)-?fold\b", re.IGNORECASE)
_TIMES = {"twice": 2.0, "thrice": 3.0}
_NOT_MORE = frozenset({"down", "up", "over", "back", "as"})


def _value(written: str, other: float) -> float:
    """Convert a number in words or digits; `other` where it is none."""
    found = number_values(written)
    return float(found[0][1]) if found else other


class Share(NamedTuple):
    """A share or a multiple: where it stands and what it is."""

    start: int
    end: int
    value: float
    unit: str
    """percent, or `times`."""


def shares(parse: Parse) -> Iterator[Share]:
    """Find the shares and multiples of a sentence; shares in percent, so that `half` is 50%."""
    text = parse.text
    for found in _HALF.finditer(text):
        yield Share(*found.span(), 50.0, "percent")
    for found in _PART.finditer(text):
        divisor = _PARTS[(found["part"] or found["parts"]).lower()]
        yield Share(*found.span(), 100.0 * _value(re.split("[ -]", found.group())[0], 1.0) / divisor, "percent")
    for found in _OUT_OF.finditer(text):
        some, every = _value(found["some"], 0.0), _value(found["all"], 0.0)
        if 0 < some < every <= MOST_PARTS and (some < 10 or every == MOST_PARTS):
            yield Share(*found.span(), 100.0 * some / every, "percent")
    for found in _ONE_IN.finditer(text):
        every = _value(found["all"], 0.0)
        if 1 < every <= MOST_PARTS:
            yield Share(*found.span(), 100.0 / every, "percent")
    for found in _FOLD.finditer(text):
        yield Share(*found.span(), _value(found["times"], 1.0), "times")
    for token in parse.tokens:
        following = parse.tokens[token.i + 1].lower if token.i + 1 < len(parse.tokens) else ""
        if token.pos == "VERB" and token.lemma == "halve":
            yield Share(token.start, token.end, 50.0, "percent")
        elif token.lower in _TIMES:
            yield Share(token.start, token.end, _TIMES[token.lower], "times")
        elif _multiplies(parse, token) and following not in _NOT_MORE:
            yield Share(token.start, token.end, _MULTIPLES[_multiple(token)], "times")


def _multiple(token: Token) -> str:
    """Name the multiple that a word may be a form of: `double` for `doubled`; the word itself where it is none."""
    word = token.lower
    return next((name for name in _MULTIPLES if word in {name, f"{name}s", f"{name}d", f"{name[:-1]}ing"}), word)


def _multiplies(parse: Parse, token: Token) -> bool:
    """Recognise a verb that multiplies, also where a headline's is taken for a noun: `Prices triple in a year`."""
    if _multiple(token) not in _MULTIPLES:
        return False
    if token.pos == "VERB":
        return True
    before, after = parse.tokens[token.i - 1 : token.i], parse.tokens[token.i + 1 : token.i + 2]
    if any(each.tag in {"TO", "MD"} for each in before):
        return True
    plural = any(each.tag in {"NNS", "NNPS"} for each in before)
    return plural and all(each.pos in {"ADP", "ADV", "PUNCT", "SCONJ", "DET", "PART"} for each in after)
