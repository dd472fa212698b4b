"""Words that say the same, something wider, or the opposite: WordNet's relations beside the lexicon.

The table beside this module is derived from WordNet 3.0 (`training/wordnet_table.py`; notice in `WORDNET-LICENSE`).
A relation is graded: words of one concept or one meaning 1, a derived word's meaning or an entailed deed a little less,
a wider word than the article's (`vehicle` for `car`) less again. A narrower word than the article's is no relation: it
says more than the article does. What WordNet does not relate, word vectors may: `near_words` are words that stand in
like surroundings (`training/near_words.py`), which never say the same for sure.
"""

import gzip
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from harness.claims.meaning import opposed, opposites_of
from harness.language.lexical import word_list

SAME, DERIVED, WIDER, WIDEST = 1.0, 0.9, 0.8, 0.6
COMMON, RARE = 2, 0.9
"""How many senses of a word count in full, and by how much a rarer one is graded down."""


@cache
def _table() -> list[str]:
    """Read the lines of the table in order: a word, or the number of a sense, a tab, and its relations."""
    raw = gzip.decompress(files("harness.claims").joinpath("wordnet.tsv.gz").read_bytes()).decode()
    return sorted(raw.splitlines())


def _line(key: str) -> str | None:
    """Look a word or a sense up by binary search: taking every line apart costs 0.1 s."""
    table, begin = _table(), f"{key}\t"
    at = bisect_left(table, begin)
    return table[at].removeprefix(begin) if at < len(table) and table[at].startswith(begin) else None


class _Word(NamedTuple):
    senses: Mapping[str, tuple[str, ...]]
    """Part of speech → senses, commonest first."""
    derived: tuple[str, ...]
    opposite: tuple[str, ...]


class _Sense(NamedTuple):
    words: tuple[str, ...]
    narrower: tuple[str, ...]
    """Kinds of it, and what entails it: whoever snores sleeps."""
    alike: tuple[str, ...]


@lru_cache(maxsize=1 << 13)
def _word(word: str) -> _Word:
    """Read a word's senses, derived words and opposites."""
    # Lines that tell of the table itself, and of senses, are no words'; a tab would part its columns.
    is_word = any(map(str.isalnum, word)) and "\t" not in word and not word.startswith("#")
    line = _line(word) if is_word else None
    if line is None:
        return _Word({}, (), ())
    senses, derived, opposite = line.split("\t")
    parts = {part[0]: tuple(part[2:].split()) for part in senses.split("|") if part}
    return _Word(parts, tuple(derived.split()), tuple(opposite.split()))


@lru_cache(maxsize=1 << 13)
def _sense(number: str) -> _Sense:
    """Read a sense's words, narrower senses and similar ones."""
    words, narrower, alike = (_line(f"#{number}") or "\t\t").split("\t")
    return _Sense(tuple(words.split()), tuple(narrower.split()), tuple(alike.split()))


@lru_cache(maxsize=1 << 14)
def said_by(word: str, part: str = "") -> Mapping[str, float]:
    """Map each word to how surely an article that has it supports a claim that has `word`; itself included.

    `part` (`n`, `v`, `a`, `r`) keeps to the senses of one part of speech, where the word has any.
    """
    grades: dict[str, float] = {word: SAME}

    def add(others: Iterable[str], grade: float) -> None:
        for other in others:
            if grade > grades.get(other, 0.0):
                grades[other] = grade

    entry = _word(word)
    chosen = {part: entry.senses[part]} if part in entry.senses else entry.senses
    for numbers in chosen.values():
        for place, number in enumerate(numbers):
            rank = 1.0 if place < COMMON else RARE
            sense = _sense(number)
            add(sense.words, SAME * rank)
            for near in sense.alike:
                add(_sense(near).words, WIDER * rank)
            # An article's `car` supports a claim's `vehicle`, so go down to narrower words, never up.
            for closer in sense.narrower:
                add(_sense(closer).words, WIDER * rank)
                if place == 0:
                    for closest in _sense(closer).narrower:
                        add(_sense(closest).words, WIDEST)
    add(entry.derived, DERIVED)
    for derived in entry.derived:
        for numbers in _word(derived).senses.values():
            for number in numbers[:COMMON]:
                add(_sense(number).words, WIDER)
    for other, grade in list(grades.items()):
        if grade > WIDER:
            add(_word(other).derived, grade * DERIVED)
    return grades


@cache
def _near_words() -> Mapping[str, str]:
    """Map a part of speech and a word, as in `v:halt`, to its near words."""
    raw = gzip.decompress(files("harness.claims").joinpath("near_words.tsv.gz").read_bytes()).decode()
    return {word: others for word, _, others in (line.partition("\t") for line in raw.splitlines())}


