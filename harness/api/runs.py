"""A run as a program sees it: its manifest, its table, and what it holds of each cluster."""

import os
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from harness.api.inputs import names_of, text_of
from harness.api.tables import WIDTH, Table, as_html, as_text

if TYPE_CHECKING:
    from pathlib import Path

    from pandas import DataFrame

    from harness.analysis.summary import Summary
    from harness.api.inputs import PathLike, ProgressLike
    from harness.records import (
        Article,
        CheckedPrediction,
        Cluster,
        Failure,
        MeasureRecord,
        MetricScore,
        Prediction,
        RowProblem,
        RunManifest,
        Verdict,
    )
    from harness.results.cluster_view import ClusterView
    from harness.results.run_folder import RunFolder
    from harness.results.unscored import Unscored
    from harness.run.pipeline import Outcome
    from harness.run.plan import Plan


class Run:
    """A run: its folder, and what stands in it.

    What is large is read when it is asked for; `folder` streams the rows of a run that does not fit into memory.
    """

    def __init__(self, folder: "RunFolder", outcome: "Outcome | None" = None, plan: "Plan | None" = None) -> None:
        self.folder = folder
        """The run's folder, for reading row by row."""
        self.row_problems: tuple[RowProblem, ...] = tuple(plan.clusters.problems) if plan else ()
        """Rows that could not be read, the first thousand, where this program read the data; `bad_rows` counts all."""
        self.mistakes = plan.clusters.mistakes if plan else None
        """The same grouped by kind, and counted."""
        self.primary = plan.config.primary if plan else None
        """The measure that its configuration ranks by now; of a run that was found, its manifest says."""
        if outcome is not None:
            self.__dict__["outcome"] = outcome

    @cached_property
    def outcome(self) -> "Outcome":
        """The results of the run, as reports take them. Raises StoreError where the folder is damaged."""
        from harness.run.pipeline import stored_outcome

        return stored_outcome(self.folder)

    @cached_property
    def manifest(self) -> "RunManifest":
        """The record of what the run is made of and how it went."""
        return self.__dict__["outcome"].manifest if "outcome" in self.__dict__ else self.folder.manifest()

    @property
    def path(self) -> "Path":
        """The run's folder."""
        return self.folder.path

    @property
    def name(self) -> str:
        """The folder's name: the configuration's name and a digest of all that can change a number."""
        return self.path.name

    @property
    def status(self) -> str:
        """`complete`, or how far it got: `running`, `interrupted`, `failed`."""
        return self.manifest.status

    @property
    def configurations(self) -> tuple[str, ...]:
        """The configurations' names, in order; `manifest.configurations` has what they are made of."""
        return tuple(item.name for item in self.manifest.configurations)

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures' names, in order; `manifest.measures` has what they mean."""
        return tuple(measure.name for measure in self.manifest.measures)

    @property
    def clusters(self) -> tuple[str, ...]:
        """The clusters' ids, in the data set's order."""
        return tuple(facts.cluster_id for facts in self.folder.clusters())

    @property
    def bad_rows(self) -> int:
        """Rows of the data that could not be read: they are in no number."""
        return self.manifest.bad_rows if self.mistakes is None else self.mistakes.count

    @property
    def summaries(self) -> "list[Summary]":
        """Mean, interval and denominators of each configuration and measure."""
        return self.outcome.summaries

    @property
    def reused(self) -> int:
        """Predictions that were on disk already, in the run's own folder or in the cache."""
        return self.outcome.reused

    @property
    def unanswered(self) -> list[str]:
        """Configurations that failed on every cluster: the command `eval` ends with 3 for one."""
        return self.outcome.unanswered

    @property
    def unscored(self) -> "list[Unscored]":
        """Metrics that failed on every prediction of a configuration, with the reason: `eval` ends with 3 for one."""
        return self.outcome.unscored

    def failure_reasons(self) -> list[tuple[str, int]]:
        """Count the failures as `configuration: error: message`, the commonest first."""
        return self.outcome.failure_reasons()

    @property
    def predictions(self) -> "list[Prediction]":
        """The headlines that the configurations wrote, by configuration."""
        return list(self.folder.predictions())

    @property
    def scores(self) -> "list[MetricScore]":
        """The scores of each prediction by each metric, by cluster."""
        return list(self.folder.scores())

    @property
    def checked(self) -> "list[CheckedPrediction]":
        """The verdicts on each prediction, by cluster, where a metric wanted any."""
        return list(self.folder.checked())

    @property
    def failures(self) -> "list[Failure]":
        """Predictions, checks and scores that failed, with the reasons."""
        return list(self.folder.failures())

    def summary(self, configuration: str, measure: str) -> "Summary":
        """Find one configuration's number for one measure, named as the command line names them (`rouge1` is its F).

        Raises UsageError that names the nearest for a name that is none, or that names several.
        """
        from harness.comparison.score_matrix import find_label, find_measure

        label = find_label(self.configurations, text_of(configuration, "configuration"))
        wanted = find_measure(self.manifest.measures, text_of(measure, "measure"))
        return next(one for one in self.summaries if (one.configuration, one.measure) == (label, wanted.name))

    def table(self, metric: "str | Iterable[str]" = (), *, every_measure: bool = False) -> Table:
        """Make a row for each configuration and measure: mean, interval, clusters scored / unscorable / failed.

        Only the metrics or measures named; else those that tables show, or with `every_measure` all. Raises UsageError
        that names the nearest for a name that is none.
        """
        from harness.report import numbers
        from harness.report.table import denominators, label, provenance, records

        measures = {measure.name: measure for measure in self._measures_of(metric, every_measure=every_measure)}
        labels = {item.name: label(item) for item in self.manifest.configurations}
        shown = [summary for summary in self.summaries if summary.measure in measures]
        rows = tuple(
            (
                labels[summary.configuration],
                numbers.header(measures[summary.measure]),
                numbers.mean(summary, measures[summary.measure]),
                numbers.interval(summary, measures[summary.measure]),
                "/".join(map(str, denominators(summary))),
            )
            for summary in shown
        )
        kept = [record for record in records(self.outcome) if record["measure"] in measures]
        heads = ("configuration", "measure", "mean", "interval", "n")
        return Table(kept, heads, rows, tuple(provenance(self.manifest)))

    def _measures_of(self, metric: "str | Iterable[str]", *, every_measure: bool) -> "list[MeasureRecord]":
        from harness.comparison.score_matrix import find_measures

        known = self.manifest.measures
        wanted = names_of(metric, "metric")
        chosen = {measure.name for name in wanted for measure in find_measures(known, name)}
        return [one for one in known if (one.name in chosen if wanted else one.shown or every_measure)]

    def to_frame(self) -> "DataFrame":
        """Make a pandas data frame with every measure, unrounded. Raises MissingExtraError where pandas is missing."""
        return self.table(every_measure=True).to_frame()

    def cluster(self, cluster_id: str) -> "ClusterResult":
        """Read all the run holds of one cluster. Raises UsageError that names the nearest where there is none."""
        from harness.results.cluster_view import view_cluster

        return ClusterResult(self.folder, view_cluster(self.folder, text_of(cluster_id, "cluster_id")))

    def examples(
        self,
        cluster_ids: "str | Iterable[str]" = (),
        *,
        worst: int | None = None,
        contradicted: bool = False,
        primary: str | None = None,
    ) -> "list[ClusterResult]":
        """Read clusters with their articles: those named, else the `worst` N, those with a contradicted claim, or both.

        The worst have the worst mean over the configurations on `primary`, else on the measure that the run ranks by.
        Raises UsageError where the run has no such cluster, no scores or no verdicts.
        """
        from dataclasses import replace

        from harness.comparison.examples import choose
        from harness.results.cluster_view import view_clusters

        if named := names_of(cluster_ids, "cluster_ids"):
            return [ClusterResult(self.folder, view) for view in view_clusters(self.folder, named, articles=True)]
        chosen, measure = choose(self.folder, worst=worst, contradicted=contradicted, primary=primary)
        means = {each.cluster_id: (measure, each.mean) for each in chosen if measure is not None}
        views = view_clusters(self.folder, [each.cluster_id for each in chosen], articles=True)
        return [ClusterResult(self.folder, replace(view, chosen_by=means.get(view.facts.cluster_id))) for view in views]

    def __repr__(self) -> str:
        made = self.manifest
        return f"<Run {self.name}: {made.status}, {len(made.configurations)} configurations, {made.clusters} clusters>"

    def __str__(self) -> str:
        return str(self.table())

    def _repr_markdown_(self) -> str:
        return self.table()._repr_markdown_()

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


