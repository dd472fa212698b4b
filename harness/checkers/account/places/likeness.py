"""Whether who stands in a place of the articles can be the party that a claim has there.

*same* where the articles have the claim's word in it or a name for it, *other* where they tell of both as two, and
*maybe* else: a pronoun, a name beside a description (`ESPN`, `the company`), a word at large (`people`).
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, cached_property
from typing import Literal

from harness.checkers.account.alignment import DIFFERENT, SAME, compare
from harness.checkers.account.derivation import derivations
from harness.checkers.account.elements import SURE
from harness.checkers.account.matching import Match, Matcher
from harness.checkers.cluster_analysis import ClusterReading, argument
from harness.claims.entities import Name, known_as, same_name
from harness.claims.figures.agreement import agree, clash
from harness.claims.figures.measures import DURATIONS
from harness.claims.figures.quantities import Figure
from harness.claims.figures.slots import comparable
from harness.claims.frames import Frame
from harness.claims.meaning import opposites_of
from harness.claims.parsing.parse import Parse, Token
from harness.claims.sentence_analysis import Reading, phrase, times, verb_over
from harness.claims.thesaurus import is_being, near_words, said_by
from harness.language.lexical import lexicon, word_list

Likeness = Literal["same", "maybe", "other"]
NEAR = 0.45
"""Grade of WordNet at which two nouns may mean the same."""
_PARTIES = frozenset({"nsubj", "nsubjpass", "dobj", "dative", "iobj"})
_DEFINITE = frozenset({"the", "this", "that", "these", "those", "its", "their", "his", "her"})
_KINDS = frozenset({"amod", "compound"})
_DEEDS = frozenset({"verb", "copula"})
_MODIFIERS = frozenset({"compound", "poss", "nmod", "amod"})


class Parties:
    """The parties of one claim sentence beside those of the articles."""

    def __init__(self, cluster: ClusterReading, matcher: Matcher, reading: Reading) -> None:
        self.cluster = cluster
        self.matcher = matcher
        self.reading = reading

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """List the names of the claim, and words of it that the articles have as names: a headline hides them."""
        read = {at for name in self.reading.names for at in range(name.start, name.end)}
        single = {name.words[-1]: name for name in self.cluster.names if name.kind == "person"}
        single |= {name.words[0]: name for name in self.cluster.names if len(name.words) == 1}
        hidden = [
            replace(single[token.lower], start=token.i, end=token.i + 1, words=(token.lower,))
            for token in self.reading.parse.tokens
            if token.i not in read and token.text[:1].isupper() and token.lower in single
            and not self.cluster.casing.ordinary(token.lower)
        ]  # fmt: skip
        ordinary = self.cluster.casing.ordinary
        kept = [name for name in self.reading.names if name.nation or not all(map(ordinary, name.words))]
        return (*kept, *hidden)

    def name_of(self, index: int) -> Name | None:
        """Find the name that a word of the claim belongs to."""
        return next((name for name in self.names if name.start <= index < name.end), None)

    def beside(self, unit: int, index: int) -> bool:
        """Tell whether a sentence or a neighbour of it has a word of the claim."""
        near = {unit, *self.matcher.forms.near[unit]}
        return any(match.unit in near and match.grade >= SURE for match in self.matcher.matches(index))

    def among(self, unit: int, tokens: Sequence[int] | set[int], index: int) -> bool:
        """Tell whether some words of a sentence have a word of the claim; one that tells nothing is anywhere."""
        if index not in self.matcher.words:
            return True
        return any(match.unit == unit and match.token in tokens and match.grade >= SURE
                   for match in self.matcher.matches(index))  # fmt: skip

    def holds(self, unit: int, at: int, index: int) -> bool:
        """Tell whether the claim's word stands in the phrase that a token of a sentence heads."""
        return self.among(unit, phrase(self.cluster.readings[unit].parse, at), index)

    def likeness(self, unit: int, at: int, index: int) -> Likeness:
        """Compare who stands somewhere in a sentence with a party of the claim."""
        theirs = self.cluster.readings[unit]
        there, own = self.cluster.argument(unit, at), argument(self.reading, index)
        if there.name is None and self.name_of(index) is not None:  # the goalkeeper, Vish Akut
            beside = [each for each in theirs.parse.children[at] if theirs.parse.tokens[each].dep == "appos"]
            called = [self.cluster.argument(unit, each) for each in beside if theirs.name_at(each) is not None]
            there = called[0] if called else there
        if there.vague or not there.sure:
            return "other" if self._is_one_of_many(theirs.parse.tokens[at], index) else "maybe"
        counted = self.counted(unit, at, index)
        if counted is not None:
            return counted
        if self._unlike(unit, at, index):
            return "other"
        if self._is_only_owner(unit, at, index):
            return "other"
        inside = set(phrase(theirs.parse, at))
        mine = [each for each in phrase(self.reading.parse, index) if each in self.matcher.words]
        if any(match.unit == unit and match.token in inside and match.grade >= NEAR
               for each in mine for match in self.matcher.matches(each)):  # fmt: skip
            return "same"
        outcome = compare(self.cluster, own, there)
        if outcome == SAME:
            return "same"
        if there.name is not None and self._has_elsewhere(index, there.name):
            return "other"
        name = self.name_of(index) or (None if self.reading.name_at(index) else own.name)
        if name is not None and there.name is None and theirs.parse.tokens[at].tag == "NNS":
            return "other" if self.cluster.is_person(name) else "maybe"
        if name is not None and there.name is not None:
            return "other" if outcome == DIFFERENT or self.two(name, there.name) else "maybe"
        if name is not None:
            return "maybe"
        if there.name is not None:
            # `Minister` is whom the articles call so.
            known = self.cluster.called(self.reading.parse.tokens[index].lemma)
            return "other" if known and not any(same_name(there.name, each) for each in known) else "maybe"
        return self._nouns(index, theirs, at)

    def counted(self, unit: int, at: int, index: int) -> Likeness | None:
        """Compare how many there are; None where one of the two has no figure, or no article has the claim's.

        A figure that no article has may be a sum of theirs, which `figures` looks for.
        """
        mine = phrase(self.reading.parse, index)
        inside = self.cluster.readings[unit].parse.subtree(at)
        ours = [figure for figure in self.figures if figure.token in mine]
        here = [found for where, found in self.cluster.figures if where == unit and found.token in inside]
        if any(agree(one, other) for one in ours for other in here):
            return "same"
        apart = any(comparable(one, other) and clash(one, other) for one in ours for other in here)
        return "other" if apart else None

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """List the figures of the claim that say how many, and that an article has and none of them adds up to."""
        return tuple(
            figure for figure in self.reading.figures
            if not figure.ordinal and figure.modifier != "vague" and figure.unit not in {"age", *DURATIONS}
            and any(agree(figure, found) for _, found in self.cluster.figures)
            and next(iter(derivations(figure, self.reading, self.cluster)), None) is None
        )  # fmt: skip

    def two(self, one: Name, other: Name) -> bool:
        """Tell two names apart that the articles have as two parties, or that are of two countries."""
        if one.nation and other.nation:
            return one.nation != other.nation
        if same_name(one, other) or set(one.words) & set(other.words):
            return False
        # Two whom the articles have by first name and surname are two people.
        return self.cluster.two(one, other) or (self.cluster.is_person(one) and self.cluster.is_person(other))

    def is_namesake(self, unit: int, at: int, index: int) -> bool:
        """Tell whether somebody has a claim's surname and another first name, and the claim's first name another."""
        name, there = self.name_of(index), self.cluster.argument(unit, at).name
        if name is None or there is None or min(len(name.words), len(there.words)) < 2 or known_as(name, there):
            return False
        if self.cluster.casing.ordinary(name.words[0]):
            return False  # banker Ferri
        people = self.cluster.is_person(there) and there.words[0][0] != name.words[0][0]
        apart = name.words[-1] == there.words[-1] and not any(name.words == each.words for each in self.cluster.names)
        return people and apart and any(match.grade >= SURE for match in self.matcher.matches(name.start))

    def of_another(self, unit: int, places: Sequence[int], index: int) -> int | None:
        """Find whose a party is in the articles where the claim has another's: `Athletic's captain`, `owner's car`."""
        theirs = self.cluster.readings[unit]
        mine = _name_beside(self.reading, self.names, index)
        owner = None if mine is not None else _owner(self.reading, index)
        for match in self.matcher.matches(index):
            if match.unit != unit or match.grade < SURE or match.token not in places:
                continue
            there = None if mine is None else _name_beside(theirs, theirs.names, match.token)
            if mine is not None and there is not None and self.two(mine, there):
                return there.end - 1
            other = None if owner is None else _owner(theirs, match.token)
            if owner is None or other is None or not self.matcher.matches(owner):
                continue
            if not self.holds(unit, other, owner) and self.likeness(unit, other, owner) == "other":
                return other
        return None

    def of_another_kind(self, unit: int, places: Sequence[int], index: int) -> int | None:
        """Find what makes a thing another in the articles: a `growth forecast`, where the claim has one of inflation.

        The claim's own kind has to stand in the articles, and nowhere near this sentence.
        """
        theirs = self.cluster.readings[unit]
        near = {unit, *self.matcher.forms.near[unit]}
        mine = [at for at in _kinds(self.reading, index) if at in self.matcher.words]
        found = {at: self.matcher.matches(at) for at in mine}
        away = [at for at in mine if any(match.grade >= SURE for match in found[at])
                and not any(match.unit in near and match.grade >= NEAR and not self._of_other(match, index)
                        for match in found[at])]  # fmt: skip
        for match in self.matcher.matches(index) if away else ():
            if match.unit != unit or match.token not in places:
                continue
            said = [at for at in _kinds(theirs, match.token) if not self.reading.concepts & {theirs.keys[at], ""}]
            one, other = self.reading.parse.tokens[away[0]].lemma, [theirs.parse.tokens[at].lemma for at in said]
            if said and not any(related(one, each) or each in near_words(one, "n") for each in other):
                return said[0]
        return None

    def _is_one_of_many(self, pronoun: Token, index: int) -> bool:
        """Tell whether a pronoun for one stands where a claim has several: `it has agreed to pay`, of its customers."""
        own = self.reading.parse.tokens[index]
        several = own.tag == "NNS" and own.pos == "NOUN" and own.lemma != own.lower
        return pronoun.lower in {"it", "he", "she"} and several

    def _is_only_owner(self, unit: int, at: int, index: int) -> bool:
        """Tell whether a sentence has whose a claim's party is in its place, and that party elsewhere: Moe, her son."""
        own = self.reading.parse.tokens[index]
        owners = [child for child in self.reading.parse.children[index]
                  if self.reading.parse.tokens[child].dep == "poss"]  # fmt: skip
        bodies = word_list("roles", "bodies") | word_list("roles", "collectives")
        person = is_being(own.lemma) and own.lemma not in bodies
        named = owners and person and self.holds(unit, at, owners[0])
        elsewhere = any(match.grade >= SURE for match in self.matcher.matches(index))
        return bool(named) and not self.holds(unit, at, index) and elsewhere

    def of_another_make(self, unit: int, at: int, index: int) -> int | None:
        """Find by which word a thing of the articles is another: sales of electric cars, where a claim has diesel ones.

        The same sentence has the claim's own word before the same noun.
        """
        theirs, mine = self.cluster.readings[unit], self.reading.parse
        inside = set(theirs.parse.subtree(at))
        told = mine.subtree(index)
        nouns = {mine.tokens[each].lemma for each in told if mine.tokens[each].pos in {"NOUN", "PROPN"}}
        for each in (each for each in told if each in self.matcher.words and mine.tokens[each].dep in _KINDS):
            found = [match for match in self.matcher.matches(each) if match.grade >= SURE and match.unit == unit]
            if any(match.token in inside for match in found):
                continue
            beside = {self._before(match.unit, match.token) for match in found} & nouns
            other = next((child for child in inside if self._before(unit, child) in beside
                          and theirs.keys[child] not in self.reading.concepts), None)  # fmt: skip
            if other is not None:
                return other
        return None

    def _before(self, unit: int, at: int) -> str:
        """Return the lemma of the noun before which a word stands; empty for a noun or verb by itself."""
        token = self.cluster.readings[unit].parse.tokens[at]
        above = self.cluster.readings[unit].parse.tokens[token.head]
        return above.lemma if token.dep in _KINDS and above.pos == "NOUN" else ""

    def _unlike(self, unit: int, at: int, index: int) -> bool:
        """Tell whether somebody is of another age than a claim's, or a woman where the claim has a man."""
        theirs = self.cluster.readings[unit]
        mine, inside = phrase(self.reading.parse, index), theirs.parse.subtree(at)
        ages = {figure.value for figure in self.reading.figures if figure.unit == "age" and figure.token in mine}
        there = {figure.value for figure in theirs.figures if figure.unit == "age" and figure.token in inside}
        noun, other = self.reading.parse.tokens[index], theirs.parse.tokens[at]
        opposed = noun.pos == other.pos == "NOUN" and other.lemma in opposites_of(noun.lemma)
        return opposed or bool(ages and there and not ages & there)

    def _has_elsewhere(self, index: int, name: Name) -> bool:
        """Tell whether a claim has a name as another party beside a word: who is paid is not who pays."""
        parse = self.reading.parse
        inside = set(parse.subtree(index))
        verb = verb_over(parse, index)
        for each in self.names:
            head = parse.tokens[each.end - 1]
            above = verb_over(parse, head.i)
            party = head.dep in _PARTIES and parse.tokens[head.head].pos == "VERB"
            if party and above == verb is not None and head.i not in inside and same_name(each, name):
                return True
        return False

    def _called_apart(self, one: str, other: str) -> bool:
        """Tell whether the articles call two people by two nouns: judge Hattori is not the lawyer, Noda."""
        first, second = self.cluster.called(one), self.cluster.called(other)
        return bool(first and second) and not any(same_name(each, them) for each in first for them in second)

    def _of_other(self, match: Match, index: int) -> bool:
        """Tell whether a word of the articles says the kind of another thing than a noun of the claim."""
        parse = self.cluster.readings[match.unit].parse
        token = parse.tokens[match.token]
        same = self.matcher.matches(index)
        return token.dep == "compound" and not any((each.unit, each.token) == (match.unit, token.head) for each in same)

    def _nouns(self, index: int, theirs: Reading, at: int) -> Likeness:
        """Compare two nouns."""
        mine, noun = self.reading.parse.tokens[index], theirs.parse.tokens[at]
        one, other = mine.lemma, noun.lemma
        if related(one, other) or self.cluster.are_of(one, other) or self.cluster.are_of(other, one):
            return "maybe"
        unequal = {mine.tag, noun.tag} == {"NN", "NNS"}
        people = word_list("function", "anybody")
        animals = word_list("roles", "animals")
        if (one in animals) != (other in animals) and is_somebody(one) and is_somebody(other):
            return "maybe" if {one, other} & {"victim", "survivor"} else "other"
        if {one, other} & people and is_somebody(one) and is_somebody(other):
            return "other" if unequal and "people" not in {one, other} else "maybe"
        heads, bodies = word_list("roles", "titles"), word_list("roles", "collectives")
        if (one in heads and other in bodies) or (other in heads and one in bodies):
            head, body = (one, other) if one in heads else (other, one)
            return "maybe" if speaks_for(head, body) else "other"
        if kind_of(theirs, at) == "figure" and kind_of(self.reading, index) != "figure":
            return "maybe"  # `20 million crowns in aid`
        if self.cluster.apart(one, other) or self._called_apart(one, other):
            return "other"
        bare = not is_definite(theirs.parse, at)
        beings = is_somebody(one) and is_somebody(other)
        # No groups shot it where a hunter did, nor a hunter where groups did.
        apart = unequal and bare and (noun.tag == "NNS" or is_somebody(other))
        return "other" if apart or (beings and (unequal or bare)) else "maybe"


