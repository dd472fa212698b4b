"""Causes that a claim gives and no article does: `firm loses millions because of rivals` where demand was weak.

Only what names a cause outright is looked at (`because of`, `due to`); what a headline puts after `over`, `after` or
`as` may be an occasion that the articles tell wherever they like.
"""

from collections.abc import Iterator

from harness.checkers.account.elements import SURE, Held
from harness.checkers.account.places.likeness import NEAR, Parties
from harness.claims.parsing.parse import Parse

_CAUSES = frozenset({("because", "of"), ("due", "to"), ("owing", "to"), ("thanks", "to")})
_GIVES_ONE = frozenset({"because", "due", "owing", "thanks", "cite", "blame", "after", "follow"})
"""Lemmas by which a sentence gives a cause itself, so that its neighbours need not."""


def others_causes(parties: Parties) -> Iterator[Held]:
    """Find the cause of a claim that stands nowhere near where the articles tell the rest of it."""
    reading, matcher = parties.reading, parties.matcher
    tokens = reading.parse.tokens
    for one in tokens[:-2]:
        if (one.lower, tokens[one.i + 1].lower) not in _CAUSES:
            continue
        # A headline's cause goes to its end, or to who says it.
        end = next((token.i for token in tokens[one.i :] if token.text in {",", ";", ":", "–", "—", "-"}), len(tokens))
        cause = [at for at in matcher.words if one.i + 1 < at < end]
        rest = [at for at in matcher.words if at < one.i or at >= end]
        telling = _telling(parties, rest)
        head = _head(reading.parse, cause)
        if not telling or head is None or not _elsewhere(parties, cause, head, telling):
            continue
        start, last = tokens[cause[0]].start, tokens[cause[-1]].end
        yield Held("party", start, last, "unaccounted", (),
                   f"no article gives “{reading.parse.text[start:last]}” as the cause", "cause_other", 1.0, "roles",
                   (head,))  # fmt: skip


def _telling(parties: Parties, rest: list[int]) -> set[int]:
    """List the sentences that tell most of what a claim gives a cause of, and neighbours of those that give none."""
    matcher = parties.matcher
    readings = parties.cluster.readings
    held = {unit: sum(matcher.by_unit(at).get(unit, 0.0) >= SURE for at in rest) for unit in matcher.scene}
    most = max(held.values(), default=0)
    if 2 * most <= len(rest):
        return set()
    found = {unit for unit, several in held.items() if several >= most - 1 and 2 * several > len(rest)}
    open_ones = [unit for unit in found if _GIVES_ONE.isdisjoint(token.lemma for token in readings[unit].parse.tokens)]
    return found.union(*(matcher.forms.near[unit] for unit in open_ones))


def _head(parse: Parse, cause: list[int]) -> int | None:
    """Find the word of a cause that governs the others: the one whose governor stands outside."""
    return next((at for at in cause if parse.tokens[at].head not in cause), None)


def _elsewhere(parties: Parties, cause: list[int], head: int, telling: set[int]) -> bool:
    """Tell whether the articles have a cause, but neither it nor a near word where they tell what it is said of."""
    matches = {at: list(parties.matcher.matches(at)) for at in cause}
    near = any(match.unit in telling and match.grade >= NEAR for match in matches[head])
    return not near and any(match.grade >= SURE for match in matches[head])
