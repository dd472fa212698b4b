"""True headlines that tell it in another form than the articles, each beside a false one that the same words make."""

import pytest

from harness.checkers.account import figures
from harness.checkers.account.doers import others_deeds
from harness.checkers.account.elements import SURE
from harness.checkers.account.matching import Matcher
from harness.checkers.account.substitution import Substitute, names_apart
from harness.checkers.cluster_analysis import ClusterReading, argument
from harness.checkers.sentences import claim_spans
from harness.claims.casing import Casing
from harness.claims.converse import deeds, one_deed
from harness.claims.sentence_analysis import read
from harness.records import Article, Cluster

CENTERS = (
    "The Centers for Disease Control and Prevention issued new guidance for vaccinated people on Monday. Masks are not"
    " needed outdoors, the agency said."
)
CHARGE = (
    "President Dahl praised Attorney General William Harrow for taking charge of the Lund case on Wednesday. The"
    " prosecutors had left the case."
)
POPULIST = "Left-leaning populist Andrés Manuel Rivas Orduño won the presidential election in Tarnia on Sunday."
ORDER = (
    "President Dahl said late on Monday that he will sign an order to suspend immigration into the United States. The"
    " order comes amid an outbreak of measles."
)
CHANTS = (
    "Mayor Ilse Brandt said she was not happy with the chants at the match. She disagrees with them, she told fans."
)
RACE = (
    "Senator Todd Crane won the Senate race in Tarnia on Tuesday, fending off a challenge from Orla Finch. Liberals"
    " hoped that their rising star, Orla Finch, would somehow beat Crane."
)
TRIP = (
    "Vice President Kara Harl told migrants not to come during her trip to Guatela on Monday. Harl spoke with reporters"
    " in Guatela about the border."
)
TAX = (
    "The House plans to vote on a bill to repeal the sugar tax, lawmakers of both parties said. The sugar tax imposes a"
    " 40% excise tax on soft drinks."
)
SCHOOLS = (
    "The high court ruled on Tuesday that Montria can't exclude church schools from its grants. A policy of Montria"
    " that excludes church schools from its grants violates the constitution, the judges said."
)
MISSILE = (
    "Officials of the ministry said evidence suggests that a missile caused the crash of the plane near Tarn. The plane"
    " fell minutes after take-off."
)
PROGRESS = (
    "Senator Mitch Calder warned the president against a deal as Speaker Nan Pellow reports progress in the talks."
    " Calder told colleagues on Tuesday that he had urged the president not to strike a deal."
)
CONFIRMED = "The Senate on Thursday confirmed Xavier Becker as health secretary by 50 votes to 49."
NOMINEE = (
    "President Dahl has defended Gina Hask, his nominee to head the spy agency. After reports that the nominee was to"
    " withdraw from the agency, Jeremy Bast flatly refuted what he had read."
)
WRITER = "Toni Marlow, the author of eleven novels, died on Monday night. Her publisher said Marlow was 88."
STANDOFF = "'Nothing short of a miracle': Dramatic standoff with gunman in Arlen ends. Six officers were hurt in Arlen."
PANEL = "A panel of the drug agency voted to recommend authorization of the Orrin vaccine on Thursday."
CONFIDENCE = (
    "Lawmakers of the Conservative Party triggered a “no confidence” vote against Prime Minister Tessa Mayne on"
    " Wednesday. Mayne may lose her post."
)
SHOTS = (
    "The government unveiled plans on Wednesday to begin offering booster shots to all adults on Sept. 20. Its"
    " protection wanes over time."
)
SUCCESS = (
    "Senator Jon McCall has disputed the insistence of President Dahl that the raid in Yemenia was a success. Dahl"
    " clashed with McCall over the raid in Yemenia on Thursday."
)
RESIGN = (
    "Former Governor Terry Mullen called on Governor Ralph Northey to resign over a racist photo. Northey refuses to"
    " resign and will stay in office."
)
BLOCKING = (
    "President Dahl can't block users on the network, a federal judge ruled on Wednesday. When he blocks users, Dahl"
    " violates the constitution, the judge said."
)
PAYROLL = (
    "The palace denies that it is considering cutting payroll taxes. Several officials have discussed cutting payroll"
    " taxes, the Tarn Post reported."
)


