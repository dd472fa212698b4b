"""Details beside a comparison, for every format: means broken down by a field, and the clusters that moved."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from harness.comparison.compare import Comparison, Details, Group, Move
from harness.records import MeasureRecord
from harness.report import escape, numbers


class Table(NamedTuple):
    """Cells as text, not yet escaped for any format."""

    title: str
    heads: list[str]
    rows: list[list[str]]


def tables(comparison: Comparison, details: Details) -> list[Table]:
    """Make a table of means by the values of the field for each measure, or one of errors; none if not asked for."""
    labels = comparison.joined.labels
    made = []
    if details.by == "error":
        rows = [
            [
                error,
                *(f"{numbers.show(of / checked, 'share')} ({of}/{checked})" for of, checked in counts.values()),
            ]
            for error, counts in details.errors.items()
        ]
        heads = ["error", *next(iter(details.errors.values()), labels)]
        made.append(Table("share of predictions with each error", heads, rows))
    if details.groups:
        for measure in comparison.joined.measures:
            lines = [_line(group, measure, labels) for group in details.groups]
            made.append(Table(f"{measure.name} by {details.by}", [str(details.by), "clusters", *labels], lines))
    return made


def _line(group: Group, measure: MeasureRecord, labels: Iterable[str]) -> list[str]:
    """Show one value of the field: clusters, then each configuration's mean with its interval."""
    means = {summary.configuration: summary for summary in group.summaries if summary.measure == measure.name}
    return [
        group.key,
        str(group.clusters),
        *(
            f"{numbers.mean(means[label], measure)} {numbers.interval(means[label], measure)}".rstrip()
            for label in labels
        ),
    ]


def move_lines(moves: Iterable[Move]) -> list[str]:
    """List the clusters that moved, three lines each: which and how far, then both texts."""
    lines = []
    for move in moves:
        before, after = (numbers.show(value, move.measure.unit) for value in (move.baseline, move.other))
        lines += [
            escape.one_line(f"{move.cluster_id}: {move.measure.name} {before} → {after} ({move.configuration})"),
            f"  baseline: {escape.one_line(move.baseline_text)}",
            f"  {escape.one_line(f'{move.configuration}: {move.other_text}')}",
        ]
    return lines


def values(details: Details) -> dict[str, Any]:
    """Make the values for JSON, unrounded and not multiplied: `by`, null where no field is named, and `worst`."""
    by = {
        "field": details.by,
        "groups": [
            {
                "value": group.key,
                "clusters": group.clusters,
                "summaries": [summary.model_dump() for summary in group.summaries],
            }
            for group in details.groups
        ],
        "errors": [
            {"error": error, "configuration": label, "predictions": of, "checked": checked}
            for error, counts in details.errors.items()
            for label, (of, checked) in counts.items()
        ],
    }
    worst = [
        {
            "cluster_id": move.cluster_id,
            "configuration": move.configuration,
            "measure": move.measure.name,
            "baseline": move.baseline,
            "value": move.other,
            "baseline_text": move.baseline_text,
            "text": move.other_text,
        }
        for move in details.moves
    ]
    return {"by": None if details.by is None else by, "worst": worst}
