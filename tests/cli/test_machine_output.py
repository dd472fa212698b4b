"""Every format of every command is parsed: a new `--format` without a case here fails."""

import csv
import html.parser
import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from harness import redact
from harness.claims.parsing.parse import Parser
from harness.cli.reference import commands, help_text

# Texts that break a format whose writer forgot to escape, and the names of secrets, behind which redaction looks.
NASTY = 'secret: {"a": 1}, password=}\n| ` " \' & < > % $ # _ ~ ^ \\ “ü” =1+1 ::error::x'
NAME = "| ` \" ' & < > % $ # _ ~ ^ \\ {x} “ü”"
CONFIG = f"""\
name: told
data: {{jsonl: clusters.jsonl}}
models:
  - lead
  - recorded: texts.jsonl
    as: {json.dumps(NAME)}
metrics: [rouge, headline]
gate: {{tolerance: {{rouge1: 0.01}}, max_failures: 1.0}}
"""
CASES: Mapping[str, tuple[str, ...]] = {
    "harness eval": ("eval", "--config", "c.yaml"),
    "harness plan": ("plan", "--config", "c.yaml", "--sample", "3"),
    "harness data dedup": ("data", "dedup", "clusters.jsonl"),
    "harness data overlap": ("data", "overlap", "clusters.jsonl", "clusters.jsonl"),
    "harness score": ("score", "told", "--config", "c.yaml"),
    "harness components": ("components",),
    "harness compare": ("compare", "told"),
    "harness gate": ("gate", "told", "--baseline", "base.json", "--github"),
    "harness check": ("check", "clusters.jsonl", "--cluster", "c0", "--text", NASTY, "--text", "The dam fell"),
    "harness claims": ("claims", "clusters.jsonl", "--cluster", "c0"),
    "harness list": ("list",),
    "harness verify": ("verify",),
    "harness show": ("show", "told"),
    "harness metaeval": (
        *("metaeval", "--data", "labels.jsonl", "--clusters", "clusters.jsonl"),
        *("--checker", "rules", "--resamples", "20"),
    ),
    "harness stress": ("stress", "--data", "clusters.jsonl", "--checker", "rules", "--resamples", "20"),
    "harness cache list": ("cache", "list"),
    "harness cache prune": ("cache", "prune", "--older-than", "1d"),
    "harness cache clear": ("cache", "clear", "--yes"),
    "harness cache verify": ("cache", "verify"),
}
MORE: tuple[tuple[str, ...], ...] = (
    ("show", "told", "--cluster", "c0"),
    ("show", "told", "--cluster", "c2"),
    ("compare", "told", "--worst", "2", "--by", "desk"),
    ("gate", "told", "--baseline", "strict.json"),
    ("gate", "told", "--baseline", "new.json", "--update"),
    ("components", "model"),
)
"""Other calls of commands, in the formats that they take there."""
WRITES_FILES = {"harness export"}
"""Commands whose `--format` is that of files, which `tests/cli/test_export.py` reads."""
REFUSED = {("compare", "csv"), ("compare", "latex")}
"""Formats that `--worst` and `--by` have no place in."""


