"""Clusters with recorded predictions of any number, written to a folder: what whole commands are measured on."""

import json
import random
from pathlib import Path

from benchmarks.texts import Writer

CONFIGURATIONS = ("first", "second", "third")
METRICS = """  - rouge: {variants: [rouge1, rouge2, rougeL], stemmer: true, references: max}
  - headline: {max_characters: 70}
  - surface
"""


def write(
    folder: Path,
    clusters: int,
    *,
    kind: str = "headline",
    references: int = 1,
    articles: int = 3,
    configurations: tuple[str, ...] = CONFIGURATIONS,
    metrics: str = METRICS,
    seed: int = 1,
) -> Path:
    """Clusters of so many articles of 50 to 100 words, recorded configurations, and the file that runs them.

    The first configuration writes best: it takes most of its words from the reference. `kind` is `headline` or
    `summary`; `configurations` are at most three. Returns the configuration file.
    """
    writer = Writer(random.Random(seed))
    write_one = getattr(writer, kind)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "clusters.jsonl").open("w", encoding="utf-8") as stream:
        predictions = [(folder / f"{name}.jsonl").open("w", encoding="utf-8") for name in configurations]
        for number in range(clusters):
            topic = writer.topic(60)
            cluster_id = f"cluster-{number}"
            row = {
                "id": cluster_id,
                "articles": [
                    {
                        "id": f"{number}-{at}",
                        "title": writer.headline(topic),
                        "text": writer.text(topic, 50, 100, line=20),
                    }
                    for at in range(articles)
                ],
                "references": [write_one(topic) for _ in range(references)],
            }
            stream.write(json.dumps(row) + "\n")
            for place, file in enumerate(predictions):
                known = [*topic, *row["references"][0].split() * (4 - place)]
                file.write(json.dumps({"cluster_id": cluster_id, "text": write_one(known)}) + "\n")
        for file in predictions:
            file.close()
    models = "".join(f"  - recorded: {{path: {folder / name}.jsonl}}\n    as: {name}\n" for name in configurations)
    config = folder / "run.yaml"
    config.write_text(
        f"name: bench\nseed: 13\ndata:\n  jsonl: {{path: {folder / 'clusters.jsonl'}}}\nmodels:\n{models}"
        f"metrics:\n{metrics}",
        encoding="utf-8",
    )
    return config
