"""The part of an account that a verdict shows: elements as records, and words named where no rule named any."""

from collections.abc import Sequence
from dataclasses import replace

from harness.checkers.account.account import Account
from harness.checkers.account.attributed import LostAttribution
from harness.checkers.account.elements import Held, Spot
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.extract import main_frame
from harness.claims.sentence_analysis import Reading
from harness.records import Element, Evidence

MOST_NAMED = 3
"""Most words that one reason names."""


def shown(account: Account, certain: Sequence[object]) -> list[Held]:
    """Choose the elements to record: conflicts where they are certain, parties only where they are unsupported.

    What is missing inside a contradicted span is left out, and of two elements with one span the one that is
    not borne out stays.
    """
    elements = account.elements
    against = [held for held in elements if held.state == "contradicted"] if certain else []
    gone = {(held.start, held.end) for held in [*against, *account.missing()] if held.kind != "party"}
    found: dict[tuple[object, ...], Held] = {}
    for held in elements:
        covered = any(other.start <= held.start and held.end <= other.end for other in against)
        if held.state == "contradicted":
            keep = bool(certain)
        elif held.state == "unaccounted":
            keep = not covered
        else:
            keep = held.kind != "party" and not covered and (held.start, held.end) not in gone
        if keep:
            found.setdefault((held.kind, held.start, held.end), held)
    return list(found.values())


def quoted(reading: Reading, held: Sequence[Held]) -> str:
    """Quote the words of some elements for a reason."""
    named = dict.fromkeys(f"“{reading.parse.text[each.start : each.end]}”" for each in held)
    return ", ".join([*named][:MOST_NAMED])


ALIKE = 0.05
"""How much less surely a place may bear an element out and still be named before others."""


def placed_first(account: Account, units: Sequence[int], held: Held) -> Held:
    """Show a supported element at its place in the first of `units` that has it as surely as any."""
    places = [place for unit in units if (place := account.covers.get(unit, {}).get((held.start, held.end)))]
    if held.state != "borne_out" or not places:
        return held
    best = max(grade for grade, _ in places)
    first = next(spot for grade, spot in places if grade >= best - ALIKE)
    return replace(held, spots=(first, *(spot for spot in held.spots if spot[0] != first[0])))


def apart_from(cluster: ClusterReading, reading: Reading, account: Account, unit: int) -> list[Held]:
    """List the elements that the articles support, but not in the given sentence."""
    there = cluster.readings[unit].concepts

    def stands(held: Held) -> bool:
        """Tell whether that sentence has an element; an element keeps the first sentence that does, not each."""
        own = [reading.keys[token.i] for token in reading.parse.tokens if held.start <= token.start < held.end]
        return any(spot[0] == unit for spot in held.spots) or not there.isdisjoint(key for key in own if key)

    return [held for held in account.elements
            if held.state == "borne_out" and held.kind != "party" and held.spots and not stands(held)]  # fmt: skip


def of_main_verb(cluster: ClusterReading, reading: Reading, unit: int | None, reason: str) -> Held:
    """Mark the claim's main predicate as unsupported; all of the claim where it has none."""
    frame = main_frame(reading)
    spots: tuple[Spot, ...] = () if unit is None else ((unit, 0, len(cluster.readings[unit].parse.text)),)
    if frame is None:
        return Held("predicate", 0, len(reading.parse.text), "unaccounted", spots, reason)
    token = reading.parse.tokens[frame.predicate]
    return Held("predicate", token.start, token.end, "unaccounted", spots, reason)


def of_speaker(cluster: ClusterReading, reading: Reading, lost: LostAttribution) -> Held:
    """Mark the main predicate for a speaker whom the claim leaves out, with the article's words that name him."""
    unit = lost.units[0]
    text = cluster.readings[unit].parse.text
    start = text.find(lost.speaker) if lost.speaker else -1
    spot = (unit, start, start + len(lost.speaker)) if start >= 0 else (unit, 0, len(text))
    held = of_main_verb(cluster, reading, unit, lost.reason)
    return Held("speaker", held.start, held.end, "unaccounted", (spot,), lost.reason)


def instead(held: Sequence[Held], named: Sequence[Held]) -> list[Held]:
    """Drop the elements that `named` ones stand for: of one kind and span, or of one span and supported."""
    same = {(each.kind, each.start, each.end) for each in named}
    spans = {(each.start, each.end) for each in named if each.state != "borne_out"}
    return [
        each for each in held if (each.kind, each.start, each.end) not in same
        and (each.state != "borne_out" or (each.start, each.end) not in spans)
    ]  # fmt: skip


def recorded(cluster: ClusterReading, reading: Reading, held: Sequence[Held], offset: int) -> tuple[Element, ...]:
    """Turn elements into records, in the order of the text; `offset` is where the sentence begins in it."""
    ordered = sorted(held, key=lambda each: (each.start, each.end, each.kind))
    return tuple(
        Element(
            kind=each.kind,
            start=each.start + offset,
            end=each.end + offset,
            text=reading.parse.text[each.start : each.end],
            state=each.state,
            evidence=tuple(dict.fromkeys(_evidence(cluster, spot) for spot in each.spots)),
            reason=each.reason,
        )
        for each in ordered
    )


def _evidence(cluster: ClusterReading, spot: Spot) -> Evidence:
    """Quote a span of a sentence, in the first place that the sentence stands in."""
    unit, start, end = spot
    place = cluster.units[unit].places[0]
    return Evidence(
        article_id=place.article_id, start=place.start + start, end=place.start + end, text=place.text[start:end],
        title=place.title,
    )  # fmt: skip


def read_by_model(held: Held, cluster: ClusterReading, units: Sequence[int]) -> Held:
    """Mark an element as supported by the model, in the sentence that bears most on the claim."""
    if held.state != "unaccounted" or not units:
        return held
    unit = units[0]
    spot = (unit, 0, len(cluster.readings[unit].parse.text))
    return replace(held, state="borne_out", spots=(spot,), reason="the entailment model reads it here")
