"""A scraped page as the cleaning rules see it: its lines with their places in the raw text, and which were dropped."""

import html
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise

from harness.ingest.lexicon import any_of, words_of
from harness.ingest.markup import Shown, without_markup
from harness.language.text import words

_TAG = re.compile(
    r"</?(?:p|br|b|i|u|em|strong|a|div|span|h[1-6]|ul|ol|li|img|figure|figcaption|blockquote|section|article|small|"
    r"sup|sub|hr|table|tr|td|th|font|center|iframe|script|style)\b(?![@.:])[^<>]*>",
    re.IGNORECASE,
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x08\x0e-\x1f\x7f-\x9f]")
_SPACE = re.compile(r"\s+")
_LAST_BRACKET = re.compile(
    r"(?<=[.!?][\"'”’ ])\s*[(\[][^()\[\]]{1,60}[)\]]\W*$|(?<=[.!?])\s*[(\[][^()\[\]]{1,60}[)\]]\W*$"
)
_CLOSERS = "\"'”’»)]}*†"
_SENTENCE_ENDS = ".!?…:;,—।。！？؟۔"
_OPENERS = "\"'“‘«"
_LIST_ITEM = re.compile(r"(?:[-–—*•·▪►>‣●■]|\(?\d{1,2}[.)]|[a-z]\))\s+\S")
_SPEECH = re.compile(rf"\b{any_of('speech')}\b", re.IGNORECASE)
_LOOSE_ENDS = words_of("loose_ends")
STOPWORDS = _LOOSE_ENDS | words_of("stopwords")


def tidy(raw: str) -> str:
    """Put `raw` on one line, without mark-up remains, entities, invisible characters and doubled white space."""
    text = html.unescape(raw) if "&" in raw else raw
    if "&" in text and text != raw:  # escaped twice on the way
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    return _SPACE.sub(" ", _INVISIBLE.sub("", text)).strip()


