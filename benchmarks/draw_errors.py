"""Draws errors of a checker at random for a person to read: false alarms and misses on rows that no weights saw.

    python -m benchmarks.draw_errors --out errors.jsonl [--data ../shared/data] [--checker ensemble] [--seed 13]

A false alarm is a faithful text that the checker flags, a miss an unfaithful one that it passes. The sets are those on
which no weights were fitted: DeFacto's test split, WiCE, FNC-1, and the bundled demo headlines. From each as many of
one kind as of the other, if there are so many. What is written holds sentences of the data sets: keep it out of the
project. docs/factual-errors.md says what was found in those that were read.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.factual_sets import DEMO, SETS, checker_of, thinned
from benchmarks.frame import TOP
from harness.checkers.evidence import EvidenceIndex
from harness.claims.scoring import flagged
from harness.datasets.jsonl import Jsonl
from harness.run.clusters import read_clusters
from harness.run.labelled import LabelledText, read

WANTED = {"defacto": 40, "wice": 20, "fnc1": 20, "gold": 20}
"""Errors drawn from each set, half of them false alarms."""
ROWS = {"defacto": 300, "wice": 60, "fnc1": 180, "gold": None}
"""Rows that are checked for them: whole documents, by digest."""


def rows_of(name: str, data: Path) -> list[LabelledText]:
    """The labelled rows of one set."""
    if name == "gold":
        clusters = read_clusters(Jsonl(path=str(DEMO / "clusters.jsonl")), "demo clusters")
        groups = read([DEMO / "gold.jsonl"], clusters={cluster.cluster_id: cluster for cluster in clusters})
    else:
        chosen = next(each for each in SETS if each.name == name)
        groups = read([data / chosen.path], split=chosen.split)
    (rows,) = groups.values()
    return thinned([row for row in rows if row.label is not None], ROWS[name])


def errors_of(name: str, data: Path, checker: str, seed: int) -> Iterator[dict[str, Any]]:
    """The drawn errors of one set, with what a reader needs."""
    rows = rows_of(name, data)
    kinds: dict[str, list[dict[str, Any]]] = {"false alarm": [], "miss": []}
    with checker_of(checker, headlines=name in ("fnc1", "gold")).open() as session:
        for row in rows:
            verdicts = session.check(row.cluster, row.text)
            if verdicts[0].label == "abstained" or flagged(verdicts) != bool(row.label):
                continue
            kinds["false alarm" if row.label else "miss"].append(
                {
                    "set": name,
                    "id": row.row_id,
                    "error": "false alarm" if row.label else "miss",
                    "text": row.text,
                    "types": sorted(row.types),
                    "label": verdicts[0].label,
                    "probability": verdicts[0].probability,
                    "errors": verdicts[0].errors,
                    "reason": verdicts[0].reason,
                    "evidence": [span.text for span in EvidenceIndex(row.cluster).search(row.text, 5)],
                    "marked": [sorted(each) for each in row.evidence],
                }
            )
    sys.stderr.write(f"{name}: {len(rows)} rows, " + ", ".join(f"{len(v)} {k}s" for k, v in kinds.items()) + "\n")
    generator = random.Random(f"{seed}|{name}")
    for kind, found in kinds.items():
        other = kinds["miss" if kind == "false alarm" else "false alarm"]
        wanted = max(WANTED[name] // 2, WANTED[name] - len(other))
        yield from generator.sample(found, min(wanted, len(found)))


def main() -> None:
    """Draw and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=TOP.parent / "shared" / "data")
    parser.add_argument("--checker", default="ensemble")
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    with chosen.out.open("w", encoding="utf-8") as file:
        for name in WANTED:
            for row in errors_of(name, chosen.data, chosen.checker, chosen.seed):
                file.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
