"""Compare all pairs of configurations, measure by measure, over the clusters both were scored on."""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Literal

import numpy as np
from pydantic import Field

from harness.analysis.paired import (
    Outermost,
    SubsetMeans,
    bootstrap_p_values,
    detectable_differences,
    holm,
    holm_levels,
    interval_ends,
    join_outermost,
    outermost_means,
    paired_differences,
    randomisation_intervals,
    randomisation_p_values,
    subset_means,
)
from harness.analysis.resample import LEVEL, RESAMPLES, Floats, or_none, resampled_means
from harness.analysis.summary import as_columns
from harness.disk.large_array import map_rows, row_blocks
from harness.records import Record

Direction = Literal["higher", "lower", "neither"]
"""The direction in which a measure is better; where it is neither, wins and losses mean higher and lower."""

COLUMNS_AT_ONCE = 512
"""Differences tested in one go: 10,000 resamples of as many take 160 MiB. Changes memory and time, never a number."""


class PairComparison(Record):
    """One measure of two configurations, over the clusters on which both have a statistic."""

    measure: str = Field(description="The measure.")
    first: str = Field(description="Configuration whose mean is taken from.")
    second: str = Field(description="Configuration whose mean is taken off.")
    difference: float | None = Field(description="Mean of first − second; none without shared clusters.")
    low: float | None = Field(
        description="Lower end of its randomisation interval, not corrected; none for too few clusters."
    )
    high: float | None = Field(description="Upper end of that interval.")
    low_holm: float | None = Field(description="Lower end of the interval at the level of Holm's test of this pair.")
    high_holm: float | None = Field(description="Upper end of that interval.")
    level_holm: float | None = Field(description="That level: 1 − α / (tests left at its step).")
    p_value: float | None = Field(description="Two-sided approximate randomisation p-value.")
    p_adjusted: float | None = Field(description="The same after Holm's correction over all pairs of this measure.")
    exact: bool = Field(description="True where every sign pattern was looked at instead of a random choice of them.")
    p_bootstrap: float | None = Field(description="Two-sided paired bootstrap p-value, not corrected.")
    wins: int = Field(ge=0, description="Clusters on which first is better.")
    ties: int = Field(ge=0, description="Clusters on which both have the same statistic, but for rounding.")
    losses: int = Field(ge=0, description="Clusters on which second is better.")
    detectable: float | None = Field(
        description="Smallest true difference found with chance 0.8 at the level, Bonferroni-corrected over all pairs."
    )
    both: int = Field(ge=0, description="Clusters with a statistic of both.")
    first_only: int = Field(ge=0, description="Clusters with a statistic of first alone.")
    second_only: int = Field(ge=0, description="Clusters with a statistic of second alone.")
    neither: int = Field(ge=0, description="Clusters with a statistic of neither.")


def compare_and_resample(
    scores: Floats,
    *,
    configurations: Sequence[str],
    measures: Mapping[str, Direction],
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int,
) -> tuple[tuple[PairComparison, ...], Floats]:
    """Compare every pair of configurations on every measure, and resample the mean of each column of scores.

    `scores` has the shape (configurations, clusters, measures), NaN where there is no statistic; clusters stand in one
    order for all. Returns the pairs in the order of `measures`, then of pairs, and the resampled means of
    `as_columns(scores)`, shape (resamples, columns), from the same draws; these have no column where there is nothing
    to compare. Raises ValueError where shape and names disagree.
    """
    names = list(measures)
    table = np.asarray(scores, dtype=np.float64)
    if table.ndim != 3 or table.shape[0] != len(configurations) or table.shape[2] != len(names):
        expected = f"({len(configurations)} configurations, clusters, {len(names)} measures)"
        raise ValueError(f"scores have the shape {table.shape}, not {expected}")
    pairs = list(combinations(range(len(configurations)), 2))
    columns = [(measure, *pair) for measure in range(len(names)) for pair in pairs]
    beside = as_columns(table)
    means = np.empty((resamples, 0))
    comparisons: list[PairComparison] = []
    drafts: list[PairComparison] = []
    tails: list[Outermost] = []
    for start in range(0, len(columns), COLUMNS_AT_ONCE):
        block = columns[start : start + COLUMNS_AT_ONCE]
        differences = _differences(table, block)
        drawn = resampled_means(_side_by_side(beside, differences), resamples=resamples, seed=seed, use_up=True)
        if not start:
            means, drawn = np.hsplit(drawn, [beside.shape[1]])
            beside = beside[:, :0]
        p_bootstrap = bootstrap_p_values(differences, seed=seed, resampled=drawn)
        subsets = subset_means(differences, resamples=resamples, seed=seed)
        drafts += _compare_columns(
            table, block, differences, subsets, p_bootstrap, configurations, measures, len(pairs), level
        )
        tails.append(outermost_means(subsets, 1 - level))
        whole = len(drafts) - len(drafts) % len(pairs)  # families of which every pair is there
        if whole:
            held = join_outermost(tails)
            comparisons += _correct(drafts[:whole], held.columns(0, whole), len(pairs), level)
            drafts, tails = drafts[whole:], [held.columns(whole)]
    return tuple(comparisons), means


def _differences(table: Floats, columns: Sequence[tuple[int, int, int]]) -> Floats:
    """Subtract the second from the first of each pair of configurations on its measure."""
    measure, first, second = (np.array(part) for part in zip(*columns, strict=True))

    def rows_at(rows: slice) -> Floats:
        return paired_differences(table[first, rows, measure].T, table[second, rows, measure].T)

    return map_rows((table.shape[1], len(columns)), rows_at, table)


def _side_by_side(first: Floats, second: Floats) -> Floats:
    shape = (len(second), first.shape[1] + second.shape[1])
    return map_rows(shape, lambda rows: np.hstack([first[rows], second[rows]]), first, second)


