"""A tracker of another package, in a process of its own: whatever it does there is one line here."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from pydantic import ValidationError

from harness import api, registry
from harness.api import tracking
from harness.config.build import Configured
from harness.errors import ConfigError, UsageError
from harness.process import child
from harness.report.html import document
from harness.trackers import work
from harness.trackers.base import Sent, TrackedRun, Tracker, TrackerError
from harness.trackers.mlflow import Mlflow

TRACKER = """\
import ctypes, json, os, sys, time
from typing import ClassVar
from pydantic import Field
from harness.trackers.base import Sent, Tracker

class Odd(Tracker):
    '''Keeps runs in a file, or does what packages do.'''
    name: ClassVar[str] = "odd"
    positional: ClassVar[str | None] = "how"
    how: str = Field(default="well", description="What it does.")
    def send(self, run):
        print("chatter"); print("chatter", file=sys.stderr)
        if self.how == "raises":
            raise RuntimeError("no luck\\n  with http://me:pw12345678@host/x")
        if self.how == "exits":
            raise SystemExit(0)
        if self.how == "dies":
            os._exit(3)
        if self.how == "sleeps":
            time.sleep(60)
        if self.how == "native":
            ctypes.PyDLL(None).sleep(60)
        if self.how == "nothing":
            return None
        with open("kept.txt", "a") as stream:
            told = [run.name, run.manifest.status, [file.name for file in run.files]]
            stream.write(json.dumps([*told, {name: len(rows) for name, rows in run.summaries.items()}]) + "\\n")
        return Sent(self.name, "kept.txt", len(run.summaries))
