"""Measures the factual check and writes what it found into the docs: `make metaeval`.

    python benchmarks/metaeval.py [--data ../shared/data] [--limit 120 | --all] [--checker rules …]

Writes docs/factual-demo.md from the bundled demo data, and docs/factual-results.md from the development data, which
is not part of this repository: where it is absent, the first is written, the second is left as it stands, and this
program says so. `--limit` takes whole documents, in the order of a digest of their text, until a set has so many rows
(three times as many of sets that no weights saw and of short ones); `--all` takes everything. Findings are kept in
results/metaeval/ by a digest of the checker, the data, and every file of the package, so that a run that was stopped
goes on where it stood.
"""

import argparse
import hashlib
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP))

import numpy as np  # noqa: E402

from harness.analysis.metaeval import Agreement, Estimate, EvidenceHits, estimate, resample_weights  # noqa: E402
from harness.checkers.base import Checker, CheckSession  # noqa: E402
from harness.claims.contested import contested_facts  # noqa: E402
from harness.claims.parse import Parser  # noqa: E402
from harness.claims.scoring import flagged  # noqa: E402
from harness.config.build import load_component  # noqa: E402
from harness.datasets.folder import Folder  # noqa: E402
from harness.datasets.jsonl import Jsonl  # noqa: E402
from harness.records import Article, Cluster, ContestedFact, Verdict, content_digest  # noqa: E402
from harness.registry import Registry  # noqa: E402
from harness.report import agreement as agreement_report  # noqa: E402
from harness.report import stress as stress_report  # noqa: E402
from harness.report.agreement import cell  # noqa: E402
from harness.report.table import markdown_table  # noqa: E402
from harness.run import metaeval as measuring  # noqa: E402
from harness.run.clusters import read_clusters  # noqa: E402
from harness.run.labelled import LabelledText, read  # noqa: E402
from harness.run.stress import gathered, judge, plant_all  # noqa: E402

SEED = 13
RESAMPLES = 1000
HEADLINE_TIMES = 4
"""How many times the limit is taken of the true headlines: a rate of one per cent needs hundreds."""
DEMO = TOP / "data" / "demo"
CACHE = TOP / "results" / "metaeval"
DEFAULT_CHECKERS = ("rules", "ensemble")


@dataclass(frozen=True)
class Set:
    """A set of labelled texts of the development data."""

    name: str
    path: str
    split: str | None = None
    headlines: bool = False
    """Whether its texts are headlines; checkers with a parameter `genre` are told."""
    times: int = 1
    """How many times the limit is taken of it: more of sets that no weights saw, and of short ones."""


SETS = (
    Set("defacto", "factual/defacto.jsonl", split="test", times=3),
    Set("qags", "factual/qags_cnndm_summaries.jsonl"),
    Set("qags_sentences", "factual/qags_cnndm_sentences.jsonl"),
    Set("frank", "factual/frank_val.jsonl"),
    Set("cliff", "factual/cliff_val.jsonl"),
    Set("bump", "factual/bump_even_documents.jsonl", times=3),
    Set("falke", "factual/falke_pairs.jsonl", times=3),
    Set("entfa", "factual/entfa.jsonl"),
    Set("defacto_corrected", "factual/defacto_corrected.jsonl", split="test"),
    Set("wice", "factual/wice_dev.jsonl"),
    Set("emergent", "factual/emergent_headlines.jsonl", headlines=True, times=3),
    Set("fnc1", "factual/fnc1_sample.jsonl", headlines=True, times=3),
    Set("realsumm", "ratings/realsumm.jsonl", times=4),
    Set("polytope", "ratings/polytope.jsonl", times=4),
)
AIMS = {
    "defacto": 0.84, "qags_cnndm (summaries)": 0.87, "frank_cnndm": 0.82, "frank_xsum": 0.72, "cliff_cnndm": 0.82,
    "cliff_xsum": 0.83, "bump": 0.72, "emergent": 0.85,
}  # fmt: skip


def held_out_name(dataset: str, figures: Mapping[str, Any]) -> str | None:
    """The name that a file of weights gives to a set; none where it has no figure for it."""
    names = {
        "defacto": ["defacto_test", "defacto"],
        # Where sentences have a name of their own, the bare name is that of the summaries.
        "qags_cnndm (sentences)": ["qags_sentences", "qags_cnndm"],
        "qags_cnndm (summaries)": ["qags_cnndm", "qags"] if "qags_sentences" in figures else [],
        "defacto_corrected": [],
    }
    return next((name for name in names.get(dataset, [dataset]) if name in figures), None)


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


