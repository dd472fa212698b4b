"""Counts that the articles have of something else they tell of: `60 schools` where sixty wells are repaired."""

from collections.abc import Iterator
from itertools import takewhile

from harness.checkers.account.elements import SURE, Held
from harness.checkers.account.places.likeness import Parties, is_somebody, related
from harness.claims.figures.agreement import agree
from harness.claims.figures.quantities import Figure
from harness.claims.parsing.parse import Token
from harness.claims.sentence_analysis import phrase
from harness.language.lexical import word_list

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
