"""Stem many words at once with Porter's rules: by our own stemmer, or by compiled code where that is installed."""

from collections.abc import Sequence

from harness.language.memo import Memo
from harness.language.porter import stem
from harness.metrics import accelerated

SHORT = 3
"""Words of at most so many characters are not stemmed."""

_stem = Memo(stem)


def stems(words: Sequence[str]) -> list[str]:
    """Stem each word in lower case; a short word is its own stem."""
    long = [word for word in words if len(word) > SHORT and word[-1].isascii()]  # rules change English endings only
    compiled: dict[str, str] = {}
    if accelerated.is_installed():
        plain = long if _are_plain("".join(long)) else list(filter(_are_plain, long))
        compiled = dict(zip(plain, accelerated.stems(plain), strict=True))
    stemmed = {word: compiled.get(word) or _stem[word] for word in long}
    return [stemmed.get(word, word) for word in words]


def _are_plain(word: str) -> bool:
    return word.isascii() and word.isalnum()
