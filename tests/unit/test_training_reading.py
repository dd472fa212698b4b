"""Training the close reading: its data, what weighs what, and the order within an event."""

import random

import pytest

torch = pytest.importorskip("torch")

from training.pairs import rows  # noqa: E402
from training.reading import EVENTS, Event, balanced, events, loss_of_events, part_of  # noqa: E402


def event(overlap=(0.2, 0.9, 0.9), copied=(-1, -1, 1)) -> Event:
    """A true paraphrase, a true copy, and a changed copy of it."""
    return Event("e", ("w",) * 3, ("a", "b", "c"), (True, True, False), copied, overlap, ("k",) * 3)


def logits(*entailed: float) -> "torch.Tensor":
    return torch.tensor([[value, 0.0, 0.0] for value in entailed])


def test_true_and_false_claims_of_like_overlap_weigh_the_same_together():
    true = torch.tensor([True, True, False, False, False, True])
    weights = balanced(true, torch.tensor([0.9, 0.95, 1.0, 0.9, 0.88, 0.1]))
    assert weights[:2].sum() == pytest.approx(2.5)  # of five claims in the class
    assert weights[2:5].sum() == pytest.approx(2.5)
    assert weights[5] == 0.25  # no false one shares as little: who says it in other words proves nothing


def test_a_changed_copy_above_its_own_costs_more_than_one_above_a_paraphrase():
    right, above_own, above_other = (
        float(loss_of_events(logits(*told), [event()])) for told in ((2, 2, -2), (2, -2, 2), (-2, 2, -2))
    )
    assert right < above_other < above_own


def test_a_false_copy_above_a_paraphrase_costs_little_and_more_where_both_share_words():
    told = logits(-2, 2, 2)
    unlike, alike = (float(loss_of_events(told, [event(overlap, (-1, -1, -1))]))
                     for overlap in ((0.2, 0.9, 0.9), (0.8, 0.8, 0.8)))  # fmt: skip
    assert alike > unlike


def test_every_event_can_be_learned_from():
    held = list(rows(EVENTS))
    assert len({row["cluster_id"] for row in held}) == len(held) == 480
    for row in held:
        assert len(row["articles"]) == 2
        assert {claim["faithful"] for claim in row["claims"]} == {True, False}
        assert all(row["claims"][claim["of"]]["faithful"] for claim in row["claims"] if "of" in claim)
    parts = [part_of(row["cluster_id"]) for row in held]
    assert {part: parts.count(part) for part in sorted(set(parts))} == {"kept": 62, "learned": 291, "sums": 127}


def test_sentences_of_the_articles_are_true_claims():
    first = next(events(random.Random(1)))
    copied = [claim for claim, kind in zip(first.claims, first.kinds, strict=True) if kind == "verbatim"]
    assert len(copied) == 2
    assert all(
        first.overlap[first.claims.index(claim)] == 1 and first.true[first.claims.index(claim)] for claim in copied
    )
