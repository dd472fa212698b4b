"""The rows of shards in the order in which the whole run would have written them, as they stand, one at a time.

Each cluster of a shard says where it stands in the whole data set. Rows of a run are ordered by configuration or
checker and then by cluster, or by cluster alone; so each shard's rows are in that order already, and are only merged.
Failures are written as they happen, and are sorted.
"""

import hashlib
import heapq
import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from harness.datasets.shards import shard_of
from harness.disk.spool import Spool
from harness.errors import UsageError
from harness.merging.parts import Part
from harness.records import Charge, ClusterFacts, RunManifest
from harness.results.run_folder import FAILURES, PREDICTIONS, SCORES, VERDICTS
from harness.results.unscored import names_in, settings_by_metric

Row = Mapping[str, Any]
_STAGES = ("load", "generate", "check", "score")


def clusters(parts: Sequence[Part]) -> Iterator[ClusterFacts]:
    """Yield what the whole run keeps of its clusters; raise UsageError where the shards do not make up the data set.

    They must cover it without a gap or an overlap, hold the clusters that are theirs, and have the digest that each of
    them saw when it read the whole of it.
    """
    whole = parts[0].shard
    seen = hashlib.sha256()
    expected = 0
    last = "none"
    for place, at, facts in heapq.merge(*(_placed(part, at) for at, part in enumerate(parts))):
        part = parts[at]
        if place < expected:
            raise UsageError(f"{part} has cluster {facts[0]!r}, place {place}, which {last} has, too")
        if place > expected:
            raise UsageError(f"no shard has the cluster at place {expected:,}; {part} has the next one")
        owner = shard_of(facts[0], part.shard.of, part.shard.seed)
        if owner != part.shard.index:
            raise UsageError(f"{part} has cluster {facts[0]!r}, which belongs to shard {owner} of {part.shard.of}")
        row = ClusterFacts.model_validate_json(facts[1])
        seen.update(row.digest.encode())
        expected, last = expected + 1, str(part.shard)
        yield row.model_copy(update={"place": None})
    digest = seen.hexdigest()[:16]
    if expected != whole.clusters or digest != whole.data_digest:
        found = f"digest {digest} over {expected:,} clusters"
        raise UsageError(
            f"the shards do not make up the data set: found {found}; accepted: digest {whole.data_digest} over "
            f"{whole.clusters:,} clusters, which each of them read"
        )


def _placed(part: Part, at: int) -> Iterator[tuple[int, int, tuple[str, str]]]:
    """Yield place, number of the shard, and id and JSON of each cluster of a shard."""
    for facts in part.folder.clusters():
        if facts.place is None:
            raise UsageError(f"{part}: cluster {facts.cluster_id!r} does not say where it stands in the data set")
        yield facts.place, at, (facts.cluster_id, facts.to_json())


def predictions(parts: Sequence[Part]) -> Iterator[bytes]:
    """Yield the predictions, by configuration and cluster."""
    order = _numbered(item.name for item in parts[0].manifest.configurations)
    return _merged(parts, PREDICTIONS, lambda row: order[row["configuration"]])


def verdicts(parts: Sequence[Part]) -> Iterator[bytes]:
    """Yield the verdicts, by checker and cluster."""
    order = _numbered(checkers_of(parts))
    return _merged(parts, VERDICTS, lambda row: order[row["checker"]])


def scores(parts: Sequence[Part]) -> Iterator[bytes]:
    """Yield the scores, by cluster."""
    return _merged(parts, SCORES, lambda _: 0)


def _merged(parts: Sequence[Part], name: str, block_of: Callable[[Row], int]) -> Iterator[bytes]:
    streams = (_keyed(part, at, name, block_of) for at, part in enumerate(parts))
    return (line for _, line in heapq.merge(*streams, key=lambda item: item[0]))


def _keyed(
    part: Part, at: int, name: str, block_of: Callable[[Row], int]
) -> Iterator[tuple[tuple[int, int, int], bytes]]:
    """Yield a shard's rows with block, place and the shard's number; raise UsageError where they are out of order."""
    before = (-1, -1, at)
    for number, line in enumerate(part.folder.raw_lines(name), 1):
        try:
            row = json.loads(line)
            block, place = block_of(row), part.places.get((row["cluster_id"],))
        except (ValueError, LookupError, TypeError):
            raise UsageError(f"{part}: {name}:{number}: not a row of a run that its manifest describes") from None
        if place is None:
            raise UsageError(f"{part}: {name}:{number}: a row of cluster {row['cluster_id']!r}, which it does not have")
        key = (block, place, at)
        if key < before:
            raise UsageError(
                f"{part}: {name}:{number}: out of order; `harness eval --shard {part.shard.index}/{part.shard.of}` "
                "with its configuration makes it again in a new results folder"
            )
        before = key
        yield key, line


def checkers_of(parts: Sequence[Part]) -> list[str]:
    """List the signatures of the checkers that gave verdicts, in the order of the metrics that want them.

    A shard's verdicts stand in that order, too, but a checker that failed throughout a shard is missing there.
    """
    manifest = parts[0].manifest
    found: dict[str, None] = {}
    for part in parts:
        for line in part.folder.raw_lines(VERDICTS):
            found[json.loads(line)["checker"]] = None
    return sorted(found, key=lambda signature: _first_metric(manifest, signature.partition("|")[0]))


def _first_metric(manifest: RunManifest, checker: str) -> int:
    """Return the place of the first metric that names a checker; behind all where none does."""
    settings = settings_by_metric(manifest)
    places = [at for at, name in enumerate(manifest.metrics) if checker in set(names_in(settings.get(name)))]
    return min(places, default=len(manifest.metrics))


def failures(parts: Sequence[Part]) -> Iterator[bytes]:
    """Yield the failures, by stage, then as the stage's rows are ordered."""
    manifest = parts[0].manifest
    configurations = _numbered(item.name for item in manifest.configurations)
    metrics = _numbered(manifest.metrics)
    kept = Spool()
    keys: tuple[array[int], ...] = tuple(array("q") for _ in range(5))
    where = array("q")
    for part in parts:
        for line in part.folder.raw_lines(FAILURES):
            row = json.loads(line)
            place = part.places.get((row["cluster_id"],))
            who = configurations.get(row.get("configuration"), -1)
            what = metrics.get(row["component"])
            stage = _STAGES.index(row["stage"])
            outer = who if row["stage"] == "generate" else 0
            if row["stage"] == "check":
                outer = _first_metric(manifest, row["component"])
            ordered = (stage, outer, -1 if place is None else place, who, -1 if what is None else what)
            for column, value in zip(keys, ordered, strict=True):
                column.append(value)
            where.append(kept.add(line))
    for at in np.lexsort([np.frombuffer(column, dtype=np.int64) for column in reversed(keys)]) if where else ():
        yield kept.at(where[at])


def charges(parts: Sequence[Part]) -> Iterator[Charge]:
    """Yield what servers charged all shards, the calls numbered through."""
    before = 0
    for part in parts:
        last = before
        for row in part.folder.charges():
            last = max(last, before + row.call)
            yield row.model_copy(update={"call": before + row.call})
        before = last


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: at for at, name in enumerate(names)}
