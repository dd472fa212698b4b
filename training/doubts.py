"""Fits the sums of the factual check: what speaks against a claim, and whether it says anything of the articles.

    python -m training.doubts --data ../shared/data --rows FOLDER [--sentences | --alone]

`harness/checkers/doubt_weights.json` holds logistic models with weights of at least 0 over the signals of a text's most
doubtful sentence: one for headlines, fitted on headlines that people wrote and what was made of them and on plain ones
of ours (`training/plain.jsonl`), and, with `--sentences`, one for long sentences, fitted on these and on the labelled
sets. `harness/checkers/about_weights.json` tells any of those headlines, true or false, from texts that say nothing of
the articles. All on the half `tune`; the table that is printed is of five folds by cluster or document, and knows the
sums alone, not the elements and conflicts that decide by themselves: `make metaeval` has the whole.

With `--alone` all sums stay, and the weights of parties that stand alone (`harness.checkers.account.telling`) are
fitted beside the one for headlines, on what nothing else decides of its headlines and of claims of later invented
events. To be run after a fit of the whole, which leaves them out.
"""

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from benchmarks.labelled_data import RememberedParser
from harness.checkers.neural.entailment import shipped
from harness.checkers.rules import RulesSession
from training.signals import Text, headline_cases, kept, later_cases, set_cases

FOLDER = Path("harness") / "checkers"
THRESHOLDS = {"with_model": {"headline": 0.36, "sentence": 0.35}, "account_alone": {"sentence": 0.3}}
"""The probability from which on a text is believed. Chosen on the half `tune` together with what holds a text up by
itself, so that planted errors, labelled texts and true headlines come out best together."""
WEIGHTS = {
    "own": 3.0, "numhg": 3.0, "harmless": 1.5, "planted": 8.0, "gibberish": 1.0, "figures": 1.0, "plain": 10.0,
}  # fmt: skip
"""What each kind of text weighs together, on either side; a labelled set weighs 2."""
RIDGE = {"headline": 1e-3, "sentence": 4e-3}
"""How strongly weights are held near those that they start from: those for sentences, and 0. What no headline of these
lacks, such as who says it, keeps its weight so."""
LEAST = {"sentence": {"prior_copied": 0.3}}
"""Least weight of a signal. The few long copied texts among those that are fitted on would not keep this one."""
MODEL_ONLY = frozenset({
    "not_entailed", "entailed_novel", "contradicted", "not_surely_entailed", "read_against", "perhaps_contradicted",
    "closely_unsure",
})  # fmt: skip
ORDER = "order_"
"""Begins the names of signals of word order, among them how many words the articles have. A sum for headlines without
them: false ones that are made of the articles' own words would teach it to distrust what is copied."""
ALONE = ("agent_alone", "patient_alone", "oblique_alone", "apart_elsewhere")
"""Parties that no sentence joins to their deed, in claims whose every word the articles have. Fitted apart: where other
words are missing as well such a party says nothing, and most plain headlines of ours put something in other words."""
ABOUT_WEIGHTS = {"own": 1.0, "numhg": 1.0, "plain": 2.0, "constant": 5.0, "other": 2.0, "gibberish": 0.3,
                 "single word": 0.5}  # fmt: skip
"""The same for telling what is about the articles: `own`, `numhg` and `plain` are, true or false."""
ABOUT_RIDGE = 1e-3
ABOUT_MARGIN = {"with_model": 0.4, "account_alone": 1.5}
"""Log-odds by which more has to speak for a text than against it: without, one of 3,290 constants passes beside NeuS
train, and without the model headlines of other clusters do."""
FEWER = frozenset({"gone", "few_words", "hollow", "nothing_own", "not_entailed"})
"""Features that only speak against a text's being about the articles; the others only for it."""
SHUFFLED = "headline shuffled"
"""Gibberish that is about the articles; the order of its words holds it up."""
FOLDS = 5

Floats = np.ndarray[Any, Any]


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


