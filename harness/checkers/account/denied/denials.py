"""Sentences of the articles that deny what a claim says, or call it untrue, whoever they are about.

What a denial denies is what stands under it: `the line denies that the captain was drunk` denies nothing of the line. A
motion that is denied was refused, an aide who is dismissed has lost a post, and a disputed practice is a practice.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from harness.checkers.account.alignment import Aligner
from harness.checkers.account.denied.negations import denial_of
from harness.checkers.account.denied.no_denials import denied_with, is_denied_so_far
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.attribution import kind_of_saying
from harness.claims.contrasts import contrasted
from harness.claims.converse import verb_of
from harness.claims.extract import main_frame
from harness.claims.parsing.parse import Token
from harness.claims.polarity import (
    denies,
    ends_or_doubts,
    is_on_hold,
    is_quarrel,
    may_be_done,
    prevents,
    rules_out,
)
from harness.claims.sentence_analysis import Reading, clause, verb_over
from harness.claims.thesaurus import is_being, said_by
from harness.language.lexical import word_list

LEAST_SHORT = 0.3
"""Share of a claim's content words that a short sentence has to deny."""
LEAST_CONTEXT = 0.34
"""Share of a claim's content words that a long sentence with a denial has to have."""
CHECKING = ("fact check", "analysis:")
"""How a headline begins that says nothing of its own, so that nothing in it is denied."""
MOST = 0.6
"""Share of a claim's content words that are denied without its deed."""
SHORT = 10
"""Content words of a headline or another sentence that says one thing."""
_SUBJECTS = frozenset({"nsubj", "csubj"})
_APART = frozenset({"conj", "advcl", "parataxis"})
"""What stands beside a denial, or tells when or why: it is not denied."""
_BELOW = frozenset({"acomp", "attr", "oprd", "dobj", "nsubj", "xcomp", "advmod"})
"""Relations of a noun or adjective that denies what the word above it has."""
_OVER = frozenset({"ROOT", "ccomp", "conj", "relcl", "advcl", "parataxis", "acl"})
"""Relations of one that denies what it has below it."""


class Denial(NamedTuple):
    """A word that denies what a claim says."""

    unit: int
    words: tuple[int, int]
    """The word, in characters of its sentence."""
    weight: float
    """How sure it is, in [0, 1]."""
    reason: str


def denials(cluster: ClusterReading, reading: Reading, aligner: Aligner) -> Iterator[Denial]:
    """Yield the first denial of each sentence that denies what a claim says as a fact."""
    if _is_no_target(reading):
        return
    for unit, other in enumerate(cluster.readings):
        shared = len(other.concepts & reading.concepts)
        if shared < 2:
            continue
        # A short sentence (a headline) denies what it is about; in a long one the denial may be of something else.
        near = len(cluster.readings) <= 3 or aligner.context(unit) >= 0.4
        short = near and len(other.concepts) <= SHORT and 2 * shared >= len(other.concepts) - 2
        if aligner.context(unit) < LEAST_CONTEXT and not short:
            continue
        for token in other.parse.tokens:
            weight, reason = _denied(reading, other, token, short=short)
            if weight:
                yield Denial(unit, (token.start, token.end), weight, reason)
                break


def _is_no_target(reading: Reading) -> bool:
    """Recognise a claim that denies, doubts or only hands on, or that says nothing of its own."""
    tokens = reading.parse.tokens
    if tokens and tokens[-1].text == "?":
        return True  # what is asked is not said
    mine = {token.lemma for token in tokens} | {token.lower for token in tokens}
    own = _cues() | word_list("says", "doubts") | word_list("says", "rumours") | word_list("polarity", "negators")
    if mine & (own | word_list("says", "distance")):
        return True
    if any(token.dep == "ROOT" and token.lemma in word_list("says", "claims") for token in tokens):
        return True  # that the mayor claims fraud is true where his claims are debunked
    parse = reading.parse
    over = any(prevents(parse, token) or ends_or_doubts(token) or is_on_hold(parse, token) for token in tokens)
    return over or reading.parse.text.lower().replace("-", " ").startswith(CHECKING)


@cache
def _cues() -> frozenset[str]:
    """List the words that deny, and those that call something untrue."""
    return word_list("says", "denies") | word_list("says", "untrue")


def _denied(reading: Reading, other: Reading, token: Token, *, short: bool) -> tuple[float, str]:
    """How surely a word of a sentence denies a claim, and how; 0 where it does not."""
    if token.lemma in _cues() or token.lower in _cues():
        under = _under(other, token)
        share = _share(reading, _keys(other, under))
        enough = share >= 0.5 or (short and share >= LEAST_SHORT)
        if enough and (share > MOST or _has_deed(reading, other, under)):
            return min(1.0, 0.3 + max(share, 0.4 * short)), f"the articles have it only as “{token.text}”"
        return 0.0, ""
    apart = contrasted(other.parse, token)
    if apart is not None:
        deed = verb_over(other.parse, apart)
        keys = {other.keys[apart], "" if deed is None else other.keys[deed.i]} - {""}
        said = keys <= reading.concepts and bool(other.keys[apart])
        share = _share(reading, other.concepts)
        return (share, f"the articles say it is not “{other.parse.tokens[apart].text}”") if said else (0.0, "")
    if denies(other.parse, token, short=short) and not _only_forbids(reading, other, token):
        head = other.parse.tokens[token.head]
        words = denied_with(other.parse, head.i)
        inside = _keys(other, words)
        share = _share(reading, inside)
        said = other.keys[head.i] in reading.concepts and not _is_told_besides(reading, other, head, words)
        known = head.lemma in word_list("polarity", "inward") or kind_of_saying(head.lemma)
        if not known and said and (share >= 0.5 or (short and len(inside & reading.concepts) >= 2)):
            return max(share, 0.6 * short), f"the text says what the articles deny: “{head.text}”"
        return 0.0, ""
    rumour = short and token.lemma in word_list("says", "rumours")
    return (0.45, f"the articles call it a “{token.text}”") if rumour else (0.0, "")


