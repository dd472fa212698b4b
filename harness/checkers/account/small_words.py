"""Claims that a small word turns: before and after, all and some, by so much and to so much.

Every other word may be borne out; the articles have the small one otherwise, of the same things.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from harness.checkers.account.elements import SURE, Held, Spot
from harness.checkers.account.matching import Matcher
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.contrasts import excepted
from harness.claims.figures.agreement import agree
from harness.claims.parsing.parse import Parse, Token
from harness.claims.sentence_analysis import Reading
from harness.language.lexical import word_list

_EARLIER_FIRST = {"after": False, "following": False, "before": True}
"""Words of a sequence, and whether what stands before them came first."""
_AMOUNTS = frozenset({"by", "to", "from"})
_TOO = {"much": "little", "little": "much", "many": "few", "few": "many"}
_TURNED = 2
"""Words of a claim that an article has on the other side of its word, at least one of either side."""


def account_of_small_words(cluster: ClusterReading, matcher: Matcher, reading: Reading) -> Iterator[Held]:
    """Find small words of a claim that the articles have otherwise where they tell of the same things."""
    yield from _turned_sequence(cluster, matcher, reading)
    yield from [*_lesser_share(cluster, matcher, reading)] or _counted_whole(cluster, matcher, reading)
    yield from _other_amount(cluster, reading)
    yield from _other_superlative(cluster, matcher, reading)
    yield from _of_other_kind(cluster, matcher, reading)
    yield from _too_little(cluster, matcher, reading)


@dataclass(frozen=True, slots=True)
class _Sequence:
    """What a sentence has first and what later, as tokens, and the word that says so."""

    marker: Token
    earlier: frozenset[int]
    later: frozenset[int]
    heads: frozenset[int] = frozenset()
    """What governs either side: without them words of two events that have nothing to do with it would do."""


def _sequences(parse: Parse) -> Iterator[_Sequence]:
    for token in parse.tokens:
        if token.lower not in _EARLIER_FIRST or token.dep not in {"mark", "prep"}:
            continue
        head = parse.tokens[token.head]
        if token.dep == "mark":
            main, governed = parse.tokens[head.head], frozenset(parse.subtree(head.i))
        else:
            main, governed = head, frozenset(parse.subtree(token.i))
            things = [parse.tokens[at] for at in parse.children[token.i]]
            if any(each.pos == "PRON" or each.lemma in word_list("function", "stood_before") for each in things):
                continue  # `served before him`, `appears before court`: no order of time
        if main.i == head.i and token.dep == "mark":
            continue  # a clause by itself
        above = parse.tokens[main.head] if main.pos != "VERB" else main
        rest = frozenset(parse.subtree(above.i)) - governed - {token.i}
        first, then = (rest, governed) if _EARLIER_FIRST[token.lower] else (governed, rest)
        inner = [head.i] if token.dep == "mark" else parse.children[token.i]
        heads = {above.i, main.i, *(at for each in inner for at in _deed(parse, each))}
        yield _Sequence(token, first - {token.i}, then - {token.i}, frozenset(heads))


def _deed(parse: Parse, at: int) -> Iterator[int]:
    """Yield what a clause tells of: its verb, and where that says little its subject: `the inspection took place`."""
    yield at
    if parse.tokens[at].lemma in _LITTLE:
        yield from (child for child in parse.children[at] if parse.tokens[child].dep in {"nsubj", "nsubjpass"})


_LITTLE = frozenset({"take", "be", "begin", "start", "end", "happen", "occur"})


def _sides_as_written(parse: Parse) -> _Sequence | None:
    """Part a headline at its one word of a sequence, whatever its parse: what precedes it, and what follows."""
    marks = [token for token in parse.tokens if token.lower in _EARLIER_FIRST]
    if len(marks) != 1 or not 0 < marks[0].i < len(parse.tokens) - 1:
        return None
    at = marks[0].i
    before, behind = frozenset(range(at)), frozenset(range(at + 1, len(parse.tokens)))
    first, then = (before, behind) if _EARLIER_FIRST[marks[0].lower] else (behind, before)
    return _Sequence(marks[0], first, then)


def _turned_sequence(cluster: ClusterReading, matcher: Matcher, reading: Reading) -> Iterator[Held]:
    """Find `X after Y` of which a sentence has `Y after X`, or `X before Y`, and none has it as the claim has."""
    mine = _sides_as_written(reading.parse)
    if mine is None:
        return
    found: list[tuple[Spot, str]] = []
    for unit, theirs in enumerate(cluster.readings):
        for sequence in _sequences(theirs.parse):
            straight = [_shared(matcher, unit, mine.earlier, sequence.earlier, sequence.later),
                        _shared(matcher, unit, mine.later, sequence.later, sequence.earlier)]  # fmt: skip
            turned = [_shared(matcher, unit, mine.earlier, sequence.later, sequence.earlier),
                      _shared(matcher, unit, mine.later, sequence.earlier, sequence.later)]  # fmt: skip
            if all(straight) and sum(straight) >= sum(turned):
                return
            told = [_shared(matcher, unit, mine.earlier, sequence.later & sequence.heads, sequence.earlier),
                    _shared(matcher, unit, mine.later, sequence.earlier & sequence.heads, sequence.later)]  # fmt: skip
            if all(told) and sum(turned) >= _TURNED and not any(straight):
                marker = sequence.marker
                found.append(((unit, marker.start, marker.end), marker.text))
    if found:
        spot, word = found[0]
        reason = f"the articles have it the other way round: “{word}” in another order"
        yield Held("time", mine.marker.start, mine.marker.end, "unaccounted", (spot,), reason, "sequence_turned", 1.0,
                   "time")  # fmt: skip


def _shared(matcher: Matcher, unit: int, words: frozenset[int], here: frozenset[int], other: frozenset[int]) -> int:
    """Count the words of a claim that a sentence has on one side and not on the other."""
    count = 0
    for at in words & frozenset(matcher.words):
        places = {match.token for match in matcher.matches(at) if match.unit == unit and match.grade >= SURE}
        count += bool(places & here) and not places & other
    return count


def _lesser_share(cluster: ClusterReading, matcher: Matcher, reading: Reading) -> Iterator[Held]:
    """Find `all` of something of which the articles say it of most, half or some only."""
    for token in reading.parse.tokens:
        if token.lower not in word_list("function", "all_of_them"):
            continue
        thing = _quantified(reading.parse, token)
        if thing is None or thing not in matcher.words:
            continue
        found: list[tuple[int, Token]] = []
        for match in matcher.matches(thing):
            parse = cluster.readings[match.unit].parse
            lesser = _lesser(parse, parse.tokens[match.token])
            if match.grade < SURE or not _has_deed(matcher, reading, match.unit):
                continue
            if lesser is None:
                found = []
                break
            found.append((match.unit, lesser))
        if found:
            yield _rival(token, found[0], f"the articles have “{found[0][1].text}” there, not “{token.text}”")


def _quantified(parse: Parse, token: Token) -> int | None:
    """Find the noun that `all` or `every` is said of: `all villages`, `all 40 villages`, `all of the villages`."""
    head = parse.tokens[token.head]
    if token.dep in {"det", "predet", "amod"} and head.pos in {"NOUN", "PROPN"}:
        return head.i
    if token.dep == "quantmod" and parse.tokens[head.head].pos in {"NOUN", "PROPN"}:
        return head.head
    inner = (parse.tokens[at] for child in parse.children[token.i] if parse.tokens[child].lower == "of"
             for at in parse.children[child] if parse.tokens[at].dep == "pobj")  # fmt: skip
    return next((each.i for each in inner), None)


def _lesser(parse: Parse, noun: Token) -> Token | None:
    """Find the word by which a sentence speaks of a part of some things: `most of the villages`, `some members`."""
    words = word_list("function", "part_of_them")
    for child in parse.children[noun.i]:
        if parse.tokens[child].lower in words and parse.tokens[child].dep in {"det", "amod", "nummod", "predet"}:
            return parse.tokens[child]
    return _part_of(parse, noun, words)


def _part_of(parse: Parse, noun: Token, words: frozenset[str]) -> Token | None:
    """Find the word of `one of the four suspects` that stands for a part; `noun` is what `of` governs."""
    of = parse.tokens[noun.head]
    part = parse.tokens[of.head]
    return part if noun.dep == "pobj" and of.lower == "of" and part.lower in words else None


def _counted_whole(cluster: ClusterReading, matcher: Matcher, reading: Reading) -> Iterator[Held]:
    """Find a count of which the articles say that it is of one, or some, of so many."""
    words = word_list("function", "part_of_them") | {"one", "two", "three"}
    for figure in reading.figures:
        mine = reading.parse.tokens[figure.head_token]
        whole = _part_of(reading.parse, mine, words) is None and not excepted(reading.parse)
        if figure.head_token == figure.token or not whole:
            continue
        found: list[tuple[int, Token]] = []
        for unit, other in cluster.figures:
            parse = cluster.readings[unit].parse
            if not agree(figure, other) or not _has_deed(matcher, reading, unit):
                continue
            part = _part_of(parse, parse.tokens[other.head_token], words)
            if part is None or part.i == other.token or parse.tokens[other.head_token].lemma != mine.lemma:
                return  # `two of its members` are two members
            found.append((unit, part))
        if found:
            told = reading.parse.text[figure.start : figure.end]
            reason = f"the articles say it of “{found[0][1].text}” of “{told}”"
            yield _rival(reading.parse.tokens[figure.token], found[0], reason)


def _other_amount(cluster: ClusterReading, reading: Reading) -> Iterator[Held]:
    """Find a rise or fall `to` so much that the articles have as one `by` so much, or the reverse."""
    for figure in reading.figures:
        mine = _amount(reading.parse, reading.parse.tokens[figure.token])
        if mine is None:
            continue
        places = [(unit, _amount(cluster.readings[unit].parse, cluster.readings[unit].parse.tokens[other.token]))
                  for unit, other in cluster.figures if agree(figure, other)]  # fmt: skip
        others = [(unit, word) for unit, word in places if word is not None and word.lower != mine.lower]
        if others and len(others) == len(places):
            unit, word = others[0]
            told = reading.parse.text[figure.start : figure.end]
            yield _rival(mine, (unit, word), f"the articles have “{told}” under “{word.text}”, not “{mine.text}”")


def _other_superlative(cluster: ClusterReading, matcher: Matcher, reading: Reading) -> Iterator[Held]:
    """Find what a claim calls the tallest and the articles call the oldest, and nowhere the tallest."""
    for token in reading.parse.tokens:
        thing = _called_most(reading.parse, token)
        if thing is None or token.i not in matcher.words or matcher.matches(token.i):
            continue
        places = [(match.unit, cluster.readings[match.unit].parse, match.token) for match in matcher.matches(thing)
                  if match.grade >= SURE and match.unit in matcher.scene]  # fmt: skip
        found = [(unit, parse.tokens[child]) for unit, parse, at in places for child in parse.children[at]
                 if _called_most(parse, parse.tokens[child]) == at]  # fmt: skip
        if found:
            yield _rival(token, found[0], f"the articles have “{found[0][1].text}” there, not “{token.text}”")


def _of_other_kind(cluster: ClusterReading, matcher: Matcher, reading: Reading) -> Iterator[Held]:
    """Find the `northern hemisphere` of a claim where the articles tell of the southern one only, or a world record."""
    for token in reading.parse.tokens:
        thing = reading.parse.tokens[token.head]
        kinds = (word_list("function", name) for name in ("sides", "levels"))
        kind = next((several for several in kinds if token.lower in several), None)
        if kind is None or token.dep not in {"amod", "compound"} or thing.i not in matcher.words:
            continue
        places = [(match.unit, cluster.readings[match.unit].parse, match.token) for match in matcher.matches(thing.i)
                  if match.grade >= SURE]  # fmt: skip
        sides = [(unit, parse.tokens[child]) for unit, parse, at in places for child in parse.children[at]
                 if parse.tokens[child].lower in kind]  # fmt: skip
        if any(side.lower == token.lower for _, side in sides):
            continue
        sides = [each for each in sides if len(sides) == len(places) or _has_deed(matcher, reading, each[0])]
        if sides:
            yield _rival(token, sides[0], f"the articles have “{sides[0][1].text}” there, not “{token.text}”")


def _too_little(cluster: ClusterReading, matcher: Matcher, reading: Reading) -> Iterator[Held]:
    """Find `too much` where every sentence with the deed that has so has `too little`."""
    for before, token in pairwise(reading.parse.tokens):
        if before.lower != "too" or token.lower not in _TOO:
            continue
        pairs = [(unit, pair) for unit, other in enumerate(cluster.readings) if _has_deed(matcher, reading, unit)
                 for pair in pairwise(other.parse.tokens)]  # fmt: skip
        said = [(unit, after) for unit, (first, after) in pairs if first.lower == "too" and after.lower in _TOO]
        if said and all(after.lower == _TOO[token.lower] for _, after in said):
            yield _rival(token, said[0], f"the articles have “too {said[0][1].text}” there, not “too {token.text}”")


def _called_most(parse: Parse, token: Token) -> int | None:
    """Find the noun before which a superlative stands; none of one that judges, for which others have another."""
    head = parse.tokens[token.head]
    superlative = token.tag == "JJS" and token.lower not in word_list("function", "judging_most")
    return head.i if superlative and token.dep == "amod" and head.pos in {"NOUN", "PROPN"} else None


def _amount(parse: Parse, token: Token) -> Token | None:
    """Find the `by`, `to` or `from` between a verb of rising or falling and a figure."""
    before = [each for each in parse.tokens[max(0, token.i - 2) : token.i] if each.pos != "SYM"][-1:]
    written = next((each for each in before if each.lower in _AMOUNTS), None)
    for _ in range(3):
        above = parse.tokens[token.head]
        if above.i == token.i:
            return None
        if above.lower in _AMOUNTS and above.dep in {"prep", "aux", "agent"}:
            verb = parse.tokens[above.head]
            above = written or above  # from 9 to 10, which is parsed as one figure
            return above if {verb.lemma, verb.stem} & word_list("function", "changing") else None
        token = above
    return None


def _has_deed(matcher: Matcher, reading: Reading, unit: int) -> bool:
    """Tell whether a sentence has a deed of the claim."""
    return any(matcher.by_unit(frame.predicate).get(unit, 0.0) >= SURE
               for frame in reading.frames if frame.predicate in matcher.words)  # fmt: skip


def _rival(token: Token, found: tuple[int, Token], reason: str) -> Held:
    unit, other = found
    return Held("figure", token.start, token.end, "unaccounted", ((unit, other.start, other.end),), reason,
                "figure_rival", 1.0, "number")  # fmt: skip
