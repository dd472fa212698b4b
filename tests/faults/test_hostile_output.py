"""What others wrote is shown, never executed: by terminals, spreadsheets, Markdown, HTML, LaTeX, JUnit and GitHub."""

import csv
import html
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from harness import printable
from harness.report import escape

# A title that clears the screen, sets the window's title, turns the writing round, and speaks to GitHub and Azure.
STEERING = "\x1b[2J\x1b]0;owned\x07 \u202egpj.exe\u2066 \x9b31m ::error::owned ##[error]owned ##vso[x]y \x00\x7f"
NASTY = STEERING.replace("\x00", "")  # data refuses NUL
MARKUP = "=HYPERLINK(\"http://x\") | `x` <script>alert('1')</script> [a](javascript:b) $x$ \\end{tabular} %0A::error::z"
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u2028\u2029]")


def harmless(text: str) -> None:
    """No character that steers a terminal, and no line that continuous integration takes for an order."""
    assert not FORBIDDEN.search(text), FORBIDDEN.search(text)
    for line in text.splitlines():
        assert not re.match(r"\s*::[a-z]", line), line
        assert "##[" not in line, line


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data and predictions that hold all of it, run once by the command itself."""
    top = tmp_path_factory.mktemp("hostile")
    ids = [f"c{number} {NASTY}\n::error::id" for number in range(8)]
    rows = [
        {
            "id": name,
            "topic": NASTY,
            "articles": [
                {
                    "id": NASTY,
                    "title": f"Dam {NASTY} holds",
                    "text": f"The dam {NASTY} held on Monday.",
                    "source": NASTY,
                },
                {"text": f"The {MARKUP} dam held on Monday.\n{NASTY}"},
            ],
            "references": ["Dam holds firm \u202e"],
        }
        for name in ids
    ]
    (top / "clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + '{"id": "\\u001b[31m"}\n')
    for file, text in (("good", "Dam holds firm"), ("bad", f"{NASTY} {MARKUP}\n::error::owned")):
        predictions = [{"cluster_id": name, "text": text} for name in ids]
        (top / f"{file}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in predictions))
    config = f"""\
name: hostile
data: {{jsonl: clusters.jsonl}}
models:
  - recorded: good.jsonl
    as: "=cmd|' /C calc'!A0"
  - recorded: bad.jsonl
    as: {json.dumps(MARKUP)}
  - lead
