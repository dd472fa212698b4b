"""What a sentence says it is not, denies for a time, or says of another: each true headline beside false ones."""

import pytest

from harness.claims.attribution import sayings
from harness.claims.contrasts import set_apart
from harness.claims.sentence_analysis import read, tells_time

SNOW = "The airport didn't close because of snow but because of a strike, its chief said on Friday."
TRAM = "Not so fast: the Velm tram will open in May, not in March, the city said."
MATCH = "The cup match was not played in Tarn but in Velm on Sunday."
FERRIES = "Norvik did not buy the yard but bought two ferries, its chief Ann Moe said on Monday in Velm."
SHOPS = "Norvik has sold not 30 but 50 shops, it said on Monday."
AUDIT = "Auditors did not find fraud but errors in the books of the club."
RESIGNED = "The mayor resigned not on Monday but on Tuesday, his party says."
SOLD = "Norvik was not bought by Velm Foods but by Sarnia Milk for 3 million euros."
OWNER = "Police arrested the driver, not the owner, of the red van on Sunday in Tarn."
OPENS = "The shop in Velm did not open until Monday because of a flood, its owner Ann Moe said."
BATHTUB = "Until Monday, nobody had crossed the Arva in a bathtub. Piet Wold did it in three hours."
VASES = "The museum has not sold the painting, but it plans to sell two vases in June."
THREAT = "Karl Oder hasn't left the party yet, though he had threatened to leave it by Friday, his office said."
LEADS = "Ann Moe no longer leads the bank. Piet Wold took over on Monday."
FLOOD = "No fewer than 40 houses were flooded in Velm on Monday, said the mayor."
MINERS = "All but two of the 14 miners were rescued from the flooded pit near Velm. The two are still missing."
SHEEP = "All but three of the 20 sheep survived the fire at a farm near Tarn on Sunday."
FLIGHTS = (
    "A dispute over pay led to the cancellation of 40 flights from Velm airport on Friday; another 60 were delayed by"
    " fog."
)
MARCH = "Police arrested 12 people at the march in Tarn and fined another 45 for blocking a road."
HIRED = "Norvik hired 300 workers in May and dismissed 80 in its bakeries in Velm."
TREES = "Volunteers planted 5,000 trees in the valley last year, of which 1,200 died in the drought."
PASSENGERS = "Of the 240 passengers, 38 were taken to hospital, and the ship was towed to Velm."
WELLS = "Velm has repaired 60 of its 90 wells and drilled 14 new ones since the drought."
OAK = "The oldest tree in the county, an oak planted in 1610, fell on a parked car in the storm. Nobody was in the car."
BREWER = "Norvik, the smallest brewer in Galdia, bought the cheapest hops it could find at an auction in Tarn."
FACTORY = "The factory will close unless it finds a buyer by June, its owner said. It employs 340 people."
ASKED = "Asked whether she would run again, mayor Ida Roos said she had not decided yet."
BREWERY = "Ann Moe, whose brother Piet founded the brewery in 1998, sold it to Norvik for 8 million euros last week."
FEES = "The bank denies that it misled its customers, but it has agreed to pay back 14 million euros in fees."
KNEE = (
    "The team's captain, Piet Wold, will miss the final because of a knee injury; the goalkeeper, Vish Akut, who hurt"
    " his hand, will play."
)
STABBED = "A 34-year-old man stabbed his neighbour, a 61-year-old nurse, in a row over parking in Tarn on Friday."
DOG = "Firefighters rescued a dog from a burning flat in Velm on Sunday; its owner, a woman of 80, had escaped."
QUESTIONED = "Police arrested Karl Oder on Monday and questioned him for three hours about the fire."
RAIN = "Heavy rain is expected to return to the valley on Thursday, two days after floods killed a farmer there."
LANDFILL = "Most residents of Tarn oppose the new landfill, a survey found, while a quarter of residents support it."
MEALS = "School meals in Velm will be free from September, paid for by a new tax on parking."
VICTIMS = "The victims were French, the driver of the bus was Swiss, police said."
WAGE = "The government raised the minimum wage from 9 to 10 euros an hour in January. Unions had demanded 12 euros."
INFLATION = "Inflation in Galdia fell to 2.1 percent in May from 2.6 percent in April, while food prices rose."
SLEEP = "A study of 2,000 adults found that those who slept less than six hours a night had colds more often."
VANS = "Tessaly Motors recalled 12,000 vans because their brakes may fail; no accidents have been reported."
FERRI = "The court acquitted the banker Luca Ferri of fraud but jailed his partner, Jan Kolb, for three years."


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (SNOW, "Airport closed because of strike"),
        (SNOW, "Airport not closed because of snow"),
        (TRAM, "Velm tram to open in May"),
        (MATCH, "Cup match played in Velm"),
        (SHOPS, "Norvik sells 50 shops"),
        (AUDIT, "Auditors find errors in club's books"),
        (RESIGNED, "Mayor resigned on Tuesday"),
        (SOLD, "Sarnia Milk buys Norvik for 3 million euros"),
        (OWNER, "Police arrest driver of red van"),
        (OPENS, "Shop in Velm opens on Monday"),
        (BATHTUB, "Piet Wold crosses Arva in bathtub"),
        (VASES, "Museum plans to sell two vases in June"),
        (FERRIES, "Norvik buys two ferries"),
        (THREAT, "Oder threatened to leave party"),
        (FLOOD, "40 houses flooded in Velm"),
        (SHEEP, "All but three of 20 sheep survive farm fire"),
        (FLIGHTS, "40 flights cancelled in pay dispute"),
        (FLIGHTS, "Fog delays 60 flights at Velm airport"),
        (MARCH, "45 people fined at march in Tarn"),
        (HIRED, "Norvik dismisses 80 workers in Velm"),
        (TREES, "1,200 trees die in drought"),
        (PASSENGERS, "38 passengers taken to hospital"),
        (WELLS, "Velm repairs 60 wells"),
        (WELLS, "Velm drills 14 wells"),
        (OAK, "County's oldest tree falls on parked car in storm"),
        (FACTORY, "Factory to close unless buyer found by June"),
        (BREWERY, "Ann Moe sells brewery to Norvik for 8 million euros"),
        (FEES, "Bank to pay back 14 million euros in fees"),
        (KNEE, "Captain Wold to miss final because of knee injury"),
        (STABBED, "Man stabs neighbour in row over parking in Tarn"),
        (DOG, "Firefighters rescue dog from burning flat"),
        (QUESTIONED, "Police question Karl Oder about fire"),
        (RAIN, "Heavy rain expected to return to valley on Thursday"),
        (MEALS, "School meals will be free in Velm from September"),
        (VICTIMS, "Bus driver was Swiss"),
        (WAGE, "Minimum wage raised to 10 euros an hour"),
        (INFLATION, "Galdia's inflation falls to 2.1 percent in May"),
        (SLEEP, "Adults who sleep less than six hours have colds more often, study finds"),
        (VANS, "Tessaly Motors recalls 12,000 vans over brakes"),
        (FERRI, "Banker Ferri acquitted of fraud"),
    ],
)
def test_what_the_article_says_is_supported(judged_as_shipped, article, text):
    found = judged_as_shipped(article, text)
    assert found.label == "supported", found.reason


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (SNOW, "Airport closed because of snow"),
        (TRAM, "Velm tram to open in March"),
        (MATCH, "Cup match played in Tarn"),
        (SHOPS, "Norvik sells 30 shops"),
        (AUDIT, "Auditors find fraud in club's books"),
        (RESIGNED, "Mayor resigned on Monday"),
        (SOLD, "Velm Foods buys Norvik for 3 million euros"),
        (OWNER, "Police arrest owner of red van"),
        (VASES, "Museum sells painting"),
        (FERRIES, "Norvik buys yard"),
        (LEADS, "Ann Moe leads bank"),
        (MINERS, "All 14 miners rescued from flooded pit"),
        (SHEEP, "All but two of 20 sheep survive farm fire"),
        (SHEEP, "Three sheep survive farm fire"),
        (FLIGHTS, "60 flights cancelled in pay dispute"),
        (FLIGHTS, "40 flights delayed by fog"),
        (FLIGHTS, "Fog leads to cancellation of 40 flights"),
        (MARCH, "45 people arrested at march in Tarn"),
        (HIRED, "Norvik dismisses 300 workers in Velm"),
        (TREES, "5,000 trees die in drought"),
        (PASSENGERS, "240 passengers taken to hospital"),
        (WELLS, "Velm repairs 90 wells"),
        (OAK, "County's tallest tree falls on parked car"),
        (BREWER, "Galdia's richest brewer buys cheapest hops at auction"),
        (FACTORY, "Factory closes in June"),
        (ASKED, "Mayor Roos to run again"),
        (BREWERY, "Piet Moe sells brewery to Norvik"),
        (FEES, "Customers to pay back 14 million euros in fees"),
        (KNEE, "Captain Wold hurts hand"),
        (STABBED, "Nurse stabs neighbour in row over parking"),
        (STABBED, "Man stabbed by nurse in Tarn"),
        (DOG, "Firefighters rescue woman from burning flat"),
        (RAIN, "Floods expected to return to valley on Thursday"),
        (MEALS, "Parking will be free in Velm from September"),
        (VICTIMS, "Victims were Swiss, police say"),
        (WAGE, "Minimum wage raised by 10 euros"),
        (INFLATION, "Galdia's inflation falls to 2.6 percent"),
        (SLEEP, "Adults who sleep more than six hours have colds more often"),
    ],
)
def test_what_it_says_of_another_or_denies_is_not(judged_as_shipped, article, text):
    assert judged_as_shipped(article, text).label != "supported"


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (LEADS, "Piet Wold leads bank"),
        (VASES, "Museum to sell vases"),
        (LANDFILL, "Quarter of residents support landfill"),
        (THREAT, "Oder has threatened to leave party by Friday"),
    ],
)
def test_what_is_denied_of_another_or_so_far_contradicts_nothing(judged, article, text):
    assert judged(article, text).label != "contradicted"


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        (SNOW, {"snow"}),
        ("The firm has sold not 30 but 50 shops.", {"not", "30"}),
        ("Auditors did not find fraud but errors in the books.", {"fraud"}),
        ("The pool closed not because of the mayor but because of the council.", {"the", "mayor"}),
        ("It is not a tax, but the mayor says that people will pay.", set()),
        ("The house did not burn down but was badly damaged.", set()),
        ("The bridge is not only old but dangerous.", set()),
        ("The strike did not end on Monday, but talks go on.", set()),
        ("All but two of the miners were rescued.", {"two"}),
    ],
)
def test_what_not_sets_apart_is_told_by_its_words(parser, text, apart):
    (parse,) = parser.parse([text])
    assert {parse.tokens[at].text for at in set_apart(parse)} == apart


