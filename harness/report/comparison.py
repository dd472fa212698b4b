"""Lay a comparison out as one neutral grid for each measure, and write it as Markdown, CSV, LaTeX, HTML and JSON."""

import json
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from harness.analysis.compare import PairComparison
from harness.analysis.resample import LEVEL, RESAMPLES
from harness.comparison.compare import Comparison, Details
from harness.comparison.score_matrix import Column
from harness.records import Counts, MeasureRecord, Prices
from harness.report import breakdown, escape, numbers
from harness.report.answer import name_of
from harness.report.table import UNKNOWN, csv_of, markdown_table

HEADS = ("", "configuration", "mean", "interval", "difference", "Holm interval", "Holm p", "W/T/L", "n")
UNTESTED = {"Holm interval": "its interval", "Holm p": "p"}
"""Heads of measures that are better neither way: their differences are not tested, so nothing is corrected."""


def heads_of(measure: MeasureRecord) -> tuple[str, ...]:
    """Choose the heads of a measure's table."""
    return HEADS if measure.direction != "neither" else tuple(UNTESTED.get(head, head) for head in HEADS)


@dataclass(frozen=True)
class Line:
    """One configuration on one measure, ready to print."""

    letter: str
    label: str
    mean: str
    beats: str
    """Letters of the configurations it is significantly better than."""
    interval: str
    difference: str
    difference_interval: str
    p: str
    record: str
    """Wins/ties/losses against the baseline."""
    denominators: str
    is_baseline: bool

    def cells(self) -> list[str]:
        """List the line's cells under `HEADS`, without the letters of those it beats."""
        return [
            self.letter,
            self.label,
            self.mean,
            self.interval,
            self.difference,
            self.difference_interval,
            self.p,
            self.record,
            self.denominators,
        ]


def lines(comparison: Comparison, measure: MeasureRecord) -> list[Line]:
    """Make a line for each configuration, the baseline's among them."""
    rows = []
    for label in comparison.joined.labels:
        summary = comparison.summaries[label, measure.name]
        pair = comparison.beside_baseline.get((label, measure.name))
        beaten = comparison.beaten.get((measure.name, label), ())
        rows.append(
            Line(
                letter=comparison.letters[label],
                label=label,
                mean=numbers.mean(summary, measure),
                beats="".join(
                    comparison.letters[other] for other in sorted(beaten, key=comparison.joined.labels.index)
                ),
                interval=numbers.interval(summary, measure),
                difference=numbers.show_change(pair.difference if pair else None, measure.unit),
                difference_interval=_interval_of(pair, measure) if pair else "",
                p=numbers.p_value(pair.p_adjusted) if pair else "",
                record=f"{pair.wins}/{pair.ties}/{pair.losses}" if pair else "",
                denominators=f"{summary.scored}/{summary.unscorable}/{summary.failed}",
                is_baseline=label == comparison.baseline,
            )
        )
    return rows


def _interval_of(pair: PairComparison, measure: MeasureRecord) -> str:
    """Print the interval that agrees with the p-value beside it; the plain one where nothing is tested."""
    if measure.direction == "neither":
        return numbers.ends(pair.low, pair.high, measure.unit)
    return numbers.ends(pair.low_holm, pair.high_holm, measure.unit)


def detectable(comparison: Comparison, measure: MeasureRecord) -> str:
    """Say what is the smallest difference that these clusters could have shown."""
    if measure.direction == "neither":
        return "It describes the texts and is better neither way: differences are not tested."
    pairs = [
        (label, pair)
        for label in comparison.joined.labels
        if (pair := comparison.beside_baseline.get((label, measure.name))) is not None
    ]
    equal = [label for label, pair in pairs if pair.ties and not pair.wins and not pair.losses]
    known = [(label, pair.detectable) for label, pair in pairs if label not in equal and pair.detectable is not None]
    told = []
    if equal:
        told.append(f"No difference: {', '.join(equal)} {'has' if len(equal) == 1 else 'have'} the baseline's score in "
                    "every cluster.")  # fmt: skip
    if known:
        shown = ", ".join(f"{label} {numbers.show(value, measure.unit)}" for label, value in known)
        told.append(f"Smallest difference from the baseline that these clusters show with chance 0.8: {shown}.")
    elif len(equal) < len(pairs) or not pairs:
        told.append("Too few clusters to say which difference they could show.")
    return " ".join(told)


