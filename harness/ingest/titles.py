"""Where the title stands: above the body, glued to either end of it, or as a last line; or nowhere, with the reason.

Titles are found, never made: each is a stretch of the raw text.
"""

import re
from collections import Counter
from dataclasses import dataclass

from harness.ingest.page import Line, Page, is_paragraph, stems
from harness.text import dateline_end, normalise

_FURTHEST = 14
"""Lines above the body that are looked at."""
_LONGEST_TITLE = 30
_LABEL = re.compile(r"(?:title|headline|heading|subject)\s*:\s*(?=\S)|#{1,3}\s+(?=\S)", re.IGNORECASE)
_SOURCE_AT_END = re.compile(r"(?<=\S)\s+(?:Source|Via|Credit):\s+\S+(?: \S+){0,2}$")
_OUTLET = re.compile(
    r"(?:.*\b(?:news|times|post|herald|guardian|tribune|journal|gazette|chronicle|telegraph|express|mirror|star|sun|"
    r"mail|independent|observer|standard|press|daily|today|online|radio|tv|television|media|magazine|review|reuters|"
    r"bbc|cnn|npr|nbc|abc|cbs|fox|msnbc|ap|afp|ndtv|aljazeera|jazeera|bloomberg|forbes|politico|axios|vox|vice|time|"
    r"newsweek|hill|atlantic|economist|hindu|mint|firstpost|scroll|wire|dw|rt|rfe/rl|voa|globe|mail|week|digest|"
    r"blog|world|report|inquirer|bulletin|examiner|sentinel|record|courier|dispatch|argus|advertiser|echo|"
    r"metro)\b.*|[\w-]+\.(?:com|org|net|co\.\w\w|in|ie|uk|co|tv|info))",
    re.IGNORECASE,
)
_DETERMINERS = re.compile(
    r"\b(?:the|a|an|was|were|had|has been|have been|which|that|he|she|they|it|there|but|and)\b", re.IGNORECASE
)
_SENTENCE_END_INSIDE = re.compile(r"[.!?]['\"”’]?\s+[A-Z“‘\"']")
_ABBREVIATION_AT_END = re.compile(r"\b[A-Za-z]\.[A-Za-z]\.$|\b[A-Z]\.$|\b(?:Inc|Co|Corp|Jr|Sr|Ltd|No|St|Bros)\.$")
_PAST = re.compile(r"\b(?:was|were|has been|have been|are being|is being|is also|has \w+ed|had)\b|\bin (?:19|20)\d\d$")
_GLUED_TAIL = re.compile(
    r"(?:(?<=[a-z0-9%][a-z0-9%][.!?…])|(?<=[a-z0-9.!?…][\"”’')\]][.!?…])|"
    r"(?<=[.!?…][\"”’'\])]))(?=[\"“‘'(]?[A-Z0-9][\w'’-])"
)
_GLUED_HEAD = re.compile(r"(?<=[a-z0-9’'”\")\]?!])(?=[A-Z“][a-z]*)")


@dataclass(frozen=True)
class Found:
    """What was found out about a page's title."""

    rule: str
    """Which way it was found, or `none`."""
    why: str
    """One sentence for people."""


def find_title(page: Page) -> Found:
    """Set `page.title` to the line that is the title, parting a line where the title is glued to the body.

    Leaves it unset where no line can be told to be one, and says why.
    """
    for find in (_labelled, _above_the_body, _glued_before, _glued_after, _below_the_body):
        found = find(page)
        if found:
            return found
    return Found("none", "no line above or below the body reads as a title, and none is glued to it")


def title_text(line: Line) -> tuple[str, str | None]:
    """A title line without label, full stop and its site's name, and that name: `X - BBC News` → (X, BBC News)."""
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


def _labelled(page: Page) -> Found | None:
    """A line that says itself that it is the title."""
    for index in page.kept()[:_FURTHEST]:
        line = page.lines[index]
        if _LABEL.match(line.text) and 2 <= len(line.words) <= _LONGEST_TITLE and _after(page, index):
            page.title = index
            return Found("labelled", f"line {line.number} is labelled as the title")
    return None


