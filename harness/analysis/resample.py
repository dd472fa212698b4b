"""Resample means over clusters: percentile bootstrap (Efron & Tibshirani 1993, chapter 13).

The cluster is the unit that is drawn: every column (measure, configuration, difference) of a table is resampled with
the same draws, so that columns stay paired. Sums over a resample are computed as one matrix product of draw counts
and values. Both are whole numbers small enough for float64 to add without rounding, so that equal seeds give equal
bytes whatever the chunk size, the number of columns, the BLAS library or its number of threads. For the same reason
tables that are too large for memory are read by blocks of clusters, whose sums are added.
"""

import hashlib
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from harness.disk.large_array import is_on_disk, map_rows, row_blocks

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LEVEL = 0.95
"""Coverage of an interval unless the caller asks for another."""
RESAMPLES = 10_000
"""Resamples and sign flips unless the caller asks for another number."""
MANTISSA = 53
"""Bits of a whole number that float64 holds exactly."""
Counts = NDArray[np.uint8]
"""How often clusters are drawn. That one of n is drawn more than 255 times in n draws has a chance below n / 256!."""
Chunk = TypeVar("Chunk", Counts, Counts | Floats)

CHUNK_CELLS = 1 << 22
"""Counts multiplied at once, 32 MiB: few large matrix products leave BLAS threads little waiting for one another."""
DRAWN_AT_ONCE = 1 << 18
"""Draws counted at once: what a processor's cache holds."""
PRODUCT_ROWS = 8192
"""Clusters of a table on disk that are multiplied at once, for the same reason, and of any that are added up."""


class MeanIntervals(NamedTuple):
    """Means of columns with percentile bootstrap intervals; each array has the shape (columns,)."""

    means: Floats
    """Mean over the clusters that have a value; NaN where none has."""
    lows: Floats
    """Lower end; NaN where fewer than two clusters have a value: one cluster says nothing about the spread."""
    highs: Floats
    """Upper end; NaN where `lows` is."""


def mean_intervals(
    values: Floats,
    *,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int,
    chunk_cells: int = CHUNK_CELLS,
    use_up: bool = False,
    resampled: Floats | None = None,
) -> MeanIntervals:
    """Compute the mean of each column over the clusters that have a value, with its percentile bootstrap interval.

    `values` has the shape (clusters, columns) or (clusters,), NaN where a cluster has no value. A resample's mean is
    the sum of the values drawn over the number of values drawn; resamples that draw no value of a column are left out
    of that column's interval. Quantiles are interpolated linearly. The draws depend on `seed` and the number of
    clusters alone. `use_up` computes in the caller's array, which then holds nothing of use: for tables that take much
    of the memory. `resampled` is what `resampled_means` found for the same values and seed, where that is known.
    Raises ValueError for infinite values, a level outside (0, 1) and fewer than one resample.
    """
    _check(level, resamples)
    table = as_table(values)
    scored = count_values(table)
    means = exact_means(table)
    lows = np.full(table.shape[1], np.nan)
    highs = np.full(table.shape[1], np.nan)
    defined = np.flatnonzero(scored > 1)
    if defined.size:
        kept = take_columns(table, defined)
        # A mean of drawn values lies between the least and the greatest of them; rounding could step outside.
        least, greatest = _ends(kept)
        if resampled is None:
            drawn_means = resampled_means(
                kept, resamples=resamples, seed=seed, chunk_cells=chunk_cells, use_up=use_up or kept is not table
            )
        else:
            drawn_means = resampled if kept is table else resampled[:, defined]
        ends = percentile_interval(drawn_means, level)
        lows[defined], highs[defined] = (np.clip(end, least, greatest) for end in ends)
    return MeanIntervals(means, lows, highs)


def resampled_means(
    values: Floats, *, resamples: int, seed: int, chunk_cells: int = CHUNK_CELLS, use_up: bool = False
) -> Floats:
    """Compute each column's mean in each bootstrap resample: shape (resamples, columns). `use_up` as above.

    NaN where a resample drew no cluster that has a value in the column.
    """
    table = as_table(values)
    if not len(table):  # a shard that no cluster belongs to
        return np.full((resamples, table.shape[1]), np.nan)
    prepared = prepare(table, use_up=use_up)
    drawn_means = mean_deviations(prepared, resamples=resamples, seed=seed, chunk_cells=chunk_cells)
    return prepared.means + drawn_means * prepared.unit


class Prepared(NamedTuple):
    """A table of at least one cluster, ready to be resampled."""

    means: Floats
    """Mean of each column."""
    whole: Floats
    """Deviations from it as whole numbers of the column's unit; 0 where there is no value."""
    unit: Floats
    present: Floats | None
    """Which clusters have a value, in each pattern there is; None where all have all."""
    pattern_of_column: NDArray[np.intp]