def legend(comparison: Comparison) -> list[str]:
    """Explain below the tables what is compared with what, and how."""
    joined = comparison.joined
    exact = all(pair.exact for pair in comparison.pairs)
    test = "exact over all sign flips" if exact else f"approximate randomisation, {RESAMPLES:,} sign flips"
    return [
        *joined.notes,
        f"{len(joined.clusters)} clusters joined by id. Differences are from the baseline, {comparison.baseline}.",
        f"Intervals {LEVEL:.0%}: of means percentile bootstrap over clusters, of differences inverted randomisation.",
        f"Holm p: paired two-sided, {test}, Holm-corrected over all pairs of a measure.",
        f"Holm interval: at the level of that test; it leaves out 0 exactly where Holm p is at most {1 - LEVEL:.0%}.",
        f"A letter after a mean: significantly better than that configuration at {1 - LEVEL:.0%}.",
        "W/T/L: clusters won, tied, lost against the baseline. n: scored/unscorable/failed. Shares times 100.",
    ]


COST_HEADS = ("configuration", "headlines", "s each", "headlines/s", "tokens in", "tokens out", "money")


def cost_lines(comparison: Comparison) -> list[list[str]]:
    """List tokens, time, and money where prices are configured, of each configuration."""
    return [[column.label, *_cost(column.counts), money(column)] for column in comparison.joined.columns]


def money(column: Column) -> str:
    """Compute what a configuration's tokens cost, where its model has `prices`."""
    try:
        prices = Prices.model_validate(column.record.parameters.get("prices"))
    except ValidationError:  # none configured; or a manifest that we did not write
        return UNKNOWN
    spent = column.counts.tokens_in * prices.input + column.counts.tokens_out * prices.output
    return f"{spent / 1e6:.4f} {prices.currency}"


def _cost(counts: Counts) -> list[str]:
    made = counts.predicted
    timed = made and counts.seconds
    return [
        str(made),
        f"{counts.seconds / made:.3f}" if timed else UNKNOWN,
        f"{made / counts.seconds:.2f}" if timed else UNKNOWN,
        str(counts.tokens_in or UNKNOWN),
        str(counts.tokens_out or UNKNOWN),
    ]


def markdown(comparison: Comparison, details: Details) -> str:
    """Write all measures, costs, signatures and details in Markdown."""
    parts = []
    for measure in comparison.joined.measures:
        rows = [[escape.markdown(cell) for cell in line.cells()] for line in lines(comparison, measure)]
        for row, line in zip(rows, lines(comparison, measure), strict=True):
            row[2] += f"<sup>{line.beats}</sup>" if line.beats else ""
        parts.append(f"### {escape.markdown(numbers.header(measure))}\n\n{markdown_table(heads_of(measure), rows)}")
        parts.append(escape.markdown(detectable(comparison, measure)) + "\n")
    parts.append(
        f"### cost\n\n{markdown_table(COST_HEADS, [list(map(escape.markdown, row)) for row in cost_lines(comparison)])}"
    )
    parts.append("\n".join(map(escape.markdown, legend(comparison))) + "\n")
    parts.append("\n".join(f"- {escape.code(measure.signature)}" for measure in comparison.joined.measures) + "\n")
    for table in breakdown.tables(comparison, details):
        rows = [[escape.markdown(cell) for cell in row] for row in (table.heads, *table.rows)]
        parts.append(f"### {escape.markdown(table.title)}\n\n{markdown_table(rows[0], rows[1:])}")
    if details.moves:
        parts.append("".join(f"    {line}\n" for line in breakdown.move_lines(details.moves)))
    return "\n".join(parts)


