"""What a kept library takes for the article of a web page: trafilatura, which the extra `html` brings.

It sees what class names, links and the tree of a page give away, and a line does not. It only chooses: each line that
it kept is kept as our own cutting shows it, so that every paragraph still has its place in the raw file.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from harness.errors import HarnessError
from harness.extras import EXTRAS, missing
from harness.ingest.markup import without_program
from harness.ingest.page import Line, Page, is_paragraph
from harness.language.text import words
from harness.process.environment import installed_version

EXTRA = "html"
LIBRARY = "trafilatura"
OWN = "own cutting"
_LONGEST = 3_000_000
"""Characters of a page without its program text; a longer one is not handed over, since a tree of it takes memory."""
_MOST_TAGS = 60_000
_DEEPEST = 150
"""Elements within one another; the library walks each branch from the top, which takes the square of its depth."""
_MOST_LINES = 20_000
LONGEST_TEXT = 1024 * 1024
"""Characters of a page's text; a longer one is no article."""
_LEAST_WORDS = 20
"""Words of an article; what is shorter was not found."""
_SHORT = 80
"""Words of an article below which what the library left out may be the rest of it."""
_RELATED = 0.25
"""Share of a paragraph's stems that the title and the article's other lines must have, for it to be one of them."""
_LEAST_SHARE = 0.5
"""Share of the library's words that must be found on the page's lines, for its choice to count."""
_SAME = 0.75
"""Share of a line's word triples that the library's text must have."""
_RUN_OF_SPACES = re.compile(r"[ \t]{3,}")
"""What was cut out leaves spaces, of which the library needs to see none."""
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)")
_WITHOUT_END = (
    "area base br col dd dt embed frame hr img input li link meta optgroup option p param rp rt source tbody td tfoot"
    " th thead tr track wbr"
)
_CLOSED_BY_OTHERS = frozenset(_WITHOUT_END.split())
"""Elements that need no end tag: they take none of the depth."""


_BESIDE = re.compile(
    r"(</(?:p|div|h[1-6]|ul|ol|table|blockquote|section|figure|aside|header)\s*>\s*)"
    r"((?:[^<]|</?(?:a|abbr|b|cite|code|em|i|mark|q|small|span|strong|sub|sup|time|u)\b[^<>]*>)++)",
    re.IGNORECASE,
)
"""Text that stands beside elements, in none of its own; the library passes over it."""
_LEAST_BESIDE = 40


class PageError(HarnessError):
    """A web page that cannot be read, since the library failed on it, or since it is longer than any article."""


@cache
def reader() -> str:
    """Name what reads web pages here: the library with its version, or our own cutting."""
    return f"{LIBRARY} {installed_version(LIBRARY)}" if not missing(*EXTRAS[EXTRA]) else OWN


@dataclass(frozen=True)
class Choice:
    """The lines of a page that belong to its article, and who chose them."""

    reader: str
    lines: frozenset[int] | None
    """Indexes of the lines; None where our own cutting has to do."""


def choose(page: Page) -> Choice:
    """Choose the lines of a web page that belong to its article. Raises PageError where the library fails."""
    if len(page.lines) > _MOST_LINES or sum(len(line.text) for line in page.lines) > LONGEST_TEXT:
        most = f"{_MOST_LINES:,} lines or {LONGEST_TEXT:,} characters"
        raise PageError(f"its text has more than {most}; an article has less")
    if reader() == OWN:
        return Choice(OWN, None)
    source = _RUN_OF_SPACES.sub(" ", without_program(page.written))
    if why := _beyond_bounds(source):
        return Choice(f"{OWN}, {why}", None)
    text = _extracted(source)
    if len(words(text)) < _LEAST_WORDS:
        return Choice(f"{OWN}, {LIBRARY} found no article", None)
    lines, found = _lines_of(page, text)
    if found < _LEAST_SHARE * len(words(text)):
        return Choice(f"{OWN}, {LIBRARY} found no article", None)
    return Choice(reader(), lines)


