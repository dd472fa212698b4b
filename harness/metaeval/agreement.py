"""Checkers, the surface floor and published metrics measured against what people said of texts."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.analysis.correlate import correlations
from harness.analysis.metaeval import (
    RESAMPLES,
    Agreement,
    Correlation,
    Estimate,
    EvidenceHits,
    ScoredRows,
    agreement,
    estimate,
    resample_weights,
)
from harness.checkers.base import CheckSession
from harness.checkers.evidence import EvidenceIndex
from harness.claims.scoring import faithfulness, flagged
from harness.errors import RunError
from harness.language.text import normalise, words
from harness.metaeval.labelled import LabelledText
from harness.metrics.surface import Surface
from harness.records import Case, Cluster, Prediction, Verdict

FLOOR = "surface"
"""Display name of the floor: the mean of the four precisions of the metric `surface`."""
FLOOR_AT_ONCE = 256
"""Texts whose floor is found at once."""
PUBLISHED = "*"
"""Suffix of metrics whose scores come with the data, as their publishers print them."""
HITS_AT = (1, 3, 5)
"""Numbers of retrieved sentences at which evidence hits are counted."""


@dataclass(frozen=True)
class Finding:
    """A checker's finding on one text."""

    score: float | None
    passed: bool
    abstained: str = ""
    failed: str = ""


def check_texts(session: CheckSession, asked: Sequence[tuple[Cluster, str]]) -> tuple[list[Finding], float]:
    """Check texts in the order given, those about one cluster together; return findings and the seconds it took."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, (cluster, _) in enumerate(asked):
        places[f"{cluster.cluster_id} {cluster.digest}"].append(place)
    found: list[Finding | None] = [None] * len(asked)
    started = time.perf_counter()
    for held in places.values():
        try:
            verdicts = session.check_all(asked[held[0]][0], [asked[place][1] for place in held])
        except RunError as error:
            for place in held:
                found[place] = Finding(None, False, failed=str(error))
            continue
        for place, judged in zip(held, verdicts, strict=True):
            found[place] = _finding(judged)
    seconds = time.perf_counter() - started
    return [finding for finding in found if finding is not None], seconds


def _finding(verdicts: Sequence[Verdict]) -> Finding:
    score = faithfulness(verdicts)
    if score is None:
        return Finding(None, False, abstained=verdicts[0].reason if verdicts else "the checker gave no verdict")
    return Finding(score, not flagged(verdicts))


def measure(
    dataset: str,
    checker: str,
    session: CheckSession,
    rows: Sequence[LabelledText],
    *,
    seed: int,
    resamples: int = RESAMPLES,
) -> Agreement:
    """Measure one checker on one data set."""
    wanted = measurable(rows)
    findings, seconds = check_texts(session, [(row.cluster, row.text) for row in wanted])
    found = measured(dataset, checker, session.signature, rows, findings, seed=seed, resamples=resamples)
    return found.model_copy(update={"seconds_per_thousand": 1000 * seconds / len(wanted) if wanted else None})


def measurable(rows: Sequence[LabelledText]) -> list[LabelledText]:
    """List the rows that somebody labelled or rated."""
    return [row for row in rows if row.label is not None or row.ratings]


def floor(dataset: str, rows: Sequence[LabelledText], *, seed: int, resamples: int = RESAMPLES) -> Agreement:
    """Measure surface precision as if it were a checker's probability: what any checker has to beat.

    They have no labels of their own and are no probability, so they have no transferred accuracy, no calibration.
    """
    metric = Surface()
    findings = []
    wanted = measurable(rows)
    for start in range(0, len(wanted), FLOOR_AT_ONCE):
        for found in metric.findings_all(list(map(_as_case, wanted[start : start + FLOOR_AT_ONCE]))):
            reason = found.unscorable.get("surface", "")
            findings.append(Finding(found.statistics.get("surface"), False, abstained=reason))
    signature = metric.signatures({})["surface"]
    return measured(dataset, FLOOR, signature, rows, findings, seed=seed, resamples=resamples, judges=False)


def _as_case(row: LabelledText) -> Case:
    prediction = Prediction(
        prediction_id="text", cluster_id=row.cluster.cluster_id, configuration="text", text=row.text or " "
    )
    return Case(cluster=row.cluster, prediction=prediction)


def peers(dataset: str, rows: Sequence[LabelledText], *, seed: int, resamples: int = RESAMPLES) -> Iterator[Agreement]:
    """Metrics whose scores the data's publishers give beside each text, on the rows that have one, best AUC first."""
    wanted = measurable(rows)
    found = []
    for name in dict.fromkeys(name for row in wanted for name in row.published):
        findings = [
            Finding(row.published[name], False)
            if name in row.published
            else Finding(None, False, abstained="no published score")
            for row in wanted
        ]
        shown = f"{name}{PUBLISHED}"
        found.append(
            measured(dataset, shown, "as published", rows, findings, seed=seed, resamples=resamples, judges=False)
        )
    yield from sorted(found, key=lambda item: (-(item.auc.value if item.auc else 0.0), item.checker))


