"""A comparison of configurations, worked out and ready to print."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from harness.analysis.compare import (
    PairComparison,
    against,
    compare_and_resample,
    largest_moves,
    reverse_pair,
    significantly_better,
)
from harness.analysis.summary import Summary, summaries_of
from harness.comparison.equal import describe_equal, equal_configurations
from harness.comparison.score_matrix import ScoreMatrix, find_label, groups_of, take_clusters
from harness.disk.row_offsets import RowOffsets
from harness.errors import UsageError
from harness.records import ErrorType, MeasureRecord

TESTED_FIELDS = ("p_value", "p_adjusted", "p_bootstrap", "detectable", "low_holm", "high_holm", "level_holm")
"""Fields of a pair that say what a test found."""


@dataclass(frozen=True)
class Group:
    """The clusters that share one value of a field."""

    key: str
    clusters: int
    summaries: tuple[Summary, ...]


@dataclass(frozen=True)
class Move:
    """A cluster on which a configuration differs much from the baseline."""

    cluster_id: str
    configuration: str
    measure: MeasureRecord
    baseline: float
    other: float
    baseline_text: str
    other_text: str


@dataclass(frozen=True)
class Comparison:
    """Every configuration beside a baseline, measure by measure."""

    joined: ScoreMatrix
    baseline: str
    summaries: Mapping[tuple[str, str], Summary]
    """(configuration, measure) → summary."""
    pairs: tuple[PairComparison, ...]
    """Every pair on every measure, of configurations that wrote the same only the first: what Holm corrects for."""
    every_pair: tuple[PairComparison, ...]
    """The same and, for configurations that wrote the same, what was found of the first of them."""
    equal: Mapping[str, str]
    """Label → the configuration that wrote the same, and is compared in its place."""
    beside_baseline: Mapping[tuple[str, str], PairComparison]
    """(configuration, measure) → that configuration − the baseline."""
    beaten: Mapping[tuple[str, str], tuple[str, ...]]
    """(measure, configuration) → the configurations it is significantly better than."""

    @property
    def letters(self) -> Mapping[str, str]:
        """Configuration → the letter that stands for it in superscripts: a to z, then a1, b1 and so on."""
        return letters_of(self.joined.labels)


def letters_of(labels: Sequence[str]) -> Mapping[str, str]:
    """Give each configuration a letter: a to z, then a1, b1 and so on."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return {label: letters[at % 26] + (str(at // 26) if at >= 26 else "") for at, label in enumerate(labels)}


@dataclass(frozen=True)
class Details:
    """Details beside a comparison: its means broken down by a field, and the clusters that moved most."""

    by: str | None = None
    """The field; `error` breaks predictions down by their errors instead."""
    groups: tuple[Group, ...] = ()
    """Where the field is one of the clusters'."""
    errors: Mapping[ErrorType, Mapping[str, tuple[int, int]]] = field(default_factory=dict)
    """Where it is `error`: see `error_shares`."""
    moves: tuple[Move, ...] = ()


def compare_joined(joined: ScoreMatrix, baseline: str | None = None) -> Comparison:
    """Compare all pairs of configurations. The baseline is the first configuration unless one is named.

    Raises UsageError for an unknown baseline and for fewer than two configurations.
    """
    if len(joined.columns) < 2:
        raise UsageError(f"only one configuration, {joined.labels[0]!r}: a comparison needs two, from one run or more")
    label = find_label(joined.labels, baseline) if baseline is not None else joined.labels[0]
    directions = {measure.name: measure.direction for measure in joined.measures}
    equal = equal_configurations(joined, label)
    kept = [at for at, name in enumerate(joined.labels) if name not in equal]
    distinct, resampled = compare_and_resample(
        joined.values[kept] if equal else joined.values,
        configurations=[joined.labels[at] for at in kept],
        measures=directions,
        seed=joined.seed,
    )
    pairs = tuple(pair if directions[pair.measure] != "neither" else _untested(pair) for pair in distinct)
    every = (*pairs, *_repeated(pairs, equal, joined))
    return Comparison(
        joined=replace(joined, notes=(*joined.notes, *describe_equal(equal))),
        baseline=label,
        summaries={
            (summary.configuration, summary.measure): summary
            for summary in joined.summaries(None if equal else resampled)
        },
        pairs=pairs,
        every_pair=every,
        equal=equal,
        beside_baseline={(pair.first, pair.measure): pair for pair in against(every, label)},
        beaten=significantly_better(every, directions),
    )


