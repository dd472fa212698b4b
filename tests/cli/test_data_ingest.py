"""`harness data ingest` from outside: what it writes, says and refuses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from harness.datasets.jsonl import Jsonl
from harness.records import Cluster

BODY = """A ferry with 214 people aboard ran aground in thick fog off Port Lessing on Tuesday.

Nobody was hurt, but divers found a crack of two metres below the water line.

The captain told investigators that the radar had failed a minute before the accident."""


def ingest(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "harness", "data", "ingest", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=60, check=False)


@pytest.fixture
def ferry(tmp_path: Path) -> Path:
    folder = tmp_path / "ferry"
    folder.mkdir()
    (folder / "a.txt").write_text(f"Ferry aground in fog\n\n{BODY}\n\nSource link\x1b[31m\n")
    (folder / "b.txt").write_text(f"{BODY}\n\nShare this article\n")
    (folder / "c.txt").write_text("\n")
    (folder / "notes.md").write_text("x")
    (folder / "references.txt").write_text("Ferry runs aground\n")
    return folder


def test_clusters_are_written_for_the_data_set_jsonl_and_the_account_beside_them(ferry, tmp_path):
    done = ingest("ferry", "--out", "out.jsonl", "--explain", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (cluster,) = Jsonl(path=str(tmp_path / "out.jsonl")).read()
    assert isinstance(cluster, Cluster)
    assert cluster.cluster_id == "ferry"
    assert [article.title for article in cluster.articles] == ["Ferry aground in fog", ""]
    assert [reference.text for reference in cluster.references] == ["Ferry runs aground"]
    account = json.loads((tmp_path / "out.ingest.jsonl").read_text())
    assert account["duplicates"] == [["a", "b"]]
    assert account["empty"] == {"c": "no text in it"}
    raw = (ferry / "a.txt").read_text()
    first = account["articles"][0]
    assert [raw[drop["start"] : drop["end"]] for drop in first["dropped"]] == ["Source link\x1b[31m"]
    assert [raw[each["raw_start"] : each["raw_end"]] for each in first["paragraphs"]] == BODY.split("\n\n")
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    assert "\x1b" not in done.stdout, "control characters would drive the reader's terminal"
    assert "Source link" in done.stdout
    assert "first_line" in done.stdout
    for said in (
        "ignored, not .txt or .html: notes.md",
        "ferry/c.txt: no text in it",
        "articles 2, titles found 1, lines dropped 2",
    ):
        assert said in done.stderr


def test_the_same_folder_gives_the_same_bytes(ferry, tmp_path):
    for out in ("one.jsonl", "two.jsonl"):
        assert ingest("ferry", "--out", out, "--cluster-id", "x", cwd=tmp_path).returncode == 0
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()
    assert (tmp_path / "one.ingest.jsonl").read_bytes() == (tmp_path / "two.ingest.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fery", "--out", "o.jsonl"], "error: fery: no such file or folder; did you mean 'ferry'?"),
        (["ferry", "--out", "none/o.jsonl"], "error: --out none/o.jsonl: cannot be written: No such file or directory"),
        (["ferry", "--out", "ferry"], "error: --out ferry: not a name for the clusters"),
        (["ferry", "--out", "o.jsonl", "--strict"], "error: ferry/c.txt: no text in it"),
        (["ferry", "--out", "o.jsonl", "--cluster-id", " "], "error: --cluster-id: empty"),
    ],
)
def test_what_cannot_be_done_is_one_line_exit_2_and_nothing_written(ferry, tmp_path, arguments, message):
    done = ingest(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("*o.jsonl*"))


def test_web_pages_are_read_and_without_the_extra_a_line_names_it(tmp_path):
    folder = tmp_path / "ferry"
    folder.mkdir()
    paragraphs = "".join(f"<p>{text}</p>" for text in BODY.split("\n\n"))
    page = f"<!DOCTYPE html><html><meta charset=utf-8><title>Ferry aground in fog | Post</title><body>{paragraphs}"
    (folder / "a.html").write_bytes(f"{page}<p>At a café, he said “no” twice.</p></body></html>".encode("cp1252"))
    (folder / "b.txt").write_text(f"{page}</body></html>")
    done = ingest("ferry", "--out", "out.jsonl", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (cluster,) = Jsonl(path=str(tmp_path / "out.jsonl")).read()
    assert [article.title for article in cluster.articles] == ["Ferry aground in fog"] * 2
    assert cluster.articles[0].text.endswith("At a café, he said “no” twice.")
    readers = [each["page_reader"] for each in json.loads((tmp_path / "out.ingest.jsonl").read_text())["articles"]]
    assert len(set(readers)) == 1
    own = readers[0].startswith("own")
    assert ("2 web pages are read by our own cutting" in done.stderr) == own
    hidden = [
        sys.executable,
        "-c",
        "import sys; sys.modules['trafilatura'] = None; from harness.__main__ import main; main()",
    ]
    command = [*hidden, "data", "ingest", "ferry", "--out", "own.jsonl"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "note: 2 web pages are read by our own cutting; the extra `html` finds articles better: " in done.stderr
    assert "headline-harness[html]" in done.stderr
