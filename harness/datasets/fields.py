"""The field map that data sets share: where a row keeps what a cluster needs, and what is wrong if it does not.

A row is a mapping of plain values, as JSON, CSV and Parquet give them. `RowReader` turns it into a Cluster, validated
once. A row that cannot be used becomes one RowProblem that names the field as the row's author wrote it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from harness.datasets.dates import DATE_FORMS, TwoReadingsError, is_none, parse_date
from harness.datasets.seen_ids import SeenIds
from harness.errors import DataError, Problem, nearest_name
from harness.inputs.delimited import UNNAMED
from harness.inputs.dotted import MISSING, identifier_of, missing_field, string_of, value_at
from harness.inputs.json_files import Wanted
from harness.inputs.json_lines import Row
from harness.inputs.values import RowError, check_text, describe
from harness.records import Cluster, RowProblem

MAX_TAG_CHARACTERS: Final = 200
"""Longer strings are texts, not something to break results down by."""

MAX_TAG_DEPTH: Final = 3
"""Depth of objects within a row whose strings are tags, too, such as `meta.desk`."""

MAX_TAG_FIELDS: Final = 40
"""Fields of an object within a row; one with more is a table of its own, not a few facts about the row."""

UNSEEN_AFTER: Final = 20
"""Rows after which a mapped field that none of them had is reported, so that a long file need not be read first."""

HOPELESS_AFTER: Final = 1000
"""Bad rows from the beginning after which the file as a whole is refused."""

_ARTICLE_FIELDS = ("article_id", "title", "text", "source", "date", "url")
_OPTIONAL = ("article_id", "title", "source", "date", "url")


class FieldMap(BaseModel):
    """Names of the fields of a row; a dot enters an object or a list: `meta.headline`, `docs.0.title`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str | None = Field(default="id", description="The cluster's id; null numbers the rows instead.")
    articles: str | None = Field(
        default="articles",
        description="The list of articles (objects or strings), or one string that `separator` splits; null where each "
        "row is one article, which is also understood where a row has no `articles` but a text.",
    )
    article_id: str | None = Field(default="id", description="An article's id; null numbers them a0, a1, ….")
    title: str | None = Field(default="title", description="An article's headline; null where there is none.")
    text: str = Field(default="text", description="An article's body, within the article or, for flat rows, the row.")
    source: str | None = Field(default="source", description="An article's publisher; null where there is none.")
    date: str | None = Field(default="date", description="When an article was published; null where there is none.")
    url: str | None = Field(default="url", description="An article's address; null where there is none.")
    references: str | tuple[str, ...] | None = Field(
        default="references",
        description="The references: a field with a string or a list, or a list of such fields; null for none.",
    )

    def is_mapped(self, name: str) -> bool:
        """Tell whether the user names another field than the default: then rows are expected to have it."""
        value = getattr(self, name)
        return value is not None and value != type(self).model_fields[name].default

    def refuse_article_fields(self, separator: str | None) -> None:
        """Raise ValueError where articles that `separator` splits from one string are given fields of their own."""
        mapped = [name for name in _OPTIONAL if self.is_mapped(name)]
        if separator is not None and mapped:
            raise ValueError(
                f"articles that `separator` splits from one string have no {' or '.join(mapped)} of their own: "
                f"leave {'it' if len(mapped) == 1 else 'them'} out of `fields`"
            )

    def merge(self, other: "FieldMap") -> "FieldMap":
        """Return this map with whatever `other` sets differently from the defaults."""
        changed = {
            name: getattr(other, name)
            for name, field in type(other).model_fields.items()
            if getattr(other, name) != field.default
        }
        return self.model_copy(update=changed)


def _article_paths(fields: FieldMap, taken: Iterable[str]) -> dict[str, str | None]:
    """Return the paths of an article's fields; a default gives way to another use of the same field of the row.

    With `text: source` the source is not read too, and with `references: title` the title does not reach a model.
    """
    given = {getattr(fields, name) for name in _ARTICLE_FIELDS if fields.is_mapped(name)} | set(taken)
    paths: dict[str, str | None] = {name: getattr(fields, name) for name in _ARTICLE_FIELDS}
    return {name: None if path in given and not fields.is_mapped(name) else path for name, path in paths.items()}