class ClusterResult:
    """All that a run holds on one cluster; its articles are read again from the data set when they are asked for."""

    def __init__(self, folder: "RunFolder", view: "ClusterView") -> None:
        self._folder = folder
        self.view = view
        """Everything that is held, as reports take it."""

    @property
    def cluster_id(self) -> str:
        """The cluster's id."""
        return self.view.facts.cluster_id

    @cached_property
    def cluster(self) -> "Cluster":
        """The cluster, read again from the run's data set.

        Raises HarnessError where that cannot be read, or where the cluster has changed since or is no longer there.
        """
        from harness.results.cluster_view import read_cluster

        return read_cluster(self._folder.manifest(), self.view.facts)

    @property
    def articles(self) -> "tuple[Article, ...]":
        """The articles; raises as `cluster` does."""
        return self.cluster.articles

    @property
    def references(self) -> tuple[str, ...]:
        """The references, none where the cluster has none. Raises UsageError where they could not be read."""
        from harness.errors import UsageError

        if self.view.references is None:
            raise UsageError(self.view.note)
        return self.view.references

    @property
    def predictions(self) -> "dict[str, Prediction]":
        """Configuration → its prediction, where it made one."""
        return {each.record.name: each.prediction for each in self.view.configurations if each.prediction}

    @property
    def texts(self) -> dict[str, str]:
        """Configuration → what it wrote, where it wrote anything."""
        return {name: row.text for name, row in self.predictions.items()}

    @property
    def scores(self) -> dict[str, dict[str, float]]:
        """Configuration → measure → statistic; what has none is in `unscorable`."""
        return {each.record.name: dict(each.scores) for each in self.view.configurations}

    @property
    def unscorable(self) -> dict[str, dict[str, str]]:
        """Configuration → measure → why it has no statistic."""
        return {each.record.name: dict(each.unscorable) for each in self.view.configurations}

    @property
    def verdicts(self) -> "dict[str, tuple[Verdict, ...]]":
        """Configuration → verdicts on its text, of each checker first that on the whole; only where there are any."""
        return {
            each.record.name: tuple(verdict for of_checker in each.verdicts.values() for verdict in of_checker)
            for each in self.view.configurations
            if each.verdicts
        }

    @property
    def failures(self) -> "list[Failure]":
        """Predictions, checks and scores that failed for it, with the reasons."""
        return [row for each in self.view.configurations for row in each.failures]

    def __repr__(self) -> str:
        return f"<ClusterResult {self.cluster_id}: {len(self.texts)} predictions, {len(self.failures)} failures>"

    def __str__(self) -> str:
        from harness.report.cluster_view import terminal

        return as_text(terminal(self.view, WIDTH))

    def _repr_html_(self) -> str:
        from harness.report.cluster_view import terminal

        return as_html(terminal(self.view, WIDTH))


