"""Conflicts of a claim with an article, found on aligned pairs only, each with its kind, place and weight."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.checkers.account.alignment import DIFFERENT, SAME, Aligner, Pair, has_own_deed
from harness.checkers.account.denied.denials import denials
from harness.checkers.account.denied.no_denials import is_no_denial
from harness.checkers.account.derivation import derivations
from harness.checkers.account.opposites import Mirrored, mirrored
from harness.checkers.account.parties import LEAST_CONTEXT, Sides, Standing, met, standing
from harness.checkers.cluster_analysis import ClusterReading, argument
from harness.claims.converse import converse, verb_of
from harness.claims.extract import main_frame
from harness.claims.figures.conversion import counterpart
from harness.claims.figures.measures import DURATIONS
from harness.claims.figures.slots import is_year, same_slot
from harness.claims.frames import Frame
from harness.claims.meaning import concept, is_weekday
from harness.claims.polarity import may_be_done
from harness.claims.sentence_analysis import Reading, bounded_alike, tells_time, time_words
from harness.claims.thesaurus import is_being
from harness.claims.verbs import written
from harness.language.text import stamp_end
from harness.records import ErrorType


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something that an article says otherwise."""

    kind: ErrorType
    unit: int
    """The sentence that says so."""
    span: tuple[int, int]
    """The words of the claim that are at odds, in characters of its sentence."""
    weight: float
    """How sure the alignment is, in [0, 1]."""
    reason: str
    spot: tuple[int, int] | None = None
    """The words of the article that say so, in characters of its sentence; None for all of it."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """One claim sentence beside the articles' frames, figures and times."""

    conflicts: tuple[Conflict, ...]
    supported: int
    """Claim frames that an article frame supports in every argument that can be compared."""
    pairs: tuple[Pair, ...]
    told: frozenset[int] = frozenset()
    """Predicates of the claim whose two parties a sentence has as the claim has them, in whatever words."""
    sides: tuple[Sides, ...] = ()
    """Parties that might change places, of deeds that are not told as the claim tells them."""
    mirrored: Mapping[int, Mirrored] = field(default_factory=dict)
    """By the predicate of the claim a sentence that tells the deed from its other side."""


def align(cluster: ClusterReading, reading: Reading) -> Alignment:
    """Align one claim sentence with the articles: what supports it and what contradicts it, apart."""
    aligner = Aligner(cluster, reading)
    conflicts: list[Conflict] = []
    supported = 0
    kept, told = list[Pair](), set[int]()
    open_sides: list[Sides] = []
    for frame in reading.frames:
        sides = standing(aligner, frame)
        if sides.told:
            told.add(frame.predicate)
        if sides.sides is not None:
            open_sides.append(sides.sides)
        conflicts.extend(_crossed(aligner, frame, sides))
        pairs = aligner.pairs(frame)
        kept.extend(pairs)
        good = [pair for pair in pairs if _supports(pair)]
        supported += bool(good)
        for pair in pairs:
            # A sentence that has the deed with its parties settles it: its opposite is told of something else.
            conflict = None if pair.opposite and sides.told else _frame_conflict(cluster, reading, pair)
            if pair.opposite and any(_does_it(other, pair) for other in pairs):
                continue
            if conflict is not None and not any(_settles(other, pair, conflict.kind) for other in good):
                conflicts.append(conflict)
    other_sides = {at: one for frame in reading.frames if (at := frame.predicate) in told
                   and (one := mirrored(aligner, frame)) is not None}  # fmt: skip
    for several in (_figure_conflicts, _time_conflicts, _denials):
        conflicts.extend(several(cluster, reading, aligner))
    conflicts.sort(key=lambda conflict: (-conflict.weight, conflict.unit, conflict.kind))
    return Alignment(tuple(conflicts), supported, tuple(kept), frozenset(told), tuple(open_sides), other_sides)


