"""Sentences that begin with a name that is a verb, too: `Trump to visit coast`, `May asks for delay`.

The parser takes such a name for a verb, and with it everything that follows for something else. Where the articles show
that the word is a name, the sentence is parsed with another surname of the same length in its place.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from harness.claims.parsing.parse import Parse, Parser
from harness.language.lexical import stem

_VERBS: Final = frozenset({"VB", "VBP", "VBD", "VBN", "MD"})
_SURNAMES: Final = {
    len(name): name for name in ("Lee", "Ross", "Smith", "Miller", "Johnson", "Anderson", "Patterson", "Richardson")
}
"""One of each length, all of them names alone."""


def parse_named(parser: Parser, texts: Sequence[str], named: Callable[[str], bool]) -> list[Parse]:
    """Parse each sentence, in order; `named` tells whether the articles write a lower-cased word as a name."""
    found = parser.parse(texts)
    again = {at: name for at, parse in enumerate(found) if (name := _stand_in(parse, named))}
    if not again:
        return found
    others = parser.parse([name + texts[at][len(name) :] for at, name in again.items()])
    for at, other in zip(again, others, strict=True):
        # One that falls into other tokens with the other name is left as it was.
        if len(other.tokens) == len(found[at].tokens):
            found[at] = _renamed(other, found[at])
    return found


def _stand_in(parse: Parse, named: Callable[[str], bool]) -> str:
    """Return the surname that stands in for the first word; empty where none is needed."""
    first = parse.tokens[0] if parse.tokens else None
    if first is None or first.start or first.tag not in _VERBS or not first.text[:1].isupper():
        return ""
    return _SURNAMES.get(len(first.text), "") if named(first.lower) else ""


def _renamed(parse: Parse, own: Parse) -> Parse:
    """Put a sentence's own first word back."""
    first, word = parse.tokens[0], own.tokens[0]
    renamed = replace(first, text=word.text, lower=word.lower, lemma=word.lower, stem=stem(word.lower))
    return Parse(own.text, (renamed, *parse.tokens[1:]), parse.children)
