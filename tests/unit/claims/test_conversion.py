"""Figures in other units of the same measure; expected values by the definitions (1 mile = 1.609344 km, …)."""

import pytest

from harness.claims.figures.conversion import counterpart, is_converted
from harness.claims.figures.quantities import figures
from harness.claims.typography import plain


def figure(parser, text):
    (found,) = figures(parser.parse([plain(text).text])[0])
    return found


SAME = [
    ("The surgery took 90 minutes.", "The surgery took 1.5 hours."),
    ("The strike lasted 48 hours.", "The strike lasted two days."),
    ("He was jailed for 18 months.", "He was jailed for 1.5 years."),
    ("The bridge is 25 miles long.", "The bridge is 40 kilometres long."),  # 24.85 miles
    ("The bridge is 40km long.", "The bridge is 25 miles long."),  # 40.23 km
    ("It reached 104°F.", "It reached 40 degrees Celsius."),
    ("It reached 40C.", "It reached 104 degrees Fahrenheit."),
    ("They seized 110 pounds of cocaine.", "They seized 50kg of cocaine."),  # 110.23 lb
    ("They seized 110lb of cocaine.", "They seized 50 kilograms of cocaine."),
    ("Fire burned 5,000 acres.", "Fire burned 2,000 hectares."),  # 4,942
    ("Fire burned 4,900 acres.", "Fire burned 2,000 hectares."),
    ("Fire burned 20 square kilometres.", "Fire burned 2,000 hectares."),
    ("The ship is 984 feet long.", "The ship is 300 metres long."),
    ("Winds reached 100 mph.", "Winds reached 160 km/h."),  # 99.4 mph
]
OTHER = [
    ("The surgery took 60 minutes.", "The surgery took 1.5 hours."),
    ("The surgery took 90 hours.", "The surgery took 90 minutes."),
    ("The bridge is 40 miles long.", "The bridge is 40 kilometres long."),
    ("It reached 40°F.", "It reached 40°C."),
    ("It reached 110F.", "It reached 40°C."),
    ("They seized 50 pounds of cocaine.", "They seized 50kg of cocaine."),
    ("Fire burned 2,000 acres.", "Fire burned 2,000 hectares."),
    ("The firm paid $50.", "The firm paid £50."),
    ("The firm paid A$50.", "The firm paid C$50."),
    ("The firm paid CHF 50.", "The firm paid 50 euros."),
    ("The firm paid 50 yen.", "The firm paid 50 yuan."),
    ("The walk took 7 days.", "The walk was 7 km long."),
    ("He is 6 feet tall.", "He ran six minutes."),
]


@pytest.mark.parametrize(("claimed", "found"), SAME)
def test_a_figure_stands_for_the_same_in_another_unit(parser, claimed, found):
    mine, theirs = figure(parser, claimed), figure(parser, found)
    other = counterpart(mine, theirs)
    assert other is not None
    assert (other.unit, other.start, other.end) == (mine.unit, theirs.start, theirs.end)
    assert is_converted(mine, [(0, theirs)])
    assert not is_converted(mine, [(0, theirs), (1, mine)])


@pytest.mark.parametrize(("claimed", "found"), OTHER)
def test_it_stands_for_no_other(parser, claimed, found):
    assert counterpart(figure(parser, claimed), figure(parser, found)) is None


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("It paid AUD 2.4 million.", "aud"),
        ("It paid A$2.4m.", "aud"),
        ("It paid AU$2.4m.", "aud"),
        ("It paid 2.4m AUD.", "aud"),
        ("It paid 2.4 million Australian dollars.", "aud"),
        ("It paid CA$2.4m.", "cad"),
        ("It paid CHF 2.4m.", "chf"),
        ("It paid 2.4m Swiss francs.", "chf"),
        ("It paid 2.4m yen.", "yen"),
        ("It paid ¥2.4m.", "yen"),
        ("It paid 1.5 billion USD.", "us$"),
        ("It paid £ 2.4 m.", "gbp"),
    ],
)
def test_a_currency_is_one_however_it_is_written(parser, text, unit):
    found = figure(parser, text)
    assert found.unit == unit
    assert found.value in {2.4e6, 1.5e9}