def _supports(pair: Pair) -> bool:
    """Tell whether a pair supports the claim's frame in every argument that can be compared."""
    return (
        not pair.opposite and not pair.swapped and not pair.differing and pair.claim.negated == pair.found.negated
        and (pair.same >= 1 or pair.context >= 0.6)
    )  # fmt: skip


_KINDS: tuple[ErrorType, ...] = ("number", "entity", "roles", "negation", "predicate", "modality", "time", "place")


def conflict_features(reading: Reading, alignment: Alignment) -> dict[str, float]:
    """Compute the surest conflict of each kind for one claim sentence, and how many frames are supported."""
    found = {f"conflict_{kind}": 0.0 for kind in _KINDS}
    for conflict in alignment.conflicts:
        name = f"conflict_{conflict.kind}"
        found[name] = max(found[name], conflict.weight)
    frames = len(reading.frames)
    found["frame_share"] = alignment.supported / frames if frames else 1.0
    found["frame_missing"] = float(frames - alignment.supported)
    return found


def _settles(good: Pair, pair: Pair, kind: ErrorType) -> bool:
    """Tell whether a supporting pair answers what another pair is at odds about."""
    if kind == "place":
        return good.places == SAME
    if kind == "entity":
        return good.agents == SAME if pair.agents == DIFFERENT else good.patients == SAME
    if kind == "roles":
        return good.same >= 2
    if pair.opposite and good.context < 0.6 * pair.context:
        return False  # the deed of something else, such as `declined to comment` for a fall
    return good.same >= pair.same


def _does_it(other: Pair, pair: Pair) -> bool:
    """Tell whether a pair has the deed, by the same party, in more of the claim's words than the opposite has."""
    done = not other.opposite and not other.swapped and other.claim.negated == other.found.negated
    return done and other.agents == SAME and other.patients != DIFFERENT and other.context > pair.context


def _word_span(reading: Reading, index: int) -> tuple[int, int]:
    """Return the span of one word."""
    token = reading.parse.tokens[index]
    return token.start, token.end


def _quoted(cluster: ClusterReading, pair: Pair) -> str:
    """Quote the predicate of a pair's article frame."""
    parse = cluster.readings[pair.unit].parse
    return written(parse, parse.tokens[pair.found.predicate])


def _other_party(cluster: ClusterReading, reading: Reading, pair: Pair, role: str, mine: int | None) -> Conflict:
    """Make the conflict of a pair whose arguments of one role differ, without its weight."""
    there = cluster.readings[pair.unit]
    theirs = {"agents": pair.found.agents, "patients": pair.found.patients,
              "places": tuple(index for _, index in pair.found.obliques)}[role]  # fmt: skip
    kind: ErrorType = "place" if role == "places" else "entity"
    span = _word_span(reading, pair.claim.predicate) if mine is None else reading.name_span(mine)
    other = next((index for index in theirs if there.parse.tokens[index].pos != "PRON"), None)
    if mine is None or other is None or there.keys[other] == reading.keys[mine]:
        named = "place" if kind == "place" else "party"
        words = _word_span(there, pair.found.predicate)
        reason = f"the articles name another {named} at “{_quoted(cluster, pair)}”"
        return Conflict(kind, pair.unit, span, 0.0, reason, words)
    words = there.name_span(other)
    reason = f"the articles have “{there.parse.text[slice(*words)]}” there, not “{reading.parse.text[slice(*span)]}”"
    return Conflict(kind, pair.unit, span, 0.0, reason, words)


