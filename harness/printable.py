r"""Makes text that others wrote safe to print: shows what would steer a terminal, or a program that reads it.

Such a character is written as `\uXXXX`, which is also how JSON writes it: a JSON text stays the same value.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_CONTROLS: Final = (
    # C0 and C1 controls (ESC, CSI, BEL, NUL), the marks and overrides of bidirectional text (Unicode 15.1 UAX 9), line
    # and paragraph separators, byte order mark, interlinear marks, half surrogates, noncharacters, invisible tags.
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f"
)
# Continuous integration takes `##[error]` and `##vso[…]` for orders anywhere, `::add-mask::` at the start of a line:
# where a text is folded, that may be any place in it.
_ORDER: Final = r"#(?=#(?:\[|vso\[))"
_STEERING: Final = re.compile(f"[{_CONTROLS}]|{_ORDER}")
_ONE_LINE: Final = re.compile(f"[{_CONTROLS}\\t\\n]|{_ORDER}|:(?=:[A-Za-z])")


def escape(text: str) -> str:
    r"""Write each character of `text` as `\uXXXX`; one beyond U+FFFF as two such, as JSON has it."""
    return "".join(map(_escape_character, text))


@lru_cache(maxsize=1024)  # one text may have thousands of the same
def _escape_character(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _escape_match(match: re.Match[str]) -> str:
    return _escape_character(match[0])


def lines(text: str) -> str:
    """Escape what would steer a terminal, but keep newlines and tabs."""
    return _STEERING.sub(_escape_match, text)


def line(text: str) -> str:
    """Escape `text` for use within a line: newlines, tabs and orders to continuous integration, too."""
    return _ONE_LINE.sub(_escape_match, text)


def one_line(text: str) -> str:
    """Put `text` on one line, with every run of white space as one space, and escape it as `line` does."""
    return line(" ".join(text.split()))


_WORD: Final = re.compile(r"(?:`[^`]*`|\S)+")


def fold(text: str, width: int, hang: int = 2) -> str:
    """Fold lines of more than `width` columns between words, and indent what follows `hang` further.

    A longer word stays whole, and so does text between backticks, since it is there to be copied.
    """
    hang = hang if hang < width // 2 else 2
    return "\n".join(_fold_line(each, width, hang) if len(each) > width // 2 else each for each in text.split("\n"))


def _fold_line(text: str, width: int, hang: int) -> str:
    if columns(text) <= width:
        return text
    indent = text[: len(text) - len(text.lstrip())]
    further = indent + " " * hang
    folded: list[str] = []
    line = indent
    end = len(indent)
    for word in _WORD.finditer(text):
        space = text[end : word.start()]
        end = word.end()
        if line.strip() and columns(f"{line}{space}{word[0]}") > width:
            folded.append(line)
            line = further[: max(0, width - columns(word[0]))] + word[0]
        else:
            line += space + word[0]
    return "\n".join([*folded, line])


def columns(text: str) -> int:
    """Count the columns a line takes: two for wide letters (Unicode 15.1 UAX 11), none for marks on others."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )
