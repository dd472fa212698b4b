"""Numbers with what they count: value, modifier, unit and head noun. Calendar dates and clock times are none."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from harness.claims.figures.currencies import BEFORE, SIGN
from harness.claims.figures.measures import DURATIONS, unit_of
from harness.claims.figures.shares import Share, shares
from harness.claims.figures.worded import Worded, worded
from harness.claims.meaning import is_month
from harness.claims.parsing.parse import Parse, Token
from harness.language.numerals import number_values

_VAGUE = {
    "dozens": (24.0, 150.0),
    "scores": (40.0, 200.0),
    "hundreds": (200.0, 3_000.0),
    "thousands": (2_000.0, 20_000.0),
    "tens of thousands": (10_000.0, 200_000.0),
    "hundreds of thousands": (200_000.0, 2_000_000.0),
    "millions": (2e6, 2e8),
    "tens of millions": (2e7, 2e8),
    "hundreds of millions": (2e8, 2e9),
    "billions": (2e9, 2e12),
    "several": (2.0, 20.0),
    "a few": (2.0, 12.0),
    "a handful": (2.0, 12.0),
    "a couple": (2.0, 2.0),
}
"""Values that vague words may stand for. Wide on purpose: an order of magnitude misleads a reader, 23 does not."""
_VAGUE_RE = re.compile(
    r"\b(?:(?:tens|hundreds) of (?:thousands|millions)|dozens|scores(?= of)|hundreds|thousands|millions|billions"
    r"|several|a few|a handful|a couple)\b",
    re.IGNORECASE,
)
_ABOVE = re.compile(
    r"(?:more than|over|at least|above|exceed(?:ing|s|ed)?|no (?:fewer|less) than|upwards? of|in excess of|greater than"
    r"|as (?:many|much) as|pass(?:ed|ing|es)?|top(?:s|ped|ping)?|surpass(?:ed|ing|es)?|minimum of)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_BELOW = re.compile(r"(?:less than|fewer than|under|below|up to|at most|no more than|maximum of)\s+$", re.IGNORECASE)
_ABOUT = re.compile(
    r"(?:about|around|some|approximately|approx\.?|roughly|nearly|almost|close to|an? estimated|estimated|circa|c\.|~"
    r"|just (?:over|under))\s*$",
    re.IGNORECASE,
)
_AFTER_ABOVE = re.compile(
    r"^\s*(?:\+|or more\b|plus\b|(?:\w+\s)?(?:or|and) more\b(?!\s*\w))", re.IGNORECASE
)  # six hours and more; not `two dead and more hurt`
_AFTER_ABOUT = re.compile(r"^\s*or so\b", re.IGNORECASE)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_FARTHEST = 5
"""Words within which a month makes a number a day of it."""
_IN_DATES = frozenset({"of", "the", "and", "or", "to", "until", "through"})
_CLOCK = re.compile(r"^\s*(?:[ap]\.?m\b\.?|o['’]clock\b|GMT\b|BST\b|hrs\b)", re.IGNORECASE)
_SCALES = {"th": 1e3, "k": 1e3, "mi": 1e6, "m": 1e6, "mn": 1e6, "bi": 1e9, "b": 1e9, "bn": 1e9, "tr": 1e12}
_TORN = re.compile(r"(?<=\d), (\d{3})(?!\d)")
_SIGN = re.compile(SIGN)
_SIGN_LAST = re.compile(rf"{SIGN}\s?$")
_RANGE = re.compile(r"\s*(?:-|–|to|and)\s*")


_PARTS_OF = frozenset({"half", "quarter"})


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity as the checkers use it; `start` and `end` count in the sentence."""

    start: int
    end: int
    value: float
    low: float
    high: float | None
    modifier: str
    unit: str
    head: str
    """Lemma of the noun it counts; empty where it stands alone (`13 died`)."""
    token: int
    """Index of the token it begins in."""
    head_token: int
    """Index of the noun it counts, or `token`."""
    ordinal: bool
    step: float
    """Distance to the next figure of the same roundness: 10 for 150, 1 for 13, 0.1 for 2.5."""
    spelt: bool = False
    """True for a share or a multiple in words, which stands for what is near it: `a third` for 33%."""


