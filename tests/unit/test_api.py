"""The Python API: what it returns, what it refuses, and that the command line finds the same."""

import json
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness import api
from harness.errors import ConfigError, DataError, HarnessError, MissingExtraError, UsageError

CLUSTERS = [
    {
        "id": f"c{number}",
        "articles": [
            {"title": f"Storm {number} hits coast", "text": f"A storm hit the coast on day {number}. Nobody was hurt."},
            {"text": f"Storm {number} came at night."},
        ],
        "references": [f"Storm {number} strikes coast"],
        "desk": "home" if number % 2 else "abroad",
    }
    for number in range(6)
]
CONFIG: dict[str, Any] = {
    "name": "storms",
    "data": {"jsonl": Path("clusters.jsonl")},
    "models": ["lead", {"recorded": {"path": "mine.jsonl"}, "as": "mine"}],
    "metrics": [{"rouge": {"variants": ["rouge1", "rougeL"]}}, "headline"],
}
YAML = """\
name: storms
data: {jsonl: clusters.jsonl}
models:
  - lead
  - recorded: {path: mine.jsonl}
    as: mine
metrics:
  - rouge: {variants: [rouge1, rougeL]}
  - headline
"""


def write_rows(file: str, rows: list[dict[str, Any]]) -> None:
    Path(file).write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_rows("clusters.jsonl", CLUSTERS)
    # The third word differs from every reference: 3 of 4 words of each are found, so ROUGE-1 is 0.75.
    write_rows("mine.jsonl", [{"cluster_id": f"c{at}", "text": f"Storm {at} batters coast"} for at in range(6)])
    Path("x.yaml").write_text(YAML)


@pytest.fixture
def run(place: None) -> api.Run:
    return api.evaluate(CONFIG)


def test_a_file_a_mapping_and_a_loaded_configuration_are_one_run(run: api.Run):
    from harness.config import load
    from harness.registry import Registry

    assert api.evaluate("x.yaml").path == run.path
    assert api.evaluate(Path("x.yaml")).path == run.path
    assert api.evaluate(load(Path("x.yaml"), Registry())).path == run.path


def test_the_command_line_and_the_api_find_the_same_to_the_byte(harness: Callable[..., Any]):
    made = api.evaluate("x.yaml", results="by-api")
    printed = harness("eval", "--config", "x.yaml", "--results", "by-command", "--format", "csv")
    other = Path("by-command") / made.name
    for name in ("clusters.jsonl", "scores.jsonl"):
        assert (made.path / name).read_bytes() == (other / name).read_bytes()
    assert table_of(made.path) == table_of(other)

    from harness.report.table import as_csv

    assert as_csv(made.outcome) == printed.out
    assert as_csv(api.load_run("storms", results="by-command").outcome) == printed.out


def table_of(folder: Path) -> list[str]:
    """The folder's table without the rows of the costs: those hold seconds."""
    whole, _, rest = (folder / "table.md").read_text().partition("## generation")
    return [whole, rest.partition("\n\n")[2].partition("\n\n")[2]]


def test_a_run_says_what_it_is_made_of_and_what_it_found(run: api.Run):
    assert (run.status, run.configurations, run.name) == ("complete", ("lead", "mine"), run.path.name)
    assert run.clusters == ("c0", "c1", "c2", "c3", "c4", "c5")
    assert run.summary("mine", "rouge1").mean == 0.75
    assert run.summary("mine", "rouge1-f").scored == 6
    assert [row.text for row in run.predictions if row.configuration == "mine"][1] == "Storm 1 batters coast"
    assert len(run.scores) == 6 * 2 * 2  # clusters, configurations, metrics
    assert (run.failures, run.unanswered, run.checked, run.row_problems) == ([], [], [], ())
    assert repr(run) == f"<Run {run.name}: complete, 2 configurations, 6 clusters>"


