"""The pytest plugin, by running pytest inside pytest."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

GATE = """\
name: quality
data: {jsonl: clusters.jsonl}
models:
  - recorded: {path: mine.jsonl}
    as: mine
metrics:
  - rouge: {variants: [rouge1, rougeL]}
gate:
  baseline: base.json
  tolerance: {rouge1: 0.01, rougeL: 0.01}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a gate, its run and the baseline that pytest took of it, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("gate")
    clusters = [
        {"id": f"c{number}", "articles": [{"text": f"The dam {number} held."}], "references": [f"Dam {number} holds"]}
        for number in range(30)
    ]
    (folder / "clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in clusters))
    predict("Dam {} holds", folder)
    (folder / "quality.harness.yaml").write_text(GATE)
    (folder / "pytest.ini").write_text("[pytest]\n")
    order = [sys.executable, "-m", "pytest", "quality.harness.yaml", "--harness-update"]
    assert subprocess.run(order, cwd=folder, capture_output=True, check=False).returncode == 0
    return folder


@pytest.fixture
def place(pytester: pytest.Pytester, made: Path) -> pytest.Pytester:
    shutil.copytree(made, pytester.path, dirs_exist_ok=True)
    return pytester


def predict(template: str, folder: Path = Path()) -> None:
    rows = [{"cluster_id": f"c{number}", "text": template.format(number)} for number in range(30)]
    (folder / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_each_configuration_and_rule_is_a_test_that_passes(place: pytest.Pytester):
    ended = place.runpytest_subprocess("quality.harness.yaml", "-v")
    ended.assert_outcomes(passed=3)
    ended.stdout.fnmatch_lines(["*mine::rouge1-f PASSED*"])


def test_a_regression_fails_with_the_gates_explanation_and_no_traceback(place: pytest.Pytester):
    predict("Mayor denies plan {}")
    ended = place.runpytest_subprocess("quality.harness.yaml", "--junitxml=out.xml")
    ended.assert_outcomes(passed=1, failed=2)
    ended.stdout.fnmatch_lines(["REGRESSION mine rouge1-f: 100.0 →*", "*became “Mayor denies plan*"])
    ended.stdout.no_fnmatch_line("*Traceback*")
    failures = [case.find("failure") for case in ElementTree.parse(place.path / "out.xml").iter("testcase")]
    assert sum(failure is not None and "REGRESSION" in (failure.text or "") for failure in failures) == 2


def test_unequal_data_is_an_error_with_its_reason(place: pytest.Pytester):
    ended = place.runpytest_subprocess("quality.harness.yaml", "--harness-limit=20")
    ended.assert_outcomes(errors=3)
    ended.stdout.fnmatch_lines(["*10 clusters missing*"])


@pytest.mark.parametrize("limit", ["0", "-1", "ten", "1.5"])
def test_a_limit_that_is_no_count_is_refused(place: pytest.Pytester, limit: str):
    ended = place.runpytest_subprocess("quality.harness.yaml", f"--harness-limit={limit}")
    assert ended.ret == pytest.ExitCode.USAGE_ERROR
    ended.stderr.fnmatch_lines([f"*--harness-limit*found '{limit}'; accepted: a whole number of 1 or more*"])


def test_a_broken_file_is_a_collection_error_with_its_line(place: pytest.Pytester):
    Path("quality.harness.yaml").write_text(GATE.replace("tolerance", "tolerence"))
    ended = place.runpytest_subprocess("quality.harness.yaml")
    ended.assert_outcomes(errors=1)
    ended.stdout.fnmatch_lines(["*quality.harness.yaml:10: gate.tolerence*did you mean 'tolerance'?*"])


def test_a_missing_baseline_is_an_error_that_says_how_to_begin_before_a_model_runs(place: pytest.Pytester):
    Path("base.json").unlink()
    predict("Dam {} opens")
    runs = len(list(Path("results").iterdir()))
    ended = place.runpytest_subprocess("quality.harness.yaml")
    ended.assert_outcomes(errors=1)
    ended.stdout.fnmatch_lines(["base.json: no baseline yet; add --harness-update to take this run as the first"])
    assert len(list(Path("results").iterdir())) == runs


def test_a_rule_on_no_measure_is_a_collection_error_with_its_line(place: pytest.Pytester):
    Path("quality.harness.yaml").write_text(GATE.replace("rouge1: 0.01", "rogue1: 0.01"))
    ended = place.runpytest_subprocess("quality.harness.yaml")
    ended.assert_outcomes(errors=1)
    ended.stdout.fnmatch_lines(["*quality.harness.yaml:10: gate.tolerance.rogue1*did you mean 'rouge1'?*"])


def test_lost_answers_are_an_error_and_no_failure(place: pytest.Pytester):
    Path("mine.jsonl").write_text("".join(Path("mine.jsonl").read_text().splitlines(keepends=True)[:20]))
    ended = place.runpytest_subprocess("quality.harness.yaml")
    ended.assert_outcomes(passed=2, errors=1)
    ended.stdout.fnmatch_lines(["LOST ANSWERS mine: 10 of 30 clusters failed, 33.3 %; at most 0 % may"])


def test_k_chooses_and_xdist_runs_each_once(place: pytest.Pytester):
    chosen = place.runpytest_subprocess("quality.harness.yaml", "-k", "rougeL")
    chosen.assert_outcomes(passed=1, deselected=2)
    predict("Dam {} holds")
    parallel = place.runpytest_subprocess("quality.harness.yaml", "-n", "2")
    parallel.assert_outcomes(passed=3)


def test_update_takes_the_run_as_the_baseline(place: pytest.Pytester):
    predict("Dam {} breaks")
    place.runpytest_subprocess("quality.harness.yaml", "--harness-update", "-rP").assert_outcomes(passed=1)
    place.runpytest_subprocess("quality.harness.yaml").assert_outcomes(passed=3)


def test_the_fixture_gives_a_finished_run(place: pytest.Pytester):
    place.makepyfile(
        """
        def test_quality(harness_run):
            outcome = harness_run("quality.harness.yaml", limit=5, overrides=["seed=1"])
            rouge = next(found for found in outcome.summaries if found.measure == "rouge1-f")
            assert (rouge.mean, rouge.scored) == (1.0, 5)
        """
    )
    place.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=4)


def test_a_run_of_the_fixture_is_held_to_rules_in_plain_pytest(place: pytest.Pytester):
    place.makepyfile(
        """
        from harness import api

        def test_holds(harness_run):
            run = harness_run("quality.harness.yaml")
            assert (run.manifest.clusters, run.folder.path, run.status) == (30, run.path, "complete")
            api.assert_headlines(run, {"rouge1": {"min": 0.9}})
            api.assert_headlines(run)  # the file's own gate

        def test_falls(harness_run):
            api.assert_headlines(harness_run("quality.harness.yaml"), {"rouge1": {"max": 0.5}})
        """
    )
    ended = place.runpytest_subprocess("-p", "no:cacheprovider", "-k", "holds or falls")
    ended.assert_outcomes(passed=1, failed=1, deselected=3)
    ended.stdout.fnmatch_lines(
        ["E *AssertionError: BROKEN LIMIT mine rouge1-f: 100.0", "E *may not lie above 50 (0.5 in *"]
    )
    ended.stdout.no_fnmatch_line("*raise AssertionError*")
