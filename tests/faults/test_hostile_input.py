"""No file, however hostile, gets more than a message: exit code 2, no traceback, no hang, nothing written elsewhere."""

import gzip
import io
import json
import os
import re
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.datasets.folder import Folder
from harness.errors import DataError
from harness.records import RowProblem

CLUSTER = {"id": "c1", "articles": [{"id": "a", "text": "The dam held on Monday."}], "references": ["Dam holds"]}
CONFIG = """\
name: trial
data: {jsonl: clusters.jsonl}
models: [lead]
metrics: [headline]
"""
PREDICTED = CONFIG.replace("[lead]", "[recorded: predictions.jsonl]")


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "inner"
    place.mkdir()
    monkeypatch.chdir(place)
    Path("clusters.jsonl").write_text(json.dumps(CLUSTER) + "\n")
    Path("x.yaml").write_text(CONFIG)
    return place


def refused(ended: Any, *wanted: str, code: int = 2) -> None:
    """A message, all of which is short, and no traceback."""
    assert ended.code == code, ended.err
    assert "Traceback" not in ended.err
    assert ended.err.startswith("error: ")
    assert len(ended.err) < 5000
    for part in wanted:
        assert part in ended.err, ended.err


def run_folder() -> Path:
    """The one run; beside it there may be the cache."""
    (manifest,) = Path("results").glob("*/manifest.json")
    return manifest.parent


def alias_bomb() -> str:
    text = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        text += f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    return text


YAML: dict[str, tuple[str | bytes, str]] = {
    "aliases that unfold without end": (alias_bomb(), "too many values"),
    "an alias of itself": ("name: &a [*a]\n", "nested too deeply"),
    "a quarter of a million values": (f"name: [{'x,' * 124_000}]\n", "too many values"),
    "a list in a list in a list, in flow": ("name: " + "[" * 200_000, "nested too deeply"),
    "a list in a list in a list, in blocks": ("- " * 100_000, "nested too deeply"),
    "mappings in mappings": ("".join(f"{' ' * depth}a:\n" for depth in range(600)), "nested too deeply"),
    "mappings as keys": ("? " * 100_000, "nested too deeply"),
    "a merge key": (CONFIG + "gate: {<<: {alpha: 0.1}}\n", "a key that is not a plain word"),
    "a key given twice": (CONFIG + "seed: 1\nseed: 2\n", "x.yaml:6: seed: key given twice, first on line 5"),
    "a tag that calls": (CONFIG + "seed: !!python/object/apply:os.system ['touch owned']\n", "a YAML tag"),
    "a tag in a name": (CONFIG.replace("trial", "!!python/name:os.system"), "a YAML tag"),
    "a whole number of five thousand digits": (CONFIG + f"seed: {'9' * 5000}\n", "x.yaml:5: seed: not a finite number"),
    "a whole number of fifty digits": (CONFIG + f"seed: {'9' * 50}\n", "x.yaml:5: seed: not a seed"),
    "1e400": (CONFIG + "seed: 1e400\n", "not a finite number"),
    "half a surrogate pair": (CONFIG.replace("[lead]", r'[{lead: {}, as: "\ud800"}]'), "half a surrogate pair"),
    "a NUL in a path": (CONFIG.replace("clusters.jsonl", r'"a\0b"'), "a NUL character"),
    "an escape beyond Unicode": (CONFIG + r'seed: "\U7fffffff"', "no character"),
    "a control character": (b"name: a\x07\n", "not valid YAML"),
    "UTF-16": (CONFIG.encode("utf-16"), "not UTF-8"),
    "a zip": (b"PK\x03\x04\xff\xfe\0\0", "not UTF-8"),
    "two documents": ("name: a\n---\nname: b\n", "another document"),
    "a million bytes": ("#" * 1_000_000, "too large"),
    "a path of a thousand parts": (CONFIG + f"matrix:\n  ? models.lead.{'a.' * 1000}b\n  : [1]\n", "at most 40 parts"),
    "an index that is no number": (CONFIG + "matrix: {models.².article: [first]}\n", "no '²' here"),
    "a sweep too large": (
        CONFIG + f"matrix: {{models.lead.article: {list(range(1001))}}}\n",
        "too many configurations",
    ),
    "a name of a home that is none": (
        CONFIG.replace("clusters.jsonl", "~nobody-of-that-name/x"),
        "no such home folder",
    ),
    "a name longer than a file may have": (CONFIG.replace("clusters.jsonl", "x" * 5000), "not the name of a file"),
}


@pytest.mark.parametrize("case", YAML, ids=lambda case: case.replace(" ", "-"))
def test_a_hostile_configuration_is_refused_at_once(case: str, harness: Callable[..., Any]):
    content, wanted = YAML[case]
    Path("x.yaml").write_bytes(content.encode() if isinstance(content, str) else content)
    started = time.process_time()
    ended = harness("validate", "--config", "x.yaml")
    assert time.process_time() - started < 2, "a second of this process, and one to spare"
    refused(ended, wanted)
    assert not Path("owned").exists()