@dataclass(frozen=True)
class Line:
    """One paragraph of the raw text: `raw[start:end]` is what stands there, `text` the same made tidy."""

    number: int
    """Line number in the raw file, from 1; of the first line where several were unwrapped into one."""
    start: int
    end: int
    text: str
    after_blank: bool = True
    """True where an empty line, or the top of the file, stands before it."""
    is_item: bool = False
    """True where the mark-up says that it is an item of a list."""

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Its words, lower-cased."""
        return words(self.text)

    @cached_property
    def stems(self) -> frozenset[str]:
        """Stems of its content words."""
        return stems(self.text)

    @cached_property
    def ends_sentence(self) -> bool:
        """True where it ends as a sentence does, or as a line that leads on to the next: with any punctuation."""
        bare = _LAST_BRACKET.sub("", self.text).rstrip(_CLOSERS + " ")
        return bool(bare) and (bare[-1] in _SENTENCE_ENDS or bare.endswith("--"))

    @cached_property
    def opens_quotation(self) -> bool:
        """True where its first character is a quotation mark."""
        return self.text[:1] in tuple(_OPENERS)

    @cached_property
    def is_speech(self) -> bool:
        """True where it is quoted or reports speech: then what sounds like boilerplate may be news."""
        return self.opens_quotation or bool(_SPEECH.search(self.text))

    @cached_property
    def is_list_item(self) -> bool:
        """True where it starts with a bullet or a number."""
        return bool(_LIST_ITEM.match(self.text))

    @cached_property
    def is_broken_off(self) -> bool:
        """True where it stops on a word that no heading ends with, so that the next line goes on with its sentence."""
        return bool(self.words) and self.text[-1:].isalpha() and self.text.split()[-1] in _LOOSE_ENDS

    @cached_property
    def goes_on(self) -> bool:
        """True where it starts in small letters, as the rest of a sentence does."""
        return self.text[:1].islower() and not re.match(r"[a-z]+[A-Z]", self.text)


@lru_cache(maxsize=8192)
def stems(text: str) -> frozenset[str]:
    """Strip common endings from the content words of `text`: enough to see that two lines share a topic."""
    return frozenset(_stem(word) for word in words(text) if word not in STOPWORDS and (len(word) > 1 or word.isdigit()))


def _stem(word: str) -> str:
    """Strip a possessive and one English ending from `word`, where three letters or more remain of it."""
    word = re.sub(r"['’]s?$", "", word)
    for ending in ("ations", "ation", "ings", "ing", "ions", "ion", "ies", "ers", "er", "ed", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


@dataclass
class Page:
    """The lines of one scraped page while rules look at them; a rule sees which lines earlier ones have dropped."""

    raw: str
    """The text of the file, mark-up as white space."""
    lines: list[Line]
    dropped: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Index of a line → (rule, reason)."""
    title: int | None = None
    """Index of the line that is the title."""
    written: str = ""
    """The text of the file as it was written, as long as `raw`."""
    cut: tuple[tuple[int, int], ...] = ()
    """Stretches of mark-up that were cut out with their content."""
    marked_titles: tuple[tuple[str, int, int], ...] = ()
    """What the mark-up says is the title."""
    marked_captions: tuple[tuple[int, int], ...] = ()
    """What the mark-up says is a caption."""
    data: tuple[tuple[int, int], ...] = ()
    """Where the page's own data stand, as JSON-LD."""
    standfirst: int | None = None
    """Index of the line between title and body that sums the article up."""
    _seen: tuple[tuple[int, int, int | None], list[int], Counter[str], int] | None = None

    def drop(self, index: int, rule: str, why: str) -> None:
        """Mark one line as no part of the body; the first rule to say so is the one that counts."""
        if index != self.title:
            self.dropped.setdefault(index, (rule, why))

    def kept(self) -> list[int]:
        """List the indexes of lines that no rule dropped and that are not the title, in order."""
        return self._view()[0]

    def _view(self) -> tuple[list[int], Counter[str], int]:
        """Find the kept lines, in how many of their paragraphs each stem stands, and the lede; kept until a change."""
        state = (len(self.lines), len(self.dropped), self.title)
        if self._seen is None or self._seen[0] != state:
            kept = [index for index in range(len(self.lines)) if index not in self.dropped and index != self.title]
            body = [index for index in kept if is_paragraph(self.lines[index])]
            counts = Counter(stem for index in body for stem in self.lines[index].stems)
            self._seen = (state, kept, counts, body[0] if body else len(self.lines))
        return self._seen[1:]

    def lede(self) -> int:
        """Find the first kept line that reads as a paragraph of the body; the number of lines where none does."""
        return self._view()[2]

    def neighbour(self, index: int, step: int) -> Line | None:
        """Find the nearest kept line before (`step` -1) or after (1) `index`."""
        kept = self.kept()
        place = bisect_left(kept, index) - 1 if step < 0 else bisect_right(kept, index)
        return self.lines[kept[place]] if 0 <= place < len(kept) else None

    def split(self, index: int, at: int) -> None:
        """Part line `index` in two at the raw offset `at`; indexes after it rise by one."""
        line = self.lines[index]
        head = Line(line.number, line.start, at, tidy(self.raw[line.start : at]), line.after_blank)
        number = line.number + self.raw.count("\n", line.start, at)
        tail = Line(number, at, line.end, tidy(self.raw[at : line.end]), False)
        self.lines[index : index + 1] = [head, tail]
        self.dropped = {(old + 1 if old > index else old): what for old, what in self.dropped.items()}

    def overlap(self, index: int) -> float:
        """Compute which share of a line's stems other lines of the body have, in [0, 1]; 1 for a line without stems."""
        line = self.lines[index]
        counts = self._view()[1]
        own = is_paragraph(line) and index not in self.dropped and index != self.title
        shared = sum(counts[stem] > own for stem in line.stems)
        return shared / len(line.stems) if line.stems else 1.0

    def is_punctuated(self) -> bool:
        """Tell whether this page ends its paragraphs with punctuation, so that a line without any stands out."""
        kept = [self.lines[index] for index in self.kept()]
        long_lines = [line for line in kept if len(line.words) >= 10]
        return len(long_lines) >= 2 and sum(line.ends_sentence for line in long_lines) >= 0.6 * len(long_lines)

    def is_spaced(self) -> bool:
        """Tell whether this page parts its paragraphs by empty lines."""
        long_lines = [line for line in self.lines[1:] if len(line.words) >= 12]
        return bool(long_lines) and sum(line.after_blank for line in long_lines) >= 0.75 * len(long_lines)


