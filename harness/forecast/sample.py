"""A sample of a run: the real stages over a few clusters, in a temporary folder, with nothing from the cache.

First a few clusters, then more in one round or three: what a further cluster costs and what a run costs once are told
apart by blocks within each stage, and by the two sizes for what stands between the stages.
"""

import hashlib
import heapq
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.cache.store import opened
from harness.config import Config
from harness.config.limits import Limits, TimeLimit
from harness.endpoint.remote import Remote
from harness.errors import RunError
from harness.forecast.memory import peak_bytes
from harness.forecast.stopwatch import StageTimes, Stopwatch, now
from harness.forecast.summary_time import seconds_of_summary
from harness.process.interruption import saving_nothing
from harness.records import Charge, Cluster, Prediction
from harness.results.run_folder import CLUSTERS, FAILURES, PREDICTIONS, SCORES, SPENDING, VERDICTS, RunFolder
from harness.run.pipeline import Outcome, execute
from harness.run.plan import Plan, make_plan
from harness.run.progress import Progress

READ = 20_000
"""Clusters read at most where the number to plan for is given: the sample is chosen from them."""
ASKED = 20
"""Clusters of a sample that asks a server, unless a number is given."""
FIRST = 4
"""Clusters of the first round."""
FIRST_RECORDED = 256
"""The same where texts are only looked up and nothing is checked: what opening and closing files takes would else hide
what a cluster does."""
MOST = 6_000
"""Clusters of a sample at most, unless a number is given."""
SECONDS = 10.0
"""About how long the rounds behind the first take together, unless a number of clusters is given."""
ROUNDS = 3
"""Rounds behind the first; one where a start takes longer than `SLOW_START` seconds."""
SLOW_START = 1.5
SEED = 16
_FILES = (CLUSTERS, PREDICTIONS, VERDICTS, SCORES, FAILURES, SPENDING)


@dataclass(frozen=True)
class Round:
    """One run over part of the sample."""

    clusters: int
    stages: tuple[StageTimes, ...]
    between: float
    """Seconds that no stage took, without those of the summary."""
    file_bytes: tuple[float, ...]
    """Bytes of rows for a cluster, block by block."""
    kept_bytes: int
    """Bytes of the cache."""
    predictions: tuple[Prediction, ...]
    charges: tuple[Charge, ...]
    outcome: Outcome = field(repr=False)


@dataclass(frozen=True)
class Sample:
    """What was measured."""

    plan: Plan
    reading: StageTimes
    """The reading of the data set, cluster by cluster."""
    identifying: float
    """Seconds from the beginning until the data was read, but for the reading: digests of weights and files."""
    first: Round
    rounds: tuple[Round, ...]
    cluster_bytes: float
    """Bytes of a cluster where clusters are put aside."""
    memory: int
    """Bytes of memory at the largest."""

    @property
    def clusters(self) -> int:
        """Count the clusters that the sample ran over, one that it ran over again each time."""
        return self.first.clusters + sum(each.clusters for each in self.rounds)


def remote_components(plan: Plan) -> list[tuple[str, Remote]]:
    """List what asks a server: account, as the charges name it, and component."""
    models = [(each.name, each.model) for each in plan.configurations]
    return [(name, each) for name, each in (*models, *plan.checkers.items()) if isinstance(each, Remote)]


def take_sample(
    config: Config, progress: Progress, *, clusters: int | None = None, size: int | None = None, cache: bool = True
) -> Sample:
    """Run the sample; `clusters` is how many to plan for where not those of the data set, `size` those of the sample.

    Says before it begins how often it asks a server. Raises what planning and running a configuration raise, and
    RunError where a configuration answered no cluster.
    """
    # A run's own limits are for the whole of it; the time that a cluster may take changes what a cluster costs.
    each = config.limits.time_limit.cluster
    config = replace(config, limits=Limits(time_limit=TimeLimit(cluster=each)))
    began = now()
    reading = StageTimes("read")
    with progress.stage("read clusters", None) as shown:

        def advance(done: int = 1) -> None:
            reading.tick(done)
            shown(done)

        plan = make_plan(config, limit=READ if clusters is not None else None, advance=advance)
    reading.ended = reading.when[-1]
    whole = now().since(began, waits=False)
    identifying = max(0.0, whole - reading.ended.since(reading.when[0], waits=False))
    with saving_nothing(), tempfile.TemporaryDirectory(prefix="harness-plan-") as folder:
        first, rounds = _rounds(plan, Path(folder), progress, size, cache=cache, planned=clusters)
        memory = peak_bytes()
    chosen = plan.clusters
    sizes = [len(cluster.to_json()) for cluster, _ in zip(chosen, range(200), strict=False)]
    return Sample(plan, reading, identifying, first, tuple(rounds), sum(sizes) / len(sizes), memory)


