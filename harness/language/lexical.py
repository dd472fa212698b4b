"""Words as checkers compare them: stemmed, without function words."""

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from harness.language import porter
from harness.language.text import normalise, words


@cache
def lexicon() -> dict[str, Any]:
    """Read the word lists of `lexicon.toml`, beside this module."""
    return tomllib.loads(files("harness.language").joinpath("lexicon.toml").read_text(encoding="utf-8"))


@cache
def word_list(section: str, key: str) -> frozenset[str]:
    """Return one list of the lexicon. Raises KeyError for a list it does not have."""
    return frozenset(lexicon()[section][key].split())


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Stem a lower-cased word without its possessive (Porter, 1980, with NLTK's extensions)."""
    bare = word.removesuffix("'s").removesuffix("’s").rstrip(".")
    if len(bare) <= 3 or not bare.isascii():
        return bare
    return porter.stem(bare)


_THOUSANDS = re.compile(r"(?<=\d),\s?(?=\d{3}(?!\d))")
_POSSESSIVE = re.compile(r"['’]s?(?!\w)")


@lru_cache(maxsize=1 << 14)
def pieces(text: str) -> tuple[str, ...]:
    """Split `text` into words for matching across spellings, lower-cased, in order.

    Hyphens and full stops part words or vanish, possessives go, and a thousands separator is nothing: `20-year-old`
    and a tokenised `20 year - old` are the same, as are `U.S.` and `US`, `36,000` and `36, 000`.
    """
    plain = _POSSESSIVE.sub("", _THOUSANDS.sub("", normalise(text).lower()))
    found: list[str] = []
    for word in words(plain):
        if "." in word and not word[0].isdigit():
            found.append(word.replace(".", ""))
        else:
            found.extend(part for part in word.split("-") if part)
    return tuple(found)


@lru_cache(maxsize=1 << 14)
def content_stems(text: str) -> tuple[str, ...]:
    """Stems of the `pieces` of `text` that are not function words, in order."""
    stopwords = word_list("function", "content_free")
    return tuple(stem(word) for word in pieces(text) if word not in stopwords)
