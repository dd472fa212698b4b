import math
from typing import Any

import numpy as np
import pytest

from harness.analysis import compare as compare_module
from harness.analysis import resample
from harness.analysis.compare import (
    PairComparison,
    against,
    compare_and_resample,
    largest_moves,
    reverse_pair,
    significantly_better,
)
from harness.analysis.paired import bootstrap_p_values, holm
from harness.analysis.resample import mean_intervals, resampled_means
from harness.analysis.summary import as_columns
from harness.disk import large_array

NAN = math.nan


def compare(scores: np.ndarray, **options: Any) -> tuple[PairComparison, ...]:
    return compare_and_resample(scores, **options)[0]


def _scores(configurations: int, clusters: int, measures: int, missing: float = 0.0) -> np.ndarray:
    generator = np.random.default_rng(configurations)
    scores = generator.random((1, clusters, measures)) + 0.2 * generator.random((configurations, clusters, measures))
    scores += 0.03 * np.arange(configurations)[:, None, None]
    scores[generator.random(scores.shape) < missing] = NAN
    return scores


def test_a_pair_counts_wins_ties_losses_and_what_is_missing():
    first = [0.5, 0.4, 0.1 + 0.2, 0.2, NAN, NAN, 0.9]
    second = [0.1, 0.3, 0.3, 0.6, 0.5, NAN, NAN]
    scores = np.array([first, second])[:, :, None]
    (pair,) = compare(scores, configurations=["a", "b"], measures={"m": "higher"}, seed=1)
    assert (pair.wins, pair.ties, pair.losses) == (2, 1, 1)
    assert (pair.both, pair.first_only, pair.second_only, pair.neither) == (4, 1, 1, 1)
    # (0.4 + 0.1 + 0 − 0.4) / 4 = 0.025; differences .4, .1, −.4: |sum| ≥ .1 in all 8 patterns of their signs.
    assert pair.difference == pytest.approx(0.025)
    assert (pair.p_value, pair.exact) == (1.0, True)
    (lower,) = compare(scores, configurations=["a", "b"], measures={"m": "lower"}, seed=1)
    assert (lower.wins, lower.ties, lower.losses) == (1, 1, 2)
    assert lower.difference == pair.difference


def test_configurations_that_share_no_cluster_have_no_difference():
    scores = np.array([[0.5, NAN], [NAN, 0.5]])[:, :, None]
    (pair,) = compare(scores, configurations=["a", "b"], measures={"m": "higher"}, seed=1)
    assert pair.both == 0
    assert {pair.difference, pair.low, pair.high, pair.p_value, pair.p_adjusted, pair.p_bootstrap} == {None}
    assert {pair.detectable, pair.low_holm, pair.high_holm, pair.level_holm} == {None}


def test_pairs_stand_in_order_with_their_tests_and_holm_over_all_pairs_of_a_measure():
    measures = {"m": "higher", "n": "higher"}
    pairs = compare(_scores(4, 60, 2), configurations=list("abcd"), measures=measures, resamples=500, seed=3)
    assert [(pair.measure, pair.first, pair.second) for pair in pairs[:7]] == [
        ("m", "a", "b"), ("m", "a", "c"), ("m", "a", "d"), ("m", "b", "c"), ("m", "b", "d"), ("m", "c", "d"),
        ("n", "a", "b"),
    ]  # fmt: skip
    expected = bootstrap_p_values(
        _scores(4, 60, 2)[0, :, [0]].T - _scores(4, 60, 2)[1, :, [0]].T, resamples=500, seed=3
    )
    assert pairs[0].p_bootstrap == expected[0]
    for family in (pairs[:6], pairs[6:]):
        assert [pair.p_adjusted for pair in family] == holm([pair.p_value for pair in family]).tolist()


@pytest.mark.parametrize("clusters", [4, 7, 12, 40])
def test_the_interval_beside_a_corrected_p_leaves_out_zero_exactly_where_that_is_at_most_alpha(clusters):
    """Shifts of all sizes, so that some pairs are rejected at each step of Holm and some are not."""
    seen = set()
    for seed in range(12):
        generator = np.random.default_rng(seed)
        scores = generator.random((5, clusters, 2)) * 0.4 + 0.1 * generator.integers(0, 5, (5, 1, 2))
        scores[..., 1] = scores[..., 1] > 0.4  # many ties
        scores[generator.random(scores.shape) < 0.1] = NAN
        measures = {"m": "higher", "ties": "lower"}
        pairs = compare(scores, configurations=list("abcde"), measures=measures, resamples=400, seed=seed)
        for pair in pairs:
            significant = pair.p_adjusted is not None and pair.p_adjusted <= 0.05 * (1 + 1e-12)
            if pair.low_holm is None or pair.high_holm is None:
                assert not significant
                continue
            assert significant == (not pair.low_holm <= 0 <= pair.high_holm)
            assert pair.low_holm <= pair.low <= pair.difference <= pair.high <= pair.high_holm
            assert 0.95 - 1e-12 <= pair.level_holm <= 1 - 0.05 / 10 + 1e-12  # from one test left to all ten pairs
            plain = not pair.low <= 0 <= pair.high
            seen.add((significant, plain))
    if clusters == 40:
        assert seen == {(True, True), (False, True), (False, False)}  # only the corrected interval agrees throughout


