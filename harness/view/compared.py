"""Runs that somebody chose to look at together: their configurations, the ranking, and the list of their examples."""

import json
import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from harness.analysis.leaderboard import leading_measures
from harness.comparison.leaderboard import primary_of
from harness.comparison.score_matrix import Column, columns_of
from harness.errors import HarnessError, UsageError
from harness.records import CheckedLabels, ClusterFacts, Failure, MeasureRecord, Prediction, RunManifest
from harness.report.html.document import drawn, drawn_calibration, page_facts, ranking
from harness.report.html.examples import copies_of, list_examples, listed_row
from harness.report.html.findings import Finding, Findings, gather, labels_by_folder
from harness.results.annotations import ANNOTATIONS
from harness.results.rows_of_cluster import readable_rows
from harness.results.run_folder import CLUSTERS, FAILURES, MANIFEST, PREDICTIONS, SCORES, VERDICTS, RunFolder
from harness.view.runs import SeenRun, stamp_of

if TYPE_CHECKING:
    from harness.report.html.document import Chart

T = TypeVar("T")
LISTED = 20_000
"""Examples that a page lists, the most telling first."""
FOUND = 3
"""Choices of runs whose findings are kept: gathering them takes seconds where runs are large, and as many megabytes."""
DRAWN = 200
"""Choices whose ranking and charts are kept: a hundred kilobytes each."""
LISTS = 10
"""Choices whose list of examples is kept: some two megabytes each where there are thousands."""


@dataclass(frozen=True)
class Chosen:
    """Some runs, those that can be read."""

    runs: tuple[SeenRun, ...]
    folders: tuple[RunFolder, ...]
    manifests: tuple[RunManifest, ...]
    columns: tuple[Column, ...]
    measures: tuple[MeasureRecord, ...]
    """Measures that all of them show, and the one they are ranked by."""
    primary: MeasureRecord | None

    @property
    def names(self) -> list[str]:
        """The names of the folders."""
        return [run.name for run in self.runs]

    @property
    def title(self) -> str:
        """The runs in a few words."""
        if len(self.runs) == 1:
            return self.runs[0].name
        return f"{len(self.runs)} runs: {', '.join(dict.fromkeys(run.name for run in self.runs))}"

    @property
    def unfinished(self) -> tuple[SeenRun, ...]:
        """Those that are not complete."""
        return tuple(run for run in self.runs if run.state != "complete")

    def facts(self) -> dict[str, Any]:
        """Gather what the page's script must know."""
        leading = [measure.name for measure in leading_measures(self.measures)]
        leading += [self.primary.name] if self.primary else []
        labels = [column.label for column in self.columns]
        return page_facts(labels, 0, self.primary, self.measures, leading)


def choose(runs: Sequence[SeenRun]) -> Chosen:
    """Put runs together. Those that cannot be read have no configurations here."""
    readable = [(run.folder, run.manifest) for run in runs if run.manifest]
    folders = tuple(folder for folder, _ in readable)
    manifests = tuple(manifest for _, manifest in readable)
    measures: list[MeasureRecord] = []
    primary = None
    if manifests:
        primary = _primary(manifests[0])
        shared = set.intersection(*({measure.name for measure in manifest.measures} for manifest in manifests))
        measures = [each for each in manifests[0].measures if each.name in shared and (each.shown or each == primary)]
        if primary not in measures:
            primary = next(iter(leading_measures(measures)), None)
    return Chosen(tuple(runs), folders, manifests, tuple(columns_of(folders, manifests)), tuple(measures), primary)


def _primary(manifest: RunManifest) -> MeasureRecord | None:
    try:
        named = primary_of(manifest)
    except UsageError:
        named = None
    return named or next(iter(leading_measures(manifest.measures)), None)


