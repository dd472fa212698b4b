"""A run's folder: the one module that opens files for writing.

    results/<name>-<digest>/
        manifest.json       what the run is made of and how it went; replaced atomically
        clusters.jsonl      a line for each cluster: digest, sizes, tags; what joins and breakdowns need of the data
        predictions.jsonl   appended and flushed as predictions arrive, by configuration, in the clusters' order
        verdicts.jsonl      appended and flushed as verdicts are found, by cluster, where a metric wants any
        scores.jsonl        replaced atomically when every case is scored, by cluster
        failures.jsonl      appended and flushed as failures happen
        table.md            the results table

A line that a killed process left torn is cut off when the folder is next opened; its record is made again.
"""

import fcntl
import json
import os
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

from pydantic import ValidationError

from harness.errors import StoreError, UsageError, nearest_name
from harness.records import (
    SCHEMA_VERSION,
    CheckedPrediction,
    ClusterFacts,
    Failure,
    MetricScore,
    Prediction,
    Record,
    RunManifest,
)

R = TypeVar("R", bound=Record)
K = TypeVar("K", bound=Hashable)

MANIFEST = "manifest.json"
CLUSTERS = "clusters.jsonl"
PREDICTIONS = "predictions.jsonl"
VERDICTS = "verdicts.jsonl"
SCORES = "scores.jsonl"
FAILURES = "failures.jsonl"
TABLE = "table.md"


class RunFolder:
    """One run's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def exists(self) -> bool:
        """Whether a run was ever started here."""
        return (self.path / MANIFEST).is_file()

    @contextmanager
    def locked(self, *, wait: bool = False) -> Iterator[None]:
        """Hold the folder for one process; `wait` until it is free.

        Raises StoreError that names the process which holds it already, unless `wait`.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / ".lock").open("a+")
        except OSError as error:
            raise StoreError(f"{self.path}: cannot be written: {error.strerror}") from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.seek(0)
                owner = lock.read().strip() or "another process"
                raise StoreError(f"{self.path}: in use by {owner}; wait for it, or end it and continue") from None
            lock.truncate(0)
            lock.write(f"process {os.getpid()}")
            lock.flush()
            for name in (PREDICTIONS, VERDICTS, FAILURES):
                _cut_torn_line(self.path / name)
            yield

    def manifest(self) -> RunManifest:
        """The manifest. Raises StoreError where it is missing, torn, or of a later schema."""
        file = self.path / MANIFEST
        try:
            return RunManifest.model_validate_json(file.read_bytes())
        except OSError as error:
            raise StoreError(f"{file}: cannot be read: {error.strerror}") from None
        except ValidationError as error:
            found = _schema_of(file)
            if isinstance(found, int) and found > SCHEMA_VERSION:
                raise StoreError(f"{file}: written by a later version: schema {found}, read {SCHEMA_VERSION}") from None
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise StoreError(f"{file}: {place}: not a manifest of this version: {first['msg']}") from None

    def write_manifest(self, manifest: RunManifest) -> None:
        """Replace the manifest."""
        self.write(MANIFEST, json.dumps(json.loads(manifest.model_dump_json()), indent=2, ensure_ascii=False) + "\n")

    def predictions(self) -> Iterator[Prediction]:
        """Stored predictions, in the order they were made."""
        return self._rows(PREDICTIONS, Prediction)

    def clusters(self) -> Iterator[ClusterFacts]:
        """What the run keeps of its clusters, in the data set's order."""
        return self._rows(CLUSTERS, ClusterFacts)

    def checked(self) -> Iterator[CheckedPrediction]:
        """Stored verdicts, by cluster."""
        return self._rows(VERDICTS, CheckedPrediction)

    def failures(self) -> Iterator[Failure]:
        """Stored failures."""
        return self._rows(FAILURES, Failure)

    def scores(self) -> Iterator[MetricScore]:
        """Stored scores, by cluster."""
        return self._rows(SCORES, MetricScore)

    @contextmanager
    def appending(self, name: str) -> Iterator["Appender"]:
        """A file that records are added to, each line flushed."""
        try:
            with (self.path / name).open("a", encoding="utf-8") as stream:
                yield Appender(stream)
        except OSError as error:
            raise StoreError(f"{self.path / name}: cannot be written: {error.strerror}") from None

    def replace_rows(self, name: str, rows: Iterable[Record]) -> None:
        """Write a whole file of records and put it in place at once when the last one is written."""
        partial = self.path / f".{name}.partial"
        try:
            with partial.open("w", encoding="utf-8") as stream:
                for row in rows:
                    stream.write(row.to_json() + "\n")
                stream.flush()
                os.fsync(stream.fileno())
            partial.replace(self.path / name)
        except OSError as error:
            raise StoreError(f"{self.path / name}: cannot be written: {error.strerror}") from None

    def write(self, name: str, text: str) -> None:
        """Put a text file in place at once."""
        partial = self.path / f".{name}.partial"
        try:
            partial.write_text(text, encoding="utf-8")
            partial.replace(self.path / name)
        except OSError as error:
            raise StoreError(f"{self.path / name}: cannot be written: {error.strerror}") from None

    @contextmanager
    def reading(self, name: str, kind: type[R]) -> Iterator[Callable[[int], R]]:
        """Reads records at byte offsets of one file."""
        try:
            with (self.path / name).open("rb") as stream:

                def at(offset: int) -> R:
                    stream.seek(offset)
                    return kind.model_validate_json(stream.readline())

                yield at
        except OSError as error:
            raise StoreError(f"{self.path / name}: cannot be read: {error.strerror}") from None

    def offsets(self, name: str, key: Callable[[Mapping[str, Any]], K]) -> dict[K, int]:
        """`key` of each row → byte offset of its line, the last where several agree.

        The rows themselves stay on disk, so that a run of any size fits in memory.
        """
        found: dict[K, int] = {}
        file = self.path / name
        if not file.exists():
            return found
        offset = 0
        with file.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                try:
                    found[key(json.loads(line))] = offset
                except (ValueError, KeyError, TypeError):
                    raise StoreError(
                        f"{file}:{number}: cannot be read; delete the line to have it made again"
                    ) from None
                offset += len(line)
        return found

    def _rows(self, name: str, kind: type[R]) -> Iterator[R]:
        file = self.path / name
        if not file.exists():
            return
        with file.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                try:
                    yield kind.model_validate_json(line)
                except ValidationError as error:
                    what = error.errors(include_url=False)[0]["msg"]
                    raise StoreError(f"{file}:{number}: not a {kind.__name__}: {what}") from None


