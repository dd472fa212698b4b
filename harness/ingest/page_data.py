"""What a web page says of its article beside the text: `og:title`, and the JSON-LD of its publisher.

It stands in attributes and program text, which no reader sees. It is shown in its place, character for character, so
that an account of it still names places in the raw file.
"""

import re
from collections.abc import Iterator, Sequence

_META = re.compile(r"<meta\s(?:[^<>\"']|\"[^\"<>]*+\"|'[^'<>]*+')*+>", re.IGNORECASE)
_NAMES_TITLE = re.compile(r"""\b(?:property|name|itemprop)\s*=\s*["']?(?:og:title|twitter:title)\b""", re.IGNORECASE)
_CONTENT = re.compile(r"""\bcontent\s*=\s*(?:"([^"<>]+)"|'([^'<>]+)')""", re.IGNORECASE)
_BODY = re.compile(r'"articleBody"\s*:\s*"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_HEADLINE = re.compile(r'"headline"\s*:\s*"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)
_PLAIN = {"n": "\n", "r": " ", "t": " ", "b": " ", "f": " "}
_UNSEEN = "\u200b"
_NOT_NEWLINE = re.compile(r"[^\r\n]")
_MOST_META = 2


def blanked(text: str, *, ends: bool = True) -> str:
    """Put a space in the place of every character; the ends of lines stay where `ends` says so."""
    return _NOT_NEWLINE.sub(" ", text) if ends else " " * len(text)


def meta_titles(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Show the titles that a page gives to those who link to it on lines of their own, and return where they stand."""
    found = list[tuple[int, int]]()
    for tag in _META.finditer(text):
        content = _CONTENT.search(tag[0]) if _NAMES_TITLE.search(tag[0]) else None
        if content is None or not tag[0].isprintable():
            continue
        group = 1 if content[1] else 2
        start, end = tag.start() + content.start(group), tag.start() + content.end(group)
        head, tail = blanked(text[tag.start() : start - 1]), blanked(text[end + 1 : tag.end()])
        text = text[: tag.start()] + f"{head}\n{text[start:end]}\n{tail}" + text[tag.end() :]
        found.append((start, end))
        if len(found) == _MOST_META:
            break
    return text, found


def data_article(raw: str, places: Sequence[tuple[int, int]]) -> tuple[tuple[int, int] | None, list[tuple[int, int]]]:
    """Find where a page's JSON-LD has its headline and its article; no place where it has none.

    Of several texts the longest is the article, but for a live page, whose updates have one each.
    """
    bodies, headline = list[tuple[int, int]](), None
    for start, end in places:
        here = [found.span(1) for found in _BODY.finditer(raw, start, end)]
        if not here:
            continue
        bodies = [*bodies, *here] if "liveBlogUpdate" in raw[start:end] else [max([*bodies, *here], key=_length)]
        named = _HEADLINE.search(raw, start, end)
        headline = headline or (named.span(1) if named else None)
    return headline, sorted(bodies)


def _length(span: tuple[int, int]) -> int:
    return span[1] - span[0]


def shown_only(raw: str, places: Sequence[tuple[int, int]]) -> str:
    """Show the JSON texts at `places`, a line each and without their escapes, and nothing else of a page."""
    return "".join(_shown_pieces(raw, sorted(places)))


def _shown_pieces(raw: str, places: Sequence[tuple[int, int]]) -> Iterator[str]:
    at = 0
    for start, end in places:
        yield blanked(raw[at : start - 1])
        yield "\n" + _ESCAPE.sub(_unescaped, raw[start:end])
        at = end
    yield ("\n" + blanked(raw[at + 1 :])) if places and at < len(raw) else blanked(raw[at:])


def _unescaped(escape: re.Match[str]) -> str:
    """Return what an escape of JSON stands for, with characters that are not seen up to its length."""
    code = escape[0][1:]
    if code.startswith("u") and len(code) > 4:
        value = bytes.fromhex(code.replace("\\", "").replace("u", ""))
        shown = value.decode("utf-16-be", "replace")
    else:
        shown = _PLAIN.get(code, code)
    return shown + _UNSEEN * (len(escape[0]) - len(shown))
