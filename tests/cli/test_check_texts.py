"""`harness check` with many texts from files and standard input, and every form that it prints."""

import csv
import io
import json
from collections.abc import Callable
from contextlib import nullcontext
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from harness.checkers.base import CheckSession, whole_claim
from harness.checkers.rules import Rules
from harness.errors import ModelError
from harness.records import Verdict

CLUSTERS = [
    {"id": "ferry", "articles": [{"id": "f1", "text": "A ferry struck the north pier at Hollin on Monday."}]},
    {"id": "bank", "articles": [{"id": "b1", "text": "The bank of Orrin closed three branches in May."}]},
]
RULES = ("--checker", "rules")


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in CLUSTERS))


def asked(ended: Any) -> list[tuple[str, str]]:
    """Cluster and text of everything that was checked."""
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    found = found if isinstance(found, list) else [found]
    return [(each["cluster_id"], item["text"]) for each in found for item in each["texts"]]


BOTH = [("ferry", "Ferry strikes pier"), ("bank", "Bank closes branches")]


JSON_LINES = """{"cluster_id": "ferry", "text": "Ferry strikes pier"}

{"cluster": "bank", "headline": "Bank closes branches"}
"""
JSON = """[{"cluster_id": "ferry", "summary": "Ferry strikes pier"},
{"cluster_id": "bank", "text": "Bank closes branches"}]"""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.jsonl", JSON_LINES),
        ("t.json", JSON),
        ("t.csv", "\ufeffcluster;text\nferry;Ferry strikes pier\nbank;Bank closes branches\n"),
        ("t.tsv", "text\tcluster_id\nFerry strikes pier\tferry\nBank closes branches\tbank\n"),
    ],
)
def test_rows_name_their_cluster_in_any_format(name: str, content: str, harness: Callable[..., Any]):
    Path(name).write_text(content, encoding="utf-8")
    assert asked(harness("check", "clusters.jsonl", name, *RULES, "--format", "json")) == BOTH


def test_a_text_file_has_a_text_a_line_beside_those_on_the_command_line(harness: Callable[..., Any]):
    Path("t.txt").write_bytes("\ufeffFerry strikes pier\r\n\r\n  Pier «struck»  \n".encode())
    given = ("check", "clusters.jsonl", "t.txt", "--text", "Ferry sinks", "--cluster", "ferry", *RULES)
    texts = [text for _, text in asked(harness(*given, "--format", "json"))]
    assert texts == ["Ferry sinks", "Ferry strikes pier", "Pier «struck»"]


def test_with_a_cluster_named_the_rows_of_others_are_left_out(harness: Callable[..., Any]):
    Path("t.jsonl").write_text("".join(json.dumps({"cluster_id": c, "text": t}) + "\n" for c, t in BOTH))
    given = ("check", "clusters.jsonl", "t.jsonl", "--cluster", "bank", *RULES, "--format", "json")
    assert asked(harness(*given)) == BOTH[1:]


@pytest.mark.parametrize(
    ("content", "more"),
    [
        ("Ferry strikes pier\n", ("--cluster", "ferry")),
        ('{"cluster_id": "ferry", "text": "Ferry strikes pier"}\n', ()),
        ("cluster,text\nferry,Ferry strikes pier\n", ()),
    ],
)
def test_a_dash_reads_standard_input(
    content: str, more: tuple[str, ...], harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content.encode())))
    assert asked(harness("check", "clusters.jsonl", "-", *more, *RULES, "--format", "json")) == BOTH[:1]


def test_csv_has_a_row_for_each_claim_and_no_formula(harness: Callable[..., Any]):
    Path("t.txt").write_text('=SUM(1) "ferry" strikes pier\nFerry strikes pier. The pier is at Hollin.\n')
    ended = harness("check", "clusters.jsonl", "t.txt", "--cluster", "ferry", *RULES, "--format", "csv")
    assert ended.code == 0, ended.err
    rows = list(csv.DictReader(io.StringIO(ended.out)))
    assert rows[0]["text"] == """'=SUM(1) "ferry" strikes pier"""
    parts = [(row["part"], row["claim"]) for row in rows if row["part"] != "proposition"]
    assert parts[1:] == [
        ("whole", "Ferry strikes pier. The pier is at Hollin."),
        ("sentence", "Ferry strikes pier."),
        ("sentence", "The pier is at Hollin."),
    ]
    assert {row["cluster"] for row in rows} == {"ferry"}
    assert all(0 <= float(row["probability"]) <= 1 for row in rows)
    assert {row["decided_by"] for row in rows} == {"account"}


