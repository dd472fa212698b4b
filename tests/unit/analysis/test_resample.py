import math
import tracemalloc

import numpy as np
import pytest

from harness.analysis import resample
from harness.analysis.resample import draw_counts, exact_means, mean_intervals, resampled_means, whole_numbers
from harness.disk import large_array

NAN = math.nan


def test_a_mean_is_taken_over_the_clusters_that_have_a_value():
    # (0.2 + 0.6) / 2 = 0.4; NaN is neither a zero nor a term of the denominator.
    found = mean_intervals(np.array([[0.2], [NAN], [0.6]]), seed=1)
    assert found.means.tolist() == [0.4]
    assert 0.2 <= found.lows[0] < 0.4 < found.highs[0] <= 0.6


def test_no_value_gives_no_mean_and_one_value_gives_no_interval():
    means, lows, highs = mean_intervals(np.array([[NAN, 0.5], [NAN, NAN]]), seed=1)
    assert np.isnan(means[0])
    assert means[1] == 0.5
    assert np.isnan(lows).all()
    assert np.isnan(highs).all()
    assert mean_intervals(np.empty((0, 3)), seed=1).means.shape == (3,)


def test_a_constant_column_has_an_interval_of_one_point():
    found = mean_intervals(np.full((30, 1), 0.1), seed=5)
    assert (found.means[0], found.lows[0], found.highs[0]) == (0.1, 0.1, 0.1)


def test_two_clusters_have_the_interval_that_can_be_counted():
    # Two clusters 0 and 1: a resample's mean is 0, ½ or 1 with chances ¼, ½, ¼. A 40 % interval ends at the quantiles
    # 0.3 and 0.7, which both lie within the middle half; a 60 % interval (0.2, 0.8) takes in both ends.
    values = np.array([[0.0], [1.0]])
    narrow = mean_intervals(values, level=0.4, seed=3)
    assert (narrow.lows[0], narrow.highs[0]) == (0.5, 0.5)
    wide = mean_intervals(values, level=0.6, seed=3)
    assert (wide.lows[0], wide.highs[0]) == (0.0, 1.0)


def test_equal_seeds_give_equal_bytes_whatever_the_chunks_and_the_other_columns():
    generator = np.random.default_rng(8)
    values = generator.random((57, 6))
    values[generator.random(values.shape) < 0.2] = NAN
    whole = mean_intervals(values, resamples=301, seed=4)
    for chunk_cells in (1, 57, 58 * 7, 10**6):
        chunked = mean_intervals(values, resamples=301, seed=4, chunk_cells=chunk_cells)
        assert [part.tobytes() for part in chunked] == [part.tobytes() for part in whole]
    for column in range(6):
        alone = mean_intervals(values[:, column], resamples=301, seed=4)
        assert [part[0] for part in alone] == [part[column] for part in whole]


def test_tables_on_disk_give_the_same_bytes(monkeypatch):
    generator = np.random.default_rng(8)
    values = generator.random((530, 5))
    values[generator.random(530) < 0.2, 2:4] = NAN
    values[1:, 4] = NAN  # no interval
    in_memory = mean_intervals(values, resamples=301, seed=4)
    resampled = resampled_means(values, resamples=301, seed=4)
    for name, value in (("IN_MEMORY", 0), ("BLOCK_CELLS", 256), ("LET_GO", 4096)):
        monkeypatch.setattr(large_array, name, value)
    monkeypatch.setattr(resample, "PRODUCT_ROWS", 64)
    table = large_array.make_array(values.shape)
    table[:] = values
    on_disk = mean_intervals(table, resamples=301, seed=4, chunk_cells=530 * 7)
    assert [part.tobytes() for part in on_disk] == [part.tobytes() for part in in_memory]
    assert resampled_means(table, resamples=301, seed=4, use_up=True).tobytes() == resampled.tobytes()


