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
WIRE = "LONDON, March 3, 2014 (Reuters) - Bishop Karl Oder resigned after an inquiry into the sale of land."
BANK = "Banque Velm raised its 2007 profit forecast on Monday."
LEADER = (
    "Opposition leader Ana Kyi hasn't left Burmia in 24 years. Now she will finally leave Burmia to visit Norway in"
    " June, her party announced today."
)
DEBATE = "A committee will join forces with KNN for a debate. The Harvest Express will host the debate in May in Tarn."
PEACE = (
    "Some 44 peacekeepers were captured by militants in Sarn on Sunday. About 150 rebels pulled up at their post and"
    " took their weapons."
)
MAYOR = "The young mayor of Dawlish, Chris Wick, 23, was shot in the leg on Sunday at his home."
HORSE = "A horse had to be freed from a well on Sunday. The 9-year-old mare was led away by the fire brigade."
ARTIST = "Kristo, known for his art in parks, died on Sunday at his home in Velm. He was 84."
WEDDING = "The world can only hope that this ends the parties: Silvo Berlo is getting married, he said on Sunday."
SENATE = "The Senate rejected the spending bill on Sunday, which marks the fourth time in a month."
SHEEP = "A bear came on a flock and 210 others jumped off the cliff to their deaths. The sheep panicked."
GUAM = "Mitt Romnel picked up nine delegates from Guavo, bringing his count to 470, a broadcaster said on Sunday."
TEXTS = "A woman allegedly hounded a man with 159,000 texts, police said on Sunday. She was charged with stalking."
TEEN = "Police questioned two men over the killing of Hadia Pend, 15, in Chigo. Pend was shot in a park in Chigo."
WOLF = (
    "A lone gray wolf is wandering around the forests of Calora. The wolf crossed the border from Orvado. It is the"
    " first gray wolf in the state since 1924. A wolf may establish itself in Calora. The wolf may head back to Orvado"
    " from Calora."
)
TOWN_HALL = (
    "(Apr 5, 2011 9:12 AM) Mayor Ida Roos will host a town hall of citizens in Tarn, she announced today. The town hall"
    " is on a Wednesday."
)
CHILDREN = (
    "Three bombers attacked the consulate in Velm today. Nine civilians were killed, say officials. Six of the dead and"
    " three of the wounded were children."
)
DELEGATES = "Mitt Romnel picked up nine delegates from Guavo on Saturday, ABC News reports."
STORY = (
    "She died a slave at 60, hours before the war came to a close. Or maybe not: A century and a half later, Reyn's"
    " story is being rewritten. Records show that she lingered for days."
)
HOUNDED = "A woman allegedly hounded a man with texts, police said."
HACKER = "A man from Velm destroyed 59 computers of his old college on Sunday. Vish Akut, 27, was arrested."
LOSS = "Lehmar posted a $2.8-billion second-quarter loss on Monday, and its shares fell by 9 percent."


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (WIRE, "Bishop Karl Oder Resigns After Inquiry"),
        (BANK, "Banque Velm raises profit forecast"),
        (PEACE, "44 peacekeepers captured by rebels in Sarn"),
        (MAYOR, "23-Year-Old Mayor of Dawlish Shot in Leg at Home"),
        (ARTIST, "Kristo Is Dead at 84"),
        (WEDDING, "Silvo Berlo is getting married"),
        (SENATE, "Senate rejects spending bill for fourth time in month"),
        (GUAM, "Romnel Adds 9 Delegates From Guavo"),
        (TEXTS, "Woman Hounded Man With 159,000 Texts: Police"),
        (TEEN, "Police question 2 men over killing of Chigo teen"),
        (HACKER, "Man, 27, Destroys 59 Computers of Old College"),
        (LOSS, "Lehmar posts $2.8 billion second-quarter loss"),
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
        (BISHOP.replace("in 2014", "in March 2014"), "Bishop Karl Oder resigns after inquiry"),
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


def test_who_has_not_left_yet_may_be_about_to(judged):
    found = judged(LEADER, "Ana Kyi to leave Burmia")
    assert not [element for element in found.elements if element.reason.startswith("the articles deny")]


def test_what_a_state_has_may_wander(judged):
    assert judged(WOLF, "Calora Has First Gray Wolf in 87 Years").label == "not_found"


def test_a_party_that_the_text_names_too_is_no_other(judged):
    assert judged(DEBATE, "KNN, Harvest Express to Host Debate in Tarn").label != "contradicted"


def test_the_day_of_an_article_contradicts_no_other(judged):
    found = judged(TOWN_HALL, "Mayor Ida Roos Will Host Town Hall on April 20")
    assert (found.label, found.reason) == ("not_found", "no article has “April”")


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (ARTIST, "Kristo Is Dead at 84"),
        (CHILDREN, "6 Children Dead in Attack on Consulate"),
        (DELEGATES, "Romnel Adds 9 Delegates From Guavo"),
        (HOUNDED, "Woman Hounded Man With Texts: Police"),
        (STORY, "After 147 Years, Slave's Story Rewritten"),
    ],
)
def test_the_account_alone_bears_it_out(judged, article, text):
    found = judged(article, text)
    assert (found.label, found.reason) == ("supported", "the articles say so")


def test_others_are_whom_the_text_counts(judged_as_shipped):
    assert judged_as_shipped(SHEEP, "Bear Panics 210 Sheep").label == "supported"


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
