"""What does not end when its time is over, in native code or swallowing all, fails its cluster; the others are done."""

import signal
import time
from pathlib import Path

import pytest

from tests.faults.workplace import Process, Workplace, interrupt, made_in

STUCK = """\
import ctypes, hashlib, os, re, signal, time
from contextlib import contextmanager

from harness.checkers.base import Checker, CheckSession, whole_claim
from harness.component import neutral
from harness.metrics.base import Findings, Measure, Metric
from harness.models.base import ExtractiveModel
from harness.records import Verdict


def native():
    hashlib.pbkdf2_hmac("sha256", b"a", b"b", 400_000_000)


def holding():
    ctypes.PyDLL(None).sleep(60)  # with the interpreter's lock


def counting():
    sum(range(10**13))


def pattern():
    try:
        re.match("(a+)+$", "a" * 60 + "b")
    except BaseException:
        pattern()


def swallowing():
    while True:
        try:
            time.sleep(0.05)
        except BaseException:
            pass


def deaf():
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    time.sleep(60)


def nothing():
    pass


def leaving():
    os._exit(7)


def closing():
    os.closerange(3, 64)


def crashing():
    ctypes.string_at(0)


def stick(how, cluster):
    if cluster.cluster_id == "c02" and not os.path.exists("mended"):
        globals()[how]()


class StuckModel(ExtractiveModel):
    name = "stuck"
    how: str = "native"

    def pick(self, cluster):
        stick(self.how, cluster)
        return cluster.articles[0].title


class StuckChecker(Checker):
    name = "stuck"
    how: str = "native"
    together = 4

    @contextmanager
    def open(self):
        yield StuckSession(self)


class StuckSession(CheckSession):
    def __init__(self, checker):
        super().__init__(checker.signature())
        self.how = checker.how

    def verdicts(self, cluster, texts):
        stick(self.how, cluster)
        return [
            [Verdict(claim=whole_claim(text), label="supported", probability=0.5, checker=self.signature)]
            for text in texts
        ]


class StuckMetric(Metric):
    name = "stuck"
    how: str = "native"

    def measures(self):
        return (Measure("stuck", "Nothing."),)

    def findings(self, case):
        stick(self.how, case.cluster)
        return Findings(statistics={"stuck": 0.5})
"""

ENTRY_POINTS = """\
[headline_harness.models]
stuck = stuck_components:StuckModel
[headline_harness.checkers]
stuck = stuck_components:StuckChecker
[headline_harness.metrics]
stuck = stuck_components:StuckMetric
"""
KINDS = {
    "model": "models: [{{stuck: {{how: {how}}}}}, lead]\nmetrics: [headline]\n",
    "checker": "models: [lead]\nmetrics: [headline, factual: {{checker: {{stuck: {{how: {how}}}}}}}]\n",
    "metric": "models: [lead]\nmetrics: [{{stuck: {{how: {how}}}}}, headline]\n",
}
STAGES = {"model": "generate", "checker": "check", "metric": "score"}


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    """Six clusters and components of which each sticks at the third."""
    made = made_in(tmp_path, clusters=6)
    package = tmp_path / "package"
    (package / "stuck_components-1.dist-info").mkdir()
    (package / "stuck_components.py").write_text(STUCK)
    (package / "stuck_components-1.dist-info" / "METADATA").write_text("Name: stuck-components\nVersion: 1\n")
    (package / "stuck_components-1.dist-info" / "entry_points.txt").write_text(ENTRY_POINTS)
    return made


def check_that_one_failed(place: Workplace, kind: str, error: str) -> str:
    (failure,) = place.rows("failures.jsonl")
    assert (failure["stage"], failure["cluster_id"], failure["error"]) == (STAGES[kind], "c02", error)
    predictions, scores = place.rows("predictions.jsonl"), place.rows("scores.jsonl")
    stuck = kind == "model"
    assert len(predictions) == (11 if stuck else 6)
    # Every prediction has the metric that is not stuck; the stuck one, and a failed check's, lack the third cluster.
    assert sum(row["metric"] == "headline" for row in scores) == len(predictions)
    if not stuck:
        assert len(scores) == 6 + 5
    message: str = failure["message"]
    return message


def until_stuck(place: Workplace, kind: str, process: Process) -> None:
    begun = {"model": lambda: len(place.rows("predictions.jsonl")) == 2,
             "checker": lambda: len(place.rows("predictions.jsonl")) == 6,
             "metric": lambda: any(event.get("stage") == "score" for event in place.events())}[kind]  # fmt: skip
    place.until(begun, process)
    time.sleep(1.0)
    assert process.poll() is None


CASES = [
    ("model", "native", 1), ("checker", "swallowing", 2), ("metric", "holding", 1), ("metric", "pattern", 2),
    ("model", "deaf", 1),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "how", "jobs"), CASES)
def test_what_is_stuck_fails_its_cluster_when_its_time_is_over(place: Workplace, kind: str, how: str, jobs: int):
    place.configure(KINDS[kind].format(how=how) + "time_limit: {cluster: 0.3s}\n")
    ended = place.run("eval", "--config", "x.yaml", "--jobs", str(jobs))
    assert ended.returncode == 0, ended.stderr
    assert "longer than the 0.3 seconds" in check_that_one_failed(place, kind, "TimeLimit")


