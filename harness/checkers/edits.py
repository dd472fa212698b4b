"""Traces of small edits: a deed that is only denied, a name put together from two."""

from collections.abc import Iterator
from itertools import pairwise

from harness.checkers.features import closeness
from harness.checkers.reading import ClusterReading
from harness.claims.lexical import pieces, stem, word_list
from harness.claims.polarity import negator
from harness.claims.reading import Reading

CLOSE = 0.34
"""Share of a claim's content words at which a sentence is taken to be about the same thing."""
_ABOVE = 3
"""How many words above a predicate are looked at for what denies it."""
_DENYING = frozenset({"without", "rule", "avoid", "prevent", "avert", "escape", "stop", "cancel", "reject"})


def denied_only(cluster: ClusterReading, reading: Reading) -> int:
    """Predicates that the claim asserts and that the sentences about the same thing only have as denied."""
    mine = reading.notions
    if not mine:
        return 0
    close = [other for other in cluster.readings if len(mine & other.notions) / len(mine) >= CLOSE]
    count = 0
    for frame in reading.frames:
        key = reading.keys[frame.predicate]
        if key and not denied(reading, frame.predicate):
            seen = [
                denied(other, token.i) for other in close for token in other.parse.tokens if other.keys[token.i] == key
            ]
            count += bool(seen) and all(seen)
    return count


def denied(reading: Reading, index: int) -> bool:
    """Whether a sentence has one of its words as what is not so."""
    tokens, children = reading.parse.tokens, reading.parse.children
    for at in _chain(reading, index):
        token = tokens[at]
        kids = [tokens[child] for child in children[at]]
        own = at == index or token.pos in {"VERB", "AUX"}
        if own and any(
            kid.dep == "neg" or (negator(reading.parse, kid) and kid.dep in {"det", "advmod"}) for kid in kids
        ):
            return True
        if own and any(
            tokens[inner].lower in {"no", "neither"} and tokens[inner].dep == "det"
            for kid in kids if kid.dep in {"nsubj", "nsubjpass", "dobj", "attr"} for inner in children[kid.i]
        ):  # fmt: skip
            return True
        if at != index and (token.lemma in _DENYING or token.lemma in word_list("polarity", "reversing")):
            return True
    return False


def _chain(reading: Reading, index: int) -> Iterator[int]:
    """A word and those above it, as far as they can bear on whether it is so: not out of a relative clause."""
    yield index
    at = index
    for _ in range(_ABOVE):
        token = reading.parse.tokens[at]
        if token.head == at or token.dep in {"relcl", "conj", "parataxis", "nsubj", "nsubjpass", "advcl"}:
            return
        at = token.head
        yield at


def name_split(cluster: ClusterReading, reading: Reading) -> int:
    """Names whose words the articles have, but two neighbours among them never near each other."""
    return sum(_split(cluster, name.words) for name in reading.names if not name.nation)


def _split(cluster: ClusterReading, words: tuple[str, ...]) -> bool:
    """Whether the articles have all words of a name, but two neighbours of it never near each other."""
    flat = [part for word in words for part in pieces(word)]
    if len(flat) < 2 or not all(part in cluster.words for part in flat):
        return False
    return any(
        closeness(cluster.positions.get(stem(one), ()), cluster.positions.get(stem(two), ()), 1) < 0.6
        for one, two in pairwise(flat)
    )
