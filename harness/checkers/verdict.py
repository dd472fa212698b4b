"""The one place that decides the label of a sentence from its account; `aggregate` decides on a text of several.

A sentence is *contradicted* where an aligned element differs, *contested* where independent articles disagree about a
figure of it, *not found* where an element that matters is unaccounted for, or where its words stand in the articles but
tell of no event of theirs, and *supported* otherwise. A probability is the one of `doubt`, whose threshold lies at .5;
what another rule holds up stays below that, so that what is supported is never less probable than what is not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from harness.checkers.account.account import Account
from harness.checkers.account.attributed import attributes, how_told, lost_attribution
from harness.checkers.account.conflicts import Alignment, Conflict
from harness.checkers.account.coverage import AS_MUCH, ranked, saying_so, share, worth
from harness.checkers.account.elements import Held
from harness.checkers.account.order import disorder
from harness.checkers.aggregate import Judgement, placed
from harness.checkers.cluster_analysis import ClusterReading
from harness.checkers.disputes import Dispute, disputed_figures
from harness.checkers.doubt import hollow, load_doubts, signals, specific, unspecific
from harness.checkers.neural.entailment import Entailment
from harness.checkers.shown import (
    apart_from,
    instead,
    of_main_verb,
    of_speaker,
    placed_first,
    quoted,
    read_by_model,
    recorded,
    shown,
)
from harness.claims.sentence_analysis import Reading
from harness.records import ErrorType, VerdictLabel, Voice

CERTAIN: Mapping[str, float] = {
    "number": 0.5, "entity": 0.55, "roles": 0.6, "negation": 0.55, "predicate": 0.55, "time": 0.5, "place": 0.45,
}  # fmt: skip
"""Least weight at which a conflict of each kind is called a contradiction. Modality never is by itself."""
MATTERS = (
    "name_missing", "name_partly", "place_missing", "place_partly", "time_missing", "figure_missing", "ordinal_missing",
    "vague_missing", "digits_missing", "clause_missing", "negation_missing", "name_replaced", "figure_rival",
    "modality_lost", "negation_apart", "bearer_other",
)  # fmt: skip
"""What decides by itself where it is unaccounted for, most telling first. One true headline in ten has such a one."""
FEWEST_IN_ORDER = 3
"""Elements of a claim from which on their order says something: two words have none."""
OFTEN_WRONG = frozenset({"negation"})
"""Conflicts that, where the model reads the claim in the evidence, stand on true texts as often as on false ones."""
PLAIN = 0.75
"""Weight from which on no model reads such a conflict away: one sentence denies all of a claim."""
OPPOSITE = frozenset({"opposite", "deed_opposed"})
"""Words whose opposite the articles have; of the same parties, or only in a sentence that tells the rest."""
FIRM = frozenset({
    "deed_opposed",
    "figure_missing", "ordinal_missing", "digits_missing", "vague_missing", "time_missing", "negation_missing",
    "name_replaced", "figure_rival", "modality_lost", "negation_apart", "bearer_other",
})  # fmt: skip
"""What no model may excuse: the opposite of a deed, a figure, a time or a negation that no article has is told in no
other words, and a model that knows words rather than parties reads another name in a slot as the same."""
SURE_OF_ELEMENT = 1.0
"""Log-odds of entailment from which on any other element may be missing."""
SURE_OF_IT = 1.5
"""Log-odds of entailment from which on a claim need not have a name, figure, time or place of the articles."""
LEANING = 0.0
"""Log-odds from which on a claim may have most of its words from no article, where something ties it to them."""
READ_IN_ORDER = -1.25
"""Log-odds at which the model says nothing of whether words stand in an order. It reads a headline's words in any other
order at -4 or less, as a rule: what lies above speaks for an order as much as the words themselves, what lies below
against one. Of shuffled headlines the two together hold up four in five, where words alone hold up one in two."""
SURE_OTHERWISE = 1.0
"""Log-odds of contradiction from which on a reason says that the model reads the opposite."""
ANY_EVENT = "what the articles have of it could be said of any event"
ALIKE = 0.5
"""Share of a claim's words from which on a sentence is quoted whatever its elements."""
SHOWN = 5
"""Most pieces of evidence on one side."""


def missing(account: Account) -> list[Held]:
    """The elements that matter and are unaccounted for, most telling first."""
    held = [element for element in account.missing() if element.feature in MATTERS]
    return sorted(held, key=lambda element: (MATTERS.index(element.feature), element.start))


def is_certain(conflict: Conflict, entailment: Entailment | None) -> bool:
    """Whether a conflict makes a contradiction by itself."""
    unsure = conflict.kind in OFTEN_WRONG and conflict.weight < PLAIN
    if unsure and entailment is not None and entailment.entailed >= 0:
        return False
    return conflict.weight >= CERTAIN.get(conflict.kind, 2.0)


def undone(account: Account) -> list[Held]:
    """Parties to a deed that the articles tell of others only: a person who does what somebody else did."""
    elsewhere = {
        at for held in account.missing() if held.kind == "predicate" and held.feature == "verb_elsewhere"
        for at in held.tokens
    }  # fmt: skip
    return [held for held in account.missing() if held.kind == "party" and elsewhere & set(held.tokens[:1])]