def prepare(table: Floats, *, use_up: bool = False) -> Prepared:
    """Turn a table into whole numbers. `use_up` as above."""
    clusters, columns = table.shape
    complete = bool((count_values(table) == clusters).all())
    present, pattern_of_column = (None, np.zeros(columns, dtype=np.intp)) if complete else distinct_columns(table)
    means = exact_means(table)

    def deviations_at(rows: slice) -> Floats:
        # Deviations from the mean keep more bits than values, and make a constant column's interval one point.
        deviations = np.subtract(table[rows], means)
        deviations[np.isnan(deviations)] = 0.0
        return deviations

    if use_up:
        deviations = table
        for some in row_blocks(clusters, columns, table):
            table[some] = deviations_at(some)
    else:
        deviations = map_rows((clusters, columns), deviations_at, table)
    return Prepared(means, *whole_numbers(deviations, clusters), present, pattern_of_column)


def mean_deviations(prepared: Prepared, *, resamples: int, seed: int, chunk_cells: int = CHUNK_CELLS) -> Floats:
    """Compute the mean deviation of each column in each resample, in the column's unit; NaN as above."""
    whole, present = prepared.whole, prepared.present
    clusters, columns = whole.shape
    drawn_means = np.empty((resamples, columns))
    done = 0
    chunk_cells = cells_at_once(whole, chunk_cells)
    for counts in make_ahead(draw_counts(clusters, resamples=resamples, seed=seed, chunk_cells=chunk_cells)):
        rows = slice(done, done + counts.shape[0])
        done = rows.stop
        if present is None:
            (sums,) = products(counts, whole)
            drawn_means[rows] = sums / clusters
        else:
            sums, drawn = products(counts, whole, present)
            drawn = drawn[:, prepared.pattern_of_column]
            drawn_means[rows] = np.divide(sums, drawn, out=np.full(sums.shape, np.nan), where=drawn > 0)
    return drawn_means


def cells_at_once(table: Floats, chunk_cells: int) -> int:
    """Choose how many counts a chunk has; a table on disk is read whole for each, so that larger ones pay."""
    return 4 * chunk_cells if is_on_disk(table) else chunk_cells


def products(counts: Counts | Floats, *tables: Floats) -> list[Floats]:
    """Multiply counts, shape (resamples, clusters), with each of some tables of whole numbers."""
    if not any(map(is_on_disk, tables)):
        return [counts.astype(np.float64, copy=False) @ table for table in tables]
    sums = [np.zeros((len(counts), table.shape[1])) for table in tables]
    columns = sum(table.shape[1] for table in tables)
    for rows in row_blocks(counts.shape[1], columns, *tables, block_rows=PRODUCT_ROWS):
        some = counts[:, rows].astype(np.float64)
        for total, table in zip(sums, tables, strict=True):
            total += some @ table[rows]
    return sums


