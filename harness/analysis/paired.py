"""Paired tests over clusters that two configurations were both scored on.

*Approximate randomisation* (Noreen 1989; Riezler & Maxwell 2005): if two configurations are equally good, it is chance
which of them got which score of a cluster, so the sign of each cluster's difference may be flipped. The p-value is the
share of sign patterns whose sum is at least as far from zero as the observed one, (1 + c) / (1 + R) over R random
patterns, exact over all patterns where there are few clusters.

The *interval* of the mean difference holds each shift that the same test, with the same patterns, would not reject
after it is taken off every difference. Flipping the clusters of a set A makes the shifted sum larger than or equal to
the observed one exactly where the mean difference over A is at most the shift, so the ends are order statistics of the
means over random subsets (the "typical values" of Hartigan 1969). The interval leaves out zero exactly where p ≤ 1 −
level, and holds its level at 20 clusters, where the percentile bootstrap does not (docs/statistics.md).

*Paired bootstrap* (Koehn 2004, two-sided with the shift of Noreen 1989): the share of resamples whose difference lies
at least as far from the observed difference as zero does.

Sums are exact (see `resample`) and draws depend on the seed and the number of clusters alone: equal seeds give equal
bytes, whatever else is compared in the same call, in one process or several.
"""

import math
from collections.abc import Iterator, Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from harness.analysis.resample import (
    CHUNK_CELLS,
    LEVEL,
    RESAMPLES,
    Bools,
    Counts,
    Floats,
    as_table,
    cells_at_once,
    count_values,
    distinct_columns,
    exact_means,
    make_ahead,
    products,
    resampled_means,
    take_columns,
    whole_numbers,
)
from harness.disk.large_array import map_rows, row_blocks

Ints = NDArray[np.int64]

POWER = 0.8
"""Power at which the smallest detectable difference is stated."""
SAME = 1e-12
"""Scores closer than this share of the larger one are the same score: 0.1 + 0.2 and 0.3 tie."""
TIE = 2.0**-32
"""Sums closer than this share of the sum of absolute differences tie; a tie counts against significance."""


def paired_differences(first: Floats, second: Floats) -> Floats:
    """Subtract `second` from `first`: NaN where either is, and zero where they differ by rounding alone."""
    if np.isinf(first).any() or np.isinf(second).any():
        raise ValueError("scores are finite or NaN, never infinite")
    difference: Floats = np.subtract(first, second, dtype=np.float64)
    nearly = np.abs(difference) <= SAME * np.maximum(np.abs(first), np.abs(second))
    return np.where(nearly, 0.0, difference)


class SubsetMeans(NamedTuple):
    """Mean differences over subsets of the clusters and over their complements, for test and interval.

    A subset is the set of clusters whose sign one pattern flips.
    """

    differences: Floats
    """Observed mean difference of each column; NaN without clusters."""
    both: Ints
    """Clusters that have a difference, for each column."""
    patterns: Ints
    """Sign patterns other than the observed one, R, for each column; a pattern and its negative are one."""
    exact: Bools
    """True where those are all patterns there are."""
    subsets: Floats
    """Means over subsets, shape (2 × most patterns, columns), each column sorted; NaN, for no mean, comes last."""
    empty: Ints
    """Patterns that flipped no cluster or all of them, for each column."""


