"""Fit the weights of the checker `ensemble`, and say what they are worth.

    python benchmarks/fit_ensemble.py --data ../shared/data [--write]

Reads labelled development data, which is not part of this repository. Documents are split in five parts by a digest of
their text; figures are those of each part under weights fitted on the others. In the column LODO the data set and its
documents were left out altogether. The weights written are fitted on all parts, but never on DeFacto's test split.

The model is `harness.checkers.ensemble.Blend`: two sign-constrained logistic models blended by how copied a sentence
is. A text is faithful if each of its sentences is, so the loss is that of the product of its sentences' probabilities;
for minimal pairs it is that of the difference. Each data set has an intercept of its own while weights are fitted
(sets differ in how many texts are faithful), and classes weigh alike; then one intercept a side is fitted to all.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from ensemble_fit import CENTRE, GATE, OTHERS, PAIRED, RULES, SHRINK, TIE, WIDTH, Fit, Fitter, Floats, pairs_of
from fit_rules import Model, interval, priors, texts_of
from fit_rules import fit as fit_rules
from labelled_data import FOLDS, SEED, Row, fill, read
from numpy.typing import NDArray

from harness.analysis.metaeval import balanced_accuracy, calibration_error, roc_auc
from harness.checkers.weights import Weights, load_weights, weights_digest

UNSEEN = ("entfa",)
"""Left for measuring: a set that neither this program nor its choices have seen."""


def report(rows: Sequence[Row], found: Floats, passed: NDArray[np.bool_]) -> dict[str, dict[str, float]]:
    """AUC, balanced accuracy at the thresholds and calibration error (classes weighted alike) of each data set."""
    result: dict[str, dict[str, float]] = {}
    for dataset in dict.fromkeys(row.dataset for row in rows):
        held = np.array([row.dataset == dataset for row in rows])
        labels = np.array([row.label for row in rows])[held]
        if labels.all() or not labels.any():
            continue
        once = np.ones((1, int(held.sum())))
        alike = np.where(labels, 0.5 / labels.sum(), 0.5 / (~labels).sum())[None, :] * len(labels)
        kept = [(row.document[:2000], int(row.label), found[at]) for at, row in enumerate(rows) if held[at]]
        low, high = interval(kept, SEED)
        result[dataset] = {
            "rows": float(held.sum()),
            "auc": float(roc_auc(labels, found[held], once)[0]),
            "low": low,
            "high": high,
            "balanced_accuracy": float(balanced_accuracy(labels, passed[held], once)[0]),
            "calibration_error": float(calibration_error(labels, found[held], alike)[0]),
        }
    numbers, _ = pairs_of(rows)
    for kind in ("bump", "falke", "planted", "defacto"):
        mine = [(t, f) for t, f in numbers.tolist() if (rows[t].pair or "").startswith(kind)]
        if mine:
            right = float(np.mean([found[true] > found[false] for true, false in mine]))
            result[f"{kind} pairs"] = {"rows": float(len(mine)), "consistency": right}
    return result


def fitted(names: Sequence[str], rows: Sequence[Row], known: Weights | None = None) -> tuple[Fit, Fitter]:
    """A fit on rows, but for those only reported; with weights of `rules` fitted on the same where none are known."""
    used = [row for row in rows if not row.reported_only]
    fitter = Fitter(names, used)
    return fitter.fit(used, known or rules_on(used)), fitter


def rules_on(rows: Sequence[Row]) -> Weights:
    """The weights that `fit_rules` gives on some rows alone."""
    texts = texts_of(rows)
    model = Model.of(texts)
    weights, intercepts = fit_rules(model, texts)
    columns = list(zip(model.names, model.mean.tolist(), model.scale.tolist(), weights.tolist(), strict=True))
    return Weights(
        mean={name: mean for name, mean, _, _ in columns},
        scale={name: scale for name, _, scale, _ in columns},
        weight={name: weight for name, _, _, weight in columns},
        intercept={"summary": priors(intercepts)["summary"]},
        threshold={},
        provenance={},
    )


def cross_fitted(names: Sequence[str], rows: Sequence[Row]) -> tuple[Floats, NDArray[np.bool_]]:
    """Probability of each row, and whether it passes, by weights that were fitted on the other four parts."""
    found, passed = np.zeros(len(rows)), np.zeros(len(rows), dtype=bool)
    for part in range(FOLDS):
        fit, fitter = fitted(names, [row for row in rows if row.part != part])
        mine = [number for number, row in enumerate(rows) if row.part == part]
        held = [rows[number] for number in mine]
        found[mine], passed[mine] = fitter.probabilities(fit, held), fitter.passed(fit, held)
        sys.stderr.write(f"part {part + 1} of {FOLDS}\n")
    return found, passed


def left_out(names: Sequence[str], rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Figures on each family of data sets, fitted without that family and its documents."""
    found: dict[str, dict[str, float]] = {}
    for group in sorted({row.group for row in rows}):
        mine = [row for row in rows if row.group == group]
        theirs = {row.document[:200] for row in mine}
        fit, fitter = fitted(names, [row for row in rows if row.group != group and row.document[:200] not in theirs])
        found.update(report(mine, fitter.probabilities(fit, mine), fitter.passed(fit, mine)))
    return found


