"""What a whole run takes, worked out from a sample of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.disk.large_array import IN_MEMORY, LET_GO
from harness.disk.row_offsets import HELD_ROWS
from harness.endpoint.remote import Remote
from harness.executors.local import PAYS, cores
from harness.forecast.estimate import NOTHING, Estimate, block_means, exactly, mean_of, total_of
from harness.forecast.sample import Round, Sample, remote_components
from harness.forecast.summary_time import seconds_of_summary
from harness.records import Prices
from harness.run.plan import HELD_BYTES, Plan

EFFICIENCY = Estimate(0.85, 0.6, 1.0)
"""Share of a process's speed that each of several has beside the others: pieces are handed over and put in order."""
SPREAD_OF_MEMORY = 0.2
"""Half the interval of memory, as a share: between a sample and a whole run by what was measured (docs/scale.md)."""
BYTES_OF_ID = 16.0
"""Bytes of memory for each cluster while the data is read: of its id's digest, and of its place."""
BYTES_OF_PLACE = 16.0
FULL = 30_000
"""Clusters after which what is remembered of words, up to a fixed number of them, was seen to grow no more."""
BYTES_REMEMBERED = 40 << 20
"""About how much that is, beyond what a sample of some thousands remembers."""


@dataclass(frozen=True)
class Cost:
    """What one row of the plan takes."""

    what: str
    """read, generate, check, score, keep or summarise."""
    name: str
    """The configuration, or the checker; empty where it is for all."""
    start: float
    """Seconds that it takes once."""
    each: Estimate
    """Seconds for a cluster."""
    seconds: Estimate
    tokens_in: Estimate | None = None
    tokens_out: Estimate | None = None
    money: Estimate | None = None
    currency: str = ""
    served: str = ""
    """The server that is asked."""


@dataclass(frozen=True)
class Forecast:
    """What a run of `clusters` clusters takes."""

    clusters: int
    in_data: int
    """Clusters of the data set that were read."""
    sampled: int
    costs: tuple[Cost, ...]
    seconds: Estimate
    memory: Estimate
    """Bytes."""
    disk: Estimate
    """Bytes that stay: the run's folder, and the cache."""
    temporary: Estimate
    """Bytes of temporary files while it runs."""
    money: Mapping[str, Estimate]
    """Currency → money."""
    processes: int
    """Processes that check and score."""
    workers: int | None
    failed: Mapping[str, int]
    """Configuration → clusters of the sample that it did not answer."""
    limits: tuple[str, ...]
    """Limits of the configuration on tokens or money that the run would reach, a sentence each."""


def forecast(
    sample: Sample,
    *,
    clusters: int | None = None,
    workers: int | None = None,
    jobs: int | None = None,
    prices: Prices | None = None,
    starting: float = 0.0,
) -> Forecast:
    """Work out what a run takes.

    `clusters` is how many it has, those of the data set where None. `workers` share out generation by local models,
    checking and scoring, `jobs` processes of this machine checking and scoring, as many as `harness eval` would take
    where None. `prices` are those of every server, in place of the configuration's; `starting` are seconds for the
    start of the program.
    """
    plan = sample.plan
    count = clusters or plan.clusters.count
    shared = _shared_seconds(sample, count)
    processes = workers or jobs or (cores() if shared > PAYS else 1)
    costs = list(_costs(sample, count, processes, workers, prices, starting))
    money: dict[str, Estimate] = {}
    for cost in costs:
        if cost.money is not None:
            money[cost.currency] = total_of([money.get(cost.currency, NOTHING), cost.money])
    disk, temporary = _disk(sample, count)
    return Forecast(
        clusters=count,
        in_data=plan.clusters.count,
        sampled=sample.clusters,
        costs=tuple(costs),
        seconds=total_of(cost.seconds for cost in costs),
        memory=memory_of(sample, count),
        disk=disk,
        temporary=temporary,
        money=money,
        processes=processes,
        workers=workers,
        failed=_failed(sample),
        limits=tuple(_limits_reached(plan, costs)),
    )


def _costs(
    sample: Sample, count: int, processes: int, workers: int | None, prices: Prices | None, starting: float
) -> Iterable[Cost]:
    reading = mean_of(sample.reading.blocks())
    start = sample.identifying + starting
    yield Cost("read", "", start, reading, reading.times(count).plus(start))
    remote = dict(remote_components(sample.plan))
    for label in dict.fromkeys(times.label for each in (sample.first, *sample.rounds) for times in each.stages):
        what, _, name = label.partition(" ")
        asked = remote.get(name) if what == "generate" else _asked_checker(sample.plan, name) if name else None
        at_once = _at_once(sample.plan, name) if what == "generate" else 1
        begin, each = _stage(sample, label, at_once)
        factor = 1
        if asked is None and (what in ("check", "score") or workers):
            factor = processes
        seconds = _shared_out(each.times(count), factor).plus(begin)
        cost = Cost(what, name, begin, each, seconds)
        yield cost if asked is None else _charged(cost, sample, asked, count, prices)
    begin, each = _between(sample)
    yield Cost("keep", "", begin, each, each.times(count).plus(begin))
    columns = len(sample.plan.configurations) * len(sample.plan.measures)
    summary = exactly(seconds_of_summary(count, columns)).widened(0.85, 1.15)
    yield Cost("summarise", "", 0.0, summary.times(1 / count), summary)


def _shared_out(seconds: Estimate, processes: int) -> Estimate:
    """Share seconds out among processes, each of them a little slower than one alone."""
    if processes == 1:
        return seconds
    return Estimate(
        seconds.value / (processes * EFFICIENCY.value),
        seconds.low / (processes * EFFICIENCY.high),
        seconds.high / (processes * EFFICIENCY.low),
    )


