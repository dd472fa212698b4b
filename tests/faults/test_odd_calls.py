"""The command called as nobody planned it: strange data, strange streams, strange surroundings; never a traceback."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ARTICLE = {"id": "a", "title": "Dam holds", "text": "The dam at Hollin held on Monday, the mayor said."}
CONFIG = """\
name: trial
data: {jsonl: clusters.jsonl}
models: [lead, lexrank, central]
metrics: [rouge, headline, surface]
"""


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    Path("x.yaml").write_text(CONFIG)
    write({"id": "c1", "articles": [ARTICLE], "references": ["Dam holds"]})


def write(*rows: dict[str, Any]) -> None:
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def calm(ended: Any, code: int) -> None:
    assert ended.code == code, (ended.code, ended.err)
    assert "Traceback" not in ended.err, ended.err


CLUSTERS: dict[str, tuple[dict[str, Any], ...]] = {
    "no reference at all": ({"id": "c1", "articles": [ARTICLE]}, {"id": "c2", "articles": [ARTICLE]}),
    "one word": ({"id": "c1", "articles": ["Dam"], "references": ["Dam"]},),
    "no letter": ({"id": "c1", "articles": ["… — !"], "references": ["?"]},),
    "another script": ({"id": "c1", "articles": ["大坝在暴雨后仍然坚固。市长说。"], "references": ["大坝"]},),
    "a title alone": ({"id": "c1", "articles": [{"title": "Dam holds", "text": ""}], "references": ["Dam"]},),
    "a title of 100,000 characters": (
        {
            "id": "c1",
            "articles": [{"title": "Dam " * 25_000, "text": "The dam held."}],
            "references": ["Dam " * 25_000],
        },
    ),
    "one line of 100,000 characters": ({"id": "c1", "articles": ["dam" * 33_000], "references": ["x"]},),
    "ids with spaces, dashes and faces": tuple(
        {"id": name, "articles": [ARTICLE]} for name in ("a b", "-x", "🙂", "--help", "=1", "'", '"', " ")
    ),
    "a hundred articles": ({"id": "c1", "articles": [{**ARTICLE, "id": str(at)} for at in range(100)]},),
    "references by the hundred": ({"id": "c1", "articles": [ARTICLE], "references": ["Dam holds"] * 300},),
}


UNANSWERED = ("no letter", "a title alone")
"""Clusters that `lead` has no sentence of: it fails on all there are, and the run says so."""
UNSCORED = ("no reference at all", "another script", "ids with spaces, dashes and faces", "a hundred articles")
"""Clusters without a reference, or without a word in one: there is no ROUGE that a gate could hold."""


@pytest.mark.parametrize("case", CLUSTERS, ids=lambda case: case.replace(" ", "-"))
def test_strange_clusters_are_scored_or_have_a_reason(case: str, harness: Callable[..., Any]):
    write(*CLUSTERS[case])
    ended = harness("eval", "--config", "x.yaml")
    calm(ended, 3 if case in UNANSWERED else 0)
    assert ("failures: " in ended.err) == (case in UNANSWERED), "it says why a model answered nothing"
    for form in ("json", "csv", "md"):
        calm(harness("show", "trial", "--format", form), 0)
    calm(harness("compare", "trial"), 0)
    for text in ("Dam fell", "", " ", "x" * 5000, "🙂"):
        calm(harness("check", "clusters.jsonl", f"--text={text}", "--cluster", CLUSTERS[case][0]["id"]), 0)
    calm(harness("baseline", "save", "trial", "-o", "b.json"), 0)
    calm(harness("gate", "trial", "--baseline", "b.json"), 3 if case in UNANSWERED else 2 if case in UNSCORED else 0)


CALLS = [
    ("eval", "--config"), ("eval", "--config", ""), ("eval", "--config", "."),
    ("eval", "--config", "none.yaml"), ("eval", "--config", "x.yaml", "--limit", "0"),
    ("eval", "--config", "x.yaml", "--limit", "-1"), ("eval", "--config", "x.yaml", "--limit", "x"),
    ("eval", "--config", "x.yaml", "--format", "xml"), ("eval", "--config", "x.yaml", "--results", "x.yaml"),
    ("eval", "--config", "x.yaml", "--results", "/proc/x"), ("eval", "--config", "x.yaml", "--results", "x.yaml/y"),
    ("eval", "--config", "x.yaml", "--set", "models=[]"), ("eval", "--config", "x.yaml", "--set", "data=1"),
    ("eval", "--config", "x.yaml", "--set", "metrics=rouge"), ("eval", "--config", "x.yaml", "--set", "seed=1e400"),
    ("eval", "x.yaml"), ("eval", "--nonsense"), ("score", "none", "--config", "x.yaml"),
    ("score", ".", "--config", "x.yaml"), ("score",), ("validate", "--config", "clusters.jsonl"),
    ("validate", "--config", "x.yaml", "--config", "none"), ("components", "nothing"),
    ("components", "--format", "csv"), ("schema", "x"), ("check",), ("check", "none.jsonl", "--text", "x"),
    ("check", ".", "--text", "x"), ("check", "clusters.jsonl"), ("check", "x.yaml", "--text", "x"),
    ("check", "clusters.jsonl", "--text", "x", "--checker", "nothing"),
    ("check", "clusters.jsonl", "--text", "x", "--checker", "{{"),
    ("check", "clusters.jsonl", "--text", "x", "--checker", ""),
    ("check", "clusters.jsonl", "--text", "x", "--checker", "rules: {x: 1}"), ("check", "/dev/null", "--text", "x"),
    ("check", "clusters.jsonl", "--text", "x", "--cluster", "none"), ("check", "", "--text", "x"), ("claims", "none"),
    ("claims", "."), ("claims", "clusters.jsonl", "--cluster", "none"), ("claims", "x.yaml"), ("compare",),
    ("compare", "none"), ("compare", ""), ("compare", "/"), ("compare", "x.yaml"), ("report",), ("report", "none"),
    ("report", ""), ("show", "none"), ("show", ""),
    ("show", "x", "--example", ""), ("show", "x", "--worst", "-1"), ("show", "x", "--worst"),
    ("check", "clusters.jsonl", "--text", "x", "--html", "none/x.html"),
    ("check", "clusters.jsonl", "--text", "x", "--html", "."),
    ("show", ".."), ("show", "a" * 5000), ("show", "a\udcff"), ("show", "x", "--results", "none"),
    ("list", "--results", "x.yaml"), ("list", "--format", "md"), ("gate",), ("gate", "none"),
    ("gate", "--config", "x.yaml"), ("gate", "none", "--baseline", "none"), ("baseline",),
    ("baseline", "save", "none", "-o", "b.json"), ("metaeval",), ("metaeval", "--data", "none", "--checker", "rules"),
    ("metaeval", "--data", ".", "--checker", "rules"), ("metaeval", "--data", "clusters.jsonl", "--checker", "rules"),
    ("metaeval", "--data", "x.yaml", "--checker", "rules"),
    ("metaeval", "--data", "clusters.jsonl", "--checker", "rules", "--split", "none"), ("data",),
    ("data", "ingest", "none", "--out", "o.jsonl"), ("data", "ingest", ".", "--out", "o.jsonl"),
    ("data", "ingest", "x.yaml", "--out", "o.jsonl"), ("data", "ingest", ".", "--out", "."),
    ("data", "ingest", "", "--out", "o"), ("nonsense",), ("--nonsense",),
    ("eval", "--config", "~nobody-of-that-name/x.yaml"), ("stress",), ("stress", "--data", "none"), ("cache",),
    ("cache", "list", "x"), ("cache", "verify", "--cache", "x.yaml"), ("init", "x.yaml"), ("labels",),
    ("labels", "export", "none", "-o", "l.csv"), ("rm",), ("rm", "none"), ("report",), ("verify",),
    ("verify", "none"), ("verify", ""), ("verify", "."), ("verify", "x.yaml"), ("verify", "--results", "x.yaml"),
    ("report", "none", "-o", "r.html"),
    ("merge",), ("merge", "none"), ("merge", "none", "-o", "m"), ("merge", "x.yaml", "-o", "m"), ("merge", ""),
    ("track",), ("track", "none", "--to", "mlflow"), ("track", "none", "--to", "nowhere"),
    ("track", "", "--to", "mlflow"),
    ("export",), ("export", "none", "--format", "csv", "-o", "e"), ("export", "none", "--format", "xml"),
    ("export", "x.yaml", "--format", "csv", "-o", "e"), ("plan", "--config", "none.yaml"),
    ("plan", "--config", "x.yaml", "--clusters", "-1"), ("plan", "--config", "x.yaml", "--clusters", "many"),
    ("plan", "--config", "x.yaml", "--price", "cheap"), ("eval", "--config", "x.yaml", "--shard", "3/2"),
    ("eval", "--config", "x.yaml", "--shard", "x"), ("eval", "--config", "x.yaml", "--executor", "none"),
    ("data", "dedup"), ("data", "dedup", "none"), ("data", "dedup", "/dev/null"), ("data", "overlap"),
    ("data", "overlap", "none", "clusters.jsonl"), ("data", "overlap", "clusters.jsonl", "none"),
    ("view", "none"), ("view", "x.yaml"), ("view", ".", "--port", "-1"), ("view", ".", "--port", "65536"),
]  # fmt: skip


UNWRITABLE = [("eval", "--config", "x.yaml", "--results", place) for place in ("x.yaml", "/proc/x", "x.yaml/y")]
"""Calls that make sense but for a folder that cannot be written."""


@pytest.mark.parametrize("call", CALLS, ids=lambda call: " ".join(call)[:60].encode("ascii", "replace").decode())
def test_a_call_that_makes_no_sense_is_a_message_and_not_a_regression(
    call: tuple[str, ...], harness: Callable[..., Any]
):
    before = sorted(Path().rglob("*"))
    ended = harness(*call)
    calm(ended, 3 if call in UNWRITABLE else 2)
    assert ended.out or ended.err
    assert len(ended.err) < 6000, "short"
    assert sorted(path for path in Path().rglob("*") if "results" not in path.parts) == before


@pytest.mark.parametrize("command", ["eval", "plan"])
def test_of_two_configurations_none_is_taken_unasked(command: str, harness: Callable[..., Any]):
    Path("y.yaml").write_text(CONFIG)
    ended = harness(command)
    calm(ended, 2)
    assert "x.yaml" in ended.err
    assert "y.yaml" in ended.err


def test_reports_that_cannot_be_written_are_a_message(harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch):
    assert harness("eval", "--config", "x.yaml").code == 0
    assert harness("baseline", "save", "trial", "-o", "b.json").code == 0
    for code, arguments in (
        (3, ("gate", "trial", "--baseline", "b.json", "--junit", "x.yaml/j.xml")),
        (3, ("gate", "trial", "--baseline", "b.json", "--junit", ".")),
        (3, ("gate", "trial", "--baseline", "b.json", "--junit", "x" * 300)),
        (3, ("baseline", "save", "trial", "-o", "x.yaml/b.json")),
        (2, ("baseline", "save", "trial", "-o", ".")),  # a folder is no name for a file, whatever may be written
        (2, ("gate", "trial", "--baseline", "x" * 300)),  # there is none to read
        (3, ("gate", "trial", "--baseline", "x" * 300, "--update")),
    ):
        calm(harness(*arguments), code)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "/proc/none")
    calm(harness("gate", "trial", "--baseline", "b.json", "--github"), 3)


def test_every_command_has_a_call_that_makes_no_sense():
    from harness.cli.reference import commands

    tried = {" ".join(("harness", *call[:length])) for call in CALLS for length in (1, 2)}
    missing = [path for path, command in commands() if not hasattr(command, "commands") and path not in tried]
    assert set(missing) <= {"harness cache prune", "harness cache clear"}, missing


@pytest.fixture
def made(harness: Callable[..., Any]) -> None:
    assert harness("eval", "--config", "x.yaml").code == 0


def command(line: str, **environment: str | None) -> subprocess.CompletedProcess[bytes]:
    """A shell's command line in which `harness` is this one."""
    kept = {**os.environ, **{name: value for name, value in environment.items() if value is not None}}
    for name, value in environment.items():
        if value is None:
            kept.pop(name, None)
    script = f'harness() {{ "{sys.executable}" -m harness "$@"; }}\nset -o pipefail\n{line}\n'
    return subprocess.run(["bash", "-c", script], capture_output=True, env=kept, timeout=120)


