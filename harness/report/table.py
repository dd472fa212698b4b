"""Results tables: one block for each metric, a row for each configuration; as Markdown, CSV and JSON.

The terminal's version is in `harness.report.terminal`. Every format carries means, intervals and denominators.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.analysis.resample import LEVEL, RESAMPLES
from harness.analysis.summary import Summary, by_configuration, measures_by_metric
from harness.language.text import counted
from harness.records import ConfigurationRecord, Counts, MeasureRecord, RunManifest
from harness.report import escape, numbers
from harness.run.pipeline import Outcome

UNFINISHED = {
    "running": "a process is at work on it",
    "interrupted": "the same `harness eval` goes on with it",
    "failed": "it stopped with an error, and the same `harness eval` goes on with it",
}
"""Status other than `complete` → its meaning for the reader of a table."""
REFERENCE_MARK = " †"
REFERENCE_NOTE = "† reads the references: an upper bound, not a system."
UNKNOWN = "–"
"""Stands for a number that there is none of."""
JUDGE_MARK = " ‡"
JUDGE_NOTE = "‡ judged by a checker that has its own weights: read its factual columns with that in mind."

Denominators = tuple[int, ...]
"""Clusters scored, unscorable, failed; and pending, where any are."""


@dataclass(frozen=True)
class Cell:
    """One configuration's number for one measure, ready to print."""

    mean: str
    interval: str
    denominators: Denominators
    usual: bool
    """True where its denominators are those that the row names."""
    best: bool
    """True where no other configuration that may compete is better, and one is worse."""


@dataclass(frozen=True)
class Row:
    """One configuration's cells."""

    label: str
    denominators: Denominators
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Block:
    """One metric's table."""

    metric: str
    measures: tuple[MeasureRecord, ...]
    rows: tuple[Row, ...]


def blocks(outcome: Outcome, *, every_measure: bool = False) -> list[Block]:
    """Make the tables of a run, with measures that merely support others only where `every_measure`."""
    summaries_of = by_configuration(outcome.summaries)
    made = []
    for metric, measures in measures_by_metric(outcome.manifest.measures).items():
        kept = tuple(measure for measure in measures if measure.shown or every_measure)
        if kept:
            made.append(Block(metric, kept, tuple(_rows(outcome.manifest, kept, summaries_of))))
    return made


def _rows(
    manifest: RunManifest, measures: Sequence[MeasureRecord], summaries_of: Mapping[str, Mapping[str, Summary]]
) -> Iterable[Row]:
    competing = [item.name for item in manifest.configurations if not item.reads_references]
    for item in manifest.configurations:
        summaries = [summaries_of[item.name][measure.name] for measure in measures]
        usual = Counter(map(denominators, summaries)).most_common(1)[0][0]
        cells = tuple(
            Cell(
                numbers.mean(summary, measure),
                numbers.interval(summary, measure),
                denominators(summary),
                denominators(summary) == usual,
                item.name in competing
                and _is_best(summary, measure, [summaries_of[name][measure.name] for name in competing]),
            )
            for summary, measure in zip(summaries, measures, strict=True)
        )
        yield Row(label(item), usual, cells)


def _is_best(summary: Summary, measure: MeasureRecord, rivals: Iterable[Summary]) -> bool:
    means = [rival.mean for rival in rivals if rival.mean is not None]
    if summary.mean is None or measure.direction == "neither" or len(set(means)) < 2:
        return False
    return summary.mean == (max(means) if measure.direction == "higher" else min(means))


def label(item: ConfigurationRecord) -> str:
    """Mark a configuration's name where it reads the references or judges itself."""
    marks = (REFERENCE_MARK if item.reads_references else "") + (JUDGE_MARK if item.judges_itself else "")
    return item.name + marks


def denominators(summary: Summary) -> Denominators:
    """Count the clusters scored, unscorable, failed; and pending, where any are."""
    counts = summary.scored, summary.unscorable, summary.failed
    return (*counts, summary.pending) if summary.pending else counts


