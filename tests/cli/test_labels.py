"""Labels by hand: a sheet written from runs and checks, filled in, and measured against."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

LINES = "Pier shut\n- twelve hurt\n- captain warned"
"""A summary of several lines, some of which a spreadsheet would take for formulas."""
CLUSTERS = [
    {
        "id": "ferry",
        "articles": [
            {"id": "f1", "text": "A ferry struck the north pier at Hollin on Monday. Twelve people were hurt."},
            {"id": "f2", "text": "The captain had been warned. The pier is shut."},
        ],
    },
    {"id": "bank", "articles": [{"id": "b1", "text": "The bank of Orrin closed three branches in May."}]},
]
FIRST = {"ferry": "Ferry strikes north pier", "bank": "=Bank closes three branches"}
SECOND = {"ferry": LINES, "bank": "=Bank closes three branches"}
RULES = ("--checker", "rules")
SHEET = ["cluster", "text", "claims", "verdicts", "label"]


def rows(path: str) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fill(path: str, labels: dict[str, str], *, delimiter: str = ",") -> None:
    """Fill in the column `label` by cluster, as a spreadsheet would write the file again."""
    found = rows(path)
    with Path(path).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, SHEET, delimiter=delimiter)
        writer.writeheader()
        writer.writerows({**row, "label": labels[row["cluster"]]} for row in reversed(found))


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harness: Callable[..., Any]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in CLUSTERS))
    for name, texts in (("one", FIRST), ("two", SECOND)):
        lines = (json.dumps({"cluster_id": cluster, "text": text}) + "\n" for cluster, text in texts.items())
        Path(f"{name}.jsonl").write_text("".join(lines))
    Path("c.yaml").write_text(
        "name: mine\ndata: {jsonl: clusters.jsonl}\nmetrics: [factual: {checker: rules}]\n"
        "models: [recorded: one.jsonl, {recorded: two.jsonl, as: second}]\n"
    )
    assert harness("eval", "--config", "c.yaml").code == 0


def test_a_run_gives_a_row_for_each_text_and_metaeval_reads_the_sheet_back(harness: Callable[..., Any]):
    assert harness("labels", "export", "mine", "-o", "labels.csv").code == 0
    found = rows("labels.csv")
    assert list(found[0]) == SHEET
    # A text that two configurations wrote is one row; formulas are kept from spreadsheets by an apostrophe.
    assert [(row["cluster"], row["text"]) for row in found] == [
        ("ferry", "Ferry strikes north pier"),
        ("ferry", LINES),
        ("bank", "'=Bank closes three branches"),
    ]
    assert found[0]["claims"] == "Ferry strikes north pier"
    assert all(row["verdicts"].split()[0] in ("supported", "not", "contradicted", "contested") for row in found)
    assert {row["label"] for row in found} == {""}

    fill("labels.csv", {"ferry": "1", "bank": "0"}, delimiter=";")
    given = ("metaeval", "--data", "labels.csv", "--clusters", "clusters.jsonl", *RULES, "--resamples", "20")
    ended = harness(*given, "--format", "json")
    assert ended.code == 0, ended.err
    agreement = json.loads(ended.out)["agreements"][0]
    assert (agreement["dataset"], agreement["faithful"], agreement["unfaithful"]) == ("labels", 2, 1)


def test_texts_come_back_as_they_were(harness: Callable[..., Any]):
    from harness.metaeval.labelled import read
    from harness.records import Cluster

    harness("labels", "export", "mine", "-o", "labels.csv")
    fill("labels.csv", {"ferry": "yes", "bank": "Not found"})
    known = {
        row["id"]: Cluster.model_validate(
            {"cluster_id": row["id"], "articles": [{"article_id": a["id"], "text": a["text"]} for a in row["articles"]]}
        )
        for row in CLUSTERS
    }
    ((_, found),) = read([Path("labels.csv")], clusters=known).items()
    assert {(row.cluster.cluster_id, row.text): row.label for row in found} == {
        ("ferry", "Ferry strikes north pier"): True,
        ("ferry", LINES): True,
        ("bank", "=Bank closes three branches"): False,
    }


def test_a_check_gives_a_sheet_too_and_two_sources_are_one(harness: Callable[..., Any]):
    ended = harness("check", "clusters.jsonl", "one.jsonl", *RULES, "--checker", "ensemble", "--format", "json")
    Path("check.json").write_text(ended.out)
    assert harness("labels", "export", "check.json", "-o", "a.csv").code == 0
    assert [row["text"] for row in rows("a.csv")] == ["Ferry strikes north pier", "'=Bank closes three branches"]
    assert all(len(row["verdicts"].splitlines()) == 2 for row in rows("a.csv"))
    assert harness("labels", "export", "check.json", "mine", "-o", "b.csv").code == 0
    # The run's verdicts by `rules` are those that stand there already.
    assert [len(row["verdicts"].splitlines()) for row in rows("b.csv") if row["text"] != LINES] == [2, 2]
    assert len(rows("b.csv")) == 3


def test_a_sheet_with_labels_is_not_written_over(harness: Callable[..., Any]):
    given = ("labels", "export", "mine", "-o", "labels.csv")
    assert harness(*given).code == harness(*given).code == 0
    fill("labels.csv", {"ferry": "1", "bank": ""})
    ended = harness(*given)
    assert (ended.code, "labels.csv has 2 labels in it; --force" in ended.err) == (2, True)
    assert harness(*given, "--force").code == 0
    Path("notes.csv").write_text("not a sheet\n")
    assert harness("labels", "export", "mine", "-o", "notes.csv").code == 2


def test_a_sample_is_drawn_by_seed(harness: Callable[..., Any]):
    drawn = []
    for name, seed in (("a", 1), ("b", 1), ("c", 0)):  # of three rows seed 0 draws the second, 1 the first
        given = ("labels", "export", "mine", "-o", f"{name}.csv", "--sample", "1", "--seed", seed, "--excel")
        assert harness(*given).code == 0
        drawn.append(Path(f"{name}.csv").read_bytes())
    assert drawn[0].startswith(b"\xef\xbb\xbfcluster,text")
    assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ("cluster,text,label\nferry,x,perhaps\n", "s.csv:2: label: not a label; found the string 'perhaps'"),
        ("cluster,text,label\nferry,x,1\nferry,x,0\n", "s.csv:3: text: cluster 'ferry' has this text on line 2 too"),
        ("cluster,text,label\nfery,x,1\n", "s.csv:2: cluster_id: no such cluster"),
        ("cluster,text\nferry,x\n", "s.csv:1: no column label"),
        ("cluster,text,label\nferry,x,\n", "s.csv: label: no row has a label"),
    ],
)
def test_a_bad_sheet_is_located(content: str, wanted: str, harness: Callable[..., Any]):
    Path("s.csv").write_text(content)
    ended = harness("metaeval", "--data", "s.csv", "--clusters", "clusters.jsonl", *RULES)
    assert ended.code == 2
    assert wanted in ended.err


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ("[]", "no text to label"),
        ('{"a": 1}', "check.json: no texts that were checked"),
        ('{"cluster_id": "c", "texts": [{"text": "x", "verdicts": [{}]}]}', "json: texts.0.verdicts: not a verdict"),
        ('[{"cluster_id": "c", "texts": [7]}]', "check.json: 0.texts.0: not a text that was checked"),
        ("{", "check.json"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_check_is_exit_2(content: str, wanted: str, harness: Callable[..., Any]):
    Path("check.json").write_text(content)
    ended = harness("labels", "export", "check.json", "-o", "x.csv")
    assert ended.code == 2
    assert wanted in ended.err


def test_claims_begin_with_what_is_contested(harness: Callable[..., Any]):
    articles = [
        {"id": "a", "text": "A ferry struck the pier at Hollin, injuring twelve people."},
        {"id": "b", "text": "Nineteen people were injured when a ferry hit the pier at Hollin."},
    ]
    Path("two.jsonl").write_text(json.dumps({"id": "x", "articles": articles}) + "\n")
    shown = harness("claims", "two.jsonl").out
    assert shown.startswith("contested in x: 1 fact")
    assert shown.index("contested") < shown.index("claims of x")
    assert harness("claims", "clusters.jsonl", "--cluster", "bank").out.startswith("contested in bank: nothing")
