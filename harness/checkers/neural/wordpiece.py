"""WordPiece as BERT's uncased models use it (Wu et al., 2016; Devlin et al., 2019).

The `tokenizers` package does the same, but it brings the client of a model hub along, which nothing here needs; a test
holds this against it, piece by piece.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

LONGEST = 100
"""Characters of a word beyond which it is unknown as a whole, as in the original."""
UNKNOWN, FIRST, BETWEEN = "[UNK]", "[CLS]", "[SEP]"


class WordPiece:
    """A tokenizer over a vocabulary; the number of a piece is its line."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._numbers = {piece: number for number, piece in enumerate(vocabulary)}
        self._unknown = self._numbers[UNKNOWN]
        self._word = lru_cache(maxsize=50_000)(self._pieces)

    def encode(self, text: str) -> list[int]:
        """Return the numbers of a text's pieces, without special ones."""
        return [number for word in words(text) for number in self._word(word)]

    def pair(self, first: str, second: str, most: int) -> tuple[list[int], list[int]]:
        """Return numbers and segments of two texts with special pieces, the longer cut to at most `most` pieces.

        Segments are 0 for the first text and 1 for the second. The end of a text is what is cut, a piece at a time
        from whichever is then longer (from the second where both are as long), as `tokenizers` does it.
        """
        one, two = self.encode(first), self.encode(second)
        room = most - 3
        if len(one) + len(two) > room:
            short = min(len(one), len(two))
            if short <= room // 2:
                one, two = (one[: room - short], two) if len(one) > len(two) else (one, two[: room - short])
            else:
                one, two = one[: room // 2 + (room % 2 if len(one) > len(two) else 0)], two
                two = two[: room - len(one)]
        start, middle = self._numbers[FIRST], self._numbers[BETWEEN]
        numbers = [start, *one, middle, *two, middle]
        return numbers, [0] * (len(one) + 2) + [1] * (len(two) + 1)

    def single(self, text: str, most: int) -> list[int]:
        """The numbers of one text with its special pieces, cut to at most `most`."""
        return [self._numbers[FIRST], *self.encode(text)[: most - 2], self._numbers[BETWEEN]]

    def _pieces(self, word: str) -> tuple[int, ...]:
        """Cut a word into the longest pieces from left to right; the unknown one where some part has none."""
        if len(word) > LONGEST:
            return (self._unknown,)
        found: list[int] = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                number = self._numbers.get(("##" if start else "") + word[start:end])
                if number is not None:
                    break
            else:
                return (self._unknown,)
            found.append(number)
            start = end
        return tuple(found)


def words(text: str) -> Iterator[str]:
    """Split a text into small words without accents; each mark of punctuation and CJK character is one."""
    cleaned = "".join(_cleaned(text))
    for word in cleaned.split():
        plain = "".join(c for c in unicodedata.normalize("NFD", word) if unicodedata.category(c) != "Mn").lower()
        start = 0
        for at, character in enumerate(plain):
            if _is_punctuation(character):
                if start < at:
                    yield plain[start:at]
                yield character
                start = at + 1
        if start < len(plain):
            yield plain[start:]


def _cleaned(text: str) -> Iterator[str]:
    """Drop control characters, and put CJK ones between spaces."""
    for character in text:
        if character in "\t\n\r":
            yield " "
        elif character in "\0�" or unicodedata.category(character) in {"Cc", "Cf", "Cn", "Co"}:
            continue
        elif _is_cjk(ord(character)):
            yield f" {character} "
        else:
            yield character


def _is_punctuation(character: str) -> bool:
    number = ord(character)
    ascii_marks = 33 <= number <= 47 or 58 <= number <= 64 or 91 <= number <= 96 or 123 <= number <= 126
    return ascii_marks or unicodedata.category(character).startswith("P")


def _is_cjk(number: int) -> bool:
    return (
        0x4E00 <= number <= 0x9FFF or 0x3400 <= number <= 0x4DBF or 0x20000 <= number <= 0x2A6DF
        or 0x2A700 <= number <= 0x2CEAF or 0xF900 <= number <= 0xFAFF or 0x2F800 <= number <= 0x2FA1F
    )  # fmt: skip