def is_paragraph(line: Line) -> bool:
    """Tell whether a line reads as a paragraph: a sentence of ten words, or thirty-five words of any form."""
    return (line.ends_sentence and len(line.words) >= 10) or len(line.words) >= 35


def read_page(raw: str, *, web_page: bool = False) -> Page:
    """Read the page in `raw`; join its lines again where an editor broke them at a fixed width."""
    return page_of(without_markup(raw, web_page=web_page), raw)


def page_of(shown: Shown, raw: str) -> Page:
    """Make the page of what is shown of `raw`."""
    lines = list(_raw_lines(shown, raw))
    lines = _unwrap(shown.text, lines) if _is_wrapped(lines) else lines
    return Page(
        shown.text,
        lines,
        written=raw,
        cut=shown.cut,
        marked_titles=shown.titles,
        marked_captions=shown.captions,
        data=shown.data,
    )


def line_starts(raw: str) -> list[int]:
    """List where the lines of `raw` begin."""
    return list(accumulate((len(line) for line in raw.splitlines(keepends=True)), initial=0))


def _raw_lines(page: Shown, written: str) -> Iterator[Line]:
    """Yield a Line for each line that shows anything, with its number in the text as it was written."""
    raw, position, after_blank = page.text, 0, True
    items = sorted(page.items)
    starts = line_starts(written) if raw is not written else []
    for count, line in enumerate(raw.splitlines(keepends=True), start=1):
        text = tidy(line)
        if text:
            shown = position + len(line) - len(line.lstrip())
            number = bisect_right(starts, shown) if starts else count
            start = position + len(line) - len(line.lstrip())
            place = bisect_right(items, start)
            is_item = place > 0 and not raw[items[place - 1] : start].strip()
            yield Line(number, start, position + len(line.rstrip()), text, after_blank, is_item)
        after_blank = not text
        position += len(line)


def _is_wrapped(lines: list[Line]) -> bool:
    """Tell whether paragraphs were broken at a fixed width: many lines are nearly as long as the longest, and open."""
    inner = [line for line, after in pairwise(lines) if not after.after_blank]
    if len(inner) < 5:
        return False
    widest = max(line.end - line.start for line in inner)
    full = [line for line in inner if line.end - line.start >= 0.7 * widest]
    open_ended = [line for line in full if not line.ends_sentence]
    continued = sum(line.goes_on for line in lines)
    return (
        40 <= widest <= 120
        and len(full) >= 0.6 * len(inner)
        and len(open_ended) >= 0.5 * len(full)
        and (continued >= 0.3 * len(inner))
    )


def _unwrap(raw: str, lines: list[Line]) -> list[Line]:
    """Join the lines that an editor broke at a fixed width."""
    widest = max(line.end - line.start for line in lines if line.end - line.start <= 120)
    joined: list[list[Line]] = []
    last_length = 0
    for line in lines:
        length = line.end - line.start
        if joined and not line.after_blank and last_length >= 0.7 * widest:
            joined[-1].append(line)
        else:
            joined.append([line])
        last_length = length
    return [
        Line(first.number, first.start, last.end, tidy(raw[first.start : last.end]), first.after_blank)
        if last is not first
        else first
        for first, *_, last in ([lines[0], *lines] for lines in joined)
    ]
