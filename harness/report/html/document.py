"""Write a report: one HTML file that loads nothing, opens from a mail, and runs no script but its own."""

import base64
import hashlib
import json
from collections.abc import Collection, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import extras
from harness.analysis.leaderboard import is_significant
from harness.disk.durable import replace_text
from harness.errors import MissingExtraError, UsageError
from harness.records import MeasureRecord
from harness.report import numbers
from harness.report.answer import MARKS, full_name, half, name_of, sentences
from harness.report.escape import page
from harness.report.html.calibration import calibration
from harness.report.html.charts import charts, draw_all
from harness.report.html.examples import TOGETHER, Examples, collect
from harness.report.html.findings import Findings, gather
from harness.report.table import UNKNOWN, shard_notes
from harness.results.run_folder import RunFolder

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

    Chart = tuple[str, str, Markup]


def write_report(
    folders: Sequence[RunFolder],
    output: Path,
    *,
    baseline: str | None = None,
    primary: str | None = None,
    intersection: bool = False,
    labels: Sequence[Path] | None = None,
) -> Path:
    """Write the report of some runs to a file, which is put in place at once, and return its path.

    `labels` are files of human labels; without, `annotations.jsonl` beside the runs counts. Raises UsageError where
    there is no such folder, MissingExtraError where the extra `report` is not installed, StoreError where the file
    cannot be written, DataError where labels cannot be read, and what `gather` raises.
    """
    if not output.parent.is_dir():
        accepted = "a file in a folder that exists"
        raise UsageError(f"{output}: there is no folder {output.parent}; accepted: {accepted}")
    missing = extras.missing(*extras.EXTRAS["report"])
    if missing:
        raise MissingExtraError("harness report", missing, "report")
    findings = gather(folders, baseline=baseline, primary=primary, intersection=intersection)
    replace_text(output, document(findings, labels))
    return output


def environment(*folders: Traversable) -> "Environment":
    """Make what fills templates: those in some folders, and those of the report.

    Every value is escaped, and control characters are shown.
    """
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    every = (*folders, files("harness.report.html"))

    def load(name: str) -> str | None:
        found = next((folder / name for folder in every if (folder / name).is_file()), None)
        return None if found is None else found.read_text(encoding="utf-8")

    return Environment(
        autoescape=True, undefined=StrictUndefined, finalize=_visible, loader=FunctionLoader(load), auto_reload=False
    )


def document(findings: Findings, labels: Sequence[Path] | None = None) -> str:
    """Make the page of a report. Raises DataError where a file of labels cannot be read."""
    from markupsafe import Markup

    room = files("harness.report.html")
    first, second, style = (
        (room / name).read_text(encoding="utf-8") for name in ("page.js", "report.js", "report.css")
    )
    script = f"{first}{second}"
    calibrated, why_not = drawn_calibration(findings, labels)
    examples = collect(findings)
    notes = [*findings.notes, *(each for each in (examples.copies, examples.note) if each), *why_not]
    names = ", ".join(sorted({manifest.name for manifest in findings.manifests}))
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            policy=policy(script, style),
            title=f"{names}: {len(findings.labels)} configurations, {len(findings.joined.clusters)} clusters",
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            **ranking(findings),
            charts=[*drawn(findings), *calibrated],
            notes=notes,
            examples_note=_size(examples),
            facts=script_json(_facts(findings)),
            listed=examples.listed,
            blocks=examples.blocks,
            made=_made(findings),
        )
    )


def ranking(findings: Findings) -> dict[str, Any]:
    """Gather what the templates of the answer and the leaderboard show."""
    return {
        "sentences": sentences(findings.board),
        "columns": [
            {"name": name_of(each), "arrow": numbers.ARROWS[each.direction], "summary": each.summary}
            for each in findings.board.measures
        ],
        "rows": _rows(findings),
        "legend": _legend(findings),
    }


def drawn(findings: Findings) -> "list[Chart]":
    """Draw the charts: heading, how to read it, SVG."""
    return _as_markup(charts(findings))


def drawn_calibration(findings: Findings, labels: Sequence[Path] | None = None) -> "tuple[list[Chart], list[str]]":
    """Draw the calibration where there are enough human labels, or say why not. Raises DataError as `document`."""
    found, why_not = calibration(findings, labels)
    return _as_markup(draw_all(found, "calibration")), why_not


def _as_markup(found: list[tuple[str, str, str]]) -> "list[Chart]":
    from markupsafe import Markup

    return [(heading, text, Markup(svg)) for heading, text, svg in found]  # noqa: S704 - text is escaped


def _visible(value: Any) -> Any:
    """Show control characters of text, which HTML would hide or refuse."""
    from markupsafe import Markup

    if isinstance(value, str) and not isinstance(value, Markup):
        return Markup(page(value))  # noqa: S704 - escaped
    return value