def subset_means(
    differences: Floats,
    *,
    resamples: int = RESAMPLES,
    seed: int,
    chunk_cells: int = CHUNK_CELLS,
) -> SubsetMeans:
    """Compute mean differences over `resamples` random subsets and their complements, for each column.

    Where all subsets are no more than that (up to 14 clusters for 10,000), each is taken once instead of drawing.
    """
    if resamples < 1:
        raise ValueError(f"at least one resample is needed, not {resamples}")
    table = as_table(differences)
    clusters, columns = table.shape
    both = count_values(table)
    filled = map_rows(table.shape, lambda rows: np.where(np.isnan(table[rows]), 0.0, table[rows]), table)
    whole, unit = whole_numbers(filled, clusters)
    sums, distances = _sums(whole)
    tie = both + distances * TIE  # rounding to whole numbers, and of the scores themselves
    exact = np.ldexp(0.5, np.minimum(both, 64)) <= resamples
    patterns = np.where(exact, 2 ** np.minimum(np.maximum(both - 1, 0), 62) - 1, resamples)
    subsets = np.full((2 * int(patterns.max(initial=0)), columns), np.nan)
    cells = cells_at_once(whole, chunk_cells)
    for group in _groups(table, whole, exact, resamples=resamples, seed=seed, chunk_cells=cells):
        sizes, here = both[group.columns], sums[group.columns]
        done = 0
        for half in make_ahead(group.halves):
            inside, drawn = products(half, group.members, group.present)
            drawn = drawn[:, group.pattern_of_column]
            for part, size in ((inside, drawn), (here - inside, sizes - drawn)):
                rows = slice(done, done + len(half))
                part[np.abs(part) <= tie[group.columns] / 2] = 0.0
                mean = np.divide(part, size, out=np.full(part.shape, np.nan), where=size > 0)
                subsets[rows, group.columns] = mean * unit[group.columns]
                done = rows.stop
    subsets.sort(axis=0)
    empty = 2 * patterns - (~np.isnan(subsets)).sum(axis=0)
    observed = np.where(np.abs(sums) <= tie, 0.0, exact_means(table))
    return SubsetMeans(np.where(both > 0, observed, np.nan), both, patterns, exact, subsets, empty)


def randomisation_p_values(sampled: SubsetMeans) -> Floats:
    """Compute two-sided p-values, (1 + c) / (1 + R); NaN without clusters, 1 where the difference is zero.

    Flipping a set reaches the observed distance from zero exactly where the mean over the set or over its complement
    is zero or has the other sign. Where the interest is in one direction alone, half of it is an exact p-value too.
    """
    with np.errstate(invalid="ignore"):
        reached = np.where(sampled.differences > 0, sampled.subsets <= 0, sampled.subsets >= 0).sum(axis=0)
    values: Floats = (1 + reached + sampled.empty) / (1 + sampled.patterns)
    values = np.where(sampled.differences == 0, 1.0, values)
    return np.where(sampled.both > 0, values, np.nan)


class Outermost(NamedTuple):
    """Outermost subset means of each column: all that an interval of at most some `alpha` is read from."""

    lows: Floats
    """Smallest means, ascending, shape (ranks, columns)."""
    highs: Floats
    """Largest means, descending."""
    differences: Floats
    patterns: Ints
    empty: Ints
    """As in `SubsetMeans`."""

    def columns(self, first: int, last: int | None = None) -> "Outermost":
        """Keep the columns from `first` up to `last`."""
        here = slice(first, last)
        ends = (self.lows[:, here].copy(), self.highs[:, here].copy())
        return Outermost(*ends, self.differences[here], self.patterns[here], self.empty[here])


def outermost_means(sampled: SubsetMeans, alpha: float) -> Outermost:
    """Keep the means that intervals up to `alpha` can end at: a twentieth of all of them for 95 %."""
    ranks = max(1, int(_ranks(alpha, sampled.patterns).max(initial=0)))
    present = 2 * sampled.patterns - sampled.empty
    from_above = present - 1 - np.arange(ranks)[:, None]
    if not len(sampled.subsets):
        none = np.full((ranks, len(present)), np.nan)
        return Outermost(none, none, sampled.differences, sampled.patterns, sampled.empty)
    highs = np.take_along_axis(sampled.subsets, np.maximum(from_above, 0), axis=0)
    return Outermost(sampled.subsets[:ranks].copy(), highs, sampled.differences, sampled.patterns, sampled.empty)


def join_outermost(parts: Sequence[Outermost]) -> Outermost:
    """Put the columns of several parts side by side."""
    ranks = max(len(part.lows) for part in parts)

    def beside(name: str) -> Floats:
        padded = [np.full((ranks, getattr(part, name).shape[1]), np.nan) for part in parts]
        for whole, part in zip(padded, parts, strict=True):
            whole[: len(part.lows)] = getattr(part, name)
        return np.hstack(padded)

    return Outermost(
        beside("lows"),
        beside("highs"),
        np.concatenate([part.differences for part in parts]),
        np.concatenate([part.patterns for part in parts]),
        np.concatenate([part.empty for part in parts]),
    )


