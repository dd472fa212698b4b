"""Deeds that the articles tell of one thing, person or side, and headlines of another: each true one beside a false."""

import pytest

from harness.checkers.account.substitution import Substitute, names_apart
from harness.checkers.cluster_analysis import ClusterReading
from harness.checkers.features import lone_negation
from harness.claims.sentence_analysis import read
from harness.records import Article, Cluster

INITIALS = (
    "Rep. Anna Orla Cruz spoke on Tuesday about threats against her life. Cruz was responding to a video that portrays"
    " her as an enemy of freedom. A group had aired the video during a debate."
)
SUGAR = (
    "Lawmakers of both parties brought in a bill on Thursday to end the sugar tax. The sugar tax, which imposes a 40%"
    " excise tax on soft drinks, is to begin in 2027."
)
TALKS = (
    "The leaders of Tarnia and Velsk met in Oslo on Thursday. They agreed to exchange prisoners but not on the status"
    " of the Arva valley."
)
HOURS = "Workers at the Lund plant accepted the pay offer, but not the new hours, their union said."
STORM = "Storm Petra knocked out power to 120,000 homes in western Galdia overnight. Crews were at work on Tuesday."
VERDICT = (
    "A jury in Port Ellis on Friday found surgeon Milo Haskell not guilty of manslaughter in the death of a patient."
    " Haskell had been accused of operating while drunk."
)
RETIRES = (
    "The Norvik Ballet has named Ines Aldama its director. Aldama, 44, succeeds Karl Thorsen, who retires in August"
    " after 18 years."
)
PRIZE = (
    "Novelist Ilse Marten has won the Orrin Prize, the jury announced on Tuesday. Favourite Deon Hale missed out for"
    " the second time."
)
RULING = "A court in Benara overturned the ban on Ruth Adeya. The government said it would accept the ruling."
AVALANCHE = (
    "Three climbers died on Mount Harg on Sunday when an avalanche swept away their tent. Mira Kolb survived with"
    " broken ribs and alerted rescuers by phone."
)
CROSSINGS = (
    "Korva and Sarn agreed on Friday to reopen two border crossings. The two sides failed to agree on the status of the"
    " Ilm valley, which Sarn's troops control."
)
CHARGES = (
    "Prosecutors dropped all charges against rapper Dex Malone on Monday after the main witness withdrew her statement."
)
BOMBS = "Jets dropped bombs on the town of Tarn on Monday. The army withdrew its troops."
APPROVAL = "Fresco is to buy 120 shops from Dorin. The deal needs the approval of the competition authority."
AIRPORT = "The minister urged both sides to return to talks. He ruled out calling in the army to run Velsk airport."
VELO = "The firm's shares were traded on Monday. The chief of Velo, Ana Kos, spoke. Kos refused to step down."
MINERS = (
    "Talks between the coal miners' union and Galdia Energy ended without a result on Friday. The union rejected an"
    " offer of 4 percent over two years; it wants 9."
)
LAW = (
    "Parliament in Velsk passed a law that forbids children to use social media. It was backed by 204 of 350 members;"
    " 121 voted against and 25 abstained."
)
PROBE = "The agency lost contact with its Mars probe. A second probe will not be launched before the cause is known."
MARATHON = (
    "Peru's Rosa Quispe finished third at the Lima marathon before a home crowd. Sixty runners needed help, but nobody"
    " was taken to hospital."
)
BANK = "The bank left its key rate at 4.5 per cent. Two of the nine members of its board voted for a cut."
SHOPS = (
    "A ban on opening shops on most Sundays is lawful, the court ruled on Tuesday. The judges upheld the shopping ban."
    " The premier said on Wednesday that the judges were right to uphold the ban on shopping."
)
STONE = "Roger Stein was sentenced to three years and four months in prison on Thursday for lying to the court."
COMMISSION = (
    "The president has no plans to create a commission on the storm, his office said. Lawmakers had suggested that the"
    " president create a commission. Senators killed a bill to create a commission in May."
)
TAXES = "The premier opposes raising taxes on fuel, she said on Monday. Her partners want the premier to do so."
GIFT = "A senator gave $100 to Democrat Doug Jonas on Tuesday."


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (INITIALS, "AOC responds to video portraying her as enemy of freedom"),
        (TALKS, "No deal on Arva valley at Oslo talks"),
        (TALKS, "Tarnia and Velsk do not agree on status of Arva valley"),
        (TALKS, "Tarnia and Velsk agree to exchange prisoners"),
        (HOURS, "Workers at Lund plant accept pay offer"),
        (STORM, "Storm leaves 120,000 homes without power"),
        (STORM, "120,000 homes in Galdia without electricity after storm"),
        (VERDICT, "Jury clears Haskell of manslaughter"),
        (RETIRES, "Thorsen retires after 18 years"),
        (PRIZE, "Favourite Hale misses out on Orrin Prize for second time"),
        (RULING, "Benara government accepts ruling on Adeya"),
        (AVALANCHE, "Mira Kolb survives avalanche on Mount Harg"),
        (MINERS, "Miners turn down 4 percent offer"),
        (CHARGES, "Prosecutors drop charges against rapper"),
        (BOMBS, "Jets drop bombs on Tarn"),
        (AIRPORT, "Minister rules out calling in army"),
        (CROSSINGS, "Korva and Sarn agree to reopen border crossings"),
        (CROSSINGS, "Korva and Sarn fail to agree on status of Ilm valley"),
        (LAW, "121 vote against social media ban in Velsk"),
        (MARATHON, "Home runner Quispe takes third at Lima marathon"),
        (BANK, "Two board members vote for rate cut"),
        (SHOPS, "Judges uphold Sunday shopping ban"),
        (STONE, "Stein sentenced to 40 months in prison"),
        (COMMISSION, "President will not create commission on storm"),
        (TAXES, "Premier opposes raising fuel taxes"),
    ],
)
def test_what_is_told_of_it_is_supported(judged_as_shipped, article, text):
    assert judged_as_shipped(article, text).label == "supported", judged_as_shipped(article, text).reason


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (INITIALS, "AOB responds to video portraying her as enemy of freedom"),
        (TALKS, "No deal on exchange of prisoners"),
        (TALKS, "Tarnia and Velsk agree on status of Arva valley"),
        (TALKS, "Tarnia and Velsk do not agree to exchange prisoners"),
        (HOURS, "Workers at Lund plant accept new hours"),
        (VERDICT, "Jury convicts Haskell of manslaughter"),
        (RETIRES, "Thorsen retires after 80 years"),
        (PRIZE, "Marten wins Orrin Prize for second time"),
        (RULING, "Benara government appeals ruling on Adeya"),
        (AVALANCHE, "Mira Kolb killed in avalanche on Mount Harg"),
        (LAW, "121 vote for social media law in Velsk"),
        (CHARGES, "Rapper Dex Malone charged"),
        (AIRPORT, "Army to run Velsk airport"),
        (CROSSINGS, "Korva and Sarn agree on status of Ilm valley"),
        (MARATHON, "Sixty runners taken to hospital"),
        (BANK, "Nine board members vote for rate cut"),
        (STONE, "Stein sentenced to four months in prison"),
        (COMMISSION, "President to create commission on storm"),
        (COMMISSION, "President will create commission on storm"),
        (TAXES, "Premier raises taxes on fuel"),
        (SHOPS, "Judges uphold Monday shopping ban"),
    ],
)
def test_what_is_told_of_another_is_not_supported(judged_as_shipped, article, text):
    verdict = judged_as_shipped(article, text)
    assert verdict.label in {"contradicted", "not_found"}, verdict.reason


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (SUGAR, "Lawmakers bring in bill to repeal sugar tax"),
        (PROBE, "Launch of second probe on hold"),
        (TALKS, "Tarnia and Velsk do not agree on status of Arva valley"),
    ],
)
def test_the_account_alone_contradicts_no_true_one(judged, article, text):
    assert judged(article, text).label != "contradicted", judged(article, text).reason