def test_csv_and_page_show_the_words_that_differ(harness: Callable[..., Any]):
    asked = ("check", "clusters.jsonl", "--text", "Ferry strikes pier on Friday", "--cluster", "ferry", *RULES)
    (row, *_) = csv.DictReader(io.StringIO(harness(*asked, "--format", "csv").out))
    assert row["elements"] == "differs: “Friday” (time), the articles say “Monday”, not “Friday”"
    page = harness(*asked, "--format", "html").out
    assert 'pier on <mark class="contradicted">Friday</mark>' in page
    assert "<mark>Monday</mark>" in page
    assert "decided by account" in page


class Page(HTMLParser):
    """Tags that are open, and all text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, _: Any) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_shows_hostile_texts_as_text(harness: Callable[..., Any]):
    hostile = "<script>alert(1)</script> Ferry & pier"
    ended = harness("check", "clusters.jsonl", "--text", hostile, "--cluster", "ferry", *RULES, "--format", "html")
    page = Page()
    page.feed(ended.out)
    assert hostile in page.text
    assert "script" not in page.tags
    assert "A ferry struck the north pier" in page.text


@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("t.jsonl", '{"cluster_id": "fery", "text": "x"}\n', "t.jsonl:1: cluster_id: no such cluster"),
        ("t.jsonl", '{"cluster_id": "fery", "text": "x"}\n', "found 'fery'; did you mean 'ferry'?"),
        ("t.jsonl", '{"cluster_id": "ferry", "txt": "x"}\n{', "t.jsonl:1: text: has no text; found "),
        ("t.jsonl", '{"cluster_id": "ferry", "text": 7}\n', "t.jsonl:1: text: is not text; found the number 7"),
        ("t.jsonl", '{"cluster_id": true, "text": "x"}\n', "t.jsonl:1: cluster_id: is not an id"),
        ("t.txt", "x\n", "clusters.jsonl has 2 clusters; say which with --cluster: ferry, bank"),
        ("t.txt", "\n \n", "t.txt: no text in it"),
        ("-", "", "standard input: the file is empty"),
    ],
)  # fmt: skip
def test_a_mistake_is_located_and_ends_with_2(
    name: str, content: str, wanted: str, harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    if name != "-":
        Path(name).write_text(content)
    ended = harness("check", "clusters.jsonl", name, *RULES)
    assert ended.code == 2
    assert wanted in ended.err


def test_nothing_to_check_says_what_to_give(harness: Callable[..., Any]):
    ended = harness("check", "clusters.jsonl")
    assert ended.code == 2
    assert "give --text TEXT, a file of texts, or -" in ended.err


@pytest.mark.parametrize("form", ["table", "json", "csv", "html"])
def test_a_checker_that_fails_on_one_cluster_says_so_there_and_goes_on(
    form: str, harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    class Failing(CheckSession):
        def verdicts(self, cluster, texts):
            if cluster.cluster_id == "ferry":
                raise ModelError("the server is away")
            return [[Verdict(claim=whole_claim(text), label="supported", probability=0.9)] for text in texts]

    monkeypatch.setattr(Rules, "open", lambda _: nullcontext(Failing("rules")))
    Path("t.jsonl").write_text("".join(json.dumps({"cluster_id": c, "text": t}) + "\n" for c, t in BOTH))
    ended = harness("check", "clusters.jsonl", "t.jsonl", *RULES, "--format", form)
    assert ended.code == 3
    assert "the server is away" in ended.out
    assert "Bank closes branches" in ended.out
    assert "error: ferry: rules: the server is away" in ended.err


def test_a_blank_line_parts_one_cluster_from_the_next(harness: Callable[..., Any]):
    ended = harness("check", "clusters.jsonl", "--text", "Ferry strikes pier", "--cluster", "ferry", *RULES)
    Path("texts.jsonl").write_text("".join(json.dumps({"cluster_id": c, "text": t}) + "\n" for c, t in BOTH))
    several = harness("check", "clusters.jsonl", "texts.jsonl", *RULES)
    assert (ended.code, several.code) == (0, 0)
    lines = several.out.splitlines()
    assert lines[lines.index(BOTH[1][1]) - 1] == ""
    assert several.out.startswith(ended.out)
