"""Our statistics against other people's programs.

Expected values come from scipy 1.17.1 and sacrebleu 2.6.0, called here on the same numbers.
"""

import numpy as np
import pytest
from scipy import stats

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
