"""Fits the weights of the checker `rules` on development data, and says what error they have.

    python benchmarks/fit_rules.py ../shared/data --out harness/checkers/rules_weights.json

A logistic model over the features of single sentences. Every feature's sign is fixed beforehand (more support never
lowers a probability, more conflict never raises it) and no weight is quite nil, so that a model fitted on one genre
does no harm in another. Each data set has an intercept of its own while fitting, so that the differences *between*
sets teach nothing. Of a text with an error and several sentences the least probable one is taken to be the wrong one
(multiple-instance learning: Dietterich et al., 1997). Minimal pairs add a pairwise term.

Documents are split into five parts by a digest; the reported figures are of parts that the weights were not fitted on.
The weights written are fitted on all parts but the test split of DeFacto. Needs numpy and SciPy.
"""

import argparse
import hashlib
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from harness.checkers.rules import Rules, RulesSession
from harness.checkers.weights import OTHERS, hinged
from harness.claims.lexical import lexicon
from harness.claims.reading import phrase_text
from harness.records import Article, Cluster
from harness.text import number_values

FOLDS = 5
FLOOR = 0.015
RIDGE = 0.002
PAIRS = 0.1
UNSIGNED = {"length", "frames", "names", "figures"}
HINGES = [
    f"{name}>{knot}"
    for name in (
        "bigram_all_share", "bigram_three_share", "trigram_all_share", "arc_all_share", "arc_best_share", "density",
        "longest_run_share", "stem_best_share", "stem_all_share", "role_all_share",
    )
    for knot in (0.6, 0.8)
]  # fmt: skip
SETS = {
    "defacto": "factual/defacto.jsonl",
    "qags": "factual/qags_cnndm_sentences.jsonl",
    "frank": "factual/frank_val.jsonl",
    "cliff": "factual/cliff_val.jsonl",
    "bump": "factual/bump_even_documents.jsonl",
    "entfa": "factual/entfa.jsonl",
    "emergent": "factual/emergent_headlines.jsonl",
}
HEADLINES = "headlines/numhg_2000.jsonl"
IMPORTANCE = {"headline": 0.3, "emergent": 0.2}


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
    matrix: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))


