"""Likelihood of a text's sentences under a causal model, with and without evidence: needs torch."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from harness.checkers.aggregate import Judgement, verdicts_on
from harness.checkers.base import CheckSession
from harness.checkers.evidence import EvidenceIndex
from harness.checkers.generative.causal import Causal, open_causal
from harness.checkers.generative.likelihood_parameters import LikelihoodParameters
from harness.checkers.sentences import claim_spans
from harness.ingest.independence import Sources
from harness.records import Cluster, Verdict, VerdictLabel

DIGITS = 6
"""Decimals of a probability: more would depend on what else stands in a batch."""


@contextmanager
def open_session(likelihood: LikelihoodParameters) -> Iterator["LikelihoodSession"]:
    """Open a session for the checker `likelihood`; its weights are freed when the context ends."""
    with open_causal(
        "checker likelihood", likelihood.checkpoint, likelihood.revision, max_tokens=likelihood.max_tokens,
        device=likelihood.device, batch_size=likelihood.batch_size,
    ) as model:  # fmt: skip
        yield LikelihoodSession(likelihood, model)


class LikelihoodSession(CheckSession):
    """Judges each sentence of a text by what reading the evidence does to its likelihood."""

    def __init__(self, likelihood: LikelihoodParameters, model: Causal) -> None:
        super().__init__(likelihood.signature())
        self._likelihood = likelihood
        self._model = model

    def verdicts(self, cluster: Cluster, texts: Sequence[str]) -> list[list[Verdict]]:
        """Judge each text: the whole, and its sentences where it has several."""
        index, sources = EvidenceIndex(cluster), Sources(cluster)
        claims = [[text[start:end] for start, end in claim_spans(text)] for text in texts]
        distinct = list(dict.fromkeys(claim for held in claims for claim in held))
        evidence = {claim: self._evidence(index, claim) for claim in distinct}
        questions = [
            self._model.informed([index.units[at] for at, _ in evidence[claim]], claim) for claim in distinct
        ] + [self._model.alone(claim) for claim in distinct]
        means = [chances.mean for chances in self._model.chances(questions)]
        judged = {
            claim: self._judge(index, evidence[claim], means[at], means[at + len(distinct)])
            for at, claim in enumerate(distinct)
        }
        return [
            verdicts_on(text, [judged[claim] for claim in held], self.signature, sources, others=1.0)
            for text, held in zip(texts, claims, strict=True)
        ]

    def _evidence(self, index: EvidenceIndex, claim: str) -> list[tuple[int, float]]:
        found = index.best(claim, self._likelihood.evidence)
        return found or [(at, 0.0) for at in range(min(self._likelihood.evidence, len(index.units)))]

    def _judge(
        self, index: EvidenceIndex, evidence: Sequence[tuple[int, float]], informed: float, bare: float
    ) -> Judgement:
        probability = round(self._likelihood.probability(informed - bare), DIGITS)
        label: VerdictLabel = "supported" if probability >= self._likelihood.threshold else "not_found"
        nearest = evidence[0][0]
        supporters = index.units[nearest].article_ids if label == "supported" else frozenset[str]()
        return Judgement(
            label=label,
            probability=probability,
            reason=f"the evidence makes it {informed - bare:+.2f} nats a token likelier ({informed:.2f}, {bare:.2f})",
            evidence=tuple(index.units[at].evidence(score) for at, score in evidence[:3]),
            supporters=supporters,
        )
