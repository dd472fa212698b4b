"""Lists of runs: what there is, and what is about to be removed."""

import json
import textwrap
from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from harness import printable
from harness.records import RunManifest
from harness.report.sizes import size
from harness.results.listing import ListedRun
from harness.results.removal import Candidate

HEADS = ("run", "status", "started (UTC)", "clusters", "models", "data")
INDENT = 4
"""Columns that what belongs to a run is moved in below its line."""


def run_lines(runs: Sequence[ListedRun], width: int) -> Iterator[tuple[str, bool]]:
    """Yield a line for each run, and below it what is pending and what differs from the run before it.

    Yields each line, and whether it is a heading or details, no wider than `width` but for names that are.
    """
    cells = [HEADS, *map(_cells, runs)]
    rows = next(
        (rows for rows in (align(cells), align([row[:-1] for row in cells])) if max(map(cell_len, rows)) <= width),
        None,
    )
    if rows:
        yield rows[0], True
    for at, run in enumerate(runs):
        name, *others = cells[at + 1]
        yield (rows[at + 1] if rows else name), False
        parts = [] if rows else [f"{others[0]}, {others[1]}, {others[2]} clusters, {others[3]} models"]
        if run.pending:
            parts.append(f"{run.pending:,} of {run.expected:,} predictions pending")
        if run.previous:
            parts.append(f"differs from {printable.line(run.previous)}: {'; '.join(map(printable.line, run.differs))}")
        for part in parts:
            for line in textwrap.wrap(part, max(width - INDENT, 20)):
                yield " " * INDENT + line, True


def _cells(run: ListedRun) -> tuple[str, ...]:
    manifest = run.manifest
    started = f"{manifest.started:%Y-%m-%d %H:%M}"
    counts = (str(manifest.clusters), str(len(manifest.configurations)))
    name = printable.line(run.folder.path.name)
    return (name, manifest.status, started, *counts, printable.line(manifest.data_digest))


def runs_as_json(runs: Sequence[ListedRun]) -> str:
    """Write every run's manifest, with its folder's name, what is pending, and what differs from the run before it."""
    rows = [
        {
            "run": run.folder.path.name,
            **run.manifest.model_dump(mode="json"),
            "predicted": run.answered,
            "failed": run.failed,
            "pending": run.pending,
            "previous": run.previous,
            "differs": list(run.differs),
        }
        for run in runs
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False)


def describe_rescoring(manifest: RunManifest) -> list[str]:
    """Say whose predictions a run scored, and when they were made; nothing for any other run."""
    origin = manifest.predictions_from
    if origin is None:
        return []
    made = f"{origin.started:%Y-%m-%d %H:%M}"
    return [f"Scored {manifest.started:%Y-%m-%d %H:%M} UTC; the predictions are those of {origin.run}, {made} UTC."]


def removal_lines(candidates: Sequence[Candidate]) -> list[str]:
    """List the runs that are to go with status, date and size, then their number and size in all."""
    rows = [
        (
            printable.line(each.folder.place),
            each.status,
            f"{each.started:%Y-%m-%d %H:%M} UTC" if each.started else "–",
            size(each.bytes),
        )
        for each in candidates
    ]
    total = f"{len(rows)} run{'' if len(rows) == 1 else 's'}, {size(sum(each.bytes for each in candidates))}"
    return [*align(rows), total]


def align(rows: Sequence[Sequence[str]]) -> list[str]:
    """Write rows as lines with their columns align, two spaces between them and none at the end."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(_pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _pad(cell: str, width: int) -> str:
    return cell + " " * (width - cell_len(cell))
