"""Signals that the ensemble weighs beside those of `rules`: how copied words were joined, and open refutation."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from harness.checkers.edits import edit_signals
from harness.checkers.reading import ClusterReading
from harness.checkers.rules import Examined
from harness.claims.lexical import word_list
from harness.claims.reading import Reading
from harness.text import words

_MORE_CUES = frozenset({"prank", "satire", "retract", "incorrect", "unlikely", "doubt"})

SHORTEST = 2
"""Words that a copied run has at least; a single word is no evidence of copying."""
_JOINS = (
    "copied_share", "home_share", "run_count", "run_joins_across", "run_joins_backward", "run_skipped", "run_cut_end",
    "run_headless", "run_left_over", "density_all",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """A run of words of a sentence that stands in one article sentence in the same order."""

    start: int
    length: int
    unit: int
    place: int
    """Position of its first word in the article sentence."""


def sentence_signals(cluster: ClusterReading, reading: Reading) -> dict[str, float]:
    """Name → value for one sentence of a text; shares lie in [0, 1], counts are at least 0."""
    tokens = words(reading.parse.text)
    return {**_join_signals(cluster, tokens), **_refutation_signals(cluster, reading)}


def copied_runs(cluster: ClusterReading, tokens: Sequence[str]) -> list[Run]:
    """The longest copied runs from left to right over all article sentences; the earlier sentence wins a tie.

    The greedy fragments of Grusky et al., "Newsroom" (2018), but within sentences. Where a run can continue in the
    sentence of the one before it, that sentence wins a tie.
    """
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    wanted = set(tokens)
    for unit, found in enumerate(cluster.unit_words):
        for place, word in enumerate(found):
            if word in wanted:
                places[word].append((unit, place))
    runs: list[Run] = []
    at = 0
    while at < len(tokens):
        best: Run | None = None
        for unit, place in places.get(tokens[at], ()):
            source = cluster.unit_words[unit]
            length = 1
            while (
                at + length < len(tokens)
                and place + length < len(source)
                and tokens[at + length] == source[place + length]
            ):
                length += 1
            run = Run(at, length, unit, place)
            if length >= SHORTEST and (best is None or _better(run, best, runs)):
                best = run
        if best is not None:
            runs.append(best)
        at += best.length if best is not None else 1
    return runs


def _better(run: Run, best: Run, before: Sequence[Run]) -> bool:
    if run.length != best.length:
        return run.length > best.length
    return bool(before) and run.unit == before[-1].unit and best.unit != before[-1].unit


def _join_signals(cluster: ClusterReading, tokens: Sequence[str]) -> dict[str, float]:
    """How a sentence was put together from copied runs: the more joins, the more can have gone wrong between them."""
    runs = copied_runs(cluster, tokens)
    size = max(1, len(tokens))
    covered = sum(run.length for run in runs)
    across = backward = skipped = 0
    for one, two in pairwise(runs):
        if one.unit != two.unit:
            across += 1
        elif two.place < one.place:
            backward += 1
        else:
            skipped += two.place - (one.place + one.length)
    if not runs:
        return {**dict.fromkeys(_JOINS, 0.0), "uncopied_words": float(len(tokens))}
    longest = max(runs, key=lambda run: run.length)
    home = sum(run.length for run in runs if run.unit == longest.unit)
    first, last = runs[0], runs[-1]
    return {
        "copied_share": covered / size,
        "home_share": home / size,
        "run_count": float(len(runs)),
        "run_joins_across": float(across),
        "run_joins_backward": float(backward),
        "run_skipped": min(1.0, skipped / size),
        "run_cut_end": float(last.place + last.length < len(cluster.unit_words[last.unit])),
        "run_headless": float(first.start == 0 and first.place > 0),
        "run_left_over": min(2.0, (len(cluster.unit_words[longest.unit]) - home) / size),
        "uncopied_words": float(size - covered),
        "density_all": sum(run.length**2 for run in runs) ** 0.5 / size,
    }


def _refutation_signals(cluster: ClusterReading, reading: Reading) -> dict[str, float]:
    """Whether the article sentence nearest to the claim openly refutes where the claim asserts.

    After the refuting words of Ferreira & Vlachos, "Emergent" (2016), on the best-aligned sentence only. In a cluster
    of one or two sentences (a headline against a headline) there is nothing else that a refutation could be about.
    """
    mine = reading.notions
    if not mine or not cluster.readings or refutes(reading):
        return {"refuted": 0.0, "refuted_lone": 0.0}
    shares = [len(mine & other.notions) / len(mine) for other in cluster.readings]
    best = max(range(len(shares)), key=lambda unit: (shares[unit], -unit))
    if not refutes(cluster.readings[best]):
        return {"refuted": 0.0, "refuted_lone": 0.0}
    return {
        "refuted": shares[best] if shares[best] >= 0.5 else 0.0,
        "refuted_lone": 1.0 if len(cluster.units) <= 2 and shares[best] > 0.0 else 0.0,
    }


def refutes(reading: Reading) -> bool:
    """Whether a sentence denies, negates or calls something untrue."""
    cues = word_list("says", "denies") | word_list("says", "untrue") | word_list("polarity", "negators") | _MORE_CUES
    return any(token.lemma in cues or token.lower in cues for token in reading.parse.tokens)


def text_signals(cluster: ClusterReading, sentences: Sequence[Examined]) -> list[dict[str, float]]:
    """The signals of each sentence of a text: what the weights are fitted on."""
    return [
        {
            **one.features,
            **sentence_signals(cluster, one.reading),
            **edit_signals(cluster, one.reading),
        }
        for one in sentences
    ]
