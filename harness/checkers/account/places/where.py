"""Places where a claim has a deed done, which the articles name of nothing else that the claim tells.

`Restorers uncover mural in Granada cathedral`, of a mural in Seville on which a historian from Granada speaks. A
country is said of all that happens there, so that only towns and the like are looked at.
"""

from collections.abc import Iterator
from itertools import islice

from harness.checkers.account.bearers import bearers
from harness.checkers.account.elements import SURE, Held
from harness.checkers.account.places.likeness import Parties
from harness.claims.entities import Name
from harness.claims.sentence_analysis import place_class

MOST_GONE = 1 / 3
"""Share of the rest of a claim that the articles may lack: of another event nothing can be told."""


def others_scenes(parties: Parties) -> Iterator[Held]:
    """Find the place of a claim whose sentences, wherever the articles name it, have no other word of the claim."""
    reading, matcher = parties.reading, parties.matcher
    for name in parties.names:
        if name.kind != "place" or name.nation or not _is_scene(parties, name):
            continue
        rest = [at for at in matcher.words if not name.start <= at < name.end]
        known = [at for at in rest if any(match.grade >= SURE for match in matcher.matches(at))]
        units = {unit for each in parties.cluster.matching(name) for unit in parties.cluster.names[each]}
        if not units or len(rest) - len(known) > MOST_GONE * len(rest) or _is_told_first(parties, units):
            continue
        if any(match.unit in units and match.grade >= SURE for at in known for match in matcher.matches(at)):
            continue
        start, end = reading.parse.tokens[name.start].start, reading.parse.tokens[name.end - 1].end
        reason = f"the articles name “{reading.parse.text[start:end]}”, but of nothing else that the text tells"
        spots = tuple(islice(bearers(parties.cluster, matcher, reading, name), 1))
        yield Held("place", start, end, "unaccounted", spots, reason, "scene_of_other", 1.0, "place",
                   tuple(range(name.start, name.end)))  # fmt: skip


def _is_told_first(parties: Parties, units: set[int]) -> bool:
    """Tell whether a title or the first sentence of an article names a place: all of it may happen there."""
    return any(place.position <= 1 for unit in units for place in parties.cluster.units[unit].places)


def _is_scene(parties: Parties, name: Name) -> bool:
    """Tell whether a place is where something happens: under `in`, or before a noun under it."""
    parse = parties.reading.parse
    above = [parse.tokens[name.end - 1], *parse.ancestors(name.end - 1)][:3]
    return any(token.dep == "prep" and place_class(token.lower) == "in" for token in above)
