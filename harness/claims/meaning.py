"""Words that news writing uses for one concept, and for opposite ones, from the lexicon."""

from collections import defaultdict
from functools import cache, lru_cache

from harness.language.lexical import lexicon, stem, word_list

JOINING = frozenset(
    {"of", "the", "de", "la", "al", "bin", "van", "von", "der", "and", "&", "'s", "’s", "-", "–", "for"}
)
"""Small words inside names."""


@cache
def _groups() -> dict[str, str]:
    """Map each lemma to the first lemma of its line."""
    groups: dict[str, str] = {}
    for line in lexicon()["meaning"]["groups"].strip().splitlines():
        members = line.split()
        for member in members:
            groups.setdefault(member, members[0])
    return groups


@lru_cache(maxsize=1 << 16)
def concept(lemma: str) -> str:
    """Return what a lemma stands for: the name of its group, or its own stem where it has none."""
    return _groups().get(lemma) or stem(lemma)


@cache
def light_verbs() -> dict[tuple[str, str], str]:
    """Map a verb and an object that are one concept together (`open fire`) to that concept."""
    rows = (line.split() for line in lexicon()["light"]["pairs"].strip().splitlines())
    return {(verb, what): concept(name) for verb, what, name in rows}


@cache
def _opposites() -> dict[str, frozenset[str]]:
    """Map a lemma to the opposites that the lexicon lists, in either direction."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for line in lexicon()["meaning"]["opposites"].strip().splitlines():
        left, right = (side.split() for side in line.split("|"))
        for word in left:
            found[word].update(right)
        for word in right:
            found[word].update(left)
    return {word: frozenset(others) for word, others in found.items()}


def opposites_of(lemma: str) -> frozenset[str]:
    """List the opposites of a lemma that the lexicon has."""
    return _opposites().get(lemma, frozenset())


@lru_cache(maxsize=1 << 15)
def opposed(first: str, second: str) -> bool:
    """Tell whether two lemmas are opposites: listed as such, or one is the other with `un-`, `dis-`, `in-`."""
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
    """Map the lower-cased name of a country, its people or its government's seat (with spaces) to the country."""
    countries: dict[str, str] = {}
    for line in lexicon()["places"]["nations"].strip().splitlines():
        names, *rest = line.split()
        name, *others = names.split("|")
        for word in (name, *others, *rest):
            countries[word.replace("_", " ").lower()] = name.replace("_", " ")
    return countries


@cache
def other_names(nation: str) -> tuple[str, ...]:
    """List all names of a country as written, the usual one first; none for a word that is no country's name."""
    for line in lexicon()["places"]["nations"].strip().splitlines():
        names = [name.replace("_", " ") for name in line.split()[0].split("|")]
        if nation in names:
            return tuple(names)
    return ()


@cache
def nation_words(nation: str) -> frozenset[str]:
    """List all words, lower-cased, that name a country, its people, its government's seat, or a part of it."""
    own = {word for word, name in nations().items() if name == nation}
    for line in lexicon()["places"]["parts"].strip().splitlines():
        name, *parts = line.split()
        if name.replace("_", " ") == nation:
            own.update(part.replace("_", " ").lower() for part in parts)
    return frozenset(own)


@cache
def other_spellings() -> dict[str, frozenset[str]]:
    """Map a short name, lower-cased, to the longer names: `gop` → `republican`, `republican party`.

    Names are found by their words with and without what joins them: `food drug administration`.
    """
    spellings: defaultdict[str, set[str]] = defaultdict(set)
    for line in lexicon()["names"]["aliases"].strip().splitlines():
        names = [word.replace("_", " ").lower() for word in line.split()]
        names += [" ".join(word for word in name.split() if word not in JOINING) for name in names if " " in name]
        names = list(dict.fromkeys([*names, *(name.replace(".", "") for name in names)]))
        for name in names:
            spellings[name].update(other for other in names if other != name)
    return {name: frozenset(others) for name, others in spellings.items()}


@cache
def first_names() -> dict[str, frozenset[str]]:
    """Map a first name, lower-cased, to its short and long forms: `bill` → `william`, `will`, `billy`."""
    forms: defaultdict[str, set[str]] = defaultdict(set)
    for line in lexicon()["names"]["first_names"].strip().splitlines():
        for name in (several := line.split()):
            forms[name].update(other for other in several if other != name)
    return {name: frozenset(others) for name, others in forms.items()}


def is_weekday(lower: str) -> bool:
    """Recognise a lower-cased day of the week."""
    return lower in word_list("time", "weekdays")


def is_month(lower: str) -> bool:
    """Recognise a lower-cased month; `may` and `march` are for the caller to tell by their tag."""
    return lower.rstrip(".") in word_list("time", "months")
