"""Makes the training pairs: an evidence window, a claim, and whether the one bears the other out.

Four kinds. Labelled sets as they come, long premises cut to the sentences that bear most on the claim. Judged news
summaries (DeFacto, EntFA, training parts only). And pairs of our own making from headlines that editors wrote: the
headline with its evidence (entailed), with one planted error (not), with the sentences that bear it out taken away
(not), with its words shuffled (not), and with another cluster's articles (not): negatives that reuse the articles'
words, positives that paraphrase. And deeds of the articles, which only who did what to whom tells apart
(`training.deeds`).
"""

import argparse
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from harness.checkers.evidence import EvidenceIndex
from harness.checkers.neural.entailment import WINDOW_WORDS, window
from harness.records import Article, Cluster, content_digest
from training.deeds import pairs_of, salad, shuffled
from training.sources import NLI

HELD_OUT = 5
"""One document in so many of the headlines that we make pairs from is kept for measuring."""

Pair = dict[str, Any]
_FIGURE = re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?![\w.])|(?<![\w.,])\d{1,6}(?![\w.,]\d|\w)")


def window_in(cluster: Cluster, claim: str) -> str:
    """The evidence window of a claim in a cluster that is read for it alone."""
    return window(EvidenceIndex(cluster), claim)


def as_cluster(texts: Iterable[str]) -> Cluster:
    """Articles without titles as a cluster."""
    articles = tuple(Article(article_id=f"a{at}", text=text) for at, text in enumerate(texts) if text.strip())
    return Cluster(cluster_id="c", articles=articles)


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a JSON Lines file."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def held_out(key: str) -> bool:
    """Whether a document is kept for measuring."""
    return int(content_digest(key), 16) % HELD_OUT == 0


def nli_pairs(folder: Path, seed: int) -> Iterator[Pair]:
    """Pairs of the labelled sets, whole groups at a time."""
    for source in NLI:
        groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for at, row in enumerate(rows(folder / "nli" / f"{source.name}.jsonl")):
            groups[str(row.get("pair") or f"row {at}")].append(row)
        names = sorted(groups)
        random.Random(f"{seed}|{source.name}").shuffle(names)
        taken = 0
        for name in names:
            if taken >= source.most:
                break
            taken += len(groups[name])
            for row in groups[name]:
                premise = row["premise"]
                if len(premise.split()) > WINDOW_WORDS:
                    premise = window_in(as_cluster([premise]), row["hypothesis"])
                for _ in range(source.repeat if premise else 0):
                    yield _pair(premise, row["hypothesis"], row["label"], source.name, f"{source.name} {name}")


def judged_pairs(folder: Path) -> Iterator[Pair]:
    """Pairs of judged news summaries, training parts only."""
    for name in ("defacto", "defacto_corrected", "entfa"):
        for row in rows(folder / "factual" / f"{name}.jsonl"):
            if row["split"] == "train" and row["label"] is not None:
                premise = window_in(as_cluster([row["source"]]), row["summary"])
                label = "entailment" if row["label"] else "not_entailed"
                yield _pair(premise, row["summary"], label, name, f"{name} {content_digest(row['source'])}")


def _pair(premise: str, claim: str, label: str, source: str, group: str, kind: str = "") -> Pair:
    return {"premise": premise, "claim": claim, "label": label, "source": source, "group": group, "kind": kind}


def headline_pairs(folder: Path, seed: int) -> Iterator[Pair]:
    """True headlines beside what bears them out, with it taken away, and beside other articles.

    Headlines with a number (NumHG) and outlets' own titles (NeuS, training part) against the bodies of all articles of
    the cluster: most paraphrase. Questions and very short titles are no claims.
    """
    drawn = random.Random(seed)
    told: list[tuple[str, str, Cluster]] = []
    for row in rows(folder / "headlines" / "numhg_2000.jsonl"):
        article, headline = row.get("article") or row["source"], row.get("headline") or row["summary"]
        if not held_out(article):
            told.append((f"numhg {row['id']}", headline, as_cluster([article])))
    for row in rows(folder / "clusters" / "neus_train.jsonl"):
        bodies = as_cluster(article["text"] for article in row["articles"])
        titles = [a["title"] for a in row["articles"] if a["title"] and "?" not in a["title"] and _long(a["title"])]
        if bodies.articles and titles:
            told.append((f"neus {row['id']}", drawn.choice(titles), bodies))
    others = told[1:] + told[:1]
    for (group, headline, cluster), (_, _, other) in zip(told, others, strict=True):
        index = EvidenceIndex(cluster)
        yield _pair(window(index, headline), headline, "entailment", "headlines", group, "true")
        if drawn.random() < 0.4:
            bare = window(index, headline, frozenset(index.units[unit].text for unit, _ in index.best(headline, 3)))
            if bare:
                yield _pair(bare, headline, "not_entailed", "headlines", group, "evidence removed")
        if drawn.random() < 0.5:
            mixed = shuffled(headline, drawn)
            yield _pair(window(index, mixed), mixed, "not_entailed", "headlines", group, "shuffled")
        changed = other_figure(headline, cluster, drawn)
        if changed:
            yield _pair(window(index, changed), changed, "not_entailed", "headlines", group, "another figure")
        if drawn.random() < 0.2:
            yield _pair(window_in(other, headline), headline, "neutral", "headlines", group, "another event")


