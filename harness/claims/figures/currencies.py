"""Currencies: a sign, a code or a noun names one; a dollar, peso or krone that says no country may be several's.

The unit of a figure is the currency's name. What says its country has a unit of its own, so that it is never equal to
another country's; what does not has the unit of the family, which a claim may mean any of its countries by.
"""

import re
from typing import Final

from harness.claims.meaning import nations
from harness.language.numerals import RUPEES, US_DOLLAR

_SIGNS: Final = {
    US_DOLLAR: "us$", "$": "usd", "£": "gbp", "€": "eur", "¥": "yen", "₹": "inr", RUPEES: "rupee", "₣": "chf",
    "₩": "krw", "₽": "rub", "₺": "try", "₴": "uah", "₦": "naira", "₪": "ils", "฿": "thb", "₱": "php",
}  # fmt: skip
_PREFIXED: Final = {
    "us": "us$", "c": "cad", "ca": "cad", "a": "aud", "au": "aud", "nz": "nzd", "hk": "hkd", "s": "sgd", "nt": "twd",
    "r": "brl", "mx": "mxn", "j": "dollar of Jamaica", "tt": "dollar of Trinidad and Tobago", "z": "dollar of Zimbabwe",
}  # fmt: skip
"""Letters before `$`."""
_NOUNS: Final = {
    "dollar": "usd", "pound": "gbp", "euro": "eur", "yen": "yen", "rupee": "rupee", "rouble": "rub", "ruble": "rub",
    "yuan": "cny", "franc": "franc", "peso": "peso", "lira": "lira", "krona": "krona", "krone": "krone", "rand": "zar",
    "zloty": "pln", "hryvnia": "uah", "won": "krw", "real": "brl", "kroner": "krone", "kronor": "krona",
    "dirham": "dirham", "riyal": "riyal", "dinar": "dinar", "shekel": "ils", "baht": "thb", "ringgit": "myr",
    "rupiah": "idr", "naira": "naira", "tenge": "kzt", "forint": "huf", "renminbi": "cny", "sterling": "gbp",
    "shilling": "shilling", "bitcoin": "btc",
}  # fmt: skip
_CODED: Final = {
    "USD": "us$", "EUR": "eur", "GBP": "gbp", "JPY": "yen", "INR": "inr", "CNY": "cny", "RMB": "cny", "CHF": "chf",
    "SFr": "chf", "AUD": "aud", "CAD": "cad", "NZD": "nzd", "HKD": "hkd", "SGD": "sgd", "TWD": "twd", "KRW": "krw",
    "ZAR": "zar", "RUB": "rub", "BRL": "brl", "PLN": "pln", "UAH": "uah", "SEK": "sek", "NOK": "nok",
    "DKK": "dkk", "MXN": "mxn", "ARS": "ars", "TRY": "try", "ILS": "ils", "THB": "thb", "MYR": "myr", "IDR": "idr",
    "NGN": "naira", "KZT": "kzt", "HUF": "huf", "AED": "aed", "SAR": "sar", "PKR": "pkr", "LKR": "lkr",
    "NPR": "npr", "EGP": "egp", "PHP": "php", "KES": "kes",
}  # fmt: skip
CODES: Final = "|".join(_CODED)
"""Codes of currencies, which stand before a figure or after it, as a regular expression."""
_STERLING: Final = "gbp"
"""The pound without a country: the British one, so that no other is meant by it."""
_AT_HOME: Final = {
    "usd": {"United States": "us$", "Canada": "cad", "Australia": "aud", "New Zealand": "nzd", "Hong Kong": "hkd",
            "Singapore": "sgd", "Taiwan": "twd"},
    "gbp": {"Britain": "gbp", "United Kingdom": "gbp", "Egypt": "egp"},
    "rupee": {"India": "inr", "Pakistan": "pkr", "Sri Lanka": "lkr", "Nepal": "npr"},
    "peso": {"Mexico": "mxn", "Argentina": "ars", "Philippines": "php"},
    "krone": {"Norway": "nok", "Denmark": "dkk"},
    "krona": {"Sweden": "sek"},
    "franc": {"Switzerland": "chf"},
    "dirham": {"United Arab Emirates": "aed"},
    "riyal": {"Saudi Arabia": "sar"},
    "lira": {"Turkey": "try"},
    "shilling": {"Kenya": "kes"},
    "dinar": {},
}  # fmt: skip
"""Families of currencies, by their unit without a country, and those of countries that have a name of their own."""
_FAMILIES: Final = {
    name: family for family, each in _AT_HOME.items() for name in each.values() if family != _STERLING
}  # fmt: skip
_NAMES: Final = frozenset({*_SIGNS.values(), *_PREFIXED.values(), *_NOUNS.values(), *_CODED.values(), *_FAMILIES})
_OF: Final = " of "
_OR: Final = "|"
"""Parts what a bare dollar may be in an article of a country that has dollars of its own."""
_LETTERS = re.compile(r"(?<![A-Za-z])([A-Z]{1,2})\$\s?$")
_CODE_BEFORE = re.compile(rf"(?:^|(?<![A-Za-z]))({CODES})[ .]?$")
_CODE_AFTER = re.compile(rf"[ ]?({CODES})\b")
_TOLD_APART: Final = frozenset({"won", "real", "rand", "sterling"})
"""Nouns that are other words too, so that only the parser can tell."""
_NOUN_AFTER = re.compile(
    rf"(?P<before>[ -](?:(?:[A-Z][\w.]*|US)[ -]){{0,2}})(?P<noun>{'|'.join(sorted({*_NOUNS} - _TOLD_APART))})s?\b"
)
_WORDS_BEFORE = re.compile(r"((?:[\w.]+\s+)?[\w.]+)\s+$")
SIGN: Final = rf"(?:\b[A-Z]{{1,2}})?[{re.escape(''.join(_SIGNS))}]"
"""A sign of a currency, with the letters of its country."""
BEFORE: Final = re.compile(rf"{SIGN}\s?$|\b(?:{CODES})\s?$")
"""A currency before a figure, by its sign or its code."""
NOUNS: Final = frozenset(_NOUNS)