def _correct(drafts: Sequence[PairComparison], means: Outermost, pairs: int, level: float) -> list[PairComparison]:
    """Correct whole families of `pairs` comparisons after Holm: the p-value, and the interval that agrees with it."""
    raw = np.array([math.nan if draft.p_value is None else draft.p_value for draft in drafts])
    families = raw.reshape(-1, pairs)
    adjusted = np.concatenate([holm(family) for family in families])
    alphas = np.concatenate([holm_levels(family, 1 - level) for family in families])
    lows, highs = interval_ends(means, np.where(np.isnan(alphas), 0.0, alphas))
    return [
        draft.model_copy(
            update={
                "p_adjusted": or_none(adjusted[at]),
                "low_holm": or_none(lows[at]),
                "high_holm": or_none(highs[at]),
                "level_holm": or_none(1 - alphas[at]),
            }
        )
        for at, draft in enumerate(drafts)
    ]


def _compare_columns(
    table: Floats,
    columns: Sequence[tuple[int, int, int]],
    differences: Floats,
    subsets: SubsetMeans,
    p_bootstrap: Floats,
    configurations: Sequence[str],
    measures: Mapping[str, Direction],
    pairs: int,
    level: float,
) -> list[PairComparison]:
    """Compare pairs of configurations, each on one measure, without Holm's correction."""
    p_values = randomisation_p_values(subsets)
    lows, highs = randomisation_intervals(subsets, 1 - level)
    detectable = detectable_differences(differences, level=level, tests=max(1, pairs))
    count = _count(table, columns, differences)
    names = list(measures)
    comparisons = []
    for column, (which, one, other) in enumerate(columns):
        lower_is_better = measures[names[which]] == "lower"
        both = int(subsets.both[column])
        comparisons.append(
            PairComparison(
                measure=names[which],
                first=configurations[one],
                second=configurations[other],
                difference=or_none(subsets.differences[column]),
                low=or_none(lows[column]),
                high=or_none(highs[column]),
                low_holm=None,
                high_holm=None,
                level_holm=None,
                p_value=or_none(p_values[column]),
                p_adjusted=None,
                exact=bool(subsets.exact[column]),
                p_bootstrap=or_none(p_bootstrap[column]),
                wins=count["below" if lower_is_better else "above"][column],
                ties=both - count["above"][column] - count["below"][column],
                losses=count["above" if lower_is_better else "below"][column],
                detectable=or_none(detectable[column]),
                both=both,
                first_only=count["first_only"][column],
                second_only=count["second_only"][column],
                neither=count["neither"][column],
            )
        )
    return comparisons


def reverse_pair(pair: PairComparison) -> PairComparison:
    """Turn a comparison round: second − first."""
    return pair.model_copy(
        update={
            "first": pair.second,
            "second": pair.first,
            "difference": _negative(pair.difference),
            "low": _negative(pair.high),
            "high": _negative(pair.low),
            "low_holm": _negative(pair.high_holm),
            "high_holm": _negative(pair.low_holm),
            "wins": pair.losses,
            "losses": pair.wins,
            "first_only": pair.second_only,
            "second_only": pair.first_only,
        }
    )


def against(pairs: Iterable[PairComparison], baseline: str) -> tuple[PairComparison, ...]:
    """Select the pairs with `baseline`, turned so that each difference is the other's mean − the baseline's."""
    chosen = (pair for pair in pairs if baseline in (pair.first, pair.second))
    return tuple(reverse_pair(pair) if pair.first == baseline else pair for pair in chosen)


def significantly_better(
    pairs: Iterable[PairComparison], measures: Mapping[str, Direction]
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Map (measure, configuration) to the configurations it beats with a Holm-corrected p of at most 1 − `LEVEL`.

    Measures that are better neither way have no winners.
    """
    beaten: dict[tuple[str, str], tuple[str, ...]] = {}
    for pair in pairs:
        direction = measures[pair.measure]
        if direction == "neither" or pair.p_adjusted is None or not pair.difference:
            continue
        if pair.p_adjusted <= (1 - LEVEL) * (1 + 1e-12):
            first_wins = (pair.difference > 0) == (direction == "higher")
            winner, loser = (pair.first, pair.second) if first_wins else (pair.second, pair.first)
            beaten[pair.measure, winner] = (*beaten.get((pair.measure, winner), ()), loser)
    return beaten


def largest_moves(first: Floats, second: Floats, count: int) -> tuple[int, ...]:
    """List the positions of the `count` clusters that differ most, furthest first, then in order; never of ties."""
    distance = np.abs(paired_differences(first, second))
    distance[~(distance > 0)] = 0.0
    order = np.argsort(-distance, kind="stable")[:count]
    return tuple(int(position) for position in order if distance[position] > 0)


def _count(table: Floats, columns: Sequence[tuple[int, int, int]], differences: Floats) -> dict[str, list[int]]:
    """Count clusters for each column: those above and below the other, and those that not both have a statistic of."""
    measure, first, second = (np.array(part) for part in zip(*columns, strict=True))
    names = ("above", "below", "first_only", "second_only", "neither")
    counts = np.zeros((len(names), len(columns)), dtype=np.int64)
    for rows in row_blocks(*differences.shape, table, differences):
        in_first, in_second = ~np.isnan(table[first, rows, measure].T), ~np.isnan(table[second, rows, measure].T)
        here = differences[rows]
        cells = (here > 0, here < 0, in_first & ~in_second, in_second & ~in_first, ~in_first & ~in_second)
        counts += [each.sum(axis=0) for each in cells]
    return {name: row.tolist() for name, row in zip(names, counts, strict=True)}


def _negative(value: float | None) -> float | None:
    return None if value is None else -value + 0.0
