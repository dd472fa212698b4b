"""From findings on the sentences of a text to verdicts on the text: for checkers that judge sentence by sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.checkers.base import whole_claim
from harness.checkers.weights import OTHERS, whole_probability
from harness.records import Claim, ErrorType, Evidence, Verdict, VerdictLabel
from harness.text import sentence_spans

DIGITS = 6
"""Decimals of a probability."""
_END = re.compile(r"(?<=[a-z]{4})\.(?=\s+[\"“‘']?[A-Z])")
"""A full stop after a small word of four letters or more, which is no abbreviation, before a capital."""
_WORST_FIRST: tuple[VerdictLabel, ...] = ("contradicted", "not_found", "contested", "supported")


@dataclass(frozen=True)
class Judgement:
    """What a checker finds about one sentence of a text."""

    label: VerdictLabel
    probability: float
    reason: str = ""
    errors: tuple[ErrorType, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    supporters: frozenset[str] = field(default_factory=frozenset)
    contradictors: frozenset[str] = field(default_factory=frozenset)
    witnesses: int = 0

    def verdict(self, claim: Claim, signature: str) -> Verdict:
        """The verdict on a claim that says what the sentence says."""
        return Verdict(
            claim=claim,
            label=self.label,
            probability=self.probability,
            reason=self.reason,
            errors=self.errors,
            evidence=self.evidence,
            supporters=tuple(sorted(self.supporters)),
            contradictors=tuple(sorted(self.contradictors)),
            witnesses=self.witnesses,
            checker=signature,
        )


def claim_spans(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of a text; all of it where it has none.

    The splitter now and then leaves two together; they are parted where a small word ends in a full stop and a capital
    follows, so that a sentence is judged by itself whatever is written after it. And it parts a headline inside a
    quoted question (`'Safe?': Mayor asks`); pieces without white space between them are one.
    """
    found: list[tuple[int, int]] = []
    for start, end in sentence_spans(text):
        if found and found[-1][1] == start:
            found[-1] = found[-1][0], end
            continue
        begun = start
        for ending in _END.finditer(text, start, end):
            found.append((begun, ending.end()))
            begun = end - len(text[ending.end() : end].lstrip())
        found.append((begun, end))
    return found or [(0, len(text))]


def verdicts_on(text: str, found: Sequence[Judgement], signature: str, *, others: float = OTHERS) -> list[Verdict]:
    """Verdicts on a whole text and, where it has several, on its sentences, from a judgement on each of its spans.

    The whole is as probable as its worst sentence, times the power `others` of all the rest: no sentence that is added
    can raise it, and texts that share their worst sentence are still told apart. Its label is the worst of its
    sentences' labels, its evidence theirs, and what supports it supports every sentence.
    """
    spans = claim_spans(text)
    if len(spans) != len(found):
        raise ValueError(f"{len(found)} judgements on {len(spans)} sentences")
    worst = min(found, key=lambda judgement: (_WORST_FIRST.index(judgement.label), judgement.probability))
    whole = Judgement(
        label=worst.label,
        probability=round(whole_probability([judgement.probability for judgement in found], others), DIGITS),
        reason=worst.reason,
        errors=tuple(dict.fromkeys(error for judgement in found for error in judgement.errors)),
        evidence=tuple(dict.fromkeys(item for judgement in found for item in judgement.evidence)),
        supporters=frozenset.intersection(*(judgement.supporters for judgement in found)),
        contradictors=frozenset[str]().union(*(judgement.contradictors for judgement in found)),
        witnesses=min(judgement.witnesses for judgement in found),
    )
    verdicts = [whole.verdict(whole_claim(text), signature)]
    if len(spans) > 1:
        verdicts += [
            judgement.verdict(Claim(start=start, end=end, text=text[start:end]), signature)
            for (start, end), judgement in zip(spans, found, strict=True)
        ]
    return verdicts
