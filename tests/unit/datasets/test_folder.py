"""Folders of raw texts: layouts, references, files that cannot be read."""

import json
from pathlib import Path

import pytest

from harness.datasets.folder import Folder
from harness.errors import DataError
from harness.ingest import extractor
from harness.records import Cluster, RowProblem

BODY = """A ferry with 214 people aboard ran aground in thick fog off Port Lessing on Tuesday.

Nobody was hurt, but divers found a crack of two metres below the water line."""


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content, encoding="utf-8")
    return folder


def read(path: Path, **parameters) -> tuple[list[Cluster], list[RowProblem]]:
    rows = list(Folder(path=str(path), **parameters).read())
    return [row for row in rows if isinstance(row, Cluster)], [row for row in rows if isinstance(row, RowProblem)]


def test_a_folder_of_texts_is_one_cluster_named_after_it(tmp_path):
    folder = write(tmp_path / "ferry", b__txt=f"Ferry aground\n\n{BODY}\n\nSource link", a__TXT=BODY, c__json="{}")
    (cluster,), problems = read(folder)
    assert not problems
    assert cluster.cluster_id == "ferry"
    assert [(article.article_id, article.title) for article in cluster.articles] == [("a", ""), ("b", "Ferry aground")]
    assert cluster.articles[1].text == BODY.replace("\n\n", "\n")
    assert read(folder, cluster_id="other")[0][0].cluster_id == "other"


def test_folders_of_texts_are_one_cluster_each_in_the_order_of_their_names(tmp_path):
    write(tmp_path / "two", a__txt=BODY)
    write(tmp_path / "one", a__txt=BODY)
    write(tmp_path / "pictures", a__png="")
    assert [cluster.cluster_id for cluster in read(tmp_path)[0]] == ["one", "two"]
    with pytest.raises(DataError, match=r"one cluster id .* for 2 clusters"):
        read(tmp_path, cluster_id="x")


def test_uncleaned_texts_stay_as_they_are(tmp_path):
    raw = f"Ferry aground\n\n{BODY}\n\nSource link"
    (cluster,), _ = read(write(tmp_path / "ferry", a__txt=f"{raw}\n"), clean=False)
    assert (cluster.articles[0].title, cluster.articles[0].text) == ("", raw)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("references__txt", "Ferry runs aground\n\n  Fog halts ferry \nFerry runs aground\n"),
        ("references__json", json.dumps(["Ferry runs aground", "Fog halts ferry"])),
        ("references__json", json.dumps({"references": ["Ferry runs aground", "Fog halts ferry"]})),
    ],
)
def test_references_are_read_from_their_own_file(tmp_path, name, content):
    (cluster,), problems = read(write(tmp_path / "ferry", a__txt=BODY, **{name: content}))
    assert [reference.text for reference in cluster.references] == ["Ferry runs aground", "Fog halts ferry"]
    assert [article.article_id for article in cluster.articles] == ["a"]
    assert not problems


def test_a_bad_file_is_a_problem_with_its_place_and_the_others_are_read(tmp_path):
    folder = write(
        tmp_path / "ferry", a__txt=BODY, b__txt="", c__txt=" \n \n", d__txt="Share\nTweet", references__json="{"
    )
    (folder / "e.txt").write_bytes("Ferry aground\n\nNobody was hurt in Lessing caf\xe9s.\n".encode("cp1252"))
    (folder / "f.txt").write_bytes(BODY.encode("utf-16"))
    (folder / "g.txt").write_bytes(b"\xef\xbb\xbf" + BODY.encode())
    (cluster,), problems = read(folder)
    assert [article.article_id for article in cluster.articles] == ["a", "g"]
    assert cluster.articles[1].text.startswith("A ferry"), "the byte order mark is no part of the text"
    found = {Path(problem.where).name: (problem.line, problem.reason) for problem in problems}
    assert "the file is empty" in found["b.txt"][1]
    assert found["c.txt"][1].startswith("no text in it")
    assert found["d.txt"][1].startswith("no line of a body in it")
    assert found["e.txt"][0] == 3, "the first bad byte stands on the third line"
    assert "0xe9" in found["e.txt"][1]
    assert "iconv" in found["e.txt"][1]
    assert "UTF-16" in found["f.txt"][1]
    assert "not JSON" in found["references.json"][1]


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda top: top / "none", "no such file or folder"),
        (lambda top: write(top / "f", a__txt="x") / "a.txt", "not a folder"),
        (lambda top: write(top / "empty"), "no .txt or .html file in it; found an empty folder"),
        (lambda top: write(top / "pages", a__md="x"), r"no .txt or .html file in it; found a\.md"),
        (lambda top: write(write(top / "mixed", a__txt="x") / "in", a__txt="x").parent, "both texts .* and folders"),
    ],
)
def test_a_folder_that_cannot_be_read_as_a_whole_is_an_error(tmp_path, prepare, message):
    folder = Folder(path=str(prepare(tmp_path)))
    with pytest.raises(DataError, match=message):
        list(folder.read())
    assert [problem.message for problem in folder.problems()], "validate finds it, too"


