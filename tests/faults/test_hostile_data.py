"""No data, predictions or labels, however hostile, get more than a message or a bad row that is counted."""

import gzip
import io
import json
import os
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.datasets.folder import Folder
from harness.errors import DataError
from harness.records import RowProblem
from tests.faults.hostile import CLUSTER, CONFIG, PREDICTED, refused, run_folder

pytestmark = pytest.mark.usefixtures("good_files")


def zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a", "b")
    return packed.getvalue()


KINDS: dict[str, bytes] = {
    "a zip archive": zipped(),
    "a gzip file": gzip.compress(b"{}"),
    "a PNG image": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "a PDF file": b"%PDF-1.7\n",
    "UTF-16": json.dumps(CLUSTER).encode("utf-16"),
    "UTF-16 ": json.dumps(CLUSTER).encode("utf-16-le"),
    "UTF-16  ": json.dumps(CLUSTER).encode("utf-16-be"),
    "NUL bytes": b"\x7fELF\2\1\1\0\0",
    "the file is empty": b"",
    "no rows": b"\n\n",
}


@pytest.mark.parametrize("what", KINDS)
@pytest.mark.parametrize("use", ["data", "predictions", "labels"])
def test_what_is_no_json_lines_is_named(what: str, use: str, harness: Callable[..., Any]):
    file = {"data": "clusters.jsonl", "predictions": "predictions.jsonl", "labels": "labels.jsonl"}[use]
    Path(file).write_bytes(KINDS[what])
    Path("x.yaml").write_text(PREDICTED if use == "predictions" else CONFIG)
    if use == "labels":
        ended = harness("metaeval", "--data", file, "--checker", "rules")
    else:
        ended = harness("eval", "--config", "x.yaml")
    refused(ended, file, what.strip())
    assert not Path("results").exists()


def row(**changes: object) -> bytes:
    return json.dumps({**CLUSTER, "id": "c2", **changes}).encode()


ROWS: dict[str, bytes] = {
    "NaN": b'{"id": "c2", "articles": [{"text": "x"}], "n": NaN}',
    "Infinity": b'{"id": "c2", "articles": [{"text": "x"}], "n": -Infinity}',
    "1e400": b'{"id": "c2", "articles": [{"text": "x"}], "n": 1e400}',
    "digits": b'{"id": ' + b"9" * 5000 + b"}",
    "deep list": b'{"id": ' + b"[" * 100_000 + b"}",
    "deep object": b'{"id": ' + b'{"a":' * 100_000 + b"}",
    "a key twice": b'{"id": "c2", "id": "c3", "articles": [{"text": "x"}]}',
    "lone surrogate": b'{"id": "c2", "articles": [{"text": "\\ud800"}]}',
    "lone surrogate in an id": b'{"id": "\\udfff", "articles": [{"text": "x"}]}',
    "lone surrogate in a key": b'{"id": "c2", "\\ud800": "x", "articles": [{"text": "x"}]}',
    "NUL": b'{"id": "c2", "articles": [{"text": "a\\u0000b"}]}',
    "raw NUL": b'{"id": "c2", "articles": [{"text": "a\0b"}]}',
    "Latin-1": '{"id": "c2", "articles": [{"text": "café"}]}'.encode("latin-1"),
    "an id twice": row(id="c1"),
    "a long id": row(id="x" * 1000),
    "many values": b'{"id": "c2", "articles": [' + b"[]," * 2_000_001 + b"[]]}",
    "deep text that is none": b"[" * 10_000,
}