def _above_the_body(page: Page) -> Found | None:
    """The line above the first paragraph that shares most with the body, is repeated, or stands first."""
    kept = page.kept()
    lede = _lede_below_titles(page)
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
        return Found("first_line", "the first line, above the first paragraph")
    return Found(
        "above_body", f"line {line.number}, the likeliest of {len(candidates)} lines above the first paragraph"
    )


def _lede_below_titles(page: Page) -> int | None:
    """Index of the first paragraph; a question or exclamation that stands first on its own is not yet one."""
    kept = page.kept()
    for position, index in enumerate(kept):
        line = page.lines[index]
        if not (is_paragraph(line) or dateline_end(line.text)):
            continue
        short = len(line.words) <= 22 and position + 1 < len(kept)
        headings = all(len(page.lines[other].words) < 8 for other in kept[:position])
        if short and headings and (_may_end_so(line) or (position == 0 and _is_restated(page, kept))):
            continue
        if position == 0 and _is_blurb(page, index):
            continue
        return index
    # A page too short for a paragraph: a heading, and a longer line below it.
    return next((index for index in kept[1:] if len(page.lines[index].words) >= 8), None)


def _is_restated(page: Page, kept: list[int]) -> bool:
    """Whether the first line is a short sentence that the paragraph below says again at more length, as ledes do."""
    if len(kept) < 2 or not page.lines[kept[1]].after_blank:
        return False
    first, second = page.lines[kept[0]], page.lines[kept[1]]
    shared = len(first.stems & second.stems) / max(1, len(first.stems))
    return len(first.words) <= 18 and len(second.words) > len(first.words) and len(first.stems) >= 4 and shared >= 0.6


def _is_blurb(page: Page, index: int) -> bool:
    """Whether the first paragraph speaks of another matter than the rest, as a site's description of itself does."""
    line = page.lines[index]
    return len(line.stems) >= 5 and page.overlap(index) < 0.15 and len(page.kept()) >= 5


