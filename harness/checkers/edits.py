"""Signals of small edits: a deed that is only denied, a name put together from two, a detail no article has."""

from collections.abc import Iterator
from itertools import groupby, pairwise

from harness.checkers.features import closeness
from harness.checkers.reading import ClusterReading
from harness.claims.entities import same_name
from harness.claims.lexical import pieces, stem, word_list
from harness.claims.polarity import negator
from harness.claims.quantities import agree, clash
from harness.claims.reading import Reading, phrase
from harness.claims.slots import comparable, same_slot

CLOSE = 0.34
"""Share of a claim's content words at which a sentence is taken to be about the same thing."""
_ABOVE = 3
"""How many words above a predicate are looked at for what denies it."""
_DENYING = frozenset({"without", "rule", "avoid", "prevent", "avert", "escape", "stop", "cancel", "reject"})


def edit_signals(cluster: ClusterReading, reading: Reading) -> dict[str, float]:
    """Name → value for one sentence of a text; counts, at least 0, that speak against it."""
    return {
        "denied_only": float(_denied(cluster, reading)),
        "name_split": float(sum(_split(cluster, name.words) for name in reading.names if not name.nation)),
        "title_other": float(sum(_other_holder(cluster, reading, at) for at in range(len(reading.names)))),
        "figure_rival": float(_rivals(cluster, reading)),
        **_strange(cluster, reading),
    }


def _strange(cluster: ClusterReading, reading: Reading) -> dict[str, float]:
    """What no article has, by how it stands together: a detail made up is a run of strange words, not one."""
    strange = [not known(cluster, reading, token.i) for token in reading.parse.tokens if reading.keys[token.i]]
    runs = [len(list(group)) for is_strange, group in groupby(strange) if is_strange]
    unknown = [name.kind for name in reading.names if not cluster.matching(name) and not name.nation]
    said = {word for other in cluster.readings for word in other.times}
    return {
        "strange_run": float(max(runs, default=0)),
        "strange_runs": float(sum(length > 1 for length in runs)),
        "strange_phrase": float(sum(_all_strange(cluster, reading, index) for frame in reading.frames
                                    for _, index in frame.obliques)),
        "place_strange": float(unknown.count("place")),
        "nation_strange": float(
            sum(1 for name in reading.names if name.nation and not cluster.matching(name))
        ),
        "time_strange": float(sum(word not in said for word in reading.times)),
    }  # fmt: skip


def known(cluster: ClusterReading, reading: Reading, index: int) -> bool:
    """Whether any article has a word of a claim, in another form or by another word for the same."""
    token = reading.parse.tokens[index]
    return (
        reading.keys[index] in cluster.notions
        or token.lower in cluster.words
        or token.stem in cluster.stems
        or all(part in cluster.words for part in pieces(token.lower))
    )


def _all_strange(cluster: ClusterReading, reading: Reading, index: int) -> bool:
    """Whether no article has a single content word of the phrase that a token heads."""
    inside = [at for at in phrase(reading.parse, index) if reading.keys[at]]
    return bool(inside) and not any(known(cluster, reading, at) for at in inside)


def _denied(cluster: ClusterReading, reading: Reading) -> int:
    """Predicates that the claim asserts and that the sentences about the same thing only have as denied."""
    mine = reading.notions
    if not mine:
        return 0
    close = [other for other in cluster.readings if len(mine & other.notions) / len(mine) >= CLOSE]
    count = 0
    for frame in reading.frames:
        key = reading.keys[frame.predicate]
        if key and not denied(reading, frame.predicate):
            seen = [
                denied(other, token.i) for other in close for token in other.parse.tokens if other.keys[token.i] == key
            ]
            count += bool(seen) and all(seen)
    return count


def denied(reading: Reading, index: int) -> bool:
    """Whether a sentence has one of its words as what is not so."""
    tokens, children = reading.parse.tokens, reading.parse.children
    for at in _chain(reading, index):
        token = tokens[at]
        kids = [tokens[child] for child in children[at]]
        own = at == index or token.pos in {"VERB", "AUX"}
        if own and any(
            kid.dep == "neg" or (negator(reading.parse, kid) and kid.dep in {"det", "advmod"}) for kid in kids
        ):
            return True
        if own and any(
            tokens[inner].lower in {"no", "neither"} and tokens[inner].dep == "det"
            for kid in kids if kid.dep in {"nsubj", "nsubjpass", "dobj", "attr"} for inner in children[kid.i]
        ):  # fmt: skip
            return True
        if at != index and (token.lemma in _DENYING or token.lemma in word_list("polarity", "reversing")):
            return True
    return False


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


def _split(cluster: ClusterReading, words: tuple[str, ...]) -> bool:
    """Whether the articles have all words of a name, but two neighbours of it never near each other."""
    flat = [part for word in words for part in pieces(word)]
    if len(flat) < 2 or not all(part in cluster.words for part in flat):
        return False
    return any(
        closeness(cluster.positions.get(stem(one), ()), cluster.positions.get(stem(two), ()), 1) < 0.6
        for one, two in pairwise(flat)
    )


def _other_holder(cluster: ClusterReading, reading: Reading, at: int) -> bool:
    """Whether the articles give the title of a name to others only."""
    name = reading.names[at]
    holders = cluster.titled(name.title, "") if name.title and name.kind != "place" else ()
    return bool(holders) and not any(same_name(name, holder) for holder in holders)


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
