"""Reads predictions of other systems from rows of any shape: an id, and a text or the reason for none."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from harness.errors import DataError, Problem
from harness.inputs.dotted import MISSING, identifier_of, missing_field, value_at
from harness.inputs.files import open_binary
from harness.inputs.json_files import Wanted
from harness.inputs.json_lines import Row
from harness.inputs.tables import FORMATS, file_rows, format_of
from harness.inputs.values import RowError, check_text, describe
from harness.models.exports import EXPORTS, Export, ExportName, reason_of, recognise, refusal_of, text_of

_ID: Final = "a non-empty string or a whole number"
_TELLING: Final = ("model", "system", "provider", "filter", "epoch", "prompt", "run", "seed", "version", "engine")
"""Parts of names of fields that may tell the predictions of several systems apart."""
_LONGEST_TELLING: Final = 60
"""Most characters of a value that a message offers for `where`."""


class RecordedFields(BaseModel):
    """Names of the fields of a row; a dot enters an object or a list, `response.output`, `filtered_resps.0`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cluster_id: str = Field(default="cluster_id", min_length=1, description="Field that holds the cluster's id.")
    text: str = Field(default="text", min_length=1, description="Field that holds the predicted text.")
    error: str | None = Field(
        default="error", min_length=1, description="Field that says why a row has no text; null for none."
    )

    def is_given(self, name: str) -> bool:
        """Tell whether a field differs from its default."""
        return bool(getattr(self, name) != type(self).model_fields[name].default)


class Recording(NamedTuple):
    """A row about one cluster: a text, or why there is none."""

    cluster_id: str
    line: int
    text: str
    reason: str = ""

    def pack(self) -> bytes:
        """Pack the recording into bytes."""
        return json.dumps(list(self)).encode()

    @classmethod
    def unpack(cls, content: bytes) -> "Recording":
        """Read a recording from the bytes of `pack`."""
        return cls(*json.loads(content))