def pending_of(manifest: RunManifest, configuration: str) -> int:
    """Count the clusters that a configuration of an unfinished run has neither answered nor failed on yet."""
    counts = manifest.counts.get(configuration, Counts())
    return 0 if manifest.status == "complete" else max(manifest.clusters - counts.predicted - counts.failed, 0)


def cost_row(counts: Counts) -> list[str]:
    """List predicted, failed, seconds a headline, tokens in and out a headline."""
    made = counts.predicted
    each = f"{counts.seconds / made:.3f}" if made and counts.seconds else UNKNOWN
    tokens_in = f"{counts.tokens_in / made:.0f}" if made and counts.tokens_in else UNKNOWN
    tokens_out = f"{counts.tokens_out / made:.1f}" if made and counts.tokens_out else UNKNOWN
    return [str(made), str(counts.failed), each, tokens_in, tokens_out]


COST_HEADERS = ("predicted", "failed", "s each", "tokens in", "tokens out")


def provenance(manifest: RunManifest, escaped: Callable[[str], str] = str) -> list[str]:
    """Explain below a table what the numbers are, and of what; `escaped` is applied to what others wrote."""
    pending = " / pending (not reached yet)" if manifest.status in UNFINISHED else ""
    intervals = f"{LEVEL:.0%} percentile bootstrap over clusters, {RESAMPLES:,} resamples"
    return [
        *status_notes(manifest),
        f"{made_of(manifest)} Means over scored clusters; brackets: {intervals}.",
        f"Shares are printed times 100. n: clusters scored / unscorable / failed{pending}.",
        *caveats(manifest, escaped),
    ]


def made_of(manifest: RunManifest) -> str:
    """Say which data a run read, and its seed."""
    return f"{numbers.clusters(manifest.clusters)}, data {manifest.data_digest}, seed {manifest.seed}."


def shard_notes(manifest: RunManifest) -> list[str]:
    """Say of a shard that its numbers are those of a part."""
    part = manifest.shard
    if part is None:
        return []
    share = f"{str(part).capitalize()}: {manifest.clusters} of the {part.clusters} clusters"
    return [f"{share}; its means are those of this part alone, and `harness merge` puts the parts together."]


def status_notes(manifest: RunManifest) -> list[str]:
    """Say how far a run got that is not complete, and which part of a run a shard is."""
    told = [f"The run is {manifest.status}: {UNFINISHED[manifest.status]}."] if manifest.status in UNFINISHED else []
    return [*told, *shard_notes(manifest)]


LEAST_SEEN = 0.5
"""Share of the references' letters below which a table says how few of them ROUGE sees."""


def caveats(manifest: RunManifest, escaped: Callable[[str], str] = str) -> list[str]:
    """Say what the numbers of a run leave out, and which of them are not what they seem."""
    lines = []
    waiting = {item.name: pending_of(manifest, item.name) for item in manifest.configurations}
    if any(waiting.values()):
        told = ", ".join(f"{escaped(name)} on {count}" for name, count in waiting.items() if count)
        lines.append(f"Pending, neither answered nor failed yet: {told} of {counted(manifest.clusters, 'cluster')}.")
    if manifest.bad_rows:
        lines.append(f"{manifest.bad_rows} rows of the data could not be read and are in no number.")
    seen = manifest.letters_seen
    if seen is not None and seen < LEAST_SEEN and any(measure.metric == "rouge" for measure in manifest.measures):
        lines.append(
            f"ROUGE sees {seen:.0%} of the letters and digits of the references (a-z and 0-9 alone): its numbers say "
            "little of these texts."
        )
    if any(item.reads_references for item in manifest.configurations):
        lines.append(REFERENCE_NOTE)
    if any(item.judges_itself for item in manifest.configurations):
        lines.append(JUDGE_NOTE)
    lines.extend(f"{escaped(line)}." for line in manifest.changes_of_model())
    return lines


