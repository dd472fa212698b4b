"""Why a sentence has its label, in words: what is missing, what differs, what is only apart from the rest."""

from collections.abc import Sequence
from dataclasses import replace

from harness.checkers.account.account import Account
from harness.checkers.account.elements import Held
from harness.checkers.cluster_analysis import ClusterReading
from harness.checkers.neural.entailment import Entailment
from harness.checkers.shown import apart_from, of_main_verb, quoted
from harness.claims.sentence_analysis import Reading

SURE_OTHERWISE = 1.0
"""Log-odds of contradiction from which on a reason says that the model reads the opposite."""
ANY_EVENT = "what the articles have of it could be said of any event"


def most_telling(reading: Reading, account: Account, first: Sequence[Held]) -> str:
    """Say why a claim is not supported whose elements are missing; words that no article has come first."""
    absent = _absent(account)
    if first[0].kind == "party" and absent:
        return f"no article mentions {quoted(reading, absent)}; {first[0].reason}"
    return first[0].reason


def with_absent(reading: Reading, account: Account, reason: str) -> str:
    """Say why a claim says nothing of these articles: what they lack of it, then that it fits any event."""
    absent = _absent(account)
    if reason != ANY_EVENT:
        return reason
    if absent:
        return f"no article mentions {quoted(reading, absent)}, and {reason}"
    apart = next((held.reason for held in account.missing() if held.feature.endswith("_elsewhere")), "")
    return f"{apart}, and {reason}" if apart else reason


def _absent(account: Account) -> list[Held]:
    """List the words that no article has."""
    return [held for held in account.missing() if held.kind in {"word", "predicate"} and not held.spots]


def all_of(reading: Reading, account: Account, reason: str) -> list[Held]:
    """Mark the whole claim as unsupported, where it says nothing of these articles and no element is missing."""
    if any(held.state == "unaccounted" for held in account.elements):
        return []
    return [Held("word", 0, len(reading.parse.text), "unaccounted", (), reason)]


def why_held_up(
    cluster: ClusterReading, reading: Reading, account: Account, entailment: Entailment | None, near: Sequence[int]
) -> tuple[str, list[Held]]:
    """Say why a claim is not supported though no element that decides is missing, and mark the words."""
    closest = near[0] if near else None
    # The model's word counts first: it alone tells that the sentence is read as the opposite.
    if entailment is not None and entailment.contradicted >= SURE_OTHERWISE:
        reason = "the entailment model reads the closest sentences as saying otherwise"
        return reason, [of_main_verb(cluster, reading, closest, reason)]
    loose = [held for held in account.missing() if held.kind in {"word", "predicate"}]
    joins = [held for held in account.missing() if held.kind == "party"]
    for held in [*(held for held in loose if not held.spots), *joins, *loose]:
        return held.reason, []
    away = apart_from(cluster, reading, account, closest) if closest is not None else []
    if away and len(away) < sum(held.kind != "party" for held in account.elements):
        reason = f"the articles have {quoted(reading, away)} only apart from the rest"
        return reason, [replace(held, state="unaccounted", reason=reason) for held in away]
    reason = "its words stand in the articles, but not together"
    if entailment is not None and entailment.entailed < 0:
        reason = "its words stand in the closest sentence, but the entailment model does not read it there"
    return reason, [of_main_verb(cluster, reading, closest, reason)]


def why_supported(reading: Reading, account: Account) -> str:
    """Say that the articles support it, or most of it, and what they have in other words, elsewhere or not."""
    loose = [held for held in account.missing() if held.kind != "party"]
    apart = next((held for held in account.missing() if held.kind == "party"), None)
    if apart is not None and not loose:
        said, party = (reading.parse.tokens[index].text for index in apart.tokens)
        return f"the articles have all of it, though no sentence joins “{said}” and “{party}”"
    near = [held for held in loose if held.feature.endswith("_near")]
    away = [held for held in loose if held.spots and held not in near]
    absent = [held for held in loose if not held.spots]
    reason = "the articles say most of it" if absent or away else "the articles say so"
    reason += f", in other words than {quoted(reading, near)}" if near else ""
    reason += f"; none has {quoted(reading, absent)}" if absent else ""
    return reason + (f"; they have {quoted(reading, away)} only of something else" if away else "")
