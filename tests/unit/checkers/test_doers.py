"""Whose deed it is where another bears it in every sentence of the articles: with its verb, or with a noun for it."""

import pytest

from harness.checkers.rules import Rules
from harness.records import Article, Cluster


@pytest.fixture(scope="module")
def session(parser):
    with Rules().open() as opened:
        yield opened


def check(session, article, text):
    return session.check(Cluster(cluster_id="c", articles=(Article(article_id="a", text=article),)), text)[0]


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
def test_a_deed_that_every_sentence_gives_to_another_is_not_the_claims(session, text, instead):
    whole = check(session, FRAUD, text)
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
def test_a_deed_of_its_own_bearer_is_borne_out(session, text):
    assert "there" not in check(session, FRAUD, text).reason


def test_a_sentence_that_may_mean_the_claims_bearer_settles_it(session):
    article = "Ole Hauk was sued in May. A trader was sued on Friday. The trader, Ida Moe, was calm."
    assert "bears" not in check(session, article, "Ida Moe sued on Friday").reason
    assert check(session, article, "Ida Moe sued on Friday").label != "contradicted"


def test_who_is_beaten_by_another_does_not_beat(session):
    article = "Norvik beat Tarn Lines to the ferry deal on Monday."
    assert check(session, article, "Tarn Lines beaten by Norvik to ferry deal").label == "supported"
    assert check(session, article, "Norvik beaten by Tarn Lines to ferry deal").label != "supported"
