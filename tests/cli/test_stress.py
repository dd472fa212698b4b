"""`harness stress` from outside."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ARTICLE = (
    "A ferry struck the north pier at Hollin on Monday, injuring twelve people. Harbour master Ines Vell said the "
    "captain had ignored two warnings. The pier will stay closed to boats."
)


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parser: object) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [
        {"id": "ferry", "articles": [{"text": ARTICLE}], "references": ["Ferry injures twelve at Hollin pier"]},
        {"id": "untitled", "articles": [{"text": "A bus stopped."}]},
        {"id": "titled", "articles": [{"title": "Bus stops in Hollin", "text": "A bus stopped in Hollin."}]},
    ]
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_rates_counts_and_texts(harness: Callable[..., Any]):
    ended = harness("stress", "--data", "clusters.jsonl", "--format", "json", "--texts", "t.jsonl", "--resamples", 20)
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert (found["clusters"], found["headlines"], found["without_headline"]) == (3, 2, 1)
    texts = [json.loads(line) for line in Path("t.jsonl").read_text().splitlines()]
    assert {row["origin"] for row in texts} == {"reference", "title"}
    for row in found["rates"]:
        if row["edit"] != "unchanged":
            assert row["planted"] == sum(text["edit"] == row["edit"] for text in texts)
            assert row["planted"] + row["not_applicable"] == 2
            assert row["scored"] + row["abstained"] + row["failed"] == row["planted"]
    again = harness("stress", "--data", "clusters.jsonl", "--format", "json", "--resamples", 20)
    assert again.out == ended.out


def test_a_folder_of_raw_articles_and_a_limit(harness: Callable[..., Any]):
    Path("raw").mkdir()
    Path("raw/a.txt").write_text(f"Ferry strikes pier at Hollin\n\n{ARTICLE}\n")
    ended = harness("stress", "--data", "raw", "--out", "s.md", "--resamples", 20)
    assert ended.code == 0, ended.err
    assert "1 true headline of 1 cluster;" in ended.out
    assert "| number |" in Path("s.md").read_text()
    assert max(map(len, ended.out.splitlines()[:22])) <= 80
    ended = harness("stress", "--data", "clusters.jsonl", "--limit", 1, "--format", "json", "--resamples", 20)
    assert json.loads(ended.out)["clusters"] == 1


@pytest.mark.parametrize(
    ("content", "arguments", "wanted"),
    [
        ('{"id": "a", "articles": []}\n', (), "bad.jsonl:1"),
        ('{"id": "a", "articles": [{"text": "A."}]}\n{"id"\n', (), "bad.jsonl:2"),
        ('{"id": "a", "articles": [{"text": "A."}]}\n', (), "reference or a titled article"),
        ('{"id": "a", "articles": [{"text": "A."}]}\n', ("--checker", "ruls"), "did you mean 'rules'?"),
        ('{"id": "a", "articles": [{"text": "A."}]}\n', ("--out", "no/where.md"), "does not exist"),
    ],
)
def test_bad_input_is_exit_2_and_says_where(
    content: str, arguments: tuple[str, ...], wanted: str, harness: Callable[..., Any]
):
    Path("bad.jsonl").write_text(content)
    ended = harness("stress", "--data", "bad.jsonl", *arguments)
    assert ended.code == 2
    assert wanted in ended.err
