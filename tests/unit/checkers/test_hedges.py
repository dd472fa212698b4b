"""What the articles only consider, fear or plan is not told as done; a negation bears out only one of its own deed."""

import pytest

from harness.checkers.ensemble import Ensemble
from harness.checkers.features import lone_negation
from harness.checkers.rules import RulesSession
from harness.records import Article, Cluster

TUNNEL = "The council of Varde may close the road tunnel in May. Engineer Tove Lind inspected the tunnel on Sunday."
STRIKE = "Ferry workers are threatening to strike over pay, their union Havn said. The line carries 900 people a day."
BUDGET = "Premier Ruud is considering an early election, an aide said. Ruud met the king in Holm on Friday."
TAX = "The cabinet of Ruritania will cut the tax on diesel in June, minister Ana Roth said."
BOTH = "The council of Varde may close the road tunnel. On Monday the council closed the road tunnel for a day."


@pytest.mark.parametrize(
    ("article", "text", "under"),
    [
        (TUNNEL, "Council closes road tunnel", "may"),
        (TUNNEL, "Road tunnel in Varde closed", "may"),
        (STRIKE, "Ferry workers strike over pay", "threatening"),
        (BUDGET, "Premier Ruud calls early election", "considering"),
        (TAX, "Cabinet of Ruritania has cut tax on diesel", "will"),
        ("Residents of Skov fear that the dam will burst.", "Dam bursts at Skov", "fear"),
        ("Traders expect the mint to issue a gold coin.", "Mint issues gold coin", "expect"),
        ("The mint hopes to issue a gold coin.", "Mint issues gold coin", "hopes"),
        ("The mint had been due to issue a gold coin.", "Mint issues gold coin", "due"),
        ("Norvik had planned to sell the old ferry.", "Norvik sells old ferry", "planned"),
        ("The fair was due to begin in Skov, but was put off.", "Fair begins in Skov", "due"),
        ("A panel proposed that the ferry be sold.", "Ferry sold", "be"),
        ("A panel insisted that Karl Venn be freed.", "Karl Venn freed", "be"),
        ("A panel recommends selling the old ferry.", "Old ferry sold", "recommends"),
    ],
)
def test_what_is_only_possible_or_planned_is_not_told_as_done(judged, article, text, under):
    whole = judged(article, text)
    assert (whole.label, whole.errors[0]) == ("not_found", "modality"), whole.reason
    assert f"under “{under}”" in whole.reason
    held = next(each for each in whole.elements if each.kind == "modality")
    assert [each.text for each in held.evidence] == [under]


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (TUNNEL, "Council may close road tunnel"),
        (TUNNEL, "Engineer inspects road tunnel"),
        (STRIKE, "Ferry workers threaten to strike over pay"),
        (BUDGET, "Premier Ruud considers early election"),
        (TAX, "Cabinet of Ruritania to cut tax on diesel"),
        (TAX, "Cabinet of Ruritania cuts tax on diesel"),  # a headline's present tense may mean what is to come
        (BOTH, "Council closes road tunnel in Varde"),  # one sentence that tells it as done settles it
        ("Rescuers could hear voices in the shaft at Skov.", "Rescuers hear voices in shaft at Skov"),
    ],
)
def test_a_claim_that_hedges_as_the_articles_do_or_that_one_of_them_tells_as_done_is_not_held_up(judged, article, text):
    assert all(each.kind != "modality" for each in judged(article, text).elements)


LIBRARY = (
    "Holm kept its library open by one vote. The mayor said she did not sell the site. The school was not damaged."
)
SWIM = "The storm kept swimmer Ida Moe from crossing the strait. Moe, 40, had trained for a year."


