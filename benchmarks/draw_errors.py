"""Draws errors of a checker at random for a person to read: false alarms and misses, where an aim is missed.

    python -m benchmarks.draw_errors --out errors.jsonl [--data ../shared/data] [--checker ensemble] [--seed 13]

A false alarm is a faithful text that the checker flags, a miss an unfaithful one that it passes. Of the labelled sets
those are drawn from on which no weights were fitted: DeFacto's test split, WiCE, FNC-1, and the bundled demo headlines.
Editors' headlines (NeuS), what was made false of them, and true headlines with a number (NumHG) are of the half of the
clusters that figures are reported on. What is written holds sentences of the data sets and whole articles: keep it out
of the project. docs/factual-errors.md says what was found in those that were read.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.aims_rows import Sizes, of_clusters, of_numbers
from benchmarks.factual_sets import DEMO, SETS, checker_of, thinned
from benchmarks.frame import TOP
from benchmarks.parses import remembered
from harness.checkers.base import CheckSession
from harness.checkers.evidence import EvidenceIndex
from harness.claims.parsing.parse import Parser
from harness.claims.scoring import flagged
from harness.datasets.jsonl import Jsonl
from harness.metaeval.clusters import read_clusters
from harness.metaeval.labelled import read
from harness.records import Cluster


@dataclass(frozen=True)
class Draw:
    """How many errors of one set are drawn, and of how many rows; None for all."""

    false_alarms: int
    misses: int
    rows: int | None


DRAWS = {
    "gold": Draw(7, 7, None),
    "defacto": Draw(6, 6, 120),
    "fnc1": Draw(4, 4, 50),
    "wice": Draw(3, 3, 30),
    "numhg": Draw(6, 0, 70),
    "neus": Draw(10, 0, 80),
    "planted": Draw(0, 6, 80),
    "shuffled": Draw(0, 2, 80),
}
"""What is drawn of each set; rows of whole documents, by digest, or clusters with their own headline."""


@dataclass(frozen=True)
class Asked:
    """One text to be checked, with what a reader needs."""

    name: str
    cluster: Cluster
    text: str
    label: bool
    types: tuple[str, ...] = ()
    marked: tuple[tuple[str, ...], ...] = ()


def asked(name: str, data: Path) -> Iterator[Asked]:
    """The texts of one set."""
    most = DRAWS[name].rows
    if name == "numhg":
        rows = of_numbers(data, "report", Sizes(headlines=most))
        yield from (Asked(row.cluster.cluster_id, row.cluster, row.text, True) for row in rows if row.label)
    elif name in ("neus", "planted", "shuffled"):
        kind = {"neus": "own", "planted": "planted", "shuffled": "gibberish"}[name]
        for row in of_clusters(data, "report", Sizes(clusters=most), Parser()):
            if row.kind == kind and (name != "shuffled" or row.detail == "headline shuffled"):
                yield Asked(row.unit, row.cluster, row.text, bool(row.label), (row.detail,))
    else:
        yield from _labelled(name, data, most)


def _labelled(name: str, data: Path, most: int | None) -> Iterator[Asked]:
    if name == "gold":
        clusters = read_clusters(Jsonl(path=str(DEMO / "clusters.jsonl")), "demo clusters")
        groups = read([DEMO / "gold.jsonl"], clusters={cluster.cluster_id: cluster for cluster in clusters})
    else:
        chosen = next(each for each in SETS if each.name == name)
        groups = read([data / chosen.path], split=chosen.split)
    (rows,) = groups.values()
    for row in thinned([row for row in rows if row.label is not None], most):
        marked = tuple(tuple(sorted(each)) for each in row.evidence)
        yield Asked(row.row_id, row.cluster, row.text, bool(row.label), tuple(sorted(row.types)), marked)


def errors_of(session: CheckSession, name: str, rows: Sequence[Asked], seed: int) -> Iterator[dict[str, Any]]:
    """The drawn errors of one set, with what a reader needs."""
    kinds: dict[str, list[dict[str, Any]]] = {"false alarm": [], "miss": []}
    for row in rows:
        verdicts = session.check(row.cluster, row.text)
        if verdicts[0].label == "abstained" or flagged(verdicts) != row.label:
            continue
        kind = "false alarm" if row.label else "miss"
        kinds[kind].append(
            {
                "set": name,
                "id": row.name,
                "error": kind,
                "text": row.text,
                "types": row.types,
                "verdicts": [each.model_dump(mode="json") for each in verdicts],
                "evidence": [span.text for span in EvidenceIndex(row.cluster).search(row.text, 5)],
                "marked": row.marked,
                "articles": [[article.title, article.text] for article in row.cluster.articles],
            }
        )
    true = sum(row.label for row in rows)
    counts = f"{len(kinds['false alarm'])} false alarms, {len(kinds['miss'])} misses"
    sys.stderr.write(f"{name}: {len(rows)} rows, {true} of them faithful; {counts}\n")
    generator = random.Random(f"{seed}|{name}")
    for kind, found in kinds.items():
        wanted = DRAWS[name].misses if kind == "miss" else DRAWS[name].false_alarms
        yield from generator.sample(found, min(wanted, len(found)))


def main() -> None:
    """Draw and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=TOP.parent / "shared" / "data")
    parser.add_argument("--checker", default="ensemble")
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--parses", type=Path, help="a folder where parses are kept from run to run")
    parser.add_argument("--set", action="append", choices=tuple(DRAWS), help="only this set; may be given again")
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    with (
        remembered(chosen.parses) if chosen.parses else nullcontext(),
        chosen.out.open("w", encoding="utf-8") as file,
    ):
        for name in chosen.set or DRAWS:
            headlines = name not in ("defacto", "wice")
            with checker_of(chosen.checker, headlines=headlines).open() as session:
                for row in errors_of(session, name, list(asked(name, chosen.data)), chosen.seed):
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
                    file.flush()
                signature = session.signature
        sys.stderr.write(f"{signature}\n")


if __name__ == "__main__":
    main()
