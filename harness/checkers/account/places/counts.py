"""Counts that the articles have of something else they tell of: `60 schools` where sixty wells are repaired."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from itertools import takewhile

from harness.checkers.account.elements import SAME_DEED, SURE, Held
from harness.checkers.account.places.likeness import Parties, is_somebody, related
from harness.claims.figures.agreement import agree, clash
from harness.claims.figures.parts import is_whole
from harness.claims.figures.quantities import Figure
from harness.claims.figures.slots import comparable
from harness.claims.parsing.parse import Token
from harness.claims.sentence_analysis import Reading, phrase
from harness.language.lexical import word_list

_ALONE = frozenset({"nsubj", "nsubjpass", "dobj"})
"""Where a number stands for what it counts."""
_LIGHT = frozenset({"make", "have", "get", "do"})
"""Verbs that tell too little for a count to be theirs: who makes a profit makes other things as well."""
_NO_THING = frozenset({"cent", "one", "other"})
"""Nouns that stand for a thing rather than name it."""


def others_counts(parties: Parties) -> Iterator[Held]:
    """Find counts of a thing that the articles have, where each that they have of so many is of another thing."""
    cluster, reading = parties.cluster, parties.reading
    for figure in reading.figures:
        head = figure.head_token
        if figure.ordinal or figure.unit or head == figure.token or not _has_noun(parties, head):
            continue
        same = [(unit, found) for unit, found in cluster.figures if agree(figure, found)]
        if same and all(_counts_other(parties, unit, found, head) for unit, found in same):
            unit, found = same[0]
            there, mine = cluster.readings[unit].parse, reading.parse
            noun, written = there.tokens[found.head_token], mine.text[figure.start : figure.end]
            reason = f"the articles have “{written}” of “{noun.text}”, not of “{mine.tokens[head].text}”"
            spot = (unit, min(found.start, noun.start), max(found.end, noun.end))
            yield Held("figure", figure.start, figure.end, "unaccounted", (spot,), reason, "count_of_other", 1.0,
                       "number")  # fmt: skip


def crossed_counts(parties: Parties) -> Iterator[Held]:
    """Find the count of a deed that each sentence with it has of another deed, and another count of the claim's.

    `Another 60 flights were delayed by fog` after a dispute led to the `cancellation of 40`: neither were 60 cancelled
    nor 40 delayed.
    """
    cluster, reading = parties.cluster, parties.reading
    for figure in reading.figures:
        deed = _deed_of(reading, figure)
        if deed is None or reading.parse.tokens[deed].lemma in _LIGHT or deed not in parties.matcher.words:
            continue
        alike = {(match.unit, match.token) for match in parties.matcher.matches(deed) if match.grade >= SAME_DEED}
        same = [(unit, found) for unit, found in cluster.figures if agree(figure, found)]
        others = [_counted_there(parties, figure, unit, found, alike) for unit, found in same]
        if others and all(others) and (other := others[0]) is not None:
            unit, found = same[0][0], other
            written, told = (parse.text[each.start : each.end] for parse, each in
                             ((reading.parse, figure), (cluster.readings[unit].parse, found)))  # fmt: skip
            reason = f"the articles have “{told}” for “{reading.parse.tokens[deed].text}”, not “{written}”"
            yield Held("figure", figure.start, figure.end, "unaccounted", ((unit, found.start, found.end),), reason,
                       "figure_rival", 1.0, "number")  # fmt: skip


def _deed_of(reading: Reading, figure: Figure) -> int | None:
    """Find the one deed that so many do, or that is done to them; None where the claim has another figure like it."""
    alone = sum(comparable(figure, other) for other in reading.figures) == 1
    deeds = [frame.predicate for frame in reading.frames if frame.kind == "verb" and not frame.negated
             and figure.head_token in (*frame.agents, *frame.patients)]  # fmt: skip
    plain = not figure.ordinal and figure.modifier != "vague" and figure.unit != "age"
    return deeds[0] if alone and plain and len(deeds) == 1 else None


def _counted_there(
    parties: Parties, figure: Figure, unit: int, found: Figure, alike: AbstractSet[tuple[int, int]]
) -> Figure | None:  # fmt: skip
    """Find what a sentence counts at some deeds instead; None where the figure stands under one of them as well."""
    parse = parties.cluster.readings[unit].parse

    def is_under(each: Figure) -> bool:
        alone = parse.tokens[each.token].dep in _ALONE
        if not alone and is_whole(parse, each.head_token):
            return False  # 60 of its 90 wells are repaired
        first = each.token if alone else each.head_token
        beside = [parse.tokens[at] for at in parse.children[first] if parse.tokens[at].lower == "with"]
        if any((unit, at) in alike for with_it in beside for at in parse.children[with_it.i]):
            return True  # eleven of them with light injuries
        for token in (parse.tokens[first], *parse.ancestors(first)):
            if (unit, token.i) in alike:
                return True
            if token.pos in {"VERB", "AUX"}:
                return False
        return False

    if is_under(found):
        return None
    held = (other for at, other in parties.cluster.figures if at == unit and comparable(figure, other))
    return next((other for other in held if clash(figure, other) and is_under(other)), None)


def _has_noun(parties: Parties, head: int) -> bool:
    """Tell whether the articles have what a claim counts as a noun."""
    if head not in parties.matcher.words or parties.reading.parse.tokens[head].pos != "NOUN":
        return False
    return any(match.grade >= SURE and parties.cluster.readings[match.unit].parse.tokens[match.token].pos == "NOUN"
               for match in parties.matcher.matches(head))  # fmt: skip


def _counts_other(parties: Parties, unit: int, found: Figure, head: int) -> bool:
    """Tell whether a figure of the articles counts another thing than the claim's."""
    theirs = parties.cluster.readings[unit]
    noun = theirs.parse.tokens[found.head_token]
    if found.head_token == found.token or noun.pos != "NOUN":
        return False
    inside = set(phrase(theirs.parse, found.head_token))
    # A quake `of magnitude 6.1` has what the noun measures above it.
    inside.update(above.i for above in takewhile(_in_phrase, theirs.parse.ancestors(noun.i)))
    if any(match.unit == unit and match.token in inside for match in parties.matcher.matches(head)):
        return False
    # Five of the dead were pupils: they are who is counted where the claim tells their death of them.
    told = {frame.concept for frame in parties.reading.frames if head in (*frame.agents, *frame.patients)}
    if theirs.keys[noun.i] in told and parties.among(unit, {*range(len(theirs.keys))}, head):
        return False
    one, other = parties.reading.parse.tokens[head].lemma, noun.lemma
    if related(one, other) or {one, other} & word_list("function", "anybody") or other in _NO_THING:
        return False
    # Students may be teenagers; where a sentence has both side by side they are two.
    return not (is_somebody(one) and is_somebody(other)) or parties.cluster.apart(one, other)


def _in_phrase(token: Token) -> bool:
    return token.pos in {"NOUN", "PROPN", "ADP"}