class RowReader:
    """Turns rows into clusters by one field map; remembers which mapped fields it has not met yet."""

    def __init__(
        self,
        fields: FieldMap,
        separator: str | None = None,
        *,
        id_required: bool = True,
        newline_mark: str | None = None,
    ) -> None:
        self.fields = fields
        self.separator = separator
        self.id_required = id_required or fields.is_mapped("id")
        self.newline_mark = newline_mark
        self.unseen = {name for name in _OPTIONAL if fields.is_mapped(name)}
        self._reference_paths = (
            (fields.references,) if isinstance(fields.references, str) else tuple(fields.references or ())
        )
        self._within = _article_paths(fields, taken=())
        # In a flat row a title may be the reference, and the id belongs to the cluster.
        self._flat = _article_paths(fields, taken=(*self._reference_paths, fields.id or ""))
        self._used = {path for path in (fields.id, fields.articles, *self._reference_paths) if path}
        self._flat_used = self._used | {path for path in self._flat.values() if path}

    def wanted(self, at: str | None) -> Wanted:
        """Return the fields that tell the shape of a JSON file; `at` is the path that the user gives for the rows."""
        others = (self.fields.articles, self.fields.text)
        return Wanted(self.fields.id, tuple(path for path in others if path), at=at)

    def cluster(self, row: object, number: int) -> Cluster:
        """Build the cluster that a row holds; `number` (from 1) names it where it has no id.

        Raises RowError for the first thing that cannot be used.
        """
        if not isinstance(row, Mapping):
            raise RowError("", f"found {describe(row)}; accepted: an object with an id and articles")
        cluster_id = self._cluster_id(row, number)
        articles, flat = self._articles(row)
        values = {
            "cluster_id": cluster_id,
            "articles": articles,
            "references": self._references(row),
            "tags": self._tags(row, self._flat_used if flat else self._used),
        }
        try:
            return Cluster.model_validate(values)
        except ValidationError as error:  # what is left after the checks here: two articles with one id
            first = error.errors(include_url=False, include_input=False)[0]
            path = ".".join(str(part) for part in first["loc"])
            raise RowError(path or "articles", first["msg"].removeprefix("Value error, ")) from None

    def _cluster_id(self, row: Mapping[str, Any], number: int) -> str:
        path = self.fields.id
        value = MISSING if path is None else value_at(row, path)
        if path is None or (value is MISSING and not self.id_required):
            return f"row-{number:06d}"
        accepted = "a string or a whole number, or `fields: {id: null}` to number the rows"
        if value is MISSING:
            raise missing_field(row, path, accepted)
        return identifier_of(value, path, accepted)

    def _articles(self, row: Mapping[str, Any]) -> tuple[list[dict[str, Any]], bool]:
        """Read the articles; tell whether the row itself is the one article."""
        path = self.fields.articles
        value = MISSING if path is None else value_at(row, path)
        if value is MISSING:
            text = value_at(row, self.fields.text)
            if path is not None and (self.fields.is_mapped("articles") or text is MISSING):
                other = (
                    "" if self.fields.is_mapped("articles") else f", or a row with a {self.fields.text!r} of its own"
                )
                error = missing_field(row, path, f"a list of articles{other}; `fields:` maps other names")
                near = nearest_name(self.fields.text, [str(name) for name in row if len(str(name)) <= 40], cutoff=0.75)
                hint = f"; did you mean `fields: {{text: {near}}}`?" if near and text is MISSING else ""
                raise RowError(error.path, f"{error.reason}{hint}")
            if self.separator is not None and isinstance(text, str):
                return self._split_articles(text, self.fields.text, self.separator), True
            return [self._article(row, "", 0, self._flat)], True
        assert path is not None  # noqa: S101 - for mypy: a value was found under it
        if isinstance(value, str) and self.separator is not None:
            return self._split_articles(value, path, self.separator), False
        if not isinstance(value, list | tuple):
            hint = " (or one string, with `separator:`)" if isinstance(value, str) else ""
            raise RowError(path, f"found {describe(value)}; accepted: a list of objects or strings{hint}")
        if not value:
            raise RowError(path, "found an empty list; accepted: at least one article")
        return [self._listed_article(item, f"{path}.{index}", index) for index, item in enumerate(value)], False

    def _listed_article(self, item: object, place: str, index: int) -> dict[str, Any]:
        if isinstance(item, str):
            return {"article_id": f"a{index}", "text": self._body(item, place)}
        if isinstance(item, Mapping):
            return self._article(item, place + ".", index, self._within)
        raise RowError(place, f"found {describe(item)}; accepted: an object with a text, or a string")

    def _split_articles(self, joined: str, path: str, separator: str) -> list[dict[str, Any]]:
        pieces = [piece.strip() for piece in joined.split(separator)]
        texts = [self._body(piece, path) for piece in pieces if piece]
        if not texts:
            raise RowError(path, f"found no text between the separators {separator!r}; accepted: at least one article")
        return [{"article_id": f"a{index}", "text": text} for index, text in enumerate(texts)]

    def _body(self, text: str, path: str) -> str:
        if not text.strip():
            raise RowError(path, "found an empty string; accepted: the text of an article")
        if self.newline_mark is not None:
            text = text.replace(self.newline_mark, "\n")
        return check_text(text, path)

    def _article(self, item: Mapping[str, Any], place: str, index: int, paths: dict[str, str | None]) -> dict[str, Any]:
        text = value_at(item, self.fields.text)
        if text is MISSING:
            raise self._prefix(missing_field(item, self.fields.text, "a string (empty only beside a title)"), place)
        values: dict[str, Any] = {
            "article_id": f"a{index}",
            "title": self._text(item, "title", place, paths),
            "text": string_of(text, place + self.fields.text),
            "source": self._text(item, "source", place, paths) or None,
            "url": self._text(item, "url", place, paths) or None,
        }
        if not values["text"].strip() and not values["title"].strip():
            raise RowError(place + self.fields.text, "empty, and there is no title; accepted: a text or a title")
        own_id = self._optional(item, "article_id", paths)
        if own_id is not None:
            values["article_id"] = identifier_of(own_id, f"{place}{paths['article_id']}", "a string or a whole number")
        moment = self._optional(item, "date", paths)
        if not is_none(moment):
            try:
                values["published"] = parse_date(moment)
            except ValueError as error:
                readings = f", which is {error}" if isinstance(error, TwoReadingsError) else ""
                way_out = "`fields: {date: null}` reads the rows without their dates"
                reason = f"found {describe(moment)}{readings}; accepted: {DATE_FORMS}; {way_out}"
                raise RowError(f"{place}{paths['date']}", reason) from None
        return values

    def _text(self, item: Mapping[str, Any], name: str, place: str, paths: dict[str, str | None]) -> str:
        return string_of(self._optional(item, name, paths), f"{place}{paths[name]}")

    def _optional(self, item: Mapping[str, Any], name: str, paths: dict[str, str | None]) -> Any:
        path = paths[name]
        value = MISSING if path is None else value_at(item, path)
        if value is MISSING:
            return None
        self.unseen.discard(name)
        return value

    @staticmethod
    def _prefix(error: RowError, place: str) -> RowError:
        return RowError(place + error.path, error.reason)

    def _references(self, row: Mapping[str, Any]) -> list[dict[str, Any]]:
        references: list[dict[str, Any]] = []
        for path in self._reference_paths:
            value = value_at(row, path)
            if value is MISSING and self.fields.is_mapped("references"):
                raise missing_field(row, path, "a string, a list of strings, or null")
            if value is MISSING or value is None:
                continue
            items = [value] if isinstance(value, str) else value
            if not isinstance(items, list | tuple):
                raise RowError(path, f"found {describe(value)}; accepted: a string, a list of strings, or null")
            for index, item in enumerate(items):
                references.append(self._reference(item, path if items is not value else f"{path}.{index}"))
        return references

    @staticmethod
    def _reference(item: object, place: str) -> dict[str, Any]:
        if isinstance(item, Mapping):
            if value_at(item, "text") is MISSING:
                raise RowReader._prefix(missing_field(item, "text", "the reference as a string"), place + ".")
            annotator = string_of(item.get("annotator"), f"{place}.annotator") or None
            return {"text": RowReader._reference(item["text"], f"{place}.text")["text"], "annotator": annotator}
        if not isinstance(item, str):
            raise RowError(place, f"found {describe(item)}; accepted: a string, or an object with a text")
        if not item.strip():
            raise RowError(place, f"found {describe(item)}; accepted: a reference that is not empty")
        return {"text": check_text(item, place)}

    @staticmethod
    def _tags(row: Mapping[str, Any], used: set[str]) -> dict[str, str]:
        """Collect the short strings of a row that the map does not use, those within objects by dotted names."""
        tags: dict[str, str] = {}
        holders: list[tuple[str, Mapping[str, Any]]] = [("", row)]
        for before, holder in holders:  # grows as objects are met
            for key, value in holder.items():
                name = f"{before}{key}"
                if name in used or name.startswith(UNNAMED) or len(name) > MAX_TAG_CHARACTERS:
                    continue
                if isinstance(value, str) and 0 < len(value) <= MAX_TAG_CHARACTERS:
                    tags.setdefault(check_text(name, "the name of a field"), check_text(value, name))
                elif isinstance(value, Mapping) and len(value) <= MAX_TAG_FIELDS and name.count(".") < MAX_TAG_DEPTH:
                    holders.append((f"{name}.", value))
        return tags

    def unseen_problem(self, where: str, rows: int) -> Iterator[RowProblem]:
        """Report mapped fields that no row had so far, most often a misspelt map. Reports them once."""
        if not self.unseen:
            return
        named = ", ".join(f"{name}: {getattr(self.fields, name)}" for name in sorted(self.unseen))
        self.unseen.clear()
        reason = f"none of the first {rows} rows has what the field map names ({named}); correct it or leave it out"
        yield RowProblem(where=where, path="fields", reason=reason)


