"""Records of the data: articles, clusters, references, and rows that could not be read."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

from pydantic import Field, model_validator

from harness.records.base import Identifier, Record, Shown, Text, UtcDatetime, Whole, content_digest


class Article(Record):
    """One news article of a cluster."""

    article_id: Identifier = Field(description="Unique within its cluster.")
    title: str = Field(default="", description="The headline its publisher gave it; empty where none is known.")
    text: str = Field(description="The body; paragraphs are separated by newlines.")
    source: str | None = Field(default=None, description="The publisher.")
    url: str | None = Field(default=None, description="Where it was published.")
    published: UtcDatetime | None = Field(default=None, description="When it was published, in UTC.")


class Reference(Record):
    """A headline or summary that a person wrote for a cluster."""

    text: Text = Field(description="The reference itself.")
    annotator: str | None = Field(default=None, description="Who wrote it.")


class ClusterFacts(Record):
    """The part of a cluster that a run keeps, so that its results can be joined and broken down without the data."""

    cluster_id: Identifier = Field(description="The cluster.")
    digest: str = Field(description="Content digest of the cluster.")
    articles: Whole = Field(ge=1, description="How many articles it has.")
    words: Whole = Field(description="Words of all article texts.")
    references: Whole = Field(description="How many references it has.")
    tags: Mapping[str, str] = Field(default_factory=dict, description="Free fields of the data set.")
    place: Whole | None = Field(
        default=None, description="Where a cluster of a shard stands in the whole data set, from 0; none elsewhere."
    )


class Cluster(Record):
    """Articles about one event, with the references they are scored against."""

    cluster_id: Identifier = Field(description="Unique within a data set.")
    articles: tuple[Article, ...] = Field(min_length=1, description="At least one article, ids unique.")
    references: tuple[Reference, ...] = Field(default=(), description="May be empty: then reference metrics abstain.")
    tags: Mapping[str, str] = Field(default_factory=dict, description="Free fields to break results down by.")

    @model_validator(mode="after")
    def _unique_article_ids(self) -> Self:
        seen: set[str] = set()
        for article in self.articles:
            if article.article_id in seen:
                raise ValueError(f"article id {article.article_id!r} stands twice; ids must be unique in a cluster")
            seen.add(article.article_id)
        return self

    @cached_property
    def digest(self) -> str:
        """Content digest over all fields, so that two data sets can be told apart whatever file they came from."""
        return content_digest(self.model_dump(mode="json"))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with other fields, and so with another digest."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("digest", None)
        return copied

    def facts(self) -> ClusterFacts:
        """Return what a run keeps of the cluster."""
        return ClusterFacts(
            cluster_id=self.cluster_id,
            digest=self.digest,
            articles=len(self.articles),
            words=sum(len(article.text.split()) for article in self.articles),
            references=len(self.references),
            tags=self.tags,
        )

    def without_references(self) -> "Cluster":
        """Return the cluster as a model may see it: without the references it is scored against."""
        return self if not self.references else self.model_copy(update={"references": ()})


class RowProblem(Record):
    """A row of a data set that could not be read: counted, listed and skipped, unless the user is strict."""

    where: Shown = Field(description="The file with the row.")
    line: int | None = Field(default=None, description="Line or row number, from 1.")
    path: Shown = Field(default="", description="The field, dotted.")
    reason: Shown = Field(description="What was found and what would be accepted.")

    def __str__(self) -> str:
        """Write the problem as `file:line: field: reason`."""
        place = f"{self.where}:{self.line}" if self.line else self.where
        return ": ".join(part for part in (place, self.path, self.reason) if part)
