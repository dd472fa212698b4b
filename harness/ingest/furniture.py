"""Lines round an article that are not part of it: labels, links to other stories, program text, readers' comments."""

import re
from collections.abc import Iterator

from harness.ingest.lexicon import any_of
from harness.ingest.page import STOPWORDS, Line, Page
from harness.ingest.phrases import rules

(_LABELLED,) = rules("labelled")


def labelled_story(page: Page) -> Iterator[tuple[int, str]]:
    """Drop lines such as `Opinion: …` and `Live: …`, but keep a first line about the article's matter: its title."""
    first = next(iter(page.kept()), None)
    for index, why in _LABELLED(page):
        if index != first or page.overlap(index) < 0.4:
            yield index, why


_SCRIPT = re.compile(
    r"//\s*-->|<!--|\bfunction\s*\(|\bdocument\.\w+\(|\bwindow\.\w+|^\s*(?:var|let|const) \w+\s*=|"
    r"\}\s*[);]+\s*$|^[.#]?[\w-]+\s*\{"
)
_LIST_HEADINGS = re.compile(rf"\W*{any_of('list_headings')}\W*", re.IGNORECASE)


def stray_punctuation(page: Page) -> Iterator[tuple[int, str]]:
    """Drop lines without a letter or digit."""
    for index in page.kept():
        if not any(character.isalnum() for character in page.lines[index].text):
            yield index, "no letter or digit in it"


def script(page: Page) -> Iterator[tuple[int, str]]:
    """Drop lines that hold program text or style sheets."""
    for index in page.kept():
        line = page.lines[index]
        if len(line.words) <= 60 and _SCRIPT.search(line.text) and not _is_prose(line):
            yield index, "program text of the page"


def _is_prose(line: Line) -> bool:
    """Tell whether a line is a sentence, which may quote program text."""
    small = sum(word in STOPWORDS for word in line.words)
    starts = line.text[:1].isupper() or line.opens_quotation
    return line.ends_sentence and starts and len(line.words) >= 8 and small >= 3


def link_list(page: Page) -> Iterator[tuple[int, str]]:
    """Drop headline-like lines that follow a heading such as "Related stories", up to the next paragraph."""
    kept = page.kept()
    for index, (rule, _) in sorted(page.dropped.items()):
        if rule != "related" or not _LIST_HEADINGS.fullmatch(page.lines[index].text):
            continue
        for other in (other for other in kept if other > index):
            if not _is_headline(page.lines[other]):
                break
            yield other, f"in the list under “{page.lines[index].text[:40]}”"


def comment_section(page: Page) -> Iterator[tuple[int, str]]:
    """Drop everything below the heading of the readers' comments, where a hundred words of article stand above it."""
    headings = [index for index, (rule, _) in sorted(page.dropped.items()) if rule == "comment_form"]
    for index in headings:
        above = [page.lines[other] for other in page.kept() if other < index and page.lines[other].ends_sentence]
        below = range(index + 1, len(page.lines))
        marks = sum(bool(_COMMENT_MARK.search(page.lines[other].text)) for other in below)
        if sum(len(line.words) for line in above) >= 100 and marks:
            for other in below:
                if other not in page.dropped:
                    yield other, "below the heading of the comments"
            return


_COMMENT_MARK = re.compile(any_of("comment_marks"), re.IGNORECASE)


def _is_headline(line: Line) -> bool:
    """Tell whether a line reads as a link to a story: up to twenty-five words that do not end as a sentence does."""
    return len(line.words) <= 25 and (not line.ends_sentence or line.text.endswith("?"))