def test_streams_that_end_early_are_closed_or_are_full(made: None):
    for line, codes in (
        ("harness components | head -1", (130, 0)),  # by chance: 0 where all is written before `head` is gone
        ("harness show trial | head -1", (130, 0)),
        ("harness list >&-", (0,)),
        ("harness show trial >&- 2>&-", (0,)),
        ("harness show none 2>&-", (2,)),
        ("harness show trial >/dev/full", (3,)),
        ("harness components >/dev/full", (3,)),
        ("harness show trial --format json >/dev/full", (3,)),
        ("harness validate --config none.yaml 2>/dev/full", (2,)),
        ("harness eval --config x.yaml --format json 2>/dev/full >out.json", (0,)),
        ("harness eval --config x.yaml --format json 2>&1 >out.json | true", (0,)),
    ):
        done = command(line)
        assert done.returncode in codes, (line, done.returncode, done.stderr)
        assert b"Traceback" not in done.stderr, done.stderr
        assert b"Exception ignored" not in done.stderr, done.stderr


def test_surroundings_without_utf8_colours_width_or_home(harness: Callable[..., Any]):
    write({"id": "é", "articles": [{"text": "Der Damm hält – sagt “Zoë” 🙂."}], "references": ["Damm hält"]})
    assert harness("eval", "--config", "x.yaml").code == 0
    show = "harness show trial --cluster é --format"
    for environment, form in (
        ({"PYTHONIOENCODING": "ascii"}, "json"),
        ({"PYTHONIOENCODING": "latin-1"}, "table"),
        ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "NO_COLOR": "1", "COLUMNS": "40"}, "table"),
        ({"COLUMNS": "1", "TZ": "Nowhere/Else"}, "table"),
        ({"COLUMNS": "0", "TERM": "dumb", "HOME": None}, "table"),
    ):
        done = command(f"{show} {form}" if "LC_ALL" not in environment else "harness show trial", **environment)
        assert done.returncode == 0, (environment, done.stderr)
        assert b"Traceback" not in done.stderr
        if form == "json":
            assert "“Zoë” 🙂" in json.loads(done.stdout.decode("ascii"))["configurations"][0]["text"]
    done = command("harness eval --config x.yaml --set seed=1", HOME="/nonexistent", XDG_CACHE_HOME="/nonexistent")
    assert done.returncode == 0, done.stderr


def test_a_working_directory_that_is_read_only_or_gone(tmp_path: Path):
    done = command("mkdir gone && cd gone && rmdir ../gone && harness list; harness eval --config x.yaml")
    assert done.returncode == 2, done.stderr  # the configuration is not there
    assert b"Traceback" not in done.stderr, done.stderr
    done = command("harness eval --config x.yaml --results /proc/sys/results")
    assert done.returncode == 3, done.stderr
    assert b"Traceback" not in done.stderr, done.stderr


@pytest.mark.parametrize("megabytes", [100, 170, 250])
def test_a_limit_on_memory_is_no_regression(megabytes: int):
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))

    ended = subprocess.run(
        [sys.executable, "-m", "harness", "gate", "--config", "x.yaml"],
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 3, ended.stderr
    assert "the limit on memory (ulimit -v) leaves less than 256 MB" in ended.stderr
    assert "Traceback" not in ended.stderr
