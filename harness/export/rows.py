"""The rows of an export's tables, read from a run's folder one at a time."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from harness.records import CheckedPrediction
from harness.results.run_folder import CLUSTERS, FAILURES, PREDICTIONS, SCORES, VERDICTS, RunFolder

Row = tuple[Any, ...]
"""Values in the order of the table's columns: strings, numbers, lists of strings, JSON as text, None."""


def clusters(folder: RunFolder) -> Iterator[Row]:
    """Yield the rows of `clusters`."""
    for row in folder.clusters():
        yield row.cluster_id, row.digest, row.articles, row.words, row.references, _json(dict(row.tags)), row.place


def predictions(folder: RunFolder) -> Iterator[Row]:
    """Yield the rows of `predictions`."""
    for row in folder.predictions():
        yield (
            row.prediction_id,
            row.cluster_id,
            row.configuration,
            row.text,
            row.raw_text,
            list(row.postprocess),
            row.stopped,
            row.prompt_digest,
            None if row.article_ids is None else list(row.article_ids),
            list(row.dropped_articles),
            row.dropped_characters,
            row.tokens_in,
            row.tokens_out,
            row.seconds,
            row.compared,
            row.version,
        )


def verdicts(folder: RunFolder) -> Iterator[Row]:
    """Yield the rows of `verdicts`."""
    for row in folder.checked():
        yield from _claims(row)


def _claims(row: CheckedPrediction) -> Iterator[Row]:
    for at, verdict in enumerate(row.verdicts):
        claim = verdict.claim
        yield (
            row.cluster_id,
            row.configuration,
            row.checker,
            at,
            claim.part,
            claim.text,
            claim.start,
            claim.end,
            verdict.label,
            verdict.probability,
            verdict.reason,
            list(verdict.decided_by),
            list(verdict.errors),
            list(verdict.supporters),
            list(verdict.contradictors),
            verdict.witnesses,
            _json([each.model_dump(mode="json") for each in verdict.evidence]),
            _json([each.model_dump(mode="json") for each in verdict.elements]),
            _json(claim.model_dump(mode="json")),
        )


def scores(folder: RunFolder) -> Iterator[Row]:
    """Yield the rows of `scores`."""
    for row in folder.scores():
        who = row.cluster_id, row.configuration, row.metric
        for measure, statistic in row.statistics.items():
            yield (*who, measure, statistic, None)
        for measure, reason in row.unscorable.items():
            yield (*who, measure, None, reason)


def failures(folder: RunFolder) -> Iterator[Row]:
    """Yield the rows of `failures`."""
    for row in folder.failures():
        yield (row.stage, row.cluster_id, row.configuration, row.component, row.error, row.message, row.attempts)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


FILES: Mapping[str, tuple[str, Callable[[RunFolder], Iterator[Row]]]] = {
    "clusters": (CLUSTERS, clusters),
    "predictions": (PREDICTIONS, predictions),
    "verdicts": (VERDICTS, verdicts),
    "scores": (SCORES, scores),
    "failures": (FAILURES, failures),
}
"""Table → the file of a run that its rows are in, and what reads them."""
