"""Parts of speech and lemmas as spaCy gives them, worked out once for each word, tag and dependency.

spaCy holds some 180 patterns against every token of every sentence. All but a few ask only for the tag, the word and
the dependency of one token, and the lemma follows from what they say: an answer serves wherever the three come again.
A sentence that another pattern may fit goes through spaCy's own components.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_MOST = 1 << 16
"""Words with a tag and a dependency that are remembered; then it is begun anew."""
_ASKED = frozenset({"TAG", "LOWER", "DEP", "IS_SPACE"})
"""Conditions of a pattern of one token that are answered here."""

Kind = tuple[str, str, str, str]
"""Tag, part of speech, lemma and dependency of a token."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    """The conditions on a token, and the attributes that a token gets which meets them."""

    asked: Mapping[str, Any]
    given: Mapping[str, str]

    def fits(self, token: Mapping[str, str | bool]) -> bool:
        """Tell whether a token with these attributes meets the conditions; what they ask of others is taken as met."""
        return all(name not in token or _meets(wanted, token[name]) for name, wanted in self.asked.items())


@dataclass(frozen=True, slots=True)
class _Word:
    """A token as spaCy's lemmatiser looks at it."""

    text: str
    pos_: str
    features: str

    @property
    def orth(self) -> str:
        return self.text

    @property
    def pos(self) -> str:
        return self.pos_

    @property
    def morph(self) -> "_Word":
        return self

    @property
    def key(self) -> str:
        return self.features

    def to_dict(self) -> dict[str, str]:
        parts = (feature.partition("=") for feature in self.features.split("|") if "=" in feature)
        return {name: value for name, _, value in parts}


class Tagging:
    """The components `attribute_ruler` and `lemmatizer` of a pipeline, with their answers remembered."""

    COMPONENTS = ("attribute_ruler", "lemmatizer")

    def __init__(self, pipeline: Any) -> None:
        ruler, self._lemmatizer = (pipeline.get_pipe(name) for name in self.COMPONENTS)
        self._ruler = ruler
        self._single: list[_Pattern] = []
        """Patterns of one token, in order: a later one overrules."""
        self._openings: list[_Pattern] = []
        """First tokens of all other patterns."""
        for pattern in ruler.patterns:
            for tokens in pattern["patterns"]:
                simple = len(tokens) == 1 and set(tokens[0]) <= _ASKED and all(map(_understood, tokens[0].values()))
                (self._single if simple else self._openings).append(_Pattern(tokens[0], pattern["attrs"]))
        asked = [pattern.asked["LOWER"] for pattern in (*self._single, *self._openings) if "LOWER" in pattern.asked]
        self._named = {word for each in asked for word in _words(each)}
        self._shapes = [re.compile(each["REGEX"]) for each in asked if isinstance(each, Mapping) and "REGEX" in each]
        self._by_tag: dict[str, list[_Pattern]] = {}
        self._given: dict[tuple[str, bool, str, str], Mapping[str, str] | None] = {}
        self._kinds: dict[tuple[str, str, str], Kind | None] = {}

    def kinds(self, document: Any, words: Sequence[str], tags: Sequence[str], deps: Sequence[str]) -> Iterable[Kind]:
        """Return the kind of each token of a document that has tags and dependencies; may change the document."""
        found = list(map(self._kind, words, tags, deps))
        if None not in found:
            return found  # type: ignore[return-value]  # there is no None in it
        for component in (self._ruler, self._lemmatizer):
            document = component(document)
        return [(token.tag_, token.pos_, token.lemma_, token.dep_) for token in document]

    def _kind(self, word: str, tag: str, dep: str) -> Kind | None:
        """Return the kind of a word by itself; None where a pattern that asks for more may begin with it."""
        key = word, tag, dep
        if key not in self._kinds:
            if len(self._kinds) >= _MOST:
                self._kinds.clear()
            self._kinds[key] = self._look(word, tag, dep)
        return self._kinds[key]

    def _look(self, word: str, tag: str, dep: str) -> Kind | None:
        """Work the kind of a word out, from the patterns and then the lemmatiser."""
        lower = word.lower()
        # All words that no pattern names are one to the patterns.
        named = lower in self._named or any(shape.search(lower) for shape in self._shapes)
        key = lower if named else "", word.isspace(), tag, dep
        if key not in self._given:
            self._given[key] = self._match(lower, *key[1:])
        given = self._given[key]
        if given is None:
            return None
        pos = given.get("POS", "")
        lemma = given.get("LEMMA") or self._lemma(word, pos, given.get("MORPH", ""))
        return given.get("TAG", tag), pos, lemma, given.get("DEP", dep)

    def _match(self, lower: str, space: bool, tag: str, dep: str) -> Mapping[str, str] | None:
        """Apply the patterns to a token, a later one overruling; None where one that asks for more may begin there."""
        token: dict[str, str | bool] = {"LOWER": lower, "DEP": dep, "IS_SPACE": space}
        if any(opening.fits(token) for opening in self._openings):
            return None
        if tag not in self._by_tag:
            self._by_tag[tag] = [pattern for pattern in self._single if pattern.fits({"TAG": tag})]
        given: dict[str, str] = {}
        for pattern in self._by_tag[tag]:
            if pattern.fits(token):
                given.update(pattern.given)
        return given

    def _lemma(self, word: str, pos: str, features: str) -> str:
        if not pos:
            return word.lower()
        return str(self._lemmatizer.lemmatize(_Word(word, pos, features))[0])


def _words(asked: Any) -> Iterable[str]:
    """List the words that a pattern names."""
    if isinstance(asked, str):
        return (asked,)
    return (*asked.get("IN", ()), *asked.get("NOT_IN", ())) if isinstance(asked, Mapping) else ()


def _understood(asked: Any) -> bool:
    """Recognise conditions that this module can answer."""
    return isinstance(asked, str | bool) or (isinstance(asked, Mapping) and set(asked) <= {"IN", "NOT_IN", "REGEX"})


def _meets(asked: Any, value: str | bool) -> bool:
    """Test a value against a condition; a condition that is not understood is taken as met."""
    if not _understood(asked):
        return True
    if not isinstance(asked, Mapping):
        return bool(asked == value)
    return all(
        value in wanted if how == "IN"
        else value not in wanted if how == "NOT_IN"
        else re.search(wanted, str(value)) is not None
        for how, wanted in asked.items()
    )  # fmt: skip
