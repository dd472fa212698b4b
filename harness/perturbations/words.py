"""Look up words that may stand for others, and their forms: verbs by tense, numbers in letters and digits."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from harness.language.numerals import number_values

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


@cache
def table() -> dict[str, Any]:
    """Read the word lists of `words.toml`, beside this module."""
    return tomllib.loads(files("harness.perturbations").joinpath("words.toml").read_text(encoding="utf-8"))


def lines(section: str, key: str) -> list[str]:
    """List the lines of one list. Raises KeyError for a list it does not have."""
    return [line.strip() for line in table()[section][key].strip().splitlines() if line.strip()]


@cache
def replacements(section: str, key: str) -> Mapping[str, tuple[str, ...]]:
    """Map each lemma to what may take its place: whatever stands right of the bar in a list of `left|right` lines."""
    by_word: dict[str, list[str]] = {}
    for line in lines(section, key):
        left, right = (side.split() for side in line.split("|"))
        for lemma in left:
            by_word.setdefault(lemma, []).extend(right)
    return {lemma: tuple(dict.fromkeys(others)) for lemma, others in by_word.items()}


@cache
def doubles(section: str, key: str, separator: str = " ") -> Mapping[str, tuple[str, ...]]:
    """Map each of two words to the other, for a list of pairs."""
    by_word: dict[str, list[str]] = {}
    for line in lines(section, key):
        first, second = (part.replace("-", " ") for part in line.split(separator))
        by_word.setdefault(first, []).append(second)
        by_word.setdefault(second, []).append(first)
    return {word: tuple(others) for word, others in by_word.items()}


@cache
def _irregular() -> Mapping[str, tuple[str, str]]:
    rows = (line.split() for line in lines("forms", "irregular"))
    return {lemma: (past, participle) for lemma, past, participle in rows}


def inflected(lemma: str, tag: str) -> str:
    """Inflect a verb or noun as a tag of the Penn treebank says; any other tag gives the lemma itself."""
    if tag in {"VBZ", "NNS"}:
        if re.search(r"(?:s|x|z|ch|sh)$", lemma):
            return f"{lemma}es"
        return f"{lemma[:-1]}ies" if re.search(r"[^aeiou]y$", lemma) else f"{lemma}s"
    if tag in {"VBD", "VBN"}:
        if lemma in _irregular():
            return _irregular()[lemma][tag == "VBN"]
        return f"{lemma}d" if lemma.endswith("e") else f"{_stem(lemma)}ed"
    if tag == "VBG":
        return f"{lemma[:-1]}ing" if re.search(r"[^eoy]e$", lemma) else f"{_stem(lemma)}ing"
    return lemma


def _stem(lemma: str) -> str:
    """Write a verb as it stands before an ending that begins with a vowel: `tri` of try, `plann` of plan."""
    if lemma in table()["forms"]["doubling"].split():
        return lemma + lemma[-1]
    return f"{lemma[:-1]}i" if re.search(r"[^aeiou]y$", lemma) else lemma


def in_letters(value: int) -> str:
    """Write a whole number from 0 to 999 out: `sixty-three`, `two hundred`, `one hundred and four`."""
    if value < 20:
        return _ONES[value]
    if value < 100:
        return _TENS[value // 10] + (f"-{_ONES[value % 10]}" if value % 10 else "")
    rest = f" and {in_letters(value % 100)}" if value % 100 else ""
    return f"{_ONES[value // 100]} hundred{rest}"


def in_digits(value: int) -> str:
    """Write a whole number with a comma before each three digits from 10,000 on, as headlines do."""
    return f"{value:,}" if value >= 10_000 else str(value)


def written_like(written: str, value: int) -> str | None:
    """Write `value` in the manner of a number that stands in a text; none where that manner is not known here."""
    lower = written.lower()
    if re.fullmatch(r"\d+", written):
        return str(value)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+", written):
        return f"{value:,}"
    if lower in ORDINALS:
        return ORDINALS[value] if 0 < value < len(ORDINALS) else None
    if re.fullmatch(r"\d+(?:st|nd|rd|th)", lower):
        ending = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
        return f"{value}{ending}"
    if lower.isascii() and re.fullmatch(r"[a-z]+(?:[ -][a-z]+)*", lower) and number_values(lower):
        return in_letters(value) if 0 <= value <= 999 else in_digits(value)
    return None
