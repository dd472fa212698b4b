"""Whether a claim's words stand in an order at all: an article's words in any order are no sentence of its event.

A headline says what the articles do in their own words, in their order, or in other words in English order. A row of
their words in no order does neither: neighbours that no article has side by side, as English does not have them, under
governors that no sentence joins them with.
"""

import itertools
import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from harness.checkers.features import EVIDENCE, word_features
from harness.checkers.matching import Matcher
from harness.checkers.reading import ClusterReading
from harness.claims.fluency import surprises, tree_oddness, worded
from harness.claims.lexical import pieces, stem
from harness.claims.reading import Reading
from harness.records import content_digest

SAME = 0.75
"""Grade at which a word of the articles is taken for the claim's."""
GOVERNED = 0.85
"""Grade at which the articles join two words as closely as the claim does."""
LEAST = 3
"""Words of a claim in one sentence from which on their order there tells something."""


def order_features(cluster: ClusterReading, matcher: Matcher, reading: Reading) -> dict[str, float]:
    """Name → value for one claim sentence: what tells a sentence from its words in any order."""
    closest = [unit for unit, _ in cluster.index.best(reading.parse.text, EVIDENCE)]
    known = word_features(cluster, reading.parse.text, closest)
    found = surprises(reading.parse)
    return {
        "order_odd": sum(found) / len(found),
        "order_novel": _novel(cluster, reading, found),
        "order_tree": tree_oddness(reading.parse),
        "order_ungoverned": _ungoverned(matcher, reading),
        "order_discord": _discord(matcher),
        "order_words": known["word_all_share"],
        "order_pairs": known["bigram_all_share"],
        "order_density": known["density"],
    }


def disorder(features: Mapping[str, float]) -> float:
    """How far a claim's words are from standing in an order; above 0 they are held to say nothing."""
    weights: Mapping[str, float] = _weights()["weights"]
    return sum(weight * features.get(name, 0.0) for name, weight in weights.items()) - float(_weights()["limit"])


def order_digest() -> str:
    """Digest of those weights, for identities."""
    return content_digest([_weights()["weights"], _weights()["limit"]])


@cache
def _weights() -> Any:
    return json.loads(files("harness.checkers").joinpath("order_weights.json").read_text(encoding="utf-8"))


def _novel(cluster: ClusterReading, reading: Reading, found: list[float]) -> float:
    """Mean surprise of the words, those that an article has right after the word before them counting nothing."""
    tokens = worded(reading.parse)
    total = found[0] + found[-1] if tokens else found[0]
    for at, (before, token) in enumerate(itertools.pairwise(tokens), 1):
        first, second = pieces(before.text), pieces(token.text)
        if first and second and not _adjacent(cluster, first[-1], second[0]):
            total += found[at]
    return total / len(found)


def _adjacent(cluster: ClusterReading, first: str, second: str) -> bool:
    """Whether the articles have two words, in any form, side by side in this order."""
    places = cluster.positions.get(stem(second), ())
    for place in cluster.positions.get(stem(first), ()):
        at = bisect_right(places, place)
        if at < len(places) and places[at] == place + 1:
            return True
    return False


def _ungoverned(matcher: Matcher, reading: Reading) -> float:
    """Share of the claim's pairs of governor and governed that no sentence of the articles joins so closely."""
    joined = []
    for at in matcher.words:
        above = next((token.i for token in reading.parse.ancestors(at) if reading.keys[token.i]), None)
        if above is not None:
            joined.append(matcher.joined(above, at)[0] >= GOVERNED)
    return 1.0 - sum(joined) / len(joined) if joined else 1.0


def _discord(matcher: Matcher) -> float:
    """Share of neighbours that the sentences with several of the claim's words have the other way round."""
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
    return other / (same + other) if same + other else 0.5
