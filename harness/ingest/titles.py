"""Find a page's title: above the body, glued to either end of it, or as a last line; or say why there is none.

Titles are found, never made: each is a stretch of the raw text.
"""

import re
from collections import Counter
from dataclasses import dataclass

from harness.ingest.lexicon import any_of
from harness.ingest.page import Line, Page, is_paragraph, stems
from harness.language.text import dateline_end, normalise

_FURTHEST = 14
"""Lines above the body that are looked at."""
_LONGEST_TITLE = 30
_LABEL = re.compile(rf"{any_of('title_labels')}\s*:\s*(?=\S)|#{{1,3}}\s+(?=\S)", re.IGNORECASE)
_SOURCE_AT_END = re.compile(r"(?<=\S)\s+(?:Source|Via|Credit):\s+\S+(?: \S+){0,2}$")
_OUTLET = re.compile(
    rf"(?:.*\b{any_of('outlets')}\b.*|[\w-]+\.(?:com|org|net|co\.\w\w|in|ie|uk|co|tv|info))", re.IGNORECASE
)
_DETERMINERS = re.compile(rf"\b{any_of('determiners')}\b", re.IGNORECASE)
_SENTENCE_END_INSIDE = re.compile(r"[.!?]['\"”’]?\s+[A-Z“‘\"']")
_ABBREVIATION_AT_END = re.compile(r"\b[A-Za-z]\.[A-Za-z]\.$|\b[A-Z]\.$|\b(?:Inc|Co|Corp|Jr|Sr|Ltd|No|St|Bros)\.$")
_PARTED = re.compile(r"\s(?:[|·•»–—-]|::)\s")
_NAMES_OF_PAGES = ("og:title", "title")
"""Titles that stand on no page, but name it."""
_PAST = re.compile(any_of("past_forms"))
_GLUED_TAIL = re.compile(
    r"(?:(?<=[a-z0-9%][a-z0-9%][.!?…])|(?<=[a-z0-9.!?…][\"”’')\]][.!?…])|"
    r"(?<=[.!?…][\"”’'\])]))(?=[\"“‘'(]?[A-Z0-9][\w'’-])"
)
_GLUED_HEAD = re.compile(r"(?<=[a-z0-9’'”\")\]?!])(?=[A-Z“][a-z]*)")


@dataclass(frozen=True)
class TitleFinding:
    """How a page's title was found, or why it was not."""

    rule: str
    """The way in which it was found, or `none`."""
    why: str
    """One sentence for people."""


def find_title(page: Page) -> TitleFinding:
    """Set `page.title` to the line that is the title, parting a line where the title is glued to the body.

    Leaves it unset where no line can be told to be one, and says why.
    """
    for find in (
        _find_marked,
        _find_labelled,
        _find_above_body,
        _find_glued_before,
        _find_glued_after,
        _find_below_body,
    ):
        finding = find(page)
        if finding:
            return finding
    return TitleFinding("none", "no line above or below the body reads as a title, and none is glued to it")


def clean_title(line: Line) -> tuple[str, str | None]:
    """Strip label, full stop and site name from a title line; return that name, too: `X - BBC News` → (X, BBC News)."""
    text = _SOURCE_AT_END.sub("", _LABEL.sub("", line.text, count=1).strip())
    source = None
    parted = re.split(r"\s+[|·•»]\s+|\s+::\s+", text)
    if len(parted) > 1:
        best = max(parted, key=lambda part: len(part.split()))
        rest = [part for part in parted if part != best]
        if len(best.split()) >= 3 and all(len(part.split()) <= 5 for part in rest):
            outlets = [part for part in rest if _OUTLET.fullmatch(part)]
            text, source = best, outlets[-1] if outlets else None
    tail = re.search(r"\s+[-–—]\s+((?:[A-Z@][\w.&'’]*+|(?:of|the)\b|\s)++)$", text)
    if tail and len(tail[1].split()) <= 4 and _OUTLET.fullmatch(tail[1]) and len(text[: tail.start()].split()) >= 3:
        text, source = text[: tail.start()], tail[1]
    if (
        text.endswith(".")
        and not text.endswith("..")
        and not _SENTENCE_END_INSIDE.search(text)
        and not _ABBREVIATION_AT_END.search(text)
    ):
        text = text[:-1]
    return text.strip(), source


