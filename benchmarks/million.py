"""A million clusters with recorded predictions: planned, run, compared; time and memory at each size.

    python -m benchmarks.million [--sizes 10000,100000,1000000] [--folder DIR] [--json FILE]

Each size is written to a folder of its own, made up with a seed (two configurations, one article and one reference a
cluster, ROUGE and the headline metrics). `harness plan` is asked before, from the same files, what the run will take.
Every command is a process of its own with one thread and one job; processor time and the most memory are the system's.
With DIR the data stays there for another time, else nothing is left. A million takes about a quarter of an
hour.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from benchmarks import corpus
from benchmarks.frame import TOP

SIZES = (10_000, 100_000, 1_000_000)
METRICS = """  - rouge: {variants: [rouge1, rouge2, rougeL], stemmer: true, references: max}
  - headline: {max_characters: 70}
"""
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Took:
    """What one command took."""

    seconds: float
    processor: float
    mebibytes: float


@dataclass(frozen=True)
class Row:
    """One size."""

    clusters: int
    planned: float
    """Seconds that `harness plan` said."""
    planned_low: float
    planned_high: float
    planned_mebibytes: float
    eval: Took
    compare: Took

    @property
    def share(self) -> float:
        """The run's processor time as a share of what was planned."""
        return self.eval.processor / self.planned


def measure(folder: Path, clusters: int) -> Row:
    """Plan, run and compare one size. Raises RuntimeError where a command fails."""
    place = folder / str(clusters)
    config = place / "run.yaml"
    if not config.exists():
        corpus.write(place, clusters, articles=1, configurations=("first", "second"), metrics=METRICS)
    results = place / "results"
    shutil.rmtree(results, ignore_errors=True)
    told = place / "plan.json"
    with told.open("wb") as out:
        _run(["plan", "--config", str(config), "--clusters", str(clusters), "--jobs", "1", "--format", "json"], out)
    plan = json.loads(told.read_text(encoding="utf-8"))
    with Path(os.devnull).open("wb") as out:
        ran = _run(["eval", "--config", str(config), "--results", str(results), "--no-cache", "--jobs", "1"], out)
        (run,) = results.glob("bench-*")
        compared = _run(["compare", str(run)], out)
    seconds = plan["seconds"]
    memory = plan["memory_bytes"]["value"] / 2**20
    return Row(clusters, seconds["value"], seconds["low"], seconds["high"], memory, ran, compared)


def _run(arguments: Sequence[str], out: BinaryIO) -> Took:
    command = [sys.executable, "-m", "harness", *arguments]
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=TOP,
        stdout=out,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **ENVIRONMENT},
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    took = time.perf_counter() - began
    return Took(took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def main() -> None:
    """Measure each size and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of clusters, with commas between")
    parser.add_argument("--folder", type=Path, help="where the data is kept; else nothing is left")
    parser.add_argument("--json", type=Path, help="a file for the numbers")
    asked = parser.parse_args()
    rows = []
    print("| clusters | planned | eval, processor | of plan | compare, processor | memory: planned, eval, compare |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    with ExitStack() as stack:
        folder = asked.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="million-")))
        for size in map(int, asked.sizes.split(",")):
            row = measure(folder, size)
            rows.append(asdict(row))
            print(
                f"| {size:,} | {row.planned:.0f} s ({row.planned_low:.0f} to {row.planned_high:.0f}) "
                f"| {row.eval.processor:.0f} s | {row.share:.2f} | {row.compare.processor:.0f} s "
                f"| {row.planned_mebibytes:.0f}, {row.eval.mebibytes:.0f}, {row.compare.mebibytes:.0f} MiB |",
                flush=True,
            )
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