_MOST = 10**100
"""A row of more digits is no quantity, and beyond 300 no float."""


@lru_cache(maxsize=1 << 12)
def figures(parse: Parse) -> tuple[Figure, ...]:
    """Find the quantities of a sentence, in order."""
    # A separator that a tokeniser tore off is put back without moving what follows: `36, 000` becomes `36,000 `.
    text = _TORN.sub(r",\1 ", parse.text)
    quantities = [figure for share in shares(parse) if (figure := _share_figure(parse, share)) is not None]
    quantities += [figure for each in worded(text) if (figure := _worded_figure(parse, each)) is not None]
    taken = [(figure.start, figure.end) for figure in quantities]
    numbers = [
        (span, value) for span, value in number_values(text)
        if value < _MOST and not any(start < span[1] and span[0] < end for start, end in taken)
    ]  # fmt: skip
    skip = False
    for number, ((start, end), value) in enumerate(numbers):
        token = _token_at(parse, start)
        if skip or token is None:
            skip = False
            continue
        if _is_calendar(parse, token, start, end):
            continue
        figure = _figure(parse, token, start, end, float(value))
        # Two numbers may be the ends of one range. `from 5 to 9` is none: it mostly tells of a change.
        if number + 1 < len(numbers):
            (next_start, next_end), upper = numbers[number + 1]
            gap = text[end:next_start]
            between = re.search(r"between\s+$", text[:start], re.IGNORECASE)
            if (
                _RANGE.fullmatch(gap)
                and float(upper) > figure.value
                and ("and" not in gap or between)
                and not figure.ordinal
            ):
                last = _token_at(parse, next_start)
                if last is not None and not re.search(r"from\s+$", text[:start], re.IGNORECASE):
                    closing = _figure(parse, last, next_start, next_end, float(upper))
                    scale = _scale(text[next_start:next_end])
                    # In `900 to 1.2 million` the scale belongs to the second number only.
                    if figure.value * scale >= closing.value:
                        scale = 1.0
                    figure = replace(
                        closing,
                        start=start,
                        value=figure.value * scale,
                        low=figure.value * scale,
                        high=closing.value,
                        modifier="range",
                        token=figure.token,
                    )
                    skip = True
        quantities.append(figure)
        taken.append((figure.start, figure.end))
    quantities += _vague_figures(parse, text, taken)
    return tuple(sorted(quantities, key=lambda figure: figure.start))


def _vague_figures(parse: Parse, text: str, taken: Sequence[tuple[int, int]]) -> Iterator[Figure]:
    """Find `dozens`, `scores of` and the like where no figure stands already."""
    for match in _VAGUE_RE.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in taken):
            continue
        token = _token_at(parse, match.start())
        last = _token_at(parse, match.end() - 1)
        if token is not None and last is not None:
            low, high = _VAGUE[" ".join(match.group().lower().split())]
            head, head_token = _head(parse, last)
            unit = unit_of(text, match.start(), match.end(), head, parse, head_token)
            yield Figure(
                match.start(), match.end(), low, low, high, "vague", unit, head, token.i, head_token, False, low
            )  # fmt: skip


def _scale(written: str) -> float:
    """Return the power of ten that ends a number in words: in `1.2 to 2 billion` it holds for both."""
    word = re.search(r"(thousand|million|billion|trillion|[kmb]n?)$", written, re.IGNORECASE)
    return _SCALES[word.group()[:2].lower()] if word else 1.0


def _token_at(parse: Parse, at: int) -> Token | None:
    """Find the token that a character stands in."""
    for token in parse.tokens:
        if token.start <= at < token.end:
            return token
    return None


