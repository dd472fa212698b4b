"""Measure how well a checker's probabilities agree with human labels. Statistics on arrays; nothing is read here.

Rows that share a source are one unit: intervals are percentile bootstraps over documents (Efron & Tibshirani 1993,
chapter 13), never over rows, since summaries of one article are right or wrong together. Every statistic takes
`weights` of shape (resamples, rows), how often each row counts, so that a figure and its interval share one code path.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat

from harness.analysis.resample import LEVEL, draw_counts, percentile_interval
from harness.records import Record

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

RESAMPLES = 1_000
"""Resamples of an interval unless the caller asks for another number."""
BINS = 10
"""Equal-mass bins of the calibration error."""
FEWEST_OF_A_TYPE = 5
"""Unfaithful rows below which an error type gets no row of its own."""


class Estimate(Record):
    """A figure with its interval."""

    value: FiniteFloat = Field(description="The figure on all rows.")
    low: FiniteFloat | None = Field(default=None, description="Lower end; none where resamples leave it undefined.")
    high: FiniteFloat | None = Field(default=None, description="Upper end.")


class TypeAgreement(Record):
    """Agreement on the rows with one kind of error, told from the faithful rows."""

    error_type: str = Field(description="The kind, as the data names it.")
    rows: int = Field(ge=1, description="Unfaithful rows with it that were scored.")
    auc: Estimate | None = Field(description="ROC-AUC against all faithful rows.")
    caught: Estimate | None = Field(description="Share of them that the checker's own labels flag.")
    consistency: Estimate | None = Field(default=None, description="Share of its pairs ranked rightly.")


class Correlation(Record):
    """Correlation of a checker's scores with one human rating."""

    rating: str = Field(description="The rating.")
    level: str = Field(description="`system`: over means of systems; `summary`: mean over documents of within each.")
    pearson: Estimate | None = Field(description="Pearson's r.")
    spearman: Estimate | None = Field(description="Spearman's rho, ties averaged.")
    kendall: Estimate | None = Field(description="Kendall's tau-b.")
    units: int = Field(ge=0, description="Systems, or documents with a defined correlation.")


class EvidenceHits(Record):
    """Shares of texts for which retrieval finds the sentences that people marked as evidence."""

    dataset: str = Field(description="The data set.")
    rows: int = Field(ge=1, description="Texts with marked evidence.")
    hits: dict[str, Estimate | None] = Field(description="k → share with a marked sentence among the first k.")
    complete: Estimate | None = Field(description="Share with a whole set of marked sentences among the first five.")


class Agreement(Record):
    """Agreement of one checker with the human labels of one data set."""

    dataset: str = Field(description="The data set.")
    checker: str = Field(description="The checker's display name.")
    signature: str = Field(description="Its signature.")
    rows: int = Field(ge=0, description="Rows read, those without a label included.")
    documents: int = Field(ge=0, description="Distinct sources among the scored rows: the units that are resampled.")
    unlabelled: int = Field(ge=0, description="Rows whose label is null: not measured.")
    abstained: int = Field(ge=0, description="Labelled rows from which the checker abstained: counted, not scored.")
    failed: int = Field(default=0, ge=0, description="Labelled rows on which the checker failed.")
    faithful: int = Field(ge=0, description="Scored rows with label 1.")
    unfaithful: int = Field(ge=0, description="Scored rows with label 0.")
    auc: Estimate | None = Field(default=None, description="ROC-AUC: a faithful row above an unfaithful one, ties ½.")
    transferred: Estimate | None = Field(default=None, description="Balanced accuracy of the checker's own labels.")
    own: Estimate | None = Field(
        default=None, description="Balanced accuracy at thresholds chosen on the other half of the documents."
    )
    own_thresholds: tuple[FiniteFloat, ...] = Field(default=(), description="Those thresholds, one for each half.")
    ece: Estimate | None = Field(default=None, description="Expected calibration error, ten equal-mass bins.")
    brier: Estimate | None = Field(default=None, description="Mean squared error of the probability.")
    pairs: int = Field(default=0, ge=0, description="Minimal pairs of which both sides were scored.")
    pair_ties: int = Field(default=0, ge=0, description="Pairs with equal scores; they count as wrong.")
    consistency: Estimate | None = Field(default=None, description="Share of pairs with the true side strictly above.")
    types: tuple[TypeAgreement, ...] = Field(default=(), description="A row for each kind of error.")
    correlations: tuple[Correlation, ...] = Field(default=(), description="Where the data has ratings.")
    uncorrelated: int = Field(default=0, ge=0, description="Rated rows that no correlation could be made of.")
    seconds_per_thousand: FiniteFloat | None = Field(default=None, ge=0, description="Checking time, loading apart.")
    abstentions: dict[str, int] = Field(default_factory=dict, description="Reason → rows.")


