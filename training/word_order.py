"""Fits what tells words in an order from words in none: a sum over the encoder's states, and what it weighs.

    python -m training.word_order --data ../shared/data --cache PARSES

First `checkers/neural/minilm/order.json`: a logistic model over the means of a text's states after the third and fourth
layer, on headlines that nothing is measured on (those of `training.fluency_table`, NumHG's of the half `tune`) and each
of them shuffled three times. Then the part `with_model` of `checkers/order_weights.json`: what that, the articles' own
order of the words and the entailment model weigh together, on headlines of NeuS train's first 300 clusters and of the
half `tune` of NeuS val and NumHG, each with four shuffles of it. The limit holds up as many true headlines as the
articles' order alone did. Seeded; some fifteen minutes on one core.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from scipy.optimize import minimize

from benchmarks.account_cases import lines, neus, part_of, true_headlines
from benchmarks.labelled_data import RememberedParser
from harness.checkers.account.account import account
from harness.checkers.account.matching import Matcher
from harness.checkers.account.order import disorder
from harness.checkers.neural.entailment import ORDER_LAYERS, shipped
from harness.checkers.rules import RulesSession
from harness.records import Cluster
from training.fluency_table import FIRST_CLUSTER

CHECKERS = Path(__file__).parents[1] / "harness" / "checkers"
ALONE, BESIDE = 3, 4
"""Shuffles of a headline read alone, and beside its articles."""
FEWEST = 3
SEED = 6
RIDGE = 100.0
BOUNDS = {"ordered": [-15.0, 15.0], "disorder": [-15.0, 6.0], "in_window": [-6.0, 6.0]}
"""What is beyond counts no more."""
LIMIT = -1.0
"""Log-odds of the sum below which a claim is in no order: 3 % of the true headlines of the half `tune` are, as many as
before the model was heard, and 9 % of the shuffled ones are not (19 % before)."""
MEASURED = 150
"""Headlines of NumHG that are read beside their articles."""


def shuffles(text: str, many: int, random: Random) -> Iterator[str]:
    """A text's words in other orders, each once."""
    order = text.split()
    seen = {text}
    for _ in range(many):
        for _ in range(9):
            random.shuffle(order)
            if (other := " ".join(order)) not in seen:
                seen.add(other)
                yield other
                break


def read_alone(data: Path) -> list[str]:
    """Headlines to be read alone."""
    found: list[str] = []
    for row in lines(data / "clusters" / "neus_train.jsonl")[FIRST_CLUSTER:]:
        found += [article["title"] or "" for article in row["articles"]] + list(row["references"])
    for name in ("newsroom_titles280", "sentcomp_google1000"):
        found += (row["reference"] for row in lines(data / "headlines" / f"{name}.jsonl"))
    beside = {text for _, text in read_beside(data)}
    for row in lines(data / "headlines" / "numhg_2000.jsonl"):
        text = row.get("summary") or row["headline"]
        if part_of(row["source"][:500]) == "tune" and text not in beside:
            found.append(text)
    texts = dict.fromkeys(text.strip().removesuffix(".") for text in found)
    return [text for text in texts if len(text.split()) >= FEWEST]


def read_beside(data: Path) -> list[tuple[Cluster, str]]:
    """Headlines with the articles that they are read beside."""
    clusters = neus(data / "clusters" / "neus_train.jsonl", FIRST_CLUSTER)
    clusters += [each for each in neus(data / "clusters" / "neus_val.jsonl", 1_000_000)
                 if part_of(each.cluster_id) == "tune"]  # fmt: skip
    numbers = [
        case for case in true_headlines(data / "headlines" / "numhg_2000.jsonl") if part_of(case.group) == "tune"
    ]
    return [(each, each.references[0].text) for each in clusters] + [(c.cluster, c.text) for c in numbers[:MEASURED]]


