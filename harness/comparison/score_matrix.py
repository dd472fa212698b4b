"""Configurations of one run or of many, joined by cluster id: what comparisons and gates are read from."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.analysis.summary import Summary, summaries_of
from harness.comparison.facts import held_or_stored
from harness.disk.large_array import let_go, make_array, row_blocks
from harness.disk.row_offsets import RowOffsets, digest_of
from harness.errors import DataError, Problem, StoreError, UsageError, nearest_name
from harness.records import ClusterFacts, ConfigurationRecord, Counts, MeasureRecord, RunManifest
from harness.results.run_folder import RunFolder

SCORES_HELD = 65_536
"""Scores that are filed in arrays in a file before these are let go of."""


@dataclass(frozen=True)
class Column:
    """One configuration of one run."""

    label: str
    """Its name; with the run's behind it where several runs have a configuration of that name."""
    folder: RunFolder
    record: ConfigurationRecord
    counts: Counts


@dataclass(frozen=True)
class ScoreMatrix:
    """Scores of several configurations over the same clusters."""

    columns: tuple[Column, ...]
    clusters: Sequence[ClusterFacts]
    measures: tuple[MeasureRecord, ...]
    values: NDArray[np.float64]
    """Shape (configurations, clusters, measures); NaN where there is no statistic. In a file where it is large."""
    unscorable: NDArray[np.bool_]
    """The same shape: True where there is a reason in place of a statistic."""
    seed: int
    notes: tuple[str, ...] = field(default=())
    """Notes for the reader about the join, a sentence each."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The configurations' labels, in order."""
        return tuple(column.label for column in self.columns)

    def summaries(self, resampled: NDArray[np.float64] | None = None) -> list[Summary]:
        """Summarise each configuration and measure over the joined clusters; `resampled` as for `summaries_of`."""
        return summaries_of(
            self.values, self.unscorable, self.labels, self.measures, seed=self.seed, resampled=resampled
        )

    def only(self, measures: Sequence[MeasureRecord]) -> "ScoreMatrix":
        """Keep some of the measures."""
        kept = [self.measures.index(measure) for measure in measures]
        return ScoreMatrix(
            self.columns,
            self.clusters,
            tuple(measures),
            _take_measures(self.values, kept, np.nan),
            _take_measures(self.unscorable, kept, False),
            self.seed,
            self.notes,
        )


def _take_measures(cells: NDArray[Any], kept: Sequence[int], fill: float | bool) -> NDArray[Any]:
    """Copy some of the measures of an array of the shape (configurations, clusters, measures)."""
    taken = make_array((*cells.shape[:2], len(kept)), fill)
    for rows in row_blocks(cells.shape[1], cells.shape[0] * cells.shape[2], cells, taken):
        taken[:, rows] = cells[:, rows][:, :, kept]
    return taken


def take_clusters(cells: NDArray[Any], kept: Sequence[int], fill: float | bool) -> NDArray[Any]:
    """Copy some of the clusters of such an array."""
    taken = make_array((cells.shape[0], len(kept), cells.shape[2]), fill)
    for rows in row_blocks(len(kept), cells.shape[0] * cells.shape[2], cells, taken):
        taken[:, rows] = cells[:, kept[rows]]
    return taken


def measure_rows(cells: NDArray[Any], kept: Sequence[int], fill: float | bool) -> NDArray[Any]:
    """Copy some measures of an array of the shape (clusters, measures), each in one piece: (measures, clusters)."""
    taken = make_array((len(kept), len(cells)), fill)
    for rows in row_blocks(*cells.shape, cells, taken):
        taken[:, rows] = cells[rows][:, kept].T
    return taken


def join(
    folders: Sequence[RunFolder],
    *,
    intersection: bool = False,
    choose: Callable[[Sequence[MeasureRecord]], Sequence[MeasureRecord]] = lambda measures: measures,
) -> ScoreMatrix:
    """Join every configuration of the runs over the clusters they share; `choose` says of which measures.

    Raises DataError where the runs' data differ, unless `intersection`: then only clusters of equal id *and* content
    are kept. Raises UsageError where a measure's signatures differ, saying in which part, or where none is shared, and
    StoreError where a file is not what its run left.
    """
    manifests = [folder.checked_manifest() for folder in folders]
    for folder, manifest in zip(folders, manifests, strict=True):
        if manifest.status != "complete":
            raise UsageError(f"{folder.place}: the run is {manifest.status}; finish it with `harness eval`")
    clusters, notes = _shared_clusters(folders, manifests, intersection=intersection)
    measures, more = _shared_measures(folders, manifests)
    columns = columns_of(folders, manifests)
    measures = list(choose(measures))
    rows = RowOffsets(((facts.cluster_id,), row) for row, facts in enumerate(clusters))
    places = {(str(column.folder.path), column.record.name): at for at, column in enumerate(columns)}
    positions = {measure.name: at for at, measure in enumerate(measures)}
    values = make_array((len(columns), len(clusters), len(measures)), np.nan)
    unscorable = make_array(values.shape, False)
    for folder in folders:
        cluster_id, row = None, None
        for number, score in enumerate(folder.scores()):
            if number % SCORES_HELD == 0:
                let_go(values, unscorable)
            if score.cluster_id != cluster_id:  # scores of one cluster stand together
                cluster_id = score.cluster_id
                row = rows.get((cluster_id,))
            if row is None:
                continue
            column = places.get((str(folder.path), score.configuration))
            if column is None:
                named = f"scores.jsonl names a configuration {score.configuration!r}"
                raise StoreError(f"{folder.place}: {named} that manifest.json does not; run it again")
            for measure, value in score.statistics.items():
                if measure in positions:
                    values[column, row, positions[measure]] = value
            for measure in score.unscorable:
                if measure in positions:
                    unscorable[column, row, positions[measure]] = True
    let_go(values, unscorable)
    return ScoreMatrix(
        tuple(columns), clusters, tuple(measures), values, unscorable, manifests[0].seed, (*notes, *more)
    )