def other_figure(headline: str, cluster: Cluster, drawn: random.Random) -> str | None:
    """A headline with one figure exchanged for another of the same articles, or near it where they have no other."""
    figures = list(_FIGURE.finditer(headline))
    if not figures:
        return None
    figure = drawn.choice(figures)
    value = figure.group()
    told = {found.group() for article in cluster.articles for found in _FIGURE.finditer(article.text)}
    others = sorted(other for other in told if len(other) <= len(value) + 1 and other != value)
    if not others or drawn.random() < 0.3:
        plain = int(value.replace(",", ""))
        others = [f"{plain + step:,}" if "," in value else str(plain + step) for step in (-2, -1, 1, 2, 3, plain, 10)]
        others = [other for other in others if other not in told and not other.startswith(("-", "0"))]
    return headline[: figure.start()] + drawn.choice(others) + headline[figure.end() :] if others else None


def _long(title: str) -> bool:
    return len(title.split()) >= 5


def planted_pairs(folder: Path, seed: int, part: int, parts: int, limit: int) -> Iterator[Pair]:
    """Pairs from headlines of NeuS that `harness.perturbations` changed; one of `parts` shares of the clusters."""
    from harness.claims.parsing.parse import Parser
    from harness.datasets.jsonl import Jsonl
    from harness.perturbations.plant import plant
    from harness.records import RowProblem

    read = Jsonl(path=str(folder / "clusters" / "neus_train.jsonl")).read()
    clusters = [row for row in read if not isinstance(row, RowProblem)][:limit]
    share = clusters[part * len(clusters) // parts : (part + 1) * len(clusters) // parts]
    indexes = {cluster.cluster_id: EvidenceIndex(cluster) for cluster in share}
    drawn = random.Random(f"{seed}|{part}")
    for planting in plant(share, Parser(), seed):
        index = EvidenceIndex(planting.cluster)
        group = f"neus {planting.cluster.cluster_id}"
        told = window(index, planting.original)
        yield _pair(told, planting.original, "entailment", "neus", group, "true")
        best = [index.units[unit].text for unit, _ in index.best(planting.original, 4)]
        bare = window(index, planting.original, frozenset(best))
        if bare:
            yield _pair(bare, planting.original, "not_entailed", "neus", group, "evidence removed")
        other = indexes[drawn.choice(sorted(indexes))]
        if other.units:
            near = window(other, planting.original)
            if near and near != told:
                yield _pair(near, planting.original, "not_entailed", "neus", group, "another cluster")
        for planted, cluster in planting.planted:
            if planted.edit in ("padding", "doubled source", "reordered"):
                continue
            at = index if cluster is planting.cluster else EvidenceIndex(cluster)
            label = "entailment" if planted.harmless else "not_entailed"
            yield _pair(window(at, planted.text), planted.text, label, "neus", group, planted.edit)


def deed_pairs(folder: Path, seed: int, limit: int) -> Iterator[Pair]:
    """Pairs that only the order of their words tells apart: deeds of NeuS clusters and NumHG articles."""
    from harness.claims.parsing.parse import Parser

    parser = Parser()
    drawn = random.Random(f"{seed}|deeds")
    told = [
        (f"neus {row['id']}", as_cluster(article["text"] for article in row["articles"]))
        for row in rows(folder / "clusters" / "neus_train.jsonl")
    ]
    for row in rows(folder / "headlines" / "numhg_2000.jsonl"):
        article = row.get("article") or row["source"]
        if not held_out(article):
            told.append((f"numhg {row['id']}", as_cluster([article])))
    drawn.shuffle(told)
    for group, cluster in told[:limit]:
        if not cluster.articles:
            continue
        for premise, (claim, label, kind) in pairs_of(cluster, parser, drawn):
            if premise:
                yield _pair(premise, claim, label, "deeds", group, kind)
        if drawn.random() < 0.3:
            mixed = salad(cluster, drawn)
            premise = window_in(cluster, mixed)
            if premise:
                yield _pair(premise, mixed, "not_entailed", "deeds", group, "salad")


def main() -> None:
    """Write the pairs of one kind to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="The folder of the development data.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--kind", choices=["nli", "judged", "headlines", "planted", "deeds"], required=True)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--part", type=int, default=0)
    parser.add_argument("--parts", type=int, default=1)
    parser.add_argument("--limit", type=int, default=1600, help="Clusters that errors or deeds are made of.")
    given = parser.parse_args()
    makers = {
        "nli": lambda: nli_pairs(given.data, given.seed),
        "judged": lambda: judged_pairs(given.data),
        "headlines": lambda: headline_pairs(given.data, given.seed),
        "deeds": lambda: deed_pairs(given.data, given.seed, given.limit),
        "planted": lambda: planted_pairs(given.data, given.seed, given.part, given.parts, given.limit),
    }
    given.out.parent.mkdir(parents=True, exist_ok=True)
    with given.out.open("w", encoding="utf-8") as file:
        for pair in makers[given.kind]():
            file.write(json.dumps(pair, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
