"""Show one cluster of a run in every format: its references, and each configuration's text, verdicts and scores."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from harness.records import MeasureRecord, Verdict
from harness.report import escape, numbers
from harness.report.printing import safe
from harness.report.table import label, markdown_table
from harness.report.terminal import Column, split
from harness.report.verdicts import COLOURS, ERRORS
from harness.results.cluster_view import ClusterView, ConfigurationView

NONE = "–"
NO_REFERENCE = "none: this cluster has no reference"


def terminal(view: ClusterView, width: int, *, every_measure: bool = False) -> RenderableType:
    """Show references, then each text with its verdicts below it, then a table of scores for each metric."""
    parts: list[RenderableType] = [safe(escape.one_line(view.facts.cluster_id), "bold"), *_tags(view)]
    parts += [Text(), Text("references", "bold"), *(_indent(safe(text)) for text in _references(view)), Text()]
    for each in view.configurations:
        parts.append(safe(label(each.record), "bold"))
        if each.prediction is not None:
            parts.append(_indent(safe(each.prediction.text)))
        parts += [_indent(safe(line, style)) for line, style in _remarks(each)]
    for metric, measures in _by_metric(view, every_measure=every_measure).items():
        names = Column(Text("configuration"), tuple(safe(label(each.record)) for each in view.configurations))
        columns = [
            Column(
                safe(numbers.short_header(measure)),
                tuple(Text(_score(each, measure)) for each in view.configurations),
            )
            for measure in measures
        ]
        parts += [part for table in split(metric, names, [], columns, width) for part in (Text(), table)]
    parts += [Text(), Text(f"Shares are printed times 100. {NONE}: no score; --format json says why.", "dim")]
    return Group(*parts)


def markdown(view: ClusterView, *, every_measure: bool = False) -> str:
    """Write the same in GitHub's Markdown."""
    parts = [f"# {escape.markdown(view.facts.cluster_id)} in {escape.markdown(view.run)}\n"]
    parts.append("".join(f"- reference: {escape.markdown(text)}\n" for text in _references(view)))
    rows = [
        [
            escape.markdown(label(each.record)),
            escape.markdown(each.prediction.text if each.prediction else NONE),
            escape.markdown("; ".join(line for line, _ in _remarks(each)) or NONE),
        ]
        for each in view.configurations
    ]
    head = "| configuration | prediction | verdict |\n| --- | --- | --- |\n"
    parts.append(head + "".join(f"| {' | '.join(row)} |\n" for row in rows))
    for metric, measures in _by_metric(view, every_measure=every_measure).items():
        heads = ["configuration", *(escape.markdown(numbers.short_header(measure)) for measure in measures)]
        scores = [
            [escape.markdown(label(each.record)), *(_score(each, measure) for measure in measures)]
            for each in view.configurations
        ]
        parts.append(f"## {escape.markdown(metric)}\n\n{markdown_table(heads, scores)}")
    parts.append("Shares are printed times 100.\n")
    return "\n".join(parts)


CSV_COLUMNS = ("cluster", "configuration", "status", "text", "references", "failure")


