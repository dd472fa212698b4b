"""The weights of parties that stand alone, as they are fitted beside a sum that stays as it is."""

import pytest

pytest.importorskip("scipy", reason="training needs scipy")

from training.doubts import ALONE, alone_of, set_alone
from training.signals import Text


def _text(true, *, decided=False, **signals):
    return Text("plain", "", "g", true, [{"unread": 1.0, **signals}], {}, decided)


ROWS = [
    *(_text(True) for _ in range(60)), *(_text(False) for _ in range(30)),
    *(_text(False, agent_alone=1.0) for _ in range(20)), *(_text(True, agent_alone=1.0) for _ in range(5)),
    *(_text(False, oblique_alone=1.0) for _ in range(10)), *(_text(True, oblique_alone=1.0) for _ in range(20)),
]  # fmt: skip


def test_what_false_texts_have_more_often_weighs_and_what_true_ones_have_does_not():
    found = alone_of(ROWS, {"weights": {"unread": 0.5}, "intercept": 1.0})
    assert set(found) == set(ALONE)
    assert found["agent_alone"] > 1
    assert found["oblique_alone"] == 0


def test_the_sum_stays_and_what_else_decides_is_not_fitted_on():
    decided = [_text(False, decided=True, patient_alone=1.0) for _ in range(50)]
    weights = {"with_model": {"headline": {"weights": {"unread": 0.5}, "intercept": 1.0}}, "fitted_on": {}}
    set_alone([*ROWS, *decided], weights)
    headline = weights["with_model"]["headline"]
    assert (headline["intercept"], headline["weights"]["unread"]) == (1.0, 0.5)
    assert headline["weights"]["patient_alone"] == 0
    assert next(iter(headline["weights"])) == "agent_alone"
    assert weights["fitted_on"]["alone"].startswith(f"{len(ROWS)} headlines and claims")
    before = dict(headline["weights"])
    set_alone([*ROWS, *decided], weights)  # a second fit begins from the sum without them
    assert headline["weights"] == before
