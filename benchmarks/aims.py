"""Prints how far the factual check can be trusted, controls first, then its aims: `make metaeval`.

    python -m benchmarks.aims [--data ../shared/data] [--quick] [--checker ensemble] [--json FILE]

Writes what it prints into docs/factual-results.md, unless it was asked for less than the whole (`--quick`, `--part`,
`--checker`). The development data is no part of this repository: without it what stands in the repository is measured
and printed, and the page stays. What was parsed once is kept in `--parses`, so that the next run, of another checker
or of changed code, parses only what is new.
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.aims_measures import (
    HALF_SEEN,
    RESAMPLES,
    SEED,
    SEEN,
    UNFITTED,
    UNSEEN,
    Judged,
    Line,
    Measures,
    judged,
)
from benchmarks.aims_rows import QUICK, Row, Sizes, gathered
from benchmarks.factual_findings import code_digest
from benchmarks.factual_sets import checker_of, shown_name
from benchmarks.frame import TOP
from benchmarks.parses import remembered
from harness import __version__
from harness.analysis.metaeval import Estimate
from harness.cli.checkers import DEFAULT
from harness.errors import HarnessError, RunError
from harness.report.agreement import cell
from harness.report.table import markdown_table

PAGE = TOP / "docs" / "factual-results.md"
EVERY = 30.0
"""Seconds between two lines of progress."""
INTRODUCTION = """\
Written whole by `make metaeval`, on development data that is licensed for development and not distributed; do not edit.
What each figure is stands below the tables, and in [metaeval.md](metaeval.md).
"""
NOTES = """\
- *supported* in the controls: the label of the whole text; nothing else in a control is right. *flagged*: contradicted,
  not found, or an attribution lost. *95 %*: percentile bootstrap over clusters or documents, {resamples:,} resamples,
  seed {seed}. Where none of n units is wrong the bootstrap has no spread: the rate may still be up to 3/n.
- Thresholds are those that ship; nothing is fitted here. *report half*: the half of the clusters or documents, by a
  digest, that no threshold was looked at on. Types of planted errors with fewer than five texts are in no mean.
- Balanced accuracy, ROC-AUC and calibration are of labelled texts, true + false ones. Where signals of the checker were
  fitted on these documents the figures flatter. Calibration has an aim where nothing was fitted on the set.
- *Plain headlines of ours*: 180 true and 240 false ones of thirty clusters of two short articles, written by somebody
  who had seen neither the checker nor what it says; the false ones have one plain error each, nearly all in the
  articles' own words (`benchmarks/plain.jsonl`). They are kept for sums: no text of them was read beside its verdict.
- *Paraphrase against reuse*: a hundred pairs of ours on the demo clusters; true headlines in other words than the
  articles', false ones in the articles' own. Word overlap alone ranks none of the pairs rightly.
