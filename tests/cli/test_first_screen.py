"""The first screen of `eval`, `show` and `compare`: the ranking, what is certain of it, and what it ranks by."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CONFIG = """\
name: trial
data: {jsonl: clusters.jsonl}
models:
  - lead
  - recorded: {path: mine.jsonl}
    as: mine
metrics:
  - rouge: {variants: [rouge1]}
  - headline
"""


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with four clusters; one system has texts for two of them."""
    monkeypatch.chdir(tmp_path)
    Path("x.yaml").write_text(CONFIG)
    clusters = [
        {
            "id": f"c{at}",
            "articles": [{"title": f"Dam {at} holds", "text": "It held."}],
            "references": [f"Dam {at} holds firm"],
        }
        for at in range(4)
    ]
    texts = [{"cluster_id": "c0", "text": "Dam 0 holds firm"}, {"cluster_id": "c1", "text": "Dam 1 bursts"}]
    for name, rows in (("clusters", clusters), ("mine", texts)):
        Path(f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_the_first_screen_ranks_and_says_what_is_certain(harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "80")
    ended = harness("eval", "--config", "x.yaml")
    lines = ended.out.splitlines()
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("1 ") for line in lines)
    assert "2 to 4 of the clusters have a score." in ended.out  # one system answered two of four
    assert "--details" in lines[-2] + lines[-1]
    assert "characters" not in ended.out  # no table of a metric
    # F is 1 and 2 · 2 / (3 + 4) on what `mine` answered; two more of 0 or 1 make (11/7) / 4 and (11/7 + 2) / 4
    bound = "mine has no score on 2 clusters that failed: had they scored 0 or 100, its ROUGE-1 would be 39.3 or 89.3."
    assert bound in " ".join(ended.out.split())


def test_of_one_cluster_no_line_speaks_of_several(harness: Callable[..., Any]):
    said = " ".join(harness("eval", "--config", "x.yaml", "--limit", "1").out.split())
    assert "Ranked by ROUGE-1 (rouge1-f), 1 cluster;" in said
    assert "1 cluster, data " in said


def test_six_configurations_and_four_metrics_fit_eighty_columns_and_thirty_lines(
    harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "80")
    models = "  - central\n  - lexrank\n  - lexrank: {max_words: 5}\n    as: a-system-with-a-long-name\n  - oracle\n"
    written = CONFIG.replace("[rouge1]", "[rouge1, rouge2, rougeL]").replace("metrics:\n", f"{models}metrics:\n")
    Path("x.yaml").write_text(f"{written}  - surface\n  - factual\n")
    lines = harness("eval", "--config", "x.yaml", "--no-cache", "--jobs", "1").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 36  # six names in two lines each, where the demo has four
    heads = "".join(" ".join(lines[:2]).split())
    assert all(part in heads for part in ("ROUGE", "limit", "ported", "dicted")), heads


def test_what_is_ranked_by_is_named_in_the_configuration_or_by_a_flag(harness: Callable[..., Any]):
    written = CONFIG.replace("[rouge1]", "[rouge1, rouge2, rougeL]")
    Path("x.yaml").write_text(written)
    assert "Ranked by ROUGE-L (rougeL-f)" in harness("eval", "--config", "x.yaml", "--primary", "rougeL").out
    Path("x.yaml").write_text(f"{written}primary: rouge2\n")
    assert "Ranked by ROUGE-2" in harness("eval", "--config", "x.yaml").out
    Path("x.yaml").write_text(f"{written.replace('trial', 'second')}primary: rouge2\n")
    assert "Ranked by ROUGE-2" in harness("eval", "--config", "x.yaml").out
    assert "Ranked by ROUGE-2" in harness("show", "second@latest").out
    Path("x.yaml").write_text(f"{written}primary: rogue2\n")
    line = len(written.splitlines()) + 1
    for command in ("validate", "eval"):
        ended = harness(command, "--config", "x.yaml")
        assert ended.code == 2
        assert f"x.yaml:{line}" in ended.err
        assert "did you mean 'rouge2" in ended.err
    Path("x.yaml").write_text(written.replace("trial", "third"))
    for wrong in ("rogue1", "words"):
        assert harness("eval", "--config", "x.yaml", "--primary", wrong).code == 2
    assert not list(Path("results").glob("third-*"))  # refused before a model ran
    Path("x.yaml").write_text(f"{written}primary: words\n")
    assert "better neither way" in harness("eval", "--config", "x.yaml").err
    Path("x.yaml").write_text(f"{written}primary: 3\n")
    assert "not a measure" in harness("validate", "--config", "x.yaml").err


def test_an_upper_bound_stands_last_without_a_rank_and_nothing_is_measured_against_it(harness: Callable[..., Any]):
    Path("x.yaml").write_text(CONFIG.replace("  - lead\n", "  - oracle\n  - lead\n"))
    lines = harness("eval", "--config", "x.yaml").out.splitlines()
    ranked = [line.split()[:2] for line in lines if line[:2] in ("1 ", "2 ", "3 ", "– ")]
    assert ranked[-1] == ["–", "oracle"]
    assert [rank for rank, _ in ranked[:-1]] == ["1", "2"]
    assert not any("oracle" in line and ("better" in line or "told apart" in line) for line in lines)


def test_compare_ranks_and_tests_one_measure_and_with_details_all(harness: Callable[..., Any]):
    harness("eval", "--config", "x.yaml")
    one, every = harness("compare", "trial").out, harness("compare", "trial", "--details").out
    assert "Ranked by ROUGE-1 (rouge1-f)" in one
    assert "within-limit" not in one
    assert "within-limit" in every
    ended = harness("compare", "trial", "--metric", "headline", "--primary", "rouge1")
    assert (ended.code, ended.out) == (2, "")
    assert "'rouge1-f' is not compared; there are" in ended.err
    assert "nothing can be ranked by it" in harness("compare", "trial", "--primary", "words").err
    assert harness("compare", "trial", "--metric", "words").out.startswith("words")  # nothing to rank by


def test_a_form_that_ranks_nothing_refuses_a_measure_to_rank_by(harness: Callable[..., Any]):
    harness("eval", "--config", "x.yaml")
    for command in (("show", "trial"), ("compare", "trial")):
        ended = harness(*command, "--format", "csv", "--primary", "rouge1")
        assert (ended.code, ended.out) == (2, "")
        assert "--primary ranks the table" in ended.err
