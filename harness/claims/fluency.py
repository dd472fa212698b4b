"""How odd a sentence reads: words in an order that English headlines do not have.

A bigram model of function words and, for all other words, their tags; counted over 3,600 headlines of the development
data (`bigrams.tsv.gz`), so that a row of an article's words in any order is told from a sentence.
"""

import gzip
import math
from collections import Counter
from functools import cache
from importlib.resources import files
from itertools import pairwise

from harness.claims.lexical import word_list
from harness.claims.parse import Parse

BACKOFF = 3.0
"""How many sightings the frequency of the second class alone counts for."""
_BEGIN, _END = "<s>", "</s>"


@cache
def _counts() -> tuple[dict[tuple[str, str], int], Counter[str], Counter[str]]:
    raw = gzip.decompress(files("harness.claims").joinpath("bigrams.tsv.gz").read_bytes()).decode()
    pairs = {}
    first: Counter[str] = Counter()
    second: Counter[str] = Counter()
    for line in raw.splitlines():
        one, two, count = line.split("\t")
        pairs[one, two] = int(count)
        first[one] += int(count)
        second[two] += 1
    return pairs, first, second


def oddness(parse: Parse) -> float:
    """Mean surprise of a sentence's words after one another, in nats; about 2.4 for headlines."""
    pairs, first, second = _counts()
    plain = word_list("function", "content_free")
    row = [_BEGIN, *(token.lower if token.lower in plain else token.tag for token in parse.tokens
                     if token.pos not in {"PUNCT", "SPACE"}), _END]  # fmt: skip
    kinds, total = len(first), sum(second.values())
    surprise = 0.0
    for one, two in pairwise(row):
        alone = (second[two] + 0.5) / (total + 0.5 * kinds)
        surprise -= math.log((pairs.get((one, two), 0) + BACKOFF * alone) / (first[one] + BACKOFF))
    return surprise / (len(row) - 1)
