"""Mark-up of a page, cut out before its lines are judged: comments, program text, tags, the head of an SGML file.

What is cut out becomes white space of the same length, so that every place in the text stays where it was.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from harness.ingest.page_data import blanked, meta_titles
from harness.ingest.text_markup import with_lines_joined, without_markdown

_ATTRIBUTE = r"""\s+[A-Za-z_:@][\w:.@-]*\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|"[^"]{0,1000}"|'[^']{0,1000}'|[^\s"'<>=`]+)"""
_BARE = (
    r"\s+(?:async|defer|hidden|controls|disabled|checked|required|nowrap|allowfullscreen|autoplay|muted|loop|itemscope"
    r"|open|download|data-[\w-]+)(?=[\s/>])"
)
_TAG = re.compile(rf"<(/?)([A-Za-z][\w:.-]*)(?:{_ATTRIBUTE}|{_BARE})*\s*/?>")
"""Any well-formed tag; `a < b and c > d` has none."""
_HTML = (
    "a abbr acronym address area article aside audio b base bdi bdo big blockquote body br button canvas caption center"
    " cite code col colgroup data dd del details dfn dialog dir div dl dt em embed fieldset figcaption figure font"
    " footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend"
    " li link main map mark menu meta meter nav noscript object ol optgroup option output p param picture pre progress"
    " q s samp script section select small source span strike strong style sub summary sup table tbody td template"
    " textarea tfoot th thead time title tr track tt u ul var video wbr"
)
_LOOSE_TAG = re.compile(
    rf"<(/?)((?:{'|'.join(_HTML.split())}|[a-z]\w*-[\w-]+)\b(?![:.@]))(?:[^<>\"']|\"[^\"<>]*+\"|'[^'<>]*+')*+>",
    re.IGNORECASE,
)
"""A tag of a web page, whatever stands in it."""
_DECLARATION = re.compile(r"<![A-Za-z][^<>]*>|<\?[A-Za-z][^<>]*\?>|<!\[(?:if|endif|else)\b[^<>\[\]]*\]>", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_HIDDEN = "script|style|noscript|template|svg|iframe|nav|form|button|select|textarea|object|canvas"
"""Elements that are cut out with their content."""
_FLAT = frozenset({"script", "style", "textarea", "iframe"})
"""Those of them that end at their first end tag."""
_OPENING = re.compile(rf"<(?:!--|({_HIDDEN})\b(?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*+(?<!/)>)", re.IGNORECASE)
_COMMENT_ENDS = ("-->", "--!>")
_EITHER = {name: re.compile(rf"<(/?){name}\b", re.IGNORECASE) for name in _HIDDEN.split("|")}
_MOST_NESTED = 20
_PARAGRAPH = re.compile(r"<p\b|<h1\b", re.IGNORECASE)
_INLINE = re.compile(
    "a|abbr|acronym|b|bdi|bdo|big|cite|code|data|del|dfn|em|font|i|img|ins|kbd|mark|q|s|samp|small|span|strike|strong"
    "|sub|sup|time|tt|u|var|wbr",
    re.IGNORECASE,
)
"""Elements that stand within a line; every other begins one."""
_TAGS_AT_END = re.compile(r"(?:\s|<[^<>]*>)+\Z")
_SGML = re.compile(r"<DOC\b[^<>]*>(?:(?!<DOC\b).)*?<TEXT>(.*?)(?:</TEXT>|\Z)", re.DOTALL)
_MARKED = tuple(
    (kind, re.compile(rf"<{name}\b[^<>]*>(.*?)</{name}\s*>", re.DOTALL | re.IGNORECASE), f"</{name}")
    for kind, name in (
        ("headline", "headline"), ("headline", "hl"), ("headline", "hl1"), ("h1", "h1"), ("title", "title"),
    )
)  # fmt: skip
_MOST_TITLES = 8
_CAPTION = re.compile(r"<figcaption\b[^<>]*>((?:[^<]|<(?!/?fig)){1,1500}?)</figcaption\s*>", re.IGNORECASE)
_WEB_PAGE = re.compile(
    r"\s*(?:<\?xml[^<>]{0,200}>\s*|<!--(?:[^-]|-(?!->)){0,2000}-->\s*){0,5}<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE,
)
UNSEEN = "\u200b"
"""A character without width, which is left out where a line is made tidy."""
_CLOSERS = ".,;:!?)]’”'\""
_OPENERS = '([“‘"'
_SENTENCE_ENDS = '.!?…:"”’»)'
_NOT_NEWLINE = re.compile(r"[^\r\n]")
_ANY = re.compile(r"\S")


@dataclass(frozen=True)
class Shown:
    """A page's text without its mark-up, character for character as long as with it."""

    text: str
    cut: tuple[tuple[int, int], ...] = ()
    """What was cut out with its content: comments, program text, the head of an SGML file."""
    titles: tuple[tuple[str, int, int], ...] = ()
    """What the mark-up says is the title: `headline`, `h1`, `og:title` or `title`, and where it stands."""
    captions: tuple[tuple[int, int], ...] = ()
    """What the mark-up says is a caption."""
    items: frozenset[int] = frozenset()
    """Where items of lists begin."""
    data: tuple[tuple[int, int], ...] = ()
    """Where the page's own data stand, as JSON-LD."""


def is_web_page(raw: str) -> bool:
    """Tell whether a text is a whole HTML file by how it begins."""
    return bool(_WEB_PAGE.match(raw.removeprefix("\ufeff")))


def without_markup(raw: str, *, web_page: bool = False) -> Shown:
    """Cut the mark-up out of a page; plain text, with `<` as a sign of its prose, stays as it is.

    On a `web_page` whatever has the name of an HTML element is a tag; elsewhere a tag must be well-formed.
    """
    cut, data = list[tuple[int, int]](), list[tuple[int, int]]()
    text = raw if web_page else without_markdown(raw, cut)
    if "<" not in text:
        return Shown(text, tuple(cut))
    text = _without_hidden(text, cut, data)

    def blank(found: re.Match[str]) -> str:
        if _ANY.search(found[0]):
            cut.append(found.span())
        return blanked(found[0])

    text = _DECLARATION.sub(blank, text)
    text, titles = _with_titles(text)
    text = _without_head(text, cut, titles)
    text = _CDATA.sub(lambda found: " " * len(found[0]), text)
    text = with_lines_joined(text, web_page)
    captions = tuple(found.span(1) for found in _CAPTION.finditer(text))
    items = set[int]()

    def space(tag: re.Match[str]) -> str:
        if tag[2].lower() == "li" and not tag[1]:
            items.add(tag.end())
        return _as_space(tag)

    for pattern in (_LOOSE_TAG, _TAG) if web_page else (_TAG,):
        text = pattern.sub(space, text)
    return Shown(text, tuple(sorted(cut)), tuple(titles), captions, frozenset(items), tuple(data))


def without_program(raw: str) -> str:
    """Cut comments, program text and forms out of a page and leave its tags, every character in its place."""
    return _without_hidden(raw, [], [])


def _without_hidden(raw: str, cut: list[tuple[int, int]], data: list[tuple[int, int]]) -> str:
    """Blank what no reader of a page sees, noting where it stood, and where JSON-LD did."""
    pieces, at = list[str](), 0
    for start, end, is_data in _hidden(raw):
        pieces += [raw[at:start], blanked(raw[start:end])]
        cut.append((start, end))
        if is_data:
            data.append((start, end))
        at = end
    return "".join([*pieces, raw[at:]]) if pieces else raw


def _hidden(raw: str) -> Iterator[tuple[int, int, bool]]:
    """Yield where comments and hidden elements stand, from left to right, and whether one holds JSON-LD.

    An end that was not found once is not looked for again: the time grows with the length only.
    """
    absent, at = set[str](), 0
    while found := _OPENING.search(raw, at):
        name = (found[1] or "").lower()
        end = _element_end(raw, found, name, absent) if name else _comment_end(raw, found.start(), absent)
        if end is None:
            at = found.end()
            continue
        yield found.start(), end, name == "script" and "ld+json" in found[0]
        at = end


def _comment_end(raw: str, start: int, absent: set[str]) -> int:
    """Find where a comment ends; one that nothing ends is only its opening, so that no article is lost in it."""
    for empty in ("<!-->", "<!--->"):
        if raw.startswith(empty, start):
            return start + len(empty)
    ends = []
    for ending in _COMMENT_ENDS:
        at = raw.find(ending, start + 4) if ending not in absent else -1
        if at < 0:
            absent.add(ending)
        else:
            ends.append(at + len(ending))
    return min(ends) if ends else _end_of_opening(raw, start)


def _end_of_opening(raw: str, start: int) -> int:
    """Find where the opening of an endless comment ends: with its line, if that begins with it and is no sentence."""
    line_start = max(raw.rfind("\n", 0, start), raw.rfind("\r", 0, start)) + 1
    ends = [at for at in (raw.find("\n", start), raw.find("\r", start)) if at >= 0]
    line_end = min(ends, default=len(raw))
    is_sentence = raw[start:line_end].rstrip().endswith((".", "!", "?", ">", "”", '"'))
    return start + 4 if raw[line_start:start].strip() or is_sentence else line_end


def _element_end(raw: str, opening: re.Match[str], name: str, absent: set[str]) -> int | None:
    """Find where a hidden element ends; None where nothing ends it, or where a form holds the page's article."""
    if name in absent:
        return None
    depth, first = 1, None
    for tag in islice(_EITHER[name].finditer(raw, opening.end()), _MOST_NESTED if name not in _FLAT else None):
        if not tag[1]:
            depth += name not in _FLAT
            continue
        end = raw.find(">", tag.end()) + 1 or len(raw)
        first = first or end
        depth -= 1
        if not depth or name in _FLAT:
            first = end
            break
    if first is None:
        absent.add(name)
        rest = opening.end()
        return len(raw) if name in ("script", "style") and not _PARAGRAPH.search(raw, rest) else None
    if name == "form" and len(list(islice(_PARAGRAPH.finditer(raw, opening.end(), first), 3))) == 3:
        return None
    return first


def _with_titles(text: str) -> tuple[str, list[tuple[str, int, int]]]:
    """Find what the mark-up says is the title; return the text with each on one line, and where they stand."""
    titles = [
        (kind, found.start(1), found.end(1)) for kind, pattern, ending in _MARKED
        for found in islice(pattern.finditer(text, 0, _last_end(text, ending)), _MOST_TITLES)
    ]  # fmt: skip
    for _, start, end in titles:
        text = text[:start] + re.sub(r"[\r\n]", " ", text[start:end]) + text[end:]
    text, named = meta_titles(text)
    at = next((place for place, (kind, _, _) in enumerate(titles) if kind == "title"), len(titles))
    return text, [*titles[:at], *(("og:title", *span) for span in named), *titles[at:]]


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
            blank = blanked(text[start:first])
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
    if tag[2].lower() == "br":
        return _as_break(tag)
    if not _INLINE.fullmatch(tag[2]):
        return "\n" + " " * (length - 2) + "\n"
    beside = tag.string[tag.end() : tag.end() + 1] if tag[1] else tag.string[tag.start() - 1 : tag.start()]
    return (UNSEEN if beside and beside in (_CLOSERS if tag[1] else _OPENERS) else " ") * length


def _as_break(tag: re.Match[str]) -> str:
    """A paragraph's end for the second `<br>` in a row, a line's behind the end of a sentence, else a space.

    Many a page breaks its lines within a sentence.
    """
    before = tag.string[max(0, tag.start() - 80) : tag.start()]
    bare = _TAGS_AT_END.sub("", before)
    length = len(tag[0])
    if "<br" in before[len(bare) :].lower():
        return "\n" + " " * (length - 2) + "\n"
    return ("\n" if bare[-1:] in tuple(_SENTENCE_ENDS) else " ") + " " * (length - 1)
