"""Clusters from a JSON Lines file: one object a line, read as a stream."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import ClassVar

from pydantic import Field, model_validator

from harness.datasets.base import Dataset
from harness.datasets.fields import FieldMap, RowReader, clusters
from harness.errors import DataError, Problem
from harness.inputs.files import open_text
from harness.inputs.json_lines import ONE_A_LINE, decode_json, json_lines
from harness.inputs.line_search import lines_with
from harness.inputs.values import RowError
from harness.records import Cluster, RowProblem


class Jsonl(Dataset):
    """Article clusters from a JSON Lines file, one cluster a line; a .gz file is unpacked while reading."""

    name: ClassVar[str] = "jsonl"
    positional: ClassVar[str | None] = "path"

    path: str = Field(min_length=1, description="The file, relative to the working directory.")
    fields: FieldMap = Field(default=FieldMap(), description="Where rows of another shape keep what a cluster needs.")
    separator: str | None = Field(
        default=None, min_length=1, description="Text between the articles where one string holds them all."
    )

    @model_validator(mode="after")
    def _split_articles_have_no_fields(self) -> "Jsonl":
        self.fields.refuse_article_fields(self.separator)
        return self

    def read(self) -> Iterator[Cluster | RowProblem]:
        """Yield clusters in the order of the file; memory stays flat except for the ids seen.

        Raises DataError where the file is missing, empty, not UTF-8 text or one JSON array.
        """
        return clusters(json_lines(self.path), RowReader(self.fields, self.separator))

    def find(self, cluster_id: str) -> Cluster | None:
        """Find one cluster by a search for its id; where that finds none, as where ids are numbers of rows, read on."""
        reader = RowReader(self.fields, self.separator)
        if self.fields.id is not None:
            with open_text(self.path, ONE_A_LINE) as stream:
                for line in lines_with(stream, cluster_id):
                    with suppress(RowError, UnicodeDecodeError):
                        cluster = reader.cluster(decode_json(line.decode("utf-8-sig")), 1)
                        if cluster.cluster_id == cluster_id:
                            return cluster
        return super().find(cluster_id)

    def problems(self) -> Iterable[Problem]:
        """Report what the first kilobytes give away: no such file, a folder, an archive, another encoding, nothing."""
        try:
            with open_text(self.path, ONE_A_LINE):
                return ()
        except DataError as error:
            return error.problems
