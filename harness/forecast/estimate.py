"""Numbers with intervals: means over repeated blocks by Student's t, their sums and multiples."""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

_T = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131)
"""97.5 % quantiles of Student's t for 1, 2, … degrees of freedom (R 4.3, `qt(0.975, 1:15)`)."""
_T_BEYOND = ((20, 2.131), (30, 2.086), (60, 2.042), (120, 2.0))
"""Degrees of freedom below which the quantile is the one given, a little wide; 1.98 beyond."""
ONE_BLOCK = 0.5
"""Half an interval, as a share, where one block alone was measured: nothing is known of the spread."""


@dataclass(frozen=True)
class Estimate:
    """A number with the ends of its 95 % interval."""

    value: float
    low: float
    high: float

    def times(self, factor: float) -> "Estimate":
        """Multiply by a number that is known and not negative."""
        return Estimate(self.value * factor, self.low * factor, self.high * factor)

    def plus(self, number: float) -> "Estimate":
        """Add a number that is known."""
        return Estimate(self.value + number, self.low + number, self.high + number)

    def widened(self, low: float, high: float) -> "Estimate":
        """Multiply the ends, where another factor is known only between two bounds around 1."""
        return Estimate(self.value, self.low * low, self.high * high)


NOTHING = Estimate(0.0, 0.0, 0.0)


def exactly(number: float) -> Estimate:
    """Make an estimate of a number that is known."""
    return Estimate(number, number, number)


def mean_of(blocks: Sequence[float]) -> Estimate:
    """Estimate the mean from what repeated blocks gave; the low end is never below 0."""
    if not blocks:
        return NOTHING
    mean = fmean(blocks)
    half = ONE_BLOCK * mean if len(blocks) == 1 else _t(len(blocks) - 1) * stdev(blocks) / math.sqrt(len(blocks))
    return Estimate(mean, max(0.0, mean - half), mean + half)


def total_of(parts: Iterable[Estimate]) -> Estimate:
    """Add estimates that err independently of one another: their half intervals add as squares do."""
    known = list(parts)
    value = math.fsum(part.value for part in known)
    below = math.sqrt(math.fsum((part.value - part.low) ** 2 for part in known))
    above = math.sqrt(math.fsum((part.high - part.value) ** 2 for part in known))
    return Estimate(value, max(0.0, value - below), value + above)


def _t(freedom: int) -> float:
    if freedom <= len(_T):
        return _T[freedom - 1]
    return next((quantile for below, quantile in _T_BEYOND if freedom < below), 1.98)


def block_means(values: Sequence[float], most: int = 10) -> list[float]:
    """Part values into at most `most` blocks of nearly equal length, in order; return the mean of each."""
    count = min(most, len(values))
    edges = [len(values) * at // count for at in range(count + 1)] if count else []
    return [fmean(values[first:last]) for first, last in itertools.pairwise(edges)]
