"""Ends of lines that mean nothing within an element, and the marks of Markdown: as white space, in their place."""

import re

from harness.ingest.page_data import blanked

_UNSEEN = "\u200b"
_BLOCK = re.compile(r"<(?:p|div|li|h[1-6]|td|br|article|section)\b", re.IGNORECASE)
_LEAST_BLOCKS = 3
"""Elements that a page has where they part its paragraphs; with fewer, the ends of its lines do."""
_PARAGRAPH = re.compile(
    r"<p\b[^<>]*>(?:[^<]|</?(?:a|abbr|b|big|cite|code|em|font|i|img|mark|q|s|small|span|strong|sub|sup|time|u)\b[^<>]*>)*+",
    re.IGNORECASE,
)
_KEPT = re.compile(r"<pre\b", re.IGNORECASE)
_END_OF_KEPT = re.compile(r"</pre", re.IGNORECASE)
_MOST_KEPT = 100
_SPACE = re.compile(r"\s+")
_ENDS = re.compile(r"\r\n|[\r\n]")
_IMAGE = re.compile(r"!\[[^\[\]\n]{0,300}\]\([^()\s]{1,2000}(?:[ \t]+\"[^\"\n]{0,200}\")?\)")
_LINK = re.compile(
    r"\[([^\[\]\n]{1,300})\](\((?:https?:|/|#|mailto:|www\.)[^()\s]{0,2000}(?:[ \t]+\"[^\"\n]{0,200}\")?\))"
)
_BOLD = re.compile(r"(?<![\w*])\*\*(?=\S)([^*\n]{1,1000}?)(?<=\S)\*\*(?![\w*])")


def with_lines_joined(text: str, web_page: bool) -> str:
    """Put a space for each end of a line within a paragraph of mark-up; an empty line parts paragraphs all the same."""
    if not web_page:
        return _PARAGRAPH.sub(lambda found: _joined(found[0]), text)
    if len(_BLOCK.findall(text, 0)) < _LEAST_BLOCKS:
        return text
    pieces, at = list[str](), 0
    while kept := _KEPT.search(text, at):
        ending = _END_OF_KEPT.search(text, kept.end()) if len(pieces) < 2 * _MOST_KEPT else None
        end = ending.start() if ending else len(text)
        pieces += [_joined(text[at : kept.start()]), text[kept.start() : end]]
        at = end
    return "".join([*pieces, _joined(text[at:])])


def _joined(text: str) -> str:
    """Put spaces for white space that has one end of a line."""
    return _SPACE.sub(lambda space: blanked(space[0], ends=len(_ENDS.findall(space[0])) != 1), text)


def without_markdown(raw: str, cut: list[tuple[int, int]]) -> str:
    """Hide the marks of links and of bold letters, and cut pictures out, noting where they stood."""
    text = raw
    if "](" in text:
        for picture in _IMAGE.finditer(text):
            cut.append(picture.span())
        text = _IMAGE.sub(lambda found: " " * len(found[0]), text)
        text = _LINK.sub(lambda found: f"{_UNSEEN}{found[1]}{_UNSEEN * (len(found[2]) + 1)}", text)
    if "**" in text:
        text = _BOLD.sub(lambda found: f"{_UNSEEN * 2}{found[1]}{_UNSEEN * 2}", text)
    return text
