"""The account of a figure: in the same slot, beside what it counts, elsewhere, from other figures, or nowhere."""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import pairwise

from harness.checkers.account.derivation import derivations
from harness.checkers.account.elements import SURE, Held, Spot
from harness.checkers.account.matching import Matcher
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.figures.agreement import agree, clash
from harness.claims.figures.conversion import counterpart
from harness.claims.figures.currencies import is_code
from harness.claims.figures.measures import DURATIONS, SECONDS, span_with_unit, with_unit
from harness.claims.figures.parts import is_whole
from harness.claims.figures.plurals import one_of_several
from harness.claims.figures.quantities import Figure
from harness.claims.figures.slots import TOLLS, asked_about, comparable, same_slot
from harness.claims.figures.worded import in_two_units
from harness.claims.parsing.parse import Token
from harness.claims.sentence_analysis import Reading, verb_over
from harness.language.lexical import pieces, word_list

TENS = 12
"""Value from which on a vague word is a figure: `dozens`, not `several` or `a few`."""
_HARMS = frozenset(TOLLS.values())
RIVAL = 0.4
"""Share of a claim that a sentence has to tell for its figure to be held against the claim's."""
_OF_A_YEAR = frozenset({"digits_missing", "figure_missing", "time_missing"})
"""Features of a year that is missing."""
FEWEST, TELLS, APART = 3, 0.75, 0.3
"""Words beside a figure, the share of them that a sentence with another figure in its place tells, and by how much
those with the claim's figure tell less. Of 1,588 true headlines that passed (NumHG, NeuS train, ours) four have one."""
LEAST_ALIKE = 0.75
"""Share of the longer of two stretches of time from which on they are about as long: 44 hours, two days."""
_SIDE = re.compile(r"(?:\s+[\w'’%]+){0,3}?\s+(for|against|in favou?r)\b", re.IGNORECASE)
_ASKED = re.compile(r"\b(?:vote|voting|poll|ballot|survey|referendum|abstain)", re.IGNORECASE)
"""Words of a question that people are for or against."""
OTHER_EVENT = 0.2
"""How much more it has to tell where the claim's figure answers the same question of another event."""


def account_of_figure(cluster: ClusterReading, matcher: Matcher, reading: Reading, figure: Figure) -> Held:
    """Account for a figure of a claim sentence: where the articles have it, and whether of the same thing."""
    several = one_of_several(reading, figure)
    if several:
        return Held("figure", figure.start, figure.end, "unaccounted", (),
                    f"“{several}” counts nothing: one is not several", "figure_missing", 1.0, "number")  # fmt: skip
    return _account_of_quantity(cluster, matcher, reading, figure)


