"""Mark in articles what bears on headlines: in colour, or with plain signs where there is none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rich.text import Text

from harness.claims.units import article_spans
from harness.records import Evidence, Verdict
from harness.report.printing import safe
from harness.report.verdicts import select_verdicts

SIGNS = {"for": "+", "against": "-", "near": "~"}
"""Side of a span → its sign before the letter of the configuration whose claim it bears on."""
STYLES = {"for": "green underline", "against": "bold red underline", "near": "magenta underline"}
SHORT = 8
"""Sentences up to which an article is shown whole."""
LONG = 600
"""Characters of one sentence that are shown; of a longer one what is marked, and `AROUND` on either side."""
AROUND = 120


@dataclass(frozen=True)
class Mark:
    """A span of an article that bears on a claim of one configuration's headline."""

    span: Evidence
    side: str
    letter: str


def marks_of(verdicts: Sequence[Verdict], letter: str) -> Iterator[Mark]:
    """Yield the evidence of each claim that is told, with its side."""
    for verdict in select_verdicts(verdicts):
        for span in verdict.evidence:
            side = "against" if span.article_id in verdict.contradictors else "near"
            yield Mark(span, "for" if span.article_id in verdict.supporters and side == "near" else side, letter)


def marked(text: str, marks: Sequence[Mark], *, plain: bool, whole: bool = True) -> tuple[Text, int]:
    """Mark spans of a text. Unless `whole`, sentences far from any are left out; returns how many these are.

    Behind a span stand the configurations whose claim it bears on: `[+a -b]`. `plain` puts «» around it too.
    """
    kept, left_out = ([(0, len(text))], 0) if whole else _excerpt(text, marks)
    made = Text()
    for number, (start, end) in enumerate(kept):
        if start > 0:
            made.append(" …\n" if number else "… ", "dim")
        made.append_text(_piece(text, start, end, marks, plain=plain))
    if kept and kept[-1][1] < len(text):
        made.append(" …", "dim")
    return made, left_out


def _piece(text: str, start: int, end: int, marks: Sequence[Mark], *, plain: bool) -> Text:
    inside = [mark for mark in marks if mark.span.start < end and start < mark.span.end]
    ends = {edge for mark in inside for edge in (mark.span.start, mark.span.end) if start < edge < end}
    edges = sorted({start, end, *ends})
    made = Text()
    was_marked = False
    for left, right in pairwise(edges):
        over = [mark for mark in inside if mark.span.start <= left and right <= mark.span.end]
        side = next((side for side in ("against", "for", "near") if any(mark.side == side for mark in over)), "")
        if plain and over and not was_marked:
            made.append("«")
        made.append_text(safe(text[left:right], STYLES.get(side, "")))
        was_marked = bool(over)
        closing = [mark for mark in over if min(mark.span.end, end) == right]
        if plain and over and not any(mark.span.start <= right < min(mark.span.end, end) for mark in inside):
            made.append("»")
            was_marked = False
        if closing:
            made.append(f"[{_tags(closing)}]", "dim")
    return made


def _tags(marks: Sequence[Mark]) -> str:
    """Write the letters of configurations with their signs; who is borne out there is not near it as well."""
    sided = {mark.letter for mark in marks if mark.side != "near"}
    told = [mark for mark in marks if mark.side != "near" or mark.letter not in sided]
    return " ".join(dict.fromkeys(f"{SIGNS[mark.side]}{mark.letter}" for mark in told))


def _excerpt(text: str, marks: Sequence[Mark]) -> tuple[list[tuple[int, int]], int]:
    """Choose the first sentence, those with marks and their neighbours; join those that follow one another."""
    sentences = list(article_spans(text)) or [(0, len(text))]
    if len(sentences) <= SHORT and len(text) <= LONG * 3:
        return [(0, len(text))], 0
    told = {at for at, (start, end) in enumerate(sentences) if any(_touches(mark, start, end) for mark in marks)}
    kept = [at for at in range(len(sentences)) if at == 0 or not told.isdisjoint((at - 1, at, at + 1))]
    ranges: list[tuple[int, int]] = []
    for at in kept:
        for start, end in _windows(*sentences[at], marks):
            follows = ranges and at - 1 in kept and start == sentences[at][0] and ranges[-1][1] == sentences[at - 1][1]
            if ranges and (follows or start <= ranges[-1][1]):
                ranges[-1] = ranges[-1][0], max(end, ranges[-1][1])
            else:
                ranges.append((start, end))
    if ranges and len(text[: ranges[0][0]].strip()) == 0:
        ranges[0] = 0, ranges[0][1]
    if ranges and len(text[ranges[-1][1] :].strip()) == 0:
        ranges[-1] = ranges[-1][0], len(text)
    return ranges, len(sentences) - len(kept)


def _windows(start: int, end: int, marks: Sequence[Mark]) -> Iterator[tuple[int, int]]:
    """Yield a sentence; of one that is too long what stands around its marks, or its beginning."""
    if end - start <= LONG:
        yield start, end
        return
    spans = sorted((mark.span.start, mark.span.end) for mark in marks if _touches(mark, start, end))
    for first, last in spans or [(start, start)]:
        yield max(start, first - AROUND), min(end, last + AROUND, first + LONG)


def _touches(mark: Mark, start: int, end: int) -> bool:
    return mark.span.start < end and start < mark.span.end
