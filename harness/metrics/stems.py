"""Porter's stems of many words at once: our own stemmer's, by compiled code where that is installed."""

from collections.abc import Sequence

from harness.claims.porter import stem
from harness.memo import Memo
from harness.metrics import accelerated

SHORT = 3
"""Words of at most so many characters are not stemmed."""

_stem = Memo(stem)


def stems(words: Sequence[str]) -> list[str]:
    """The stem of each word in lower case; a short word is its own."""
    long = [word for word in words if len(word) > SHORT]
    known: list[str] = []
    if accelerated.installed():
        known = [word for word in long if word.isascii() and word.isalnum()]
    compiled = dict(zip(known, accelerated.stems(known) if known else (), strict=True))
    return [word if len(word) <= SHORT else compiled.get(word) or _stem[word] for word in words]