def records(comparison: Comparison) -> list[dict[str, Any]]:
    """Make a record for each measure and configuration, values unrounded and not multiplied.

    What compares with the baseline is None in the baseline's own.
    """
    rows = []
    for measure in comparison.joined.measures:
        for label in comparison.joined.labels:
            summary = comparison.summaries[label, measure.name]
            pair = comparison.beside_baseline.get((label, measure.name))
            rows.append(
                {
                    "measure": measure.name,
                    "configuration": label,
                    "mean": summary.mean,
                    "low": summary.low,
                    "high": summary.high,
                    "scored": summary.scored,
                    "unscorable": summary.unscorable,
                    "failed": summary.failed,
                    "baseline": comparison.baseline,
                    **_pair_values(pair),
                    "better_than": list(comparison.beaten.get((measure.name, label), ())),
                    "signature": measure.signature,
                }
            )
    return rows


def as_csv(comparison: Comparison) -> str:
    """Write the records, a line each."""
    rows = records(comparison)
    return csv_of([{**row, "better_than": " ".join(row["better_than"])} for row in rows])


PAIR_FIELDS = {
    "difference": "difference",
    "difference_low": "low",
    "difference_high": "high",
    "p": "p_value",
    "p_holm": "p_adjusted",
    "difference_low_holm": "low_holm",
    "difference_high_holm": "high_holm",
    "level_holm": "level_holm",
    "p_bootstrap": "p_bootstrap",
    "wins": "wins",
    "ties": "ties",
    "losses": "losses",
    "detectable": "detectable",
}
"""Key of a record → field of the pair that it is taken from."""


def _pair_values(pair: PairComparison | None) -> dict[str, Any]:
    return {key: None if pair is None else getattr(pair, field) for key, field in PAIR_FIELDS.items()}


def as_json(comparison: Comparison, details: Details) -> str:
    """Write everything, every pair included, as one JSON object."""
    joined = comparison.joined
    value = {
        "baseline": comparison.baseline,
        "clusters": len(joined.clusters),
        "notes": list(joined.notes),
        "configurations": [
            {
                "label": column.label,
                "run": column.folder.path.name,
                "signature": column.record.signature,
                "equal_to": comparison.equal.get(column.label),
                **column.counts.model_dump(),
            }
            for column in joined.columns
        ],
        "measures": [measure.model_dump() for measure in joined.measures],
        "summaries": [summary.model_dump() for summary in comparison.summaries.values()],
        "pairs": [pair.model_dump() for pair in comparison.pairs],
        "significantly_better": [
            {"measure": measure, "configuration": label, "than": list(others)}
            for (measure, label), others in comparison.beaten.items()
        ],
        **breakdown.values(details),
    }
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def latex(comparison: Comparison) -> str:
    """Write one `tabular` of configurations and measures, as a paper wants it; needs the package booktabs.

    Measures that are better neither way are left out unless there are no others. The best mean of a measure is bold; a
    letter behind a mean names a configuration that it is significantly better than.
    """
    compared = comparison.joined.measures
    measures = [measure for measure in compared if measure.direction != "neither"] or list(compared)
    cells = {measure.name: _latex_cells(comparison, measure) for measure in measures}
    failed = any(column.counts.failed for column in comparison.joined.columns)
    heads = [
        "",
        "configuration",
        *(escape.latex(name_of(measure) + numbers.ARROWS[measure.direction]) for measure in measures),
    ]
    rows = []
    for column in comparison.joined.columns:
        row = [comparison.letters[column.label], escape.latex(column.label)]
        row += [cells[measure.name][column.label] for measure in measures]
        rows.append(" & ".join([*row, *([str(column.counts.failed)] if failed else [])]) + r" \\")
    clusters = f"{len(comparison.joined.clusters)} clusters; means with half the {LEVEL:.0%} interval; shares times 100"
    table = [
        rf"\begin{{tabular}}{{ll{'r' * (len(heads) - 2 + failed)}}}",
        r"\toprule",
        " & ".join([*heads, *(["failed"] if failed else [])]) + r" \\",
        r"\midrule",
        *rows,
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return "\n".join(
        [
            r"% needs \usepackage{booktabs}",
            f"% {escape.one_line(clusters)}; bold: the best; baseline: {escape.one_line(comparison.baseline)}.",
            f"% A letter behind a mean: better than that configuration, paired test, Holm, p at most {1 - LEVEL:.2f}.",
            *(f"% {escape.one_line(line)}" for line in comparison.joined.notes),
            *(f"% {escape.one_line(measure.signature)}" for measure in measures),
            *([escape.TEX_DEFINITION] if escape.lacks_letters("".join(table)) else []),
            *table,
            "",
        ]
    )


def _latex_cells(comparison: Comparison, measure: MeasureRecord) -> dict[str, str]:
    """Write each configuration's mean, with half its interval and the letters of those that it beats."""
    summaries = {label: comparison.summaries[label, measure.name] for label in comparison.joined.labels}
    bounds = {column.label for column in comparison.joined.columns if column.record.reads_references}
    known = [each.mean for label, each in summaries.items() if each.mean is not None and label not in bounds]
    best = None
    if len(set(known)) > 1 and measure.direction != "neither":
        best = min(known) if measure.direction == "lower" else max(known)
    written = {}
    for line in lines(comparison, measure):
        summary = summaries[line.label]
        cell = escape.latex(line.mean)
        is_best = summary.mean is not None and summary.mean == best and line.label not in bounds
        cell = rf"\textbf{{{cell}}}" if is_best else cell
        cell += rf"\textsuperscript{{{line.beats}}}" if line.beats else ""
        if summary.low is not None and summary.high is not None:
            cell += rf" {{\scriptsize $\pm${numbers.show((summary.high - summary.low) / 2, measure.unit)}}}"
        written[line.label] = cell
    return written


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1b1b1b}"
    "li,p,pre{overflow-wrap:anywhere}"
    "table{border-collapse:collapse;margin:.5rem 0 1.5rem;width:100%}caption{text-align:left;font-weight:600}"
    "th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid #ddd;font-variant-numeric:tabular-nums}"
    "th:nth-child(-n+2),td:nth-child(-n+2){text-align:left}tr.baseline{background:#f3f3f3}small,p{color:#555}"
    "@media(prefers-color-scheme:dark){body{background:#161616;color:#eee}th,td{border-color:#444}"
    "tr.baseline{background:#242424}small,p{color:#aaa}}pre{white-space:pre-wrap}"
)


