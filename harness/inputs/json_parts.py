"""A JSON text read part by part, as strictly as one that is read whole: of a large object one member is in memory."""

import codecs
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from harness.errors import DataError, Problem
from harness.inputs.files import ByteReader, file_error, open_text
from harness.inputs.json_lines import DECODER, MAX_VALUES
from harness.inputs.values import RowError

PIECE: Final = 1 << 18
"""Bytes that are read at once."""
MAX_PART: Final = 64 << 20
"""Characters of the largest value that is read as one."""
_SPACE: Final = " \t\n\r"
_IN_NUMBERS: Final = ".eE+-"


@contextmanager
def json_parts(path: str, accepted: str) -> Iterator["JsonParts"]:
    """Open a file that is one JSON text; `accepted` is what messages say should stand in it. Raises DataError."""
    with open_text(path, accepted) as handle:
        yield JsonParts(handle, path, accepted)


class JsonParts:
    """The place up to which a JSON text was read.

    Whoever reads it takes each value in turn: whole, by `value`, or an object by its members, an array by its elements.
    Every method raises DataError with the line of what is not JSON, not UTF-8, or larger than MAX_PART.
    """

    def __init__(self, handle: ByteReader, path: str, accepted: str) -> None:
        self._handle = handle
        self._path = path
        self._accepted = accepted
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._at = 0
        """Where in the text the next value begins, or the space before it."""
        self._has_ended = False
        self._lines_before = 0
        self._characters_before = 0
        """Lines, and characters of the last one, that came before the text."""

    def next_character(self) -> str:
        """Tell what the next value begins with: `{`, `[`, a quotation mark, …; nothing at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _SPACE:
                    return self._text[self._at]
                self._at += 1
            if self._has_ended:
                return ""
            self._read_on(PIECE)

    def value(self) -> object:
        """Read the next value whole. A key that stands twice in one object is refused, and so is a number too large."""
        self.next_character()
        size = PIECE
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._has_ended:
                    raise self._mistake(f"not JSON: {error.msg}", error.pos) from None
            except RowError as error:
                raise self._refusal(error.reason, error.path) from None
            except RecursionError:
                raise self._refusal("nested too deeply to be read") from None
            except ValueError:  # Python refuses to read a whole number of thousands of digits
                raise self._refusal("a number with more digits than can be read", "", "ordinary numbers") from None
            else:
                if self._has_ended or self._text[end : end + 2].rstrip(_IN_NUMBERS):  # else a number may go on
                    self._refuse_half_pairs(self._text[self._at : end], value)
                    self._at = end
                    return value
            if len(self._text) - self._at > MAX_PART:
                raise self._refusal(f"a value larger than {MAX_PART:,} characters")
            if sum(map(self._text.count, ",[{")) > MAX_VALUES:
                raise self._refusal(f"a value with more than {MAX_VALUES:,} commas and brackets")
            self._read_on(size)
            size *= 2

    def members(self) -> Iterator[str]:
        """Go through the members of the next value, an object: yields the key of each, whose value is then to be read.

        Whether a key stands twice is left to the caller, who may not be able to hold them all.
        """
        self._take("{")
        if self.next_character() == "}":
            self._take("}")
            return
        while True:
            if self.next_character() != '"':
                raise self._mistake("not JSON: Expecting property name enclosed in double quotes", self._at)
            key = self.value()
            self._take(":")
            yield str(key)
            if self._next_or_end("}"):
                return

    def elements(self) -> Iterator[int]:
        """Go through the elements of the next value, an array: yields the number of each, which is then to be read."""
        self._take("[")
        if self.next_character() == "]":
            self._take("]")
            return
        number = 0
        while True:
            yield number
            number += 1
            if self._next_or_end("]"):
                return

    def pass_over(self, depth: int = 6) -> None:
        """Read the next value and forget it, by its parts down to a depth."""
        opening = self.next_character() if depth else ""
        if opening == "{":
            for _ in self.members():
                self.pass_over(depth - 1)
        elif opening == "[":
            for _ in self.elements():
                self.pass_over(depth - 1)
        else:
            self.value()

    def end(self) -> None:
        """See that nothing follows."""
        if self.next_character():
            raise self._mistake("not JSON: Extra data", self._at)

    def _next_or_end(self, closing: str) -> bool:
        """Read what stands after a member or an element; tell whether it was the last."""
        if self.next_character() == closing:
            self._take(closing)
            return True
        self._take(",")
        return False

    def _take(self, wanted: str) -> None:
        if self.next_character() != wanted:
            raise self._mistake(f"not JSON: Expecting '{wanted}'", self._at)
        self._at += 1

    def _read_on(self, size: int) -> None:
        """Forget what was read, and read on."""
        read = self._text[: self._at]
        if newlines := read.count("\n"):
            self._lines_before += newlines
            self._characters_before = 0
        self._characters_before += len(read) - read.rfind("\n") - 1
        piece = self._handle.read(size)
        self._has_ended = not piece
        try:
            more = self._decoder.decode(piece, final=self._has_ended)
        except UnicodeDecodeError as error:
            # What was decoded before is in the text; what stands in this piece before the mistake is not.
            line = 1 + self._lines_before + self._text.count("\n", self._at) + error.object.count(b"\n", 0, error.start)
            found = f"0x{error.object[error.start]:02x}"
            raise DataError([Problem("not UTF-8", self._path, line, found=found)]) from None
        self._text, self._at = self._text[self._at :] + more, 0

    def _mistake(self, message: str, position: int) -> DataError:
        before = self._text[:position]
        line = 1 + self._lines_before + before.count("\n")
        column = position - before.rfind("\n") + (0 if "\n" in before else self._characters_before)
        place = f"line {line}, " if line > 1 else ""
        return file_error(self._path, f"{message} ({place}character {column})", self._accepted)

    def _refusal(self, reason: str, path: str = "", accepted: str = "") -> DataError:
        accepted = accepted or ("" if "accepted:" in reason else self._accepted)
        return DataError([Problem(reason, self._path, path=path, accepted=accepted)])

    def _refuse_half_pairs(self, text: str, value: object) -> None:
        """Raise DataError for half a surrogate pair, which stands in JSON as an escape."""
        if "\\ud" not in text.lower():
            return
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            half = f"\\u{ord(error.object[error.start]):04x}"
            raise self._refusal(f"half a surrogate pair ({half}) in a text", "", "whole characters") from None
