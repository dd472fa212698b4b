"""What ties a claim to the articles, one feature at a time: an account is written by hand, word by word."""

import pytest

from harness.checkers.about import about_digest, about_features, about_odds
from harness.checkers.account.account import Account
from harness.checkers.account.elements import Held
from harness.checkers.neural.entailment import Entailment
from harness.checkers.weights import read_weights

KINDS = {"N": "name", "F": "figure", "W": "word"}


def account(*words):
    """An account of words: `quarry`, `-quarry` (in no article), `~quarry` (a near word), `N:Olsen` (a name)."""
    elements, text = [], ""
    for told in words:
        state, told = {"-": "_missing", "~": "_near"}.get(told[0], ""), told.lstrip("-~")
        kind, _, word = told.rpartition(":")
        start = len(text)
        text += f"{word} "
        feature = f"noun{state}" if state else ""
        held = "unaccounted" if state else "borne_out"
        elements.append(Held(KINDS[kind or "W"], start, start + len(word), held, feature=feature))
    return Account(tuple(elements), {}, (), text=text.strip())


def read(entailed):
    return Entailment(entailed, -3.0)


def test_what_ties_a_claim_to_articles_is_counted():
    found = about_features(account("N:Olsen", "quarry", "slope", "-mayor", "~lorry", "new", "F:two"), read(-1.5))
    # `new` is told of every event, and so is a bare small number; a near word tells something.
    assert found == {
        "telling": 3.0, "ties": 1.0, "gone": 1 / 5, "few_words": 0.0, "hollow": 0.0, "nothing_own": 0.0,
        "entailed": -1.5, "not_entailed": 1.5,
    }  # fmt: skip
    nothing = about_features(account("government", "announces", "new", "plan"), None)
    assert (nothing["hollow"], nothing["nothing_own"], nothing["telling"]) == (1.0, 1.0, 0.0)
    assert "entailed" not in nothing
    # More than half of the words, three at least, in no article.
    assert about_features(account("slope", "quarry", "-velvet", "-ladder", "-tide"), None)["hollow"] == 1.0
    assert about_features(account("slope", "quarry", "-velvet", "-ladder"), None)["hollow"] == 0.0


@pytest.mark.parametrize("entailment", [None, read(3.0)])
def test_words_that_news_has_of_every_event_say_nothing_however_sure_the_model(entailment):
    assert about_odds(account("government", "announces", "new", "plan"), entailment) < 0
    assert about_odds(account("police", "say", "more", "people", "F:two"), entailment) < 0
    assert about_odds(account("N:Olsen", "quarry", "slope", "driver"), entailment) > 0


def test_one_telling_word_says_something_where_the_model_reads_it():
    one = account("quarry", "-collapses", "-owner", "new")
    assert about_odds(one, read(-3.0)) < 0 < about_odds(one, read(0.5))
    # Two words are hardly a claim.
    assert about_odds(account("quarry", "new"), read(0.5)) < 0


def test_each_tie_and_each_telling_word_counts_for_and_nothing_missing_does():
    for model in (None, read(-1.0)):
        said = [about_odds(account(*words), model) for words in (
            ("-velvet", "-ladder", "quarry", "new"), ("-velvet", "-ladder", "quarry", "slope"),
            ("-velvet", "-ladder", "quarry", "slope", "N:Olsen"), ("N:Lind", "quarry", "slope", "new", "N:Olsen"),
        )]  # fmt: skip
        assert said == sorted(said)
        assert said[0] < said[1] < said[2] < said[3]
    odds = [about_odds(account("quarry", "slope", "new"), read(value)) for value in (-6.0, -5.0, -1.0, 0.0, 3.0, 9.0)]
    assert odds == sorted(odds)
    # A model's answer counts between two bounds.
    assert odds[0] == odds[1] < odds[2]
    assert odds[4] == odds[5]


def test_every_weight_pulls_its_own_way_and_another_fit_is_another_identity(monkeypatch):
    for title in ("with_model", "account_alone"):
        weights = read_weights("about")[title]["weights"]
        against = {name for name, weight in weights.items() if weight < 0}
        assert against <= {"gone", "few_words", "hollow", "nothing_own", "not_entailed"}
        assert {"ties", "telling"} <= {name for name, weight in weights.items() if weight > 0}
    held = {model: about_digest(model=model) for model in (True, False)}
    assert held[True] != held[False]
    monkeypatch.setitem(read_weights("about")["with_model"], "intercept", 0.5)
    assert about_digest(model=True) != held[True]
    assert about_digest(model=False) == held[False]