def by_genre(rows: Sequence[Row], found: Floats, passed: NDArray[np.bool_], gate: int) -> dict[str, dict[str, float]]:
    """Figures on novel and on copied texts, all labelled sets together."""
    kept = [at for at, row in enumerate(rows) if row.group not in PAIRED and row.name != "defacto_corrected"]
    copied = [bool(np.mean(rows[at].matrix[:, gate] >= CENTRE) >= 0.5) for at in kept]
    merged = [
        replace(rows[at], dataset="copied" if side else "novel", pair=None)
        for at, side in zip(kept, copied, strict=True)
    ]
    return report(merged, found[kept], passed[kept])


def main() -> None:
    """Fit, report, and write the weights where asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the development data")
    parser.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir()) / "labelled", help="where signals are kept"
    )
    parser.add_argument("--left-out", action="store_true", help="also measure on each set without having fitted it")
    parser.add_argument("--write", action="store_true", help="write harness/checkers/ensemble_weights.json")
    options = parser.parse_args()
    rows = [row for row in read(options.data, options.cache) if row.name not in UNSEEN]
    names = fill(rows)
    fit, fitter = fitted(names, rows, load_weights("rules"))
    crossed, passed = cross_fitted(names, rows)
    inside = report(rows, crossed, passed)
    outside = left_out(names, rows) if options.left_out else {}
    genres = by_genre(rows, crossed, passed, fitter.gate)
    print(f"{'each part by the others':30} {'n':>5}  {'AUC':>5} {'acc.':>5} {'ECE':>5} {'LODO':>5}")
    for name, item in {**inside, **genres}.items():
        cells = [item.get("auc", item.get("consistency")), item.get("balanced_accuracy"), item.get("calibration_error")]
        other = outside.get(name, {})
        cells.append(other.get("auc", other.get("consistency")))
        shown = " ".join("    –" if cell is None else f"{cell:5.3f}" for cell in cells)
        print(f"{name:30} {item['rows']:5.0f}  {shown}")
    if options.write:
        target = Path(__file__).resolve().parent.parent / "harness" / "checkers" / "ensemble_weights.json"
        target.write_text(json.dumps(as_file(names, rows, fit, inside, outside, genres), indent=1) + "\n", "utf-8")
        sys.stderr.write(f"wrote {target.name}: `ensemble` reads it when it is opened\n")


def as_file(
    names: Sequence[str],
    rows: Sequence[Row],
    fit: Fit,
    inside: dict[str, dict[str, float]],
    outside: dict[str, dict[str, float]],
    genres: dict[str, dict[str, float]],
) -> dict[str, Any]:
    """What `ensemble_weights.json` holds; a signal without weight on either side is left out."""

    def rounded(found: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
        return {name: {key: round(value, 3) for key, value in item.items()} for name, item in found.items()}

    used = [row for row in rows if not row.reported_only]
    return {
        "provenance": {
            "command": "python benchmarks/fit_ensemble.py --data ../shared/data --write",
            "model": "two sign-constrained logistic models, blended; a text is the product of its sentences",
            "fitted_on": "all documents that were read, without DeFacto's test split",
            "rows": dict(sorted(Counter(row.name for row in used).items())),
            "mixed_in": f"{RULES:.2f} of the log-odds are those of rules_weights.json ({weights_digest('rules')})",
            "ridge": SHRINK,
            "tie": TIE,
            "seed": "none: the fit is deterministic",
            "each_part_by_the_others": rounded(inside),
            "data_set_left_out": rounded(outside),
            "genres": rounded(genres),
        },
        "thresholds": {"novel": fit.thresholds[0], "copied": fit.thresholds[1]},
        "gate": {"signal": GATE, "centre": CENTRE, "width": WIDTH},
        "others": OTHERS,
        "calibration": {"slope": fit.slope, "offset": fit.offset},
        "intercepts": {"novel": fit.intercepts[0], "copied": fit.intercepts[1]},
        "signals": {
            name: {
                "mean": round(float(fit.mean[at]), 4),
                "scale": round(float(fit.scale[at]), 4),
                "novel": float(fit.novel[at]),
                "copied": float(fit.copied[at]),
            }
            for at, name in enumerate(names)
            if fit.novel[at] or fit.copied[at]
        },
    }


if __name__ == "__main__":
    main()
