"""Parties, speakers, counts and words of extent that the articles have otherwise are named; where they may be, nothing.

Each mechanism by itself, on texts that were written for this: what it finds in a false headline, and that it finds
nothing in a true one of the same article.
"""

from collections.abc import Callable, Iterator

import pytest

from harness.checkers.account.elements import Held
from harness.checkers.account.matching import Matcher
from harness.checkers.account.places.causes import others_causes
from harness.checkers.account.places.counts import others_counts
from harness.checkers.account.places.deeds import others_places
from harness.checkers.account.places.earlier import earlier_deeds
from harness.checkers.account.places.extent import unsaid_extent
from harness.checkers.account.places.likeness import Parties
from harness.checkers.account.places.speakers import others_words
from harness.checkers.account.places.torn import torn_names
from harness.checkers.account.places.undone import undone_things
from harness.checkers.account.places.where import others_scenes
from harness.checkers.cluster_analysis import ClusterReading
from harness.checkers.ensemble import Ensemble
from harness.checkers.rules import Rules
from harness.claims.sentence_analysis import Reading
from harness.records import Article, Cluster

pytest.importorskip("spacy", reason="the claims extra is not installed")

Look = Callable[[ClusterReading, Matcher, Reading], Iterator[Held]]


def of_parties(look: Callable[[Parties], Iterator[Held]]) -> Look:
    """A mechanism that compares parties, called as the others are."""
    return lambda cluster, matcher, reading: look(Parties(cluster, matcher, reading))


@pytest.fixture(scope="module")
def found(parser: object) -> Iterator[Callable[..., list[Held]]]:
    """What a mechanism finds in a headline: `found(look, article, headline)`."""
    with Rules().open() as session:

        def find(look: Look, told: str, text: str) -> list[Held]:
            cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=told),))
            reading = session.reading_of(cluster, text)
            ((_, sentence),) = session.readings(cluster, [text])[0]
            return list(look(reading, Matcher(reading, sentence), sentence))

        yield find


PLACES = [
    ("Bron expelled two diplomats on Monday. Bron and Calde have no embassies in Orn.",
     "Calde expels two diplomats", "Bron"),
    ("Transport minister Ilse Vang opened the tunnel. Station chief Jan Holm was not there.",
     "Station chief opens tunnel", "Ilse Vang"),
    ("Fire crews found the lost shepherd on Monday. Pilots had been unable to reach the fire crews.",
     "Pilots find lost shepherd", "crews"),
    ("A blast at the mill killed three workers and wounded eleven.", "Eleven killed in blast at mill", "Eleven"),
    ("Two farmers were treated for burns after the fire in Stolb. Six barns burned down.",
     "Six farmers treated for burns", "farmers"),
    ("Norvik will shut its plant in Holm and move its offices to Tarn.", "Norvik to shut plant in Tarn", "Tarn"),
    ("Dynamo's captain Olga Prent was booked. Dynamo and Lions drew 1-1.", "Lions captain booked", "Dynamo"),
    ("Germany's farm minister visited the fair. Poland was not invited.", "Poland's farm minister visits fair",
     "Germany"),
    ("A ferry passenger, Kai Lund, was bitten on the arm. The captain called the police.", "Captain bitten on arm",
     "passenger"),
    ("Police arrested eleven fans outside the stadium.", "Police arrest fans inside stadium", "outside"),
    ("Lund voted against the plan on Monday.", "Lund votes for plan", "against"),
    ("Hackers stole the data of customers in May. An employee had warned the customers.",
     "Hackers steal data of employees", "customers"),
    ("A boy of 16 died in hospital on Monday. A girl of 17 was hurt.", "Girl of 17 dies in hospital", "boy"),
    ("Hugo Lamb found the tomb. Ursula Finch was ill.", "Finch finds tomb", "Hugo Lamb"),
    ("Sweden beat Norway by three goals to one. Denmark beat Finland.", "Sweden beat Finland", "Norway"),
    ("The bank cut its growth forecast. It met on Monday. Its head was absent. Inflation has slowed.",
     "Bank cuts inflation forecast", "growth"),
    ("Kai Rask had paid 40,000 crowns to Per Lund. The official denies it.", "Official paid Rask 40,000 crowns",
     "Kai Rask"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "text", "other"), PLACES, ids=[text for _, text, _ in PLACES])
def test_a_place_of_a_deed_that_another_has_is_named(
    found: Callable[..., list[Held]], told: str, text: str, other: str
):
    (held,) = found(of_parties(others_places), told, text)
    assert (held.feature, held.state) == ("place_of_other", "unaccounted")
    assert f"“{other}”" in held.reason