def excused(held: Held, entailment: Entailment | None) -> bool:
    """Whether the model is sure enough of a claim that an element need not be borne out in so many words."""
    return held.feature not in FIRM and entailment is not None and entailment.entailed >= SURE_OF_ELEMENT


def decided(account: Account, entailment: Entailment | None) -> bool:
    """Whether a sentence is held up whatever its probability, as saying nothing of these articles."""
    return bool(_why_empty(account, entailment))


def judge(
    cluster: ClusterReading, reading: Reading, prior: float, alignment: Alignment, account: Account, offset: int,
    entailment: Entailment | None = None,
) -> Judgement:  # fmt: skip
    """The finding on one sentence.

    `prior` is the probability that a checker gives it by itself, `offset` is where it begins, and `entailment` what
    the model says of it beside the sentences that bear most on it.
    """
    doubts = load_doubts(model=entailment is not None)
    probability = doubts.probability(signals(account, alignment, prior, entailment))
    without = doubts.probability(signals(account, alignment, prior, None))
    certain = tuple(c for c in alignment.conflicts if is_certain(c, entailment))
    against = frozenset(cluster.articles_of_all(conflict.unit for conflict in certain))
    shares = shares_of(cluster, reading)
    near = ranked(account.covers, account.elements) or list(account.sites)
    near += sorted({at for at, value in enumerate(shares) if value >= ALIKE} - {*near}, key=lambda at: -shares[at])
    opposites = [held for held in account.elements if held.feature in OPPOSITE and not excused(held, entailment)]
    elements = [placed_first(account, near, held) for held in shown(account, certain or opposites)]

    def found(
        label: VerdictLabel, reason: str, errors: Iterable[ErrorType], units: Iterable[int],
        supporters: frozenset[str] = frozenset(), contradictors: frozenset[str] = frozenset(), *, alone: bool = True,
        named: Sequence[Held] = (),
    ) -> Judgement:  # fmt: skip
        kept = [*instead(elements, named), *named]
        quoted = tuple(
            cluster.units[unit].evidence(round(shares[unit], 4)) for unit in list(dict.fromkeys(units))[: 2 * SHOWN]
        )
        return Judgement(
            label, placed(label, probability), reason, tuple(dict.fromkeys(errors)), quoted, supporters, contradictors,
            recorded(cluster, reading, kept, offset), voices(label, entailment, alone=alone),
        )  # fmt: skip

    if certain:
        return found("contradicted", certain[0].reason, (conflict.kind for conflict in certain),
                     [*(conflict.unit for conflict in certain), *near], frozenset(), against)  # fmt: skip
    if opposites:
        units = [spot[0] for held in opposites for spot in held.spots]
        return found("contradicted", opposites[0].reason, (held.error for held in opposites), [*units, *near],
                     frozenset(), frozenset(cluster.articles_of_all(units)))  # fmt: skip
    gone = [*missing(account), *undone(account)]
    deciding = [held for held in gone if not excused(held, entailment)]
    empty = _why_empty(account, entailment)
    disputes = disputed_figures(cluster, reading)
    lost = lost_attribution(cluster, reading, alignment, account)
    handed_on = lost is not None and lost.distant and not (gone or empty)
    if deciding or empty or (probability < 0.5 and not handed_on and not _one_side(account, disputes)):
        first = [*deciding, *gone]
        named: list[Held] = []
        if first:
            reason = _most_telling(reading, account, first)
        elif empty:
            reason, named = _with_absent(reading, account, empty), _all_of(reading, account, empty)
        else:
            reason, named = _why_held_up(cluster, reading, account, entailment, near)
        return found("not_found", reason, [*(held.error for held in gone), "invented"],
                     [*near[:1], *(spot[0] for held in [*gone, *named] for spot in held.spots), *near],
                     alone=bool(deciding or empty or without < 0.5), named=named)  # fmt: skip
    if lost is not None and lost.distant:
        return found("not_found", lost.reason, ("attribution",), [*lost.units, *near],
                     named=[of_speaker(cluster, reading, lost)])  # fmt: skip
    if disputes:
        agreeing = cluster.articles_of_all(unit for dispute in disputes for unit in dispute.agreeing)
        opposing = cluster.articles_of_all(unit for dispute in disputes for unit in dispute.differing)
        sides = [unit for dispute in disputes for side in (dispute.agreeing, dispute.differing)
                 for unit in sorted(side, key=lambda unit: -worth(account.covers, account.elements, unit))]  # fmt: skip
        return found("contested", disputes[0].reason(cluster), (), [*sides, *near], frozenset(agreeing),
                     frozenset(opposing - agreeing))  # fmt: skip
    read: Sequence[Held] = ()
    reason = lost.reason if lost is not None else _why_supported(reading, account)
    if gone and entailment is not None:
        read = [read_by_model(held, cluster, near) for held in elements if held in gone]
        if lost is None:
            reason = "the entailment model reads it in the closest sentences; in so many words none has "
            reason += quoted(reading, gone)
    units = supporting(cluster, reading, account)
    return found("supported", reason, (), [*units, *near], frozenset(cluster.articles_of_all(units)),
                 alone=not gone and without >= 0.5, named=read)  # fmt: skip


def _one_side(account: Account, disputes: Sequence[Dispute]) -> bool:
    """Whether a sentence with a disputed figure of a claim says the rest of it too.

    A model that reads what the other side has doubts such a claim as it doubts a false one.
    """
    agreeing = (unit for dispute in disputes for unit in dispute.agreeing)
    return any(share(account.covers, account.elements, unit) >= AS_MUCH for unit in agreeing)


def voices(label: VerdictLabel, entailment: Entailment | None, *, alone: bool) -> tuple[Voice, ...]:
    """Which of the two spoke for a label; `alone` says that the account gives it without the model."""
    if entailment is None:
        return ("account",)
    believed = label in {"supported", "contested"}
    model = entailment.entailed > 0 if believed else entailment.entailed < 0 or entailment.contradicted > 0
    if not model:
        return ("account",)
    return ("account", "model") if alone else ("model",)


def _in_one_sentence(account: Account) -> bool:
    """Whether one sentence has all words of a claim, three or more, joined as the claim joins them."""
    words = [held for held in account.elements if held.kind != "party"]
    apart = account.features.get("uncovered_sentence", 1.0) or account.features.get("order_ungoverned", 1.0)
    return len(words) >= FEWEST_IN_ORDER and not apart


def _why_empty(account: Account, entailment: Entailment | None) -> str:
    """Why a claim says nothing of these articles, whatever its words; empty where it does."""
    written = account.text.lower().split()
    if len(written) > 1 and len(set(written)) == 1:
        return "it is one word again and again, which says nothing"
    loose = not (account.verbatim or _in_one_sentence(account)) and (unspecific(account) or hollow(account))
    least = LEANING if specific(account) else SURE_OF_IT
    if loose and (entailment is None or entailment.in_window < least):
        return ANY_EVENT
    if account.features["no_links"]:
        return "it says nothing that an article could bear out"
    told = [held for held in account.elements if held.kind != "party"]
    said = 0.0 if entailment is None else READ_IN_ORDER - entailment.in_window
    parties = account.told and said < -READ_IN_ORDER  # a shuffle may leave both beside their deed
    if len(told) >= FEWEST_IN_ORDER and not (parties or account.verbatim or disorder(account.features) + said <= 0):
        return "the articles have its words, but not in this order, which says nothing"
    return ""


def _most_telling(reading: Reading, account: Account, first: Sequence[Held]) -> str:
    """Why a claim is not believed in which elements are missing; words that no article has, before words apart."""
    absent = _absent(account)
    if first[0].kind == "party" and absent:
        return f"no article mentions {quoted(reading, absent)}; {first[0].reason}"
    return first[0].reason


def _with_absent(reading: Reading, account: Account, reason: str) -> str:
    """A reason why a claim says nothing of these articles; that it fits any event, after what they lack of it."""
    absent = _absent(account)
    if reason != ANY_EVENT:
        return reason
    if absent:
        return f"no article mentions {quoted(reading, absent)}, and {reason}"
    apart = next((held.reason for held in account.missing() if held.feature.endswith("_elsewhere")), "")
    return f"{apart}, and {reason}" if apart else reason


def _absent(account: Account) -> list[Held]:
    """The words that no article has."""
    return [held for held in account.missing() if held.kind in {"word", "predicate"} and not held.spots]


def _all_of(reading: Reading, account: Account, reason: str) -> list[Held]:
    """The whole claim as what is not borne out, where it says nothing of these articles and no element is missing."""
    if any(held.state == "unaccounted" for held in account.elements):
        return []
    return [Held("word", 0, len(reading.parse.text), "unaccounted", (), reason)]


def _why_held_up(
    cluster: ClusterReading, reading: Reading, account: Account, entailment: Entailment | None, near: Sequence[int]
) -> tuple[str, list[Held]]:
    """Why a claim is not believed in which no element that decides by itself is missing, and the words that tell it."""
    closest = near[0] if near else None
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


def _why_supported(reading: Reading, account: Account) -> str:
    """That the articles say so, or most of it, and what they have only in other words, elsewhere or not at all."""
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


def supporting(cluster: ClusterReading, reading: Reading, account: Account) -> list[int]:
    """The sentences that say so themselves, the fullest first; where none does, those that tell of the event.

    What a sentence hands on as a rumour or as one side's claim, or asks, speaks only for a text that says as much.
    """
    units = saying_so(cluster, reading, account.covers, account.elements)
    if not attributes(reading):
        units = [unit for unit in units if how_told(cluster, reading, account, unit) is None] or units
    return units or list(account.sites)


def shares_of(cluster: ClusterReading, reading: Reading) -> list[float]:
    """For each unit of the cluster the share of the sentence's content words that it has."""
    mine = reading.concepts
    return [len(mine & other.concepts) / len(mine) if mine else 0.0 for other in cluster.readings]
