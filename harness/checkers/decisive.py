"""What of a claim decides by itself, and what a model that reads the claim excuses.

A conflict with an article makes a contradiction, and an element that matters and is unaccounted for leaves a claim not
found, whatever else the articles have of it. One true headline in ten has such a finding: words in another sense, a
name in another form, a denial of something else. Where the entailment model is sure of a claim it excuses some.
"""

from collections.abc import Mapping

from harness.checkers.account.account import Account
from harness.checkers.account.conflicts import Conflict
from harness.checkers.account.elements import Held
from harness.checkers.neural.entailment import Entailment

CERTAIN: Mapping[str, float] = {
    "number": 0.5, "entity": 0.55, "roles": 0.6, "negation": 0.55, "predicate": 0.55, "time": 0.5, "place": 0.45,
}  # fmt: skip
"""Least weight at which a conflict of each kind is called a contradiction. Modality never is by itself."""
MATTERS = (
    "name_missing", "name_partly", "place_missing", "place_partly", "time_missing", "figure_missing", "ordinal_missing",
    "vague_missing", "digits_missing", "clause_missing", "negation_missing", "name_replaced", "figure_rival",
    "modality_lost", "condition_lost", "deed_denied", "negation_apart", "bearer_other", "sequence_turned",
    "place_of_other", "speaker_other", "count_of_other", "extent_missing", "name_torn", "cause_other", "scene_of_other",
    "deed_earlier", "deed_unheard",
)  # fmt: skip
"""Features that decide by themselves where unaccounted for, most telling first. One true headline in ten has one."""
OFTEN_WRONG = frozenset({"negation"})
"""Conflicts that, where the model reads the claim in the evidence, stand on true texts as often as on false ones."""
PLAIN = 0.75
"""Weight from which on no model reads such a conflict away: one sentence denies all of a claim."""
OPPOSITE = frozenset({"opposite", "deed_opposed"})
"""Words whose opposite the articles have; of the same parties, or only in a sentence that tells the rest."""
EXCUSABLE = frozenset({"name_missing", "name_partly", "place_missing", "place_partly", "clause_missing"})
"""Those that a model excuses that is sure of a claim. It excuses no other: a figure, a time or a negation that no
article has is told in no other words, and a model that knows words rather than parties reads another name in a slot as
the same."""
FIRM = frozenset(MATTERS) - EXCUSABLE | {"deed_opposed"}
"""Not excused by the model's own reading, nor is the opposite of a deed."""
SURE_OF_ELEMENT = 1.0
"""Log-odds of entailment from which on any other element may be missing."""
SURE_CLOSELY = 2.0
"""Log-odds of a close reading, which does not go by shared words, from which on it excuses `OF_OTHERS` and `READ_AWAY`.
Of 120 of 698 true headlines that were held up, no rule having been looked at on them, it excuses 14, and 9 of 26
contradicted ones; of 1,663 false texts that were held up 16."""
OF_OTHERS = frozenset({
    "clause_missing", "modality_lost", "deed_denied", "bearer_other", "count_of_other", "extent_missing",
    "cause_other", "scene_of_other", "deed_earlier",
})  # fmt: skip
"""Elements that a close reading excuses: what is told in no sentence of the articles, or of another, as far as words
tell. It excuses no name, figure, time, speaker, opposite or bare `not` of the claim's own, which it passes over; nor
who stands in whose place: as many false headlines passed by that as true ones."""
DENIES = "negation_missing"
"""A word that denies and that no article has: `leaves no trace`. A close reading excuses it where the sum is sure as
well, but no bare `not`, which has no other word. So five true headlines of 444 pass, and no negated one of 490."""
READ_AWAY = frozenset({"negation", "entity", "predicate", "place"})
"""Conflicts that a close reading excuses: no figure, no time, and not who did it to whom, which it misreads itself."""


def missing(account: Account) -> list[Held]:
    """List the elements that matter and are unaccounted for, most telling first."""
    held = [element for element in account.missing() if element.feature in MATTERS]
    return sorted(held, key=lambda element: (MATTERS.index(element.feature), element.start))


def is_certain(conflict: Conflict, entailment: Entailment | None) -> bool:
    """Tell whether a conflict makes a contradiction by itself."""
    if conflict.kind in READ_AWAY and reads_closely(entailment):
        return False
    unsure = conflict.kind in OFTEN_WRONG and conflict.weight < PLAIN
    if unsure and entailment is not None and entailment.entailed >= 0:
        return False
    return conflict.weight >= CERTAIN.get(conflict.kind, 2.0)


def excused(held: Held, entailment: Entailment | None, *, sure: bool = False) -> bool:
    """Tell whether the model is sure enough of a claim that an element need not be there in so many words.

    `sure` tells whether the sum is, and the element no bare `not`.
    """
    if (held.feature in OF_OTHERS or (sure and held.feature == DENIES)) and reads_closely(entailment):
        return True
    return held.feature not in FIRM and entailment is not None and entailment.entailed >= SURE_OF_ELEMENT


def reads_closely(entailment: Entailment | None) -> bool:
    """Tell whether a close reading is sure of a claim."""
    return entailment is not None and entailment.closely is not None and entailment.closely >= SURE_CLOSELY