def _account_of_quantity(cluster: ClusterReading, matcher: Matcher, reading: Reading, figure: Figure) -> Held:
    """Account for a figure that counts or measures something."""
    start, end = figure.start, figure.end
    same = [(unit, same) for unit, found in cluster.figures if (same := counterpart(figure, found)) is not None]
    slot = [(unit, found) for unit, found in same if same_slot(reading, figure, cluster.readings[unit], found)]
    beside = [
        (unit, found) for unit, found in same if unit in matcher.scene or _head_near(matcher, reading, figure, unit)
    ]
    # The surest places first: same slot, then beside what it counts where the event is told, then elsewhere.
    chosen = slot or [item for item in beside if item[0] in matcher.scene] or beside
    written = reading.parse.text[start:end]
    having = {unit for unit, _ in slot or same}
    rival = _rival(cluster, reading, figure, having, in_slot=bool(slot)) if chosen else None
    other = _held_of_other(cluster, reading, figure, same, rival) or _time_of_other(
        cluster, matcher, reading, figure, same
    )
    if other is not None:
        return other
    if chosen:
        spots = tuple((unit, found.start, found.end) for unit, found in chosen[:3])
        return Held("figure", start, end, "borne_out", spots)
    if same:
        closest = _nearest(cluster, reading, figure) or same[0]
        unit, found = closest
        reason = f"the articles have the figure “{written}”, but of something else"
        if closest not in same:
            reason += f"; the closest sentence has “{cluster.readings[unit].parse.text[found.start : found.end]}”"
        return Held("figure", start, end, "unaccounted", ((unit, found.start, found.end),), reason,
                    "figure_elsewhere", 1.0, "number")  # fmt: skip
    derived = next(iter(derivations(figure, reading, cluster)), None)
    if derived is not None:
        return Held("figure", start, end, "borne_out", (derived,))
    words = pieces(written)
    # The figure stands in the articles, but the reading of figures found no quantity in it.
    if words and cluster.words.issuperset(words) and not (figure.unit or figure.value in cluster.figures_apart):
        # Ordinals and vague words are often read in one text and not in the other.
        if figure.ordinal or figure.modifier == "vague":
            return Held("figure", start, end, "borne_out", tuple(_spelled(cluster, matcher, words[0]))[:1])
        return Held(
            "figure", start, end, "unaccounted", (), f"no article has the figure “{written}” in that sense",
            "figure_unread", 1.0, "number",
        )  # fmt: skip
    kind = "ordinal" if figure.ordinal else "vague" if figure.modifier == "vague" else "figure"
    if kind == "vague" and figure.value < TENS:
        kind = "few"  # an article that names two of them has no word for `several`
    reason, spots = f"no article has the figure “{written}”", tuple[Spot, ...]()
    nearest = _nearest(cluster, reading, figure)
    if nearest is not None:
        unit, found = nearest
        spots = ((unit, found.start, found.end),)
        reason += f"; the closest sentence has “{cluster.readings[unit].parse.text[found.start : found.end]}”"
        if found.value == figure.value:
            there = cluster.readings[unit].parse.text
            mine = with_unit(reading.parse.text, start, end, figure.unit)
            theirs = with_unit(there, found.start, found.end, found.unit)
            reason = f"no article has “{mine}”; the closest sentence has “{theirs}”"
            if mine == theirs:
                reason = f"no article has “{written}” in that unit; the closest sentence has it in another"
    return Held("figure", start, end, "unaccounted", spots, reason, f"{kind}_missing", 1.0, "number")


def _held_of_other(
    cluster: ClusterReading, reading: Reading, figure: Figure, same: Sequence[tuple[int, Figure]],
    rival: tuple[int, Figure] | None,
) -> Held | None:  # fmt: skip
    """Make the element for a figure that the articles have of something else; None where they may have it of this."""
    written = reading.parse.text[figure.start : figure.end]
    place = rival or _in_its_place(cluster, reading, figure, {unit for unit, _ in same})
    if place is not None:
        said = cluster.readings[place[0]].parse.text[place[1].start : place[1].end]
        reason = f"the articles have “{said}” there, and “{written}” only of something else"
    elif (place := _sided_otherwise(cluster, reading, figure, same)) is not None:
        reason = f"the articles have “{written}” of the other side"
    else:
        place = _harmed_otherwise(cluster, reading, figure, same)
        reason = f"the articles have “{written}” of another harm"
    if place is None:
        return None
    spot = (place[0], place[1].start, place[1].end)
    return Held("figure", figure.start, figure.end, "unaccounted", (spot,), reason, "figure_rival", 1.0, "number")


def _time_of_other(
    cluster: ClusterReading, matcher: Matcher, reading: Reading, figure: Figure, same: Sequence[tuple[int, Figure]]
) -> Held | None:  # fmt: skip
    """Make the element for a deed done *for the second time*, where the articles have that of another deed."""
    deed = verb_over(reading.parse, figure.head_token)
    if deed is None or not (figure.ordinal and figure.head == "time" and same):
        return None
    alike = {(match.unit, match.token) for match in matcher.matches(deed.i)}
    if not alike:
        return None  # told in another word, perhaps
    others: list[Token] = []
    for unit, found in same:
        over = verb_over(cluster.readings[unit].parse, found.head_token)
        if found.head != "time" or over is None or (unit, over.i) in alike or over.lemma in {"make", "mark"}:
            return None
        others.append(over)
    unit, found = same[0]
    written = reading.parse.text[figure.start : figure.end]
    reason = f"the articles have “{written} time” of “{others[0].text}”, not of “{deed.text}”"
    spot = (unit, found.start, found.end)
    return Held("figure", figure.start, figure.end, "unaccounted", (spot,), reason, "figure_rival", 1.0, "number")


