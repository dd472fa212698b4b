r"""Text that others wrote, made safe to print: what would steer a terminal, or a program that reads it, shown instead.

Such a character is written as `\uXXXX`, which is also how JSON writes it: a JSON text stays the same value.
"""

import re
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


def _escape(found: re.Match[str]) -> str:
    return escape(found[0])


def escape(text: str) -> str:
    r"""Each character of `text` as `\uXXXX`; one beyond U+FFFF as two such, as JSON has it."""
    units = text.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def lines(text: str) -> str:
    """`text` with newlines and tabs as they are, and everything else that would steer a terminal escaped."""
    return _STEERING.sub(_escape, text)


def line(text: str) -> str:
    """`text` as part of one line: newlines, tabs and orders to continuous integration escaped too."""
    return _ONE_LINE.sub(_escape, text)
