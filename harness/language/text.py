"""Pure functions on strings and offsets. Every span is half-open, in characters: `text[start:end]`."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

Span = tuple[int, int]

WORD = r"[^\W_]+(?:['’.\-&][^\W_]+)*"
"""A word, as a regular expression: a run of letters and digits of any script, joined by inner `' . - &`."""
_WORD = re.compile(WORD)
_WIDTHLESS = "\u00ad\u200b\u2060\ufeff"
"""Soft hyphens, and signs that have no width."""
_FOLD = {
    **dict.fromkeys("‘’‚‛", "'"),
    **dict.fromkeys("“”„«»", '"'),
    **dict.fromkeys("–—‐‑−", "-"),
    "…": "...",
    "\u00a0": " ",
    **dict.fromkeys(_WIDTHLESS, ""),
}
_FOLDED = frozenset(_FOLD)
_UNSEEN = re.compile(f"[{_WIDTHLESS}]")


def counted(many: int, noun: str) -> str:
    """Write a number of things: `1 cluster`, `2,000 clusters`."""
    return f"{many:,} {noun}" if many == 1 else f"{many:,} {noun}s"


def normalise(text: str) -> str:
    """Spell texts alike that differ only in typography: NFKC, straight quotes, plain dashes, single spaces.

    Changes offsets, so it serves comparison only, never spans.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        for sign in _FOLDED.intersection(text):
            text = text.replace(sign, _FOLD[sign])
    return " ".join(text.split())


def composed_letters(text: str) -> str:
    """`text` with each letter and its marks as one character, without soft hyphens and what has no width."""
    return text if text.isascii() else _UNSEEN.sub("", unicodedata.normalize("NFC", text))


def word_spans(text: str) -> list[Span]:
    """Find the words of `text`: runs of letters and digits of any script, joined by inner `' . - &`."""
    return [match.span() for match in _WORD.finditer(text)]


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[str, ...]:
    """Split `text` into words, normalised and lower-cased, in order; memoised, since metrics and models ask again."""
    return tuple(_WORD.findall((text if text.isascii() else normalise(text)).lower()))


def ngrams(tokens: Sequence[str], n: int) -> list[tuple[str, ...]]:
    """List all runs of `n` neighbouring tokens, in order: `max(0, len(tokens) - n + 1)` of them.

    Raises ValueError for n below 1.
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, not {n}")
    return list(zip(*(tokens[i:] for i in range(n)), strict=False))


def paragraph_spans(text: str) -> list[Span]:
    """Find the lines of `text` that hold more than white space, without the white space round them."""
    spans = []
    position = 0
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        if stripped:
            start = position + line.index(stripped)
            spans.append((start, start + len(stripped)))
        position += len(line)
    return spans


_SIGNS = re.compile(r"[^\w\s]{100,}")
_KEPT = 20


def without_long_runs(text: str) -> str:
    """`text` with the middle of each run of a hundred signs or more as dashes, one for one, so that offsets stay.

    Splitters try every sign of a run as the end of a sentence or a word, and read on to the end of the run each time:
    24,000 question marks take nupunkt a second.
    """
    return _SIGNS.sub(lambda run: f"{run[0][:_KEPT]}{'-' * (len(run[0]) - 2 * _KEPT)}{run[0][-_KEPT:]}", text)


@lru_cache(maxsize=1024)
def sentence_spans(text: str) -> tuple[Span, ...]:
    """Find the sentences of `text`; a newline always ends one.

    Splits with nupunkt (Bommarito et al., 2025), an unsupervised Punkt splitter (Kiss & Strunk, 2006) trained on
    legal and news text, which needs no download.
    """
    from nupunkt import sent_spans

    spans = []
    for start, end in paragraph_spans(text):
        for left, right in sent_spans(without_long_runs(text[start:end])):
            sentence = text[start + left : start + right]
            stripped = sentence.strip()
            if stripped:
                first = start + left + sentence.index(stripped)
                spans.append((first, first + len(stripped)))
    return tuple(spans)


def sentences(text: str) -> list[str]:
    """Split `text` into its sentences, in order."""
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


_STAMP = re.compile(
    r"\s*[(\[](?=[^)\]]{,60}\b(?:19|20)\d\d\b[^)\]]{,40}[)\]])(?=[^)\]]*\d[^\d)\]]+\d)"
    r"(?:(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?:[a-z]{3,6})?|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*"
    r"|\d{1,4}(?:st|nd|rd|th|[ap]m)?|[ap]\.?m\b|[a-z]{2,4}t|utc|gmt|at|on|published|posted|updated|[\s,.:/|-])++[)\]]\s*",
    re.IGNORECASE,
)


def stamp_end(text: str) -> int:
    """Find the offset at which `text` starts after the date in brackets before it; 0 where it opens with none.

    `(Sep 2, 2016 8:15 AM CET) Edda Blom, …`, `[Published: 5 January 2022, 10:31 GMT] …`: when it was written.
    """
    found = _STAMP.match(text)
    return found.end() if found else 0


def dateline_end(text: str) -> int:
    """Find the offset at which the body starts after a news dateline; 0 where `text` opens with none.

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
    """Tell whether `head`, before the dash, colon or nothing in `mark`, is a dateline and no sentence."""
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
    """Accept a part that could name a place: one to four capitalised words, with links such as `de` and `of`."""
    names = part.split()
    return 1 <= len(names) <= 4 and all(
        bool(_DATELINE_WORD.match(word)) and (word[0].isupper() or (place > 0 and bool(_PLACE_LINKS.fullmatch(word))))
        for place, word in enumerate(names)
    )