@pytest.mark.parametrize(
    "text", ["Holm does not keep library open by one vote", "Mayor of Holm did not say she sold site"]
)
def test_a_negation_of_something_else_bears_none_out(judged, text):
    whole = judged(LIBRARY, text)
    assert whole.label in {"not_found", "contradicted"}, whole.reason
    assert "negation" in whole.errors


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (LIBRARY, "Mayor of Holm did not sell site of library"),
        (LIBRARY, "School in Holm not damaged"),
        ("Nobody was hurt when the crane fell at Holm.", "Crane falls at Holm without hurting anyone"),
        ("No passenger was hurt when the crane fell at Holm.", "Passengers not hurt as crane falls at Holm"),
        ("A jury in Holm acquitted Ole Hauk of fraud.", "Ole Hauk not convicted of fraud in Holm"),
        ("Judge Moe refused to release the file on Holm.", "Judge Moe does not release file on Holm"),
    ],
)
def test_a_negation_is_borne_out_by_one_of_the_same_deed_or_by_its_opposite(judged, article, text):
    assert all(each.kind != "polarity" or each.state == "borne_out" for each in judged(article, text).elements)


def test_who_is_kept_from_a_deed_does_not_do_it(judged):
    assert judged("Illness meant that Ida Moe could not vote on Holm.", "Illness keeps Ida Moe from voting "
                 "on Holm").label != "contradicted"  # fmt: skip
    assert judged(SWIM, "Storm keeps swimmer Ida Moe from crossing strait").label == "supported"


def test_a_vote_of_no_confidence_negates_nothing(judged):
    article = "Premier Orr narrowly survived a no-confidence vote in Holm on Monday."
    assert judged(article, "Premier Orr survives no-confidence vote").label == "supported"
    assert judged(article, "Premier Orr does not survive no-confidence vote").label != "supported"


def test_of_two_people_one_may_be_convicted_and_the_other_cleared(judged):
    article = "A jury on Friday convicted trader Ole Hauk of fraud but cleared his father, the former chairman."
    assert judged(article, "Trader guilty of fraud as former chairman father is acquitted").label == "supported"


def test_a_dispute_between_two_denies_nothing(judged):
    article = (
        "The dispute over the quay of Holm went on. Tarrant took the harbour board to court over the quay on Friday."
    )
    assert judged(article, "Tarrant takes harbour board to court over quay of Holm").label == "supported"


def test_a_negation_does_not_reach_into_a_clause_that_says_more(judged):
    article = "Orrin has no plan to build a road through the valley where the grey heron was photographed in Holm."
    assert judged(article, "Grey heron not photographed in valley in Holm").label != "supported"


QUARRY = (
    "The quarry at Holm employs 40 people. The owner, Bexley Stone, announced a review on Friday after a landslide. "
    "Its lawyers spoke of a quiet week. Police in Holm said that they had made no arrests. The quarry has not reopened "
    "since the landslide. No records were lost or stolen. Foreman Arne Vik was released without charge."
)


@pytest.mark.parametrize(
    ("text", "deed", "denial"),
    [
        ("Police in Holm made arrests after landslide", "made", "no"),
        ("Foreman Arne Vik charged in Holm", "charged", "without"),
        ("Foreman of quarry charged", "charged", "without"),
        ("Police make arrests at quarry", "make", "no"),
    ],
)
def test_a_deed_that_every_sentence_which_has_it_denies_is_not_told_as_done(parser, text, deed, denial):
    quarry = Cluster(cluster_id="c", articles=(Article(article_id="a", text=QUARRY),))
    with Ensemble().open() as session:  # by itself the account says more of denials than the model lets stand
        whole = session.check(quarry, text)[0]
    assert (whole.label, whole.errors[0]) == ("not_found", "negation"), whole.reason
    assert whole.reason == f"the articles deny “{deed}” (“{denial}”)"