def _opposed(cluster: ClusterReading, reading: Reading, pair: Pair) -> Conflict | None:
    """Find a conflict of two opposite deeds of one party or thing."""
    frame, other = pair.claim, pair.found
    said = written(reading.parse, reading.parse.tokens[frame.predicate])
    words = _word_span(cluster.readings[pair.unit], other.predicate)
    if other.concept in {key for at, key in enumerate(reading.keys) if at != frame.predicate}:
        return None  # `asks court to uphold ban, overturn Roe`
    if has_own_deed(cluster.readings[pair.unit], reading, frame):
        return None
    # Opposites that are one deed told from either side (`buy`, `sell`) conflict only if one party does both.
    handed = converse(verb_of(reading.parse, frame), verb_of(cluster.readings[pair.unit].parse, other))
    if handed and pair.agents != SAME:
        return None  # one buys what the other sells
    misread = any(reading.parse.tokens[at].pos == "ADJ" for at in frame.patients)  # `X guilty as Y acquitted`
    one_object = pair.patients == SAME and _is_one(cluster, reading, pair)
    one_thing = (one_object and not misread) or (pair.agents == SAME and not frame.patients and not other.patients)
    if one_thing and not pair.differing and frame.negated == other.negated and not pair.swapped:
        weight = min(1.0, 0.4 * pair.same + 0.5 * pair.context)
        return Conflict(
            "predicate", pair.unit, _word_span(reading, frame.predicate), weight,
            f"the articles say “{_quoted(cluster, pair)}”, not “{said}”", words,
        )  # fmt: skip
    return None


def _frame_conflict(cluster: ClusterReading, reading: Reading, pair: Pair) -> Conflict | None:
    """Find what one aligned pair of frames disagrees about, most telling first; None where nothing."""
    frame, other = pair.claim, pair.found
    words = _word_span(cluster.readings[pair.unit], other.predicate)
    if pair.opposite:
        return _opposed(cluster, reading, pair)
    if pair.swapped:
        return None  # `standing` looks at all that the articles have of the two parties
    enough = pair.same >= 1 and (pair.context >= 0.3 or pair.same >= 2)
    # `Ann Moe no longer leads it` names nobody who leads it.
    if pair.differing and enough and frame.negated == other.negated:
        role, indices = (
            ("agents", frame.agents) if pair.agents == DIFFERENT
            else ("patients", frame.patients) if pair.patients == DIFFERENT
            else ("places", tuple(index for _, index in frame.obliques))
        )  # fmt: skip
        if role == "agents" and all(reading.parse.tokens[index].pos == "PRON" for index in indices):
            return None  # whom a clause without a subject is about is a guess: `says he will cancel, forcing to pass`
        weight = min(1.0, 0.3 * pair.same + 0.5 * pair.context)
        if any(reading.keys[index] in cluster.readings[pair.unit].concepts for index in indices):
            weight *= 0.5  # the party stands in the sentence, so that the parse may be at fault
        if _may_be_both(cluster, reading, pair, role, indices):
            weight *= 0.5
        found = _other_party(cluster, reading, pair, role, indices[0] if indices else None)
        return replace(found, weight=weight)
    if _denies(cluster, reading, pair):
        return Conflict(
            "negation", pair.unit, _word_span(reading, frame.predicate), min(1.0, 0.3 * pair.same + 0.5 * pair.context),
            f"the text {'denies' if frame.negated else 'says'} what the articles "
            f"{'say' if frame.negated else 'deny'}: “{_quoted(cluster, pair)}”", words,
        )  # fmt: skip
    hypothetical = {"possible", "conditional", "planned", "required"}
    if (
        frame.modality == "actual"
        and other.modality in hypothetical
        and enough
        and not _headline_future(reading, frame)
    ):
        return Conflict(
            "modality", pair.unit, _word_span(reading, frame.predicate), min(1.0, 0.2 * pair.same + 0.4 * pair.context),
            f"the articles have “{_quoted(cluster, pair)}” only as {other.modality}, the text as a fact", words,
        )  # fmt: skip
    return None


def _may_be_both(
    cluster: ClusterReading, reading: Reading, pair: Pair, role: str, indices: Sequence[int]
) -> bool:  # fmt: skip
    """Tell whether another party may be the claim's, too: named beside it (*A, B host it*), or a noun for the same."""
    there = cluster.readings[pair.unit]
    theirs = {"agents": pair.found.agents, "patients": pair.found.patients}.get(role, ())
    if any(there.keys[at] in reading.concepts for at in theirs):
        return True
    nouns = [(reading.parse.tokens[one], there.parse.tokens[other]) for one in indices for other in theirs]
    return bool(nouns) and all(
        one.pos == other.pos == "NOUN" and is_being(one.lemma) and is_being(other.lemma)
        and one.lower in cluster.words and not cluster.apart(one.lemma, other.lemma) for one, other in nouns
    )  # fmt: skip


