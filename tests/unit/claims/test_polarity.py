"""What stands under which denial: one thing of several, one clause of two, charges that are dropped."""

import pytest

from harness.claims.polarity import contrasted, is_on_hold, keeps_undone, parted


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("Workers accepted the pay offer, but not the new hours.", "hours"),
        ("They agreed to exchange prisoners but not on the status of the valley.", "status"),
        ("The plan was approved by the council, not by the mayor.", "mayor"),
        ("The members met, but not all voters agreed.", None),  # who did not agree
        ("She won, but not only in Tarn.", None),
        ("He did not resign.", None),
    ],
)
def test_what_a_not_sets_apart(parser, text, apart):
    parse = parser.parse([text])[0]
    found = [contrasted(parse, token) for token in parse.tokens if token.lower == "not"]
    assert [None if at is None else parse.tokens[at].text for at in found] == [apart]


@pytest.mark.parametrize(
    ("text", "thing", "verb"),
    [
        ("Prosecutors dropped the charges.", "charges", "dropped"),
        ("The fishermen withdrew their lawsuit.", "lawsuit", "withdrew"),
        ("Jets dropped bombs.", "bombs", None),
        ("The army withdrew its troops.", "troops", None),
        ("He ruled out calling in the army.", "calling", "ruled"),
        ("He spoke calling in the army.", "calling", None),
    ],
)
def test_what_is_done_no_longer_or_not_at_all(parser, text, thing, verb):
    parse = parser.parse([text])[0]
    below = next(token for token in parse.tokens if token.text == thing)
    found = keeps_undone(parse, parse.tokens[below.head], below)
    assert (None if found is None else found.text) == verb


def test_a_semicolon_parts_two_clauses(parser):
    tokens = parser.parse(["The union rejected it; it wants 9."])[0]
    rejected, wants, it = (
        next(each for each in tokens.tokens if each.text == word) for word in ("rejected", "wants", "it")
    )
    assert parted(tokens, rejected, wants)
    assert parted(tokens, wants, rejected)
    assert not parted(tokens, rejected, it)


@pytest.mark.parametrize(
    ("text", "held"), [("Launch on hold", True), ("They hold on", False), ("Hold the line", False)]
)
def test_what_is_on_hold(parser, text, held):
    parse = parser.parse([text])[0]
    assert any(is_on_hold(parse, token) for token in parse.tokens) is held
