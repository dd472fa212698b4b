"""Shares and multiples in words, and one unit for every way to write it. Values are what the words mean."""

import pytest

from harness.claims.figures.agreement import agree
from harness.claims.figures.quantities import figures


def held(parser, text):
    (parse,) = parser.parse([text])
    return [(round(figure.value, 1), figure.unit) for figure in figures(parse)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Norden cuts half of its staff", [(50.0, "percent")]),
        ("Norden cuts a quarter of its staff", [(25.0, "percent")]),
        ("Two-thirds of voters back the plan", [(66.7, "percent")]),
        ("Three in four voters back the plan", [(75.0, "percent")]),
        ("One out of ten bridges is unsafe", [(10.0, "percent")]),
        ("Three in 10 days", [(3.0, ""), (10.0, "day")]),
        ("Norden halves its staff", [(50.0, "percent")]),
        ("Sales at Norden doubled", [(2.0, "times")]),
        ("The mayor doubled down", []),
        ("Marsh won the race twice", [(2.0, "times")]),
        ("Lowen fell behind in the first half", []),
        ("Half a million people fled", [(500_000.0, "")]),
    ],
)
def test_shares_and_multiples(parser, text, expected):
    found = held(parser, text)
    assert [pair for pair in found if pair[1] != "" or pair in expected] == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The bridge is 40km long", "The bridge is 40 kilometres long"),
        ("They carried 5kg of gold", "They carried five kilograms of gold"),
        ("The lorry hit the wall at 30mph", "The lorry hit the wall at 30 miles per hour"),
        ("It was 38C in Lowen", "It was 38 degrees Celsius in Lowen"),
        ("The farm has 20ha of land", "The farm has 20 hectares of land"),
        ("Norden paid $3bn for the mill", "Norden paid 3 billion dollars for the mill"),
        ("Norden paid A$3bn for the mill", "Norden paid 3 billion Australian dollars for the mill"),
    ],
)
def test_one_unit_for_every_way_to_write_it(parser, one, other):
    assert held(parser, one) == held(parser, other) != []


@pytest.mark.parametrize(
    ("claimed", "found", "fits"),
    [
        ("Dozens were hurt", "Hundreds were hurt", False),
        ("Scores of people were hurt", "Dozens were hurt", True),
        ("Tens of thousands were hurt", "Thousands were hurt", True),
        ("A third of voters agree", "33% of voters agree", True),
        ("A third of voters agree", "37% of voters agree", False),
        ("One in three voters agree", "A third of voters agree", True),
        ("Half of voters agree", "A third of voters agree", False),
    ],
)
def test_what_a_figure_in_words_can_stand_for(parser, claimed, found, fits):
    one, other = (figures(parser.parse([text])[0])[0] for text in (claimed, found))
    assert agree(one, other) is fits
