"""Measure how often a checker flags planted errors, and how often harmless edits. Arrays in, records out.

Two kinds of judgement. *Flagged*: the checker's labels would make a person look. *Lowered*: the probability is below
the true headline's by more than a margin, whatever the label. Intervals are percentile bootstraps over clusters
(Efron & Tibshirani 1993, chapter 13): headlines of one cluster are easy or hard together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat

from harness.analysis.metaeval import Estimate, estimate, resample_weights
from harness.records import Record

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MARGIN = 0.05
"""By how much a probability has to fall to count as lowered, or to rise to count as raised."""
UNCHANGED = "unchanged"
"""Name of the row of the true headlines as they are."""


class EditRates(Record):
    """One checker's rates for one kind of edit."""

    checker: str = Field(description="The checker's display name.")
    edit: str = Field(description="A type of error, a harmless edit, or `unchanged`: the true headlines themselves.")
    harmless: bool = Field(description="Whether the texts are true: then every flag is a false alarm.")
    planted: int = Field(ge=0, description="Texts made.")
    not_applicable: int = Field(ge=0, description="True headlines of which none could be made.")
    abstained: int = Field(ge=0, description="Texts, or their true headlines, that the checker abstained from.")
    failed: int = Field(ge=0, description="Texts, or their true headlines, on which the checker failed.")
    scored: int = Field(ge=0, description="The others: the denominator of `flagged`, `lowered` and `raised`.")
    passing: int = Field(ge=0, description="Those whose true headline is not flagged: the denominator of `turned`.")
    flagged: Estimate | None = Field(description="Share that the checker's labels flag.")
    turned: Estimate | None = Field(description="Share flagged of those whose true headline passes.")
    lowered: Estimate | None = Field(description="Share whose probability is lower by more than the margin.")
    raised: Estimate | None = Field(description="Share whose probability is higher by more than the margin.")
    highest_rise: FiniteFloat | None = Field(description="The largest rise of a probability; negative where all fell.")


@dataclass(frozen=True)
class JudgedTexts:
    """The scored texts of one edit; all arrays have the shape (texts,)."""

    clusters: Sequence[str]
    """The cluster that each text is about."""
    flagged: Bools
    true_flagged: Bools
    """True where the true headline is flagged."""
    change: Floats
    """Probability of the changed text less that of the true headline."""


def fill_rates(judged: JudgedTexts, counts: EditRates, *, seed: int, resamples: int) -> EditRates:
    """Fill the rates of `counts` in from `judged`."""
    total = len(judged.flagged)
    if not total:
        return counts
    numbers = {name: at for at, name in enumerate(dict.fromkeys(judged.clusters))}
    unit_of = np.array([numbers[name] for name in judged.clusters], dtype=np.intp)
    weights = resample_weights(unit_of, len(numbers), seed=seed, resamples=resamples)
    passing = ~judged.true_flagged

    def share(of: Bools, among: Bools) -> Estimate | None:
        below = (weights * among).sum(axis=1)
        above = (weights * (of & among)).sum(axis=1)
        return estimate(np.divide(above, below, out=np.full(len(below), np.nan), where=below > 0))

    everything = np.ones(total, dtype=bool)
    return counts.model_copy(
        update={
            "scored": total,
            "passing": int(passing.sum()),
            "flagged": share(judged.flagged, everything),
            "turned": share(judged.flagged, passing),
            "lowered": share(judged.change < -MARGIN, everything),
            "raised": share(judged.change > MARGIN, everything),
            "highest_rise": float(judged.change.max()),
        }
    )
