"""Names of the articles whose words a claim has, but not as that name: `Puerto Trump warns Rico`.

A word that the articles never write but in one name belongs beside the rest of it. A claim that has both words of such
a name, and nowhere together, tells of somebody or something else, or of nothing.
"""

from collections.abc import Iterator
from itertools import pairwise

from harness.checkers.account.elements import Held, Spot
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.entities import Name
from harness.claims.parsing.parse import Token
from harness.claims.sentence_analysis import Reading
from harness.language.lexical import stem

_BETWEEN = 3
"""Words from a first name to a surname: a middle name and an initial may stand between them."""


def torn_names(cluster: ClusterReading, reading: Reading) -> Iterator[Held]:
    """Find the first word of each name of the articles that a claim writes apart, or the wrong way round."""
    said = [token for token in reading.parse.tokens if token.text[:1].isalnum()]
    here = {stem(token.lower) for token in said}
    for name in cluster.names:
        if len(name.words) < 2 or not here.issuperset(stem(word) for word in name.words[:1] + name.words[-1:]):
            continue
        apart = _turned(cluster, name, said) if name.kind == "person" else _torn(cluster, name, said)
        if apart is not None:
            unit, start, end = _where(cluster, name)
            written = cluster.readings[unit].parse.text[start:end]
            reason = f"the articles have “{written}” as one name"
            yield Held("name", apart.start, apart.end, "unaccounted", ((unit, start, end),), reason, "name_torn", 1.0,
                       "entity", (apart.i,))  # fmt: skip
            return


def _where(cluster: ClusterReading, name: Name) -> Spot:
    """Find the first place of a name of the articles, as they write it."""
    unit = cluster.names[name][0]
    there = next(each for each in cluster.readings[unit].names if each == name)
    tokens = cluster.readings[unit].parse.tokens
    return unit, tokens[there.start].start, tokens[there.end - 1].end


def _places(cluster: ClusterReading, word: str) -> set[int]:
    """List where the articles have a word."""
    return set(cluster.positions.get(stem(word), ()))


def _turned(cluster: ClusterReading, name: Name, said: list[Token]) -> Token | None:
    """Find a first name right behind the surname that always follows it in the articles."""
    first, last = stem(name.words[0]), stem(name.words[-1])
    surnames = _places(cluster, name.words[-1])
    if not all(any(at + step in surnames for step in range(1, _BETWEEN + 1)) for at in _places(cluster, name.words[0])):
        return None
    pairs = [(stem(one.lower), stem(other.lower)) for one, other in pairwise(said)]
    if (first, last) in pairs:
        return None
    # A comma between the two, or anything else, makes two names of them, or an entry of a list.
    return next(
        (other for (one, other), pair in zip(pairwise(said), pairs, strict=True)
         if pair == (last, first) and other.i == one.i + 1 and other.text[:1].isupper()),
        None,
    )  # fmt: skip


def _torn(cluster: ClusterReading, name: Name, said: list[Token]) -> Token | None:
    """Find a word of a place's name apart from the one that always stands beside it in the articles."""
    if name.kind != "place":
        return None
    pairs = {(stem(one.lower), stem(other.lower)) for one, other in pairwise(said)}
    for one, other in pairwise(name.words):
        first, second = stem(one), stem(other)
        after = {at + 1 for at in _places(cluster, one)}
        if after and after == _places(cluster, other) and (first, second) not in pairs:
            both = [token for token in said if stem(token.lower) in {first, second}]
            if {stem(token.lower) for token in both} == {first, second}:
                return both[0]
    return None