OPEN = [
    ("ESPN has had a bad year. The company will cut 300 jobs.", "ESPN to cut 300 jobs"),
    ("The cup went to Vesna, who beat Torun 3-1. Carlin beat Lodz 2-0.", "Vesna beat Torun"),
    ("Prime minister Jon Aske promised 20 million crowns in aid.", "Prime minister promises aid"),
    ("The government won its vote of confidence, and the prime minister thanked it.",
     "Prime minister wins vote of confidence"),
    ("Five people were killed when rocks fell on a path. The hikers were from Tarn.", "Rocks kill hikers"),
    ("Bron expelled two diplomats. Calde expelled two diplomats in return. Bron and Calde quarrel.",
     "Calde expels two diplomats"),
    ("Officers found the car burnt out near Holm. It had been stolen.", "Car found near Holm"),
    ("Norvik will shut its plant in Holm and move its offices to Tarn.", "Norvik to move offices to Tarn"),
    ("Fire killed four people at the harbour, and another fire killed nine at the mill.",
     "Fires kill people at harbour and mill"),
    ("Minister Lina Farrow ordered an inquiry into the sinking of the ferry and suspended the licence of its owner.",
     "Minister suspends owner's licence after sinking"),
    ("Lund voted for the plan, and Holm voted against it.", "Lund votes for plan"),
    ("Hackers stole the data of customers. An employee had warned the firm.", "Hackers steal customers' data"),
    ("Mei Brand defeated Olga Tan to win the title.", "Brand beats Tan"),
    ("The bank cut its forecast for growth. Growth has slowed.", "Bank cuts growth forecast"),
    ("The bank cut its growth forecast. It expects inflation to slow.", "Bank cuts inflation forecast"),
    ("They embraced. Olga met Per in Holm after the match, and Per met the press.", "Per meets Olga in Holm"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "text"), OPEN, ids=[text for _, text in OPEN])
def test_a_place_that_the_claims_party_has_or_may_have_is_nobody_elses(
    found: Callable[..., list[Held]], told: str, text: str
):
    assert found(of_parties(others_places), told, text) == []


def test_a_count_of_another_thing_is_named_and_one_of_the_same_under_another_word_is_not(
    found: Callable[..., list[Held]],
):
    told = "Aqua is repairing 60 wells. All schools are shut. The storm sank 14 ships, and nine pupils were hurt."
    (held,) = found(of_parties(others_counts), told, "Aqua repairs 60 schools")
    assert held.reason == "the articles have “60” of “wells”, not of “schools”"
    assert found(of_parties(others_counts), told, "Storm sinks 14 vessels") == []  # a ship is a vessel
    assert found(of_parties(others_counts), told, "Aqua repairs 60 wells") == []
    assert found(of_parties(others_counts), told, "Storm leaves nine people hurt") == []  # pupils are people


SPEAKERS = [
    ("Environmental groups urged the council to move the farms onto land. The fisheries ministry had no plans.",
     "Fisheries ministry urges moving farms onto land", "Environmental groups"),
    ("The miners' union said sensors had shown raised methane levels. The union and the operator will meet.",
     "Operator says sensors showed raised methane levels", "union"),
    ("Judge Yuko Mori sat. The builder's lawyer, Ken Oda, will appeal. He betrayed the city for gain, the judge said.",
     "Lawyer says builder betrayed city for gain", "judge"),
    ("The teachers' union called for pupils to be kept at home. Education minister Piet Vaal said no.",
     "Education minister demands pupils be kept at home", "union"),
    ("Preacher Silas Moot told his flock that the vaccine was unsafe. Medical officer Hana Tule had praised it.",
     "Medical officer tells parents vaccine is unsafe", "Moot"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "text", "other"), SPEAKERS, ids=[text for _, text, _ in SPEAKERS])
def test_who_says_it_in_the_articles_is_named_where_a_claim_has_another(
    found: Callable[..., list[Held]], told: str, text: str, other: str
):
    (held,) = found(of_parties(others_words), told, text)
    assert (held.kind, held.feature, held.error) == ("speaker", "speaker_other", "attribution")
    assert other.split()[-1] in held.reason


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ("Union secretary Tom Brill said sensors had shown raised methane.", "Union says sensors showed methane"),
        ("Sensors had shown raised methane levels, and the operator knew.", "Operator says sensors showed methane"),
        ("The ministry called for pupils to be kept at home.", "Education minister demands pupils be kept at home"),
        ("Lawyers claim that the hotel knew the water was foul. The manager was not told of it, he says.",
         "Manager denies hotel knew water was foul"),
        ("“Sensors showed raised methane levels,” she said. Mine inspector Ana Prell has seen them.",
         "Inspector says sensors showed methane"),
    ],
)  # fmt: skip
def test_a_speaker_who_may_say_it_is_not_held_against_a_claim(found: Callable[..., list[Held]], told: str, text: str):
    assert found(of_parties(others_words), told, text) == []


