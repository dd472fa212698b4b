"""What the factual check is measured on: sets, labelled headlines and seeds, aims, figures that weights came with."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.frame import TOP
from harness.checkers.base import Checker
from harness.config.build import load_component
from harness.datasets.jsonl import Jsonl
from harness.metaeval.clusters import read_clusters
from harness.metaeval.labelled import LabelledText, read
from harness.records import Article, Cluster
from harness.registry import Registry

SEED = 13
RESAMPLES = 1000
DEMO = TOP / "data" / "demo"


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


def checker_of(text: str, *, headlines: bool) -> Checker:
    """A checker by name or YAML; one with a parameter `genre` is told the genre unless the YAML says it."""
    component = load_component("checker", text, f"--checker {text}", Registry())
    if not isinstance(component, Checker):
        raise TypeError(f"{text} is no checker")
    if "genre" in type(component).model_fields and "genre" not in component.model_fields_set:
        component = component.model_copy(update={"genre": "headline" if headlines else "summary"})
    return component


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


def shown_name(text: str) -> str:
    """A checker's name without its parameters."""
    return text.split(":")[0]


def seeds_gold(seeds: Path) -> tuple[dict[str, Any], Cluster]:
    """What people hold of headlines about the five raw seed articles, and these articles as they stand."""
    gold = json.loads((seeds / "kazakhstan_gold.json").read_text(encoding="utf-8"))
    articles = tuple(
        Article(article_id=key, text=(seeds / name).read_text(encoding="utf-8")) for key, name in gold["files"].items()
    )
    return gold, Cluster(cluster_id="seeds", articles=articles)


def demo_cases() -> list[tuple[Cluster, str, bool | None, str]]:
    """The bundled demo headlines."""
    clusters = read_clusters(Jsonl(path=str(DEMO / "clusters.jsonl")), "demo clusters")
    by_id = {cluster.cluster_id: cluster for cluster in clusters}
    rows = [json.loads(line) for line in (DEMO / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    return [(by_id[row["cluster_id"]], row["headline"], row["faithful"], row["error_type"] or "") for row in rows]


def held_out(checkers: Sequence[str]) -> dict[str, dict[str, Mapping[str, float]]]:
    """Checker → set → figures on documents its weights were not fitted on, as the file of its weights has them."""
    found: dict[str, dict[str, Mapping[str, float]]] = {}
    for text in checkers:
        path = TOP / "harness" / "checkers" / f"{shown_name(text)}_weights.json"
        if path.is_file():
            provenance = json.loads(path.read_text(encoding="utf-8"))["provenance"]
            for key in ("auc", "held_out", "each_part_by_the_others", "each_half_by_the_other"):
                figures = provenance.get(key)
                if isinstance(figures, dict):
                    found[shown_name(text)] = {
                        name: value for name, value in figures.items() if isinstance(value, dict)
                    }
                    break
    return found
