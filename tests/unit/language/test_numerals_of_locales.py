"""Figures as the English of each country writes them, by CLDR (through babel): every one is read as its value."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.language.numerals import number_values

babel = pytest.importorskip("babel", reason="CLDR's locales need babel, of the extra dev")
from babel.core import get_global  # noqa: E402
from babel.localedata import locale_identifiers  # noqa: E402
from babel.numbers import (  # noqa: E402
    format_compact_currency,
    format_decimal,
    get_decimal_symbol,
    get_group_symbol,
)

LOCALES = sorted(name for name in locale_identifiers() if name.split("_")[0] == "en" and "Shaw" not in name)
POINTED = [name for name in LOCALES if get_decimal_symbol(name) == "."]
"""Locales with a decimal point; English that is written with a decimal comma is read by none of the rules."""
SPACES = [" ", "\u00a0", "\u202f", "\u2009", "'", "’"]


def only(text: str) -> Decimal:
    ((_, value),) = number_values(text)
    return value


def test_babel_knows_the_englishes_of_the_world():
    assert {"en_IN", "en_ZA", "en_CH", "en_US"} <= set(LOCALES)
    assert get_global("territory_aliases")


@given(st.sampled_from(LOCALES), st.integers(1, 10**12))
@example("en_IN", 1616181)
@example("en_ZA", 16181)
@example("en_CH", 16181)
def test_thousands_are_grouped_as_each_country_does(locale: str, value: int):
    if get_group_symbol(locale) == "." and value < 10**6:
        return  # 16.181 is sixteen point one eight one
    if locale == "en_CH" and value >= 10**6:
        return  # CLDR's pattern there parts the last three digits only (1000000'000), which nobody writes
    assert only(f"The storm left {format_decimal(value, locale=locale)} homes without power") == value


@given(st.sampled_from(SPACES), st.integers(1000, 10**12))
def test_thousands_are_grouped_by_spaces_and_apostrophes(gap: str, value: int):
    assert only(f"The storm left {value:,} homes dark".replace(",", gap)) == value


@given(st.sampled_from(POINTED), st.sampled_from(["USD", "GBP", "EUR", "INR", "AUD", "JPY"]), st.integers(11, 99))
def test_money_in_millions_is_written_short(locale: str, currency: str, tenths: int):
    # £7.8M, A$2.4M, US$1.5M; a figure of CLDR's short form has at most one decimal here.
    written = format_compact_currency(tenths * 100_000, currency, locale=locale, fraction_digits=1)
    assert only(f"The firm paid {written} for a farm") == tenths * 100_000


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("paid £ 7.8 m for a farm", "7800000"),
        ("paid £\u00a07.8\u00a0m.", "7800000"),
        ("paid £7.8 mln", "7800000"),
        ("7.8 mln pounds", "7800000"),
        ("$1.5 bln", "1500000000"),
        ("2.4m yen", "2400000"),
        ("2.4 m yen", "2400000"),
        ("3m Swiss francs", "3000000"),
        ("7.8m AUD", "7800000"),
        ("AUD 7.8m", "7800000"),
    ],
)
def test_a_scale_goes_with_its_currency(text: str, value: str):
    assert only(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [("ran 5 m today", "5"), ("a £50 M&S voucher", "50"), ("the 100 m race", "100"), ("stood 5m away", "5")],
)
def test_metres_and_names_are_no_millions(text: str, value: str):
    assert only(text) == Decimal(value)