WELLS = (
    "The fire was out by noon, but the operator let the wells vent for six more hours. Divers came two days later. The"
    " first of them, aged 41, had flown in from Bergen."
)
LEASE = (
    "The lease, for 35 years at 1.4 million dollars a year, was signed on Friday. A rival offered 22 million dollars"
    " for the island of Hulhu."
)
SACKS = "State auditors asked why 600 sacks of rice were missing. The mayor had handed out 4,200 sacks with her face."
TANKER = "It is the fourth tanker taken this year, the navy said. The seventh tanker of a convoy had engine trouble."
CANOPY = "Students ended a 31-day occupation of the town hall on Sunday. A canopy that fell in May had injured 22."
BLAST = (
    "A gas explosion tore through a bakery in central Lund on Saturday morning, killing three people and injuring 47,"
    " the city's prosecutor said. Two of the dead were firefighters who had been called to a leak."
)
RATES = (
    "The central bank of Norvik left interest rates unchanged at 4.25 percent on Thursday, defying expectations of a"
    " cut. Analysts had forecast a reduction of a quarter of a point."
)
MATCH = (
    "Striker Jonas Reve scored twice as Rovers came from behind to beat Athletic 3-2 on Sunday. Captain Pavel Lind was"
    " sent off in the 70th minute for a foul on Reve."
)
MURDER = (
    "Police in Arlen have released without charge a 34-year-old man who was arrested over the murder of teacher Hanna"
    " Moss. Detectives said the man was no longer a suspect."
)
BRIBES = (
    "A court in Tarn sentenced former mayor Oskar Brun to six years in prison on Friday for taking bribes from a"
    " builder. Prosecutors had asked for nine years. The builder, Ivo Lenz, was acquitted."
)


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (BLAST, "Three die in bakery blast in Lund"),
        (BLAST, "Bakery blast in Lund injures 47"),
        (RATES, "Norvik central bank leaves rates unchanged"),
        (MATCH, "Captain Pavel Lind sent off as Rovers beat Athletic"),
        (MURDER, "Man arrested over murder of Hanna Moss"),
        (BRIBES, "Ex-mayor Brun jailed for six years for bribery"),
        (BRIBES, "Builder Ivo Lenz acquitted of bribery"),
        (CENTERS, "CDC issues guidance for vaccinated people"),
        (CHARGE, "Dahl praises Bill Harrow for taking charge of Lund case"),
        (POPULIST, "Populist Andres Orduno wins Tarnia's presidential election"),
        (ORDER, "Dahl Says He Will Sign Order to Suspend Immigration Into U.S."),
        (CHANTS, "Brandt says she is unhappy with chants at match"),
        (RACE, "Todd Crane wins Senate race in Tarnia over Orla Finch"),
        (TRIP, "Harl visits Guatela and tells migrants not to come"),
        (TAX, "Bill to repeal sugar tax to be voted on by House"),
        (SCHOOLS, "Montria can't exclude church schools from grants, high court rules"),
        (CONFIRMED, "Xavier Becker confirmed as health secretary"),
        (NOMINEE, "Dahl defends nominee to head spy agency"),
        (WRITER, "Author Toni Marlow passes away"),
        (STANDOFF, "Standoff with gunman in Arlen ends"),
        (PANEL, "Panel endorses authorization of Orrin vaccine"),
        (CONFIDENCE, "Tessa Mayne faces no confidence vote"),
        (SHOTS, "Booster shots to be offered to all adults"),
        (SUCCESS, "McCall and Dahl clash over raid in Yemenia"),
        (RESIGN, "Governor refuses to resign over racist photo"),
        (BLOCKING, "Dahl blocking users violates constitution, judge rules"),
        (WELLS, "Operator lets wells vent for six hours after fire"),
        (LEASE, "Lease for 35 years at 1.4 million dollars a year signed"),
        (SACKS, "Auditors ask why 600 sacks of rice are missing"),
        (TANKER, "Fourth tanker taken this year, navy says"),
        (CANOPY, "Students end 31-day occupation of town hall"),
    ],
)
def test_what_is_told_in_another_form_is_supported(judged_as_shipped, article, text):
    assert judged_as_shipped(article, text).label == "supported", judged_as_shipped(article, text).reason


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (BLAST, "47 die in bakery blast in Lund"),
        (RATES, "Norvik central bank cuts rates by quarter of a point"),
        (MATCH, "Reve sent off as Rovers beat Athletic"),
        (MURDER, "Teacher arrested over murder of Hanna Moss"),
        (BRIBES, "Ex-mayor Brun jailed for nine years for bribery"),
        (BRIBES, "Ex-mayor Brun acquitted of bribery"),
        (CENTERS, "FDA issues guidance for vaccinated people"),
        (CHARGE, "Dahl praises Bob Harrow for taking charge of Lund case"),
        (POPULIST, "Populist Andres Orduno loses Tarnia's presidential election"),
        (ORDER, "Dahl Says He Will Sign Order to Suspend Immigration Into U.K."),
        (CHANTS, "Brandt says she is happy with chants at match"),
        (RACE, "Orla Finch wins Senate race in Tarnia over Todd Crane"),
        (TRIP, "Guatela visits Harl and tells migrants to come"),
        (PROGRESS, "Pellow warns against deal as Calder reports progress"),
        (CONFIRMED, "Xavier Becker rejected as health secretary"),
        (STANDOFF, "Standoff with gunman in Arlen begins"),
        (PANEL, "Panel rejects authorization of Orrin vaccine"),
        (CONFIDENCE, "Tessa Mayne faces no vote"),
        (SHOTS, "Booster shots were offered to all adults"),
        (RESIGN, "Governor resigned over racist photo"),
        (BLOCKING, "Dahl blocking users does not violate constitution, judge rules"),
        (WELLS, "Operator lets wells vent for two days after fire"),
        (LEASE, "Lease for 35 years at 22 million dollars a year signed"),
        (SACKS, "Auditors ask why 4,200 sacks of rice are missing"),
        (TANKER, "Seventh tanker taken this year, navy says"),
        (CANOPY, "Students end 22-day occupation of town hall"),
    ],
)
def test_what_the_same_words_say_otherwise_is_not_supported(judged_as_shipped, article, text):
    verdict = judged_as_shipped(article, text)
    assert verdict.label in {"contradicted", "not_found"}, verdict.reason


