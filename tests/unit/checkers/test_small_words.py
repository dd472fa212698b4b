"""Claims that a small word turns are held up, and those with the articles' own small words are not."""

import pytest

from harness.checkers.ensemble import Ensemble
from harness.records import Article, Cluster

pytest.importorskip("spacy", reason="the claims extra is not installed")

REST = " The case has drawn wide interest in the town, where people talked of little else."


@pytest.fixture(scope="module")
def judged():
    with Ensemble().open() as session:

        def judge(told: str, text: str):
            cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", source="A", text=told + REST),))
            return session.check(cluster, text)[0]

        yield judge


SEQUENCES = [
    (
        "The mayor resigned before the report on the bridge was published.",
        "Mayor resigns after bridge report published",
    ),
    ("Prices of bread rose after wheat exports were banned.", "Wheat exports banned after prices of bread rose"),
    ("The bridge collapsed before the inspection took place.", "Bridge collapses after inspection"),
    ("The volcano erupted hours after the last villagers had fled.", "Last villagers flee after volcano erupts"),
]
SHARES = [
    (
        "Most of the 40 villages in Torvia kept their water supply.",
        "All 40 villages in Torvia kept water supply",
        "Most",
    ),
    ("Some members of the union voted against the deal.", "All union members vote against deal", "Some"),
    ("Several of the 20 passengers were treated for burns.", "All 20 passengers treated for burns", "Several"),
    ("Only one of the four suspects was charged over the robbery.", "Four suspects charged over robbery", "one"),
    ("Two of the five judges voted to free Bela Ost.", "Five judges vote to free Bela Ost", "Two"),
]
AMOUNTS = [
    ("Profits at Lund Bank fell by 12 per cent.", "Profits at Lund Bank fall to 12 per cent", "by"),
    ("Rents in Holm rose to 900 crowns.", "Rents in Holm rise by 900 crowns", "to"),
]
TRUE = [
    ("The mayor resigned after the report on the bridge was published.", "Mayor quits after bridge report"),
    (
        "After a storm tore off its roof, the school in Skov was closed.",
        "Skov school closed after storm tears off roof",
    ),
    ("Before the match, fans lit flares outside the ground in Torvia.", "Fans light flares before Torvia match"),
    (
        "Premier Roos weighs an early election. Ruud left as minister two days after the cabinet won a vote.",
        "Roos weighs early election after minister's exit",
    ),
    ("All 14 miners were brought out alive after two days.", "All 14 miners brought out alive"),
    ("Every school in Lund was shut on Friday.", "All schools in Lund shut on Friday"),
    (
        "One of the four suspects was charged over the robbery in Holm.",
        "One of four suspects charged over Holm robbery",
    ),
    ("Four suspects were charged in Holm. One of the four suspects teaches.", "Four suspects charged in Holm"),
    ("Half of the workers at Kessel Line will lose their jobs.", "Half of Kessel Line workers to lose jobs"),
    ("Profits at Lund Bank fell to 12 million crowns from 15 million.", "Lund Bank profits fall to 12 million crowns"),
    ("House prices rose 3 per cent in May.", "House prices up by 3 per cent in May"),
]


@pytest.mark.parametrize(("told", "text"), SEQUENCES)
def test_what_the_articles_have_in_another_order_of_time_is_not_supported(judged, told: str, text: str):
    verdict = judged(told, text)
    assert verdict.label == "not_found"
    assert "the other way round" in verdict.reason


@pytest.mark.parametrize(("told", "text", "word"), SHARES)
def test_what_the_articles_say_of_a_part_is_not_supported_of_all(judged, told: str, text: str, word: str):
    verdict = judged(told, text)
    assert verdict.label == "not_found"
    assert f"“{word}”" in verdict.reason
    (figure,) = [each for each in verdict.elements if each.kind == "figure" and each.state == "unaccounted"]
    assert [each.text for each in figure.evidence] == [word]


@pytest.mark.parametrize(("told", "text", "word"), AMOUNTS)
def test_a_rise_or_fall_by_so_much_is_none_to_so_much(judged, told: str, text: str, word: str):
    verdict = judged(told, text)
    assert verdict.label == "not_found"
    assert f"under “{word}”" in verdict.reason


@pytest.mark.parametrize(("told", "text"), TRUE)
def test_the_articles_own_small_words_hold_up_nothing(judged, told: str, text: str):
    assert judged(told, text).label == "supported"
