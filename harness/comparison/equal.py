"""Configurations that wrote the same: they are one system under several names, and are compared once."""

import hashlib
from collections.abc import Mapping

import numpy as np

from harness.comparison.score_matrix import Column, ScoreMatrix
from harness.disk.large_array import row_blocks
from harness.disk.row_offsets import RowOffsets


def equal_configurations(joined: ScoreMatrix, first: str) -> Mapping[str, str]:
    """Map each label to that of an earlier configuration which wrote the same on every joined cluster.

    `first` counts as the earliest. Equal scores alone make no pair equal: with few clusters other texts have them too.
    """
    order = sorted(range(len(joined.columns)), key=lambda at: joined.labels[at] != first)
    found: dict[str, str] = {}
    digests: dict[int, int | None] = {}
    for place, at in enumerate(order):
        for other in order[:place]:
            if joined.labels[other] in found or not _have_equal_scores(joined, at, other):
                continue
            for each in (at, other):
                if each not in digests:
                    digests[each] = _digest_of_texts(joined, joined.columns[each])
            if digests[at] is not None and digests[at] == digests[other]:
                found[joined.labels[at]] = joined.labels[other]
                break
    return found


def describe_equal(equal: Mapping[str, str]) -> list[str]:
    """Say which configurations are compared once, a sentence for each that stands for others."""
    groups: dict[str, list[str]] = {}
    for label, kept in equal.items():
        groups.setdefault(kept, []).append(label)
    return [
        f"{_join([kept, *others])} wrote the same on every cluster: they are compared with others once."
        for kept, others in groups.items()
    ]


def _join(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _have_equal_scores(joined: ScoreMatrix, one: int, other: int) -> bool:
    """Tell whether reading the texts is worth it."""
    values, unscorable = joined.values, joined.unscorable
    return all(
        np.array_equal(values[one, rows], values[other, rows], equal_nan=True)
        and np.array_equal(unscorable[one, rows], unscorable[other, rows])
        for rows in row_blocks(values.shape[1], 2 * values.shape[2], values, unscorable)
    )


def _digest_of_texts(joined: ScoreMatrix, column: Column) -> int | None:
    """Compute a digest of what a configuration wrote on the joined clusters; None where it wrote nothing.

    It is a sum over the clusters, so that their order says nothing and no text has to be held.
    """
    ids = RowOffsets(((facts.cluster_id,), 0) for facts in joined.clusters)
    digest, texts = 0, 0
    for row in column.folder.predictions():
        if row.configuration == column.record.name and (row.cluster_id,) in ids:
            told = repr((row.cluster_id, row.text)).encode("utf-8", "surrogatepass")
            digest += int.from_bytes(hashlib.sha256(told).digest(), "little")
            texts += 1
    return digest % (1 << 256) if texts else None
