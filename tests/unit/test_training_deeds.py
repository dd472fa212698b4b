"""The pairs that only who did what to whom tells apart: what is called true is, what is called false is not."""

import random

import pytest

from harness.claims.parsing.parse import Parser
from harness.claims.thesaurus import opposite
from harness.perturbations.words import inflected
from training.deeds import Deed, claims_of, deeds_in, shuffled


def deeds(parser: Parser, text: str) -> list[Deed]:
    return list(deeds_in(parser.parse([text])[0]))


def test_a_deed_has_its_parties_without_what_follows_them(parser: Parser) -> None:
    (deed,) = deeds(parser, "The city council, which met on Monday, dismissed the chief of police in March.")
    assert (deed.subject, deed.verb, deed.object) == ("The city council", "dismissed", "the chief of police")


@pytest.mark.parametrize("text", [
    "The council did not dismiss the chief.",
    "The council may dismiss the chief.",
    "If the council dismissed the chief, nobody would object.",
    "They dismissed him.",
    "The minister met the ambassador.",
])  # fmt: skip
def test_no_deed_is_read_where_none_was_done_by_one_to_another(parser: Parser, text: str) -> None:
    assert not [deed for deed in deeds(parser, text) if deed.lemma in {"dismiss", "meet"}]


def test_true_claims_keep_who_did_what_and_false_ones_do_not(parser: Parser) -> None:
    (deed,) = deeds(parser, "The court accepted the appeal.")
    (other,) = deeds(parser, "The minister criticised a newspaper.")
    told = {kind: (claim, label) for claim, label, kind in claims_of(deed, [other], random.Random(1))}
    assert told["deed"] == ("The court accepted the appeal", "entailment")
    assert told["deed, passive"] == ("The appeal was accepted by the court", "entailment")
    assert told["parties exchanged"] == ("The appeal accepted the court", "not_entailed")
    assert told["parties exchanged, passive"] == ("The court was accepted by the appeal", "not_entailed")
    assert told["another did it"][0] in {"The minister accepted the appeal", "The appeal was accepted by the minister"}
    assert "criticised" in told["another deed"][0]
    assert told["opposite deed"][1] == "contradiction"
    opposites = {
        inflected(verb, "VBD") for verb in ("reject", "refuse", "oppose", "decline", "deny") if opposite("accept", verb)
    }
    assert opposites & set(told["opposite deed"][0].split())
    claim, label = told["shuffled"]
    assert label == "not_entailed"
    assert claim not in {told["deed"][0], told["deed, passive"][0]}


def test_shuffled_words_are_the_same_words_in_another_order() -> None:
    text = "Court accepts appeal of three miners in northern province"
    for seed in range(50):
        found = shuffled(text, random.Random(seed))
        assert sorted(found.split()) == sorted(text.split())
        assert found != text
