"""Print near-duplicate articles: counts, and the most similar pairs."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from harness.duplicates.search import Found
from harness.report.printing import safe
from harness.report.terminal import plain

HEADS = ("similarity", "cluster", "article", "other_cluster", "other_article")


def table(found: Found, names: Sequence[str], line: str) -> RenderableType:
    """Show what was found in a sentence, and the most similar pairs; `names` are the data sets."""
    if not found.worst:
        return safe(line)
    shown = plain("most similar pairs")
    shown.add_column("similarity", justify="right", no_wrap=True)
    for head in _heads(names):
        shown.add_column(head, overflow="fold")
    for row in _rows(found):
        shown.add_row(f"{row[0]:.2f}", *(safe(str(cell)) for cell in row[1:]))
    return Group(safe(line), Text(), shown)


def repeated_line(found: Found) -> str:
    """Say how much of a data set repeats earlier clusters."""
    count = int(found.repeated.sum())
    if not count:
        return f"{found.articles:,} articles of {found.clusters[0]:,} clusters: none repeats one of an earlier cluster"
    return (
        f"{count:,} of {found.articles:,} articles repeat one of an earlier cluster, in {found.touched:,} of "
        f"{found.clusters[0]:,} clusters; {found.emptied:,} clusters have no article of their own"
    )


def shared_line(found: Found, names: Sequence[str]) -> str:
    """Say how much of the first data set stands in the second."""
    first, second = names
    if not found.touched:
        return f"none of the {found.clusters[0]:,} clusters of {first} has an article that stands in {second}"
    share = found.touched / found.clusters[0]
    return (
        f"{found.touched:,} of {found.clusters[0]:,} clusters of {first} ({share:.1%}) have an article that stands in "
        f"{second}; of {found.emptied:,} every article does"
    )


def as_json(found: Found, names: Sequence[str]) -> str:
    """Write counts and pairs as one JSON object."""
    content: Mapping[str, Any] = {
        "data": list(names),
        "clusters": list(found.clusters[: len(names)]),
        "articles": found.articles,
        "articles_found": int(found.repeated.sum()),
        "clusters_found": found.touched,
        "clusters_wholly_found": found.emptied,
        "pairs_found": found.pairs,
        "pairs": [dict(zip(HEADS, row, strict=True)) for row in _rows(found)],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def as_csv(found: Found) -> str:
    """Write the most similar pairs as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADS)
    writer.writerows(_rows(found))
    return out.getvalue()


def _heads(names: Sequence[str]) -> Sequence[str]:
    if len(names) == 1:
        return ("cluster", "article", "repeats cluster", "article")
    return (f"cluster of {names[0]}", "article", f"cluster of {names[1]}", "article")


def _rows(found: Found) -> list[tuple[Any, ...]]:
    """List the pairs: within one set the later article first, between two that of the first set."""
    within = len([count for count in found.clusters if count]) < 2
    rows = []
    for pair, first, second in found.worst:
        ours, theirs = (second, first) if within else (first, second)
        rows.append((round(pair.similarity, 4), *ours, *theirs))
    return rows
