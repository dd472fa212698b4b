"""Part of a data set by chance, and a data set in a chance order, without holding it in memory.

A cluster's rank is a hash of the seed and its id. So which clusters are chosen depends neither on the order of the rows
nor on how many are held at once, and a cluster that is chosen stays so when others come or go beside it.
"""

import hashlib
import heapq
from array import array
from collections.abc import Iterable, Iterator

import numpy as np

from harness.disk.spool import Spool
from harness.records import Cluster, RowProblem

DEFAULT_SEED = 1


def rank(cluster_id: str, seed: int) -> int:
    """Return 64 bits of SHA-256 over the seed in decimal digits, a zero byte and the id in UTF-8."""
    content = f"{seed}\0{cluster_id}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(content).digest()[:8], "big")


def sample(rows: Iterable[Cluster | RowProblem], count: int, seed: int) -> Iterator[Cluster | RowProblem]:
    """Yield the `count` clusters of the lowest ranks, in their order; hold no more. Problems come first."""
    chosen: list[tuple[int, int, Cluster]] = []
    """A heap of the chosen, the highest rank first: rank and number, both negative."""
    for at, row in enumerate(rows):
        if isinstance(row, RowProblem):
            yield row
            continue
        entry = (-rank(row.cluster_id, seed), -at, row)
        if len(chosen) < count:
            heapq.heappush(chosen, entry)
        elif entry[:2] > chosen[0][:2]:
            heapq.heapreplace(chosen, entry)
    chosen.sort(key=lambda entry: -entry[1])
    yield from (cluster for _, _, cluster in chosen)


def shuffle(rows: Iterable[Cluster | RowProblem], seed: int) -> Iterator[Cluster | RowProblem]:
    """Yield the clusters by rank; they wait in a temporary file, at 16 bytes each in memory. Problems come first."""
    spool = Spool()
    ranks, places = array("Q"), array("q")
    for row in rows:
        if isinstance(row, RowProblem):
            yield row
            continue
        ranks.append(rank(row.cluster_id, seed))
        places.append(spool.add(row.to_json().encode()))
    if len(ranks):
        for at in np.argsort(np.frombuffer(ranks, dtype=np.uint64), kind="stable").tolist():
            yield Cluster.model_validate_json(spool.at(places[at]))
