"""`harness compare`, `harness baseline`, `harness gate` from outside."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

CLUSTERS = 40
WORDS = ["dam", "levee", "river", "flood", "harbour", "quay", "tide", "ridge", "valley", "storm", "bridge", "tunnel"]


def headline(number: int) -> str:
    return f"{WORDS[number % 12]} {WORDS[number * 5 % 11]} number {number} holds firm tonight"


def config(name: str = "trial", gate: str = "") -> str:
    return f"""\
name: {name}
seed: 3
data: {{jsonl: clusters.jsonl}}
models:
  - recorded: {{path: mine.jsonl}}
    as: mine
  - recorded: {{path: other.jsonl}}
    as: other
metrics:
  - rouge: {{variants: [rouge1, rougeL]}}
  - headline
{gate}"""


def write(file: str, text_of: Callable[[int], str | None], skip: int | None = None) -> None:
    rows = [
        {"cluster_id": f"c{number}", "text": text}
        for number in range(CLUSTERS)
        if (text := text_of(number)) is not None and number != skip
    ]
    Path(file).write_text("".join(json.dumps(row) + "\n" for row in rows))


def good(number: int) -> str:
    return headline(number)


def one_word_off(number: int) -> str:
    return headline(number).replace("firm", "fast") if number % 2 else headline(number)


def invented(number: int) -> str:
    return f"Mayor denies plan number {number} to sell the town hall"


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    rows = [
        {
            "id": f"c{number}",
            "topic": "water" if number % 4 else "wind",
            "articles": [{"title": "T", "text": headline(number) + "."}] * (1 + number % 2),
            "references": [headline(number)],
        }
        for number in range(CLUSTERS)
    ]
    for row in rows:
        row["articles"] = [{**article, "id": str(at)} for at, article in enumerate(row["articles"])]
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    write("mine.jsonl", good)
    write("other.jsonl", one_word_off)
    Path("x.yaml").write_text(config(gate="gate: {tolerance: {rouge1: 0.01}, max_failures: 0.1}\n"))


@pytest.fixture
def baseline(harness: Callable[..., Any]) -> Path:
    assert harness("eval", "--config", "x.yaml").code == 0
    assert harness("baseline", "save", "trial", "-o", "base.json").code == 0
    return Path("base.json")


def test_compare_gives_paired_differences_tests_and_letters(harness: Callable[..., Any]):
    harness("eval", "--config", "x.yaml")
    ended = harness("compare", "trial", "--metric", "rouge1", "--format", "csv")
    rows = {row["configuration"]: row for row in csv.DictReader(io.StringIO(ended.out))}
    # Half of the 40 clusters lose one of seven tokens: each of those has F = 6/7, so the mean falls by 1/14.
    assert float(rows["other"]["difference"]) == pytest.approx(-1 / 14, abs=1e-12)
    assert (rows["other"]["wins"], rows["other"]["ties"], rows["other"]["losses"]) == ("0", "20", "20")
    assert float(rows["other"]["p_holm"]) < 0.01
    assert rows["mine"]["better_than"] == "other"


@pytest.mark.parametrize("form", ["table", "md", "csv", "json", "latex", "html"])
def test_compare_prints_every_format(form: str, harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "80")
    harness("eval", "--config", "x.yaml")
    ended = harness("compare", "trial", "--baseline", "other", "--format", form)
    assert ended.code == 0
    assert "other" in ended.out
    if form == "json":
        assert json.loads(ended.out)["baseline"] == "other"
    if form == "table":
        assert max(map(len, ended.out.splitlines())) <= 80


def test_compare_breaks_down_and_shows_the_clusters_that_moved(harness: Callable[..., Any]):
    harness("eval", "--config", "x.yaml")
    ended = harness("compare", "trial", "--metric", "rouge1", "--by", "topic", "--worst", 1, "--format", "md")
    assert "| water | 30 |" in ended.out
    assert "| wind | 10 |" in ended.out
    assert "c1: rouge1-f 100.0 → 85.7 (other)" in ended.out
    assert "tonight" in ended.out
    for form in ("table", "md", "csv", "json", "latex", "html"):
        unknown = harness("compare", "trial", "--by", "topik", "--format", form)
        assert unknown.code == 2
        assert ("holds the comparison alone" if form in ("csv", "latex") else "did you mean 'topic'?") in unknown.err


def test_json_and_a_page_hold_the_same_breakdown_and_moves(harness: Callable[..., Any]):
    harness("eval", "--config", "x.yaml")
    asked = ("compare", "trial", "--metric", "rouge1", "--by", "topic", "--worst", 1)
    told = json.loads(harness(*asked, "--format", "json").out)
    assert [(group["value"], group["clusters"]) for group in told["by"]["groups"]] == [("water", 30), ("wind", 10)]
    wind = {summary["configuration"]: summary["mean"] for summary in told["by"]["groups"][1]["summaries"]}
    (moved,) = told["worst"]
    # One word of four beyond the reference's three: precision 3/4, recall 1, F 6/7.
    assert (moved["cluster_id"], moved["baseline"], moved["value"]) == ("c1", 1.0, pytest.approx(6 / 7))
    page = harness(*asked, "--format", "html").out
    assert f"<td>wind</td><td>10</td><td>{100 * wind['mine']:.1f} [" in page
    assert "c1: rouge1-f 100.0 → 85.7 (other)" in page
    alone = json.loads(harness(*asked[:4], "--format", "json").out)
    assert (alone["by"], alone["worst"]) == (None, [])


def test_costs_are_tokens_times_prices_where_prices_are_configured(harness: Callable[..., Any]):
    harness("eval", "--config", "x.yaml")
    folder = next(Path("results").glob("[!.]*"))
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["configurations"][0]["parameters"]["prices"] = {"input": 0.5, "output": 2.0, "currency": "EUR"}
    manifest["counts"]["mine"] |= {"tokens_in": 40_000, "tokens_out": 1_000, "seconds": 20.0}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    ended = harness("compare", "trial", "--metric", "rouge1", "--format", "md")
    # 40 headlines in 20 s; 0.04 M × 0.5 + 0.001 M × 2 = 0.022
    assert "| mine | 40 | 0.500 | 2.00 | 40000 | 1000 | 0.0220 EUR |" in ended.out
    assert harness("compare", "trial", "--by", "length").code == 0


def test_a_gate_that_runs_a_configuration_tells_of_bad_rows_and_failures_as_eval_does(
    harness: Callable[..., Any], baseline: Path
):
    with Path("clusters.jsonl").open("a") as stream:
        stream.write('{"id": "bad", "articles": []}\n')
    write("mine.jsonl", good, skip=4)
    ended = harness("gate", "--config", "x.yaml", "--baseline", baseline)
    assert "1 bad row was left out:" in ended.err
    assert "clusters.jsonl:41: articles: found an empty list" in ended.err
    assert "failures: mine on 1 of 40 clusters" in ended.err
    assert "no recorded prediction for cluster 'c4'" in ended.err


def test_compare_refuses_runs_on_different_data_unless_told_to_intersect(harness: Callable[..., Any]):
    harness("eval", "--config", "x.yaml")
    harness("eval", "--config", "x.yaml", "--limit", 25, "--set", "name=short")
    refused = harness("compare", "trial", "short")
    assert refused.code == 2
    assert "different data" in refused.err
    shared = harness("compare", "trial", "short", "--intersection", "--format", "md")
    assert shared.code == 0
    assert "25 clusters that all runs share, of 40, 25" in shared.out


def test_compare_refuses_measures_of_different_signatures_and_says_where(harness: Callable[..., Any]):
    harness("eval", "--config", "x.yaml")
    harness("eval", "--config", "x.yaml", "--set", "metrics.rouge.stemmer=false", "--set", "name=plain")
    ended = harness("compare", "trial", "plain")
    assert ended.code == 2
    assert "rouge1-f: the signatures differ" in ended.err
    assert "stemmer:" in ended.err


def test_an_unchanged_run_passes(baseline: Path, harness: Callable[..., Any]):
    ended = harness("gate", "trial", "--baseline", baseline)
    assert ended.code == 0
    assert "gate: pass: 1 of 1 rules hold, 40 clusters" in ended.out


def test_a_baseline_is_the_same_bytes_again_and_one_line_a_text(baseline: Path, harness: Callable[..., Any]):
    before = baseline.read_bytes()
    harness("baseline", "save", "trial", "-o", "again.json")
    assert Path("again.json").read_bytes() == before
    lines = before.decode().splitlines()
    assert sum('"text": ' in line for line in lines) == 2 * CLUSTERS


def test_a_system_that_invents_is_a_regression_with_reasons_and_an_example(baseline: Path, harness: Callable[..., Any]):
    write("mine.jsonl", invented)
    ended = harness("gate", "--config", "x.yaml", "--baseline", baseline, "--junit", "out/gate.xml", "--github")
    assert ended.code == 1
    assert "REGRESSION mine rouge1-f: 100.0 →" in ended.out
    assert "more than the tolerance" in ended.out
    assert "became “Mayor denies plan" in ended.out
    assert "::error title=harness gate%3A mine rouge1-f::" in ended.out
    assert "<details>" in ended.out
    suite = ElementTree.parse("out/gate.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "0")
    assert suite[0].find("failure").text.startswith("REGRESSION mine rouge1-f")


def test_the_job_summary_goes_where_github_says(
    baseline: Path, harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    harness("gate", "trial", "--baseline", baseline, "--github")
    assert "Headline quality: ✅ pass" in Path("summary.md").read_text()


def test_json_says_the_outcome_and_every_figure(baseline: Path, harness: Callable[..., Any]):
    write("mine.jsonl", one_word_off)
    ended = harness("gate", "--config", "x.yaml", "--baseline", baseline, "--format", "json")
    found = json.loads(ended.out)
    assert (ended.code, found["exit_code"], found["outcome"]) == (1, 1, "regression")
    mine = next(finding for finding in found["findings"] if finding["configuration"] == "mine")
    assert mine["difference"] == pytest.approx(-1 / 14, abs=1e-6)


def test_a_fall_within_the_tolerance_passes(baseline: Path, harness: Callable[..., Any]):
    write("mine.jsonl", one_word_off)
    loose = harness("gate", "--config", "x.yaml", "--baseline", baseline, "--set", "gate.tolerance.rouge1=0.1")
    assert loose.code == 0


def test_an_absolute_limit_and_the_guard_over_single_clusters(baseline: Path, harness: Callable[..., Any]):
    limit = harness("gate", "--config", "x.yaml", "--baseline", baseline, "--set", "gate.limits=[rouge1 >= 0.95]")
    assert limit.code == 1
    # `other` scores 1 - 1/14 in both runs: the limit is broken, and nothing fell.
    assert "BROKEN LIMIT other rouge1-f: 92.9 (baseline 92.9)" in limit.out
    assert "REGRESSION" not in limit.out
    assert "may not lie below 95 (0.95 in the rule)" in limit.out
    # Programs read the numbers as the rule has them, and as a whole sentence.
    arguments = ("--baseline", baseline, "--set", "gate.limits=[rouge1 >= 0.95]", "--format", "json")
    findings = json.loads(harness("gate", "--config", "x.yaml", *arguments).out)["findings"]
    (broken,) = (violation for finding in findings for violation in finding["violations"])
    assert broken == {
        "outcome": "floor",
        "part": "at_least",
        "reason": "the mean is 0.9286; it may not lie below 0.95",
    }
    write("mine.jsonl", lambda number: invented(number) if number == 7 else headline(number))
    guard = harness("gate", "--config", "x.yaml", "--baseline", baseline, "--set", "gate.clusters={rouge1: 0.5}")
    assert guard.code == 1
    assert "1 cluster got worse by more than 50 (0.5 in the rule)" in guard.out
    assert "c7" in guard.out


def test_too_many_failures_end_with_3_and_as_many_as_are_allowed_pass(baseline: Path, harness: Callable[..., Any]):
    write("mine.jsonl", good, skip=3)
    allowed = harness("gate", "--config", "x.yaml", "--baseline", baseline, "--junit", "gate.xml")
    assert allowed.code == 0, allowed.out
    assert "note: mine: 1 cluster of the baseline without an answer, within `max_failures`" in allowed.out
    assert ElementTree.parse("gate.xml").getroot()[0].get("errors") == "0"
    write("mine.jsonl", lambda number: headline(number) if number < 20 else None)
    many = harness("gate", "--config", "x.yaml", "--baseline", baseline)
    assert many.code == 3
    assert "LOST ANSWERS mine: 20 of 40 clusters failed, 50 %; at most 10 % may" in many.out


def test_another_tokenisation_is_exit_2_with_the_part_that_differs(baseline: Path, harness: Callable[..., Any]):
    ended = harness("gate", "--config", "x.yaml", "--baseline", baseline, "--set", "metrics.rouge.stemmer=false")
    assert ended.code == 2
    assert "rouge1-f: the signatures differ" in ended.err


def test_one_cluster_less_is_exit_2_and_named(baseline: Path, harness: Callable[..., Any]):
    ended = harness("gate", "--config", "x.yaml", "--baseline", baseline, "--limit", 39)
    assert ended.code == 2
    assert "1 cluster missing, such as c39" in ended.err


def test_a_configuration_that_is_gone_is_exit_2(baseline: Path, harness: Callable[..., Any]):
    ended = harness("gate", "--config", "x.yaml", "--baseline", baseline, "--set", "models.other.as=renamed")
    assert ended.code == 2
    assert "no configuration 'other'" in ended.err


def test_a_baseline_of_another_metric_version_is_exit_2(baseline: Path, harness: Callable[..., Any]):
    baseline.write_text(baseline.read_text().replace("|v:1", "|v:0"))
    ended = harness("gate", "trial", "--baseline", baseline)
    assert ended.code == 2
    assert "v:0" in ended.err


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{}", "run"),
        ("[", "not JSON"),
        ('{"format": 99}', "written by a later version"),
        ('{"format": 1, "extra": 1}', "baseline"),
    ],
)
def test_a_file_that_is_no_baseline_is_exit_2(text: str, wanted: str, harness: Callable[..., Any]):
    harness("eval", "--config", "x.yaml")
    Path("broken.json").write_text(text)
    ended = harness("gate", "trial", "--baseline", "broken.json")
    assert ended.code == 2
    assert "broken.json" in ended.err
    assert wanted in ended.err


def test_update_writes_the_new_baseline_and_prints_the_difference(baseline: Path, harness: Callable[..., Any]):
    write("mine.jsonl", one_word_off)
    updated = harness("gate", "--config", "x.yaml", "--baseline", baseline, "--update")
    assert updated.code == 0
    assert "mine: 20 of 40 texts changed" in updated.out
    assert "rouge1-f: 1.0000 → 0.9286" in updated.out
    assert harness("gate", "--config", "x.yaml", "--baseline", baseline).code == 0


@pytest.mark.parametrize(
    ("rules", "wanted"),
    [
        ("gate: {tolerence: {rouge1: 0.1}}", ["x.yaml:", "gate.tolerence", "did you mean 'tolerance'?"]),
        ("gate: {tolerance: {rouge1: -1}}", ["gate.tolerance.rouge1", "found -1"]),
        ("gate: {limits: [rouge1 = 3]}", ["gate.limits.0", "not a limit", "measure <= number"]),
        ("gate: {alpha: 0.9}", ["gate.alpha", "found 0.9"]),
        ("gate: {tolerance: {rouge7: 0.1}}", ["no measure 'rouge7'", "did you mean"]),
        ("gate: {tolerance: {words: 1}}", ["'words' is better neither way"]),
        ("gate: {configurations: [mime]}", ["no configuration 'mime'", "did you mean 'mine'?"]),
    ],
)
def test_a_broken_rule_is_exit_2(rules: str, wanted: list[str], baseline: Path, harness: Callable[..., Any]):
    Path("x.yaml").write_text(config(gate=rules + "\n"))
    ended = harness("gate", "--config", "x.yaml", "--baseline", baseline)
    assert ended.code == 2
    assert len([line for line in ended.err.splitlines() if line.startswith("error: ")]) == 1
    assert all(part in ended.err for part in wanted), ended.err


def without_references() -> None:
    rows = [json.loads(line) for line in Path("clusters.jsonl").read_text().splitlines()]
    Path("clusters.jsonl").write_text("".join(json.dumps({**row, "references": []}) + "\n" for row in rows))


@pytest.mark.parametrize(
    ("rules", "measures"),
    [
        ("", ["rouge1-f"]),  # the default rule is on the first measure
        ("gate: {tolerance: {rouge1: 0.01, rougeL: 0.01, within-limit: 0.1}}", ["rouge1-f", "rougeL-f"]),
        ("gate: {limits: [rouge1 >= 0.2]}", ["rouge1-f"]),
        ("gate: {clusters: {rouge1: 0.5}}", ["rouge1-f"]),
    ],
    ids=["no rule", "tolerance", "limit", "clusters"],
)
def test_a_rule_that_needs_references_where_there_are_none_is_exit_2(
    rules: str, measures: list[str], harness: Callable[..., Any]
):
    without_references()
    Path("x.yaml").write_text(config(gate=f"{rules}\n"))
    harness("eval", "--config", "x.yaml")
    harness("baseline", "save", "trial", "-o", "base.json")
    ended = harness("gate", "trial", "--baseline", "base.json")
    assert (ended.code, ended.out) == (2, "")
    said = ended.err.splitlines()
    assert len(said) == len(measures)
    for line, measure in zip(said, measures, strict=True):
        assert f"gate: nothing can be compared: {measure} has a statistic on no cluster, here and in base.json" in line
        assert "found no cluster has a reference" in line


def test_rules_that_need_no_references_hold_without_any(harness: Callable[..., Any]):
    without_references()
    Path("x.yaml").write_text(config(gate="gate: {tolerance: {within-limit: 0.1}, limits: [copied <= 1]}\n"))
    harness("eval", "--config", "x.yaml")
    harness("baseline", "save", "trial", "-o", "base.json")
    assert harness("gate", "trial", "--baseline", "base.json").code == 0


def test_data_that_lost_its_references_is_exit_2_and_says_so(baseline: Path, harness: Callable[..., Any]):
    without_references()
    ended = harness("gate", "--config", "x.yaml", "--baseline", baseline)
    assert ended.code == 2
    assert "not the data of the baseline" in ended.err
    assert "no cluster has a reference" in ended.err


def test_a_run_that_answered_nothing_is_exit_3_also_without_references(harness: Callable[..., Any]):
    without_references()
    harness("eval", "--config", "x.yaml")
    harness("baseline", "save", "trial", "-o", "base.json")
    for name in ("mine.jsonl", "other.jsonl"):
        Path(name).write_text('{"cluster_id": "another", "text": "Dam holds"}\n')
    ended = harness("gate", "--config", "x.yaml", "--baseline", "base.json")
    assert ended.code == 3, ended.err
    assert "TOO MANY FAILURES" in ended.out
