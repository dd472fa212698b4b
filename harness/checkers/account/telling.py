"""What of a claim's account tells more than its kind: a deed that news tells in no other words, a party alone apart.

True headlines put things in other words than the articles, so that a word of no article says little by itself. For some
words that does not hold (`killed`, `resigns`, `earthquake`): where no article has one or a synonym, it did not happen.
And where the articles have every word of a claim, a party that no sentence joins to its deed is no paraphrase.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from harness.checkers.account.doers import BROAD
from harness.checkers.account.elements import SURE, Held
from harness.checkers.account.matching import Matcher
from harness.claims.polarity import negates
from harness.claims.sentence_analysis import Reading
from harness.claims.verbs import particle
from harness.language.lexical import word_list

UNMISTAKABLE = "deed_unheard"
"""The feature of such a word that no article has."""
_LACKING = ("_missing", "_near")
_APART, _ELSEWHERE = "_apart", "_elsewhere"
LEAD = 1
"""Rank of the first sentence of an article; its title has 0."""
_TELL_LITTLE = BROAD | {"help"}
_ROLES = ("agent", "patient", "oblique")


def as_unmistakable(reading: Reading, held: Held) -> Held:
    """Mark a word that no article has, though news would have it in these words; one that a claim denies is left."""
    if held.state != "unaccounted" or len(held.tokens) != 1 or not held.feature.endswith(_LACKING):
        return held
    token = reading.parse.tokens[held.tokens[0]]
    other = word_list("meaning", "unmistakable").isdisjoint({token.lemma.lower(), token.lower})
    other = other or particle(reading.parse, token) >= 0  # to shoot up is another verb
    if other or any(negates(reading.parse, each) for each in reading.parse.tokens):
        return held
    return replace(held, feature=UNMISTAKABLE, reason=f"no article has “{token.text}”, or another word for it")


def alone_apart(matcher: Matcher, elements: Sequence[Held]) -> Mapping[str, float]:
    """Count by role the parties that no sentence joins to their deed, where no article lacks another word of the claim.

    Apart are counted those of a claim some words of which the articles have of something else only (`apart_elsewhere`).
    """
    gone = [held for held in elements if held.state == "unaccounted"]
    words = [held for held in gone if held.kind != "party"]
    if not all(held.feature.endswith(_ELSEWHERE) for held in words):
        return {}
    apart = [held for held in gone if held.feature.endswith(_APART) and not _needs_no_sentence(matcher, held)]
    counts = {role: float(sum(held.feature == f"{role}{_APART}" for held in apart)) for role in _ROLES}
    if words:
        return {"apart_elsewhere": total} if (total := sum(counts.values())) else {}
    return {f"{role}_alone": count for role, count in counts.items() if count}


def _needs_no_sentence(matcher: Matcher, held: Held) -> bool:
    """Recognise parties to a verb that tells little by itself, and a scene that an article begins with."""
    predicate, party = held.tokens
    if matcher.reading.parse.tokens[predicate].lemma in _TELL_LITTLE:
        return True
    units = matcher.cluster.units
    places = (place for match in matcher.matches(party) if match.grade >= SURE for place in units[match.unit].places)
    return held.feature == f"oblique{_APART}" and any(place.position <= LEAD for place in places)
