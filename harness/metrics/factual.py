"""Factual consistency: shares of a prediction's claims by their verdicts against the articles."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field, SerializeAsAny

from harness.component import Component, Kind
from harness.metrics.base import Findings, Measure, Metric
from harness.records import Case, Verdict, VerdictLabel

_LABELS: tuple[tuple[str, VerdictLabel, str], ...] = (
    ("supported", "supported", "Share of the claims that the articles support."),
    ("contradicted", "contradicted", "Share of the claims that the articles contradict."),
    ("contested", "contested", "Share of the claims on which independent articles disagree."),
    ("not-found", "not_found", "Share of the claims that no article holds."),
)


class Factual(Metric):
    """Shares of a prediction's claims that the articles support, contradict, contest or do not hold.

    The claims are the parts that the checker judged (sentences and propositions), or the whole text where it has no
    parts. A text on which the checker abstains has no shares but the checker's reason, and counts in
    `factual-abstained`; it is never taken for faithful. The precision of atomic claims follows FActScore (Min et al.,
    2023); `factual-worst` the weakest-link aggregation of SummaC (Laban et al., 2022).
    """

    name: ClassVar[str] = "factual"
    nested: ClassVar[Mapping[str, tuple[Kind, str]]] = {"checker": ("checker", "ensemble")}

    checker: SerializeAsAny[Component] = Field(description="Which checker judges the claims.")

    def wanted_checker(self) -> Component:
        """Name the checker whose verdicts it wants."""
        return self.checker

    def measures(self) -> tuple[Measure, ...]:
        """List four shares that add up to 1, the worst claim, lost attributions, abstentions."""
        shares = [
            Measure(
                f"factual-{name}",
                summary,
                direction="higher" if label == "supported" else "neither" if label == "contested" else "lower",
            )
            for name, label, summary in _LABELS
        ]
        return (
            *shares,
            Measure("factual-worst", "Probability that the least likely claim is faithful."),
            Measure(
                "factual-attribution",
                "Share of predictions that state as fact what a source only claims.",
                direction="lower",
            ),
            Measure("factual-abstained", "Share of predictions that the checker could not judge.", direction="neither"),
        )

    def findings(self, case: Case) -> Findings:
        """Compute shares over the judged claims, or give the checker's reason for none."""
        judged = [verdict for verdict in case.verdicts if verdict.label != "abstained"]
        result = Findings(statistics={"factual-abstained": 0.0 if judged else 1.0})
        if not judged:
            reason = case.verdicts[0].reason if case.verdicts else "no checker was run"
            for measure in self.measures()[:-1]:
                result.unscorable[measure.name] = reason
            return result
        claims = [verdict for verdict in judged if verdict.claim.part != "whole"] or judged
        for name, label, _ in _LABELS:
            result.statistics[f"factual-{name}"] = sum(verdict.label == label for verdict in claims) / len(claims)
        result.statistics["factual-worst"] = min(map(_probability, judged))
        result.statistics["factual-attribution"] = float(any("attribution" in verdict.errors for verdict in judged))
        return result


def _probability(verdict: Verdict) -> float:
    """Read a judged claim's probability, which the record promises to be there."""
    return 1.0 if verdict.probability is None else verdict.probability
