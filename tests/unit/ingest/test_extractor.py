"""Web pages: the same article with the library of the extra `html` and without it; what is left out only with it."""

import time

import pytest

from harness.ingest import extractor
from harness.ingest.account import account_row, explanation
from harness.ingest.clean import clean_article, clean_cluster
from tests.unit.ingest.web_pages import BODY, HEADED, PAGES, TITLE, data, page, paragraphs


@pytest.fixture
def without(monkeypatch):
    monkeypatch.setattr(extractor, "reader", lambda: extractor.OWN)


@pytest.fixture
def library():
    pytest.importorskip("trafilatura", reason="the extra html is not installed")


@pytest.mark.parametrize("name", PAGES)
def test_an_article_comes_out_of_its_page_and_nothing_else(name, library):
    found = clean_article(PAGES[name], "a")
    assert found.article.title == TITLE
    assert found.article.text.split("\n") == BODY
    assert found.page_reader
    assert all(PAGES[name][drop.start : drop.end] == drop.text for drop in found.dropped)


@pytest.mark.parametrize("name", PAGES)
def test_no_paragraph_of_a_page_is_lost_by_our_own_cutting(name, without):
    found = clean_article(PAGES[name], "a")
    assert found.article.title == TITLE
    assert [text for text in found.article.text.split("\n") if text in BODY] == BODY
    assert all(PAGES[name][drop.start : drop.end] == drop.text for drop in found.dropped)


def test_an_account_says_what_read_a_page(library, without):
    for raw, said in ((PAGES["plain"], "own cutting"), (PAGES["only data"], "the page's own data (JSON-LD)")):
        found = clean_cluster({"a": raw}, "c")
        assert account_row(found)["articles"][0]["page_reader"] == said
        assert any(said in line for line in explanation(found))
    plain = clean_cluster({"a": f"{TITLE}\n\n" + "\n\n".join(BODY)}, "c")
    assert "page_reader" not in account_row(plain)["articles"][0]


def test_paragraphs_have_their_places_in_the_raw_file(library):
    raw = PAGES["article"]
    found = clean_article(raw, "a")
    assert [raw[each.raw_start : each.raw_end] for each in found.paragraphs] == BODY
    whole = clean_article(PAGES["only data"], "a")
    assert [raw.count("\n", 0, each.raw_start) for each in whole.paragraphs] == [1] * 5


def test_what_a_publisher_s_data_have_is_read_without_its_escapes(without):
    body = ['He said “no” – “never”, at 5 < 6, in Hollin’s harbour on Sunday, "twice" and 🙂 again; ' * 2] * 3
    raw = page("", data(articleBody="\n".join(body)))
    assert clean_article(raw, "a").article.text.split("\n") == [" ".join(text.split()) for text in body[:1]]


def test_the_data_of_a_teaser_of_the_same_length_do_not_count(without):
    raw = page(f"{HEADED}{paragraphs()}", data(articleBody=" ".join(BODY[:2]) + " " + "and so on " * 10))
    assert clean_article(raw, "a").article.text.split("\n") == BODY


def test_where_the_library_fails_the_file_is_a_problem_and_the_others_are_read(monkeypatch, library):
    class Broken:
        @staticmethod
        def extract(source, **_):
            if "broken" in source:
                raise AttributeError("no such node")
            return "\n".join(BODY)

    monkeypatch.setattr(extractor, "_library", lambda: Broken)
    found = clean_cluster({"a": PAGES["plain"], "b": page(f"<p class='broken'>{HEADED}{paragraphs()}")}, "c")
    assert [each.article_id for each in found.cluster.articles] == ["a"]
    assert found.empty["b"] == f"{extractor.reader()} failed on it (AttributeError: no such node)"


@pytest.mark.parametrize("answer", [None, "", "Other words. " * 30, 7])
def test_where_the_library_finds_another_text_our_own_cutting_does(monkeypatch, library, answer):
    class Other:
        @staticmethod
        def extract(*_, **__):
            return answer

    monkeypatch.setattr(extractor, "_library", lambda: Other)
    found = clean_article(PAGES["plain"], "a")
    assert found.page_reader == "own cutting, trafilatura found no article"
    assert found.article.text.split("\n")[:5] == BODY


def test_text_beside_elements_is_not_passed_over(library):
    for story in (
        f"<div>{BODY[0]}{paragraphs(BODY[1:])}</div>",
        f"{paragraphs(BODY[:-1])}\n{BODY[-1]}",
        f"{BODY[0]}<p>{BODY[1]}</p>{BODY[2].replace('owner', '<b>owner</b>')}<div>{BODY[3]}</div>{BODY[4]}",
    ):
        assert clean_article(page(f"{HEADED}{story}"), "a").article.text.split("\n") == BODY


NESTED = [
    "<div>",
    "<b>",
    "<p>",
    "<table><tr><td>",
    "<a href='x'>",
    "<ul><li>",
    "<section><p>x",
    "</div>",
    "<span>a</i>",
]


@pytest.mark.parametrize("piece", NESTED)
@pytest.mark.parametrize("times", [140, 19_000])
def test_nested_rubbish_takes_no_time(library, piece, times):
    raw = page(f"{HEADED}{piece * times}{paragraphs()}")
    started = time.process_time()
    found = clean_article(raw, "a")
    assert time.process_time() - started < 5
    assert len(set(BODY) & set(found.article.text.split("\n"))) >= 4 or found.page_reader != extractor.reader()


def test_a_page_longer_than_any_article_is_a_problem(without):
    found = clean_cluster({"a": page("<p>The dam held, he said.</p>" * 20_001)}, "c")
    assert "more than 20,000 lines" in found.empty["a"]
    found = clean_cluster({"a": page(f"<p>{'The dam held, he said. ' * 60_000}</p>")}, "c")
    assert "1,048,576 characters" in found.empty["a"]


def test_program_text_of_megabytes_is_no_part_of_a_page_s_length(library):
    raw = page(f"{HEADED}{paragraphs()}", f"<script>{'var a = 1; // </p> ' * 200_000}</script>")
    started = time.process_time()
    found = clean_article(raw, "a")
    assert (found.article.text.split("\n"), found.page_reader) == (BODY, extractor.reader())
    assert time.process_time() - started < 5


def test_data_longer_than_any_article_do_not_count(without):
    raw = page(f"{HEADED}{paragraphs()}", data(articleBody="The dam held, he said. " * 50_000))
    assert clean_article(raw, "a").article.text.split("\n") == BODY
