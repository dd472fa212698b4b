import numpy as np
import pytest

from harness.analysis.correlate import correlations, kendall, pearson, ranks, spearman
from harness.analysis.metaeval import (
    Agreement,
    ScoredRows,
    agreement,
    balanced_accuracy,
    best_threshold,
    brier_score,
    calibration_error,
    cross_fit,
    roc_auc,
)

ONCE = np.ones((1, 5))
LABELS = np.array([True, True, True, False, False])
SCORES = np.array([0.9, 0.5, 0.2, 0.5, 0.1])


def scored(labels=LABELS, scores=SCORES, documents=None, pairs=None, types=None, threshold=0.5):
    return ScoredRows(
        documents=documents or [f"d{row}" for row in range(len(labels))],
        labels=labels,
        scores=scores,
        passed=scores >= threshold,
        pairs=pairs or [None] * len(labels),
        types=types or [frozenset()] * len(labels),
    )


def blank():
    return Agreement(
        dataset="d", checker="c", signature="c|v:1", rows=5, documents=0, unlabelled=0, abstained=0, faithful=0,
        unfaithful=0,
    )  # fmt: skip


def test_auc_counts_ties_half():
    # Pairs of faithful and unfaithful: .9 beats both, .5 ties .5 and beats .1, .2 loses to .5 and beats .1: 4.5 of 6.
    assert roc_auc(LABELS, SCORES, ONCE)[0] == pytest.approx(4.5 / 6)


def test_auc_weights_are_repetitions():
    counts = np.array([2, 1, 0, 3, 1])
    repeated = roc_auc(np.repeat(LABELS, counts), np.repeat(SCORES, counts), np.ones((1, counts.sum())))
    assert roc_auc(LABELS, SCORES, counts[None, :].astype(float))[0] == pytest.approx(repeated[0])


def test_auc_of_one_class_is_undefined():
    assert np.isnan(roc_auc(np.array([True, True]), np.array([0.1, 0.2]), np.ones((1, 2)))[0])


def test_balanced_accuracy_by_hand():
    # At .5: two of three faithful pass, one of two unfaithful does not.
    assert balanced_accuracy(LABELS, SCORES >= 0.5, ONCE)[0] == pytest.approx((2 / 3 + 1 / 2) / 2)


def test_best_threshold_lies_between_scores():
    # Above .5: 1/3 and 2/2 → .667; at .5: 2/3 and 1/2 → .583; at .2: 3/3 and 1/2 → .75: halfway from .1 to .2.
    assert best_threshold(LABELS, SCORES) == pytest.approx(0.15)
    assert best_threshold(np.array([True]), np.array([0.5])) is None


def test_own_threshold_never_sees_its_own_documents():
    rng = np.random.default_rng(0)
    labels = rng.random(400) < 0.5
    rows = scored(labels, rng.random(400), [f"d{row // 2}" for row in range(400)])
    passed, thresholds = cross_fit(rows)
    # Scores that know nothing must not look better than chance, as a threshold fitted on the same rows would.
    assert balanced_accuracy(labels, passed, np.ones((1, 400)))[0] == pytest.approx(0.5, abs=0.05)
    assert len(thresholds) == 2


def test_calibration_error_by_hand():
    # Two bins of equal mass: {.1, .2} with no faithful row of two, {.8, 1.0} with one of two.
    labels, scores = np.array([False, False, True, False]), np.array([0.1, 0.2, 0.8, 1.0])
    # |0 - .15| * 2/4 + |.5 - .9| * 2/4
    assert calibration_error(labels, scores, np.ones((1, 4)), bins=2)[0] == pytest.approx(0.275)
    assert brier_score(labels, scores, np.ones((1, 4)))[0] == pytest.approx((0.01 + 0.04 + 0.04 + 1.0) / 4)


