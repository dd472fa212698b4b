"""How often the gate cries wolf, and how often it sleeps: simulated comparisons over real score distributions.

    make gate-simulation            writes the Markdown tables of docs/statistics.md to stdout (about ten minutes)

Each simulated comparison draws clusters with replacement from real pairs of scores that two systems got on one item,
and lets a coin decide which of the two is called the baseline: two runs of the same quality, as unlike each other as
two real systems are. For a true drop of δ points a share δ / mean of the candidate's headlines, drawn at random, is
replaced by one that scores 0. The development data stand beside the project and are not distributed.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rouge_score import rouge_scorer
from scipy import stats

from harness.analysis.gate import ALPHA, GatedMeasure, GateRule, decide
from harness.analysis.paired import paired_differences, randomisation_intervals, subset_means
from harness.analysis.resample import RESAMPLES, resampled_means

Floats = NDArray[np.float64]

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SIZES = (20, 50, 200, 1000)
DROPS = (1, 2, 5)
"""True drops, in points (hundredths)."""
THRESHOLD = 0.01
"""What the raw-threshold gate allows: one point."""
BATCH = 50
"""Comparisons that share one seed, and so one set of sign patterns."""
ROUGE = ("rouge1", "rouge2", "rougeL")
METHODS = (
    "gate",
    "gate, α / 2",
    "gate, tolerance 1 point",
    "raw threshold, 1 point",
    "unpaired z-test",
    "paired percentile bootstrap",
)


def rows(path: str) -> list[dict[str, Any]]:
    """The rows of one file of the development data."""
    return [json.loads(line) for line in (DATA / path).read_text(encoding="utf-8").splitlines()]


def title_scores() -> Floats:
    """ROUGE F of three publishers' titles against the editor's headline: shape (clusters, titles, variants)."""
    scorer = rouge_scorer.RougeScorer(list(ROUGE), use_stemmer=True)
    found = []
    for row in rows("clusters/neus_train.jsonl"):
        titles = [article["title"] for article in row["articles"]]
        if len(titles) == 3 and all(titles):
            scores = [scorer.score(row["references"][0], title) for title in titles]
            found.append([[score[variant].fmeasure for variant in ROUGE] for score in scores])
    return np.array(found)


def pairs_of(scores: Floats) -> Floats:
    """All pairs of systems on each item, from (items, systems): shape (pairs, 2)."""
    return np.concatenate([scores[:, list(pair)] for pair in combinations(range(scores.shape[1]), 2)])


def faithfulness_pairs() -> Floats:
    """Faithful (1) or not (0) as annotated in FRANK, for each two systems that summarised one article."""
    by_article: dict[str, list[float]] = defaultdict(list)
    for row in rows("factual/frank_val.jsonl"):
        if row["label"] is not None:
            by_article[row["source"]].append(float(row["label"]))
    return np.array([pair for labels in by_article.values() for pair in combinations(labels, 2)])


def recall_pairs() -> Floats:
    """Human recall of content units (multiples of a few fractions), for each two systems of RealSumm on one article."""
    by_article: dict[str, list[float]] = defaultdict(list)
    for row in rows("ratings/realsumm.jsonl"):
        by_article[row["doc_id"]].append(row["ratings"]["litepyramid_recall"])
    return np.array([pair for values in by_article.values() for pair in combinations(values, 2)])


def populations(titles: Floats) -> dict[str, Floats]:
    """Name → pairs of scores of two systems on one item."""
    rouge1 = pairs_of(titles[:, :, 0])
    unchanged = np.random.default_rng(0).random(len(rouge1)) < 0.7
    return {
        "ROUGE-1, other titles": rouge1,
        "ROUGE-1, 70 % of titles unchanged": np.where(unchanged[:, None], rouge1[:, :1], rouge1),
        "0/1 (faithful or not)": faithfulness_pairs(),
        "heavily tied (human recall)": recall_pairs(),
    }


def simulate(
    pairs: Floats, clusters: int, comparisons: int, drop: float, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Baseline and candidate scores of `comparisons` simulated runs: two arrays of shape (clusters, comparisons)."""
    drawn = pairs[rng.integers(0, len(pairs), size=(clusters, comparisons))]
    swapped = rng.random((clusters, comparisons)) < 0.5
    baseline = np.where(swapped, drawn[..., 1], drawn[..., 0])
    candidate = np.where(swapped, drawn[..., 0], drawn[..., 1])
    failed = rng.random((clusters, comparisons)) < drop / pairs.mean()
    return baseline, np.where(failed, 0.0, candidate)


