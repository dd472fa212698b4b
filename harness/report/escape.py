r"""Make text that others wrote harmless in every format that we write: it says what it says, and does nothing.

Names, ids, titles, predictions and evidence may hold anything. Each function here makes one string harmless in one
format; control characters stand as `\uXXXX` in all of them.
"""

import html
import re
from typing import Final

from harness import printable
from harness.printable import one_line as one_line

_MARKDOWN: Final = re.compile(r"[\\|<>`*~$&]|\](?=[(\[:])|(?<!\w)_|_(?!\w)")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_TEX: Final = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "–": "--",
        "−": "$-$",
        "≤": r"$\leq$",
        "↑": r"$\uparrow$",
        "↓": r"$\downarrow$",
    }
)


def markdown(text: str) -> str:
    """Write `text` as one line of GitHub's Markdown: no markup, link, HTML, formula or table cell works in it."""
    return _MARKDOWN.sub(r"\\\g<0>", printable.line(text.replace("\n", " ")))


def code(text: str) -> str:
    """Write `text` as a code span of Markdown, whatever backticks it holds."""
    text = printable.line(text)
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    pad = " " if len(fence) > 1 else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def csv_cell(text: str) -> str:
    """Put `text` on one line, with an apostrophe before what a spreadsheet would take for a formula, or an apostrophe.

    So it can be undone: where a cell begins with an apostrophe, that one is ours.
    """
    return printable.line(_no_formula(text))


def csv_block(text: str) -> str:
    """Do the same as `csv_cell` for a cell that may have several lines."""
    return printable.lines(_no_formula(text))


def _no_formula(text: str) -> str:
    return f"'{text}" if text.startswith((*_FORMULA, "'")) else text


def csv_text(text: str) -> str:
    """Do the same for a text of several lines: they stay lines of the quoted cell, and none orders a program."""
    first, *others = text.split("\n")
    return "\n".join([csv_cell(first), *map(printable.line, others)])


def xml(text: str) -> str:
    """Leave out of `text` what XML 1.0 cannot hold; ElementTree escapes the rest."""
    return printable.lines(text)


def latex(text: str) -> str:
    """Make every character of `text` plain that TeX would take for a command."""
    return printable.line(text).translate(_TEX)


def page(text: str) -> str:
    """Write `text` for the inside of HTML, or for a quoted attribute."""
    return html.escape(printable.line(text))


def annotation(text: str) -> str:
    """Write `text` as the message of a GitHub workflow command."""
    return printable.lines(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def annotation_title(text: str) -> str:
    """Write `text` as a property of a GitHub workflow command."""
    return annotation(text).replace(":", "%3A").replace(",", "%2C")