def _denies(cluster: ClusterReading, reading: Reading, pair: Pair) -> bool:
    """Tell whether one of two aligned frames denies what the other says."""
    frame, other, there = pair.claim, pair.found, cluster.readings[pair.unit]
    close = (pair.same >= 1 and pair.context >= 0.45) or (pair.same >= 2 and pair.context >= 0.3)
    if (
        frame.negated == other.negated
        or pair.differing
        or not (close and _asserted(reading, frame) and _asserted(there, other))
    ):
        return False
    # That a state can't do it does not deny that it does; that it can does.
    if may_be_done(reading.parse, frame.predicate) != may_be_done(there.parse, other.predicate):
        return False
    return not is_no_denial(there, reading, pair)


def _is_one(cluster: ClusterReading, reading: Reading, pair: Pair) -> bool:
    """Tell one thing that a deed and its opposite are done to from a part of the other: `House`, `House majority`."""
    mine = [argument(reading, at) for at in pair.claim.patients]
    theirs = [cluster.argument(pair.unit, at) for at in pair.found.patients]
    # `Repeal tax`, where that tax imposes one: what is done away with does the opposite itself.
    if met(mine, [cluster.argument(pair.unit, at) for at in pair.found.agents]):
        return False
    if met(mine, theirs):
        return True
    heads, others = {concept(each.head) for each in mine}, {concept(each.head) for each in theirs}
    keys, more = ({key for each in several for key in each.keys} for several in (mine, theirs))
    # Nor are a gun-control tour and gun violence one, of which only a word before the noun is.
    plain = all(each.name is None for each in (*mine, *theirs))
    return heads.isdisjoint(more) and others.isdisjoint(keys) and not (plain and keys & more)


def _crossed(aligner: Aligner, frame: Frame, sides: Standing) -> Iterator[Conflict]:
    """Yield conflicts of sentences that have the two parties of a deed the other way round."""
    span = _word_span(aligner.reading, frame.predicate)
    for unit, spot, word in sides.crossed:
        context = aligner.context(unit)
        if context >= LEAST_CONTEXT and not has_own_deed(aligner.cluster.readings[unit], aligner.reading, frame):
            reason = f"the articles have it the other way round: who does it and to whom, at “{word}”"
            yield Conflict("roles", unit, span, min(1.0, 0.6 + 0.5 * context), reason, spot)
    for unit, spot, word in sides.reversed:
        reason = f"where the articles have both, the other one acts, as at “{word}”"
        yield Conflict("roles", unit, span, min(1.0, 0.6 + 0.2 * aligner.context(unit)), reason, spot)


def _asserted(reading: Reading, frame: Frame) -> bool:
    """Recognise a clause that asserts, not a gerund or infinitive in passing, nor what is done to an end."""
    token = reading.parse.tokens[frame.predicate]
    ends = any(reading.parse.tokens[child].tag == "TO" for child in reading.parse.children[token.i])
    if ends and token.dep in {"advcl", "relcl", "acl"}:
        return False
    return token.dep in {
        "ROOT", "ccomp", "conj", "relcl", "xcomp", "parataxis", "attr", "acomp", "advcl",
    }  # fmt: skip


def _headline_future(reading: Reading, frame: Frame) -> bool:
    """Recognise a present tense that may mean a plan: headlines say `Trump visits` of tomorrow."""
    return reading.parse.tokens[frame.predicate].tag in {"VBZ", "VBP", "VB", "VBG"}


