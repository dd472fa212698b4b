"""Two things or people that one sentence or article tells of: what is said of the one is not said of the other."""

import pytest

from harness.claims.sentence_analysis import read

ZOO = "The zoo in Tarn has sent two lions to a park in Velm and received three zebras from there in return."
YARD = (
    "Workers at the shipyard voted on Monday to end their strike after the owner, Sarnia Marine, dropped its plan to"
    " cut 120 jobs."
)
COMET = (
    "The comet will be visible from the southern hemisphere only; in the north, clouds of dust are expected instead."
)
MOE = "Ann Moe was born in Velm, and her son studied in Oslo. She has lived in Tarn since 2004."
LINK = "Police said they had found no link between the fire at the mosque and one at a school two days earlier."
FERRY = "A ferry with 188 people on board ran aground off Velm; all were brought ashore, eleven of them with injuries."
PRINCESS = "The princess wore a dress by the young designer Lea Fowl, who had won a contest at her school in Tarn."
PORT = (
    "Shop owners protested against the decision, while the residents' group Calm Harbour welcomed it. Deputy mayor Ilse"
    " Brandt said the loss could be borne."
)
DAIRY = (
    "A court in Tarn has ordered the dairy Lacta to pay 3.2 million euros to 60 farmers whom it had paid too little."
    " Lacta's lawyer, Sven Holm, said the company would appeal. The regulator had fined Lacta last year."
)
SWIMMER = (
    "Swimmer Nora Lind broke the national record over 200 metres on Saturday. Her coach, former champion Eva Stark, had"
    " held the record since 1998. Lind will miss the European championships in June. Her teammate Ida Falk came third."
)
ROBBERY = (
    "Two men robbed a jeweller's in the centre of Velm on Thursday. A customer who tried to stop them was slightly"
    " hurt. The shop was robbed in 2021 as well, when a guard was shot dead."
)
BEAR = "A bear that had killed 11 sheep was shot by a hunter on Monday. Animal rights groups criticised the decision."
WATCHES = "Two men robbed a jeweller's in Velm on Thursday and fled on a scooter with watches worth 250,000 euros."
FARMER = "A bear was shot by a hunter near Orr on Monday. The sheep farmer, Nils Aker, said he was relieved."
STRIKE = "Tram and bus drivers in four cities stopped work on Friday in a 24-hour warning strike called by the union."
CARS = (
    "Sales of electric cars in Norland rose by a third in the first half of the year, while those of diesel cars fell."
)


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (ZOO, "Tarn zoo sends two lions to Velm park"),
        (YARD, "Shipyard workers vote to end strike"),
        (YARD, "Sarnia Marine drops plan to cut 120 jobs"),
        (COMET, "Comet to be visible from southern hemisphere"),
        (MOE, "Moe's son studied in Oslo"),
        (LINK, "Police find no link between mosque fire and school fire"),
        (FERRY, "Eleven hurt as ferry runs aground"),
        (PRINCESS, "Princess wears dress by young designer Lea Fowl"),
        (PORT, "Shop owners protest against decision"),
        (PORT, "Residents' group welcomes decision"),
        (DAIRY, "Court orders dairy Lacta to pay 3.2 million euros to farmers"),
        (DAIRY, "Lacta paid farmers too little, court says"),
        (SWIMMER, "Lind breaks national record over 200 metres"),
        (SWIMMER, "Lind to miss European championships"),
        (ROBBERY, "Two men rob jeweller's in centre of Velm"),
        (ROBBERY, "Customer hurt trying to stop robbers"),
        (CARS, "Electric car sales rise by third in Norland"),
        (WATCHES, "Watches worth 250,000 euros stolen in Velm robbery"),
        (FARMER, "Farmer relieved as bear is shot"),
        (STRIKE, "Warning strike stops trams in four cities"),
    ],
)
def test_what_is_said_of_one_is_supported(judged_as_shipped, article, text):
    found = judged_as_shipped(article, text)
    assert found.label == "supported", found.reason


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (YARD, "Sarnia Marine votes to end strike"),
        (YARD, "Sarnia Marine cuts 120 jobs"),
        (COMET, "Comet to be visible from northern hemisphere"),
        (FERRY, "188 people hurt as ferry runs aground"),
        (PRINCESS, "Princess wins contest at school in Tarn"),
        (PORT, "Shop owners welcome decision"),
        (PORT, "Residents' group protests against decision"),
        (PORT, "Deputy mayor Brandt protests against decision"),
        (DAIRY, "Regulator orders Lacta to pay 3.2 million euros"),
        (DAIRY, "Lacta's lawyer ordered to pay 3.2 million euros"),
        (DAIRY, "Lacta paid farmers too much, court says"),
        (SWIMMER, "Falk to miss European championships"),
        (SWIMMER, "Lind breaks European record over 200 metres"),
        (ROBBERY, "Customer shot dead in robbery"),
        (ROBBERY, "Robbers hurt as customer tries to stop them"),
        (CARS, "Diesel car sales rise by third in Norland"),
        (BEAR, "Animal rights groups shoot bear"),
    ],
)
def test_what_is_said_of_one_is_not_of_the_other(judged_as_shipped, article, text):
    assert judged_as_shipped(article, text).label != "supported"


def test_who_gets_something_in_return_is_not_who_sends_it(judged):
    assert judged(ZOO, "Tarn zoo receives three zebras from Velm park").label != "contradicted"


def test_who_orders_somebody_is_read_where_the_verb_looks_like_a_noun(parser):
    (parse,) = parser.parse(["Regulator orders Lacta to pay 3.2 million euros"])
    told = {parse.tokens[frame.predicate].text: frame for frame in read(parse).frames}
    assert parse.tokens[told["orders"].agents[0]].text == "Regulator"
    assert parse.tokens[told["orders"].patients[0]].text == "Lacta"
