"""The main job from outside: `harness eval`, `score`, `list`, `show`."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CONFIG = """\
name: trial
seed: 0
data: {jsonl: clusters.jsonl}
models:
  - lead
  - recorded: {path: mine.jsonl}
    as: mine
metrics:
  - rouge: {variants: [rouge1], stemmer: false}
  - headline
"""

CLUSTERS = [
    {
        "id": f"c{number}",
        "articles": [{"id": "a", "title": f"Dam {number} holds firm", "text": "The dam held on Monday."}],
        "references": [f"Dam {number} holds firm again"],
    }
    for number in range(4)
]


def write_rows(file: str, rows: list[dict[str, Any]]) -> None:
    Path(file).write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.yaml").write_text(CONFIG)
    write_rows("clusters.jsonl", CLUSTERS)
    # One prediction is right, one is half right, one is nothing, one is missing.
    write_rows(
        "mine.jsonl",
        [
            {"cluster_id": "c1", "text": "Dam 1 bursts badly again"},
            {"cluster_id": "c0", "text": "Dam 0 holds firm again"},
            {"cluster_id": "c2", "text": "  "},
        ],
    )


def rows_of(name: str) -> list[dict[str, Any]]:
    folder = next(Path("results").glob("[!.]*"))
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]


def test_json_holds_means_and_denominators_joined_by_id(harness: Callable[..., Any]):
    ended = harness("eval", "--config", "x.yaml", "--format", "json")
    assert ended.code == 0
    found = {(row["configuration"], row["measure"]): row for row in json.loads(ended.out)["summaries"]}
    # lead: 4 of 4 tokens are among the reference's 5: P = 1, R = 4/5, F = 8/9 on every cluster.
    assert found["lead", "rouge1-f"]["mean"] == pytest.approx(8 / 9, abs=1e-12)
    # mine: F = 1 on c0; on c1 three of five tokens on both sides, F = 3/5; c2 refused and c3 missing are not zeros.
    assert found["mine", "rouge1-f"]["mean"] == pytest.approx((1 + 3 / 5) / 2, abs=1e-12)
    assert [found["mine", "rouge1-f"][key] for key in ("scored", "unscorable", "failed")] == [2, 0, 2]
    assert "failures: mine on 2 of 4 clusters" in ended.err


def test_what_failed_is_a_row_with_its_reason(harness: Callable[..., Any]):
    harness("eval", "--config", "x.yaml")
    failures = {row["cluster_id"]: row for row in rows_of("failures.jsonl")}
    assert set(failures) == {"c2", "c3"}
    assert "the prediction for cluster 'c2' is empty" in failures["c2"]["message"]
    assert "no recorded prediction for cluster 'c3'" in failures["c3"]["message"]


def test_the_run_folder_holds_what_it_promises(harness: Callable[..., Any]):
    harness("eval", "--config", "x.yaml", "--limit", 3)
    folder = next(Path("results").glob("[!.]*"))
    manifest = json.loads((folder / "manifest.json").read_text())
    assert folder.name == f"trial-{manifest['digest']}"
    assert {path.name for path in folder.iterdir()} == {
        ".lock",
        "clusters.jsonl",
        "manifest.json",
        "predictions.jsonl",
        "scores.jsonl",
        "failures.jsonl",
        "events.jsonl",
        "table.md",
    }
    assert manifest["schema_version"] == 1
    assert manifest["status"] == "complete"
    assert manifest["seed"] == 0
    assert manifest["clusters"] == manifest["limit"] == 3
    assert manifest["config"]["models"][1] == {
        "recorded": {"path": "mine.jsonl", "fields": {"cluster_id": "cluster_id", "text": "text"}},
        "as": "mine",
    }
    assert manifest["configurations"][1]["identity"]
    assert manifest["versions"]["python"]
    assert manifest["counts"]["mine"]["failed"] == 1


def test_the_resolved_configuration_of_a_manifest_makes_the_same_run(harness: Callable[..., Any]):
    harness("eval", "--config", "x.yaml", "--set", "models.lead.article=longest")
    folder = next(Path("results").glob("[!.]*"))
    resolved = json.loads((folder / "manifest.json").read_text())["config"]
    Path("again.yaml").write_text(json.dumps(resolved))  # JSON is YAML
    assert harness("eval", "--config", "again.yaml").code == 0
    assert list(Path("results").glob("[!.]*")) == [folder]


def test_the_same_configuration_finds_its_folder_and_prints_the_same_bytes(harness: Callable[..., Any]):
    first = harness("eval", "--config", "x.yaml", "--format", "csv")
    stamp = (next(Path("results").glob("[!.]*")) / "predictions.jsonl").stat().st_mtime_ns
    second = harness("eval", "--config", "x.yaml", "--format", "csv")
    shown = harness("show", "trial", "--format", "csv")
    assert first.out == second.out == shown.out
    assert (next(Path("results").glob("[!.]*")) / "predictions.jsonl").stat().st_mtime_ns == stamp


@pytest.mark.parametrize(
    "change",
    [
        ("--set", "seed=1"),
        ("--set", "models.lead.article=longest"),
        ("--set", "metrics.rouge.stemmer=true"),
        ("--limit", "2"),
    ],
)
def test_anything_that_can_change_a_number_makes_another_folder(change: tuple[str, str], harness: Callable[..., Any]):
    harness("eval", "--config", "x.yaml")
    harness("eval", "--config", "x.yaml", *change)
    assert len(list(Path("results").glob("[!.]*"))) == 2


def test_other_predictions_in_the_same_file_make_another_folder(harness: Callable[..., Any]):
    harness("eval", "--config", "x.yaml")
    write_rows("mine.jsonl", [{"cluster_id": "c0", "text": "Another"}])
    harness("eval", "--config", "x.yaml")
    assert len(list(Path("results").glob("[!.]*"))) == 2


def test_a_killed_run_goes_on_to_the_same_bytes_and_redoes_a_torn_line(harness: Callable[..., Any]):
    harness("eval", "--config", "x.yaml")
    folder = next(Path("results").glob("[!.]*"))
    names = ("predictions.jsonl", "scores.jsonl", "failures.jsonl", "table.md")
    whole = {name: (folder / name).read_bytes() for name in names}
    manifest = json.loads((folder / "manifest.json").read_text())
    lines = whole["predictions.jsonl"].splitlines(keepends=True)
    (folder / "predictions.jsonl").write_bytes(lines[0] + lines[1] + lines[2][:20])
    (folder / "scores.jsonl").unlink()
    (folder / "failures.jsonl").unlink()
    (folder / "manifest.json").write_text(json.dumps({**manifest, "status": "running", "counts": {}}))
    assert harness("eval", "--config", "x.yaml").code == 0
    assert {name: (folder / name).read_bytes() for name in names} == whole


def test_a_torn_line_is_no_row_for_those_who_only_read(harness: Callable[..., Any]):
    harness("eval", "--config", "x.yaml")
    file = next(Path("results").glob("trial-*")) / "predictions.jsonl"
    manifest = file.with_name("manifest.json")
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "status": "interrupted", "files": {}}))
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"prediction_id":"1", "clus')
    shown = harness("show", "trial", "--cluster", "c1")
    assert shown.code == 0
    assert "Dam 1 holds firm" in shown.out
    assert file.read_bytes() != whole  # reading writes nothing


def test_retry_errors_runs_only_what_failed(harness: Callable[..., Any]):
    harness("eval", "--config", "x.yaml")
    folder = next(Path("results").glob("[!.]*"))
    before = (folder / "predictions.jsonl").read_bytes()
    again = harness("eval", "--config", "x.yaml", "--retry-errors")
    assert again.code == 0
    assert (folder / "predictions.jsonl").read_bytes() == before
    assert len(rows_of("failures.jsonl")) == 2


def test_what_retry_errors_mends_stands_where_it_would_have_stood(
    harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    from harness.metrics.headline import Headline
    from harness.models.lead import Lead

    harness("eval", "--config", "x.yaml")
    folder = next(Path("results").glob("[!.]*"))
    names = ("predictions.jsonl", "scores.jsonl", "failures.jsonl", "table.md")
    whole = {name: (folder / name).read_bytes() for name in names}
    shutil.rmtree("results")
    pick, findings = Lead.pick, Headline.findings_all

    def fails(self: Any, given: Any) -> Any:
        raise MemoryError

    def found(self: Headline, cases: Any) -> Any:
        return (fails if any(case.cluster.cluster_id == "c0" for case in cases) else findings)(self, cases)

    with monkeypatch.context() as broken:
        broken.setattr(
            Lead, "pick", lambda self, cluster: (fails if cluster.cluster_id == "c1" else pick)(self, cluster)
        )
        broken.setattr(Headline, "findings_all", found)
        harness("eval", "--config", "x.yaml")
        assert [(row["stage"], row["cluster_id"], row["error"]) for row in rows_of("failures.jsonl")][::3] == [
            ("generate", "c1", "MemoryError"),
            ("score", "c0", "MemoryError"),
        ]
    assert harness("eval", "--config", "x.yaml").code == 0  # what failed is not tried again unasked
    assert len(rows_of("failures.jsonl")) == 5
    assert harness("eval", "--config", "x.yaml", "--retry-errors").code == 0
    assert {name: (folder / name).read_bytes() for name in names} == whole


def test_a_model_that_fails_on_every_cluster_ends_with_3(harness: Callable[..., Any]):
    write_rows("mine.jsonl", [{"cluster_id": "other", "text": "x"}])
    ended = harness("eval", "--config", "x.yaml", "--format", "json")
    assert ended.code == 3
    assert "no cluster was answered by mine" in ended.err
    mine = [row for row in json.loads(ended.out)["summaries"] if row["configuration"] == "mine"]
    assert {row["mean"] for row in mine} == {None}


def test_a_folder_in_use_is_refused_and_its_owner_named(harness: Callable[..., Any]):
    from harness.results.run_folder import RunFolder

    harness("eval", "--config", "x.yaml")
    with RunFolder(next(Path("results").glob("[!.]*"))).locked():
        ended = harness("eval", "--config", "x.yaml")
    assert ended.code == 3
    assert "in use by process" in ended.err


def test_score_measures_stored_predictions_without_running_a_model(harness: Callable[..., Any]):
    harness("eval", "--config", "x.yaml")
    Path("mine.jsonl").unlink()  # a model that could not run again
    Path("y.yaml").write_text(CONFIG.replace("[rouge1]", "[rouge1, rouge2]"))
    ended = harness("score", "trial", "--config", "y.yaml", "--format", "csv")
    assert ended.code == 0
    rows = list(csv.DictReader(io.StringIO(ended.out)))
    assert {row["measure"] for row in rows} >= {"rouge1-f", "rouge2-f"}
    assert {row["configuration"] for row in rows} == {"lead", "mine"}
    assert len(list(Path("results").glob("[!.]*"))) == 2


def test_score_finds_the_folder_that_eval_of_the_same_configuration_would_make(harness: Callable[..., Any]):
    harness("eval", "--config", "x.yaml")
    Path("y.yaml").write_text(CONFIG.replace("[rouge1]", "[rouge2]"))
    scored = harness("score", "trial", "--config", "y.yaml", "--format", "csv")
    evaluated = harness("eval", "--config", "y.yaml", "--format", "csv")
    assert scored.out == evaluated.out
    assert len(list(Path("results").glob("[!.]*"))) == 2


def test_a_new_metric_or_model_takes_over_what_equal_configurations_wrote(
    harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    from harness.models.lead import Lead

    harness("eval", "--config", "x.yaml")
    asked: list[str] = []
    pick = Lead.pick

    def counted(self: Lead, cluster: Any) -> str:
        asked.append(cluster.cluster_id)
        return pick(self, cluster)

    monkeypatch.setattr(Lead, "pick", counted)
    harness("eval", "--config", "x.yaml", "--set", "metrics.rouge.stemmer=true", "--set", "models.lead.as=first")
    assert asked == []
    write_rows("clusters.jsonl", [*CLUSTERS[:3], {**CLUSTERS[3], "articles": [{"text": "The dam burst."}]}])
    harness("eval", "--config", "x.yaml")
    assert asked == ["c3"]  # the one whose content changed
    harness("eval", "--config", "x.yaml", "--set", "seed=5")
    assert len(asked) == 5


def test_predictions_of_other_code_are_not_taken_over(harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch):
    from harness.cache import keys
    from harness.models.lead import Lead

    harness("eval", "--config", "x.yaml")
    asked: list[str] = []
    pick = Lead.pick
    monkeypatch.setattr(Lead, "pick", lambda self, cluster: asked.append(cluster.cluster_id) or pick(self, cluster))
    monkeypatch.setattr(keys, "component_code", lambda _: "edited")
    harness("eval", "--config", "x.yaml", "--set", "metrics.rouge.stemmer=true")
    assert asked == ["c0", "c1", "c2", "c3"]


def test_score_refuses_other_data(harness: Callable[..., Any]):
    harness("eval", "--config", "x.yaml")
    write_rows("clusters.jsonl", CLUSTERS[:3])
    ended = harness("score", "trial", "--config", "x.yaml")
    assert ended.code == 2
    assert "not the data that the predictions were made from" in ended.err


def test_a_sweep_becomes_named_configurations(harness: Callable[..., Any]):
    Path("x.yaml").write_text(
        CONFIG + "matrix:\n  models.lead.part: [title, sentence]\n  models.0.lead.max_words: [2, 3]\n"
    )
    ended = harness("eval", "--config", "x.yaml", "--format", "json")
    names = [item["name"] for item in json.loads(ended.out)["configurations"]]
    assert names == [
        "lead[part=title, max_words=2]",
        "lead[part=title, max_words=3]",
        "lead[part=sentence, max_words=2]",
        "lead[part=sentence, max_words=3]",
        "mine",
    ]
    texts = {row["configuration"]: row["text"] for row in rows_of("predictions.jsonl") if row["cluster_id"] == "c0"}
    assert texts["lead[part=title, max_words=2]"] == "Dam 0"
    assert texts["lead[part=sentence, max_words=3]"] == "The dam held"


def test_list_and_show(harness: Callable[..., Any]):
    harness("eval", "--config", "x.yaml")
    name = next(Path("results").glob("[!.]*")).name
    assert name in harness("list").out
    assert json.loads(harness("list", "--format", "json").out)[0]["run"] == name
    texts = harness("show", name, "--cluster", "c1").out
    assert "Dam 1 holds firm" in texts
    assert "Dam 1 bursts badly again" in texts
    missing = harness("show", "trail")
    assert missing.code == 2
    assert "did you mean" in missing.err


def test_tables_fit_80_columns_and_say_their_denominators(harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "80")
    ended = harness("eval", "--config", "x.yaml", "--details")
    assert max(map(len, ended.out.splitlines())) <= 80
    assert "2/0/2" in ended.out
    assert "4/0/0" in ended.out


def test_a_formula_in_a_name_is_text_in_csv(harness: Callable[..., Any]):
    Path("x.yaml").write_text(CONFIG.replace("as: mine", 'as: "=1+1"'))
    rows = list(csv.DictReader(io.StringIO(harness("eval", "--config", "x.yaml", "--format", "csv").out)))
    assert {row["configuration"] for row in rows} == {"lead", "'=1+1"}


def test_an_upper_bound_is_marked_and_never_the_best(harness: Callable[..., Any]):
    Path("x.yaml").write_text(CONFIG.replace("  - lead\n", "  - lead\n  - oracle\n"))
    ended = harness("eval", "--config", "x.yaml", "--format", "md")
    oracle = next(line for line in ended.out.splitlines() if line.startswith("| oracle"))
    assert oracle.startswith("| oracle † |")
    assert "**" not in oracle
    assert "† reads the references" in ended.out


def test_a_model_judged_by_its_own_weights_is_marked(harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch):
    from harness.checkers.ensemble import Ensemble
    from harness.models.lead import Lead

    monkeypatch.setattr(Lead, "identity", lambda _: {"weights": "same"})
    monkeypatch.setattr(Ensemble, "identity", lambda _: {"weights": "same"})
    Path("x.yaml").write_text(CONFIG + "  - factual\n")
    ended = harness("eval", "--config", "x.yaml", "--format", "md")
    assert "| lead ‡ |" in ended.out
    assert "| mine |" in ended.out
    assert "‡ judged by a checker that has its own weights" in ended.out
