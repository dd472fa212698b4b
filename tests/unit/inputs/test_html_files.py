"""Web pages in whatever encoding they were saved, and whatever they say of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import DataError
from harness.inputs.html_files import decode_html, read_html

TEXT = "The café at Hollin — “the best” — costs £5, he said."


def page(charset: str) -> str:
    return f'<html><head><meta charset="{charset}"></head><body><p>{TEXT}</p></body></html>'


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "utf-8"), ("utf-8", "iso-8859-1"), ("utf-8", "windows-1252"), ("utf-8-sig", "latin-1"),
        ("cp1252", "windows-1252"), ("cp1252", "iso-8859-1"), ("cp1252", "utf-8"), ("cp1252", "no-such-charset"),
        ("cp1250", "windows-1250"), ("utf-16", "utf-16"), ("utf-16", "utf-8"), ("utf-32", "utf-8"),
        ("utf-16-le", "utf-16"), ("utf-16-be", "utf-8"), ("mac_roman", "macintosh"), ("cp1252", "hex"),
    ],
)  # fmt: skip
def test_a_page_is_decoded_as_it_is_and_not_as_it_says(tmp_path, encoding, said):
    written = page(said).replace("£", "€") if encoding == "cp1250" else page(said)
    (tmp_path / "a.html").write_bytes(written.encode(encoding))
    assert read_html(str(tmp_path / "a.html"), "a web page", 10_000) == written


def test_bytes_pasted_into_a_page_of_utf8_are_read_one_by_one():
    content = page("utf-8").encode() + "It’s £5".encode("cp1252")
    assert decode_html(content) == page("utf-8") + "It’s £5"


def test_the_five_bytes_that_windows_1252_lacks_are_no_mistake():
    assert decode_html(b"<html>caf\xe9 \x81 x") == "<html>café \x81 x"


@given(st.binary(max_size=200))
def test_bytes_are_a_text_that_can_be_written_or_none(content):
    text = decode_html(content)
    if text is not None and not content.startswith((b"<\0", b"\0<")):
        text.encode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"), (b"PK\x03\x04rest", "it looks like a zip archive"), (b"<p>" * 50, "longer than 1"),
        (b"<p>\0\0\0</p>", "control characters"), (b"\xff\xfe<\0p", "control characters"),
        (b"%PDF-1.7", "it looks like a PDF file"),
    ],
)  # fmt: skip
def test_what_is_no_page_is_refused(tmp_path, content, message):
    (tmp_path / "a.html").write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_html(str(tmp_path / "a.html"), "a web page", 100)
