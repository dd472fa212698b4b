"""Texts in one typography, so that how a word is encoded or a figure is grouped changes nothing that is read in it.

Each character keeps where it stood: what is found in the plain text is given back in the characters of the text as it
was written.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from harness.language.numerals import RUPEES, US_DOLLAR, with_commas
from harness.records import Article, Cluster, Element, Evidence, Verdict

_SIGNS = {
    **dict.fromkeys("‘’‚‛´`ʼ", "'"),
    **dict.fromkeys("“”„‟", '"'),
    **dict.fromkeys("‐‑−", "-"),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),
}
"""Signs that are written in several ways, and those that are not seen at all."""
_CODES = {
    "US": US_DOLLAR, "USD": US_DOLLAR, "EUR": "€", "GBP": "£", "INR": "₹", "RS": RUPEES, "RS.": RUPEES, "JPY": "¥",
    "AUD": "A$", "AU": "A$", "CAD": "C$", "CA": "C$", "NZD": "NZ$", "HKD": "HK$", "SGD": "S$", "CHF": "₣", "SFR": "₣",
    "SFR.": "₣", "KRW": "₩", "RUB": "₽", "TRY": "₺", "UAH": "₴", "NGN": "₦", "ILS": "₪", "THB": "฿",
}  # fmt: skip
_CURRENCY = re.compile(
    r"\b(?:(?:US|AU|CA) ?\$"
    r"|(?:USD|EUR|GBP|INR|JPY|AUD|CAD|NZD|HKD|SGD|CHF|SFr\.?|KRW|RUB|TRY|UAH|NGN|ILS|THB|Rs\.?)\$? ?(?=\d)) ?(?=\d)"
)
"""Currencies by a code, or by a sign and a country, before a figure."""
_INITIALS = re.compile(r"(?<=\b[A-Z]\.) (?=(?:[A-Z]\. )+[A-Z][a-z])")
"""The space between two initials of a name: `George H. W. Bush` is `George H.W. Bush`."""
_CENTURY = re.compile(r"(?<!\w)'(?=[3-9]0s\b|\d\d\b(?![%'\w])(?!.*[\w.,!?%]'(?!\w)))", re.IGNORECASE)
"""What stands for the century of a decade or year: `the '80s` are the 1980s, `in '98` is in 1998."""
_QUARTER = re.compile(r"\bQ[1-4]\b")
_QUARTERS = {"Q1": "first quarter", "Q2": "second quarter", "Q3": "third quarter", "Q4": "fourth quarter"}
_LAST_OF_ITS = 40
"""Two digits from which on a year is of the last century."""
_KEPT = ("<fraction>", "<super>")
"""Kinds of characters whose plain form says something else: 2½ would become 21/2, and ™ a word."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A text in one typography."""

    text: str
    starts: tuple[int, ...] | None = None
    """Where each character began in the text as it was written; None where every one stands where it stood."""
    ends: tuple[int, ...] | None = None

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Map a span of the plain text to the span of the text as it was written."""
        if self.starts is None or self.ends is None:
            return start, end
        first = self.starts[start] if start < len(self.starts) else (self.ends[-1] if self.ends else 0)
        return first, (self.ends[end - 1] if end > start else first)


@lru_cache(maxsize=1 << 10)
def plain(text: str) -> Plain:
    """Rewrite a text with composed letters, straight quotes, single-width digits, single spaces, commas in thousands.

    Soft hyphens and characters without width vanish. Plain text comes back as it is.
    """
    if text.isascii() and "  " not in text:
        places = list(range(len(text) + 1))
        return _with_signs(with_commas(text), places[:-1], places[1:], len(text))
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    while at < len(text):
        end = at + 1
        # A letter with its combining marks is folded as one.
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        for character in _fold(text[at:end]):
            if character == " " and characters[-1:] in ([], [" "]):
                continue  # one space says as much as several
            characters.append(character)
            starts.append(at)
            ends.append(end)
        at = end
    return _with_signs(with_commas("".join(characters)), starts, ends, len(text))


def _with_signs(text: str, starts: list[int], ends: list[int], written: int) -> Plain:
    """Write one sign for each currency in `text`, initials without spaces, years in full, quarters of a year in words.

    `starts` and `ends` say where its characters were written.
    """
    pieces: list[str] = []
    first: list[int] = []
    last: list[int] = []
    at = 0
    patterns = (_CURRENCY, _INITIALS, _CENTURY, _QUARTER)
    for found in sorted((each for pattern in patterns for each in pattern.finditer(text)), key=re.Match.start):
        sign = _sign(found)
        pieces += [text[at : found.start()], sign]
        first += [*starts[at : found.start()], *[starts[found.start()]] * len(sign)]
        last += [*ends[at : found.start()], *[ends[found.end() - 1]] * len(sign)]
        at = found.end()
    # Nothing moved, so offsets need not be kept.
    if not at and len(starts) == written and starts[-1:] == [written - 1]:
        return Plain(text)
    pieces.append(text[at:])
    return Plain("".join(pieces), (*first, *starts[at:]), (*last, *ends[at:]))


def _sign(found: re.Match[str]) -> str:
    """Return what is written in place of a match of one of these patterns."""
    if found.re is _CURRENCY:
        return _CODES[found.group().strip().upper().rstrip("$").strip() or "US"]
    if found.re is _INITIALS:
        return ""
    if found.re is _QUARTER:
        return _QUARTERS[found.group()]
    year = found.string[found.end() : found.end() + 3]
    return "19" if year.endswith("s") or int(year[:2]) >= _LAST_OF_ITS else "20"


@lru_cache(maxsize=1 << 12)
def _fold(written: str) -> str:
    """Return one character, with the marks on it, in its plain form."""
    if written.isascii():
        return written
    if written in _SIGNS:
        return _SIGNS[written]
    if unicodedata.category(written[0]) == "Zs":
        return " "
    if written == "…" or unicodedata.decomposition(written[0]).startswith(_KEPT):
        return unicodedata.normalize("NFC", written)
    folded = unicodedata.normalize("NFKC", written)
    return _SIGNS.get(folded, folded) if not folded.startswith(" ") else written


def plain_cluster(cluster: Cluster) -> Cluster:
    """Rewrite a cluster's articles in one typography; the same object where nothing changes."""
    articles = tuple(_plain_article(article) for article in cluster.articles)
    return cluster if articles == cluster.articles else cluster.model_copy(update={"articles": articles})


