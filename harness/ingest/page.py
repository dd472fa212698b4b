"""A scraped page as the cleaning rules see it: its lines with their places in the raw text, and what became of each."""

import html
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise

from harness.text import words

_TAG = re.compile(
    r"</?(?:p|br|b|i|u|em|strong|a|div|span|h[1-6]|ul|ol|li|img|figure|figcaption|blockquote|section|article|small|"
    r"sup|sub|hr|table|tr|td|th|font|center|iframe|script|style)\b[^<>]*>",
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
_SPEECH = re.compile(r"\b(?:said|says|told|added|according to|wrote|asked|warned|announced)\b", re.IGNORECASE)
_LOOSE_ENDS = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be been but by for from had has have he her his in into is it its nor of on or our over "
        "she so than that the their they this to under was were when where which while who whose with would",
    )
)
STOPWORDS = _LOOSE_ENDS | frozenset(
    re.findall(
        r"\w+",
        "about after again against all also am any because before being between both can could did do does doing down "
        "during each few further get gets got here him himself how i if just like made make may me might more most "
        "must my new no not now off one only other out own per s said same say says shall should some still such t "
        "them then there these those through too two up us very we what will you your",
    )
)


def tidy(raw: str) -> str:
    """`raw` on one line, without mark-up remains, entities, invisible characters and doubled white space."""
    text = html.unescape(raw) if "&" in raw else raw
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
    """Whether an empty line, or the top of the file, stands before it."""

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
        """Whether it ends as sentences do, or as a line that leads on to the next: with any mark of punctuation."""
        bare = _LAST_BRACKET.sub("", self.text).rstrip(_CLOSERS + " ")
        return bool(bare) and (bare[-1] in _SENTENCE_ENDS or bare.endswith("--"))

    @cached_property
    def opens_quotation(self) -> bool:
        """Whether its first character is a quotation mark."""
        return self.text[:1] in tuple(_OPENERS)

    @cached_property
    def is_speech(self) -> bool:
        """Whether it is quoted or reports what somebody said: then what sounds like boilerplate may be news."""
        return self.opens_quotation or bool(_SPEECH.search(self.text))

    @cached_property
    def is_list_item(self) -> bool:
        """Whether it starts with a bullet or a number."""
        return bool(_LIST_ITEM.match(self.text))

    @cached_property
    def is_broken_off(self) -> bool:
        """Whether it stops on a word that no heading ends with, so that the next line goes on with its sentence."""
        return bool(self.words) and self.text[-1:].isalpha() and self.text.split()[-1] in _LOOSE_ENDS

    @cached_property
    def goes_on(self) -> bool:
        """Whether it starts in small letters, as the rest of a sentence does."""
        return self.text[:1].islower() and not re.match(r"[a-z]+[A-Z]", self.text)


@lru_cache(maxsize=8192)
def stems(text: str) -> frozenset[str]:
    """Content words of `text` without common endings: a rough stem, enough to see that two lines share a topic."""
    return frozenset(_stem(word) for word in words(text) if word not in STOPWORDS and (len(word) > 1 or word.isdigit()))


def _stem(word: str) -> str:
    """`word` without a possessive and without one English ending, where five letters or more remain of it."""
    word = re.sub(r"['’]s?$", "", word)
    for ending in ("ations", "ation", "ings", "ing", "ions", "ion", "ies", "ers", "er", "ed", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


@dataclass
class Page:
    """The lines of one scraped page while rules look at them; a rule sees which lines earlier ones have dropped."""

    raw: str
    lines: list[Line]
    dropped: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Index of a line → (rule, reason)."""
    title: int | None = None
    """Index of the line that is the title."""
    standfirst: int | None = None
    """Index of the line between title and body that sums the article up."""
    _seen: tuple[tuple[int, int, int | None], list[int], Counter[str], int] | None = None

    def drop(self, index: int, rule: str, why: str) -> None:
        """Mark one line as no part of the body; the first rule to say so is the one that counts."""
        if index != self.title:
            self.dropped.setdefault(index, (rule, why))

    def kept(self) -> list[int]:
        """Indexes of lines that no rule dropped and that are not the title, in order."""
        return self._view()[0]

    def _view(self) -> tuple[list[int], Counter[str], int]:
        """The kept lines, in how many paragraphs among them each stem stands, the lede; found again after a change."""
        state = (len(self.lines), len(self.dropped), self.title)
        if self._seen is None or self._seen[0] != state:
            kept = [index for index in range(len(self.lines)) if index not in self.dropped and index != self.title]
            body = [index for index in kept if is_paragraph(self.lines[index])]
            counts = Counter(stem for index in body for stem in self.lines[index].stems)
            self._seen = (state, kept, counts, body[0] if body else len(self.lines))
        return self._seen[1:]

    def lede(self) -> int:
        """Index of the first kept line that reads as a paragraph of the body; the number of lines where none does."""
        return self._view()[2]

    def neighbour(self, index: int, step: int) -> Line | None:
        """The nearest kept line before (`step` -1) or after (1) `index`."""
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
        """Share of a line's stems that stand in other lines that read as body text, in [0, 1]; 1 for a line of none."""
        line = self.lines[index]
        counts = self._view()[1]
        own = is_paragraph(line) and index not in self.dropped and index != self.title
        found = sum(counts[stem] > own for stem in line.stems)
        return found / len(line.stems) if line.stems else 1.0

    def is_punctuated(self) -> bool:
        """Whether this page ends its paragraphs with punctuation, so that a line without any stands out."""
        kept = [self.lines[index] for index in self.kept()]
        long_lines = [line for line in kept if len(line.words) >= 10]
        return len(long_lines) >= 2 and sum(line.ends_sentence for line in long_lines) >= 0.6 * len(long_lines)

    def is_spaced(self) -> bool:
        """Whether this page parts its paragraphs by empty lines."""
        long_lines = [line for line in self.lines[1:] if len(line.words) >= 12]
        return bool(long_lines) and sum(line.after_blank for line in long_lines) >= 0.75 * len(long_lines)


def is_paragraph(line: Line) -> bool:
    """Whether a line reads as a paragraph: a sentence of ten words, or one of any form and thirty-five words."""
    return (line.ends_sentence and len(line.words) >= 10) or len(line.words) >= 35


def read_page(raw: str) -> Page:
    """The page whose text is `raw`, its lines unwrapped where an editor broke them at a fixed width."""
    lines = list(_raw_lines(raw))
    return Page(raw, _unwrap(raw, lines) if _is_wrapped(lines) else lines)


def _raw_lines(raw: str) -> Iterator[Line]:
    """One Line for each line of `raw` that shows anything."""
    position, after_blank = 0, True
    for number, line in enumerate(raw.splitlines(keepends=True), start=1):
        text = tidy(line)
        if text:
            start = position + len(line) - len(line.lstrip())
            yield Line(number, start, position + len(line.rstrip()), text, after_blank)
        after_blank = not text
        position += len(line)


def _is_wrapped(lines: list[Line]) -> bool:
    """Whether paragraphs were broken at a fixed width: many lines near the longest one's length, open at the end."""
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
    """Lines with those that an editor broke at a fixed width put together again."""
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