def measured(
    dataset: str,
    checker: str,
    signature: str,
    rows: Sequence[LabelledText],
    findings: Sequence[Finding],
    *,
    seed: int,
    resamples: int,
    judges: bool = True,
) -> Agreement:
    """Findings on the measurable of `rows` against their labels and ratings; `judges` says that scores have labels."""
    judged = list(zip(measurable(rows), findings, strict=True))
    labelled = [(row, finding) for row, finding in judged if row.label is not None]
    scored = [(row, finding) for row, finding in labelled if finding.score is not None]
    report = Agreement(
        dataset=dataset,
        checker=checker,
        signature=signature,
        rows=len(rows),
        documents=len({row.document for row, _ in scored}),
        unlabelled=sum(row.label is None for row in rows),
        abstained=sum(bool(finding.abstained) for _, finding in labelled),
        failed=sum(bool(finding.failed) for _, finding in labelled),
        faithful=0,
        unfaithful=0,
        abstentions=dict(Counter(finding.abstained for finding in findings if finding.abstained)),
    )
    arrays = ScoredRows(
        documents=[row.document for row, _ in scored],
        labels=np.array([bool(row.label) for row, _ in scored], dtype=bool),
        scores=np.array([finding.score for _, finding in scored], dtype=np.float64),
        passed=np.array([finding.passed for _, finding in scored], dtype=bool) if judges else None,
        pairs=[row.pair for row, _ in scored],
        types=[row.types for row, _ in scored],
    )
    report = agreement(arrays, report, seed=seed, resamples=resamples)
    found = _correlations(judged, seed, resamples)
    lost = 0 if found else sum(bool(row.ratings) for row, _ in judged)
    return report.model_copy(update={"correlations": found, "uncorrelated": lost})


def _correlations(judged: Sequence[tuple[LabelledText, Finding]], seed: int, resamples: int) -> tuple[Correlation, ...]:
    names = dict.fromkeys(name for row, _ in judged for name in row.ratings)
    rated = [(row, finding) for row, finding in judged if row.system is not None]
    found = []
    for name in names:
        found += correlations(
            name,
            [row.document for row, _ in rated],
            [row.system or "" for row, _ in rated],
            np.array([np.nan if finding.score is None else finding.score for _, finding in rated]),
            np.array([row.ratings.get(name, np.nan) for row, _ in rated]),
            seed=seed,
            resamples=resamples,
        )
    return tuple(found)


def evidence_hits(
    dataset: str, rows: Sequence[LabelledText], *, seed: int, resamples: int = RESAMPLES
) -> EvidenceHits | None:
    """Count how often retrieval finds what people marked as evidence; none where no row has any.

    A hit at k: one of the first k sentences that bear on the text is a marked one (of any set, where several sets are
    each enough). Complete at k: the first k have a whole set. Sentences are compared by their words, since the
    annotators' and our own splitter cut texts differently: one is the other, or holds it.
    """
    marked = [row for row in rows if row.evidence]
    if not marked:
        return None
    hits = {k: np.zeros(len(marked), dtype=bool) for k in HITS_AT}
    complete = np.zeros(len(marked), dtype=bool)
    index: EvidenceIndex | None = None
    known: Cluster | None = None
    for place, row in enumerate(marked):
        if index is None or row.cluster != known:
            index, known = EvidenceIndex(row.cluster), row.cluster
        found = [_plain_words(span.text) for span in index.search(row.text, max(HITS_AT))]
        wanted = [frozenset(filter(None, map(_plain_words, each))) for each in row.evidence]
        for k in HITS_AT:
            hits[k][place] = any(_same(mine, other) for mine in found[:k] for each in wanted for other in each)
        complete[place] = any(
            all(any(_same(mine, other) for mine in found) for other in each) for each in wanted if each
        )  # fmt: skip
    numbers = {name: at for at, name in enumerate(dict.fromkeys(row.document for row in marked))}
    unit_of = np.array([numbers[row.document] for row in marked], dtype=np.intp)
    weights = resample_weights(unit_of, len(numbers), seed=seed, resamples=resamples)
    total = weights.sum(axis=1)

    def share(which: NDArray[np.bool_]) -> Estimate | None:
        return estimate((weights @ which.astype(np.float64)) / total)

    return EvidenceHits(
        dataset=dataset,
        rows=len(marked),
        hits={str(k): share(hits[k]) for k in HITS_AT},
        complete=share(complete),
    )


def _plain_words(text: str) -> str:
    return f" {' '.join(words(normalise(text)))} " if words(normalise(text)) else ""


def _same(first: str, second: str) -> bool:
    """Match two sentences, or one that stands whole in the other; fewer than four words are no sentence."""
    short, long = sorted((first, second), key=len)
    return short == long or (len(short.split()) >= 4 and short in long)
