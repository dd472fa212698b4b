"""What bears out an element in other words than its own, and what does not: one mechanism a case."""

import random

import pytest

from harness.checkers.rules import Rules
from harness.records import Article, Cluster


def cluster(*texts):
    return Cluster(
        cluster_id="c", articles=tuple(Article(article_id=f"a{n}", text=text) for n, text in enumerate(texts))
    )


@pytest.fixture(scope="module")
def session(parser):
    with Rules().open() as opened:
        yield opened


STATES = (
    "A deserter from the US Air Force gave himself up in Stuttgart on Friday. He had left his base 28 years ago. "
    "A museum in Fresno, California, bought his diary."
)
RALLY = (
    "The mayor of Halden, Ida Roos, 43, was hurt when a stand collapsed. The wind reached 80 miles per hour. "
    "Fire killed four people at the harbour, and a second fire killed nine people at the mill. "
    "Of those asked, 68 per cent said that they felt safe. The chapel dates from the 1640s. "
    "Researchers at the university claim to have found the wreck of a trawler."
)


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (STATES, "US deserter gives himself up after 28 years"),  # a country inside another name
        (STATES, "USAF deserter gives himself up"),  # an acronym whose long form has one in it
        (STATES, "Calif. museum in Fresno buys deserter's diary"),  # a state by its short form
        ("Texas executed a man for a murder in Houston on Tuesday.", "US executes man for murder"),  # part and whole
        (RALLY, "43-Year-Old Mayor Hurt as Stand Collapses"),  # an age under a headline's capitals
        (RALLY, "Wind reaches 80mph"),
        (RALLY, "Fires kill 13 people at harbour and mill"),  # 4 + 9 of one kind
        (RALLY, "Chapel dates from 17th century"),
        (RALLY, "Researchers find wreck of trawler"),  # whose claim it is says so itself
    ],
)
def test_what_follows_is_not_held_up(session, article, text):
    assert session.check(cluster(article), text)[0].label == "supported"


@pytest.mark.parametrize(
    ("article", "text"),
    [
        ("Texas executed a man for a murder in Houston on Tuesday.", "Canada executes man for murder"),
        (RALLY, "34-Year-Old Mayor Hurt as Stand Collapses"),
        (RALLY, "Wind reaches 80 km/h"),
        (RALLY, "Fires kill 14 people at harbour and mill"),
        (RALLY, "Chapel dates from 16th century"),
    ],
)
def test_what_does_not_follow_is(session, article, text):
    assert session.check(cluster(article), text)[0].label in {"contradicted", "not_found"}


def test_what_is_left_of_a_share_is_no_other_figure(session):
    whole = session.check(cluster(RALLY), "32 per cent do not feel safe")[0]
    assert (whole.elements[0].text, whole.elements[0].state) == ("32", "borne_out")


def test_the_no_of_a_number_and_not_only_negate_nothing(session):
    article = "Norland became the 20th state to ban the drug. The law bans it in schools and in shops."
    for text in ("State No. 20: Norland bans drug", "Law bans drug not only in schools but also in shops"):
        assert all(element.kind != "polarity" for element in session.check(cluster(article), text)[0].elements), text
    text = "Law does not ban drug in schools"
    assert any(element.kind == "polarity" for element in session.check(cluster(article), text)[0].elements)


@pytest.mark.parametrize(
    ("text", "held_up"),
    [
        ("1 schools close in Arden after flood", True),
        ("Flood closes one schools in Arden", True),
        ("1 Arden schools close after flood", True),
        ("1 school closes in Arden after flood", False),
        ("Flood closes one of schools in Arden", False),
        ("Formula 1 drivers stay away from Arden", False),
        ("Arden flood spares 1 species", False),
    ],
)
def test_one_is_no_count_of_several(session, text, held_up):
    article = "The flood in Arden closed one school on Monday and spared one species. Formula 1 drivers stayed away."
    reasons = [element.reason for element in session.check(cluster(article), text)[0].elements]
    assert any("one is not several" in reason for reason in reasons) == held_up


def test_where_somebody_was_not_is_denied_of_that_place(session):
    article = "The tanker struck a reef. Its pilot was on board, the owner said. The captain was not in the wheelhouse."
    elements = session.check(cluster(article), "Pilot was not aboard tanker that struck reef")[0].elements
    assert [each.reason for each in elements if each.kind == "polarity"] == [
        "the text denies “tanker”, no article that tells of this does"
    ]
    elements = session.check(cluster(article), "Captain of tanker was not in wheelhouse")[0].elements
    assert not [each for each in elements if each.kind == "polarity" and each.state != "borne_out"]


