"""The order of a claim's words: an article's words in any order are no sentence of its event.

A headline says what the articles do in their own words, in their order, or in other words in English order. A row of
their words in no order does neither: neighbours that no article has side by side, as English does not have them, under
governors that no sentence joins them with.
"""

import itertools
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping

from harness.checkers.account.matching import Matcher
from harness.checkers.cluster_analysis import ClusterReading
from harness.checkers.neural.entailment import Entailment, order_read_by
from harness.checkers.weights import read_weights
from harness.claims.fluency import surprises, tree_oddness, worded
from harness.claims.sentence_analysis import Reading
from harness.language.lexical import pieces, stem
from harness.records import content_digest

SAME = 0.75
"""Grade at which a word of the articles is taken for the claim's."""
GOVERNED = 0.85
"""Grade at which the articles join two words as closely as the claim does."""
LEAST = 3
"""Least words of a claim in one sentence whose order there tells something."""


def order_features(
    cluster: ClusterReading, matcher: Matcher, reading: Reading, features: Mapping[str, float]
) -> dict[str, float]:
    """Compute what tells a sentence from its words in any order, for one claim sentence.

    `features` are those of its words beside the closest sentences (`features.support_features`).
    """
    found = surprises(reading.parse)
    return {
        "order_odd": sum(found) / len(found),
        "order_novel": _novel(cluster, reading, found),
        "order_tree": tree_oddness(reading.parse),
        "order_ungoverned": _ungoverned(matcher, reading),
        "order_discord": _discord(matcher),
        "order_words": features["word_all_share"],
        "order_pairs": features["bigram_all_share"],
        "order_density": features["density"],
    }


def disorder(features: Mapping[str, float]) -> float:
    """Grade how far a claim's words are from standing in an order; above 0 they say nothing."""
    held = read_weights("order")
    weights: Mapping[str, float] = held["weights"]
    return sum(weight * features.get(name, 0.0) for name, weight in weights.items()) - float(held["limit"])


def order_odds(features: Mapping[str, float], entailment: Entailment) -> float:
    """How much speaks for an order of a claim's words, the model heard too; below 0 they are held to say nothing.

    The model says how the words read alone, and, by how it reads them beside the articles, whether they say anything.
    """
    held = read_weights("order")["with_model"]
    weights: Mapping[str, float] = held["weights"]
    said = {"ordered": entailment.ordered, "disorder": disorder(features), "in_window": entailment.in_window}
    bounds: Mapping[str, list[float]] = held["bounds"]
    summed = sum(weight * min(bounds[name][1], max(bounds[name][0], said[name])) for name, weight in weights.items())
    return summed - float(held["limit"])


def order_digest() -> str:
    """Return a digest of those weights, for identities."""
    held = read_weights("order")
    return content_digest([held["weights"], held["limit"], held["with_model"], order_read_by()])


def _novel(cluster: ClusterReading, reading: Reading, found: list[float]) -> float:
    """Return the mean surprise of the words; one right after the word that an article has before it counts nothing."""
    tokens = worded(reading.parse)
    total = found[0] + found[-1] if tokens else found[0]
    for at, (before, token) in enumerate(itertools.pairwise(tokens), 1):
        first, second = pieces(before.text), pieces(token.text)
        if first and second and not _adjacent(cluster, first[-1], second[0]):
            total += found[at]
    return total / len(found)


def _adjacent(cluster: ClusterReading, first: str, second: str) -> bool:
    """Tell whether the articles have two words, in any form, side by side in this order."""
    places = cluster.positions.get(stem(second), ())
    for place in cluster.positions.get(stem(first), ()):
        at = bisect_right(places, place)
        if at < len(places) and places[at] == place + 1:
            return True
    return False


def _ungoverned(matcher: Matcher, reading: Reading) -> float:
    """Return the share of pairs of governor and governed that no sentence of the articles joins so closely."""
    joined = []
    for at in matcher.words:
        above = next((token.i for token in reading.parse.ancestors(at) if reading.keys[token.i]), None)
        if above is not None:
            joined.append(matcher.joined(above, at)[0] >= GOVERNED)
    return 1.0 - sum(joined) / len(joined) if joined else 1.0


def _discord(matcher: Matcher) -> float:
    """Return the share of neighbours that sentences with several of the claim's words have the other way round."""
    places: defaultdict[int, list[list[int]]] = defaultdict(list)
    for at in matcher.words:
        here: defaultdict[int, list[int]] = defaultdict(list)
        for match in matcher.matches(at):
            if match.grade >= SAME:
                here[match.unit].append(match.token)
        for unit, several in here.items():
            places[unit].append(several)
    same = other = 0
    for held in places.values():
        if len(held) >= LEAST:
            for first, second in itertools.pairwise(held):
                onward = min(first) < max(second)
                same += len(held) * onward
                other += len(held) * (not onward)
    # Without a sentence to compare with nothing is known: .5 speaks for neither.
    return other / (same + other) if same + other else 0.5