def sums_of(held: Sequence[Text], names: list[str], spread: Floats | None = None) -> Sums:
    """The matrix of some texts."""
    raw = np.array([[told.get(name, 0.0) for name in names] for row in held for told in row.sentences])
    scale = np.where(raw.std(0) > 0, raw.std(0), 1.0) if spread is None else spread
    starts = np.cumsum([0, *(len(row.sentences) for row in held)])[:-1]
    return Sums(names, raw / scale, starts, scale)


def weighed(held: Sequence[Text], weights: dict[str, float]) -> Floats:
    """The weight of each text: each error weighs the same as another of its kind, whatever its number."""
    names = [(row.kind, row.error if row.kind in {"planted", "gibberish", "plain"} and not row.true else "", row.true)
             for row in held]  # fmt: skip
    counts = {name: names.count(name) for name in set(names)}
    sorts = {(kind, true): len({name for name in counts if (name[0], name[2]) == (kind, true)})
             for kind, _, true in counts}  # fmt: skip
    found = np.array([weights.get(name[0], 2.0) / sorts[name[0], name[2]] / counts[name] for name in names])
    shares: Floats = found / found.sum()
    return shares


def fitted(held: Sequence[Text], names: list[str], form: str, near: dict[str, float]) -> tuple[Floats, float]:
    """Weights in the signals' own units, held near those of `near`, and the intercept."""
    sums = sums_of(held, names)
    true = np.array([float(row.true) for row in held])
    weight = weighed(held, WEIGHTS)
    start = np.array([near.get(name, 0.0) for name in names]) * sums.spread
    ridge = RIDGE[form]

    def loss(values: Floats) -> tuple[float, Floats]:
        against, at = sums.worst(values[:-1])
        chance = 1 / (1 + np.exp(-np.clip(values[-1] - against, -30, 30)))
        lost = -(weight * (true * np.log(chance + 1e-12) + (1 - true) * np.log(1 - chance + 1e-12))).sum()
        slope = weight * (chance - true)
        away = values[:-1] - start
        gradient = np.append(-(slope[:, None] * sums.matrix[at]).sum(0) + 2 * ridge * away, slope.sum())
        return float(lost + ridge * (away**2).sum()), gradient

    least = LEAST.get(form, {})
    bounds = [(least.get(name, 0.0) * spread, None) for name, spread in zip(names, sums.spread, strict=True)]
    best = minimize(loss, np.append(start + 0.01, 2.0), jac=True, bounds=[*bounds, (None, None)], method="L-BFGS-B",
                    options={"maxiter": 400})  # fmt: skip
    return best.x[:-1] / sums.spread, float(best.x[-1])


def chances(held: Sequence[Text], names: list[str], weights: Floats, intercept: float) -> Floats:
    """The probability of each text."""
    against, _ = sums_of(held, names, np.ones(len(names))).worst(weights)
    found: Floats = 1 / (1 + np.exp(-np.clip(intercept - against, -30, 30)))
    return found


