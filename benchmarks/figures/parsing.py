"""What the factual check costs: beside spaCy parsing all sentences of the same clusters, and as a command.

The clusters are development data that does not come with the project; where it is absent, its figures are not measured.
"""

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.figures.checkers import DEMO, _forget
from benchmarks.frame import TOP, Figure, Measured, Side, UnavailableError, at_most, interleaved, over_rounds
from benchmarks.frame import processor_seconds as seconds_of
from harness.checkers.rules import Rules
from harness.claims.parsing.parse import installed_model
from harness.claims.units import units
from harness.datasets.jsonl import Jsonl
from harness.executors.local import Local
from harness.models.lead import Lead
from harness.records import Cluster
from harness.run.check import Questions, check_in_order

CLUSTERS = TOP.parent / "shared/data/clusters"


def _read(path: Path, most: int) -> list[Cluster]:
    if not path.is_file():
        raise UnavailableError(f"{path.name} is not there")
    return [cluster for cluster in Jsonl(path=str(path)).read() if isinstance(cluster, Cluster)][:most]


def _processor_time(run: Callable[[], object]) -> float:
    before = time.process_time()
    run()
    return time.process_time() - before


def _factual(file: str, most: int, quick: bool, *, model: bool = False) -> Measured:
    """Processor time of checking `lead`'s headlines with `rules` in a run, as a share of that of parsing all sentences.

    `model` is whether the entailment model speaks too.
    """
    import spacy

    clusters = _read(CLUSTERS / file, 10 if quick else most)
    headlines = [Lead().pick(cluster) for cluster in clusters]
    sentences = [[unit.text for unit in units(cluster)] for cluster in clusters]
    pipeline = spacy.load(installed_model())

    def check() -> None:
        asked = [
            Questions(cluster.without_references(), [headline])
            for cluster, headline in zip(clusters, headlines, strict=True)
        ]
        for _ in check_in_order(Rules(entailment=model), asked, Local(), total=len(asked)):
            pass

    def parse() -> None:
        for texts in sentences:
            list(pipeline.pipe(texts, batch_size=128))

    return interleaved(
        Side(partial(_processor_time, check), before=_forget),
        Side(partial(_processor_time, parse)),
        rounds=1 if quick else 3,
        share=True,
        note=f"{len(clusters)} clusters, {sum(map(len, sentences)):,} sentences, one headline each; processor time; "
        "both parsers loaded, nothing parsed before; the peer only parses",
    )


def _check_seconds(quick: bool) -> Measured:
    """Processor seconds of `harness check` with one headline."""
    cluster = _read(DEMO, 1)[0]
    command = [sys.executable, "-m", "harness", "check", str(DEMO), "--cluster", cluster.cluster_id]
    command += ["--text", cluster.articles[0].title]
    # As an installed harness runs: with its modules compiled, which the first call does, and nothing said of threads.
    unset = {"PYTHONDONTWRITEBYTECODE", "OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS"}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    seconds = [seconds_of(command, cwd=TOP, env=environment) for _ in range(3 if quick else 10)][1:]
    return over_rounds(seconds, note="processor time, user and system, of a fresh process; five articles")


FIGURES = (
    Figure(
        name="factual-neus",
        what="the account of `rules` on `lead`'s headlines in a run, 200 clusters of NeuS (ten sentences each)",
        peer="spaCy parsing all their sentences with the same weights",
        aim=at_most(0.5),
        measure=partial(_factual, "neus_val.jsonl", 200),
    ),
    Figure(
        name="factual-neus-model",
        what="the same with the entailment model, which reads every headline once",
        peer="the same",
        aim=at_most(0.5),
        measure=partial(_factual, "neus_val.jsonl", 200, model=True),
    ),
    Figure(
        name="factual-wikinews",
        what="the account alone, eleven clusters of Wikinews (eighty sentences each)",
        peer="the same",
        aim=at_most(0.5),
        measure=partial(_factual, "wikinews_clusters.jsonl", 200),
    ),
    Figure(
        name="check-seconds",
        what="`harness check` with one headline, processor time",
        peer="none",
        aim=at_most(1.5, "seconds"),
        measure=_check_seconds,
        tolerance=0.5,
    ),
)
