"""Shards: a data set parted by a seeded hash of the clusters' ids, so that parts can run on machines of their own.

Cluster `id` belongs to shard `1 + int(SHA-256(seed + NUL + id)[:8]) mod N`: the seed in decimal digits and the id in
UTF-8, the first eight bytes of the digest read as a big-endian number. Neither the order of the clusters nor the other
clusters have a part in it.
"""

import hashlib
import re
from dataclasses import dataclass

from harness.errors import UsageError

MOST = 1_000_000
"""Shards that a data set may be parted into."""
ACCEPTED = "K/N, shard K of N with 1 ≤ K ≤ N, such as 2/3"
_FORM = re.compile(r"([0-9]{1,9})/([0-9]{1,9})", re.ASCII)


def shard_of(cluster_id: str, of: int, seed: int) -> int:
    """Return the number, from 1 to `of`, of the shard that a cluster belongs to."""
    digest = hashlib.sha256(f"{seed}\0{cluster_id}".encode("utf-8", "surrogatepass")).digest()
    return 1 + int.from_bytes(digest[:8], "big") % of


@dataclass(frozen=True)
class Shard:
    """Shard `index` of `of`."""

    index: int
    of: int

    def holds(self, cluster_id: str, seed: int) -> bool:
        """Tell whether a cluster belongs to the shard."""
        return shard_of(cluster_id, self.of, seed) == self.index


def read_shard(text: str, where: str) -> Shard:
    """Read `2/3` as shard 2 of 3. Raises UsageError for anything else, which messages quote as the value of `where`."""
    found = _FORM.fullmatch(text)
    if found:
        index, of = int(found[1]), int(found[2])
        if 1 <= index <= of <= MOST:
            return Shard(index, of)
    more = f"; N may be {MOST:,} at most" if found and int(found[2]) > MOST else ""
    raise UsageError(f"{where}: not a shard; found {text[:40]!r}; accepted: {ACCEPTED}{more}")