def test_a_configuration_that_never_ends_is_read_no_further_than_its_limit(harness: Callable[..., Any]):
    refused(harness("validate", "--config", "/dev/zero"), "too large")


@pytest.mark.parametrize(
    "override",
    ["", "=", "a", "=1", ".=1", "a..b=1", "models.².x=1", "models.99999999999999999999.x=1", f"{'a.' * 5000}b=1",
     "name=[", "name={{{", "name=&a [*a]", "name=!!python/name:os.system", "seed=\udcff", "\udcff=1", "models=1",
     "models.lead=1", "data.jsonl.path.x=1", "matrix.seed=1", "name=\x1b[31m", "gate=1", "gate.alpha=nan", "data="],
    ids=repr,
)  # fmt: skip
def test_a_nonsensical_override_is_one_message(override: str, harness: Callable[..., Any]):
    refused(harness("validate", "--config", "x.yaml", "--set", override))


def test_a_long_override_of_a_thousand_mistakes_is_told_at_once(harness: Callable[..., Any]):
    started = time.process_time()
    ended = harness("validate", "--config", "x.yaml", "--set", "gate=" + "Here is a headline:\n" * 1000)
    assert ended.code == 2
    assert time.process_time() - started < 2
    assert len(ended.err.splitlines()) < 1100


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
        assert (shown["cluster_id"], shown["text"]) == (name, f"Dam {at}")


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "/x",
        "..",
        ".x",
        "a/b",
        "a\nb",
        "a b",
        "",
        "x" * 65,
        "ｔrial",
        "tr\u0456al",
        "a\u202eb",
        "-x",
        "a\\b",
        "~",
    ],
    ids=repr,
)
def test_a_run_name_that_could_lead_elsewhere_is_refused(name: str, tmp_path: Path, harness: Callable[..., Any]):
    Path("x.yaml").write_text(CONFIG.replace("trial", json.dumps(name)), encoding="utf-8")
    refused(harness("eval", "--config", "x.yaml"), "not a name for a folder")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["inner"]


def test_a_run_may_be_called_as_devices_are_elsewhere(harness: Callable[..., Any]):
    """The folder's name has the digest behind it, so `con` is never a whole name."""
    Path("x.yaml").write_text(CONFIG.replace("trial", "con"))
    assert harness("eval", "--config", "x.yaml").code == 0
    assert re.fullmatch(r"con-[0-9a-f]{10}", run_folder().name)


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
    with pytest.raises(DataError, match=r"loop\.txt: no such file"):
        list(Folder(path="data/one/loop.txt").read())


def manifest_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "manifest.json").read_text())


MANIFESTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "nothing": lambda _: "",
    "a list": lambda _: [],
    "no keys": lambda _: {},
    "deep": lambda _: "[" * 100_000,
    "binary": lambda _: "\0\0",
    "a zip": lambda _: "PK\x03\x04",
    "a key twice": lambda made: json.dumps(made)[:-1] + ', "name": "x"}',
    "not a number": lambda made: json.dumps({**made, "config": {"x": float("nan")}}),
    "later": lambda made: {**made, "schema_version": 99},
    "later, and else": lambda _: {"schema_version": 99, "new": 1},
    "wrong types": lambda made: {**made, "configurations": "all"},
    "seed below zero": lambda made: {**made, "seed": -1},
    "seed without end": lambda made: {**made, "seed": 10**400},
    "counts without end": lambda made: {**made, "counts": {"lead": {"predicted": 1, "tokens_in": 10**400}}},
    "a name twice": lambda made: {**made, "configurations": made["configurations"] * 2},
    "a measure twice": lambda made: {**made, "measures": made["measures"] * 2},
    "half a pair": lambda made: json.dumps({**made, "name": "\ud800"}),
}


@pytest.mark.parametrize("case", MANIFESTS, ids=lambda case: case.replace(" ", "-"))
def test_a_hostile_manifest_is_a_message(case: str, harness: Callable[..., Any]):
    assert harness("eval", "--config", "x.yaml").code == 0
    folder = run_folder()
    content = MANIFESTS[case](manifest_of(folder))
    (folder / "manifest.json").write_text(content if isinstance(content, str) else json.dumps(content))
    for command in (("show", "trial"), ("compare", "trial"), ("baseline", "save", "trial", "-o", "b.json")):
        refused(harness(*command), "manifest.json", code=3)
    listed = harness("list")
    assert listed.code == 0
    assert "left out" in listed.err


STRANGE: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "prices of another kind": lambda made: {**made, "configurations": [
        {**each, "parameters": {"prices": {"input": "much"}}} for each in made["configurations"]]},
    "nothing measured": lambda made: {**made, "measures": []},
    "no configuration": lambda made: {**made, "configurations": []},
    "no counts": lambda made: {**made, "counts": {}},
    "counts of another": lambda made: {**made, "counts": {"x": {"predicted": 3}}},
    "names that are markup": lambda made: {**made, "name": "[bold]x[/red]", "data_digest": "[/]", "measures": [
        {**each, "metric": "[/b]", "name": f"[link=x]{each['name']}"} for each in made["measures"]]},
    "a measure that nobody scored": lambda made: {**made, "measures": [
        {**made["measures"][0], "name": "other"}, *made["measures"]]},
    "one cluster more": lambda made: {**made, "clusters": 2},
    "clusters without end": lambda made: {**made, "clusters": 2**53},
    "not finished": lambda made: {**made, "status": "running"},
}  # fmt: skip


