"""Helpers of the extractive models: choose the sentences that can stand for an article, and shorten a text."""

import re
from collections.abc import Sequence
from functools import lru_cache

from harness.language.text import Span, dateline_end, normalise, paragraph_spans, sentences, word_spans, words
from harness.records import Article

FEWEST_WORDS = 4
"""Least words of a sentence of news; fewer are a heading, a credit or a scrap of a date."""

LEAST_SHARE = 0.6
"""Least share of the words allowed that a cut at a clause keeps."""

_ENDED = re.compile(r"[.!?…।。]['\"’”»)\]]*$")
_CREDIT = re.compile(r"(?i)\b(?:photo|photograph|photography|image|picture|credit)s?(?:\s+by\b|\s+credit\b|\s*:)")
_BYLINE = re.compile(r"(?i)(?:(?:reporting|story|words|written)\s+)?by\s")
_CALENDAR = re.compile(
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tues?|wed|thur?s?|fri|sat|sun"
    r"|[ap]\.?m|gmt|utc|c?est|edt|bst|cet|published|updated|posted|on|at|\d.*"
)
_DANGLING = re.compile(
    r"an?|the|this|that|these|those|its|his|her|their|our|of|in|on|at|to|for|from|by|with|into|than|as|and|or|but|nor"
    r"|if|when|while|because|(?:al)?though|whether|where|who|whom|whose|which|is|are|was|were|be|been|has|have|had"
    r"|will|would",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[,;:]\s|—|\s[(\-–]|\s(?:after|before|when|while|as|because|although|though|who|which|that|and|but|whether|where|until"
    r"|since|amid|following|according)\b",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"[%°.!?…]*['\"”’»)\]]*")


def one_line(text: str) -> str:
    """Put a text on one line: a single space for each run of white space, none at the ends."""
    return " ".join(text.split())


@lru_cache(maxsize=1024)
def news_sentences(text: str, title: str = "") -> tuple[str, ...]:
    """Return the sentences that could stand for an article, in order, each on one line and without its dateline.

    Headings, bylines, dates and picture credits are left out: anything with fewer than four words, with fewer than
    three beside numbers and calendar words, without a mark that ends a sentence, with a credit in its paragraph, or
    that repeats the title. Where nothing would remain (lower-cased or unpunctuated text), anything long enough stays;
    failing that, everything with a word. Empty only for a text without words.
    """
    known_title = normalise(title).lower()
    candidates: list[tuple[str, bool]] = []
    for start, end in paragraph_spans(text):
        paragraph = text[start:end]
        credited = bool(_CREDIT.search(paragraph)) and not _ENDED.search(paragraph)
        candidates += [(one_line(sentence), credited) for sentence in sentences(paragraph[dateline_end(paragraph) :])]
    candidates = [(sentence, credited) for sentence, credited in candidates if words(sentence)]
    long_enough = [
        (sentence, credited)
        for sentence, credited in candidates
        if _is_long_enough(sentence) and normalise(sentence).lower() not in known_title
    ]
    ended = [sentence for sentence, credited in long_enough if _ENDED.search(sentence) and not credited]
    unended = [sentence for sentence, credited in long_enough if not credited and not _BYLINE.match(sentence)]
    return tuple(ended or unended or [sentence for sentence, _ in candidates])


def _is_long_enough(sentence: str) -> bool:
    tokens = words(sentence)
    telling = [token for token in tokens if not _CALENDAR.fullmatch(token)]
    return len(tokens) >= FEWEST_WORDS and len(telling) >= FEWEST_WORDS - 1


def article_sentences(article: Article) -> tuple[str, ...]:
    """Return the sentences that could stand for `article`; see `news_sentences`."""
    return news_sentences(article.text, article.title)


def cut(text: str, max_words: int | None) -> str:
    """Cut `text` to at most `max_words`, keeping the marks that close its last word; add nothing.

    It ends before the last mark or word that opens a clause, if that leaves at least 60 % of the words allowed, and at
    the limit otherwise, but never inside a number. Articles, prepositions and the like, which would dangle there, go
    too, as long as one word is left. Words are those of `language.text.word_spans`; None and texts that are short
    enough leave `text` as it is.
    """
    spans = word_spans(text)
    if max_words is None or len(spans) <= max_words:
        return text
    ends = [sum(end <= clause.start() for _, end in spans) for clause in _CLAUSE.finditer(text, 0, spans[max_words][1])]
    kept = max((count for count in ends if LEAST_SHARE * max_words <= count <= max_words), default=max_words)
    while kept > 1 and (
        _look_joined(text, spans[kept - 1], spans[kept]) or _DANGLING.fullmatch(text, *spans[kept - 1])
    ):
        kept -= 1
    end = spans[kept - 1][1]
    closing = _CLOSING.match(text, end)
    return text[: closing.end() if closing else end]


def _look_joined(text: str, word: Span, following: Span) -> bool:
    """Tell whether two words look like one, as in `61,000`, `3–2` and `and/or`: a cut between would falsify them."""
    between = text[word[1] : following[0]]
    return not any(mark.isspace() or mark == "—" for mark in between)


def pool(by_article: Sequence[Sequence[str]], most: int) -> list[str]:
    """Return the sentences of several articles, article after article.

    Where there are more than `most`, articles give theirs in turn from their beginnings until there are enough.
    """
    turns = sorted((place, article) for article, own in enumerate(by_article) for place in range(len(own)))
    return [by_article[article][place] for article, place in sorted((turn[1], turn[0]) for turn in turns[:most])]
