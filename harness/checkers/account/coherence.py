"""Coherence of a claim: whether its words tell of one event of the articles, and read as a sentence at all."""

from collections.abc import Mapping
from itertools import pairwise

from harness.checkers.account.matching import Matcher
from harness.checkers.account.order import order_features
from harness.checkers.cluster_analysis import ClusterReading
from harness.checkers.features import closeness
from harness.claims.sentence_analysis import Reading, phrase
from harness.language.lexical import pieces, stem


def coherence(
    cluster: ClusterReading, matcher: Matcher, reading: Reading, features: Mapping[str, float]
) -> dict[str, float]:
    """Measure incoherence of one claim sentence, 0 where it hangs together; shares lie in [0, 1].

    `features` are those of the sentence (`features.support_features`, `conflicts.conflict_features`).
    """
    weights = matcher.weights
    total = sum(weights.values()) or 1.0
    grades = {at: (found.grade if (found := matcher.here(at)) else 0.0) for at in matcher.words}
    units = {unit for at in matcher.words for unit in matcher.by_unit(at)}
    most = max((sum(weights[at] * matcher.by_unit(at).get(unit, 0.0) for at in matcher.words) for unit in units),
               default=0.0)  # fmt: skip
    return {
        "uncovered": 1.0 - sum(weights[at] * grades[at] for at in matcher.words) / total,
        "uncovered_sentence": 1.0 - most / total,
        "no_frame": float(not any(frame.kind in {"verb", "copula", "preposition"} for frame in reading.frames)),
        "no_links": float(len({reading.keys[at] for at in matcher.words}) < 2 or not _linked(reading)),
        # A pronoun stands for somebody in the sentence before: `It is a refund.`
        "refers_back": features["refers_back"],
        "lost_frame_share": 1.0 - features["frame_share"],
        "name_split": float(name_split(cluster, reading)),
        **order_features(cluster, matcher, reading, features),
    }


def _linked(reading: Reading) -> bool:
    """Tell whether any content word governs another, or a form of *be* joins two: `30% of them are vegetarians`."""
    keys, parse = reading.keys, reading.parse
    said = [frame for frame in reading.frames if frame.kind == "copula" and keys[frame.predicate]]
    over = any(keys[above.i] for token in parse.tokens if keys[token.i] for above in parse.ancestors(token.i))
    return over or any(keys[at] for frame in said for agent in frame.agents for at in phrase(parse, agent))


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
