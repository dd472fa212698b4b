"""The rows of a run's folder, by cluster: predictions and verdicts joined to the clusters by their ids."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from harness.disk.row_offsets import RowOffsets
from harness.metrics.base import Metric
from harness.records import CheckedPrediction, Cluster, ConfigurationRecord, Prediction, Verdict
from harness.results.run_folder import PREDICTIONS, VERDICTS, RunFolder
from harness.run.plan import Clusters, checker_of

VerdictsOf = Callable[[Metric, Prediction], tuple[Verdict, ...] | None]


def case_of(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return the key of a prediction."""
    return row["configuration"], row["cluster_id"]


def check_of(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return the key of the verdicts on a prediction."""
    return row["checker"], row["configuration"], row["cluster_id"]


def failed_cases(folder: RunFolder, stage: str) -> RowOffsets:
    """Find the cases, as `case_of` names them, that failed in a stage."""
    return RowOffsets(((row.configuration or "", row.cluster_id), 0) for row in folder.failures() if row.stage == stage)


def by_cluster(
    clusters: Clusters,
    configurations: Sequence[ConfigurationRecord],
    folder: RunFolder,
    wanted: Callable[[Prediction], bool] = lambda _: True,
) -> Iterator[tuple[Cluster, list[Prediction]]]:
    """Yield each cluster with the stored predictions for it that are wanted, in the order of the configurations."""
    places = folder.row_offsets(PREDICTIONS, case_of)
    if not places:
        return
    names = [item.name for item in configurations]
    with folder.reading(PREDICTIONS, Prediction) as prediction_at:
        for cluster in clusters:
            found = [places.get((name, cluster.cluster_id)) for name in names]
            predictions = [row for place in found if place is not None and wanted(row := prediction_at(place))]
            if predictions:
                yield cluster, predictions


@contextmanager
def stored_verdicts(folder: RunFolder) -> Iterator[VerdictsOf]:
    """Looks up the verdicts a metric wants on a prediction; empty where it wants none, None where none are stored."""
    places = folder.row_offsets(VERDICTS, check_of)
    with ExitStack() as stack:
        checked_at = stack.enter_context(folder.reading(VERDICTS, CheckedPrediction)) if places else None

        signatures: dict[str, str | None] = {}

        def verdicts_of(metric: Metric, prediction: Prediction) -> tuple[Verdict, ...] | None:
            if metric.name not in signatures:
                checker = checker_of(metric)
                signatures[metric.name] = None if checker is None else checker.signature()
            signature = signatures[metric.name]
            if signature is None:
                return ()
            place = places.get((signature, prediction.configuration, prediction.cluster_id))
            return checked_at(place).verdicts if checked_at and place is not None else None

        yield verdicts_of


def order_predictions(folder: RunFolder, configurations: Sequence[ConfigurationRecord]) -> None:
    """Put the stored predictions into the order that they have in a run that nothing disturbed."""
    order = ((item.name, facts.cluster_id) for item in configurations for facts in folder.clusters())
    folder.put_in_order(PREDICTIONS, Prediction, case_of, order)
