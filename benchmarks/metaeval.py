"""Measures the factual check and writes what it found on every labelled set into the docs: `make metaeval-sets`.

    python -m benchmarks.metaeval [--data ../shared/data] [--limit 120 | --all] [--checker rules …]

Writes docs/factual-demo.md from the bundled demo data, and docs/factual-sets.md from the development data, which
is not part of this repository: where it is absent, the first is written, the second is left as it stands, and this
program says so. `--limit` takes whole documents, in the order of a digest of their text, until a set has so many rows
(three times as many of sets that no weights saw and of short ones); `--all` takes everything. Findings are kept in
results/metaeval/ by a digest of the checker, the data, and every file of the package, so that a run that was stopped
goes on where it stood.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.factual_findings import code_digest, contested, gold_rows, measure_set, true_headlines
from benchmarks.factual_sets import (
    AIMS,
    DEMO,
    RESAMPLES,
    SEED,
    SETS,
    checker_of,
    demo_cases,
    held_out,
    held_out_name,
    seeds_gold,
    shown_name,
)
from benchmarks.frame import TOP
from harness.analysis.metaeval import Agreement, Estimate, EvidenceHits
from harness.claims.scoring import flagged
from harness.datasets.folder import Folder
from harness.datasets.jsonl import Jsonl
from harness.errors import HarnessError
from harness.metaeval import agreement as measuring
from harness.metaeval.clusters import read_clusters
from harness.metaeval.labelled import read
from harness.metaeval.stress import gathered, judge, plant_all
from harness.records import Cluster, Verdict
from harness.registry import Registry
from harness.report import agreement as agreement_report
from harness.report import stress as stress_report
from harness.report.agreement import cell
from harness.report.table import markdown_table

DEFAULT_CHECKERS = ("rules", "ensemble")

DEMO_INTRODUCTION = """\
The demo data is fictional and small, and its labels are one writer's: it shows what a checker sees and misses, and is
no benchmark. See [factual.md](factual.md), [metaeval.md](metaeval.md), [stress.md](stress.md).
"""
DEMO_NOTE = """\
The unfaithful headlines are minimal edits on purpose, put together from the articles' own words: the surface floor is
below chance on them.
"""
RESULTS_INTRODUCTION = """\
The data is licensed for development and not distributed. What each column is: [metaeval.md](metaeval.md). The table of
errors read by hand: [factual-errors.md](factual-errors.md).
"""
OVERVIEW_NOTE = """\
*Held out*: the ROC-AUC on documents that the weights were not fitted on, as the program that fitted them wrote it into
the file of weights. *Here*: measured now; where a held-out figure stands beside it, the weights saw a part of these
documents (never DeFacto's test split), so that it flatters. `ensemble` mixes some of `rules` in, so that a set which
the weights of `rules` saw is none that `ensemble` never saw. WiCE, FNC-1 and the ratings were seen by neither. *Best
published*: the best of the scores that the data's publishers print beside the same rows.
"""

SETS_NOTE = """\
Of the ratings, PolyTope's `critical`, `major` and `minor` count errors, omissions among them, so that a negative
correlation is the good one; `score` is made of them. REALSumm's `litepyramid_recall` is how much of the reference
a summary holds: no question of faithfulness, measured as a check that scores do not follow recall. Seconds are those of
this run, whatever else the machine did; the second checker finds parsed what the first one read.
"""


def gold_table(checkers: Mapping[str, Sequence[tuple[bool | None, str, list[Verdict]]]]) -> str:
    """Faithful headlines passed, unfaithful ones flagged by error type, contested ones called so."""
    kinds = sorted({kind for rows in checkers.values() for label, kind, _ in rows if label is False})
    lines: list[list[str]] = []

    def line(name: str, chosen: Callable[[bool | None, str], bool], good: Callable[[list[Verdict]], bool]) -> None:
        cells = []
        for rows in checkers.values():
            held = [good(verdicts) for label, kind, verdicts in rows if chosen(label, kind)]
            cells.append(f"{sum(held)} of {len(held)}" if held else "–")
        if any(each != "–" for each in cells):
            lines.append([name, *cells])

    line("faithful, passed", lambda label, _: label is True, lambda verdicts: not flagged(verdicts))
    line("unfaithful, flagged", lambda label, _: label is False, flagged)
    for wanted in kinds:
        line(f"… {wanted}", lambda label, kind, wanted=wanted: label is False and kind == wanted, flagged)  # type: ignore[misc]
    line("contested, called contested", lambda label, _: label is None, lambda found: found[0].label == "contested")
    return markdown_table(("headlines", *checkers), lines)


def demo(checkers: Sequence[str], code: str) -> str:
    """docs/factual-demo.md."""
    clusters = read_clusters(Jsonl(path=str(DEMO / "clusters.jsonl")), "demo clusters")
    cases = demo_cases()
    by_id = {cluster.cluster_id: cluster for cluster in clusters}
    labelled = read([DEMO / "gold.jsonl"], clusters=by_id)
    plantings = plant_all(clusters, SEED)
    stress = gathered(clusters, plantings)
    gold: dict[str, list[tuple[bool | None, str, list[Verdict]]]] = {}
    agreements: list[Agreement] = []
    for text in checkers:
        progress(f"demo: {text}")
        with checker_of(text, headlines=True).open() as session:
            gold[shown_name(text)] = gold_rows(session, cases)
            agreements += [
                item.model_copy(update={"seconds_per_thousand": None})
                for name, rows in labelled.items()
                for item in [measuring.measure(name, shown_name(text), session, rows, seed=SEED, resamples=RESAMPLES)]
            ]
            judge(stress, shown_name(text), session, plantings, seed=SEED, resamples=RESAMPLES)
    agreements += [measuring.floor(name, rows, seed=SEED, resamples=RESAMPLES) for name, rows in labelled.items()]
    overview = next(agreement_report.tables(agreement_report.AgreementReport(agreements, SEED, RESAMPLES)))
    parts = [
        "# The factual check on the demo data\n",
        written_by(code),
        DEMO_INTRODUCTION,
        "## Labelled headlines\n",
        gold_table(gold),
        "*Flagged*: contradicted, not found, or an attribution lost. The error types are the data's own.\n",
        _table(overview),
        DEMO_NOTE,
        "## Planted errors and harmless edits\n",
        stress_report.markdown(stress, RESAMPLES, SEED).split("\n", 2)[2].replace("\n## ", "\n### "),
    ]
    return "\n".join(parts).replace("\n## rules", "\n### rules")


def _table(table: agreement_report.Table) -> str:
    kept = [at for at, head in enumerate(table.heads) if head not in ("pairs", "s/1000")]
    rows = [[cell(row[at], interval=True) for at in kept] for row in table.rows]
    return markdown_table([table.heads[at] for at in kept], rows)


def results(data: Path, seeds: Path, limit: int | None, checkers: Sequence[str], code: str, workers: int) -> str:
    """docs/factual-sets.md."""
    shown = [shown_name(text) for text in checkers]
    with ProcessPoolExecutor(max_workers=workers) as pool:
        waiting: dict[str, Future[dict[str, Any]]] = {
            chosen.name: pool.submit(measure_set, chosen, data, limit, checkers, code) for chosen in SETS
        }
        numbers = {text: pool.submit(true_headlines, data, limit, text, code) for text in checkers}
        facts = contested(data, seeds)
        outcome = {}
        for name, future in waiting.items():
            outcome[name] = future.result()
            progress(f"{name}: {outcome[name]['seconds']:.0f} s")
        headlines = {shown_name(text): future.result() for text, future in numbers.items()}
    agreements = [Agreement.model_validate(item) for found in outcome.values() for item in found["agreements"]]
    hits = [EvidenceHits.model_validate(item) for found in outcome.values() for item in found["evidence"]]
    order = list(dict.fromkeys(item.dataset for item in agreements))
    agreements.sort(key=lambda item: order.index(item.dataset))
    taken = "all rows"
    if limit is not None:
        taken = f"whole documents, by digest: about {limit} rows a set, three or four times as many of some"
    report = agreement_report.AgreementReport(agreements, SEED, RESAMPLES, hits)
    parts = [
        "# The factual check on every labelled set\n",
        written_by(code),
        f"Measured on {taken}; seed {SEED}, {RESAMPLES:,} resamples of\ndocuments. {RESULTS_INTRODUCTION}",
        "## Beside the floor, the aims and published metrics\n",
        overview(agreements, shown, held_out(checkers)),
        OVERVIEW_NOTE,
        "## True headlines with a number (NumHG)\n",
        numbers_table(headlines),
        "## Contested facts\n",
        contested_table(facts),
    ]
    if seeds.is_dir():
        parts += ["## The seeds\n", seeds_table(seeds, checkers)]
    parts += [
        "## Every set\n",
        SETS_NOTE,
        agreement_report.markdown(report).split("\n", 2)[2].replace("\n## ", "\n### "),
    ]
    return "\n".join(parts)


def overview(
    agreements: Sequence[Agreement], checkers: Sequence[str], apart: Mapping[str, Mapping[str, Mapping[str, float]]]
) -> str:
    """A row a labelled set: the floor, each checker held out and here, the best published metric, the aim."""
    heads = ["data", "faithful + not", "floor"]
    for name in checkers:
        heads += [f"{name} held out", f"{name} here"]
    heads += ["best published", "aim"]
    rows = []
    for dataset in dict.fromkeys(item.dataset for item in agreements):
        mine = {item.checker: item for item in agreements if item.dataset == dataset}
        if all(item.auc is None for item in mine.values()):
            continue
        row = [dataset, f"{mine[checkers[0]].faithful} + {mine[checkers[0]].unfaithful}", _auc(mine[measuring.FLOOR])]
        for name in checkers:
            figures = apart.get(name, {})
            key = held_out_name(dataset, figures)
            row += [_figure(figures[key] if key else None), _auc(mine[name])]
        best = max(
            (item for item in mine.values() if item.checker.endswith(measuring.PUBLISHED) and item.auc),
            key=lambda item: item.auc.value if item.auc else 0.0,
            default=None,
        )
        row.append(f"{best.checker.rstrip(measuring.PUBLISHED)} {_auc(best)}" if best else "–")
        row.append(f"{AIMS[dataset]:.2f}".lstrip("0") if dataset in AIMS else "–")
        rows.append(row)
    pairs = []
    for dataset in dict.fromkeys(item.dataset for item in agreements):
        mine = {item.checker: item for item in agreements if item.dataset == dataset and item.consistency}
        if mine:
            ranked = sorted(mine.values(), key=lambda item: -(item.consistency.value if item.consistency else 0))
            told = ", ".join(f"{item.checker} {cell(item.consistency, interval=True)}" for item in ranked)
            pairs.append(f"Pairs of {dataset} with the true side above ({ranked[0].pairs}): {told}.\n")
    return "\n".join([markdown_table(heads, rows), *pairs])


def _auc(item: Agreement) -> str:
    return cell(item.auc, interval=True)


def _figure(known: Mapping[str, float] | None) -> str:
    if known is None or "auc" not in known:
        return "–"
    low, high = known.get("low"), known.get("high")
    return cell(Estimate(value=known["auc"], low=low, high=high), interval=True)


def numbers_table(found: Mapping[str, Mapping[str, Any]]) -> str:
    """Shares of true headlines, a checker a column."""
    names = {
        "number": "a number called contradicted (aim: at most 1 %)", "contradicted": "called contradicted",
        "flagged": "flagged", "supported": "called supported",
    }  # fmt: skip
    rows = [["headlines", *(str(each["n"]) for each in found.values())]]
    for key, name in names.items():
        rows.append([name, *(cell(Estimate.model_validate(each[key]), interval=True) for each in found.values())])
    return markdown_table(("", *found), rows)


def contested_table(facts: Sequence[tuple[str, str, str, bool]]) -> str:
    """How many known contested facts are found with two sides quoted, and which are not."""
    found = sum(good for *_, good in facts)
    missed = "; ".join(f"{fact} ({where}: {kind})" for where, fact, kind, good in facts if not good)
    wikinews = [good for where, *_, good in facts if where != "seeds"]
    seeds = [good for where, *_, good in facts if where == "seeds"]
    return (
        f"{found} of {len(facts)} known contested facts are found with two sides quoted for two versions: "
        f"{sum(wikinews)} of {len(wikinews)} on wikinews_clusters, {sum(seeds)} of {len(seeds)} on the seeds "
        f"(aim: 15).\n"
        f"Missed: {missed or 'none'}.\n"
    )


def seeds_table(seeds: Path, checkers: Sequence[str]) -> str:
    """The seeds' gold headlines, over the raw files and over the files as `harness check DIR` cleans them."""
    gold, raw = seeds_gold(seeds)
    (clean,) = read_clusters(Folder(path=str(seeds)), "seeds")
    found: dict[str, list[tuple[bool | None, str, list[Verdict]]]] = {}
    for text in checkers:
        with checker_of(text, headlines=True).open() as session:
            for name, cluster in (("raw", raw), ("cleaned", clean)):
                cases: list[tuple[Cluster, str, bool | None, str]] = [
                    *((cluster, row["headline"], True, "") for row in gold["faithful"]),
                    *((cluster, row["headline"], False, row["error_type"]) for row in gold["unfaithful"]),
                ]
                found[f"{shown_name(text)}, {name} articles"] = gold_rows(session, cases)
    return gold_table(found)


def written_by(code: str) -> str:
    """Where the page comes from."""
    return f"Written whole by `make metaeval-sets` (package files {code}); do not edit.\n"


def progress(line: str) -> None:
    """A line on standard error."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=TOP.parent / "shared" / "data")
    parser.add_argument("--checker", action="append", help="a checker; repeatable (default: rules and ensemble)")
    parser.add_argument("--limit", type=int, default=120, help="rows of each set, whole documents")
    parser.add_argument("--all", action="store_true", help="every row")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--docs", type=Path, default=TOP / "docs", help="where the two pages are written")
    chosen = parser.parse_args()
    available = Registry().names("checker")
    checkers = chosen.checker or [name for name in DEFAULT_CHECKERS if name in available]
    for text in checkers:
        checker_of(text, headlines=True)  # a bad name ends the run before it has begun
    code = code_digest()
    (chosen.docs / "factual-demo.md").write_text(demo(checkers, code).rstrip("\n") + "\n", encoding="utf-8")
    progress(f"wrote {chosen.docs / 'factual-demo.md'}")
    if not chosen.data.is_dir():
        progress(
            f"left out: everything on development data, which is not at {chosen.data}; "
            f"{chosen.docs / 'factual-sets.md'} stands as it was"
        )
        return
    limit = None if chosen.all else chosen.limit
    text = results(chosen.data, chosen.data.parent / "seeds", limit, checkers, code, chosen.workers)
    (chosen.docs / "factual-sets.md").write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    progress(f"wrote {chosen.docs / 'factual-sets.md'}")


if __name__ == "__main__":
    try:
        main()
    except HarnessError as error:
        progress(f"error: {error}")
        raise SystemExit(error.exit_code) from None
