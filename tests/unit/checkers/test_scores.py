"""Scores and tallies: their order says who won, and a score told by the loser is the other way round."""

import pytest

from harness.checkers.account.scores import account_of_scores
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.sentence_analysis import read
from harness.records import Article, Cluster


@pytest.mark.parametrize(
    ("article", "claim", "state"),
    [
        ("Vale beat Moor 3-1 on Sunday.", "Vale beat Moor 3-1", "borne_out"),
        ("Vale beat Moor 3–1 on Sunday.", "Vale beat Moor 3-1", "borne_out"),
        ("Vale beat Moor 3-1 on Sunday.", "Vale beat Moor 1-3", "unaccounted"),
        ("Vale beat Moor 3-1 on Sunday.", "Moor lose 1-3 to Vale", "borne_out"),
        ("Vale beat Moor 3-1 on Sunday.", "Moor lose 3-1 to Vale", "borne_out"),
        ("Moor lost 1-3 to Vale on Sunday.", "Vale beat Moor 3-1", "borne_out"),
        ("Moor lost 1-3 to Vale on Sunday.", "Vale beat Moor 1-3", "unaccounted"),
        ("Vale beat Moor 3-1 with two late goals.", "Vale beat Moor 3-2", "unaccounted"),
        ("The house voted 58 to 42 for it.", "House votes 58-42", "borne_out"),
        ("58 members voted for it and 42 against.", "House votes 58-42", "borne_out"),
        ("Against it voted 42 members, for it 58.", "House votes 58-42", "borne_out"),
        ("58 members voted for it and 42 against.", "House votes 42-58", "unaccounted"),
        ("The house voted 58 to 42 for it.", "House votes 52-48", "unaccounted"),
        ("They drew 2-2.", "Teams draw 2-2", "borne_out"),
    ],
)
def test_a_score_is_borne_out_in_its_order_only(parser, article, claim, state):
    cluster = ClusterReading(Cluster(cluster_id="c", articles=(Article(article_id="a", text=article),)), parser)
    (held,) = account_of_scores(cluster, read(parser.parse([claim])[0]))
    assert held.state == state
    assert claim[held.start : held.end] in {"3-1", "1-3", "3-2", "58-42", "42-58", "52-48", "2-2"}


@pytest.mark.parametrize(
    "claim", ["F-16 jets fly", "Wages rise 4-6%", "Open 7-9pm", "the 2019-20 season", "call 555-123-4567"]
)
def test_what_is_no_score(parser, claim):
    cluster = ClusterReading(Cluster(cluster_id="c", articles=(Article(article_id="a", text="Nothing."),)), parser)
    assert list(account_of_scores(cluster, read(parser.parse([claim])[0]))) == []


@pytest.mark.parametrize(
    ("article", "claim", "held"),
    [
        ("The council voted 31 to 18 to close the baths.", "Council votes 18 to 31 to close baths", ["18 to 31"]),
        ("The council voted 31 to 18 to close the baths.", "Council votes 31 to 18 to close baths", []),
        ("The council lost the vote 18 to 31.", "Council votes 18 to 31 to close baths", []),
        (
            "The council voted for it.",
            "Council votes 18 to 31 to close baths",
            [],
        ),  # the figures are held up by themselves
        ("The council voted 31 to 18 to close the baths.", "Baths for 18 to 31 people close", []),  # a range
    ],
)
def test_a_tally_is_held_up_where_the_articles_have_it_the_other_way_round(parser, article, claim, held):
    cluster = ClusterReading(Cluster(cluster_id="c", articles=(Article(article_id="a", text=article),)), parser)
    found = list(account_of_scores(cluster, read(parser.parse([claim])[0])))
    assert [claim[each.start : each.end] for each in found if each.state == "unaccounted"] == held
