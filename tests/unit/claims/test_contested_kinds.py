"""Contested facts under other words, and what only looks like one: each pair of clusters differs in that alone."""

from datetime import UTC, datetime

import pytest

from harness.claims.contested.facts import contested_facts
from harness.records import Article, Cluster


def cluster(*texts, days=None):
    return Cluster(
        cluster_id="c",
        articles=tuple(
            Article(article_id="abcd"[n], text=text, published=datetime(2021, 6, days[n], tzinfo=UTC) if days else None)
            for n, text in enumerate(texts)
        ),
    )


def found(made, parser):
    return [(fact.kind, fact.update, [v.value for v in fact.versions]) for fact in contested_facts(made, parser)]


CONTESTED = {
    "left dead": ("The flood left 12 people dead.", "The flood claimed the lives of nine people.", ["nine", "12"]),
    "members of": ("The navy rescued 31 members of the crew.", "The navy rescued 27 sailors.", ["27", "31"]),
    "a total of": ("Police seized a total of 60 rifles.", "Police seized 45 rifles.", ["45", "60"]),
    "other nouns": ("Eight soldiers were killed at dawn.", "Five troops were killed at dawn.", ["Five", "Eight"]),
    "of them": ("The miners were cut off. Six of them died.", "Four miners died underground.", ["Four", "Six"]),
    "of the many": ("Of the 30 pupils, nine were hurt.", "A teacher said 14 pupils were hurt.", ["nine", "14"]),
    "among the dead": (
        "The crash killed 20 people, including three children.", "Doctors counted seven children among the dead.",
        ["three", "seven"],
    ),
    "more than": ("More than 300 homes were flooded.", "The council said 240 homes were flooded.",
                  ["240", "More than 300"]),
    "vague": ("Hundreds of farmers were arrested.", "A minister said 40 farmers were arrested.", ["40", "Hundreds"]),
}  # fmt: skip
AGREEING = {
    "dead and hurt": ("The flood left 12 people dead.", "The flood put nine people in hospital."),
    "members of another": ("The navy rescued 31 members of the crew.", "The navy rescued 27 passengers."),
    "other side": ("Eight soldiers were killed at dawn.", "Five rebels were killed at dawn."),
    "another": ("The crash killed 20 people.", "The crash killed another nine people."),
    "more": ("The crash killed 20 people.", "Doctors said that 12 more people died."),
    "last year": ("Fires destroyed 80 homes.", "Last year fires destroyed 45 homes."),
    "another day": ("Gunmen killed 20 people on Monday.", "Gunmen killed nine people on Friday."),
    "another's": ("Norland paid 30 million dollars.", "Estia paid 50 million dollars."),
    "civilians": ("The raid killed 20 people.", "The raid killed two soldiers and three civilians."),
    "some of them": ("Six miners died. Two of them were cousins.", "Six miners died. Three of them were from Orby."),
    "the rest": ("The crash killed 20 people, among them 15 passengers.",
                 "The crash killed 15 passengers. Five people in a car also died."),
    "at least": ("At least 40 fans were hurt.", "The hospital said 46 fans were hurt.", "Dozens of fans were hurt."),
    "below": ("Fewer than 50 voters were turned away.", "The clerk said 45 voters were turned away."),
    "other year": ("The quake killed 80 people.", "In 2009, 130 people were killed in a quake in the same valley.",
                   "The quake of the year 2021 killed 80 people."),
    "other place": ("The storm killed 80 people in Orby.", "The storm killed 30 people in Castell."),
    "expected": ("The strike grounded 300 flights.", "Airlines expect 450 flights to be grounded by the strike."),
    "age": ("Marta Lind, 41, won the race.", "Marta Lind, 42, won the race."),
    "percent of others": ("The vaccine is 90 percent effective against infection.",
                          "The vaccine is 70 percent effective in children."),
    "nearer in the same article": ("The first blast injured 90 people. A second blast injured seven people.",
                                   "The first blast injured 90 people."),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTESTED)
def test_figures_that_answer_one_question_are_contested_whatever_the_words(name, parser):
    *texts, sides = CONTESTED[name]
    assert found(cluster(*texts), parser) == [("figures", False, sides)]


@pytest.mark.parametrize("name", AGREEING)
def test_figures_that_answer_two_questions_or_agree_are_not(name, parser):
    assert found(cluster(*AGREEING[name]), parser) == []


def test_dates_come_before_wording(parser):
    earlier, later = "The toll rose to 12, as 12 people were killed.", "Police said 20 people were killed."
    assert found(cluster(earlier, later, days=[1, 3]), parser) == [("figures", True, ["12", "20"])]
    # 20 dead on Tuesday cannot have risen to 12 by Thursday.
    risen = "The death toll rose to 12."
    assert found(cluster(later, risen, days=[1, 3]), parser) == [("figures", False, ["12", "20"])]
    corrected = "The death toll was revised down to 12."
    assert found(cluster(later, corrected, days=[1, 3]), parser) == [("figures", True, ["12", "20"])]
    # On one day nothing but wording tells, and there is none.
    assert found(cluster("Police said 12 people were killed.", later, days=[3, 3]), parser) == [
        ("figures", False, ["12", "20"])
    ]


def test_days_that_rise_and_fall_are_no_update(parser):
    told = [f"Police said {count} people were killed." for count in (20, 60, 40)]
    ((kind, update, _),) = found(cluster(*told, days=[1, 2, 3]), parser)
    assert (kind, update) == ("figures", False)
    ((kind, update, _),) = found(cluster(told[0], told[2], told[1], days=[1, 2, 3]), parser)
    assert (kind, update) == ("figures", True)


def test_they_are_the_plural_subject_before_unless_others_stand_beside_it(parser):
    said = "The climbers were injured in the fall."
    assert found(cluster("The climbers came home on Sunday. They were uninjured.", said), parser) == [
        ("description", False, ["injured", "uninjured"])
    ]
    assert found(cluster("Rescuers met the climbers on Sunday. They were uninjured.", said), parser) == []
    assert found(cluster("The rescuers came home on Sunday. They were uninjured.", said), parser) == []


def test_one_deed_by_two_sides_is_contested_and_by_one_under_two_names_is_not(parser):
    rebels = "Rebels shelled the market at noon."
    assert found(cluster("Soldiers shelled the market at noon.", rebels), parser) == [
        ("party", False, ["Soldiers", "Rebels"])
    ]
    for other in ("Militants shelled the market.", "Gunners shelled the market.", "Two men shelled the market."):
        assert found(cluster(other, rebels), parser) == []


def test_an_adjective_that_picks_one_of_several_things_is_no_description(parser):
    for one, other in (("left", "right"), ("old", "new"), ("private", "public")):
        assert found(cluster(f"Police closed the {one} lane.", f"Police closed the {other} lane."), parser) == []


def test_a_blame_is_laid_at_two_doors_only_where_both_are_told_from_anybody(parser):
    linde, holm = "Karl Linde was charged with the attack.", "Paul Holm was charged with the attack."
    assert found(cluster(linde, holm), parser) == [("party", False, ["Karl Linde", "Paul Holm"])]
    assert found(cluster(linde, "Two men were charged with the attack."), parser) == []


def test_who_stands_far_from_a_deed_is_not_its_doer(parser):
    headline = "Norland freezes trade with Estia; detained sailors shown on television."
    assert found(cluster(headline, "The sailors were captured by Estian guards."), parser) == []
