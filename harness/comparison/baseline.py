"""A committed baseline: what a run scored on each cluster, as a gate needs it.

What grows with the clusters lies in temporary files where it is large, so that memory does not.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.analysis.resample import exact_means
from harness.comparison.score_matrix import ScoreMatrix, join, measure_rows
from harness.disk.keyed_texts import KeyedTexts
from harness.disk.large_array import LISTED_ROWS, let_go, make_array, row_blocks
from harness.disk.row_offsets import RowOffsets, digest_of
from harness.disk.spool import Spool
from harness.errors import UsageError, nearest_name
from harness.records import MeasureRecord
from harness.results.run_folder import RunFolder

DECIMALS = 6
"""Decimals of a statistic: a ten-thousandth of a ROUGE point. Both sides of a gate are rounded alike."""
_NO_TEXT = -1


@dataclass(frozen=True)
class BaselineConfiguration:
    """One configuration of a baseline: its texts and scores by cluster, in the data's order."""

    name: str
    """A gate compares configurations of equal names."""
    signature: str
    """Its model's signature, for people: a gate is for models that change."""
    measures: tuple[str, ...]
    texts: KeyedTexts
    """Cluster id → the text that was scored; none where the cluster failed."""
    answered: NDArray[np.bool_]
    """Shape (clusters,): True where there is a text."""
    values: NDArray[np.float64]
    """Shape (measures, clusters); NaN where there is no statistic."""
    unscorable: NDArray[np.bool_]
    """The same shape: True where there was a reason in place of a statistic."""

    def column(self, measure: str) -> NDArray[np.float64]:
        """Return the statistics of one measure."""
        column: NDArray[np.float64] = self.values[self.measures.index(measure)]
        return column

    @cached_property
    def answers(self) -> int:
        """The number of clusters with a text."""
        return int(self.answered.sum())

    @cached_property
    def scored(self) -> Mapping[str, int]:
        """Measure → on how many clusters it has a statistic."""
        return self._count(lambda rows: ~np.isnan(self.values[:, rows]))

    @cached_property
    def attempted(self) -> Mapping[str, int]:
        """Measure → on how many clusters it has a statistic, or a reason in its place; on others its metric failed."""
        return self._count(lambda rows: ~np.isnan(self.values[:, rows]) | self.unscorable[:, rows])

    def _count(self, holds_at: Any) -> Mapping[str, int]:
        counts = np.zeros(len(self.measures), dtype=np.int64)
        for rows in row_blocks(len(self.texts), len(self.measures), self.values, self.unscorable):
            counts += holds_at(rows).sum(axis=1)
        return dict(zip(self.measures, counts.tolist(), strict=True))

    def rows(self) -> Iterator[tuple[str, str | None, dict[str, float | None]]]:
        """Yield each cluster's id, its text, and measure → statistic, none where there was a reason in its place."""
        texts = iter(self.texts)
        arrays = (self.values, self.unscorable)
        for rows in row_blocks(len(self.texts), len(self.measures), *arrays, block_rows=LISTED_ROWS):
            cells = zip(self.values[:, rows].T.tolist(), self.unscorable[:, rows].T.tolist(), strict=True)
            for values, reasons in cells:
                cluster_id, text = next(texts)
                statistics = {
                    measure: None if reason else value
                    for measure, value, reason in zip(self.measures, values, reasons, strict=True)
                    if reason or value == value  # NaN: the metric failed here
                }
                yield cluster_id, text, statistics


@dataclass(frozen=True)
class Baseline:
    """A run as a gate needs it."""

    run: str
    """The run it was saved from."""
    data_digest: str
    """Digest over the clusters."""
    seed: int
    measures: tuple[MeasureRecord, ...]
    """The measures with their signatures."""
    configurations: tuple[BaselineConfiguration, ...]
    """In the run's order."""


class Cells:
    """The cells of a configuration, added one by one. Raises StoreError where there is no room for them."""

    def __init__(self, measures: Sequence[str]) -> None:
        self._measures = {measure: place for place, measure in enumerate(dict.fromkeys(measures))}
        self._texts = KeyedTexts()
        self._statistics = Spool()

    def add(self, cluster_id: str, text: str | None, statistics: Mapping[str, float | None]) -> None:
        """Add one; raises KeyError for a measure that there is not."""
        self._texts.add(cluster_id, text)
        values, reasons = array("d", [np.nan]) * len(self._measures), bytearray(len(self._measures))
        for measure, value in statistics.items():
            if value is None:
                reasons[self._measures[measure]] = True
            else:
                values[self._measures[measure]] = value
        self._statistics.add(values.tobytes() + reasons)

    def configuration(self, name: str, signature: str) -> BaselineConfiguration:
        """Make the configuration that has these cells."""
        shape = (len(self._measures), len(self._texts))
        values, unscorable = make_array(shape, np.nan), make_array(shape, False)
        stored = iter(self._statistics)
        for rows in row_blocks(shape[1], shape[0], values, unscorable):
            for row in range(rows.start, rows.stop):
                cell = next(stored)
                values[:, row] = np.frombuffer(cell, count=shape[0])
                unscorable[:, row] = np.frombuffer(cell, dtype=np.bool_, offset=8 * shape[0])
        answered = _answers(self._texts)
        return BaselineConfiguration(name, signature, tuple(self._measures), self._texts, answered, values, unscorable)

    @property
    def ids(self) -> Iterator[str]:
        """The ids, in order; when the last was added."""
        return self._texts.ordered_keys()


