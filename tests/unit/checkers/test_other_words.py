"""True headlines in other words than the articles': told from the other side, as a description, by a country."""

import pytest

from harness.checkers.account.conflicts import align
from harness.checkers.account.opposites import as_told
from harness.checkers.ensemble import Ensemble
from harness.records import Article, Cluster


@pytest.fixture(scope="module")
def session(parser):
    with Ensemble().open() as opened:
        yield opened


def cluster(text):
    return Cluster(cluster_id="c", articles=(Article(article_id="a", text=text),))


RACE = (
    "Mayor Anna Roos beat her challenger Peter Venn in the race for the governorship on Sunday. Nineteen boats were at "
    "sea when fog closed in on Skov. Most of the boats came back to Skov by noon."
)
COURT = (
    "A former mayor of Arden was jailed for six years on Friday for taking 320,000 euros from a waste firm. A court on "
    "Friday convicted Bruno Sanna, who led the town for a decade, of fraud."
)
QUAKE = (
    "An earthquake struck the coast of Velaria early on Tuesday. Prime Minister Ines Calado declared three days of "
    "national mourning for its dead. Velaria has had no such quake for years."
)


def test_a_deed_told_from_its_other_side_is_borne_out_by_the_word_that_tells_it(session):
    whole = session.check(cluster(RACE), "Venn loses race to Roos")[0]
    assert whole.label == "supported", whole.reason
    lost = next(element for element in whole.elements if element.text == "loses")
    assert (lost.state, lost.evidence[0].text) == ("borne_out", "beat")


def test_the_model_is_asked_about_it_as_the_articles_tell_it(session):
    held = cluster(RACE)
    one = session.examined(held, ["Venn loses race to Roos"])[0][0]
    alignment = align(session.reading_of(held), one.reading)
    (mirror,) = alignment.mirrored.values()
    assert as_told(session.reading_of(held), one.reading, mirror, one.text) == "Roos beat Venn"
    assert as_told(session.reading_of(held), one.reading, mirror, "In Arden Venn lost") == "In Arden Venn lost"


def test_the_parties_of_such_a_deed_may_not_change_places(session):
    assert session.check(cluster(RACE), "Roos loses race to Venn")[0].label == "contradicted"


def test_an_adverb_after_a_verb_makes_another_verb_of_it(session):
    assert session.check(cluster(RACE), "Most boats return to Skov")[0].label == "supported"


def test_a_description_may_be_of_somebody_whom_the_articles_only_name(session):
    assert session.check(cluster(COURT), "Court convicts former mayor")[0].label == "supported"
    gone = session.check(cluster(COURT), "Court convicts Peter Venn of fraud")[0]
    assert gone.label == "not_found"


def test_what_its_minister_declares_a_country_declares(session):
    assert session.check(cluster(QUAKE), "Velaria declares three days of mourning after quake")[0].label == "supported"
    other = "Lord Amis declares three days of mourning after quake"
    assert session.check(cluster(QUAKE), other)[0].label == "not_found"


def test_an_ordinal_in_digits_is_one_in_words(session):
    schools = cluster("The aid of Ivy colleges could hurt second-tier schools, which rely on pupils from Arden.")
    whole = session.check(schools, "Ivy Aid May Hit 2nd-Tier Schools")[0]
    states = {each.text: each.state for each in whole.elements}
    assert states["2nd"] == "borne_out"