def near_words(word: str, part: str) -> tuple[str, ...]:
    """List words of one part of speech that may say the same, the nearest first: they stand in like surroundings."""
    return tuple(_near_words().get(f"{part}:{word}", "").split())


@lru_cache(maxsize=1 << 15)
def opposite(first: str, second: str) -> bool:
    """Tell whether two lemmas are opposites: in the lexicon, by a prefix, or in WordNet; what is done again too."""
    if opposed(first, second) or second in _word(first).opposite or first in _word(second).opposite:
        return True
    return second in _opposites_of_again(first) or first in _opposites_of_again(second)


_LEAST_BASE = 4
"""Least letters of a verb to which `re-` is put: `return` is no turn again, but few such words have opposites."""
_BROAD = frozenset({"go", "come", "get", "make", "take", "have", "be", "do", "put", "set", "move", "run", "see", "let"})
"""Verbs that mean too much to be the opposite of one."""


@lru_cache(maxsize=1 << 13)
def reversals(word: str) -> frozenset[str]:
    """List words that say the opposite: opposites, or those of synonyms where it has none; and their synonyms.

    Only the commonest sense of a word lends synonyms: in a rare one `reject` is to fall.
    """
    same = _synonyms(word)
    direct = opposites(word) or frozenset(other for near in same for other in opposites(near))
    wider = {other for near in direct for other in _synonyms(near)}
    return frozenset((direct | wider) - {word} - same - _BROAD)


def opposites(word: str) -> frozenset[str]:
    """List the opposites of a word in the lexicon or WordNet; of a verb for doing again, those of the verb."""
    return opposites_of(word).union(_word(word).opposite) | _opposites_of_again(word)


@lru_cache(maxsize=1 << 13)
def _opposites_of_again(word: str) -> frozenset[str]:
    """List the opposites of what a verb does again: *close* of *reopen*; none where it has opposites of its own."""
    base = word.removeprefix("re").removeprefix("-")
    if base == word or len(base) < _LEAST_BASE or not (is_verb(base) and is_verb(word)) or _word(word).opposite:
        return frozenset()
    return opposites_of(base).union(_word(base).opposite)


def _synonyms(word: str) -> frozenset[str]:
    """List the verbs that share the commonest sense of a verb."""
    numbers = _word(word).senses.get("v", ())[:1]
    return frozenset(other for number in numbers for other in _sense(number).words) - {word}


@cache
def _proper_words() -> frozenset[str]:
    """List the words that WordNet has only with a capital."""
    return frozenset((_line("!") or "").split())


def is_proper(lower: str) -> bool:
    """Tell whether WordNet has a word, given in small letters, only with a capital: Lisbon, Monday, Buddhist."""
    return lower in _proper_words()


def in_wordnet(word: str) -> bool:
    """Look a word up in WordNet."""
    return _line(word) is not None


@lru_cache(maxsize=1 << 13)
def is_verb(word: str) -> bool:
    """Tell whether WordNet has a word as a verb."""
    return "v" in _word(word).senses


def derived(word: str) -> tuple[str, ...]:
    """List the words that WordNet derives from a word, or it from them: `criticism`, `critic` of `criticise`."""
    return _word(word).derived


@lru_cache(maxsize=1)
def _beings() -> frozenset[str]:
    """List the nouns whose commonest sense in WordNet is a person, an animal, or a body of people."""
    return frozenset((_line("?") or "").split())


@lru_cache(maxsize=1)
def _plain_beings() -> frozenset[str]:
    """List the senses that are kinds of a person, an animal or a body, each over a sense that has a word of its own."""
    found: set[str] = set()
    todo = [number for word in word_list("roles", "beings") for number in _word(word).senses.get("n", ())[:1]]
    while todo:
        number = todo.pop()
        if number not in found:
            found.add(number)
            todo.extend(_sense(number).narrower)
    return frozenset(found)


@lru_cache(maxsize=1 << 12)
def is_plain_being(noun: str) -> bool:
    """Tell whether a noun means people at large rather than an office or trade: `crowd`, `teen`, not `minister`.

    The adapters that read who did it to whom were measured on these; of ministers and their like they hold up as many
    true headlines as false ones.
    """
    senses = _word(noun).senses.get("n", ())[:1]
    return noun in word_list("roles", "bodies") or any(number in _plain_beings() for number in senses)


@lru_cache(maxsize=1 << 12)
def is_being(noun: str) -> bool:
    """Tell whether a noun, in its commonest sense, means a person, an animal or a body of people, which can act."""
    return noun in word_list("roles", "bodies") or noun in _beings()
