import pytest

from harness.claims.figures.agreement import agree, clash
from harness.claims.figures.quantities import figures


def figure(parser, text):
    (found,) = figures(parser.parse([text])[0])
    return found


@pytest.mark.parametrize(
    ("text", "value", "modifier", "unit", "head"),
    [
        ("More than 150 people have been killed.", 150, "above", "", "people"),
        ("At least 50 people are dead.", 50, "above", "", "people"),
        ("About 40,000 soldiers left the city.", 40_000, "about", "", "soldier"),
        ("The firm lost $2.5 billion.", 2.5e9, "exact", "usd", ""),
        ("Prices rose by 4.5 per cent.", 4.5, "exact", "percent", "cent"),
        ("Police said they killed dozens of rioters.", 24, "vague", "", "rioter"),
        ("Each plane costs about 1.2 to 2 billion dollars.", 1.2e9, "range", "usd", "dollar"),
        ("He served twenty-one years.", 21, "exact", "year", "year"),
        ("The 81-year-old president resigned.", 81, "exact", "age", ""),
        ("More than $ 36, 000 was stolen.", 36_000, "above", "usd", ""),
        ("A bomb in May killed 12 people.", 12, "exact", "", "people"),
        ("He retires in August after 18 years.", 18, "exact", "year", "year"),
        ("In August, 18 people fled.", 18, "exact", "", "people"),
        ("On May 12, 30 people fled.", 30, "exact", "", "people"),
        ("In May the 12 men left.", 12, "exact", "", "man"),
        ("The outage lasted six hours and more.", 6, "above", "hour", "hour"),
        ("The blast left two people and more dogs dead.", 2, "exact", "", "people"),
    ],
)
def test_figures_have_value_modifier_unit_and_head(parser, text, value, modifier, unit, head):
    found = figure(parser, text)
    assert (found.value, found.modifier, found.unit) == (value, modifier, unit)
    assert found.head == head or not head


@pytest.mark.parametrize(
    ("text", "ordinal"), [("Prices rose for a third month.", True), ("It took three months.", False)]
)
def test_a_third_month_is_no_three_months(parser, text, ordinal):
    found = figure(parser, text)
    assert (found.value, found.ordinal, found.unit) == (3, ordinal, "" if ordinal else "month")


@pytest.mark.parametrize(
    "text",
    [
        "It happened on 14 March 2014.",
        "It happened on the 3rd of May.",
        "The talks of 12 and 13 May failed.",
        "They met from May 12 to 14.",
        "The crash occurred in 2014.",
        "They met at 10:45 a.m. local time.",
        "Call the police on 0800.",
        "The 7/7 bombings shocked London.",
    ],
)
def test_dates_times_and_telephone_numbers_are_not_quantities(parser, text):
    assert figures(parser.parse([text])[0]) == ()


@pytest.mark.parametrize(
    ("claimed", "found", "expected"),
    [
        ("150 people died.", "156 people died.", True),  # a rounding: off by 4 %, ten times rounder
        ("20 people died.", "24 people died.", False),  # the same step, but off by 17 %
        ("More than 150 people died.", "156 people died.", True),
        ("More than 150 people died.", "1,560 people died.", False),
        ("48 people died.", "Dozens of people died.", False),
        # A bound is the next round figure below, not any lower one.
        ("More than 50 people died.", "71 people died.", True),
        ("At least 56 people died.", "71 people died.", False),
        ("More than a dozen people died.", "19 people died.", True),
        ("More than four million people died.", "More than five million people died.", False),
        ("More than six million people died.", "Millions of people died.", False),
        ("More than 108 people died.", "Hundreds of people died.", False),
        ("140 people died.", "133 people died.", False),  # a rounding up goes to the next round figure, no further
        ("140 people died.", "137 people died.", True),
        ("More than a million people died.", "Millions of people died.", True),
        ("Up to seven million people died.", "Four million people died.", False),
        ("Up to 700 people died.", "Up to 700 people died.", True),
        ("691 people died.", "Up to 700 people died.", False),
        ("160 people died.", "At least 150 people died.", False),
        ("5 to 11 people died.", "5 to 11 people died.", True),
        ("1 to 41 people died.", "5 to 11 people died.", False),
        ("5 to 41 people died.", "5 people died.", False),
        ("40 to 45 people died.", "43 people died.", True),
        ("25,000 troops came.", "Thousands of troops came.", False),  # thousands: 2,000 to 20,000
        ("Thirteen people died.", "13 people died.", True),
        ("About 100 people died.", "104 people died.", True),
        ("Two people died.", "The second person died.", False),  # an ordinal is not a count
    ],
)
def test_a_claimed_figure_agrees_with_what_it_may_stand_for(parser, claimed, found, expected):
    assert agree(figure(parser, claimed), figure(parser, found)) is expected


def test_two_reports_clash_where_their_figures_differ_but_not_by_rounding(parser):
    more = figure(parser, "More than 150 people died.")
    assert clash(more, figure(parser, "More than 140 people died."))
    assert not clash(figure(parser, "156 people died."), figure(parser, "About 150 people died."))
    assert not clash(more, figure(parser, "Dozens of people died."))
    # 1.2 to 2 is 25 % to either side of its middle: too wide to be the report "1.4".
    assert clash(figure(parser, "It cost 1.2 to 2 billion dollars."), figure(parser, "It cost 1.4 billion dollars."))


def test_a_row_of_digits_beyond_any_figure_is_no_quantity(parser):
    assert figures(parser.parse([f"He wrote {'1' * 400} on the wall."])[0]) == ()