def test_the_level_of_a_corrected_interval_is_that_of_the_step_of_holm():
    # Over eight clusters all 128 patterns are looked at. b − a and c − a are .2 everywhere: p = 1/128, adjusted 3/128;
    # c − b is zero, p = 1. Levels: .05/3 and .05/2 for the two, tied and so in order; .05/1 for the third.
    level = np.linspace(0.1, 0.5, 8)
    scores = np.stack([level, level + 0.2, level + 0.2])[:, :, None]
    pairs = compare(scores, configurations=list("abc"), measures={"m": "higher"}, seed=1)
    assert [pair.p_adjusted for pair in pairs] == pytest.approx([3 / 128, 3 / 128, 1])
    assert [pair.level_holm for pair in pairs] == pytest.approx([1 - 0.05 / 3, 1 - 0.05 / 2, 0.95])


def test_a_pair_does_not_depend_on_what_else_is_compared(monkeypatch):
    scores = _scores(4, 50, 3, missing=0.1)
    names, measures = list("abcd"), {"m": "higher", "n": "lower", "o": "neither"}
    everything = compare(scores, configurations=names, measures=measures, resamples=300, seed=0)
    monkeypatch.setattr(compare_module, "COLUMNS_AT_ONCE", 5)
    assert compare(scores, configurations=names, measures=measures, resamples=300, seed=0) == everything
    (alone,) = compare(scores[1:3, :, 1:2], configurations=["b", "c"], measures={"n": "lower"}, resamples=300, seed=0)
    together = next(pair for pair in everything if (pair.measure, pair.first, pair.second) == ("n", "b", "c"))
    family = {"p_adjusted", "detectable", "low_holm", "high_holm", "level_holm"}
    assert alone.model_dump(exclude=family) == together.model_dump(exclude=family)


def test_a_pair_seen_from_the_other_side():
    scores = _scores(2, 40, 1, missing=0.1)
    (pair,) = compare(scores, configurations=["a", "b"], measures={"m": "higher"}, resamples=400, seed=2)
    (turned,) = compare(scores[::-1], configurations=["b", "a"], measures={"m": "higher"}, resamples=400, seed=2)
    assert reverse_pair(pair).model_dump() == turned.model_dump()


def test_differences_against_a_baseline_are_the_others_mean_less_the_baselines():
    pairs = compare(_scores(3, 30, 1), configurations=list("abc"), measures={"m": "higher"}, resamples=200, seed=2)
    chosen = against(pairs, "b")
    assert [(pair.first, pair.second) for pair in chosen] == [("a", "b"), ("c", "b")]
    assert chosen[0].difference < 0 < chosen[1].difference


def test_winners_beat_at_the_corrected_level_in_the_better_direction():
    level = np.random.default_rng(1).random(30)
    scores = np.stack([level, level + 0.2, level + 0.2 * (np.arange(30) % 2 * 2 - 1)])[:, :, None]
    for direction, winners in (
        ("higher", {("m", "b"): ("a", "c")}),
        ("lower", {("m", "a"): ("b",), ("m", "c"): ("b",)}),
    ):
        measures = {"m": direction}
        pairs = compare(scores, configurations=list("abc"), measures=measures, resamples=999, seed=2)
        assert significantly_better(pairs, measures) == winners
    assert significantly_better(pairs, {"m": "neither"}) == {}


def test_largest_moves_leave_out_ties_and_what_is_missing():
    first, second = np.array([0.5, 0.3, NAN, 0.9, 0.2]), np.array([0.4, 0.1 + 0.2, 0.5, 0.1, 0.3])
    assert largest_moves(first, second, 10) == (3, 0, 4)
    assert largest_moves(first, second, 1) == (3,)


def test_names_and_scores_that_disagree_are_refused():
    with pytest.raises(ValueError, match=r"\(2, 5, 1\), not \(3 configurations, clusters, 1 measures\)"):
        compare(np.zeros((2, 5, 1)), configurations=list("abc"), measures={"m": "higher"}, seed=1)


def test_means_resampled_beside_the_differences_are_those_resampled_alone(monkeypatch):
    scores = _scores(3, 40, 2, missing=0.1)
    monkeypatch.setattr(compare_module, "COLUMNS_AT_ONCE", 4)
    options = {"configurations": list("abc"), "measures": {"m": "higher", "n": "higher"}, "resamples": 200, "seed": 5}
    _, resampled = compare_and_resample(scores, **options)
    alone = [resampled_means(scores[at, :, which], resamples=200, seed=5) for at in range(3) for which in range(2)]
    assert np.array_equal(resampled, np.hstack(alone), equal_nan=True)
    known = mean_intervals(as_columns(scores), resamples=200, seed=5, resampled=resampled)
    for column in range(6):
        (low,) = mean_intervals(as_columns(scores)[:, column], resamples=200, seed=5).lows
        assert known.lows[column] == low


def test_a_comparison_of_tables_on_disk_gives_the_same_bytes(monkeypatch):
    generator = np.random.default_rng(5)
    scores = np.round(generator.random((3, 400, 4)), 2)
    scores[0, ::7, 1] = math.nan
    scores[2, 9:, 2] = math.nan  # so few clusters that every sign pattern is looked at
    names = {"configurations": ["a", "b", "c"], "measures": dict.fromkeys("wxyz", "higher")}
    in_memory, means = compare_and_resample(scores, **names, resamples=500, seed=3)
    for name, value in (("IN_MEMORY", 0), ("BLOCK_CELLS", 256), ("LET_GO", 4096)):
        monkeypatch.setattr(large_array, name, value)
    monkeypatch.setattr(resample, "PRODUCT_ROWS", 64)
    table = large_array.make_array(scores.shape)
    table[:] = scores
    on_disk, same_means = compare_and_resample(table, **names, resamples=500, seed=3)
    assert on_disk == in_memory
    assert same_means.tobytes() == means.tobytes()
