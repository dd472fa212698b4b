"""Pure functions on strings and offsets. Every span is half-open, in characters: `text[start:end]`."""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

Span = tuple[int, int]

WORD = r"[^\W_]+(?:['’.\-&][^\W_]+)*"
"""A word, as a regular expression: a run of letters and digits of any script, joined by inner `' . - &`."""
_WORD = re.compile(WORD)
_FOLD = {
    **dict.fromkeys("‘’‚‛", "'"),
    **dict.fromkeys("“”„«»", '"'),
    **dict.fromkeys("–—‐‑−", "-"),
    "…": "...",
    "\u00a0": " ",
    **dict.fromkeys("\u00ad\u200b\ufeff", ""),
}
_FOLDED = frozenset(_FOLD)


def normalise(text: str) -> str:
    """One spelling for texts that differ only in typography: NFKC, straight quotes, plain dashes, single spaces.

    Changes offsets, so it serves comparison only, never spans.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        for sign in _FOLDED.intersection(text):
            text = text.replace(sign, _FOLD[sign])
    return " ".join(text.split())


def word_spans(text: str) -> list[Span]:
    """Spans of the words of `text`: runs of letters and digits of any script, joined by inner `' . - &`."""
    return [match.span() for match in _WORD.finditer(text)]


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[str, ...]:
    """The words of `text`, normalised and lower-cased, in order; memoised, since metrics and models ask again."""
    return tuple(_WORD.findall((text if text.isascii() else normalise(text)).lower()))


def ngrams(tokens: Sequence[str], n: int) -> list[tuple[str, ...]]:
    """All runs of `n` neighbouring tokens, in order: `max(0, len(tokens) - n + 1)` of them.

    Raises ValueError for n below 1.
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, not {n}")
    return list(zip(*(tokens[i:] for i in range(n)), strict=False))


def paragraph_spans(text: str) -> list[Span]:
    """Spans of the lines of `text` that hold more than white space, without the white space round them."""
    spans = []
    position = 0
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        if stripped:
            start = position + line.index(stripped)
            spans.append((start, start + len(stripped)))
        position += len(line)
    return spans


@lru_cache(maxsize=1024)
def sentence_spans(text: str) -> tuple[Span, ...]:
    """Spans of the sentences of `text`; a newline always ends one.

    Splits with nupunkt (Bommarito et al., 2025), an unsupervised Punkt splitter (Kiss & Strunk, 2006) trained on
    legal and news text, which needs no download.
    """
    from nupunkt import sent_spans

    spans = []
    for start, end in paragraph_spans(text):
        for left, right in sent_spans(text[start:end]):
            sentence = text[start + left : start + right]
            stripped = sentence.strip()
            if stripped:
                first = start + left + sentence.index(stripped)
                spans.append((first, first + len(stripped)))
    return tuple(spans)


def sentences(text: str) -> list[str]:
    """The sentences of `text`, in order."""
    return [text[start:end] for start, end in sentence_spans(text)]


_DATELINE_BREAK = re.compile(
    r"\s*(?:-{2,}|[—–―])\s*|\s+[-_]\s+|(?<=[)/])\.?\s*-\s*|(?<=[A-Z])-\s+|(?<=/)\.\s+|\s*:(?:\s*-+)?\s+|(?<=[)])\s*(?=\S)"
)
_DATELINE_AGENCY = re.compile(r"\s*(?:\(([^()\d]{0,40})\)|/([^/\d]{2,40})/|\[([^\[\]\d]{2,40})\])$")
_AGENCY_NAMES = re.compile(
    r"cnn|ap|afp|upi|reuters|ani|pti|ians|xinhua|bloomberg|efe|dpa|ansa|tass|cbs|abc|fox|bbc|cnbc|voa"
    r"|rfe/rl|kyodo"
)
_DATELINE_DATE = re.compile(
    r"(?:^|[,\s]\s*)(?:(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
    r"(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{1,2}|"
    r"\d{1,2}(?:st|nd|rd|th)?\s+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?)(?:,?\s+\d{4})?[,.]?$",
    re.IGNORECASE,
)
_DATELINE_WORD = re.compile(r"(?:[^\W\d_]+\.?(?:['’\-][^\W\d_]+)*|(?:[^\W\d_]\.)+)$")
_PLACE_LINKS = re.compile(r"of|the|de|la|le|el|del|al|an|am|and|upon|sur|i|y|&|di|da|do")
_NOT_PLACES = re.compile(
    r"breaking|update|updated|exclusive|watch|related|read|more|video|photos|opinion|analysis"
    r"|editorial|comment|live|correction|editor's|note|notes|by|advertisement|fact|check|explainer"
    r"|review|interview|chairman|president|sec|gen|sen|rep|gov|mr|mrs|ms|dr"
)