def _shared_clusters(
    folders: Sequence[RunFolder], manifests: Sequence[RunManifest], *, intersection: bool
) -> tuple[Sequence[ClusterFacts], list[str]]:
    for folder, manifest in zip(folders, manifests, strict=True):
        held = sum(1 for _ in folder.clusters())
        if held != manifest.clusters:
            raise StoreError(
                f"{folder.place}: clusters.jsonl holds {held} of {manifest.clusters} clusters; run it again"
            )
    first = held_or_stored(folders[0].clusters, manifests[0].clusters)
    digests = {manifest.data_digest for manifest in manifests}
    if len(digests) == 1:
        return first, []
    if not intersection:
        problems = [
            Problem("data", folder.place, found=f"{manifest.clusters} clusters of digest {manifest.data_digest}")
            for folder, manifest in zip(folders, manifests, strict=True)
        ]
        hint = Problem("the runs were made on different data; --intersection compares them on the clusters they share")
        raise DataError([hint, *problems])
    others = [
        RowOffsets(((facts.cluster_id,), _number(facts)) for facts in folder.clusters()) for folder in folders[1:]
    ]

    def shared() -> Iterator[ClusterFacts]:
        for facts in first:
            if all(other.get((facts.cluster_id,)) == _number(facts) for other in others):
                yield facts

    count = sum(1 for _ in shared())
    if not count:
        raise DataError([Problem("the runs share no cluster of equal id and content, so nothing can be compared")])
    sizes = ", ".join(str(manifest.clusters) for manifest in manifests)
    note = f"Compared on the {count} clusters that all runs share, of {sizes}."
    return held_or_stored(shared, count), [note]


def _number(facts: ClusterFacts) -> int:
    """Turn the digest of a cluster's content into a number that an array of places takes."""
    return digest_of((facts.digest,)) >> 1


def _shared_measures(
    folders: Sequence[RunFolder], manifests: Sequence[RunManifest]
) -> tuple[list[MeasureRecord], list[str]]:
    kept = {measure.name: measure for measure in manifests[0].measures}
    left_out: set[str] = set()
    for folder, manifest in zip(folders[1:], manifests[1:], strict=True):
        theirs = {measure.name: measure for measure in manifest.measures}
        left_out |= set(theirs) ^ set(kept)
        kept = {name: measure for name, measure in kept.items() if name in theirs}
        for name, measure in kept.items():
            raise_if_differing(measure.signature, theirs[name].signature, name, folders[0].place, folder.place)
    if not kept:
        raise UsageError("the runs share no measure; `harness score` scores stored predictions with other metrics")
    notes = [f"Left out, since not every run has them: {', '.join(sorted(left_out))}."] if left_out else []
    return list(kept.values()), notes


def raise_if_differing(ours: str, theirs: str, measure: str, our_place: str, their_place: str) -> None:
    """Refuse to compare numbers of different signatures. Raises UsageError that says which parts differ."""
    if ours == theirs:
        return
    first, second = ours.split("|"), theirs.split("|")
    here, there = Counter(first) - Counter(second), Counter(second) - Counter(first)
    raise UsageError(
        f"{measure}: the signatures differ, so the numbers cannot be compared: "
        f"{' | '.join(here) or 'nothing more'} in {our_place}, {' | '.join(there) or 'nothing more'} in {their_place}; "
        "`harness score` scores stored predictions again"
    )


def columns_of(folders: Sequence[RunFolder], manifests: Sequence[RunManifest]) -> list[Column]:
    """List every configuration of some runs, each with a label of its own."""
    named = Counter(record.name for manifest in manifests for record in manifest.configurations)
    return [
        Column(
            record.name if named[record.name] == 1 else f"{record.name} ({folder.path.name})",
            folder,
            record,
            manifest.counts.get(record.name, Counts()),
        )
        for folder, manifest in zip(folders, manifests, strict=True)
        for record in manifest.configurations
    ]


