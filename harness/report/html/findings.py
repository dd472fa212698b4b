"""Gather what a report shows of one run or several: the ranking, notes on the data, and which examples tell most."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from harness.analysis.leaderboard import Leaderboard
from harness.comparison.compare import compare_joined
from harness.comparison.leaderboard import leaderboard, primary_of
from harness.comparison.score_matrix import Column, ScoreMatrix, find_label, join
from harness.records import ErrorType, RunManifest, VerdictLabel
from harness.report import numbers
from harness.report.answer import name_of
from harness.results.run_folder import RunFolder

WEIGHTS: dict[VerdictLabel, float] = {"contradicted": 3.0, "contested": 2.0, "not_found": 1.0}
"""How telling one verdict is; a spread of the primary measure from 0 to 1 counts 1."""


@dataclass(frozen=True)
class Finding:
    """The verdict on one whole text."""

    label: VerdictLabel
    errors: tuple[ErrorType, ...]
    probability: float | None = None
    """That the articles bear the text out, as the checker states it."""


@dataclass(frozen=True)
class Findings:
    """Findings on one run or several, over the clusters they share."""

    manifests: tuple[RunManifest, ...]
    joined: ScoreMatrix
    board: Leaderboard
    verdicts: dict[tuple[str, str], Finding]
    """(configuration, cluster) → the verdict on the whole text, of the first checker."""
    failed: dict[tuple[str, str], str]
    """(configuration, cluster) → why there is no prediction."""
    notes: list[str] = field(default_factory=list)

    @property
    def labels(self) -> tuple[str, ...]:
        """The configurations, in the order of the runs."""
        return self.joined.labels

    def primary_values(self) -> np.ndarray:
        """Shape (configurations, clusters): the primary measure, NaN where there is no statistic."""
        at = [measure.name for measure in self.joined.measures].index(self.board.primary.name)
        values: np.ndarray = self.joined.values[:, :, at]
        return values

    def errors(self) -> dict[ErrorType, Counter[str]]:
        """Error type → configuration → texts with it."""
        counted: dict[ErrorType, Counter[str]] = defaultdict(Counter)
        for (label, _), finding in self.verdicts.items():
            for error in finding.errors:
                counted[error][label] += 1
        return dict(sorted(counted.items()))

    def telling(self) -> list[str]:
        """Cluster ids, the most telling first: false or disputed headlines, then scores far apart; ties in order."""
        values = self.primary_values()
        known = ~np.isnan(values)
        spread = np.where(known, values, -np.inf).max(0) - np.where(known, values, np.inf).min(0)
        scale = 1.0 if self.board.primary.unit == "share" else float(np.nanmax(np.abs(values), initial=1.0))
        telling: list[tuple[float, int, str]] = []
        for at, facts in enumerate(self.joined.clusters):
            found = [self.verdicts.get((label, facts.cluster_id)) for label in self.labels]
            weight = sum(WEIGHTS.get(each.label, 0.0) for each in found if each)
            weight += sum((label, facts.cluster_id) in self.failed for label in self.labels)
            apart = float(spread[at]) / scale if known[:, at].any() else 0.0
            telling.append((-(weight + apart), at, facts.cluster_id))
        return [cluster_id for _, _, cluster_id in sorted(telling)]


def gather(
    folders: Sequence[RunFolder],
    *,
    baseline: str | None = None,
    primary: str | None = None,
    intersection: bool = False,
) -> Findings:
    """Read runs for a report. `baseline` and `primary` name a configuration and a measure.

    Raises what `join` raises, and UsageError for names that are none and for runs without a measure to rank by.
    """
    joined = join(list({folder.path.resolve(): folder for folder in folders}.values()), intersection=intersection)
    ranked_by = primary_of(joined.columns[0].folder.manifest(), primary)
    shown = joined.only([each for each in joined.measures if each.shown or each == ranked_by])
    first = find_label(joined.labels, baseline) if baseline is not None else joined.labels[0]
    compared = compare_joined(shown, first) if len(joined.columns) > 1 else None
    board = leaderboard(shown, compared, first, ranked_by)
    ids = {facts.cluster_id for facts in joined.clusters}
    verdicts: dict[tuple[str, str], Finding] = {}
    failed: dict[tuple[str, str], str] = {}
    for folder, labels in labels_by_folder(joined.columns):
        for row in folder.labels():
            label = labels.get(row.configuration)
            if label is not None and row.cluster_id in ids:
                whole = row.verdicts[0]
                verdicts.setdefault((label, row.cluster_id), Finding(whole.label, whole.errors, whole.probability))
        for failure in folder.failures():
            if failure.configuration in labels and failure.stage == "generate":
                failed[labels[failure.configuration], failure.cluster_id] = f"{failure.error}: {failure.message}"
    manifests = tuple(folder.manifest() for folder, _ in labels_by_folder(joined.columns))
    found = Findings(manifests, compared.joined if compared else shown, board, verdicts, failed)
    found.notes.extend(_notes(found))
    return found


def labels_by_folder(columns: Iterable[Column]) -> list[tuple[RunFolder, dict[str, str]]]:
    """Group columns by the folder of their run: the label of each configuration in it, so that it is read once."""
    found: dict[int, tuple[RunFolder, dict[str, str]]] = {}
    for column in columns:
        found.setdefault(id(column.folder), (column.folder, {}))[1][column.record.name] = column.label
    return list(found.values())


def _notes(found: Findings) -> list[str]:
    """Warn of the data where a number is less than it seems."""
    clusters = found.joined.clusters
    notes = list(found.joined.notes)
    without = sum(not facts.references for facts in clusters)
    if without:
        notes.append(f"{without} of {len(clusters)} clusters have no reference: ROUGE has no score there.")
    for at, measure in enumerate(found.joined.measures):
        values = found.joined.values[:, :, at]
        if measure.name == "leakage" and (leaks := int((np.nan_to_num(values).max(0) > 0).sum())):
            noun = "clusters has" if leaks == 1 else "clusters have"
            notes.append(f"{leaks} of {len(clusters)} {noun} a reference that stands word for word in an article.")
    contested = {cluster for (_, cluster), each in found.verdicts.items() if each.label == "contested"}
    if contested:
        noun = "cluster has" if len(contested) == 1 else "clusters have"
        notes.append(f"{len(contested)} {noun} a headline on which independent articles disagree.")
    bad = sum(manifest.bad_rows for manifest in found.manifests)
    if bad:
        rows = "row of the data could not be read and is" if bad == 1 else "rows of the data could not be read and are"
        notes.append(f"{bad} {rows} in no number.")
    for column in found.joined.columns:
        if column.counts.failed:
            notes.append(_bounds(found, column.label, column.counts.failed))
        if column.record.reads_references:
            notes.append(f"{column.label} reads the references: it is an upper bound, not a system.")
        if column.record.judges_itself:
            notes.append(f"{column.label} is judged by a checker with its own weights.")
    return notes


def _bounds(found: Findings, label: str, failed: int) -> str:
    """Bound the mean had all failures scored 0, or 1."""
    said = f"{label} failed on {failed} of {len(found.joined.clusters)} clusters"
    primary = found.board.primary
    values = found.primary_values()[found.labels.index(label)]
    scored = values[~np.isnan(values)]
    if primary.unit != "share" or not len(scored):
        return f"{said}."
    low, high = scored.sum() / (len(scored) + failed), (scored.sum() + failed) / (len(scored) + failed)
    ends = f"{numbers.show(low, primary.unit)} and {numbers.show(high, primary.unit)}"
    return f"{said}: had these scored 0 or 100, its {name_of(primary)} would be between {ends}."