def page(comparison: Comparison, details: Details) -> str:
    """Write one self-contained HTML page: no script, nothing fetched."""
    tables = []
    for measure in comparison.joined.measures:
        rows = []
        for line in lines(comparison, measure):
            cells = [escape.page(cell) for cell in line.cells()]
            cells[2] += f"<sup>{escape.page(line.beats)}</sup>" if line.beats else ""
            mark = ' class="baseline"' if line.is_baseline else ""
            rows.append(f"<tr{mark}>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
        heads = "".join(f"<th>{escape.page(head)}</th>" for head in heads_of(measure))
        tables.append(
            f"<table><caption>{escape.page(numbers.header(measure))}</caption><thead><tr>{heads}</tr></thead>"
            f"<tbody>{''.join(rows)}</tbody></table><p>{escape.page(detectable(comparison, measure))}</p>"
        )
    for table in breakdown.tables(comparison, details):
        heads, *rows = ["".join(f"<td>{escape.page(cell)}</td>" for cell in row) for row in (table.heads, *table.rows)]
        tables.append(
            f"<table><caption>{escape.page(table.title)}</caption><thead><tr>{heads.replace('td>', 'th>')}</tr></thead>"
            f"<tbody>{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody></table>"
        )
    if details.moves:
        moved = "\n".join(escape.page(line) for line in breakdown.move_lines(details.moves))
        tables.append(f"<h2>Moved most</h2><pre>{moved}</pre>")
    notes = "".join(f"<p>{escape.page(note)}</p>" for note in legend(comparison))
    signatures = "".join(
        f"<li><small>{escape.page(measure.signature)}</small></li>" for measure in comparison.joined.measures
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Comparison</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{_STYLE}</style></head><body><h1>Comparison</h1>{''.join(tables)}{notes}<ul>{signatures}</ul>"
        "</body></html>\n"
    )
