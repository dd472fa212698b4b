"""Error shapes that the account tells by name: who of two title holders, which unit, which of two deals."""

import pytest

from harness.checkers.account.account import account
from harness.checkers.account.matching import Matcher
from harness.checkers.neural.entailment import Entailment
from harness.checkers.rules import Rules
from harness.checkers.verdict import judge
from harness.claims.units import article_spans
from harness.records import Article, Cluster

PORT = (
    "Harbour Minister Clara Voss closed the port of Sundvik on Monday after the storm. Prime Minister Olav Reim met "
    "fishermen in Tarn. The harbour trust Seawall bought the old lighthouse for 38 million kroner in 2019. "
    "Seawall may sell its two piers, its chairman said. Freight at Sundvik fell by 9 percentage points."
)
OTHER = "Sundvik port closed, minister says."
CLUSTER = Cluster(cluster_id="c", articles=(Article(article_id="a", text=PORT), Article(article_id="b", text=OTHER)))


@pytest.fixture(scope="module")
def check(parser):
    with Rules().open() as opened:
        yield lambda text: opened.check(CLUSTER, text)[0]


@pytest.mark.parametrize(
    ("true", "false", "label", "reason"),
    [
        # Two ministers are two persons, whoever an article calls just the minister.
        ("Harbour Minister Clara Voss closes port of Sundvik", "Prime Minister Olav Reim closes port of Sundvik",
         "contradicted", "the articles have “Clara Voss” there, not “Olav Reim”"),
        # A currency is part of a figure, in the plural of its own language too.
        ("Seawall bought lighthouse for 38 million kroner", "Seawall bought lighthouse for $38 million", "not_found",
         "no article has “$38 million”; the closest sentence has “38 million kroner”"),
        # What the buyer may sell of something else says nothing against what it bought.
        ("Seawall bought old lighthouse in 2019", "Seawall bought old lighthouse in 2016", "contradicted",
         "the articles say “2019”, not “2016”"),
    ],
)  # fmt: skip
def test_a_true_headline_is_supported_and_its_error_named(check, true, false, label, reason):
    assert check(true).label == "supported"
    found = check(false)
    assert (found.label, found.reason) == (label, reason)


@pytest.mark.parametrize(
    ("article", "told", "label"),
    [
        ("9 percentage points", "9 percentage points", "supported"),
        ("9 percentage points", "9 points", "supported"),
        # News tells points as per cent; nothing said in per cent is one in points.
        ("9 percentage points", "9%", "supported"),
        ("9%", "9 percentage points", "not_found"),
    ],
)
def test_points_of_a_percentage_are_another_unit_than_per_cent(parser, article, told, label):
    text = f"Support for Mayor Ida Falk fell by {article} in May, a poll in Tarn found."
    cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=text),))
    with Rules().open() as opened:
        found = opened.check(cluster, f"Support for Mayor Ida Falk fell by {told} in May")[0]
    assert found.label == label, found.reason


def test_what_could_be_said_of_any_event_tells_first_what_the_articles_have_of_something_else(parser):
    text = (
        "The coast guard towed the boat to Ellis. It was built by a Danish firm. The weather was fine. "
        "Nobody was hurt. Crowds gathered. The pier was closed. Police arrested an engineer."
    )
    cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=text),))
    with Rules().open() as opened:
        found = opened.check(cluster, "Police arrest Danish engineer")[0]
    assert found.reason.startswith("the articles name “Danish”, but of something else, and ")


@pytest.mark.parametrize(
    ("article", "text", "label", "reason"),
    [
        # `Declined to comment` is a fall by the dictionary, but of nothing that a rating is.
        ("Mayor Salo's approval rating rose from 41% to 46%. A spokesman for Salo declined to comment.",
         "Salo's approval rating falls to 41%", "contradicted", "the articles say “rose”, not “falls”"),
        # Two stretches of time said of one noun answer one question, those of other nouns do not.
        ("Garrick will begin a six-year sentence in March. Prosecutors had sought nine years.",
         "Garrick to begin nine-year sentence in March", "not_found",
         "the articles have “six” there, and “nine” only of something else"),
        ("Rents in Tarn have doubled since 2015. Crestline built three hospitals in Tarn.",
         "Rents in Tarn have tripled since 2015", "not_found",
         "no article has the figure “tripled”; the closest sentence has “doubled”"),
        # Who was fined shares a subject with who resigned.
        ("Dale Garrick wept in court. The chief executive, Lena Orth, resigned in 2022 and was fined €250,000.",
         "Garrick fined €250,000", "not_found", "the sentence that tells the rest has “Lena Orth” there"),
        ("Two aides of Garrick claimed that the FBI planted evidence. Garrick is in prison.",
         "FBI planted evidence", "not_found", "no article says so itself: Two aides of Garrick claim it"),
    ],
)  # fmt: skip
def test_an_error_is_told_by_what_the_articles_have_in_its_place(parser, article, text, label, reason):
    cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=article),))
    with Rules().open() as opened:
        found = opened.check(cluster, text)[0]
    assert (found.label, found.reason) == (label, reason)


