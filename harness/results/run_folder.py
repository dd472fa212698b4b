"""A run's folder: its files, what stands in them, and who may write to it.

    results/<name>-<digest>/
        manifest.json       what the run is made of and how it went; replaced atomically
        clusters.jsonl      a line for each cluster: digest, sizes, tags; what joins and breakdowns need of the data
        predictions.jsonl   appended and flushed as predictions arrive, by configuration, in the clusters' order
        verdicts.jsonl      appended and flushed as verdicts are found, by cluster, where a metric wants any
        scores.jsonl        replaced atomically when every case is scored, by cluster
        failures.jsonl      appended and flushed as failures happen
        spending.jsonl      appended before and after each call to a server, where a configuration or checker asks one
        events.jsonl        appended as things happen to the run: begun, gone on, stages, failures, its end
        table.md            the results table

The manifest of a complete run holds what each file held at its end, its seal. Every row is read through one opening,
which compares what it opens with the seal and refuses what was changed since: `_is_there`.

A line that a killed process left torn is cut off when the folder is next opened; its record is made again. How files
are written is `durable`'s, who may write them `lock`'s: nothing else opens one for writing.

The folder of a run in a store is a copy of it (`stores.copies`): a file is fetched when it is first read.
"""

import json
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, TypeVar

from pydantic import ValidationError

from harness.disk.durable import (
    Appender,
    appending,
    clear_partials,
    cut_torn_line,
    is_partial,
    open_regular,
    own_copy,
    replace_lines,
    replace_rows,
    replace_text,
    unreadable,
    unwritable,
)
from harness.disk.lock import LOCK, held
from harness.disk.row_offsets import Key, RowOffsets
from harness.errors import StoreError
from harness.inputs.digests import Stamp
from harness.records import (
    Charge,
    CheckedLabels,
    CheckedPrediction,
    ClusterFacts,
    Failure,
    MetricScore,
    Prediction,
    Record,
    RunManifest,
    StoredFile,
)
from harness.results.manifest_file import read_manifest
from harness.results.run_place import RunPlace
from harness.results.seal import Damage, damage_by_digest, damage_by_size, describe, seal, stamp_of

R = TypeVar("R", bound=Record)

MANIFEST = "manifest.json"
CLUSTERS = "clusters.jsonl"
PREDICTIONS = "predictions.jsonl"
VERDICTS = "verdicts.jsonl"
SCORES = "scores.jsonl"
FAILURES = "failures.jsonl"
SPENDING = "spending.jsonl"
EVENTS = "events.jsonl"
TABLE = "table.md"
NUMBERS = (CLUSTERS, PREDICTIONS, VERDICTS, SCORES, FAILURES)
"""The files that a run's numbers rest on; `SPENDING` and `EVENTS` are histories, that go on after a run."""
SEALED = (*NUMBERS, TABLE)
"""The files that the manifest of a complete run describes."""
FILES = (MANIFEST, CLUSTERS, PREDICTIONS, VERDICTS, SCORES, FAILURES, SPENDING, EVENTS, TABLE, LOCK)
"""Every file of a run's folder, but for what is half written: `harness rm` deletes no folder that holds others."""


