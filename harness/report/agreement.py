"""Tables of how checkers agree with human labels, for terminals, as Markdown and as JSON."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.console import Group, RenderableType
from rich.text import Text

from harness.analysis.metaeval import BINS, Agreement, Estimate, EvidenceHits
from harness.analysis.resample import LEVEL
from harness.metaeval.agreement import FLOOR, PUBLISHED
from harness.report import escape
from harness.report.printing import safe
from harness.report.table import markdown_table
from harness.report.terminal import folded_signature, grid

NONE = "–"
RATED = "a correlation needs texts of three systems or more, each row with its `system`"


@dataclass(frozen=True)
class Table:
    """A table of estimates and texts."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str | Estimate | None, ...], ...]
    with_intervals: frozenset[int]
    """Columns whose intervals a terminal shows."""
    wide_only: frozenset[int] = frozenset()
    """Columns that a terminal leaves out."""


@dataclass(frozen=True)
class AgreementReport:
    """Everything that was measured, and how intervals were made."""

    agreements: Sequence[Agreement]
    seed: int
    resamples: int
    evidence: Sequence[EvidenceHits] = ()


def tables(report: AgreementReport) -> Iterator[Table]:
    """Yield the overview, evidence hits, then error types and correlations of each data set that has them."""
    agreements = report.agreements
    labelled = [item for item in agreements if item.faithful or item.unfaithful or item.abstained]
    if labelled:
        yield Table(
            "",
            ("data", "checker", "n", "AUC", "acc.", "own", "ECE", "Brier", "pairs", "s/1000"),
            tuple(
                (
                    item.dataset,
                    item.checker,
                    f"{item.faithful}+{item.unfaithful}",
                    item.auc,
                    item.transferred,
                    item.own,
                    item.ece,
                    item.brier,
                    item.consistency,
                    NONE if item.seconds_per_thousand is None else f"{item.seconds_per_thousand:.0f}",
                )
                for item in labelled
            ),
            frozenset({3}),
            frozenset({7}),
        )
    if report.evidence:
        yield Table(
            "evidence",
            ("data", "texts", *(f"hit at {k}" for k in report.evidence[0].hits), "set at 5"),
            tuple(
                (item.dataset, str(item.rows), *item.hits.values(), item.complete) for item in report.evidence
            ),
            frozenset({2, 3, 4, 5}),
        )  # fmt: skip
    own = [item for item in agreements if not item.checker.endswith(PUBLISHED)]
    by_data = sorted(own, key=lambda item: item.dataset)
    for dataset, group in groupby(by_data, key=lambda item: item.dataset):
        members = list(group)
        kinds = [
            (kind.error_type, item.checker, str(kind.rows), kind.auc, kind.caught, kind.consistency)
            for item in members
            for kind in item.types
        ]
        if kinds:
            heads = ("error type", "checker", "n", "AUC", "caught", "pairs")
            yield Table(dataset, heads, tuple(sorted(kinds, key=lambda row: str(row[0]))), frozenset({3}))
        rated = tuple(
            (rated.rating, item.checker, rated.level, str(rated.units), rated.pearson, rated.spearman, rated.kendall)
            for item in members
            for rated in item.correlations
        )
        if rated:
            columns = ("rating", "checker", "per", "units", "Pearson", "Spearman", "Kendall")
            yield Table(dataset, columns, tuple(sorted(rated, key=lambda row: str(row[0]))), frozenset())