"""
CONFIG = """\
name: trial
data: {jsonl: clusters.jsonl}
models: [lead]
metrics: [headline]
"""


@pytest.fixture(autouse=True)
def _package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    package = tmp_path / "package"
    info = package / "odd_trackers-1.0.dist-info"
    info.mkdir(parents=True)
    (package / "odd_trackers.py").write_text(TRACKER)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odd-trackers\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[headline_harness.trackers]\nodd = odd_trackers:Odd\n")
    monkeypatch.syspath_prepend(str(package))
    monkeypatch.chdir(tmp_path)
    Path("clusters.jsonl").write_text('{"id": "a", "articles": [{"title": "Dam holds", "text": "The dam held."}]}\n')
    Path("x.yaml").write_text(CONFIG)
    registry.locations.cache_clear()
    yield
    registry.locations.cache_clear()
    sys.modules.pop("odd_trackers", None)


def kept() -> list[str]:
    return Path("kept.txt").read_text().splitlines() if Path("kept.txt").exists() else []


def test_a_run_is_sent_where_a_flag_or_the_configuration_says_so(harness: Callable):
    ended = harness("eval", "--config", "x.yaml")
    assert (ended.code, kept()) == (0, [])
    assert harness("eval", "--config", "x.yaml", "--track", "odd: {report: false}").code == 0
    Path("x.yaml").write_text(CONFIG + "tracking: {odd: {report: false}}\n")
    ended = harness("eval", "--config", "x.yaml")
    assert ended.err.splitlines()[0] == "note: tracked by odd in kept.txt: configurations 1 new"
    assert "chatter" not in ended.out + ended.err
    folder = next(Path("results").glob("trial-*"))
    assert kept() == [f'["{folder.name}", "complete", ["manifest.json"], {{"lead": 7}}]'] * 2
    assert len(list(Path("results").glob("trial-*"))) == 1, "who is sent a run does not make it another one"
    assert "tracking" not in (folder / "manifest.json").read_text()
    assert harness("eval", "--config", "x.yaml", "--set", "tracking=null").code == 0
    assert len(kept()) == 2


WRONG = {
    "raises": "RuntimeError: no luck with http://host/x",
    "exits": "SystemExit: 0",
    "sleeps": "given up after 0.05 seconds, its time_limit",
    "nothing": "its `send` returned NoneType, and not what it sent",
}


@pytest.mark.parametrize("how", WRONG)
def test_what_goes_wrong_is_told_in_words(how: str):
    cls = cast("type[Tracker]", registry.Registry().find("tracker", "odd"))
    tracker = cls.model_validate({"how": how, "time_limit": "50ms" if how == "sleeps" else 9})
    assert work.send_here(tracker, cast("TrackedRun", None)) == WRONG[how]


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("dies", "its process ended by itself, with exit code 3"),
        ("native", "given up after 0.05 seconds, its time_limit"),
    ],
)
def test_what_goes_wrong_is_one_line_and_no_failure_of_the_run(
    harness: Callable, how: str, why: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(child, "PATIENCE", 0.3)
    ended = harness("eval", "--config", "x.yaml", "--track", f"odd: {{how: {how}, report: false, time_limit: 50ms}}")
    assert ended.code == 0
    folder = next(Path("results").glob("trial-*"))
    first, *others = ended.err.splitlines()
    assert first == f"note: {folder.name} is not tracked: odd: {why}"
    assert others == [f"results: results/{folder.name}", "complete: 1 predictions, 0 failures"]


def test_track_sends_what_is_there_and_says_what_failed(harness: Callable, monkeypatch: pytest.MonkeyPatch):
    assert harness("eval", "--config", "x.yaml").code == 0
    ended = harness("track", "trial", "--to", "odd: {report: false}")
    assert (ended.code, ended.out) == (0, "trial: tracked by odd in kept.txt: configurations 1 new\n")
    ended = harness("track", "trial", "--to", "odd: {how: dies, report: false}")
    assert (ended.code, ended.err) == (3, "error: odd: its process ended by itself, with exit code 3\n")
    ended = harness("track", "trial", "--to", "od")
    assert (
        ended.code,
        "unknown tracker 'od'; accepted: mlflow, odd, trackio, wandb; did you mean 'odd'?" in ended.err,
    ) == (2, True)
    ended = harness("track", "trial", "--to", "odd", "--uri", "x")
    assert (ended.code, "uri: unknown parameter of odd" in ended.err) == (2, True)
    ended = harness("track", "trial", "--to", "mlflow", "--uri", "https://me:pw12345678@host")
    assert (ended.code, "without a user or password" in ended.err, "pw12345678" in ended.err) == (2, True, False)
    monkeypatch.setattr("harness.trackers.mlflow.extras.missing", lambda *names: list(names))
    ended = harness("track", "trial", "--to", "mlflow", "--uri", "http://127.0.0.1:1")
    assert (ended.code, "headline-harness[mlflow]" in ended.err) == (2, True)
    ended = harness("eval", "--config", "x.yaml", "--track", "mlflow")
    assert (ended.code, "is not tracked: tracker mlflow needs mlflow" in ended.err) == (0, True)
    (next(Path("results").glob("trial-*")) / "scores.jsonl").write_text("")
    ended = harness("track", "trial", "--to", "odd")
    assert (ended.code, "scores.jsonl: was changed after the run" in ended.err, len(kept())) == (3, True, 1)


def test_a_program_sends_runs_and_hears_what_was_done(monkeypatch: pytest.MonkeyPatch):
    class Mine(Tracker):
        """Of this very test, which no other process can import."""

        name = "mine"

        def send(self, run: TrackedRun) -> Sent:
            raise AssertionError(run)

    told: list[str] = []
    run = api.evaluate("x.yaml")
    monkeypatch.setitem(document.extras.EXTRAS, "report", ("no_such_package",))
    with pytest.raises(TrackerError, match=r"mine: "):
        api.track(run, [Mine(report=False), "odd"], progress=told.append)
    assert "tracked by odd in kept.txt: configurations 1 new" in told
    assert any(line.startswith("report.html is not sent to odd: harness report needs no_such_package") for line in told)
    assert '["manifest.json"]' in kept()[0]
    with pytest.raises(ConfigError, match="unknown tracker 'none'"):
        api.track(run, "none")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setattr("harness.trackers.mlflow.extras.missing", lambda *_: [])
    with pytest.raises(UsageError, match="not said where to send"):
        api.track(run, "mlflow")


def test_a_name_asks_for_the_tracker_that_the_configuration_describes():
    described = Mlflow(uri="http://127.0.0.1:1")
    configured = [Configured("mlflow", described, ("tracking", "mlflow"))]
    assert tracking.chosen(configured, "mlflow") == [described]
    other = tracking.chosen(configured, {"mlflow": {"uri": "store"}})
    assert [getattr(each, "uri", "") for each in other] == ["store"]


def test_mistakes_in_the_configuration_are_located(harness: Callable):
    Path("x.yaml").write_text(CONFIG + "tracking:\n  mlflw: {}\n  mlflow: {time_limit: never, experiment: ''}\n")
    ended = harness("validate", "--config", "x.yaml")
    assert ended.code == 2
    accepted = "mlflow, odd, trackio, wandb"
    told = f"x.yaml:6: tracking.mlflw: unknown tracker 'mlflw'; accepted: {accepted}; did you mean 'mlflow'?"
    assert told in ended.err
    assert "x.yaml:7: tracking.mlflow.time_limit: not a duration" in ended.err
    assert "x.yaml:7: tracking.mlflow.experiment: " in ended.err
    Path("x.yaml").write_text(CONFIG + "tracking: [odd]\n")
    assert "tracking: not a mapping; found ['odd']; accepted: a name" in harness("validate", "--config", "x.yaml").err
    Path("x.yaml").write_text(CONFIG + "tracking: mlflow\n")
    assert harness("validate", "--config", "x.yaml").code == 0
    with pytest.raises(ValidationError, match="report"):
        Mlflow.model_validate({"report": "perhaps"})
