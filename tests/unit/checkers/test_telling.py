"""Deeds that news tells in no other words, parties that stand alone apart, and what real articles have beside them."""

from types import SimpleNamespace

import pytest

from harness.checkers.account.account import Account
from harness.checkers.account.doers import _actors
from harness.checkers.account.elements import Held
from harness.checkers.account.telling import UNMISTAKABLE, alone_apart, as_unmistakable
from harness.checkers.doubt import load_doubts, why_empty
from harness.checkers.neural.entailment import Entailment
from harness.checkers.rules import RulesSession
from harness.claims.sentence_analysis import read
from harness.records import Article, Cluster

CRASH = (
    "A BK-4 glider crashed at Orvin airfield on Monday. Both pilots left the glider by parachute and are in good"
    " condition, the club said. A board of officers will investigate the crash."
)
DOCTOR = (
    "Doctor Ida Roos treated the mayor in Velm on Monday. He was well again by noon. The roads were icy. Snow fell all"
    " night. The council praised the firefighters of Tarn."
)
ISLAND = (
    "A helicopter evacuated the staff of an office from Orvin Island on Monday, as a volcano erupted. Five were found,"
    " the office said."
)
RESCUE = (
    "The harbour of Velm froze on Tuesday. Snow fell all day. The roads were icy. The coastguard saved two dogs by"
    " helicopter."
)
STORM = (
    "Storm Ulla crossed Tarn on Thursday. It might dissolve before it reaches the sea, forecasters said. The storm"
    " flooded two villages."
)
SEARCH = "The search for two climbers near Tarn is likely to continue through the night, the rescue service said."
AGAINST = Entailment(-4.0, -1.0, ordered=5.0)
"""A model that reads nothing of a claim in the articles."""
SLIDES = "Heavy rain may have caused the landslide near Velm, the fire service claims. Nobody was hurt."


@pytest.fixture(scope="module")
def accounted(parser):
    """Gives the account of a text beside one article, without the model."""
    session = RulesSession("s", parser, "headline")

    def of(article: str, text: str) -> Account:
        cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=article),))
        return session.accounted(session.reading_of(cluster), session.examined(cluster, [text])[0][0])[0]

    return of


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Pilots killed as glider crashes at Orvin airfield", "killed"),
        ("Two dead after glider crashes at Orvin airfield", "dead"),
        ("Pilots injured as glider crashes at Orvin airfield", "injured"),
        ("Board arrests pilots after glider crash at Orvin airfield", "arrests"),
    ],
)
def test_a_deed_that_news_tells_in_no_other_words_is_not_found_where_no_article_has_it(judged_as_shipped, text, word):
    verdict = judged_as_shipped(CRASH, text)
    assert verdict.label == "not_found"
    missing = {text[each.start : each.end]: each.reason for each in verdict.elements if each.state == "unaccounted"}
    assert missing[word] == f"no article has “{word}”, or another word for it"


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (CRASH, "Pilots unhurt as glider crashes at Orvin airfield"),
        ("A glider crashed at Orvin on Monday and its pilot died.", "Pilot killed as glider crashes at Orvin"),
        (CRASH, "Nobody killed as glider crashes at Orvin airfield"),  # a denial, which is weighed as one
        ("Addicts inject drugs at a site in Velm.", "Addicts shoot up at site in Velm"),  # another verb
        ("Two men were killed in Velm on Monday.", "Two men slain in Velm"),
    ],
)
def test_another_word_for_it_and_a_denial_are_no_such_deed(accounted, article, text):
    assert not [each for each in accounted(article, text).elements if each.feature == UNMISTAKABLE]


def test_only_a_word_of_the_list_that_is_unaccounted_for_is_marked(parser, accounted):
    text = "Pilots greeted and married as glider lands"
    reading = read(parser.parse([text])[0])
    held = {text[each.start : each.end]: each for each in accounted(CRASH, text).elements}
    assert held["married"].feature == UNMISTAKABLE
    for word in ("greeted", "glider"):  # missing, and borne out
        assert as_unmistakable(reading, held[word]) is held[word]


class _Nowhere:
    """A matcher of articles that have no word of a claim in their first sentences."""

    cluster = SimpleNamespace(units=())
    reading = SimpleNamespace(parse=SimpleNamespace(tokens=[SimpleNamespace(lemma="treat")]))

    def matches(self, _):
        return ()


NOWHERE = _Nowhere()


def _gone(kind, feature):
    return Held(kind, 0, 1, "unaccounted", feature=feature, tokens=(0, 1))