@pytest.mark.parametrize(
    ("kind", "how", "said"), [("model", "leaving", "exit code 7"), ("metric", "crashing", "SIGSEGV")]
)
def test_what_ends_its_process_fails_its_cluster(place: Workplace, kind: str, how: str, said: str):
    place.configure(KINDS[kind].format(how=how) + "time_limit: {cluster: 20s}\n")
    ended = place.run("eval", "--config", "x.yaml")
    assert ended.returncode == 0, ended.stderr
    assert said in check_that_one_failed(place, kind, "WorkerLost")


@pytest.mark.parametrize(
    ("kind", "how", "limit"),
    [("model", "holding", "cluster: 40s"), ("metric", "counting", "run: 50s"), ("checker", "swallowing", "run: 50s")],
)
def test_ctrl_c_ends_it_within_two_seconds(place: Workplace, kind: str, how: str, limit: str):
    place.configure(KINDS[kind].format(how=how) + f"time_limit: {{{limit}}}\n")
    process = place.start("eval", "--config", "x.yaml")
    until_stuck(place, kind, process)
    sent = time.monotonic()
    interrupt(process)
    _, err = process.communicate(timeout=20)
    assert time.monotonic() - sent < 2.0
    assert process.returncode == 130
    assert err.splitlines()[-1].startswith("interrupted: what is done is saved in results/")
    place.until_gone(process)


@pytest.mark.parametrize(
    ("kind", "number"), [("model", signal.SIGTERM), ("checker", signal.SIGINT), ("metric", signal.SIGHUP)]
)
def test_a_signal_ends_what_holds_the_interpreters_lock_without_a_time_limit(place: Workplace, kind: str, number: int):
    place.configure(KINDS[kind].format(how="counting"))
    process = place.start("eval", "--config", "x.yaml")
    until_stuck(place, kind, process)
    sent = time.monotonic()
    interrupt(process, number)
    out, err = process.communicate(timeout=20)
    assert time.monotonic() - sent < 2.0
    assert process.returncode == -signal.SIGINT  # of which a shell makes 130
    assert out == ""
    (last,) = err.splitlines()[-1:]
    assert last.startswith("interrupted: what is done is saved in results/")
    done = place.rows("predictions.jsonl")
    (place.folder / "mended").touch()
    again = place.run("eval", "--config", "x.yaml")
    assert again.returncode == 0, again.stderr
    assert place.rows("predictions.jsonl")[: len(done)] == done
    assert place.rows("failures.jsonl") == []
    assert place.run("verify", "trial@latest").returncode == 0


def test_the_end_of_a_runs_time_ends_it_too(place: Workplace):
    place.configure(KINDS["metric"].format(how="holding") + "time_limit: {run: 0.5s}\n")
    late = "import harness.run.monitor as m; m.LATE = 0.5; from harness.__main__ import main; main()"
    (place.folder / "sooner.py").write_text(late)
    process = place.start("eval", "--config", "x.yaml", program=["sooner.py"])
    _, err = process.communicate(timeout=30)
    assert process.returncode == 3, err
    assert "the run's time is over" in err
    place.until_gone(process)


def test_no_process_outlives_one_that_is_killed(place: Workplace):
    place.configure(KINDS["metric"].format(how="holding") + "time_limit: {cluster: 40s}\n")
    process = place.start("eval", "--config", "x.yaml")
    place.until(lambda: any(event.get("stage") == "score" for event in place.events()), process)
    time.sleep(1.0)
    process.kill()
    process.communicate(timeout=10)
    place.until_gone(process)


def test_what_closes_files_of_ours_is_no_regression(place: Workplace):
    place.configure(KINDS["model"].format(how="closing"))
    ended = place.run("eval", "--config", "x.yaml", "--no-cache")  # SQLite would wait ten seconds for its files
    assert ended.returncode == 3, ended.stderr


def test_a_gate_of_pytest_ends_too(place: Workplace):
    config = "name: trial\ndata: {jsonl: clusters.jsonl}\n" + KINDS["metric"].format(how="holding")
    limits = "time_limit: {cluster: 0.3s}\ngate: {baseline: base.json, limits: [words >= 1]}\n"
    (place.folder / "small.harness.yaml").write_text(config + limits)
    pytest_command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "small.harness.yaml"]
    process = place.start("--harness-update", program=pytest_command)
    out, err = process.communicate(timeout=100)
    assert process.returncode == 0, out + err
    assert "longer than the 0.3 seconds" in check_that_one_failed(place, "metric", "TimeLimit")


def test_rows_are_those_of_a_run_without_limits(place: Workplace):
    for name, more in [("a", ""), ("b", "time_limit: {cluster: 20s}\n")]:
        (place.folder / "results").mkdir(exist_ok=True)
        place.configure(KINDS["metric"].format(how="nothing") + more)
        ended = place.run("eval", "--config", "x.yaml", "--results", f"results/{name}", "--no-cache")
        assert ended.returncode == 0, ended.stderr
    read = [next(place.folder.glob(f"results/{name}/trial-*/scores.jsonl")).read_text() for name in "ab"]
    assert read[0] == read[1]
    assert len(read[0].splitlines()) == 12
