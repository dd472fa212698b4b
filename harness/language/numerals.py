"""Numbers of English text: where they stand and what they are worth, so that `2.5 million` equals `2,500,000`."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from harness.language.memo import Memo

Span = tuple[int, int]
"""Half-open, in characters: `text[start:end]`."""
NumberFound = tuple[Span, Decimal]

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_UNITS = {word: Decimal(value) for value, word in enumerate(_SMALL.split())}
_TENS = {
    word: Decimal(10 * tens)
    for tens, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2)
}
_SCALES = {
    word: Decimal(10) ** power
    for word, power in {
        "hundred": 2,
        "thousand": 3,
        "lakh": 5,
        "million": 6,
        "crore": 7,
        "billion": 9,
        "trillion": 12,
    }.items()
} | {
    "dozen": Decimal(12),
    "cr": Decimal(10**7),
    **dict.fromkeys(("mn", "mln"), Decimal(10**6)),
    **dict.fromkeys(("bn", "bln"), Decimal(10**9)),
    **dict.fromkeys(("tn", "trn", "tln"), Decimal(10**12)),
}
_IRREGULAR = "one:first two:second three:third five:fifth eight:eighth nine:ninth twelve:twelfth"
_IRREGULAR_ORDINALS = dict(pair.split(":") for pair in _IRREGULAR.split())


def _ordinal(cardinal: str) -> str:
    return _IRREGULAR_ORDINALS.get(cardinal) or re.sub("y$", "ie", cardinal) + "th"


_ORDINALS = {_ordinal(word): value for word, value in (_UNITS | _TENS).items()}
_WRITTEN_OUT = {f"{value}": word for word, value in _ORDINALS.items()}
_ORDINAL_SCALES = {_ordinal(word): _SCALES[word] for word in ("hundred", "thousand", "million", "billion", "trillion")}
_DENOMINATORS = {"quarter": Decimal(4)} | {word: value for word, value in _ORDINALS.items() if 3 <= value <= 10}
_SUFFIXES = {"k": 10**3, "l": 10**5, "m": 10**6, "b": 10**9, "t": 10**12} | {
    suffix: int(_SCALES[suffix]) for suffix in ("cr", "mn", "mln", "bn", "bln", "tn", "trn", "tln")
}
_ALONE = frozenset({"m", "M", "b", "B"})
"""Suffixes that a space may part from the figure of a currency: `£ 7.8 m`."""
_LINKS = frozenset({"a", "an", "and", "half", "of", "no", "any", "some", "every", "another"})
_NUMBER_WORDS = frozenset().union(
    _UNITS, _TENS, _SCALES, _ORDINALS, _ORDINAL_SCALES, _DENOMINATORS, [word + "s" for word in _DENOMINATORS], _LINKS
)
US_DOLLAR, RUPEES = "\uff04", "\ue000"
"""Signs for dollars that say that they are American, and for `Rs`, which may be any country's: one character each, so
that `US$2m` and `Rs 2m` are read word for word as `$2m` and `₹2m`."""
_READ_AS = str.maketrans({US_DOLLAR: "$", RUPEES: "₹"})
_SIGNS = f"${US_DOLLAR}£€¥₹{RUPEES}₣₩₽₺₴₦₪฿₱"
CURRENCY_CODES = (
    *("EUR", "USD", "GBP", "INR", "JPY", "AUD", "CAD", "CHF", "CNY", "NZD", "HKD", "SGD", "KRW", "ZAR", "RMB", "TWD"),
    *("RUB", "BRL", "PLN", "UAH", "SEK", "NOK", "DKK", "MXN", "ARS", "TRY", "ILS", "THB", "MYR", "IDR", "NGN", "KZT"),
    *("HUF", "AED", "SAR", "PKR", "LKR", "NPR", "EGP", "PHP", "KES", "SFr", "Rs.", "Rs"),
)
"""Codes and short forms of currencies that stand before a figure."""


def ordinal_in_words(text: str) -> str:
    """Write an ordinal in digits, `2nd`, as a word; empty for what is none or has several words."""
    digits = text[:-2]
    return _WRITTEN_OUT.get(digits, "") if text[-2:] in {"st", "nd", "rd", "th"} else ""


def signs_as_read(text: str) -> str:
    """Write the signs that stand in plain texts only as a parser or a model knows them, one for one."""
    return text.translate(_READ_AS) if not text.isascii() else text


_CURRENCY = rf"(?:[{_SIGNS}]|\b(?:{'|'.join(map(re.escape, CURRENCY_CODES))}))"
_GAPS = " \u00a0\u2009\u202f'’"
"""Separators of groups of three digits beside the comma: spaces of several widths, apostrophes."""
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_MONTH_WORD = re.compile(_MONTH)
_GROUPED = re.compile(
    rf"""
    (?P<date> \b{_MONTH}[ ]\d{{1,2}}[ ] )
  | (?<![\w.,:/'’-]) (?P<groups>
        [1-9]\d{{0,2}} (?:[{_GAPS}]\d{{3}})+ (?![{_GAPS}]?\d | ,\d | \.\d{{3}})
      | [1-9]\d{{0,2}} (?:\.\d{{3}}){{2,}} (?![.,]?\d)
    )
    """,
    re.VERBOSE,
)
_SEPARATOR = re.compile(rf"[{_GAPS}.](?=\d{{3}})")


def with_commas(text: str) -> str:
    """`text` with a comma between the thousands of each figure that has a space, an apostrophe or full stops there.

    No offset changes. One full stop is a decimal point (`1.250`); a day of a month ends a figure (`Jan 16 181 died`).
    """
    return _GROUPED.sub(lambda found: found["date"] or _SEPARATOR.sub(",", found["groups"]), text)


_MONEY = (
    r"(?:(?:[A-Z]+|[A-Z][a-z]+|U\.S\.)[ ])?(?:dollars|pounds|francs|rupees|roubles|rubles|pesos|yen|yuan|won|rand|baht"
    r"|lira|kron(?:[eo]r|a|e)|euros|shekels|dirhams|dinars|riyals|shillings)"
    rf"|(?:{'|'.join(code for code in CURRENCY_CODES if code.isupper())})"
)
"""Currencies after a figure in millions: `2.4m yen`, `3m Swiss francs`, `2.4m AUD`."""
_NUMBER_TOKEN = re.compile(
    rf"""
    (?P<clock> \d{{1,2}}:\d\d (?![\d:]) )
  | (?P<currency> {_CURRENCY} [ \u00a0]? )?
    (?P<digits> (?: \d{{1,3}}(?:,\d{{2,3}})*,\d{{3}}(?!\d)(?:\.\d+)? | \d+(?:\.\d+)? | (?<![\w.])\.\d+ ) )
    (?P<vulgar> [¼½¾⅓⅔⅛⅜⅝⅞] )?
    (?: (?P<ordinal> (?:st|nd|rd|th)\b )
      | (?P<suffix> [kKLmMbBtT]\b | (?:Cr|cr|mn|mln|bn|bln|tn|trn|tln)\b )
        (?P<counted> (?=[ ](?:people|more|{_MONEY}|(?!hurdles)[a-z]+[a-rt-z]s)\b) )?
      | [ \u00a0] (?P<apart> [mMbB] (?![\w&'’]|\.\w) ) (?P<paid> (?=[ ]{_MONEY}\b) )?
    )?
  | (?P<code> [A-Z]+[-‐‑]\d\w* | [^\W\d_]+\d\w* )
  | (?P<word> [^\W\d_]+ )
    """,
    re.VERBOSE,
)
_DIGIT = re.compile(r"\d")
_LETTERS = re.compile(r"[^\W\d_]+")
_NUMBER_STARTS = frozenset().union(_UNITS, _TENS, _SCALES, _ORDINALS, _ORDINAL_SCALES)
"""Words of which a number without a digit has at least one."""
_NUMBER_JOINT = re.compile(r"[ \u00a0]|[-‐‑]")


THOUSAND = 1_000
"""Least scale after which an ordinal is another number."""


class _NumberToken(NamedTuple):
    """A numeral with its value, or a word (lower case, no value) that can belong to a number."""

    start: int
    end: int
    word: str
    value: Decimal | None
    closed: bool
    """True for what nothing can follow inside one number: clock times and ordinals in digits."""


def _numeral(match: re.Match[str]) -> _NumberToken:
    """Make the token of a match of `digits`, its suffix read as a power of ten where it is one."""
    value = Decimal(match["digits"].replace(",", ""))
    end = match.end("digits")
    if match["vulgar"]:
        value += Decimal(str(unicodedata.numeric(match["vulgar"])))
        end = match.end("vulgar")
    suffix = match["suffix"]
    if match["apart"]:
        if match["currency"] or match["paid"] is not None:
            value *= _SUFFIXES[match["apart"].lower()]
            end = match.end("apart")
    elif suffix and (
        match["currency"] or len(suffix) > 1 or suffix in "kKMB" or (suffix == "m" and match["counted"] is not None)
    ):
        value *= _SUFFIXES[suffix.lower()]
        end = match.end("suffix")
    elif match["ordinal"]:
        end = match.end("ordinal")
    return _NumberToken(match.start("digits"), end, "", value, bool(match["ordinal"]))


def _number_tokens(text: str) -> list[_NumberToken]:
    tokens = []
    for match in _NUMBER_TOKEN.finditer(with_commas(text)):
        if match["word"]:
            word = match["word"].lower()
            if word in _NUMBER_WORDS:
                tokens.append(_NumberToken(match.start(), match.end(), word, None, False))
        elif match["digits"]:
            tokens.append(_numeral(match))
        elif match["clock"]:
            tokens.append(_NumberToken(match.start(), match.end(), "", Decimal(match["clock"].replace(":", ".")), True))
    return tokens


class _NumberReader:
    """Reads numbers from the tokens of one text by the grammar of English numerals, left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _number_tokens(text)

    def _next(self, at: int) -> str:
        """Return the word at `at` where only a space or a hyphen parts it from the one before, else nothing."""
        if 0 < at < len(self.tokens):
            gap = self.text[self.tokens[at - 1].end : self.tokens[at].start]
            if _NUMBER_JOINT.fullmatch(gap):
                return self.tokens[at].word
        return ""

    def _small(self, at: int) -> tuple[Decimal, int, bool] | None:
        """Read a number below one hundred in words, or one in digits; where it ends; whether nothing can follow."""
        token = self.tokens[at]
        if token.value is not None:
            return token.value, at + 1, token.closed
        if token.word in _ORDINALS:
            return _ORDINALS[token.word], at + 1, True
        if token.word in _UNITS:
            return _UNITS[token.word], at + 1, False
        if token.word in _TENS:
            unit = self._next(at + 1)
            if 0 < _UNITS.get(unit, 0) < 10:
                return _TENS[token.word] + _UNITS[unit], at + 2, False
            if 0 < _ORDINALS.get(unit, 0) < 10:
                return _TENS[token.word] + _ORDINALS[unit], at + 2, True
            return _TENS[token.word], at + 1, False
        return None

    def _start(self, at: int) -> tuple[Decimal, int, bool] | None:
        """Read the beginning of a number: `_small`, `a` and `half a` before a scale, one and a half."""
        word = self.tokens[at].word
        following = self._next(at + 1)
        if word in {"a", "an"} and (
            following in _SCALES or (following in _DENOMINATORS and self._of_a_scale(at + 2) > 1)
        ):
            return Decimal(1), at + 1, False
        if word == "half" and self._of_a_scale(at + 1) > 1:
            return self._of_a_scale(at + 1) / 2, at + 4, True
        if word == "half":
            scale = at + 2 if self._next(at + 1) in {"a", "an"} else at + 1
            return (Decimal("0.5"), scale, False) if self._next(scale) in _SCALES else None
        if word in _ORDINAL_SCALES:
            return _ORDINAL_SCALES[word], at + 1, True
        if word == "one" and (self._next(at + 1) == "another" or self._follows(at, {"no", "any", "some", "every"})):
            return None  # pronouns
        found = self._small(at)
        if found and not found[2] and [self._next(found[1] + step) for step in range(3)] == ["and", "a", "half"]:
            return found[0] + Decimal("0.5"), found[1] + 3, False
        return found

    def _follows(self, at: int, words: set[str]) -> bool:
        return at > 0 and bool(self._next(at)) and self.tokens[at - 1].word in words

    def _hundreds(self, at: int) -> tuple[Decimal, int, bool] | None:
        """`_start`, times one hundred and plus a smaller number where the words say so."""
        found = self._start(at)
        if not found or found[2] or self._next(found[1]) != "hundred":
            return found
        value, at = found[0] * 100, found[1] + 1
        rest = at + 1 if self._next(at) == "and" else at
        small = self._small(rest) if self._next(rest) else None
        if small and self._next(small[1]) != "hundred":
            return value + small[0], small[1], small[2]
        return value, at, False

    def read(self, at: int) -> tuple[Decimal, int] | None:
        """Read the longest number that begins at token `at`, and where it ends; None where none begins."""
        total, smallest, end = Decimal(0), None, at
        while found := self._hundreds(at):
            value, at, closed = found
            scale = Decimal(1)
            while not closed and (word := self._next(at)) in _SCALES | _ORDINAL_SCALES:
                closed = word in _ORDINAL_SCALES
                scale *= _ORDINAL_SCALES[word] if closed else _SCALES[word]
                at += 1
            if smallest is not None and value * scale >= smallest:
                break
            total, smallest, end = total + value * scale, scale, at
            if closed or scale == 1:
                break
            # A `$1.4-billion third-quarter profit` is of no third dollar.
            if scale >= THOUSAND and self._next(at) in _ORDINALS:
                break
            at += self._next(at) == "and"
            if not self._next(at) or self._next(at) in {"a", "an", "half"}:
                break
        if smallest is None:
            return None
        denominator = self._next(end)
        if smallest == 1 and not closed and (total == 1 or denominator.endswith("s")):
            divisor = _DENOMINATORS.get(denominator.removesuffix("s"), Decimal(2) if denominator == "half" else None)
            if divisor:
                scale = self._of_a_scale(end + 1)
                return total / divisor * scale, end + 1 + 3 * (scale > 1)
        return total, end

    def _of_a_scale(self, at: int) -> Decimal:
        """Read `of a million` after a fraction; 1 where none stands."""
        if self._next(at) == "of" and self._next(at + 1) in {"a", "an"}:
            return _SCALES.get(self._next(at + 2), Decimal(1))
        return Decimal(1)


_NOTHING, _PART, CORE = range(3)
_CURRENCIES = (*_SIGNS, *CURRENCY_CODES)


def _role(stretch: str) -> int:
    """Classify a stretch without spaces: it holds nothing of a number, a word that one may have, or one it needs."""
    found = _LETTERS.findall(stretch.lower())
    if _DIGIT.search(stretch) or not _NUMBER_STARTS.isdisjoint(found):
        return CORE
    if (
        _NUMBER_WORDS.isdisjoint(found)
        and not stretch.endswith(_CURRENCIES)
        and not _MONTH_WORD.fullmatch(stretch)
        and stretch.rstrip(".,;:!?)\"'”’") not in _ALONE
    ):
        return _NOTHING
    return _PART


roles = Memo(_role)
"""Stretch → what it may hold of a number."""


class _Read(NamedTuple):
    """Stretches that were read together, and what they have."""

    first: int
    numbers: Sequence[NumberFound]


def _read_together(stretches: Sequence[str], roles: bytes) -> Iterator[_Read]:
    """Read the numbers of a text that is split at its spaces; `roles` says what each stretch may hold.

    The words of a number stand one space or hyphen apart, and so do a currency and its figure. So a stretch that can
    have none of them ends what can be one number, and all that it and the next may say is what the `5m` before them
    means (`5m people`, `3m Swiss francs`).
    """
    stop = 0
    while (core := roles.find(CORE, stop)) >= 0:
        first = roles.rfind(_NOTHING, 0, core) + 1
        stop = roles.find(_NOTHING, core)
        if stop < 0:
            stop = len(stretches)
        after = stop
        if stretches[stop - 1].endswith("m"):
            after = min(stop + 2, len(stretches)) if roles[stop + 1 : stop + 2] == b"\0" else stop + 1
        read = " ".join(stretches[first:after])
        yield _Read(first, _numbers[read])


def number_values(text: str) -> list[NumberFound]:
    """Find the numbers of English `text` in order, as spans and values; `2.5 million` equals `2,500,000`.

    Read are digits with thousands separators and decimals, suffixes and scales (£10k, 3bn, 2.5 million, two dozen),
    cardinals and ordinals in words or digits (twenty-one, 21st), simple fractions (two-thirds, 2½, half a million).
    A clock time is one number (5:52 is 5.52). Percent signs, currencies, units and signs stand outside the span.
    Not numbers: vague plurals (dozens), pronouns (no one), digits inside names (G20, F-16), `10 seconds`' unit.
    `5m` is five million after a currency or before a plural (5m people), else 5: it may be metres.
    """
    stretches = text.split(" ")
    found: list[NumberFound] = []
    offset = before = 0
    for first, numbers in _read_together(stretches, bytes(roles.all(stretches))):
        offset += sum(map(len, stretches[before:first])) + first - before
        before = first
        found += [((start + offset, end + offset), value) for (start, end), value in numbers]
    return found


def values_among(stretches: Sequence[str], roles: bytes) -> set[Decimal]:
    """Find the values of the numbers of a text split at its spaces; `roles` holds the role of each stretch."""
    return {value for read in _read_together(stretches, roles) for _, value in read.numbers}


def _read_through(text: str) -> Sequence[NumberFound]:
    """`number_values`, read word by word."""
    reader = _NumberReader(text)
    found: list[NumberFound] = []
    at = 0
    while at < len(reader.tokens):
        number = reader.read(at)
        if number is None:
            at += 1
            continue
        value, end = number
        found.append(((reader.tokens[at].start, reader.tokens[end - 1].end), value))
        at = end
        while reader._next(at) == "second":  # the unit of time, not the ordinal
            at += 1
    return found


_numbers = Memo(_read_through)