def test_what_may_be_done_is_contradicted_by_what_may_not(judged):
    assert judged(SCHOOLS, "Montria can exclude church schools from grants").label == "contradicted"


def test_who_says_what_evidence_suggests_is_who_is_heard(judged):
    told = judged(MISSILE, "Evidence suggests that missile caused crash, ministry says")
    assert "not from “Evidence”" not in told.reason


def test_a_question_is_contradicted_by_no_denial(judged):
    assert judged(PAYROLL, "Is the palace considering cutting payroll taxes?").label != "contradicted"
    assert judged(PAYROLL, "The palace is considering cutting payroll taxes").label == "contradicted"


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("American Pastor Arrives Back in U.S. After Being Held", 1),
        ("Nation Remembers John Lund, C. T. Vivar", 1),
        ("He left the U.S. After that he stayed away.", 2),
        ("Tariffs Hit U.S. Steel Firms. Prices Rise", 2),
    ],
)
def test_initials_end_no_headline(text, sentences):
    assert len(claim_spans(text)) == sentences


TRAIN = "A train derailed near Korva on Tuesday, injuring at least 30 people. The driver of a truck was killed."
CLIMB = (
    "Petra Dahl, 29, was killed in a fall on Mount Harg on Sunday. The climber Jon Vik called for help, and was brought"
    " down by a rescue dog."
)
TREK = (
    "Vice President Kara Harl discouraged migrants from making the trek north during her trip to Guatela on Monday. She"
    " told migrants not to come."
)
POLICY = (
    "A policy of Montria that excludes church schools from its grants violates the constitution, the high court ruled"
    " on Tuesday."
)
REPORTS = (
    "After reports that the nominee for head of the spy agency was to withdraw without the support of Dahl, Jeremy Bast"
    " flatly refuted the talk. Dahl defended his nominee."
)
SOON = (
    "Former Governor Terry Mullen said that Governor Ralph Northey will resign soon over a racist photo in a yearbook."
)
TOUR = (
    "A group of students from Parkel will go on a bus tour through twenty states. They want people to vote to end gun"
    " violence, the students of Parkel said."
)


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (TREK, "Harl visits Guatela and tells migrants not to come"),
        (POLICY, "Montria can't exclude church schools from grants"),
        (TOUR, "Parkel students to launch gun control bus tour"),
        (TAX, "Bipartisan bill introduced to repeal sugar tax"),
        (REPORTS, "Nominee moves forward as head of spy agency with support of Dahl"),
        (SOON, "Governor Ralph Northey refuses to resign over racist photo"),
    ],
)
def test_the_account_alone_contradicts_none_of_them(judged, article, text):
    assert judged(article, text).label != "contradicted", judged(article, text).reason


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (WRITER, "Author Toni Marlow passes away"),
        (CONFIDENCE, "Tessa Mayne faces no confidence vote"),
        (TRAIN, "At least 30 injured as train derails near Korva"),
    ],
)
def test_the_account_alone_bears_them_out(judged, article, text):
    assert judged(article, text).label == "supported", judged(article, text).reason


