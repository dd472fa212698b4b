"""Seconds of a run's summary, the bootstrap over all clusters, measured with a few of its resamples at full size."""

from functools import lru_cache

import numpy as np

from harness.analysis.resample import RESAMPLES, mean_intervals
from harness.forecast.stopwatch import now

MOST_CELLS = 30_000_000
"""Cells of the largest table that is made to measure with, 240 MB; beyond, time is taken to rise with the rows."""
DRAWS = 20_000_000
"""Draws of the longer of two measurements."""


@lru_cache
def seconds_of_summary(clusters: int, columns: int) -> float:
    """Seconds that the summary of so many clusters and columns of scores takes on this machine."""
    rows = max(2, min(clusters, MOST_CELLS // max(1, columns)))
    few = max(1, min(RESAMPLES // 4, DRAWS // rows))
    short, long = _measure(rows, columns, few), _measure(rows, columns, 2 * few)
    each = max(0.0, long - short) / few
    return (short + each * (RESAMPLES - few)) * max(1.0, clusters / rows)


def _measure(rows: int, columns: int, resamples: int) -> float:
    table = np.random.default_rng(1).random((rows, columns))
    began = now()
    mean_intervals(table, resamples=resamples, seed=1, use_up=True)
    return now().since(began, waits=False)
