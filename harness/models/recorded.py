"""Predictions that some other system already made, read from a file and joined by cluster id."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Final

from pydantic import Field

from harness.disk.row_offsets import Key, RowOffsets
from harness.disk.spool import Spool
from harness.errors import DataError, MissingExtraError, ModelError, Problem
from harness.inputs.digests import file_digest
from harness.inputs.dotted import other_spelling
from harness.inputs.files import located, nearest_file
from harness.inputs.grouping import Mistakes
from harness.inputs.json_lines import Row
from harness.inputs.tables import FORMATS
from harness.inputs.values import RowError
from harness.models.base import Answer, Audit, Model, ModelSession
from harness.models.exports import ExportName
from harness.models.recorded_rows import RecordedFields, Recording, RowMap
from harness.records import Cluster

_MOST_PROBLEMS: Final = 50
"""Most mistakes that one error lists; the rest are counted."""
_MOST_DOUBLED: Final = 100_000
"""Most doubled ids whose first lines are remembered; the rest are counted."""
_EXAMPLES: Final = 5
_YAML_WORDS: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
"""Words that YAML does not take for a string."""
_NOTHING: Final = frozenset({"na", "n/a", "nan", "none", "null", "<na>", "#n/a"})


class Recorded(Model):
    """Predictions from a JSON, CSV or Parquet file, joined by cluster id: scores any system.

    One row for each cluster, `{"cluster_id": …, "text": …}`, in any order; further fields and blank lines are ignored,
    and `format` or `fields` reads rows of another shape. A cluster without a row, or whose text is empty or null,
    becomes a failure with that reason; rows for clusters that the data does not hold are ignored. Two rows for one
    cluster are an error, since either could be meant.
    """

    name: ClassVar[str] = "recorded"
    positional: ClassVar[str | None] = "path"
    worth_keeping: ClassVar[bool] = False
    later: ClassVar[Mapping[str, Any]] = {"format": None, "rows": None, "where": {}}

    path: Path = Field(description="The file, relative to the working directory; its ending tells what it is.")
    format: ExportName | None = Field(
        default=None, description="A ready map for another program's exports; `fields` and `rows` overrule it."
    )
    fields: RecordedFields = Field(
        default=RecordedFields(), description="Fields of a row, where they are not `cluster_id` and `text`."
    )
    rows: str | None = Field(
        default=None,
        min_length=1,
        description="Dotted path of the list of rows in a JSON file; not needed where only one list can be meant.",
    )
    where: dict[str, str | int | float | bool | None] = Field(
        default={}, description="Only rows with these values, dotted path: value, where a file holds several systems."
    )

    @property
    def _file(self) -> Path:
        return located(str(self.path))

    @property
    def _map(self) -> RowMap:
        return RowMap(self.fields, self.format, self.rows, self.where)

    def parameters(self) -> dict[str, Any]:
        """Return all parameters as plain JSON values; the field `error`, added later, only where it is given."""
        plain = super().parameters()
        if not self.fields.is_given("error"):
            plain["fields"] = {name: value for name, value in plain["fields"].items() if name != "error"}
        return plain

    def clusters_at_once(self) -> int:
        """Ask for many at once: a call costs more than a look-up."""
        return 64

    def identity(self) -> Mapping[str, str]:
        """Return the SHA-256 of the file's bytes. Raises DataError where it cannot be read."""
        problem = self._missing()
        if problem:
            raise DataError([problem])
        return {"path": f"sha256:{file_digest(self._file)}"}

    def problems(self) -> Iterable[Problem]:
        """Report a missing file with the nearest name beside it, or what is wrong with the file's first row."""
        problem = self._missing()
        if problem:
            return [problem]
        try:
            first = next(self._recordings())
        except DataError as error:
            return error.problems
        except MissingExtraError as error:
            return [Problem(str(error), path="path")]
        if isinstance(first, Problem):
            message = ": ".join(part for part in (f"line {first.line}", first.path, first.message) if part)
            return [replace(first, message=message, line=None, path="")]
        return []

    def audit(self, ids: Iterable[str] | None) -> Audit:
        """Read the file whole: every bad or doubled row, ids that no cluster has, clusters without a prediction."""
        try:
            return self._survey(ids)[1]
        except (DataError, MissingExtraError):  # nothing could be read: `problems` says why, and where it is named
            return Audit()

    def open(self, seed: int) -> AbstractContextManager[ModelSession]:  # noqa: ARG002 - nothing here is random
        """Open a session that looks answers up. Raises DataError with every bad or doubled row of the file."""
        problem = self._missing()
        if problem:
            raise DataError([problem])
        texts = Spool()
        rows, audit = self._survey(None, texts)
        if audit.problems:
            raise DataError(audit.problems)
        return nullcontext(_LookUp(str(self.path), rows, texts))

    def _survey(self, ids: Iterable[str] | None, texts: Spool | None = None) -> tuple[RowOffsets, Audit]:
        """Read the whole file; return the place of each cluster's last row, and everything that is wrong.

        A place is a line, or where the row stands in `texts`, which takes all rows. Memory grows by 16 bytes a row and
        a cluster. Raises DataError where not one row can be read.
        """
        clusters = None if ids is None else RowOffsets(((cluster_id,), at) for at, cluster_id in enumerate(ids))
        mistakes = Mistakes()
        strangers, empties = _Examples(), _Examples()
        ended: list[Problem] = []

        def good() -> Iterator[tuple[Key, int]]:
            read = False
            try:
                for recording in self._recordings():
                    if isinstance(recording, Problem):
                        mistakes.add(recording)
                        continue
                    if clusters is not None and not _has(clusters, recording.cluster_id):
                        strangers.add(f"{recording.cluster_id!r} (line {recording.line})")
                    if recording.text.strip().lower() in _NOTHING:
                        empties.add(f"{recording.text.strip()!r} (line {recording.line})")
                    read = True
                    yield (recording.cluster_id,), recording.line if texts is None else texts.add(recording.pack())
            except DataError as error:
                if not read and not mistakes.count:
                    raise
                ended.extend(error.problems)

        rows = RowOffsets(good())
        if rows.rows > len(rows):
            self._note_doubled(rows, texts, mistakes)
        problems, more = mistakes.first(_MOST_PROBLEMS)
        if more:
            rest = "1 more row has a mistake" if more == 1 else f"{more:,} more rows have mistakes"
            problems.append(Problem(rest, where=str(self.path)))
        notes = self._notes(ids, rows, strangers)
        if empties.count:
            count = "1 prediction is a word" if empties.count == 1 else f"{empties.count:,} predictions are words"
            advice = "that programs write for nothing, scored as any text; leave the cell empty for a failure"
            notes.append(f"{self.path}: {count} {advice}: {empties}")
        return rows, Audit([*problems, *ended], notes)

    def _note_doubled(self, rows: RowOffsets, texts: Spool | None, mistakes: Mistakes) -> None:
        """Report each row whose cluster had one before; `rows` has the place of each cluster's last row."""
        before: dict[str, tuple[int, dict[str, str]]] = {}
        reading = self._map
        try:
            for row in reading.rows(str(self.path)):
                recording = self._recording(reading, row)
                if isinstance(recording, Problem):
                    continue
                first = before.get(recording.cluster_id)
                if first is not None:
                    message = f"cluster {recording.cluster_id!r} already has a prediction on line {first[0]}"
                    hint = _suggest_where(first[1], reading.distinguishing(row))
                    reason = f"{message}; accepted: one row each{hint}"
                    mistakes.add(Problem(reason, str(self.path), row.line, reading.id_path(row)))
                elif len(before) < _MOST_DOUBLED and row.line != _last_line(rows, texts, recording.cluster_id):
                    before[recording.cluster_id] = (row.line, reading.distinguishing(row))
        except DataError:  # the file ends here; that was noted when it was read before
            pass

    def _notes(self, ids: Iterable[str] | None, rows: RowOffsets, strangers: "_Examples") -> list[str]:
        if ids is None:
            return []
        without = _Examples()
        clusters = 0
        for cluster_id in ids:
            clusters += 1
            if not _has(rows, cluster_id):
                without.add(repr(cluster_id))
        notes = []
        if strangers.count:
            note = f"{strangers.count:,} of {rows.rows:,} predictions are for clusters that the data does not have"
            notes.append(f"{self.path}: {note}: {strangers}")
        if without.count and rows.rows:
            note = f"{without.count:,} of {clusters:,} clusters have no prediction"
            notes.append(f"{self.path}: {note}, and would fail: {without}")
        return notes

    def _recordings(self) -> Iterator[Recording | Problem]:
        """Yield what each row says, or what is wrong with it. Raises DataError for the whole file."""
        reading = self._map
        return (self._recording(reading, row) for row in reading.rows(str(self.path)))

    def _recording(self, reading: RowMap, row: Row) -> Recording | Problem:
        try:
            return reading.recording(row)
        except RowError as error:
            return Problem(error.reason, where=str(self.path), line=row.line, path=error.path)

    def _missing(self) -> Problem | None:
        if self._file.is_file():
            return None
        if self._file.is_dir():
            return Problem("is a folder", path="path", found=f"'{self.path}'", accepted=f"a file: {FORMATS}")
        folder = self._file.parent
        return Problem(
            "no such predictions file" if folder.is_dir() else f"no such folder as '{folder}'",
            path="path",
            found=f"'{self.path}'",
            accepted="a file of predictions, relative to the working directory",
            nearest=nearest_file(self.path),
        )