class RunFolder(RunPlace):
    """One run's folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._is_ours: Callable[[], bool] = lambda: True
        self._is_writing = False
        self._sound: dict[str, Stamp | None] = {}
        """Files that were found as the manifest describes them, as they were then."""

    @property
    def exists(self) -> bool:
        """Tell whether a run was ever started here."""
        self.fetch([MANIFEST])
        return (self.path / MANIFEST).is_file()

    @contextmanager
    def locked(self, *, wait: bool = False, told: Callable[[str], None] = lambda _: None) -> Iterator[None]:
        """Hold the folder for one process; `wait` until it is free, after `told` who has it.

        Raises StoreError that names the process which has it already, unless `wait`.
        """
        self._refuse_links()
        with held(self.path, wait=wait, told=told) as is_still_ours, self._sending(wait=wait, told=told):
            self._is_ours, self._is_writing = lambda: self._is_ours_there() and is_still_ours(), True
            try:
                clear_partials(self.path)
                for name in (PREDICTIONS, VERDICTS, FAILURES, SPENDING, EVENTS):
                    own_copy(self.path / name)
                    cut_torn_line(self.path / name)
            except OSError as error:
                raise unwritable(Path(error.filename or self.path), error) from None
            try:
                yield
            finally:
                self._is_ours, self._is_writing = lambda: True, False

    def _refuse_links(self) -> None:
        """Raises StoreError where the folder or a file in it is a link: what is written must not land elsewhere."""
        try:
            inside = list(self.path.iterdir()) if self.path.is_dir() else []
        except OSError:  # the lock says why
            inside = []
        for path in (self.path, *inside):
            if path.is_symlink():
                raise StoreError(
                    f"{path}: a link, through which nothing is written; remove it, or name another --results"
                )

    def manifest(self) -> RunManifest:
        """Read the manifest; `interrupted` where a run that it calls under way has no living process.

        Raises StoreError where it is missing, torn, or of a later schema.
        """
        manifest = self._read_manifest()
        if manifest.status != "running" or self.is_held() is not False:
            return manifest
        manifest = self._read_manifest()  # the run may have ended between the two looks
        return manifest.model_copy(update={"status": "interrupted"}) if manifest.status == "running" else manifest

    def checked_manifest(self) -> RunManifest:
        """Return the manifest of a run whose numbers decide something. Raises StoreError for any damaged file."""
        self._refuse_damage(*NUMBERS)
        return self.manifest()

    def seal(self) -> dict[str, StoredFile]:
        """Describe the files as they are now, for the manifest of a run that completes."""
        self._sound = {name: stamp_of(self.path / name) for name in SEALED}
        return seal(self.path, SEALED)

    def manifest_digest(self) -> str:
        """Return the SHA-256 of the manifest's bytes."""
        return describe(self.file(MANIFEST)).sha256

    def damage(self, *read: str) -> list[Damage]:
        """Compare the files with the manifest of a complete run: digests of those `read`, sizes of all numbers rest on.

        Nothing is found where the run is not complete, or of an earlier version, whose manifests do not describe files.
        """
        while True:
            manifest = self.manifest()
            found = self._damage(manifest, read)
            if not found or self.manifest() == manifest:  # somebody may have gone on with the run between the two looks
                return found

    def _damage(self, manifest: RunManifest, read: Collection[str]) -> list[Damage]:
        if manifest.status != "complete" or not manifest.files:
            return []
        found = []
        for name in dict.fromkeys((*NUMBERS, *read)):
            if not self.is_here(name):
                there = self._damage_there(manifest, name)
                found += [there] if there else []
                continue
            stamp = stamp_of(self.path / name)
            if name in self._sound and self._sound[name] == stamp:
                continue
            compare = damage_by_digest if name in read else damage_by_size
            damage = compare(self.path, name, manifest.files)
            if damage:
                found.append(damage)
            elif name in read:
                self._sound[name] = stamp
        return found

    def _refuse_damage(self, *read: str) -> None:
        """Raise StoreError where files that are to be read, or sizes of others, are not what the run left.

        Who has the folder to go on with the run reads what stands there: `results.mending` has looked at it.
        """
        if self._is_writing or not self.exists:
            return
        if all(name in self._sound and self._sound[name] == stamp_of(self.path / name) for name in read):
            return
        found = self.damage(*read)
        if found:
            origin = self.manifest().predictions_from
            again = f"harness score {origin.run}" if origin else "harness eval"
            how = f"`{again}` with the run's configuration makes it again"
            raise StoreError("\n".join(f"{self.place}/{each.name}: {each.what}; {how}" for each in found))

    def _read_manifest(self) -> RunManifest:
        return read_manifest(self.file(MANIFEST))

    def size(self, name: str) -> int:
        """Bytes of one of the folder's files; 0 where it is not there."""
        if not self.is_here(name):
            return self._size_there(name)[0]
        try:
            return (self.path / name).stat().st_size
        except OSError:
            return 0

    def lines(self, name: str) -> int:
        """Count the whole lines of one of the folder's files; 0 where it is not there."""
        if not self.is_here(name):
            return self._size_there(name)[1]
        if not self._is_there(name):
            return 0
        with self._open_file(name) as stream:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b""))

    def write_manifest(self, manifest: RunManifest) -> None:
        """Replace the manifest."""
        self.write(MANIFEST, json.dumps(json.loads(manifest.model_dump_json()), indent=2, ensure_ascii=False) + "\n")

    def predictions(self) -> Iterator[Prediction]:
        """Stored predictions, in the order they were made."""
        return self._rows(PREDICTIONS, Prediction)

    def clusters(self) -> Iterator[ClusterFacts]:
        """Read what the run keeps of its clusters, in the data set's order."""
        return self._rows(CLUSTERS, ClusterFacts)

    def checked(self) -> Iterator[CheckedPrediction]:
        """Stored verdicts, by cluster."""
        return self._rows(VERDICTS, CheckedPrediction)

    def labels(self) -> Iterator[CheckedLabels]:
        """Read the labels of stored verdicts, by cluster."""
        return self._rows(VERDICTS, CheckedLabels)

    def failures(self) -> Iterator[Failure]:
        """Stored failures."""
        return self._rows(FAILURES, Failure)

    def charges(self) -> Iterator[Charge]:
        """Read what calls to servers were charged, in the order it was noted."""
        return self._rows(SPENDING, Charge)

    def scores(self) -> Iterator[MetricScore]:
        """Stored scores, by cluster."""
        return self._rows(SCORES, MetricScore)

    def appending(self, name: str) -> AbstractContextManager[Appender]:
        """Open a file that records are added to, each on disk when `add` returns."""
        return appending(self.path / name)

    def appender(self, name: str) -> Appender:
        """Open the same to be closed by hand."""
        return Appender(self.path / name)

    def replace_rows(self, name: str, rows: Iterable[Record]) -> None:
        """Write a whole file of records and put it in place at once when the last one is written."""

        def checked() -> Iterator[Record]:
            yield from rows
            self._see_that_it_is_ours()

        self._see_that_it_is_ours()
        with self._replacing(name):
            replace_rows(self.path / name, checked())

    def replace_lines(self, name: str, lines: Iterable[bytes]) -> None:
        """Write a whole file of rows as another run's folder holds them, each a line with its newline."""
        self._see_that_it_is_ours()
        with self._replacing(name):
            replace_lines(self.path / name, lines)

    def write(self, name: str, text: str) -> None:
        """Put a text file in place at once."""
        self._see_that_it_is_ours()
        with self._replacing(name):
            replace_text(self.path / name, text)

    def remove(self, name: str) -> None:
        """Delete one of the files, where it is there."""
        self._see_that_it_is_ours()
        try:
            with self._replacing(name):
                (self.path / name).unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(self.path / name, error) from None

    def raw_lines(self, name: str) -> Iterator[bytes]:
        """Yield the whole lines of a file that may be damaged, as they stand; none where it is not there."""
        if self.file(name).exists():
            with self._open_file(name) as stream:
                yield from (line for line in stream if line.endswith(b"\n"))

    def _see_that_it_is_ours(self) -> None:
        """Raise StoreError where the folder was deleted while we had it: another may stand in its place by now."""
        if not self._is_ours():
            raise StoreError(f"{self.place}: the folder was deleted or moved while the run was under way; run it again")

    @contextmanager
    def reading(self, name: str, kind: type[R]) -> Iterator[Callable[[int], R]]:
        """Reads records at byte offsets of one file."""
        self._is_there(name)
        with self._open_file(name) as stream:

            def at(offset: int) -> R:
                stream.seek(offset)
                return kind.model_validate_json(stream.readline())

            yield at

    def row_offsets(self, name: str, key: Callable[[Mapping[str, Any]], Key]) -> RowOffsets:
        """`key` of each row → byte offset of its line, the last where several agree.

        The rows themselves stay on disk, so that a run of any size fits in memory.
        """
        return RowOffsets(self._offsets(name, key)) if self._is_there(name) else RowOffsets()

    def _offsets(self, name: str, key: Callable[[Mapping[str, Any]], Key]) -> Iterator[tuple[Key, int]]:
        offset = 0
        with self._open_file(name) as stream:
            for number, line in enumerate(stream, 1):
                try:
                    found = key(json.loads(line))
                except (ValueError, KeyError, TypeError):
                    raise StoreError(
                        f"{self.place}/{name}:{number}: cannot be read; delete the line to have it made again"
                    ) from None
                yield found, offset
                offset += len(line)

    def put_in_order(
        self, name: str, kind: type[R], key: Callable[[Mapping[str, Any]], Key], order: Iterable[Key]
    ) -> None:
        """Put the rows of a file into `order`, which names their keys, unless they are; one row for each key.

        What was made late (after a failure, by another process) then stands where it would stand in a run that nothing
        disturbed, so that the two are equal to the byte.
        """
        places = self.row_offsets(name, key)
        wanted = array("q", (place for row in order if (place := places.get(row)) is not None))
        if len(wanted) != places.rows or any(later < earlier for earlier, later in pairwise(wanted)):
            with self.reading(name, kind) as row_at:
                self.replace_rows(name, (row_at(offset) for offset in wanted))

    def _is_there(self, name: str) -> bool:
        """Tell whether there is a file to read. Raises StoreError where it is not what the run left, or is gone."""
        self.fetch([name])
        if name in NUMBERS:
            self._refuse_damage(name)
        return (self.path / name).exists()

    def _open_file(self, name: str) -> IO[bytes]:
        try:
            return open_regular(self.path / name)
        except OSError as error:
            raise unreadable(self.path / name, error) from None

    def _rows(self, name: str, kind: type[R]) -> Iterator[R]:
        file = f"{self.place}/{name}"
        if not self._is_there(name):
            return
        with self._open_file(name) as stream:
            for number, line in enumerate(stream, 1):
                if not line.endswith(b"\n"):
                    return  # torn by a kill; who goes on with the run makes it again
                try:
                    yield kind.model_validate_json(line)
                except ValidationError as error:
                    what = error.errors(include_url=False)[0]["msg"]
                    raise StoreError(f"{file}:{number}: not a {kind.__name__}: {what}") from None


def is_ours(path: Path) -> bool:
    """Recognise a file that a run writes: no link, no folder, nothing of the user's."""
    return not path.is_symlink() and path.is_file() and (path.name in FILES or is_partial(path))