@pytest.mark.parametrize(
    ("told", "text", "denial"),
    [
        ("The ferry Halda reached Skov late. Nobody aboard was hurt.", "Passengers hurt aboard ferry Halda", "Nobody"),
        (
            "No one was killed as the roof of the Orne mill fell in.",
            "Workers killed as roof of Orne mill falls in",
            "No",
        ),
        (
            "No one was killed when the roof of the Orne arena gave way, rescuers said.",
            "Fans killed as roof of Orne arena gives way",
            "No",
        ),
        (
            "The pilot managed to land the plane without any of the 88 passengers being hurt.",
            "Passengers hurt as pilot lands plane",
            "without",
        ),
        ("The probe left Skov without any of its lamps being switched on.", "Lamps of probe switched on", "without"),
        ("Teachers in Skov met on Monday. None of them backed the walkout.", "Skov teachers backed walkout", "None"),
        ("Norvik has yet to repair the dam.", "Norvik repairs dam", "yet"),
        ("There was no fire at the Orne mill, police said.", "Fire breaks out at Orne mill", "no"),
        ("The pilot landed in Skov without any of the crew being hurt.", "Crew hurt as pilot lands in Skov", "without"),
    ],
)
def test_what_nobody_did_or_what_never_was_is_not_told_as_done(judged, told: str, text: str, denial: str):
    found = judged(told, text)
    assert found.label in {"not_found", "contradicted"}
    assert found.label == "contradicted" or f"(“{denial}”)" in found.reason


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ("No fire brigade came to the fire at the Orne mill.", "Fire breaks out at Orne mill"),
        ("It is not true that the lake at Skov was poisoned, police said.", "Lake at Skov was not poisoned"),
        ("The band cancelled its Leeds concert an hour before doors opened.", "Band cancels Leeds concert"),
        ("A panel in Skov will settle the fine for Norvik in May.", "Panel has yet to settle fine for Norvik"),
        (
            "No one was killed when the roof of the Orne arena gave way.",
            "No one killed as roof of Orne arena gives way",
        ),
        (
            "Families may be moved from homes near the mill, police said. Families left homes near the mill on Friday.",
            "Hundreds moved from homes near mill",
        ),
        (
            "No one was killed in Skov on Monday when the roof gave way.",
            "No one killed in Skov on Monday as roof gives way",
        ),
        ("It is untrue that Lund Bank froze the accounts of Skov.", "Lund Bank did not freeze accounts of Skov"),
        ("Nobody was hurt when the mill at Skov caved in.", "No one hurt as mill at Skov caves in"),
        ("Shops in Skov were told not to sell the toy.", "Shops in Skov told not to sell toy"),
        ("Norvik has yet to repair the dam.", "Norvik has not repaired dam"),
    ],
)
def test_what_the_text_says_itself_or_one_sentence_tells_is_held_against_nobody(judged, told: str, text: str):
    found = judged(told, text)
    assert not [each.reason for each in found.elements if each.kind in {"modality", "polarity"} and each.reason]
    assert found.label != "contradicted"
    assert "no article says so" not in found.reason


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (f"{QUARRY} Police made arrests in Skov.", "Police made arrests after landslide"),  # one tells it as done
        (QUARRY, "Police in Holm made no arrests"),
        ("Bexley Stone does not know that the quarry at Holm reopened.", "Quarry at Holm reopened"),
        ("Mayor Ida Roos will not take a rise. She is to open the quay.", "Mayor Roos took part in opening of quay"),
    ],
)
def test_a_deed_that_is_told_once_or_left_open_or_done_to_something_else_is_not_denied(judged, article, text):
    assert all(not each.reason.startswith("the articles deny") for each in judged(article, text).elements)


def test_a_headline_that_checks_what_somebody_says_tells_nothing_that_could_be_denied(judged):
    article = "Premier Orr made four false claims at the Holm debate. The debate in Holm was on Friday."
    assert judged(article, "Fact-checking Premier Orr's claims at Holm debate").label != "contradicted"


