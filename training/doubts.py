"""Fits the weights of `harness.checkers.doubt`: what speaks against a claim, and from where on it is believed.

    python -m training.doubts --data ../shared/data --out harness/checkers/doubt_weights.json

A logistic model with weights of at least 0 over the signals of a text's most doubtful sentence, on the half of the
development data that `benchmarks.account_cases.part_of` calls `tune`; texts that say nothing whatever their sum are
left out. The table that is printed knows the sum alone, not the elements and conflicts that decide by themselves:
`make metaeval` has the whole.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from benchmarks.account_cases import SETS, Case, neus, of_clusters, of_set, part_of, true_headlines
from benchmarks.labelled_data import RememberedParser
from harness.checkers.doubt import signals
from harness.checkers.neural.entailment import shipped
from harness.checkers.rules import RulesSession
from harness.checkers.verdict import decided

THRESHOLDS = {"with_model": 0.25, "account_alone": 0.3}
"""The probability from which on a text is believed. Chosen on the half `tune` together with
`verdict.SURE_OF_ELEMENT`, so that planted errors, labelled texts and true headlines come out best together."""
WEIGHTS = {"own": 3.0, "numhg": 3.0, "harmless": 1.5, "other": 1.0, "constant": 0.5, "planted": 8.0, "gibberish": 1.5}
"""What each kind of text weighs together; a labelled set weighs 1 on either side."""
RIDGE = 4e-3
LEAST = {"prior_copied": 0.3}
"""Least weight of a signal. The few long copied texts among those that are fitted on would not keep this one."""
MODEL_ONLY = frozenset({"not_entailed", "entailed_novel", "contradicted"})


@dataclass
class Row:
    """One text: its case, the signals of its sentences, and whether another rule decides it (and how)."""

    case: Case
    sentences: list[dict[str, float]]
    decided: bool


def rows(cases: Sequence[Case], session: RulesSession) -> list[Row]:
    """The signals of each case, as a session with the model has them."""
    found = []
    for case in cases:
        if session.why_abstain(case.cluster, case.text):
            continue
        reading = session.reading_of(case.cluster)
        examined = session.examined(case.cluster, [case.text])[0]
        several, settled = [], False
        for one in examined:
            held, read = session.accounted(reading, one)
            several.append(signals(held, one.alignment, session.prior(one), read))
            settled = settled or decided(held, read)
        found.append(Row(case, several, settled))
        if len(found) % 500 == 0:
            print(f"{len(found)} of {len(cases)} texts", flush=True)
    return found


@dataclass
class Sums:
    """All sentences of some texts as a matrix, in units of each signal's own spread."""

    names: list[str]
    matrix: np.ndarray[Any, Any]
    starts: np.ndarray[Any, Any]
    spread: np.ndarray[Any, Any]

    def worst(self, weights: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """For each text the sum of its most doubtful sentence, and which sentence that is."""
        sums = self.matrix @ weights
        ends = np.append(self.starts[1:], len(sums))
        at = np.array([start + int(np.argmax(sums[start:end])) for start, end in zip(self.starts, ends, strict=True)])
        return sums[at], at


def sums_of(held: Sequence[Row], names: list[str], spread: np.ndarray[Any, Any] | None = None) -> Sums:
    """The matrix of some texts."""
    raw = np.array([[told.get(name, 0.0) for name in names] for row in held for told in row.sentences])
    scale = raw.std(0) + 1e-9 if spread is None else spread
    starts = np.cumsum([0, *(len(row.sentences) for row in held)])[:-1]
    return Sums(names, raw / scale, starts, scale)


def weighed(held: Sequence[Row]) -> np.ndarray[Any, Any]:
    """The weight of each text: each kind and error weighs the same as another of its sort, whatever its number."""
    names = [(row.case.kind, row.case.error if row.case.kind in {"planted", "gibberish"} else "", bool(row.case.true))
             for row in held]  # fmt: skip
    counts = {name: names.count(name) for name in set(names)}
    sorts = {kind: len({name for name in counts if name[0] == kind}) for kind, _, _ in counts}
    found = np.array([
        WEIGHTS.get(name[0], 2.0) / sorts[name[0]] / counts[name] for name in names
    ])  # fmt: skip
    shares: np.ndarray[Any, Any] = found / found.sum()
    return shares


def fitted(held: Sequence[Row], names: list[str]) -> tuple[np.ndarray[Any, Any], float]:
    """Weights in the signals' own units, and the intercept."""
    sums = sums_of(held, names)
    true = np.array([float(bool(row.case.true)) for row in held])
    weight = weighed(held)

    def loss(values: np.ndarray[Any, Any]) -> tuple[float, np.ndarray[Any, Any]]:
        against, at = sums.worst(values[:-1])
        logit = values[-1] - against
        chance = 1 / (1 + np.exp(-np.clip(logit, -30, 30)))
        lost = -(weight * (true * np.log(chance + 1e-12) + (1 - true) * np.log(1 - chance + 1e-12))).sum()
        slope = weight * (chance - true)
        gradient = np.append(-(slope[:, None] * sums.matrix[at]).sum(0) + 2 * RIDGE * values[:-1], slope.sum())
        return float(lost + RIDGE * (values[:-1] ** 2).sum()), gradient

    bounds = [(LEAST.get(name, 0.0), None) for name in names]
    bounds = [(least * spread, None) for (least, _), spread in zip(bounds, sums.spread, strict=True)] + [(None, None)]
    best = minimize(loss, np.full(len(names) + 1, 0.01), jac=True, bounds=bounds, method="L-BFGS-B",
                    options={"maxiter": 500})  # fmt: skip
    return best.x[:-1] / sums.spread, float(best.x[-1])


def chances(held: Sequence[Row], names: list[str], weights: np.ndarray[Any, Any], intercept: float) -> Any:
    """The probability of each text."""
    against, _ = sums_of(held, names, np.ones(len(names))).worst(weights)
    return 1 / (1 + np.exp(-(intercept - against)))


def area(true: Any, false: Any) -> float:
    """Chance that a true text stands above a false one, ties half."""
    ordered = np.sort(false)
    below = np.searchsorted(ordered, true, "left") + np.searchsorted(ordered, true, "right")
    return float(below.mean() / 2 / len(ordered))


def table(held: Sequence[Row], chance: Any, threshold: float) -> None:
    """Prints for each kind of text how much is flagged."""
    flagged = (chance < threshold) | np.array([row.decided for row in held])
    ranked = np.where([row.decided for row in held], chance * 0.1, chance)
    kinds = np.array([f"{row.case.kind} {row.case.error}" if row.case.kind in {"planted", "gibberish"} else
                      row.case.kind for row in held])  # fmt: skip
    true = np.array([bool(row.case.true) for row in held])
    for kind in sorted(set(kinds)):
        here = kinds == kind
        if true[here].any() and not true[here].all():
            good, bad = here & true, here & ~true
            balanced = (1 - flagged[good].mean() + flagged[bad].mean()) / 2
            print(f"{kind:28} n {here.sum():4} passed {1 - flagged[good].mean():.2f} flagged {flagged[bad].mean():.2f}"
                  f" balanced {balanced:.3f} AUC {area(ranked[good], ranked[bad]):.3f}")  # fmt: skip
        else:
            print(f"{kind:28} n {here.sum():4} flagged {flagged[here].mean():.3f}")
    planted = [flagged[kinds == kind].mean() for kind in set(kinds) if kind.startswith("planted")]
    print(f"planted mean {np.mean(planted):.3f}")


def main() -> None:
    """Gather, fit with the model and without it, print the other half's figures, write the weights."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, required=True, help="The folder of the development data.")
    options.add_argument("--cache", type=Path, required=True, help="Where parses are kept.")
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--rows", type=int, default=260, help="Rows of each labelled set.")
    given = options.parse_args()
    parser = RememberedParser(given.cache)
    cases = list(of_clusters(neus(given.data / "clusters" / "neus_val.jsonl", 307), parser, ""))
    cases += true_headlines(given.data / "headlines" / "numhg_2000.jsonl")
    for name, path in SETS.items():
        cases += of_set(name, given.data / path, given.rows)
    held = rows(cases, RulesSession("rules", parser, "headline", shipped()))
    tune = [row for row in held if part_of(row.case.group) == "tune"]
    report = [row for row in held if part_of(row.case.group) == "report"]
    free = [row for row in tune if not row.decided]
    everything = sorted({name for row in held for told in row.sentences for name in told})
    written: dict[str, Any] = {}
    for title, left_out in (("with_model", frozenset[str]()), ("account_alone", MODEL_ONLY)):
        names = [name for name in everything if name not in left_out and not name.startswith("conflict_")]
        weights, intercept = fitted(free, names)
        threshold = THRESHOLDS[title]
        kept = {name: round(float(value), 3) for name, value in zip(names, weights, strict=True) if value > 5e-4}
        written[title] = {
            "weights": dict(sorted(kept.items(), key=lambda item: -item[1])),
            "intercept": round(intercept, 3),
            "threshold": round(threshold, 4),
        }
        print(f"--- {title}: threshold {threshold:.3f}; the half that nothing was fitted on:")
        table(report, chances(report, names, weights, intercept), threshold)
    written["provenance"] = {
        "fitted_on": f"{len(free)} texts of the half `tune` of NeuS val, NumHG, DeFacto test, QAGS, CLIFF, FRANK, BUMP",
        "how": "training/doubts.py: logistic regression, weights at least 0, on a text's most doubtful sentence",
    }
    given.out.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
