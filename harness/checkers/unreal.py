"""Signals of small edits: a deed that the articles have only as planned or denied, a name put together from two."""

import itertools
from collections.abc import Iterator

from harness.checkers.alignment import SAME, compare
from harness.checkers.conflicts import Alignment
from harness.checkers.features import closeness
from harness.checkers.reading import ClusterReading, argument
from harness.claims.entities import same_name
from harness.claims.frames import Frame
from harness.claims.lexical import pieces, stem, word_list
from harness.claims.quantities import agree, clash
from harness.claims.reading import Reading
from harness.claims.slots import comparable, same_slot

CLOSE = 0.34
"""Share of a claim's content words at which a sentence is taken to be about the same thing."""
_ABOVE = 3
"""How many words above a predicate are looked at for what makes it a plan or a denial."""
_HANGING = frozenset({"consider", "discuss", "mull", "ask", "invite", "question", "possibility", "plan", "proposal",
                      "talk", "hope", "fear", "risk", "threat", "option", "decide", "decision", "recommend",
                      "prepare", "expect"})  # fmt: skip
_DENYING = frozenset({"without", "rule", "avoid", "prevent", "avert", "escape", "stop", "cancel", "reject"})


def edit_signals(cluster: ClusterReading, reading: Reading, alignment: Alignment) -> dict[str, float]:
    """Name → value for one sentence of a text; counts, at least 0, that speak against it."""
    return {
        **_unreal(cluster, reading),
        "name_split": float(sum(_split(cluster, name.words) for name in reading.names if not name.nation)),
        "title_other": float(sum(_other_holder(cluster, reading, at) for at in range(len(reading.names)))),
        "predicate_other": float(sum(_other_deed(cluster, reading, frame, alignment) for frame in reading.frames)),
        "figure_rival": float(_rivals(cluster, reading)),
    }


def _unreal(cluster: ClusterReading, reading: Reading) -> dict[str, float]:
    """Predicates that the claim asserts and that the sentences about the same thing only plan, or only deny.

    Past forms and present ones are counted apart: a headline's present may be of tomorrow.
    """
    found = {"planned_past": 0.0, "planned_present": 0.0, "denied_only": 0.0}
    mine = reading.notions
    if not mine:
        return found
    close = [other for other in cluster.readings if len(mine & other.notions) / len(mine) >= CLOSE]
    for frame in reading.frames:
        key = reading.keys[frame.predicate]
        if not key or status(reading, frame.predicate) != "asserted":
            continue
        seen = [status(other, token.i) for other in close for token in other.parse.tokens if other.keys[token.i] == key]
        if not seen or "asserted" in seen:
            continue
        if all(kind == "denied" for kind in seen):
            found["denied_only"] += 1
        elif "denied" not in seen:
            past = reading.parse.tokens[frame.predicate].tag in {"VBN", "VBD"}
            found["planned_past" if past else "planned_present"] += 1
    return found


def status(reading: Reading, index: int) -> str:
    """`asserted`, `denied` or `planned` (or possible, asked for, conditional): how a sentence has one of its words."""
    tokens, children = reading.parse.tokens, reading.parse.children
    negators = word_list("polarity", "negators")
    for at in _chain(reading, index):
        token = tokens[at]
        kids = [tokens[child] for child in children[at]]
        own = at == index or token.pos in {"VERB", "AUX"}
        if own and any(kid.dep == "neg" or (kid.lower in negators and kid.dep in {"det", "advmod"}) for kid in kids):
            return "denied"
        if own and any(
            tokens[inner].lower in {"no", "neither"} and tokens[inner].dep == "det"
            for kid in kids if kid.dep in {"nsubj", "nsubjpass", "dobj", "attr"} for inner in children[kid.i]
        ):  # fmt: skip
            return "denied"
        if at != index and (token.lemma in _DENYING or token.lemma in word_list("polarity", "reversing")):
            return "denied"
    for at in _chain(reading, index):
        token = tokens[at]
        kids = [tokens[child] for child in children[at]]
        if any(
            (kid.dep == "aux" and kid.lower in _modals()) or (kid.dep == "mark" and kid.lower in _conditions())
            for kid in kids
        ):
            return "planned"
        if (
            at == index
            and token.dep in {"ROOT", "advcl"}
            and any(kid.lower == "to" and kid.dep == "aux" for kid in kids)
        ):
            return "planned"
        if at != index and (token.lemma in _HANGING or token.lemma in word_list("modality", "planned")):
            return "planned"
    return "asserted"


def _chain(reading: Reading, index: int) -> Iterator[int]:
    """A word and those above it, as far as they can bear on whether it is so: not out of a relative clause."""
    yield index
    at = index
    for _ in range(_ABOVE):
        token = reading.parse.tokens[at]
        if token.head == at or token.dep in {"relcl", "conj", "parataxis", "nsubj", "nsubjpass", "advcl"}:
            return
        at = token.head
        yield at


def _modals() -> frozenset[str]:
    return word_list("modality", "planned") | word_list("modality", "possible") | word_list("modality", "required")


def _conditions() -> frozenset[str]:
    return word_list("modality", "conditional")


def _split(cluster: ClusterReading, words: tuple[str, ...]) -> bool:
    """Whether the articles have all words of a name, but two neighbours of it never near each other."""
    flat = [part for word in words for part in pieces(word)]
    if len(flat) < 2 or not all(part in cluster.words for part in flat):
        return False
    return any(
        closeness(cluster.positions.get(stem(one), ()), cluster.positions.get(stem(two), ()), 1) < 0.6
        for one, two in itertools.pairwise(flat)
    )


def _other_holder(cluster: ClusterReading, reading: Reading, at: int) -> bool:
    """Whether the articles give the title of a name to others only."""
    name = reading.names[at]
    holders = cluster.titled(name.title, "") if name.title and name.kind != "place" else ()
    return bool(holders) and not any(same_name(name, holder) for holder in holders)


def _other_deed(cluster: ClusterReading, reading: Reading, frame: Frame, alignment: Alignment) -> bool:
    """Whether the articles have the two parties of a deed with another deed between them, and never with this one."""
    if not frame.agents or not frame.patients or not reading.keys[frame.predicate]:
        return False
    if any(pair.claim is frame and not pair.opposite and pair.agents == SAME for pair in alignment.pairs):
        return False
    agents = [argument(reading, index) for index in frame.agents]
    patients = [argument(reading, index) for index in frame.patients]
    for unit, other in enumerate(cluster.readings):
        if not (reading.notions & other.notions):
            continue
        for theirs in other.frames:
            if theirs.notion == frame.notion or not theirs.agents or not theirs.patients:
                continue
            if any(compare(cluster, one, cluster.argument(unit, index)) == SAME for one in agents
                   for index in theirs.agents) and any(
                compare(cluster, one, cluster.argument(unit, index)) == SAME for one in patients
                for index in theirs.patients
            ):  # fmt: skip
                return True
    return False


def _rivals(cluster: ClusterReading, reading: Reading) -> int:
    """Figures of the claim whose slot has another value, while their own value stands in other slots only."""
    count = 0
    for figure in reading.figures:
        if figure.ordinal or figure.unit == "age" or figure.modifier == "vague":
            continue
        slot = [found for unit, found in cluster.figures if same_slot(reading, figure, cluster.readings[unit], found)]
        held = any(comparable(figure, found) and agree(figure, found) for _, found in cluster.figures)
        if held and slot and not any(agree(figure, found) for found in slot):
            count += any(clash(figure, found) for found in slot)
    return count
