import numpy as np
import pytest

from harness.analysis.stress import EditRates, JudgedTexts, fill_rates


def counts(**changes):
    bare = {
        "checker": "c", "edit": "number", "harmless": False, "planted": 4, "not_applicable": 1, "abstained": 0,
        "failed": 0, "scored": 0, "passing": 0, "flagged": None, "turned": None, "lowered": None, "raised": None,
        "highest_rise": None,
    }  # fmt: skip
    return EditRates.model_validate({**bare, **changes})


def test_rates_and_their_denominators():
    judged = JudgedTexts(
        clusters=["a", "a", "b", "b"],
        flagged=np.array([True, False, True, False]),
        true_flagged=np.array([True, False, False, False]),
        change=np.array([-0.5, -0.05, 0.0, 0.2]),
    )
    found = fill_rates(judged, counts(), seed=1, resamples=200)
    # Flagged 2 of 4; of the three whose true headline passes, one. A fall of exactly the margin is no fall.
    assert (found.scored, found.passing, found.highest_rise) == (4, 3, 0.2)
    assert [found.flagged.value, found.turned.value, found.lowered.value, found.raised.value] == [
        0.5, pytest.approx(1 / 3), 0.25, 0.25,
    ]  # fmt: skip
    # Both clusters have one of two flagged, so that no resample of clusters gives another share.
    assert (found.flagged.low, found.flagged.high) == (0.5, 0.5)
    # Of passing texts cluster a flags 0 of 1, b 1 of 2: resamples lie between 0 and ½.
    assert (found.turned.low, found.turned.high) == (0.0, 0.5)


def test_nothing_scored_has_counts_and_no_rates():
    judged = JudgedTexts([], *(np.zeros(0, dtype=bool),) * 2, np.zeros(0))
    assert fill_rates(judged, counts(planted=0, not_applicable=5), seed=1, resamples=10).flagged is None
