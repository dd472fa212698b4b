"""Turns the text of a model into the headline that is scored, by named, versioned steps on the text alone.

A step that changes nothing is not recorded. The version of a step rises when it changes texts differently than before.
It is part of the signature of every model that uses the step (`first_line@1`).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.errors import nearest_name
from harness.models import answers, ornaments
from harness.models.base import Answer
from harness.records import StopReason

_LINE = re.compile(r"[^\r\n]*")
_KIND = (
    r"(?:(?:a|the|my|your|one|possible|suggested|proposed|new|news|neutral|short|final|best|generated|one-line|single|summary"
    r"|concise|brief|main|revised|draft|recommended|catchy|informative|combined|unified|top|article)\s+){0,3}"
)
_ABOUT = r"(?:\s*\([^()\n]{1,40}\)|\s+(?:for|of|in)\s+(?:the|this|these|all|\d{1,2})\s+[\w\s]{1,25})?"
_LABEL = re.compile(
    rf"""^(?:here(?:\s(?:is|are)|['’]s)|sure|certainly|of\scourse)\b
        [^:\n]{{0,60}}\b(?:headline|title|heading|summary)s?\b[^:\n]{{0,60}}:\s*
      | ^{_KIND}(?:headline|headlines|title|heading)(?:\s+(?:candidate|option|idea))?(?:\s*\#?\d{{1,2}}|\s+[A-C])?
        (?:{_ABOUT}\s*(?::|=+>|=(?=\s*["'“]))\s*|\s+[-–—→|]\s+)
      | ^["'\[{{(](?:headline|title)["'\]}})](?:\s*:\s*|\s+)""",
    re.IGNORECASE | re.VERBOSE,
)
_MARKUP = re.compile(r"^(?:#{1,6}\s+|[-–—*•>]\s+)")
_LINK = re.compile(r"\[([^\[\]]+)\]\((?:https?:|/|\#)[^()\s]*\)")
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_WHOLE_EMPHASIS = re.compile(r"^([*_])(?=\S)([^*_]+)(?<=\S)\1$")
_NUMBER = re.compile(r"^(?:(?:\(?1[.)]|\[1\]|<1>)\s+|①\s*|1[.)](?=[A-Z\"“*])|1-\s+(?=[A-Z\"“*]))(?![A-Z]{2,4}\b)")
"""The number of the first of several headlines; `1. FC` is a club."""
_SECOND = re.compile(r"[;,]?\s+\(?2[.)]\s+(?=[A-Z\"“*]).*")
"""The second of several in one line, and those behind it."""
_DOUBLE, _SINGLE = '"“”„‟', "'‘’‚"
_PAIRS = {"«": "»", "»": "«", "‹": "›", "›": "‹", "`": "`", "「": "」", "『": "』", "[": "]", "(": ")"}
_TRIPLE = re.compile(r"^(?:(\"{2,3}|'{2,3}|`{2,3})(?P<plain>(?:(?!\1).)+)\1|``(?P<tex>(?:(?!''|``).)+)'')\.?$")
_CLOSING_HASHES = re.compile(r"(?<=\S)\s+#{1,6}\s*$")
_INNER_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")
_WHITESPACE = re.compile(r"\s+")


def _lines(text: str) -> list[tuple[str, bool]]:
    """Return the lines that are not blank, stripped, each with whether a line break follows."""
    lines = []
    for match in _LINE.finditer(text):
        line = match.group().strip()
        if line:
            lines.append((line, match.end() < len(text)))
    return lines


def _is_announcement(line: str) -> bool:
    """Tell whether a line only announces the headline ("Here is a headline:"), so that the next one is meant."""
    return line.rstrip("*_ ").endswith(":")


def first_line(text: str) -> str:
    """Return the first line of the answer that says something and announces nothing (no final colon).

    Reasoning, marks of turns, code fences and JSON round the answer are left out first. Lines without a word,
    politeness ("Sure!") and names of what follows ("**Headline**") say nothing; where no other line is, an announcement
    in words of its own ("Breaking:") is taken, and else nothing. Lines end at a line feed or a carriage return.
    """
    written = [line for line, _ in _lines(answers.without_wrapping(text))]
    lines = [line for line in written if not answers.says_nothing(line)]
    if lines and answers.is_reasoning(lines[0]):  # behind a model's reasons stands "Headline: …"
        named = next((at for at, line in enumerate(written) if answers.names_headline(line)), 0)
        lines = [line for line in written[named:] if not answers.says_nothing(line)] or lines
    at = next((at for at, line in enumerate(lines) if not _is_announcement(line)), 0)
    if not lines:
        return ""
    chosen = ornaments.without_letter(lines[at], lines[at + 1] if at + 1 < len(lines) else "")
    return ornaments.without_ornaments(answers.without_courtesy(ornaments.without_ornaments(chosen)))


def first_line_is_complete(text: str) -> bool:
    """Tell whether `first_line(text)` cannot change any more, whatever follows: a model may stop writing here.

    Only the end of reasoning that was never begun changes it yet.
    """
    if "\n" not in text and "\r" not in text:
        return False
    if answers.may_still_change(text):
        return False
    lines = [each for each in _lines(answers.without_wrapping(text)) if not answers.says_nothing(each[0])]
    if lines and answers.is_reasoning(lines[0][0]):
        return False
    at = next((at for at, (line, ended) in enumerate(lines) if ended and not _is_announcement(line)), None)
    if at is not None and ornaments.may_be_lettered(lines[at][0]):
        return at + 1 < len(lines) and lines[at + 1][1]
    return at is not None


def _markdown(text: str) -> str:
    if text.lstrip().startswith("#"):
        text = _CLOSING_HASHES.sub("", text)
    stripped = _LINK.sub(r"\1", text.lstrip())
    for _ in range(3):  # "**1. Ferry sinks**" and "1. **Ferry sinks**"
        stripped = _without_number(_MARKUP.sub("", stripped))
        stripped = _WHOLE_EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", stripped))
    return stripped


def _without_number(text: str) -> str:
    numbered = _NUMBER.match(text)
    return _SECOND.sub("", text[numbered.end() :], count=1) if numbered else text


def _headline_prefix(text: str) -> str:
    shortened = _LABEL.sub("", text.lstrip(), count=1)
    return _WHOLE_EMPHASIS.sub(r"\2", shortened) if shortened and shortened != text else text


def _quotes(text: str) -> str:
    """Strip the pair of quotes round the whole text, and a second one within it."""
    return _without_pair(_without_pair(text))


def _without_pair(text: str) -> str:
    """Strip one pair of quotes round the whole text, or an opening double quote that never closes."""
    stripped = text.strip()
    if found := _TRIPLE.match(stripped):
        return found["plain"] or found["tex"]
    opening = stripped[:1]
    bare = stripped.rstrip(".,") if opening in _PAIRS or opening in _DOUBLE + _SINGLE else stripped
    if len(bare) > 1 and bare[-1] in (closing := _closing(opening)):
        inner = _INNER_APOSTROPHE.sub("", bare[1:-1])
        if not set(inner) & {opening, *closing}:
            return bare[1:-1]
    if opening in ('"', "“", "«") and not set(stripped[1:]) & set('"“”«»'):
        return stripped[1:]
    return text


def _closing(opening: str) -> str:
    """Return the signs that may close what `opening` opens; models mix straight and curly ones."""
    return next((kind for kind in (_DOUBLE, _SINGLE) if opening in kind), _PAIRS.get(opening, "")) if opening else ""


def _whitespace(text: str) -> str:
    return _WHITESPACE.sub(" ", text).strip()


@dataclass(frozen=True)
class Step:
    """One named change to a text."""

    apply: Callable[[str], str]
    version: int
    description: str


STEPS: Mapping[str, Step] = {
    "first_line": Step(
        first_line, 4, "the first line of the answer that is no reasoning, rule or preamble, without emoji and notes"
    ),
    "markdown": Step(_markdown, 4, "without heading marks, a bullet, a number or bold marks"),
    "headline_prefix": Step(_headline_prefix, 2, 'without a label such as "Headline:" or "Here is a headline:"'),
    "quotes": Step(_quotes, 3, "without a pair of quotes or brackets round the whole"),
    "whitespace": Step(_whitespace, 1, "single spaces, none at the ends"),
}
"""Name → step, in the order in which they are best applied."""

DEFAULT = tuple(STEPS)
"""The steps of a model whose configuration names none."""


def check_steps(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of steps. Raises ValueError for one that is not in `STEPS`."""
    for name in names:
        if name not in STEPS:
            nearest = nearest_name(name, STEPS)
            hint = f"; did you mean {nearest!r}?" if nearest else ""
            raise ValueError(f"unknown step {name!r}; accepted: {', '.join(STEPS)}{hint}")
    return names


def with_versions(names: Sequence[str]) -> list[str]:
    """Write each step as `name@version`, for signatures."""
    return [f"{name}@{STEPS[name].version}" for name in names]


def apply(text: str, names: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Apply the named steps in order; return the text, and the names of the steps that changed it.

    Raises KeyError for a name that is not in `STEPS`.
    """
    changed = []
    for name in names:
        after = STEPS[name].apply(text)
        if after != text:
            changed.append(name)
        text = after
    return text, tuple(changed)


def finish(raw: str, names: Sequence[str], stopped: StopReason, **details: Any) -> Answer:
    """Build the answer from a model's raw text; an empty one means that the model refused, or was cut off before one.

    A text that was cut off is whole where only its first line is kept and that is complete.
    """
    text, changed = apply(raw, names)
    is_whole = tuple(names[:1]) == ("first_line",) and first_line_is_complete(raw)
    if not any(character.isalnum() for character in text):
        text, stopped = "", "length" if stopped == "length" else "refused"
    elif is_whole and stopped == "length":
        stopped = "end"
    raw_text = raw if raw != text else None
    return Answer(text=text, raw_text=raw_text, postprocess=changed, stopped=stopped, **details)