def test_the_account_alone_bears_initials_out(judged):
    assert judged(INITIALS, "AOC responds to video portraying her as enemy of freedom").label == "supported"


def test_an_opposite_of_whom_a_noun_names_is_one_of_the_noun(judged):
    found = judged(VELO, "Velo chief agrees to step down")
    assert (found.label, found.reason) == ("contradicted", "the articles say “refused”, not “agrees”")


def test_a_first_time_told_in_another_word_is_not_of_another_deed(judged):
    article = "The index crossed 16,000 points for the first time on Monday. Traders cheered."
    assert "first time” of" not in judged(article, "Index hits 16,000 points for first time").reason


def test_charges_against_somebody_are_no_votes_against_it(judged):
    article = "Prosecutors in Tarn brought 12 charges against Jan Moe, all of them for theft."
    assert "other side" not in judged(article, "Jan Moe faces 12 charges for theft").reason


def test_a_denial_of_one_thing_is_a_denial_of_it(parser):
    cluster = ClusterReading(Cluster(cluster_id="c", articles=(Article(article_id="a", text=TALKS),)), parser)
    assert not lone_negation(cluster, read(parser.parse(["No deal on Arva valley"])[0]))


def test_who_accepts_a_ruling_does_not_appeal_it(judged):
    assert judged(RULING, "Benara government appeals ruling on Adeya").label == "contradicted"


def test_what_is_needed_is_not_done(judged):
    found = judged(APPROVAL, "Competition authority approves Fresco deal")
    assert (found.label, found.reason) == ("not_found", "the articles have “approves” only under “needs”, not as done")


def test_a_party_is_no_rival_of_the_name_behind_it(parser):
    cluster = ClusterReading(Cluster(cluster_id="c", articles=(Article(article_id="a", text=GIFT),)), parser)
    reading = read(parser.parse(["A senator gave $100 to Doug Jonas on Tuesday."])[0])
    mine = next(token for token in reading.parse.tokens if token.text == "Jonas")
    other = next(token for token in cluster.readings[0].parse.tokens if token.text == "Democrat")
    one = Substitute(mine.i, 0, other.i, 1.0, 1.0)
    assert not names_apart(cluster, one, reading.name_at(mine.i), mine, other)


def test_the_noun_of_a_currency_is_part_of_its_figure(judged):
    article = "The bank paid US$5 million to the estate on Friday."
    elements = judged(article, "Bank pays 5 million dollars to estate").elements
    assert not [held for held in elements if held.start < 27 and held.end > 20]