class RowMap:
    """Reads the rows of one file: by `fields`, by a ready map of a program's exports, or by both."""

    def __init__(
        self, fields: RecordedFields, form: ExportName | None, at: str | None, where: Mapping[str, object]
    ) -> None:
        export: Export | None = EXPORTS[form] if form else None
        self.export = export
        self._at = at
        self._where = where
        self.ids = export.ids if export and not fields.is_given("cluster_id") else (fields.cluster_id,)
        self.texts = export.texts if export and not fields.is_given("text") else (fields.text,)
        own = (fields.error,) if fields.error else ()
        self.reasons = export.reasons if export and not fields.is_given("error") else own
        self.fields = fields
        # Rows of our own shape are ours to write well; other programs write NaN beside what is read of them.
        self._is_strict = form is None and fields == RecordedFields()

    def rows(self, path: str) -> Iterator[Row]:
        """Yield the rows that `where` asks for; read the file by its ending, and as JSON Lines by default.

        Raises DataError for the whole file.
        """
        key = self.ids[0] if len(self.ids) == 1 else None
        text = self.texts[0] if len(self.texts) == 1 else None
        wanted = Wanted(key, self.texts, text, self._at, constants=True, is_likely=lambda row: bool(recognise(row)))
        seen: dict[str, None] = {}
        fitting = False
        rows = file_rows(path, wanted, "" if format_of(path) else self._by_content(path))
        if not self._where:
            yield from rows
            return
        for row in rows:
            if isinstance(row.value, RowError) or self._is_asked_for(row.value, seen):
                fitting = True
                yield row
        if not fitting:
            accepted = ", ".join(seen) or "a field that the rows have"
            asked = json.dumps(dict(self._where), ensure_ascii=False)
            raise DataError([Problem("no row is what `where` asks for", path, found=asked, accepted=accepted)])

    @staticmethod
    def _by_content(path: str) -> str:
        """Guess the ending from the beginning of a file; empty where that does not tell it either."""
        with open_binary(path, FORMATS) as handle:
            head = handle.peek(64)[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
        return ".parquet" if head.startswith(b"PAR1") else ".jsonl" if head.startswith((b"{", b"[")) else ""

    def _is_asked_for(self, value: object, seen: dict[str, None]) -> bool:
        """Tell whether `where` asks for a row; collect other values in `seen`, for the message where no row fits."""
        for path, wanted in self._where.items():
            actual = value_at(value, path)
            if actual is MISSING or _spell(actual) != _spell(wanted):
                if actual is not MISSING and len(seen) < 8:
                    seen[f"{path}: {_spell(actual)[:60]}"] = None
                return False
        return True

    def recording(self, row: Row) -> Recording:
        """Read what a row says. Raises RowError for what is no row, has no id, or cannot be written again."""
        value = row.value
        if isinstance(value, RowError):
            raise value
        if not isinstance(value, Mapping):
            raise RowError("", f"not a JSON object; found {describe(value)}; accepted: {self.accepted()}")
        if self._is_strict and not _is_finite(value):
            name = recognise(value)
            hint = f"; this looks like {EXPORTS[name].title}, which `format: {name}` reads" if name else ""
            raise RowError("", f"found NaN or Infinity, which is not JSON; accepted: finite numbers or null{hint}")
        path, identifier = self._first(value, self.ids)
        if identifier is MISSING:
            raise self._missing(value, self.ids)
        try:
            cluster_id = identifier_of(identifier, path, _ID)
        except RowError as error:
            raise RowError(path, f"is not an id; {error.reason}") from None
        return Recording(cluster_id, row.line, *self._text(value))

    def _text(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """Return a row's text, or an empty one and the reason for it."""
        reason = self._reason(row) if self.export and self.export.error_first else ""
        if reason:
            return "", reason
        path, text = self._first(row, self.texts)
        if self.export and self.texts is self.export.texts:
            text = text_of(text)
        if text is MISSING or text is None or text == "":
            reason = self._reason(row)
            if text is MISSING and not reason:
                raise self._missing(row, self.texts)
            return "", reason
        if not isinstance(text, str):
            hint = f", or `fields: {{text: {path}.0}}` for the first of a list" if isinstance(text, list) else ""
            raise RowError(path, f"is not text; found {describe(text)}; accepted: a string{hint}")
        return check_text(text, path), ""

    def _reason(self, row: Mapping[str, Any]) -> str:
        """Return what a row says about why it has no text."""
        reasons = (reason_of(value_at(row, path)) for path in self.reasons)
        reason = next((reason for reason in reasons if reason), "") or (refusal_of(row) if self.export else "")
        status = value_at(row, "response.status_code") if self.export else MISSING
        if isinstance(status, int) and status >= 400 and str(status) not in reason:
            reason = f"status {status}: {reason}" if reason else f"status {status}"
        return check_text(reason, "error")

    def id_path(self, row: Row) -> str:
        """Return the path at which a row keeps its id."""
        return self._first(row.value, self.ids)[0] if isinstance(row.value, Mapping) else self.ids[0]

    @staticmethod
    def _first(row: Mapping[str, Any], paths: tuple[str, ...]) -> tuple[str, Any]:
        """Return the first path with a value that is not null, else the first that is there, else MISSING."""
        if len(paths) == 1:
            return paths[0], value_at(row, paths[0])
        present = [(path, value) for path in paths if (value := value_at(row, path)) is not MISSING]
        missing = present[0] if present else ("", MISSING)
        return next(((path, value) for path, value in present if value is not None), missing)

    def _missing(self, row: Mapping[str, Any], paths: tuple[str, ...]) -> RowError:
        error = missing_field(row, paths[0], self.accepted())
        reason = error.reason
        if len(paths) > 1:
            others = f"{', '.join(paths[:-1])} and {paths[-1]}"
            reason = f"missing: none of {others} is there; {reason.removeprefix('missing; ')}"
        name = recognise(row)
        if name and EXPORTS[name] is not self.export:
            reason = f"{reason}; this looks like {EXPORTS[name].title}, which `format: {name}` reads"
        return RowError(paths[0], f"is {reason}")

    def accepted(self) -> str:
        """Describe, for messages, what a row should have."""
        if self.export:
            return f"{self.export.title}, or fields named by `fields:`"
        return f'rows such as {{"{self.fields.cluster_id}": …, "{self.fields.text}": …}}, or fields named by `fields:`'

    def distinguishing(self, row: Row) -> dict[str, str]:
        """Return what may tell this row from another of its cluster: paths that `where` takes, and their values."""
        value = row.value
        if not isinstance(value, Mapping):
            return {}
        named = [str(key) for key in value if any(part in str(key).lower() for part in _TELLING)]
        paths = [*(self.export.apart if self.export else ()), *named]
        values = {path: value_at(value, path) for path in paths if path not in (*self.ids, *self.texts)}
        return {
            path: spelled
            for path, value in values.items()
            if isinstance(value, str | int | float) and not isinstance(value, bool)
            # A longer one is a prompt or an answer; cut short it would be no value for `where`.
            if len(spelled := _spell(value)) <= _LONGEST_TELLING
        }


def _is_finite(value: object) -> bool:
    """Tell whether no number within a value is NaN or infinite."""
    if isinstance(value, str):  # most of them
        return True
    if isinstance(value, float):
        return math.isfinite(value)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return all(map(_is_finite, inner))


def _spell(value: object) -> str:
    """Spell a value alike for YAML and JSON, so that `1`, `1.0` and `"1"` are one."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