class Appender:
    """Adds records to an open file, a flushed line each."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def add(self, record: Record) -> None:
        """Append one record."""
        self._stream.write(record.to_json() + "\n")
        self._stream.flush()


def run_folders(results: Path) -> list[RunFolder]:
    """Every run below a results folder, by name."""
    if not results.is_dir():
        return []
    return [RunFolder(path) for path in sorted(results.iterdir()) if (path / MANIFEST).is_file()]


def find_run(results: Path, wanted: str) -> RunFolder:
    """The run that `wanted` names: a folder's path, its name below `results`, or the unique beginning of that name.

    Raises UsageError where none or several fit.
    """
    direct = Path(wanted)
    if (direct / MANIFEST).is_file():
        return RunFolder(direct)
    names = [folder.path.name for folder in run_folders(results)]
    fitting = [name for name in names if name == wanted] or [name for name in names if name.startswith(wanted)]
    if len(fitting) == 1:
        return RunFolder(results / fitting[0])
    if fitting:
        raise UsageError(
            f"{wanted!r} names {len(fitting)} runs in {results}: {', '.join(fitting)}; give more of the name"
        )
    near = nearest_name(wanted, [form for name in names for form in (name, name.rpartition("-")[0])])
    hint = f"; did you mean {near!r}?" if near else f"; `harness list --results {results}` shows what is there"
    raise UsageError(f"no run {wanted!r} in {results}{hint}")


def _cut_torn_line(file: Path) -> None:
    """Cut what follows the last newline: a killed process wrote half a record there."""
    if not file.exists():
        return
    with file.open("rb+") as stream:
        end = stream.seek(0, os.SEEK_END)
        position = end
        while position > 0:
            step = min(65536, position)
            stream.seek(position - step)
            last = stream.read(step).rfind(b"\n")
            if last >= 0:
                position = position - step + last + 1
                break
            position -= step
        if position != end:
            stream.truncate(position)


def _schema_of(file: Path) -> object:
    try:
        found = json.loads(file.read_bytes())
    except ValueError:
        return None
    return found.get("schema_version") if isinstance(found, dict) else None
