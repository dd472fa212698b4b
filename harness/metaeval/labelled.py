"""Texts with human labels or ratings: read from JSON Lines, in any of the shapes that docs/metaeval.md lists.

A row has a text, the article or cluster that it is about, and a label (1 faithful, 0 not, null other), ratings
(name → number), or both. Sheets that people filled in (`label_sheet`) are read too.
"""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.datasets.fields import FieldMap, RowReader
from harness.errors import DataError, Problem
from harness.inputs.grouping import group_problems
from harness.inputs.json_lines import json_lines
from harness.inputs.values import RowError, describe
from harness.language.text import sentence_spans
from harness.metaeval.label_sheet import ENDINGS, read_sheet
from harness.records import Article, Cluster, content_digest

_GREATEST = 1e15
"""A rating beyond it is a mistake, and a whole number of 400 digits is no float."""

MAX_PROBLEMS = 20
"""Bad rows that are listed; more are only counted."""

SIDES = frozenset({"ref", "edit", "true", "false", "c", "i"})
"""Suffixes of the ids of a minimal pair's sides, after a hyphen."""

LABELS: Mapping[str, bool | None] = {
    "agree": True, "for": True, "supported": True, "faithful": True,
    "disagree": False, "against": False, "unrelated": False, "unfaithful": False,
    "contradicted": False, "not_found": False, "not found": False,
    "discuss": None, "observing": None, "contested": None,
}  # fmt: skip
"""Stances that stand for a label; those that only report are none."""
TEXTS = ("summary", "headline", "text")


@dataclass(frozen=True)
class LabelledText:
    """One row: a text about an article or a cluster, and what people said of it."""

    row_id: str
    cluster: Cluster
    text: str
    label: bool | None
    dataset: str
    document: str
    """The unit that is resampled: rows about one source, or one claim, are right or wrong together."""
    pair: str | None = None
    types: frozenset[str] = frozenset()
    system: str | None = None
    ratings: Mapping[str, float] = field(default_factory=dict)
    published: Mapping[str, float] = field(default_factory=dict)
    """Scores that other metrics gave the text, as their publishers print them."""
    evidence: tuple[frozenset[str], ...] = ()
    """Sets of sentences of which each is enough to judge the text by, as people marked them."""


def read(
    files: Sequence[Path],
    *,
    split: str | None = None,
    limit: int | None = None,
    clusters: Mapping[str, Cluster] | None = None,
) -> dict[str, list[LabelledText]]:
    """Data set → rows, in the order read: those of one `split`, at most `limit` of each data set.

    Rows with a `cluster_id` are about one of `clusters`. Of the annotations that `harness view` wrote (rows that say
    when they were `annotated`) the last with an id takes the place of those before it. Raises DataError with file, line
    and field of the first bad rows.
    """
    problems: list[Problem] = []
    found: dict[str, list[LabelledText]] = defaultdict(list)
    splits: Counter[str] = Counter()
    said_before: dict[tuple[str, str], int] = {}
    for file in files:
        for line, row in _rows(file, problems):
            splits[str(row.get("split"))] += 1
            if split is not None and row.get("split") != split:
                continue
            name = str(row.get("dataset") or file.stem)
            at = said_before.get((name, str(row.get("id")))) if "annotated" in row else None
            if at is None and limit is not None and len(found.get(name, ())) >= limit:
                continue
            text = _Row(row, name, str(file), line, problems, clusters).labelled()
            if text is not None and at is not None:
                found[name][at] = text
            elif text is not None:
                said_before[name, text.row_id] = len(found[name])
                found[name].append(text)
    if problems:
        raise DataError(group_problems(problems, MAX_PROBLEMS))
    if not found:
        held = ", ".join(sorted(splits)) or "none: no file has a row"
        raise DataError(
            [Problem("no rows to measure on", "--split" if split else "--data", found=split or "", accepted=held)]
        )
    return dict(found)


