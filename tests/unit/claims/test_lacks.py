"""Who is without what: one question whatever the words, and none where something else is told."""

import pytest

from harness.checkers.rules import Rules
from harness.claims.figures.lacks import is_taken
from harness.claims.figures.questions import Asked
from harness.claims.sentence_analysis import read
from harness.records import Article, Cluster


def deeds(parser, text: str) -> list[set[str]]:
    reading = read(next(iter(parser.parse([text]))))
    questions = [Asked(reading).question(figure) for figure in reading.figures]
    return [set() if question is None else {*question.deeds} for question in questions]


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("The storm left 4,000 homes without power.", "without power"),
        ("Some 7,000 households in the north have no electricity.", "without power"),
        ("About 5,000 customers lost power.", "without power"),
        ("Electricity was cut to 9,000 homes.", "without power"),
        ("A blackout hit 6,000 homes.", "without power"),
        ("The gale knocked out electricity to 6,000 homes.", "without power"),
        ("Power cut to 8,000 households as gale hits coast", "without power"),
        ("The burst main left 12,000 families without water.", "without water"),
        ("More than 2,000 homes lacked heating on Monday.", "without heat"),
    ],
)
def test_what_homes_are_without_is_one_question(parser, text: str, lacking: str):
    assert deeds(parser, text) == [{lacking}]


def test_other_deeds_are_other_questions(parser):
    assert deeds(parser, "The company lost 300 jobs.") == [{"lose"}]
    assert not any("without" in deed for deed in deeds(parser, "Power has been restored to 3,000 homes.")[0])
    assert deeds(parser, "Some 300 homes are without heating and 200 without power.") == [
        {"without heat"}, {"without power"},
    ]  # fmt: skip


LEFT = "The gale left 4,000 homes without electricity, the grid operator said. Two roads were shut."
HAVE = "The council says 7,000 households have no power. It counted street by street."


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Gale leaves 4,000 homes without power", "contested"),
        ("Gale leaves 7,000 homes without power", "contested"),
        ("Gale leaves 4,000 homes without water", "not_found"),
        ("Gale leaves 11,000 homes without power", "contradicted"),
    ],
)
def test_a_count_that_independent_articles_give_otherwise_is_contested_under_any_word(parser, text: str, label: str):
    articles = (Article(article_id="a", source="A", text=LEFT), Article(article_id="b", source="B", text=HAVE))
    with Rules().open() as session:
        assert session.check(Cluster(cluster_id="c", articles=articles), text)[0].label == label


def test_a_disputed_figure_is_shown_where_the_articles_that_agree_have_it():
    articles = (Article(article_id="a", source="A", text=LEFT), Article(article_id="b", source="B", text=HAVE))
    with Rules().open() as session:
        verdict = session.check(Cluster(cluster_id="c", articles=articles), "Gale leaves 7,000 homes without power")[0]
    (figure,) = [element for element in verdict.elements if element.kind == "figure"]
    assert figure.state == "borne_out"
    assert {evidence.text for evidence in figure.evidence} == {"7,000"}
    assert "missing" not in verdict.reason


@pytest.mark.parametrize(
    ("text", "noun", "taken"),
    [
        ("The gale knocked out power to 6,000 homes.", "power", True),
        ("Power was cut off in the north.", "Power", True),
        ("Some homes lost power.", "power", True),
        ("A power outage hit the north.", "power", True),
        ("A power plant hit the north.", "power", False),
        ("The gale cut across the power line.", "power", False),
        ("The grid supplies power to 6,000 homes.", "power", False),
        ("Power cut the cost.", "Power", False),
    ],
)
def test_what_is_lost_or_cut_off_is_taken(parser, text: str, noun: str, taken: bool):
    reading = read(parser.parse([text])[0])
    at = next(token.i for token in reading.parse.tokens if token.text == noun)
    assert is_taken(reading, at) is taken