def dateline_end(text: str) -> int:
    """The offset at which the body starts after a news dateline; 0 where `text` opens with none.

    Known are a place, a date and an agency, each alone or together, before a dash, a colon or the bare agency:
    `WASHINGTON (CNN) -- `, `LONDON, March 3 (Reuters) - `, `ALMATY — `, `NEW DELHI: `, `Almaty, Kazakhstan – `,
    `Islamabad, Jan 5 (IANS) `, and the remains of one whose agency was stripped, `( )- `. A place in small letters
    counts only with a date, an agency or a second place beside it, and what follows must open a sentence.
    """
    start = len(text) - len(text.lstrip())
    for found in _DATELINE_BREAK.finditer(text, start, start + 110):
        body = text[found.end() :].lstrip("\"'“‘«([")
        if not body or not (body[0].isupper() or body[0].isdigit()):
            continue
        if _is_dateline(text[start : found.start()], found.group().strip()):
            return found.end()
    return 0


def _is_dateline(head: str, mark: str) -> bool:
    """Whether `head`, which stands before the dash, colon or nothing in `mark`, is a dateline and no sentence."""
    agency = _DATELINE_AGENCY.search(head)
    name = next((group for group in agency.groups() if group is not None), "").strip() if agency else ""
    if agency and not name and not mark:
        return False
    place = head[: agency.start()] if agency else head
    dated = _DATELINE_DATE.search(place)
    place = (place[: dated.start()] if dated else place).strip(" ,")
    if agency and not mark and not dated and not _AGENCY_NAMES.fullmatch(name.lower()):
        return False
    if not place:
        return bool(agency or dated)
    parts = [part.strip() for part in re.split(r",\s*|/", place)]
    if len(parts) > 4 or not all(_is_place(part) for part in parts):
        return False
    leading = [word.lower().rstrip(".") for word in parts[0].split()]
    if all(_NOT_PLACES.fullmatch(word) for word in leading) or (
        mark.startswith(":") and _NOT_PLACES.fullmatch(leading[0])
    ):
        return False
    if agency or dated:
        return True
    if mark.startswith(":"):
        return parts[0].isupper() and len(parts[0]) >= 5
    return parts[0].isupper() or len(parts) == 2


def _is_place(part: str) -> bool:
    """Whether `part` could be a place's name: one to four capitalised words, with links such as `de` and `of`."""
    names = part.split()
    return 1 <= len(names) <= 4 and all(
        bool(_DATELINE_WORD.match(word)) and (word[0].isupper() or (place > 0 and bool(_PLACE_LINKS.fullmatch(word))))
        for place, word in enumerate(names)
    )


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
} | {"dozen": Decimal(12), "mn": Decimal(10**6), "bn": Decimal(10**9), "tn": Decimal(10**12)}
_IRREGULAR = "one:first two:second three:third five:fifth eight:eighth nine:ninth twelve:twelfth"
_IRREGULAR_ORDINALS = dict(pair.split(":") for pair in _IRREGULAR.split())


def _ordinal(cardinal: str) -> str:
    return _IRREGULAR_ORDINALS.get(cardinal) or re.sub("y$", "ie", cardinal) + "th"


