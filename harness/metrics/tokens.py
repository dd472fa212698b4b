"""Texts as ROUGE sees them, many at once: a column of token numbers, with the place where each text starts.

Tokens are those of rouge-score 0.1.2: runs of a-z and 0-9 after lower-casing, those of four and more characters
stemmed. A number stands for one token in all texts, and each type is stemmed once in a process.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from harness.metrics.stems import stems

Numbers = NDArray[np.int64]
Words = NDArray[np.uint64]

_NEXT_TEXT = "A"
_NEXT_LINE = "B"
"""Capitals stand for ends: in lower case no text has one."""
_TEXT_END, _LINE_END = 0, 1
_KEPT = b"abcdefghijklmnopqrstuvwxyz0123456789AB"
_TABLE = bytes(byte if byte in _KEPT else 32 for byte in range(256))

MOST_TYPES = 1 << 18
"""A vocabulary of more types than this is begun anew, so that a run of any size stays small (some 60 MiB)."""

_WIDE = 8
"""Characters that one machine word holds."""
_LOW = np.array([(1 << 8 * octets) - 1 for octets in range(_WIDE + 1)], dtype=np.uint64)
"""Number of characters → the part of a machine word that they take up."""
_SLOT_BITS = 17
_EMPTY = -1
_MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], dtype=np.uint64)


class _Vocabulary:
    """Token types and the numbers of their tokens; 0 ends a text and 1 a line.

    Types of at most 16 characters are looked up all at once, in a table with one slot for each value of a hash: a slot
    answers only for the very characters that it holds, and a type that finds another in its slot is looked up alone.
    """

    def __init__(self, stemmed: bool) -> None:
        self._stemmed = stemmed
        self._types = {_NEXT_TEXT: _TEXT_END, _NEXT_LINE: _LINE_END}
        self._stems: dict[str, int] = {}
        self._heads: Words = np.zeros(1 << _SLOT_BITS, dtype=np.uint64)
        self._tails: Words = np.zeros(1 << _SLOT_BITS, dtype=np.uint64)
        self._in_slot: Numbers = np.full(1 << _SLOT_BITS, _EMPTY, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._types)

    def numbers(self, text: bytes) -> Numbers:
        """Number the words of `text`, which are parted by spaces."""
        padded = b" " + text + b" " * (2 * _WIDE)
        octets = np.frombuffer(padded, dtype=np.uint8)
        edges = np.flatnonzero(np.diff(octets != ord(" "))) + 1
        starts, ends = edges[::2], edges[1::2]
        sizes = ends - starts
        windows: Words = np.ndarray((len(padded) - _WIDE + 1,), dtype="<u8", buffer=padded, strides=(1,))
        head = windows[starts] & _LOW[np.minimum(sizes, _WIDE)]
        tail = windows[starts + _WIDE * (sizes > _WIDE)] & _LOW[np.clip(sizes - _WIDE, 0, _WIDE)]
        slots = ((head * _MIX[0] ^ tail * _MIX[1]) >> np.uint64(64 - _SLOT_BITS)).astype(np.int64)
        numbers: Numbers = self._in_slot[slots]
        missed = np.flatnonzero(
            (self._heads[slots] != head) | (self._tails[slots] != tail) | (numbers == _EMPTY) | (sizes > 2 * _WIDE)
        )
        if len(missed):
            places = [starts, ends, slots, head, tail]
            self._fill(padded, *(column[missed[sizes[missed] <= 2 * _WIDE]] for column in places))
            numbers[missed] = self._in_slot[slots[missed]]
            other = (self._heads[slots[missed]] != head[missed]) | (self._tails[slots[missed]] != tail[missed])
            alone = missed[other | (sizes[missed] > 2 * _WIDE)]
            numbers[alone] = self._look_up(padded, starts[alone], ends[alone])
        return numbers

    def _fill(self, text: bytes, starts: Numbers, ends: Numbers, slots: Numbers, head: Words, tail: Words) -> None:
        """Give each slot to the first of the types that want it."""
        filled, first = np.unique(slots, return_index=True)
        self._in_slot[filled] = _EMPTY  # a time limit interrupts anywhere: until all is there, the slot holds nothing
        self._heads[filled], self._tails[filled] = head[first], tail[first]
        self._in_slot[filled] = self._look_up(text, starts[first], ends[first])

    def _look_up(self, text: bytes, starts: Numbers, ends: Numbers) -> list[int]:
        """Look up the number of each word of `text`, one after the other."""
        decoded = text.decode("ascii")
        words = [decoded[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        new = [word for word in dict.fromkeys(words) if word not in self._types]
        for word, token in zip(new, self._tokens(new), strict=True):
            self._types[word] = self._stems.setdefault(token, len(self._stems) + 2)
        return list(map(self._types.__getitem__, words))

    def _tokens(self, words: Sequence[str]) -> Sequence[str]:
        """Find the token that each type counts as; the stemmer leaves something of every word."""
        if not self._stemmed:
            return words
        return stems(words)


@cache
def _vocabulary(stemmed: bool) -> _Vocabulary:
    return _Vocabulary(stemmed)


@dataclass(frozen=True)
class TokenColumn:
    """The tokens of several texts, one after the other."""

    tokens: Numbers
    """Shape (tokens of all texts,)."""
    starts: Numbers
    """Shape (texts + 1,): where each text begins, and the end of the last."""
    line_starts: Numbers
    """Shape (lines + 1,): where each line begins; every text has at least one."""
    first_lines: Numbers
    """Shape (texts + 1,): the first line of each text, and the number of lines."""

    @cached_property
    def sizes(self) -> Numbers:
        """Shape (texts,): tokens of each text."""
        return np.diff(self.starts)

    @cached_property
    def full_lines(self) -> Numbers:
        """Shape (texts,): lines of each text that have a token."""
        full = np.diff(self.line_starts) > 0
        so_far = np.concatenate([[0], np.cumsum(full)])
        numbers: Numbers = so_far[self.first_lines[1:]] - so_far[self.first_lines[:-1]]
        return numbers

    @cached_property
    def _token_list(self) -> list[int]:
        numbers: list[int] = self.tokens.tolist()
        return numbers

    def text(self, which: int) -> list[int]:
        """Cut out the tokens of one text."""
        return self._token_list[self.starts[which] : self.starts[which + 1]]

    def lines(self, which: int) -> list[list[int]]:
        """Cut out the tokens of each line of one text."""
        ends = self.line_starts[self.first_lines[which] : self.first_lines[which + 1] + 1].tolist()
        return [self._token_list[start:end] for start, end in pairwise(ends)]


def token_column(texts: Sequence[str], stemmed: bool) -> TokenColumn:
    """Number the tokens of `texts`, in order."""
    vocabulary = _vocabulary(stemmed)
    if len(vocabulary) > MOST_TYPES:
        _vocabulary.cache_clear()
        vocabulary = _vocabulary(stemmed)
    joined = f" {_NEXT_TEXT} ".join([text.lower() for text in texts]).replace("\n", f" {_NEXT_LINE} ")
    # What is not ASCII becomes one question mark a character, and so parts words like any other sign.
    numbers = vocabulary.numbers(joined.encode("ascii", "replace").translate(_TABLE))
    marks = np.flatnonzero(numbers <= _LINE_END)
    before = marks - np.arange(len(marks))  # tokens before each mark
    ends_text = np.flatnonzero(numbers[marks] == _TEXT_END)
    total = len(numbers) - len(marks)
    return TokenColumn(
        tokens=np.delete(numbers, marks),
        starts=_between(before[ends_text], total),
        line_starts=_between(before, total),
        first_lines=_between(ends_text + 1, len(marks) + 1),
    )


def _between(ends: Numbers, last: int) -> Numbers:
    """Find where the pieces start that end at `ends`, and where the last one ends."""
    return np.concatenate([[0], ends, [last]])
