"""Fits the weights of the checker `rules` on development data, and says what error they have.

    python -m benchmarks.fit_rules ../shared/data --out harness/checkers/rules_weights.json

A logistic model over the features of single sentences. Every feature's sign is fixed beforehand (more support never
lowers a probability, more conflict never raises it) and no weight is quite nil, so that a model fitted on one genre
does no harm in another. Each data set has an intercept of its own while fitting, so that the differences *between*
sets teach nothing. Of a text with an error and several sentences the least probable one is taken to be the wrong one
(multiple-instance learning: Dietterich et al., 1997). Minimal pairs add a pairwise term.

Documents are split into five parts by a digest; the reported figures are of parts that the weights were not fitted on.
The weights written are fitted on all parts but the test split of DeFacto. Needs numpy and SciPy.
"""

import argparse
import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.labelled_data import FOLDS, HINGES, Row, one_article, read
from harness.checkers.aggregate import OTHERS
from harness.checkers.rules import Rules
from harness.checkers.weights import hinged

Floats = NDArray[np.float64]

FLOOR = 0.015
RIDGE = 0.002
PAIRS = 0.1
UNSIGNED = {"length", "frames", "names", "figures"}
USED = ("defacto", "qags_sentences", "frank", "cliff", "bump", "entfa", "emergent", "planted")
"""The sets it is fitted on; its pairs are BUMP's."""
HEADLINES = ("planted", "emergent")
IMPORTANCE = {"planted": 0.3, "emergent": 0.2}


@dataclass
class Text:
    """One labelled text with the features of its sentences."""

    dataset: str
    split: str
    group: int
    label: int
    pair: str
    document: str
    rows: list[dict[str, float]]
    matrix: Floats = field(default_factory=lambda: np.zeros((0, 0)))


def texts_of(rows: Sequence[Row]) -> list[Text]:
    """The texts that it is fitted on, with the features of their sentences, those of `rules` alone."""
    with Rules().open() as session:
        ((example,),) = session.examined(one_article("The court overturned a ban."), ["Court overturns ban"])
    return [
        Text(
            dataset="defacto" if row.dataset == "defacto_test" else row.dataset,
            split="test" if row.reported_only else "",
            group=row.part,
            label=int(row.label),
            pair=row.pair if row.pair and row.name == "bump" else "",
            document=row.document[:2000],
            rows=[{name: value for name, value in one.items() if name in example.features} for one in row.signals],
        )
        for row in rows
        if row.name in USED
    ]


@dataclass
class Model:
    """The features: what they are called, how they are standardised, which way each may pull."""

    names: list[str]
    mean: Floats
    scale: Floats
    sign: Floats

    @classmethod
    def of(cls, texts: Sequence[Text]) -> "Model":
        """Names, means and scales of all features of `texts`, whose matrices are filled in."""
        names = sorted({name for text in texts for row in text.rows for name in row}) + HINGES
        for text in texts:
            text.matrix = np.array([[hinged(row, name) for name in names] for row in text.rows])
        everything = np.vstack([text.matrix for text in texts])
        varies = everything.std(0) > 1e-3
        names = [name for name, useful in zip(names, varies, strict=True) if useful]
        for text in texts:
            text.matrix = text.matrix[:, varies]
        everything = everything[:, varies]
        sign = np.array([0 if n in UNSIGNED else 1 if "share" in n or n.startswith("density") else -1 for n in names])
        return cls(names, everything.mean(0), everything.std(0), sign)

    def standard(self, text: Text) -> Floats:
        """The standardised features of each sentence."""
        standard: Floats = (text.matrix - self.mean) / self.scale
        return standard


def fit(model: Model, texts: Sequence[Text]) -> tuple[Floats, dict[str, float]]:
    """Weights of the standardised features, and an intercept for each data set."""
    sets = sorted({text.dataset for text in texts})
    counts = Counter((text.dataset, text.label) for text in texts)
    pairs: dict[str, dict[int, Floats]] = defaultdict(dict)
    for text in texts:
        if text.pair:
            pairs[text.pair][text.label] = model.standard(text).sum(0)
    apart = np.array([both[1] - both[0] for both in pairs.values() if len(both) == 2])
    size = len(model.names)
    bounds = [(FLOOR, None) if s > 0 else (None, -FLOOR) if s < 0 else (None, None) for s in model.sign]
    bounds += [(None, None)] * len(sets)
    point = np.concatenate([FLOOR * model.sign, np.zeros(len(sets))])
    for step in range(3):
        rows, labels, weights, owners = [], [], [], []
        for text in texts:
            standard = model.standard(text)
            weight = IMPORTANCE.get(text.dataset, 1.0) / counts[text.dataset, text.label]
            if text.label == 0 and step:
                standard = standard[[int((standard @ point[:size]).argmin())]]
            rows.append(standard)
            labels += [text.label] * len(standard)
            weights += [weight / len(standard)] * len(standard)
            owners += [sets.index(text.dataset)] * len(standard)
        x, y, w, d = np.vstack(rows), np.array(labels, float), np.array(weights), np.array(owners)
        w = w / w.sum()

        def loss(
            t: Floats, x: Floats = x, y: Floats = y, w: Floats = w, d: NDArray[np.int64] = d
        ) -> tuple[float, Floats]:
            z = x @ t[:size] + t[size:][d]
            gap = apart @ t[:size]
            value = (w * (np.logaddexp(0, z) - y * z)).sum() + RIDGE * (t[:size] ** 2).sum()
            value += PAIRS * np.logaddexp(0, -gap).mean()
            slope = w * (1 / (1 + np.exp(-z)) - y)
            inner = x.T @ slope + 2 * RIDGE * t[:size] - PAIRS * apart.T @ (1 / (1 + np.exp(gap))) / len(gap)
            return value, np.concatenate([inner, np.bincount(d, slope, len(sets))])

        point = minimize(loss, point, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 400}).x
    return point[:size], dict(zip(sets, point[size:].tolist(), strict=True))


