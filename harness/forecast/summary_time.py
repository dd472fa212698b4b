"""Seconds of a run's summary, the bootstrap over all clusters, measured with a few of its resamples at full size."""

from functools import lru_cache

import numpy as np

from harness.analysis.resample import RESAMPLES, mean_deviations, mean_intervals, prepare
from harness.disk.large_array import map_rows
from harness.forecast.stopwatch import now

MOST_CELLS = 30_000_000
"""Cells of the largest table that is made to measure with, 240 MB of disk; beyond, time is taken to rise with rows."""
MOST_ROWS = 1_000_000
"""Rows of that table: where there are more, no cache of a processor holds the counts of a resample, as here."""
DRAWS = 40_000_000
"""Draws that are timed: at the largest, about a chunk of those that a run makes at once."""


@lru_cache
def seconds_of_summary(clusters: int, columns: int) -> float:
    """Seconds that the summary of so many clusters and columns of scores takes on this machine."""
    rows = max(2, min(clusters, MOST_ROWS, MOST_CELLS // max(1, columns)))
    few = max(1, min(RESAMPLES // 4, DRAWS // rows))
    generator = np.random.default_rng(1)
    table = map_rows((rows, columns), lambda some: generator.random((some.stop - some.start, columns)))
    began = now()
    mean_intervals(table, resamples=1, seed=1)
    once = now().since(began, waits=False)
    # Draws are timed by themselves: where clusters are many, a few take less than what is done once varies by.
    prepared = prepare(table, use_up=True)
    began = now()
    mean_deviations(prepared, resamples=few, seed=1)
    each = now().since(began, waits=False) / few
    return (once + each * (RESAMPLES - 1)) * max(1.0, clusters / rows)