def _is_calendar(parse: Parse, token: Token, start: int, end: int) -> bool:
    """Recognise a number in a date, a clock time, a score such as 3-1, or a name."""
    text = parse.text
    word = text[start:end]
    if _CLOCK.match(text[end:]) or ":" in word or re.match(r"/\d", text[end:]) or re.search(r"\d/$|\+$", text[:start]):
        return True
    if len(word) > 1 and word[0] == "0" and word.isdigit():
        return True  # telephone numbers, codes
    digits = word.rstrip("stndrh") if word[:1].isdigit() else ""
    if digits.isdigit() and int(digits) <= 31 and _is_by_month(parse, token):
        return True
    if _YEAR.fullmatch(word) and token.dep not in {"nummod"}:
        return True
    if _YEAR.fullmatch(word) and any(is_month(each.lower.rstrip(".,")) for each in parse.tokens[token.i - 3 : token.i]):
        return True  # `Sep 8, 2011`
    if _YEAR.fullmatch(word) and (token.entity == "DATE" or token.entity == "EVENT"):
        return True
    if re.search(r"\d[-–]$", text[:start]) or re.match(r"[-–]\d", text[end:]):
        return not _SIGN.search(text[max(0, start - 6) : end + 6]) and len(word) < 3
    named = token.tag in {"NNP", "NNPS"} and token.entity in {"ORG", "PRODUCT", "FAC", "WORK_OF_ART", "EVENT"}
    return named and not BEFORE.search(text[:start])


def _is_by_month(parse: Parse, token: Token) -> bool:
    """Tell whether a month stands beside a number, or beyond words of dates and other days: `12 to 14 of May`."""
    counts = token.dep == "nummod" and parse.tokens[token.head].pos == "NOUN"
    for beside in (parse.tokens[token.i + 1 : token.i + _FARTHEST], parse.tokens[: token.i][:-_FARTHEST:-1]):
        for near in beside:
            word = near.lower.rstrip(".,")
            if is_month(word):
                return True
            if counts or near.text == "," or (near.text[:1].isalpha() and word not in _IN_DATES):
                break
    return False


def _bounds(text: str, start: int, end: int, value: float) -> tuple[str, float, float | None]:
    """Read the words round a figure that bound it: the modifier, the least and the largest value that fit."""
    before = text[:start]
    stripped = _SIGN_LAST.sub("", before).rstrip() + " " if _SIGN_LAST.search(before) else before
    if _ABOVE.search(stripped) or _AFTER_ABOVE.match(text[end:]):
        return "above", value, None
    if _BELOW.search(stripped):
        return "below", 0.0, value
    if _ABOUT.search(stripped) or _AFTER_ABOUT.match(text[end:]):
        return "about", value * 0.85, value * 1.15
    return "exact", value, value


def _figure(parse: Parse, token: Token, start: int, end: int, value: float) -> Figure:
    """Make a figure of a number, with its bounds, unit and the noun it counts."""
    text = parse.text
    modifier, low, high_bound = _bounds(text, start, end, value)
    last = _token_at(parse, end - 1) or token
    head, head_token = _head(parse, last)
    unit = unit_of(text, start, end, head, parse, head_token)
    ordinal = bool(re.search(r"(?:\dst|\dnd|\drd|\dth|first|second|third|th)$", text[start:end], re.IGNORECASE))
    if ordinal and unit in DURATIONS:
        unit = ""  # the third month is no three months
    ordinal = ordinal and unit == ""
    return Figure(
        start,
        end,
        value,
        low,
        high_bound,
        modifier,
        unit,
        head,
        token.i,
        head_token,
        ordinal,
        _step(text[start:end], value),
    )


