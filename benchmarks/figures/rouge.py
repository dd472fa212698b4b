"""ROUGE against the package rouge-score, with the compiled code of the extra `fast` and without it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from unittest.mock import patch

from benchmarks.frame import Figure, Measured, Side, UnavailableError, at_least, at_most, interleaved, over_rounds
from benchmarks.rouge_contract import case, cases, differences
from benchmarks.texts import pairs
from harness.metrics import accelerated, stems, tokens
from harness.metrics.base import Findings
from harness.metrics.rouge import Rouge, Variant
from harness.records import Case

VARIANTS: tuple[Variant, ...] = ("rouge1", "rouge2", "rougeL", "rougeLsum")
BLOCK = 512
"""Predictions scored at once, as many as a run does."""
CONTRACT = 50_000


def _score(several: list[Case], compiled: bool) -> list[Findings]:
    metric = Rouge(variants=VARIANTS, stemmer=True)
    blocks = [several[start : start + BLOCK] for start in range(0, len(several), BLOCK)]
    if compiled:
        return [found for block in blocks for found in metric.findings_all(block)]
    with patch.object(accelerated, "is_installed", lambda: False):
        return [found for block in blocks for found in metric.findings_all(block)]


def _against_rouge_score(kind: str, references: int, compiled: bool, quick: bool) -> Measured:
    """How many times as fast as rouge-score; our memory of stems is emptied before each round."""
    from rouge_score.rouge_scorer import RougeScorer

    if compiled and not accelerated.is_installed():
        raise UnavailableError("the extra `fast` is not installed")
    ours, theirs = {"headline": (10_000, 500), "summary": (500, 16)}[kind]
    ours, theirs = ours // references, theirs // references
    if quick:
        ours, theirs = ours // 10, max(theirs // 10, 1)
    texts = pairs(kind, ours, references, seed=references)
    several = [case(prediction, references) for prediction, references in texts]
    scorer = RougeScorer(list(VARIANTS), use_stemmer=True)

    def ours_run() -> None:
        _score(several, compiled)

    def peers_run() -> None:
        for prediction, references in texts[:theirs]:
            scorer.score_multi(references, prediction)

    measured = interleaved(
        Side(ours_run, work=ours, before=_forget),
        Side(peers_run, work=theirs),
        rounds=3 if quick else 9,
        note=f"{ours} predictions in blocks of {BLOCK} against {theirs}; stems are learned anew in each round",
    )
    for prediction, found in zip(texts[:theirs], _score(several[:theirs], compiled), strict=True):
        for variant, score in scorer.score_multi(prediction[1], prediction[0]).items():
            if found.statistics[f"{variant}-f"] != score.fmeasure:
                raise AssertionError(f"not rouge-score's number: {prediction}")
    return measured


def _forget() -> None:
    """Empty what is kept of words that were stemmed, by columns and by our own stemmer."""
    tokens._vocabulary.cache_clear()
    stems._stem.clear()


@contextmanager
def _profiled(kind: str, references: int, compiled: bool) -> Iterator[Callable[[], object]]:
    count = {"headline": 10_000, "summary": 500}[kind] // references
    several = [case(prediction, others) for prediction, others in pairs(kind, count, references, seed=references)]
    yield partial(_score, several, compiled)


def _contract(quick: bool) -> Measured:
    """Numbers that differ between compiled code, columns and rouge-score."""
    count = CONTRACT // 50 if quick else CONTRACT
    several = list(cases(count, seed=1))
    differing = sum(
        len(differences(several[start : start + BLOCK], stemmed=stemmed))
        for stemmed in (False, True)
        for start in range(0, count, BLOCK)
    )
    compared = sum(len(one.cluster.references) for one in several)
    return over_rounds([differing], note=f"{count} predictions, {compared} pairs, with and without the stemmer")


def _figure(kind: str, references: int, aim: float, compiled: bool = True) -> Figure:
    length = {"headline": "headlines", "summary": "summaries of 60–250 tokens"}[kind]
    return Figure(
        name=f"rouge-{kind}-{references}{'' if compiled else '-pure'}",
        what=f"rouge1/2/L/Lsum, {length}, stemmed, {references} reference{'s' if references > 1 else ''}"
        f"{'' if compiled else ', without `fast`'}",
        peer="rouge-score 0.1.2",
        aim=at_least(aim),
        measure=partial(_against_rouge_score, kind, references, compiled),
        tolerance=0.3,
        profiled=partial(_profiled, kind, references, compiled),
    )


FIGURES = (
    _figure("headline", 1, 55),
    _figure("headline", 5, 110),
    _figure("summary", 1, 100),
    _figure("summary", 5, 140),
    *(_figure(kind, references, 12, compiled=False) for kind in ("headline", "summary") for references in (1, 5)),
    Figure(
        name="rouge-contract",
        what="ROUGE that is not rouge-score's to the last bit",
        peer="rouge-score 0.1.2",
        aim=at_most(0, "count"),
        measure=_contract,
        tolerance=0.0,
    ),
)