def test_a_table_shows_percentages_and_holds_shares(run: api.Run):
    table = run.table("rouge1")
    assert [(row["configuration"], row["measure"], row["mean"], row["scored"]) for row in table] == [
        ("lead", "rouge1-f", 0.75, 6),
        ("mine", "rouge1-f", 0.75, 6),
    ]
    assert str(table).splitlines()[:2] == [
        "configuration  measure     mean      interval      n",
        "lead           rouge1-f ↑  75.0  [75.0, 75.0]  6/0/0",
    ]
    assert "| mine | rouge1-f ↑ | 75.0 | \\[75.0, 75.0] | 6/0/0 |" in table._repr_markdown_() or (
        "| mine | rouge1-f ↑ | 75.0 | [75.0, 75.0] | 6/0/0 |" in table._repr_markdown_()
    )
    assert '<td style="text-align:right">75.0</td>' in table._repr_html_()
    assert max(map(len, str(run).splitlines())) <= 100
    assert len(run.table(every_measure=True)) > len(run.table()) > len(table)


def test_a_name_that_others_chose_is_text_in_every_form_of_a_table():
    named = {**CONFIG, "models": [{"lead": {}, "as": "<b>x</b>|y"}]}
    run = api.evaluate(named)
    assert "<b>" not in run.table()._repr_html_()
    assert "\\<b\\>x\\</b\\>\\|y" in run.table()._repr_markdown_()


def test_a_frame_holds_every_measure(run: api.Run):
    pandas = pytest.importorskip("pandas")
    frame = run.to_frame()
    assert isinstance(frame, pandas.DataFrame)
    assert len(frame) == len(run.configurations) * len(run.measures)
    assert frame.set_index(["configuration", "measure"]).loc[("mine", "rouge1-f"), "mean"] == 0.75


def test_without_pandas_the_message_says_how_to_install_it(run: api.Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match=r"install.*headline-harness\[pandas\]"):
        run.to_frame()


def test_one_cluster_with_its_articles_references_texts_and_scores(run: api.Run):
    found = run.cluster("c3")
    assert found.texts == {"lead": "Storm 3 hits coast", "mine": "Storm 3 batters coast"}
    assert found.scores["mine"]["rouge1-f"] == 0.75
    assert found.references == ("Storm 3 strikes coast",)
    assert [article.title for article in found.articles] == ["Storm 3 hits coast", ""]
    assert (found.failures, found.verdicts) == ([], {})
    assert "Storm 3 batters coast" in str(found)
    with pytest.raises(UsageError, match="did you mean 'c3'"):
        run.cluster("c33")


def test_articles_that_changed_since_are_refused_and_the_rest_is_there(run: api.Run):
    write_rows("clusters.jsonl", [{**row, "articles": ["Other."]} for row in CLUSTERS])
    found = run.cluster("c3")
    assert found.texts["mine"] == "Storm 3 batters coast"
    with pytest.raises(UsageError, match="changed since"):
        _ = found.articles


def test_what_failed_is_a_row_with_its_reason_and_no_score():
    write_rows("mine.jsonl", [{"cluster_id": "c0", "text": "Storm 0 batters coast"}])
    run = api.evaluate(CONFIG)
    assert (run.summary("mine", "rouge1").mean, run.summary("mine", "rouge1").failed) == (0.75, 5)
    assert {row.cluster_id for row in run.failures} == {"c1", "c2", "c3", "c4", "c5"}
    assert [row.configuration for row in run.cluster("c1").failures] == ["mine"]
    assert "mine" not in run.cluster("c1").texts


def test_overrides_are_those_of_the_command_line(run: api.Run):
    for overrides in (["models.lead.max_words=2"], {"models.lead.max_words": 2}, "models.lead.max_words=2"):
        for config in ("x.yaml", CONFIG):
            changed = api.evaluate(config, overrides=overrides)
            assert changed.cluster("c0").texts["lead"] == "Storm 0"
    assert changed.path != run.path
    assert api.evaluate(CONFIG, overrides={"models.mine.path": Path("mine.jsonl")}).path == run.path


def test_limit_and_bad_rows():
    with Path("clusters.jsonl").open("a") as file:
        file.write('{"id": "bad"}\n')
    assert len(api.evaluate(CONFIG, limit=2).clusters) == 2
    run = api.evaluate(CONFIG)
    assert run.bad_rows == run.manifest.bad_rows == api.load_run("storms@latest").bad_rows == 1
    assert "clusters.jsonl:7" in str(run.row_problems[0])
    with pytest.raises(DataError, match=r"clusters\.jsonl:7: articles: missing"):
        api.evaluate(CONFIG, strict=True, results="other")


