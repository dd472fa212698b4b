"""Names and who they name: aliases, acronyms, spellings, titles, countries and their people."""

import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from unicodedata import combining, normalize

from harness.claims.figures.currencies import is_code
from harness.claims.meaning import JOINING, first_names, is_month, is_weekday, nations, other_spellings
from harness.claims.parsing.parse import Parse, Token
from harness.language.lexical import word_list

_KINDS = {
    "PERSON": "person", "GPE": "place", "LOC": "place", "FAC": "place", "NORP": "place", "ORG": "organisation",
}  # fmt: skip
_DIGITS = re.compile(r"\d+")
_FIGURES = frozenset({"DATE", "TIME", "CARDINAL", "ORDINAL", "QUANTITY", "MONEY", "PERCENT"})

_SCALES = frozenset({"K", "M", "B", "T", "MN", "BN", "TN"})
_PREFIXES = frozenset({"ex", "non", "anti", "pro", "mid", "pre", "post"})


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a sentence; `start` and `end` are indices of its first and past its last token."""

    start: int = field(compare=False)
    end: int = field(compare=False)
    words: tuple[str, ...]
    """Its words, lower-cased, without titles, joining words and possessives."""
    kind: str
    nation: str
    """The country that it names or whose people or government it names; empty for other names."""
    title: str = field(compare=False)
    """A title before it ("president"), lower-cased."""

    @property
    def last(self) -> str:
        """Return the last word: a person's surname in most English news."""
        return self.words[-1]


def _starts_sentence(parse: Parse, index: int) -> bool:
    return all(not token.text[:1].isalnum() for token in parse.tokens[:index])


def _is_name_token(parse: Parse, token: Token) -> bool:
    """Recognise a token that may belong to a name."""
    if (
        token.text == "UNK"
        or not token.text[:1].isupper()
        or is_weekday(token.lower)
        or (is_month(token.lower) and token.entity == "DATE")
    ):
        return False
    if _belongs_elsewhere(parse, token):
        return False
    if is_code(token.text) and any(near.text[:1].isdigit() for near in parse.tokens[token.i + 1 : token.i + 2]):
        return False  # `SEK 3 billion`
    if token.entity in _FIGURES and token.tag != "NNP":
        return False
    if token.tag in {"NNP", "NNPS"}:
        return not (_starts_sentence(parse, token.i) and token.entity == "" and token.lower in _common_openers())
    if len(token.text) >= 2 and token.text.isupper() and token.text.isalpha() and not parse.text.isupper():
        return True  # an acronym, whatever the tagger makes of it
    return token.lower in nations() or (token.entity in _KINDS and token.tag in {"NN", "NNS", "JJ", "VBG", "FW"})


def _belongs_elsewhere(parse: Parse, token: Token) -> bool:
    """Recognise a scale after its figure, `$40K Brandis clock`, and what hyphens join: `Ex-Sen.`, `9-Year-Old`."""
    before = parse.tokens[token.i - 1].text if token.i and parse.tokens[token.i - 1].end == token.start else ""
    if (token.text in _SCALES and before[-1:].isdigit()) or (token.lower in {"year", "old"} and before == "-"):
        return True
    after = parse.tokens[token.i + 1 : token.i + 2]
    return token.lower in _PREFIXES and any(near.text == "-" and near.start == token.end for near in after)


@lru_cache(maxsize=1)
def _common_openers() -> frozenset[str]:
    """List capitalised first words of a sentence that are no names."""
    return word_list("function", "content_free") | word_list("roles", "titles")


@lru_cache(maxsize=1 << 12)
def names(parse: Parse) -> tuple[Name, ...]:
    """Find the names of a sentence, in order: runs of name tokens, split where a title stands inside."""
    found = []
    tokens = parse.tokens
    at = 0
    while at < len(tokens):
        if not _is_name_token(parse, tokens[at]):
            at += 1
            continue
        end = at + 1
        while end < len(tokens):
            if _is_name_token(parse, tokens[end]) and not _breaks(tokens, end):
                end += 1
            elif (
                tokens[end].lower in JOINING and end + 1 < len(tokens) and _is_name_token(parse, tokens[end + 1])
                and tokens[end].entity and tokens[end].entity == tokens[end - 1].entity
                and tokens[end].entity == tokens[end + 1].entity and not tokens[end].begins
                and tokens[end].lower not in {"'s", "’s"}
            ):  # fmt: skip
                end += 2
            else:
                break
        found.extend(_split(parse, at, end))
        at = end
    return tuple(found)


def _breaks(tokens: tuple[Token, ...], index: int) -> bool:
    """Tell whether a new name begins here: a title or person after a demonym, or two names side by side."""
    before, here = tokens[index - 1], tokens[index]
    if here.begins and before.entity and here.entity != before.entity:
        return True
    return before.lower in nations() and before.tag in {"JJ", "NNP"} and here.lower in word_list("roles", "titles")