def score(logits: Floats) -> float:
    """Log-probability of a text, as `harness.checkers.aggregate.whole_probability` has it."""
    logs = -np.logaddexp(0, -logits)
    return float(logs.min() + OTHERS * (logs.sum() - logs.min()))


def auc(good: Sequence[float], bad: Sequence[float]) -> float:
    """Chance that a faithful text scores above an unfaithful one, ties half."""
    from scipy.stats import rankdata

    ranks = rankdata([*good, *bad])
    return float((ranks[: len(good)].sum() - len(good) * (len(good) + 1) / 2) / (len(good) * len(bad)))


def interval(rows: Sequence[tuple[str, int, float]], seed: int, times: int = 1000) -> tuple[float, float]:
    """The 95 % percentile bootstrap interval of the area under the curve; texts about one document stay together."""
    generator = np.random.default_rng(seed)
    documents: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for document, label, value in rows:
        documents[document].append((label, value))
    held = list(documents.values())
    found = []
    for _ in range(times):
        drawn = [row for index in generator.integers(0, len(held), len(held)) for row in held[index]]
        sides = [[value for label, value in drawn if label == kind] for kind in (1, 0)]
        if all(sides):
            found.append(auc(sides[0], sides[1]))
    low, high = np.quantile(found, [0.025, 0.975])
    return round(float(low), 3), round(float(high), 3)


def balanced(good: Floats, bad: Floats, threshold: float) -> float:
    """Mean of the shares of faithful texts at or above, and of unfaithful ones below, a threshold."""
    return float(((good >= threshold).mean() + (bad < threshold).mean()) / 2)


def is_test(text: Text) -> bool:
    """Whether a text is never fitted on."""
    return text.dataset == "defacto" and text.split == "test"


def main() -> None:
    """Fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "labelled")
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    texts = texts_of(read(chosen.data, chosen.cache))
    model = Model.of(texts)
    scores: dict[int, float] = {}
    genre_of = {text.dataset: "headline" if text.dataset in HEADLINES else "summary" for text in texts}
    worst: dict[int, float] = {}
    for part in range(FOLDS):
        weights, intercepts = fit(model, [t for t in texts if t.group != part and not is_test(t)])
        prior = priors(intercepts)
        for number, text in enumerate(texts):
            if text.group == part:
                logits = model.standard(text) @ weights + prior[genre_of[text.dataset]]
                scores[number], worst[number] = score(logits), 1 / (1 + np.exp(-float(logits.min())))
    report: dict[str, object] = {}
    for name in sorted(genre_of):
        mine = [n for n, t in enumerate(texts) if t.dataset == name and (name != "defacto" or is_test(t))]
        good, bad = ([scores[n] for n in mine if texts[n].label == label] for label in (1, 0))
        low, high = interval([(texts[n].document, texts[n].label, scores[n]) for n in mine], chosen.seed)
        report[name] = {
            "auc": round(auc(good, bad), 3), "low": low, "high": high, "faithful": len(good), "unfaithful": len(bad),
        }  # fmt: skip
    genres = {}
    weights, intercepts = fit(model, [t for t in texts if not is_test(t)])
    for genre, intercept in priors(intercepts).items():
        best = (0.0, 0.5)
        for threshold in np.arange(0.1, 0.9, 0.01):
            found = []
            for name in (name for name, kind in genre_of.items() if kind == genre and name != "emergent"):
                sides = [np.array([worst[n] for n, t in enumerate(texts) if t.dataset == name and t.label == label])
                         for label in (1, 0)]  # fmt: skip
                found.append(balanced(sides[0], sides[1], threshold))
            best = max(best, (float(np.mean(found)), float(threshold)))
        genres[genre] = {
            "intercept": round(intercept, 4), "threshold": round(best[1], 2),
            "balanced_accuracy": round(best[0], 3),
        }  # fmt: skip
    pairs: dict[str, dict[int, float]] = defaultdict(dict)
    for number, text in enumerate(texts):
        if text.pair:
            pairs[text.pair][text.label] = scores[number]
    sides_of = [both for both in pairs.values() if len(both) == 2]
    result = {
        "provenance": {
            "made_by": "benchmarks/fit_rules.py",
            "data": "DeFacto (half of train and validation), QAGS-CNN/DM sentences, FRANK and CLIFF validation, BUMP"
            " (even documents), EntFA (half), Emergent, NumHG headlines with planted errors",
            "held_out": "five parts by document digest; DeFacto: its test split",
            "auc": report,
            "bump_pairs_won": round(sum(both[1] > both[0] for both in sides_of) / len(sides_of), 3),
            "seed": chosen.seed,
            "checker_version": Rules.version,
        },
        "genres": genres,
        "features": {
            name: {"mean": round(float(m), 6), "scale": round(float(s), 6), "weight": round(float(w), 4)}
            for name, m, s, w in zip(model.names, model.mean, model.scale, weights, strict=True)
            if abs(w) > 1e-6
        },
    }
    chosen.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({"genres": genres, **result["provenance"]}, indent=1))


def priors(intercepts: dict[str, float]) -> dict[str, float]:
    """An intercept a genre: the headlines' own, and the mean of the sets of summaries."""
    summaries = [value for name, value in intercepts.items() if name not in HEADLINES]
    return {"headline": intercepts["planted"], "summary": float(np.mean(summaries))}


if __name__ == "__main__":
    main()