def _only_forbids(reading: Reading, other: Reading, token: Token) -> bool:
    """Tell whether a word of denial forbids what a claim tells as done, and not as allowed."""
    allowed = (may_be_done(reading.parse, frame.predicate) for frame in reading.frames)
    return rules_out(other.parse, token.head) and not any(allowed)


def _is_told_besides(reading: Reading, other: Reading, head: Token, denied: set[int]) -> bool:
    """Tell whether a deed was only not done so far, or is told beside its denial: `sold no house but sold a yard`."""
    parse = other.parse
    alike = [token.i for token in reading.parse.tokens if reading.keys[token.i] == other.keys[head.i]]
    if all(is_denied_so_far(reading.parse, at, parse, head.i) for at in alike):
        return True
    share = _share(reading, _keys(other, denied))
    again = (token.i for token in parse.tokens if other.keys[token.i] == other.keys[head.i] and token.i not in denied)
    return any(denial_of(parse, at) is None and _share(reading, _keys(other, _told_with(other, at))) >= share
               for at in again)  # fmt: skip


def _told_with(other: Reading, at: int) -> list[int]:
    """List the words of a verb and of what it is planned or said by."""
    return [inner for above in (at, *(each.i for each in other.parse.ancestors(at))) for inner in
            (clause(other.parse, above) if other.parse.tokens[above].pos in {"VERB", "AUX"} else [above])]  # fmt: skip


def _has_deed(reading: Reading, other: Reading, inside: Iterable[int]) -> bool:
    """Tell whether some words of a sentence have a claim's main deed, or one like it.

    Who disputes that a raid was a success does not deny that two clash over it.
    """
    frame = main_frame(reading)
    if frame is None:
        return False
    alike = said_by(verb_of(reading.parse, frame))
    return any(other.keys[at] == frame.concept or other.parse.tokens[at].lemma in alike for at in inside)


def _keys(other: Reading, inside: Iterable[int]) -> frozenset[str]:
    """List the content words among some tokens of a sentence."""
    return frozenset(other.keys[at] for at in inside if other.keys[at])


def _share(reading: Reading, keys: frozenset[str]) -> float:
    """Return the share of a claim's content words among some of a sentence's."""
    return len(keys & reading.concepts) / max(1, len(reading.concepts))


def _under(other: Reading, cue: Token) -> set[int]:
    """List the words that a word of denial denies; none where it denies nothing that could be claimed."""
    parse = other.parse
    if is_quarrel(cue) or _refuses(other, cue):
        return set()
    top = cue
    if cue.dep in {"amod", "compound"}:  # a false report that; but a disputed practice, fake news
        top = parse.tokens[cue.head]
        if not kind_of_saying(top.lemma) and top.lemma not in word_list("says", "stories"):
            return set()
    elif cue.pos != "VERB":
        if cue.dep in _BELOW:
            top = parse.tokens[cue.head]
        elif cue.dep not in _OVER:
            return set()
    inside = set(parse.subtree(top.i))
    # Who denies it is not denied; of what is false, and of what was denied, the subject is.
    active = cue.pos == "VERB" and cue.i == top.i
    for child in parse.children[top.i]:
        kid = parse.tokens[child]
        before = active and kid.dep == "prep" and kid.i < cue.i  # after reports of it, he refuted what he was told
        if before or (active and kid.dep in _SUBJECTS) or (kid.dep in _APART and kid.i != cue.i):
            inside -= set(parse.subtree(child))
    return inside


def _refuses(other: Reading, cue: Token) -> bool:
    """Recognise a denial that is a refusal, a dismissal from a post, or of knowing only."""
    kids = [other.parse.tokens[child] for child in other.parse.children[cue.i]]
    under = [kid for kid in kids if kid.dep in {"dobj", "nsubjpass", "xcomp", "pcomp", "dative"}]
    if any(kid.lemma in {"know", "knowledge", "remember", "recall"} for kid in kids):
        return True
    if cue.lemma == "dismiss":
        people = {at for name in other.names if name.kind == "person" for at in range(name.start, name.end)}
        return any(
            kid.lemma in word_list("says", "dismissed") or is_being(kid.lemma) or kid.i in people for kid in under
        )
    return cue.lemma == "deny" and any(kid.lemma in word_list("says", "refused") for kid in under)