def folds_of(held: Sequence[Text]) -> Floats:
    """The fold of each text, by its cluster or document."""
    return np.array([
        int(hashlib.md5(row.group[:300].encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS for row in held
    ])  # fmt: skip


def about_fitted(held: Sequence[Text], names: list[str]) -> tuple[Floats, float]:
    """Weights of the features that tell a text about the articles from one that says nothing of them."""
    raw = np.array([[row.about[name] for name in names] for row in held])
    spread = raw.std(0) + 1e-9
    own = np.array([float(row.kind in {"own", "numhg", "plain"}) for row in held])
    weight = weighed(held, ABOUT_WEIGHTS)

    def loss(values: Floats) -> tuple[float, Floats]:
        chance = 1 / (1 + np.exp(-np.clip(raw / spread @ values[:-1] + values[-1], -30, 30)))
        lost = -(weight * (own * np.log(chance + 1e-12) + (1 - own) * np.log(1 - chance + 1e-12))).sum()
        slope = weight * (chance - own)
        gradient = np.append((raw / spread).T @ slope + 2 * ABOUT_RIDGE * values[:-1], slope.sum())
        return float(lost + ABOUT_RIDGE * (values[:-1] ** 2).sum()), gradient

    bounds = [(None, 0) if name in FEWER else (0, None) for name in names]
    best = minimize(loss, np.zeros(len(names) + 1), jac=True, bounds=[*bounds, (None, None)], method="L-BFGS-B")
    return best.x[:-1] / spread, float(best.x[-1])


def area(true: Any, false: Any) -> float:
    """Chance that a true text stands above a false one, ties half."""
    ordered = np.sort(false)
    below = np.searchsorted(ordered, true, "left") + np.searchsorted(ordered, true, "right")
    return float(below.mean() / 2 / len(ordered))


def table(held: Sequence[Text], chance: Floats, threshold: float) -> None:
    """Prints for each kind of text how much lies below a threshold, and how true and false ones are told apart."""
    kinds = np.array([f"{row.kind} {row.error}" if row.kind in {"planted", "gibberish"} else row.kind for row in held])
    true = np.array([row.true for row in held])
    for kind in sorted(set(kinds)):
        here = kinds == kind
        told = f"{kind:28} n {here.sum():4} flagged {(chance[here] < threshold).mean():.3f}"
        good, bad = chance[here & true], chance[here & ~true]
        if len(good) and len(bad):
            told += f", true ones {(good < threshold).mean():.3f} false ones {(bad < threshold).mean():.3f}"
            told += f" AUC {area(good, bad):.3f}"
        print(told)


def sum_of(held: Sequence[Text], form: str, title: str, near: dict[str, float]) -> dict[str, object]:
    """Fit one sum near the weights of another, print what it does in folds, and write it down."""
    names = sorted({*near, *(name for row in held for told in row.sentences for name in told)})
    left_out = MODEL_ONLY if title == "account_alone" else frozenset()
    names = [name for name in names if name not in left_out | {*ALONE} and not name.startswith("conflict_")]
    if form == "headline":
        names = [name for name in names if not name.startswith(ORDER)]
    else:
        names = [name for name in names if name != "closely_unsure"]  # long sentences are not read closely
    threshold, folds = THRESHOLDS[title][form], folds_of(held)
    chance = np.zeros(len(held))
    for fold in range(FOLDS):
        some = [row for row, at in zip(held, folds, strict=True) if at != fold]
        others = [row for row, at in zip(held, folds, strict=True) if at == fold]
        chance[folds == fold] = chances(others, names, *fitted(some, names, form, near))
    print(f"--- {title}, {form}: threshold {threshold}; folds that nothing was fitted on:")
    table(held, chance, threshold)
    weights, intercept = fitted(held, names, form, near)
    told = {name: round(float(value), 3) for name, value in zip(names, weights, strict=True) if value > 5e-4}
    return {
        "weights": dict(sorted(told.items(), key=lambda item: -item[1])),
        "intercept": round(intercept, 3), "threshold": threshold,
    }  # fmt: skip


def alone_of(open_ones: Sequence[Text], told: dict[str, Any]) -> dict[str, float]:
    """Fit the weights of parties that stand alone beside a sum that stays as it is, but for its intercept."""
    rows = [row.sentences[0] for row in open_ones]
    true = np.array([float(row.true) for row in open_ones])
    against = np.array([sum(weight * row.get(name, 0.0) for name, weight in told["weights"].items()
                            if name not in ALONE) for row in rows])  # fmt: skip
    alone = np.array([[row.get(name, 0.0) for name in ALONE] for row in rows])

    def loss(values: Floats) -> float:
        odds = told["intercept"] + values[-1] - against - alone @ values[:-1]
        lost = np.logaddexp(0, np.where(true > 0, -odds, odds)).mean()
        return float(lost + RIDGE["headline"] * (values[:-1] ** 2).sum())

    bounds = [*((0, None) for _ in ALONE), (None, None)]
    best = minimize(loss, np.zeros(len(ALONE) + 1), bounds=bounds, method="L-BFGS-B").x
    for name, values in zip(ALONE, alone.T, strict=True):
        print(f"{name:16} in {values[true > 0].astype(bool).mean():.3f} of {int(true.sum())} true ones, "
              f"{values[true == 0].astype(bool).mean():.3f} of {int((1 - true).sum())} false ones")  # fmt: skip
    return {name: round(float(value), 3) for name, value in zip(ALONE, best[:-1], strict=True)}


def set_alone(held: Sequence[Text], weights: dict[str, Any]) -> None:
    """Put the weights of parties that stand alone into the sum for headlines, and say what they were fitted on."""
    headline = weights["with_model"]["headline"]
    open_ones = [row for row in held if not row.decided and len(row.sentences) == 1]
    found = {**headline["weights"], **alone_of(open_ones, headline)}
    headline["weights"] = dict(sorted(found.items(), key=lambda item: -item[1]))
    weights["fitted_on"]["alone"] = (
        f"{len(open_ones)} headlines and claims that nothing else decides: half `tune` of NeuS val and NumHG, "
        "plain ones, later invented events"
    )


def about_of(held: Sequence[Text], title: str) -> dict[str, object]:
    """Fit what tells texts about the articles, print what it does, and write it down."""
    names = [name for name in held[0].about if title == "with_model" or name not in {"entailed", "not_entailed"}]
    # What no article has counts for the model, too, which has read the rest.
    names = [name for name in names if title == "account_alone" or name != "gone"]
    weights, intercept = about_fitted(held, names)
    intercept -= ABOUT_MARGIN[title]
    odds = np.array([[row.about[name] for name in names] for row in held]) @ weights + intercept
    print(f"--- {title}: about the articles")
    for kind in sorted({row.kind for row in held}):
        here = odds[[row.kind == kind for row in held]]
        print(f"{kind:28} n {len(here):4} below 0 {(here < 0).mean():.3f}")
    return {
        "weights": {name: round(float(value), 3) for name, value in zip(names, weights, strict=True) if value},
        "intercept": round(intercept, 3),
    }  # fmt: skip


def written(path: Path, told: dict[str, Any]) -> None:
    """Write weights down."""
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Gather, fit with the model and without it, write the weights."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, required=True, help="The folder of the development data.")
    options.add_argument("--rows", type=Path, required=True, help="Where parses and rows are kept from run to run.")
    options.add_argument("--sentences", action="store_true", help="Fit the sum for long sentences as well.")
    options.add_argument("--alone", action="store_true", help="Fit only the weights of parties that stand alone.")
    options.add_argument("--of-a-set", type=int, default=260, help="Rows of each labelled set.")
    given = options.parse_args()
    given.rows.mkdir(parents=True, exist_ok=True)
    parser = RememberedParser(given.rows)
    session = RulesSession("rules", parser, "headline", shipped())
    held = kept(given.rows / "headlines.jsonl", headline_cases(given.data, parser), session)
    weights = json.loads((FOLDER / "doubt_weights.json").read_text(encoding="utf-8"))
    if given.alone:
        later = kept(given.rows / "later.jsonl", later_cases(), session)
        set_alone([*(row for row in held if row.kind in WEIGHTS), *later], weights)
        written(FOLDER / "doubt_weights.json", weights)
        return
    of_sets = kept(given.rows / "sets.jsonl", set_cases(given.data, given.of_a_set), session) if given.sentences else []
    about: dict[str, Any] = {}
    headlines = [row for row in held if row.kind in WEIGHTS and row.error != "dictionary"]
    told_apart = [row for row in held if row.kind in ABOUT_WEIGHTS and row.error != SHUFFLED]
    for title in ("with_model", "account_alone"):
        if of_sets:
            weights[title]["sentence"] = sum_of([*headlines, *of_sets], "sentence", title, {})
            weights["fitted_on"]["sentence"] = f"headlines and {len(of_sets)} texts of labelled sets, half `tune`"
        # Without the model a sum that is fitted on headlines holds up more true figures and fewer shuffled words than
        # that of sentences, which stands for both.
        weights[title]["headline"] = (
            sum_of(headlines, "headline", title, weights[title]["sentence"]["weights"])
            if title == "with_model"
            else weights[title]["sentence"]
        )
        weights["fitted_on"]["headline"] = f"{len(headlines)} headlines: half `tune` of NeuS val and NumHG, plain ones"
        about[title] = about_of(told_apart, title)
    about["fitted_on"] = f"{len(told_apart)} texts: headlines, true and false, beside constants and the like"
    written(FOLDER / "doubt_weights.json", weights)
    written(FOLDER / "about_weights.json", about)


if __name__ == "__main__":
    main()
