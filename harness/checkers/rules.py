"""The checker without weights of its own but a parser's: claims, alignment, then support and contradiction apart."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from harness.checkers.base import Checker, CheckSession
from harness.checkers.conflicts import Alignment, align, conflict_features
from harness.checkers.features import support_features
from harness.checkers.judgement import Finding, judge
from harness.checkers.reading import ClusterReading
from harness.checkers.weights import load_weights, weights_digest, whole_probability
from harness.checkers.whole import claim_spans
from harness.claims.extract import frame_span, proposition_claims, propositions, sentence_claim
from harness.claims.language import why_not_english
from harness.claims.parse import Parser, installed_model
from harness.claims.reading import Reading, read
from harness.errors import MissingExtraError, Problem
from harness.records import Claim, Cluster, ErrorType, Evidence, Verdict, VerdictLabel

_KEPT = 8
"""Clusters whose reading a session keeps."""
_SEVERITY: tuple[VerdictLabel, ...] = ("contradicted", "not_found", "contested", "supported")


class Rules(Checker):
    """Aligns claims with what the articles say: figures, names, roles, negation, time, place and who says it."""

    name: ClassVar[str] = "rules"
    version: ClassVar[int] = 4
    splits: ClassVar[bool] = True

    genre: Literal["headline", "summary"] = Field(
        default="headline", description="What is checked: sets the prior and the threshold, not the order of scores."
    )

    @contextmanager
    def open(self) -> Iterator["RulesSession"]:
        """A session with the parser loaded. Raises MissingExtraError where spaCy or its English parser is missing."""
        yield RulesSession(self.signature(), Parser(), self.genre)

    def identity(self) -> Mapping[str, str]:
        """The parser's package and version, and the digest of the weights."""
        from importlib.metadata import version

        model = installed_model()
        return {"parser": f"{model} {version(model)}", "weights": weights_digest("rules")}

    def problems(self) -> Iterator[Problem]:
        """A missing parser."""
        try:
            installed_model()
        except MissingExtraError as error:
            yield Problem(str(error))


@dataclass(frozen=True)
class Examined:
    """One sentence of a text beside the articles, before it is judged."""

    offset: int
    """Where it starts in the text."""
    reading: Reading
    alignment: Alignment
    features: dict[str, float]