@pytest.mark.parametrize(
    ("article", "text"),
    [
        ("Talks in Tarn broke down on Monday. The envoys left Tarn without a deal.", "Tarn talks fail"),
        ("Some supporters allege that the FBI planted evidence against Garrick.",
         "Supporters allege FBI planted evidence against Garrick"),
        ("In a dispute over pay, drivers in Tarn may still compete for contracts, the court said.",
         "Tarn drivers may still compete for contracts"),
        ("Rents in Tarn are three times what they were in 2015.", "Rents in Tarn tripled since 2015"),
    ],
)  # fmt: skip
def test_no_negation_no_lost_speaker_and_no_wrong_multiple_is_seen(parser, article, text):
    cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=article),))
    with Rules().open() as opened:
        found = opened.check(cluster, text)[0]
    assert not {"negation", "attribution", "number"} & set(found.errors), found.reason


def test_a_sentence_that_ends_in_a_word_that_is_shortened_elsewhere_is_one_by_itself():
    text = "Freight fell again this month. Rescuers came from Tarn, a report found. Police closed Dept. Road."
    assert [text[start:end] for start, end in article_spans(text)] == [
        "Freight fell again this month.", "Rescuers came from Tarn, a report found.", "Police closed Dept. Road.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("article", "text", "entailed", "label"),
    [
        # The sentence has all words of the claim, and denies them: no model reads that away.
        ("The miners' union in Tarn will not strike over the quake, its leader said.",
         "Miners in Tarn strike over quake", 3.0, "contradicted"),
        ("The miners' union in Tarn will strike over the quake, its leader said.",
         "Miners in Tarn strike over quake", 3.0, "supported"),
    ],
)  # fmt: skip
def test_a_denial_of_all_of_a_claim_is_no_matter_of_a_model(parser, article, text, entailed, label):
    cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=article),))
    with Rules().open() as opened:
        ((one,),) = opened.examined(cluster, [text])
        reading = opened.reading_of(cluster)
        held = account(reading, Matcher(reading, one.reading), one.reading, one.alignment, one.features)
        found = judge(reading, one.reading, 0.9, one.alignment, held, 0, Entailment(entailed, -3.0))
    assert found.label == label


def test_a_text_that_the_model_doubts_is_told_who_claims_it_where_somebody_does(parser):
    article = "Some scientists believe drilling caused the quake near Tarn; others blamed natural forces."
    cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=article),))
    with Rules().open() as opened:
        ((one,),) = opened.examined(cluster, ["Drilling caused quake near Tarn"])
        reading = opened.reading_of(cluster)
        held = account(reading, Matcher(reading, one.reading), one.reading, one.alignment, one.features)
        found = judge(reading, one.reading, 0.5, one.alignment, held, 0, Entailment(-5.0, 5.0))
    assert (found.label, found.errors) == ("not_found", ("attribution",))
    assert found.reason == "no article says so itself: Some scientists claim it"


def test_a_figure_of_something_else_is_told_beside_the_one_in_its_place(parser):
    article = (
        "The storm reached force 7 on the coast. Ships stayed in port. The weather cleared at noon. Schools reopened. "
        "Rescuers pulled a girl, 9, from rubble in Sella."
    )
    cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=article),))
    with Rules().open() as opened:
        found = opened.check(cluster, "Girl, 7, pulled from rubble in Sella")[0]
    (figure,) = (element for element in found.elements if element.kind == "figure")
    assert figure.state != "borne_out"
    assert figure.evidence[0].text == "9"
