"""Summarise one configuration on one measure: its mean, interval and denominators."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat

from harness.analysis.resample import RESAMPLES, count_values, mean_intervals, or_none
from harness.disk.large_array import let_go, make_array, map_rows, row_blocks
from harness.records import MeasureRecord, MetricScore, Record

ROWS_HELD = 16_384
"""Rows of a table in a file that are written before they are let go of."""


class Summary(Record):
    """The mean of one measure over the clusters of one configuration."""

    configuration: str = Field(description="The configuration.")
    measure: str = Field(description="The measure.")
    mean: FiniteFloat | None = Field(description="Mean over the scored clusters; none where no cluster was scored.")
    low: FiniteFloat | None = Field(description="Lower end of the interval; none with fewer than two scored clusters.")
    high: FiniteFloat | None = Field(description="Upper end of the interval.")
    scored: int = Field(ge=0, description="Clusters with a statistic.")
    unscorable: int = Field(ge=0, description="Clusters with a prediction, but a reason in place of a statistic.")
    failed: int = Field(ge=0, description="Clusters without a prediction, or on which the metric failed.")
    pending: int = Field(default=0, ge=0, description="Clusters that a run which is not complete has not come to yet.")


class ScoreTable:
    """Every statistic of a run as one array: a row for each cluster, a column for each configuration and measure.

    Rows are in the order in which clusters are added, all scores of one cluster together; the rows of clusters that no
    score names stay empty.
    """

    def __init__(self, clusters: int, configurations: Sequence[str], measures: Sequence[str]) -> None:
        self.configurations = tuple(configurations)
        self.measures = tuple(measures)
        self._row = -1
        self._cluster_id: str | None = None
        self._columns = {
            (configuration, measure): at * len(self.measures) + offset
            for at, configuration in enumerate(self.configurations)
            for offset, measure in enumerate(self.measures)
        }
        self._columns_of: dict[str, dict[str, int]] = {configuration: {} for configuration in self.configurations}
        for (configuration, measure), column in self._columns.items():
            self._columns_of[configuration][measure] = column
        self.values: NDArray[np.float64] = make_array((clusters, len(self._columns)), np.nan)
        """Shape (clusters, configurations × measures); NaN where there is no statistic. In a file where it is large."""
        self._of_cluster = self.values[:0]
        self.unscorable: NDArray[np.int64] = np.zeros(len(self._columns), dtype=np.int64)
        """Shape (configurations × measures,): clusters with a reason instead."""

    def add(self, score: MetricScore) -> None:
        """File a score by its ids. Raises KeyError for a configuration or measure that is not the table's."""
        if score.cluster_id != self._cluster_id:
            self._row, self._cluster_id = self._row + 1, score.cluster_id
            self._of_cluster = self.values[self._row]
            if self._row % ROWS_HELD == 0:
                let_go(self.values)
        columns = self._columns_of[score.configuration]
        for measure, value in score.statistics.items():
            self._of_cluster[columns[measure]] = value
        for measure in score.unscorable:
            self.unscorable[columns[measure]] += 1

    def column(self, configuration: str, measure: str) -> NDArray[np.float64]:
        """Cut out one measure of one configuration, shape (clusters,), NaN where there is no statistic."""
        column: NDArray[np.float64] = self.values[:, self._columns[configuration, measure]]
        return column

    def summaries(self, *, seed: int) -> list[Summary]:
        """Summarise each configuration and measure; all share the same bootstrap draws. Uses the table up."""
        return _summaries(list(self._columns), self.values, self.unscorable, seed, use_up=True)


def summaries_of(
    values: NDArray[np.float64],
    unscorable: NDArray[np.bool_],
    configurations: Sequence[str],
    measures: Sequence[MeasureRecord],
    *,
    seed: int,
    resamples: int = RESAMPLES,
    resampled: NDArray[np.float64] | None = None,
) -> list[Summary]:
    """Summarise arrays of the shape (configurations, clusters, measures).

    `resampled` is what `resampled_means` found for `as_columns(values)`, where that is known already.
    """
    columns = [(configuration, measure.name) for configuration in configurations for measure in measures]
    reasons = np.zeros((len(configurations), len(measures)), dtype=np.int64)
    for rows in row_blocks(values.shape[1], len(columns), unscorable):
        reasons += unscorable[:, rows].sum(axis=1)
    return _summaries(columns, as_columns(values), reasons.reshape(-1), seed, resamples, resampled=resampled)


def as_columns(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn (configurations, clusters, measures) into (clusters, configurations × measures)."""
    configurations, clusters, measures = values.shape

    def rows_at(rows: slice) -> NDArray[np.float64]:
        return values[:, rows].transpose(1, 0, 2).reshape(-1, configurations * measures)

    return map_rows((clusters, configurations * measures), rows_at, values)


def _summaries(
    columns: Sequence[tuple[str, str]],
    values: NDArray[np.float64],
    unscorable: NDArray[np.int64],
    seed: int,
    resamples: int = RESAMPLES,
    *,
    use_up: bool = False,
    resampled: NDArray[np.float64] | None = None,
) -> list[Summary]:
    scored = count_values(values)
    intervals = mean_intervals(values, resamples=resamples, seed=seed, use_up=use_up, resampled=resampled)
    return [
        Summary(
            configuration=configuration,
            measure=measure,
            mean=or_none(intervals.means[column]),
            low=or_none(intervals.lows[column]),
            high=or_none(intervals.highs[column]),
            scored=int(scored[column]),
            unscorable=int(unscorable[column]),
            failed=len(values) - int(scored[column]) - int(unscorable[column]),
        )
        for column, (configuration, measure) in enumerate(columns)
    ]


def by_configuration(summaries: Iterable[Summary]) -> Mapping[str, dict[str, Summary]]:
    """Group summaries: configuration → measure → summary, in the order given."""
    grouped: dict[str, dict[str, Summary]] = {}
    for summary in summaries:
        grouped.setdefault(summary.configuration, {})[summary.measure] = summary
    return grouped


def measures_by_metric(measures: Iterable[MeasureRecord]) -> Mapping[str, list[MeasureRecord]]:
    """Group measures by metric, in the order given."""
    grouped: dict[str, list[MeasureRecord]] = {}
    for measure in measures:
        grouped.setdefault(measure.metric, []).append(measure)
    return grouped
