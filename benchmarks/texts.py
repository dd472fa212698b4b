"""Texts like those of the news, made up: a vocabulary with frequencies after Zipf's law, words of a cluster's own."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

_FREQUENT = (
    *(
        "the",
        "of",
        "to",
        "in",
        "a",
        "and",
        "for",
        "on",
        "after",
        "as",
        "with",
        "at",
        "over",
        "by",
        "from",
        "is",
        "that",
    ),
    *(
        "says",
        "new",
        "US",
        "was",
        "it",
        "his",
        "he",
        "be",
        "police",
        "has",
        "have",
        "were",
        "will",
        "who",
        "but",
        "not",
    ),
)
_ONSETS = (
    "b",
    "br",
    "c",
    "ch",
    "d",
    "f",
    "fl",
    "g",
    "gr",
    "h",
    "j",
    "l",
    "m",
    "n",
    "p",
    "pl",
    "r",
    "s",
    "st",
    "t",
    "tr",
    "v",
    "w",
)
_VOWELS = ("a", "e", "i", "o", "u", "ea", "ou", "ai")
_CODAS = ("", "", "n", "r", "l", "s", "t", "m", "ck", "nd", "rt")
_ENDS = ("", "", "", "", "s", "s", "ed", "ing", "er", "ers", "ion", "ions", "al", "ly", "ment", "ness", "ity", "ive")
_TYPES = 30_000


@cache
def _vocabulary() -> tuple[list[str], list[float]]:
    """Words, the frequent first, and their cumulative frequencies."""
    draw = random.Random(1)
    words = dict.fromkeys(_FREQUENT)
    while len(words) < _TYPES:
        syllables = draw.choice((1, 1, 2, 2, 2, 3))
        word = "".join(draw.choice(part) for _ in range(syllables) for part in (_ONSETS, _VOWELS, _CODAS))
        word += draw.choice(_ENDS)
        words[word.capitalize() if draw.random() < 0.15 else word] = None
        if draw.random() < 0.03:
            words[str(draw.randrange(1, 3000))] = None
    return list(words), list(accumulate(1 / (rank + 2.7) for rank in range(len(words))))


@dataclass
class Writer:
    """Writes about one event after the other: texts about one share many of its words."""

    draw: random.Random

    def topic(self, words: int = 40) -> list[str]:
        """The words of an event."""
        known, weights = _vocabulary()
        return self.draw.choices(known, cum_weights=weights, k=words)

    def text(self, topic: Sequence[str], shortest: int, longest: int, line: int | None = None) -> str:
        """So many words about a topic, in lines of about `line` words where that is given."""
        known, weights = _vocabulary()
        size = self.draw.randint(shortest, longest)
        common = self.draw.choices(known, cum_weights=weights, k=size)
        words = [self.draw.choice(topic) if self.draw.random() < 0.55 else word for word in common]
        if line is None:
            return " ".join(words)
        return ".\n".join(" ".join(words[start : start + line]) for start in range(0, size, line)) + "."

    def headline(self, topic: Sequence[str]) -> str:
        """Seven to twelve words."""
        return self.text(topic, 7, 12)

    def summary(self, topic: Sequence[str]) -> str:
        """60 to 250 words, a line for each sentence, as rouge-score wants summaries."""
        return self.text(topic, 60, 250, line=24)


def pairs(kind: str, count: int, references: int, seed: int) -> list[tuple[str, list[str]]]:
    """Predictions with their references: `headline` or `summary`."""
    writer = Writer(random.Random(seed))
    found = []
    for _ in range(count):
        topic = writer.topic(40 if kind == "headline" else 150)
        first, *others = (getattr(writer, kind)(topic) for _ in range(references + 1))
        found.append((first, others))
    return found
