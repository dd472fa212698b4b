"""Words as checkers compare them: stemmed, without function words."""

import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from harness.claims import porter
from harness.text import words


@cache
def lexicon() -> dict[str, Any]:
    """The word lists of `lexicon.toml`, beside this module."""
    return tomllib.loads(files("harness.claims").joinpath("lexicon.toml").read_text(encoding="utf-8"))


@cache
def word_list(section: str, key: str) -> frozenset[str]:
    """One list of the lexicon. Raises KeyError for a list it does not have."""
    return frozenset(lexicon()[section][key].split())


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The Porter stem (Porter, 1980, with NLTK's extensions) of a lower-cased word, its possessive taken off first."""
    bare = word.removesuffix("'s").removesuffix("’s").rstrip(".")
    if len(bare) <= 3 or not bare.isascii():
        return bare
    return porter.stem(bare)


@lru_cache(maxsize=1 << 14)
def content_stems(text: str) -> tuple[str, ...]:
    """Stems of the words of `text` that are not function words, in order; hyphenated words also in their parts."""
    found: list[str] = []
    stopwords = word_list("function", "content_free")
    for word in words(text):
        if word in stopwords:
            continue
        found.append(stem(word))
        if "-" in word:
            found.extend(stem(part) for part in word.split("-") if part and part not in stopwords)
    return tuple(found)