def labels_of_headlines(files: Sequence[Path]) -> tuple[dict[tuple[str, str], bool], int]:
    """Map (cluster, text) to what people said of it; also count the labels that name no cluster.

    Reads what `read` reads, without the articles: `annotations.jsonl`, sheets, rows with a `cluster_id`. Where a text
    is labelled twice the last label counts, and a last one that says neither takes it back. Raises DataError as `read`.
    """
    problems: list[Problem] = []
    found: dict[tuple[str, str], bool] = {}
    nowhere = 0
    for file in files:
        for line, row in _rows(file, problems):
            reader = _Row(row, file.stem, str(file), line, problems, None)
            label, text = reader.label(), reader.text()
            cluster_id = row.get("cluster_id")
            if isinstance(cluster_id, int) and not isinstance(cluster_id, bool):
                cluster_id = str(cluster_id)
            if not isinstance(cluster_id, str):
                nowhere += label is not None
            elif label is None:
                found.pop((cluster_id, text), None)
            else:
                found[cluster_id, text] = label
    if problems:
        raise DataError(group_problems(problems, MAX_PROBLEMS))
    return found, nowhere


def _rows(file: Path, problems: list[Problem]) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        if file.suffix.lower() in ENDINGS:
            yield from read_sheet(file, problems)
            return
        for where, number, value in json_lines(str(file)):
            if isinstance(value, dict):
                yield number, value
            elif isinstance(value, RowError):
                problems.append(Problem(value.reason, where, number, value.path))
            else:
                problems.append(Problem("not a JSON object", where, number, found=describe(value)))
    except DataError as error:
        problems.extend(error.problems)


class _Row:
    """One row on its way to a labelled text; what is wrong with it is noted, all of it."""

    def __init__(
        self,
        row: dict[str, Any],
        dataset: str,
        where: str,
        line: int,
        problems: list[Problem],
        clusters: Mapping[str, Cluster] | None,
    ) -> None:
        self.row = row
        self.dataset = dataset
        self.where = where
        self.line = line
        self.problems = problems
        self.clusters = clusters
        meta = row.get("meta")
        self.meta: dict[str, Any] = meta if isinstance(meta, dict) else {}

    def labelled(self) -> LabelledText | None:
        """Read all of it; None where a problem was noted."""
        before = len(self.problems)
        if self.row.get("meta") is not None and not isinstance(self.row["meta"], dict):
            self._problem("meta", "not an object", "an object or null")
        if isinstance(self.row.get("id"), bool) or not isinstance(self.row.get("id"), str | int):
            self._problem("id", "not an id", "a string or a whole number")
        cluster = self._cluster()
        text = self.text()
        label = self.label()
        ratings = self._ratings()
        if len(self.problems) > before or cluster is None:
            return None
        return LabelledText(
            row_id=str(self.row["id"]),
            cluster=cluster,
            text=text,
            label=label,
            dataset=self.dataset,
            document=_name(self.meta.get("claim_id")) or "\n".join(article.text for article in cluster.articles),
            pair=_pair(self.row, self.meta),
            types=_error_types({**self.meta, **self.row}) if label is False else frozenset(),
            system=_name(self.row.get("system") or self.meta.get("system") or self.meta.get("model")),
            ratings=ratings,
            published=_numbers(self.meta.get("scores")) | _numbers(self.meta.get("published_scores")),
            evidence=_evidence(self.meta),
        )

    def _problem(self, path: str, message: str, accepted: str) -> None:
        value = self.row.get(path.split(".")[0])
        found = "nothing" if value is None else describe(value)
        self.problems.append(Problem(message, self.where, self.line, path, found, accepted))

    def _cluster(self) -> Cluster | None:
        """Read the articles that the text is about: one source, a list of articles, or a cluster by its id."""
        source = self.row.get("source")
        if isinstance(source, str):
            return Cluster(
                cluster_id=content_digest(source), articles=(Article(article_id="source", text=source),)
            )  # fmt: skip
        if self.row.get("articles") is not None:
            try:
                return RowReader(FieldMap(), None).cluster({"id": "row", "articles": self.row["articles"]}, self.line)
            except RowError as error:
                self.problems.append(Problem(error.reason, self.where, self.line, error.path or "articles"))
                return None
        wanted = self.row.get("cluster_id")
        if isinstance(wanted, str) and "source" not in self.row:
            if self.clusters is not None and wanted in self.clusters:
                return self.clusters[wanted]
            accepted = "a file of clusters given with --clusters" if self.clusters is None else "a cluster of that file"
            self._problem("cluster_id", "no such cluster" if self.clusters is not None else "no clusters", accepted)
            return None
        self._problem("source", "not a text", "a string, or `articles`, or a `cluster_id` with --clusters")
        return None

    def text(self) -> str:
        """Read the text; a problem is noted where there is none."""
        for name in TEXTS:
            if isinstance(self.row.get(name), str):
                return str(self.row[name])
        name = next((name for name in TEXTS if name in self.row), TEXTS[0])
        self._problem(name, "not a text", f"a string under one of {', '.join(TEXTS)}")
        return ""

    def label(self) -> bool | None:
        """Read the label, None for neither; a problem is noted for what is no label."""
        name = "faithful" if "faithful" in self.row and "label" not in self.row else "label"
        value = self.row.get(name)
        if isinstance(value, str) and value.lower() in LABELS:
            return LABELS[value.lower()]
        if isinstance(value, str | list | dict) or value not in (None, 0, 1):
            accepted = f"1 (faithful), 0 (not faithful) or null, or one of {', '.join(LABELS)}"
            self._problem(name, "not a label", accepted)
            return None
        return None if value is None else bool(value)

    def _ratings(self) -> dict[str, float]:
        """Read the numbers under `ratings`, or under `meta.ratings` where a row keeps everything there."""
        path = "ratings" if self.row.get("ratings") is not None or "ratings" not in self.meta else "meta.ratings"
        ratings = (self.row if path == "ratings" else self.meta).get("ratings") or {}
        if not isinstance(ratings, dict) or not all(_is_number(value) for value in ratings.values()):
            self._problem(path, "not ratings", "an object of finite numbers")
            return {}
        return {str(name): float(value) for name, value in ratings.items()}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _GREATEST


