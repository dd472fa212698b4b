"""The sentences of a text that is checked, each judged by itself."""

import re

from harness.text import sentence_spans

_END = re.compile(r"(?<=[a-z]{4})\.(?=\s+[\"“‘']?[A-Z])")
"""A full stop after a small word of four letters or more, which is no abbreviation, before a capital."""


def claim_spans(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of a text; all of it where it has none.

    The splitter now and then leaves two together; they are parted where a small word ends in a full stop and a capital
    follows, so that a sentence is judged by itself whatever is written after it. And it parts a headline inside a
    quoted question (`'Safe?': Mayor asks`); pieces without white space between them are one.
    """
    found: list[tuple[int, int]] = []
    for start, end in sentence_spans(text):
        if found and found[-1][1] == start:
            found[-1] = found[-1][0], end
            continue
        begun = start
        for ending in _END.finditer(text, start, end):
            found.append((begun, ending.end()))
            begun = end - len(text[ending.end() : end].lstrip())
        found.append((begun, end))
    return found or [(0, len(text))]
