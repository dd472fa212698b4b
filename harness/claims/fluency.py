"""Oddness of a sentence: words in an order, and under one another, that English headlines do not have.

Counts of function words and, for all other words, of their tags: what follows what, and what governs what, in ten
thousand headlines of the development data (`fluency.tsv.gz`, written by `training/fluency_table.py`), so that a row of
an article's words in any order is told from a sentence.
"""

import gzip
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from harness.claims.parsing.parse import Parse, Token
from harness.language.lexical import word_list

BACKOFF = 3.0
"""Pseudo-count of the frequency in a shorter context."""
_BEGIN, _END = "<s>", "</s>"
_ARCS = 200
"""Relations that are taken to exist beside those counted."""


class _Counts:
    """Counts, with the sums that frequencies need."""

    def __init__(self, lines: Sequence[str]) -> None:
        # Sums grow in dictionaries, since a Counter takes much longer to add to a key that it does not have.
        three, two, after_two, arcs = (defaultdict[tuple[str, ...], int](int) for _ in range(4))
        one, after_one, governors, relations = (defaultdict[str, int](int) for _ in range(4))
        for line in lines:
            kind, *key, written = line.split("\t")
            count = int(written)
            if kind == "3":
                first, second, third = key
                three[first, second, third] += count
                two[second, third] += count
                one[third] += count
                after_two[first, second] += count
                after_one[second] += count
            else:
                governor, relation = key
                arcs[governor, relation] += count
                governors[governor] += count
                relations[relation] += count
        self.three, self.two, self.one = Counter(three), Counter(two), Counter(one)
        self.after_two, self.after_one = Counter(after_two), Counter(after_one)
        self.arcs, self.governors, self.relations = Counter(arcs), Counter(governors), Counter(relations)
        self.words, self.relation_total = self.one.total(), self.relations.total()


@cache
def _counts() -> _Counts:
    raw = gzip.decompress(files("harness.claims").joinpath("fluency.tsv.gz").read_bytes()).decode()
    return _Counts(raw.splitlines())


def worded(parse: Parse) -> list[Token]:
    """List the tokens of a sentence that are words or figures."""
    return [token for token in parse.tokens if token.pos not in {"PUNCT", "SPACE"}]


def classes(parse: Parse) -> list[str]:
    """Return the classes of a sentence's words, two beginnings before them and an end after."""
    plain = word_list("function", "content_free")
    row = [token.lower if token.lower in plain else token.tag for token in worded(parse)]
    return [_BEGIN, _BEGIN, *row, _END]


def arcs_of(parse: Parse) -> Iterator[tuple[str, str]]:
    """Pair each word's governor, by tag and side, with the word's own relation and tag."""
    for token in worded(parse):
        above = parse.tokens[token.head]
        side = "<" if token.i < above.i else ">"
        yield "ROOT" if above.i == token.i else f"{above.tag}{side}", f"{token.dep} {token.tag}"


def surprises(parse: Parse) -> list[float]:
    """Return how surprising each word is after the two before it, in nats, and the end after the last."""
    held = _counts()
    row = classes(parse)
    found = []
    for first, second, third in zip(row, row[1:], row[2:], strict=False):
        alone = (held.one[third] + 0.5) / (held.words + 0.5 * len(held.one))
        near = (held.two[second, third] + BACKOFF * alone) / (held.after_one[second] + BACKOFF)
        here = (held.three[first, second, third] + BACKOFF * near) / (held.after_two[first, second] + BACKOFF)
        found.append(-math.log(here))
    return found


def tree_oddness(parse: Parse) -> float:
    """Return the mean surprise of what governs what in a sentence, in nats; 0 without a word."""
    held = _counts()
    found = []
    for governor, relation in arcs_of(parse):
        alone = (held.relations[relation] + 0.5) / (held.relation_total + _ARCS)
        found.append(
            -math.log((held.arcs[governor, relation] + BACKOFF * alone) / (held.governors[governor] + BACKOFF))
        )
    return sum(found) / len(found) if found else 0.0