def checker_of(text: str, *, headlines: bool) -> Checker:
    """A checker by name or YAML; one with a parameter `genre` is told the genre unless the YAML says it."""
    component = load_component("checker", text, f"--checker {text}", Registry())
    if not isinstance(component, Checker):
        raise TypeError(f"{text} is no checker")
    if "genre" in type(component).model_fields and "genre" not in component.model_fields_set:
        component = component.model_copy(update={"genre": "headline" if headlines else "summary"})
    return component


def code_digest() -> str:
    """A digest of every file of the package, so that no finding of other code is taken for this one's."""
    files = sorted(path for path in (TOP / "harness").rglob("*") if path.suffix in {".py", ".toml", ".json"})
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.relative_to(TOP)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def thinned(rows: Sequence[LabelledText], limit: int | None) -> list[LabelledText]:
    """The rows of the first documents by digest until there are `limit`; all rows without a limit."""
    if limit is None:
        return list(rows)
    kept: set[str] = set()
    counts = Counter(row.document for row in rows)
    total = 0
    for document in sorted(counts, key=lambda text: hashlib.sha256(text.encode("utf-8", "replace")).digest()):
        if total >= limit:
            break
        kept.add(document)
        total += counts[document]
    return [row for row in rows if row.document in kept]


def groups_of(chosen: Set, data: Path, limit: int | None) -> dict[str, list[LabelledText]]:
    """The data sets in one file, by name, thinned."""
    found = read([data / chosen.path], split=chosen.split)
    if chosen.name.startswith("qags"):
        kind = "sentences" if chosen.name.endswith("sentences") else "summaries"
        found = {f"{name} ({kind})": rows for name, rows in found.items()}
    return {name: thinned(rows, limit and limit * chosen.times) for name, rows in found.items()}


