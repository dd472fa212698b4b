"""Which sentences are quoted of a claim and in which order, and which articles are said to say so."""

import pytest

from harness.checkers.account.account import account
from harness.checkers.account.attributed import lost_attribution
from harness.checkers.account.conflicts import align
from harness.checkers.account.coverage import ranked, saying_so
from harness.checkers.account.matching import Matcher
from harness.checkers.cluster_analysis import ClusterReading
from harness.checkers.ensemble import Ensemble
from harness.checkers.rules import Rules, sentence_features
from harness.checkers.verdict import supporting
from harness.claims.sentence_analysis import read
from harness.records import Article, Cluster

pytest.importorskip("spacy", reason="the claims extra is not installed")

SUPPORT = {
    "a": "Crowds had gathered. Divers raised the ferry Maren off Ellis.",
    "b": "The ferry Maren was raised on a cold and windy morning.",
    "c": "Divers and the ferry Maren drew crowds.",
    "d": "The weather was fine.",
    "e": "Divers came to Ellis for the ferry Maren.",
}
TEXT = "Divers raise ferry Maren off Ellis"


def cluster_of(articles):
    held = tuple(Article(article_id=key, text=value) for key, value in articles.items())
    return Cluster(cluster_id="c", articles=held)


class Case:
    """A claim beside its articles: what covers it, by the words of the sentences."""

    def __init__(self, parser, text, articles):
        self.cluster = ClusterReading(cluster_of(articles), parser)
        self.reading = read(parser.parse([text])[0])
        self.alignment = align(self.cluster, self.reading)
        features = sentence_features(self.cluster, self.reading, self.alignment)
        matcher = Matcher(self.cluster, self.reading)
        self.account = account(self.cluster, matcher, self.reading, self.alignment, features)

    def ranked(self):
        return [self.cluster.units[unit].text for unit in ranked(self.account.covers, self.account.elements)]

    def saying(self):
        units = saying_so(self.cluster, self.reading, self.account.covers, self.account.elements)
        return [*dict.fromkeys(self.cluster.units[unit].places[0].article_id for unit in units)]

    def supporters(self):
        return self.cluster.articles_of_all(supporting(self.cluster, self.reading, self.account))


def test_the_sentence_that_bears_out_most_comes_first_and_then_the_articles_order(parser):
    found = Case(parser, TEXT, {**SUPPORT, "f": "It was Tuesday. Off Ellis divers raised the ferry Maren."}).ranked()
    # a and f have all of it; e four words without the deed, b and c three.
    assert found[:2] == ["Divers raised the ferry Maren off Ellis.", "Off Ellis divers raised the ferry Maren."]
    assert "The weather was fine." not in found
    assert "Crowds had gathered." not in found


def test_who_says_so_has_the_deed_and_most_of_the_rest(parser):
    # e has four words of five but another deed, b the deed without who or where.
    assert Case(parser, TEXT, SUPPORT).supporters() == {"a"}


def test_a_headline_with_another_deed_is_not_said_by_those_who_have_all_its_other_words(parser):
    articles = {
        "a": "Bus drivers in Mellby walked out over pay on Monday.",
        "b": "The bus drivers in Mellby accepted the pay deal.",
    }
    assert Case(parser, "Mellby bus drivers accept pay deal", articles).saying() == ["b"]


def test_a_sentence_is_read_with_its_neighbours(parser):
    articles = {"a": "The ferry Maren lay off Ellis. Divers raised it at noon.", "b": "Scouts raised a flag in Ellis."}
    assert Case(parser, TEXT, articles).saying() == ["a"]


def test_where_no_sentence_has_the_deed_the_fullest_say_what_there_is(parser):
    articles = {"a": "Divers came to Ellis for the ferry Maren.", "b": "A ferry was late."}
    assert Case(parser, "Divers salvage ferry Maren off Ellis", articles).saying() == ["a"]


RUMOUR = "Smugglers started the fire on the ferry Maren"
TOLD = {
    "rumour": "A rumour that smugglers started the fire on the ferry Maren went round.",
    "adverb": "Smugglers reportedly started the fire on the ferry Maren.",
    "claim": "The mayor claimed that smugglers started the fire on the ferry Maren.",
    "denial": "The mayor denied that smugglers started the fire on the ferry Maren.",
    "question": "Did smugglers start the fire on the ferry Maren?",
}


