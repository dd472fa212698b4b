"""The sentences of a text that is checked, each judged by itself."""

import re

from harness.claims.casing import headline_cased
from harness.language.lexical import word_list
from harness.language.text import sentence_spans, word_spans

_END = re.compile(r"(?<=[a-z]{4})\.(?=\s+[\"“‘']?[A-Z])")
"""A full stop after a small word of four letters or more, which is no abbreviation, before a capital."""
_CALL = re.compile(r"[\"“‘']?[A-Za-z]+!+[\"”’']?")
"""A sentence of one word that calls out."""
_LAST = re.compile(r"([A-Z][a-z]+)\.$")
_INITIALS = re.compile(r"(?<![^\W_])(?:[A-Z]\.)+$")
_WORD = re.compile(r"[^\W_]")


def claim_spans(text: str) -> list[tuple[int, int]]:
    """Cut a text into the spans of its sentences; all of it where it has none.

    The splitter now and then leaves two together; they are parted where a small word ends in a full stop and a capital
    follows, so that a sentence is judged by itself whatever is written after it. And it parts a headline inside a
    quoted question (`'Safe?': Mayor asks`) and after an abbreviation (`Admin. Reverses`); pieces without white space
    between them are one, and so are those between which a shortened word stands, or in a headline initials: there
    `in U.S. After` has its capital because every word has one. A call of one word before or after others (`Boom!`)
    claims nothing, and is left out; so is a mark by itself, such as a full stop after a full stop.
    """
    titled = headline_cased([text[start:end] for start, end in word_spans(text)])
    found: list[tuple[int, int]] = []
    for start, end in sentence_spans(text):
        before = text[: found[-1][1]] if found else ""
        initials = titled and _INITIALS.search(before) is not None
        carried_on = found and (found[-1][1] == start or _shortened(before) or initials)
        begun = found.pop()[0] if carried_on else start
        for ending in _END.finditer(text, start, end):
            if not _shortened(text[: ending.end()]):
                found.append((begun, ending.end()))
                begun = end - len(text[ending.end() : end].lstrip())
        found.append((begun, end))
    found = [span for span in found if _WORD.search(text, *span)]
    said = [span for span in found if not _CALL.fullmatch(text[slice(*span)].strip())]
    return said or found or [(0, len(text))]


def _shortened(text: str) -> bool:
    """Recognise a text that ends with an abbreviation: `Admin.`, `Calif.`, `Ex-Lt.`."""
    last = _LAST.search(text)
    return last is not None and last[1].lower() in word_list("reading", "shortened")
