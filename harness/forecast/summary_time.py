"""Seconds of a run's summary, the bootstrap over all clusters, measured with a few of its resamples at full size."""

from functools import lru_cache

import numpy as np

from harness.analysis.resample import RESAMPLES, mean_intervals
from harness.disk.large_array import map_rows
from harness.forecast.stopwatch import now

MOST_CELLS = 30_000_000
"""Cells of the largest table that is made to measure with, 240 MB of disk; beyond, time is taken to rise with rows."""
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
    generator = np.random.default_rng(1)
    table = map_rows((rows, columns), lambda some: generator.random((some.stop - some.start, columns)))
    began = now()
    mean_intervals(table, resamples=resamples, seed=1, use_up=True)
    return now().since(began, waits=False)
