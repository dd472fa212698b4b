"""The seal of a complete run: what each of its files held at the end, and which of them hold something else now.

A manifest's `files` is the seal. Sizes are compared whenever a run is read, digests of the files that are read; what
decides (comparisons, baselines, gates, a run that is taken up again, `harness verify`) compares the digests of all.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from harness.disk.durable import open_regular, unreadable
from harness.inputs import digests
from harness.inputs.digests import Stamp
from harness.records import StoredFile

_AT_ONCE = 1 << 20


class Damage(NamedTuple):
    """A file of a run that does not hold what it held when the run completed."""

    name: str
    what: str
    """What is wrong with it, in words."""

    def __str__(self) -> str:
        """Say it in one sentence without a full stop."""
        return f"{self.name} {self.what}"


def stamp_of(file: Path) -> Stamp | None:
    """Return the stamp of a file; None where there is none. Raises StoreError where it cannot be looked at."""
    try:
        return digests.stamp_of(file)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise unreadable(file, error) from None


def describe(file: Path) -> StoredFile:
    """Read a file and describe it for a seal. Raises StoreError where it cannot be read."""
    seen = hashlib.sha256()
    rows = size = 0
    try:
        with open_regular(file) as stream:
            while chunk := stream.read(_AT_ONCE):
                seen.update(chunk)
                rows += chunk.count(b"\n")
                size += len(chunk)
    except OSError as error:
        raise unreadable(file, error) from None
    return StoredFile(rows=rows, bytes=size, sha256=seen.hexdigest())


def seal(folder: Path, names: Iterable[str]) -> dict[str, StoredFile]:
    """Describe those of the named files that are there."""
    return {name: describe(folder / name) for name in names if os.path.lexists(folder / name)}


def damage_by_size(folder: Path, name: str, sealed: Mapping[str, StoredFile]) -> Damage | None:
    """Compare the size of a file with the seal, without reading a sound one."""
    stamp = stamp_of(folder / name)
    held = sealed.get(name)
    if held is None:
        return Damage(name, "has rows, and the run wrote none") if stamp and stamp.size else None
    if stamp is None:
        return Damage(name, f"is missing; it held {_rows(held.rows)}")
    if stamp.size == held.bytes:
        return None
    now = describe(folder / name)
    if now.rows == held.rows:
        return Damage(name, f"was changed after the run: {now.bytes:,} bytes in place of {held.bytes:,}")
    return Damage(name, f"was changed after the run: {_rows(now.rows)} in place of {held.rows:,}")


def damage_by_digest(folder: Path, name: str, sealed: Mapping[str, StoredFile]) -> Damage | None:
    """Compare size and digest of a file with the seal."""
    found = damage_by_size(folder, name, sealed)
    held = sealed.get(name)
    if found or held is None or describe(folder / name).sha256 == held.sha256:
        return found
    return Damage(name, "was changed after the run: other content of equal size")


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