@pytest.mark.parametrize(
    ("gone", "counts"),
    [
        ([], {}),
        ([_gone("party", "agent_apart")], {"agent_alone": 1.0}),
        (
            [_gone("party", "patient_apart"), _gone("party", "oblique_apart"), _gone("party", "oblique_apart")],
            {"patient_alone": 1.0, "oblique_alone": 2.0},
        ),
        ([_gone("party", "agent_apart"), _gone("word", "noun_missing")], {}),
        ([_gone("party", "agent_apart"), _gone("word", "noun_elsewhere")], {"apart_elsewhere": 1.0}),
        ([_gone("party", "agent_apart"), _gone("word", "noun_elsewhere"), _gone("word", "verb_near")], {}),
        ([_gone("party", "agent_apart"), Held("word", 0, 1, "borne_out")], {"agent_alone": 1.0}),
    ],
)
def test_a_party_that_no_sentence_joins_to_its_deed_stands_alone_where_no_word_is_missing(gone, counts):
    assert alone_apart(NOWHERE, gone) == counts


def test_a_verb_that_tells_little_by_itself_needs_no_sentence_with_its_parties():
    helps = _Nowhere()
    helps.reading = SimpleNamespace(parse=SimpleNamespace(tokens=[SimpleNamespace(lemma="help")]))
    assert alone_apart(helps, [_gone("party", "agent_apart")]) == {}


def test_an_account_counts_the_parties_that_stand_alone(accounted):
    assert accounted(DOCTOR, "Firefighters treated mayor in Velm").features["apart_elsewhere"] == 1.0
    assert "apart_elsewhere" not in accounted(DOCTOR, "Doctor treated mayor in Velm").features
    # `Help` tells little by itself, and what an article begins with need not be said again of what follows.
    assert "agent_alone" not in accounted(f"{DOCTOR} Snow helped.", "Council helps mayor").features
    assert accounted(RESCUE, "Coastguard saves dogs from harbour").features["oblique_apart"] == 1.0
    assert "apart_elsewhere" not in accounted(RESCUE, "Coastguard saves dogs from harbour").features
    beside = f"Snow fell on Monday. The roads were icy. {RESCUE}"
    assert accounted(beside, "Coastguard saves dogs from harbour").features["apart_elsewhere"] == 1.0


def test_such_a_party_holds_up_what_the_model_does_not_read():
    doubts = load_doubts("headline", model=True)
    unread = {"closely_unsure": 7.5, "read_against": 0.5}
    assert doubts.probability(unread) >= 0.5  # the model alone holds up nothing
    for name in ("agent_alone", "oblique_alone", "apart_elsewhere"):
        assert doubts.probability({**unread, name: 1.0}) < 0.5
        assert doubts.probability({"closely_unsure": 2.0, name: 1.0}) >= 0.5
    assert doubts.probability({**unread, "patient_alone": 1.0}) < doubts.probability(unread)


def test_a_country_in_which_something_happens_does_not_act_there(parser):
    def actors(text):
        reading = read(parser.parse([text])[0])
        return [" ".join(reading.parse.tokens[at].text for at in span) for span in _actors(reading)]

    assert "Iran" not in actors("British sailors held in Iran")
    assert "Iran" in actors("British sailors held by Iran")


def test_a_number_before_a_verb_makes_no_noun_of_it(parser):
    parse = parser.parse(["B-2 crashes in Missouri"])[0]
    assert [(parse.tokens[each.predicate].text, each.kind) for each in read(parse).frames] == [("crashes", "verb")]


def test_what_one_is_entitled_to_do_is_not_done(judged):
    article = "Orvia is entitled to put the nine sailors on trial, its king said in Velm on Monday."
    assert judged(article, "Orvia puts nine sailors on trial").label == "not_found"
    assert judged(article.replace("is entitled to put", "has put"), "Orvia puts nine sailors on trial").label == (
        "supported"
    )


def test_what_it_might_do_is_not_done_though_a_pronoun_does_it(judged):
    verdict = judged(STORM, "Storm Ulla dissolves before it reaches sea")
    assert (verdict.label, verdict.reason) == (
        "not_found", "the articles have “dissolves” only under “might”, not as done",
    )  # fmt: skip


def test_what_is_likely_to_continue_goes_on(judged):
    assert judged(SEARCH, "Search for two climbers continues near Tarn").label == "supported"
    assert judged(SEARCH.replace("continue", "end"), "Search for two climbers ends near Tarn").label == "not_found"


def test_what_somebody_was_able_to_do_was_done(judged):
    article = "Two divers were able to find the anchor of the Marga near Tarn on Monday."
    assert judged(article, "Divers find anchor of Marga near Tarn").label == "supported"
    assert judged(article.replace("were", "may be"), "Divers find anchor of Marga near Tarn").label == "not_found"


def test_a_text_that_leaves_it_open_needs_no_speaker(judged):
    assert judged(SLIDES, "Heavy rain may have caused landslide near Velm").label == "supported"
    assert judged(SLIDES.replace("may have caused", "caused"), "Heavy rain caused landslide near Velm").label == (
        "not_found"
    )


def test_a_claim_whose_every_word_the_articles_have_is_of_no_other_event(accounted):
    assert not why_empty(accounted(ISLAND, "Five evacuated from Orvin Island after eruption"), AGAINST)
    assert why_empty(accounted(ISLAND, "Five evacuated from Orvin Island after feast"), AGAINST)
    assert why_empty(accounted(ISLAND, "Five evacuated after eruption"), AGAINST)  # of any island
