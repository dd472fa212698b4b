"""The tables of an export: which columns each has, of which type, and what they mean.

docs/export.md is written from this; a test holds the two together. A column is added at the end of its table, and
`VERSION` rises where one is taken away, renamed or given another meaning.
"""

from dataclasses import dataclass
from typing import Literal

VERSION = 1
"""Version of all tables together; in each file's metadata and in `manifest.json` beside the files."""

Type = Literal["text", "whole", "number", "texts", "json"]
TYPES: dict[Type, str] = {
    "text": "string",
    "whole": "int64",
    "number": "double",
    "texts": "list<string>",
    "json": "string with JSON",
}
"""Our types → those of Parquet. In CSV lists are JSON too."""


@dataclass(frozen=True)
class Column:
    """One column."""

    name: str
    type: Type
    meaning: str
    optional: bool = False
    """True where a row may have none: null in Parquet, an empty cell in CSV."""


@dataclass(frozen=True)
class Table:
    """One table, which is one file."""

    name: str
    summary: str
    columns: tuple[Column, ...]


CLUSTER = Column("cluster_id", "text", "The cluster.")
CONFIGURATION = Column("configuration", "text", "The configuration, by its name in the run.")

CLUSTERS = Table(
    "clusters",
    "A row for each cluster, in the order of the data set.",
    (
        CLUSTER,
        Column("digest", "text", "Content digest of the cluster, 16 hexadecimal digits."),
        Column("articles", "whole", "How many articles it has."),
        Column("words", "whole", "Words of all article texts."),
        Column("references", "whole", "How many references it has."),
        Column("tags", "json", "Free fields of the data set: an object of strings."),
        Column("place", "whole", "Of a shard: where it stands in the whole data set, from 0.", optional=True),
    ),
)
PREDICTIONS = Table(
    "predictions",
    "A row for each headline, by configuration and then by cluster; a cluster that a configuration failed on has none.",
    (
        Column("prediction_id", "text", "Digest of all that made it: configuration, cluster, prompt, texts."),
        CLUSTER,
        CONFIGURATION,
        Column("text", "text", "The headline as it was scored."),
        Column("raw_text", "text", "What the model wrote, where post-processing changed it.", optional=True),
        Column("postprocess", "texts", "Names of the steps that changed the raw text."),
        Column("stopped", "text", "Why the model stopped: end, length, refused."),
        Column("prompt_digest", "text", "Digest of the prompt, for prompted models.", optional=True),
        Column("article_ids", "texts", "Articles that the model saw, where not all.", optional=True),
        Column("dropped_articles", "texts", "Articles left out whole."),
        Column("dropped_characters", "whole", "Characters that did not fit the prompt."),
        Column("tokens_in", "whole", "Prompt tokens, where the model counts them.", optional=True),
        Column("tokens_out", "whole", "Generated tokens, where the model counts them.", optional=True),
        Column("seconds", "number", "Wall-clock seconds; a batch's are shared out equally."),
        Column(
            "compared",
            "text",
            "How a text from a batch compares with the one written alone: equal, different.",
            optional=True,
        ),
        Column("version", "text", "What a server said of the model that wrote it.", optional=True),
    ),
)
VERDICTS = Table(
    "verdicts",
    "A row for each claim of each headline, with its label; the first claim of a headline is the whole of it.",
    (
        CLUSTER,
        CONFIGURATION,
        Column("checker", "text", "Signature of the checker."),
        Column("claim_index", "whole", "Number of the claim in its headline, from 0; 0 is the whole headline."),
        Column("part", "text", "What the claim is: whole, sentence, proposition."),
        Column("text", "text", "The claim, as it stands in the headline."),
        Column("start", "whole", "Its first character in the headline."),
        Column("end", "whole", "One past its last character."),
        Column("label", "text", "The finding: supported, contradicted, contested, not_found, abstained."),
        Column(
            "probability",
            "number",
            "Probability that the claim is faithful; none where the checker abstained.",
            optional=True,
        ),
        Column("reason", "text", "Why it abstained; else what decided the label; may be empty."),
        Column("decided_by", "texts", "Which spoke for the label: account, model."),
        Column("errors", "texts", "What is wrong with it, most serious first."),
        Column("supporters", "texts", "Ids of the articles that say so."),
        Column("contradictors", "texts", "Ids of the articles that say otherwise."),
        Column("witnesses", "whole", "Independent supporters; near-duplicates count once."),
        Column("evidence", "json", "Spans of articles: a list of article_id, start, end, text, score, title."),
        Column("elements", "json", "The account: a list of what the claim says, each with state, reason, evidence."),
        Column("claim", "json", "The claim whole: spans of its parts, names, quantities, polarity, modality, stance."),
    ),
)
SCORES = Table(
    "scores",
    "A row for each measure of each headline, by cluster; it has a statistic, or a reason for none.",
    (
        CLUSTER,
        CONFIGURATION,
        Column("metric", "text", "The metric."),
        Column("measure", "text", "The measure, such as rouge1-f; unique in the run."),
        Column("statistic", "number", "The number, unrounded; shares lie in [0, 1].", optional=True),
        Column("reason", "text", "Why there is no number, where there is none.", optional=True),
    ),
)
FAILURES = Table(
    "failures",
    "A row for each thing that could not be done: such a headline, verdict or score is missing, and is no 0.",
    (
        Column("stage", "text", "Where it failed: load, generate, check, score."),
        CLUSTER,
        Column("configuration", "text", "The configuration, if one.", optional=True),
        Column("component", "text", "The component that failed."),
        Column("error", "text", "Class of the error."),
        Column("message", "text", "What it said."),
        Column("attempts", "whole", "How often it was tried by itself."),
    ),
)
TABLES = (CLUSTERS, PREDICTIONS, VERDICTS, SCORES, FAILURES)


def columns_page(level: str = "##") -> str:
    """Write the tables for a page or a card, in Markdown: every column with its type and meaning."""
    parts = []
    for table in TABLES:
        rows = "".join(
            f"| `{column.name}` | {TYPES[column.type]}{', or none' if column.optional else ''} | {column.meaning} |\n"
            for column in table.columns
        )
        head = "| column | type | meaning |\n| --- | --- | --- |"
        parts.append(f"{level} {table.name}\n\n{table.summary}\n\n{head}\n{rows}")
    return "\n".join(parts)