@dataclass(frozen=True)
class ScoredRows:
    """The labelled rows of one data set that a checker scored; all arrays have the shape (rows,)."""

    documents: Sequence[str]
    """The document that each row is about."""
    labels: Bools
    """True for faithful."""
    scores: Floats
    """Probability of being faithful, in [0, 1]."""
    passed: Bools | None
    """True where the checker's own labels let the row pass; none for scores without labels, which are then taken for
    no probability either."""
    pairs: Sequence[str | None]
    """The minimal pair that a row belongs to, if any."""
    types: Sequence[frozenset[str]]
    """The errors in each row, as the data names them; empty for faithful rows."""


def roc_auc(labels: Bools, scores: Floats, weights: Floats) -> Floats:
    """Compute the chance that a faithful row scores above an unfaithful one, ties half; NaN for one class.

    By ranks (Mann & Whitney 1947), each row counting `weights` times.
    """
    if not len(scores):
        return np.full(weights.shape[0], np.nan)
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(scores[order]) > 0])
    sorted_weights = weights[:, order]
    faithful = np.add.reduceat(sorted_weights * labels[order], starts, axis=1)
    unfaithful = np.add.reduceat(sorted_weights * ~labels[order], starts, axis=1)
    below = np.cumsum(unfaithful, axis=1) - unfaithful
    wins = (faithful * (below + 0.5 * unfaithful)).sum(axis=1)
    return _ratio(wins, faithful.sum(axis=1) * unfaithful.sum(axis=1))


def balanced_accuracy(labels: Bools, passed: Bools, weights: Floats) -> Floats:
    """Average the shares of faithful rows passed and of unfaithful rows not passed; shape (resamples,)."""
    sensitivity = _ratio((weights * (labels & passed)).sum(axis=1), (weights * labels).sum(axis=1))
    specificity = _ratio((weights * (~labels & ~passed)).sum(axis=1), (weights * ~labels).sum(axis=1))
    return (sensitivity + specificity) / 2


def best_threshold(labels: Bools, scores: Floats) -> float | None:
    """Find the lowest threshold (pass at or above it) with the highest balanced accuracy; none for one class.

    Candidates lie halfway between neighbouring scores, so that a threshold is not one row's exact score.
    """
    positives, negatives = int(labels.sum()), int((~labels).sum())
    if not positives or not negatives:
        return None
    values, inverse = np.unique(scores, return_inverse=True)
    faithful = np.bincount(inverse, weights=labels, minlength=len(values))
    unfaithful = np.bincount(inverse, weights=~labels, minlength=len(values))
    # Passing at or above values[i]: all faithful but those below, all unfaithful that are below.
    below_faithful = np.r_[0.0, np.cumsum(faithful)[:-1]]
    below_unfaithful = np.r_[0.0, np.cumsum(unfaithful)[:-1]]
    accuracy = (1 - below_faithful / positives + below_unfaithful / negatives) / 2
    at = int(np.argmax(np.round(accuracy, 12)))
    return float(values[0]) if at == 0 else float((values[at - 1] + values[at]) / 2)


def cross_fit(scored: ScoredRows) -> tuple[Bools, tuple[float, ...]] | None:
    """Pass rows at the threshold that is best on the other half of the documents; return both thresholds, too.

    A document's half is a digest of its text, so that no row moves when others are added. None where a half has one
    class only.
    """
    second = np.array([_second_half(document) for document in scored.documents], dtype=bool)
    passed = np.zeros(len(scored.scores), dtype=bool)
    thresholds = []
    for half in (second, ~second):
        threshold = best_threshold(scored.labels[~half], scored.scores[~half])
        if threshold is None:
            return None
        passed[half] = scored.scores[half] >= threshold
        thresholds.append(threshold)
    return passed, tuple(thresholds)


