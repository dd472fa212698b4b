"""Which words news writing uses for one concept, and which for opposite ones, from the lexicon of this room."""

from collections import defaultdict
from functools import cache, lru_cache

from harness.language.lexical import lexicon, stem, word_list


@cache
def _groups() -> dict[str, str]:
    """Lemma → the first lemma of its line."""
    found: dict[str, str] = {}
    for line in lexicon()["meaning"]["groups"].strip().splitlines():
        members = line.split()
        for member in members:
            found.setdefault(member, members[0])
    return found


@lru_cache(maxsize=1 << 16)
def concept(lemma: str) -> str:
    """What a lemma stands for: the name of its group, or its own stem where it has none."""
    return _groups().get(lemma) or stem(lemma)


@cache
def light_verbs() -> dict[tuple[str, str], str]:
    """Verb and object that are one concept together (`open fire`) → that concept."""
    rows = (line.split() for line in lexicon()["light"]["pairs"].strip().splitlines())
    return {(verb, what): concept(name) for verb, what, name in rows}


@cache
def _opposites() -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for line in lexicon()["meaning"]["opposites"].strip().splitlines():
        left, right = (side.split() for side in line.split("|"))
        for word in left:
            found[word].update(right)
        for word in right:
            found[word].update(left)
    return {word: frozenset(others) for word, others in found.items()}


def opposites_of(lemma: str) -> frozenset[str]:
    """The opposites of a lemma that the lexicon lists."""
    return _opposites().get(lemma, frozenset())


@lru_cache(maxsize=1 << 15)
def opposed(first: str, second: str) -> bool:
    """Whether two lemmas are opposites: listed as such, or one is the other with `un-`, `dis-`, `in-`."""
    if first == second:
        return False
    if second in _opposites().get(first, ()):
        return True
    short, long = sorted((first, second), key=len)
    return len(short) >= 4 and long in {
        f"{prefix}{short}" for prefix in ("un", "dis", "non", "non-", "ex-", "in", "im")
    }


@cache
def nations() -> dict[str, str]:
    """Lower-cased name of a country, its people or its government's seat (spaces inside) → the country's name."""
    found: dict[str, str] = {}
    for line in lexicon()["places"]["nations"].strip().splitlines():
        names, *rest = line.split()
        name, *others = names.split("|")
        for word in (name, *others, *rest):
            found[word.replace("_", " ").lower()] = name.replace("_", " ")
    return found


@cache
def other_names(nation: str) -> tuple[str, ...]:
    """All names of a country as they are written, the usual one first; empty for a word that is no country's name."""
    for line in lexicon()["places"]["nations"].strip().splitlines():
        names = [name.replace("_", " ") for name in line.split()[0].split("|")]
        if nation in names:
            return tuple(names)
    return ()


@cache
def nation_words(nation: str) -> frozenset[str]:
    """All words, lower-cased, that name a country, its people or its government's seat, or a part of it."""
    own = {word for word, name in nations().items() if name == nation}
    for line in lexicon()["places"]["parts"].strip().splitlines():
        name, *parts = line.split()
        if name.replace("_", " ") == nation:
            own.update(part.replace("_", " ").lower() for part in parts)
    return frozenset(own)


@cache
def other_spellings() -> dict[str, frozenset[str]]:
    """Short name, lower-cased → the longer names for the same: `gop` → `republican`, `republican party`."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for line in lexicon()["names"]["aliases"].strip().splitlines():
        names = [word.replace("_", " ").lower() for word in line.split()]
        names = list(dict.fromkeys([*names, *(name.replace(".", "") for name in names)]))
        for name in names:
            found[name].update(other for other in names if other != name)
    return {name: frozenset(others) for name, others in found.items()}


def is_weekday(lower: str) -> bool:
    """Whether a lower-cased word names a day of the week."""
    return lower in word_list("time", "weekdays")


def is_month(lower: str) -> bool:
    """Whether a lower-cased word names a month; `may` and `march` are for the caller to tell by their tag."""
    return lower.rstrip(".") in word_list("time", "months")
