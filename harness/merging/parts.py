"""The shards to merge: that they are sound, all there, each once, and of one run."""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from harness.disk.row_offsets import RowOffsets
from harness.errors import StoreError, UsageError
from harness.process.environment import differing_versions
from harness.records import RunManifest, ShardRecord
from harness.results.listing import NOTHING, differences
from harness.results.run_folder import CLUSTERS, RunFolder

LISTED = 20
"""Missing shards that are named one by one."""
_NAMED = re.compile(r"-shard-([0-9]+)-of-([0-9]+)-")
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Part:
    """One shard: its folder, its manifest, and which part of the run it is."""

    folder: RunFolder
    manifest: RunManifest
    shard: ShardRecord

    def __str__(self) -> str:
        """Name it by its number and its folder."""
        return f"{self.shard} ({self.folder.place})"

    @cached_property
    def places(self) -> RowOffsets:
        """Cluster id → where the cluster stands in the whole data set, in 16 bytes a cluster."""
        return RowOffsets(((facts.cluster_id,), facts.place or 0) for facts in self.folder.clusters())


def find_parts(folders: Sequence[RunFolder]) -> list[Part]:
    """Read the shards in some folders, ordered by their numbers.

    Raises UsageError that names each shard which is missing, there twice, unfinished, damaged, or of another run.
    """
    known, problems = _read(folders)
    if problems:
        raise UsageError("\n".join(problems))
    problems = list(_miscounted(known))
    if problems:
        raise UsageError("\n".join(problems))
    parts = sorted(known, key=lambda part: part.shard.index)
    problems = [*_unfinished(parts), *_foreign(parts)] or list(_damaged(parts))
    if problems:
        raise UsageError("\n".join(problems))
    return parts


def _read(folders: Sequence[RunFolder]) -> tuple[list[Part], list[str]]:
    """Read the manifests; return the shards, and a line for each folder that holds none."""
    known: list[Part] = []
    problems: list[str] = []
    for folder in folders:
        try:
            manifest = folder.manifest()
        except StoreError as error:
            named = _NAMED.search(Path(folder.place).resolve().name)
            problems.append(f"{f'shard {named[1]} of {named[2]}: ' if named else ''}{error}")
            continue
        if manifest.shard is None:
            what = "was merged from shards already" if manifest.shards else "is a run over a whole data set"
            problems.append(f"{folder.place}: not a shard: it {what}; accepted: runs of `harness eval --shard K/N`")
        else:
            known.append(Part(folder, manifest, manifest.shard))
    if not folders:
        problems.append("no shard is named; accepted: every run of `harness eval --shard K/N`, K from 1 to N")
    return known, problems


def _miscounted(parts: Sequence[Part]) -> Iterator[str]:
    """Say which shards are there twice, are of another number of shards, or are missing."""
    of = _commonest(part.shard.of for part in parts)
    strangers = [part for part in parts if part.shard.of != of]
    for part in strangers:
        others = "the others are" if len(parts) > 2 else "the other is"
        yield f"{part.folder.place} is {part.shard}, {others} of {of}"
    by_number: dict[int, list[Part]] = {}
    for part in parts:
        if part.shard.of == of:
            by_number.setdefault(part.shard.index, []).append(part)
    for number, several in sorted(by_number.items()):
        if len(several) > 1:
            times = {2: "twice", 3: "three times"}.get(len(several), f"{len(several)} times")
            where = " and ".join(part.folder.place for part in several)
            yield f"shard {number} of {of} is there {times}: {where}"
    missing = [number for number in range(1, of + 1) if number not in by_number]
    for number in missing[:LISTED]:
        made = f"`harness eval --shard {number}/{of}` with the configuration of the others makes it"
        yield f"shard {number} of {of} is missing; {made}"
    if len(missing) > LISTED:
        yield f"and {len(missing) - LISTED:,} more shards are missing"


def _unfinished(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        again = f"`harness eval --shard {part.shard.index}/{part.shard.of}` with its configuration"
        if part.manifest.status == "running":
            yield f"{part} is running; wait until it is complete"
        elif part.manifest.status != "complete":
            yield f"{part} is {part.manifest.status}, not complete; {again} goes on with it"
        elif CLUSTERS not in part.manifest.files:
            yield f"{part}: its manifest does not describe its files, so nobody knows what it held; {again} makes it"
        elif part.manifest.predictions_from:
            yield (
                f"{part} only scores the predictions of {part.manifest.predictions_from.run}; merge the shards that "
                "made them, then `harness score` the merged run"
            )


def _damaged(parts: Iterable[Part]) -> Iterator[str]:
    """Say which shards do not hold what they held when they completed; every digest is compared."""
    for part in parts:
        try:
            part.folder.checked_manifest()
        except StoreError as error:
            yield from (f"{part.shard} is damaged: {line}" for line in str(error).splitlines())


def _foreign(parts: Sequence[Part]) -> Iterator[str]:
    """Say which shards are not of the run that most are of, or were made where numbers may come out otherwise."""
    usual = _commonest(_run_of(part) for part in parts)
    first = next(part for part in parts if _run_of(part) == usual)
    versions = _commonest(_frozen(part.manifest.versions) for part in parts)
    others = "the others" if len(parts) > 2 else str(first)
    for part in parts:
        if _run_of(part) != usual:
            yield f"{part} is of another run than {others}: {'; '.join(_told_apart(first, part))}"
        elif _frozen(part.manifest.versions) != versions:
            told = differing_versions(dict(versions), part.manifest.versions)
            yield f"{part} was made with other versions than the others, which may change numbers: {', '.join(told)}"


def _run_of(part: Part) -> tuple[object, ...]:
    """Return all that shards of one run have in common."""
    manifest, shard = part.manifest, part.shard
    signed = tuple((measure.name, measure.signature) for measure in manifest.measures)
    names = tuple(item.name for item in manifest.configurations)
    whole = (shard.run, shard.seed, shard.data_digest, shard.clusters, shard.letters_seen)
    return manifest.name, manifest.bad_rows, signed, names, *whole


def _told_apart(first: Part, other: Part) -> list[str]:
    """Say what differs between two shards of different runs."""
    old, new = (
        part.manifest.model_copy(update={"data_digest": part.shard.data_digest, "clusters": part.shard.clusters})
        for part in (first, other)
    )
    told = [line for line in differences(old, new) if line not in (NOTHING, "data: other content")]
    if old.name != new.name:
        told.insert(0, f"name {old.name} → {new.name}")
    if old.data_digest != new.data_digest:
        told.append(f"data of digest {old.data_digest} → {new.data_digest}")
    if old.bad_rows != new.bad_rows:
        told.append(f"rows of the data that could not be read {old.bad_rows} → {new.bad_rows}")
    before = {measure.name: measure.signature for measure in old.measures}
    changed = [each.name for each in new.measures if before.get(each.name, each.signature) != each.signature]
    if changed:
        told.append(f"other signatures of {', '.join(changed[:LISTED])}")
    return told or [f"digest of the run {first.shard.run} → {other.shard.run}"]


def _frozen(versions: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(versions.items()))


def _commonest(values: Iterable[K]) -> K:
    """Return what occurs most often, the first of those that occur equally often."""
    return Counter(values).most_common(1)[0][0]