def test_calibration_error_does_not_depend_on_the_order_of_tied_rows():
    labels = np.array([True] * 10 + [False] * 10)
    scores = np.full(20, 0.5)
    shuffled = np.random.default_rng(1).permutation(20)
    assert calibration_error(labels, scores, np.ones((1, 20)))[0] == 0
    assert calibration_error(labels[shuffled], scores, np.ones((1, 20)))[0] == 0


def test_pairs_are_strict_and_need_both_sides():
    labels = np.array([True, False, True, False, True])
    scores = np.array([0.9, 0.1, 0.5, 0.5, 0.7])
    found = agreement(scored(labels, scores, pairs=["p", "p", "q", "q", "r"]), blank(), seed=1, resamples=50)
    assert (found.pairs, found.pair_ties, found.consistency.value) == (2, 1, 0.5)


def test_error_types_are_measured_against_all_faithful_rows():
    labels = np.array([True] * 4 + [False] * 10)
    scores = np.array([0.6] * 4 + [0.1] * 5 + [0.9] * 5)
    types = [frozenset()] * 4 + [frozenset({"number"})] * 5 + [frozenset({"roles"})] * 5
    found = agreement(scored(labels, scores, types=types), blank(), seed=1, resamples=50)
    assert [(kind.error_type, kind.auc.value, kind.caught.value) for kind in found.types] == [
        ("number", 1.0, 1.0),
        ("roles", 0.0, 0.0),
    ]


def test_rows_of_one_document_are_one_unit():
    # 200 copies of one document's two rows say no more than the two rows: the interval must not shrink.
    labels = np.array([True, False] * 200)
    scores = np.where(labels, 0.8, 0.3)
    scores[:40] = 0.5
    same = agreement(scored(labels, scores, ["a"] * 40 + ["b"] * 360), blank(), seed=3, resamples=200)
    apart = agreement(scored(labels, scores), blank(), seed=3, resamples=200)
    assert same.documents == 2
    assert same.auc.high - same.auc.low > 3 * (apart.auc.high - apart.auc.low)
    assert agreement(scored(labels, scores), blank(), seed=3, resamples=200) == apart


def test_nothing_scored_gives_no_figures():
    empty = scored(np.zeros(0, dtype=bool), np.zeros(0))
    found = agreement(empty, blank(), seed=1, resamples=50)
    assert (found.auc, found.transferred, found.own, found.ece, found.types) == (None, None, None, None, ())


def test_correlations_by_hand():
    first, second = np.array([[1.0, 2.0, 3.0]]), np.array([[1.0, 3.0, 2.0]])
    assert pearson(first, second)[0] == pytest.approx(0.5)
    assert spearman(first, second)[0] == pytest.approx(0.5)
    assert kendall(first, second)[0] == pytest.approx(1 / 3)
    assert ranks(np.array([[5.0, 1.0, 5.0]])).tolist() == [[2.5, 1.0, 2.5]]
    constant = np.full((1, 3), 0.1)
    assert np.isnan([pearson(first, constant)[0], spearman(first, constant)[0], kendall(first, constant)[0]]).all()


def test_correlation_levels_differ():
    # Within each document the better system scores higher; over systems the means are equal but for system z.
    documents = ["a"] * 3 + ["b"] * 3
    systems = ["x", "y", "z"] * 2
    scores = np.array([0.1, 0.2, 0.3, 0.2, 0.1, 0.3])
    ratings = np.array([1.0, 2.0, 3.0, 5.0, 4.0, 6.0])
    system, summary = correlations("r", documents, systems, scores, ratings, seed=1, resamples=50)
    assert (system.level, system.units, summary.level, summary.units) == ("system", 3, "summary", 2)
    assert summary.kendall.value == 1.0
    # Means: scores .15, .15, .3; ratings 3, 3, 4.5: tied at x and y on both sides, so tau-b is 1.
    assert system.kendall.value == pytest.approx(1.0)


def test_two_systems_have_no_correlation():
    assert correlations("r", ["a", "a"], ["x", "y"], np.array([1.0, 2]), np.array([1.0, 2]), seed=1, resamples=5) == []
