"""A checker and a metric that fail on some clusters, by the clusters' ids alone, for tests of runs and their parts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from harness.checkers.base import Checker, CheckSession, whole_claim
from harness.metrics.base import Findings, Measure, Metric
from harness.records import Cluster, Verdict


class _Session(CheckSession):
    def verdicts(self, cluster: Cluster, texts: Sequence[str]) -> list[list[Verdict]]:
        if cluster.cluster_id.endswith(("3", "6")):
            raise ValueError(f"no verdict on {cluster.cluster_id}")
        return [
            [Verdict(claim=whole_claim(text), label="supported", probability=0.75, checker=self.signature)]
            for text in texts
        ]


class Flaky(Checker):
    """Supports everything, but for clusters whose ids end with 3 or 6."""

    name: ClassVar[str] = "flaky"

    @contextmanager
    def open(self) -> Iterator[CheckSession]:
        """Open a session."""
        yield _Session(self.signature())


class Brittle(Metric):
    """Counts letters, but for clusters whose ids end with 4 or 7."""

    name: ClassVar[str] = "brittle"

    def measures(self) -> tuple[Measure, ...]:
        """List the one measure."""
        return (Measure("letters", "Characters.", unit="characters"),)

    def findings(self, case: Any) -> Findings:
        """Count, or fail."""
        if case.cluster.cluster_id.endswith(("4", "7")):
            raise ValueError(f"no score of {case.cluster.cluster_id}")
        return Findings({"letters": float(len(case.prediction.text))})
