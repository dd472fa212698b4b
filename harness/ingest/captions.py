"""Captions and picture credits, and the other lines between paragraphs that are no sentences of the article."""

import re
from collections.abc import Iterator

from harness.ingest.lexicon import any_of
from harness.ingest.page import Line, Page, is_paragraph

_CREDIT = re.compile(rf"\W*{any_of('credits')}\W*", re.IGNORECASE)
_CREDIT_AT_END = re.compile(rf"{any_of('credits_at_end')}\W*$", re.IGNORECASE)
_HOLDS_CAPTION = re.compile(r"\W*(?:file|archive|stock|handout) (?:photo|picture|image|pic) of\b", re.IGNORECASE)
_CAPTION_OPENING = re.compile(any_of("caption_openings"), re.IGNORECASE)
_OPEN_BRACKET = re.compile(rf"[(\[]\s*(?:{any_of('kinds')}|credits?|source)?\s*:?", re.IGNORECASE)
_LONGEST_CAPTION = 45
_LONGEST_LOOSE_LINE = 24
"""Words; a longer line without a credit is a paragraph, though its full stop be missing."""
_SENTENCE_INSIDE = re.compile(r"\w{3}[.!?][\"'”’]?\s+[\"'“‘]?[A-Z]")
_DIALOGUE = re.compile(rf"\b{any_of('dialogue')}\b", re.IGNORECASE)


def marked_caption(page: Page) -> Iterator[tuple[int, str]]:
    """Drop what the mark-up says is a caption."""
    places = iter(page.marked_captions)
    start, end = next(places, (len(page.raw), len(page.raw)))
    for index, line in enumerate(page.lines):
        while line.start >= end > start:
            start, end = next(places, (len(page.raw), len(page.raw)))
        if start <= line.start < end:
            yield index, "the mark-up calls it a caption"


def credit_block(page: Page) -> Iterator[tuple[int, str]]:
    """Drop a credit in brackets that stretches over several lines, and the caption above it."""
    for index, line in enumerate(page.lines):
        if index in page.dropped or not _OPEN_BRACKET.fullmatch(line.text):
            continue
        close = ")" if line.text.startswith("(") else "]"
        last = next(
            (other for other in range(index, min(index + 7, len(page.lines))) if close in page.lines[other].text), None
        )
        inside = page.lines[index : last + 1] if last is not None else []
        if last is None or sum(len(each.words) for each in inside) > 20 or not page.lines[last].text.endswith(close):
            continue
        for other in range(index, last + 1):
            yield other, "a picture credit over several lines"
        above = _caption_above(page, index)
        if above is not None:
            yield above, "the caption above a picture credit"


def credit(page: Page) -> Iterator[tuple[int, str]]:
    """Drop a picture credit on a line of its own, and the caption above it."""
    for index in page.kept():
        line = page.lines[index]
        if (
            len(line.words) > 20
            or len(line.text) > 400
            or not _CREDIT.fullmatch(line.text)
            or (line.ends_sentence and len(line.words) > 12)
        ):
            continue
        yield index, "a picture credit"
        above = None if _HOLDS_CAPTION.match(line.text) else _caption_above(page, index)
        if above is not None:
            yield above, "the caption above a picture credit"


def caption(page: Page) -> Iterator[tuple[int, str]]:
    """Drop a caption that ends with its credit, or opens as only captions do."""
    for index in page.kept():
        line = page.lines[index]
        if len(line.words) <= 70 and len(line.text) <= 700 and _CREDIT_AT_END.search(line.text):
            yield index, "a caption that ends with a picture credit"
        elif len(line.words) <= 60 and _CAPTION_OPENING.match(line.text):
            yield index, "opens as a caption does"


def _caption_above(page: Page, index: int) -> int | None:
    """Find the caption that belongs to the credit at `index`: the line above it, unless that is a paragraph.

    The first line of a page is never a caption: above a picture, it is the title.
    """
    above = index - 1
    if above < 1 or above in page.dropped or above == page.title or page.lines[above].opens_quotation:
        return None
    line = page.lines[above]
    if len(line.words) > _LONGEST_CAPTION or line.is_list_item:
        return None
    if not line.ends_sentence:
        return above
    return above if page.is_spaced() and not page.lines[index].after_blank and len(line.words) <= 40 else None