def test_a_seed_of_zero_is_a_seed():
    values = np.random.default_rng(1).random((40, 1))
    zero = [mean_intervals(values, resamples=200, seed=0).lows[0] for _ in range(2)]
    assert zero[0] == zero[1]
    assert zero[0] != mean_intervals(values, resamples=200, seed=1).lows[0]


def test_columns_share_their_draws():
    # If both columns see the same clusters, a column and its complement always sum to one.
    value = np.random.default_rng(2).random(25)
    resampled = resampled_means(np.column_stack([value, 1 - value]), resamples=50, seed=9)
    assert np.allclose(resampled.sum(axis=1), 1.0, atol=1e-12)


def test_resampled_means_are_ratios_of_sums_over_the_drawn_clusters():
    values = np.array([[0.25, 1.0], [0.5, NAN], [1.0, 3.0]])
    counts = np.concatenate(list(draw_counts(3, resamples=40, seed=6)))
    assert (counts.sum(axis=1) == 3).all()
    resampled = resampled_means(values, resamples=40, seed=6)
    for row, drawn in zip(resampled, counts, strict=True):
        assert row[0] == pytest.approx((0.25 * drawn[0] + 0.5 * drawn[1] + 1.0 * drawn[2]) / 3)
        seen = drawn[0] + drawn[2]
        if seen:
            assert row[1] == pytest.approx((drawn[0] + 3 * drawn[2]) / seen)
        else:
            assert np.isnan(row[1])


def test_the_draws_of_one_resample_take_a_byte_a_cluster():
    clusters = 3_000_000
    tracemalloc.start()
    try:
        (counts,) = draw_counts(clusters, resamples=1, seed=2)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert counts.sum() == clusters
    assert peak < clusters + (8 << 20)


def test_a_resample_that_is_drawn_in_pieces_has_the_same_draws(monkeypatch: pytest.MonkeyPatch):
    whole = [chunk.tolist() for chunk in draw_counts(1000, resamples=7, seed=5)]
    generator = np.random.default_rng(5)
    assert whole == [[np.bincount(generator.integers(0, 1000, 1000), minlength=1000).tolist() for _ in range(7)]]
    for at_once in (64, 333, 2500):
        monkeypatch.setattr(resample, "DRAWN_AT_ONCE", at_once)
        assert [chunk.tolist() for chunk in draw_counts(1000, resamples=7, seed=5)] == whole


def test_whole_numbers_add_up_exactly_in_any_order():
    values = np.random.default_rng(3).random((1000, 2)) * [1.0, 70.0]
    whole, unit = whole_numbers(values.copy(), 1000)
    assert (np.abs(whole).sum(axis=0) < 2.0**53).all()
    assert np.abs(whole * unit - values).max() <= 70 * 1000 * 2.0**-52
    assert whole[:, 0].sum() == whole[::-1, 0].sum() == sum(int(value) for value in whole[:, 0])


def test_a_mean_does_not_depend_on_the_order_of_the_clusters():
    values = np.array([1e-8, 1.0, 1e-8, 1.0, 1e-8] * 200)
    assert exact_means(values[:, None])[0] == exact_means(np.sort(values)[:, None])[0]


def test_memory_stays_small_for_many_clusters():
    values = np.random.default_rng(3).random((200_000, 2))
    tracemalloc.start()
    mean_intervals(values, resamples=24, seed=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100e6


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        (np.array([0.1, math.inf]), {}, "never infinite"),
        (np.zeros((2, 2, 2)), {}, "shape"),
        (np.zeros(3), {"level": 1.0}, "level lies between 0 and 1"),
        (np.zeros(3), {"resamples": 0}, "at least one resample"),
    ],
)
def test_what_cannot_be_resampled_is_refused(values, options, message):
    with pytest.raises(ValueError, match=message):
        mean_intervals(values, seed=1, **options)


def test_an_interval_never_leaves_the_range_of_the_values():
    values = np.array([0.0] * 13 + [1.0])  # rounding once gave -1e-17 here
    found = mean_intervals(values, seed=13)
    assert found.lows[0] >= 0.0
    assert found.highs[0] <= 1.0
