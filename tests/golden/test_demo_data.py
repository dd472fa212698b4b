"""The bundled demo data is what data/README.md says it is."""

import json
import re
from collections import Counter
from datetime import UTC, datetime
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest

DEMO = Path(__file__).resolve().parents[2] / "data" / "demo"
README = DEMO.parent / "README.md"

ERROR_TYPES = frozenset(
    ["number", "entity", "roles", "negation", "predicate", "time", "place", "attribution", "invented", "contested"]
)
# One agency story under two mastheads; data/README.md names the same pairs.
WIRE_COPY = frozenset({("ferry-1", "ferry-2"), ("merrin-1", "merrin-2"), ("cup-1", "cup-2"), ("storm-1", "storm-2")})
# The one cluster whose references hold an article's title word for word.
LEAKING_CLUSTER = "cup-final"
RESERVED_DOMAINS = ("example.org", "example.com", "example.net")


def read_rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DEMO / name).read_text(encoding="utf-8").splitlines()]


CLUSTERS = read_rows("clusters.jsonl")
HEADLINES = read_rows("gold.jsonl")
ARTICLES = {article["id"]: article for cluster in CLUSTERS for article in cluster["articles"]}

each_cluster = pytest.mark.parametrize("cluster", CLUSTERS, ids=lambda cluster: cluster["id"])


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def word_sequences(text: str, length: int) -> set[tuple[str, ...]]:
    words = words_of(text)
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}


def test_there_are_enough_clusters_and_every_id_is_unique():
    assert len(CLUSTERS) >= 12
    assert len({cluster["id"] for cluster in CLUSTERS}) == len(CLUSTERS)
    # ARTICLES is keyed by id over the whole file, so a repeated id would make it shorter.
    assert len(ARTICLES) == sum(len(cluster["articles"]) for cluster in CLUSTERS)
    assert len({article["url"] for article in ARTICLES.values()}) == len(ARTICLES)
    assert len({row["id"] for row in HEADLINES}) == len(HEADLINES)
    assert len({row["headline"].lower() for row in HEADLINES}) == len(HEADLINES)