@pytest.mark.parametrize("case", ROWS, ids=lambda case: case.replace(" ", "-"))
def test_a_hostile_row_is_counted_and_nothing_else_is_lost(case: str, harness: Callable[..., Any]):
    Path("clusters.jsonl").write_bytes(
        b"\xef\xbb\xbf" + json.dumps(CLUSTER).encode() + b"\r\n" + ROWS[case] + b"\r\n" + row(id="c3") + b"\r\n"
    )
    ended = harness("eval", "--config", "x.yaml", "--format", "json")
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert (found["clusters"], found["bad_rows"]) == (2, 1)
    assert "clusters.jsonl:2" in ended.err
    refused(harness("eval", "--config", "x.yaml", "--strict"), "clusters.jsonl:2")


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (b'{"cluster_id": "c1", "text": "a", "text": "b"}', "line 1: text: stands twice"),
        (b'{"cluster_id": "c1", "text": NaN}', "found NaN"),
        (b'{"cluster_id": "c1", "text": "\\ud800"}', "half a surrogate pair"),
        (b'{"cluster_id": "c1", "text": "\\u0000"}', "NUL"),
        (b'{"cluster_id": "c1", "text": "a"}\n{"cluster_id": "c1", "text": "b"}', "already has a prediction on line 1"),
        (b'{"cluster_id": ' + b"[" * 100_000, "nested too deeply"),
        (b'{"\x1b[31m": 1}', "Invalid control character"),
        (b'{"\\u001b[31m": 1}', "is missing"),
        (b'{"cluster_id": ["c1"], "text": "a"}', "not an id"),
        (b'{"cluster_id": "c1", "text": {"a": 1}}', "is not text"),
        (b"null", "not a JSON object"),
    ],
)  # fmt: skip
def test_hostile_predictions_are_refused_with_their_line(line: bytes, wanted: str, harness: Callable[..., Any]):
    Path("predictions.jsonl").write_bytes(line + b"\n")
    Path("x.yaml").write_text(PREDICTED)
    refused(harness("eval", "--config", "x.yaml"), "predictions.jsonl", wanted)


def test_a_line_of_a_gigabyte_is_never_held(harness: Callable[..., Any]):
    """Sparse, so that it takes no room on the disk. At most 64 MB of it are held; measured 165 MB for the command."""
    good = json.dumps(CLUSTER).encode()
    with Path("clusters.jsonl").open("wb") as stream:
        stream.write(good + b'\n{"id": "')
        stream.seek(1 << 30, os.SEEK_CUR)
        stream.write(b"\n" + row(id="c3") + b"\n")
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    done = subprocess.run(
        [sys.executable, "-m", "harness", "validate", "--config", "x.yaml"], capture_output=True, text=True
    )
    held = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert done.returncode == 0, done.stderr
    assert "2 clusters" in done.stdout
    assert "clusters.jsonl:2: a line longer than 67,108,864 bytes" in done.stderr
    assert held == before or held < 400_000, f"{held} kB"


@pytest.mark.parametrize("kind", ["fifo", "device", "loop", "folder", "socket"])
@pytest.mark.parametrize("use", ["data", "predictions", "labels", "baseline"])
def test_what_is_no_file_is_refused_and_never_waited_for(kind: str, use: str, harness: Callable[..., Any]):
    file = Path({"data": "clusters", "predictions": "predictions", "labels": "labels", "baseline": "b"}[use] + ".jsonl")
    file.unlink(missing_ok=True)
    if kind == "fifo":
        os.mkfifo(file)
    elif kind == "device":
        file.symlink_to("/dev/zero")
    elif kind == "loop":
        file.symlink_to(file.name)
    elif kind == "folder":
        file.mkdir()
    else:
        import socket

        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(file))
    Path("x.yaml").write_text(PREDICTED if use == "predictions" else CONFIG)
    if use == "labels":
        ended = harness("metaeval", "--data", file, "--checker", "rules")
    elif use == "baseline":
        assert harness("eval", "--config", "x.yaml").code == 0
        ended = harness("gate", "trial", "--baseline", file)
    else:
        ended = harness("validate", "--config", "x.yaml")
    refused(ended, file.name)


IDS = [
    "../../x", "/etc/passwd", "..", ".", "con", "NUL", "a" * 512, "ⅽ1", "с1", "c1\n::error::x", "c1\u202e", " c1 ",
    "\x1b[31m", "C:\\x", "a/b", "%2e%2e", "-rf", "$(touch owned)", "`touch owned`", "'; --", "🙂", "\u200b", "c1\u0301",
]  # fmt: skip


