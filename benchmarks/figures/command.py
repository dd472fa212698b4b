"""Whole commands: recorded predictions scored, summarised and compared; the time until help is printed."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import corpus
from benchmarks.frame import (
    TOP,
    Figure,
    Measured,
    Side,
    at_least,
    at_most,
    environment,
    interleaved,
    over_rounds,
    processor_seconds,
)

HARNESS = (sys.executable, "-m", "harness")
LM_EVAL = "lm-eval==0.4.13"


def _eval_and_compare(folder: Path) -> None:
    """Both commands, as a user types them; the results folder is empty before, and nothing is taken from a cache."""
    _run(*HARNESS, "eval", "--config", str(folder / "run.yaml"), "--results", str(folder / "results"), "--no-cache")
    run = next(path for path in (folder / "results").iterdir() if (path / "manifest.json").is_file())
    _run(*HARNESS, "compare", str(run))


def _script(folder: Path) -> None:
    predictions = [str(folder / f"{name}.jsonl") for name in corpus.CONFIGURATIONS]
    _run(sys.executable, "-m", "benchmarks.straightforward", str(folder / "clusters.jsonl"), *predictions)


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-2000:]}")


def _recorded(kind: str, clusters: int, quick: bool) -> Measured:
    clusters = clusters // 20 if quick else clusters
    with TemporaryDirectory() as name:
        folder = Path(name)
        corpus.write(folder, clusters, kind=kind)
        return interleaved(
            Side(
                partial(_eval_and_compare, folder),
                before=partial(shutil.rmtree, folder / "results", ignore_errors=True),
            ),
            Side(partial(_script, folder)),
            rounds=1 if quick else 3,
            note=f"{clusters} clusters of three articles, three recorded configurations, one reference; seconds are "
            "those of the whole commands, `harness eval` and then `harness compare`",
        )


@contextmanager
def _profiled(kind: str, clusters: int) -> Iterator[Callable[[], object]]:
    """Both commands in this process, start of Python and most imports apart."""
    from harness.cli import main

    def run(*arguments: str) -> None:
        before, out = sys.argv, sys.stdout
        sys.argv, sys.stdout = ["harness", *arguments], sys.stderr
        try:
            main()
        except SystemExit:
            pass
        finally:
            sys.argv, sys.stdout = before, out

    with TemporaryDirectory() as name:
        config, results = corpus.write(Path(name), clusters, kind=kind), Path(name) / "results"

        def both() -> None:
            run("eval", "--config", str(config), "--results", str(results), "--no-cache", "--jobs", "1")
            run("compare", str(next(path for path in results.iterdir() if (path / "manifest.json").is_file())))

        yield both


def _help(quick: bool) -> Measured:
    """Processor seconds of `harness --help`."""
    seconds = [processor_seconds([*HARNESS, "--help"], cwd=TOP) for _ in range(3 if quick else 15)]
    return over_rounds(seconds, note="processor time, user and system, of a fresh process")


def _help_against_lm_eval(quick: bool) -> Measured:
    python = environment("lm-eval", [LM_EVAL])
    theirs = [str(python), "-m", "lm_eval", "--help"]
    return interleaved(
        Side(partial(processor_seconds, [*HARNESS, "--help"], cwd=TOP)),
        Side(partial(processor_seconds, theirs, cwd=TOP)),
        rounds=3 if quick else 9,
        note="processor time, user and system, of fresh processes",
    )


FIGURES = (
    Figure(
        name="command-headlines",
        what="10,000 clusters × 3 recorded configurations of headlines, all metrics but factual, intervals, tests",
        peer="a script with rouge-score and its BootstrapAggregator",
        aim=at_least(25),
        measure=partial(_recorded, "headline", 10_000),
        tolerance=0.3,
        profiled=partial(_profiled, "headline", 10_000),
    ),
    Figure(
        name="command-summaries",
        what="1,000 clusters × 3 recorded configurations of summaries of 60–250 tokens, the same",
        peer="the same script",
        aim=at_least(25),
        measure=partial(_recorded, "summary", 1_000),
        tolerance=0.3,
        profiled=partial(_profiled, "summary", 1_000),
    ),
    Figure(
        name="help-seconds",
        what="`harness --help`, processor time",
        peer="none",
        aim=at_most(0.15, "seconds"),
        measure=_help,
        tolerance=0.5,
    ),
    Figure(
        name="help",
        what="`harness --help`, processor time",
        peer=f"`lm_eval --help`, {LM_EVAL.replace('==', ' ')}",
        aim=at_least(1),
        measure=_help_against_lm_eval,
        tolerance=0.5,
    ),
)