def _find_marked(page: Page) -> TitleFinding | None:
    """Find the line that the mark-up says is the title: `<HEADLINE>`, `<h1>`, `og:title`, or the page's `<title>`."""
    marked = [
        (kind, index) for kind, start, end in page.marked_titles
        for index, line in enumerate(page.lines) if start <= line.start < end
    ]  # fmt: skip
    named = [frozenset(_words_of_title(page.lines[index])) for kind, index in marked if kind in _NAMES_OF_PAGES]
    fitting = [found for found in marked if _may_be_title(found[0], page.lines[found[1]], named)]
    # Of several headings the article's is the one that the page is named after.
    fitting.sort(key=lambda found: _order(found[0], page.lines[found[1]], named))
    chosen = fitting[0] if fitting else None
    for kind, index in marked:
        if kind in _NAMES_OF_PAGES or (chosen and index != chosen[1]):
            page.drop(index, "above_title", "the name of the page, or another heading of it")
    if chosen is None:
        return None
    page.title = chosen[1]
    page.dropped.pop(page.title, None)
    return TitleFinding("marked", f"line {page.lines[page.title].number}, which the mark-up calls the {chosen[0]}")


def _words_of_title(line: Line) -> list[str]:
    """List the words of a title without the site's name."""
    return re.findall(r"[\w'’-]+", clean_title(line)[0].lower())


def _may_be_title(kind: str, line: Line, named: list[frozenset[str]]) -> bool:
    """Tell whether a line that the mark-up calls a title can be the article's; a site calls its name a heading, too."""
    if not 2 <= len(line.words) <= _LONGEST_TITLE:
        return False
    if kind in _NAMES_OF_PAGES:
        return len(line.words) > 4 or _PARTED.search(line.text) is not None or not _OUTLET.fullmatch(line.text)
    return kind != "h1" or not named or len(line.words) > 3 or any(set(_words_of_title(line)) <= each for each in named)


def _order(kind: str, line: Line, named: list[frozenset[str]]) -> int:
    """Rank a marked title: a headline, a heading that the page is named after, another one, the page's names."""
    if kind != "h1":
        return {"headline": 0, "og:title": 3}.get(kind, 4)
    own = set(_words_of_title(line))
    return 1 if any(2 * len(own & each) >= len(own) for each in named) else 2


def _find_labelled(page: Page) -> TitleFinding | None:
    """Find a line that says itself that it is the title."""
    for index in page.kept()[:_FURTHEST]:
        line = page.lines[index]
        if _LABEL.match(line.text) and 2 <= len(line.words) <= _LONGEST_TITLE and _has_paragraph_after(page, index):
            page.title = index
            return TitleFinding("labelled", f"line {line.number} is labelled as the title")
    return None


def _find_above_body(page: Page) -> TitleFinding | None:
    """Find the line above the first paragraph that shares most with the body, is repeated, or stands first."""
    kept = page.kept()
    lede = _find_lede(page)
    if lede is None:
        return None
    body = _body_stems(page, lede)
    candidates = [index for index in kept if index < lede][:_FURTHEST]
    scored = [(score, -index) for index in candidates if (score := _score(page, index, candidates, body)) > 0]
    if not scored:
        return None
    _, negative = max(scored)
    page.title = -negative
    line = page.lines[page.title]
    if line.number == page.lines[0].number:
        return TitleFinding("first_line", "the first line, above the first paragraph")
    return TitleFinding(
        "above_body", f"line {line.number}, the likeliest of {len(candidates)} lines above the first paragraph"
    )


def _find_lede(page: Page) -> int | None:
    """Find the first paragraph; a question or exclamation that stands first on its own is not yet one."""
    kept = page.kept()
    for position, index in enumerate(kept):
        line = page.lines[index]
        if not (is_paragraph(line) or dateline_end(line.text)):
            continue
        short = len(line.words) <= 22 and position + 1 < len(kept)
        headings = all(len(page.lines[other].words) < 8 for other in kept[:position])
        if short and headings and (_may_end_a_title(line) or (position == 0 and _is_restated(page, kept))):
            continue
        if position == 0 and _is_blurb(page, index):
            continue
        return index
    # A page too short for a paragraph: a heading, and a longer line below it.
    return next((index for index in kept[1:] if len(page.lines[index].words) >= 8), None)