def notes(report: AgreementReport) -> list[str]:
    """Explain the columns, then list abstentions and failures."""
    agreements, resamples, seed = report.agreements, report.resamples, report.seed
    lines = [
        "n: faithful + unfaithful texts scored. AUC: chance that a faithful text scores above an unfaithful one.",
        f"Brackets: {LEVEL:.0%} percentile bootstrap over documents, {resamples:,} resamples, seed {seed}.",
        "acc.: balanced accuracy of the checker's own labels, its thresholds as they come.",
        "own: the same at a threshold chosen on the other half of this data set's documents.",
        f"ECE: calibration error of the probability, {BINS} equal-mass bins. s/1000: seconds a thousand texts.",
        "Brier: mean squared error of the probability.",
        "pairs: minimal pairs with the true side strictly above. caught: unfaithful texts flagged by the labels.",
    ]
    if any(item.checker == FLOOR for item in agreements):
        lines.append(f"{FLOOR}: the floor, the mean of the metric's four precisions; no threshold, no probability.")
    if any(item.checker.endswith(PUBLISHED) for item in agreements):
        lines.append(f"{PUBLISHED}: scores that the data's publishers print beside each text.")
    if report.evidence:
        lines.append("hit at k: a sentence that people marked is among the first k retrieved; set: all of one set is.")
    for item in agreements:
        for reason, rows in sorted(item.abstentions.items()):
            lines.append(f"{item.checker} abstained on {rows} of {item.dataset}: {reason}.")
        if item.failed:
            lines.append(f"{item.checker} failed on {item.failed} of {item.dataset}; they are in no number.")
        if item.uncorrelated:
            lines.append(f"{item.dataset}: {item.uncorrelated} rated rows are in no number: {RATED}.")
        elif item.unlabelled and not item.correlations:
            lines.append(f"{item.dataset}: {item.unlabelled} rows have no label and are in no number.")
    return list(dict.fromkeys(lines))


def signatures(agreements: Sequence[Agreement]) -> list[tuple[str, str]]:
    """List each checker's display name and signature once; published scores have none."""
    named = [(item.checker, item.signature) for item in agreements if not item.checker.endswith(PUBLISHED)]
    return list(dict.fromkeys(named))


def markdown(report: AgreementReport) -> str:
    """Write every table with all intervals, in GitHub's Markdown."""
    parts = ["# Agreement with human labels\n"]
    for table in tables(report):
        rows = [[escape.markdown(cell(each, interval=True)) for each in row] for row in table.rows]
        head = f"## {escape.markdown(table.caption)}\n\n" if table.caption else ""
        parts.append(head + markdown_table(table.heads, rows))
    explained = [f"- {escape.markdown(line)}" for line in notes(report)]
    signed = [f"- {escape.markdown(name)}: {escape.code(text)}" for name, text in signatures(report.agreements)]
    parts += ["\n".join(lines) + "\n" for lines in (explained, signed)]
    return "\n".join(parts)


def terminal(report: AgreementReport, width: int) -> RenderableType:
    """Lay the tables out for a terminal; the columns in `with_intervals` keep their intervals, the others have none."""
    parts: list[RenderableType] = []
    for table in tables(report):
        kept = [at for at in range(len(table.heads)) if at not in table.wide_only]
        rows = [[cell(row[at], interval=at in table.with_intervals, digits=2) for at in kept] for row in table.rows]
        parts += [grid(table.caption, [table.heads[at] for at in kept], rows, width), Text()]
    parts += map(safe, notes(report))
    parts += [safe(folded_signature(f"{name}: {value}", width)) for name, value in signatures(report.agreements)]
    return Group(*parts)


def as_json(report: AgreementReport) -> str:
    """Write every figure unrounded."""
    value = {
        "seed": report.seed,
        "resamples": report.resamples,
        "level": LEVEL,
        "agreements": [item.model_dump(mode="json") for item in report.agreements],
        "evidence": [item.model_dump(mode="json") for item in report.evidence],
    }
    return json.dumps(value, indent=2, ensure_ascii=False)


def cell(value: str | Estimate | None, *, interval: bool, digits: int = 3) -> str:
    """Print a figure as `.812 [.78 .84]`, or an en dash where there is none."""
    if value is None:
        return NONE
    if isinstance(value, str):
        return escape.one_line(value)
    text = _decimal(value.value, digits)
    if not interval or value.low is None or value.high is None:
        return text
    return f"{text} [{_decimal(value.low, 2)} {_decimal(value.high, 2)}]"


def _decimal(value: float, digits: int) -> str:
    text = f"{round(value, digits) + 0.0:.{digits}f}"
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text