def test_how_nearly_a_figure_holds_is_no_word_of_its_own(judged):
    article = "A bus left the road at Holm and 14 passengers were hurt on Friday."
    words = {each.text.lower() for each in judged(article, "At least 14 passengers hurt at Holm").elements}
    assert "least" not in words
    assert "nearly" not in {each.text for each in judged(article, "Bus hurts nearly 14 passengers in Holm").elements}


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ("A judge acquitted Ana Rusk of setting fire to her own shop.", "Ana Rusk set fire to her own shop"),
        ("A court cleared baker Ana Rusk of selling stolen flour.", "Ana Rusk sold stolen flour"),
        ("Neighbours stopped Karl Venn from jumping into the river.", "Karl Venn jumped into the river"),
        ("Karl Venn refrained from attacking the mayor.", "Karl Venn attacked the mayor"),
        ("Milkfirm was barred from selling yoghurt in Torvia.", "Milkfirm sold yoghurt in Torvia"),
        ("Lund Bank ruled out leaving Torvia.", "Lund Bank left Torvia"),
        ("Lund Bank avoided paying the fine.", "Lund Bank paid the fine"),
        ("Lund Bank avoided collapse on Monday.", "Lund Bank collapses on Monday"),
        ("A bus with 30 pupils nearly fell into the Orne river.", "Bus falls into Orne river"),
        ("The train almost hit a cow near Skov.", "Train hits cow near Skov"),
        ("If the dam breaks, 3,000 people will have to leave Skov.", "3,000 people leave Skov as dam breaks"),
        ("Instead of closing the mine, Norvik will hire 50 workers.", "Norvik to close mine"),
        ("Rather than sell the ferry, Kessel Line will repair it in Skov.", "Kessel Line to sell ferry"),
        ("A plan to build a tunnel under the Orne has been scrapped.", "Tunnel to be built under the Orne"),
        ("Lund Bank postponed the sale of its head office.", "Lund Bank sells head office"),
        ("Norvik cancelled its order for 20 trains.", "Norvik orders 20 trains"),
        ("The board stopped short of sacking Karl Venn.", "Board sacks Karl Venn"),
        ("The mayor shied away from taxing cars.", "Mayor taxes cars"),
        ("Norvik backed out of building a yard in Skov.", "Norvik builds yard in Skov"),
        ("The bid to buy Lund Bank collapsed on Monday.", "Lund Bank bought on Monday"),
        ("A vote to expel Karl Venn fell through.", "Vote expels Karl Venn"),
        ("A move to expel Karl Venn collapsed on Monday.", "Karl Venn expelled on Monday"),
        ("The club has ruled out selling striker Ana Reve to Skov this winter.", "Club sells striker Ana Reve to Skov"),
        ("The union called off a strike at Skov yard.", "Dockers strike at Skov yard"),
    ],
)
def test_a_deed_that_somebody_is_cleared_of_or_kept_from_is_not_told_as_done(judged, told: str, text: str):
    verdict = judged(f"{told} The case has drawn wide interest in the town.", text)
    assert verdict.label == "not_found", verdict.reason
    assert verdict.errors[0] == "modality"


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ("A judge acquitted Ana Rusk of arson.", "Ana Rusk acquitted of arson"),
        ("A court cleared baker Ana Rusk of selling stolen flour.", "Ana Rusk cleared of selling stolen flour"),
        ("Milkfirm was barred from selling yoghurt in Torvia.", "Milkfirm barred from selling yoghurt in Torvia"),
        ("Lund Bank ruled out leaving Torvia.", "Lund Bank rules out leaving Torvia"),
        ("Karl Venn was convicted of attacking the mayor.", "Karl Venn attacked the mayor"),
        ("Karl Venn apologised for attacking the mayor.", "Karl Venn attacked the mayor"),
        ("Milkfirm was barred from selling yoghurt, which it had sold in Torvia.", "Milkfirm sold yoghurt in Torvia"),
        ("Nearly 100 people fell ill at the camp in Torvia.", "Nearly 100 fall ill at Torvia camp"),
        ("If talks fail, drivers will strike on Monday, the union said.", "Drivers to strike on Monday if talks fail"),
        ("Torvia delayed the launch of its satellite. It was launched on Friday at dawn.", "Torvia launches satellite"),
    ],
)
def test_to_tell_of_the_clearing_or_of_a_deed_that_was_done_is_supported(judged, told: str, text: str):
    assert judged(f"{told} The case has drawn wide interest in the town.", text).label == "supported"


