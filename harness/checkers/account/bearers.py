"""Places where the articles have a name: as it stands, spelled otherwise, inside another, or by what lies in it."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace

from harness.checkers.account.elements import SURE, Spot
from harness.checkers.account.matching import Matcher
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.entities import Name, acronym, same_name
from harness.claims.meaning import first_names, nation_words, nations, other_spellings
from harness.claims.sentence_analysis import Reading
from harness.language.lexical import pieces

LONGEST_ACRONYM = 6
LEAST_SPELT = 6
"""Letters of a name of one word from which on one wrong letter is a slip; beside a right first name or surname four."""
LEAST_BESIDE = 4


def bearers(cluster: ClusterReading, matcher: Matcher, reading: Reading, name: Name) -> Iterator[Spot]:
    """Yield the places where the articles have a name, or all its words in one sentence; the scene first."""
    names = cluster.matching(name)
    units = sorted({unit for other in names for unit in cluster.names[other]},
                   key=lambda unit: (unit not in matcher.sites, unit))  # fmt: skip
    for unit in units:
        for other in cluster.readings[unit].names:
            if same_name(name, other):
                tokens = cluster.readings[unit].parse.tokens
                yield unit, tokens[other.start].start, tokens[other.end - 1].end
    if any(unit in matcher.scene for unit in units):
        return
    parts = [at for at in range(name.start, name.end) if reading.keys[at]]
    if names:  # a sentence in which the parser sees no name may have it all the same
        yield from _parts(cluster, matcher, parts, matcher.scene)
        return
    yield from _of_nation(cluster, matcher, name)
    yield from _other_spellings(cluster, matcher, name)
    yield from _parts(cluster, matcher, parts, None)


def _parts(
    cluster: ClusterReading, matcher: Matcher, parts: Sequence[int], inside: Container[int] | None
) -> Iterator[Spot]:  # fmt: skip
    """Yield sentences that have all words of a name; `inside` limits them."""
    grades = [matcher.by_unit(at) for at in parts]
    for unit in sorted(set.intersection(*(set(found) for found in grades)) if grades else ()):
        if all(found[unit] >= SURE for found in grades) and (inside is None or unit in inside):
            match = next(m for m in matcher.matches(parts[0]) if m.unit == unit)
            token = cluster.readings[match.unit].parse.tokens[match.token]
            yield match.unit, token.start, token.end


def _of_nation(cluster: ClusterReading, matcher: Matcher, name: Name) -> Iterator[Spot]:
    """Yield places of a country inside another name (the US Air Force), or of something that lies in it."""
    if not name.nation:
        return
    found = [place for word in sorted(nation_words(name.nation)) if (parts := pieces(word))
             for place in matcher.forms.phrase(parts)]  # fmt: skip
    for unit, first, last in sorted(found, key=lambda place: (place[0] not in matcher.sites, place)):
        tokens = cluster.readings[unit].parse.tokens
        if tokens[first].text[:1].isupper():
            yield unit, tokens[first].start, tokens[last].end


def _other_spellings(cluster: ClusterReading, matcher: Matcher, name: Name) -> Iterator[Spot]:
    """Yield places of a name's longer or shorter form: an acronym spelt out, a state, a party."""
    forms = matcher.forms
    found = [place for other in sorted(other_spellings().get(" ".join(name.words), ()))
             for place in forms.phrase(other.split())]  # fmt: skip
    if len(name.words) == 1 and 2 <= len(name.words[0]) <= LONGEST_ACRONYM:
        found += forms.initials(name.words[0].replace(".", ""))
    elif len(name.words) > 1:
        found += forms.phrase((acronym(name.words),))
    for unit, first, last in found:
        tokens = cluster.readings[unit].parse.tokens
        yield unit, tokens[first].start, tokens[last].end


def without_plain_words(cluster: ClusterReading, matcher: Matcher, reading: Reading, name: Name) -> Name:
    """Cut ordinary words off a name that a headline's capitals made part of it: `Twin Afghan Bombings`.

    Only where the articles have what is left, and neither the whole name nor the word; no first name such as `Bob`.
    """
    tokens = reading.parse.tokens

    def plain(at: int) -> bool:
        """Recognise an ordinary word that no article has."""
        word = tokens[at].lower
        return word not in first_names() and cluster.casing.ordinary(word) and not matcher.matches(at)

    start = next((at for at in range(name.start, name.end - 1) if not plain(at)), name.end - 1)
    if start == name.start or cluster.matching(name):
        return name
    words = tuple(tokens[at].lower.removesuffix("'s").strip(".") for at in range(start, name.end))
    nation = nations().get(" ".join(words), "")
    rest = replace(name, start=start, words=words, nation=nation, kind="place" if nation else name.kind)
    return rest if cluster.matching(rest) else name


def misspelt(cluster: ClusterReading, matcher: Matcher, name: Name) -> Iterator[Spot]:
    """Yield places where the event is told and a name differs in one letter."""
    for other, units in cluster.names.items():
        if not _one_slip(name.words, other.words):
            continue
        for unit in units:
            for here in cluster.readings[unit].names:
                if here == other and unit in matcher.scene:
                    tokens = cluster.readings[unit].parse.tokens
                    yield unit, tokens[here.start].start, tokens[here.end - 1].end


def _one_slip(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """Match two names but for a letter of one word: the surname alone, or beside the same first name."""
    # A surname alone is compared with the surname of the full name.
    if len(first) == 1 < len(second):
        second = second[-1:]
    apart = [pair for pair in zip(first, second, strict=False) if pair[0] != pair[1]]
    if len(first) != len(second) or len(apart) != 1:
        return False
    least = LEAST_SPELT if len(first) == 1 else LEAST_BESIDE
    one, other = apart[0]
    digits = any(character.isdigit() for character in one + other)  # another digit is another thing: COVID-18
    return not digits and min(len(one), len(other)) >= least and one[0] == other[0] and _letters_apart(one, other)


def _letters_apart(one: str, other: str) -> bool:
    """Recognise one letter changed, left out or added, or two neighbours that changed places."""
    short, long = sorted((one, other), key=len)
    begun = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(long) - len(short) == 1:
        return short[begun:] == long[begun + 1 :]
    swapped = short[begun : begun + 2] == long[begun : begun + 2][::-1] and short[begun + 2 :] == long[begun + 2 :]
    return len(short) == len(long) and (short[begun + 1 :] == long[begun + 1 :] or swapped)