def markdown(outcome: Outcome, *, every_measure: bool = False) -> str:
    """Write all tables, costs and signatures in GitHub's Markdown."""
    manifest = outcome.manifest
    part = f", {manifest.shard}" if manifest.shard else ""
    parts = [f"# {manifest.name} {manifest.digest}{part}\n"]
    for block in blocks(outcome, every_measure=every_measure):
        heads = ["configuration", "n", *(escape.markdown(numbers.header(measure)) for measure in block.measures)]
        rows = [
            [escape.markdown(row.label), _with_slashes(row.denominators), *(_markdown_cell(cell) for cell in row.cells)]
            for row in block.rows
        ]
        parts.append(f"## {escape.markdown(block.metric)}\n\n{markdown_table(heads, rows)}")
    costs = [
        [
            escape.markdown(label(item)),
            *cost_row(manifest.counts.get(item.name, Counts())),
        ]
        for item in manifest.configurations
    ]
    parts.append(f"## generation\n\n{markdown_table(['configuration', *COST_HEADERS], costs)}")
    parts.append("\n".join(provenance(manifest, escape.markdown)) + "\n")
    signed = [f"- {escape.markdown(item.name)}: {escape.code(item.signature)}" for item in manifest.configurations]
    signed += [f"- {escape.code(measure.signature)}" for measure in manifest.measures if measure.shown or every_measure]
    parts.append("## signatures\n\n" + "\n".join(signed) + "\n")
    return "\n".join(parts)


def _markdown_cell(cell: Cell) -> str:
    text = f"**{cell.mean}**" if cell.best else cell.mean
    tail = f" {cell.interval}" if cell.interval else ""
    return text + tail + ("" if cell.usual else f" n {_with_slashes(cell.denominators)}")


def _with_slashes(counts: Denominators) -> str:
    return " / ".join(str(count) for count in counts)


def markdown_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a Markdown table, the first column to the left, the others to the right; cells may hold Markdown."""
    lines = [
        "| " + " | ".join(heads) + " |",
        "| --- |" + " ---: |" * (len(heads) - 1),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


def records(outcome: Outcome) -> list[dict[str, Any]]:
    """Make a record for each configuration and measure, unrounded and not multiplied; None where there is no mean."""
    measures = {measure.name: measure for measure in outcome.manifest.measures}
    return [
        {
            "configuration": summary.configuration,
            "metric": measures[summary.measure].metric,
            "measure": summary.measure,
            "mean": summary.mean,
            "low": summary.low,
            "high": summary.high,
            "scored": summary.scored,
            "unscorable": summary.unscorable,
            "failed": summary.failed,
            "pending": summary.pending,
            "unit": measures[summary.measure].unit,
            "direction": measures[summary.measure].direction,
            "signature": measures[summary.measure].signature,
        }
        for summary in outcome.summaries
    ]


def as_csv(outcome: Outcome) -> str:
    """Write the records, a line each; a cell is empty where there is no mean."""
    return csv_of(records(outcome))


def csv_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write records with the same keys as CSV, their keys as its heads; texts are harmless to a spreadsheet."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(rows[0] if rows else ())
    for row in rows:
        writer.writerow([escape.csv_cell(cell) if isinstance(cell, str) else cell for cell in row.values()])
    return stream.getvalue()


def as_json(outcome: Outcome) -> str:
    """Write the manifest's identity, the measures and every summary as one JSON object."""
    manifest = outcome.manifest
    value = {
        "run": outcome.folder.path.name,
        "folder": outcome.folder.place,
        "name": manifest.name,
        "digest": manifest.digest,
        "status": manifest.status,
        "data_digest": manifest.data_digest,
        "clusters": manifest.clusters,
        "bad_rows": manifest.bad_rows,
        "seed": manifest.seed,
        "shard": manifest.shard and manifest.shard.model_dump(mode="json"),
        "predictions_from": manifest.predictions_from and manifest.predictions_from.model_dump(mode="json"),
        "interval": {"method": "percentile bootstrap over clusters", "level": LEVEL, "resamples": RESAMPLES},
        "configurations": [
            {
                **json.loads(item.model_dump_json()),
                **manifest.counts.get(item.name, Counts()).model_dump(),
                "pending": pending_of(manifest, item.name),
            }
            for item in manifest.configurations
        ],
        "measures": [measure.model_dump() for measure in manifest.measures],
        "summaries": [summary.model_dump() for summary in outcome.summaries],
    }
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