def loose_line(page: Page) -> Iterator[tuple[int, str, str]]:
    """Yield index, rule and reason of lines that end without punctuation on a page whose paragraphs have it.

    A line that shares few words with the rest is a link to another story; one that shares them is a caption, or a link
    to a story on the same matter. Spared are lists, rests of broken sentences, quotations and short cross-headings.
    """
    if not page.is_punctuated():
        return
    kept = page.kept()
    runs = _runs(page, kept)
    last = max((index for index in kept if is_paragraph(page.lines[index])), default=0)
    for index in kept:
        line = page.lines[index]
        if index == page.standfirst or _is_spared(page, line, index):
            continue
        overlap, size = page.overlap(index), len(line.words)
        if line.ends_sentence:
            dialogue = _DIALOGUE.search(line.text)
            if line.text.endswith("?") and not dialogue and size <= 16 and len(line.stems) >= 4 and overlap == 0:
                yield index, "other_story", "a question that shares no word with the article"
        elif size < 7:
            if _is_name(page, line):
                yield index, "caption", "nothing but a name that the article mentions"
            elif len(line.stems) >= 4 and overlap < 0.34:
                yield index, "other_story", f"no sentence, and only {overlap:.0%} of its words stand in the article"
            elif index < page.lede():
                yield index, "caption", "no sentence, and stands before the first paragraph"
        elif overlap < 0.4 and len(line.stems) >= 4 and (runs[index] < 3 or not page.lede() < index < last):
            yield index, "other_story", f"no sentence, and only {overlap:.0%} of its words stand in the article"
        elif (runs[index] < 2 or index < page.lede()) and not _DIALOGUE.search(line.text):
            yield index, "caption", "between paragraphs, without the punctuation that ends them"


def _is_spared(page: Page, line: Line, index: int) -> bool:
    """Tell whether a line without end punctuation may still be part of the body."""
    before, after = page.neighbour(index, -1), page.neighbour(index, 1)
    continued = after is not None and after.goes_on and not _stands_between_halves(before, after)
    continues = line.goes_on or line.is_broken_off or continued
    headed = before is not None and (before.text.endswith(":") or (not before.ends_sentence and len(before.words) < 7))
    listed = line.is_list_item or (headed and index > page.lede())
    sentence = len(line.words) > _LONGEST_LOOSE_LINE or (len(line.words) >= 12 and _SENTENCE_INSIDE.search(line.text))
    return continues or listed or line.opens_quotation or bool(sentence)


def _stands_between_halves(before: Line | None, after: Line) -> bool:
    """Tell whether the lines round a line are two halves of one sentence, so that the line between is foreign to it."""
    return before is not None and after.goes_on and (before.is_broken_off or not before.ends_sentence)


def _runs(page: Page, kept: list[int]) -> dict[int, int]:
    """Count for each index how many kept lines in a row lack end punctuation: lists come in runs."""
    sizes: dict[int, int] = {}
    run: list[int] = []
    for index in [*kept, -1]:
        line = page.lines[index]
        if index >= 0 and index != page.standfirst and not (line.ends_sentence or line.is_broken_off or line.goes_on):
            run.append(index)
            continue
        sizes.update(dict.fromkeys(run, len(run)))
        run = []
    return sizes


def _is_name(page: Page, line: Line) -> bool:
    """Tell whether a line is two to five capitalised words that stand in this order in a paragraph."""
    names = line.text.split()
    return (
        2 <= len(names) <= 5
        and all(name[0].isupper() for name in names)
        and any(line.text in page.lines[other].text for other in page.kept() if is_paragraph(page.lines[other]))
    )


def repetition(page: Page) -> Iterator[tuple[int, str]]:
    """Drop the title again, a line again, and pull quotes: short lines that stand word for word in a paragraph."""
    title = page.lines[page.title].words if page.title is not None else ()
    seen: set[tuple[str, ...]] = {title} if title else set()
    phrases = {index: f" {' '.join(page.lines[index].words)} " for index in page.kept()}
    for index in page.kept():
        line = page.lines[index]
        if (len(line.words) >= 6 and line.words in seen) or (title and line.words == title):
            yield index, "the title again" if line.words == title else "stands further up already"
        elif 6 <= len(line.words) <= 40 and _is_pull_quote(line, phrases):
            yield index, "stands word for word in a paragraph"
        seen.add(line.words)


def _is_pull_quote(line: Line, phrases: dict[int, str]) -> bool:
    """Tell whether a longer line holds all words of `line` in their order."""
    phrase = f" {' '.join(line.words)} "
    return any(len(other) > len(phrase) + 12 and phrase in other for other in phrases.values())


def trailing_line(page: Page) -> Iterator[tuple[int, str]]:
    """Drop up to eight short lines without end punctuation below the last sentence: tags, names; lists are spared."""
    kept = page.kept()
    last = max((place for place, index in enumerate(kept) if page.lines[index].ends_sentence), default=len(kept))
    below = kept[last + 1 :]
    headed = last < len(kept) and page.lines[kept[last]].text.endswith(":")
    listed = headed or len(below) > 8 or any(page.lines[index].is_list_item for index in below)
    if not page.is_punctuated() or listed:
        return
    for index in below:
        line = page.lines[index]
        if len(line.words) < 7 and not (line.goes_on or line.opens_quotation):
            yield index, "no sentence, and stands below the last one"


def is_list_of_names(line: Line) -> bool:
    """Tell whether a line lists authors: two to twelve capitalised words, joined by commas and `and`."""
    tokens = re.split(r"[\s,]+", line.text.strip(" ,|"))
    names = [token for token in tokens if token not in ("and", "&", "in", "de", "van", "von", "al")]
    return (
        2 <= len(names) <= 12
        and not line.ends_sentence
        and all(re.fullmatch(r"[A-Z][\w.'’-]*", name) for name in names)
        and (len(names) <= 3 or "," in line.text or " and " in line.text)
    )
