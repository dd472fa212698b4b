"""Tables of a stress test, for terminals, as Markdown and as JSON; the planted texts as JSON Lines."""

import json
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from harness.analysis.metaeval import Estimate
from harness.analysis.resample import LEVEL
from harness.analysis.stress import MARGIN, UNCHANGED, EditRates
from harness.language.text import counted
from harness.metaeval.stress import Stress, ways
from harness.perturbations.plant import PlantedText
from harness.report import escape
from harness.report.agreement import NONE, cell
from harness.report.printing import safe
from harness.report.table import markdown_table
from harness.report.terminal import folded_signature, grid

ERROR_HEADS = ("planted error", "made", "n/a", "n", "flagged", "of passed", "lowered")
HARMLESS_HEADS = ("harmless edit", "made", "n/a", "n", "flagged", "of passed", "lowered", "raised")


def _groups(rows: Sequence[EditRates]) -> list[tuple[tuple[str, ...], list[EditRates]]]:
    return [
        (ERROR_HEADS, [row for row in rows if not row.harmless]),
        (HARMLESS_HEADS, [row for row in rows if row.harmless]),
    ]


def _cells(row: EditRates, heads: Sequence[str]) -> list[str]:
    pairwise = [None if row.edit == UNCHANGED else share for share in (row.turned, row.lowered, row.raised)]
    estimates: list[Estimate | None] = [row.flagged, *pairwise]
    shares = [cell(share, interval=True, digits=2) for share in estimates[: len(heads) - 4]]
    missing = NONE if row.edit == UNCHANGED else str(row.not_applicable)
    return [row.edit, str(row.planted), missing, str(row.scored), *shares]


def notes(stress: Stress, resamples: int, seed: int) -> list[str]:
    """Explain the columns, then list what could not be planted, abstentions and failures."""
    headlines = counted(stress.headlines, "true headline")
    lines = [
        f"{headlines} of {counted(stress.clusters, 'cluster')}; of each at most one text of each kind.",
        "made: texts planted; n/a: headlines of which none could be made; n: scored, the denominator.",
        "flagged: share that the labels hold up (contradicted, not found, attribution lost).",
        "of passed: the same among texts whose true headline passes.",
        f"lowered, raised: probability below or above the true headline's by more than {MARGIN}.",
        f"Brackets: {LEVEL:.0%} percentile bootstrap over clusters, {resamples:,} resamples, seed {seed}.",
    ]
    if stress.bare:
        lines.append(f"Clusters without a reference or a title, in which nothing was planted: {stress.bare:,}.")
    for name, reasons in stress.abstentions.items():
        lines += [f"{name} abstained on {count} texts: {reason}." for reason, count in sorted(reasons.items())]
    for name in stress.signatures:
        failed = sum(row.failed for row in stress.rows if row.checker == name)
        if failed:
            lines.append(f"{name} failed on {failed} texts; they are in no number.")
    return lines


def markdown(stress: Stress, resamples: int, seed: int) -> str:
    """Write two tables for each checker, with all intervals, in GitHub's Markdown."""
    parts = ["# Stress test\n"]
    for name in stress.signatures:
        rows = [row for row in stress.rows if row.checker == name]
        parts.append(f"## {escape.markdown(name)}\n")
        for heads, group in _groups(rows):
            parts.append(markdown_table(heads, [_cells(row, heads) for row in group]))
    explained = [f"- {escape.markdown(line)}" for line in notes(stress, resamples, seed)]
    signed = [f"- {escape.markdown(name)}: {escape.code(value)}" for name, value in stress.signatures.items()]
    parts += ["\n".join(lines) + "\n" for lines in (explained, signed)]
    return "\n".join(parts)


def terminal(stress: Stress, resamples: int, seed: int, width: int) -> RenderableType:
    """Lay the tables out for a terminal; they fit 80 columns without `made` and without the interval of `raised`."""
    parts: list[RenderableType] = []
    for name in stress.signatures:
        rows = [row for row in stress.rows if row.checker == name]
        for heads, group in _groups(rows):
            columns = dict(zip(heads, zip(*(_cells(row, heads) for row in group), strict=True), strict=True))
            del columns["made"]
            if "raised" in columns:
                columns["raised"] = tuple(text.partition(" ")[0] for text in columns["raised"])
            parts += [grid(name, list(columns), list(zip(*columns.values(), strict=True)), width), Text()]
    parts += map(safe, notes(stress, resamples, seed))
    parts += [safe(folded_signature(f"{name}: {value}", width)) for name, value in stress.signatures.items()]
    return Group(*parts)


def as_json(stress: Stress, resamples: int, seed: int) -> str:
    """Write every figure unrounded, and in how many ways each edit was made."""
    value = {
        "seed": seed,
        "resamples": resamples,
        "level": LEVEL,
        "margin": MARGIN,
        "clusters": stress.clusters,
        "headlines": stress.headlines,
        "without_headline": stress.bare,
        "ways": {edit: dict(sorted(counts.items())) for edit, counts in ways(stress.texts).items()},
        "checkers": stress.signatures,
        "abstentions": {name: dict(counts) for name, counts in stress.abstentions.items()},
        "rates": [row.model_dump(mode="json") for row in stress.rows],
    }
    return json.dumps(value, indent=2, ensure_ascii=False)


def texts(planted: Sequence[PlantedText]) -> str:
    """Write the planted texts, one JSON object a line, for a person to read."""
    return "".join(f"{row.model_dump_json()}\n" for row in planted)
