"""The base of all metrics: named measures, and for each case an additive statistic or a reason for each of them."""

import math
from abc import abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import ClassVar

from harness.component import Component, Kind
from harness.records import Case, Direction, MetricScore, Unit

_MOST = 1e15
"""The largest number that a record of scores holds."""
_LONGEST_REASON = 2_000
"""Characters of a reason for no number that are kept: it stands in a row of each prediction."""
_ROUNDING = 1e-9
"""How far beside its bounds a share may lie by the rounding of floating point."""


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

    def _make_scores(self, cases: Sequence[Case], findings: Iterable[Findings]) -> list[MetricScore]:
        shares = {measure.name: measure.unit == "share" for measure in self.measures()}
        expected = set(shares)
        rows = []
        for case, finding in zip(cases, findings, strict=True):
            if not isinstance(finding, Findings):
                raise TypeError(f"metric {self.name!r} gave {_shown(finding)}; accepted: Findings")
            given = (
                finding.statistics.keys() | finding.unscorable.keys()
                if finding.unscorable
                else finding.statistics.keys()
            )
            if given != expected:
                raise ValueError(f"metric {self.name!r} promised {sorted(shares)} and gave {sorted(map(str, given))}")
            values = finding.statistics.values()
            if not _are_plain_shares(values):
                for name, value in finding.statistics.items():
                    if (
                        type(value) is not float
                        or not -_MOST <= value <= _MOST
                        or (shares[name] and not 0 <= value <= 1)
                    ):
                        finding.statistics[name] = self._number(name, value, shares[name])
            for name, why in [*finding.unscorable.items()] if finding.unscorable else ():
                if not (isinstance(why, str) and _can_be_written(why)):
                    raise ValueError(
                        f"metric {self.name!r} gave {_shown(why)} as why {name} has no number; accepted: text"
                    )
                if len(why) > _LONGEST_REASON:
                    finding.unscorable[name] = why[:_LONGEST_REASON]
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

    def _number(self, name: str, value: object, is_share: bool) -> float:
        """Read what stands for a number: an int, a number of numpy's, a share a rounding error beside its bounds.

        Raises ValueError for whatever else: text and truth values would be averaged as if they were measured.
        """
        accepted = "a number from 0 to 1, since it is a share" if is_share else "a finite number"
        number = float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan
        bounds = (0.0, 1.0) if is_share else (-_MOST, _MOST)
        if not bounds[0] - _ROUNDING <= number <= bounds[1] + _ROUNDING:
            raise ValueError(f"metric {self.name!r} gave {_shown(value)} for {name}; accepted: {accepted}")
        return min(max(number, bounds[0]), bounds[1]) if is_share else number


def _are_plain_shares(values: Collection[float]) -> bool:
    """Tell quickly whether all are floats from 0 to 1, as those of most metrics are; a nan makes the sum one."""
    return {*map(type, values)} == {float} and min(values) >= 0.0 and max(values) <= 1.0 and sum(values) >= 0.0


def _shown(value: object) -> str:
    """Write a value as a message shows it: short, and whatever its class makes of it."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - what cannot even be shown
        text = "something that cannot be shown"
    return f"{text[:80]} ({type(value).__name__})"


def _can_be_written(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)