def _is_restated(page: Page, kept: list[int]) -> bool:
    """Tell whether the first line is a short sentence that the paragraph below repeats at more length, as ledes do."""
    if len(kept) < 2 or not page.lines[kept[1]].after_blank:
        return False
    first, second = page.lines[kept[0]], page.lines[kept[1]]
    shared = len(first.stems & second.stems) / max(1, len(first.stems))
    return len(first.words) <= 18 and len(second.words) > len(first.words) and len(first.stems) >= 4 and shared >= 0.6


def _is_blurb(page: Page, index: int) -> bool:
    """Tell whether the first paragraph is on another matter than the rest, as a site's description of itself is."""
    line = page.lines[index]
    return len(line.stems) >= 5 and page.overlap(index) < 0.15 and len(page.kept()) >= 5


def _score(page: Page, index: int, candidates: list[int], body: frozenset[str]) -> float:
    """Rate how much a line above the body looks like the title; 0 where it cannot be."""
    line = page.lines[index]
    text, _ = clean_title(line)
    size = len(text.split())
    if not 2 <= size <= _LONGEST_TITLE or line.is_list_item or (line.goes_on and not re.match(r"[a-z]+[A-Z]", text)):
        return 0.0
    if line.text.endswith((":", ";", ",")) or (size > 22 and _SENTENCE_END_INSIDE.search(text)):
        return 0.0
    if _reads_as_caption(line) or any(clean_title(page.lines[other])[1] == text for other in candidates):
        return 0.0
    if (
        line.ends_sentence
        and not _may_end_a_title(line)
        and not _is_restated(page, candidates[:1] + [other for other in page.kept() if other > index])
    ):
        return 0.0
    shared = stems(text)
    overlap = len(shared & body) / len(shared) if shared else 0.0
    if size <= 3 and overlap < 0.5 and len(candidates) > 1:
        return 0.0
    if overlap == 0 and not (index == 0 and (size >= 4 or _is_short(page)) and not _OUTLET.fullmatch(text)):
        return 0.0
    again = any(other != index and size >= 3 and _opens_with(page.lines[other].text, text) for other in candidates)
    first = candidates[0] == index
    length = 1.0 if 4 <= size <= 20 else 0.5
    return (
        overlap * min(1.0, len(shared) / 4)
        + 0.35 * length
        + 0.6 * (first and overlap >= 0.34)
        + 0.5 * again
        - 0.03 * candidates.index(index)
    )


def _opens_with(line: str, text: str) -> bool:
    """Tell whether a line starts with a title, in whatever case; its site's name may follow."""
    return normalise(line).lower().startswith(normalise(text).lower())


def _is_short(page: Page) -> bool:
    """Tell whether a page is an excerpt, whose title need not share a word with it."""
    return sum(len(page.lines[index].words) for index in page.kept()) < 150


def _reads_as_caption(line: Line) -> bool:
    """Tell whether a line describes a picture in whole sentences with articles and past tense, which headlines clip.

    Of 5,720 published headlines in sentence case, 16 do so (docs/ingest.md).
    """
    return (
        not line.ends_sentence
        and not _is_title_case(line.text)
        and not re.search(r"[:‘'“\",;?!]", line.text)
        and bool(re.search(r"\b(?:a|an|the|this)\b", line.text, re.IGNORECASE))
        and bool(_PAST.search(line.text))
    )


def _may_end_a_title(line: Line) -> bool:
    """Tell whether a line with a sentence's ending may be a title all the same."""
    bare = line.text.rstrip("\"'”’")
    return bare.endswith(("?", "!", "…", "...")) or bool(_ABBREVIATION_AT_END.search(bare)) or _is_title_case(line.text)


def _is_title_case(text: str) -> bool:
    """Tell whether a line has at least four longer words and nearly all of them start with a capital."""
    longer = [word for word in re.findall(r"[^\W\d_][\w'’-]*", text) if len(word) > 3]
    return len(longer) >= 4 and sum(word[0].isupper() for word in longer) >= 0.85 * len(longer)


