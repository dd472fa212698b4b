"""Whose deed it is where another bears it in every sentence of the articles: with its verb, or with a noun for it."""

import pytest

FRAUD = (
    "Banker Olga Venn was found guilty of fraud on Monday. Venn's conviction ends a three-year case. The lawsuit "
    "against Norvik by former captain Elias Rude was dropped in June. The town had followed both. "
    "Prosecutor Hana Kol spoke in the evening. Simon Dray, a clerk, listened to Kol."
)


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("Conviction of Simon Dray ends three-year case", "Venn"),
    ],
)
def test_a_deed_that_every_sentence_gives_to_another_is_not_the_claims(judged, text, instead):
    whole = judged(FRAUD, text)
    assert (whole.label, "roles" in whole.errors) == ("not_found", True), whole.reason
    assert f"they have “{instead}” there" in whole.reason


@pytest.mark.parametrize(
    "text",
    [
        "Olga Venn found guilty of fraud",
        "Conviction of Olga Venn ends three-year case",
        "Lawsuit by Elias Rude against Norvik was dropped",
        "Venn's conviction ends case",
    ],
)
def test_a_deed_of_its_own_bearer_is_borne_out(judged, text):
    assert "there" not in judged(FRAUD, text).reason


def test_a_sentence_that_may_mean_the_claims_bearer_settles_it(judged):
    article = "Ole Hauk was sued in May. A trader was sued on Friday. The trader, Ida Moe, was calm."
    assert "bears" not in judged(article, "Ida Moe sued on Friday").reason
    assert judged(article, "Ida Moe sued on Friday").label != "contradicted"


def test_who_is_beaten_by_another_does_not_beat(judged):
    article = "Norvik beat Tarn Lines to the ferry deal on Monday."
    assert judged(article, "Tarn Lines beaten by Norvik to ferry deal").label == "supported"
    assert judged(article, "Norvik beaten by Tarn Lines to ferry deal").label != "supported"