def _share_figure(parse: Parse, share: Share) -> Figure | None:
    """Make a figure of a share or a multiple in words."""
    token, last = _token_at(parse, share.start), _token_at(parse, share.end - 1)
    if token is None or last is None:
        return None
    modifier, low, high = _bounds(parse.text, share.start, share.end, share.value)
    head, head_token = _head(parse, last) if share.unit == "percent" else ("", token.i)
    return Figure(
        share.start, share.end, share.value, low, high, modifier, share.unit, head, token.i, head_token,
        ordinal=False, step=1.0, spelt=True,
    )  # fmt: skip


def _worded_figure(parse: Parse, measure: Worded) -> Figure | None:
    """Make a figure of a measure in words: `an hour and a half`."""
    token, last = _token_at(parse, measure.start), _token_at(parse, measure.end - 1)
    if token is None or last is None:
        return None
    modifier, low, high = _bounds(parse.text, measure.start, measure.end, measure.value)
    inside = [each for each in parse.tokens if token.i <= each.i <= last.i and each.pos == "NOUN"]
    noun = next((each for each in inside if each.lemma not in _PARTS_OF), last)
    head, head_token = (noun.lemma, noun.i) if measure.unit else _head(parse, last)
    return Figure(
        measure.start, measure.end, measure.value, low, high, modifier, measure.unit, head, token.i, head_token,
        ordinal=False, step=0.5 if measure.value % 1 else 1.0,
    )  # fmt: skip


def _step(written: str, value: float) -> float:
    """Return the distance to the next figure of the same roundness: 10 for 150, 1 for 13, 0.1 for 2.5."""
    if value == 0:
        return 1.0
    digits = re.match(r"[\d,]+(\.\d+)?", written)
    if digits and digits.group(1):
        plain = float(digits.group().replace(",", "") or 1) or 1.0
        return value / plain * 10.0 ** (1 - len(digits.group(1)))
    if value != int(value):
        return abs(value) * 0.1
    step = 1.0
    while value % (step * 10) == 0:
        step *= 10
    return step


def _joined(parse: Parse, token: Token) -> Token | None:
    """Find the noun that a hyphen joins to a count: a `30-lorry pile-up`; an 8-year-old is no years."""
    after = parse.tokens[token.i + 1 : token.i + 4]
    ordinal = token.lower.endswith(("st", "nd", "rd", "th"))
    if ordinal or len(after) < 2 or after[0].text != "-" or after[0].start != token.end:
        return None
    more = any(each.text == "-" for each in after[2:])
    return after[1] if after[1].pos in {"NOUN", "PROPN"} and after[1].start == after[0].end and not more else None


def _head(parse: Parse, token: Token) -> tuple[str, int]:
    """Find the noun that a number counts: its governor, or what follows `of`; none where it stands alone."""
    tokens = parse.tokens
    at = token
    if (joined := _joined(parse, token)) is not None:
        return joined.lemma.lower(), joined.i
    # Up through `about 150` → `people`, at most four steps: `compound` chains of a broken parse can be long.
    for _ in range(4):
        if at.dep in {"nummod", "quantmod", "compound", "amod", "advmod", "npadvmod"} and at.head != at.i:
            at = tokens[at.head]
            if at.pos in {"NOUN", "PROPN"} and at.tag != "CD":
                following = tokens[at.i + 1] if at.i + 1 < len(tokens) else None
                if at.dep == "compound" and following is not None and tokens[at.head].pos == "NOUN":
                    at = tokens[at.head]
                return at.lemma, at.i
        else:
            break
    for child in parse.children[at.i]:
        if tokens[child].lower in {"of", "more"}:
            for inner in parse.children[child]:
                if tokens[inner].dep == "pobj":
                    return (tokens[inner].lemma, inner) if tokens[inner].pos != "PRON" else ("", at.i)
    if at.pos in {"NOUN"} and at.tag != "CD":
        return at.lemma, at.i
    following = tokens[token.i + 1] if token.i + 1 < len(tokens) else None
    if following is not None and following.tag in {"NNS"}:
        return following.lemma, following.i
    return "", at.i
