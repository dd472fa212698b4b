"""What a user learns where a metric failed on every prediction of a configuration: exit 3, which, and why."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn, Self

import pytest

from harness.checkers.rules import Rules
from harness.metrics import accelerated
from harness.metrics.headline import Headline

CONFIG = """\
name: kites
data: {jsonl: kites.jsonl}
models:
  - lead
  - recorded: {path: mine.jsonl}
    as: mine
metrics: [rouge, headline]
"""


def write_clusters(*, references: bool = True) -> None:
    clusters = [
        {
            "id": f"kite-{number}",
            "articles": [{"id": "a", "title": f"Kite {number} flies", "text": "A kite flew over the bay."}],
            **({"references": [f"Kite {number} flies over bay"]} if references else {}),
        }
        for number in range(3)
    ]
    Path("kites.jsonl").write_text("".join(json.dumps(row) + "\n" for row in clusters))
    written = [{"cluster_id": f"kite-{number}", "text": "mine: a kite"} for number in range(2)]
    Path("mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in written))


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("kites.yaml").write_text(CONFIG)
    write_clusters()


def breaks(metric: type[Any], monkeypatch: pytest.MonkeyPatch, when: Callable[[str], bool]) -> None:
    """Have a metric raise for the predictions that `when` names by their text."""
    sound = metric.findings_all

    def findings_all(self: Any, cases: Sequence[Any]) -> Any:
        if any(when(case.prediction.text) for case in cases):
            raise OSError("the disc of the scorer is gone")
        return sound(self, cases)

    monkeypatch.setattr(metric, "findings_all", findings_all)


def test_a_metric_that_failed_throughout_ends_with_3_and_is_named_with_its_reason(
    harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    breaks(Headline, monkeypatch, lambda _: True)
    ended = harness("eval", "--config", "kites.yaml")
    assert ended.code == 3
    why = "OSError: the disc of the scorer is gone"
    assert f"error: metric headline failed on all 3 predictions of lead: {why}\n" in ended.err
    assert f"error: metric headline failed on all 2 predictions of mine: {why}\n" in ended.err
    assert "metric rouge" not in ended.err
    assert "complete:" not in ended.err


def test_only_the_configuration_that_it_failed_for_is_named(
    harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    breaks(Headline, monkeypatch, lambda text: text.startswith("mine"))
    ended = harness("eval", "--config", "kites.yaml")
    assert ended.code == 3
    assert "metric headline failed on all 2 predictions of mine" in ended.err
    assert "of lead" not in ended.err


def test_one_prediction_that_was_scored_is_enough(harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch):
    breaks(Headline, monkeypatch, lambda text: not text.startswith("Kite 1"))
    Path("kites.yaml").write_text(CONFIG.replace("  - recorded: {path: mine.jsonl}\n    as: mine\n", ""))
    ended = harness("eval", "--config", "kites.yaml")
    assert ended.code == 0
    assert "2 × lead: OSError" in ended.err


def test_unscorable_is_no_failure(harness: Callable[..., Any]):
    write_clusters(references=False)  # rouge has a reason in place of every statistic
    ended = harness("eval", "--config", "kites.yaml")
    assert ended.code == 0
    assert "failed on all" not in ended.err


def test_a_finished_run_is_found_again_with_the_same_end_until_it_is_mended(
    harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as broken:
        breaks(Headline, broken, lambda _: True)
        assert harness("eval", "--config", "kites.yaml").code == 3
    again = harness("eval", "--config", "kites.yaml")
    assert again.code == 3
    assert "the same command with --retry-errors scores what is there" in again.err
    assert harness("eval", "--config", "kites.yaml", "--retry-errors").code == 0
    assert harness("eval", "--config", "kites.yaml").code == 0


def test_score_ends_the_same_way(harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch):
    assert harness("eval", "--config", "kites.yaml").code == 0
    Path("more.yaml").write_text(CONFIG.replace("[rouge, headline]", "[headline]"))
    breaks(Headline, monkeypatch, lambda _: True)
    ended = harness("score", "kites", "--config", "more.yaml")
    assert ended.code == 3
    assert "metric headline failed on all 3 predictions of lead: OSError" in ended.err


def test_a_check_that_failed_throughout_names_the_metric_and_the_checkers_reason(
    harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    class Broken:
        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def check_all(self, *_: object) -> NoReturn:
            raise ConnectionError("the checker went away")

    monkeypatch.setattr(Rules, "open", lambda _: Broken())
    monkeypatch.setattr(Rules, "problems", lambda _: [])
    Path("kites.yaml").write_text(CONFIG.replace("[rouge, headline]", "[rouge, {factual: {checker: rules}}]"))
    ended = harness("eval", "--config", "kites.yaml")
    assert ended.code == 3
    assert "metric factual failed on all 3 predictions of lead: ConnectionError: the checker went away" in ended.err


@pytest.fixture
def _no_compiled_code() -> Any:
    for cached in (accelerated.is_installed, accelerated._scorer, accelerated._tokenizer):
        cached.cache_clear()
    yield
    for cached in (accelerated.is_installed, accelerated._scorer, accelerated._tokenizer):
        cached.cache_clear()


@pytest.mark.usefixtures("_no_compiled_code")
@pytest.mark.parametrize("missing", ["rouge_score_rs", "rouge_score_rs.tokenizers"])
def test_rouge_needs_no_compiled_code_whether_it_is_absent_or_cannot_be_imported(
    missing: str, harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(__import__("sys").modules, missing, None)  # what imports it meets ImportError
    ended = harness("eval", "--config", "kites.yaml", "--format", "json")
    assert ended.code == 0
    assert not accelerated.is_installed()
    means = {
        (row["configuration"], row["measure"]): row["mean"]
        for row in json.loads(ended.out)["summaries"]
        if row["measure"] == "rouge1-f"
    }
    # lead: "Kite 0 flies", 3 tokens, all of them among the reference's 5: P = 1, R = 3/5, F = 6/8.
    assert means["lead", "rouge1-f"] == pytest.approx(6 / 8)
