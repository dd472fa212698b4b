"""Pure functions on strings and offsets. Every span is half-open, in characters: `text[start:end]`."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

Span = tuple[int, int]

_WORD = re.compile(r"[^\W_]+(?:['’.\-&][^\W_]+)*", re.UNICODE)
_SPACE = re.compile(r"\s+")
_FOLD = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "‚": "'",
        "‛": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "‐": "-",
        "‑": "-",
        "−": "-",
        "…": "...",
        "\u00a0": " ",
        "\u00ad": "",
        "\u200b": "",
        "\ufeff": "",
    }
)


def normalise(text: str) -> str:
    """One spelling for texts that differ only in typography: NFKC, straight quotes, plain dashes, single spaces.

    Changes offsets, so it serves comparison only, never spans.
    """
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text).translate(_FOLD)).strip()


def word_spans(text: str) -> list[Span]:
    """Spans of the words of `text`: runs of letters and digits of any script, joined by inner `' . - &`."""
    return [match.span() for match in _WORD.finditer(text)]


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[str, ...]:
    """The words of `text`, normalised and lower-cased, in order; memoised, since metrics and models ask again."""
    return tuple(_WORD.findall(normalise(text).lower()))


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