def as_dated(cluster: ClusterReading, reading: Reading, held: Held) -> Held:
    """Let a year decide nothing in which an article was published: no article need say it."""
    written = reading.parse.text[held.start : held.end]
    own = any(written == str(day.year) for day in cluster.published.values() if day is not None)
    return replace(held, feature="year_unsaid") if own and held.feature in _OF_A_YEAR else held


def as_articles_write(cluster: ClusterReading, reading: Reading, said: str) -> str:
    """Write a claim sentence with its figures as the articles write them, where those have another unit or two.

    A model that reads a claim beside the articles is no reckoner: 46 feet are to it no 14 metres.
    """
    text = reading.parse.text
    for figure in reversed(reading.figures):
        start, end = span_with_unit(text, figure.start, figure.end, figure.unit)
        told = [(unit, found) for unit, found in cluster.figures if counterpart(figure, found) is not None]
        plain = [(unit, found) for unit, found in told if comparable(figure, found)]
        if not all(in_two_units(cluster.readings[unit].parse.text[found.start : found.end]) for unit, found in plain):
            continue
        ways = [
            there[slice(*span_with_unit(there, found.start, found.end, found.unit))]
            for unit, found in told if (there := cluster.readings[unit].parse.text)
        ]  # fmt: skip
        if ways and said[start:end].lower() == text[start:end].lower():
            said = said[:start] + ways[0] + said[end:]
    return said


def goes_before(token: Token) -> bool:
    """Recognise a word that is accounted for with the figure after it: `about`, `SEK`."""
    return token.lower in word_list("function", "approximate") or is_code(token.text)


def _nearest(cluster: ClusterReading, reading: Reading, figure: Figure) -> tuple[int, Figure] | None:
    """Find a figure of another value or unit in the sentence closest to the claim; None where it has several."""
    mine = reading.concepts
    told = (
        {unit: len(mine & cluster.readings[unit].concepts) / len(mine) for unit, _ in cluster.figures} if mine else {}
    )
    if not told or max(told.values()) < RIVAL:
        return None
    closest = max(told, key=lambda unit: (told[unit], -unit))
    found = [other for unit, other in cluster.figures if unit == closest and other.ordinal == figure.ordinal]
    same = [other for other in found if other.value == figure.value]
    chosen = same or [other for other in found if other.unit == figure.unit]
    return (closest, chosen[0]) if len(chosen) == 1 else None


def _rival(
    cluster: ClusterReading, reading: Reading, figure: Figure, having: set[int], *, in_slot: bool
) -> tuple[int, Figure] | None:
    """Find another value in a figure's slot, in a sentence that tells more of the claim than those with the figure.

    Where the claim's value answers the same question in `having`, it may be that of another event (two collapses, two
    tolls): so it is only where every article that has it tells of both.
    """
    if figure.ordinal or figure.unit == "age" or figure.modifier == "vague":
        return None
    mine = reading.concepts

    def told_share(unit: int) -> float:
        return len(mine & cluster.readings[unit].concepts) / len(mine) if mine else 0.0

    least = max(RIVAL, max((told_share(unit) for unit in having), default=0.0) + OTHER_EVENT * in_slot)

    def tells_of_it(unit: int, other: Figure) -> bool:
        share = told_share(unit)
        # One sentence may have both, `killed two and wounded five`; so may the claim, `one of four charged`.
        both = unit in having and not in_slot and share == least > RIVAL
        return share > least or (both and all(other.value != each.value for each in reading.figures))

    found = [
        (unit, other) for unit, other in cluster.figures
        if tells_of_it(unit, other)
        and clash(figure, other)
        and same_slot(reading, figure, cluster.readings[unit], other)
        and (figure.unit not in DURATIONS or _of_one(reading, figure, cluster.readings[unit], other)
             or _of_one_deed(reading, figure, cluster.readings[unit], other))
        and not _part_of_sum(cluster, figure, unit) and not _settled(cluster, reading, figure, unit, other)
    ]  # fmt: skip
    # An article that has the claim's figure and no other one tells of that figure's event.
    if in_slot and not cluster.articles_of_all(having) <= cluster.articles_of_all(unit for unit, _ in found):
        return None
    return max(found, key=lambda item: (told_share(item[0]), -item[0]), default=None)


