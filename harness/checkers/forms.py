"""An index of a cluster's words: by key, stem, piece and lemma, verbs with their particles."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from harness.claims.parsing.parse import Token
from harness.claims.sentence_analysis import Reading
from harness.claims.units import Unit
from harness.claims.verbs import phrasal
from harness.language.lexical import pieces


class Forms:
    """The words of a cluster's sentences by key, stem, piece and lemma; made once a cluster."""

    def __init__(self, units: Sequence[Unit], readings: Sequence[Reading]) -> None:
        self.exact: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.stems: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.pieces: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.lemmas: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.verbs: dict[tuple[int, int], str] = {}
        for unit, reading in enumerate(readings):
            for token in reading.parse.tokens:
                place = unit, token.i
                if reading.keys[token.i]:
                    self.exact[reading.keys[token.i]].append(place)
                    self.stems[token.stem].append(place)
                    verb = phrasal(reading.parse, token)
                    self.lemmas[verb].append(place)
                    if verb != token.lemma:
                        self.verbs[place] = verb
                for piece in pieces(token.text):
                    self.pieces[piece].append(place)
        self._initials: dict[str, list[tuple[int, int, int]]] | None = None
        self._readings = readings
        self.near: list[tuple[int, ...]] = _neighbours(units)

    def phrase(self, words: Sequence[str]) -> Iterator[tuple[int, int, int]]:
        """Find places where words stand side by side: unit, first token and last."""
        for unit, at in self.pieces.get(words[0], ()):
            end = at
            for word in words[1:]:
                # A hyphen or an article may stand between two words of a name.
                following = next((there for u, there in self.pieces.get(word, ()) if u == unit and 0 <= there - end <= 2
                                  and there != at), None)  # fmt: skip
                if following is None:
                    break
                end = following
            else:
                yield unit, at, end

    def initials(self, letters: str) -> Sequence[tuple[int, int, int]]:
        """Find places where capitalised words side by side have these initials: unit, first token and last."""
        if self._initials is None:
            found: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
            for unit, reading in enumerate(self._readings):
                for start, end, name in _capitalised(reading.parse.tokens):
                    found[name].append((unit, start, end))
            self._initials = dict(found)
        return self._initials.get(letters, ())


_SMALL = frozenset({"of", "the", "and", "for", "&", "in", "on", "to", "'s", "’s", "-"})
_LONGEST_NAME = 7


def _capitalised(tokens: Sequence[Token]) -> Iterator[tuple[int, int, str]]:
    """Yield runs of capitalised words, small words passed over, with their initials: first, last, letters."""
    for first in tokens:
        letters = ""
        for last in tokens[first.i : first.i + _LONGEST_NAME + 3]:
            if last.text[:1].isupper():
                plain = last.lower.replace(".", "")
                letters += plain if last.text.isupper() and len(plain) <= 3 and last.i == first.i else plain[:1]
                if len(letters) > 1 and last.i > first.i:
                    yield first.i, last.i, letters
            elif last.i == first.i or last.lower not in _SMALL:
                break


def _neighbours(units: Sequence[Unit]) -> list[tuple[int, ...]]:
    """List, for each unit, the units that stand before or after it in an article."""
    at = {(place.article_id, place.position): number for number, unit in enumerate(units) for place in unit.places}
    return [
        tuple(
            dict.fromkeys(
                at[place.article_id, place.position + step]
                for place in unit.places
                for step in (-1, 1)
                if (place.article_id, place.position + step) in at
            )
        )
        for unit in units
    ]