@pytest.mark.parametrize(
    ("article", "text"),
    [(TRAIN, "30 killed as train derails near Korva"), (CLIMB, "Climber Jon Vik dies in fall on Mount Harg")],
)
def test_who_is_hurt_is_not_killed(judged_as_shipped, article, text):
    assert judged_as_shipped(article, text).label in {"contradicted", "not_found"}


def test_a_first_name_by_its_short_form_is_no_other_name(parser):
    cluster = ClusterReading(Cluster(cluster_id="c", articles=(Article(article_id="a", text=CHARGE),)), parser)
    there = next(token for token in cluster.readings[0].parse.tokens if token.text == "William")
    for text, apart in (("Dahl praises Bill Harrow", False), ("Dahl praises Gus Harrow", True)):
        reading = read(parser.parse([text])[0])
        mine = next(token for token in reading.parse.tokens if token.text in {"Bill", "Gus"})
        name = reading.name_at(mine.i)
        assert name is not None
        assert names_apart(cluster, Substitute(mine.i, 0, there.i, 1.0, 1.0), name, mine, there) is apart


def test_a_person_whose_surname_reads_like_a_place_is_one_all_the_same(parser):
    cluster = ClusterReading(Cluster(cluster_id="c", articles=(Article(article_id="a", text=BRIBES),)), parser)
    reading = read(parser.parse(["Ex-mayor Brun acquitted of bribery"])[0])
    assert [name.kind for name in reading.names] == ["place"]
    (held,) = others_deeds(cluster, Matcher(cluster, reading), reading)
    assert held.reason == "no article joins “Brun” to “acquitted”, they have “Ivo Lenz” there"


def test_a_trip_is_the_deed_of_who_visits_not_of_who_is_host(parser):
    mine, theirs = (
        [deed for frame in reading.frames for deed in deeds(reading.parse, frame)]
        for reading in (
            read(parser.parse([text])[0]) for text in ("Harl visits Guatela", "Harl made a trip to Guatela.")
        )
    )
    (trip,) = (deed for deed in theirs if deed.place == "noun")
    told = {deed.place: one_deed(deed, trip) for deed in mine}
    assert told == {"|host": False, "": True}


def test_an_ex_mayor_is_a_former_one(judged):
    assert judged(BRIBES, "Ex-mayor Brun sentenced to six years").reason == "the articles say so"


def test_a_place_keeps_its_name_in_a_headline():
    casing = Casing(["The new jail stands in Arlen.", "A guard found him."], str.islower)
    assert "New York" in casing.undo("Death of Banker in New York Jail Raises Questions")
    assert "United States" in casing.undo("Guard Bans Jail Travel to the United States")


def test_what_is_to_be_made_is_planned_as_the_articles_plan_it(judged):
    assert "not as done" not in judged(SHOTS, "Booster shots to be made available to all adults").reason


def test_a_verb_and_its_particle_are_matched_as_one_word(parser):
    cluster = ClusterReading(Cluster(cluster_id="c", articles=(Article(article_id="a", text=WRITER),)), parser)
    reading = read(parser.parse(["Author Toni Marlow passes away"])[0])
    matcher = Matcher(cluster, reading)
    passes, away = (
        next(token.i for token in reading.parse.tokens if token.lower == word) for word in ("passes", "away")
    )
    assert max(matcher.by_unit(passes).values()) >= SURE
    assert away not in matcher.words


def test_a_place_is_called_by_the_name_after_of(parser):
    reading = read(parser.parse(["The city of Merin will ban diesel cars."])[0])
    city = next(token.i for token in reading.parse.tokens if token.lower == "city")
    named = argument(reading, city).name
    assert named is not None
    assert named.words == ("merin",)


@pytest.mark.parametrize(("one", "other", "apart"), [("44 hours", "two days", False), ("48 hours", "16 days", True)])
def test_stretches_of_time_about_as_long_are_one(parser, one, other, apart):
    first, second = (read(parser.parse([f"The boy was gone for {each}."])[0]).figures[0] for each in (one, other))
    assert figures._last_apart(first, second) is apart


def test_a_margin_is_how_far_two_figures_are_apart(parser):
    told = "The prime minister survived by 61 votes to 58 on Monday."
    cluster = ClusterReading(Cluster(cluster_id="c", articles=(Article(article_id="a", text=told),)), parser)
    three, four = (read(parser.parse([f"She survived by {each} votes."])[0]).figures[0] for each in ("three", "four"))
    assert figures._margin(cluster, three, 0)
    assert not figures._margin(cluster, four, 0)
