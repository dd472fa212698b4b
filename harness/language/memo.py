"""A memo of what is worked out about one word again and again."""

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")

MOST = 1 << 17
"""Words that one memo keeps; it is begun anew when there are more, so that a run of any size stays small."""
LONGEST = 64
"""Characters of the longest word that is kept: a text without spaces is no word that comes again."""


class Memo(dict[str, T]):
    """Word → what a function of it gives, worked out once; a look-up costs a fraction of a call."""

    def __init__(self, make: Callable[[str], T]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, word: str) -> T:
        if len(word) > LONGEST:
            return self._make(word)
        if len(self) >= MOST:
            self.clear()
        made = self[word] = self._make(word)
        return made

    def all(self, words: Iterable[str]) -> list[T]:
        """Look several words up."""
        return list(map(self.__getitem__, words))