@pytest.mark.parametrize(
    ("told", "further", "true"),
    [
        ("Lasko was found guilty on nine counts.", "Lasko found guilty on all counts",
         ("Lasko was found guilty on each of the counts.", "Lasko found guilty on all counts")),
        ("All schools are shut. Lasko was found guilty on nine counts.", "Lasko found guilty on all counts",
         ("The jury found Lasko guilty of every charge.", "Lasko found guilty on all counts")),
        ("The river rose to its highest level since 1954.", "River at highest level ever",
         ("The river rose to a record level.", "River at highest level ever")),
        ("Tarn won the cup on Saturday.", "Tarn win cup for first time",
         ("Tarn won the cup, which they never had before.", "Tarn win cup for first time")),
        ("A guard saw the thief.", "Guard only witness to theft",
         ("A guard alone saw the thief.", "Guard only witness to theft")),
    ],
)  # fmt: skip
def test_a_word_of_extent_that_no_sentence_bears_out_is_named(
    found: Callable[..., list[Held]], told: str, further: str, true: tuple[str, str]
):
    (held,) = found(unsaid_extent, told, further)
    assert held.feature == "extent_missing"
    assert found(unsaid_extent, *true) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Norvik loses 18 million because of Asian competition", "Asian competition"),
        ("Norvik loses 18 million due to Asian competition, firm says", "Asian competition"),
        ("Norvik loses 18 million because of weak demand", ""),
        ("Norvik closes plant because of competition", ""),
        ("Norvik loses 18 million after Asian competition", ""),
        ("Norvik loses 18 million because of slump", ""),
    ],
)
def test_a_cause_that_the_articles_give_of_nothing_is_named(found: Callable[..., list[Held]], text: str, named: str):
    told = (
        "Norvik lost 18 million crowns because of weak demand. It closed a plant in May. The competition from Asia has "
        "grown, said its chairman."
    )
    held = found(of_parties(others_causes), told, text)
    assert [(each.feature, text[each.start : each.end]) for each in held] == ([("cause_other", named)] if named else [])


EARLIER = (
    "Bishop Coyle apologised Sunday. Coyle resigned as abbot in 2014. Ten years ago the diocese closed a school. The "
    "diocese will open another school in Tarn. Two priests left the diocese last year, and one priest left on Monday. "
    "The diocese has lost nuns since 1985. The baths, opened in 1932, drew many swimmers. Abbot Moe, who was "
    "jailed in 2019 for theft, spoke."
)


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("Bishop Coyle resigns as abbot", "2014"),
        ("Diocese closes school", "Ten years ago"),
        ("Abbot Moe jailed", "2019"),
        ("Baths draw many swimmers", ""),
        ("Bishop Coyle apologises", ""),
        ("Coyle resigned as abbot in 2014", ""),
        ("Priest leaves diocese", ""),
        ("Two priests leave diocese", ""),
        ("Former abbot Coyle apologises", ""),
        ("Diocese closed school", ""),
        ("Diocese loses nuns", ""),
    ],
)
def test_a_deed_of_years_before_is_no_news(found: Callable[..., list[Held]], text: str, when: str):
    held = found(of_parties(earlier_deeds), EARLIER, text)
    assert [(each.feature, EARLIER.split(". ")[each.spots[0][0]][each.spots[0][1] : each.spots[0][2]])
            for each in held] == ([("deed_earlier", when)] if when else [])  # fmt: skip


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Restorers uncover mural in Granada cathedral", "Granada"),
        ("Restorers uncover mural in Ronda", ""),
        ("Restorers uncover mural in Spanish cathedral", ""),
        ("Mural uncovered in Ronda cathedral", ""),
        ("Historian from Granada speaks of mural", ""),
    ],
)
def test_where_a_deed_is_done_is_no_town_that_is_named_of_other_things(
    found: Callable[..., list[Held]], text: str, named: str
):
    told = (
        "Restorers in Ronda have uncovered a mural in the cathedral. It shows a fish. Laboratory tests are under way. "
        "Bruno Castell of the University of Granada, a historian, sees a Flemish hand."
    )
    held = found(of_parties(others_scenes), told, text)
    assert [(each.feature, text[each.start : each.end]) for each in held] == (
        [("scene_of_other", named)] if named else []
    )


