"""What a list of runs says: order, what differs from the run before, what is pending."""

from pathlib import Path
from typing import Any

import pytest

from harness.errors import UsageError
from harness.records import Failure, Prediction, PredictionsOrigin
from harness.report.runs import run_lines
from harness.results.listing import differences, list_runs
from harness.results.run_folder import FAILURES, PREDICTIONS, RunFolder
from tests.runs import FIRST, configuration, manifest, save_run


def nobody(line: str) -> None:
    raise AssertionError(line)


def metrics(**settings: Any) -> dict[str, Any]:
    return {"config": {"name": "trial", "metrics": [{name: given} for name, given in settings.items()]}}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ({}, {}, ["nothing that can change a number"]),
        ({}, {"seed": 2}, ["seed 1 → 2"]),
        ({}, {"data_digest": "e" * 16}, ["data: other content"]),
        ({}, {"data_digest": "e" * 16, "clusters": 3, "limit": 3}, ["limit none → 3", "data 2 → 3 clusters"]),
        (
            {"config": {"data": {"jsonl": {"path": "a.jsonl", "fields": {"id": "id"}}}}},
            {"config": {"data": {"jsonl": {"path": "b.jsonl", "fields": {"id": "key"}}}}, "data_digest": "e" * 16},
            ["data.jsonl.path a.jsonl → b.jsonl", "data.jsonl.fields.id id → key"],
        ),
        (
            {"config": {"data": {"jsonl": {"path": "a"}}}},
            {"config": {"data": {"folder": {"path": "a"}}}},
            ["data: jsonl → folder"],
        ),
        (
            {"configurations": (configuration("lead"), configuration("old"))},
            {"configurations": (configuration("lead"), configuration("new"))},
            ["+new", "-old"],
        ),
        (
            {"configurations": (configuration(parameters={"part": "auto", "words": None}),)},
            {"configurations": (configuration(parameters={"part": "title", "words": 9}, signature="lead|x"),)},
            ["lead.part auto → title", "lead.words none → 9"],
        ),
        (
            {"configurations": (configuration(identity={"prompt": "a", "weights": "w"}),)},
            {"configurations": (configuration(identity={"prompt": "b", "weights": "w"}),)},
            ["lead: other prompt"],
        ),
        ({}, {"configurations": (configuration(signature="lead|v:2"),)}, ["lead: other version of lead"]),
        ({}, {"configurations": (configuration(model="lexrank"),)}, ["lead: lead → lexrank"]),
        ({}, {"configurations": (configuration(seed=5),)}, ["lead.seed 1 → 5"]),
        ({}, {"metrics": {"rouge": "rouge|v:1"}}, ["+rouge", "-length"]),
        (
            metrics(length={"unit": "words", "of": ["a"]}),
            {**metrics(length={"unit": "words", "of": ["a", "b"]}), "metrics": {"length": "length|v:1|of"}},
            ['length.of ["a"] → ["a", "b"]'],
        ),
        ({}, {"metrics": {"length": "length|v:2"}}, ["length: other version"]),
        (
            {},
            {"predictions_from": PredictionsOrigin(run="trial-00", started=FIRST)},
            ["scores the predictions of trial-00"],
        ),
    ],
)
def test_a_difference_is_told_in_a_few_words(old: dict[str, Any], new: dict[str, Any], said: list[str]):
    assert differences(manifest(**old), manifest(**new)) == said


def test_a_long_value_is_cut():
    old, new = (manifest(configurations=(configuration(parameters={"prompt": text}),)) for text in ("a", "b\n" * 99))
    (said,) = differences(old, new)
    assert said == "lead.prompt a → " + "b " * 19 + "b…"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Three runs of `smoke`, each with its own seed, and one of `smoke-long` between them."""
    for days, (name, digest) in enumerate([("smoke", "c"), ("smoke", "a"), ("smoke-long", "d"), ("smoke", "b")]):
        save_run(tmp_path, manifest(name, digest + "0" * 9, days=days, seed=days))
    return tmp_path


def test_runs_are_listed_newest_first_each_with_the_one_of_its_name_before_it(results: Path):
    listed = [
        (run.folder.path.name[:-9], run.previous and run.previous[:-9], run.differs)
        for run in list_runs(results, None, nobody)
    ]
    assert listed == [
        ("smoke-b", "smoke-a", ("seed 1 → 3",)),
        ("smoke-long-d", None, ()),
        ("smoke-a", "smoke-c", ("seed 0 → 1",)),
        ("smoke-c", None, ()),
    ]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("smoke", "bac"), ("smoke-long", "d"), ("smo", "bdac"), ("smoke-b", "b"), ("smoke-l", "d")],
)
def test_a_list_is_narrowed_by_name_or_by_its_beginning(wanted: str, found: str, results: Path):
    listed = list_runs(results, wanted, nobody)
    assert "".join(run.manifest.digest[0] for run in listed) == found
    if wanted == "smoke-b":
        assert listed[0].differs == ("seed 1 → 3",)  # though the run before is not shown


def test_a_name_that_no_run_has_is_refused(results: Path):
    with pytest.raises(UsageError, match=r"no run 'smoek' in .*; did you mean 'smoke'\?"):
        list_runs(results, "smoek", nobody)


def test_what_a_run_has_not_come_to_is_pending(tmp_path: Path):
    path = save_run(
        tmp_path, manifest(status="interrupted", clusters=4, configurations=(configuration("a"), configuration("b")))
    )
    folder = RunFolder(path)
    with folder.appending(PREDICTIONS) as rows:
        for cluster in ("1", "2"):
            rows.add(Prediction(prediction_id=cluster, cluster_id=cluster, configuration="a", text="x", seconds=0.0))
    with folder.appending(FAILURES) as rows:
        for stage, cluster in (("generate", "3"), ("check", "1")):
            rows.add(Failure(stage=stage, cluster_id=cluster, configuration="a", component="c", error="E", message=""))
    with (path / "predictions.jsonl").open("a") as stream:
        stream.write('{"torn')
    (run,) = list_runs(tmp_path, None, nobody)
    assert (run.answered, run.failed, run.pending, run.expected) == (2, 1, 5, 8)
    lines = [line for line, _ in run_lines([run], 100)]
    assert lines[1].split()[:2] == ["trial-0000000000", "interrupted"]
    assert lines[2] == "    5 of 8 predictions pending"


def test_a_run_whose_failures_cannot_be_read_is_told_of_and_the_others_are_listed(results: Path):
    path = save_run(results, manifest("smoke", "e" * 10, days=9, status="failed"))
    (path / "failures.jsonl").write_text("{}\n")
    told: list[str] = []
    assert len(list_runs(results, None, told.append)) == 4
    (line,) = told
    assert line.startswith(f"left out: {path / 'failures.jsonl'}:1: not a Failure")


@pytest.mark.parametrize("width", [40, 80, 112, 160])
def test_no_line_is_wider_than_the_terminal_nor_ends_with_spaces(width: int, results: Path):
    lines = [line for line, _ in run_lines(list_runs(results, None, nobody), width)]
    assert max(map(len, lines)) <= width
    assert not [line for line in lines if line != line.rstrip()]
    assert sum("differs from smoke-" in line for line in lines) == 2
