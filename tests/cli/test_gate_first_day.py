"""`harness gate` on a user's first day: no baseline yet, misspelt rules, lost answers, a metric that fails."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from harness.metrics.rouge import Rouge

CLUSTERS = 12
METRICS = "[rouge: {variants: [rouge1, rougeL]}, headline, surface]"


def text(number: int) -> str:
    return f"Ferry {number} runs aground off Tilde with {number + 20} aboard"


def predict(file: str, rows: Iterable[int], text_of: Callable[[int], str] = text) -> None:
    lines = [json.dumps({"cluster_id": f"c{number}", "text": text_of(number)}) for number in rows]
    Path(file).write_text("\n".join(lines) + "\n")


def configure(gate: str, metrics: str = METRICS) -> None:
    Path("x.yaml").write_text(
        "name: trial\n"
        "data: {jsonl: clusters.jsonl}\n"
        "models:\n"
        "  - recorded: mine.jsonl\n"
        "    as: mine\n"
        "  - recorded: other.jsonl\n"
        "    as: other\n"
        f"metrics: {metrics}\n"
        f"{gate}"
    )


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    rows = [
        {"id": f"c{number}", "articles": [{"text": text(number) + "."}], "references": [text(number)]}
        for number in range(CLUSTERS)
    ]
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for name in ("mine", "other"):
        predict(f"{name}.jsonl", range(CLUSTERS))
    configure("gate: {baseline: base.json, tolerance: {rouge1: 0.01}}\n")


@pytest.fixture
def taken(harness: Callable[..., Any]) -> None:
    assert harness("gate", "-c", "x.yaml", "--update").code == 0


def gate(harness: Callable[..., Any], *more: str) -> tuple[Any, dict[str, Any], ElementTree.Element]:
    """Gates `x.yaml` three ways: text with annotations and summary, JSON, JUnit."""
    told = harness("gate", "-c", "x.yaml", "--junit", "gate.xml", "--github", *more)
    found = json.loads(harness("gate", "-c", "x.yaml", "--format", "json", *more).out)
    assert found["exit_code"] == told.code
    return told, found, ElementTree.parse("gate.xml").getroot()[0]


@pytest.mark.parametrize("command", ["validate", "eval", "gate"])
def test_a_rule_on_no_measure_is_refused_with_line_and_nearest_name_before_a_model_runs(
    command: str, harness: Callable[..., Any]
):
    configure(
        "gate:\n  baseline: base.json\n  tolerance:\n    rogue1: 0.01\n  limits: [factul.contradicted <= 0.1]\n"
        "  clusters: {words: 3}\n  configurations: [mine, othr]\n"
    )
    ended = harness(command, "-c", "x.yaml", *(["--update"] if command == "gate" else []))
    assert (ended.code, Path("results").exists()) == (2, False)
    said = ended.err.splitlines()
    assert said[0].startswith("error: x.yaml:12: gate.tolerance.rogue1: no measure 'rogue1'; accepted: rouge1-f, ")
    assert said[0].endswith("did you mean 'rouge1'?")
    assert said[1].startswith("error: x.yaml:13: gate.limits.0: no measure 'factul.contradicted'")
    assert said[2].startswith("error: x.yaml:14: gate.clusters.words: 'words' is better neither way")
    assert said[3] == (
        "error: x.yaml:15: gate.configurations.1: no configuration 'othr'; accepted: mine, other; did you mean 'other'?"
    )


def test_a_baseline_that_is_a_folder_is_refused_by_validate(harness: Callable[..., Any]):
    Path("kept").mkdir()
    configure("gate: {baseline: kept}\n")
    ended = harness("validate", "-c", "x.yaml")
    assert ended.code == 2
    assert "x.yaml:9: gate.baseline: a folder; found 'kept'; accepted: the name of a file" in ended.err


def test_validate_reads_the_baseline_and_says_where_there_is_none_yet(harness: Callable[..., Any]):
    ended = harness("validate", "-c", "x.yaml")
    assert ended.code == 0
    assert "note: base.json: no baseline yet; `harness gate --config x.yaml --update` makes it" in ended.err
    Path("base.json").write_text("{}")
    ended = harness("validate", "-c", "x.yaml")
    assert (ended.code, "error: base.json: run: not a baseline" in ended.err) == (2, True)


def test_rules_of_a_configuration_beside_a_run_are_held_against_the_runs_measures(harness: Callable[..., Any]):
    harness("gate", "-c", "x.yaml", "--update")
    configure("gate: {baseline: base.json, tolerance: {surface: 0.1, factual.supported: 0.1}}\n", "[factual]")
    ended = harness("gate", "trial", "-c", "x.yaml")
    assert ended.code == 2
    assert "x.yaml:9: gate.tolerance.factual.supported: no measure 'factual.supported'" in ended.err
    assert "tolerance.surface" not in ended.err


def test_without_a_baseline_the_way_to_a_first_one_is_said_before_a_model_runs(harness: Callable[..., Any]):
    ended = harness("gate", "-c", "x.yaml")
    assert (ended.code, ended.out, Path("results").exists()) == (2, "", False)
    assert ended.err == "error: base.json: no baseline yet; add --update to take this run as the first\n"
    first = harness("gate", "-c", "x.yaml", "--update")
    assert (first.code, first.out.splitlines()[0]) == (0, "new baseline")
    assert harness("gate", "-c", "x.yaml").code == 0
    ended = harness("gate", "trial", "--baseline", "another.json")
    assert (ended.code, "another.json: no baseline yet; add --update" in ended.err) == (2, True)


@pytest.mark.parametrize("update", [[], ["--update"]])
def test_an_unreadable_baseline_is_said_before_a_model_runs(update: list[str], harness: Callable[..., Any]):
    Path("base.json").write_text("{")
    ended = harness("gate", "-c", "x.yaml", *update)
    assert (ended.code, Path("results").exists()) == (2, False)
    assert "base.json" in ended.err
    assert "not JSON" in ended.err
    assert Path("base.json").read_text() == "{"


@pytest.mark.usefixtures("taken")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("metrics.0.rouge.stemmer=false", "rouge1-f: the signatures differ"),
        ("models.other.as=renamed", "no configuration 'other', which the baseline has; there are mine, renamed"),
        ("data={jsonl: more.jsonl}", "1 cluster more, such as new"),
    ],
)
def test_what_does_not_fit_the_baseline_is_said_before_a_model_runs(
    change: str, said: str, harness: Callable[..., Any]
):
    new = {"id": "new", "articles": [{"text": "A new one."}], "references": ["New"]}
    Path("more.jsonl").write_text(Path("clusters.jsonl").read_text() + json.dumps(new) + "\n")
    before = sorted(Path("results").iterdir())
    ended = harness("gate", "-c", "x.yaml", "--set", change)
    assert ended.code == 2
    assert said in ended.err
    assert sorted(Path("results").iterdir()) == before


@pytest.mark.usefixtures("taken")
def test_lost_answers_are_called_so_and_end_with_3(harness: Callable[..., Any]):
    predict("mine.jsonl", range(CLUSTERS - 3))
    told, found, junit = gate(harness)
    assert told.code == 3
    head = "LOST ANSWERS mine: 3 of 12 clusters failed, 25 %; at most 0 % may"
    assert told.out.splitlines()[0] == head
    assert "gate: TOO MANY FAILURES: mine failed on 3 of 12 clusters; 1 of 1 rules hold\n" in told.out
    assert f"::error title=harness gate%3A mine::{head.replace('%', '%25')}" in told.out
    assert "## Headline quality: ⛔ too many failures" in told.out
    assert "REGRESSION" not in told.out.upper()
    assert (found["outcome"], found["failures"][0]["causes"][0]["clusters"]) == ("failures", 1)
    assert {finding["verdict"] for finding in found["findings"]} == {"pass"}
    assert (junit.get("failures"), junit.get("errors")) == ("0", "1")
    assert [error.get("message") for error in junit.iter("error")] == [head]


@pytest.mark.usefixtures("taken")
@pytest.mark.parametrize("allowed", [0.0, 1.0])
def test_a_configuration_that_answered_nothing_is_no_regression(allowed: float, harness: Callable[..., Any]):
    Path("mine.jsonl").write_text('{"cluster_id": "another", "text": "Dam holds"}\n')
    told, found, junit = gate(harness, "--set", f"gate.max_failures={allowed}")
    assert told.code == 3
    assert "LOST ANSWERS mine" in told.out
    assert "could not be held (mine: rouge1-f)" in told.out
    assert "REGRESSION" not in told.out.upper()
    assert "no difference" not in told.out
    assert (junit.get("failures"), found["rules"][0]["holds"]) == ("0", False)


@pytest.mark.usefixtures("taken")
def test_lost_scores_are_called_so_with_their_reasons_and_end_with_3(harness: Callable[..., Any]):
    configure("gate: {baseline: base.json, tolerance: {surface.number: 0.5}}\n")
    # Without figures there is no number whose support could be looked at.
    predict("mine.jsonl", range(CLUSTERS), lambda number: text(number) if number > 1 else "Ferry aground off Tilde")
    told, found, junit = gate(harness)
    assert told.code == 3, told.out
    first, why = told.out.splitlines()[:2]
    assert first.startswith(
        "LOST SCORES mine surface-number: 2 of 12 clusters scored in the baseline have no statistic"
    )
    assert why.strip().startswith("2 × ")
    assert "gate: LOST SCORES: 1 of 1 rules broken (mine: surface-number), 12 clusters" in told.out
    assert "REGRESSION" not in told.out.upper()
    assert (found["outcome"], junit.get("failures"), junit.get("errors")) == ("lost", "0", "1")


@pytest.mark.usefixtures("taken")
def test_a_metric_that_failed_on_every_cluster_is_exit_2_with_its_reason_everywhere(
    harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    def missing(*_: object) -> Any:
        raise ModuleNotFoundError("No module named 'scorer'")

    monkeypatch.setattr(Rouge, "findings_all", missing)
    monkeypatch.setattr(Rouge, "findings", missing)
    predict("mine.jsonl", range(CLUSTERS), lambda number: text(number) + " again")
    told, found, junit = gate(harness)
    assert told.code == 2
    head = "NOT COMPARED mine rouge1-f: its metric failed on all 12 clusters that mine answered"
    assert head in told.out.splitlines()
    reason = "rouge: ModuleNotFoundError: No module named 'scorer'"
    assert f"  12 × {reason}" in told.out.splitlines()
    assert f"::error title=harness gate%3A mine rouge1-f::{head}%0A  12 × {reason}" in told.out
    assert "REGRESSION" not in told.out.upper()
    assert (found["outcome"], found["findings"][0]["causes"]) == ("not_compared", [{"reason": reason, "clusters": 12}])
    assert reason in (next(junit.iter("error")).text or "")
    # The same of the stored run, gated by its name.
    stored = harness(
        "gate", "trial-" + Path(f"results/{found['run']}").name.rpartition("-")[2], "--baseline", "base.json"
    )
    assert (stored.code, reason in stored.out) == (2, True)


def test_a_baseline_without_a_statistic_is_not_compared(harness: Callable[..., Any]):
    configure("gate: {baseline: base.json, tolerance: {surface.number: 0.5}}\n")
    predict("mine.jsonl", range(CLUSTERS), lambda number: "Ferry aground off Tilde" if number < 99 else "")
    assert harness("gate", "-c", "x.yaml", "--update").code == 0
    predict("mine.jsonl", range(CLUSTERS))
    told, _, junit = gate(harness)
    assert told.code == 2
    assert "NOT COMPARED mine surface-number: the baseline has a statistic on no cluster" in told.out
    assert (junit.get("failures"), junit.get("errors")) == ("0", "1")


@pytest.mark.usefixtures("taken")
def test_rules_are_counted_as_they_were_written(harness: Callable[..., Any]):
    configure(
        "gate: {baseline: base.json, tolerance: {rouge: 0.01, surface: 0.9}, limits: [rougeL >= 0.2],"
        " clusters: {rouge1: 0.9}}\n"
    )
    # `rouge` stands for two F values and more, each held for two configurations: one rule of four.
    for name in ("mine", "other"):
        predict(f"{name}.jsonl", range(CLUSTERS), lambda number: text(number).replace("with", "carrying many"))
    told, found, _ = gate(harness)
    assert told.code == 1
    last = next(line for line in told.out.splitlines() if line.startswith("gate: "))
    assert last.startswith("gate: REGRESSION: 1 of 4 rules broken (mine: rouge1-f"), last
    assert "; other: rouge1-f" in last
    assert [rule["rule"] for rule in found["rules"] if not rule["holds"]] == ["tolerance rouge: 0.01"]


@pytest.mark.usefixtures("taken")
def test_the_word_regression_never_stands_beside_a_difference_of_zero(harness: Callable[..., Any]):
    unchanged, found, junit = gate(harness, "--set", "gate.limits=[rouge1 >= 1.5]")
    assert unchanged.code == 1
    assert "BROKEN LIMIT mine rouge1-f: 100.0 (baseline 100.0)" in unchanged.out
    assert "gate: BROKEN LIMIT: 1 of 2 rules broken (mine: rouge1-f; other: rouge1-f), 12 clusters" in unchanged.out
    assert "REGRESSION" not in unchanged.out.upper()
    assert (found["outcome"], junit.get("failures"), junit.get("errors")) == ("limit", "2", "0")


@pytest.mark.usefixtures("taken")
def test_a_small_fall_is_shown_with_the_decimals_it_needs(harness: Callable[..., Any]):
    # Statistics are kept to six decimals: a millionth on one of 12 clusters is a mean of 0.0000083 points.
    kept = json.loads(Path("base.json").read_text())
    for cell in kept["configurations"][0]["clusters"].values():
        cell["statistics"]["rouge1-f"] = 1.000001
    Path("base.json").write_text(json.dumps(kept))
    told, _, _ = gate(harness, "--set", "gate.tolerance.rouge1=0")
    assert told.code == 1
    assert told.out.splitlines()[0] == "REGRESSION mine rouge1-f: 100.0001 → 100.0000 (-0.0001)"


def test_a_tolerance_that_cannot_be_broken_is_told_once_for_all_configurations(harness: Callable[..., Any]):
    """With 3 clusters the smallest one-sided p-value is 1/8; the guard over single clusters works all the same."""
    configure("gate: {baseline: base.json, tolerance: {rouge1: 0.01}, clusters: {rouge1: 0.5}}\n")
    harness("gate", "-c", "x.yaml", "--limit", 3, "--update")
    note = (
        "note: 3 clusters are too few for any fall of the mean of rouge1-f to be significant; "
        "its tolerance cannot be broken (mine, other)"
    )
    told = harness("gate", "-c", "x.yaml", "--limit", 3, "--github")
    assert (told.code, told.out.splitlines()[1]) == (0, note)
    assert told.out.count("too few") == 2, "the note, and the same as one annotation"
    assert f"::warning title=harness gate::{note}" in told.out.splitlines()
    predict("mine.jsonl", range(CLUSTERS), "No word of it, {}".format)
    told = harness("gate", "-c", "x.yaml", "--limit", 3)
    assert told.code == 1
    assert told.out.startswith("REGRESSION mine rouge1-f: 100.0 → ")
    assert told.out.splitlines()[-1] == note