def _numbers(value: object) -> dict[str, float]:
    """Pick the finite numbers of an object; metrics that gave a text no score are left out."""
    found = value if isinstance(value, dict) else {}
    return {str(name): float(number) for name, number in found.items() if _is_number(number)}


def _name(value: object) -> str | None:
    return None if value is None or value == "" else str(value)


def _pair(row: Mapping[str, Any], meta: Mapping[str, Any]) -> str | None:
    """Name the minimal pair that a row is a side of: its id without the side, or `meta.pair`."""
    stem, _, side = str(row["id"]).rpartition("-")
    if stem and side in SIDES:
        return stem
    return _name(meta.get("pair"))


def _error_types(fields: Mapping[str, Any]) -> frozenset[str]:
    """List the kinds of error that a row or its `meta` names, in any of the shapes that public sets use."""
    found: set[str] = set()
    value = fields.get("error_types", fields.get("error_type"))
    if isinstance(value, str) and value.startswith("["):
        try:
            value = ast.literal_eval(value)
        except (ValueError, SyntaxError, RecursionError, MemoryError):  # all that a hostile text can make of it
            value = [value]
    found.update([value] if isinstance(value, str) else map(str, value) if isinstance(value, list) else [])
    found.update(name for name in ("intrinsic", "extrinsic") if fields.get(name) is True)
    if isinstance(fields.get("label"), str):
        found.add(str(fields["label"]).lower())
    free = fields.get("errors")
    # FRANK: kind → share of sentences free of it. Where all are equal the annotators did not say which kind it is.
    if isinstance(free, dict) and all(_is_number(share) for share in free.values()) and len(set(free.values())) > 1:
        found.update(name for name, share in free.items() if share < max(free.values()))
    return frozenset(name.removesuffix(" Error") for name in found) - {"correct", "", "unfaithful"}


def _evidence(meta: Mapping[str, Any]) -> tuple[frozenset[str], ...]:
    """Sets of sentences marked as evidence: `supporting_sentences` (numbers into `evidence_sentences`), `evidence`."""
    sets, sentences = meta.get("supporting_sentences"), meta.get("evidence_sentences")
    if isinstance(sets, list) and isinstance(sentences, list):
        chosen = [
            frozenset(str(sentences[at]) for at in each if isinstance(at, int) and 0 <= at < len(sentences))
            for each in sets
            if isinstance(each, list)
        ]
        return tuple(each for each in chosen if each)
    text = meta.get("evidence")
    if isinstance(text, str) and text.strip():
        return (frozenset(text[start:end] for start, end in sentence_spans(text)),)
    return ()
