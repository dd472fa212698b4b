"""Money as the English of each country writes it, by CLDR (through babel): its value, and no other country's."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.claims.figures.currencies import family_of, is_currency, one_currency
from harness.claims.figures.quantities import figures
from harness.claims.typography import plain

babel = pytest.importorskip("babel", reason="CLDR's locales need babel, of the extra dev")
from babel.localedata import locale_identifiers  # noqa: E402
from babel.numbers import format_currency, get_decimal_symbol, get_group_symbol  # noqa: E402

LOCALES = sorted(
    name
    for name in locale_identifiers()
    if name.split("_")[0] == "en"
    and "Shaw" not in name
    and get_decimal_symbol(name) == "."
    and get_group_symbol(name) != "."
    and name != "en_CH"  # its pattern there parts the last three digits only
)
UNITS = {
    "USD": "us$", "GBP": "gbp", "EUR": "eur", "INR": "inr", "AUD": "aud", "CAD": "cad", "JPY": "yen", "NZD": "nzd",
    "HKD": "hkd", "SGD": "sgd", "SEK": "sek", "NOK": "nok", "DKK": "dkk", "PKR": "pkr", "MXN": "mxn",
}  # fmt: skip


@settings(deadline=None)
@given(st.sampled_from(LOCALES), st.sampled_from(sorted(UNITS)), st.integers(1_000, 10**9))
def test_a_sum_is_read_with_its_currency(parser, locale, code, value):
    written = format_currency(value, code, locale=locale, format="¤#,##0", currency_digits=False)
    found = figures(parser.parse([plain(f"The firm paid {written} for a farm").text])[0])
    (figure,) = found
    assert figure.value == value
    # A country writes its own dollars without its name, and so its rupees and kroner.
    assert figure.unit == UNITS[code] or figure.unit == family_of(UNITS[code]), written
    others = [unit for unit in UNITS.values() if unit != UNITS[code] and family_of(unit) != figure.unit]
    assert is_currency(figure.unit)
    assert not any(one_currency(unit, figure.unit) for unit in others if unit != figure.unit and figure.unit != "usd")
