"""What is measured of the factual check, kept by what was measured, so that a run that was stopped goes on."""

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.factual_sets import RESAMPLES, SEED, Set, checker_of, groups_of, seeds_gold, shown_name, thinned
from benchmarks.frame import TOP
from harness.analysis.metaeval import Agreement, estimate, resample_weights
from harness.checkers.base import CheckSession
from harness.claims.contested.facts import contested_facts
from harness.claims.parsing.parse import Parser
from harness.claims.scoring import flagged
from harness.datasets.jsonl import Jsonl
from harness.metaeval import agreement as measuring
from harness.metaeval.clusters import read_clusters
from harness.metaeval.labelled import read
from harness.records import Cluster, ContestedFact, Verdict, content_digest

HEADLINE_TIMES = 4
"""How many times the limit is taken of the true headlines: a rate of one per cent needs hundreds."""
CACHE = TOP / "results" / "metaeval"


def code_digest() -> str:
    """A digest of every file of the package, so that no finding of other code is taken for this one's."""
    files = sorted(path for path in (TOP / "harness").rglob("*") if path.suffix in {".py", ".toml", ".json"})
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.relative_to(TOP)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


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
                        measuring.measure(name, shown_name(text), session, rows, seed=SEED, resamples=RESAMPLES)
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


def contested(data: Path, seeds: Path) -> list[tuple[str, str, str, bool]]:
    """Each known contested fact: where, what, how its sides differ, and whether it is found with two sides quoted."""
    parser = Parser()
    rows: list[tuple[str, str, str, bool]] = []
    known = json.loads((data / "clusters" / "wikinews_conflicts.json").read_text(encoding="utf-8"))
    clusters = read_clusters(Jsonl(path=str(data / "clusters" / "wikinews_clusters.jsonl")), "wikinews_clusters")
    by_id = {cluster.cluster_id: cluster for cluster in clusters}
    found = {name: contested_facts(by_id[name], parser) for name in dict.fromkeys(fact["cluster"] for fact in known)}
    for fact in known:
        rows.append((fact["cluster"], fact["fact"], fact["kind"], is_found(fact, found[fact["cluster"]])))
    if seeds.is_dir():
        gold, cluster = seeds_gold(seeds)
        facts = contested_facts(cluster, parser)
        rows += [("seeds", fact["fact"], fact["kind"], is_found(fact, facts)) for fact in gold["contested"]]
    return rows


def is_found(fact: Mapping[str, Any], found: Sequence[ContestedFact]) -> bool:
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
