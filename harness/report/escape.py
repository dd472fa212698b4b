r"""Make text that others wrote harmless in every format that we write: it says what it says, and does nothing.

Names, ids, titles, predictions and evidence may hold anything. Each function here makes one string harmless in one
format; control characters stand as `\uXXXX` in all of them.
"""

import html
import re
import unicodedata
from typing import Final

from harness import printable
from harness.printable import one_line as one_line

_MARKDOWN: Final = re.compile(r"[\\|<>`*~$&]|\](?=[(\[:])|(?<!\w)_|_(?!\w)")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
TEX_DEFINITION: Final = (
    r"\providecommand{\harnesstext}[2]{\ifdefined\XeTeXversion#1\else\ifdefined\directlua#1\else#2\fi\fi}"
    "% letters that pdfTeX lacks"
)
r"""What a document needs before a `\harnesstext`."""
TEX_LETTERS: Final = (
    "¡¢£¥§¨©ª¬®¯°±²³´µ¶·¸¹º¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖ×ØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõö÷øùúûüýÿĀāĂăĆćĈĉĊċČčĎďĒēĔĕĖėĚěĜĝĞğĠġ"
    "ĤĥĨĩĪīĬĭİıĴĵĹĺĽľŁłŃńŇňŌōŎŏŐőŒœŔŕŘřŚśŜŝŞşŠšŢţŤťŨũŪūŬŭŮůŰűŴŵŶŷŸŹźŻżŽžȘșȚț‘’“”†‡•…‰€™"
)
"""Characters beyond ASCII that pdfTeX typesets in its default encoding: each was compiled (TeX Live 2025)."""
_TEX: Final = {
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
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    "\u00a0": "~",
    "–": "--",
    "—": "---",
    "−": "$-$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "≈": r"$\approx$",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    "→": r"$\rightarrow$",
}
_TEX_LIGATURE: Final = re.compile(r"([-',])(?=\1)")
"""Two of these side by side would be typeset as one other character."""
_TEX_LACKS: Final = re.compile(rf"[^\x00-\x7f{TEX_LETTERS}{''.join(key for key in _TEX if ord(key) > 127)}]+")


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
    r"""Write `text` so that TeX typesets it as it stands.

    pdfTeX without further packages knows the letters of western and central Europe, XeTeX and LuaTeX know all. What
    pdfTeX lacks stands as `\harnesstext{as written}{without it}`, of which each engine takes its own: a document that
    `lacks_letters` needs `TEX_DEFINITION`.
    """
    plain = _TEX_LIGATURE.sub("\\1\0", unicodedata.normalize("NFC", printable.line(text)))
    written, done = [], 0
    for run in _TEX_LACKS.finditer(plain):
        written += [_tex(plain[done : run.start()]), rf"\harnesstext{{{run[0]}}}{{{_tex(_without_letters(run[0]))}}}"]
        done = run.end()
    return "".join([*written, _tex(plain[done:])])


def lacks_letters(table: str) -> bool:
    """Tell whether a table has characters that only XeTeX and LuaTeX know."""
    return r"\harnesstext{" in table


def _tex(text: str) -> str:
    return "".join("{}" if letter == "\0" else _TEX.get(letter, letter) for letter in text)


def _without_letters(run: str) -> str:
    """Write characters that pdfTeX lacks in those that it has: the letter below an accent, else the code point."""
    told = []
    for letter in run:
        base = "".join(each for each in unicodedata.normalize("NFKD", letter) if each.isascii())
        if base.isalnum():
            told.append(base)
        elif unicodedata.category(letter)[0] not in "MC":  # marks, joiners and directions belong to a letter
            told.append(f"[U+{ord(letter):04X}]")
    return "".join(told)


def page(text: str) -> str:
    """Write `text` for the inside of HTML, or for a quoted attribute."""
    return html.escape(printable.line(text))


def annotation(text: str) -> str:
    """Write `text` as the message of a GitHub workflow command."""
    return printable.lines(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def annotation_title(text: str) -> str:
    """Write `text` as a property of a GitHub workflow command."""
    return annotation(text).replace(":", "%3A").replace(",", "%2C")
