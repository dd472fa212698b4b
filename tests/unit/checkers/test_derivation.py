"""Figures that follow from others: spans of years, births, shares, changes, lists. One mechanism a case."""

import pytest

from harness.checkers.rules import Rules
from harness.records import Article, Cluster

FROG = (
    "A whistling frog that was last seen in 1962 was found in the Karo hills in April 2023. Tove Lind, born in 1971, "
    "led the search. The record before was of 1958."
)
HALDEN = (
    "Voters in Halden backed the plan: 1,260 of the 1,800 who voted were for it. The share of women rose from 40 to 52 "
    "per cent. The budget fell from 200 million kroner to 150 million kroner. Four men, three women and two children "
    "were rescued from the hall. Two guards were hurt, and rain closed six roads. The library opens on fewer hours, 28 "
    "a week. The outage lasted five hours and 50 minutes. A bomber killed ten people, including a judge. Halden beat "
    "the fifth-seeded team of Moss. The prize was $6.27 million."
)
JOBS = (
    "Unemployment in Galdia rose to 7.2 percent in October from 6.9 percent in September. It was the third monthly"
    " increase in a row. Athletic have now lost five games in a row."
)
"""The words are our own; what follows from them is worked out beside each case."""


@pytest.fixture(scope="module")
def session(parser):
    with Rules(entailment=False).open() as opened:
        yield opened


def state(session, article, text, figure):
    cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=article),))
    elements = session.check(cluster, text)[0].elements
    return next(element.state for element in elements if element.text.startswith(figure) and element.kind == "figure")


@pytest.mark.parametrize(
    ("article", "text", "figure"),
    [
        (FROG, "Frog found after six decades", "six"),  # 2023 - 1962 = 61
        (FROG, "Tove Lind, 52, led search for frog", "52"),  # 2023 - 1971
        (FROG, "Tove Lind, 51, led search for frog", "51"),  # or a year less, before the birthday
        (HALDEN, "70% of voters in Halden back plan", "70"),  # 1,260 / 1,800
        (HALDEN, "Budget of Halden fell by 25 per cent", "25"),  # 50 of 200
        (HALDEN, "Budget of Halden cut by 50 million kroner", "50"),
        (HALDEN, "Nine rescued from hall", "Nine"),  # 4 + 3 + 2
        (HALDEN, "Library opens for 28 hours a week", "28"),  # the unit stands apart
        (HALDEN, "Outage lasted nearly six hours", "six"),  # 5 50/60
        (HALDEN, "Bomber kills judge, nine others", "nine"),  # 10 - 1
        (HALDEN, "Halden beats No. 5 Moss", "5"),
        (HALDEN, "Prize of $6.3M", "6.3M"),  # rounded
        (JOBS, "Unemployment in Galdia rises by 0.3 points", "0.3"),  # 7.2 - 6.9
        (JOBS, "Unemployment in Galdia rises for third month running", "third"),
        (JOBS, "Fifth straight defeat for Athletic", "Fifth"),
    ],
)
def test_what_follows(session, article, text, figure):
    assert state(session, article, text, figure) == "borne_out"


@pytest.mark.parametrize(
    ("article", "text", "figure"),
    [
        (FROG, "Frog found after four decades", "four"),
        (FROG, "Tove Lind, 65, led search for frog", "65"),  # 2023 - 1958: no birth
        (HALDEN, "80% of voters in Halden back plan", "80"),
        (JOBS, "Unemployment in Galdia rises by 0.4 points", "0.4"),
        (JOBS, "Sixth straight defeat for Athletic", "Sixth"),
        (HALDEN, "Budget of Halden fell by 35 per cent", "35"),
        (HALDEN, "Budget of Halden cut by 12 million kroner", "12"),  # 52 - 40 are points
        (HALDEN, "Outage lasted six hours and more", "six"),
        (HALDEN, "Bomber kills judge, eight others", "eight"),
        (HALDEN, "Halden beats No. 4 Moss", "4"),
        (HALDEN, "Prize of $6.4M", "6.4M"),
        (HALDEN, "Eight hurt in Halden", "Eight"),  # 2 guards and 6 roads: no list
    ],
)
def test_what_does_not(session, article, text, figure):
    assert state(session, article, text, figure) != "borne_out"


def test_what_makes_a_figure_together_with_another_is_no_rival_of_it(session):
    article = (
        "Divers brought up 23 crates last week. On Friday divers raised 14 crates from the bow of the wreck and raised "
        "9 crates from its stern."
    )
    assert state(session, article, "Divers raised 23 crates from wreck on Friday", "23") == "borne_out"
    lone = article.replace(" and raised 9 crates from its stern", "")
    assert state(session, lone, "Divers raised 23 crates from wreck on Friday", "23") != "borne_out"


def test_the_mark_of_an_unread_word_is_no_name(session):
    cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=HALDEN),))
    assert all(element.text != "UNK" for element in session.check(cluster, "UNK voters back the plan")[0].elements)


POLL = "In Halden 53% of voters support the tram, and the rest drive. Ole Moe, 61, killed two in-laws there."


@pytest.mark.parametrize(
    ("text", "figure", "expected"),
    [
        ("47% of voters in Halden oppose tram", "47", "borne_out"),
        ("47% of voters in Halden do not support tram", "47", "borne_out"),
        ("More than 47% of voters in Halden support tram", "47", "unaccounted"),
        ("Halden tram wanted by 47% of voters", "47", "unaccounted"),  # the rest of a share has the other opinion
        ("Ole Moe killed 2-year-old in Halden", "2", "unaccounted"),  # in-laws are counted, not aged
        ("Ole Moe, 61-year-old, killed in-laws", "61", "borne_out"),
    ],
)
def test_the_rest_of_a_share_is_of_the_others_and_a_count_is_no_age(session, text, figure, expected):
    assert state(session, POLL, text, figure) == expected
