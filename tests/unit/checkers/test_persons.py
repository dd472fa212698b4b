"""Ages and countries told of somebody else, and days given to other deeds."""

import pytest

from harness.claims.persons import ages, countries
from harness.claims.sentence_analysis import read

WEDDING = "Singer Ann Moe, 34, married actor Bo Lind, 27, in Oslo on Saturday. They met on a film set."
SAILOR = (
    "A 17-year-old from Bergen has become the youngest person to sail around the world alone. Jonas Eide landed on"
    " Saturday after 211 days at sea. The previous record holder, Australian Kim Parr, was 18."
)
BIRTHDAY = "Painter Ida Holm, 60, died on Monday. She would have been 61 on Tuesday."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Singer Ann Moe, 34, marries actor Bo Lind, 27.", {"moe": 34, "lind": 27}),
        ("34-year-old Ann Moe marries actor Bo Lind", {"moe": 34}),
        ("A 34-year-old singer, Ann Moe, was hurt.", {"moe": 34}),
        ("Ann Moe (34) wins", {"moe": 34}),
        ("Ann Moe, aged 34, won.", {"moe": 34}),
        ("The victim, Ann Moe, was 34.", {"moe": 34}),
        ("Chelsea, 3, beat Arsenal, 2.", {}),
        ("Ann Moe, 34 others hurt", {}),
        ("Ann Moe was 34 minutes late.", {}),
        ("A 34-year-old from Oslo met Ann Moe.", {}),
        ("Ann Moe, 340, won.", {}),
        ("Ann Moe, 3.5, won.", {}),
    ],
)
def test_ages_are_read_beside_names(parser, text, told):
    found = {name.words[-1]: figure.value for name, figure in ages(read(parser.parse([text])[0]))}
    assert found == told


@pytest.mark.parametrize(
    ("article", "text", "reason"),
    [
        (WEDDING, "Ann Moe, 27, marries Bo Lind, 34", "the articles have “Singer Ann Moe” as 34, not 27"),
        (WEDDING, "27-year-old Ann Moe marries actor Bo Lind", "the articles have “Singer Ann Moe” as 34, not 27"),
        (SAILOR, "Eide, 18, sails around world alone", "the articles have “Australian Kim Parr” as 18, not “Eide”"),
    ],
)
def test_an_age_of_somebody_else_holds_a_text_up(judged, article, text, reason):
    found = judged(article, text)
    assert (found.label, found.reason) == ("not_found", reason)


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (WEDDING, "Ann Moe, 34, marries Bo Lind, 27"),
        (WEDDING, "34-year-old Ann Moe marries actor Bo Lind"),
        (SAILOR, "Jonas Eide, 17, sails around the world"),
        (BIRTHDAY, "Painter Ida Holm, 61, dies"),  # by a year two articles differ, too
    ],
)
def test_an_age_of_their_own_or_of_nobody_named_does_not(judged, article, text):
    assert "as " not in judged(article, text).reason


RACE = (
    "Sprinter Lena Hauge won gold in Lund on Sunday, ahead of Britain's Amy Cole. The favourite, Italy's Sara Conti,"
    " fell in the semi-final."
)
LAW = "Parliament in Velsk passed a law on Monday that bans social media for children. It takes effect next January."
NURSE = "A nurse was charged on Tuesday with poisoning three patients. She was arrested in March."
PLANT = "The firm will close its plant in Bolt in June, it said on Friday."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Britain's Amy Cole wins", {"cole": "britain"}),
        ("The Italian singer Ann Moe met Bo Lind.", {"moe": "italy"}),
        ("Ann Moe of Italy met Bo Lind.", {"moe": "italy"}),
        ("Australian Kim Parr was 18.", {"parr": "australia"}),
        ("Ann Moe sang in Italy.", {}),
    ],
)
def test_countries_are_read_beside_names(parser, text, told):
    found = {name.words[-1]: nation.lower() for name, nation, _ in countries(read(parser.parse([text])[0]))}
    assert found == told


@pytest.mark.parametrize(
    ("article", "text", "reason"),
    [
        (RACE, "Britain's Lena Hauge wins gold", "the articles have “Britain” of “Amy Cole”, not of “Lena Hauge”"),
        (
            RACE,
            "British sprinter Lena Hauge wins gold",
            "the articles have “Britain” of “Amy Cole”, not of “Lena Hauge”",
        ),
        (LAW, "Law takes effect on Monday", "the articles have “January” for “takes”, not “Monday”"),
        (NURSE, "Nurse charged in March", "the articles have “Tuesday” for “charged”, not “March”"),
        (PLANT, "Firm to close plant on Friday", "the articles have “June” for “close”, not “Friday”"),
    ],
)
def test_a_country_or_day_of_something_else_holds_a_text_up(judged_as_shipped, article, text, reason):
    found = judged_as_shipped(article, text)
    assert (found.label, found.reason) == ("not_found", reason)


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (RACE, "Lena Hauge wins gold ahead of British sprinter Amy Cole"),
        (RACE, "Italy's Sara Conti falls in semi-final"),
        (LAW, "Law to take effect in January"),
        (LAW, "Parliament in Velsk passes law on Monday"),
        (NURSE, "Nurse arrested in March charged on Tuesday"),
        (PLANT, "Firm says on Friday it will close plant in Bolt"),
    ],
)
def test_a_country_or_day_of_their_own_does_not(judged_as_shipped, article, text):
    assert judged_as_shipped(article, text).label == "supported", judged_as_shipped(article, text).reason


def test_a_country_that_is_told_of_nobody_may_be_anybodys(judged):
    article = f"{RACE} She grew up in Britain."
    assert "not of" not in judged(article, "Britain's Lena Hauge wins gold").reason


def test_a_deed_without_a_time_may_have_been_done_then(judged):
    article = "Velo closed a plant on Monday. It closed another plant, too. It sold its shops in June."
    assert "not “June”" not in judged(article, "Velo closes plant in June").reason
    assert (
        "not “June”"
        in judged(article.replace("It closed another plant, too. ", ""), "Velo closes plant in June").reason
    )


def test_a_year_is_told_by_a_month_of_no_year(judged):
    article = "The treaty was signed on 12 May 1998 in Oslo. It ended nine years of war between Vesta and Lund."
    assert "not “1998”" not in judged(article, "Treaty signed in 1998 ended war between Vesta and Lund").reason
