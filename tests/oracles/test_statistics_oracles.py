"""Our statistics against other people's programs.

Expected values come from scipy 1.17.1 and sacrebleu 2.6.0, called here on the same numbers.
"""

import numpy as np
import pytest
from sacrebleu.metrics.base import Metric, Score, Signature
from sacrebleu.significance import PairedTest
from scipy import stats

from harness.analysis.paired import (
    bootstrap_p_values,
    paired_differences,
    randomisation_intervals,
    randomisation_p_values,
    subset_means,
)
from harness.analysis.resample import mean_intervals, percentile_interval, resampled_means


def _scores(kind: str, clusters: int) -> np.ndarray:
    generator = np.random.default_rng(20)
    if kind == "share":
        return generator.beta(2, 5, clusters)
    if kind == "binary":
        return (generator.random(clusters) < 0.3).astype(float)
    return generator.choice([0.0, 1 / 3, 0.5, 1.0], clusters)


@pytest.mark.parametrize("kind", ["share", "binary", "tied"])
def test_bootstrap_intervals_equal_scipys_on_the_same_draws(kind):
    # scipy.stats.bootstrap draws rng.integers(0, n, (resamples, n)): with batch=None one call, the stream that ours
    # reads in chunks. Same indices, same numbers (scipy 1.17.1).
    values = _scores(kind, 83)
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=2000, method="percentile", rng=np.random.default_rng(5), vectorized=True
    )
    resampled = resampled_means(values[:, None], resamples=2000, seed=5)
    assert resampled[:, 0] == pytest.approx(theirs.bootstrap_distribution, abs=1e-12)
    low, high = percentile_interval(resampled, 0.95)
    assert low[0] == pytest.approx(theirs.confidence_interval.low, abs=1e-12)
    assert high[0] == pytest.approx(theirs.confidence_interval.high, abs=1e-12)


@pytest.mark.parametrize("kind", ["share", "binary", "tied"])
def test_bootstrap_intervals_agree_with_scipys_on_other_draws(kind):
    # An end's Monte Carlo error: sqrt(p (1 - p) / R) / density = sqrt(.025 * .975 / 20000) / (.0584 / sd) = 0.019 sd
    # (normal density at its 2.5 % quantile); two independent estimates, four of their standard errors: 0.11 sd.
    values = _scores(kind, 400)
    ours = mean_intervals(values, resamples=20_000, seed=1)
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(99), batch=1000
    )
    error = 0.11 * values.std() / np.sqrt(len(values))
    assert ours.lows[0] == pytest.approx(theirs.confidence_interval.low, abs=error)
    assert ours.highs[0] == pytest.approx(theirs.confidence_interval.high, abs=error)


def test_intervals_with_missing_values_equal_scipys_of_the_ratio_of_sums():
    values = _scores("share", 60)
    values[::4] = np.nan
    theirs = stats.bootstrap(
        (values,), np.nanmean, n_resamples=1000, method="percentile", rng=np.random.default_rng(7), axis=0
    )
    ours = mean_intervals(values, resamples=1000, seed=7)
    assert ours.means[0] == pytest.approx(np.nanmean(values), abs=1e-15)
    assert ours.lows[0] == pytest.approx(theirs.confidence_interval.low, abs=1e-12)
    assert ours.highs[0] == pytest.approx(theirs.confidence_interval.high, abs=1e-12)


