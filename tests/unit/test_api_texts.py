"""Many texts, clusters by id, and label sheets from Python; that the commands write the same, `tests/cli` holds."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness import api
from harness.checkers.base import CheckSession, whole_claim
from harness.checkers.rules import Rules
from harness.errors import ConfigError, DataError, ModelError, StoreError, UsageError
from harness.records import Verdict

CLUSTERS: list[dict[str, Any]] = [
    {"id": "mill", "articles": ["The old mill at Brant burned down on Friday."]},
    {"id": "lock", "articles": ["Boats wait at Senn lock, which is closed until June."]},
]


class Session(CheckSession):
    """Calls every text supported; cannot judge those on one cluster."""

    def verdicts(self, cluster, texts):
        if cluster.cluster_id == "lock" and "fail" in texts:
            raise ModelError("out of words")
        return [[Verdict(claim=whole_claim(text), label="supported", probability=0.9, reason="")] for text in texts]


@pytest.fixture(autouse=True)
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A workplace, and a checker that needs no parser; how often it was opened."""
    monkeypatch.chdir(tmp_path)
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in CLUSTERS))
    calls: list[str] = []

    @contextmanager
    def open_it(_: Rules) -> Iterator[CheckSession]:
        calls.append("opened")
        yield Session("yes")

    monkeypatch.setattr(Rules, "open", open_it)
    return calls


def asked(found: Any) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.cluster.cluster_id, each.texts) for each in found]


@pytest.mark.parametrize("clusters", ["clusters.jsonl", Path("clusters.jsonl"), CLUSTERS])
def test_texts_are_joined_with_the_clusters_of_a_file_or_a_list(clusters: Any, opened: list[str]):
    texts = [{"cluster_id": "lock", "text": "Lock shut"}, {"cluster": "mill", "headline": "Mill burns"}]
    found = list(api.check_texts(clusters, texts, checker=["rules", {"rules": {"genre": "summary"}}]))
    assert asked(found) == [("lock", ("Lock shut",)), ("mill", ("Mill burns",))] * 2
    assert len(opened) == 2  # once for each checker, however many clusters
    assert [each.verdicts[0][0].claim.text for each in found[:2]] == ["Lock shut", "Mill burns"]


def test_texts_of_a_file_or_a_stream_follow_those_given():
    Path("t.txt").write_text("From file\n")
    found = api.check_texts("clusters.jsonl", ["Given"], file="t.txt", cluster="mill", checker="rules")
    assert asked(found) == [("mill", ("Given", "From file"))]
    stream = io.BytesIO(b'{"text": "A", "cluster_id": "lock"}\n{"text": "B", "cluster_id": "mill"}\n')
    found = api.check_texts("clusters.jsonl", file=stream, cluster="mill", checker="rules")
    assert asked(found) == [("mill", ("B",))]


def test_where_a_checker_fails_the_cluster_says_why_and_the_others_are_judged():
    texts = [{"cluster_id": "lock", "text": "fail"}, {"cluster_id": "mill", "text": "Mill burns"}]
    failed, judged = api.check_texts(CLUSTERS, texts, checker="rules")
    assert (failed.failure, failed.verdicts) == ("out of words", ((),))
    assert (judged.failure, judged.verdicts[0][0].label) == ("", "supported")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, UsageError, "no text to check: give `texts`, or a `file` of them"),
        ({"texts": ["x"]}, UsageError, "clusters has 2 clusters; say which with --cluster: mill, lock"),
        ({"texts": ["x"], "cluster": "mil"}, UsageError, "no cluster 'mil' in clusters; did you mean 'mill'"),
        ({"texts": [{"txt": "x"}]}, DataError, "texts:1: text: has no text; found .*txt"),
        ({"texts": [{"text": "x", "cluster_id": "lok"}]}, DataError, "texts:1: .*no such cluster.*did you mean 'lock'"),
        ({"texts": {"text": "x"}}, UsageError, "texts: found .*accepted: a list of strings, or of rows"),
        ({"texts": ["x"], "cluster": "mill", "checker": "rulez"}, ConfigError, "did you mean 'rules'"),
        ({"texts": ["x"], "cluster": "mill", "checker": []}, UsageError, "checker: found an empty list"),
        ({"texts": ["x"], "clusters": 3}, UsageError, "clusters: found 3; accepted: a path, a data set, or a list"),
        ({"texts": ["x"], "clusters": [CLUSTERS[0]] * 2}, DataError, "two clusters have one id; found 'mill'"),
        ({"file": 3}, UsageError, "file: found 3; accepted: the path of a file of texts, or a stream"),
    ],
)
def test_mistakes_are_raised_before_a_checker_is_opened(
    arguments: dict[str, Any], error: type[Exception], message: str, opened: list[str]
):
    with pytest.raises(error, match=message):
        api.check_texts(**{"clusters": CLUSTERS, "checker": "rules", **arguments})
    assert opened == []


