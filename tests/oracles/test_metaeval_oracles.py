"""Agreement statistics against scipy, whose version is that of the development extra (checked with 1.17)."""

import numpy as np
import pytest

from harness.analysis.correlate import kendall, pearson, spearman
from harness.analysis.metaeval import roc_auc

stats = pytest.importorskip("scipy.stats")


@pytest.mark.parametrize("levels", [3, 1000])
@pytest.mark.parametrize("seed", [0, 1])
def test_auc_is_the_rank_sum_statistic(levels, seed):
    rng = np.random.default_rng(seed)
    labels = rng.random(200) < 0.3
    scores = rng.integers(0, levels, 200) / levels
    statistic = stats.mannwhitneyu(scores[labels], scores[~labels]).statistic
    assert roc_auc(labels, scores, np.ones((1, 200)))[0] == pytest.approx(
        statistic / (labels.sum() * (~labels).sum()), abs=1e-12
    )


@pytest.mark.parametrize("levels", [3, 1000])
def test_correlations(levels):
    rng = np.random.default_rng(7)
    first = rng.integers(0, levels, (1, 40)).astype(float)
    second = first + rng.integers(0, levels, (1, 40))
    for ours, theirs in ((pearson, stats.pearsonr), (spearman, stats.spearmanr), (kendall, stats.kendalltau)):
        assert ours(first, second)[0] == pytest.approx(theirs(first[0], second[0]).statistic, abs=1e-12)