def formats() -> Iterator[tuple[str, str]]:
    """Each command of the tree that has `--format`, and each format that it takes."""
    for path, command in commands():
        told = re.search(r"--format <([a-z|]+)>", help_text(path, command))
        if path not in WRITES_FILES:
            yield from ((path, choice) for choice in (told[1].split("|") if told else ()))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harness: Callable[..., Any]) -> Iterator[Path]:
    """A folder with a run, in which a system failed on a cluster, and baselines of it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOME_API_KEY", "configuration")  # a word that JSON of ours is full of
    clusters = [
        {
            "id": f"c{at}",
            "desk": f"{at % 2} {NASTY}",
            "articles": [{"title": NASTY, "text": f"The dam at Arlen held on Monday. {NASTY}"}],
            "references": [f"Arlen dam holds {NASTY}"],
        }
        for at in range(3)
    ]
    texts = [{"cluster_id": f"c{at}", "text": f"Dam holds {NASTY}"} for at in range(2)]
    labels = [
        {"id": f"l{at}", "cluster_id": f"c{at % 3}", "text": f"The dam {('held', 'fell')[at % 2]}", "label": at % 2}
        for at in range(6)
    ]
    for name, rows in (("clusters", clusters), ("texts", texts), ("labels", labels)):
        Path(f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    Path("c.yaml").write_text(CONFIG)
    assert harness("eval", "--config", "c.yaml").code == 0
    for name in ("base", "strict", "new"):
        assert harness("baseline", "save", "told", "-o", f"{name}.json").code == 0
    strict = json.loads(Path("strict.json").read_text())
    Path("strict.json").write_text(json.dumps(strict))
    yield tmp_path
    redact.forget()


def parse_json(text: str) -> None:
    """One document, and nothing else."""
    assert isinstance(json.loads(text), dict | list)


def parse_csv(text: str) -> None:
    """Rows of as many cells as the first has."""
    rows = list(csv.reader(io.StringIO(text), strict=True))
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(set(rows[0])) == len(rows[0])


def parse_markdown(text: str) -> None:
    """Tables in which each row has as many cells as its head."""
    tables = re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE)
    assert tables
    for table in tables:
        cells = [len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()]
        assert len(set(cells)) == 1, table


class _Tags(html.parser.HTMLParser):
    """Sees that each element that is opened is closed, in the right order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002 - the parser's signature
        self.seen.add(tag)
        if tag not in ("meta", "br", "hr", "img", "link", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parse_html(text: str) -> None:
    """A whole page, all elements closed, nothing fetched and nothing run."""
    tags = _Tags()
    tags.feed(text)
    tags.close()
    assert tags.open == []
    assert {"html", "head", "body", "title"} <= tags.seen
    assert not tags.seen & {"script", "iframe", "link"}


def parse_latex(text: str) -> None:
    """Compiled where LaTeX is installed; else groups, environments and cells are counted."""
    if shutil.which("pdflatex"):
        head = "\\documentclass{article}\\usepackage{booktabs}\\usepackage[utf8]{inputenc}\\begin{document}"
        Path("t.tex").write_text(f"{head}\n{text}\n\\end{{document}}\n")
        done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "t.tex"], capture_output=True, text=True)  # noqa: S607
        assert done.returncode == 0, done.stdout
    plain = re.sub(r"\\[\\{}&%$#_]", "", re.sub(r"(?m)(?<!\\)%.*$", "", text))
    assert plain.count("{") == plain.count("}")
    assert "$" not in re.sub(r"\$(-|\\leq|\\geq|\\approx|\\pm|\\[a-z]+arrow)\$", "", plain)
    assert text.count("\\begin{tabular}") == 1, "one table: configurations and measures"
    columns = re.search(r"\\begin\{tabular\}\{(l+r+)\}", text)
    assert columns is not None
    for body in re.findall(r"\\midrule\n(.*?)\n\\bottomrule", text, re.DOTALL):
        for row in body.splitlines():
            assert row.endswith("\\\\")
            assert len(re.findall(r"(?<!\\)&", row)) == len(columns[1]) - 1, row
    assert text.count("\\begin{tabular}") == text.count("\\end{tabular}") > 0


def parse_table(text: str) -> None:
    """For people: something, without spaces at the ends of its lines."""
    assert text.strip()
    assert [line for line in text.splitlines() if line != line.rstrip()] == []


PARSERS: Mapping[str, Callable[[str], None]] = {
    "json": parse_json,
    "csv": parse_csv,
    "md": parse_markdown,
    "html": parse_html,
    "latex": parse_latex,
    "table": parse_table,
}


def test_every_format_of_every_command_has_a_case_and_a_parser():
    assert {path for path, _ in formats()} == set(CASES)
    assert {choice for _, choice in formats()} == set(PARSERS)


def test_every_format_of_every_command_is_parsed(place: Path, harness: Callable[..., Any], parser: Parser):
    calls = [(CASES[path], choice) for path, choice in formats()]
    takes: dict[str, list[str]] = {}
    for path, choice in formats():
        takes.setdefault(path.split()[1], []).append(choice)
    calls += [
        (call, choice)
        for call in MORE
        for choice in takes[call[0]]
        if not ("--by" in call and (call[0], choice) in REFUSED)
    ]
    for call, choice in calls:
        ended = harness(*call, "--format", choice)
        assert ended.code in (0, 1), (call, choice, ended.err)
        if "--github" in call and choice != "json":
            continue  # orders to GitHub stand among the lines for people
        try:
            PARSERS[choice](ended.out)
        except Exception as error:
            raise AssertionError(f"{call} --format {choice}: {error}\n{ended.out}") from error


def test_schema_junit_summary_and_log_lines_are_parsed(place: Path, harness: Callable[..., Any]):
    schema = json.loads(harness("schema").out)
    assert schema["title"] == "A configuration of the headline harness", (
        "though the environment has a secret of this name"
    )
    baseline = Path("base.json").read_text()
    Path("worse.json").write_text(re.sub(r'("rouge1-f"): ?[\d.]+', r"\1: 1.0", baseline))
    for file in ("base.json", "worse.json"):
        ended = harness("gate", "told", "--baseline", file, "--junit", "j.xml", "--format", "json")
        assert ended.code in (0, 1), ended.err
        parse_json(ended.out)
        assert ElementTree.parse("j.xml").getroot().tag == "testsuites"
    ended = harness("--log-format", "json", "eval", "--config", "c.yaml", "--format", "json", "-v")
    parse_json(ended.out)
    for line in ended.err.splitlines():
        assert {"time", "level", "logger", "message"} <= json.loads(line).keys()


def test_json_of_what_failed_stands_alone(place: Path, harness: Callable[..., Any]):
    """A system that answers nothing ends with 3, and a bad row is noted: neither on standard output."""
    Path("texts.jsonl").write_text('{"cluster_id": "nobody", "text": "x"}\n')
    with Path("clusters.jsonl").open("a") as stream:
        stream.write('{"id": 5}\n')
    ended = harness("eval", "--config", "c.yaml", "--format", "json")
    assert ended.code == 3, ended.err
    assert "bad row" in ended.err
    parse_json(ended.out)