def find_measures(measures: Iterable[MeasureRecord], wanted: str) -> list[MeasureRecord]:
    """Find the measures that a user's word names, at least one.

    A measure's own name (`rouge1-f`, `factual-contradicted`); the same with a dot after its metric
    (`factual.contradicted`, `rouge.rouge1-f`); a variant, meaning its F (`rouge1`); a metric, meaning those of its
    measures that tables show (`rouge`). Raises UsageError that names the nearest.
    """
    known = list(measures)
    short = {measure.name: measure.name.removeprefix(f"{measure.metric}-") for measure in known}
    for fits in (
        lambda measure: measure.name == wanted,
        lambda measure: wanted in (f"{measure.metric}.{measure.name}", f"{measure.metric}.{short[measure.name]}"),
        lambda measure: measure.name == f"{wanted}-f",
        lambda measure: measure.metric == wanted and measure.shown,
    ):
        found = [measure for measure in known if fits(measure)]
        if found:
            return found
    names = [measure.name for measure in known]
    near = nearest_measure(known, wanted)
    hint = f"; did you mean {near!r}?" if near else ""
    raise UsageError(f"no measure {wanted!r}; there are {', '.join(names)}{hint}")


def find_measure(measures: Iterable[MeasureRecord], wanted: str) -> MeasureRecord:
    """Find the one measure that a user's word names. Raises UsageError where it names none or several."""
    found = find_measures(measures, wanted)
    if len(found) > 1:
        raise UsageError(f"{wanted!r} names several measures: {', '.join(measure.name for measure in found)}")
    return found[0]


def nearest_measure(measures: Iterable[MeasureRecord], wanted: str) -> str:
    """Find the word closest to `wanted` that `find_measures` takes, or an empty string where none is close."""
    words: dict[str, None] = {}
    for measure in measures:
        short = measure.name.removeprefix(f"{measure.metric}-")
        words |= dict.fromkeys((measure.name, measure.name.removesuffix("-f"), f"{measure.metric}.{short}"))
        words |= {measure.metric: None} if measure.shown else {}
    return nearest_name(wanted, words)


def find_label(labels: Sequence[str], wanted: str) -> str:
    """Find the configuration that a user's word names.

    Its label, the unique label that begins with the word, or the unique label of a sweep that has the word in its
    brackets: `greedy` names `smol[greedy]`, and `max_words=8` names `lead[max_words=8]`. Raises UsageError where none
    or several fit.
    """
    for fits in (
        lambda label: label == wanted,
        lambda label: label.startswith(wanted),
        lambda label: wanted in _swept(label),
    ):
        fitting = [label for label in labels if fits(label)]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise UsageError(f"{wanted!r} names several configurations: {', '.join(fitting)}")
    near = nearest_name(wanted, labels)
    hint = f"; did you mean {near!r}?" if near else ""
    raise UsageError(f"no configuration {wanted!r}; there are {', '.join(labels)}{hint}")


def _swept(label: str) -> set[str]:
    """Split what stands in the brackets of a label: as a whole, and each part."""
    inside = label.partition("[")[2].rpartition("]")[0]
    return {inside, *inside.split(", ")} - {""}


FIELD_NAMES = {"length": "words", "sources": "articles", "source_count": "articles"}
"""Other words for the fields that every cluster has."""

MOST_FIELDS = 30
"""How many fields a message lists: data may have hundreds of tags."""


def groups_of(facts: Sequence[ClusterFacts], by: str) -> Mapping[str, list[int]]:
    """Group the rows of the clusters by a field: `articles`, `references`, `words` (in thirds) or a tag.

    Raises UsageError for a field that no cluster has.
    """
    by = FIELD_NAMES.get(by, by)
    if by == "words":
        keys = _thirds([cluster.words for cluster in facts])
    elif by in ("articles", "references"):
        keys = [str(getattr(cluster, by)) for cluster in facts]
    else:
        tags = sorted({tag for cluster in facts for tag in cluster.tags})
        if by not in tags:
            fields = ["articles", "words", "references", "error", *tags]
            near = nearest_name(by, fields)
            hint = f"; did you mean {near!r}?" if near else ""
            shown = ", ".join(fields[:MOST_FIELDS]) + (", …" if len(fields) > MOST_FIELDS else "")
            raise UsageError(f"no field {by!r} to break down by; there are {shown}{hint}")
        keys = [cluster.tags.get(by, "(none)") for cluster in facts]
    found: dict[str, list[int]] = {}
    for row, key in enumerate(keys):
        found.setdefault(key, []).append(row)
    return dict(sorted(found.items(), key=lambda item: (len(item[0]), item[0]) if item[0].isdigit() else (99, item[0])))


def _thirds(sizes: Sequence[int]) -> list[str]:
    low, high = (int(cut) for cut in np.quantile(sizes, [1 / 3, 2 / 3]))
    return [
        f"1: up to {low}" if size <= low else f"2: {low + 1} to {high}" if size <= high else f"3: over {high}"
        for size in sizes
    ]
