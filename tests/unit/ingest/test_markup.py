"""Mark-up goes, prose stays: the same article comes out however a page is written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.ingest import extractor
from harness.ingest.clean import clean_article
from harness.ingest.markup import UNSEEN, without_markup

TITLE = "Ferry sinks off Corwick after collision with trawler"
BODY = [
    "A ferry sank off Corwick on Sunday after it hit a trawler in thick fog, the coastguard said.",
    "All 40 passengers were brought ashore, and nobody aboard the ferry was hurt, the harbour master told reporters.",
    "Profits < costs on the route since May, the owner of the ferry said, and 3 > 2 crews are needed.",
]
CUT = [
    "<!-- ad slot 3 -->", "<!-- wp:paragraph -->", "<script>var a = 1; show(a);</script>", "<!--\nlong\n-->",
    "<style>p { color: red }</style>", '<script type="x">if (a < b) { c(); }</script>', "<noscript>x</noscript>",
    "<nav><a href='/'>Home</a></nav>",
]  # fmt: skip
WRAPPERS = [
    "{}", "<p>{}</p>", "<div class='x'><p>{}</p></div>", "<main>{}</main>", "<aside>{}</aside>", "<P>\n{}\n</P>",
    '<section data-id="4">{}</section>', "<blockquote><p>{}</p></blockquote>", "<custom-text>{}</custom-text>",
]  # fmt: skip
HEADS = [
    "{}\n\n", "<h1>{}</h1>\n", "<html><head><title>{} | Corwick Post</title></head><body>\n<h1>{}</h1>\n",
    '<h1 class="big">\n{}\n</h1>', "<title>{}</title>\n",
]  # fmt: skip


@pytest.mark.parametrize("reader", ["library", extractor.OWN])
@settings(deadline=None)
@given(
    st.sampled_from(HEADS),
    st.lists(st.sampled_from(WRAPPERS), min_size=3, max_size=3),
    st.lists(st.sampled_from(["", *CUT]), min_size=3, max_size=3),
    st.sampled_from(["\n\n", "\n\n"]),
)
def test_one_article_comes_out_of_every_page(reader, head, wrappers, cuts, gap):
    parts = [wrapper.format(f"{cut}{text}") for wrapper, cut, text in zip(wrappers, cuts, BODY, strict=True)]
    raw = head.replace("{}", TITLE) + gap.join(parts)
    if reader != extractor.OWN:
        # It takes an aside for what stands beside an article, and the one main part for the whole of it.
        raw = raw.replace("aside>", "div>").replace("main>", "div>")
    with pytest.MonkeyPatch.context() as patched:
        if reader == extractor.OWN:
            patched.setattr(extractor, "reader", lambda: reader)
        found = clean_article(raw, "a")
    assert found.article.text.split("\n") == BODY
    assert found.article.title == TITLE
    assert all(raw[drop.start : drop.end] == drop.text for drop in found.dropped)


PIECES = st.lists(
    st.sampled_from(
        [*"<>!-/ab =\"'\n", "<p>", "<!--", "-->", "<script>", "</script>", "<h1>", "</h1>", "<DOC>", "<TEXT>"]
    )
).map("".join)


@given(PIECES)
def test_every_character_keeps_its_place(raw):
    shown = without_markup(raw)
    assert len(shown.text) == len(raw)
    for mine, theirs in zip(shown.text, raw, strict=True):
        assert mine == theirs or mine in (" ", "\n", UNSEEN)


@pytest.mark.parametrize(
    "text",
    [
        "a < b and c > d",
        "x<y and y>z",
        "5 <10 and 20> 3",
        "<3 from Corwick",
        "mail <ann@corwick.org> now",
        "He said <unclear name>",
    ],
)
def test_signs_of_prose_are_no_tags(text):
    assert without_markup(text).text == text


def test_a_sentence_that_quotes_program_text_stays():
    quoted = "The attackers sent “document.write(payload);” to a form of the harbour, and the clerk saw it at once."
    found = clean_article("\n\n".join([TITLE, *BODY, quoted, "document.write('x');", "var a = show(b);"]), "a")
    assert found.article.text.split("\n") == [*BODY, quoted]


def test_an_sgml_file_gives_its_headline_and_its_text():
    head = "<DOCNO> CW1998.0240 </DOCNO>\n<DATE_TIME> 10/16/1998 15:44:00 </DATE_TIME>\n<HEADER>\nw0963\n</HEADER>"
    tail = "(PROFILE\n(WS SL:BC-Ferry; CT:i;\n(REG:EURO;)\n)\n</BODY>\n<TRAILER>\nCW-10-16-98 1544EDT\n</TRAILER>"
    body = f"<TEXT>\n<P>\n{BODY[0]}\n</P>\n<P>\n{BODY[1]}\n</P>\n</TEXT>"
    slug = f"<BODY>\n<SLUG> BC-Ferry </SLUG>\n<HEADLINE>\n{TITLE}\n</HEADLINE>"
    raw = f"<DOC>\n{head}\n{slug}\n{body}\n{tail}\n</DOC>\n"
    found = clean_article(raw, "a")
    assert (found.article.title, found.article.text.split("\n")) == (TITLE, BODY[:2])
    assert found.title_rule == "marked"
    assert "(PROFILE" in "".join(drop.text for drop in found.dropped)


def test_a_page_s_name_is_no_headline():
    raw = f"<title>Corwick Post</title><h1>Corwick Post</h1><h1>{TITLE}</h1><p>{BODY[0]}</p><p>{BODY[1]}</p>"
    found = clean_article(raw, "a")
    assert "Corwick Post" not in found.article.text


def test_a_sign_stands_beside_the_word_before_its_tag():
    found = clean_article(
        f"{TITLE}\n\n<p>It sank at <time datetime='9'>9.30am</time>, the “<b>Dora</b>” crew said on Monday.</p>", "a"
    )
    assert found.article.text == "It sank at 9.30am, the “Dora” crew said on Monday."
