"""Who did what to whom: deeds told by a synonym, in the passive, from the other side, and with the parties crossed."""

from datetime import UTC, datetime

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


FINAL = "Ostrava Bears beat the Malmo Kings 3-1 in the ice hockey final on Sunday."
SALE = "Brightwater bought the ferry line Sealink from Tarrant Holdings on Friday, both firms said."
PRISONERS = "The rebels handed over twelve prisoners to the army near the border on Friday."
QUARREL = "Senator Ann Doyle accused Governor Tom Pike of lying about the flood. Pike declined to comment."
SUIT = "The island of Norland sued Estaria over fishing rights in the Grey Strait."
CHANGE = "Ada Brun replaced Karl Moss as head of the shipyard Veles on Monday."
MEDIA = "Media Vale, the owner of a station in Holm, is buying its fellow broadcaster Orrin Media for 3 million crowns."
FIRED = "Agent Ole Moe was fired on Friday. Moe was fired after a report on his messages."
DOG = "The boy was attacked by a dog on Friday in a park in Arden."
VISIT = (
    "President Ruiz said on Monday that she would press Chancellor Weber to open the border. Ruiz is to speak to Weber "
    "by telephone on Tuesday. The president has called Weber stubborn."
)


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (FINAL, "Malmo Kings beaten by Ostrava Bears in ice hockey final"),
        (FINAL, "Malmo Kings lose to Ostrava Bears in ice hockey final"),
        (FINAL, "Ostrava Bears defeat Malmo Kings"),
        (SALE, "Tarrant Holdings sells Sealink to Brightwater"),
        (SALE, "Ferry line Sealink sold to Brightwater"),
        (PRISONERS, "Army receives twelve prisoners from rebels"),
        (QUARREL, "Governor Pike accused by Senator Doyle of lying about flood"),
        (SUIT, "Estaria sued by Norland over fishing rights"),
        (CHANGE, "Karl Moss replaced by Ada Brun at shipyard Veles"),
        (DOG, "Dog attacks boy in park in Arden"),
        (MEDIA, "Media Vale is buying Orrin Media"),
        (FIRED, "Agent Ole Moe fired over messages"),
        (VISIT, "President Ruiz to press Weber on border"),
        ("President Ruiz met Chancellor Weber in Lisbon on Tuesday.", "Chancellor Weber met President Ruiz in Lisbon"),
        ("The singer Lia Moss married the actor Ben Orr in May.", "Actor Ben Orr married singer Lia Moss"),
    ],
)
def test_parties_that_stand_as_in_the_articles_are_not_contradicted(session, article, text):
    assert session.check(cluster(article), text)[0].label != "contradicted"


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (FINAL, "Malmo Kings beat Ostrava Bears in ice hockey final"),
        (FINAL, "Ostrava Bears beaten by Malmo Kings in ice hockey final"),
        (FINAL, "Ostrava Bears lose to Malmo Kings in ice hockey final"),
        (SALE, "Tarrant Holdings buys Sealink from Brightwater"),
        (SALE, "Brightwater sells Sealink to Tarrant Holdings"),
        (PRISONERS, "Army hands over twelve prisoners to rebels"),
        (PRISONERS, "Rebels receive twelve prisoners from army"),
        (QUARREL, "Pike accuses Doyle of lying about flood"),
        (SUIT, "Estaria sues Norland over fishing rights"),
        (CHANGE, "Karl Moss succeeds Ada Brun at shipyard Veles"),
        (DOG, "Boy attacks dog in park in Arden"),
        (MEDIA, "Orrin Media is buying Media Vale"),  # names that share a word
        (FIRED, "Ole Moe fires agent"),  # who only undergoes it
        (VISIT, "Chancellor Weber urges President Ruiz to open border"),  # under no verb of the articles
    ],
)
def test_parties_that_stand_the_other_way_round_are(session, article, text):
    whole = session.check(cluster(article), text)[0]
    assert (whole.label, "roles" in whole.errors) == ("contradicted", True), whole.reason


def test_parties_whose_sentences_all_have_the_other_one_act_are_crossed_under_any_verb(session):
    article = "President Ruiz said that she would visit Chancellor Weber in Lisbon. Ruiz has asked Weber for a loan."
    whole = session.check(cluster(article), "Chancellor Weber warns President Ruiz over loan")[0]
    assert (whole.label, whole.errors[0]) == ("contradicted", "roles")
    once = article.split(". ", maxsplit=1)[0] + "."  # one such sentence is too few
    assert session.check(cluster(once), "Chancellor Weber warns President Ruiz over loan")[0].label != "contradicted"


