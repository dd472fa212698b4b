"""Mark-up as newsrooms meet it beside well-formed pages: the same three paragraphs come out of each."""

import pytest

from harness.errors import DataError
from harness.ingest import extractor
from harness.ingest.clean import clean_article
from harness.inputs.files import read_text

TITLE = "Dam at Hollin holds after night of rain"
ONE = "The dam at Hollin held on Monday after a night of heavy rain, the mayor of the town said."
TWO = "Nobody was hurt, and the water fell in the evening, the river board told reporters."
THREE = "Engineers will look at the gates on Tuesday, and the road to Corwick stays closed until then."
BODY = [ONE, TWO, THREE]
WRAPPED = [ONE.replace("rain, the", "rain, the\n"), TWO.replace(" the evening", "\r\nthe evening"), THREE]
LINKED = ONE.replace("mayor", '[mayor](https://x.org/a_b "Ann")')
ESCAPED = ONE.replace("rain, the mayor", "rain&amp;#44; the mayor")
PARAGRAPHS = "".join(f"<P>\n{text}\n</P>\n" for text in WRAPPED)
TEXTS = {
    "conditional comments": f"<!--[if lt IE 9]><p>Old.</p><![endif]--><p>{ONE}</p><!--[if !IE]><!--><p>{TWO}</p>"
    f"<!--<![endif]--><![if !IE]><p>{THREE}</p><![endif]>",
    "endless comment on its line": f"{ONE}\n\n<!-- ad slot 4\n\n{TWO}\n\n{THREE}",
    "endless comment before a sentence": f"{ONE}\n\n<!-- {TWO}\n\n{THREE}",
    "empty comments": f"<!--><p>{ONE}</p><!---><p>{TWO}</p><!-- x --!><p>{THREE}</p>",
    "comment in a script": f"<p>{ONE}</p><script>var a = '<!--';</script><p>{TWO}</p><!-- x --><p>{THREE}</p>",
    "paragraphs in a script": f"<p>{ONE}</p><script>a = '</p><p>Buy it now, he said.</p>';</script><p>{TWO}</p>{THREE}",
    "CDATA": f"<p><![CDATA[{ONE}]]></p><script>//<![CDATA[\nvar x = 1;\n//]]></script><p>{TWO}</p><p>{THREE}</p>",
    "hidden elements": f"<p>{ONE}</p><template><p>{THREE}</p></template><style>p > a {{ color: red }}</style>"
    f"<p>{TWO}</p><svg><title>Logo</title><svg></svg><text>x</text></svg><p>{THREE}</p>",
    "nested menus": f"<nav><ul><li>Home</li></ul><nav>More</nav><a>Sport in all of the county</a></nav><p>{ONE}</p>"
    f"{TWO}\n\n{THREE}",
    "signs in attributes": f"<p title=\"5 > 3\" data-x='a<b'>{ONE}</p><p onclick='if (a > b) {{ c(\"x\"); }}'>{TWO}</p>"
    f"<p>{THREE}</p>",
    "NITF": "<?xml version='1.0'?><nitf><head><title>dam 3d ld</title></head><body><body.head><hedline><hl1>TITLE</hl1>"
    f"</hedline><byline>By Ann Lee</byline></body.head><body.content><p>{ONE}</p><p>{TWO}</p><p>{THREE}</p>"
    "</body.content></body></nitf>",
    "NewsML": '<?xml version="1.0"?>\n<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/"><headline>TITLE</headline>'
    f"<inlineXML><html><head><title/></head><body><p>{ONE}</p><p>{TWO}</p><p>{THREE}</p></body></html></inlineXML>"
    "</newsItem>",
    "lines within paragraphs": PARAGRAPHS,
    "SGML": f"<DOC>\n<DOCNO> X1 </DOCNO>\n<HEADLINE>\nTITLE\n</HEADLINE>\n<TEXT>\n{PARAGRAPHS}</TEXT>\n</DOC>",
    "Markdown": f"{LINKED}\n\n![The dam](dam.jpg)\n\n<div><b>{TWO[:6]}</b>{TWO[6:]}</div>\n\n**{THREE}**",
    "escaped twice": f"{ESCAPED}\n\n{TWO}\n\n{THREE}",
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_one_article_comes_out_however_it_is_marked(name):
    raw = TEXTS[name].replace("TITLE", TITLE)
    raw = raw if TITLE in raw else f"{TITLE}\n\n{raw}"
    found = clean_article(raw, "a")
    assert (found.article.title, found.article.text.split("\n")) == (TITLE, BODY)
    assert all(raw[drop.start : drop.end] == drop.text for drop in found.dropped)


@pytest.mark.parametrize("reader", ["library", extractor.OWN])
def test_lines_of_a_page_s_source_are_no_lines_of_its_text(reader, monkeypatch):
    if reader == extractor.OWN:
        monkeypatch.setattr(extractor, "reader", lambda: reader)
    raw = "<html>\n<body>\n<h1>Dam at Hollin holds\nafter night of rain</h1>\n"
    raw += f"<div>\n{WRAPPED[0]}<br><br>\n{WRAPPED[1]}\n</div>\n"
    raw += f"<p>{THREE.replace('gates on', 'gates<br>on')}</p><pre>first,\nsecond.</pre></body></html>"
    found = clean_article(raw, "a")
    assert found.article.title == TITLE
    assert found.article.text.split("\n")[:3] == BODY


@pytest.mark.parametrize(
    "text",
    [
        "The level was 5 < 6 and 7 > 3 on the scale of the board, the mayor said on Monday.",
        "I <3 Hollin, said a sign that hung from the dam on Monday evening, in red letters.",
        "Write to Ann Lee <a@b.c> or to <ann.lee@corwick.org> for the report of the river board.",
        "The rule __init__ of 2**3 is 8, and [see below] (page 4), the board said in its report of Monday.",
    ],
)
def test_signs_of_prose_stay(text):
    assert clean_article(f"{TITLE}\n\n{ONE}\n\n{text}\n\n{TWO}", "a").article.text.split("\n") == [ONE, text, TWO]


def test_a_paragraph_with_an_endless_comment_in_it_loses_the_mark_only():
    raw = f"{TITLE}\n\n{ONE}\n\n{TWO.replace('the water', '<!-- the water')}\n\n{THREE}"
    assert clean_article(raw, "a").article.text.split("\n") == BODY


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"{\\rtf1\\ansi The dam held.}", "an RTF document"), (b"\xd0\xcf\x11\xe0", "a Word document")],
)
def test_documents_of_word_processors_are_called_what_they_are(tmp_path, content, message):
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_text(str(tmp_path / "a.txt"), "text", 1000)
