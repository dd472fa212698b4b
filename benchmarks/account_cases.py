"""The cases that the account is measured on: controls, true headlines, planted errors, labelled texts.

From development data that is not part of this repository. Each case has a kind, a group (its document or cluster), the
articles, a text, and whether the text is true of them. Parts are split by cluster or document: `tune` and `report`.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from harness.claims.parsing.parse import Parser
from harness.language.lexical import word_list
from harness.language.text import words
from harness.perturbations.plant import plant
from harness.records import Article, Cluster, Reference

CONSTANTS = (
    "Breaking news", "Police arrest man after attack", "Officials say more details to follow",
    "President to visit China",
    "Two people killed in crash", "Everything you need to know today", "Government announces new plan",
    "Company says profits rose", "Here is what happened", "Storm hits coast as thousands flee",
)  # fmt: skip
SETS = {
    "defacto": "factual/defacto.jsonl",
    "qags": "factual/qags_cnndm_summaries.jsonl",
    "cliff": "factual/cliff_val.jsonl",
    "frank": "factual/frank_val.jsonl",
    "bump": "factual/bump_even_documents.jsonl",
}
SEED = 7


@dataclass(frozen=True)
class Case:
    """One text to be checked."""

    kind: str
    group: str
    cluster: Cluster
    text: str
    true: bool | None
    error: str = ""


def part_of(group: str) -> str:
    """Which part a cluster or document is in, by a digest of its name or text."""
    return "tune" if hashlib.md5(group.encode(), usedforsecurity=False).digest()[0] % 2 else "report"


def lines(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def neus(path: Path, limit: int) -> list[Cluster]:
    """Clusters of news with their editors' headlines."""
    return [
        Cluster(
            cluster_id=row["id"],
            articles=tuple(
                Article(article_id=a["id"], title=a["title"] or "", text=a["text"]) for a in row["articles"]
            ),
            references=tuple(Reference(text=text) for text in row["references"]),
        )
        for row in lines(path)[:limit]
    ]


def of_clusters(clusters: list[Cluster], parser: Parser, prefix: str) -> Iterator[Case]:
    """Each cluster with its own headline, changed ones, those of others, and gibberish."""
    vocabulary = sorted({word for c in clusters for a in c.articles for word in words(a.text) if word.isalpha()})
    for number, planting in enumerate(plant(clusters, parser, SEED)):
        cluster, original = planting.cluster, planting.original
        group = cluster.cluster_id
        yield Case(f"{prefix}own", group, cluster, original, True)
        for row, changed in planting.planted:
            name = f"{prefix}harmless" if row.harmless else f"{prefix}planted"
            yield Case(name, group, changed, row.text, row.harmless, row.edit)
        random = Random(f"{SEED} {group}")
        at = next(place for place, held in enumerate(clusters) if held.cluster_id == group)
        for step in (7, 23):
            other = clusters[(at + step) % len(clusters)]
            if other.references and other.cluster_id != group:
                yield Case(f"{prefix}other", group, cluster, other.references[0].text, False)
        for shape, text in gibberish(cluster, original, vocabulary, random):
            yield Case(f"{prefix}gibberish", group, cluster, text, False, shape)
        yield Case(f"{prefix}constant", group, cluster, CONSTANTS[number % len(CONSTANTS)], False)


def gibberish(cluster: Cluster, headline: str, vocabulary: list[str], random: Random) -> Iterator[tuple[str, str]]:
    """Texts that say nothing, in six shapes."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    own = [word for article in cluster.articles for word in words(article.text) if word.isalpha()]
    content = [word for word in own if word not in word_list("function", "content_free")]
    yield "letters", " ".join("".join(random.choices(letters, k=random.randint(3, 8))) for _ in range(6))
    yield "dictionary", " ".join(random.choices(vocabulary, k=8))
    yield "article words", " ".join(random.choices(own, k=9))
    yield "content words", " ".join(random.choices(content, k=7)) if content else "the of"
    shuffled = headline.split()
    random.shuffle(shuffled)
    yield "headline shuffled", " ".join(shuffled)
    yield "one word", random.choice(content) if content else "the"
    yield "repeated", " ".join([random.choice(content) if content else "the"] * 6)


def true_headlines(path: Path) -> Iterator[Case]:
    """True headlines with a number on articles that the entailment model was not trained on."""
    from training.pairs import held_out

    for number, row in enumerate(lines(path)):
        if held_out(row["source"]):
            cluster = Cluster(cluster_id=f"numhg-{number}", articles=(Article(article_id="a", text=row["source"]),))
            yield Case("numhg", row["source"][:500], cluster, row.get("summary") or row["headline"], True)


def of_set(name: str, path: Path, limit: int) -> Iterator[Case]:
    """Whole documents of a labelled set, by digest, until there are so many rows."""
    rows = [row for row in lines(path) if row["label"] is not None]
    if name == "defacto":
        rows = [row for row in rows if row.get("split") == "test"]
    rows.sort(key=lambda row: hashlib.md5(row["source"].encode(), usedforsecurity=False).hexdigest())
    taken = 0
    last = ""
    for row in rows:
        if taken >= limit and row["source"] != last:
            return
        last, taken = row["source"], taken + 1
        cluster = Cluster(
            cluster_id=hashlib.md5(last.encode(), usedforsecurity=False).hexdigest()[:12],
            articles=(Article(article_id="a", text=last),),
        )
        meta = row.get("meta") or {}
        error = str(meta.get("error_type") or "")
        yield Case(name, last[:500], cluster, row.get("summary") or row["headline"], bool(row["label"]), error)
