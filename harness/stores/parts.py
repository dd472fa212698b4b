"""A run as a store holds it.

    results/<run>/manifest.json                             the run's manifest, and the parts that its files consist of
    results/<run>/predictions.jsonl/part-000001-1f2e….jsonl  rows, in order; never written again
    results/<run>/.lease                                    who writes to the run

A file of the run is its parts, one after the other, as the manifest's `store` lists them: what it does not list is not
there. So a reader sees what one exchange of one object left, and never half a part; parts that a killed process had
written and not listed yet are left out, and deleted when the run goes on.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, ValidationError

from harness.errors import StoreError
from harness.records import Record, Whole

MANIFEST = "manifest.json"
FORMAT = 1
PART_BYTES = 8 << 20
"""Bytes of a part, at most; a longer row is a part of its own."""
MARK = '\n  "store": '
FILE_NAME = re.compile(r"[a-z][a-z_]*\.[a-z]+\Z")
"""Names of a run's files: nothing that leads out of its folder."""
RUN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._\-]{0,99}\Z")


class Part(Record):
    """A piece of a file."""

    name: str = Field(pattern=r"^part-[0-9]{6,12}-[0-9a-f]{8}\.[a-z]+$", description="Its object in the file's folder.")
    rows: Whole = Field(description="Lines.")
    bytes: Whole = Field(description="Its size.")
    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="SHA-256 of its bytes.")
    version: str = Field(default="", description="The version that the store gave it (S3: its ETag).")


class Stored(Record):
    """What the manifest in a store says beyond that of a folder."""

    format: int = Field(description="Version of the layout.")
    writer: str = Field(description="The copy of the run that was sent last.")
    sent: Whole = Field(description="How often this object was written.")
    files: Mapping[str, tuple[Part, ...]] = Field(description="File → its parts, in order.")


@dataclass(frozen=True)
class StoredRun:
    """A run's manifest as it was read from a store."""

    manifest: str
    """The manifest as it stands in a folder, to the byte."""
    stored: Stored
    version: str

    @property
    def files(self) -> Mapping[str, tuple[Part, ...]]:
        """File → its parts."""
        return self.stored.files


def encode(manifest: str, stored: Stored) -> bytes:
    """Write a manifest with what the store needs at its end: the rest stays to the byte."""
    head = manifest.rstrip().removesuffix("}").rstrip()
    return f"{head},{MARK}{stored.to_json()}\n}}\n".encode()


def decode(data: bytes, version: str, where: str) -> StoredRun:
    """Read what `encode` wrote. Raises StoreError for anything else; `where` names it."""
    try:
        head, mark, tail = data.decode().rpartition(f",{MARK}")
        value = json.loads(tail.rstrip().removesuffix("}"))
        if isinstance(value, dict) and isinstance(value.get("format"), int) and value["format"] > FORMAT:
            raise StoreError(f"{where}: written by a later version: layout {value['format']}, read {FORMAT}")
        stored = Stored.model_validate_json(json.dumps(value))
    except (ValueError, ValidationError):
        raise StoreError(
            f"{where}: not the manifest of a run in a store; `harness eval --results` writes one"
        ) from None
    strange = [name for name in stored.files if not FILE_NAME.match(name) or name == MANIFEST]
    if strange or not mark:
        raise StoreError(f"{where}: not the manifest of a run in a store: it names a file {strange[:1]!r:.80}")
    return StoredRun(f"{head}\n}}\n", stored, version)


def size_of(parts: Sequence[Part]) -> int:
    """Add up the bytes of some parts."""
    return sum(part.bytes for part in parts)


def number_of(part: Part) -> int:
    """Read the number of a part from its name."""
    return int(part.name.split("-")[1])


def matching(file: Path, parts: Sequence[Part]) -> int:
    """Count the parts that a file begins with, by their digests."""
    found = 0
    try:
        with file.open("rb") as stream:
            for part in parts:
                data = stream.read(part.bytes)
                if len(data) != part.bytes or hashlib.sha256(data).hexdigest() != part.sha256:
                    break
                found += 1
    except FileNotFoundError:
        return 0
    return found


def cut(file: Path, start: int, most: int = PART_BYTES) -> Iterator[bytes]:
    """Yield what a file holds from `start`, cut into parts behind ends of lines; half a last line is left out.

    A file that is no JSON Lines is taken whole.
    """
    is_lines = file.suffix == ".jsonl"
    with file.open("rb") as stream:
        stream.seek(start)
        while data := stream.read(most):
            if is_lines and not data.endswith(b"\n"):
                end = data.rfind(b"\n") + 1
                if end:
                    stream.seek(end - len(data), 1)
                    data = data[:end]
                else:  # a row that is longer than a part, or one that is just being written
                    data += stream.readline()
                    if not data.endswith(b"\n"):
                        return
            yield data