UNDONE = [
    ("The opposition had demanded early elections in March.", "Varden holds early elections in March", "demanded"),
    ("A ferry may be introduced in Elms during rush hours.", "Elms buys ferry for rush hours", "may"),
    ("No deaths were reported after the storm in Holm.", "Storm causes deaths in Holm", "No"),
]


@pytest.mark.parametrize(("told", "text", "word"), UNDONE, ids=[text for _, text, _ in UNDONE])
def test_a_thing_that_is_only_considered_or_denied_is_named_under_a_verb_of_the_claims_own(
    found: Callable[..., list[Held]], told: str, text: str, word: str
):
    (held,) = found(undone_things, told, text)
    assert held.feature in {"modality_lost", "deed_denied"}
    assert f"“{word}”" in held.reason


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ("The opposition had demanded early elections. The elections were held in March.", "Elections held in March"),
        ("Traders asked Elms for compensation, but the mayor said that there was none.", "Elms rules out compensation"),
        ("No deaths were reported after the storm in Holm.", "Holm avoids deaths in storm"),
        ("A ferry may be introduced in Elms.", "Elms to launch ferry, if study shows need"),
        ("The union wants a promise in writing.", "Union seeks promise in writing"),
    ],
)
def test_a_thing_that_is_told_plainly_or_undone_by_the_claim_too_is_not_held_against_it(
    found: Callable[..., list[Held]], told: str, text: str
):
    assert found(undone_things, told, text) == []


NAMED = "Puerto Rico asked Lund for aid. Police charged Kai Rask with theft. Rask, 19, denies it."


@pytest.mark.parametrize(
    ("text", "torn"),
    [
        ("Puerto Lund asks Rico for aid", "Puerto"),
        ("Rask Kai charged with theft", "Kai"),
        ("Lund asked for aid by Puerto Rico", ""),
        ("Kai Rask charged with theft", ""),
        ("Charged with theft: Rask, Kai", ""),
        ("Rask charged with theft, police say; Rico asks for aid", ""),
    ],
)
def test_a_name_whose_words_a_claim_has_apart_or_turned_is_named(
    found: Callable[..., list[Held]], text: str, torn: str
):
    held = found(lambda cluster, _, reading: torn_names(cluster, reading), NAMED, text)
    assert [(each.feature, text[each.start : each.end]) for each in held] == ([("name_torn", torn)] if torn else [])
    assert all(f"“{NAMED.split('. ')[unit][start:end]}”" in each.reason for each in held
               for unit, start, end in each.spots)  # fmt: skip


@pytest.mark.parametrize(
    ("told", "text", "true"),
    [
        (NAMED, "Rask Kai charged with theft", "Kai Rask charged with theft"),
        (("Norvik of Tarn lost 18 million crowns because of weak demand. It closed a plant. Its head blamed the "
         "competition from Asia."), "Norvik loses 18 million crowns because of competition from Asia",
         "Norvik loses 18 million crowns because of weak demand"),
        (("Restorers in Ronda have uncovered a mural in the cathedral. It shows a fish. Tests are under way. Bruno "
         "Castell of the University of Granada sees a Flemish hand."), "Restorers uncover mural in Granada cathedral",
         "Restorers uncover mural in Ronda cathedral"),
        (EARLIER, "Bishop Coyle resigns as abbot", "Bishop Coyle apologises"),
        (PLACES[0][0], PLACES[0][1], "Bron expels two diplomats"),
        (SPEAKERS[1][0], SPEAKERS[1][1], "Miners' union says sensors showed raised methane levels"),
        ("Aqua is repairing 60 wells in Namat. Schools there are shut.", "Aqua repairs 60 schools in Namat",
         "Aqua repairs 60 wells in Namat"),
        ("No deaths were reported after the storm hit the coast of Holm on Monday.",
         "Storm causes deaths on coast of Holm",
         "Storm hits coast of Holm"),
        ("Victor Lasko was found guilty on nine of 11 counts of fraud.", "Lasko found guilty on all 11 counts of fraud",
         "Lasko found guilty on nine counts of fraud"),
    ],
)  # fmt: skip
def test_each_of_them_decides_the_label(told: str, text: str, true: str):
    cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=told),))
    with Ensemble().open() as session:
        (false, *_), (borne_out, *_) = session.check_all(cluster, [text, true])
    assert false.label == "not_found"
    assert borne_out.label == "supported"
