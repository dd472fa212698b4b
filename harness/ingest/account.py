"""Rows that an ingest writes, and the account that it prints of what was left out."""

import textwrap
from collections.abc import Iterator
from typing import Any

from harness.ingest.clean import CleanedCluster
from harness.printable import one_line
from harness.records import Cluster

_WIDTH = 80


def cluster_row(cluster: Cluster) -> dict[str, Any]:
    """Write a cluster as the data set `jsonl` reads it; what is not known is left out."""
    articles = [
        {
            "id": article.article_id,
            "title": article.title,
            "text": article.text,
            "source": article.source,
            "date": article.published.isoformat() if article.published else None,
            "url": article.url,
        }
        for article in cluster.articles
    ]
    return {
        "id": cluster.cluster_id,
        "articles": [{key: value for key, value in article.items() if value} for article in articles],
        "references": [reference.text for reference in cluster.references],
    }


def account_row(cleaned: CleanedCluster) -> dict[str, Any]:
    """Account for what was found and left out in one cluster, without the texts that the clusters' file has."""
    articles = []
    for each in cleaned.articles:
        plain = each.model_dump(mode="json", exclude={"article"} if each.page_reader else {"article", "page_reader"})
        articles.append({"id": each.article.article_id, "title": each.article.title, **plain})
    return {
        "id": cleaned.cluster_id,
        "articles": articles,
        "duplicates": [list(group) for group in cleaned.duplicates],
        "empty": dict(cleaned.empty),
    }


def explanation(cleaned: CleanedCluster) -> Iterator[str]:
    """Yield the lines that `--explain` prints for one cluster, eighty columns wide."""
    yield f"cluster {one_line(cleaned.cluster_id)}"
    for each in cleaned.articles:
        yield ""
        yield f"  article {one_line(each.article.article_id)}"
        yield from _wrap_text("title  ", each.article.title or "(none)")
        yield from _wrap_text("       ", f"{each.title_rule}: {each.title_why}")
        for name, value in (
            ("reader ", each.page_reader),
            ("source ", each.article.source),
            ("date   ", each.article.published and each.article.published.isoformat()),
            ("url    ", each.article.url),
            ("summary", each.standfirst and f"standfirst, kept: {each.standfirst}"),
        ):
            if value:
                yield from _wrap_text(name, value)
        words = len(each.article.text.split())
        yield from _wrap_text("kept   ", f"{len(each.paragraphs)} paragraphs, {words} words")
        for drop in each.dropped:
            yield from _wrap_text(f"-{drop.line:>5} ", textwrap.shorten(one_line(drop.text), 240, placeholder=" …"))
            yield from _wrap_text("       ", f"{drop.rule}: {drop.why}")
    yield ""
    for group in cleaned.duplicates:
        yield from _wrap_text("copies ", ", ".join(group))
    for article_id, why in cleaned.empty.items():
        yield from _wrap_text("empty  ", f"{article_id}: {why}")


def _wrap_text(name: str, text: str) -> Iterator[str]:
    """Fold `text` behind `name` to the width, with later lines indented."""
    yield from textwrap.wrap(one_line(text), _WIDTH, initial_indent=f"    {name} ", subsequent_indent=" " * 12)