class RulesSession(CheckSession):
    """An opened `rules` checker."""

    def __init__(self, signature: str, parser: Parser, genre: str) -> None:
        super().__init__(signature)
        self._genre = genre
        self._parser = parser
        self._clusters: OrderedDict[str, ClusterReading] = OrderedDict()

    def why_abstain(self, cluster: Cluster, text: str) -> str:
        """Besides emptiness: the rules read English only."""
        return super().why_abstain(cluster, text) or why_not_english(text)

    def reading_of(self, cluster: Cluster) -> ClusterReading:
        """The article side of a cluster, read once."""
        key = cluster.without_references().digest
        if key not in self._clusters:
            self._clusters[key] = ClusterReading(cluster, self._parser)
            while len(self._clusters) > _KEPT:
                self._clusters.popitem(last=False)
        self._clusters.move_to_end(key)
        return self._clusters[key]

    def readings(self, cluster: Cluster, texts: Sequence[str]) -> list[list[tuple[int, Reading]]]:
        """For each text its sentences, as offset and reading; headline capitals are undone first.

        A final full stop is left out: it says nothing, and a headline shall not read otherwise for what follows it.
        """
        casing = self.reading_of(cluster).casing
        spans = [claim_spans(text) for text in texts]
        pieces = [
            [casing.undo(text[a:b]).removesuffix(".") for a, b in found]
            for text, found in zip(texts, spans, strict=True)
        ]
        parses = iter(self._parser.parse([piece for found in pieces for piece in found]))
        return [[(start, read(next(parses))) for start, _ in found] for found in spans]

    def examined(self, cluster: Cluster, texts: Sequence[str]) -> list[list[Examined]]:
        """For each text what its sentences say, how they align with the articles, and their features."""
        reading = self.reading_of(cluster)
        found = []
        for sentences in self.readings(cluster, texts):
            before: list[Reading] = []
            looked_at = []
            for offset, sentence in sentences:
                alignment = align(reading, sentence)
                features = sentence_features(reading, sentence, alignment, before)
                looked_at.append(Examined(offset, sentence, alignment, features))
                before.append(sentence)
            found.append(looked_at)
        return found

    def features(self, cluster: Cluster, texts: Sequence[str]) -> list[list[dict[str, float]]]:
        """For each text the features of each of its sentences: what the weights are fitted on."""
        return [[one.features for one in sentences] for sentences in self.examined(cluster, texts)]

    def verdicts(self, cluster: Cluster, texts: Sequence[str]) -> list[list[Verdict]]:
        """Verdicts on each text: the whole, its sentences, their propositions."""
        return [
            self.verdicts_on(cluster, text, sentences)
            for text, sentences in zip(texts, self.examined(cluster, texts), strict=True)
        ]

    def verdicts_on(self, cluster: Cluster, text: str, sentences: Sequence[Examined]) -> list[Verdict]:
        """Verdicts on one text whose sentences were examined."""
        return self._verdicts(self.reading_of(cluster), text, sentences)

    def _verdicts(self, cluster: ClusterReading, text: str, sentences: Sequence[Examined]) -> list[Verdict]:
        parts: list[Verdict] = []
        findings: list[Finding] = []
        weights = load_weights("rules")
        for examined in sentences:
            offset, reading, alignment = examined.offset, examined.reading, examined.alignment
            probability = weights.probability(examined.features, self._genre)
            finding = judge(cluster, reading, probability, alignment, weights.threshold[self._genre])
            findings.append(finding)
            if len(sentences) > 1:
                parts.append(self._verdict(cluster, sentence_claim(text, offset, reading), finding))
            parts.extend(self._propositions(cluster, text, offset, reading, alignment, finding))
        claim = sentence_claim(text, sentences[0].offset, sentences[0].reading) if len(sentences) == 1 else None
        return [self._whole(cluster, text, findings, claim), *parts]

    def _whole(self, cluster: ClusterReading, text: str, findings: list[Finding], claim: Claim | None) -> Verdict:
        """The verdict on a text: as bad as its worst sentence, supported by those who support every sentence."""
        worst = min(findings, key=lambda finding: (_SEVERITY.index(finding.label), finding.probability))
        evidence = {(e.article_id, e.title, e.start): e for e in worst.evidence}
        for finding in findings:
            for found in finding.evidence[:2]:
                evidence.setdefault((found.article_id, found.title, found.start), found)
        supporters = frozenset.intersection(*(finding.supporters for finding in findings))
        contradictors = frozenset().union(*(finding.contradictors for finding in findings))
        errors: dict[ErrorType, None] = {}
        for finding in sorted(findings, key=lambda finding: _SEVERITY.index(finding.label)):
            errors.update(dict.fromkeys(finding.errors))
        span = {"start": 0, "end": len(text), "text": text, "part": "whole"}
        whole = claim.model_copy(update=span) if claim else Claim(start=0, end=len(text), text=text, part="whole")
        return Verdict(
            claim=whole,
            label=worst.label,
            probability=round(whole_probability([finding.probability for finding in findings]), 6),
            reason=worst.reason,
            errors=tuple(errors),
            evidence=tuple(evidence.values()),
            supporters=tuple(sorted(supporters)),
            contradictors=tuple(sorted(contradictors)),
            witnesses=cluster.witnesses(supporters),
            checker=self.signature,
        )

    def _verdict(self, cluster: ClusterReading, claim: Claim, finding: Finding) -> Verdict:
        return Verdict(
            claim=claim,
            label=finding.label,
            probability=round(finding.probability, 6),
            reason=finding.reason,
            errors=finding.errors,
            evidence=finding.evidence,
            supporters=tuple(sorted(finding.supporters)),
            contradictors=tuple(sorted(finding.contradictors)),
            witnesses=cluster.witnesses(finding.supporters),
            checker=self.signature,
        )

    def _propositions(
        self, cluster: ClusterReading, text: str, offset: int, reading: Reading, alignment: Alignment, finding: Finding
    ) -> list[Verdict]:
        """Verdicts on the propositions of a sentence. A part is never less probable than the sentence it stands in."""
        spans = {frame_span(reading, frame): frame for frame in reversed(propositions(reading))}
        found = []
        for claim in proposition_claims(text, offset, reading):
            start, end = claim.start - offset, claim.end - offset
            frame = spans[start, end]
            conflicts = [c for c in finding.conflicts if start <= c.span[0] and c.span[1] <= end]
            marked = any((start <= left and right <= end) or (left, right) == (0, len(reading.parse.text))
                         for left, right in finding.spans)  # fmt: skip
            backed = {
                pair.unit for pair in alignment.pairs if pair.claim is frame and pair.unit in alignment.support_units
            }
            if conflicts or (marked and finding.label != "supported"):
                part = finding
            elif backed:
                part = Finding(
                    "supported", max(finding.probability, 1 - (1 - finding.probability) / 2), "the articles say so", (),
                    _evidence(cluster, sorted(backed)), frozenset(a for u in backed for a in cluster.articles_of(u)),
                    frozenset(),
                )  # fmt: skip
            elif finding.label in {"supported", "contested", "not_found"}:
                label: VerdictLabel = "not_found" if finding.label == "not_found" else "supported"
                part = Finding(
                    label, finding.probability, finding.reason, finding.errors, finding.evidence,
                    finding.supporters, frozenset(),
                )  # fmt: skip
            else:
                part = Finding(
                    "not_found", finding.probability, "no article says so in these words", ("invented",),
                    finding.evidence, frozenset(), frozenset(),
                )  # fmt: skip
            found.append(self._verdict(cluster, claim, part))
        return found


def _evidence(cluster: ClusterReading, units: list[int]) -> tuple[Evidence, ...]:
    return tuple(cluster.units[unit].evidence() for unit in units[:5])


def sentence_features(
    cluster: ClusterReading, reading: Reading, alignment: Alignment, before: Sequence[Reading] = ()
) -> dict[str, float]:
    """All features of one sentence, support and conflict; `before` are the sentences before it."""
    return {**support_features(cluster, reading, before), **conflict_features(reading, alignment)}