@each_cluster
def test_cluster_has_the_documented_form(cluster: dict[str, Any]):
    assert set(cluster) == {"id", "topic", "articles", "references"}
    assert 3 <= len(cluster["articles"]) <= 6
    for article in cluster["articles"]:
        assert set(article) == {"id", "title", "text", "source", "date", "url"}
        assert all(value and value == value.strip() for value in article.values())
        assert 120 <= len(article["text"].split()) <= 350, article["id"]
        assert "\n\n" in article["text"]
        assert "\n" not in article["text"].replace("\n\n", ""), "a line break that is not a paragraph break"
        published = datetime.strptime(article["date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        assert published.year in {2024, 2025, 2026}
        host = urlparse(article["url"]).hostname or ""
        assert host.endswith(RESERVED_DOMAINS), "a demo URL must not lead to anybody's site"


@each_cluster
def test_references_differ_and_repeat_a_title_only_where_the_readme_says_so(cluster: dict[str, Any]):
    references = cluster["references"]
    assert len(references) >= 2
    assert len({tuple(words_of(reference)) for reference in references}) == len(references)
    for reference in references:
        assert 6 <= len(reference.split()) <= 13, reference
    titles = {tuple(words_of(article["title"])) for article in cluster["articles"]}
    leaked = [reference for reference in references if tuple(words_of(reference)) in titles]
    assert len(leaked) == (1 if cluster["id"] == LEAKING_CLUSTER else 0)


def test_wire_copy_is_nearly_identical_under_another_title_and_masthead():
    for first_id, second_id in WIRE_COPY:
        first, second = ARTICLES[first_id], ARTICLES[second_id]
        similarity = SequenceMatcher(None, words_of(first["text"]), words_of(second["text"]), autojunk=False).ratio()
        assert 0.9 < similarity < 1.0, f"{first_id} and {second_id}: {similarity:.2f}"
        assert first["title"] != second["title"]
        assert first["source"] != second["source"]


@each_cluster
def test_articles_that_are_not_wire_copy_share_no_long_word_sequence(cluster: dict[str, Any]):
    for first, second in combinations(cluster["articles"], 2):
        if (first["id"], second["id"]) in WIRE_COPY:
            continue
        shared_words = word_sequences(first["text"], 12) & word_sequences(second["text"], 12)
        assert not shared_words, f"{first['id']} and {second['id']}: {' '.join(min(shared_words))}"


def test_no_two_clusters_share_eight_words_in_a_row():
    owner: dict[tuple[str, ...], str] = {}
    for cluster in CLUSTERS:
        # Article by article, so that no sequence spans the end of one and the start of the next.
        for sequence in set().union(*(word_sequences(article["text"], 8) for article in cluster["articles"])):
            assert owner.setdefault(sequence, cluster["id"]) == cluster["id"], " ".join(sequence)


def test_every_headline_row_has_the_documented_form():
    for row in HEADLINES:
        assert set(row) == {"id", "cluster_id", "headline", "faithful", "error_type", "evidence", "note"}, row["id"]
        assert row["id"].startswith(row["cluster_id"] + "-")
        assert row["note"]
        assert 4 <= len(row["headline"].split()) <= 14, row["headline"]
        if row["faithful"] is True:
            assert row["error_type"] is None, row["id"]
        elif row["faithful"] is None:
            assert row["error_type"] == "contested", row["id"]
        else:
            assert row["faithful"] is False
            assert row["error_type"] in ERROR_TYPES - {"contested"}, row["id"]


def test_every_quote_stands_in_the_title_or_text_of_the_article_it_names():
    cluster_of = {article["id"]: cluster["id"] for cluster in CLUSTERS for article in cluster["articles"]}
    for row in HEADLINES:
        assert row["evidence"], row["id"]
        for evidence in row["evidence"]:
            assert set(evidence) == {"article_id", "quote"}
            assert cluster_of[evidence["article_id"]] == row["cluster_id"], row["id"]
            article = ARTICLES[evidence["article_id"]]
            quote = evidence["quote"]
            assert len(quote.split()) >= 2, f"{row['id']}: too short to find again: {quote!r}"
            assert quote in article["title"] or quote in article["text"], f"{row['id']}: {quote!r}"


def test_a_contested_headline_quotes_two_independent_articles():
    twin = dict(WIRE_COPY)
    for row in HEADLINES:
        if row["error_type"] == "contested":
            witnesses = {evidence["article_id"] for evidence in row["evidence"]}
            # Wire copy counts as one witness: fold the second of a pair into the first.
            independent = {first for first in witnesses if twin.get(first) not in witnesses}
            assert len(independent) >= 2, row["id"]


def test_headlines_are_enough_of_every_kind():
    by_type = Counter(row["error_type"] for row in HEADLINES if row["error_type"])
    assert set(by_type) == ERROR_TYPES
    assert min(by_type.values()) >= 8, by_type
    for cluster in CLUSTERS:
        rows = [row for row in HEADLINES if row["cluster_id"] == cluster["id"]]
        assert sum(row["faithful"] is True for row in rows) >= 4, cluster["id"]
        wrong = [row["error_type"] for row in rows if row["faithful"] is False]
        assert len(wrong) >= 6, cluster["id"]
        assert len(set(wrong)) >= 6, f"{cluster['id']}: the error types vary too little"


def test_the_readme_has_a_row_for_every_cluster_and_names_the_wire_copy_and_the_leak():
    readme = README.read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z-]+)` \|(.*)$", readme, re.M))
    assert {cluster["id"] for cluster in CLUSTERS} <= set(rows)
    for cluster in CLUSTERS:
        ids = {article["id"] for article in cluster["articles"]}
        has_wire_copy = any(first in ids for first, _ in WIRE_COPY)
        assert ("wire copy" in rows[cluster["id"]]) == has_wire_copy, cluster["id"]
        assert ("leak" in rows[cluster["id"]]) == (cluster["id"] == LEAKING_CLUSTER)