def _plain_article(article: Article) -> Article:
    """Rewrite an article in one typography; the same object where nothing changes."""
    title, text = plain(article.title).text, plain(article.text).text
    if (title, text) == (article.title, article.text):
        return article
    return article.model_copy(update={"title": title, "text": text})


def in_letters(text: str) -> str:
    """Write signs that stand in plain texts only as a reader knows them."""
    return text.replace(US_DOLLAR, "US$").replace(RUPEES, "Rs ")


def as_written(verdict: Verdict, text: str, cluster: Cluster) -> Verdict:
    """Map a verdict on the plain form of a text and a cluster back, with every span as the two were written."""
    articles = {article.article_id: article for article in cluster.articles}
    mine = plain(text)

    def quoted(spans: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        found = []
        for span in spans:
            article = articles[span.article_id]
            written = article.title if span.title else article.text
            form = plain(written)
            found.append(span if form.text == written else span.model_copy(update=_original_span(form, written, span)))
        return tuple(found)

    def claimed(record: Any) -> Any:
        return record.model_copy(update=_original_span(mine, text, record))

    def element(one: Element) -> Element:
        moved: Element = claimed(one)
        return moved.model_copy(update={"evidence": quoted(one.evidence), "reason": in_letters(one.reason)})

    claim = verdict.claim
    if claim.part == "whole":
        update: dict[str, Any] = {"start": 0, "end": len(text), "text": text}
    else:
        update = _original_span(mine, text, claim)
    for name in ("subject", "predicate", "object"):
        span = getattr(claim, name)
        update[name] = mine.written(*span) if span is not None else None
    for name in ("times", "places"):
        update[name] = tuple(mine.written(*span) for span in getattr(claim, name))
    for name in ("entities", "quantities"):
        update[name] = tuple(claimed(each) for each in getattr(claim, name))
    return verdict.model_copy(update={
        "claim": claim.model_copy(update=update),
        "reason": in_letters(verdict.reason),
        "evidence": quoted(verdict.evidence),
        "elements": tuple(element(one) for one in verdict.elements),
    })  # fmt: skip


def _original_span(form: Plain, written: str, record: Any) -> dict[str, Any]:
    """Return the span and text of a record in the text as it was written."""
    start, end = form.written(record.start, record.end)
    return {"start": start, "end": end, "text": written[start:end]}
