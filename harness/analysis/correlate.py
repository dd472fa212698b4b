"""Correlation of a checker's scores with human ratings, over systems and within documents.

The two levels of the meta-evaluation of summaries (Bhandari et al. 2020; Deutsch, Dror & Roth 2021): `system`
correlates the means of the systems, `summary` averages over documents the correlation among the systems' summaries of
each. Intervals resample documents.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from harness.analysis.metaeval import Correlation, Estimate, estimate
from harness.analysis.resample import draw_counts

Floats = NDArray[np.float64]

FEWEST = 3
"""Systems below which a correlation says nothing."""


def pearson(first: Floats, second: Floats) -> Floats:
    """Compute Pearson's r of each row of two arrays of shape (rows, values); NaN where a side is constant."""
    left = first - first.mean(axis=1, keepdims=True)
    right = second - second.mean(axis=1, keepdims=True)
    scale = np.sqrt(np.square(left).sum(axis=1) * np.square(right).sum(axis=1))
    # A constant row keeps rounding dust; it has no correlation, not a correlation of dust.
    defined = (np.ptp(first, axis=1) > 0) & (np.ptp(second, axis=1) > 0) & (scale > 0)
    coefficients: Floats = np.divide((left * right).sum(axis=1), scale, out=np.full(len(first), np.nan), where=defined)
    clipped: Floats = np.clip(coefficients, -1.0, 1.0)
    return clipped


def ranks(values: Floats) -> Floats:
    """Rank the values from 1 within each row, ties averaged; shape as given."""
    below = (values[:, :, None] > values[:, None, :]).sum(axis=2)
    equal = (values[:, :, None] == values[:, None, :]).sum(axis=2)
    averaged: Floats = below + (equal + 1) / 2
    return averaged


def spearman(first: Floats, second: Floats) -> Floats:
    """Compute Pearson's r of the ranks."""
    return pearson(ranks(first), ranks(second))


def kendall(first: Floats, second: Floats) -> Floats:
    """Compute Kendall's tau-b of each row (Kendall 1945); NaN where a side is constant."""
    left, right = np.triu_indices(first.shape[1], 1)
    one = np.sign(first[:, left] - first[:, right])
    two = np.sign(second[:, left] - second[:, right])
    scale = np.sqrt(np.abs(one).sum(axis=1) * np.abs(two).sum(axis=1))
    coefficients: Floats = np.divide((one * two).sum(axis=1), scale, out=np.full(len(first), np.nan), where=scale > 0)
    return coefficients


_COEFFICIENTS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "pearson": pearson,
    "spearman": spearman,
    "kendall": kendall,
}


def correlations(
    rating: str,
    documents: Sequence[str],
    systems: Sequence[str],
    scores: Floats,
    ratings: Floats,
    *,
    seed: int,
    resamples: int,
) -> list[Correlation]:
    """Correlate `scores` with `ratings`, both of shape (rows,), at both levels; NaN rows are left out."""
    kept = ~(np.isnan(scores) | np.isnan(ratings))
    rows = np.flatnonzero(kept).tolist()
    document_names = list(dict.fromkeys(documents[row] for row in rows))
    system_names = sorted({systems[row] for row in rows})
    if len(system_names) < FEWEST or not document_names:
        return []
    place = {name: at for at, name in enumerate(document_names)}
    column = {name: at for at, name in enumerate(system_names)}
    table = np.full((2, len(place), len(column)), np.nan)
    for row in rows:
        table[:, place[documents[row]], column[systems[row]]] = scores[row], ratings[row]
    counts = np.concatenate(
        [np.ones((1, len(place))), *draw_counts(len(place), resamples=resamples, seed=seed)],
    )
    return [
        _per_system(rating, table, counts),
        _per_summary(rating, table, counts),
    ]


def _per_system(rating: str, table: Floats, counts: Floats) -> Correlation:
    present = (~np.isnan(table[0])).astype(np.float64)
    drawn = counts @ present
    complete = (drawn > 0).all(axis=1)
    means = [counts @ np.nan_to_num(side) / np.where(drawn > 0, drawn, 1.0) for side in table]
    coefficients: dict[str, Estimate | None] = {}
    for name, coefficient in _COEFFICIENTS.items():
        figures = coefficient(means[0], means[1])
        figures[~complete] = np.nan
        coefficients[name] = estimate(figures)
    return Correlation(rating=rating, level="system", units=table.shape[2], **coefficients)


def _per_summary(rating: str, table: Floats, counts: Floats) -> Correlation:
    within: dict[str, Floats] = {name: np.full(table.shape[1], np.nan) for name in _COEFFICIENTS}
    for document in range(table.shape[1]):
        present = ~np.isnan(table[0, document])
        if int(present.sum()) >= FEWEST:
            score, rated = table[:, document, present][:, None, :]
            for name, coefficient in _COEFFICIENTS.items():
                within[name][document] = coefficient(score, rated)[0]
    coefficients = {}
    for name, values in within.items():
        defined = ~np.isnan(values)
        drawn = counts @ defined.astype(np.float64)
        sums = counts @ np.nan_to_num(values)
        figures = np.divide(sums, drawn, out=np.full(len(sums), np.nan), where=drawn > 0)
        coefficients[name] = estimate(figures)
    return Correlation(rating=rating, level="summary", units=int((~np.isnan(within["pearson"])).sum()), **coefficients)