def currency_at(text: str, start: int, end: int) -> str:
    """Name the currency whose sign, code or noun stands beside the figure `text[start:end]`; empty for none."""
    before, after = text[max(0, start - 6) : start], text[end:]
    letters = _LETTERS.search(before)
    if letters:
        return _PREFIXED.get(letters[1].lower(), "usd")
    for sign, name in _SIGNS.items():
        if before.rstrip().endswith(sign):
            return name
    code = _CODE_BEFORE.search(before) or _CODE_AFTER.match(after)
    if code:
        return _CODED[code[1]]
    noun = _NOUN_AFTER.match(after)
    return currency_of(noun["noun"], noun["before"]) if noun else ""


def is_code(word: str) -> bool:
    """Recognise the code of a currency."""
    return word in _CODED


def currency_of(noun: str, before: str) -> str:
    """Name a currency by its noun, a lemma, and the words before it: `Canadian` dollars, `Hong Kong` dollars."""
    family = _NOUNS[noun]
    homes, words = _AT_HOME.get(family), _WORDS_BEFORE.search(before)
    if homes is None or words is None:
        return family
    said = words[1]
    country = nations().get(said.lower()) or nations().get(said.split()[-1].lower()) or ""
    country = country or next((name for name in homes if said.endswith(name)), "")
    return homes.get(country, f"{noun}{_OF}{country}") if country else family


def noun_unit(word: str) -> str:
    """Name the unit of a currency's noun in any number; empty for other words."""
    return _NOUNS.get(word.lower().removesuffix("s"), "")


def family_of(unit: str) -> str:
    """Name the family of a currency that says its country; empty for one that says none."""
    if _OR in unit:
        return "usd"
    noun, of, _ = unit.partition(_OF)
    family = _NOUNS.get(noun, "") if of else _FAMILIES.get(unit, "")
    return "" if family == _STERLING else family


def is_currency(unit: str) -> bool:
    """Tell a currency from other units."""
    return unit in _NAMES or bool(family_of(unit))


def plain_unit(unit: str) -> str:
    """Name a unit as records have it: American dollars are `usd`, written out or not."""
    return "usd" if unit == "us$" or _OR in unit else unit


def is_dollar(unit: str) -> bool:
    """Recognise dollars of any country."""
    return unit == "usd" or family_of(unit) == "usd"


def one_currency(claimed: str, found: str) -> bool:
    """Accept a claimed currency for the one found: the same, or one of the family where either says no country.

    A bare `$` of a claim is whatever dollar the articles have. One of an article is the American dollar, or that of
    the country whose article it is (`bare_dollars`): not any other.
    """
    if claimed == found:
        return True
    if not (is_currency(claimed) and is_currency(found)):
        return False
    if family_of(found) == claimed or (family_of(claimed) == found and found != "usd"):
        return True
    if _OR in found:
        return claimed == "us$" or claimed in found.split(_OR)
    return (claimed, found) == ("us$", "usd")


def bare_dollars(explicit: frozenset[str], countries: frozenset[str]) -> str:
    """Say what a `$` without a country is in an article that has `explicit` dollars and names `countries`.

    Where it writes one kind of dollar out it means that one throughout, as stylebooks ask. Where it writes none out but
    names one country with dollars of its own, and not the United States, it may be either.
    """
    if len(explicit) == 1:
        return next(iter(explicit))
    at_home = {_AT_HOME["usd"][country] for country in countries & set(_AT_HOME["usd"])}
    if not explicit and len(at_home) == 1 and "us$" not in at_home:
        return f"usd{_OR}{next(iter(at_home))}"
    return "usd"
