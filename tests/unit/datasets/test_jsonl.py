"""The JSON Lines reader: what it reads, what it survives, and what it says."""

import gzip
import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from harness.datasets.fields import FieldMap
from harness.datasets.jsonl import Jsonl
from harness.errors import DataError
from harness.inputs import json_lines
from harness.records import Cluster, RowProblem

GOOD = '{"id": "%s", "articles": [{"text": "Rain fell."}]}'


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes a file into the working directory and gives its name, as a user would type it."""
    monkeypatch.chdir(tmp_path)

    def writer(content: str | bytes, name: str = "rows.jsonl") -> str:
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    return writer


def read(path: str, **parameters: object) -> list[Cluster | RowProblem]:
    return list(Jsonl.model_validate({"path": path, **parameters}).read())


def test_a_full_row_becomes_a_cluster_field_by_field(write):
    row = {
        "id": "c1",
        "topic": "ferries",
        "year": 2021,
        "note": "x" * 201,
        "articles": [
            {
                "id": "a",
                "title": "Ferry aground",
                "text": "One.\n\nTwo.",
                "source": "Wire",
                "date": "2021-10-18T09:30:00+02:00",
                "url": "https://example.org/a",
                "stance": "center",
            },
            {"text": "Three."},
            {"title": "Title alone", "text": "", "source": None, "date": None, "url": None},
        ],
        "references": ["Ferry runs aground", {"text": "Ferry hits reef", "annotator": "ann"}],
    }
    (cluster,) = read(write(json.dumps(row)))
    assert isinstance(cluster, Cluster)
    assert json.loads(cluster.to_json()) == {
        "cluster_id": "c1",
        "articles": [
            {
                "article_id": "a",
                "title": "Ferry aground",
                "text": "One.\n\nTwo.",
                "source": "Wire",
                "url": "https://example.org/a",
                "published": "2021-10-18T07:30:00Z",
            },
            {"article_id": "a1", "text": "Three."},
            {"article_id": "a2", "title": "Title alone", "text": ""},
        ],
        "references": [{"text": "Ferry runs aground"}, {"text": "Ferry hits reef", "annotator": "ann"}],
        "tags": {"topic": "ferries"},
    }


def test_blank_lines_byte_order_marks_and_crlf_are_passed_over(write):
    content = "\ufeff" + GOOD % "a" + "\r\n\r\n   \n" + "\ufeff" + GOOD % "b" + "\r\n" + GOOD % "c"
    assert [cluster.cluster_id for cluster in read(write(content))] == ["a", "b", "c"]


def test_line_separators_inside_a_text_do_not_end_the_row(write):
    row = '{"id": "a", "articles": [{"text": "one\u2028two\x85three"}]}'
    (cluster,) = read(write(row))
    assert cluster.articles[0].text == "one\u2028two\x85three"


def test_gzip_is_unpacked_and_a_damaged_one_is_named(write):
    packed = gzip.compress((GOOD % "a" + "\n").encode())
    assert [cluster.cluster_id for cluster in read(write(packed, "rows.jsonl.gz"))] == ["a"]
    with pytest.raises(DataError, match=r"^rows\.jsonl\.gz.*the gzip file is damaged"):
        read(write(packed[:-12], "rows.jsonl.gz"))
    with pytest.raises(DataError, match=r"ends in \.gz, but it is not a gzip file"):
        read(write(GOOD % "a", "rows.jsonl.gz"))


BAD_LINES = {
    "not JSON": (b"{'id': 1}", "", r"not JSON: .*\(character 2\).*one JSON object a line"),
    "cut off": (b'{"id": "x", "articles": [', "", r"not JSON"),
    "an array": (b"[1, 2]", "", r"found a list of 2; accepted: an object"),
    "a string": (b'"x"', "", r"found the string 'x'; accepted: an object"),
    "a raw NUL": (b'{"id": "x\0y"}', "", r"not JSON: Invalid control character"),
    "not UTF-8": (b'{"id": "caf\xe9"}', "", r"byte 0xe9 at byte 12 is not UTF-8"),
    "NaN": (b'{"id": "x", "score": NaN}', "", r"found NaN, which is not JSON"),
    "infinity": (b'{"id": "x", "score": -Infinity}', "", r"found -Infinity, which is not JSON"),
    "too large": (b'{"id": "x", "score": 1e400}', "", r"the number 1e400 is too large"),
    "too many digits": (b'{"id": ' + b"9" * 5000 + b"}", "", r"more digits than can be read"),
    "a key twice": (b'{"id": "x", "id": "y"}', "id", r"stands twice in one object"),
    "a key twice within": (b'{"id": "x", "articles": [{"text": "a", "text": "b"}]}', "text", r"stands twice"),
    "deeply nested": (b'{"id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "", r"nested too deeply"),
    "half a surrogate pair": (
        b'{"id": "x", "articles": [{"text": "a\\ud800b"}]}',
        "articles.0.text",
        r"half a surrogate pair \(\\ud800\) at character 1",
    ),
    "a surrogate in a tag": (b'{"id": "x", "topic": "\\udc00", "articles": [{"text": "a"}]}', "topic", "half a surr"),
    "NUL": (b'{"id": "x", "articles": [{"text": "a\\u0000b"}]}', "articles.0.text", "NUL character at character 1"),
    "an id twice": ((GOOD % "first").encode(), "id", r"'first' already stands in rows\.jsonl:1"),
    "no id": (b'{"ID": "x", "articles": [{"text": "a"}]}', "id", r"missing.*did you mean 'ID'\?"),
    "a blank id": (b'{"id": " ", "articles": [{"text": "a"}]}', "id", r"accepted: a string or a whole number"),
    "a false id": (b'{"id": false, "articles": [{"text": "a"}]}', "id", r"found false"),
    "a long id": (b'{"id": "' + b"x" * 513 + b'", "articles": [{"text": "a"}]}', "id", r"found 513 characters"),
    "no articles": (b'{"id": "x", "article": []}', "articles", r"missing; found the fields id, article;.*'article'\?"),
    "an empty list": (b'{"id": "x", "articles": []}', "articles", r"empty list; accepted: at least one article"),
    "articles as a string": (b'{"id": "x", "articles": "a b"}', "articles", r"the string 'a b'.*`separator:`"),
    "articles of numbers": (b'{"id": "x", "articles": [7]}', "articles.0", r"found the number 7"),
    "an article without text": (b'{"id": "x", "articles": [{"title": "t"}]}', "articles.0.text", r"missing"),
    "an article of nothing": (
        b'{"id": "x", "articles": [{"text": "a"}, {"title": "", "text": " "}]}',
        "articles.1.text",
        r"empty, and there is no title",
    ),
    "an empty string": (b'{"id": "x", "articles": [""]}', "articles.0", r"found an empty string"),
    "a title that is none": (b'{"id": "x", "articles": [{"title": ["t"], "text": "a"}]}', "articles.0.title", "list"),
    "a source with parts": (
        b'{"id": "x", "articles": [{"text": "a", "source": {"name": "BBC"}}]}',
        "articles.0.source",
        r"an object with the fields name; accepted: a string",
    ),
    "a date that two countries read differently": (
        b'{"id": "x", "articles": [{"text": "a", "date": "01/02/2021"}]}',
        "articles.0.date",
        r"found the string '01/02/2021', which is 1 February or 2 January, depending on the country",
    ),
    "two articles with one id": (
        b'{"id": "x", "articles": [{"id": "n", "text": "a"}, {"id": "n", "text": "b"}]}',
        "articles",
        r"article id 'n' stands twice",
    ),
    "an empty reference": (
        b'{"id": "x", "articles": [{"text": "a"}], "references": ["r", ""]}',
        "references.1",
        r"found an empty string; accepted: a reference that is not empty",
    ),
    "references that are none": (b'{"id": "x", "articles": ["a"], "references": 3}', "references", r"the number 3"),
    "a reference without text": (
        b'{"id": "x", "articles": ["a"], "references": [{"texts": "r"}]}',
        "references.0.text",
        r"missing.*did you mean 'texts'\?",
    ),
}


@pytest.mark.parametrize("kind", BAD_LINES)
def test_a_bad_line_is_one_located_problem_and_reading_goes_on(write, kind):
    line, path, reason = BAD_LINES[kind]
    first, problem, last = read(write((GOOD % "first").encode() + b"\n" + line + b"\n" + (GOOD % "last").encode()))
    assert isinstance(problem, RowProblem)
    assert (first.cluster_id, last.cluster_id) == ("first", "last")
    assert (problem.where, problem.line, problem.path) == ("rows.jsonl", 2, path)
    assert re.search(reason, problem.reason)
    problem.to_json().encode()  # whatever stood in the row, the problem can be written to a file


def test_a_line_over_the_limit_is_one_problem(write, monkeypatch):
    monkeypatch.setattr(json_lines, "MAX_LINE_BYTES", 1000)
    longest, too_long = ((GOOD % name).ljust(length) for name, length in (("b", 1000), ("x", 1001)))
    rows = read(write("\n".join([GOOD % "a", too_long, longest, GOOD % "c"])))
    assert [row.line for row in rows if isinstance(row, RowProblem)] == [2]
    assert rows[1].reason.startswith("a line longer than 1,000 bytes")
    assert [row.cluster_id for row in rows if isinstance(row, Cluster)] == ["a", "b", "c"]


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("rows.jsonl", GOOD % "a")
    return packed.getvalue()


BAD_FILES = {
    "nothing": (b"", r"rows\.jsonl: the file is empty; accepted: one JSON object a line"),
    "blank lines": (b"\n \n", r"the file has no rows"),
    "zip": (_zip(), r"not text: it looks like a zip archive; accepted: what is inside, unpacked"),
    "gzip": (gzip.compress(b"{}"), r"looks like a gzip file; accepted: the same with a name that ends in \.gz"),
    "Parquet": (b"PAR1\x15\x04", r"looks like a Parquet file; accepted: the data set `hub"),
    "UTF-16": ((GOOD % "a").encode("utf-16"), r"written in UTF-16; accepted: UTF-8; convert it with: iconv -f UTF-16"),
    "UTF-16 unmarked": ((GOOD % "a").encode("utf-16-le"), r"written in UTF-16"),
    "UTF-32": ((GOOD % "a").encode("utf-32"), r"written in UTF-32"),
    "binary": (b"\x7fELF\2\1\1\0\0\0", r"not text: it has NUL bytes"),
    "PNG": (b"\x89PNG\r\n\x1a\n\0\0\0", r"not text: it looks like a PNG image"),
    "carriage returns": ((GOOD % "a" + "\r" + GOOD % "b").encode(), r"end in a carriage return alone; .*tr '\\r'"),
    "an array over lines": (b'[\n{"id": "a"},\n{"id": "b"}\n]', r"one JSON array; .*one JSON object a line.*convert"),
    "an array on one line": (b'[{"id": "a"}, {"id": "b"}]\n', r"one JSON array"),
    "an object over lines": (b'{\n  "id": "a"\n}', r"one JSON object over several lines"),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_file_that_is_no_jsonl_is_named_once_with_the_way_out(write, kind):
    content, message = BAD_FILES[kind]
    with pytest.raises(DataError, match=message) as raised:
        read(write(content))
    assert len(raised.value.problems) == 1
    assert "\n" not in str(raised.value)


def test_the_conversion_that_an_array_is_answered_with_works(write, tmp_path):
    path = write(json.dumps([json.loads(GOOD % "a"), json.loads(GOOD % "b")]), "all.json")
    with pytest.raises(DataError, match="convert it with: python -c") as raised:
        read(path)
    command = str(raised.value).partition("convert it with: python")[2]
    subprocess.run(["/bin/sh", "-c", sys.executable + command], cwd=tmp_path, check=True)
    assert [cluster.cluster_id for cluster in read("all.jsonl")] == ["a", "b"]


def test_a_missing_file_names_the_nearest_one_or_the_missing_folder(write):
    write(GOOD % "a", "clusters.jsonl")
    with pytest.raises(DataError, match=r"^cluster\.jsonl: no such file or folder; did you mean 'clusters\.jsonl'\?$"):
        read("cluster.jsonl")
    with pytest.raises(DataError, match=r"^nowhere/x/c\.jsonl: no such file: there is no folder nowhere$"):
        read("nowhere/x/c.jsonl")
    with pytest.raises(DataError, match=r"^\.: it is a folder; found clusters\.jsonl; accepted: a file"):
        read(".")


def test_validation_sees_a_missing_or_foreign_file_without_reading_all(write):
    assert list(Jsonl(path=write(GOOD % "a" + "\nnot JSON\n")).problems()) == []
    (problem,) = Jsonl(path="row.jsonl").problems()
    assert str(problem) == "row.jsonl: no such file or folder; did you mean 'rows.jsonl'?"
    (problem,) = Jsonl(path=write(_zip(), "z.jsonl")).problems()
    assert "zip" in problem.message


def test_every_call_reads_from_the_beginning_and_no_later_than_asked(write):
    data = Jsonl(path=write(GOOD % "a" + "\n" + GOOD % "b" + "\n"))
    rows = data.read()
    assert next(rows).cluster_id == "a"
    assert [row.cluster_id for row in data.read()] == ["a", "b"]
    assert next(rows).cluster_id == "b"


def test_all_development_clusters_load(shared):
    files = sorted(Path(shared, "data", "clusters").glob("*.jsonl"))
    flat = {"gum_wikinews.jsonl": FieldMap(text="source", references=("reference", "references"))}
    loaded = {}
    for file in files:
        rows = list(Jsonl(path=str(file), fields=flat.get(file.name, FieldMap())).read())
        assert [row for row in rows if isinstance(row, RowProblem)] == []
        loaded[file.name] = len(rows)
    # The counts are those of the data's README.
    assert loaded == {
        "allsides_raw2021.jsonl": 436,
        "background_timelines.jsonl": 112,
        "gum_wikinews.jsonl": 43,
        "neus_train.jsonl": 2452,
        "neus_val.jsonl": 307,
        "wikinews_cited_2004.jsonl": 23,
        "wikinews_clusters.jsonl": 11,
    }


def test_a_row_of_too_many_values_is_one_problem(write, monkeypatch):
    monkeypatch.setattr(json_lines, "MAX_VALUES", 20)
    rows = read(write("\n".join([GOOD % "a", '{"id": "b", "articles": [' + "[]," * 20 + "[]]}", GOOD % "c"])))
    (problem,) = [row for row in rows if isinstance(row, RowProblem)]
    assert problem.line == 2
    assert problem.reason.startswith("more than 20 commas and brackets")