def test_the_cache_is_below_the_results_elsewhere_or_nowhere(run: api.Run):
    assert Path("results/.cache/cache.sqlite").exists()
    api.evaluate(CONFIG, results="other", cache="shared-cache")
    assert Path("shared-cache/cache.sqlite").exists()
    api.evaluate(CONFIG, results="third", cache=False)
    assert not Path("third/.cache").exists()


def test_scoring_again_takes_the_predictions(run: api.Run):
    again = api.score(run, {**CONFIG, "metrics": ["surface"]})
    assert {measure.metric for measure in again.manifest.measures} == {"surface"}
    assert [row.text for row in again.predictions] == [row.text for row in run.predictions]


def test_runs_are_found_by_folder_and_by_the_beginning_of_a_name(run: api.Run):
    for wanted in (run.path, str(run.path), run.name, "storms", "storms@latest"):
        assert api.load_run(wanted).path.resolve() == run.path.resolve()
    with pytest.raises(UsageError, match="did you mean 'storms'"):
        api.load_run("strms")


def test_a_comparison_holds_what_the_command_prints(run: api.Run, harness: Callable[..., Any]):
    from harness.report.comparison import as_csv, as_json

    found = api.compare(run, by="desk", worst=2, baseline="mine", metric=["rouge"])
    printed = harness("compare", "storms", "--by", "desk", "--worst", "2", "--baseline", "mine", "--metric", "rouge",
                      "--format", "json")  # fmt: skip
    assert as_json(found.comparison, found.details) == printed.out
    printed = harness("compare", "storms", "--baseline", "mine", "--metric", "rouge", "--format", "csv")
    assert as_csv(found.comparison) == printed.out
    assert (found.baseline, found.configurations, found.measures) == (
        "mine",
        ("lead", "mine"),
        ("rouge1-f", "rougeL-f"),
    )
    assert found.pair("lead", "rouge1").difference == 0.0
    assert [row["difference"] for row in found.table()] == [0.0, None, 0.0, None]
    other = api.compare(
        api.evaluate(CONFIG, overrides={"models.lead.max_words": 2}), metric="rouge1", by="desk", worst=1
    )
    for shown in (str(other), other._repr_html_(), other._repr_markdown_()):
        assert "rouge1-f by desk" in shown
        assert "abroad" in shown
        assert "baseline: Storm 0" in shown  # lead cut to two words differs from mine on every cluster
    with pytest.raises(UsageError, match="is the baseline"):
        found.pair("mine", "rouge1")


def test_several_runs_are_compared_by_cluster(run: api.Run):
    other = api.evaluate(CONFIG, overrides={"models.lead.max_words": 2, "name": "short"})
    found = api.compare([run, other.path], metric="rouge1")
    assert found.configurations == (
        f"lead ({run.name})", f"mine ({run.name})", f"lead ({other.name})", f"mine ({other.name})",
    )  # fmt: skip


def test_progress_takes_lines_and_nothing_is_printed_unasked(capsys: pytest.CaptureFixture[str]):
    lines: list[str] = []
    api.evaluate(CONFIG, progress=lines.append)
    api.evaluate(CONFIG, results="other")
    assert lines[:2] == ["read clusters", "read clusters: 6 done"]
    assert "score: 12 done" in lines
    assert capsys.readouterr() == ("", "")


def test_notes_go_to_the_logger(caplog: pytest.LogCaptureFixture):
    Path("results").mkdir()
    Path("results/.cache").write_text("no folder")
    with caplog.at_level(logging.WARNING, "harness"):
        api.evaluate(CONFIG)
    assert "this run goes on without a cache" in caplog.text


def test_a_text_is_checked_against_a_record_a_row_or_articles(parser: object, run: api.Run):
    text = "Storm 3 hits coast"
    found = api.check(CLUSTERS[3], text, checker="rules")
    assert (found.label, found.text, found.whole) == ("supported", text, found[0])
    assert api.check(run.cluster("c3").cluster, text, checker="rules").verdicts == found.verdicts
    several = api.check([article["text"] for article in CLUSTERS[3]["articles"]], [text, ""], checker={"rules": {}})
    assert [verdicts.label for verdicts in several] == ["supported", "abstained"]
    assert several[1].probability is None
    assert str(found).startswith(text)
    assert found._repr_html_().startswith("<pre")


