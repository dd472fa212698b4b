"""Training the close reading: its data, what weighs what, and the order within an event."""

import math
import random
from dataclasses import replace

import pytest

pytest.importorskip("torch", reason="training needs the extra train")

import torch
from safetensors.numpy import save_file

from harness.checkers.neural.entailment import shipped
from training import reading
from training.model import logits_of
from training.pairs import rows
from training.parties import exported
from training.reading import (
    EVENTS,
    Event,
    adapted,
    balanced,
    begin_from,
    events,
    logits_of_events,
    loss_of_events,
    part_of,
)


def event(overlap=(0.2, 0.9, 0.9), copied=(-1, -1, 1)) -> Event:
    """A true paraphrase, a true copy, and a changed copy of it."""
    return Event("e", ("w",) * 3, ("a", "b", "c"), (True, True, False), copied, overlap, ("k",) * 3)


def logits(*entailed: float) -> torch.Tensor:
    return torch.tensor([[value, 0.0, 0.0] for value in entailed])


def test_true_and_false_claims_of_like_overlap_weigh_the_same_together():
    true = torch.tensor([True, True, False, False, False, True])
    weights = balanced(true, torch.tensor([0.9, 0.95, 1.0, 0.9, 0.88, 0.1]))
    assert weights[:2].sum() == pytest.approx(2.5)  # of five claims in the class
    assert weights[2:5].sum() == pytest.approx(2.5)
    assert weights[5] == 0.25  # no false one shares as little: who says it in other words proves nothing


def softplus(x: float) -> float:
    return math.log1p(math.exp(x))


def test_a_true_claim_has_to_stand_above_its_own_changed_copy():
    told = logits(-2, 1, 2)
    with_copy, without = (float(loss_of_events(told, [event(copied=each)])) for each in ((-1, -1, 1), (-1, -1, -1)))
    assert with_copy - without == pytest.approx(1.5 * softplus(2 - 1), rel=1e-4)


def test_a_false_claim_that_shares_more_words_may_stand_above_a_paraphrase(monkeypatch):
    told, one = logits(-2, 1, 2), event(copied=(-1, -1, -1))
    whole = float(loss_of_events(told, [one]))
    monkeypatch.setattr(reading, "RANKED", 0.0)
    # the paraphrase shares .2, the false claim .9: that pair weighs .15, the two of like overlap 1
    ranked = (0.15 * softplus(2 - -2) + softplus(2 - 1)) / 1.15
    assert whole - float(loss_of_events(told, [one])) == pytest.approx(0.5 * ranked, rel=1e-4)


@pytest.mark.parametrize(
    ("path", "many", "kept"),
    [(EVENTS, 480, 62), (EVENTS.with_name("later_events.jsonl"), 495, 53)],
    ids=["first", "later"],
)
def test_every_event_can_be_learned_from(path, many, kept):
    held = list(rows(path))
    assert len({row["cluster_id"] for row in held}) == len(held) == many
    for row in held:
        assert len(row["articles"]) == 2
        assert {claim["faithful"] for claim in row["claims"]} == {True, False}
        assert all(row["claims"][claim["of"]]["faithful"] for claim in row["claims"] if "of" in claim)
    parts = [part_of(row["cluster_id"]) for row in held]
    assert parts.count("kept") == kept
    assert parts.count("learned") == many - kept


def test_no_event_is_in_both_files():
    names = [{row["cluster_id"] for row in rows(path)} for path in (EVENTS, EVENTS.with_name("later_events.jsonl"))]
    assert names[0].isdisjoint(names[1])


def test_sentences_of_the_articles_are_true_claims():
    first = next(events(random.Random(1)))
    copied = [claim for claim, kind in zip(first.claims, first.kinds, strict=True) if kind == "verbatim"]
    assert len(copied) == 2
    assert all(
        first.overlap[first.claims.index(claim)] == 1 and first.true[first.claims.index(claim)] for claim in copied
    )


def test_claims_that_are_read_apart_by_length_come_back_in_their_order():
    model, words = adapted()
    windows = ("Rain fell in Tarn on Monday, and the river rose.", "Rain fell in Tarn.", "Rain.")
    several = [replace(event(), windows=windows, claims=("Rain", "Rain fell", "The river rose in Tarn on Monday"))]
    model.eval()
    with torch.inference_mode():
        apart = logits_of_events(model, words, several)
        for at in range(3):
            alone = logits_of(model, words, [several[0].windows[at]], [several[0].claims[at]], 160)
            torch.testing.assert_close(apart[at], alone[0], atol=1e-4, rtol=1e-4)


def test_what_was_learned_is_all_that_is_written_and_a_later_run_begins_from_it(tmp_path):
    torch.manual_seed(3)  # new adapters begin at random
    model, words = adapted()
    for name, parameter in model.named_parameters():
        if name.endswith(".wide") and parameter.requires_grad:
            parameter.data = torch.randn_like(parameter) * 0.03
    arrays = exported(model)
    assert {name.split(".")[0] for name in arrays} == {"2", "3", "4", "5", "dense"}
    save_file(arrays, tmp_path / "a.safetensors")
    other, _ = adapted()
    begin_from(other, tmp_path / "a.safetensors")
    with torch.inference_mode():
        told = [logits_of(each.eval(), words, ["Rain fell in Tarn."], ["It rained"], 160) for each in (model, other)]
        new = logits_of(adapted()[0].eval(), words, ["Rain fell in Tarn."], ["It rained"], 160)
    torch.testing.assert_close(told[1], told[0], atol=1e-2, rtol=1e-2)  # kept in sixteen bits
    assert not torch.allclose(new, told[0], atol=0.05)


@pytest.mark.parametrize("missing", ["nli.jsonl", "first.safetensors", "later.jsonl"])
def test_a_file_that_is_not_there_is_named(tmp_path, monkeypatch, capsys, missing):
    for kind in reading.OLDER:
        (tmp_path / f"{kind}.jsonl").touch()
    (tmp_path / "first.safetensors").touch()
    (tmp_path / "later.jsonl").touch()
    (tmp_path / missing).unlink()
    given = ["--pairs", str(tmp_path), "--out", str(tmp_path / "out"), "--begin", str(tmp_path / "first.safetensors")]
    given += ["--events", str(EVENTS), "--events", str(tmp_path / "later.jsonl")]
    monkeypatch.setattr("sys.argv", ["reading", *given])
    with pytest.raises(SystemExit) as stopped:
        reading.main()
    assert stopped.value.code == 2
    assert f"there is no file {tmp_path / missing}" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_what_ships_holds_paraphrases_above_falsehoods_where_the_model_alone_knows_words():
    kept = [each for each in events(random.Random(1)) if part_of(each.name) == "kept"][:8]
    shares = []
    for reads in (lambda *pair: shipped().judge(*pair).entailed, shipped().closely):
        above = []
        for each in kept:
            odds = [reads(*pair) for pair in zip(each.windows, each.claims, strict=True)]
            told = [value for value, kind in zip(odds, each.kinds, strict=True) if kind == "paraphrase"]
            above += [one > value for one in told for value, right in zip(odds, each.true, strict=True) if not right]
        assert len(above) > 100
        shares.append(sum(above) / len(above))
    alone, closely = shares
    assert alone < 0.5 < 0.8 < closely
