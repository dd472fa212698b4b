"""Gates and assertions of the Python API: rules in two forms, with and without a baseline."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness import api
from harness.config.gate import GateSettings
from harness.config.rules import settings_of
from harness.errors import ConfigError, DataError, UsageError

CONFIG: dict[str, Any] = {
    "name": "rivers",
    "data": {"jsonl": "clusters.jsonl"},
    "models": [{"recorded": {"path": "mine.jsonl"}, "as": "mine"}],
    "metrics": [{"rouge": {"variants": ["rouge1"]}}, "headline"],
}


def predict(template: str, clusters: int = 12) -> None:
    rows = [{"cluster_id": f"r{at}", "text": template.format(at)} for at in range(clusters)]
    Path("mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [
        {"id": f"r{at}", "articles": [f"The river {at} rose."], "references": [f"River {at} rises fast"]}
        for at in range(12)
    ]
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    predict("River {} rises slowly")  # three of four words: ROUGE-1 is 0.75


@pytest.fixture
def run(place: None) -> api.Run:
    return api.evaluate(CONFIG)


def test_the_short_form_says_what_gate_says():
    short = {"rouge1-f": {"min": 0.3, "tolerance": 0.01}, "factual-contradicted": {"max": 0.05, "clusters": 0}}
    assert settings_of({**short, "max_failures": 0.1}) == GateSettings(
        tolerance={"rouge1-f": 0.01},
        limits=("rouge1-f >= 0.3", "factual-contradicted <= 0.05"),
        clusters={"factual-contradicted": 0.0},
        max_failures=0.1,
    )
    both = {"limits": ["words <= 12"], "rouge1": {"min": 1e-7}}
    assert settings_of(both).limits == ("words <= 12", "rouge1 >= 1e-07")


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"rouge1": {"mni": 0.3}}, "rules: rouge1.mni: unknown part of a rule; accepted: any of min, max.*'min'"),
        ({"rouge1": {"min": "0.3"}}, "rules: rouge1.min: not a number; found '0.3'"),
        ({"rouge1": {"min": True}}, "rules: rouge1.min: not a number; found True"),
        ({"rouge1": 0.3}, "rules: rouge1: not a key of a gate.*accepted: any of min"),
        ({"tolerence": {"rouge1": 0.1}}, "rules: tolerence: not a key of a gate.*did you mean 'tolerance'"),
        ({"tolerance": {"rouge1": -1}}, "rules: tolerance.rouge1: .*greater than or equal to 0"),
        ({"limits": "rouge1 >= 0.3", "words": {"max": 9}}, "rules: limits"),
        ({"limits": ["rouge1 = 0.3"]}, "not a limit"),
        ({"max_failures": 2}, "rules: max_failures"),
        ([("rouge1", 1)], "rules: not rules"),
    ],
)
def test_mistakes_in_rules_are_named_with_their_place(rules: Any, said: str):
    with pytest.raises(ConfigError, match=said):
        settings_of(rules)


def test_a_baseline_is_a_file_a_run_or_what_the_rules_name(run: api.Run):
    assert api.save_baseline(run, "base.json") == ["new baseline"]
    predict("Mayor {} denies plan")
    worse = api.evaluate(CONFIG, overrides={"name": "worse"})
    rules = {"rouge1": {"tolerance": 0.01}}
    found = [
        api.gate(worse, "base.json", rules=rules),
        api.gate(worse, run, rules=rules),
        api.gate(worse.name, rules={**rules, "baseline": "base.json"}),
    ]
    assert [each.exit_code for each in found] == [1, 1, 1]
    assert "River 0 rises slowly" in found[0].explain()
    assert api.gate(run, "base.json", rules=rules).passed
    assert api.save_baseline(worse, "base.json")[0] == "mine: 12 of 12 texts changed"
    assert api.gate(worse, "base.json", rules=rules).passed


def test_the_gate_is_the_commands_gate(harness: Callable[..., Any]):
    from harness.report.gate import as_json

    gated = {**CONFIG, "gate": {"baseline": "base.json", "tolerance": {"rouge1": 0.01}}}
    api.save_baseline(api.evaluate(gated), "base.json")
    predict("Mayor {} denies plan")
    worse = api.evaluate(gated, overrides={"name": "worse"})
    printed = harness("gate", worse.name, "--format", "json")
    assert (printed.code, printed.out) == (1, as_json(api.gate(worse).report))


def test_limits_need_no_baseline(run: api.Run):
    assert api.gate(run, rules={"rouge1": {"min": 0.75, "max": 0.75}}).passed
    found = api.gate(run, rules={"rouge1": {"min": 0.8}, "words": {"max": 4}})
    assert (found.passed, bool(found), found.exit_code, found.outcome) == (False, False, 1, "limit")
    assert "the mean is 75; it may not lie below 80 (0.8 in the rule)" in found.explain()
    assert found.explain().splitlines()[0] == "BROKEN LIMIT mine rouge1-f: 75.0"
    assert [finding.decision.passed for finding in found.findings] == [False, True]
    assert found._repr_markdown_().startswith("## Headline quality: ❌")


def test_a_fall_needs_a_baseline(run: api.Run):
    with pytest.raises(UsageError, match="no baseline: how far rouge1 may fall"):
        api.gate(run, rules={"rouge1": {"tolerance": 0.01}})
    with pytest.raises(UsageError, match="no baseline: no limit is given"):
        api.gate(run)
    with pytest.raises(UsageError, match=r"base\.json: no baseline yet; `save_baseline"):
        api.gate(run, "base.json", rules={"rouge1": {"tolerance": 0.01}})


def test_what_cannot_be_compared_with_a_baseline_is_refused_before_a_model_runs(run: api.Run):
    api.save_baseline(run, "base.json")
    with pytest.raises(DataError, match="not the data of the baseline"):
        api.evaluate(CONFIG, limit=3, results="other", against="base.json")
    assert not Path("other").exists()


def test_assert_headlines_passes_and_explains(run: api.Run):
    api.assert_headlines(run, {"rouge1-f": {"min": 0.5}, "words": {"max": 6}})
    api.assert_headlines(run.name, {"rouge1-f": {"min": 0.5}})
    with pytest.raises(AssertionError, match=r"mine rouge1-f: 75\.0.*\n.*may not lie below 90 \(0\.9 in the rule\)"):
        api.assert_headlines(run, {"rouge1-f": {"min": 0.9}})
    with pytest.raises(UsageError, match=r"no measure 'rogue1-f'.*did you mean 'rouge1-f'"):
        api.assert_headlines(run, {"rogue1-f": {"min": 0.5}})


def test_lost_answers_fail_whatever_the_means_are():
    predict("River {} rises slowly", clusters=9)
    run = api.evaluate(CONFIG)
    found = api.gate(run, rules={"rouge1": {"min": 0.5}})
    assert (found.outcome, found.exit_code) == ("failures", 3)
    assert "3 of 12 clusters failed" in found.explain()
    assert api.gate(run, rules={"rouge1": {"min": 0.5}, "max_failures": 0.25}).passed


def test_a_measure_without_a_number_breaks_its_limit_with_the_reason(run: api.Run):
    predict("{0} rivers rise")
    rows = [{"id": f"r{at}", "articles": [f"The river {at} rose."]} for at in range(12)]
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    bare = api.evaluate(CONFIG)
    with pytest.raises(AssertionError, match=r"no cluster is scored.*\n.*12 × .*no reference"):
        api.assert_headlines(bare, {"rouge1": {"min": 0.1}})


def test_only_the_configurations_named_are_held(run: api.Run):
    two = {**CONFIG, "models": [*CONFIG["models"], "lead"]}
    both = api.evaluate(two)
    assert not api.gate(both, rules={"rouge1": {"min": 0.7}}).passed
    assert api.gate(both, rules={"rouge1": {"min": 0.7}, "configurations": ["mine"]}).passed
    with pytest.raises(UsageError, match=r"no configuration 'mime'.*did you mean 'mine'"):
        api.gate(both, rules={"rouge1": {"min": 0.7}, "configurations": ["mime"]})
