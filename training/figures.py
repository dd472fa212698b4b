"""Prints the figures of the model's card: what the model, the account and both are worth, and two controls.

    python -m training.figures --data ../shared/data --cache PARSES [--model OTHER/ | --base ENCODER/ --adapters FILE]

ROC-AUC with 95 % intervals (percentile bootstrap over documents or clusters) of five scores: *surface*, the share of a
text's words that the articles have; *account*, the check without the model; *model*, the log-odds of entailment of a
text's least sure sentence; *all*, the check as it ships; *claim alone*, the model with no window, which should know
nothing. With `--model` another folder of weights is read, such as one that was trained on shuffled labels; with
`--adapters` those of a larger encoder.
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.account_cases import SETS, Case, neus, of_clusters, of_set, part_of
from benchmarks.labelled_data import RememberedParser
from harness.checkers.neural.entailment import EntailmentModel, shipped, window
from harness.checkers.rules import RulesSession
from harness.checkers.sentences import claim_spans
from harness.language.text import words
from training.doubts import area

SCORES = ("surface", "account", "model", "all", "claim alone")
RESAMPLES = 1_000
SEED = 13


class Judges:
    """The five scores of a text."""

    def __init__(self, parser: RememberedParser, model: EntailmentModel) -> None:
        self._model = model
        self._both = RulesSession("all", parser, "headline", model)
        self._account = RulesSession("account", parser, "headline", None)

    def scores(self, case: Case) -> list[float]:
        """One number a score, the greater the truer."""
        index = self._both.reading_of(case.cluster).index
        claims = [case.text[start:end].removesuffix(".") for start, end in claim_spans(case.text)]
        told = {word for article in case.cluster.articles for word in words(f"{article.title} {article.text}".lower())}
        mine = words(case.text.lower())
        return [
            sum(word in told for word in mine) / max(1, len(mine)),
            self._account.verdicts(case.cluster, [case.text])[0][0].probability or 0.0,
            min(self._model.judge(window(index, claim), claim).entailed for claim in claims),
            self._both.verdicts(case.cluster, [case.text])[0][0].probability or 0.0,
            min(self._model.judge("", claim).entailed for claim in claims),
        ]


def estimate(true: dict[str, list[float]], false: dict[str, list[float]]) -> str:
    """AUC of the true over the false, and its interval, resampled by document."""
    names = sorted({*true, *false})
    drawn = np.random.default_rng(SEED)

    def of(chosen: Sequence[str]) -> float:
        good = np.array([value for name in chosen for value in true.get(name, ())])
        bad = np.array([value for name in chosen for value in false.get(name, ())])
        return area(good, bad) if len(good) and len(bad) else float("nan")

    several = [of([names[at] for at in drawn.integers(0, len(names), len(names))]) for _ in range(RESAMPLES)]
    low, high = np.nanpercentile(several, [2.5, 97.5])
    return f"{of(names):.2f} ({low:.2f} to {high:.2f})"


def main() -> None:
    """Score the report half, and print a table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, required=True, help="The folder of the development data.")
    options.add_argument("--cache", type=Path, required=True, help="Where parses are kept.")
    options.add_argument("--rows", type=int, default=260, help="Rows of each labelled set.")
    options.add_argument("--clusters", type=int, default=307, help="Clusters of NeuS val.")
    options.add_argument("--model", type=Path, help="A folder of weights; those that ship where it is left out.")
    options.add_argument("--base", type=Path, help="The folder of the encoder that --adapters belong to.")
    options.add_argument("--adapters", type=Path, help="model.pt, as training.train --adapters wrote it.")
    given = options.parse_args()
    if (given.base is None) != (given.adapters is None):
        options.error("--base and --adapters belong together: the folder of an encoder, and what was trained over it")
    parser = RememberedParser(given.cache)
    if given.adapters:
        from training.adapters import AdaptedModel

        model: EntailmentModel = AdaptedModel(given.base, given.adapters)
    else:
        model = EntailmentModel(given.model) if given.model else shipped()
    judges = Judges(parser, model)
    cases = list(of_clusters(neus(given.data / "clusters" / "neus_val.jsonl", given.clusters), parser, ""))
    for name, path in SETS.items():
        cases += of_set(name, given.data / path, given.rows)
    held: Any = defaultdict(lambda: [defaultdict(lambda: defaultdict(list)) for _ in SCORES])
    for case in cases:
        if part_of(case.group) != "report" or case.kind in {"constant", "harmless"}:
            continue
        if case.kind in {"own", "planted", "gibberish", "other"}:
            kind = "own" if case.kind == "own" else f"headlines: {case.kind} {case.error}".strip()
        else:
            kind = case.kind
        for at, value in enumerate(judges.scores(case)):
            held[kind][at][bool(case.true)][case.group].append(value)
    print("| against | true + false |", " | ".join(SCORES), "|\n| --- | ---: |", " ---: |" * len(SCORES))
    for kind in sorted(set(held) - {"own"}):
        sides = [(one[True] or held["own"][at][True], one[False]) for at, one in enumerate(held[kind])]
        counts = " + ".join(str(sum(map(len, side.values()))) for side in sides[0])
        print("|", kind, "|", counts, "|", " | ".join(estimate(*side) for side in sides), "|", flush=True)


if __name__ == "__main__":
    main()