def clusters(rows: Iterable[Row], reader: RowReader) -> Iterator[Cluster | RowProblem]:
    """Turn rows into clusters, in order; a row that is none becomes a RowProblem, and reading goes on.

    Of two rows with one id the second is a RowProblem that names the first. Raises DataError where the first
    HOPELESS_AFTER rows are all bad: then the file, or its map, is of another kind, and a long list would help nobody.
    """
    seen = SeenIds()
    good = 0
    for number, row in enumerate(rows, start=1):
        try:
            if isinstance(row.value, RowError):
                raise row.value
            cluster = reader.cluster(row.value, number)
            before = seen.place_of(cluster.cluster_id)
            if before is not None:
                first, line = before
                reason = f"{cluster.cluster_id!r} already stands in {first}:{line}; accepted: an id of its own"
                raise RowError(reader.fields.id or "id", reason)
        except RowError as error:
            problem = RowProblem(where=row.where, line=row.line, path=error.path, reason=error.reason)
            yield problem
            if not good and number == HOPELESS_AFTER:
                message = f"none of the first {number:,} rows can be read; the last of them: {problem.reason}"
                raise DataError([Problem(message, where=row.where, line=row.line, path=problem.path)]) from None
            continue
        seen.add(cluster.cluster_id, row.where, row.line)
        good += 1
        yield cluster
        if good == UNSEEN_AFTER:
            yield from reader.unseen_problem(row.where, good)
    if good:
        yield from reader.unseen_problem(row.where, good)
