"""Web pages as they were saved: in any encoding, which many of them name wrongly."""

import codecs
import re

from harness.inputs.files import file_error, open_binary, refuse_packed

_HEAD = 4096
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks, the longer before those that they begin with, and what they say."""
_NAMED = re.compile(rb"""\b(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z][\w:.-]{1,30})""", re.IGNORECASE)
_WESTERN = "cp1252"
_NOT_TRUSTED = frozenset(
    {"ascii", "iso8859-1", "utf-8", "utf-8-sig", "utf-7", "utf-16", "utf-16-le", "utf-16-be", "utf-32"}
)
"""What a page with bytes beyond ASCII that are no UTF-8 is not in, whatever it says; Latin-1 means Windows-1252."""
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
_MOST_CONTROLS = 0.01
"""Share of control characters in a text; pictures and programs have more."""


def read_html(path: str, accepted: str, most: int) -> str:
    """Read a web page of at most `most` bytes, in whatever encoding it is.

    Raises DataError where it is empty, longer, packed, or no text.
    """
    with open_binary(path, accepted) as handle:
        content = handle.read(most + 1)
    if len(content) > most:
        raise file_error(path, f"longer than {most:,} bytes", accepted)
    refuse_packed(content[:_HEAD], path)
    text = decode_html(content)
    if text is None or len(_CONTROLS.findall(text)) > _MOST_CONTROLS * len(text):
        raise file_error(path, "not text: it has control characters", accepted)
    return text


def decode_html(content: bytes) -> str | None:
    """Decode a web page: by its byte order mark, as UTF-8, as what it says, as Windows-1252; None for what is no text.

    UTF-8 comes before what the page says, since no other text happens to be valid UTF-8. Of a page that is UTF-8 but
    for some bytes, these are read as Windows-1252: they were pasted in.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                return None
    if content[:2] in (b"<\0", b"\0<"):
        return content.decode("utf-16-le" if content[0] else "utf-16-be", "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    text = content.decode("utf-8", "surrogateescape")
    bad = sum("\udc80" <= character <= "\udcff" for character in text)
    good = sum(character > "\x7f" for character in text) - bad
    if good > bad:
        return re.sub("[\udc80-\udcff]", lambda found: _western(bytes([ord(found[0]) - 0xDC00])), text)
    named = _NAMED.search(content[:_HEAD])
    if named:
        try:
            codec = codecs.lookup(named[1].decode("ascii"))
            if codec.name not in _NOT_TRUSTED and codec._is_text_encoding:
                return codec.decode(content)[0]
        except (LookupError, UnicodeError):
            pass
    return _western(content)


def _western(content: bytes) -> str:
    """Decode Windows-1252, and as Latin-1 the five bytes that it has no character for."""
    try:
        return content.decode(_WESTERN)
    except UnicodeDecodeError:
        return "".join(bytes([byte]).decode(_WESTERN, "ignore") or chr(byte) for byte in content)
