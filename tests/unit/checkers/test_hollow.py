"""What ties a claim to no event, and figures that follow from nothing: one mechanism a case."""

import pytest

from harness.checkers.rules import Rules
from harness.records import Article, Cluster

ARTICLE = (
    "A landslide at the Olsen quarry killed two drivers on Monday, police said. The government plans a new law, and "
    "the company said that output had risen in 1999 and in 2013. Inspectors had warned of seven cracks in the slope. "
    "The owner faces 40 years in prison and paid 100,000 euros. Of all workers, 79 per cent had left."
)


@pytest.fixture(scope="module")
def session(parser):
    with Rules(entailment=False).open() as opened:
        yield opened


@pytest.mark.parametrize(
    "text",
    [
        "Two people killed in crash",  # a small number and a deed of every day
        "Government announces new law",
        "Velvet ladder seven quickly marmalade landslide tide",  # most of it no article has
        "Owner faces 14 years in prison",  # no years between two dates: 1999 and 2013
        "Owner paid up to 900,000 euros",  # a bound so wide that it says something else
        "948% of workers had left",  # twelve times 79: of money only
    ],
)
def test_what_is_held_up(session, text):
    cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=ARTICLE),))
    assert session.check(cluster, text)[0].label in {"not_found", "contradicted"}


@pytest.mark.parametrize(
    "text", ["Landslide at quarry kills drivers", "Owner paid 100,000 euros", "Two drivers killed at quarry"]
)
def test_what_is_not(session, text):
    cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=ARTICLE),))
    assert session.check(cluster, text)[0].label == "supported"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Two people killed in crash", "supported"),  # a title, word for word
        ("two people killed in crash.", "supported"),
        ("People killed in two crash", "not_found"),  # its words, not one after the other
        ("Storm hits coast", "supported"),
        ("Storm coast", "not_found"),  # too few words to be a claim
    ],
)
def test_what_an_article_has_word_for_word_is_borne_out_however_common_its_words(session, text, label):
    articles = (
        Article(article_id="a", title="Two people killed in crash", text="The cars met on the bridge at noon."),
        Article(article_id="b", title="Storm hits coast", text="Nobody was hurt."),
    )
    assert session.check(Cluster(cluster_id="c", articles=articles), text)[0].label == label