def test_an_id_is_a_name_and_never_a_path(tmp_path: Path, harness: Callable[..., Any]):
    rows = [{**CLUSTER, "id": name, "articles": [{"id": name, "text": "The dam held."}]} for name in IDS]
    Path("clusters.jsonl").write_text("".join(json.dumps(each) + "\n" for each in rows))
    Path("predictions.jsonl").write_text(
        "".join(json.dumps({"cluster_id": name, "text": f"Dam {at}"}) + "\n" for at, name in enumerate(IDS))
    )
    Path("x.yaml").write_text(PREDICTED)
    before = set(tmp_path.rglob("*"))
    ended = harness("eval", "--config", "x.yaml", "--format", "json")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["clusters"] == len(IDS), "look-alikes are different ids"
    written = set(tmp_path.rglob("*")) - before
    folder = run_folder()
    assert all(path == Path.cwd() / "results" or path.is_relative_to(Path.cwd() / "results") for path in written)
    assert {path.name for path in folder.iterdir()} == {
        path.name for path in written if path.parent == folder.resolve()
    }
    for at, name in enumerate(IDS):
        shown = json.loads(harness("show", "trial", f"--cluster={name}", "--format", "json").out)
        (configuration,) = shown["configurations"]
        assert (shown["cluster_id"], configuration["text"]) == (name, f"Dam {at}")


def test_a_folder_of_texts_gives_nothing_from_elsewhere(tmp_path: Path):
    secret = tmp_path / "secret.txt"
    secret.write_text("The secret of the house. Nobody may read it.\n")
    private = tmp_path / "private"
    private.mkdir()
    (private / "diary.txt").write_text("The diary of the house. Nobody may read it.\n")
    data = Path("data")
    (data / "one").mkdir(parents=True)
    body = "The dam at Hollin held on Monday, the mayor said.\n\nNobody was hurt, and the water fell.\n"
    (data / "one" / "a.txt").write_text(body)
    (data / "one" / "b.txt").symlink_to(secret)
    (data / "one" / "references.txt").symlink_to(secret)
    (data / "one" / "c.txt").symlink_to("a.txt")
    (data / "one" / "loop.txt").symlink_to("loop.txt")
    os.mkfifo(data / "one" / "pipe.txt")
    (data / "one" / "zero.txt").symlink_to("/dev/zero")
    (data / "one" / "folder.txt").mkdir()
    (data / "loop").symlink_to("../data")
    (data / "two").symlink_to(private)
    (data / os.fsdecode(b"\xff\xfe")).mkdir()
    (data / os.fsdecode(b"\xff\xfe") / os.fsdecode(b"\xff.txt")).write_text(body)
    found = list(Folder(path="data", clean=False).read())
    clusters = [each for each in found if not isinstance(each, RowProblem)]
    problems = "\n".join(str(each) for each in found if isinstance(each, RowProblem))
    assert [[article.article_id for article in cluster.articles] for cluster in clusters] == [["a", "c"]]
    assert not clusters[0].references
    assert "secret of the house" not in str(found)
    assert "diary" not in str(found)
    assert problems.count("a link that leads out of its folder") == 3
    assert "a name that is not UTF-8" in problems
    with pytest.raises(DataError, match=r"loop\.txt: a link to 'loop\.txt', which leads to no file"):
        list(Folder(path="data/one/loop.txt").read())


@pytest.mark.parametrize(
    "options",
    [
        "{path: '../../../etc/passwd'}", "{path: 'a//b'}", "{path: 'a.csv', split: '../x'}", "{path: '/dev/zero'}",
        "{path: x.parquet}", "{path: x.csv}", "{path: x.json}", "{path: ., split: x}", "{path: ., config: '../x'}",
        "{path: x.csv, fields: {id: ''}}", "{path: x.csv, revision: main}", "{path: \"a\\nb/c\"}", "{path: '~~/x.csv'}",
    ],
)  # fmt: skip
def test_hub_options_that_lead_nowhere_are_a_message(options: str, harness: Callable[..., Any], monkeypatch: Any):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    Path("x.parquet").write_bytes(b"PAR1garbage")
    Path("x.csv").write_bytes(b'id,text\n1,"' + b"x" * 100)
    Path("x.json").write_bytes(b'[{"id": 1},')
    Path("x.yaml").write_text(CONFIG.replace("{jsonl: clusters.jsonl}", f"{{hub: {options}}}"))
    ended = harness("eval", "--config", "x.yaml")
    refused(ended)