def _find_glued_before(page: Page) -> TitleFinding | None:
    """Find a title that runs into the first sentence without a space: `… into KazakhstanRussian President …`."""
    kept = page.kept()
    if not kept:
        return None
    line = page.lines[kept[0]]
    counts = Counter(word.lower() for other in page.lines for word in re.findall(r"[^\W_]+", other.text))
    raw = page.raw[line.start : line.end]
    for seam in _GLUED_HEAD.finditer(raw, 0, 220):
        head, tail = raw[: seam.start()], raw[seam.start() :]
        before = re.search(r"[^\W_]+$", head.rstrip("’'”\")]?!"))
        after = re.match(r"[“\"]?([^\W_]+)", tail)
        if not before or not after or not 4 <= len(head.split()) <= 25 or _SENTENCE_END_INSIDE.search(head):
            continue
        one, other = before[0].lower(), after[1].lower()
        # Both halves stand elsewhere on the page as words of their own, and glued together nowhere else.
        parts_known = len(one) > 2 and counts[one] and counts[other] and counts[one + other] == 1
        parts_known = parts_known or head[-1] in '”")]?!'
        if parts_known and len(tail.split()) >= 8 and _is_headline_like(head, page, kept[0], at_least=0.3):
            page.split(kept[0], line.start + seam.start())
            page.title = kept[0]
            return TitleFinding("glued_before", f"glued to the start of the first sentence, line {line.number}")
    return None


def _find_glued_after(page: Page) -> TitleFinding | None:
    """Find a title glued to the last sentence without a space: `… five ex-Soviet allies.WW3 fears loom as …`."""
    kept = page.kept()
    for index in [index for index in kept if is_paragraph(page.lines[index])][-1:]:
        line = page.lines[index]
        raw = page.raw[line.start : line.end]
        for seam in reversed(list(_GLUED_TAIL.finditer(raw))):
            tail = raw[seam.start() :]
            body = raw[: seam.start()]
            if not 4 <= len(tail.split()) <= 25 or _SENTENCE_END_INSIDE.search(tail) or len(body.split()) < 5:
                continue
            if _is_headline_like(tail, page, index, at_least=0.5):
                page.split(index, line.start + seam.start())
                page.title = index + 1
                return TitleFinding("glued_after", f"glued to the end of the last sentence, line {line.number}")
    return None


def _find_below_body(page: Page) -> TitleFinding | None:
    """Find a last line that is no sentence and shares most of its words with the body."""
    kept = page.kept()
    if len(kept) < 3:
        return None
    index = kept[-1]
    line = page.lines[index]
    if line.ends_sentence or not 4 <= len(line.words) <= 20 or line.is_list_item or line.goes_on:
        return None
    before = page.neighbour(index, -1)
    if not is_paragraph(page.lines[kept[0]]):
        return None
    if before is not None and before.ends_sentence and _is_headline_like(line.text, page, index, at_least=0.75):
        page.title = index
        return TitleFinding("last_line", f"line {line.number}, below the body: no sentence, and about the same matter")
    return None


def _is_headline_like(text: str, page: Page, index: int, at_least: float) -> bool:
    """Tell whether `text` is in the clipped style of headlines and shares enough words with the rest of the page."""
    tidy = normalise(text)
    shared = stems(tidy)
    rest = " ".join(line.text for other, line in enumerate(page.lines) if other != index and other not in page.dropped)
    own = normalise(page.lines[index].text).replace(tidy, " ")
    overlap = len(shared & stems(f"{rest} {own}")) / len(shared) if shared else 0.0
    return overlap >= at_least and len(_DETERMINERS.findall(tidy)) <= 1 + len(tidy.split()) // 15


def _body_stems(page: Page, lede: int) -> frozenset[str]:
    """Collect the stems of all kept lines from the first paragraph on."""
    return frozenset[str]().union(*(page.lines[index].stems for index in page.kept() if index >= lede))


def _has_paragraph_after(page: Page, index: int) -> bool:
    """Tell whether a paragraph follows."""
    return any(is_paragraph(page.lines[other]) for other in page.kept() if other > index)