def interval_ends(means: Outermost, alpha: float | Floats) -> tuple[Floats, Floats]:
    """Find the ends of each column's interval: the outermost shifts whose p-value is above `alpha`.

    `alpha` is one minus the level, one for all columns or one each, none above that of `outermost_means`. NaN at both
    ends where there are so few clusters that no shift can be rejected: below 6 for 95 %.
    """
    rank = _ranks(alpha, means.patterns) - means.empty
    lows = np.full(len(means.patterns), np.nan)
    highs = lows.copy()
    ended = np.flatnonzero(rank >= 1)
    lows[ended] = np.minimum(means.lows[rank[ended] - 1, ended], means.differences[ended])
    highs[ended] = np.maximum(means.highs[rank[ended] - 1, ended], means.differences[ended])
    return lows, highs


def randomisation_intervals(sampled: SubsetMeans, alpha: float | Floats) -> tuple[Floats, Floats]:
    """Find the ends of each column's interval as `interval_ends` does, from all subset means."""
    return interval_ends(outermost_means(sampled, float(np.max(alpha, initial=0.0))), alpha)


def _ranks(alpha: float | Floats, patterns: Ints) -> Ints:
    """Count the shifts beyond each end of an interval, those of empty subsets among them."""
    ranks: Ints = np.floor(np.asarray(alpha) * (1 + patterns) * (1 + SAME)).astype(np.int64)
    return ranks


def bootstrap_p_values(
    differences: Floats,
    *,
    resamples: int = RESAMPLES,
    seed: int,
    resampled: Floats | None = None,
) -> Floats:
    """Compute paired bootstrap p-values of (clusters, columns), two-sided: (1 + #{|d* − d| ≥ |d|}) / (1 + R).

    sacreBLEU counts |d*| − mean |d*| > |d| instead, one tail of the two, so its p-values are about half as large.
    NaN where fewer than two clusters have a difference; resamples without any are left out of R. `resampled` is what
    `resampled_means` found for the same differences and seed, where that is known already.
    """
    table = as_table(differences)
    observed = exact_means(table)
    if resampled is None:
        resampled = resampled_means(table, resamples=resamples, seed=seed)
    reach = np.abs(observed) * (1 - TIE)
    with np.errstate(invalid="ignore"):
        reached = (np.abs(resampled - observed) >= reach).sum(axis=0)
    values: Floats = (1 + reached) / (1 + (~np.isnan(resampled)).sum(axis=0))
    return np.where(count_values(table) > 1, values, np.nan)


