"""Remember what stretches of text between two spaces hold, as columns of numbers.

No word, no end of a sentence and no number's word reaches across a space, so that what the stretches of a text hold,
one after the other, is what the text holds. News writes the same stretches again and again.
"""

import gc
import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from harness.language.numerals import roles
from harness.language.text import WORD, normalise, words
from harness.metrics.stems import stems

Numbers = NDArray[np.int64]
T = TypeVar("T")

END = 0
"""Among written words and forms: the end of a sentence or clause, of a line or of a text. Among words: of a text."""
TEXT_END = "\0"
"""The stretch that ends a text; no text that is read has one."""
_LINE_END = "\n"

MOST = 1 << 17
MOST_CHARACTERS = 1 << 21
"""A vocabulary of more stretches or words than this is begun anew, so that a run of any size stays small."""

_TOKEN = re.compile(rf"""{WORD}|[.!?:;]+["')\]]*\s|\n""")
"""A word as it is written, or the end of a sentence or clause, as far as word pairs and capitals are concerned.

`Mr. ` counts as one.
"""
_INNER = str.maketrans("'.-&", "    ")


def letters_and_digits(tokens: Iterable[str]) -> str:
    """Join runs of letters and digits, a space between two.

    Inner punctuation parts them, unlike `words`: a title glued to the last line (`allies.Fears loom`) is found too.
    """
    return " ".join(tokens).translate(_INNER)


def form_of(word: str) -> str:
    """Reduce a word to the form that is compared: lower case, no accents, no possessive, no dots (U.S. is US)."""
    plain = word
    if not word.isascii():
        letters = unicodedata.normalize("NFKD", normalise(word))
        plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return plain.lower().removesuffix("'s").replace(".", "")


def _same(new: T, known: T) -> T:
    """Return the known object where an equal one was found, so that memory holds it once."""
    return known if new == known else new


class _Numbered(dict[str, int]):
    """Text → its number, from 1 in the order of first sight; `made` is called once for each new one."""

    def __init__(self, made: Callable[[str], object] = lambda _: None) -> None:
        super().__init__()
        self._made = made

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self) + 1
        self._made(text)
        return number


class Lists:
    """A list of numbers for each of several things that are numbered from 1; 0 has none."""

    def __init__(self) -> None:
        self._ends = array("q", [0])
        self._numbers = array("q")

    def add(self, numbers: Iterable[int]) -> None:
        """Add the list of the next thing."""
        self._numbers.extend(numbers)
        self._ends.append(len(self._numbers))

    def of(self, things: Numbers) -> tuple[Numbers, Numbers]:
        """Join the lists of `things`, and give for each number in them the place in `things` it is of."""
        ends = np.array(self._ends)
        starts = ends[np.maximum(things - 1, 0)]
        sizes = ends[things] - starts
        owners = np.repeat(np.arange(len(things)), sizes)
        at = np.arange(len(owners)) + (starts - np.cumsum(sizes) + sizes)[owners]
        return np.array(self._numbers)[at], owners


class Vocabulary(dict[str, int]):
    """Stretch → its number; what the stretches hold stands in columns."""

    def __init__(self) -> None:
        super().__init__()
        self._characters = 0
        self._roles = bytearray(1)
        self._forms = _Numbered(self._add_form)
        self._words = _Numbered()
        self._stems = _Numbered()
        self._numbered = _Numbered(self._add_written)
        self.written: list[str] = [_LINE_END]
        """By number, words as they are written; they begin with END."""
        self.forms: list[str] = [_LINE_END]
        """By number, the forms in which words are compared; they begin with END."""
        self.runs: list[str] = [""]
        """By number of stretch, its runs of letters and digits."""
        self.written_in = Lists()
        """Stretch → the words as they are written, and ends."""
        self.words_in = Lists()
        """Stretch → the words, normalised and in lower case."""
        self.pieces_of = Lists()
        """Form → the forms of its pieces, where it has a hyphen."""
        self._form_of = array("q", [END])
        self._small = array("b", [False])
        self._stem_of = array("q", [END])
        self.text_end = self._add(TEXT_END, written=[END], plain=[END], runs=TEXT_END)
        self._add(_LINE_END, written=[END])

    def __missing__(self, stretch: str) -> int:
        if stretch.isascii() and stretch.isalnum():
            lower = _same(stretch.lower(), stretch)
            return self._add(stretch, [self._numbered[stretch]], [self._words[lower]], lower)
        tokens = _TOKEN.findall(f"{stretch} ")
        written = [self._numbered[token] if token[0].isalnum() else END for token in tokens]
        as_written = [token for token in tokens if token[0].isalnum()]
        plain = [token.lower() for token in as_written] if stretch.isascii() else list(words(stretch))
        plain = _same(plain, as_written)
        return self._add(stretch, written, map(self._words.__getitem__, plain), letters_and_digits(plain))

    def _add(self, stretch: str, written: Iterable[int] = (), plain: Iterable[int] = (), runs: str = "") -> int:
        number = self[stretch] = len(self) + 1
        self._characters += len(stretch)
        self._roles.append(roles[stretch])
        self.written_in.add(written)
        self.words_in.add(plain)
        self.runs.append(runs)
        return number

    def _add_written(self, word: str) -> None:
        form = _same(form_of(word), word)
        for piece in form.split("-"):  # before the whole, so that forms are added one after the other
            self._forms[piece]
        self.written.append(word)
        self._form_of.append(self._forms[form])
        self._small.append(word[0].islower())

    def _add_form(self, form: str) -> None:
        self.forms.append(form)
        self.pieces_of.add(map(self._forms.__getitem__, form.split("-")) if "-" in form else ())

    @property
    def full(self) -> bool:
        """True where it is time to begin anew."""
        return max(len(self), len(self.written)) > MOST or self._characters > MOST_CHARACTERS

    @property
    def form_of(self) -> Numbers:
        """By number of written word, its form."""
        return np.array(self._form_of)

    @property
    def small(self) -> NDArray[np.bool_]:
        """By number of written word, whether it begins with a small letter."""
        return np.array(self._small, dtype=np.bool_)

    @property
    def stem_of(self) -> Numbers:
        """By number of form, its stem."""
        new = self.forms[len(self._stem_of) :]
        self._stem_of.extend(map(self._stems.__getitem__, stems(new)))
        return np.array(self._stem_of)

    @property
    def roles(self) -> NDArray[np.uint8]:
        """By number of stretch, what it may hold of a number: see `numerals.roles`."""
        return np.array(self._roles)


_current = [Vocabulary()]


def vocabulary() -> Vocabulary:
    """Return the vocabulary to read a block of texts with."""
    if _current[0].full:
        forget()
    return _current[0]


def forget() -> None:
    """Forget all stretches: there are too many, or reading was interrupted and one of them may be half known."""
    _current[0] = Vocabulary()
    gc.collect()  # its parts refer to one another: nothing else frees the old one, least of all soon
