"""Mark-up of a page, cut out before its lines are judged: comments, program text, tags, the head of an SGML file.

What is cut out becomes white space of the same length, so that every place in the text stays where it was.
"""

import re
from dataclasses import dataclass
from itertools import islice

_ATTRIBUTE = r"""\s+[A-Za-z_:@][\w:.@-]*\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>=`]+)"""
_BARE = (
    r"\s+(?:async|defer|hidden|controls|disabled|checked|required|nowrap|allowfullscreen|autoplay|muted|loop|itemscope"
    r"|open|download|data-[\w-]+)(?=[\s/>])"
)
_TAG = re.compile(rf"<(/?)([A-Za-z][\w:.-]*)(?:{_ATTRIBUTE}|{_BARE})*\s*/?>")
"""Any well-formed tag; `a < b and c > d` has none."""
_DECLARATION = re.compile(r"<![A-Za-z][^<>]*>|<\?[A-Za-z][^<>]*\?>")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_HIDDEN = "script style noscript template svg iframe nav form button select textarea object canvas"
_ELEMENTS = tuple(
    (re.compile(rf"<{name}\b[^<>]*(?<!/)>.*?</{name}\s*>", re.DOTALL | re.IGNORECASE), f"</{name}")
    for name in _HIDDEN.split(" ")
)
"""What is cut out with its content, and how it ends."""
_INLINE = re.compile(
    "a|abbr|acronym|b|bdi|bdo|big|br|cite|code|data|del|dfn|em|font|i|img|ins|kbd|mark|q|s|samp|small|span|strike|strong"
    "|sub|sup|time|tt|u|var|wbr",
    re.IGNORECASE,
)
"""Elements that stand within a line; every other begins one."""
_SGML = re.compile(r"<DOC\b[^<>]*>(?:(?!<DOC\b).)*?<TEXT>(.*?)(?:</TEXT>|\Z)", re.DOTALL)
_TITLES = tuple(
    (kind, re.compile(rf"<{name}\b[^<>]*>(.*?)</{name}\s*>", re.DOTALL | re.IGNORECASE), f"</{name}")
    for kind, name in (("headline", "headline"), ("headline", "hl"), ("h1", "h1"), ("title", "title"))
)
_MOST_TITLES = 8
UNSEEN = "\u200b"
"""A character without width, which is left out where a line is made tidy."""
_CLOSERS = ".,;:!?)]’”'\""
_OPENERS = '([“‘"'
_NOT_NEWLINE = re.compile(r"[^\r\n]")
_ANY = re.compile(r"\S")


@dataclass(frozen=True)
class Shown:
    """A page's text without its mark-up, character for character as long as with it."""

    text: str
    cut: tuple[tuple[int, int], ...] = ()
    """What was cut out with its content: comments, program text, the head of an SGML file."""
    titles: tuple[tuple[str, int, int], ...] = ()
    """What the mark-up says is the title: `headline`, `h1` or `title`, and where it stands."""


def without_markup(raw: str) -> Shown:
    """Cut the mark-up out of a page; plain text, with `<` as a sign of its prose, stays as it is."""
    if "<" not in raw:
        return Shown(raw)
    text, cut = raw, list[tuple[int, int]]()

    def blank(found: re.Match[str]) -> str:
        if _ANY.search(found[0]):
            cut.append(found.span())
        return _NOT_NEWLINE.sub(" ", found[0])

    for pattern, ending in ((_COMMENT, "-->"), *_ELEMENTS):
        last = _last_end(text, ending)
        if last:
            text = pattern.sub(blank, text[:last]) + text[last:]
    text = _DECLARATION.sub(blank, text)
    titles = [
        (kind, found.start(1), found.end(1)) for kind, pattern, ending in _TITLES
        for found in islice(pattern.finditer(text, 0, _last_end(text, ending)), _MOST_TITLES)
    ]  # fmt: skip
    for _, start, end in titles:  # one line each
        text = text[:start] + re.sub(r"[\r\n]", " ", text[start:end]) + text[end:]
    text = _without_head(text, cut, titles)
    text = _CDATA.sub(lambda found: " " * len(found[0]), text)
    return Shown(_TAG.sub(_as_space, text), tuple(sorted(cut)), tuple(titles))


def _last_end(text: str, ending: str) -> int:
    """Find where the last ending of a kind ends; 0 where none does. No beginning behind it is worth a search."""
    at = max(text.rfind(ending), text.rfind(ending.upper()))
    return text.find(">", at) + 1 if at >= 0 else 0


def _without_head(text: str, cut: list[tuple[int, int]], titles: list[tuple[str, int, int]]) -> str:
    """Cut out of an SGML file, as news corpora have them, all but its headline and its text."""
    last_text = text.rfind("<TEXT>")
    for found in list(_SGML.finditer(text, 0, len(text))) if last_text >= 0 else []:
        end = text.find("</DOC>", found.end())
        end = len(text) if end < 0 else end
        heads = ((first, last) for kind, first, last in titles if kind == "headline")
        kept = sorted([found.span(1), *(head for head in heads if found.start() <= head[0] < found.start(1))])
        start = found.start()
        for first, last in [*kept, (end, end)]:
            if _ANY.search(text, start, first):
                cut.append((start, first))
            blank = _NOT_NEWLINE.sub(" ", text[start:first])
            if blank and first < end and "\n" not in blank:
                blank = blank[:-1] + "\n"
            text = text[:start] + blank + text[first:]
            start = last
    return text


def _as_space(tag: re.Match[str]) -> str:
    """White space in place of a tag: a line's end where an element begins or ends that stands by itself.

    Nothing that is seen where a sign follows the end of an element or stands before its beginning: `<b>9.30</b>.`
    """
    length = len(tag[0])
    if not _INLINE.fullmatch(tag[2]):
        return "\n" + " " * (length - 2) + "\n"
    beside = tag.string[tag.end() : tag.end() + 1] if tag[1] else tag.string[tag.start() - 1 : tag.start()]
    return (UNSEEN if beside and beside in (_CLOSERS if tag[1] else _OPENERS) else " ") * length