def trusted(choice: Choice, page: Page) -> Choice:
    """Return a choice with the paragraphs that the library passed over within the article, or our own cutting.

    It passes over text that stands beside elements, in none of its own; and of a short article it at times takes the
    one element that has most of it.
    """
    if not choice.lines:
        return choice
    kept = page.kept()
    inside = sum(len(page.lines[index].words) for index in kept if index in choice.lines)
    beside = [index for index in kept if index not in choice.lines and is_paragraph(page.lines[index])]
    if inside < _SHORT and 2 * sum(len(page.lines[index].words) for index in beside) > inside:
        return Choice(f"{OWN}, {LIBRARY} found too little of a short text", None)
    heads = [index for index, line in enumerate(page.lines) if _is_marked(page, line)]
    first, last = min([*heads, *choice.lines]), max(choice.lines)
    told = {stem for index in (*heads, *choice.lines) for stem in page.lines[index].stems}
    share = _RELATED if inside >= _SHORT else 0.0
    passed_over = {index for index in beside if first < index < last and _is_related(page.lines[index], told, share)}
    return Choice(choice.reader, choice.lines | passed_over)


def _is_related(line: Line, told: set[str], share: float) -> bool:
    """Tell whether a paragraph within an article is part of it: it quotes somebody, or shares words with the rest.

    A short article has few words that another of its lines could have: there a single one is enough.
    """
    return line.opens_quotation or len(line.stems & told) >= max(1, share * len(line.stems))


def _is_marked(page: Page, line: Line) -> bool:
    """Tell whether a line is the heading of the page by its mark-up."""
    return any(kind in ("h1", "headline") and start <= line.start < end for kind, start, end in page.marked_titles)


def _beyond_bounds(source: str) -> str:
    """Say what makes a page one that the library would be at for too long; empty for the usual page."""
    if len(source) > _LONGEST:
        return f"more than {_LONGEST:,} characters"
    depth = deepest = count = 0
    for tag in _TAG.finditer(source):
        count += 1
        if tag[2].lower() not in _CLOSED_BY_OTHERS:
            depth = max(0, depth - 1) if tag[1] else depth + 1
            deepest = max(deepest, depth)
    if count > _MOST_TAGS:
        return f"more than {_MOST_TAGS:,} tags"
    return f"more than {_DEEPEST} elements within one another" if deepest > _DEEPEST else ""


def _extracted(source: str) -> str:
    """Let the library extract the article's text; empty where it finds none."""
    try:
        found = _library().extract(
            _BESIDE.sub(_as_paragraph, source), include_comments=False, include_tables=True, output_format="txt"
        )
    except HarnessError:  # a time limit
        raise
    except Exception as error:
        raise PageError(f"{reader()} failed on it ({type(error).__name__}: {str(error)[:200]})") from error
    return found if isinstance(found, str) else ""


def _as_paragraph(text: re.Match[str]) -> str:
    """Make a paragraph of text that stands beside elements."""
    return f"{text[1]}<p>{text[2]}</p>" if len(text[2].strip()) >= _LEAST_BESIDE else text[0]


@cache
def _library() -> Any:
    """Import the library; what it logs of single pages is told in the account."""
    logging.getLogger(LIBRARY).setLevel(logging.CRITICAL + 1)
    return import_module(LIBRARY)


def _lines_of(page: Page, text: str) -> tuple[frozenset[int], int]:
    """List the lines that stand in the library's text, and count their words."""
    parts = {tuple(words(cell)) for line in text.splitlines() for cell in (line, *line.split("|"))}
    triples = set(_triples(words(text)))
    chosen, count = set[int](), 0
    for index, line in enumerate(page.lines):
        own = line.words
        if own in parts or (len(own) > 3 and _share(own, triples) >= _SAME):
            chosen.add(index)
            count += len(own)
    return frozenset(chosen), count


def _triples(own: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return zip(own, own[1:], own[2:], strict=False)


def _share(own: tuple[str, ...], triples: set[tuple[str, ...]]) -> float:
    """Compute the share of a line's word triples that are among `triples`."""
    return sum(triple in triples for triple in _triples(own)) / (len(own) - 2)
