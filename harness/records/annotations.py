"""Records of people's judgements: what somebody said of a headline in the viewer."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from harness.records.base import Identifier, Record, UtcDatetime


class Annotation(Record):
    """A human verdict on one text about one cluster, and a note: a line of `annotations.jsonl`.

    It is a row as `harness metaeval` reads labelled texts, with the articles, so that it outlives the run and the data.
    """

    id: str = Field(description="Digest of the cluster and the text; the last line with an id counts.")
    annotated: UtcDatetime = Field(description="When it was said.")
    run: str = Field(description="Folder of the run that it was looked at in.")
    cluster_id: Identifier = Field(description="The cluster.")
    system: str = Field(description="The configuration that wrote the text.")
    text: str = Field(description="The text, as the run has it.")
    label: Literal[0, 1] | None = Field(description="1 faithful, 0 not faithful, null where nobody can say or did.")
    note: str = Field(description="What was noted, in free words; may be empty.")
    articles: tuple[Mapping[str, Any], ...] = Field(
        default=(), description="The cluster's articles; none where they could not be read again."
    )