class Compared:
    """Keeps what was found of the runs that were looked at last, until one of their files changes."""

    def __init__(self, results: Path) -> None:
        self._results = results
        self._lock = RLock()
        self._found = Kept[Findings](FOUND)
        self._ranked = Kept[dict[str, Any]](DRAWN)
        self._charts = Kept["list[Chart]"](DRAWN)
        self._calibrated = Kept["tuple[list[Chart], list[str]]"](DRAWN)
        self._copies = Kept[str](DRAWN)
        self._listed = Kept[bytes](LISTS)

    def findings(self, chosen: Chosen) -> Findings:
        """Gather what the runs found. Raises HarnessError where they cannot be compared, or are not complete."""
        damaged = next((run for run in chosen.runs if run.problem), None)
        if damaged is not None:
            raise UsageError(f"{damaged.name} is damaged: {damaged.problem}")
        with self._lock:
            return self._found.get(_key(chosen), lambda: gather(chosen.folders))

    def ranked(self, chosen: Chosen) -> dict[str, Any]:
        """Gather what the templates of the answer, the leaderboard and the notes show. Raises as `findings` does."""

        def made() -> dict[str, Any]:
            findings = self.findings(chosen)
            return {"notes": findings.notes, **ranking(findings)}

        with self._lock:
            return self._ranked.get(_key(chosen), made)

    def charts(self, chosen: Chosen) -> "list[Chart]":
        """Draw the charts; that of calibration anew whenever somebody said something of a headline."""
        said = stamp_of(RunFolder(self._results), ANNOTATIONS)
        with self._lock:
            plain = self._charts.get(_key(chosen), lambda: drawn(self.findings(chosen)))
            calibrated, _ = self._calibrated.get(
                (_key(chosen), said), lambda: drawn_calibration(self.findings(chosen)) if said[1] > 0 else ([], [])
            )
            return [*plain, *calibrated]

    def data_notes(self, chosen: Chosen) -> list[str]:
        """Say what the articles themselves show, which takes as long as reading them: their near-duplicates."""
        with self._lock:
            copies = self._copies.get(_key(chosen), lambda: copies_of(self.findings(chosen)))
        return [copies] if copies else []

    def listed(self, chosen: Chosen) -> bytes:
        """Write the list of examples as JSON: by how telling they are, or as they stand where that cannot be said."""

        def made() -> bytes:
            try:
                findings = self.findings(chosen)
            except HarnessError:
                return _as_json(_plain_list(chosen))
            return _as_json(list_examples(findings, LISTED))

        with self._lock:
            return self._listed.get((_key(chosen), tuple(run.problem for run in chosen.runs)), made)


class Kept(Generic[T]):
    """Values by key, the last used of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[tuple[object, ...], T] = OrderedDict()

    def get(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """Return the value of a key, made now where it is not held."""
        if key not in self._held:
            self._held[key] = make()
        self._held.move_to_end(key)
        while len(self._held) > self._most:
            self._held.popitem(last=False)
        return self._held[key]


def _key(chosen: Chosen) -> tuple[object, ...]:
    return tuple(
        (str(folder.path), stamp_of(folder, MANIFEST, CLUSTERS, PREDICTIONS, VERDICTS, SCORES, FAILURES))
        for folder in chosen.folders
    )


def _as_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8", "replace")


def _plain_list(chosen: Chosen) -> list[dict[str, Any]]:
    """List what there is of runs that cannot be compared: those under way, and damaged ones as far as that goes."""
    facts: dict[str, ClusterFacts] = {}
    texts: dict[tuple[str, str], str] = {}
    found: dict[tuple[str, str], Finding] = {}
    failed: dict[tuple[str, str], str] = {}
    for folder, labels in labels_by_folder(chosen.columns):
        for cluster in readable_rows(folder, CLUSTERS, ClusterFacts):
            facts.setdefault(cluster.cluster_id, cluster)
        for row in readable_rows(folder, PREDICTIONS, Prediction):
            if row.configuration in labels:
                texts[labels[row.configuration], row.cluster_id] = row.text
        for checked in readable_rows(folder, VERDICTS, CheckedLabels):
            if checked.configuration in labels:
                whole = checked.verdicts[0]
                key = labels[checked.configuration], checked.cluster_id
                found.setdefault(key, Finding(whole.label, whole.errors))
        for failure in readable_rows(folder, FAILURES, Failure):
            if failure.configuration in labels and failure.stage == "generate":
                failed[labels[failure.configuration], failure.cluster_id] = f"{failure.error}: {failure.message}"
    listed = []
    for cluster_id, cluster in facts.items():
        keys = [(column.label, cluster_id) for column in chosen.columns]
        if any(key in texts or key in failed for key in keys):
            rows = [listed_row(texts.get(key), math.nan, found.get(key), failed.get(key)) for key in keys]
            listed.append({"id": cluster_id, "tags": dict(cluster.tags), "rows": rows})
    return listed[:LISTED]
