"""A small data set for environments that have nothing but the package."""

import json
from pathlib import Path

NUMBER = 4


def write_data(folder: Path) -> None:
    """Write clusters.jsonl, and predictions.jsonl with a headline for each cluster."""
    clusters, predictions = [], []
    for number in range(NUMBER):
        text = f"The lighthouse at Skerry {number} was sold on Friday. Its keeper welcomed the sale."
        articles = [{"id": "a", "title": f"Lighthouse {number} sold", "text": text}]
        references = [f"Lighthouse {number} is sold on Friday"]
        clusters.append({"id": f"light-{number}", "articles": articles, "references": references})
        predictions.append({"cluster_id": f"light-{number}", "text": f"Lighthouse {number} sold on Friday"})
    for name, rows in (("clusters", clusters), ("predictions", predictions)):
        folder.joinpath(f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def write_config(
    folder: Path, *, models: str = "lead", metrics: str = "rouge", data: str = "{jsonl: {path: clusters.jsonl}}"
) -> None:
    """Write lights.yaml."""
    folder.joinpath("lights.yaml").write_text(f"name: lights\ndata: {data}\nmodels: [{models}]\nmetrics: [{metrics}]\n")


def scores(folder: Path) -> dict[tuple[str, str], float]:
    """(configuration, cluster) → its rouge1-f, of the only run in results/."""
    (file,) = folder.glob("results/lights-*/scores.jsonl")
    rows = map(json.loads, file.read_text().splitlines())
    return {
        (row["configuration"], row["cluster_id"]): row["statistics"]["rouge1-f"]
        for row in rows
        if row["metric"] == "rouge"
    }