TOP = "<!DOCTYPE html><html><head><title>Ferry aground | Lessing Post</title></head><body><h1>Ferry aground</h1>"
PAGE = TOP + "".join(f"<p>{part}</p>" for part in BODY.split("\n\n")) + "</body></html>"


def test_web_pages_are_articles_beside_texts_and_a_text_stands_for_its_page(tmp_path):
    folder = write(tmp_path / "ferry", a__html=PAGE, b__HTM=PAGE, c__txt=PAGE, d__txt=BODY, d__html=PAGE, e__md="x")
    (raw,) = Folder(path=str(folder)).raw()
    assert (sorted(raw.files), raw.pages, raw.ignored) == (["a", "b", "c", "d"], {"a", "b"}, ("d.html", "e.md"))
    (cluster,), problems = read(folder)
    assert not problems
    assert [article.title for article in cluster.articles] == ["Ferry aground"] * 3 + [""]
    assert {article.text for article in cluster.articles} == {BODY.replace("\n\n", "\n")}


def test_a_page_that_begins_as_no_page_is_one_by_its_name(tmp_path):
    folder = write(tmp_path / "ferry", a__html=f"<h1>Ferry aground</h1><p hidden-x>{BODY}</p>")
    (cluster,), _ = read(folder)
    assert cluster.articles[0].title == "Ferry aground"
    assert "<p" not in cluster.articles[0].text


def test_of_two_pages_of_one_name_the_second_is_a_problem(tmp_path):
    _, problems = read(write(tmp_path / "ferry", a__html=PAGE, a__htm=PAGE))
    assert [(Path(each.where).name, "a second file for article 'a'" in each.reason) for each in problems] == [
        ("a.html", True)
    ]


def test_what_reads_web_pages_is_part_of_the_data_s_identity(tmp_path, monkeypatch):
    texts, pages = write(tmp_path / "t", a__txt=BODY), write(tmp_path / "p", a__html=PAGE)
    hidden = write(tmp_path / "h", a__txt=f"\n<!-- saved -->\n{PAGE}")
    for folder in (pages, hidden):
        monkeypatch.setattr(extractor, "reader", lambda: "trafilatura 9.9.9")
        assert Folder(path=str(folder)).identity() == {"html": "trafilatura 9.9.9"}
        assert list(Folder(path=str(folder)).notes()) == []
        assert Folder(path=str(folder), clean=False).identity() == {}
        monkeypatch.setattr(extractor, "reader", lambda: extractor.OWN)
        assert Folder(path=str(folder)).identity() == {"html": "own cutting"}
        (note,) = Folder(path=str(folder)).notes()
        assert "headline-harness[html]" in note
    assert (Folder(path=str(texts)).identity(), list(Folder(path=str(texts)).notes())) == ({}, [])
    assert Folder(path=str(tmp_path / "none")).identity() == {}


def test_a_page_that_the_library_fails_on_is_a_bad_row_with_its_file(tmp_path, monkeypatch):
    def fail(page):
        raise extractor.PageError("trafilatura 9.9.9 failed on it (ValueError: x)")

    folder = write(tmp_path / "ferry", a__txt=BODY, b__html=PAGE)
    monkeypatch.setattr(extractor, "choose", fail)
    (cluster,), (problem,) = read(folder)
    assert [article.article_id for article in cluster.articles] == ["a"]
    assert (Path(problem.where).name, problem.reason) == (
        "b.html",
        "trafilatura 9.9.9 failed on it (ValueError: x); accepted: the text of an article",
    )