_ORDINALS = {_ordinal(word): value for word, value in (_UNITS | _TENS).items()}
_ORDINAL_SCALES = {_ordinal(word): _SCALES[word] for word in ("hundred", "thousand", "million", "billion", "trillion")}
_DENOMINATORS = {"quarter": Decimal(4)} | {word: value for word, value in _ORDINALS.items() if 3 <= value <= 10}
_SUFFIXES = {"k": 10**3, "m": 10**6, "mn": 10**6, "b": 10**9, "bn": 10**9, "t": 10**12, "tn": 10**12}
_LINKS = frozenset({"a", "an", "and", "half", "no", "any", "some", "every", "another"})
_NUMBER_WORDS = frozenset().union(
    _UNITS, _TENS, _SCALES, _ORDINALS, _ORDINAL_SCALES, _DENOMINATORS, [word + "s" for word in _DENOMINATORS], _LINKS
)
_NUMBER_TOKEN = re.compile(
    r"""
    (?P<clock> \d{1,2}:\d\d (?![\d:]) )
  | (?P<currency> (?: [$£€¥₹] | \b(?:EUR|USD|GBP|INR|Rs\.?) ) [ \u00a0]? )?
    (?P<digits> (?: \d{1,3}(?:,\d{2,3})*,\d{3}(?!\d)(?:\.\d+)? | \d+(?:\.\d+)? | (?<![\w.])\.\d+ ) )
    (?P<vulgar> [¼½¾⅓⅔⅛⅜⅝⅞] )?
    (?: (?P<ordinal> (?:st|nd|rd|th)\b )
      | (?P<suffix> [kKmMbBtT]\b | (?:mn|bn|tn)\b ) (?P<counted> (?=[ ](?:people|more|(?!hurdles)[a-z]+[a-rt-z]s)\b) )?
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


class _NumberToken(NamedTuple):
    """A numeral with its value, or a word (lower case, no value) that can belong to a number."""

    start: int
    end: int
    word: str
    value: Decimal | None
    closed: bool
    """True for what nothing can follow inside one number: clock times and ordinals in digits."""


def _numeral(match: re.Match[str]) -> _NumberToken:
    """The token of a match of `digits`, its suffix read as a power of ten where it is one."""
    value = Decimal(match["digits"].replace(",", ""))
    end = match.end("digits")
    if match["vulgar"]:
        value += Decimal(str(unicodedata.numeric(match["vulgar"])))
        end = match.end("vulgar")
    suffix = match["suffix"]
    if suffix and (
        match["currency"] or len(suffix) == 2 or suffix in "kKMB" or (suffix == "m" and match["counted"] is not None)
    ):
        value *= _SUFFIXES[suffix.lower()]
        end = match.end("suffix")
    elif match["ordinal"]:
        end = match.end("ordinal")
    return _NumberToken(match.start("digits"), end, "", value, bool(match["ordinal"]))


def _number_tokens(text: str) -> list[_NumberToken]:
    tokens = []
    for match in _NUMBER_TOKEN.finditer(text):
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
        """The word at `at` where only a space or a hyphen parts it from the token before it, else nothing."""
        if 0 < at < len(self.tokens):
            gap = self.text[self.tokens[at - 1].end : self.tokens[at].start]
            if _NUMBER_JOINT.fullmatch(gap):
                return self.tokens[at].word
        return ""

    def _small(self, at: int) -> tuple[Decimal, int, bool] | None:
        """A number below one hundred in words, or one in digits; where it ends; whether nothing can follow."""
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
        """What a number can begin with: `_small`, `a` and `half a` before a scale, one and a half."""
        word = self.tokens[at].word
        if word in {"a", "an"} and self._next(at + 1) in _SCALES:
            return Decimal(1), at + 1, False
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
        """The longest number that begins at token `at`, and where it ends; None where none begins."""
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
            at += self._next(at) == "and"
            if not self._next(at) or self._next(at) in {"a", "an", "half"}:
                break
        if smallest is None:
            return None
        denominator = self._next(end)
        if smallest == 1 and not closed and (total == 1 or denominator.endswith("s")):
            divisor = _DENOMINATORS.get(denominator.removesuffix("s"), Decimal(2) if denominator == "half" else None)
            if divisor:
                return total / divisor, end + 1
        return total, end


def may_hold_number(text: str) -> bool:
    """False where `text` has neither a digit nor a word that a number needs to be one."""
    return bool(_DIGIT.search(text)) or not _NUMBER_STARTS.isdisjoint(_LETTERS.findall(text.lower()))


def number_values(text: str) -> list[tuple[Span, Decimal]]:
    """Spans and values of the numbers of English `text`, in order, so that `2.5 million` equals `2,500,000`.

    Read are digits with thousands separators and decimals, suffixes and scales (£10k, 3bn, 2.5 million, two dozen),
    cardinals and ordinals in words or digits (twenty-one, 21st), simple fractions (two-thirds, 2½, half a million).
    A clock time is one number (5:52 is 5.52). Percent signs, currencies, units and signs stand outside the span.
    Not numbers: vague plurals (dozens), pronouns (no one), digits inside names (G20, F-16), `10 seconds`' unit.
    `5m` is five million after a currency or before a plural (5m people), else 5: it may be metres.
    """
    if not may_hold_number(text):
        return []
    reader = _NumberReader(text)
    found: list[tuple[Span, Decimal]] = []
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
