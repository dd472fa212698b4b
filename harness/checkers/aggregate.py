"""The one place that decides on a whole text, for every checker: its label, probability and evidence.

A checker judges sentences (`Judgement`); what becomes of a text of several sentences, and of the propositions inside
one, is decided here. A text is as bad as its worst sentence, and only articles that support every sentence support it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from harness.checkers.base import whole_claim
from harness.checkers.sentences import claim_spans
from harness.ingest.independence import Sources
from harness.records import Claim, Element, ErrorType, Evidence, Verdict, VerdictLabel, Voice

WORST_FIRST: tuple[VerdictLabel, ...] = ("contradicted", "not_found", "contested", "supported")
OTHERS: Final = 0.3
"""Weight of every sentence but the worst in the log-probability of a whole text; see `whole_probability`."""
BELOW: Final = 0.5 - 1e-6
"""Factor for a probability of .5 and more of a claim that is not supported, which keeps it below .5."""
DIGITS: Final = 6
"""Decimals of a probability."""


@dataclass(frozen=True)
class Judgement:
    """A checker's finding on one sentence of a text."""

    label: VerdictLabel
    probability: float
    reason: str = ""
    errors: tuple[ErrorType, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    supporters: frozenset[str] = field(default_factory=frozenset)
    contradictors: frozenset[str] = field(default_factory=frozenset)
    elements: tuple[Element, ...] = ()
    decided_by: tuple[Voice, ...] = ("model",)

    def verdict(self, claim: Claim, signature: str, sources: Sources) -> Verdict:
        """Make the verdict on a claim that says what the sentence says."""
        return Verdict(
            claim=claim,
            label=self.label,
            probability=round(self.probability, DIGITS),
            reason=self.reason,
            decided_by=self.decided_by,
            errors=self.errors,
            evidence=self.evidence,
            supporters=tuple(sorted(self.supporters)),
            contradictors=tuple(sorted(self.contradictors)),
            witnesses=sources.count(self.supporters),
            checker=signature,
            elements=self.elements,
        )


@dataclass(frozen=True)
class Told:
    """The claims that a sentence of a text makes: the sentence itself, and its propositions."""

    sentence: Claim
    propositions: tuple[Claim, ...] = ()


def placed(label: VerdictLabel, probability: float) -> float:
    """Put a probability on the side of .5 that its label belongs to: only what is supported reaches .5."""
    if label in {"supported", "contested"}:
        return max(0.5, probability)
    return probability * BELOW if probability >= 0.5 else probability


def whole_probability(sentences: Sequence[float], others: float = OTHERS) -> float:
    """Combine sentences into a text's probability: the worst one's, times the power `others` of all the others'.

    Every further sentence can only lower it, so padding never helps, and two texts that share their worst sentence are
    still told apart by the rest.
    """
    # A probability of 0 would drown every other sentence.
    logs = [math.log(max(1e-12, probability)) for probability in sentences]
    worst = min(logs)
    return math.exp(worst + others * (math.fsum(logs) - worst))


def pooled(label: VerdictLabel, probabilities: Sequence[float]) -> float:
    """Combine sentences into the probability of a text with a label, where .5 parts the labels.

    What is above .5 counts from there, so that a text whose sentences are all supported stays above it; a sentence
    that is added can only lower it.
    """
    if label in {"supported", "contested"}:
        return 0.5 + 0.5 * whole_probability([max(0.0, 2.0 * value - 1.0) for value in probabilities])
    return placed(label, whole_probability(probabilities))


def worst_of(found: Sequence[Judgement]) -> Judgement:
    """Find the sentence that decides the label of a text."""
    return min(found, key=lambda judgement: (WORST_FIRST.index(judgement.label), judgement.probability))


def whole_of(found: Sequence[Judgement], probability: float) -> Judgement:
    """Judge a text by its sentences: as bad as the worst, supported by the articles that support every one.

    Its probability is given; no sentence that is added may raise it. Its evidence is its sentences'.
    """
    worst = worst_of(found)
    ordered = sorted(found, key=lambda judgement: WORST_FIRST.index(judgement.label))
    first = worst.evidence if len(found) > 1 else ()
    return replace(
        worst,
        probability=min(probability, *(judgement.probability for judgement in found)),
        errors=tuple(dict.fromkeys(error for judgement in ordered for error in judgement.errors)),
        evidence=tuple(dict.fromkeys((*first, *(item for judgement in found for item in judgement.evidence)))),
        supporters=frozenset.intersection(*(judgement.supporters for judgement in found)),
        contradictors=frozenset[str]().union(*(judgement.contradictors for judgement in found)),
        elements=tuple(element for judgement in found for element in judgement.elements),
        decided_by=tuple(sorted({voice for j in found if j.label == worst.label for voice in j.decided_by})),
    )


def part_of(sentence: Judgement, claim: Claim) -> Judgement:
    """Judge a proposition by the elements inside it; never less probable than the sentence it stands in."""
    inside = tuple(e for e in sentence.elements if claim.start <= e.start and e.end <= claim.end)
    against = next((element for element in inside if element.state == "contradicted"), None)
    # What holds for the sentence holds for its parts; a contradicted part contradicts by itself.
    if sentence.label in {"supported", "contested"} or against is not None:
        return replace(sentence, elements=inside)
    gone = [element for element in inside if element.state == "unaccounted"]
    if gone or not inside or sentence.label == "not_found":
        return replace(sentence, label="not_found", reason=gone[0].reason if gone else sentence.reason, elements=inside,
                       contradictors=frozenset(), decided_by=("account",) if gone else sentence.decided_by,
                       errors=sentence.errors if sentence.label == "not_found" else ("invented",))  # fmt: skip
    articles = frozenset(span.article_id for element in inside for span in element.evidence)
    return replace(
        sentence, label="supported", probability=max(0.5, sentence.probability), reason="the articles say so",
        errors=(), supporters=articles, contradictors=frozenset(), elements=inside, decided_by=("account",),
    )  # fmt: skip


def verdicts_on(
    text: str, found: Sequence[Judgement], signature: str, sources: Sources, *, others: float = OTHERS
) -> list[Verdict]:
    """Return verdicts on a text and, where it has several, on its sentences, from a judgement on each span.

    The whole is as probable as its worst sentence, times the power `others` of all the rest: no sentence that is added
    can raise it, and texts that share their worst sentence are still told apart. Its label is the worst of its
    sentences' labels, its evidence theirs, and what supports it supports every sentence.
    """
    spans = claim_spans(text)
    if len(spans) != len(found):
        raise ValueError(f"{len(found)} judgements on {len(spans)} sentences")
    told = [Told(Claim(start=start, end=end, text=text[start:end])) for start, end in spans]
    together = whole_probability([judgement.probability for judgement in found], others)
    whole = whole_of(found, together).verdict(whole_claim(text), signature, sources)
    return [whole, *_parts(found, told, signature, sources)]


def verdicts_in_detail(
    text: str, found: Sequence[Judgement], told: Sequence[Told], signature: str, sources: Sources
) -> list[Verdict]:
    """Return verdicts on a text, its sentences where it has several, and their propositions.

    `told` are the claims of each sentence. As `verdicts_on`, but for judgements whose probabilities lie on the side of
    .5 that their labels belong to; so does the whole text's. A text of one sentence is that sentence's claim.
    """
    together = pooled(worst_of(found).label, [judgement.probability for judgement in found])
    whole = whole_claim(text)
    if len(found) == 1:
        span = {"start": 0, "end": len(text), "text": text, "part": "whole"}
        whole = told[0].sentence.model_copy(update=span)
    return [whole_of(found, together).verdict(whole, signature, sources), *_parts(found, told, signature, sources)]


def _parts(found: Sequence[Judgement], told: Sequence[Told], signature: str, sources: Sources) -> list[Verdict]:
    """List the verdicts on each sentence, where there are several, and on its propositions."""
    parts = []
    for judgement, claims in zip(found, told, strict=True):
        if len(found) > 1:
            parts.append(judgement.verdict(claims.sentence, signature, sources))
        parts += [part_of(judgement, claim).verdict(claim, signature, sources) for claim in claims.propositions]
    return parts