def test_who_and_what_is_set_apart_takes_no_part_in_the_deed(parser):
    texts = SOLD, AUDIT
    told = [(reading.parse.tokens, reading.frames[0]) for reading in map(read, parser.parse(texts))]
    (sold, sale), (audit, finding) = told
    assert [sold[at].text for at in sale.agents] == ["Milk"]
    assert [audit[at].text for at in finding.patients] == ["errors"]


def test_a_day_that_is_set_apart_is_not_told(parser):
    (parse,) = parser.parse([RESIGNED])
    words = [token.lower for token in parse.tokens]
    assert tells_time(read(parse), words, "tuesday")
    assert not tells_time(read(parse), words, "monday")


@pytest.mark.parametrize(
    ("text", "state"),
    [("Airport closed because of snow", "unaccounted"), ("Airport not closed because of snow", "borne_out")],
)
def test_what_is_set_apart_bears_out_only_who_denies_it(judged, text, state):
    (snow,) = (each for each in judged(SNOW, text).elements if each.text == "snow")
    assert snow.state == state


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Ida Roos: The bridge in Velm was closed.", "Ida Roos"),
        ("Police say: The bridge in Velm was closed.", "Police"),
        ("No one expected this: The bridge in Velm was closed.", None),
        ("It wasn't the first: The bridge in Velm was closed.", None),
        ("The bridge was closed; no injuries were reported.", None),
    ],
)
def test_who_stands_before_a_colon_speaks_and_a_clause_does_not(parser, text, speaker):
    (parse,) = parser.parse([text])
    found = {parse.tokens[frame.predicate].text: saying.speaker for frame, saying in sayings(parse).items()}
    assert read(parse).frames
    assert found.get("closed") == speaker