def load_run(run: "Run | PathLike", *, results: "PathLike" = "results", progress: "ProgressLike" = None) -> Run:
    """Load a run that was made before: its folder, its name below `results`, the beginning of that name, `NAME@latest`.

    `harness.results.find` has the whole grammar; `progress` hears of a run that is not complete, as in `evaluate`.
    Neither the run's data nor its models are needed. Raises UsageError where no run or several fit, StoreError where
    its manifest cannot be read.
    """
    from harness.api import inputs
    from harness.results.find import find_run

    if isinstance(run, Run):
        return run
    wanted = run if isinstance(run, str) else inputs.path_of(run, "run", "a Run, the folder of one, or its name")
    loaded = Run(find_run(inputs.results_of(results), str(wanted), inputs.progress_of(progress).note))
    _ = loaded.manifest
    return loaded


def runs_of(runs: "Run | PathLike | Sequence[Run | PathLike]") -> "list[Run | PathLike]":
    """List one run or several. Raises UsageError for none at all, and for what is neither."""
    from harness.errors import UsageError

    several: list[Run | PathLike] = []
    if isinstance(runs, Run | str | os.PathLike):
        several = [runs]
    elif isinstance(runs, Iterable):
        several = list(runs)
    if several:
        return several
    raise UsageError(f"runs: found {runs!r:.80}; accepted: a Run, the folder of one, its name, or a list of these")