def _pair(kind: str, clusters: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(clusters)
    if kind == "share":
        first = generator.beta(2, 5, clusters)
        return first, np.clip(first + generator.normal(0.0, 0.15, clusters), 0, 1)
    if kind == "binary":
        return (generator.random(clusters) < 0.6).astype(float), (generator.random(clusters) < 0.4).astype(float)
    return generator.choice([0.0, 1 / 3, 0.5, 1.0], clusters), generator.choice([0.0, 1 / 3, 2 / 3, 1.0], clusters)


def _mean_difference(first: np.ndarray, second: np.ndarray, axis: int) -> np.ndarray:
    return np.mean(first - second, axis=axis)


@pytest.mark.parametrize("kind", ["share", "binary", "tied"])
@pytest.mark.parametrize("clusters", [2, 5, 9, 13])
def test_exact_randomisation_equals_scipys_permutation_test(kind, clusters):
    # permutation_type="samples" exchanges the two scores of a cluster; n_resamples=inf is all 2^n (scipy 1.17.1).
    first, second = _pair(kind, clusters)
    theirs = stats.permutation_test(
        (first, second), _mean_difference, permutation_type="samples", n_resamples=np.inf, vectorized=True
    )
    found = subset_means(paired_differences(first, second)[:, None], seed=1)
    assert found.exact[0]
    assert randomisation_p_values(found)[0] == pytest.approx(theirs.pvalue, abs=1e-12)


@pytest.mark.parametrize("kind", ["share", "binary", "tied"])
def test_drawn_randomisation_agrees_with_scipys_permutation_test(kind):
    # Two estimates from 20,000 patterns: four standard errors of their difference are 4 sqrt(2 p (1 - p) / 20000).
    first, second = _pair(kind, 120)
    theirs = stats.permutation_test(
        (first, second),
        _mean_difference,
        permutation_type="samples",
        n_resamples=20_000,
        vectorized=True,
        batch=500,
        rng=np.random.default_rng(3),
    )
    found = subset_means(paired_differences(first, second)[:, None], resamples=20_000, seed=1)
    ours = randomisation_p_values(found)[0]
    assert ours == pytest.approx(theirs.pvalue, abs=1e-4 + 4 * np.sqrt(2 * ours * (1 - ours) / 20_000))


def test_the_randomisation_test_of_0_and_1_is_mcnemars_exact_test():
    # Flipping signs of −1 and 1 is a fair coin for each discordant pair: a two-sided binomial test (scipy 1.17.1).
    first, second = _pair("binary", 12)
    wins, losses = int((first > second).sum()), int((first < second).sum())
    found = subset_means(paired_differences(first, second)[:, None], seed=1)
    assert randomisation_p_values(found)[0] == pytest.approx(stats.binomtest(wins, wins + losses).pvalue, abs=1e-12)


@pytest.mark.parametrize("kind", ["share", "tied"])
def test_randomisation_intervals_agree_with_the_t_interval_for_many_clusters(kind):
    # Both are asymptotically normal; at 2,000 clusters the ends differ by the Monte Carlo error of the 2.5 % quantile
    # of 40,000 subset means, 0.019 / sqrt(2) standard errors (see above), and by O(1 / n): 0.06 standard errors.
    first, second = _pair(kind, 2000)
    difference = paired_differences(first, second)
    theirs = stats.ttest_rel(first, second).confidence_interval(0.95)
    low, high = randomisation_intervals(subset_means(difference[:, None], resamples=20_000, seed=1), 0.05)
    error = 0.06 * difference.std() / np.sqrt(2000)
    assert low[0] == pytest.approx(theirs.low, abs=error)
    assert high[0] == pytest.approx(theirs.high, abs=error)


@pytest.mark.parametrize("kind", ["share", "binary", "tied"])
def test_paired_bootstrap_equals_scipys_on_the_same_draws(kind):
    # scipy.stats.bootstrap(paired=True) draws indices once for both arguments (scipy 1.17.1).
    first, second = _pair(kind, 90)
    theirs = stats.bootstrap(
        (first, second),
        _mean_difference,
        paired=True,
        vectorized=True,
        n_resamples=2000,
        method="percentile",
        rng=np.random.default_rng(5),
    )
    difference = paired_differences(first, second)[:, None]
    ours = resampled_means(difference, resamples=2000, seed=5)[:, 0]
    assert ours == pytest.approx(theirs.bootstrap_distribution, abs=1e-12)
    observed = difference.mean()
    away = np.abs(theirs.bootstrap_distribution - observed) >= abs(observed) - 1e-12
    assert bootstrap_p_values(difference, resamples=2000, seed=5)[0] == (1 + away.sum()) / 2001


class _Mean(Metric):
    """sacreBLEU's own machinery over numbers that are known already: 'hypotheses' are scores written as text."""

    _SIGNATURE_TYPE = Signature

    def __init__(self):
        super().__init__()
        self.num_refs = 1  # a signature needs one

    def _extract_corpus_statistics(self, hypotheses, references):  # noqa: ARG002 - sacreBLEU's own signature
        return [[float(text), 1.0] for text in hypotheses]

    def _aggregate_and_compute(self, stats):
        return self._compute_score_from_stats(np.sum(stats, axis=0))

    def _compute_score_from_stats(self, stats):
        return Score("mean", float(stats[0] / stats[1]))

    def _check_sentence_args(self, hyp, refs): ...

    def _check_corpus_args(self, hyps, refs): ...

    def _preprocess_segment(self, sent): ...

    def _compute_segment_statistics(self, hypothesis, ref_kwargs): ...

    def _extract_reference_info(self, refs): ...


def _sacrebleu(first, second, test, trials, monkeypatch):
    # sacrebleu 2.6.0: PairedTest([baseline, system], metrics, references, test_type="ar"|"bs", n_samples=trials)()
    monkeypatch.setenv("SACREBLEU_SEED", "12345")
    systems = [("first", [repr(float(score)) for score in first]), ("second", [repr(float(score)) for score in second])]
    _, scores = PairedTest(systems, {"mean": _Mean()}, None, test_type=test, n_samples=trials)()
    return scores["mean"][1].p_value


@pytest.mark.parametrize(("kind", "clusters"), [("share", 60), ("share", 400), ("binary", 61)])
def test_randomisation_agrees_with_sacrebleus(kind, clusters, monkeypatch):
    # sacreBLEU counts strictly greater differences, we count ties too (Noreen 1989): on 0/1 scores ours is larger by
    # the share of patterns that tie, which is worked out here from a binomial distribution and added to theirs.
    first, second = _pair(kind, clusters)
    theirs = _sacrebleu(first, second, "ar", 10_000, monkeypatch)
    if kind == "binary":
        wins, losses = int((first > second).sum()), int((first < second).sum())
        assert wins != losses
        theirs += 2 * stats.binom.pmf(wins, wins + losses, 0.5)
    ours = randomisation_p_values(subset_means(paired_differences(first, second)[:, None], seed=1))[0]
    assert ours == pytest.approx(theirs, abs=1e-4 + 4 * np.sqrt(2 * ours * (1 - ours) / 10_000))


@pytest.mark.parametrize("clusters", [60, 400])
def test_the_paired_bootstrap_is_sacrebleus_on_the_same_draws(clusters, monkeypatch):
    # Its p-value is (1 + #{|d*| − mean |d*| > |d|}) / (1 + R). default_rng(12345).choice draws what ours draws with
    # that seed. Its sums are float32, hence one count of tolerance.
    first, second = _pair("share", clusters)
    theirs = _sacrebleu(first, second, "bs", 1000, monkeypatch)
    difference = paired_differences(first, second)[:, None]
    distance = np.abs(resampled_means(difference, resamples=1000, seed=12345)[:, 0])
    same_formula = (1 + (distance - distance.mean() > abs(difference.mean())).sum()) / 1001
    assert same_formula == pytest.approx(theirs, abs=1.01 / 1001)
    # That counts one tail of two, once the difference is clear of zero; ours counts both.
    ours = bootstrap_p_values(difference, resamples=20_000, seed=1)[0]
    assert ours == pytest.approx(2 * theirs, abs=0.01 + 4 * np.sqrt(2 * theirs / 1000))