def test_a_cluster_is_found_by_its_id_and_bad_rows_are_told_of():
    with Path("clusters.jsonl").open("a") as file:
        file.write('{"id": "bad"}\n')
    heard: list[str] = []
    assert api.find_cluster("clusters.jsonl", "lock", progress=heard.append).articles[0].text.startswith("Boats")
    assert heard == []  # it was found before the bad row was read
    with pytest.raises(UsageError, match="has 2 clusters; say which"):
        api.find_cluster("clusters.jsonl", progress=heard.append)
    assert [line[:32] for line in heard] == ["left out: clusters.jsonl:3: arti"]
    assert api.find_cluster([CLUSTERS[1]]).cluster_id == "lock"


@pytest.fixture
def run(opened: list[str]) -> api.Run:
    rows = [{"cluster_id": row["id"], "text": f"{row['id']} text"} for row in CLUSTERS]
    Path("mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return api.evaluate(
        {
            "name": "mine",
            "data": {"jsonl": "clusters.jsonl"},
            "models": [{"recorded": "mine.jsonl"}],
            "metrics": ["headline"],
        }
    )


def test_a_sheet_holds_the_texts_of_runs_and_of_checks(run: api.Run, harness: Callable[..., Any]):
    checked = harness("check", "clusters.jsonl", "--cluster", "mill", "--text", "Mill burns", "--format", "json",
                      "--checker", "rules")  # fmt: skip
    Path("checked.json").write_text(checked.out)
    assert api.export_labels([run, "checked.json"], "new/labels.csv") == 3
    written = Path("new/labels.csv").read_bytes()
    assert [line.split(",")[:2] for line in written.decode().splitlines()] == [
        ["cluster", "text"], ["mill", "mill text"], ["lock", "lock text"], ["mill", "Mill burns"]
    ]  # fmt: skip
    assert harness("labels", "export", "mine@latest", "checked.json", "-o", "by-command.csv").code == 0
    assert Path("by-command.csv").read_bytes() == written
    assert api.export_labels("mine", "labels.csv", sample=1, excel=True) == 1
    assert Path("labels.csv").read_bytes().startswith(b"\xef\xbb\xbfcluster")


def test_labels_are_not_written_over_and_a_link_stays_one(run: api.Run):
    Path("real.csv").write_text("cluster,text,claims,verdicts,label\nmill,x,,,1\n")
    Path("labels.csv").symlink_to("real.csv")
    with pytest.raises(UsageError, match=r"labels.csv has 1 labels in it; force=True writes over them"):
        api.export_labels(run, "labels.csv")
    assert "mill,x,,,1" in Path("real.csv").read_text()
    assert api.export_labels(run, "labels.csv", force=True) == 2
    assert Path("labels.csv").is_symlink()
    assert "mill text" in Path("real.csv").read_text()


@pytest.mark.parametrize(
    ("sources", "file", "error", "message"),
    [
        ("mine", "labels.txt", UsageError, "file labels.txt: not the name of a sheet; accepted: a name that ends in"),
        ("mime", "labels.csv", UsageError, "no run 'mime' in results; did you mean 'mine'"),
        ([], "labels.csv", UsageError, "runs: found"),
        ("clusters.jsonl", "labels.csv", DataError, "clusters.jsonl: not JSON"),
        ("mine", "a.csv", StoreError, "a.csv: cannot be written: Is a directory"),
        ("empty.json", "labels.csv", UsageError, "no text to label in empty.json"),
    ],
)
def test_a_sheet_that_cannot_be_made_says_why(
    run: api.Run, sources: Any, file: str, error: type[Exception], message: str
):
    Path("empty.json").write_text("[]")
    Path("a.csv").mkdir()
    with pytest.raises(error, match=message):
        api.export_labels(sources, file)
    assert not Path("labels.csv").exists()


def test_a_file_that_is_no_baseline_is_replaced_only_where_that_is_asked_for(run: api.Run):
    Path("base.json").write_text("<<<<<<< ours\n")
    with pytest.raises(DataError, match=r"base.json: not JSON"):
        api.save_baseline(run, "base.json")
    assert Path("base.json").read_text() == "<<<<<<< ours\n"
    assert api.save_baseline(run, "base.json", overwrite=True) == ["new baseline"]
    assert api.save_baseline(run, "base.json", overwrite=True) == ["recorded: 0 of 2 texts changed"]
