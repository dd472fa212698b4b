"""The stress test: errors and harmless edits planted in true headlines, and what checkers make of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from harness.analysis.stress import UNCHANGED, EditRates, JudgedTexts, fill_rates
from harness.checkers.base import CheckSession
from harness.claims.parsing.parse import Parser
from harness.errors import DataError, Problem
from harness.metaeval.agreement import Finding, check_texts
from harness.perturbations.plant import ERRORS, HARMLESS, PlantedText, Planting, plant
from harness.records import Cluster


@dataclass
class Stress:
    """Everything planted, and what each checker made of it."""

    clusters: int
    headlines: int
    bare: int
    """Clusters without a reference and without a title: nothing could be planted in them."""
    texts: list[PlantedText]
    rows: list[EditRates] = field(default_factory=list)
    signatures: dict[str, str] = field(default_factory=dict)
    abstentions: dict[str, Counter[str]] = field(default_factory=dict)
    """Checker → reason → texts, true headlines included."""


def plant_all(clusters: Sequence[Cluster], seed: int) -> list[Planting]:
    """Change every true headline of `clusters` in each way. Raises MissingExtraError without a parser."""
    found = list(plant(clusters, Parser(), seed))
    if not found:
        raise DataError([Problem("no cluster has a reference or a titled article", accepted="a headline to change")])
    return found


def gathered(clusters: Sequence[Cluster], plantings: Sequence[Planting]) -> Stress:
    """Count what was planted, before any checker has seen it."""
    with_headline = {planting.cluster.cluster_id for planting in plantings}
    return Stress(
        clusters=len(clusters),
        headlines=len(plantings),
        bare=sum(cluster.cluster_id not in with_headline for cluster in clusters),
        texts=[row for planting in plantings for row, _ in planting.planted],
    )


def judge(
    stress: Stress, name: str, session: CheckSession, plantings: Sequence[Planting], *, seed: int, resamples: int
) -> None:
    """Add one checker's verdicts on everything planted to `stress`."""
    asked: list[tuple[Cluster, str]] = []
    for planting in plantings:
        asked.append((planting.cluster, planting.original))
        asked += [(cluster, row.text) for row, cluster in planting.planted]
    findings = iter(check_texts(session, asked)[0])
    paired: dict[str, list[tuple[str, Finding, Finding]]] = defaultdict(list)
    missing: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for planting in plantings:
        missing.update(planting.not_applicable)
        true = next(findings)
        changed = [(row.edit, next(findings)) for row, _ in planting.planted]
        paired[UNCHANGED].append((planting.cluster.cluster_id, true, true))
        for edit, finding in changed:
            paired[edit].append((planting.cluster.cluster_id, true, finding))
        reasons.update(each.abstained for each in (true, *(each for _, each in changed)) if each.abstained)
    stress.signatures[name] = session.signature
    stress.abstentions[name] = reasons
    for edit in (*ERRORS, UNCHANGED, *HARMLESS):
        stress.rows.append(_rates(name, edit, paired[edit], missing[edit], seed, resamples))


def _rates(
    checker: str, edit: str, pairs: Sequence[tuple[str, Finding, Finding]], missing: int, seed: int, resamples: int
) -> EditRates:
    scored = [(name, true, found) for name, true, found in pairs if true.score is not None and found.score is not None]
    failed = sum(bool(true.failed or found.failed) for _, true, found in pairs)
    counts = EditRates(
        checker=checker,
        edit=edit,
        harmless=edit not in ERRORS,
        planted=len(pairs),
        not_applicable=missing,
        abstained=len(pairs) - len(scored) - failed,
        failed=failed,
        scored=0,
        passing=0,
        flagged=None,
        turned=None,
        lowered=None,
        raised=None,
        highest_rise=None,
    )
    judged = JudgedTexts(
        clusters=[name for name, _, _ in scored],
        flagged=np.array([not found.passed for _, _, found in scored], dtype=bool),
        true_flagged=np.array([not true.passed for _, true, _ in scored], dtype=bool),
        change=np.array([(found.score or 0.0) - (true.score or 0.0) for _, true, found in scored], dtype=np.float64),
    )
    return fill_rates(judged, counts, seed=seed, resamples=resamples)


def ways(texts: Iterable[PlantedText]) -> Mapping[str, Counter[str]]:
    """Edit → way → how many texts were made so."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in texts:
        found[row.edit][row.way] += 1
    return found