def _name_beside(reading: Reading, names: Sequence[Name], index: int) -> Name | None:
    """Find the one name that a noun stands with: `Rovers captain`, `Rovers' captain Ruth Olsen`, `vaccine by Lumen`."""
    tokens = reading.parse.tokens
    # What describes a name stands with whatever stands with the name.
    with_it = {index, tokens[index].head} if tokens[index].dep in _MODIFIERS else {index}
    found = []
    for name in names:
        head = tokens[name.end - 1]
        above = tokens[head.head]
        joined = above.dep == "prep" and above.lower in {"of", "by"} and above.head in with_it
        outside = not name.start <= index < name.end and head.i not in with_it
        if outside and (joined or (head.head in with_it and head.dep in _MODIFIERS)):
            found.append(name)
    return found[0] if len(found) == 1 else None


def _kinds(reading: Reading, index: int) -> list[int]:
    """List the common nouns that stand before a noun and say what kind of it is meant."""
    tokens = [reading.parse.tokens[child] for child in reading.parse.children[index]]
    return [each.i for each in tokens if each.dep == "compound" and each.pos == "NOUN" and not reading.name_at(each.i)]


def _owner(reading: Reading, index: int) -> int | None:
    """Find the noun whose a thing is: `the captain's licence`, `the licence of its owner`."""
    tokens, children = reading.parse.tokens, reading.parse.children
    owners = [child for child in children[index] if tokens[child].dep == "poss"]
    owners += [inner for child in children[index] if tokens[child].lower == "of" for inner in children[child]
               if tokens[inner].dep == "pobj"]  # fmt: skip
    nouns = [at for at in owners if tokens[at].pos in {"NOUN", "PROPN"}]
    return nouns[0] if len(nouns) == 1 else None


