"""Word by word: in which words a text differs from the reference nearest to it."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal

Change = Literal["same", "added", "missing"]
MOST = 400
"""Words of each text that are compared."""
_WORD = re.compile(r"\w+(?:['’.,-]\w+)*|\S")


def difference(reference: str, text: str) -> Iterator[tuple[Change, str]]:
    """Yield runs of words in the text's order: both have them, only the text has them, only the reference has them.

    Case is no difference. Of long texts the first `MOST` words are compared.
    """
    theirs, ours = _words(reference), _words(text)
    old, new = ([word.casefold() for word in words] for words in (theirs, ours))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            yield "same", " ".join(ours[k:m])
            continue
        if j > i:
            yield "missing", " ".join(theirs[i:j])
        if m > k:
            yield "added", " ".join(ours[k:m])


def nearest_reference(references: Sequence[str], text: str) -> str:
    """Choose the reference that shares most words with a text; the first of equal ones."""
    ours = {word.casefold() for word in _words(text)}

    def shared(reference: str) -> float:
        theirs = {word.casefold() for word in _words(reference)}
        return 2 * len(ours & theirs) / (len(ours) + len(theirs) or 1)

    return max(references, key=shared)


def _words(text: str) -> list[str]:
    return [match[0] for match, _ in zip(_WORD.finditer(text), range(MOST), strict=False)]