@pytest.mark.parametrize("way", [*TOLD])
def test_a_rumour_a_claim_or_a_question_is_no_plain_supporter(parser, way):
    plain = Case(parser, RUMOUR, {"a": TOLD[way], "b": "It was smugglers who started the fire on the ferry Maren."})
    assert plain.supporters() == {"b"}


@pytest.fixture(scope="module")
def sessions():
    with Ensemble().open() as both, Rules().open() as alone:
        yield both, alone


@pytest.mark.parametrize(
    ("way", "reason"),
    [
        ("rumour", "reported as a rumour by a (“rumour”), not as a fact"),
        ("adverb", "reported as a rumour by a (“reportedly”), not as a fact"),
        ("claim", "no article says so itself: The mayor claims it"),
        ("question", "no article says so itself: a only asks it"),
    ],
)
def test_a_text_that_tells_a_rumour_as_a_fact_has_lost_its_attribution(sessions, way, reason):
    cluster = cluster_of({"a": f"{TOLD[way]} The ferry was towed to Ellis.", "b": "The ferry Maren burned off Ellis."})
    for session in sessions:
        found = session.check(cluster, RUMOUR)[0]
        assert (found.label, found.errors, found.reason) == ("not_found", ("attribution",), reason)
        assert [element.kind for element in found.elements if element.state != "borne_out"] == ["speaker"]
        assert found.evidence[0].text == TOLD[way]


def test_a_denial_names_who_denies(parser):
    case = Case(parser, RUMOUR, {"a": TOLD["denial"], "b": "The weather was fine."})
    lost = lost_attribution(case.cluster, case.reading, case.alignment, case.account)
    assert lost is not None
    assert lost.reason == "no article says so itself: The mayor denies or doubts it"


@pytest.mark.parametrize(
    "text",
    ["Smugglers reportedly started fire on ferry Maren", "Rumour says smugglers started fire on ferry Maren"],
)
def test_a_text_that_says_it_is_a_rumour_is_borne_out_by_one(sessions, text):
    cluster = cluster_of({"a": TOLD["adverb"] + " The rumour went round in Ellis.", "b": "The ferry Maren burned."})
    for session in sessions:
        found = session.check(cluster, text)[0]
        assert (found.label, found.supporters, found.evidence[0].text) == ("supported", ("a",), TOLD["adverb"])


def test_the_sides_of_a_contested_figure_begin_with_the_sentences_that_have_it(sessions):
    cluster = cluster_of({
        "a": "The storm over Ellis was the worst in years. It tore roofs off. The storm killed 14 sailors off Ellis.",
        "b": "Ellis was hit by a storm. Off Ellis the storm killed nine sailors, the mayor said. It passed by noon.",
    })  # fmt: skip
    found = sessions[1].check(cluster, "Storm kills 14 sailors off Ellis")[0]
    assert found.label == "contested"
    first = {span.article_id: span.text for span in reversed(found.evidence)}
    assert "14" in first["a"]
    assert "nine" in first["b"]


def test_an_element_is_shown_in_the_sentence_that_tells_most(sessions):
    cluster = cluster_of({"a": "The ferry Maren sails at noon. Ellis is small.",
                          "b": "Divers raised the ferry Maren off Ellis."})  # fmt: skip
    found = sessions[1].check(cluster, TEXT)[0]
    assert {element.evidence[0].article_id for element in found.elements if element.kind != "party"} == {"b"}


def test_each_side_of_a_disputed_figure_is_contested_though_the_model_doubts_one(sessions):
    cluster = cluster_of({
        "a": "The storm killed 14 sailors off Ellis, the coast guard said. It raged for hours off Ellis.",
        "b": "Fourteen sailors died in the storm off Ellis. Storm kills 14.",
        "c": "At least 19 sailors were killed by the storm off Ellis, the mayor said.",
    })  # fmt: skip
    for session in sessions:
        for figure in ("14", "19"):
            found = session.check(cluster, f"Storm kills {figure} sailors off Ellis")[0]
            assert (found.label, found.probability >= 0.5) == ("contested", True)
    assert sessions[1].check(cluster, "Storm kills 19 sailors off Ellis")[0].reason == (
        "independent articles disagree: c has it, a and b have 14"
    )
