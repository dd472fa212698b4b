"""Reading numbers out of news English. Expected values are what a reader would say the words mean."""

import random
from decimal import Decimal

import pytest

from harness.language.numerals import _read_through, number_values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2,500 people", {"2,500": "2500"}),
        ("in 1,00,000 homes", {"1,00,000": "100000"}),
        ("on May 5,2015", {"5": "5", "2015": "2015"}),
        ("a .44 and a 0.5", {".44": "0.44", "0.5": "0.5"}),
        ("2.5 million or 3bn or £10k or $4m", {"2.5 million": "2500000", "3bn": "3e9", "10k": "10000", "4m": "4e6"}),
        ("EUR3.5m, Rs500, 5M and 1K", {"3.5m": "3500000", "500": "500", "5M": "5000000", "1K": "1000"}),
        ("5m people in the 100m race, 110m hurdles", {"5m": "5000000", "100": "100", "110": "110"}),
        ("Twenty-one of ninety nine", {"Twenty-one": "21", "ninety nine": "99"}),
        ("one hundred and twenty-three thousand four hundred and five", {"*": "123405"}),
        ("two hundred and fifty thousand", {"*": "250000"}),
        ("twelve hundred and two", {"*": "1202"}),
        ("a $1.4-billion third-quarter profit", {"1.4-billion": "1.4e9", "third": "3"}),
        ("a million and first of two hundred third", {"*": "1000001 203"}),
        ("between one hundred and two hundred", {"one hundred": "100", "two hundred": "200"}),
        ("two thousand and five thousand", {"two thousand": "2000", "five thousand": "5000"}),
        ("a dozen, two dozen, half a dozen", {"a dozen": "12", "two dozen": "24", "half a dozen": "6"}),
        ("half a million; two and a half million; 2½ years", {"*": "500000 2500000 2.5"}),
        ("two-thirds, three quarters, one half", {"*": f"{Decimal(2) / 3} 0.75 0.5"}),
        ("the twenty-first, the 22nd and the third man", {"twenty-first": "21", "22nd": "22", "third": "3"}),
        ("12.5% or twelve per cent", {"12.5": "12.5", "twelve": "12"}),
        ("at 5:52 a.m.", {"5:52": "5.52"}),
        ("the 1990s, a 10-year-old, 10-15", {"*": "1990 10 10 15"}),
        ("ten-second wait, the second man", {"ten": "10", "second": "2"}),
        ("one of them, but no one hit one another", {"one": "1"}),
        ("one and two", {"one": "1", "two": "2"}),
        ("G20, COVID-19, F-16s and A320", {}),
        ("dozens, hundreds of thousands, several hundred, a half, million", {}),
        ("", {}),
    ],
)
def test_numbers_are_read_as_a_reader_would(text: str, expected: dict[str, str]):
    found = [(text[start:end], value) for (start, end), value in number_values(text)]
    if "*" in expected:
        assert [value for _, value in found] == [Decimal(value) for value in expected["*"].split()]
    else:
        assert found == [(piece, Decimal(value)) for piece, value in expected.items()]


def test_equal_numbers_hash_alike_however_they_are_written():
    texts = ["twelve", "12", "12.0", "a dozen", "twelfth", "12th"]
    assert {number_values(text)[0][1] for text in texts} == {Decimal(12)}


def test_a_whole_number_phrase_is_one_span():
    text = "Some two hundred and fifty thousand fled"
    assert [text[start:end] for (start, end), _ in number_values(text)] == ["two hundred and fifty thousand"]


NUMBERS = (
    *("one", "two", "Five", "twenty", "TWENTY-ONE", "hundred", "thousand", "million", "lakh", "dozen", "mn", "first"),
    *("second", "third", "thirds", "quarter", "half", "a", "an", "and", "no", "any", "another", "hundredth", "dozens"),
    *(
        "5",
        "12",
        "5m",
        "10k",
        "3bn",
        "2,500",
        "1,00,000",
        ".44",
        "0.5",
        "2½",
        "½",
        "5:52",
        "21st",
        "3rd.",
        "G20",
        "F-16",
    ),
    *(
        "$5m",
        "€",
        "EUR",
        "Rs.",
        "USD",
        "xEUR",
        "EUR5m",
        "٣",
        "０１",
        "five\u00a0million",
        "two-and-a-half",
        "fi\u00advefive",
    ),
)
OTHERS = (
    "people",
    "hurdles",
    "more",
    "metres",
    "men",
    "said",
    "said.",
    "is",
    "",
    "",
    "(",
    "Café",
    "Ελλάς",
    "日本",
    "x_y",
    "İ",
)
JOINTS = (*[" "] * 14, "  ", "\n", "\t", "\u00a0", "-", "‑", ", ", ". ", "")


def test_what_stands_round_a_number_is_enough_to_read_it():
    """Read in stretches, a text has the numbers that it has read word by word."""
    draw = random.Random(5)
    held = 0
    for _ in range(6000):
        words = [draw.choice(NUMBERS if draw.random() < 0.6 else OTHERS) for _ in range(draw.randrange(1, 25))]
        text = "".join(part for word in words for part in (word, draw.choice(JOINTS)))
        found = number_values(text)
        assert found == _read_through(text), text
        held += len(found)
    assert held > 20_000


@pytest.mark.parametrize("gap", [",", "\u00a0", "\u202f", "\u2009", " ", "'", "’"])
def test_whatever_stands_between_thousands(gap):
    text = f"in all 16{gap}181 homes and 2{gap}500{gap}000 people"
    assert [(text[start:end], int(value)) for (start, end), value in number_values(text)] == [
        (f"16{gap}181", 16_181), (f"2{gap}500{gap}000", 2_500_000),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("on Jan 16 181 people", [16, 181]),
        ("call 555 123 4567", [555, 123, 4567]),
        ("in 2021 300 people", [2021, 300]),
        ("1.000.000 votes", [1_000_000]),
        ("1,00,000 rupees", [100_000]),
    ],
)
def test_which_digits_are_one_figure(text, values):
    assert [int(value) for _, value in number_values(text)] == values


@pytest.mark.parametrize(
    ("text", "values"),
    [("March 12 300 died", {12, 300}), ("Sept. 12 300 died", {12, 300}), ("Marcus 12 300 votes", {12300})],
)
def test_only_a_month_ends_a_figure_as_its_day(text, values):
    assert {int(value) for _, value in number_values(text)} == values