def _figure_conflicts(cluster: ClusterReading, reading: Reading, aligner: Aligner) -> list[Conflict]:
    """Find figures of the claim whose slot has another value in an article, and whose value stands nowhere."""
    found = []
    values = [(unit, figure) for unit, figure in cluster.figures]
    for figure in reading.figures:
        if figure.ordinal or figure.unit == "age":
            continue
        if any(counterpart(figure, other) is not None for _, other in values):
            continue
        if any(derivations(figure, reading, cluster)):
            continue
        for unit, other in values:
            if other.ordinal or not same_slot(reading, figure, cluster.readings[unit], other):
                continue
            if is_year(cluster.readings[unit], other) and not is_year(reading, figure):
                continue  # `round four` of a debate, the `2020 debate`
            weight = min(1.0, 0.3 + 0.7 * aligner.context(unit))
            if figure.unit in DURATIONS:
                # Years and days are said of everything in an article; only a close sentence is about the same ones.
                weight -= 0.3
            text = cluster.readings[unit].parse.text[other.start : other.end]
            said = reading.parse.text[figure.start : figure.end]
            found.append(
                Conflict("number", unit, (figure.start, figure.end), weight,
                         f"the articles have “{text}” there, not “{said}”", (other.start, other.end))
            )  # fmt: skip
    return found


def _time_conflicts(cluster: ClusterReading, reading: Reading, aligner: Aligner) -> list[Conflict]:
    """Find weekdays, months and years of the claim where the aligned sentences have only others."""
    found = []
    for word in sorted(reading.times):
        kin = _grain(word)
        contexts = [aligner.context(unit) for unit in range(len(cluster.units))]
        # Only the sentences closest to the claim: an article gives many times.
        near = [unit for unit, context in enumerate(contexts) if context >= max(0.35, 0.75 * max(contexts))]
        if any(tells_time(cluster.readings[unit], cluster.unit_words[unit], word) for unit in near):
            continue
        # `Before May` is found as such, whatever months the sentence has besides.
        if bounded_alike(reading, word, cluster.bigrams):
            continue
        for unit in near:
            # A weekday says nothing against a year: only times of one grain can conflict.
            there = cluster.readings[unit]
            others = [other for other in there.times if _grain(other) == kin] if kin else []
            # When an article was written is no time of what happened.
            begins = stamp_end(there.parse.text) if others else 0
            spans = sorted(span for other in others if (span := _time_span(there, other))[0] >= begins)
            if spans:
                told = ", ".join(dict.fromkeys(f"“{there.parse.text[start:end]}”" for start, end in spans))
                start, end = _time_span(reading, word)
                reason = f"the articles say {told}, not “{reading.parse.text[start:end]}”"
                found.append(Conflict("time", unit, (start, end), aligner.context(unit), reason, spans[0]))
    return found


def _time_span(reading: Reading, word: str) -> tuple[int, int]:
    """Find where a sentence has a time; a day of a month with both its words."""
    tokens = reading.parse.tokens
    for token in tokens:
        if word in time_words(reading.parse, token):
            number = word.partition(" ")[2]
            near = [tokens[at] for at in (token.i - 1, token.i + 1) if 0 <= at < len(tokens)]
            day = next((each for each in near if number and each.lower.rstrip("stndrh") == number), token)
            return min(token.start, day.start), max(token.end, day.end)
    return 0, len(reading.parse.text)


def _grain(word: str) -> str:
    """Name the grain of a time: weekday, year, day of month or month."""
    if is_weekday(word):
        return "weekday"
    if word.isdigit():
        return "year"
    if " " in word:
        return "day of month"
    return "month" if word.isalpha() and len(word) == 3 else ""


def _denials(cluster: ClusterReading, reading: Reading, aligner: Aligner) -> Iterator[Conflict]:
    """Find sentences that deny, or call untrue, what the claim says as a fact."""
    for found in denials(cluster, reading, aligner):
        yield Conflict("negation", found.unit, _denied_span(reading), found.weight, found.reason, found.words)


def _denied_span(reading: Reading) -> tuple[int, int]:
    """Return the span that a denial is of: the claim's main predicate, or all of it where it has none."""
    frame = main_frame(reading)
    return (0, len(reading.parse.text)) if frame is None else _word_span(reading, frame.predicate)