def _score(page: Page, index: int, candidates: list[int], body: frozenset[str]) -> float:
    """How much a line above the body looks like the title; 0 where it cannot be."""
    line = page.lines[index]
    text, _ = title_text(line)
    size = len(text.split())
    if not 2 <= size <= _LONGEST_TITLE or line.is_list_item or (line.goes_on and not re.match(r"[a-z]+[A-Z]", text)):
        return 0.0
    if line.text.endswith((":", ";", ",")) or (size > 22 and _SENTENCE_END_INSIDE.search(text)):
        return 0.0
    if _reads_as_caption(line) or any(title_text(page.lines[other])[1] == text for other in candidates):
        return 0.0
    if (
        line.ends_sentence
        and not _may_end_so(line)
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
    """Whether a line starts with a title, however it is set, and may go on with its site's name."""
    return normalise(line).lower().startswith(normalise(text).lower())


def _is_short(page: Page) -> bool:
    """Whether a page is an excerpt, in which a title need not find any of its words again."""
    return sum(len(page.lines[index].words) for index in page.kept()) < 150


def _reads_as_caption(line: Line) -> bool:
    """Whether a line tells in whole words, articles and past tense, what a picture shows: headlines clip both.

    Of 5,720 published headlines in sentence case, 16 do so (docs/ingest.md).
    """
    return (
        not line.ends_sentence
        and not _is_title_case(line.text)
        and not re.search(r"[:‘'“\",;?!]", line.text)
        and bool(re.search(r"\b(?:a|an|the|this)\b", line.text, re.IGNORECASE))
        and bool(_PAST.search(line.text))
    )


def _may_end_so(line: Line) -> bool:
    """Whether a line with a sentence's ending may be a title all the same."""
    bare = line.text.rstrip("\"'”’")
    return bare.endswith(("?", "!", "…", "...")) or bool(_ABBREVIATION_AT_END.search(bare)) or _is_title_case(line.text)


def _is_title_case(text: str) -> bool:
    """Whether at least five words, and nearly all the longer ones, start with a capital."""
    longer = [word for word in re.findall(r"[^\W\d_][\w'’-]*", text) if len(word) > 3]
    return len(longer) >= 4 and sum(word[0].isupper() for word in longer) >= 0.85 * len(longer)


def _glued_before(page: Page) -> Found | None:
    """A title that runs into the first sentence without a space: `… into KazakhstanRussian President …`."""
    kept = page.kept()
    if not kept:
        return None
    line = page.lines[kept[0]]
    known = Counter(word.lower() for other in page.lines for word in re.findall(r"[^\W_]+", other.text))
    raw = page.raw[line.start : line.end]
    for found in _GLUED_HEAD.finditer(raw, 0, 220):
        head, tail = raw[: found.start()], raw[found.start() :]
        left = re.search(r"[^\W_]+$", head.rstrip("’'”\")]?!"))
        right = re.match(r"[“\"]?([^\W_]+)", tail)
        if not left or not right or not 4 <= len(head.split()) <= 25 or _SENTENCE_END_INSIDE.search(head):
            continue
        one, other = left[0].lower(), right[1].lower()
        parts_known = len(one) > 2 and known[one] and known[other] and known[one + other] == 1
        parts_known = parts_known or head[-1] in '”")]?!'
        if parts_known and len(tail.split()) >= 8 and _headline_like(head, page, kept[0], at_least=0.3):
            page.split(kept[0], line.start + found.start())
            page.title = kept[0]
            return Found("glued_before", f"glued to the start of the first sentence, line {line.number}")
    return None


def _glued_after(page: Page) -> Found | None:
    """A title that runs on from the last sentence without a space: `… five ex-Soviet allies.WW3 fears loom as …`."""
    kept = page.kept()
    for index in [index for index in kept if is_paragraph(page.lines[index])][-1:]:
        line = page.lines[index]
        raw = page.raw[line.start : line.end]
        for found in reversed(list(_GLUED_TAIL.finditer(raw))):
            tail = raw[found.start() :]
            body = raw[: found.start()]
            if not 4 <= len(tail.split()) <= 25 or _SENTENCE_END_INSIDE.search(tail) or len(body.split()) < 5:
                continue
            if _headline_like(tail, page, index, at_least=0.5):
                page.split(index, line.start + found.start())
                page.title = index + 1
                return Found("glued_after", f"glued to the end of the last sentence, line {line.number}")
    return None


def _below_the_body(page: Page) -> Found | None:
    """A last line that is no sentence and shares most of its words with the body."""
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
    if before is not None and before.ends_sentence and _headline_like(line.text, page, index, at_least=0.75):
        page.title = index
        return Found("last_line", f"line {line.number}, below the body: no sentence, and about the same matter")
    return None


def _headline_like(text: str, page: Page, index: int, at_least: float) -> bool:
    """Whether `text` is in the clipped style of headlines and shares enough words with the rest of the page."""
    tidy = normalise(text)
    shared = stems(tidy)
    rest = " ".join(line.text for other, line in enumerate(page.lines) if other != index and other not in page.dropped)
    own = normalise(page.lines[index].text).replace(tidy, " ")
    overlap = len(shared & stems(f"{rest} {own}")) / len(shared) if shared else 0.0
    return overlap >= at_least and len(_DETERMINERS.findall(tidy)) <= 1 + len(tidy.split()) // 15


def _body_stems(page: Page, lede: int) -> frozenset[str]:
    """Stems of all kept lines from the first paragraph on."""
    return frozenset[str]().union(*(page.lines[index].stems for index in page.kept() if index >= lede))


def _after(page: Page, index: int) -> bool:
    """Whether a paragraph follows."""
    return any(is_paragraph(page.lines[other]) for other in page.kept() if other > index)