def test_a_hyphenated_word_is_one_strange_word(session):
    article = "The council closed the home for children in Arden on Monday. Parents protested."
    text = "Council closes faith-based home for children in Arden"
    assert session.check(cluster(article), text)[0].label == "supported"
    assert session.check(cluster(article), text + " over mouldy blankets")[0].label == "not_found"


STORY = (
    "The harbour authority closed the port of Ellis on Tuesday after the ferry Maren ran aground. Rescue crews took "
    "two hundred passengers off by helicopter. The captain, who has sailed the route for eleven years, blamed a broken "
    "rudder. Divers will look at the hull at first light, and the company has hired a salvage tug from Norway. "
    "Shopkeepers fear an empty weekend. The minister of transport promised an inquiry into the age of the fleet."
)


def test_an_articles_words_in_any_order_are_not_supported(session):
    words = [word.strip(".,") for word in STORY.split()]
    long = [word for word in words if len(word) > 3]
    dice = random.Random(5)
    rows = [" ".join(dice.sample(words, 9)) for _ in range(20)] + [" ".join(dice.sample(long, 7)) for _ in range(20)]
    labels = [whole.label for whole, *_ in session.check_all(cluster(STORY), rows)]
    assert labels.count("supported") <= 1


@pytest.mark.parametrize(
    "text",
    [
        "Ferry Maren runs aground off Ellis",
        "Port closed after ferry runs aground",
        "Captain blames broken rudder",
        "Minister promises inquiry into age of fleet",
        "Salvage tug from Norway hired by company",
        "Two hundred taken off ferry by helicopter",
    ],
)
def test_a_headline_of_the_same_words_is(session, text):
    assert session.check(cluster(STORY), text)[0].label == "supported"


RESIGNATION = (
    "Prime Minister Olav Berg resigned on Tuesday after a week of strikes. President Ana Ruiz thanked him and named "
    "a successor. Norland sent 400 soldiers to Estia. The ministry didn't mention how many soldiers had been sent in "
    "all."
)


def test_what_somebody_does_not_mention_is_not_denied(session):
    assert session.check(cluster(RESIGNATION), "Norland sends soldiers to Estia")[0].label == "supported"


TRIAL = (
    "A jury in Ostby convicted the builder Hugo Marr of bribing a harbour inspector on Monday. The judge Vera Linde "
    "let him go home until the sentence. Nine workers had been injured when the harbour wall collapsed in May. Three "
    "workers were injured in a fire at the yard in 2011, said the union, which has nine branches."
)


@pytest.mark.parametrize(
    ("text", "element", "state", "said"),
    [
        # Another name of the article in a name's place.
        ("Jury convicts Vera Linde of bribing harbour inspector", "Vera Linde", "unaccounted", "Marr"),
        # The opposite word of the same parties: WordNet has acquit and convict as opposites, the lexicon too.
        ("Jury acquits Hugo Marr of bribing harbour inspector", "acquits", "contradicted", "convicted"),
        # The figure stands in the articles, but its own slot has another.
        ("Three workers injured as harbour wall collapses", "Three", "unaccounted", "Nine"),
    ],
)
def test_what_stands_in_anothers_place_is_named_with_what_the_article_has(session, text, element, state, said):
    whole = session.check(cluster(TRIAL), text)[0]
    assert whole.label in {"contradicted", "not_found"}
    held = next(each for each in whole.elements if each.text == element and each.state != "borne_out")
    assert held.state == state
    assert said in held.reason or any(said in span.text for span in held.evidence)


@pytest.mark.parametrize(
    "text",
    [
        "Jury convicts Hugo Marr of bribing harbour inspector",
        "Nine workers injured as harbour wall collapses",
        "Three workers injured in fire at yard in 2011",
        "Judge lets Marr go home until sentence",
    ],
)
def test_what_stands_in_its_own_place_is_supported(session, text):
    assert session.check(cluster(TRIAL), text)[0].label == "supported"


@pytest.mark.parametrize(
    ("text", "supported"), [("Gunman wounded five in Holm", True), ("Gunman killed five in Holm", False)]
)
def test_the_figure_of_a_slot_decides_where_one_sentence_has_both(session, text, supported):
    article = "The gunman killed two and wounded five in Holm on Friday, police said."
    assert (session.check(cluster(article), text)[0].label == "supported") is supported