def _rounds(
    plan: Plan, folder: Path, progress: Progress, size: int | None, *, cache: bool, planned: int | None
) -> tuple[Round, list[Round]]:
    at_once = max([2 * FIRST, *(min(256, each.model.clusters_at_once()) for each in plan.configurations)])
    asks = remote_components(plan)
    most = size or (ASKED if asks else MOST)
    chosen = choose(plan.clusters, most)
    most = len(chosen)
    quick = FIRST if plan.checkers or any(each.model.worth_keeping for each in plan.configurations) else FIRST_RECORDED
    start = max(1, min(quick if size is None and not asks else most // 5, most // 2))
    _announce(plan, most, progress)
    large = (planned or plan.clusters.count) > most
    first = _run(plan, chosen[:start], folder / "first", progress, cache=cache, spooled=large)
    left = chosen[start:] or chosen  # one cluster alone is run twice
    beginning = sum(_start(times) for times in first.stages)
    rate = max(1e-6, (sum(times.seconds for times in first.stages) - beginning) / first.clusters)
    if size is None and not asks:
        left = left[: max(start, int(SECONDS / rate), min(6 * at_once, int(3 * SECONDS / rate)))]
    if asks or beginning >= SLOW_START:
        parts = [left]
    elif len(left) < 2 * ROUNDS * at_once:  # so few that parts of them would tell nothing
        parts = [left] * ROUNDS
    else:
        parts = [left[len(left) * at // ROUNDS : len(left) * (at + 1) // ROUNDS] for at in range(ROUNDS)]
    rounds = [
        _run(plan, part, folder / f"round-{at}", progress, cache=cache, spooled=large) for at, part in enumerate(parts)
    ]
    return first, rounds


def _start(times: StageTimes) -> float:
    """Seconds of a stage up to its first piece, which loads weights; those of a later piece are taken off."""
    if not times.when:
        return times.seconds
    later = times.ended.since(times.when[0], waits=times.waits) / max(1, times.pieces)
    return max(0.0, times.when[0].since(times.began, waits=times.waits) - later)


def choose(clusters: Iterable[Cluster], count: int) -> list[Cluster]:
    """Choose clusters by a seeded hash of their ids, in the order of that hash, whatever order they stand in."""
    ranked = ((_rank(cluster.cluster_id), at, cluster) for at, cluster in enumerate(clusters))
    return [cluster for _, _, cluster in heapq.nsmallest(count, ranked)]


def _rank(cluster_id: str) -> bytes:
    return hashlib.blake2b(f"{SEED}\0{cluster_id}".encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _asking(plan: Plan) -> frozenset[str]:
    """Name the stages that ask a server, as the run labels them."""
    asks = remote_components(plan)
    return frozenset(f"generate {account}" if each.kind == "model" else f"check {each.name}" for account, each in asks)


def _announce(plan: Plan, clusters: int, progress: Progress) -> None:
    """Say before anything is asked how often a server will be."""
    for account, component in remote_components(plan):
        if component.kind == "model":
            progress.note(f"the sample asks {component.served} {clusters} times, for configuration {account}")
        else:
            most = clusters * len(plan.configurations)
            progress.note(f"the sample asks {component.served} about {most} predictions, for checker {component.name}")


def _run(
    plan: Plan, clusters: list[Cluster], results: Path, progress: Progress, *, cache: bool, spooled: bool
) -> Round:
    """Run one round. Raises RunError where a configuration answered nothing."""
    part = replace(plan, clusters=plan.clusters.part(clusters, spooled=spooled))
    watch = Stopwatch(progress, _asking(plan))
    began = now()
    with opened(results, results / ".kept", progress.note, unused=not cache) as kept:
        outcome = execute(part, results, watch, cache=kept, jobs=1, table=lambda _: "")
    took = now().since(began, waits=any(times.waits for times in watch.stages))
    if outcome.unanswered:
        reasons = "; ".join(reason for reason, _ in outcome.failure_reasons()[:3])
        raise RunError(f"no cluster of the sample was answered by {', '.join(outcome.unanswered)}: {reasons}")
    columns = len(plan.configurations) * len(plan.measures)
    between = took - sum(times.seconds for times in watch.stages) - seconds_of_summary(len(clusters), columns)
    folder = outcome.folder
    return Round(
        clusters=len(clusters),
        stages=tuple(watch.stages),
        between=max(0.0, between),
        file_bytes=tuple(_bytes_each(folder, len(clusters))),
        kept_bytes=sum(file.stat().st_size for file in (results / ".kept").glob("*")) if cache else 0,
        predictions=tuple(folder.predictions()),
        charges=tuple(folder.charges()),
        outcome=outcome,
    )


def _bytes_each(folder: RunFolder, clusters: int) -> list[float]:
    """Bytes of rows for a cluster in up to five blocks of each file, added up over the files."""
    blocks = min(5, clusters)
    totals = [0.0] * blocks
    for name in _FILES:
        lengths = [len(line) for line in folder.raw_lines(name)]
        edges = [len(lengths) * at // blocks for at in range(blocks + 1)]
        for at in range(blocks):
            totals[at] += sum(lengths[edges[at] : edges[at + 1]]) * blocks / clusters
    return totals