def make_ahead(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """Yield the same chunks, each made in another thread while the one before it is worked on."""
    with ThreadPoolExecutor(1) as other:
        coming = other.submit(next, chunks, None)
        while (chunk := coming.result()) is not None:
            coming = other.submit(next, chunks, None)
            yield chunk


def draw_counts(clusters: int, *, resamples: int, seed: int, chunk_cells: int = CHUNK_CELLS) -> Iterator[Counts]:
    """Count how often each cluster is drawn in each resample, in chunks of shape (some resamples, clusters).

    Row r is the same whatever the chunk size: the generator's stream is read in order, `clusters` draws a resample.
    """
    generator = np.random.default_rng(seed)
    at_once = max(1, chunk_cells // max(1, clusters))
    piece = max(1, DRAWN_AT_ONCE // max(1, clusters))
    for start in range(0, resamples, at_once):
        counts = np.zeros((min(at_once, resamples - start), clusters), dtype=np.uint8)
        for first in range(0, len(counts), piece):
            cells = counts[first : first + piece].reshape(-1)
            firsts = np.arange(0, cells.size, max(1, clusters))  # of each row
            for begin in range(0, cells.size, DRAWN_AT_ONCE):  # a row of many clusters is drawn in several goes
                drawn = generator.integers(0, clusters, size=min(DRAWN_AT_ONCE, cells.size - begin))
                if len(firsts) > 1:
                    drawn += np.repeat(firsts, clusters)
                np.add.at(cells, drawn, np.uint8(1))
        yield counts


def percentile_interval(resampled: Floats, level: float) -> tuple[Floats, Floats]:
    """Compute the `level` percentile interval of each column of (resamples, columns), NaN cells left out."""
    tail = (1.0 - level) / 2.0
    ends: Floats
    if np.isnan(resampled).any():
        ends = np.nanquantile(resampled, [tail, 1.0 - tail], axis=0)
    else:
        ends = np.quantile(resampled, [tail, 1.0 - tail], axis=0)
    return ends[0], ends[1]


def exact_means(table: Floats) -> Floats:
    """Compute the mean of each column over its values that are not NaN, from a correctly rounded sum; NaN for none."""
    sizes = count_values(table)
    means = np.full(table.shape[1], np.nan)
    for column in np.flatnonzero(sizes).tolist():
        means[column] = math.fsum(_present_values(table, column)) / sizes[column]
    return means


def _present_values(table: Floats, column: int) -> Iterator[float]:
    for rows in row_blocks(*table.shape, table, block_rows=PRODUCT_ROWS):
        values = table[rows, column]
        yield from values[~np.isnan(values)].tolist()


def count_values(table: Floats) -> NDArray[np.int64]:
    """Count the values of each column that are not NaN."""
    counts = np.zeros(table.shape[1], dtype=np.int64)
    for rows in row_blocks(*table.shape, table):
        counts += (~np.isnan(table[rows])).sum(axis=0)
    return counts


def take_columns(table: Floats, columns: NDArray[np.intp]) -> Floats:
    """Copy some columns, in ascending order; where they are all there are, the table itself."""
    if len(columns) == table.shape[1]:
        return table
    return map_rows((len(table), len(columns)), lambda rows: table[rows][:, columns], table)


def _ends(table: Floats) -> tuple[Floats, Floats]:
    """Find the least and the greatest value of each column; infinities where there is none."""
    least, greatest = np.full(table.shape[1], np.inf), np.full(table.shape[1], -np.inf)
    for rows in row_blocks(*table.shape, table):
        np.fmin(least, np.fmin.reduce(table[rows], axis=0, initial=np.inf), out=least)
        np.fmax(greatest, np.fmax.reduce(table[rows], axis=0, initial=-np.inf), out=greatest)
    return least, greatest


def whole_numbers(table: Floats, terms: int) -> tuple[Floats, Floats]:
    """Round each column to whole numbers of a unit, a power of two, so small that sums of `terms` of them are exact.

    Computes in `table`. Returns the whole numbers and the unit of each column; the rounding moves a value by at most
    half a unit, which is `terms` × 2⁻⁵³ of the column's largest magnitude (2⁻³⁹ at 10,000 clusters).
    """
    headroom = math.ceil(math.log2(max(1, terms)))
    least, greatest = _ends(table)
    largest = np.maximum(np.maximum(greatest, 0.0), -np.minimum(least, 0.0))
    _, exponents = np.frexp(largest)  # largest < 2 ** exponent
    shift = np.where(largest > 0, MANTISSA - 1 - headroom - exponents, 0)
    for rows in row_blocks(*table.shape, table):
        np.ldexp(table[rows], shift, out=table[rows])
        np.rint(table[rows], out=table[rows])
    return table, np.ldexp(np.ones(table.shape[1]), -shift)


def or_none(value: float | np.float64) -> float | None:
    """Turn a number into what a record holds: None for NaN."""
    return None if math.isnan(value) else float(value)


def as_table(values: Floats) -> Floats:
    """Convert `values` to float64, shape (clusters, columns). Raises ValueError for other shapes or infinities."""
    table = np.asarray(values, dtype=np.float64)
    if table.ndim == 1:
        table = table[:, None]
    if table.ndim != 2:
        raise ValueError(f"scores have the shape (clusters, columns), not {table.shape}")
    if any(np.isinf(table[rows]).any() for rows in row_blocks(*table.shape, table)):
        raise ValueError("scores are finite or NaN, never infinite")
    return table


def distinct_columns(table: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Find the distinct patterns of values, 1, and NaN, 0, and which of them each column has; most measures miss alike.

    The patterns have the shape (clusters, patterns).
    """
    digests = [hashlib.blake2b(digest_size=16) for _ in range(table.shape[1])]
    for rows in row_blocks(*table.shape, table):
        for digest, has_value in zip(digests, ~np.isnan(table[rows]).T, strict=True):
            digest.update(has_value.tobytes())
    seen: dict[bytes, int] = {}
    which = [seen.setdefault(digest.digest(), len(seen)) for digest in digests]
    firsts = [which.index(pattern) for pattern in range(len(seen))]

    def present_at(rows: slice) -> Floats:
        return (~np.isnan(table[rows][:, firsts])).astype(np.float64)

    return map_rows((len(table), len(firsts)), present_at, table), np.array(which, dtype=np.intp)


def _check(level: float, resamples: int) -> None:
    if not 0.0 < level < 1.0:
        raise ValueError(f"a level lies between 0 and 1, not {level}")
    if resamples < 1:
        raise ValueError(f"at least one resample is needed, not {resamples}")
