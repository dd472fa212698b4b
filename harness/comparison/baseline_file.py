"""The file of a baseline: small, in a stable order, a line for each text.

A reviewer sees in the difference of two baselines which headlines changed and what their scores became. Written and
read piece by piece; a file whose layout an editor changed is read as well.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from harness.comparison.baseline import Baseline, Cells
from harness.disk.durable import replace_lines, unwritable
from harness.disk.row_offsets import RowOffsets
from harness.errors import DataError, Problem, UsageError
from harness.inputs.json_parts import JsonParts, json_parts
from harness.inputs.values import describe
from harness.records import MeasureRecord, Record, Seed, Statistic, check_distinct

FORMAT = 1
"""Version of the file's layout; rises when an older reader would misread it."""
ACCEPTED = "a file that `harness baseline save` wrote"


class BaselineCell(Record):
    """One configuration's scores on one cluster."""

    text: str | None = Field(description="The text that was scored; none where the cluster failed.")
    statistics: Mapping[str, Statistic | None] = Field(
        description="Measure → statistic; none where there was a reason in its place. Empty where the cluster failed."
    )


class _Configuration(Record):
    name: str
    signature: str
    clusters: Mapping[str, BaselineCell] = Field(description="Empty here: cells are read one by one.")


class _Head(Record):
    """The file without its cells."""

    format: int = FORMAT
    run: str
    data_digest: str
    seed: Seed
    measures: tuple[MeasureRecord, ...] = Field(min_length=1)
    configurations: tuple[_Configuration, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        check_distinct("configuration", [item.name for item in self.configurations])
        check_distinct("measure", [measure.name for measure in self.measures])
        return self


def lines(baseline: Baseline) -> Iterator[bytes]:
    """Yield the file's lines: keys in a fixed order, one line for each cluster of each configuration."""
    head = {"format": FORMAT, "run": baseline.run, "data_digest": baseline.data_digest, "seed": baseline.seed}
    yield b"{\n"
    for key, value in head.items():
        yield f'  "{key}": {_json(value)},\n'.encode()
    yield b'  "measures": [\n'
    yield from _between_commas(f"    {_json(each.model_dump(mode='json'))}" for each in baseline.measures)
    yield b'  ],\n  "configurations": [\n'
    for at, configuration in enumerate(baseline.configurations):
        yield f'    {{\n      "name": {_json(configuration.name)},\n'.encode()
        yield f'      "signature": {_json(configuration.signature)},\n      "clusters": {{\n'.encode()
        yield from _between_commas(
            f"        {_json(cluster_id)}: {_json({'text': text, 'statistics': statistics})}"
            for cluster_id, text, statistics in configuration.rows()
        )
        yield b"      }\n    },\n" if at + 1 < len(baseline.configurations) else b"      }\n    }\n"
    yield b"  ]\n}\n"


def _between_commas(items: Iterator[str]) -> Iterator[bytes]:
    """Yield items, each on a line, all but the last with a comma."""
    waiting = next(items, None)
    for item in items:
        yield f"{waiting},\n".encode()
        waiting = item
    yield f"{waiting or ''}\n".encode()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def write(baseline: Baseline, file: Path) -> None:
    """Put the file in place at once. Raises StoreError where it cannot be written, UsageError for a folder."""
    refuse_folder(file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(file, error) from None
    replace_lines(file, lines(baseline))


def refuse_folder(file: Path) -> None:
    """Raise UsageError where a folder stands in a baseline's place, StoreError where that cannot be seen."""
    try:
        is_folder = not file.name or file.is_dir()
    except OSError as error:
        raise unwritable(file, error) from None
    if is_folder:
        raise UsageError(f"{file}: it is a folder; accepted: the name of a file, such as results/baselines/main.json")


def read(file: Path) -> Baseline:
    """Read a baseline file. Raises DataError with place and reason for anything else."""
    reader = _Reader(str(file), None)
    reader.read()
    if reader.has_waited:  # what sorts keys puts `configurations` before `measures`
        reader = _Reader(str(file), reader.head.get("measures"))
        reader.read()
    try:
        head = _Head.model_validate(reader.head)
    except ValidationError as error:
        raise _not_a_baseline(str(file), error) from None
    configurations = [
        cells.configuration(record.name, record.signature)
        for record, cells in zip(head.configurations, reader.cells, strict=True)
    ]
    return Baseline(head.run, head.data_digest, head.seed, head.measures, tuple(configurations))


class _Reader:
    """One reading of a file."""

    def __init__(self, path: str, measures: object) -> None:
        self._path = path
        self._measures = measures
        """What `measures` holds, where that is known before it is read."""
        self.head: dict[str, Any] = {}
        """The file's members but for cells, which are left out."""
        self.cells: list[Cells] = []
        self.has_waited = False
        """True where cells came before it was known what is measured, and were passed over."""

    def read(self) -> None:
        with json_parts(self._path, ACCEPTED) as parts:
            if parts.next_character() != "{":
                found = describe(parts.value())
                parts.end()
                raise DataError([Problem("not a baseline", self._path, found=found, accepted=ACCEPTED)])
            for key in parts.members():
                self._refuse_second(self.head, key)
                if key == "configurations" and parts.next_character() == "[":
                    self.head[key] = []
                    for number in parts.elements():
                        self.head[key].append(self._configuration(parts, f"configurations.{number}"))
                else:
                    self.head[key] = parts.value()
                if key == "format":
                    self._refuse_later(self.head[key])
            parts.end()

    def _configuration(self, parts: JsonParts, place: str) -> object:
        if parts.next_character() != "{":
            return parts.value()
        found: dict[str, object] = {}
        for key in parts.members():
            self._refuse_second(found, key)
            if key == "clusters" and parts.next_character() == "{":
                found[key] = {}
                self._clusters(parts, f"{place}.clusters")
            else:
                found[key] = parts.value()
        return found

    def _clusters(self, parts: JsonParts, place: str) -> None:
        names = _names_of(self.head.get("measures", self._measures))
        cells = Cells(names or ())
        self.cells.append(cells)
        for cluster_id in parts.members():
            value = parts.value()
            if names is None:
                self.has_waited = True
                continue
            try:
                cell = BaselineCell.model_validate(value)
                cells.add(cluster_id, cell.text, cell.statistics)
            except ValidationError as error:
                raise _not_a_baseline(self._path, error, f"{place}.{cluster_id}.") from None
            except KeyError as error:
                message = f"not a baseline: a statistic of a measure that `measures` does not list, {error}"
                raise DataError([Problem(message, self._path, path=f"{place}.{cluster_id}")]) from None
        ids = RowOffsets(((cluster_id,), 0) for cluster_id in cells.ids)
        if len(ids) < ids.rows:
            raise DataError([Problem("a cluster stands twice", self._path, path=place, accepted="each once")])

    def _refuse_second(self, found: Mapping[str, object], key: str) -> None:
        if key in found:
            raise DataError([Problem("stands twice in one object; accepted: once", self._path, path=key[:80])])

    def _refuse_later(self, found: object) -> None:
        if isinstance(found, int) and found > FORMAT:
            accepted = f"up to {FORMAT}"
            raise DataError([Problem("written by a later version", self._path, path="format", accepted=accepted)])


def _names_of(measures: object) -> Sequence[str] | None:
    """List the names of measures; None where they are not known, or are not what they should be."""
    if not isinstance(measures, list):
        return None
    return [each["name"] for each in measures if isinstance(each, dict) and isinstance(each.get("name"), str)]


def _not_a_baseline(path: str, error: ValidationError, before: str = "") -> DataError:
    first = error.errors(include_url=False)[0]
    place = before + ".".join(str(part) for part in first["loc"])
    return DataError([Problem(f"not a baseline: {first['msg']}", path, path=place.rstrip("."), accepted=ACCEPTED)])
