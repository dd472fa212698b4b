"""Measures in words and times of day; expected values are what a reader would say."""

from decimal import Decimal

import pytest

from harness.claims.figures.clocks import clocks, same_clock
from harness.claims.figures.quantities import figures
from harness.claims.figures.worded import worded
from harness.language.numerals import number_values


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("It took an hour and a half.", 1.5, "hour"),
        ("It took two hours and a quarter.", 2.25, "hour"),
        ("It took 5 hours and three quarters.", 5.75, "hour"),
        ("It lasted half an hour.", 0.5, "hour"),
        ("It lasted three quarters of an hour.", 0.75, "hour"),
        ("a quarter-century later", 0.25, "century"),
        ("a mile and a half away", 1.5, "mile"),
        ("half a mile away", 0.5, "mile"),
        ("shut for a decade", 1, "decade"),
        ("for three fortnights", 6, "week"),
        ("for at least a year", 1, "year"),
        ("banned for a week", 1, "week"),
        ("a fortnight ago", 2, "week"),
        ("a month ago", 1, "month"),
        ("a week-long strike", 1, "week"),
        ("a score of tents burned", 20, ""),
        ("jailed for three years and four months", 40, "month"),
        ("jailed for three years, four months", 40, "month"),
        ("It lasted an hour and 40 minutes.", 100, "minute"),
        ("a wall of six feet two inches", 74, "inch"),
        ("two score people fled", 40, ""),
    ],
)
def test_a_measure_in_words_has_its_value(text, value, unit):
    ((_, _, found, name),) = worded(text)
    assert (found, name) == (value, unit)


@pytest.mark.parametrize(
    "text",
    ["paid £5 an hour", "3% a month", "twice a week", "a score of 3-1", "first half of the match", "half-year profit"],
)
def test_a_rate_or_another_thing_is_no_measure(text):
    assert list(worded(text)) == []


def test_a_measure_in_words_is_one_figure_with_its_noun(parser):
    (figure,) = figures(parser.parse(["The hearing lasted more than an hour and a half"])[0])
    assert (figure.value, figure.modifier, figure.unit, figure.head) == (1.5, "above", "hour", "hour")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a quarter of a million people", "250000"),
        ("three-quarters of a million", "750000"),
        ("half of a million", "500000"),
        ("a tenth of a billion", "100000000"),
    ],
)
def test_a_part_of_a_scale_is_a_number(text, value):
    ((_, found),) = number_values(text)
    assert found == Decimal(value)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("at 7.30pm", "at 7:30 p.m.", True),
        ("at 19:30", "at 7.30 pm", True),
        ("at half past seven", "at 7.30am", True),
        ("at quarter to 8", "at 7:45pm", True),
        ("at noon", "at 12pm", True),
        ("at midnight", "at 12 am", True),
        ("at 8 o'clock", "at 20:00", True),
        ("at about 7pm", "at 7:10pm", True),
        ("at 7pm", "at 7:10pm", False),
        ("at 7am", "at 7pm", False),
        ("at 07:30", "at 7.30pm", False),
        ("at noon", "at midnight", False),
    ],
)
def test_a_time_of_day_is_one_however_it_is_written(one, other, same):
    (first,), (second,) = clocks(one), clocks(other)
    assert same_clock(first, second) is same


@pytest.mark.parametrize("text", ["won 3:1", "at 25:00", "ran 2:24:10", "at 13pm", "$7.30 more", "version 7.30"])
def test_what_is_no_time_of_day(text):
    assert list(clocks(text)) == []
