"""Count what of predictions stands in their articles: content words, pairs of words, numbers, names."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np

from harness.language.lexical import word_list
from harness.language.memo import Memo
from harness.language.numerals import CORE, number_values
from harness.language.text import composed_letters
from harness.metrics.text_block import Block, Bools, Column, KeySet, keys, shared_runs
from harness.metrics.vocabulary import END, Numbers, form_of
from harness.records import Case

Counts = list[tuple[int, int]]
"""For each case how many things an article has, and how many were looked for."""


@cache
def function_words() -> frozenset[str]:
    """List the words that are not looked for, in the form in which words are compared."""
    return word_list("function", "content_free")


_CONTENT, _SMALL, _NAMEABLE, _CAPITAL, _INNER = (1 << bit for bit in range(5))
"""Flags of a word as it is written.

- content: it is neither a function word nor a numeral;
- small: it has a small first letter and is no function word, so that the capitals of its text are not a title's;
- nameable: a capital could mark it as a name: it has one, and is neither a function word nor a number;
- capital: it has a capital first letter;
- inner: it has a capital beside a letter or a dot, or a capital first letter and a digit (`GOP`, `McCain`, `G20`).
"""


def _flags_of(word: str, shouted: bool) -> int:
    """Flag a word: `US`, `IT`, `WHO` are no function words, unless the whole text is in capitals (`shouted`)."""
    flags = 0
    acronym = len(word) > 1 and word.isupper() and not shouted
    counts = acronym or form_of(word) not in function_words()
    if counts and not word[0].isdigit():
        flags |= _CONTENT
    if counts and word[0].islower():
        flags |= _SMALL
    if word.islower():  # no capital in it
        return flags
    if counts and any(map(str.isupper, word)) and all(start > 0 for (start, _), _ in number_values(word)):
        flags |= _NAMEABLE
    if word[0].isupper():
        flags |= _CAPITAL
    if _has_inner_capital(word) or (word[0].isupper() and any(map(str.isdigit, word))):
        flags |= _INNER
    return flags


def _has_inner_capital(word: str) -> bool:
    """Tell `GOP`, `U.S` and `McCain` from `Re-Open` and `O'Neill`."""
    return any(right.isupper() and (left.isalnum() or left == ".") for left, right in pairwise(word))


_FLAGS = {False: Memo(lambda word: _flags_of(word, False)), True: Memo(lambda word: _flags_of(word, True))}
_values = Memo(lambda form: tuple(value for _, value in number_values(form)))


class Support:
    """Looks for what the predictions of a block say in the articles of their clusters."""

    def __init__(self, block: Block, shouted: Sequence[bool]) -> None:
        """`shouted` says of each prediction whether it is all in capitals."""
        self._block = block
        self._shouted = np.array(shouted, dtype=np.bool_)
        known = self._vocabulary = block.articles.vocabulary
        written, self._cases = block.predictions.column(known.written_in)
        clusters = block.cluster_of[self._cases]
        self._flags = self._flag(written)
        self._forms = Column(known.form_of[written], clusters)
        pieces, self._words_of_pieces = known.pieces_of.of(self._forms.numbers)
        self._pieces = Column(pieces, clusters[self._words_of_pieces])
        written, clusters = block.articles.written
        self._article_forms = Column(known.form_of[written], clusters)
        pieces, places = known.pieces_of.of(self._article_forms.numbers)
        self._article_pieces = Column(pieces, clusters[places])
        self._small = known.small[written]

    def _flag(self, written: Numbers) -> Numbers:
        """Flag each word in its text; an end has no flag."""
        asked = np.zeros(len(written), dtype=np.int64)
        shouted = self._shouted[self._cases]
        for of_these, memo in ((~shouted, _FLAGS[False]), (shouted, _FLAGS[True])):
            kinds, which = np.unique(written[of_these], return_inverse=True)
            words = map(self._vocabulary.written.__getitem__, kinds.tolist())
            flags = [memo[word] if kind != END else 0 for kind, word in zip(kinds.tolist(), words, strict=True)]
            asked[of_these] = np.array(flags, dtype=np.int64)[which]
        return asked

    def _is(self, asked: int) -> Bools:
        is_flagged: Bools = (self._flags & asked) != 0
        return is_flagged

    def content_words(self) -> Counts:
        """Look for words but function words and numerals: in any form, by hyphened pieces, or by value as a number."""
        content = self._is(_CONTENT)
        stem_of = self._vocabulary.stem_of
        stems = [
            Column(stem_of[column.numbers], column.owners) for column in (self._article_forms, self._article_pieces)
        ]
        there = self._are_there(stem_of, np.concatenate([keys(column) for column in stems]))
        for word in np.flatnonzero(content & ~there).tolist():
            values = _values[self._vocabulary.forms[self._forms.numbers[word]]]
            if values:
                there[word] = self._block.articles.numbers(int(self._forms.owners[word])).issuperset(values)
        return self._counts(np.flatnonzero(content), there[content])

    def word_pairs(self) -> Counts:
        """Look for neighbouring words, function words among them; no pair crosses the end of a sentence or clause."""
        met = shared_runs(self._forms, self._article_forms)
        next(met)
        return self._counts(*next(met))

    def numbers(self, cases: Sequence[Case]) -> Counts:
        """Look for numbers, by value."""
        counts = [(0, 0)] * len(cases)
        roles = np.frombuffer(self._block.predictions.roles, dtype=np.uint8)
        for at in np.unique(self._block.predictions.owners[roles == CORE]).tolist():
            values = [value for _, value in number_values(composed_letters(cases[at].prediction.text))]
            if values:
                known = self._block.articles.numbers(int(self._block.cluster_of[at]))
                counts[at] = sum(value in known for value in values), len(values)
        return counts

    def names(self) -> Counts:
        """Look for the words that capitals mark as names, as they are or by their hyphened pieces, in any case."""
        marked = self._mark_names()
        there = self._are_there(None, np.concatenate([keys(self._article_forms), keys(self._article_pieces)]))
        return self._counts(np.flatnonzero(marked), there[marked])

    def _mark_names(self) -> Bools:
        """Mark the words that capitals show to be names.

        A word of several is a name for itself. Function words and number words never are. Any other word is one

        - with a capital beside another letter or a dot, or a capital first letter and a digit (`GOP`, `McCain`,
          `G20`), unless the whole text is in capitals;
        - with a capital first letter in the middle of a sentence, unless every content word of the text has one: the
          capitals of a title say nothing;
        - with a capital first letter at the start of a sentence, under the same condition, if the articles write
          neither it nor a hyphened piece of it, in any form, in lower case.
        """
        titled = (self._block.count(self._cases[self._is(_SMALL)]) == 0)[self._cases]
        starts = np.concatenate([[True], self._forms.numbers[:-1] == END])
        inner = self._is(_INNER)
        marked = self._is(_CAPITAL) & ~titled & ~(starts & self._are_small_there())
        is_name: Bools = self._is(_NAMEABLE) & np.where(inner, ~self._shouted[self._cases], marked)
        return is_name

    def _are_small_there(self) -> Bools:
        """Tell for each word whether a form of it or of a hyphened piece is in lower case in an article."""
        stem_of = self._vocabulary.stem_of
        there = Column(stem_of[self._article_forms.numbers[self._small]], self._article_forms.owners[self._small])
        words, pieces = self._look_for(stem_of, keys(there))
        words[self._words_of_pieces[pieces]] = True
        return words

    def _are_there(self, form_to_key: Numbers | None, there: Numbers) -> Bools:
        """Tell for each word whether it or all of its hyphened pieces are among the keys `there`."""
        words, pieces = self._look_for(form_to_key, there)
        hyphened, missing = np.zeros((2, len(words)), dtype=np.bool_)
        hyphened[self._words_of_pieces] = True
        missing[self._words_of_pieces[~pieces]] = True
        there_or_in_pieces: Bools = words | (hyphened & ~missing)
        return there_or_in_pieces

    def _look_for(self, form_to_key: Numbers | None, there: Numbers) -> tuple[Bools, Bools]:
        """Tell for each word, and for each hyphened piece, whether its key is among those `there`.

        `form_to_key` says by form as what it is looked for: its stem, say; None as itself.
        """
        wanted = [
            keys(column if form_to_key is None else Column(form_to_key[column.numbers], column.owners))
            for column in (self._forms, self._pieces)
        ]
        known = KeySet(np.concatenate(wanted)).are_in(there)
        return known[: len(wanted[0])], known[len(wanted[0]) :]

    def _counts(self, words: Numbers, there: Bools) -> Counts:
        """Count case by case how many of the words looked for are there, and how many there are in all."""
        cases = self._cases[words]
        counts = (self._block.count(several).tolist() for several in (cases[there], cases))
        return list(zip(*counts, strict=True))