def test_the_claims_of_a_cluster(parser: object):
    found = api.claims(CLUSTERS[0])
    assert "A storm hit the coast on day 0." in [carried.claim.text for carried in found.claims]
    assert (found.contested, found.cluster.cluster_id) == ((), "c0")
    assert "Nobody was hurt." in str(found)


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: api.evaluate("nowhere.yaml"), ConfigError, "nowhere.yaml: cannot be read"),
        (lambda: api.evaluate({**CONFIG, "modles": []}), ConfigError, "config: modles: unknown key.*'models'"),
        (lambda: api.evaluate({**CONFIG, "seed": float("nan")}), ConfigError, "config: seed: not a finite number"),
        (lambda: api.evaluate({**CONFIG, "data": {1}}), ConfigError, "config: data: not a plain value; found a set"),
        (lambda: api.evaluate(7), UsageError, "config: found 7; accepted: the path"),
        (lambda: api.evaluate(""), UsageError, "config: found ''"),
        (lambda: api.evaluate(CONFIG, limit=0), UsageError, "limit: found 0; accepted: a whole number from 1"),
        (lambda: api.evaluate(CONFIG, jobs=True), UsageError, "jobs: found True"),
        (lambda: api.evaluate(CONFIG, results=3), UsageError, "results: found 3"),
        (lambda: api.evaluate(CONFIG, overrides={"seed": {1}}), UsageError, "overrides: not plain values"),
        (lambda: api.load_run(None), UsageError, "run: found None"),
        (lambda: api.check({"articles": []}, "x"), DataError, "cluster: articles: found an empty list"),
        (lambda: api.check("an article", "x"), DataError, "cluster: found the string"),
        (lambda: api.check(["An article."], 3), UsageError, "text: found 3; accepted: a string"),
        (lambda: api.check(["An article."], "x", checker="ruls"), ConfigError, "did you mean 'rules'"),
        (lambda: api.claims([]), DataError, "found an empty list"),
        (lambda: api.evaluate(CONFIG, overrides=[5]), UsageError, "overrides: found .*; accepted: `path=value`"),
        (lambda: api.evaluate(CONFIG, progress=3), UsageError, "progress: found 3"),
        (lambda: api.compare([]), UsageError, "runs: found"),
        (lambda: api.compare(None), UsageError, "runs: found None"),
        (lambda: api.compare(api.evaluate(CONFIG), metric=3), UsageError, "metric: found 3"),
        (lambda: api.compare(api.evaluate(CONFIG), worst=-1), UsageError, "worst: found -1"),
        (lambda: api.compare(api.evaluate(CONFIG), by=["desk"]), UsageError, "by: found"),
        (lambda: api.evaluate(CONFIG).cluster(3), UsageError, "cluster_id: found 3"),
        (lambda: api.evaluate(CONFIG).summary("mine", None), UsageError, "measure: found None"),
        (lambda: api.evaluate(CONFIG).table(3), UsageError, "metric: found 3"),
    ],
)  # fmt: skip
def test_mistakes_are_errors_of_ours_that_say_what_is_accepted(
    call: Callable[[], Any], error: type[HarnessError], said: str
):
    with pytest.raises(error, match=said):
        call()


def test_a_mapping_that_holds_itself_is_refused():
    loop: dict[str, Any] = dict(CONFIG)
    loop["gate"] = loop
    with pytest.raises(ConfigError, match="nested too deeply"):
        api.evaluate(loop)


def test_a_name_of_a_measure_or_configuration_that_is_none_names_the_nearest(run: api.Run):
    with pytest.raises(UsageError, match="did you mean 'mine'"):
        run.summary("mime", "rouge1")
    with pytest.raises(UsageError, match="names several measures: rouge1-f, rougeL-f"):
        run.summary("mine", "rouge")
    with pytest.raises(UsageError, match="did you mean 'rouge1"):
        run.table("rouge1-ff")


def test_importing_the_api_has_no_side_effects_and_loads_nothing_heavy():
    program = (
        "import logging, signal, sys\n"
        "before = signal.getsignal(signal.SIGINT), list(logging.root.handlers)\n"
        "import harness.api\n"
        "assert (signal.getsignal(signal.SIGINT), list(logging.root.handlers)) == before\n"
        "print(*[name for name in ('pydantic', 'numpy', 'rich', 'typer', 'pandas', 'sqlite3') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert (shown.stdout.split(), shown.stderr) == ([], "")