def _answers(texts: KeyedTexts) -> NDArray[np.bool_]:
    answered = make_array((len(texts),), False)
    for row, (_, text) in enumerate(texts):
        answered[row] = text is not None
    return answered


def baseline_of(folder: RunFolder, *, texts: bool = True) -> Baseline:
    """Make the baseline of a finished run; without `texts` an empty one stands for each that there is.

    Predictions are not read then, which a run in a store would have to fetch. Raises UsageError for an unfinished run.
    """
    manifest = folder.manifest()
    joined = join([folder])
    found = None if texts else _answered(folder, joined)
    if found is None:
        found = [*_texts_of(folder, joined)]
    configurations = []
    for at, (column, cells) in enumerate(zip(joined.columns, found, strict=True)):
        measures = tuple(measure.name for measure in joined.measures)
        answered = _answers(cells)
        values = measure_rows(joined.values[at], range(len(measures)), np.nan)
        unscorable = measure_rows(joined.unscorable[at], range(len(measures)), False)
        for rows in row_blocks(len(cells), len(measures), values, unscorable, block_rows=LISTED_ROWS):
            rounded = [[round(value, DECIMALS) for value in row] for row in values[:, rows].tolist()]
            unscorable[:, rows] &= answered[rows]
            has_statistic = answered[rows] & ~unscorable[:, rows]
            values[:, rows] = np.where(has_statistic, np.reshape(rounded, has_statistic.shape), np.nan)
        record = column.record
        configurations.append(
            BaselineConfiguration(record.name, record.signature, measures, cells, answered, values, unscorable)
        )
    let_go(joined.values, joined.unscorable)
    return Baseline(folder.path.name, manifest.data_digest, manifest.seed, joined.measures, tuple(configurations))


def _texts_of(folder: RunFolder, joined: ScoreMatrix) -> Iterator[KeyedTexts]:
    """Read the texts of each configuration, in the order of the clusters."""
    stored = Spool()
    places = RowOffsets(
        ((row.configuration, row.cluster_id), stored.add(row.text.encode())) for row in folder.predictions()
    )
    for column in joined.columns:
        texts = KeyedTexts()
        for facts in joined.clusters:
            place = places.get((column.record.name, facts.cluster_id))
            texts.add(facts.cluster_id, None if place is None else stored.at(place).decode())
        yield texts


def _answered(folder: RunFolder, joined: ScoreMatrix) -> list[KeyedTexts] | None:
    """Tell from failures which clusters each configuration answered; None where the manifest counts others."""
    failed = RowOffsets(
        ((row.configuration or "", row.cluster_id), 0) for row in folder.failures() if row.stage == "generate"
    )
    counts, found = folder.manifest().counts, []
    for column in joined.columns:
        texts, answers = KeyedTexts(), 0
        for facts in joined.clusters:
            has_failed = (column.record.name, facts.cluster_id) in failed
            texts.add(facts.cluster_id, None if has_failed else "")
            answers += not has_failed
        if answers != counts[column.record.name].predicted:
            return None
        found.append(texts)
    return found


def differences(old: Baseline, new: Baseline) -> list[str]:
    """List what changed, a line each: means of each configuration and measure, and how many texts."""
    lines = []
    before = {configuration.name: configuration for configuration in old.configurations}
    for configuration in new.configurations:
        other = before.get(configuration.name)
        if other is None:
            lines.append(f"{configuration.name}: new")
            continue
        theirs = RowOffsets(((cluster_id,), _number(text)) for cluster_id, text in other.texts)
        changed = sum(
            _number(text) != theirs.get((cluster_id,)) and not (text is None and (cluster_id,) not in theirs)
            for cluster_id, text in configuration.texts
        )
        lines.append(f"{configuration.name}: {changed} of {len(configuration.texts)} texts changed")
        for measure in new.measures:
            mean, was = _mean(configuration, measure.name), _mean(other, measure.name)
            if mean != was:
                lines.append(f"  {measure.name}: {_show_mean(was)} → {_show_mean(mean)}")
    gone = [name for name in before if name not in {configuration.name for configuration in new.configurations}]
    lines += [f"{name}: no longer there" for name in gone]
    return lines


def _number(text: str | None) -> int:
    """Turn a text into a number that an array of places takes."""
    return _NO_TEXT if text is None else digest_of((text,)) >> 1


def _mean(configuration: BaselineConfiguration, measure: str) -> float | None:
    if not configuration.scored.get(measure):
        return None
    return float(exact_means(configuration.column(measure)[:, None])[0])


def _show_mean(mean: float | None) -> str:
    return "none" if mean is None else f"{mean:.4f}"


def named(baseline: Baseline, name: str) -> BaselineConfiguration:
    """Find the configuration of that name. Raises UsageError where there is none."""
    for configuration in baseline.configurations:
        if configuration.name == name:
            return configuration
    known = [configuration.name for configuration in baseline.configurations]
    near = nearest_name(name, known)
    hint = f"; did you mean {near!r}?" if near else ""
    raise UsageError(f"the baseline has no configuration {name!r}; it has {', '.join(known)}{hint}")
