"""The question that a figure answers, whatever the words: how many of whom, to whom what happened, where and when.

`slots` compares the words of two sentences. Here crew are sailors, `left 34 dead` tells of deaths, `12 members of the
crew` are crew, `eleven of them` are those whom the sentence before named, and a figure that is only a part, a forecast
or of another year answers no question of the whole.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from harness.claims.figures.agreement import clash
from harness.claims.figures.lacks import lacking
from harness.claims.figures.measures import DURATIONS
from harness.claims.figures.parts import whole_of
from harness.claims.figures.quantities import Figure
from harness.claims.figures.slots import TOLLS, counted
from harness.claims.frames import Frame
from harness.claims.meaning import concept
from harness.claims.parsing.parse import Token
from harness.claims.sentence_analysis import Reading, phrase
from harness.claims.thesaurus import SAME, said_by
from harness.language.lexical import lexicon, word_list

PEOPLE = frozenset({"people"})
_LIGHT = frozenset(map(concept, word_list("light", "empty")))
"""Words that say nothing of what a figure counts."""
_UNITS = frozenset(map(concept, word_list("units", "named"))) | {"united states"}
_FORECAST = frozenset({
    "expect", "forecast", "predict", "project", "anticipate", "hope", "aim", "target", "fear", "want", "demand", "seek",
    "ask", "offer", "propose", "request",
})  # fmt: skip
"""Verbs under which a figure is foreseen or asked for."""
_SUMS = frozenset({"total", "number"})
"""Nouns that stand for what they are of: a total of 42 bags."""
_AGE = re.compile(r"[A-Z]\w+, $")
_PART_BEFORE = re.compile(
    r"\b(?:another|other|further|additional|extra|remaining|of (?:the|these|those|its|their|all)|out of|the other)"
    r"(?: (?:about|some|nearly|more than|over|at least))?\s*$",
    re.IGNORECASE,
)
_PART_AFTER = re.compile(
    r"\s+(?:more\b(?! than)|others?\b|further\b|additional\b|(?:more )?of (?:the|these|those|its|his|her|our|my)\b)",
    re.IGNORECASE,
)
_INCLUDED = re.compile(
    r"\b(?:including|includ(?:es|ed)|among (?:them|whom|the \w+)|of (?:them|whom))[\s,:]*(?:(?:were|are|at least|about"
    r"|some|more than|nearly)\s+)*$",
    re.IGNORECASE,
)
_THEIRS = re.compile(r"\s+of (?:them|whom)\b", re.IGNORECASE)
_BEFORE = re.compile(
    r"\b(?:last (?:year|month|season|decade)|(?:years?|months?|decades?|weeks?) (?:ago|earlier|before)|prior to"
    r"|previous|the (?:year before|prior (?:week|month|year)|earlier (?:week|month|year))|on average|usually|normally"
    r"|since (?:19|20)\d\d|in records|historically)\b",
    re.IGNORECASE,
)
_NEAR_BEFORE = 200
"""Characters before a figure that say what it is a part of; the patterns need a few words."""
_NEAR = frozenset({"in", "at", "near", "around", "across", "throughout", "outside", "inside"})


@lru_cache(maxsize=256)
def _is_of_earlier(text: str) -> bool:
    """Tell whether a sentence speaks of an earlier time; asked once a figure, and a sentence may have hundreds."""
    return bool(_BEFORE.search(text))


@cache
def _crowds() -> dict[str, frozenset[str]]:
    """Map a noun to the groups of people or things that it may name, each by the first word of its line."""
    by_noun: dict[str, set[str]] = {}
    for line in lexicon()["roles"]["crowds"].strip().splitlines():
        first, *others = line.split()
        for word in (first, *others):
            by_noun.setdefault(word, set()).add(first)
    return {word: frozenset(groups) for word, groups in by_noun.items()}


@cache
def _light_deeds() -> dict[tuple[str, str], str]:
    """Map a verb and a word beside it to the deed they tell of a figure between them: `leave dead` to deaths."""
    rows = (line.split() for line in lexicon()["light"]["told"].strip().splitlines())
    return {(verb, beside): concept(deed) for verb, beside, deed in rows}


@lru_cache(maxsize=1 << 13)
def kinds(lemma: str, part: str) -> frozenset[str]:
    """List what a word may be called when two sentences are compared: its concept, its synonyms', its group's."""
    found = {concept(lemma)}
    for other, grade in said_by(lemma, part).items():
        if grade == SAME and said_by(other, part).get(lemma) == SAME:
            found.add(concept(other))
    if part == "n":
        found |= {f"those called {group}" for group in _crowds().get(lemma, ())}
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Question:
    """The question that a figure is the answer to."""

    unit: str
    things: frozenset[str]
    """Names of what is counted; `people` for people at large. Empty for measures."""
    deeds: frozenset[str]
    """Names of what happens to them, or of what is measured."""
    names: frozenset[str]
    """Words of names of whose measure it is."""
    places: frozenset[str]
    times: frozenset[str]
    about: frozenset[str]
    """Of what a percentage is one: infection, hospital stays. Empty for all else."""
    name: str
    """The question in key words."""

    @property
    def only_grows(self) -> bool:
        """Tell whether the count can only rise while an event lasts: the dead and the injured."""
        return not self.unit and bool(self.deeds & {concept("kill"), concept("injure")})

    def shared(self, other: "Question") -> frozenset[str]:
        """List what both count and both tell of it; empty where they ask different things."""
        if self.unit != other.unit or not self.deeds & other.deeds:
            return frozenset()
        if not self.unit and not self.things & other.things:
            return frozenset()
        if self.unit == "percent" and self.about != other.about and not self.about & other.about:
            return frozenset()
        # A question that leaves out whose, where or when may be any other's.
        for mine, theirs in ((self.names, other.names), (self.places, other.places), (self.times, other.times)):
            if mine and theirs and not mine & theirs:
                return frozenset()
        return (self.things & other.things) | (self.deeds & other.deeds)


class Asked:
    """One sentence's figures and the questions that they answer; `before` is what its plural pronouns stand for."""

    def __init__(self, reading: Reading, before: frozenset[str] = frozenset()) -> None:
        self.reading = reading
        self.tokens = reading.parse.tokens
        self.text = reading.parse.text
        self.before = before

    def question(self, figure: Figure) -> Question | None:
        """Find the question of a figure; None where it is uncertain, a part, of another time, or says too little."""
        # Ages and stretches of time are told of many things in one article.
        if figure.ordinal or figure.unit == "age" or figure.unit in DURATIONS or not self._is_whole(figure):
            return None
        things = frozenset() if figure.unit else self._things(figure)
        # What is counted is no deed of its own: `the dead` would answer every question about deaths.
        deeds = self._deeds(figure) - things - _LIGHT - _UNITS - kinds(figure.head, "n")
        if not deeds:
            return None
        frames = self._frames(figure)
        own = [frame.concept for frame in frames if frame.concept in deeds] + sorted(deeds, key=lambda d: (len(d), d))
        what = figure.unit or ("people" if things == PEOPLE else figure.head or min(things, key=len))
        return Question(
            figure.unit, things, deeds, self._names(figure, frames), self._places(figure, frames), self._times(frames),
            self._about(figure, frames), f"{what} {own[0]}".removeprefix("those called "),
        )  # fmt: skip

    def _frames(self, figure: Figure) -> list[Frame]:
        """List the predicates that what a figure counts takes part in; being near is not enough: `died of …`."""
        head = self.tokens[figure.head_token]
        above = self.tokens[self.tokens[head.head].head]
        # `A total of 42 bags were found`: the verb's argument is `total`, not `bags`.
        about = {figure.token, head.i, above.i if head.dep == "pobj" and above.lemma in _SUMS else head.i}
        return [
            frame for frame in self.reading.frames
            if about & {*frame.agents, *frame.patients, *(
                at for name, at in frame.obliques if figure.unit or name in {"to", "at", "by", "past"}
            )}
        ]  # fmt: skip

    def _is_whole(self, figure: Figure) -> bool:
        """Accept a figure said to be so, now, of the whole: no `could rise to 100`, `another five`, `last year`."""
        before, after = self._near_before(figure), self.text[figure.end : figure.end + _NEAR_BEFORE]
        # `Norton, 43,` is an age.
        if _AGE.search(before) and after[:1] in {",", ")", "."}:
            return False
        if _PART_BEFORE.search(before) or _PART_AFTER.match(after) or _is_of_earlier(self.text):
            return False
        if _INCLUDED.search(before) and self._things(figure) == PEOPLE:
            return False
        frames = self._frames(figure)
        if any(frame.modality in {"possible", "conditional", "planned"} for frame in frames):
            return False
        above = {frame.predicate for frame in frames} | {
            frame.governor for frame in frames
            if frame.governor >= 0 and self.tokens[frame.predicate].dep in {"ccomp", "xcomp", "oprd"}
        }  # fmt: skip
        lemmas = {self.tokens[at].lemma for at in above}
        return not lemmas & _FORECAST and not (self._is_added(figure, frames) and not figure.unit)

    def _near_before(self, figure: Figure) -> str:
        """Cut out what stands just before a figure: over a whole sentence, each figure's search took the square."""
        return self.text[max(0, figure.start - _NEAR_BEFORE) : figure.start]

    def _is_added(self, figure: Figure, frames: list[Frame]) -> bool:
        """Recognise a figure that comes on top of another: five people in a car also died."""
        children = self.reading.parse.children
        also = any(self.tokens[child].lower == "also" for frame in frames for child in children[frame.predicate])
        inside = any(self.tokens[child].dep in {"prep", "relcl"} for child in children[figure.head_token])
        return also and inside

    def _things(self, figure: Figure) -> frozenset[str]:
        """List the names of what a figure counts."""
        head = self.tokens[figure.head_token]
        heads: list[Token] = []
        if figure.head and head.lemma in {"member", "personnel", "group", "team", *_SUMS}:
            heads = self._of(head.i) or [
                self.tokens[child] for child in self.reading.parse.children[head.i]
                if self.tokens[child].dep in {"compound", "nmod"} and self.tokens[child].pos in {"NOUN", "PROPN"}
            ]  # fmt: skip
        if not heads and not figure.head:
            heads = self._of_whom(figure)
            if not heads and self.before and (_THEIRS.match(self.text[figure.end :])):
                return self.before
        if not heads and head.lemma == "civilian":
            return frozenset({"civilian"})  # among soldiers, say: not people at large
        if not heads and counted(self.reading, figure) == PEOPLE:
            return PEOPLE
        found: set[str] = set()
        for token in heads or [head]:
            found |= kinds(token.lemma, "n") | kinds(token.lower, "n")
        if found & {concept("person"), concept("protester"), concept("victim")}:
            return PEOPLE
        # `114 people aboard` are crew and passengers alike.
        if head.lower == "people" and re.search(r"\b(?:aboard|on board)\b", self.text[figure.end : figure.end + 40]):
            return frozenset({"those called crew", "those called passenger"})
        return frozenset(found)

    def _of(self, index: int) -> list[Token]:
        """List what `of` governs after a noun."""
        children = self.reading.parse.children
        return [
            self.tokens[inner] for child in children[index] if self.tokens[child].lower == "of"
            for inner in children[child] if self.tokens[inner].dep == "pobj" and self.tokens[inner].pos != "PRON"
        ]  # fmt: skip

    def _of_whom(self, figure: Figure) -> list[Token]:
        """Find the whole that a bare figure is a part of: passengers, in `of the 40 passengers, 12 were killed`."""
        people = word_list("roles", "people") | _crowds().keys()
        before = [
            token for token in self.tokens[: figure.token]
            if token.lemma in people and token.pos in {"NOUN", "PROPN"} and token.tag in {"NNS", "NN", "NNPS"}
        ]  # fmt: skip
        theirs = _THEIRS.match(self.text[figure.end :])
        found = before if theirs else [token for token in before if self._is_fronted(token)]
        return found[-1:] or whole_of(self.reading, figure)

    def _is_fronted(self, token: Token) -> bool:
        """Recognise `of the 40 passengers` at the beginning of a sentence."""
        above = self.tokens[token.head]
        return token.dep == "pobj" and above.lower in {"of", "among"} and above.i <= 1

    def _deeds(self, figure: Figure) -> frozenset[str]:
        """List the names of what happens to what a figure counts, or of what it measures."""
        about = {figure.head_token, figure.token}
        found: set[str] = set(lacking(self.reading, figure.head_token, self._frames(figure)))
        is_light = bool(found)
        head = self.tokens[figure.head_token]
        above = self.tokens[self.tokens[head.head].head] if head.dep == "pobj" else head  # lives, of `lives of 29`
        for frame in self.reading.frames:
            verb = self.tokens[frame.predicate].lemma
            beside = (
                {self.tokens[at].lemma for at in (*frame.patients, *frame.agents)}
                | {self.tokens[at].lemma for _, at in frame.obliques}
                | self._particles(frame.predicate)
            )
            # `Took the lives of 29`: the figure hangs below the verb's object.
            mine = about & {*frame.agents, *frame.patients} or (above.i in frame.patients and above.lemma == "life")
            for word in beside - {head.lemma}:
                if mine and (verb, word) in _light_deeds():
                    found.add(_light_deeds()[verb, word])
                    is_light = True
        # `left 34 dead` tells of deaths alone: its own verb (`leave`) would match any other departure.
        if is_light:
            return frozenset(found)
        children = self.reading.parse.children
        for index in about:
            for child in children[index]:
                token = self.tokens[child]
                participle = token.tag in {"VBN", "VBG"} or token.lemma in {"dead", "missing", "homeless"}
                if (
                    self.reading.keys[child]
                    and token.dep in {"amod", "acl", "compound"}
                    and (participle or figure.unit)
                ):
                    found.add(self.reading.keys[child])
            above = self.tokens[self.tokens[index].head]
            if above.i != index and above.pos in {"NOUN", "PROPN", "ADJ"} and figure.unit:
                found.add(self.reading.keys[above.i])
            found.update(TOLLS[word] for word in (self.tokens[index].lemma, above.lemma) if word in TOLLS)
        for frame in self._frames(figure):
            token = self.tokens[frame.predicate]
            arguments = (*frame.agents, *frame.patients, *(at for _, at in frame.obliques))
            found.update(TOLLS[self.tokens[at].lemma] for at in arguments if self.tokens[at].lemma in TOLLS)
            if figure.unit:
                found.update(self.reading.keys[at] for at in frame.agents if self.tokens[at].pos == "NOUN")
            if frame.concept not in _LIGHT:
                found |= {frame.concept, *(kinds(token.lemma, "v") if token.pos == "VERB" else ())}
        return frozenset(found | self._included(figure)) - {""}

    def _included(self, figure: Figure) -> frozenset[str]:
        """List what happened to the whole that a figure is a part of: nine children among 26 dead."""
        children = self.reading.parse.children
        beside = {figure.head_token, *(frame.predicate for frame in self._frames(figure))}
        among = {
            self.reading.keys[inner] for index in beside for child in children[index]
            if self.tokens[child].lower == "among" and child > figure.token
            for inner in children[child] if self.reading.keys[inner]
        }  # fmt: skip
        if not _INCLUDED.search(self._near_before(figure)) or whole_of(self.reading, figure):
            return frozenset(among)
        earlier = [other for other in self.reading.figures if other.end <= figure.start and not other.unit]
        return frozenset(among) | (self._deeds(earlier[-1]) if earlier else frozenset())

    def _particles(self, predicate: int) -> set[str]:
        """List what belongs to a verb but is no object: `out` of `walk out`; `away`, `work` of `away from work`."""
        children = self.reading.parse.children
        return {
            self.tokens[at].lemma
            for child in children[predicate] if self.tokens[child].dep in {"prt", "advmod"}
            for at in self.reading.parse.subtree(child)
        }  # fmt: skip

    def _names(self, figure: Figure, frames: list[Frame]) -> frozenset[str]:
        """List the words of names whose measure a figure is; counts have none."""
        if not figure.unit:
            return frozenset()
        inside = {at for frame in frames for agent in frame.agents for at in phrase(self.reading.parse, agent)}
        return frozenset(
            word for name in self.reading.names if inside & set(range(name.start, name.end)) for word in name.words
        )

    def _about(self, figure: Figure, frames: list[Frame]) -> frozenset[str]:
        """List what a percentage is of, from the phrases beside it and its predicate."""
        if figure.unit != "percent":
            return frozenset()
        children = self.reading.parse.children
        head = self.tokens[figure.head_token]
        beside = {head.i, head.head, *(frame.predicate for frame in frames)}
        found = [
            at for index in beside for child in children[index]
            if self.tokens[child].dep == "prep" and self.tokens[child].lower in {"of", "at", "against", "for", "in"}
            for at in self.reading.parse.subtree(child)
        ]  # fmt: skip
        skipped = {figure.head_token, figure.token}
        return frozenset(
            self.reading.keys[at] for at in found
            if self.reading.keys[at] and at not in skipped and self.tokens[at].entity not in {"DATE", "TIME"}
        ) - _UNITS  # fmt: skip

    def _places(self, figure: Figure, frames: list[Frame]) -> frozenset[str]:
        """List the words of the places where it happens."""
        where = {at for frame in frames for name, at in frame.obliques if name in _NEAR}
        children = self.reading.parse.children
        where |= {
            inner for child in children[figure.head_token] if self.tokens[child].lower in _NEAR
            for inner in children[child] if self.tokens[inner].dep == "pobj"
        }  # fmt: skip
        inside = {at for index in where for at in phrase(self.reading.parse, index)}
        return frozenset(
            self.reading.keys[at] for name in self.reading.names if inside & set(range(name.start, name.end))
            for at in range(name.start, name.end) if self.reading.keys[at]
        )  # fmt: skip

    def _times(self, frames: list[Frame]) -> frozenset[str]:
        """List the years that the sentence names, and the weekdays on which it happens."""
        years = {time for time in self.reading.times if time.isdigit()}
        days = {self.tokens[at].lower for frame in frames for name, at in frame.obliques if name == "on"}
        return frozenset(years | (days & word_list("time", "weekdays")))


def disagree(first: Figure, second: Figure) -> bool:
    """Tell whether two answers to one question cannot both hold.

    `at least 40` and 47 can, `more than 200` and 180 cannot; `hundreds` and 40 cannot, `dozens` and 13 nearly can.
    """
    for one, other in ((first, second), (second, first)):
        if one.modifier == "vague":
            high = one.high or one.low
            return other.modifier != "vague" and not one.low / 2 <= other.value <= high * 2
        if one.modifier == "above" and other.modifier != "above" and one.low <= other.value <= _NEARLY * one.low:
            return False
        if one.modifier == "below" and other.modifier != "below" and one.value <= _NEARLY * other.value <= (
            _NEARLY * one.value
        ):  # fmt: skip
            return False
    return clash(first, second)


_NEARLY = 1.25
"""How far above `at least` or below `less than` a figure may lie that is a report of the same."""