def bins_of(scores: Floats, bins: int = BINS) -> NDArray[np.int64]:
    """Number the bin of equal mass that each score falls into, from 0; equal scores share one, so some may be empty."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2
    numbers: NDArray[np.int64] = np.minimum((middle / len(scores) * bins).astype(np.int64), bins - 1)[inverse]
    return numbers


def calibration_error(labels: Bools, scores: Floats, weights: Floats, bins: int = BINS) -> Floats:
    """Average the distance of probability and share of faithful rows in bins of equal mass; (resamples,).

    ECE with adaptive bins (Nixon et al. 2019). Rows of equal score share a bin; bins are those of the whole set.
    """
    bin_of = bins_of(scores, bins)
    gap = np.zeros(weights.shape[0])
    for index in np.unique(bin_of):
        held = bin_of == index
        gap += np.abs((weights[:, held] * (labels[held] - scores[held])).sum(axis=1))
    return _ratio(gap, weights.sum(axis=1))


def brier_score(labels: Bools, scores: Floats, weights: Floats) -> Floats:
    """Average the squared distance of probability and label (Brier 1950); shape (resamples,)."""
    return _ratio(weights @ np.square(scores - labels), weights.sum(axis=1))


def agreement(scored: ScoredRows, report: Agreement, *, seed: int, resamples: int = RESAMPLES) -> Agreement:
    """Fill the statistics of `report` in from `scored`."""
    documents, unit_of = _units(scored.documents)
    labels, scores, passed = scored.labels, scored.scores, scored.passed
    filled = report.model_copy(
        update={"documents": documents, "faithful": int(labels.sum()), "unfaithful": int((~labels).sum())}
    )
    if not len(scores):
        return filled
    weights = resample_weights(unit_of, documents, seed=seed, resamples=resamples)
    fitted = cross_fit(scored)
    pairs = _pairs(scored)
    return filled.model_copy(
        update={
            "auc": estimate(roc_auc(labels, scores, weights)),
            "transferred": None if passed is None else estimate(balanced_accuracy(labels, passed, weights)),
            "own": estimate(balanced_accuracy(labels, fitted[0], weights)) if fitted else None,
            "own_thresholds": fitted[1] if fitted else (),
            "ece": None if passed is None else estimate(calibration_error(labels, scores, weights)),
            "brier": None if passed is None else estimate(brier_score(labels, scores, weights)),
            "pairs": len(pairs),
            "pair_ties": sum(bool(scores[true] == scores[false]) for true, false in pairs),
            "consistency": estimate(_consistency(scores, pairs, weights)) if pairs else None,
            "types": _by_type(scored, pairs, weights),
        }
    )


def _by_type(scored: ScoredRows, pairs: Sequence[tuple[int, int]], weights: Floats) -> tuple[TypeAgreement, ...]:
    rows = []
    for kind in sorted(set().union(*scored.types)):
        has = np.array([kind in types for types in scored.types], dtype=bool) & ~scored.labels
        if int(has.sum()) < FEWEST_OF_A_TYPE:
            continue
        used = has | scored.labels
        caught = None
        if scored.passed is not None:
            caught = _ratio((weights * (has & ~scored.passed)).sum(axis=1), (weights * has).sum(axis=1))
        of_kind = [pair for pair in pairs if has[pair[1]]]
        rows.append(
            TypeAgreement(
                error_type=kind,
                rows=int(has.sum()),
                auc=estimate(roc_auc(scored.labels[used], scored.scores[used], weights[:, used])),
                caught=None if caught is None else estimate(caught),
                consistency=estimate(_consistency(scored.scores, of_kind, weights)) if of_kind else None,
            )
        )
    return tuple(rows)


def _pairs(scored: ScoredRows) -> list[tuple[int, int]]:
    """List the row numbers of the true and the false side of each pair that has exactly one of both."""
    sides: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for row, pair in enumerate(scored.pairs):
        if pair is not None:
            sides[pair][0 if scored.labels[row] else 1].append(row)
    return [(true[0], false[0]) for true, false in sides.values() if len(true) == len(false) == 1]


def _consistency(scores: Floats, pairs: Sequence[tuple[int, int]], weights: Floats) -> Floats:
    true, false = np.array(pairs, dtype=int).reshape(-1, 2).T
    counted = weights[:, true]
    return _ratio((counted * (scores[true] > scores[false])).sum(axis=1), counted.sum(axis=1))


def resample_weights(unit_of: NDArray[np.intp], units: int, *, seed: int, resamples: int) -> Floats:
    """Count how often each row is drawn: first all ones, then one row for each resample of the units."""
    drawn = [chunk[:, unit_of] for chunk in draw_counts(units, resamples=resamples, seed=seed)]
    return np.concatenate([np.ones((1, len(unit_of))), *drawn])


def estimate(figures: Floats) -> Estimate | None:
    """Give the first of `figures` the percentile interval of the others; none where it is undefined."""
    if np.isnan(figures[0]):
        return None
    defined = figures[1:][~np.isnan(figures[1:])]
    if len(defined) < 2 or np.isnan(figures[1:]).mean() > 0.5:
        return Estimate(value=float(figures[0]))
    low, high = percentile_interval(defined[:, None], LEVEL)
    return Estimate(value=float(figures[0]), low=float(low[0]), high=float(high[0]))


def _units(documents: Sequence[str]) -> tuple[int, NDArray[np.intp]]:
    """Count the distinct documents, and number each row's document in order of appearance."""
    numbers = {document: number for number, document in enumerate(dict.fromkeys(documents))}
    return len(numbers), np.array([numbers[document] for document in documents], dtype=np.intp)


def _second_half(document: str) -> bool:
    return bool(hashlib.sha256(document.encode("utf-8", "surrogatepass")).digest()[0] & 1)


def _ratio(above: Floats, below: Floats) -> Floats:
    ratio: Floats = np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0)
    return ratio