def holm(p_values: Sequence[float] | Floats) -> Floats:
    """Adjust p-values by Holm's step-down procedure (1979): rejecting at α then errs anywhere with chance ≤ α.

    In ascending order the i-th of m is multiplied by m − i + 1, made no smaller than the one before, and capped at 1.
    NaN stays NaN and does not count among the m.
    """
    raw = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(raw.shape, np.nan)
    known = np.flatnonzero(~np.isnan(raw))
    order = known[np.argsort(raw[known], kind="stable")]
    steps = raw[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def holm_levels(p_values: Floats, alpha: float) -> Floats:
    """Compute the level that Holm's procedure compares each p-value with; NaN for NaN.

    The i-th smallest of m is compared with α / (m − i + 1) until one is larger; those after it share its level. So a
    p-value is at most its level exactly where its adjusted one is at most α, and an interval at one minus that level
    leaves out zero exactly there.
    """
    levels = np.full(p_values.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    for step, column in enumerate(order):
        levels[order[step:]] = alpha / (len(order) - step)
        if p_values[column] > levels[column] * (1 + SAME):
            break
    return levels


def standard_deviations(differences: Floats) -> Floats:
    """Compute the standard deviation (n − 1) of each column over its values; NaN below two of them."""
    table = as_table(differences)
    means, size = exact_means(table), count_values(table)
    square = map_rows(table.shape, lambda rows: np.square(table[rows] - means), table)
    enough = np.where(size > 1, size, np.nan)
    deviations: Floats = np.sqrt(exact_means(square) * size / (enough - 1))
    return deviations


def detectable_differences(differences: Floats, *, level: float = LEVEL, tests: int = 1) -> Floats:
    """Compute the smallest true mean difference that clusters spread like these show with chance `POWER`.

    (z(1 − α/2) + z(POWER)) · s / √n with α = (1 − level) / tests, s the standard deviation of the paired differences
    and z the normal quantile. NaN where s is unknown or zero: data without any spread cannot say.
    """
    table = as_table(differences)
    normal = NormalDist()
    reach = normal.inv_cdf(1 - (1 - level) / tests / 2) + normal.inv_cdf(POWER)
    spread = standard_deviations(table)
    size = count_values(table)
    return np.where(spread > 0, reach * spread / np.sqrt(np.maximum(size, 1)), np.nan)


def _sums(whole: Floats) -> tuple[Floats, Floats]:
    """Add up each column of whole numbers, and their magnitudes; exact in any order."""
    sums, distances = np.zeros(whole.shape[1]), np.zeros(whole.shape[1])
    for rows in row_blocks(*whole.shape, whole):
        sums += whole[rows].sum(axis=0)
        distances += np.abs(whole[rows]).sum(axis=0)
    return sums, distances


class _Group(NamedTuple):
    """Columns that share their subsets of the clusters."""

    columns: NDArray[np.intp]
    halves: Iterator[Counts | Floats]
    """The subsets as rows of 0 and 1."""
    members: Floats
    """The columns' whole numbers, over the clusters that the subsets are of."""
    present: Floats
    """Which of these clusters have a value, in each of the patterns there are."""
    pattern_of_column: NDArray[np.intp]


def _groups(
    table: Floats, whole: Floats, exact: Bools, *, resamples: int, seed: int, chunk_cells: int
) -> Iterator[_Group]:
    """Group the columns that share their subsets: those that are drawn, and others by the few clusters they have."""
    drawn = np.flatnonzero(~exact)
    if drawn.size:
        halves = draw_halves(len(table), resamples=resamples, seed=seed, chunk_cells=chunk_cells)
        yield _Group(drawn, halves, take_columns(whole, drawn), *distinct_columns(take_columns(table, drawn)))
    few = np.flatnonzero(exact)
    if few.size:
        present, which = distinct_columns(take_columns(table, few))
        for pattern in range(present.shape[1]):
            group = few[which == pattern]
            places = np.flatnonzero(present[:, pattern])
            members, alike = whole[places][:, group], np.zeros(len(group), dtype=np.intp)
            yield _Group(group, all_halves(len(places)), members, np.ones((len(places), 1)), alike)


def draw_halves(clusters: int, *, resamples: int, seed: int, chunk_cells: int = CHUNK_CELLS) -> Iterator[Counts]:
    """Draw subsets, each cluster in with chance ½, as rows of 0 and 1 in chunks of shape (some resamples, clusters).

    Row r is the same whatever the chunk size: each takes a whole number of 64-bit words off the generator's stream.
    """
    generator = np.random.default_rng(seed)
    words = math.ceil(clusters / 64)
    at_once = max(1, chunk_cells // max(1, clusters))
    for start in range(0, resamples, at_once):
        rows = min(at_once, resamples - start)
        raw = generator.integers(0, 2**64 - 1, size=(rows, words), dtype=np.uint64, endpoint=True)
        octets = raw.astype("<u8", copy=False).view(np.uint8)
        yield np.unpackbits(octets, axis=1, count=clusters, bitorder="little")


def all_halves(clusters: int) -> Iterator[Floats]:
    """Yield every subset of a few clusters but the empty one and those with the first cluster, in one chunk."""
    others = max(0, clusters - 1)
    numbers = np.arange(1, 2**others, dtype=np.int64)
    halves = np.zeros((len(numbers), clusters))
    halves[:, 1:] = (numbers[:, None] >> np.arange(others)) & 1
    yield halves
