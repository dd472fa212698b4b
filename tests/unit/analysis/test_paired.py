import math
import os
import subprocess
import sys
from itertools import product

import numpy as np
import pytest

from harness.analysis.paired import (
    bootstrap_p_values,
    detectable_differences,
    draw_halves,
    holm,
    paired_differences,
    randomisation_intervals,
    randomisation_p_values,
    standard_deviations,
    subset_means,
)

NAN = math.nan


def _column(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)[:, None]


def test_three_clusters_by_hand():
    # Signs of 1, 2, 3: |sum| is 6, 4, 2, 0, each twice among the 8 patterns; 6 is reached twice: p = 2/8.
    found = subset_means(_column(1, 2, 3), seed=1)
    assert found.exact[0]
    assert randomisation_p_values(found)[0] == 0.25
    # Subsets and complements: {1} 1, {1,2} 1.5, {2} 2, {1,3} 2, {2,3} 2.5, {3} 3. Of 4 patterns counted with their
    # negatives a test at ½ may leave 2 beyond: the second from each end.
    assert found.subsets[:, 0].tolist() == [1, 1.5, 2, 2, 2.5, 3]
    assert [end[0] for end in randomisation_intervals(found, 0.5)] == [1.5, 2.5]


@pytest.mark.parametrize("seed", range(6))
def test_few_clusters_equal_full_enumeration_in_whole_tenths(seed):
    # Tenths are not exact in binary; ties must count as they do among whole numbers.
    tenths = np.random.default_rng(seed).integers(-3, 4, size=10)
    patterns = np.array(list(product([1, -1], repeat=10)))
    expected = (np.abs(patterns @ tenths) >= abs(tenths.sum())).mean()
    found = subset_means(_column(*(tenths / 10)), seed=1)
    assert randomisation_p_values(found)[0] == expected
    alpha = 0.1
    low, high = (end[0] for end in randomisation_intervals(found, alpha))
    # Shifts in steps of 1/2520 of a tenth take in every mean of up to ten tenths, and what lies between them.
    for end, outward in ((low, -1), (high, 1)):
        for shift, kept in ((end, True), (end + outward * 1e-4, False)):
            shifted = tenths / 10 - shift
            p_value = (np.abs(patterns @ shifted) >= abs(shifted.sum()) - 1e-9).mean()
            assert (p_value > alpha) == kept


def test_the_interval_leaves_out_zero_exactly_where_the_test_rejects():
    generator = np.random.default_rng(5)
    steps = generator.integers(-1, 2, size=(40, 60)) + (generator.random((40, 60)) < 0.2)
    share = generator.normal(0.25, 1, size=(40, 60))
    for values in (steps.astype(float), share):
        found = subset_means(values, resamples=999, seed=2)
        lows, highs = randomisation_intervals(found, 0.05)
        rejected = randomisation_p_values(found) <= 0.05
        assert 5 < rejected.sum() < 55
        assert (((lows > 0) | (highs < 0)) == rejected).all()


def test_patterns_that_flip_nothing_or_everything_count_against_significance():
    # Six clusters have 32 patterns, counted with their negatives; 31 drawn ones hold one of those about once.
    values = np.random.default_rng(9).normal(0.3, 1, size=(6, 40))
    found = subset_means(values, resamples=31, seed=3)
    assert found.empty[0] > 0
    for alpha in (0.1, 0.2, 0.3):
        lows, highs = randomisation_intervals(found, alpha)
        assert (((lows > 0) | (highs < 0)) == (randomisation_p_values(found) <= alpha)).all()


def test_sign_flips_drawn_by_the_book_give_the_same_p_value():
    values = np.random.default_rng(7).normal(0.1, 0.4, 70)
    flipped = np.concatenate(list(draw_halves(70, resamples=2000, seed=11))).astype(np.float64)
    assert set(np.unique(flipped)) == {0.0, 1.0}
    reached = (np.abs((1 - 2 * flipped) @ values) >= abs(values.sum())).sum()
    found = subset_means(values[:, None], resamples=2000, seed=11)
    assert randomisation_p_values(found)[0] == (1 + reached) / 2001


def test_no_difference_at_all_is_no_evidence():
    found = subset_means(np.zeros((30, 1)), resamples=99, seed=1)
    assert randomisation_p_values(found)[0] == 1.0
    assert [end[0] for end in randomisation_intervals(found, 0.05)] == [0.0, 0.0]
    # 0.1 + 0.2 − 0.3 is 5.6e-17 in binary: no difference either.
    assert randomisation_p_values(subset_means(_column(0.1, 0.2, -0.3), seed=1))[0] == 1.0
    assert bootstrap_p_values(np.zeros((30, 1)), seed=1)[0] == 1.0