def _shared_seconds(sample: Sample, count: int) -> float:
    """Seconds that one process would check and score."""
    labels = {times.label for times in sample.first.stages if times.label.partition(" ")[0] in ("check", "score")}
    return sum(_stage(sample, label, 1)[1].value for label in labels) * count


def _asked_checker(plan: Plan, name: str) -> Remote | None:
    found = [each for _, each in remote_components(plan) if each.kind == "checker" and each.name == name]
    return found[0] if found else None


def _at_once(plan: Plan, name: str) -> int:
    return next((each.model.clusters_at_once() for each in plan.configurations if each.name == name), 1)


def _stage(sample: Sample, label: str, at_once: int) -> tuple[float, Estimate]:
    """Seconds to start a stage, and those for each cluster, from the blocks of all rounds but the first."""
    blocks: list[float] = []
    for each in sample.rounds:
        for times in each.stages:
            if times.label == label:
                blocks += [seconds * times.pieces / each.clusters for seconds in times.blocks(at_once)]
    first = [times for times in sample.first.stages if times.label == label]
    if len(blocks) < 2:
        blocks += [times.seconds / sample.first.clusters for times in first if times.pieces]
    rate = mean_of(blocks)
    start = sum(times.seconds for times in first) - rate.value * sample.first.clusters
    return max(0.0, start), rate


def _between(sample: Sample) -> tuple[float, Estimate]:
    """Seconds once, and for each cluster, of all that stands between the stages: rows copied, counted and digested."""
    first = sample.first
    slopes = [
        max(0.0, (each.between - first.between) / (each.clusters - first.clusters))
        for each in sample.rounds
        if each.clusters > first.clusters
    ]
    rate = mean_of(slopes)
    if not rate.value:  # too few clusters to tell it from what is done once
        rate = Estimate(0.0, 0.0, first.between / first.clusters)
    return max(0.0, first.between - rate.value * first.clusters), rate


def _charged(cost: Cost, sample: Sample, asked: Remote, count: int, prices: Prices | None) -> Cost:
    """Add tokens and money to what a server is asked."""
    account = cost.name if cost.what == "generate" else asked.signature()
    rounds = (sample.first, *sample.rounds)
    charges = [row for each in rounds for row in _last_rows(each, account)]
    calls = len(charges) / sample.clusters
    tokens_in, tokens_out = (
        mean_of(block_means(values)).times(calls * count)
        for values in ([float(row[0]) for row in charges], [float(row[1]) for row in charges])
    )
    asks = prices or asked.prices
    money = None
    if asks is not None:
        spent = [(row[0] * asks.input + row[1] * asks.output) / 1e6 for row in charges]
        money = mean_of(block_means(spent)).times(calls * count)
    return Cost(
        cost.what, cost.name, cost.start, cost.each, cost.seconds, tokens_in, tokens_out, money,
        asks.currency if asks is not None else "", asked.served,
    )  # fmt: skip


def _last_rows(one: Round, account: str) -> list[tuple[int, int]]:
    """Tokens in and out of each call on an account."""
    last = {row.call: row for row in one.charges if row.account == account}
    return [(row.tokens_in, row.tokens_out) for row in last.values()]


def memory_of(sample: Sample, count: int) -> Estimate:
    """Bytes of memory: those of the sample, and what a whole run holds beyond it, most of it up to a fixed size."""
    plan = sample.plan
    configurations = len(plan.configurations)
    more = max(0, count - sample.clusters)
    statistics = 8 * configurations * len(plan.measures) * count
    if statistics > IN_MEMORY:
        statistics = LET_GO
    places = BYTES_OF_PLACE * configurations * (1 + len(plan.checkers)) * min(more, HELD_ROWS)
    held = sample.cluster_bytes * count
    if held > HELD_BYTES:  # what was held is given back when it is put aside
        held = 0
    remembered = BYTES_REMEMBERED * min(1.0, more / FULL)
    grown = statistics + places + held + remembered + BYTES_OF_ID * more
    return exactly(sample.memory + grown).widened(1 - SPREAD_OF_MEMORY, 1 + SPREAD_OF_MEMORY)


def _disk(sample: Sample, count: int) -> tuple[Estimate, Estimate]:
    """Bytes that stay on disk, and those of temporary files."""
    rows = mean_of([block for each in sample.rounds for block in each.file_bytes]).times(count)
    kept = sum(each.kept_bytes for each in sample.rounds) / sum(each.clusters for each in sample.rounds) * count
    aside = sample.cluster_bytes * count
    return rows.plus(kept), exactly(aside if aside > HELD_BYTES else 0.0)


def _failed(sample: Sample) -> dict[str, int]:
    failed: dict[str, int] = {}
    for each in (sample.first, *sample.rounds):
        for name, counts in each.outcome.manifest.counts.items():
            if counts.failed:
                failed[name] = failed.get(name, 0) + counts.failed
    return failed


def _limits_reached(plan: Plan, costs: Sequence[Cost]) -> Iterable[str]:
    """Yield a sentence for each limit on tokens or money that the run would reach."""
    for cost in costs:
        component = dict(remote_components(plan)).get(cost.name) or _asked_checker(plan, cost.name)
        if component is None or cost.tokens_in is None or cost.tokens_out is None:
            continue
        tokens = cost.tokens_in.value + cost.tokens_out.value
        if component.max_tokens_total is not None and tokens > component.max_tokens_total:
            share = component.max_tokens_total / tokens
            yield f"{cost.name}: max_tokens_total {component.max_tokens_total:,} ends after about {share:.0%} of it"
        if component.max_cost is not None and cost.money is not None and cost.money.value > component.max_cost:
            share = component.max_cost / cost.money.value
            yield f"{cost.name}: max_cost {component.max_cost:g} ends after about {share:.0%} of it"