def test_a_passive_told_in_the_active_has_an_order(session):
    article = "The teenager was attacked by a dog belonging to his neighbour on Friday."
    assert session.check(cluster(article), "Dog attacks teenager")[0].label == "supported"


def test_a_sentence_that_has_the_parties_as_the_claim_settles_it(session):
    both = "Norland sued Estaria over fishing rights in the Grey Strait. Then Estaria sued Norland over fishing."
    for text in ("Norland sues Estaria over fishing rights", "Estaria sues Norland over fishing"):
        assert session.check(cluster(both), text)[0].label == "supported", text


def test_the_span_of_the_deed_is_shown(session):
    whole = session.check(cluster(SUIT), "Estaria sues Norland over fishing rights")[0]
    against = next(element for element in whole.elements if element.state == "contradicted")
    assert [span.text for span in against.evidence] == ["island of Norland sued Estaria"]


ACCUSED = (
    "Third nurse comes forward to accuse Mayor Delgado of unwanted calls",
    "Mayor Delgado accused of unwanted calls at a clinic",  # a parser reads the mayor as the one who accuses
    "Rita Holm, a nurse, told the Herald that the mayor had called her late at night.",
)


def test_that_somebody_is_accused_of_it_does_not_settle_who_accuses_whom(session):
    assert (
        session.check(cluster(*ACCUSED), "Third nurse accuses Mayor Delgado of unwanted calls")[0].label == "supported"
    )
    whole = session.check(cluster(*ACCUSED), "Mayor Delgado accuses third nurse of unwanted calls")[0]
    assert (whole.label, whole.errors[0]) == ("contradicted", "roles")


OUSTED = (
    "Ines Holm said that Erik Vang wanted to oust Chairman Brandt from the club.",
    "Vang tried to oust Brandt at a meeting in June, Holm said.",
)


@pytest.mark.parametrize(
    ("articles", "crossed"),
    [
        (OUSTED, True),
        (OUSTED[:1], False),  # one sentence is too few
        ((*OUSTED, "Brandt had ousted two treasurers from the club."), False),  # he does it too
    ],
)
def test_who_is_only_ever_the_one_that_it_is_done_to_does_not_do_it(session, articles, crossed):
    whole = session.check(cluster(*articles), "Brandt tried to oust club members, Holm said")[0]
    assert (whole.label == "contradicted" and whole.errors[0] == "roles") is crossed, whole.reason


def test_a_word_that_only_begins_a_headline_is_nobody_who_could_change_places(judged):
    article = (
        "A few cases of cholera were found in Norvik on Sunday, the health chief said. Norvik has 90,000 people. "
        "The toll of the outbreak is 25."
    )
    assert "do this, or anything" not in judged(article, "Cholera hits Norvik; toll at 25").reason


def test_a_name_whose_deed_a_sentence_tells_is_not_replaced_by_one_of_another_deed(judged):
    article = (
        "The Holm Court struck down the governor's mask order on Friday. In May, the Assembly had struck down the "
        "governor's first emergency order on masks, a mandate to stay at home."
    )
    assert judged(article, "Holm Court strikes down governor's mask order, an emergency mandate").label == "supported"


def test_several_of_which_an_article_names_two_are_no_figure_that_it_lacks(judged):
    article = "Orrin and the city of Holm lifted their rules on masks on Friday. Skov lifted its rules on Monday."
    assert judged(article, "Orrin and several other cities lift rules on masks").label == "supported"
    assert judged(article, "Orrin and hundreds of other cities lift rules on masks").label != "supported"


def test_what_a_text_wants_ended_or_only_supposes_need_be_told_by_nobody(judged):
    article = (
        "President Dahl told Norland on Sunday that its threats had to end. Sutria was not named. "
        "Dahl said that he would leave if the College votes for Orr."
    )
    assert "do this, or anything" not in judged(article, "Dahl tells Norland to stop threats to Sutria").reason


def test_a_year_in_which_an_article_was_published_need_not_be_said(session):
    def label(text, year):
        held = Article(
            article_id="a",
            text="The Norvik census shows big changes in Orrin.",
            published=datetime(year, 8, 12, tzinfo=UTC),
        )
        return session.check(Cluster(cluster_id="c", articles=(held,)), text)[0].label

    assert label("2020 Norvik census shows big changes in Orrin", 2020) == "supported"
    assert label("2020 Norvik census shows big changes in Orrin", 2021) != "supported"