def test_too_few_clusters_have_no_interval():
    # 5 clusters have 16 patterns counted with their negatives; the smallest p-value is 1/16 > 0.05. Six have 1/32.
    five, six = (subset_means(np.arange(1.0, count + 1)[:, None], seed=1) for count in (5, 6))
    assert np.isnan(randomisation_intervals(five, 0.05)[0][0])
    assert randomisation_p_values(five)[0] == 1 / 16
    assert randomisation_p_values(six)[0] == 1 / 32
    # Rank 1 of the subset means: the smallest and the largest single difference.
    assert [end[0] for end in randomisation_intervals(six, 0.05)] == [1.0, 6.0]
    none = subset_means(_column(NAN, NAN), seed=1)
    assert np.isnan(none.differences[0])
    assert np.isnan(randomisation_p_values(none)[0])
    assert np.isnan(randomisation_intervals(none, 0.05)[0][0])


def test_a_cluster_that_one_configuration_missed_is_not_in_the_pair():
    first, second = np.array([0.5, NAN, 0.3, NAN]), np.array([0.25, 0.1, NAN, NAN])
    assert np.array_equal(paired_differences(first, second), [0.25, NAN, NAN, NAN], equal_nan=True)
    values = np.random.default_rng(3).random((12, 1)) - 0.3
    with_gaps = np.full((40, 1), NAN)
    with_gaps[5:29:2] = values
    dense, sparse = subset_means(values, seed=1), subset_means(with_gaps, seed=1)
    assert sparse.exact[0]
    assert sparse.subsets == pytest.approx(dense.subsets, abs=1e-12)


def test_scores_that_differ_by_rounding_alone_tie():
    assert paired_differences(np.array([0.1 + 0.2]), np.array([0.3]))[0] == 0.0
    assert paired_differences(np.array([0.3001]), np.array([0.3]))[0] == pytest.approx(0.0001)
    with pytest.raises(ValueError, match="never infinite"):
        paired_differences(np.array([math.inf]), np.array([math.inf]))


def test_equal_seeds_give_equal_bytes_whatever_the_chunks_and_the_other_columns():
    generator = np.random.default_rng(6)
    values = generator.normal(size=(70, 5))
    values[generator.random(values.shape) < 0.2] = NAN
    whole = subset_means(values, resamples=333, seed=0)
    chunked = subset_means(values, resamples=333, seed=0, chunk_cells=501)
    assert [part.tobytes() for part in whole] == [part.tobytes() for part in chunked]
    for column in range(5):
        alone = subset_means(values[:, [column]], resamples=333, seed=0)
        assert alone.subsets[:, 0].tobytes() == np.ascontiguousarray(whole.subsets[:, column]).tobytes()
    assert subset_means(values, resamples=333, seed=1).subsets.tobytes() != whole.subsets.tobytes()


def test_threads_of_the_matrix_product_do_not_change_a_byte():
    code = (
        "import hashlib, numpy as np; from harness.analysis.paired import subset_means, bootstrap_p_values;"
        "values = np.random.default_rng(1).normal(size=(700, 33));"
        "found = subset_means(values, resamples=400, seed=0).subsets.tobytes();"
        "found += bootstrap_p_values(values, resamples=400, seed=0).tobytes();"
        "print(hashlib.sha256(found).hexdigest())"
    )
    digests = set()
    for threads in ("1", "2"):
        limits = {f"{name}_NUM_THREADS": threads for name in ("OMP", "OPENBLAS", "MKL")}
        run = subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, **limits}, capture_output=True, text=True, check=True
        )
        digests.add(run.stdout)
    assert len(digests) == 1


def test_bootstrap_p_value_of_two_clusters_by_counting():
    # Differences 0 and 1, mean ½: a resample's mean is 0, ½, 1 with chances ¼, ½, ¼; half of them are ½ away.
    p_value = bootstrap_p_values(_column(0, 1), resamples=20_000, seed=4)[0]
    assert p_value == pytest.approx(0.5, abs=4 * math.sqrt(0.25 / 20_000))
    assert np.isnan(bootstrap_p_values(_column(1, NAN), seed=4)[0])


def test_holm_by_hand():
    # Ascending .005 × 4 = .02, .01 × 3 = .03, .03 × 2 = .06, .04 × 1 = .04, which may not fall below .06.
    assert holm([0.01, 0.04, NAN, 0.03, 0.005]) == pytest.approx([0.03, 0.06, NAN, 0.06, 0.02], nan_ok=True)
    assert holm([0.9, 0.8]).tolist() == [1.0, 1.0]
    assert holm([]).tolist() == []


def test_the_detectable_difference_by_hand():
    # 100 differences of ±1: s = sqrt(100 / 99) = 1.005038; (1.959964 + 0.841621) × 1.005038 / 10 = 0.281570.
    values = np.tile([1.0, -1.0], 50)[:, None]
    assert standard_deviations(values)[0] == pytest.approx(1.005038, abs=1e-6)
    assert detectable_differences(values)[0] == pytest.approx(0.281570, abs=1e-6)
    # Corrected over 5 tests the quantile is z(0.995) = 2.575829: 3.417450 × 0.1005038 = 0.343467.
    assert detectable_differences(values, tests=5)[0] == pytest.approx(0.343467, abs=1e-6)
    assert np.isnan(detectable_differences(np.full((9, 1), 0.5))[0])
    assert np.isnan(detectable_differences(_column(0.5))[0])