@pytest.mark.parametrize(
    ("article", "text"),
    [
        # A condition denies nothing, and neither does an order.
        ("If the bones of Holm do not belong to Ida Roos, they are of her twin.", "Bones of Holm belong to Ida Roos"),
        ("Do not call the coastguard of Holm about a lost key.", "Man calls coastguard of Holm about lost key"),
        # What is done no longer was done before.
        ("In 2009 the ministry of Ruritania granted visas to partners of diplomats.",
         "Ministry of Ruritania no longer grants visas to partners of diplomats"),
        # What a text itself says is over or unlikely is not denied by who denies it.
        ("The state of Orrin will not fund agencies that turn couples away.", "Orrin to stop funding agencies"),
        ("The senate of Orrin will not vote to call witnesses.", "Vote to call witnesses in Orrin senate unlikely"),
    ],
)  # fmt: skip
def test_what_denies_nothing_contradicts_nothing(judged, article, text):
    assert judged(article, text).label != "contradicted"


def test_who_denies_a_role_in_it_takes_nothing_back(judged):
    article = (
        "A spokesman of the Korrin denied that the group was behind a huge blast that killed 43 in Holm on Friday."
    )
    assert "denies or doubts" not in judged(article, "Blast kills 43 in Holm, but Korrin deny role").reason


def test_a_ban_that_the_articles_have_needs_no_other_negation(judged):
    article = (
        "Governor Abel Roth issued an order on Monday, banning any firm in Orrin, private ones included, from asking."
    )
    assert "says “bans”" not in judged(article, "Governor Roth bans all firms in Orrin from asking").reason


FARES = (
    "Tram fares in Varde will not go up this year, Citylink said. Citylink has no plans to build a night line. "
    "The mayor decided against closing the pool."
)
BOATS = "The ferry company of Skov will sell two boats. It will not sell the Runa, its oldest boat."
JAIL = "Ole Hauk must remain in jail until March because he failed to remain in a clinic, a judge in Holm said."


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (FARES, "Tram fares to go up"),
        (FARES, "Tram fares in Varde will go up"),
        (FARES, "Citylink to build night line"),
        (FARES, "Mayor to close pool"),
        (BOATS, "Ferry company to sell the Runa"),
        (JAIL, "Ole Hauk must not remain in jail"),
        ("There is no better way to help Varde than having the bridge repaired.", "Bridge in Varde not repaired"),
    ],
)  # fmt: skip
def test_what_is_to_come_or_not_to_come_is_not_what_the_articles_deny(judged, article, text):
    whole = judged(article, text)
    assert whole.label in {"not_found", "contradicted"}, whole.reason
    assert {"negation", "modality"} & {*whole.errors}


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (FARES, "Tram fares in Varde will not go up"),
        (JAIL, "Ole Hauk must remain in jail"),
        (TAX, "Cabinet of Ruritania will cut tax on diesel"),
    ],
)
def test_what_is_to_come_as_the_articles_have_it_is_supported(judged, article, text):
    assert judged(article, text).label == "supported"


@pytest.mark.parametrize(
    ("text", "lone"), [("Panel has yet to settle fine", False), ("Panel has not settled fine", True)]
)
def test_what_is_yet_to_be_done_need_not_be_denied(parser, text: str, lone: bool):
    panel = Cluster(cluster_id="c", articles=(Article(article_id="a", text="A panel in Skov will settle the fine."),))
    session = RulesSession("s", parser, "headline", None)
    one = session.examined(panel, [text])[0][0]
    assert lone_negation(session.reading_of(panel), one.reading) is lone
