"""When an article was written, what a figure counts and who says it: each true headline beside a false one."""

import pytest

from harness.claims.figures.quantities import figures
from harness.claims.sentence_analysis import read
from harness.language.text import stamp_end

TRAINER = (
    "(Sep 2, 2016 8:15 AM CET) Edda Blom, who trained the Tarn Bears for twenty years, died on Thursday in a clinic."
    " She was 79."
)
AGENCY = (
    "LONDON, March 3, 2014 (Reuters) - Transport secretary Bob Krow resigned on Monday after a row over the Velm line."
    " Krow led the department for two years."
)
WIRE = "LONDON, March 3, 2014 (Reuters) - Bishop Karl Oder resigned after an inquiry into the sale of land."
BISHOP = "Bishop Karl Oder resigned in 2014 after an inquiry. Oder spoke in Tarn on Monday about his garden."
BANK = "Banque Velm lifted its 2019 sales forecast on Monday."
MEETING = (
    "(Oct 9, 2018 9:12 AM) Mayor Ida Roos will answer questions of citizens in the town hall of Tarn on October 20, she"
    " announced."
)
BRIDGE = (
    "(Oct 9, 2018 9:12 AM) Minister Ida Roos will open a bridge in Tarn, she announced today. The bridge opens on a"
    " Wednesday."
)
RAID = (
    "An air raid on the village of Sarn on Monday killed at least seven suspected rebels, the army said. Police"
    " arrested the alleged killer of Ann Moe."
)
CUSTOMS = "Suspected smugglers shot at a customs boat off Velm on Sunday, killing three officers, the mayor said."
ICE = "Ice on the motorway near Morgen led to a pile-up of 30 lorries on Sunday."
BUS = "A bus fell into the Arva on Tuesday. Eight passengers died, say officials. Five of the dead were pupils."
NOVEL = "The novel earned 2 million euros at home and 3.5 million euros in translation, its publisher said."
TILES = "Four tiles were stolen from the chapel, while nine fell off its roof, the verger says."
SISTER = "The sister of 6-year-old Lea Fowl has won the race in Tarn. The 14-year-old girl had trained for a year."
REFUND = "This is not an everyday refund: A guest in Velm has been paid $9,000 for a noisy hotel room."
CANTEEN = "Inspectors did not notice that the canteen was charging 12 euros a meal to schools in Velm."
CLOCK = "Police seek a woman who left an auction in Velm with a $40,000 Otto Brandis clock."
GOVERNOR = "Former Gov. Tom Hallig, an engineer who built the ring road, has died. He was 68."
POLL = "Some 30% of Galdians are vegetarians, according to a poll on Friday. The share was the highest yet."
KETTLES = (
    "Norvik is recalling about 48,000 kettles because of a risk of scalding hands, wetting floors, or starting fires"
    " when their lids come off while pouring. The firm in Port Ellis has received twelve reports of scalding. Buyers"
    " should send the kettles back."
)
SHOW = "A museum will work with KNT on a show. The Harvest Club will host the show in May in Tarn."
ENGINEERS = "Twelve engineers were abducted by militants in Sarn on Sunday. Some 60 rebels had stopped their bus."
CAPTAIN = "The young captain of Dawlish Rovers, Chris Wick, 22, was bitten in the hand by a dog on Sunday."
BUILDER = "Brancusa, known for his bridges, died on Sunday at his house in Velm. He was 91."
MOVE = "Fans can only hope that this ends the rumours: Silvo Berlo is moving to Velm, he said on Sunday."
PARKING = "The council rejected the parking plan on Sunday, which marks the third time in a year."
HERD = "A dog came on a herd and 40 others ran into the river to their deaths. The cows panicked."
VOTES = "Ida Roos won six votes from Sarnia on Saturday, TV4 News reports."
CELLAR = "A tenant allegedly flooded a cellar with oil, police said."
LYNX = (
    "A young lynx is roaming the hills of Calora. The lynx crossed the river from Orvado. It is the first lynx in the"
    " country since 1950. A lynx may settle in Calora. The lynx may go back to Orvado from Calora."
)
WINDOWS = "A man from Velm broke 59 windows of his old school on Sunday. Vish Akut, 27, was arrested."
PROFIT = "Norvik made a $1.4-billion third-quarter profit, it said on Monday, and its shares rose by 9 percent."


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (TRAINER, "Bears Trainer Edda Blom Dies at 79"),
        (AGENCY, "Bob Krow resigns after row over Velm line"),
        (WIRE, "Bishop Karl Oder Resigns After Inquiry"),
        (BANK, "Banque Velm lifts sales forecast"),
        (MEETING, "Roos to Answer Questions in Town Hall on October 20"),
        (RAID, "Air Raid on Village of Sarn Kills 7 Rebel Suspects: Army"),
        (RAID, "Air raid on Sarn kills 7 rebel suspects"),
        (CUSTOMS, "3 officers killed in shooting off Velm"),
        (ICE, "Ice Leads to 30-Lorry Pile-Up on Motorway"),
        (BUS, "5 pupils dead after bus falls into Arva"),
        (NOVEL, "Novel earns 3.5 million euros in translation"),
        (TILES, "9 tiles fell off chapel's roof"),
        (SISTER, "14-Year-Old Wins Race in Tarn"),
        (REFUND, "Guest in Velm paid $9K for noisy hotel room"),
        (REFUND, "Guest in Velm Paid $9K for Hotel Room. It Is a Refund"),
        (CANTEEN, "Canteen charged 12 euros a meal to schools in Velm"),
        (CLOCK, "Woman Leaves Auction With $40K Brandis Clock"),
        (GOVERNOR, "Ex-Gov. Hallig Is Dead at 68"),
        (POLL, "Poll: 30% of Galdians Are Vegetarians"),
        (ENGINEERS, "12 engineers abducted by rebels in Sarn"),
        (CAPTAIN, "22-Year-Old Captain of Dawlish Rovers Bitten in Hand by Dog"),
        (MOVE, "Silvo Berlo is moving to Velm"),
        (PARKING, "Council rejects parking plan for third time in year"),
        (WINDOWS, "Man, 27, Breaks 59 Windows of Old School"),
        (PROFIT, "Norvik makes $1.4 billion third-quarter profit"),
        (HERD, "Dog Panics 40 Cows"),
    ],
)
def test_a_headline_that_the_article_bears_out_is_supported(judged_as_shipped, article, text):
    found = judged_as_shipped(article, text)
    assert found.label == "supported", found.reason


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (BUILDER, "Brancusa Is Dead at 91"),
        (BUS, "5 Pupils Dead as Bus Falls Into Arva"),
        (VOTES, "Roos Adds 6 Votes From Sarnia"),
        (CELLAR, "Tenant Flooded Cellar With Oil: Police"),
    ],
)
def test_the_account_alone_bears_it_out(judged, article, text):
    found = judged(article, text)
    assert (found.label, found.reason) == ("supported", "the articles say so")


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (BISHOP, "Bishop Karl Oder resigns after inquiry"),
        (BISHOP.replace("in 2014", "in March 2014"), "Bishop Karl Oder resigns after inquiry"),
        (MEETING, "Roos to Answer Questions in Town Hall on October 25"),
        (RAID, "Air Raid on Sarn Kills 7: Ida Roos"),
        (RAID, "Police arrest killer of Ann Moe"),
        (CUSTOMS, "Smugglers kill 3 officers off Velm"),
        (ICE, "Ice Leads to 40-Lorry Pile-Up on Motorway"),
        (NOVEL, "Novel earns 4.5 million euros in translation"),
        (REFUND, "Guest in Velm not paid $9K for noisy hotel room"),
        (POLL, "Poll: 60% of Galdians Are Vegetarians"),
    ],
)
def test_a_headline_that_it_does_not_is_not(judged_as_shipped, article, text):
    assert judged_as_shipped(article, text).label != "supported"


@pytest.mark.parametrize(
    ("article", "text", "reason"),
    [
        (BRIDGE, "Minister Ida Roos Will Open Bridge on October 20", "the articles say “Oct 9”"),
        (SHOW, "KNT, Harvest Club to Host Show in Tarn", "“Harvest Club” there, not “KNT”"),
        (LYNX, "Calora Has First Lynx in 70 Years", "the other one acts"),
        (KETTLES, "48K Kettles Recalled Over Scalding Risk", "not from “Kettles”"),
        (CAPTAIN, "22-year-old captain of Dawlish Rovers bitten in hand", "“young”, not “old”"),
    ],
)
def test_what_is_no_reason_against_a_headline(judged, article, text, reason):
    found = judged(article, text)
    told = [found.reason, *(element.reason for element in found.elements)]
    assert not [each for each in told if reason.lower() in each.lower()]


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