def _split(parse: Parse, start: int, end: int) -> list[Name]:
    """Cut a run of name tokens into names: a demonym by itself, titles off the front, an office off the person."""
    tokens = parse.tokens[start:end]
    title = ""
    offset = 0
    if len(tokens) > 1 and tokens[0].lower in nations() and tokens[0].tag == "JJ" and " ".join(
        token.lower for token in tokens[:2]
    ) not in nations():  # fmt: skip
        first = _name(parse, start, start + 1, "")
        rest = _split(parse, start + 1, end)
        return [first, *rest]
    while offset < len(tokens) and tokens[offset].lower.rstrip(".") in word_list("roles", "titles"):
        title = tokens[offset].lower.rstrip(".")
        offset += 1
    if offset == len(tokens):
        return []
    for inner in range(len(tokens) - 2, offset, -1):
        # "Interior Minister Humberto Centeno": the name begins after the office, so search from the right.
        if tokens[inner].lower.rstrip(".") in word_list("roles", "titles"):
            title, offset = tokens[inner].lower.rstrip("."), inner + 1
            break
    if not title and start > 0 and parse.tokens[start - 1].lower in word_list("roles", "titles"):
        title = parse.tokens[start - 1].lower
    return [_name(parse, start + offset, end, title)]


def _name(parse: Parse, start: int, end: int, title: str) -> Name:
    """Make a name of tokens, with its kind and country."""
    tokens = parse.tokens[start:end]
    words = tuple(
        _plain(token.lower.removesuffix("'s").removesuffix("’s").strip(".")) or token.lower for token in tokens
        if token.lower not in JOINING
    ) or (tokens[0].lower,)  # fmt: skip
    joined = " ".join(token.lower.removesuffix("'s").removesuffix("’s") for token in tokens)
    nation = nations().get(joined) or nations().get(words[0] if len(words) == 1 else " ".join(words)) or ""
    if not nation and "." in joined:  # the full stop of `U.S.` may end the sentence as well
        nation = nations().get(joined.replace(".", ""), "")
    # spaCy may type the words of one name differently; the commonest type wins, and a title outvotes all but a place.
    kinds = [_KINDS[token.entity] for token in tokens if token.entity in _KINDS]
    kind = (
        "place"
        if nation
        else "person"
        if title and kinds[:1] != ["place"]
        else max(kinds, key=kinds.count, default="other")
    )
    return Name(start, end, words, kind, nation, title)


def _plain(word: str) -> str:
    """Leave the marks off letters: `andrés` → `andres`."""
    return word if word.isascii() else "".join(part for part in normalize("NFD", word) if not combining(part))


def acronym(words: tuple[str, ...]) -> str:
    """Return the initials of a name's words."""
    return "".join(word[0] for word in words)


@lru_cache(maxsize=1 << 16)
def same_word(first: str, second: str) -> bool:
    """Match two words of names: equal, transliterated (Kassym, Kassim), a plural, or an initial of the other."""
    if first == second:
        return True
    digits = _DIGITS.findall(first), _DIGITS.findall(second)
    if all(digits) and digits[0] != digits[1]:
        return False  # COVID-19, COVID-97
    short, long = sorted((first, second), key=len)
    if len(short) == 1:
        return long.startswith(short)
    # Transliterations keep their first letter; short names differ by a letter and are two (Ali, Ari).
    if len(short) < 4 or short[0] != long[0] or len(long) - len(short) > 2:
        return len(short) >= 3 and long == f"{short}s"
    if long.startswith(short) and len(long) - len(short) <= 1:
        return True
    return len(short) >= 5 and SequenceMatcher(None, first, second, autojunk=False).ratio() >= 0.84


@lru_cache(maxsize=1 << 17)
def same_name(first: Name, second: Name) -> bool:
    """Match two names: same country, surname and full name, acronym, other name, spelling, or one inside the other."""
    if first.nation or second.nation:
        return first.nation == second.nation
    if known_as(first, second):
        return True
    short, long = sorted((first.words, second.words), key=len)
    if len(short) == 1 and len(long) > 1:
        if first.kind == "person" and second.kind == "person":
            return same_word(short[0], long[-1]) or same_word(short[0], long[0])
        return any(same_word(short[0], word) for word in long)
    if len(short) > 1 and first.kind == "person" and second.kind == "person" and short[-1] != long[-1]:
        return all(any(same_word(word, other) for other in long) for word in short)
    return all(any(same_word(word, other) for other in long) for word in short)


def known_as(first: Name, second: Name) -> bool:
    """Match two names of one, neither a spelling of the other: a country's, a short one, initials, *Bill* of William.

    All words of the shorter name inside the longer one make it the same name as well: `Andres Obrador`.
    """
    if first.nation and first.nation == second.nation:
        return True
    if " ".join(second.words) in other_spellings().get(" ".join(first.words), ()):
        return True
    short, long = sorted((first.words, second.words), key=len)
    if len(short) == 1:
        return len(long) > 1 and short[0].replace(".", "") == acronym(long)
    rest = set(short[1:]) <= set(long[1:])
    return rest and (short[0] in long or long[0] in first_names().get(short[0], ()))


def near_spelling(first: Name, second: Name) -> bool:
    """Recognise two full names that differ in the spelling of one word: `Hassib Hussain`, `Hasib Hussain`."""
    if len(first.words) != len(second.words) or len(first.words) < 2 or first.words == second.words:
        return False
    different = [(a, b) for a, b in zip(first.words, second.words, strict=True) if a != b]
    if len(different) != 1:
        return False
    a, b = different[0]
    return min(len(a), len(b)) >= 4 and a.rstrip("s") != b.rstrip("s") and same_word(a, b)
