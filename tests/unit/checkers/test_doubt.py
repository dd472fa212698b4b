"""The sum that a probability comes from: monotone, with .5 at the threshold, the labels on its two sides."""

import pytest

from harness.checkers.aggregate import placed, pooled
from harness.checkers.doubt import (
    HEADLINE,
    SENTENCE,
    SHORT,
    SUMMARY,
    Doubts,
    counts_as_headline,
    load_doubts,
    probability,
)


@pytest.mark.parametrize("form", ["headline", "sentence"])
@pytest.mark.parametrize("model", [True, False])
def test_nothing_that_is_missing_makes_a_claim_more_probable(form, model):
    doubts = load_doubts(form, model=model)
    assert doubts.weights
    assert min(doubts.weights.values()) >= 0
    heard = {"not_entailed", "not_surely_entailed", "read_against", "contradicted"} & set(doubts.weights)
    assert bool(heard) == model
    base = doubts.probability({})
    assert all(doubts.probability({name: 1.0}) <= base for name in doubts.weights)


def test_half_stands_at_the_threshold_and_the_order_is_kept():
    doubts = Doubts({"missing": 1.0}, intercept=0.0, threshold=0.8)
    # chance .8 is at log-odds ln 4 = 1.386: there the probability is .5, above it more, below it less
    assert doubts.probability({"missing": -1.3863}) == pytest.approx(0.5, abs=1e-4)
    found = [doubts.probability({"missing": value}) for value in (-4.0, -2.0, -1.3, 0.0, 2.0)]
    assert found == sorted(found, reverse=True)
    assert found[1] > 0.5 > found[2]
    assert doubts.probability({"missing": 0.0}) == pytest.approx(0.5 * 0.5 / 0.8)


def test_a_headline_is_weighed_as_one_and_a_long_sentence_as_one_of_a_summary():
    said = {"uncovered_sentence": 1.0, "order_words": 0.5, "against_predicate": 0.5}
    headline, sentence = (load_doubts(form, model=True).probability(said) for form in ("headline", "sentence"))
    assert headline != pytest.approx(sentence, abs=0.05)
    assert probability(said, HEADLINE, model=True) == headline
    assert probability(said, SENTENCE, model=True) == sentence
    # Half-way between the two lengths both count half.
    assert probability(said, (HEADLINE + SENTENCE) // 2, model=True) == pytest.approx((headline + sentence) / 2)


def test_what_a_close_reading_says_counts_where_a_sum_weighs_it():
    assert "closely_unsure" in load_doubts("headline", model=True).weights
    for form, model in (("sentence", True), ("headline", False), ("sentence", False)):
        assert "closely_unsure" not in load_doubts(form, model=model).weights
    assert counts_as_headline(" ".join("w" * (SENTENCE - 1)))
    assert not counts_as_headline(" ".join("w" * SENTENCE))


def test_in_a_long_text_a_sentence_is_weighed_as_one_of_a_summary_and_never_more_probable_for_it():
    for said in ({"uncovered_sentence": 1.0, "order_words": 0.5, "against_predicate": 0.5}, {"place_of_other": 1.0}):
        headline, sentence = (load_doubts(form, model=True).probability(said) for form in ("headline", "sentence"))
        found = [probability(said, 5, model=True, of_text=many) for many in (5, SHORT, 28, SUMMARY, 90)]
        assert found[0] == found[1] == headline
        assert found == sorted(found, reverse=True)
        assert found[-1] == min(headline, sentence)


def test_no_headline_is_doubted_for_having_the_articles_own_words():
    # Word order's signals grow with what the articles have; what nothing speaks against is well supported.
    weights = load_doubts("headline", model=True).weights
    assert not [name for name in weights if name.startswith("order_")]
    assert load_doubts("headline", model=True).probability({}) > 0.8


def test_what_is_not_supported_is_less_probable_than_what_is():
    assert placed("contradicted", 0.97) < 0.5 <= placed("supported", 0.2)
    assert placed("not_found", 0.3) == 0.3
    assert placed("not_found", 0.6) < placed("not_found", 0.9) < 0.5


def test_a_sentence_that_is_added_only_lowers_a_text():
    assert pooled("supported", [0.9]) == pytest.approx(0.9)
    assert 0.5 <= pooled("supported", [0.9, 0.8]) < 0.8
    assert pooled("not_found", [0.4]) == pytest.approx(0.4)
    assert pooled("not_found", [0.4, 0.9]) < 0.4