@pytest.mark.parametrize("case", STRANGE, ids=lambda case: case.replace(" ", "-"))
def test_a_manifest_that_we_did_not_write_breaks_nothing(case: str, harness: Callable[..., Any]):
    assert harness("eval", "--config", "x.yaml").code == 0
    folder = run_folder()
    (folder / "manifest.json").write_text(json.dumps(STRANGE[case](manifest_of(folder))))
    for command in (
        ("list",), ("show", "trial"), ("show", "trial", "--format", "json"), ("show", "trial", "--format", "md"),
        ("compare", "trial"), ("compare", "trial", "--format", "html"), ("compare", "trial", "--by", "x"),
        ("baseline", "save", "trial", "-o", "b.json"), ("eval", "--config", "x.yaml"),
    ):  # fmt: skip
        ended = harness(*command)
        assert ended.code in (0, 2, 3), (command, ended.err)
        assert "Traceback" not in ended.err, (command, ended.err)


BASELINES: dict[str, Callable[[dict[str, Any]], object]] = {
    "nothing": lambda _: "",
    "deep": lambda _: "[" * 100_000,
    "later": lambda made: {**made, "format": 2},
    "merged badly": lambda made: "<<<<<<< ours\n" + json.dumps(made),
    "an infinite number": lambda made: json.dumps(made).replace("1.0", "1e400"),
    "a number too large to sum": lambda made: json.dumps(made).replace("1.0", "1e300"),
    "a key twice": lambda made: json.dumps(made)[:-1] + ', "run": "x"}',
    "a configuration twice": lambda made: {**made, "configurations": made["configurations"] * 2},
    "configurations of another kind": lambda made: {**made, "configurations": [1]},
    "half a pair": lambda made: json.dumps({**made, "run": "\ud800"}),
    "not UTF-8": lambda _: "{\udcff}",
}


@pytest.mark.parametrize("case", BASELINES, ids=lambda case: case.replace(" ", "-"))
def test_a_hostile_baseline_is_a_message(case: str, harness: Callable[..., Any]):
    assert harness("eval", "--config", "x.yaml").code == 0
    assert harness("baseline", "save", "trial", "-o", "b.json").code == 0
    content = BASELINES[case](json.loads(Path("b.json").read_text()))
    text = content if isinstance(content, str) else json.dumps(content)
    Path("b.json").write_text(text, encoding="utf-8", errors="surrogateescape")
    refused(harness("gate", "trial", "--baseline", "b.json"), "b.json")


@pytest.mark.parametrize(
    "change",
    [
        {"measures": []},
        {"configurations": []},
        {"data_digest": "x"},
        {"configurations": [{"name": "lead", "signature": "x", "clusters": {}}]},
        {"configurations": [{"name": "lead", "signature": "x", "clusters": {"z": {"text": None, "statistics": {}}}}]},
    ],
    ids=repr,
)
def test_a_baseline_that_we_did_not_write_breaks_nothing(change: dict[str, Any], harness: Callable[..., Any]):
    assert harness("eval", "--config", "x.yaml").code == 0
    assert harness("baseline", "save", "trial", "-o", "b.json").code == 0
    Path("b.json").write_text(json.dumps({**json.loads(Path("b.json").read_text()), **change}))
    for arguments in ((), ("--format", "json"), ("--github", "--junit", "j.xml"), ("--update",)):
        ended = harness("gate", "trial", "--baseline", "b.json", *arguments)
        assert ended.code in (0, 1, 2, 3), ended.err
        assert "Traceback" not in ended.err, ended.err


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


@pytest.mark.parametrize("name", ["", ".lock", "predictions.jsonl", "manifest.json", ".manifest.json.partial", "new"])
def test_nothing_is_written_through_a_link_in_a_results_folder(name: str, tmp_path: Path, harness: Callable[..., Any]):
    """The folder's name can be worked out by others: on a shared machine they could put a link there first."""
    assert harness("eval", "--config", "x.yaml").code == 0
    folder = run_folder()
    precious = tmp_path / "precious"
    if name:
        precious.write_text("precious\n")
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(precious)
    else:
        precious.mkdir()
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
        folder.symlink_to(precious)
    ended = harness("eval", "--config", "x.yaml", "--retry-errors")
    refused(ended, "a link, through which nothing is written", code=3)
    assert list(precious.iterdir()) == [] if precious.is_dir() else precious.read_text() == "precious\n"


def test_the_results_folder_itself_may_be_a_link(tmp_path: Path, harness: Callable[..., Any]):
    (tmp_path / "big-disk").mkdir()
    Path("results").symlink_to(tmp_path / "big-disk")
    assert harness("eval", "--config", "x.yaml").code == 0
    assert list((tmp_path / "big-disk").iterdir())
