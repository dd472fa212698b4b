"""Words that only stand in like surroundings come near a headline's, and bear nothing out."""

import pytest

from harness.checkers.ensemble import Ensemble
from harness.claims.thesaurus import near_words, said_by
from harness.records import Article, Cluster

FIRE = (
    "Forest fires are spreading through three valleys near Lorca in the south of Velaria. Some 4,000 people have fled "
    "their homes since Monday, the civil defence said. Two villages were destroyed. Firefighters from Skov are on "
    "their way."
)
HEADLINE = "Thousands evacuate villages as fires rage"


@pytest.fixture(scope="module")
def session(parser):
    with Ensemble().open() as opened:
        yield opened


def fires():
    return Cluster(cluster_id="c", articles=(Article(article_id="a", text=FIRE),))


def test_a_true_headline_in_near_words_is_not_said_of_any_event(session):
    whole = session.check(fires(), HEADLINE)[0]
    assert whole.label == "supported", whole.reason
    near = next(element for element in whole.elements if element.text == "evacuate")
    assert (near.state, near.evidence[0].text) == ("unaccounted", "fled")


@pytest.mark.parametrize("headline", ["Firefighters evacuate Skov", "Lorca evacuates civil defence of Skov"])
def test_a_near_verb_with_other_parties_is_held_up(session, headline):
    assert session.check(fires(), headline)[0].label != "supported"


@pytest.mark.parametrize(
    ("part", "first", "second"),
    [
        ("v", "rise", "fall"), ("v", "rebuild", "demolish"), ("v", "arrest", "convict"), ("v", "win", "lose"),
        ("n", "bus", "train"), ("n", "monday", "tuesday"), ("n", "teacher", "nurse"), ("a", "red", "blue"),
        ("n", "mile", "kilometre"),
    ],
)  # fmt: skip
def test_words_that_exclude_each_other_are_not_near(part, first, second):
    assert second not in near_words(first, part)
    assert first not in near_words(second, part)


def test_near_words_are_of_one_part_of_speech_and_not_known_to_say_the_same():
    assert "flee" in near_words("evacuate", "v")
    assert near_words("evacuate", "n") == ()
    assert not {*near_words("suspend", "v")} & {*said_by("suspend", "v")}