metrics: [rouge, headline]
gate: {{tolerance: {{rouge1-f: 0}}, clusters: {{rouge1-f: 0.01}}}}
"""
    (top / "x.yaml").write_text(config)
    (top / "good.yaml").write_text(config.replace("bad.jsonl", "good.jsonl"))
    for name in ("x.yaml", "good.yaml"):
        done = subprocess.run(
            [sys.executable, "-m", "harness", "eval", "--config", name], cwd=top, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        harmless(done.stdout)
        harmless(done.stderr)
    return top


@pytest.fixture
def at(run: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(run)
    return run


def runs(top: Path) -> list[str]:
    return sorted(
        (manifest.parent.name for manifest in (top / "results").glob("*/manifest.json")),
        key=lambda name: "bad.jsonl" in (top / "results" / name / "manifest.json").read_text(),
    )


def test_every_command_shows_hostile_text_and_executes_none(at: Path, harness: Callable[..., Any]):
    good, bad = runs(at)
    name = json.loads((at / "clusters.jsonl").read_text().splitlines()[0])["id"]
    said = []
    for arguments in (
        ("list",),
        ("list", "--format", "json"),
        ("validate", "--config", "x.yaml"),
        *(("eval", "--config", "x.yaml", "--format", form) for form in ("table", "md", "csv", "json")),
        ("show", bad, "--cluster", name),
        *(("show", bad, "--cluster", name, "--format", form) for form in ("json", "md", "csv")),
        ("show", bad, "--cluster", NASTY),
        ("compare", good, bad, "--worst", "3", "--by", "topic"),
        *(("compare", bad, "--worst", "3", "--by", "topic", "--format", form) for form in ("md", "html", "latex")),
        ("compare", bad, "--by", NASTY),
        ("check", "clusters.jsonl", "--cluster", name, "--text", f"Dam {NASTY} fell"),
        ("check", "clusters.jsonl", "--cluster", name, "--text", f"Dam {NASTY} fell", "--format", "json"),
        ("check", "clusters.jsonl", "--text", "x"),
        ("claims", "clusters.jsonl", "--cluster", name),
        ("claims", "clusters.jsonl", "--cluster", NASTY),
        ("baseline", "save", good, "-o", "base.json"),
        ("gate", bad, "--baseline", "base.json"),
        ("gate", NASTY, "--baseline", "base.json"),
        ("validate", "--config", NASTY),
        ("validate", "--config", "x.yaml", "--set", f"models.{NASTY}=1"),
    ):
        ended = harness(*arguments)
        assert ended.code in (0, 1, 2), (arguments, ended.err)
        assert "Traceback" not in ended.err
        harmless(ended.out)
        harmless(ended.err)
        said.append(ended.out + ended.err)
    assert any("\\u001b[2J" in text for text in said)
    assert any("\\u202e" in text for text in said)


def test_json_stays_the_value_that_it_was(at: Path, harness: Callable[..., Any]):
    bad = runs(at)[1]
    name = json.loads((at / "clusters.jsonl").read_text().splitlines()[0])["id"]
    view = json.loads(harness("show", bad, "--cluster", name, "--format", "json").out)
    assert view["cluster_id"] == name
    assert f"{NASTY} {MARKUP}\n::error::owned" in [row["text"] for row in view["configurations"]]
    assert view["references"] == ["Dam holds firm \u202e"]


def test_no_cell_of_a_csv_file_is_a_formula_and_each_can_be_read_back(at: Path, harness: Callable[..., Any]):
    name = json.loads((at / "clusters.jsonl").read_text().splitlines()[0])["id"]
    for arguments in (("show", runs(at)[1]), ("compare", runs(at)[1]), ("show", runs(at)[1], "--cluster", name)):
        table = list(csv.reader(io.StringIO(harness(*arguments, "--format", "csv").out)))
        for cell in (cell for row in table for cell in row):
            assert re.fullmatch(r"-?[\d.e-]*", cell) or cell[0] not in "=+-@\t\r＝＋－＠", cell
        column = table[0].index("configuration")
        names = {cell.removeprefix("'") for row in table[1:] for cell in [row[column]]}
        assert names == {"=cmd|' /C calc'!A0", printable.line(MARKUP), "lead"}


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1", "'x", "''", "'=1", "x=1", ""])
def test_an_apostrophe_before_a_formula_can_be_taken_away_again(text: str):
    cell = escape.csv_cell(text)
    assert cell[:1] not in tuple("=+-@\t\r\n＝＋－＠")
    assert (cell[1:] if cell.startswith("'") else cell) == printable.line(text)


def test_markdown_says_what_it_says(at: Path, harness: Callable[..., Any]):
    text = harness("show", runs(at)[1], "--format", "md").out
    assert text == (at / "results" / runs(at)[1] / "table.md").read_text()
    row = next(line for line in text.splitlines() if "HYPERLINK" in line and line.startswith("|"))
    # Every pipe that is not escaped parts two cells: as many as in the row of a plain name.
    plain = next(line for line in text.splitlines() if line.startswith("| lead"))
    assert len(re.findall(r"(?<!\\)\|", row)) == len(re.findall(r"(?<!\\)\|", plain))
    assert not re.search(r"(?<!\\)(?:<script|\]\(|`|\$)", row), row
    assert escape.markdown("a\\|b") == "a\\\\\\|b"
    assert escape.code("a`b``c") == "``` a`b``c ```"


def test_html_and_latex_hold_no_markup_of_others(at: Path, harness: Callable[..., Any]):
    page = harness("compare", runs(at)[1], "--format", "html").out.partition("</html>")[0]
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert printable.line(MARKUP) in html.unescape(page)
    tex = harness("compare", runs(at)[1], "--format", "latex").out
    assert "\\textbackslash{}end\\{tabular\\}" in tex
    assert tex.count("\\begin{tabular}") == tex.count("\\end{tabular}")


def test_junit_and_annotations_of_a_hostile_regression(at: Path, harness: Callable[..., Any]):
    good, bad = runs(at)
    assert harness("baseline", "save", good, "-o", "base.json").code == 0
    ended = harness("gate", bad, "--baseline", "base.json", "--junit", "junit.xml", "--github")
    assert ended.code == 1, ended.err
    cases = ElementTree.parse("junit.xml").getroot().findall(".//testcase")
    assert any("owned" in (failure.text or "") for case in cases for failure in case.findall("failure"))
    orders = [line for line in ended.out.splitlines() if re.match(r"\s*::", line)]
    assert orders, "the gate itself annotates"
    for line in orders:
        assert re.match(r"::(error|warning) title=harness gate[^:]*::", line), line
    assert any("%250A" in line for line in orders), "a percent sign of others is %25"
    assert not any("%0A\\u003a" in line for line in orders)
    assert not FORBIDDEN.search(ended.out)


def test_colours_are_ours_and_nobody_elses(at: Path):
    """On a terminal rich's own sequences pass, those of the data do not."""
    name = json.loads((at / "clusters.jsonl").read_text().splitlines()[0])["id"]
    environment = {"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": "60", "PATH": "", "LANG": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-m", "harness", "show", runs(at)[1], "--cluster", name],
        capture_output=True, cwd=at, text=True, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "\x1b[" in done.stdout, "colours"
    harmless(re.sub(r"\x1b\[[\d;]*m", "", done.stdout))
