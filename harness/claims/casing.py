"""Undo headline capitals: read "More Than 150 Killed" as the articles would write it. Lengths never change."""

from collections import Counter
from collections.abc import Callable, Iterable

from harness.claims.meaning import nations, other_spellings
from harness.language.text import word_spans


class Casing:
    """How a cluster's articles write each word inside their sentences."""

    def __init__(self, sentences: Iterable[str], common: Callable[[str], bool] = lambda _: False) -> None:
        """Count how `sentences` write each word; `common` tells an ordinary word from a name where none has it."""
        self._listed = common
        lower: Counter[str] = Counter()
        upper: dict[str, Counter[str]] = {}
        for sentence in sentences:
            spans = word_spans(sentence)
            tokens = [sentence[start:end] for start, end in spans]
            # A headline's capitals say nothing of how a word is written, nor do those of a sentence's first word.
            if headline_cased(tokens):
                continue
            for token in tokens[1:]:
                if token[:1].islower():
                    lower[token.lower()] += 1
                else:
                    upper.setdefault(token.lower(), Counter())[token] += 1
        self._written: dict[str, str] = {}
        for word in lower.keys() | upper.keys():
            capital = upper.get(word, Counter())
            best = min(capital, key=lambda form: (-capital[form], form)) if capital else word
            self._written[word] = word if lower[word] >= sum(capital.values()) else best

    def _common(self, lower: str) -> bool:
        """Recognise an ordinary word, or one made of an ordinary one."""
        return self._listed(lower) or _is_made_of(lower, self._listed)

    def ordinary(self, lower: str) -> bool:
        """Tell ordinary words from names: the articles write it small, or lack it and English has it."""
        written = self._written.get(lower)
        return written == lower if written is not None else lower not in nations() and self._common(lower)

    def named(self, lower: str) -> bool:
        """Tell whether the articles write a word as a name inside their sentences."""
        return self._written.get(lower, lower) != lower

    def undo(self, text: str) -> str:
        """Case `text` as the articles would, if its words are capitalised throughout; else leave it as it is."""
        spans = word_spans(text)
        tokens = [text[start:end] for start, end in spans]
        if not headline_cased(tokens):
            return text
        named = _named_places([token.lower() for token in tokens])
        shouted = all(not any(character.islower() for character in token) for token in tokens)
        parts = []
        position = 0
        for number, ((start, end), token) in enumerate(zip(spans, tokens, strict=True)):
            written = self._written.get(token.lower())
            # No article has the word: small if English has it, else as the headline writes it.
            if written is None and token.lower() not in nations() and self._common(token.lower()):
                written = token.lower()
            if written is None:
                written = token.capitalize() if shouted and token.isalpha() else token
            if number in named and not shouted:
                written = token
            if number == 0:
                written = written[:1].upper() + written[1:]
            # A spelling of another length would move every offset behind it.
            parts.append(text[position:start] + (written if len(written) == len(token) else token))
            position = end
        return "".join(parts) + text[position:]


def _named_places(lowers: list[str]) -> frozenset[int]:
    """Find the words of names of places that begin with an ordinary one: `New York`, whose articles need not be new."""
    known = nations(), other_spellings()
    return frozenset(
        within for at, word in enumerate(lowers) if word in _OF_PLACES for many in (2, 3)
        if any(" ".join(lowers[at : at + many]) in names for names in known) for within in range(at, at + many)
    )  # fmt: skip


_OF_PLACES = frozenset({"new", "north", "south", "east", "west", "united"})
_PREFIXES = ("re", "de", "un", "dis", "pre", "non", "anti", "mis", "over")
_MADE = (("ization", ""), ("isation", ""), ("ization", "e"), ("isation", "e"), ("ize", ""), ("ise", ""))
_SMALL_VERBS = frozenset({"is", "are", "was", "has", "had", "gets", "says"})
_LEAST = 5
"""Letters that are left of a word without its prefix."""


def _is_made_of(word: str, common: Callable[[str], bool]) -> bool:
    """Recognise a word that word lists lack, made of one that they have: `reinstitute`, `denuclearization`."""
    rests = {word, *(word.removeprefix(prefix).lstrip("-") for prefix in _PREFIXES)}
    rests |= {rest.removesuffix(ending) + other for rest in rests for ending, other in _MADE if rest.endswith(ending)}
    return any(len(rest) >= _LEAST and common(rest) for rest in rests - {word})


def headline_cased(tokens: list[str]) -> bool:
    """Recognise headline capitals: on four in five of the words of four letters or more, of at least three."""
    long = [token for token in tokens if len(token) >= 4 and token[0].isalpha()]
    if len(long) < 3:  # a short headline: every word of three letters or more
        long = [token for token in tokens if len(token) >= 3 and token[0].isalpha()]
        if len(long) >= 3 and len(tokens) >= 4 and all(token[0].isupper() for token in long):
            return True
        # `Brancusa Is Dead at 91`: no name has a verb's small word in capitals.
        small = any(token.istitle() and token.lower() in _SMALL_VERBS for token in tokens[1:])
        return small and all(token[0].isupper() for token in long)
    return sum(1 for token in long if token[0].isupper()) >= 0.8 * len(long)
