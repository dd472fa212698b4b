"""A deed or quality told as its opposite: by phrasal verbs, through synonyms, of the same parties only."""

import pytest

from harness.claims.thesaurus import derived, is_being, opposites, reversals, said_by

COURT = "A court in Arden upheld the ban on fishing nets on Thursday."
OFFER = "The board of the mill turned down the offer from Calder on Wednesday."
SHUT = "The council closed the Tarrow bridge to lorries on Monday."
BONDS = "The central bank stepped up its purchases of bonds in March."


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (COURT, "Court strikes down ban on fishing nets"),
        (OFFER, "Board accepts offer from Calder"),
        (BONDS, "Central bank eases purchases of bonds"),
        ("Police released the two brothers on Tuesday.", "Police lock up two brothers"),
        (SHUT, "Council reopens Tarrow bridge to lorries"),
        (SHUT, "Tarrow bridge has reopened to lorries"),  # the subject of the one verb is the object of the other
        (SHUT, "Bridge reopens to lorries"),  # read as a noun
        ("Talks between the port and its pilots restarted on Monday.", "Port stops talks with pilots"),
        ("The regulator loosened its rules on rents in May.", "Regulator tightens rules on rents"),
        ("Ticket prices at the zoo in Tarn went down in March.", "Zoo in Tarn raises ticket prices in March"),
    ],
)
def test_the_opposite_deed_is_contradicted(judged, article, text):
    whole = judged(article, text)
    assert (whole.label, whole.errors[0]) == ("contradicted", "predicate"), whole.reason


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (COURT, "Court upholds ban on fishing nets"),
        (OFFER, "Board rejects offer from Calder"),
        (BONDS, "Central bank increases purchases of bonds"),
        ("The shop in Moss closed in May. The cafe beside it opened in June.", "Cafe opens beside shop in Moss"),
        ("Tarrant sold the ferry line Sealink to Brightwater.", "Brightwater buys ferry line Sealink"),
        ("Ardmore beat Rovers in the cup final on Sunday.", "Rovers lose in cup final"),
        (SHUT, "Tarrow bridge closes to lorries"),
        ("The council closed the bridge in May. The bridge reopened on Monday.", "Bridge reopens"),
        ("The board asked director Amara Eze to cut two scenes; she refused.", "Eze refuses to cut two scenes"),
        ("Norbank posted a loss in May after a profit in April.", "Norbank posts loss after profit in April"),
    ],
)
def test_the_same_deed_is_not(judged, article, text):
    assert judged(article, text).label != "contradicted"


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (
            "Ida Roos, the current mayor of Halden, spoke at the harbour. She promised fishermen a quay and a licence.",
            "Former mayor of Halden promises fishermen quay and licence",  # no one sentence tells most of it
        ),
        ("The mayor said the old bridge to Tarn was unsafe after the flood.", "Mayor says old bridge is safe"),
        ("The tram line in Tarn opened fourteen months late on Sunday.", "Tram line opens fourteen months early"),
        ("Profits at Norbank in Tarn rose sharply in May.", "Norbank profits in Tarn rise slightly in May"),
        ("The trial of Lund will be held in public in May.", "Trial of Lund to be held in private in May"),
        ("Norbank of Tarn posted a record loss for May.", "Norbank of Tarn posts record profit for May"),
    ],
)
def test_the_opposite_quality_of_the_same_thing_is_contradicted(judged, article, text):
    whole = judged(article, text)
    assert (whole.label, whole.errors[0]) == ("contradicted", "predicate"), whole.reason


def test_a_verb_is_quoted_with_its_particle(judged):
    assert judged(OFFER, "Board accepts offer from Calder").reason == "the articles say “turned down”, not “accepts”"


def test_opposites_reach_phrasal_verbs_and_synonyms_but_no_broad_verb():
    assert "strike-down" in reversals("uphold")
    assert "reject" in reversals("okay")  # a synonym of approve
    assert not {"go", "take", "make"} & reversals("return")
    assert "close" in opposites("reopen")
    assert "close" not in opposites("reject")  # no verb is put behind its `re`


@pytest.mark.parametrize("token", ["!", "#0", "dog\t", "\t", "", "#"])
def test_what_is_no_word_means_nobody_and_only_itself(token: str):
    assert not is_being(token)
    assert said_by(token) == {token: 1.0}
    assert derived(token) == ()