"""


def found(rows: Sequence[Row], checker: str, told: Callable[[str], None]) -> tuple[list[Judged], str]:
    """What a checker makes of each row, texts about one cluster together, and its signature."""
    held: dict[int, Judged] = {}
    signatures: list[str] = []
    for headlines in (True, False):
        places: dict[str, list[int]] = defaultdict(list)
        for at, row in enumerate(rows):
            if row.headline == headlines:
                places[f"{row.cluster.cluster_id} {row.cluster.digest}"].append(at)
        if not places:
            continue
        next_line = time.monotonic() + EVERY
        with checker_of(checker, headlines=headlines).open() as session:
            signatures.append(session.signature)
            for number, several in enumerate(places.values()):
                cluster = rows[several[0]].cluster
                try:
                    verdicts = session.check_all(cluster, [rows[at].text for at in several])
                    held.update((at, judged(rows[at], each)) for at, each in zip(several, verdicts, strict=True))
                except RunError as error:
                    told(f"failed on {cluster.cluster_id}: {error}")
                    held.update((at, Judged(rows[at], "failed", None, flagged=False)) for at in several)
                if time.monotonic() > next_line:
                    told(f"{checker}: {number + 1:,} of {len(places):,} clusters")
                    next_line = time.monotonic() + EVERY
    return [held[at] for at in range(len(rows))], ", ".join(dict.fromkeys(signatures))


def seen_by(checker: str) -> Callable[[str], str]:
    """Of which sets a checker's weights saw documents, as the file of its weights says.

    What weighs the doubts (`training/doubts.py`) is fitted on the tuning half of every set that has an aim.
    """
    named = shown_name(checker)
    path = TOP / "harness" / "checkers" / f"{'rules' if named == 'ensemble' else named}_weights.json"
    if not path.is_file():
        return lambda _: "see the checker for what it was fitted on"
    provenance: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["provenance"]
    fitted = " ".join([*provenance.get("rows", ()), *provenance.get("auc", ())])

    def seen(name: str) -> str:
        # DeFacto's test split is left out by every program that fits signals.
        if name != "defacto" and name in fitted:
            return SEEN
        return UNFITTED if name in UNSEEN else HALF_SEEN

    return seen


def table(lines: Sequence[Line], measured: str) -> str:
    """Lines as Markdown."""
    rows = []
    for line in lines:
        figure = None if line.value is None else Estimate(value=line.value, low=line.low, high=line.high)
        sign = "≥" if line.at_least else "≤"
        aim = "–" if line.aim is None else f"{sign} {cell(Estimate(value=line.aim), interval=False)}"
        met = {None: "–", True: "met", False: "**missed**"}[line.met]
        interval = "–" if line.low is None or line.high is None else f"{_short(line.low)} to {_short(line.high)}"
        rows.append(
            (line.what, cell(figure, interval=False), interval, aim, met, line.rows, str(line.units), line.part)
        )
    return markdown_table(("what", measured, "95 %", "aim", "", "n", "units", "of which part"), rows)


def _short(value: float) -> str:
    return cell(Estimate(value=value), interval=False, digits=2)


def sections(measures: Measures) -> dict[str, list[Line]]:
    """Every figure, by the title of its table."""
    return {
        "Controls: share called supported": [line for line in measures.controls() if line.units],
        "Headlines": [line for line in (*measures.headlines(), *measures.planted()) if line.units],
        "Plain headlines of ours": [line for line in measures.plain() if line.units],
        "Labelled sets": [line for line in measures.sets() if line.units],
    }


def report(checker: str, signature: str, found: dict[str, list[Line]], code: str) -> str:
    """Tables of one checker."""
    parts = [f"## {shown_name(checker)}\n", f"`{signature}`, version {__version__}, package files {code}.\n"]
    for title, lines in found.items():
        if lines:
            parts += [f"### {title}\n", table(lines, "supported" if title.startswith("Controls") else "measured")]
    aims = [line.met for lines in found.values() for line in lines if line.met is not None]
    parts.append(f"{sum(aims)} of {len(aims)} aims are met.\n")
    return "\n".join(parts)


def page(bodies: Sequence[str]) -> str:
    """The page of the documentation."""
    return "\n".join(
        [
            "# What the factual check is worth, against its aims\n",
            INTRODUCTION,
            *bodies,
            "## Notes\n",
            NOTES.format(resamples=RESAMPLES, seed=SEED),
        ]
    )


def progress(line: str) -> None:
    """A line on standard error."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=TOP.parent / "shared" / "data", help="development data")
    parser.add_argument("--checker", action="append", help=f"a checker; repeatable (default: {DEFAULT[0]})")
    parser.add_argument("--part", choices=("report", "tune", "all"), default="report", help="which half is measured")
    parser.add_argument("--quick", action="store_true", help="a sample: whole clusters and documents, about a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there too")
    parser.add_argument("--parses", type=Path, default=TOP / "results" / "metaeval" / "parses", help="kept parses")
    return parser.parse_args()


def main() -> None:
    """Measure, print, write."""
    chosen = arguments()
    checkers = chosen.checker or list(DEFAULT)
    for checker in checkers:
        checker_of(checker, headlines=True)  # a bad name ends the run before it has begun
    data = chosen.data if chosen.data.is_dir() else None
    if data is None:
        progress(f"left out: everything on development data, which is not at {chosen.data}")
    part = {"report": "report half", "tune": "tuning half", "all": "all"}[chosen.part]
    code = code_digest()
    bodies, values = [], []
    with remembered(chosen.parses):
        rows = gathered(data, chosen.part, QUICK if chosen.quick else Sizes(), progress)
        progress(f"{len(rows):,} texts on {len({row.cluster.digest for row in rows}):,} clusters")
        for checker in checkers:
            started = time.process_time()
            verdicts, signature = found(rows, checker, progress)
            lines = sections(Measures(verdicts, f"sample of the {part}" if chosen.quick else part, seen_by(checker)))
            progress(f"{checker}: {time.process_time() - started:.0f} s of processor time")
            bodies.append(report(checker, signature, lines, code))
            values.append(
                {
                    "checker": checker, "signature": signature, "code": code, "part": chosen.part,
                    "quick": chosen.quick, "seed": SEED, "resamples": RESAMPLES,
                    "abstained": sum(each.label == "abstained" for each in verdicts),
                    "failed": sum(each.label == "failed" for each in verdicts),
                    "tables": {title: [line.plain() for line in several] for title, several in lines.items()},
                }
            )  # fmt: skip
    text = page(bodies)
    sys.stdout.write(text)
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if data is not None and not (chosen.quick or chosen.checker or chosen.part != "report"):
        PAGE.write_text(text, encoding="utf-8")
        progress(f"wrote {PAGE.relative_to(TOP)}")


if __name__ == "__main__":
    try:
        main()
    except HarnessError as error:
        progress(f"error: {error}")
        raise SystemExit(error.exit_code) from None