def fold_of(text: str) -> int:
    """Which part a document belongs to, by a digest of its text."""
    return int(hashlib.md5(text[:2000].encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS


def labelled(folder: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """Rows that people labelled, each with the name of its set."""
    for name, path in SETS.items():
        for line in (folder / path).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["label"] is not None:
                yield row, name


def planted(folder: Path, session: RulesSession, most: int, seed: int) -> Iterator[dict[str, Any]]:
    """True human headlines, each with a twin in which one error is planted: number, name, negation, opposite, roles."""
    generator = random.Random(seed)
    rows = [json.loads(line) for line in (folder / HEADLINES).read_text(encoding="utf-8").splitlines()][500:]
    opposites: dict[str, list[str]] = defaultdict(list)
    for line in lexicon()["meaning"]["opposites"].strip().splitlines():
        left, right = (side.split() for side in line.split("|"))
        for word in left:
            opposites[word] += right
        for word in right:
            opposites[word] += left
    strangers: dict[str, list[str]] = defaultdict(list)
    for row in rows[:most]:
        cluster = one_article(row["source"])
        read = session.reading_of(cluster)
        headline = row.get("headline") or row["summary"]
        ((_, reading), *_) = session.readings(cluster, [headline])[0]
        text = reading.parse.text
        options: list[tuple[str, str]] = []
        for (start, end), value in number_values(text):
            if text[start:end].replace(",", "").isdigit():
                other = generator.choice([int(value) * 3 + 1, int(value) + generator.randint(2, 9)])
                options.append(("number", f"{text[:start]}{other}{text[end:]}"))
        tokens = reading.parse.tokens
        for name in reading.names:
            start, end = tokens[name.start].start, tokens[name.end - 1].end
            own = [" ".join(other.words).title() for other in read.names
                   if other.kind == name.kind and not set(other.words) & set(name.words)]  # fmt: skip
            for pool in (own, strangers[name.kind]):
                if pool:
                    options.append(("entity", text[:start] + generator.choice(pool) + text[end:]))
        for frame in reading.frames:
            verb = tokens[frame.predicate]
            if frame.kind == "verb" and verb.dep == "ROOT" and verb.tag in {"VBZ", "VBP", "VBD"}:
                no = {"VBD": "did not", "VBZ": "does not", "VBP": "do not"}[verb.tag]
                options.append(("negation", f"{text[: verb.start]}{no} {verb.lemma}{text[verb.end :]}"))
                if opposites[verb.lemma]:
                    other_verb = generator.choice(opposites[verb.lemma]) + ("s" if verb.tag == "VBZ" else "")
                    options.append(("predicate", text[: verb.start] + other_verb + text[verb.end :]))
            if frame.kind == "verb" and len(frame.agents) == 1 and len(frame.patients) == 1:
                (a, b), (c, d) = (
                    phrase_text(reading.parse, frame.agents[0]),
                    phrase_text(reading.parse, frame.patients[0]),
                )
                if b <= c:
                    options.append(("roles", text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:]))
        for other_name in read.names:
            strangers[other_name.kind].append(" ".join(other_name.words).title())
        base = {"source": row["source"], "dataset": "headline", "split": "dev", "meta": {}}
        yield {**base, "id": row["id"], "summary": headline, "label": 1}
        if options:
            kind = generator.choice(sorted({kind for kind, _ in options}))
            wrong = generator.choice([changed for other_kind, changed in options if other_kind == kind])
            yield {**base, "id": f"{row['id']}-{kind}", "summary": wrong, "label": 0}


def one_article(text: str) -> Cluster:
    """A cluster of one."""
    return Cluster(cluster_id="c", articles=(Article(article_id="a", text=text),))


def gather(folder: Path, headlines: int, seed: int) -> list[Text]:
    """All texts with their features; texts about one document are read together."""
    with Rules().open() as session:
        rows = [*labelled(folder), *((row, "headline") for row in planted(folder, session, headlines, seed))]
        by_source: dict[str, list[tuple[dict[str, Any], str]]] = defaultdict(list)
        for row, name in rows:
            by_source[row["source"]].append((row, name))
        texts = []
        for number, (source, several) in enumerate(by_source.items()):
            found = session.features(one_article(source), [row["summary"] for row, _ in several])
            for (row, name), features in zip(several, found, strict=True):
                if features:
                    group = fold_of(row["summary"] if name == "emergent" else source)
                    pair = row["id"].rsplit("-", 1)[0] if name == "bump" else ""
                    texts.append(Text(row["dataset"], row["split"], group, row["label"], pair, source[:2000], features))
            if number % 200 == 0:
                print(f"{number} of {len(by_source)} documents read", flush=True)
    return texts


@dataclass
class Model:
    """The features: what they are called, how they are standardised, which way each may pull."""

    names: list[str]
    mean: np.ndarray
    scale: np.ndarray
    sign: np.ndarray

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

    def standard(self, text: Text) -> np.ndarray:
        """The standardised features of each sentence."""
        return (text.matrix - self.mean) / self.scale


def fit(model: Model, texts: Sequence[Text]) -> tuple[np.ndarray, dict[str, float]]:
    """Weights of the standardised features, and an intercept for each data set."""
    sets = sorted({text.dataset for text in texts})
    counts = Counter((text.dataset, text.label) for text in texts)
    pairs: dict[str, dict[int, np.ndarray]] = defaultdict(dict)
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

        def loss(t: np.ndarray, x=x, y=y, w=w, d=d) -> tuple[float, np.ndarray]:  # noqa: ANN001
            z = x @ t[:size] + t[size:][d]
            gap = apart @ t[:size]
            value = (w * (np.logaddexp(0, z) - y * z)).sum() + RIDGE * (t[:size] ** 2).sum()
            value += PAIRS * np.logaddexp(0, -gap).mean()
            slope = w * (1 / (1 + np.exp(-z)) - y)
            inner = x.T @ slope + 2 * RIDGE * t[:size] - PAIRS * apart.T @ (1 / (1 + np.exp(gap))) / len(gap)
            return value, np.concatenate([inner, np.bincount(d, slope, len(sets))])

        point = minimize(loss, point, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 400}).x
    return point[:size], dict(zip(sets, point[size:].tolist(), strict=True))


def score(logits: np.ndarray) -> float:
    """Log-probability of a text, as `harness.checkers.weights.whole_probability` has it."""
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


def balanced(good: np.ndarray, bad: np.ndarray, threshold: float) -> float:
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
    parser.add_argument("--headlines", type=int, default=800)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    texts = gather(chosen.data, chosen.headlines, chosen.seed)
    model = Model.of(texts)
    scores: dict[int, float] = {}
    genre_of = {text.dataset: "headline" if text.dataset in {"headline", "emergent"} else "summary" for text in texts}
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
            "data": "DeFacto (train and validation), QAGS-CNN/DM sentences, FRANK and CLIFF validation, BUMP (even"
            " documents), EntFA, Emergent, NumHG headlines with planted errors",
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
    summaries = [value for name, value in intercepts.items() if name not in {"headline", "emergent"}]
    return {"headline": intercepts["headline"], "summary": float(np.mean(summaries))}


if __name__ == "__main__":
    main()