def verdicts(baseline: Floats, candidate: Floats, seed: int) -> dict[str, NDArray[np.bool_]]:
    """Method → which comparisons it fails."""
    difference = paired_differences(candidate, baseline)
    fall = -difference.mean(axis=0)
    subsets = subset_means(difference, seed=seed)
    gate, strict = (randomisation_intervals(subsets, 2 * alpha)[1] < 0 for alpha in (ALPHA, ALPHA / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt((baseline.var(axis=0, ddof=1) + candidate.var(axis=0, ddof=1)) / len(difference))
        unpaired = fall / error > stats.norm.ppf(1 - ALPHA)
    bootstrap = np.quantile(resampled_means(difference, resamples=RESAMPLES, seed=seed), 1 - ALPHA, axis=0) < 0
    raw = fall > THRESHOLD
    return dict(zip(METHODS, (gate, strict, gate & raw, raw, unpaired, bootstrap), strict=True))


def agrees_with_the_gate(baseline: Floats, candidate: Floats, failed: NDArray[np.bool_], seed: int) -> None:
    """Stops the benchmark where `decide` itself, asked about the first comparisons one by one, says something else."""
    rule = GateRule(measure="score", direction="higher", tolerance=0.0)
    for column in range(3):
        gated = GatedMeasure("candidate", rule, baseline[:, column], candidate[:, column])
        if decide([gated], seed=seed)[0].passed == failed[column]:
            sys.exit(f"the gate and its simulation disagree on comparison {column} with seed {seed}")


def failures(pairs: Floats, clusters: int, drop: int, comparisons: int) -> dict[str, int]:
    """Method → how many comparisons it fails after a true drop of `drop` points."""
    rng = np.random.default_rng(100 * clusters + drop)
    counts = dict.fromkeys(METHODS, 0)
    for batch in range(comparisons // BATCH):
        baseline, candidate = simulate(pairs, clusters, BATCH, drop / 100, rng)
        found = verdicts(baseline, candidate, batch)
        agrees_with_the_gate(baseline, candidate, found["gate"], batch)
        for method, failed in found.items():
            counts[method] += int(failed.sum())
    return counts


def family_failures(titles: Floats, clusters: int, comparisons: int, seed: int) -> int:
    """Gates over three correlated measures of two configurations (six rules) of which any rule fails, unchanged runs.

    The baseline's scores are the same for both configurations of a comparison, as in a run with one baseline.
    """
    rng = np.random.default_rng(seed)
    rules = [GateRule(measure=variant, direction="higher", tolerance=0.0) for variant in ROUGE]
    failed = 0
    for comparison in range(comparisons):
        drawn = titles[rng.integers(0, len(titles), size=clusters)]
        shuffled = rng.permuted(np.tile(np.arange(3), (clusters, 1)), axis=1)
        baseline, one, other = np.take_along_axis(drawn, shuffled[:, :, None], axis=1).transpose(1, 0, 2)
        gated = [
            GatedMeasure(name, rule, baseline[:, variant], scores[:, variant])
            for name, scores in (("one", one), ("other", other))
            for variant, rule in enumerate(rules)
        ]
        failed += not all(decision.passed for decision in decide(gated, resamples=2000, seed=comparison))
    return failed


def skewed_failures(titles: Floats, clusters: int, comparisons: int, seed: int) -> dict[str, int]:
    """Method → failures where means are equal but scores are not exchangeable: real title differences, centred."""
    rng = np.random.default_rng(seed)
    first, third = titles[:, 0, 1], titles[:, 2, 1]
    pairs = np.column_stack([first, third - third.mean() + first.mean()])
    counts = dict.fromkeys(METHODS, 0)
    for batch in range(comparisons // BATCH):
        drawn = pairs[rng.integers(0, len(pairs), size=(clusters, BATCH))]
        for method, failed in verdicts(drawn[..., 0], drawn[..., 1], batch).items():
            counts[method] += int(failed.sum())
    return counts


def share(count: int, comparisons: int) -> str:
    """A share in per cent, with its exact 95 % binomial interval (Clopper & Pearson 1934)."""
    ends = stats.binomtest(count, comparisons).proportion_ci(0.95, method="exact")
    return f"{100 * count / comparisons:.1f} ({100 * ends.low:.1f}–{100 * ends.high:.1f})"


def table(title: str, head: Sequence[str], lines: Iterator[Sequence[str]]) -> None:
    """Prints a Markdown table, row by row as they are computed; the first column is text, the others are numbers."""
    print(f"**{title}**\n")
    print("| " + " | ".join(head) + " |")
    print("| --- |" + " ---: |" * (len(head) - 1))
    for line in lines:
        print("| " + " | ".join(line) + " |", flush=True)
    print()


def described(chosen: dict[str, Floats]) -> Iterator[Sequence[str]]:
    """How each population of pairs looks."""
    for name, pairs in chosen.items():
        both_ways = np.concatenate([pairs, pairs[:, ::-1]])
        equal = f"{100 * (pairs[:, 0] == pairs[:, 1]).mean():.0f} %"
        yield name, str(len(pairs)), f"{100 * pairs.mean():.1f}", equal, f"{np.corrcoef(both_ways.T)[0, 1]:.2f}"


def false_alarms(chosen: dict[str, Floats], comparisons: int) -> Iterator[Sequence[str]]:
    """Share of failed comparisons of equally good runs, for each population and size."""
    for name, pairs in chosen.items():
        for clusters in SIZES:
            counts = failures(pairs, clusters, 0, comparisons)
            yield f"{name}, {clusters}", *(share(count, comparisons) for count in counts.values())


def caught(chosen: dict[str, Floats], comparisons: int) -> Iterator[Sequence[str]]:
    """Share of failed comparisons after each true drop, for each population and size."""
    for name, pairs in chosen.items():
        for clusters in SIZES:
            counts = [failures(pairs, clusters, drop, comparisons) for drop in DROPS]
            shares = (" / ".join(f"{100 * found[method] / comparisons:.0f}" for found in counts) for method in METHODS)
            yield f"{name}, {clusters}", *shares


def main() -> None:
    """Prints the tables: populations, false alarms, power, many rules at once, and unlike shapes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--comparisons", type=int, default=1000, help=f"simulated comparisons, in steps of {BATCH}")
    comparisons = parser.parse_args().comparisons
    if comparisons < BATCH or comparisons % BATCH:
        sys.exit(f"--comparisons counts in steps of {BATCH}, not {comparisons}")
    if not DATA.is_dir():
        sys.exit(f"the development data are not at {DATA}")
    titles = title_scores()
    chosen = populations(titles)
    print(f"{comparisons} comparisons per setting, α = {ALPHA:g} one-sided, {RESAMPLES} sign patterns; per cent.\n")
    table("Pairs of scores", ("scores", "pairs", "mean", "equal", "correlation"), described(chosen))
    head = ("scores, clusters", *METHODS)
    table("False alarms: nothing changed", head, false_alarms(chosen, comparisons))
    table(f"Caught after true drops of {' / '.join(map(str, DROPS))} points", head, caught(chosen, comparisons))
    rules = (
        (str(clusters), share(family_failures(titles, clusters, comparisons, seed=clusters), comparisons))
        for clusters in SIZES[:3]
    )
    table("False alarms of six rules at once, three measures of two configurations", ("clusters", "gate"), rules)
    unlike = (
        (str(clusters), *(share(count, comparisons) for count in counts.values()))
        for clusters in SIZES
        for counts in [skewed_failures(titles, clusters, comparisons, seed=clusters)]
    )
    table("False alarms with equal means but unlike shapes (ROUGE-2, centred)", ("clusters", *METHODS), unlike)


if __name__ == "__main__":
    main()
