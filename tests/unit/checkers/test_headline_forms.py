"""Forms that headlines write and articles do not: shortened words, days, a letter amiss. One mechanism a case."""

import pytest

from harness.checkers.rules import Rules
from harness.records import Article, Cluster

ARTICLE = (
    "The administration of Mayor Ida Roos dropped a plan for a toll on Tuesday. Senator Mazie Lindell, who had opposed "
    "it, said drivers were relieved. Power firm Norvik said 24 million people lost electricity after a fire on May 12"
    ". Its head, Marcus Oduya, resigned. The new grid opens on July 4. A rival, fast growing, paid 3 million dollars "
    "for a house. Work on the line stopped on Monday. Norvik will not repair the line before Saturday."
)
"""The words are our own."""


@pytest.fixture(scope="module")
def session(parser):
    with Rules(entailment=False).open() as opened:
        yield opened


def states(session, text):
    cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=ARTICLE),))
    return {element.text: (element.state, element.reason) for element in session.check(cluster, text)[0].elements}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Roos Admin. Drops Toll Plan", "Roos Admin"),
        ("Roos admin drops toll plan", "admin"),
        ("Sen. Lindell Says Drivers Are Relieved", "sen"),  # a headline's capitals are undone
        ("New Grid to Open on July 04", "July"),
        ("24M Lose Electricity After Fire", "24M"),
        ("24 million lost electricity on the 12th", "12th"),
        ("Norvik Head Marcus Oduia Resigns", "Marcus Oduia"),
        ("Norvik Head Marcus Oudya Resigns", "Marcus Oudya"),
    ],
)
def test_what_is_borne_out(session, text, word):
    found = states(session, text)
    assert {name.lower().rstrip("."): state for name, (state, _) in found.items()}[word.lower()] == "borne_out"
    assert "04" not in found  # the day of a month is no word by itself


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("New Grid to Open on July 14", "July 14"),
        ("24 million lost electricity on the 13th", "13th"),
        ("24 million lost electricity on the 7th", "7th"),
        ("Norvik Head Marcus Obuna Resigns", "Marcus Obuna"),  # two letters
        ("Norvik Head Roya Oduya Resigns", "Roya Oduya"),  # another first name
    ],
)
def test_what_is_not(session, text, word):
    assert states(session, text)[word][0] != "borne_out"


def test_a_misspelt_name_is_said_to_be_spelt_otherwise(session):
    assert (
        states(session, "Norvik Head Marcus Oduia Resigns")["Marcus Oduia"][1] == "the articles spell it “Marcus Oduya”"
    )


@pytest.mark.parametrize(
    ("text", "ordinary"),
    [
        ("Couple living in $3M Home", "M"),  # what a parser tears off a figure
        ("Couple in $3.5M House on Welfare", "M House"),
        ("Jet-Setting couple pays $3M for house", "Jet-Setting"),
    ],
)
def test_a_capital_makes_no_name(session, text, ordinary):
    cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=ARTICLE),))
    elements = session.check(cluster, text)[0].elements
    assert (ordinary, "name") not in {(element.text, element.kind) for element in elements}, elements


def test_the_no_of_a_count_negates_nothing(session):
    cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=ARTICLE),))
    assert all(
        e.kind != "polarity"
        for e in session.check(cluster, "No. of people who lost electricity: 24 million")[0].elements
    )


@pytest.mark.parametrize(
    ("text", "against"),
    [("No trains north of Moen before Saturday", False), ("Trains north of Moen stop on Saturday", True)],
)
def test_a_time_under_the_same_preposition_is_the_articles_time(session, text, against):
    article = (
        "Trains north of Moen had stopped, and schools stay closed on Monday. Passengers were told to go home. The "
        "line up the valley has not reopened, and will not before Saturday at the earliest, the railway announced."
    )
    cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=article),))
    assert ("time" in session.check(cluster, text)[0].errors) is against


@pytest.mark.parametrize(
    ("text", "name", "state"),
    [
        ("Twin Icelandic Eruptions Close Roads", "Icelandic", "borne_out"),  # no article has twins
        ("Sven Greve Moves 40 People", "Sven Greve", "unaccounted"),  # a name is no ordinary word
    ],
)
def test_an_ordinary_word_before_a_name_is_no_part_of_it(session, text, name, state):
    article = "Two eruptions in Iceland closed roads on Monday. Icelandic rescuers under Hanna Greve moved 40 people."
    cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=article),))
    found = {element.text: element.state for element in session.check(cluster, text)[0].elements}
    assert found.get(name) == state, found


MARCH = (
    "Tens of thousands joined the March for Clean Rivers in Velde on Saturday. The protests, the third of their kind,"
    " took place in twelve cities. The senate of Arlen instituted a levy on waste again."
)


def test_a_march_of_people_is_no_month(judged):
    assert judged(MARCH, "March for Clean Rivers protests take place in twelve cities").label == "supported"
    assert judged(MARCH, "Protests for clean rivers take place in March").label != "supported"


def test_a_word_that_headline_capitals_make_a_name_is_a_word(judged):
    text = "Arlen Senate Reinstitutes Levy on Waste"
    told = judged(MARCH, text)
    assert all(text[each.start : each.end] != "Reinstitutes" for each in told.elements if each.kind == "name")
    assert told.label == "supported", told.reason
