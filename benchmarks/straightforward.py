"""What one would write without the harness: score recorded predictions with rouge-score, aggregate, compare.

    python -m benchmarks.straightforward CLUSTERS PREDICTIONS…

It does what `harness eval` and `harness compare` do on the same files with the metrics `rouge`, `headline` and
`surface`, in the obvious way: rouge-score's scorer for ROUGE, sets of words for the rest, rouge-score's
BootstrapAggregator for every interval, and for every pair of configurations the aggregator once more, over the
differences. It counts less than the harness does: no names, numbers as they are written, no p-values, nothing on disk.
"""

import argparse
import json
import re
from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from rouge_score.rouge_scorer import RougeScorer
from rouge_score.scoring import AggregateScore, BootstrapAggregator, Score

VARIANTS = ("rouge1", "rouge2", "rougeL")


def main() -> None:
    """Prints the mean with its interval for each configuration, and for each pair the difference with its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clusters", type=Path, help="JSON Lines of clusters")
    parser.add_argument("predictions", type=Path, nargs="+", help="JSON Lines of predictions, one file a configuration")
    given = parser.parse_args()
    with given.clusters.open(encoding="utf-8") as stream:
        clusters = {row["id"]: row for row in map(json.loads, stream)}
    scores = {}
    for path in given.predictions:
        with path.open(encoding="utf-8") as stream:
            texts = {row["cluster_id"]: row["text"] for row in map(json.loads, stream)}
        scores[str(path)] = {cluster_id: score(clusters[cluster_id], text) for cluster_id, text in texts.items()}
    np.random.seed(13)  # noqa: NPY002 - the generator that BootstrapAggregator takes
    for path, of_clusters in scores.items():
        show(path, aggregate(of_clusters.values()))
    for first, second in combinations(scores, 2):
        both = (
            {name: Score(*np.subtract(one[name], scores[second][cluster_id][name])) for name in one}
            for cluster_id, one in scores[first].items()
            if cluster_id in scores[second]
        )
        show(f"{first} - {second}", aggregate(both))


def score(cluster: Mapping[str, Any], prediction: str) -> dict[str, Score]:
    """ROUGE against the best reference; length, novelty and copying, each as a score of one number."""
    found = dict(_SCORER.score_multi(cluster["references"], prediction))
    texts = [text for article in cluster["articles"] for text in (article["title"], article["text"])]
    articles = [words(text) for text in texts]
    tokens = words(prediction)
    found["words"] = _single(len(tokens))
    found["characters"] = _single(len(prediction))
    found["within limit"] = _single(len(prediction) <= 70)
    for n in (1, 2):
        known = {gram for other in articles for gram in grams(other, n)}
        ours = grams(tokens, n)
        found[f"in articles {n}"] = _single(sum(gram in known for gram in ours) / max(len(ours), 1))
    numbers = {token for other in articles for token in other if token.isdigit()}
    ours_numbers = [token for token in tokens if token.isdigit()]
    found["numbers"] = _single(sum(token in numbers for token in ours_numbers) / max(len(ours_numbers), 1))
    found["copied"] = _single(any(" ".join(tokens) in " ".join(other) for other in articles))
    return found


_SCORER = RougeScorer(list(VARIANTS), use_stemmer=True)


def _single(value: float) -> Score:
    return Score(float(value), float(value), float(value))


def words(text: str) -> list[str]:
    """The words of a text in lower case."""
    return re.findall(r"\w+", text.lower())


def grams(tokens: list[str], n: int) -> list[tuple[str, ...]]:
    """Runs of n words."""
    return [tuple(tokens[start : start + n]) for start in range(len(tokens) - n + 1)]


def aggregate(scores: Iterable[Mapping[str, Score]]) -> dict[str, AggregateScore]:
    """Intervals of the means."""
    aggregator = BootstrapAggregator()
    for one in scores:
        aggregator.add_scores(one)
    found: dict[str, AggregateScore] = aggregator.aggregate()
    return found


def show(name: str, found: Mapping[str, AggregateScore]) -> None:
    """A line for each measure."""
    for measure, interval in found.items():
        low, middle, high = (100 * one.fmeasure for one in (interval.low, interval.mid, interval.high))
        print(f"{name} {measure}: {middle:.2f} [{low:.2f}, {high:.2f}]")


if __name__ == "__main__":
    main()
