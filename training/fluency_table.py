"""Writes the counts of word classes that the claims room ships: what follows what in headlines, and what governs what.

    python training/fluency_table.py --data ../shared/data --out harness/claims/fluency.tsv.gz

Counted over some ten thousand headlines of the development data: titles and references of NeuS train from its 301st
cluster on, NumHG from its 1,501st headline on, Newsroom titles and compressed sentences; nothing that is measured on.
A line is tab-parted: `3`, three classes in a row and their count, or `a`, a governor's tag with the side that its
dependant stands on, the dependant's relation and tag, and their count.
"""

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.claims.casing import Casing
from harness.claims.fluency import arcs_of, classes
from harness.claims.parsing.parse import Parser
from harness.claims.units import units
from harness.records import Article, Cluster

FIRST_CLUSTER, FIRST_HEADLINE = 300, 1500
BATCH = 500


def lines(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def headlines(data: Path, parser: Parser) -> Iterator[str]:
    """The headlines that are counted, capitals undone as the articles of each would have them."""
    for row in lines(data / "clusters" / "neus_train.jsonl")[FIRST_CLUSTER:]:
        texts = [article["title"] or "" for article in row["articles"]] + list(row["references"])
        yield from undone(texts, [article["text"] for article in row["articles"]], parser)
    for row in lines(data / "headlines" / "numhg_2000.jsonl")[FIRST_HEADLINE:]:
        yield from undone([row.get("summary") or row["headline"]], [row["source"]], parser)
    for name in ("newsroom_titles280", "sentcomp_google1000"):
        yield from (row["reference"] for row in lines(data / "headlines" / f"{name}.jsonl"))


def undone(texts: list[str], articles: list[str], parser: Parser) -> list[str]:
    """Headlines as their articles would case them."""
    made = tuple(Article(article_id=str(n), text=text) for n, text in enumerate(articles))
    casing = Casing((unit.text for unit in units(Cluster(cluster_id="c", articles=made))), parser.common)
    return [casing.undo(text) for text in texts]


def main() -> None:
    """Counts and writes."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    chosen = options.parse_args()
    parser = Parser()
    texts = [text for text in dict.fromkeys(each.removesuffix(".") for each in headlines(chosen.data, parser)) if text]
    counts: Counter[tuple[str, ...]] = Counter()
    for start in range(0, len(texts), BATCH):
        for parse in parser.parse(texts[start : start + BATCH]):
            row = classes(parse)
            counts.update(("3", *row[at : at + 3]) for at in range(len(row) - 2))
            counts.update(("a", *arc) for arc in arcs_of(parse))
    body = "".join("\t".join((*key, str(count))) + "\n" for key, count in sorted(counts.items()))
    with chosen.out.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as out:
        out.write(body.encode())
    print(f"{len(texts)} headlines, {len(counts)} lines, {chosen.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