def _in_its_place(
    cluster: ClusterReading, reading: Reading, figure: Figure, having: AbstractSet[int]
) -> tuple[int, Figure] | None:
    """Find another figure of the kind in a sentence that tells the rest of a claim, as none with its own figure does.

    A headline with the figure of another sentence is false in one word: `lets wells vent for two days`, where they
    vent for six hours and divers came in two days.
    """
    own = {reading.keys[token.i] for token in reading.parse.tokens if figure.start <= token.start < figure.end}
    own |= {reading.keys[figure.head_token]} if figure.unit in DURATIONS else set()
    rest = reading.concepts - own
    if not having or len(rest) < FEWEST or figure.unit == "age":  # ages are compared person by person
        return None

    def told_share(unit: int) -> float:
        return len(rest & cluster.readings[unit].concepts) / len(rest)

    least = max(TELLS, max(map(told_share, having)) + APART)
    found = [
        (unit, other) for unit, other in cluster.figures
        if unit not in having and told_share(unit) >= least
        and _of_a_kind(reading, figure, cluster.readings[unit], other)
        and (clash(figure, other) or _last_apart(figure, other) or (figure.ordinal and figure.value != other.value))
        and not _part_of_sum(cluster, figure, unit) and not _margin(cluster, figure, unit)
    ]  # fmt: skip
    return max(found, key=lambda item: (told_share(item[0]), -item[0]), default=None)


def _of_a_kind(reading: Reading, figure: Figure, other: Reading, found: Figure) -> bool:
    """Match two figures by unit, any two stretches of time, or two counts by what they count, or what does it."""
    if figure.ordinal != found.ordinal:
        return False
    if figure.unit or found.unit:
        return comparable(figure, found) or {figure.unit, found.unit} <= DURATIONS
    return _counted(reading, figure) == _counted(other, found) != ""


def _last_apart(figure: Figure, other: Figure) -> bool:
    """Tell two stretches of time apart that are given in other units, if one is not about as long as the other."""
    if figure.unit == other.unit or not {figure.unit, other.unit} <= DURATIONS:
        return False
    mine, theirs = (each.value * SECONDS[each.unit] for each in (figure, other))
    return min(mine, theirs) / max(mine, theirs, 1.0) < LEAST_ALIKE


def _margin(cluster: ClusterReading, figure: Figure, unit: int) -> bool:
    """Tell whether a figure is how far two of a sentence are apart: by three votes, 61 to 58."""
    held = [found.value for at, found in cluster.figures if at == unit and not found.ordinal]
    return any(abs(one - other) == figure.value for one, other in pairwise(held))


def _counted(reading: Reading, figure: Figure) -> str:
    """Return the key of what a figure counts; of a bare number, `61 were hurt`, that of the word above it."""
    at = figure.head_token
    return reading.keys[reading.parse.tokens[at].head if at == figure.token else at]


def _of_one(reading: Reading, figure: Figure, other: Reading, found: Figure) -> bool:
    """Match two stretches of time by their noun: a six-year sentence, a nine-year sentence."""
    mine, theirs = reading.parse.tokens[figure.head_token], other.parse.tokens[found.head_token]
    return mine.pos == theirs.pos == "NOUN" and mine.lemma == theirs.lemma and mine.lemma not in DURATIONS


