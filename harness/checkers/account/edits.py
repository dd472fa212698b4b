"""Traces of a small edit: a name put together from two."""

from itertools import pairwise

from harness.checkers.cluster_analysis import ClusterReading
from harness.checkers.features import closeness
from harness.claims.sentence_analysis import Reading
from harness.language.lexical import pieces, stem


def name_split(cluster: ClusterReading, reading: Reading) -> int:
    """Count names whose words the articles have, but two neighbours among them never near each other."""
    return sum(_split(cluster, name.words) for name in reading.names if not name.nation)


def _split(cluster: ClusterReading, words: tuple[str, ...]) -> bool:
    """Tell whether the articles have all words of a name, but two neighbours of it never near each other."""
    flat = [part for word in words for part in pieces(word)]
    if len(flat) < 2 or not all(part in cluster.words for part in flat):
        return False
    return any(
        closeness(cluster.positions.get(stem(one), ()), cluster.positions.get(stem(two), ()), 1) < 0.6
        for one, two in pairwise(flat)
    )