def as_csv(view: ClusterView) -> str:
    """Write a line for each configuration: text, references (a line each in one cell), verdicts, raw measures."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    checkers = list(dict.fromkeys(signature for each in view.configurations for signature in each.verdicts))
    verdicts = list(_verdict_columns(checkers))
    writer.writerow([*CSV_COLUMNS, *verdicts, *(escape.csv_cell(measure.name) for measure in view.measures)])
    for each in view.configurations:
        writer.writerow(
            [
                escape.csv_cell(view.facts.cluster_id),
                escape.csv_cell(each.record.name),
                each.status,
                escape.csv_text(each.prediction.text if each.prediction else ""),
                escape.csv_text("\n".join(view.references or ())),
                escape.csv_text("\n".join(f"{row.stage}: {row.error}: {row.message}" for row in each.failures)),
                *(cell for signature in checkers for cell in _verdict_cells(each.verdicts.get(signature, ()))),
                *(each.scores.get(measure.name) for measure in view.measures),
            ]
        )
    return stream.getvalue()


def _verdict_columns(checkers: Sequence[str]) -> Iterator[str]:
    """Name the columns of each checker; its name stands in them where there are several."""
    for number, signature in enumerate(checkers, 1):
        name = f" {number} ({signature.partition('|')[0]})" if len(checkers) > 1 else ""
        yield from (escape.csv_cell(f"{head}{name}") for head in ("verdict", "probability", "errors", "reason"))


def _verdict_cells(verdicts: Sequence[Verdict]) -> list[object]:
    if not verdicts:
        return [None, None, None, None]
    whole = verdicts[0]
    return [whole.label, whole.probability, " ".join(whole.errors), escape.csv_text(whole.reason)]


def as_json(view: ClusterView) -> str:
    """Write everything as one JSON object, values unrounded and not multiplied."""
    return json.dumps(json_value(view), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def json_value(view: ClusterView) -> dict[str, Any]:
    """Make that object."""
    return {
        "run": view.run,
        "cluster_id": view.facts.cluster_id,
        "tags": dict(view.facts.tags),
        "articles": view.facts.articles,
        "references": None if view.references is None else list(view.references),
        **({"note": view.note} if view.note else {}),
        "configurations": [_configuration_json(each) for each in view.configurations],
    }


def _configuration_json(each: ConfigurationView) -> dict[str, object]:
    verdicts = [verdict for of_checker in each.verdicts.values() for verdict in of_checker]
    return {
        "configuration": each.record.name,
        "reads_references": each.record.reads_references,
        "status": each.status,
        "text": each.prediction.text if each.prediction else None,
        "prediction": each.prediction.model_dump(mode="json", exclude_defaults=True) if each.prediction else None,
        "verdict": verdicts[0].label if verdicts else None,
        "verdicts": [
            {**verdict.model_dump(mode="json"), "checker": verdict.checker or signature}
            for signature, of_checker in each.verdicts.items()
            for verdict in of_checker
        ],
        "scores": each.scores,
        "unscorable": each.unscorable,
        "failures": [row.model_dump(mode="json") for row in each.failures],
    }


def _tags(view: ClusterView) -> Iterator[Text]:
    for tag, value in view.facts.tags.items():
        yield safe(escape.one_line(f"{tag}: {value}"), "dim")


def _references(view: ClusterView) -> Sequence[str]:
    """List the references, or say why there are none."""
    return view.references or [view.note or NO_REFERENCE]


def _remarks(each: ConfigurationView) -> Iterator[tuple[str, str]]:
    """Yield the lines below a text with their styles: each checker's verdict on the whole, then failures."""
    for signature, verdicts in each.verdicts.items():
        whole = verdicts[0]
        checker = f" ({signature.partition('|')[0]})" if len(each.verdicts) > 1 else ""
        sure = "" if whole.probability is None else f" {whole.probability:.2f}"
        wrong = ", ".join(ERRORS[error] for error in whole.errors)
        why = ": ".join(part for part in (wrong, whole.reason) if part)
        said = f"{whole.label.replace('_', ' ')}{sure}{checker}"
        yield escape.one_line(f"{said}: {why}" if why else said), COLOURS[whole.label]
    yield from remarks(each)


def remarks(each: ConfigurationView) -> Iterator[tuple[str, str]]:
    """Yield a line for each failure, or one that the run has not come to the cluster yet; each with its style."""
    for row in each.failures:
        yield escape.one_line(f"failed: {row.stage}: {row.error}: {row.message}"), "red"
    if each.status == "pending":
        yield "pending: the run has not come to it yet", "dim"


def _by_metric(view: ClusterView, *, every_measure: bool) -> Mapping[str, list[MeasureRecord]]:
    by_metric: dict[str, list[MeasureRecord]] = {}
    for measure in view.measures:
        if measure.shown or every_measure:
            by_metric.setdefault(measure.metric, []).append(measure)
    return by_metric


def _score(each: ConfigurationView, measure: MeasureRecord) -> str:
    value = each.scores.get(measure.name)
    return NONE if value is None else numbers.show(value, measure.unit)


def _indent(text: Text) -> RenderableType:
    return Padding(text, (0, 0, 0, 2))
