"""When an article was written, what a figure counts and who says it: each true headline beside a false one."""

import pytest

from harness.claims.figures.quantities import figures
from harness.claims.sentence_analysis import read
from harness.language.text import stamp_end

COACH = (
    "(Jun 14, 2014 3:37 PM CDT) Chuck Noren, the coach who won a record four titles with the Tarn Bears, died last"
    " night at his home. He was 82."
)
AGENCY = (
    "LONDON, March 3, 2014 (Reuters) - Transport secretary Bob Krow resigned on Monday after a row over the Velm line."
    " Krow led the department for two years."
)
BISHOP = "Bishop Karl Oder resigned in 2014 after an inquiry. Oder spoke in Tarn on Monday about his garden."
MEETING = (
    "(Apr 5, 2011 9:12 AM) Mayor Ida Roos will answer questions of citizens in the town hall of Tarn on April 20, she"
    " announced."
)
DRONE = (
    "A drone strike in southern Galdia killed at least nine suspected rebels and three civilians today, the authorities"
    " said. Police arrested the alleged killer of Ann Moe."
)
ATTACK = "Suspected rebels opened fire on a restaurant in Velm on Sunday, killing 18 people, the mayor said."
CRASH = "A fatal accident on the turnpike near Morgan led to a series of collisions involving 50 cars on Sunday."
CONSULATE = (
    "Three bombers attacked the consulate in Velm today and set off a gun battle in which nine civilians died. Six of"
    " the dead were children."
)
TICKETS = "The film took in $26 million at home and $30.5 million abroad at the weekend, its studio said."
AUTOPSY = (
    "Eleven shotgun pellets were removed from the chest of Amon Arber, while 13 exited his back, the autopsy says."
)
BROTHER = (
    "The brother of 8-year-old Lea Fowl has pleaded not guilty in her death. The 12-year-old boy appeared in court"
    " yesterday."
)
COUPLE = "It is not your everyday ruling: A couple in Velm has been awarded $28,000 for a bad holiday."
PUMPS = "Auditors did not notice that Medifund was paying $395 a pump to two firms in Velm."
PAINTING = "Police seek a thief who walked out of a gallery in Velm with a $150,000 Salvador Dalo painting."
SENATOR = "Former US Sen. Tom Coburg, a doctor who railed against waste, has died. He was 72."
POLL = "A full 40% of Galdians are creationists, according to a poll on Friday. The share was the lowest yet."
STROLLERS = "Britan is recalling 216,000 strollers because a hinge can cut off a finger, the company said."


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (COACH, "Bears Coach Chuck Noren Dies at 82"),
        (AGENCY, "Bob Krow resigns after row over Velm line"),
        (MEETING, "Roos to Answer Questions in Town Hall on April 20"),
        (DRONE, "Drone Strike in Galdia Kills 9 Rebel Suspects: Authorities"),
        (DRONE, "Drone strike in Galdia kills 9 rebel suspects"),
        (ATTACK, "18 killed in attack on restaurant in Velm"),
        (CRASH, "Fatal Accident Leads to 50-Car Crash on Turnpike"),
        (CONSULATE, "6 children dead in attack on consulate in Velm"),
        (TICKETS, "Film takes in $30.5M abroad at weekend"),
        (AUTOPSY, "13 shotgun pellets exited Arber's back"),
        (BROTHER, "12-Year-Old Pleads Not Guilty in Death of Lea Fowl"),
        (COUPLE, "Couple in Velm awarded $28K for bad holiday"),
        (PUMPS, "Medifund paid $395 a pump to two firms in Velm"),
        (PAINTING, "Thief Walks Out of Gallery With $150K Dalo Painting"),
        (SENATOR, "Ex-Sen. Coburg Is Dead at 72"),
        (POLL, "Poll: 40% of Galdians Are Creationists"),
        (COUPLE, "Couple in Velm Awarded $28K. It Is a Ruling"),
    ],
)
def test_a_headline_that_the_article_bears_out_is_supported(judged_as_shipped, article, text):
    found = judged_as_shipped(article, text)
    assert found.label == "supported", found.reason


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (BISHOP, "Bishop Karl Oder resigns after inquiry"),
        (MEETING, "Roos to Answer Questions in Town Hall on April 25"),
        (DRONE, "Drone Strike in Galdia Kills 9: Ida Roos"),
        (DRONE, "Police arrest killer of Ann Moe"),
        (ATTACK, "Rebels kill 18 people in restaurant in Velm"),
        (CRASH, "Fatal Accident Leads to 30-Car Crash on Turnpike"),
        (CONSULATE, "6 bombers attack consulate in Velm"),
        (TICKETS, "Film takes in $40.5M abroad at weekend"),
        (AUTOPSY, "11 shotgun pellets exited Arber's back"),
        (COUPLE, "Couple in Velm not awarded $28K for bad holiday"),
        (POLL, "Poll: 60% of Galdians Are Creationists"),
    ],
)
def test_a_headline_that_it_does_not_is_not(judged_as_shipped, article, text):
    assert judged_as_shipped(article, text).label != "supported"


def test_strollers_that_are_recalled_say_nothing(judged):
    found = judged(STROLLERS, "216K Strollers Recalled as Hinge Can Cut Off Finger")
    assert "speaker" not in {element.kind for element in found.elements if element.state == "unaccounted"}


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("(Jun 14, 2014  3:37 PM CDT) Chuck died.", "Chuck died."),
        ("[Published: 5 January 2022, 10:31 GMT] The mayor quit.", "The mayor quit."),
        ("(2014) A film opens.", "(2014) A film opens."),
        ("(In 2014 and 2015 he was ill.) He is well.", "(In 2014 and 2015 he was ill.) He is well."),
        ("The mayor (Jun 14, 2014) quit.", "The mayor (Jun 14, 2014) quit."),
        ("(sat " * 400 + "2014 1", "(sat " * 400 + "2014 1"),
    ],
)
def test_a_stamp_ends_where_the_article_begins(text, rest):
    assert text[stamp_end(text) :] == rest


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("A 50-car crash closed the road.", "car"),
        ("An 81st-minute goal won the cup.", "goal"),
        ("An 8-year-old girl was found.", "year"),
    ],
)
def test_a_hyphen_joins_a_count_to_what_it_counts(parser, text, counted):
    (figure,) = figures(read(next(iter(parser.parse([text])))).parse)
    assert figure.head == counted