def fitted(rows: np.ndarray[Any, Any], true: np.ndarray[Any, Any], ridge: float) -> tuple[np.ndarray[Any, Any], float]:
    """Weights and intercept of a logistic model in which both sides weigh the same."""
    middle, spread = rows.mean(0), rows.std(0) + 1e-6
    scaled = (rows - middle) / spread
    weight = np.where(true, (~true).sum() / true.sum(), 1.0)

    def loss(values: np.ndarray[Any, Any]) -> tuple[float, np.ndarray[Any, Any]]:
        logit = scaled @ values[:-1] + values[-1]
        lost = float((weight * np.logaddexp(0, np.where(true, -logit, logit))).sum())
        slope = weight * (1 / (1 + np.exp(-np.clip(logit, -30, 30))) - true)
        gradient = np.append(scaled.T @ slope + ridge * values[:-1], slope.sum())
        return lost + ridge / 2 * float((values[:-1] ** 2).sum()), gradient

    best = minimize(loss, np.zeros(rows.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    return best[:-1] / spread, float(best[-1] - (best[:-1] / spread * middle).sum())


def fit_alone(data: Path) -> None:
    """Write `order.json`."""
    random = Random(SEED)
    model = shipped()
    texts = read_alone(data)
    rows, true = [], []
    for number, text in enumerate(texts, 1):
        for at, each in enumerate([text, *shuffles(text, ALONE, random)]):
            rows.append(model.middle(each))
            true.append(at == 0)
        if number % 1000 == 0:
            print(f"{number} of {len(texts)} headlines", flush=True)
    weights, intercept = fitted(np.array(rows), np.array(true), RIDGE)
    told = {
        "layers": ORDER_LAYERS,
        "weights": [round(float(value), 4) for value in weights],
        "intercept": round(intercept, 4),
        "provenance": f"training/word_order.py: logistic regression on {len(texts)} headlines and "
        f"{len(rows) - len(texts)} shuffles of them, over the means of their states",
    }  # fmt: skip
    (CHECKERS / "neural" / "minilm" / "order.json").write_text(json.dumps(told) + "\n", encoding="utf-8")


def beside(session: RulesSession, cluster: Cluster, texts: Sequence[str]) -> Iterator[list[float]]:
    """For each text what its order is told by."""
    reading = session.reading_of(cluster)
    for sentences in session.examined(cluster, texts):
        one = sentences[0]
        held = account(reading, Matcher(reading, one.reading), one.reading, one.alignment, one.features)
        read = session.entailment(reading, one, held)
        if read is not None:
            said = {"ordered": read.ordered, "disorder": disorder(held.features), "in_window": read.in_window}
            yield [min(high, max(low, said[name])) for name, (low, high) in BOUNDS.items()]


def fit_beside(data: Path, cache: Path) -> None:
    """Write what the model weighs in `order_weights.json`."""
    session = RulesSession("rules", RememberedParser(cache), "headline", shipped())
    random = Random(SEED)
    rows: list[list[float]] = []
    true: list[bool] = []
    pairs = read_beside(data)
    for cluster, text in pairs:
        told = [text, *shuffles(text, BESIDE, random)]
        if not any(session.why_abstain(cluster, each) for each in told):
            found = list(beside(session, cluster, told))
            rows += found
            true += [at == 0 for at in range(len(found))]
    weights, intercept = fitted(np.array(rows), np.array(true), 1.0)
    path = CHECKERS / "order_weights.json"
    held = json.loads(path.read_text(encoding="utf-8"))
    held["with_model"] = {
        "weights": {name: round(float(value), 3) for name, value in zip(BOUNDS, weights, strict=True)},
        "bounds": BOUNDS,
        "limit": round(LIMIT - intercept, 3),
        "provenance": f"training/word_order.py: logistic regression on {sum(true)} headlines and "
        f"{len(true) - sum(true)} shuffles of them beside their articles",
    }
    path.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")
    odds = np.array(rows) @ weights + intercept
    kept = np.array(true)
    for limit in np.arange(-2.0, 1.5, 0.5):
        print(f"limit {limit:+.1f}: of true ones held up {(odds[kept] < limit).mean():.3f}, of shuffled ones passed "
              f"{(odds[~kept] >= limit).mean():.3f}")  # fmt: skip


def main() -> None:
    """Fit the one, then the other."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, required=True, help="The folder of the development data.")
    options.add_argument("--cache", type=Path, required=True, help="Where parses are kept.")
    given = options.parse_args()
    fit_alone(given.data)
    fit_beside(given.data, given.cache)


if __name__ == "__main__":
    main()