def related(one: str, other: str) -> bool:
    """Tell whether WordNet has two nouns for the same, or one as a kind of the other."""
    return one == other or said_by(one, "n").get(other, 0) >= NEAR or said_by(other, "n").get(one, 0) >= NEAR


def is_somebody(noun: str) -> bool:
    """Recognise a noun that means people."""
    lists = word_list("roles", "people") | word_list("roles", "titles") | word_list("function", "anybody")
    return is_being(noun) or noun in lists


def speaks_for(title: str, body: str) -> bool:
    """Tell whether whoever bears a title may speak for a body; of a title that says nothing of it all may."""
    own = _speaking().get(title)
    return own is None or body in own or body in word_list("roles", "any_body")


@cache
def _speaking() -> dict[str, frozenset[str]]:
    """Map a title to the bodies that its bearers speak for."""
    lines = (line.split("|") for line in lexicon()["roles"]["speaks_for"].strip().splitlines())
    return {title: frozenset(bodies.split()) for titles, bodies in lines for title in titles.split()}


def kind_of(reading: Reading, at: int) -> str:
    """Sort what stands in a place: `time`, `place`, `figure`, or its part of speech; only equals are compared."""
    token = reading.parse.tokens[at]
    name = reading.name_at(at)
    if token.entity in {"DATE", "TIME"} or token.lower in times(reading.parse):
        return "time"
    if name is not None and (name.kind == "place" or name.nation):
        return "place"
    if token.entity in {"MONEY", "PERCENT", "CARDINAL", "QUANTITY"} or token.pos == "NUM":
        return "figure"
    return token.pos


def is_definite(parse: Parse, at: int) -> bool:
    """Tell whether a noun has a word before it by which it may point back: `the captain`."""
    return any(parse.tokens[child].lower in _DEFINITE for child in parse.children[at])


def frame_at(reading: Reading, at: int) -> Frame | None:
    """Find the frame of a verb."""
    return next((frame for frame in reading.frames if frame.predicate == at and frame.kind in _DEEDS), None)