def _repeated(
    pairs: Sequence[PairComparison], equal: Mapping[str, str], joined: ScoreMatrix
) -> Iterator[PairComparison]:
    """Yield the pairs of configurations that were not compared again: what was found of those that they equal."""
    kept = {name: equal.get(name, name) for name in joined.labels}
    found = {(pair.measure, pair.first, pair.second): pair for pair in pairs}
    for first, second in combinations(joined.labels, 2):
        if first not in equal and second not in equal:
            continue
        for measure in joined.measures:
            pair = found.get((measure.name, kept[first], kept[second]))
            turned = found.get((measure.name, kept[second], kept[first]))
            if pair is None and turned is not None:
                pair = reverse_pair(turned)
            if pair is None:
                yield _no_difference(joined, measure.name, first, second)
            else:
                yield pair.model_copy(update={"first": first, "second": second})


def _no_difference(joined: ScoreMatrix, measure: str, first: str, second: str) -> PairComparison:
    """Compare a configuration with one that wrote the same: nothing is tested."""
    at = [each.name for each in joined.measures].index(measure)
    scored = int((~np.isnan(joined.values[joined.labels.index(first), :, at])).sum())
    return PairComparison(
        **dict.fromkeys(("low", "high", *TESTED_FIELDS)),
        measure=measure,
        first=first,
        second=second,
        difference=0.0 if scored else None,
        exact=True,
        wins=0,
        ties=scored,
        losses=0,
        both=scored,
        first_only=0,
        second_only=0,
        neither=len(joined.clusters) - scored,
    )


def _untested(pair: PairComparison) -> PairComparison:
    """Leave the tests out: words, characters and the like describe texts, and no difference of them is a finding."""
    return pair.model_copy(update=dict.fromkeys(TESTED_FIELDS))


def details(comparison: Comparison, by: str | None = None, worst: int = 0) -> Details:
    """Compute the details asked for; `worst` is the number of clusters that moved to list for each configuration.

    Raises UsageError for a field that no cluster has, and for `error` where no run has verdicts.
    """
    joined = comparison.joined
    return Details(
        by,
        groups=tuple(broken_down(joined, by)) if by not in (None, "error") else (),
        errors=error_shares(joined) if by == "error" else {},
        moves=tuple(most_moved(comparison, worst)) if worst else (),
    )


def broken_down(joined: ScoreMatrix, by: str) -> list[Group]:
    """Summaries for each value of a cluster field. Raises UsageError for a field that no cluster has."""
    found = []
    for key, rows in groups_of(joined.clusters, by).items():
        values = take_clusters(joined.values, rows, np.nan)
        unscorable = take_clusters(joined.unscorable, rows, False)
        summaries = summaries_of(values, unscorable, joined.labels, joined.measures, seed=joined.seed)
        found.append(Group(key, len(rows), tuple(summaries)))
    return found


def error_shares(joined: ScoreMatrix) -> Mapping[ErrorType, Mapping[str, tuple[int, int]]]:
    """Error type → configuration → (predictions with that error, predictions checked).

    Raises UsageError where no run has verdicts.
    """
    ids = RowOffsets(((facts.cluster_id,), 0) for facts in joined.clusters)
    checked: Counter[str] = Counter()
    errors: dict[ErrorType, Counter[str]] = {}
    for column in joined.columns:
        for row in column.folder.checked():
            if row.configuration != column.record.name or (row.cluster_id,) not in ids:
                continue
            checked[column.label] += 1
            for error in {error for verdict in row.verdicts for error in verdict.errors}:
                errors.setdefault(error, Counter())[column.label] += 1
    if not checked:
        raise UsageError("no run has verdicts to break down by error type: add the metric `factual`")
    return {
        error: {label: (counts[label], checked[label]) for label in joined.labels if checked[label]}
        for error, counts in sorted(errors.items())
    }


def most_moved(comparison: Comparison, count: int) -> list[Move]:
    """List, for each other configuration, the `count` clusters that moved most on the first measure."""
    joined, measure = comparison.joined, comparison.joined.measures[0]
    at = {label: place for place, label in enumerate(joined.labels)}
    baseline_values = joined.values[at[comparison.baseline], :, 0]
    found = []
    for label in joined.labels:
        if label == comparison.baseline:
            continue
        values = joined.values[at[label], :, 0]
        rows = largest_moves(values, baseline_values, count)
        ids = [joined.clusters[row].cluster_id for row in rows]
        ours, theirs = _texts(joined, comparison.baseline, ids), _texts(joined, label, ids)
        found += [
            Move(name, label, measure, float(baseline_values[row]), float(values[row]), ours[name], theirs[name])
            for row, name in zip(rows, ids, strict=True)
        ]
    return found


def _texts(joined: ScoreMatrix, label: str, ids: Sequence[str]) -> dict[str, str]:
    column = next(column for column in joined.columns if column.label == label)
    wanted = set(ids)
    return {
        row.cluster_id: row.text
        for row in column.folder.predictions()
        if row.configuration == column.record.name and row.cluster_id in wanted
    }
