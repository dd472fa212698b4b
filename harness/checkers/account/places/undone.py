"""Things that a claim has done, under a verb that no article has, where the articles only consider or deny them.

`Varden to hold early elections` of elections that are demanded; `strike halts flights` where no flight was halted: the
verb is the claim's own, so that what is looked for is the thing.
"""

from collections.abc import Iterator

from harness.checkers.account.denied.negations import denial_of
from harness.checkers.account.elements import SAME_DEED, SURE, Held
from harness.checkers.account.hedges import hedge_of
from harness.checkers.account.matching import Matcher
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.attribution import kind_of_saying
from harness.claims.frames import Frame
from harness.claims.parsing.parse import Parse
from harness.claims.polarity import keeps_undone, negates, negator
from harness.claims.sentence_analysis import Reading
from harness.language.lexical import word_list

_LEFT = (
    ("modality", "unsure"), ("modality", "plans"), ("says", "asking"), ("polarity", "ending"), ("polarity", "inward"),
    ("polarity", "reversing"), ("polarity", "preventing"), ("polarity", "abstaining"), ("polarity", "avoiding"),
    ("polarity", "cancelling"), ("polarity", "clearing"), ("modality", "favouring"),
)  # fmt: skip
"""Lists of verbs that do not do what they are told of, or undo it."""
_PAST = frozenset({"VBD", "VBN"})


def undone_things(cluster: ClusterReading, matcher: Matcher, reading: Reading) -> Iterator[Held]:
    """Find what a claim has done to a thing that every sentence about it hedges or denies."""
    tokens = reading.parse.tokens
    open_words = (
        word_list("modality", "doubtful") | word_list("says", "distance") | word_list("modality", "conditional")
    )
    leaves_open = (each.lower in open_words or each.tag == "MD" or negates(reading.parse, each) for each in tokens)
    if tokens[-1].text == "?" or any(leaves_open):
        return
    for frame in reading.frames:
        if not _does(reading, frame):
            continue
        for index in frame.patients:
            if tokens[index].pos == "NOUN" and index in matcher.words:
                held = _undone(cluster, matcher, reading, frame, index)
                if held is not None:
                    yield held
                    break


def _does(reading: Reading, frame: Frame) -> bool:
    """Tell whether a claim tells a deed as done or to be done, and not as asked for, prevented or ended."""
    parse = reading.parse
    token = parse.tokens[frame.predicate]
    leaves = any(token.lemma in word_list(*each) for each in _LEFT) and token.lemma not in word_list(
        "modality", "realising"
    )
    undoes = any(keeps_undone(parse, token, parse.tokens[at]) is not None for at in frame.patients)
    return frame.kind == "verb" and not (frame.negated or leaves or undoes or kind_of_saying(token.lemma))


def _undone(cluster: ClusterReading, matcher: Matcher, reading: Reading, frame: Frame, index: int) -> Held | None:
    """Find where the articles hedge or deny a thing; None where a sentence tells of it plainly, or has the deed."""
    tokens = reading.parse.tokens
    rest = [at for at in matcher.words if at not in {index, frame.predicate}]
    deeds = {match.unit for match in matcher.matches(frame.predicate) if match.grade >= SAME_DEED}
    found: list[tuple[int, int, bool]] = []
    for match in matcher.matches(index):
        theirs = cluster.readings[match.unit].parse
        near = {match.unit, *matcher.forms.near[match.unit]}
        about = any(matcher.by_unit(at).get(unit, 0.0) >= SURE for at in rest for unit in near)
        if match.grade < SURE or theirs.tokens[match.token].lemma != tokens[index].lemma or not about:
            continue
        if match.unit in deeds:
            return None
        # What is done to a thing that is the subject of a passive is the verb's: `a ferry may be introduced`.
        at = theirs.tokens[match.token].head if theirs.tokens[match.token].dep == "nsubjpass" else match.token
        denied = _denied(theirs, match.token, at)
        hedge = None if denied is not None else hedge_of(theirs, at)
        past = tokens[frame.predicate].tag in _PAST and frame.modality != "planned"  # `to be made` is to come
        if denied is None and (hedge is None or (hedge.planned and not past)):
            return None
        word = denied if denied is not None else hedge.token if hedge is not None else match.token
        found.append((match.unit, word, denied is not None))
    return _held(cluster, reading, index, *found[0]) if found else None


def _denied(parse: Parse, noun: int, at: int) -> int | None:
    """Find the word that denies a thing: `no` beside it, or what denies the verb that governs it."""
    beside = next((child for child in parse.children[noun] if negator(parse, parse.tokens[child])), None)
    return beside if beside is not None else denial_of(parse, at)


def _held(cluster: ClusterReading, reading: Reading, index: int, unit: int, word: int, denied: bool) -> Held:
    """Make the element for a thing that is not done."""
    token, told = reading.parse.tokens[index], cluster.readings[unit].parse.tokens[word]
    spots = ((unit, told.start, told.end),)
    if denied:
        reason = f"the articles deny “{token.text}” (“{told.text}”)"
        return Held("polarity", token.start, token.end, "unaccounted", spots, reason, "deed_denied", 1.0, "negation",
                    (index,))  # fmt: skip
    reason = f"the articles have “{token.text}” only under “{told.text}”, not as done"
    return Held("modality", token.start, token.end, "unaccounted", spots, reason, "modality_lost", 1.0, "modality",
                (index,))  # fmt: skip
