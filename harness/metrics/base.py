"""The base of all metrics: named measures, and for each case an additive statistic or a reason for each of them."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from harness.component import Component, Kind
from harness.records import Case, Direction, MetricScore, Unit


@dataclass(frozen=True)
class Measure:
    """One number that a metric reports: the mean of its per-cluster statistic over the clusters that have one."""

    name: str
    """Its name in tables and gates, unique in a run: `rouge1-f`."""
    summary: str
    """One line for `harness components`."""
    unit: Unit = "share"
    """`share` lies in [0, 1] and tables print it times 100; the others are printed as they are."""
    direction: Direction = "higher"
    """The better direction; `neither` for what merely describes."""
    shown: bool = True
    """True where a results table shows it unless asked not to."""


@dataclass(slots=True)
class Findings:
    """The statistic of one case for each measure, or the reason why it has none."""

    statistics: dict[str, float] = field(default_factory=dict)
    unscorable: dict[str, str] = field(default_factory=dict)


class Metric(Component):
    """Base of all metrics."""

    kind: ClassVar[Kind] = "metric"

    @abstractmethod
    def measures(self) -> tuple[Measure, ...]:
        """List the measures, in the order of the table's columns; every case has a statistic or a reason for each."""

    @abstractmethod
    def findings(self, case: Case) -> Findings:
        """Find the statistic or the reason for each measure of one case. Looks at nothing but the case."""

    def findings_all(self, cases: Sequence[Case]) -> Sequence[Findings]:
        """Find the same for each case, in order.

        A run asks for a block of cases at once, clusters one after the other. A metric that gains by seeing several
        at once does it here, with numbers equal to the last bit to those of `findings`.
        """
        return [self.findings(case) for case in cases]

    def wanted_checker(self) -> Component | None:
        """Name the checker whose verdicts it wants in its cases, if it wants any."""
        return None

    def packages(self) -> tuple[str, ...]:
        """Name the distributions whose version can change a number; every measure's signature has them."""
        return ()

    def signatures(self, versions: Mapping[str, str]) -> dict[str, str]:
        """Write the signature of each measure's number; `versions` maps each of `packages()` to the installed one."""
        tail = [f"{package}:{versions[package]}" for package in self.packages()]
        head, _, version = self.signature().rpartition("|")
        return {
            measure.name: "|".join([measure.name, *head.split("|")[1:], *tail, version]) for measure in self.measures()
        }

    def score(self, case: Case) -> MetricScore:
        """Score a case, and make sure that each measure has a statistic or a reason.

        Raises ValueError where a measure has both or neither.
        """
        return self._make_scores([case], [self.findings(case)])[0]

    def score_all(self, cases: Sequence[Case]) -> list[MetricScore]:
        """Score each case, in order, by way of `findings_all`."""
        return self._make_scores(cases, self.findings_all(cases))

    def _make_scores(self, cases: Sequence[Case], findings: Sequence[Findings]) -> list[MetricScore]:
        expected = {measure.name for measure in self.measures()}
        rows = []
        for case, finding in zip(cases, findings, strict=True):
            given = (
                finding.statistics.keys() | finding.unscorable.keys()
                if finding.unscorable
                else finding.statistics.keys()
            )
            if given != expected:
                raise ValueError(f"metric {self.name!r} promised {sorted(expected)} and gave {sorted(given)}")
            rows.append(
                MetricScore(
                    cluster_id=case.cluster.cluster_id,
                    configuration=case.prediction.configuration,
                    metric=self.name,
                    statistics=finding.statistics,
                    unscorable=finding.unscorable,
                )
            )
        return rows