def cached(key: Mapping[str, Any], make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `make` gives, or what it gave under the same key before."""
    path = CACHE / f"{content_digest(dict(key))}.json"
    if path.is_file():
        return dict(json.loads(path.read_text(encoding="utf-8")))
    found = make()
    CACHE.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")
    part.write_text(json.dumps(found), encoding="utf-8")
    part.rename(path)
    return found


def measure_set(chosen: Set, data: Path, limit: int | None, checkers: Sequence[str], code: str) -> dict[str, Any]:
    """Every checker, the floor and the published scores on one file; agreements and evidence hits as plain values."""
    key = {
        "task": "set", "set": chosen.name, "limit": limit, "checkers": list(checkers), "code": code,
        "data": hashlib.sha256((data / chosen.path).read_bytes()).hexdigest(), "seed": SEED, "resamples": RESAMPLES,
    }  # fmt: skip

    def make() -> dict[str, Any]:
        started = time.perf_counter()
        groups = groups_of(chosen, data, limit)
        agreements: list[Agreement] = []
        for text in checkers:
            with checker_of(text, headlines=chosen.headlines).open() as session:
                for name, rows in groups.items():
                    agreements.append(
                        measuring.measure(name, _shown(text), session, rows, seed=SEED, resamples=RESAMPLES)
                    )
        for name, rows in groups.items():
            agreements.append(measuring.floor(name, rows, seed=SEED, resamples=RESAMPLES))
            agreements += measuring.peers(name, rows, seed=SEED, resamples=RESAMPLES)
        hits = [measuring.evidence_hits(name, rows, seed=SEED, resamples=RESAMPLES) for name, rows in groups.items()]
        return {
            "agreements": [item.model_dump(mode="json") for item in agreements],
            "evidence": [item.model_dump(mode="json") for item in hits if item is not None],
            "seconds": time.perf_counter() - started,
        }

    return cached(key, make)


def _shown(text: str) -> str:
    return text.split(":")[0]


# --- true headlines with a number -----------------------------------------------------------------------------------


def true_headlines(data: Path, limit: int | None, checker: str, code: str) -> dict[str, Any]:
    """What a checker calls true human headlines with a number in them."""
    path = data / "headlines" / "numhg_2000.jsonl"
    key = {
        "task": "numhg", "limit": limit, "checker": checker, "code": code, "seed": SEED,
        "data": hashlib.sha256(path.read_bytes()).hexdigest(),
    }  # fmt: skip

    def make() -> dict[str, Any]:
        (rows,) = read([path]).values()
        kept = thinned(rows, limit and limit * HEADLINE_TIMES)
        found: list[dict[str, bool]] = []
        with checker_of(checker, headlines=True).open() as session:
            for row in kept:
                verdicts = session.check(row.cluster, row.text)
                found.append(
                    {
                        "number": any(v.label == "contradicted" and "number" in v.errors for v in verdicts),
                        "contradicted": verdicts[0].label == "contradicted",
                        "flagged": flagged(verdicts),
                        "supported": verdicts[0].label == "supported",
                    }
                )
        return {name: _share([each[name] for each in found]) for name in found[0]} | {"n": len(found)}

    return cached(key, make)


def _share(values: Sequence[bool], units: Sequence[str] | None = None) -> dict[str, Any] | None:
    """A share with its interval, as a plain value."""
    if not values:
        return None
    names = units or [str(at) for at in range(len(values))]
    numbers = {name: at for at, name in enumerate(dict.fromkeys(names))}
    unit_of = np.array([numbers[name] for name in names], dtype=np.intp)
    weights = resample_weights(unit_of, len(numbers), seed=SEED, resamples=RESAMPLES)
    found = estimate((weights @ np.array(values, dtype=np.float64)) / weights.sum(axis=1))
    return None if found is None else found.model_dump(mode="json")


# --- contested facts ------------------------------------------------------------------------------------------------


def contested(data: Path, seeds: Path) -> list[tuple[str, str, str, bool]]:
    """Each known contested fact: where, what, how its sides differ, and whether it is found with two sides quoted."""
    parser = Parser()
    rows: list[tuple[str, str, str, bool]] = []
    known = json.loads((data / "clusters" / "wikinews_conflicts.json").read_text(encoding="utf-8"))
    clusters = read_clusters(Jsonl(path=str(data / "clusters" / "wikinews_clusters.jsonl")), "wikinews_clusters")
    by_id = {cluster.cluster_id: cluster for cluster in clusters}
    found = {name: contested_facts(by_id[name], parser) for name in dict.fromkeys(fact["cluster"] for fact in known)}
    for fact in known:
        rows.append((fact["cluster"], fact["fact"], fact["kind"], _is_found(fact, found[fact["cluster"]])))
    if seeds.is_dir():
        gold, cluster = seeds_gold(seeds)
        facts = contested_facts(cluster, parser)
        rows += [("seeds", fact["fact"], fact["kind"], _is_found(fact, facts)) for fact in gold["contested"]]
    return rows


def _is_found(fact: Mapping[str, Any], found: Sequence[ContestedFact]) -> bool:
    """Whether some found fact quotes, for two of its versions, two of the known sides."""
    for candidate in found:
        matched = [
            {side for side, version in enumerate(fact["versions"]) if _quotes(mine.evidence, version["evidence"])}
            for mine in candidate.versions
        ]
        for first, sides in enumerate(matched):
            if any(sides and others and len(sides | others) > 1 for others in matched[first + 1 :]):
                return True
    return False


def _quotes(spans: Sequence[Any], quotes: Sequence[Mapping[str, str]]) -> bool:
    return any(
        span.article_id == quote["article"] and (quote["quote"] in span.text or span.text in quote["quote"])
        for span in spans
        for quote in quotes
    )


def seeds_gold(seeds: Path) -> tuple[dict[str, Any], Cluster]:
    """What people hold of headlines about the five raw seed articles, and these articles as they stand."""
    gold = json.loads((seeds / "kazakhstan_gold.json").read_text(encoding="utf-8"))
    articles = tuple(
        Article(article_id=key, text=(seeds / name).read_text(encoding="utf-8")) for key, name in gold["files"].items()
    )
    return gold, Cluster(cluster_id="seeds", articles=articles)


# --- gold tables ----------------------------------------------------------------------------------------------------


def gold_rows(
    session: CheckSession, cases: Sequence[tuple[Cluster, str, bool | None, str]]
) -> list[tuple[bool | None, str, list[Verdict]]]:
    """Label, error type and verdicts of each case, clusters read once."""
    found: list[tuple[bool | None, str, list[Verdict]]] = []
    by_cluster: dict[str, list[tuple[Cluster, str, bool | None, str]]] = {}
    for case in cases:
        by_cluster.setdefault(case[0].cluster_id, []).append(case)
    for group in by_cluster.values():
        verdicts = session.check_all(group[0][0], [text for _, text, _, _ in group])
        found += [(label, kind, each) for (_, _, label, kind), each in zip(group, verdicts, strict=True)]
    return found


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


def demo_cases() -> list[tuple[Cluster, str, bool | None, str]]:
    """The bundled demo headlines."""
    clusters = read_clusters(Jsonl(path=str(DEMO / "clusters.jsonl")), "demo clusters")
    by_id = {cluster.cluster_id: cluster for cluster in clusters}
    rows = [json.loads(line) for line in (DEMO / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    return [(by_id[row["cluster_id"]], row["headline"], row["faithful"], row["error_type"] or "") for row in rows]


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
            gold[_shown(text)] = gold_rows(session, cases)
            agreements += [
                item.model_copy(update={"seconds_per_thousand": None})
                for name, rows in labelled.items()
                for item in [measuring.measure(name, _shown(text), session, rows, seed=SEED, resamples=RESAMPLES)]
            ]
            judge(stress, _shown(text), session, plantings, seed=SEED, resamples=RESAMPLES)
    agreements += [measuring.floor(name, rows, seed=SEED, resamples=RESAMPLES) for name, rows in labelled.items()]
    overview = next(agreement_report.tables(agreement_report.Found(agreements, SEED, RESAMPLES)))
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


# --- the development data -------------------------------------------------------------------------------------------


def held_out(checkers: Sequence[str]) -> dict[str, dict[str, Mapping[str, float]]]:
    """Checker → set → figures on documents its weights were not fitted on, as the file of its weights has them."""
    found: dict[str, dict[str, Mapping[str, float]]] = {}
    for text in checkers:
        path = TOP / "harness" / "checkers" / f"{_shown(text)}_weights.json"
        if path.is_file():
            provenance = json.loads(path.read_text(encoding="utf-8"))["provenance"]
            for key in ("auc", "held_out", "each_part_by_the_others", "each_half_by_the_other"):
                figures = provenance.get(key)
                if isinstance(figures, dict):
                    found[_shown(text)] = {name: value for name, value in figures.items() if isinstance(value, dict)}
                    break
    return found


def results(data: Path, seeds: Path, limit: int | None, checkers: Sequence[str], code: str, workers: int) -> str:
    """docs/factual-results.md."""
    shown = [_shown(text) for text in checkers]
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
        headlines = {_shown(text): future.result() for text, future in numbers.items()}
    agreements = [Agreement.model_validate(item) for found in outcome.values() for item in found["agreements"]]
    hits = [EvidenceHits.model_validate(item) for found in outcome.values() for item in found["evidence"]]
    order = list(dict.fromkeys(item.dataset for item in agreements))
    agreements.sort(key=lambda item: order.index(item.dataset))
    taken = "all rows"
    if limit is not None:
        taken = f"whole documents, by digest: about {limit} rows a set, three or four times as many of some"
    report = agreement_report.Found(agreements, SEED, RESAMPLES, hits)
    parts = [
        "# The factual check on development data\n",
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
                found[f"{_shown(text)}, {name} articles"] = gold_rows(session, cases)
    return gold_table(found)


def written_by(code: str) -> str:
    """Where the page comes from."""
    return f"Written whole by `make metaeval` (package files {code}); do not edit.\n"


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
            f"{chosen.docs / 'factual-results.md'} stands as it was"
        )
        return
    limit = None if chosen.all else chosen.limit
    text = results(chosen.data, chosen.data.parent / "seeds", limit, checkers, code, chosen.workers)
    (chosen.docs / "factual-results.md").write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    progress(f"wrote {chosen.docs / 'factual-results.md'}")


if __name__ == "__main__":
    from harness.errors import HarnessError

    try:
        main()
    except HarnessError as error:
        progress(f"error: {error}")
        raise SystemExit(error.exit_code) from None