def policy(script: str, style: str) -> str:
    """Write the content security policy of a page that loads nothing and runs one script."""
    own = f"script-src '{_hash(script)}'; style-src '{_hash(style)}'"
    return f"default-src 'none'; {own}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    """Compute the digest by which a content security policy allows a text in the page."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def script_json(value: Any) -> "Markup":
    """Write a value as JSON that ends no script element."""
    from markupsafe import Markup

    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    held = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(held)  # noqa: S704 - holds no <


def _rows(findings: Findings) -> list[dict[str, Any]]:
    board = findings.board
    counts = {column.label: column.counts for column in findings.joined.columns}
    rows = []
    for standing in board.standings:
        held = counts[standing.configuration]
        each = held.seconds / held.predicted if held.predicted and held.seconds else None
        notes = ["baseline"] if standing.configuration == board.baseline and len(board.standings) > 1 else []
        if standing.like_best and standing.rank > 1:
            notes.append("not distinguishable from the best")
        rows.append(
            {
                "rank": standing.rank or UNKNOWN,
                "name": standing.configuration,
                "best": standing.rank == 1,
                "note": ", ".join(notes),
                "cells": [_cell(findings, standing.configuration, measure) for measure in board.measures],
                "seconds": "–" if each is None else f"{each:.2f}",
                "seconds_value": "" if each is None else repr(each),
                "failed": held.failed,
            }
        )
    return rows


def _cell(findings: Findings, label: str, measure: MeasureRecord) -> dict[str, Any]:
    standing = next(each for each in findings.board.standings if each.configuration == label)
    summary = standing.summaries[measure.name]
    mark = standing.beside_baseline[measure.name]
    counts = f"{summary.scored} clusters scored, {summary.unscorable} without a statistic, {summary.failed} failed"
    return {
        "value": "" if summary.mean is None else repr(summary.mean),
        "mean": numbers.mean(summary, measure),
        "half": half(summary, measure),
        "mark": mark,
        "sign": MARKS[mark],
        "title": f"{measure.name} {numbers.interval(summary, measure)}; {counts}",
    }


def _legend(findings: Findings) -> str:
    board = findings.board
    interval = "± half the 95 % interval (percentile bootstrap over clusters)"
    parts = [
        f"Ranked by {full_name(board.primary)}, of {numbers.clusters(board.clusters)}; shares times 100; {interval}."
    ]
    marks = {mark for standing in board.standings for mark in standing.beside_baseline.values()}
    told = [f"{MARKS[mark]} {mark}" for mark in ("better", "worse") if mark in marks]
    if told:
        test = "approximate randomisation test, corrected after Holm, p ≤ .05"
        parts.append(f"{', '.join(told)} than {board.baseline}: {test}.")
    if any(map(is_significant, board.pairs)):
        parts.append("[ ] is the interval of a difference at the level of the corrected test.")
    return " ".join(parts)


def _size(examples: Examples) -> str:
    if examples.whole == examples.clusters:
        return f"All {examples.clusters} clusters, the most telling first."
    listed = "" if examples.shown == examples.clusters else f" The list has the {examples.shown} most telling."
    return (
        f"The {examples.whole} most telling of {examples.clusters} clusters are here with articles and verdicts; "
        f"the others with headlines and scores.{listed}"
    )


def _facts(findings: Findings) -> dict[str, Any]:
    board = findings.board
    leading = [measure.name for measure in board.measures]
    at = findings.labels.index(board.baseline)
    return {
        **page_facts(findings.labels, at, board.primary, findings.joined.measures, leading),
        "together": TOGETHER,
        "missing": "The articles could not be read again from the data.",
        "small": "Articles and verdicts of this cluster are left out, so that the file stays small; "
        "harness show RUN --cluster ID has them.",
    }


def page_facts(
    labels: Sequence[str],
    baseline: int,
    primary: MeasureRecord | None,
    measures: Sequence[MeasureRecord],
    leading: Collection[str],
) -> dict[str, Any]:
    """Gather what the page's script must know of runs; `leading` names the measures that stand by each headline."""
    return {
        "configurations": list(labels),
        "baseline": baseline,
        "primary": name_of(primary) if primary else "",
        "lower": primary is not None and primary.direction == "lower",
        "measures": [
            {
                "name": name_of(measure),
                "unit": measure.unit,
                "leading": measure.name in leading,
                "primary": measure == primary,
            }
            for measure in measures
        ],
    }


def _made(findings: Findings) -> list[tuple[str, str]]:
    made: list[tuple[str, str]] = []
    for manifest in findings.manifests:
        run = f"{manifest.name}-{manifest.digest}, started {manifest.started:%Y-%m-%d %H:%M} UTC, {manifest.status}"
        data = f"{manifest.data}, {numbers.clusters(manifest.clusters)}, digest {manifest.data_digest}"
        data += f", seed {manifest.seed}"
        made += [
            ("run", run),
            ("data", data),
            *(("shard", line) for line in shard_notes(manifest)),
            ("harness", manifest.versions.get("headline-harness", "unknown")),
        ]
    made += [(column.label, column.record.signature) for column in findings.joined.columns]
    made += [(measure.name, measure.signature) for measure in findings.board.measures]
    return made