class _Examples:
    """A count of something, and its first examples."""

    def __init__(self) -> None:
        self.count = 0
        self._first: list[str] = []

    def add(self, shown: str) -> None:
        self.count += 1
        if len(self._first) < _EXAMPLES:
            self._first.append(shown)

    def __str__(self) -> str:
        return ", ".join(self._first) + (", …" if self.count > len(self._first) else "")


def _last_line(rows: RowOffsets, texts: Spool | None, cluster_id: str) -> int | None:
    """Return the line of a cluster's last row."""
    place = rows.get((cluster_id,))
    return place if place is None or texts is None else Recording.unpack(texts.at(place)).line


def _has(rows: RowOffsets, cluster_id: str) -> bool:
    other = other_spelling(cluster_id)
    return (cluster_id,) in rows or bool(other and (other,) in rows)


def _suggest_where(first: Mapping[str, str], second: Mapping[str, str]) -> str:
    """Suggest a `where` by which two rows of one cluster differ."""
    for path, value in first.items():
        other = second.get(path, value)
        if other != value:
            asked = f"where: {{{_in_yaml(path)}: {_in_yaml(value)}}}"
            return f"; they differ in {path} ('{value}', '{other}'): `{asked}` reads one of them"
    return ""


def _in_yaml(word: str) -> str:
    """Write a string as YAML takes it within braces: in quotes, except plain words and numbers."""
    is_plain = re.fullmatch(r"[A-Za-z][\w.-]*|0|[1-9][0-9]*", word) and word.lower() not in _YAML_WORDS
    return word if is_plain else json.dumps(word, ensure_ascii=False)


class _LookUp:
    """Session that looks up each cluster's row in the spool."""

    def __init__(self, file: str, places: RowOffsets, texts: Spool) -> None:
        self._file = file
        self._places = places
        self._texts = texts

    def answer(self, clusters: Sequence[Cluster]) -> list[Answer | Exception]:
        return [self._one(cluster.cluster_id) for cluster in clusters]

    def _find(self, cluster_id: str) -> Recording | None:
        place = self._places.get((cluster_id,))
        if place is None:
            return None
        recording = Recording.unpack(self._texts.at(place))
        return recording if recording.cluster_id == cluster_id else None

    def _one(self, cluster_id: str) -> Answer | Exception:
        other = other_spelling(cluster_id)
        row = self._find(cluster_id) or (self._find(other) if other else None)
        if row is None:
            return ModelError(f"no recorded prediction for cluster {cluster_id!r} in {self._file}")
        text = row.text.strip()
        if row.reason and not text:
            return ModelError(f"recorded as failed: {row.reason}")
        if not text:
            return ModelError(f"refused: the prediction for cluster {cluster_id!r} is empty ({self._file}:{row.line})")
        if text == row.text:
            return Answer(text=text)
        return Answer(text=text, raw_text=row.text, postprocess=("strip",))
