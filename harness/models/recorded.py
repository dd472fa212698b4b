"""Predictions that some other system already made, read from a file and joined by cluster id."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from harness.errors import DataError, ModelError, Problem, nearest_name
from harness.inputs.files import located
from harness.inputs.json_lines import Row, json_lines
from harness.inputs.values import RowError, checked, described, keys
from harness.models.base import Answer, Model, ModelSession
from harness.places import Key, Places
from harness.records import Cluster
from harness.spool import Spool

_MOST_PROBLEMS = 50
"""How many bad rows one error lists; the rest are counted."""
_LONGEST_KEY = 40
"""A longer key is not a misspelt one."""


class RecordedFields(BaseModel):
    """Which keys of a row mean what."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cluster_id: str = Field(default="cluster_id", min_length=1, description="Key that holds the cluster's id.")
    text: str = Field(default="text", min_length=1, description="Key that holds the predicted text.")


class _Row(NamedTuple):
    line: int
    text: str


class Recorded(Model):
    """Predictions from a JSON Lines file, joined by cluster id: scores any system.

    One JSON object a line, `{"cluster_id": …, "text": …}`, in any order; further keys and blank lines are ignored.
    A cluster without a row, or whose text is empty or null, becomes a failure with that reason; rows for clusters
    that the data does not hold are ignored. Two rows for one cluster are an error, since either could be meant.
    """

    name: ClassVar[str] = "recorded"
    positional: ClassVar[str | None] = "path"
    worth_keeping: ClassVar[bool] = False

    path: Path = Field(description="The JSON Lines file, relative to the working directory.")
    fields: RecordedFields = Field(
        default=RecordedFields(), description="Keys of a row, where they are not `cluster_id` and `text`."
    )

    @property
    def _file(self) -> Path:
        return located(str(self.path))

    def clusters_at_once(self) -> int:
        """Many: a call costs more than the looking up."""
        return 64

    def identity(self) -> Mapping[str, str]:
        """The SHA-256 of the file's bytes. Raises DataError where it cannot be read."""
        problem = self._missing()
        if problem:
            raise DataError([problem])
        with self._file.open("rb") as file:
            return {"path": f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"}

    def problems(self) -> Iterable[Problem]:
        """A missing file with the nearest name beside it, or what is wrong with the file's first row."""
        problem = self._missing()
        if problem:
            return [problem]
        try:
            first = next(self._rows())
        except DataError as error:
            return error.problems
        if isinstance(first, Problem):
            told = ": ".join(part for part in (f"line {first.line}", first.path, first.message) if part)
            return [replace(first, message=told, line=None, path="")]
        return []

    def open(self, seed: int) -> AbstractContextManager[ModelSession]:  # noqa: ARG002 - nothing here is random
        """A session that looks answers up. Raises DataError with every bad or doubled row of the file."""
        problem = self._missing()
        if problem:
            raise DataError([problem])
        texts = Spool()
        bad = 0

        def good() -> Iterator[tuple[Key, int]]:
            nonlocal bad
            for found in self._rows():
                if isinstance(found, Problem):
                    bad += 1
                else:
                    cluster_id, row = found
                    yield (cluster_id,), texts.add(_kept(cluster_id, row))

        try:
            rows = Places(good())
        except DataError as error:
            raise DataError([*self._mistakes(), *error.problems]) from None
        if bad or rows.rows > len(rows):
            raise DataError(self._mistakes())
        return nullcontext(_LookUp(str(self.path), rows, texts))

    def _mistakes(self) -> list[Problem]:
        """Every bad or doubled row, the first `_MOST_PROBLEMS` of them by themselves; reads the file once more."""
        lines: dict[str, int] = {}
        problems: list[Problem] = []
        more = 0
        with suppress(DataError):
            for found in self._rows():
                problem = found if isinstance(found, Problem) else self._doubled(lines, *found)
                if problem is None:
                    continue
                if len(problems) < _MOST_PROBLEMS:
                    problems.append(problem)
                else:
                    more += 1
        return [*problems, Problem(f"{more} more rows have mistakes", where=str(self.path))] if more else problems

    def _doubled(self, lines: dict[str, int], cluster_id: str, row: _Row) -> Problem | None:
        before = lines.setdefault(cluster_id, row.line)
        if before == row.line:
            return None
        message = f"cluster {cluster_id!r} already has a prediction on line {before}"
        return Problem(message, str(self.path), row.line, self.fields.cluster_id, accepted="one row each")

    def _rows(self) -> Iterator[tuple[str, _Row] | Problem]:
        """Each row as its cluster's id and text, or as what is wrong with it. Raises DataError for the whole file."""
        for row in json_lines(str(self.path), self._accepted()):
            try:
                yield self._row(row)
            except RowError as error:
                yield Problem(error.reason, where=str(self.path), line=row.line, path=error.path)

    def _row(self, row: Row) -> tuple[str, _Row] | Problem:
        """Raises RowError for what is not JSON, or cannot be written down again."""
        value = row.value
        if isinstance(value, RowError):
            raise value
        if not isinstance(value, dict):
            raise RowError("", f"not a JSON object; found {described(value)}; accepted: {self._accepted()}")
        for key in (self.fields.cluster_id, self.fields.text):
            if key not in value:
                accepted = f"{self._accepted()}, or other keys named by `fields:`"
                nearest = nearest_name(key, [name for name in value if len(name) <= _LONGEST_KEY])
                return Problem("is missing", str(self.path), row.line, key, keys(value), accepted, nearest)
        cluster_id, text = value[self.fields.cluster_id], value[self.fields.text]
        if isinstance(cluster_id, int) and not isinstance(cluster_id, bool):
            cluster_id = str(cluster_id)
        if not isinstance(cluster_id, str) or not cluster_id:
            reason = f"is not an id; found {described(cluster_id)}; accepted: a non-empty string"
            raise RowError(self.fields.cluster_id, reason)
        if text is not None and not isinstance(text, str):
            raise RowError(self.fields.text, f"is not text; found {described(text)}; accepted: a string")
        return checked(cluster_id, self.fields.cluster_id), _Row(row.line, checked(text or "", self.fields.text))

    def _missing(self) -> Problem | None:
        if self._file.is_file():
            return None
        if self._file.is_dir():
            return Problem("is a folder", path="path", found=f"'{self.path}'", accepted="a JSON Lines file")
        folder = self._file.parent
        try:
            beside = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
        except OSError:  # a folder that may be entered but not listed
            beside = []
        nearest = nearest_name(self._file.name, beside)
        return Problem(
            "no such predictions file" if folder.is_dir() else f"no such folder as '{folder}'",
            path="path",
            found=f"'{self.path}'",
            accepted="a JSON Lines file, relative to the working directory",
            nearest=str(self.path.parent / nearest) if nearest else "",
        )

    def _accepted(self) -> str:
        return f'one JSON object a line, {{"{self.fields.cluster_id}": …, "{self.fields.text}": …}}'


def _kept(cluster_id: str, row: _Row) -> bytes:
    return json.dumps([cluster_id, *row]).encode()


class _LookUp:
    """The session: where each cluster's row stands, the rows put aside."""

    def __init__(self, file: str, places: Places, texts: Spool) -> None:
        self._file = file
        self._places = places
        self._texts = texts

    def answer(self, clusters: Sequence[Cluster]) -> list[Answer | Exception]:
        return [self._one(cluster.cluster_id) for cluster in clusters]

    def _find(self, cluster_id: str) -> _Row | None:
        place = self._places.get((cluster_id,))
        if place is None:
            return None
        found, line, text = json.loads(self._texts.at(place))
        return _Row(line, text) if found == cluster_id else None

    def _one(self, cluster_id: str) -> Answer | Exception:
        row = self._find(cluster_id)
        if row is None:
            return ModelError(f"no recorded prediction for cluster {cluster_id!r} in {self._file}")
        text = row.text.strip()
        if not text:
            return ModelError(f"refused: the prediction for cluster {cluster_id!r} is empty ({self._file}:{row.line})")
        if text == row.text:
            return Answer(text=text)
        return Answer(text=text, raw_text=row.text, postprocess=("strip",))