def _sided_otherwise(
    cluster: ClusterReading, reading: Reading, figure: Figure, same: Sequence[tuple[int, Figure]]
) -> tuple[int, Figure] | None:  # fmt: skip
    """Find where so many are against what a claim has them for, or the other way round; None where one may be meant."""
    mine = _side(reading, figure)
    apart = [item for item in same if mine and _side(cluster.readings[item[0]], item[1]) not in {"", mine}]
    return apart[0] if apart and len(apart) == len(same) else None


def _side(reading: Reading, figure: Figure) -> str:
    """Name the side of those whom a figure counts: `121 voted against`; empty where it takes none."""
    text = reading.parse.text
    found = _SIDE.match(text[figure.end :]) if _ASKED.search(text) else None  # 12 charges against him are for theft
    return "" if found is None else "against" if found[1].lower() == "against" else "for"


def _harmed_otherwise(
    cluster: ClusterReading, reading: Reading, figure: Figure, same: Sequence[tuple[int, Figure]]
) -> tuple[int, Figure] | None:
    """Find where so many are hurt whom a claim has killed, or the other way round; None where one may be meant."""
    mine = asked_about(reading, figure) & _HARMS
    if not mine or figure.unit or figure.ordinal:
        return None
    others = [(unit, found, asked_about(cluster.readings[unit], found) & _HARMS) for unit, found in same]
    apart = [(unit, found) for unit, found, theirs in others if theirs and theirs.isdisjoint(mine)]
    return apart[0] if apart and len(apart) == len(others) else None


def _of_one_deed(reading: Reading, figure: Figure, other: Reading, found: Figure) -> bool:
    """Match two stretches of time by the deed that they are of: jailed for six years, where nine were asked for."""
    return not (asked_about(reading, figure) & asked_about(other, found)).isdisjoint(
        frame.concept for frame in reading.frames
    )


def _part_of_sum(cluster: ClusterReading, figure: Figure, unit: int) -> bool:
    """Tell whether two counts of a sentence add up to the claim's, so that neither rivals it."""
    held = [found for at, found in cluster.figures if at == unit and comparable(figure, found)]
    return any(first.value + second.value == figure.value for first, second in pairwise(held))


def _settled(cluster: ClusterReading, reading: Reading, figure: Figure, unit: int, other: Figure) -> bool:
    """Tell whether a sentence that has another figure, too, settles that the claim's is meant.

    It lists both measures (2 million euros at home and 3.5 million abroad), or has the claim's alone under its verb
    (four were stolen, nine fell).
    """
    parse = cluster.readings[unit].parse
    own = [found for at, found in cluster.figures if at == unit and comparable(figure, found) and agree(figure, found)]
    if own and is_whole(parse, other.head_token):
        return True  # of the 240 passengers, 38 were taken to hospital
    ends = {other.token, other.head_token, parse.tokens[other.head_token].head}
    heads = (parse.tokens[at] for found in own for at in (found.token, found.head_token))
    listed = any(token.dep == "conj" and token.head in ends for token in heads)
    deed, others = verb_over(reading.parse, figure.head_token), verb_over(parse, other.head_token)
    over = (verb_over(parse, found.head_token) for found in own)
    told = any(deed and each and each != others and each.lemma == deed.lemma for each in over)
    return told or (bool(figure.unit) and listed)


def _spelled(cluster: ClusterReading, matcher: Matcher, word: str) -> Iterator[Spot]:
    """Yield the places of a word."""
    for unit, at in matcher.forms.pieces.get(word, ()):
        token = cluster.readings[unit].parse.tokens[at]
        yield unit, token.start, token.end


def _head_near(matcher: Matcher, reading: Reading, figure: Figure, unit: int) -> bool:
    """Tell whether a sentence has what a figure counts."""
    return any(match.unit == unit and match.grade >= SURE for match in matcher.matches(figure.head_token)) \
        if reading.keys[figure.head_token] and figure.head_token != figure.token else False  # fmt: skip
