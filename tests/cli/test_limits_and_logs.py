"""Limits of a run, its events, and log lines, from outside."""

import json
import logging
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.models.lead import Lead
from tests.cli.trial import GOOD


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [
        {"id": f"c{number}", "articles": [{"title": f"Dam {number} holds", "text": "It held."}]} for number in range(8)
    ]
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    Path("x.yaml").write_text(GOOD)


def lines_of(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (next(Path("results").glob("trial-*")) / name).read_text().splitlines()]


def failing_on(monkeypatch: pytest.MonkeyPatch, *ids: str) -> None:
    pick = Lead.pick

    def picked(self: Lead, cluster: Any) -> str:
        if cluster.cluster_id in ids:
            raise RuntimeError(f"cannot read {cluster.cluster_id}")
        return pick(self, cluster)

    monkeypatch.setattr(Lead, "pick", picked)


@pytest.mark.parametrize(
    ("limit", "stopped_at"), [("1", "c3"), ("20%", "c3"), ("0.2", "c3"), ("0", "c1"), ("0.0", "c1")]
)
def test_a_run_stops_at_the_first_failure_too_many_and_goes_on_once_it_is_mended(
    limit: str, stopped_at: str, harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    Path("x.yaml").write_text(GOOD + f"max_failures: {limit}\n")
    with monkeypatch.context() as broken:
        failing_on(broken, "c1", "c3", "c5")
        ended = harness("eval", "--config", "x.yaml")
    assert ended.code == 3
    last = ended.err.splitlines()[-1]
    assert "error: too many failures: lead failed on" in last
    assert f"the last on {stopped_at}: generate: RuntimeError: cannot read {stopped_at}" in last
    assert [row["cluster_id"] for row in lines_of("predictions.jsonl")] == (
        ["c0"] if stopped_at == "c1" else ["c0", "c2"]
    )
    again = harness("eval", "--config", "x.yaml")  # nothing has changed: it stops before it asks anything
    assert again.code == 3
    assert len(lines_of("failures.jsonl")) == (1 if stopped_at == "c1" else 2)
    assert harness("eval", "--config", "x.yaml", "--retry-errors").code == 0
    assert [row["cluster_id"] for row in lines_of("predictions.jsonl")] == [f"c{number}" for number in range(8)]
    assert lines_of("failures.jsonl") == []


def test_as_many_failures_as_allowed_are_rows(harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch):
    failing_on(monkeypatch, "c1", "c3")
    Path("x.yaml").write_text(GOOD + "max_failures: 25%\n")
    assert harness("eval", "--config", "x.yaml").code == 0
    Path("x.yaml").write_text(GOOD + "max_failures: 1\n")  # the same run: limits are no part of it
    ended = harness("eval", "--config", "x.yaml")
    assert ended.code == 3
    assert "`max_failures: 1` allows no more" in ended.err
    assert len(list(Path("results").glob("trial-*"))) == 1


def test_a_run_stops_behind_the_cluster_under_way_when_its_time_is_over(
    harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    from harness.run import monitor

    hours = iter(range(100))
    Path("x.yaml").write_text(GOOD + "time_limit: {run: 2h}\n")
    with monkeypatch.context() as slow:
        slow.setattr(monitor, "monotonic", lambda: 3600.0 * next(hours))  # an hour at each look
        ended = harness("eval", "--config", "x.yaml")
    assert ended.code == 3
    assert "the run's time is over (`time_limit: {run: 7200s}`); what is done is saved" in ended.err
    assert [row["cluster_id"] for row in lines_of("predictions.jsonl")] == ["c0", "c1"]
    assert harness("eval", "--config", "x.yaml").code == 0
    assert [row["cluster_id"] for row in lines_of("predictions.jsonl")] == [f"c{number}" for number in range(8)]


def test_a_run_does_not_wait_for_ever_for_the_cluster_under_way(
    harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    """It hangs, and takes the first interruption for an error of its own; the run is over all the same."""
    from harness.process import time_limit
    from harness.run import monitor

    pick, hung = Lead.pick, []

    def hangs(self: Lead, cluster: Any) -> str:
        if cluster.cluster_id == "c2":
            hung.append(cluster)
            while True:
                try:
                    time.sleep(0.01)
                except BaseException:
                    if len(hung) > 1:
                        raise
                    hung.append(cluster)
        return pick(self, cluster)

    Path("x.yaml").write_text(GOOD + "time_limit: {run: 200ms}\n")
    with monkeypatch.context() as broken:
        broken.setattr(Lead, "pick", hangs)
        broken.setattr(monitor, "LATE", 0.3)
        broken.setattr(time_limit, "AGAIN", 0.1)
        ended = harness("eval", "--config", "x.yaml")
    assert (ended.code, len(hung)) == (3, 2)
    assert "the run's time is over (`time_limit: {run: 0.2s}`); what is done is saved" in ended.err
    assert (len(lines_of("predictions.jsonl")), lines_of("failures.jsonl")) == (2, [])
    assert lines_of("events.jsonl")[-1]["event"] == "stopped"
    assert harness("eval", "--config", "x.yaml", "--set", "time_limit.run=1h").code == 0
    assert [row["cluster_id"] for row in lines_of("predictions.jsonl")] == [f"c{number}" for number in range(8)]


def test_a_cluster_past_its_time_fails_in_any_stage(harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch):
    from harness.metrics.headline import Headline

    pick, findings = Lead.pick, Headline.findings_all

    def endless() -> None:
        while True:
            pass

    def found(self: Headline, cases: Any) -> Any:
        return endless() if any(case.cluster.cluster_id == "c3" for case in cases) else findings(self, cases)

    monkeypatch.setattr(Lead, "pick", lambda self, got: endless() if got.cluster_id == "c1" else pick(self, got))
    monkeypatch.setattr(Headline, "findings_all", found)
    Path("x.yaml").write_text(GOOD + "time_limit: {cluster: 300ms}\n")
    ended = harness("eval", "--config", "x.yaml", "--limit", "4")
    assert ended.code == 0
    assert "failures: lead on 1 of 4 clusters\nfailures: 1 in checks and scores\n" in ended.err
    assert ended.err.splitlines()[-1] == "complete: 3 predictions, 2 failures"
    assert [(row["stage"], row["cluster_id"], row["error"]) for row in lines_of("failures.jsonl")] == [
        ("generate", "c1", "TimeLimit"),
        ("score", "c3", "TimeLimit"),
    ]


def test_events_say_what_happened_to_a_run(harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch):
    Path("x.yaml").write_text(GOOD + "max_failures: 0\n")
    with monkeypatch.context() as broken:
        failing_on(broken, "c2")
        harness("eval", "--config", "x.yaml")
    harness("eval", "--config", "x.yaml", "--retry-errors")
    events = lines_of("events.jsonl")
    assert [(event["event"], event.get("stage")) for event in events] == [
        ("started", None),
        ("stage_begun", "generate"),
        ("failure", "generate"),
        ("stage_ended", "generate"),
        ("stopped", None),
        ("resumed", None),
        ("stage_begun", "generate"),
        ("stage_ended", "generate"),
        ("stage_begun", "score"),
        ("stage_ended", "score"),
        ("finished", None),
    ]
    assert events[2]["cluster_id"] == "c2"
    assert events[2]["message"] == "lead: RuntimeError: cannot read c2"
    assert events[6]["counts"] == {"left": 6}
    assert events[-1]["counts"] == {"predicted": 8, "failed": 0}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", event["time"]) and event["process"] for event in events)


def test_nothing_is_logged_unless_it_is_asked_for(harness: Callable[..., Any]):
    quiet = harness("eval", "--config", "x.yaml")
    assert [line.split(":")[0] for line in quiet.err.splitlines()] == ["results", "complete"]


@pytest.mark.parametrize("arguments", [("-v", "eval"), ("eval", "-v"), ("--verbose", "eval")], ids=" ".join)
def test_v_logs_run_events(arguments: tuple[str, ...], harness: Callable[..., Any]):
    ended = harness(*arguments, "--config", "x.yaml")
    assert re.search(r"^\d\d:\d\d:\d\d stage begun: generate: 8 left: lead$", ended.err, re.MULTILINE)


@pytest.mark.parametrize("place", ["before", "behind"])
def test_log_lines_are_json_where_that_is_wanted(
    place: str, harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    failing_on(monkeypatch, "c2")
    options = ["-vv", "--log-format", "json"]
    command = [*options, "eval"] if place == "before" else ["eval", *options]
    ended = harness(*command, "--config", "x.yaml")
    logged = [json.loads(line) for line in ended.err.splitlines()]  # every line is one
    assert {"time", "level", "logger", "message"} <= set.intersection(*(set(line) for line in logged))
    failure = next(line for line in logged if line.get("event") == "failure")
    assert (failure["level"], failure["stage"], failure["cluster_id"]) == ("debug", "generate", "c2")
    assert any("cannot read c2" in line.get("traceback", "") for line in logged)
    assert logged[-1]["message"] == "complete: 7 predictions, 1 failure"


def test_errors_are_json_lines_too_where_that_is_wanted(harness: Callable[..., Any]):
    Path("x.yaml").write_text(GOOD + "modles: []\nsed: 1\n")
    ended = harness("--log-format", "json", "eval", "--config", "x.yaml")
    assert ended.code == 2
    logged = [json.loads(line) for line in ended.err.splitlines()]
    assert [line["level"] for line in logged] == ["error", "error"]
    assert "modles: unknown key" in logged[0]["message"]


@pytest.mark.parametrize("place", ["before", "behind"])
@pytest.mark.parametrize("wrong", ["--bad", "--limit=none"])
def test_mistakes_in_the_command_line_are_json_lines_too(place: str, wrong: str, harness: Callable[..., Any]):
    option = ["--log-format", "json"] if place == "before" else ["--log-format=json"]
    command = [*option, "eval", wrong] if place == "before" else ["eval", wrong, *option]
    ended = harness(*command, "--config", "x.yaml")
    assert ended.code == 2
    logged = [json.loads(line) for line in ended.err.splitlines()]
    assert logged[-1]["level"] == "error"
    assert wrong.partition("=")[0] in logged[-1]["message"]


def test_what_libraries_write_is_json_too(harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch):
    pick = Lead.pick

    def noisy(self: Lead, cluster: Any) -> str:
        if cluster.cluster_id == "c1":
            sys.stderr.write("py.py:1: UserWarning: old\n  import old\n")  # as warnings.showwarning writes
            logging.getLogger("library").warning("token sk-aaaabbbbccccddddeeeeffff expired")  # without a handler
            print("10 %", end="\r", file=sys.stderr)
            print("half", end="", file=sys.stderr, flush=True)
        return pick(self, cluster)

    monkeypatch.setattr(Lead, "pick", noisy)
    monkeypatch.setattr(logging.getLogger("library"), "propagate", False)  # pytest listens at the root
    ended = harness("--log-format", "json", "eval", "--config", "x.yaml")
    logged = [json.loads(line) for line in ended.err.splitlines()]
    others = [line["message"] for line in logged if line["logger"] == "stderr"]
    assert others == ["py.py:1: UserWarning: old\n  import old", "token [redacted] expired", "10 %", "half"]
    assert ended.err.splitlines()[-1] == json.dumps(logged[-1])
    assert logged[-1]["message"] == "complete: 8 predictions, 0 failures"
    plain = harness("eval", "--config", "x.yaml", "--set", "seed=2")  # the format of one command is not the next one's
    assert "  import old\n" in plain.err


@pytest.mark.parametrize(
    "command",
    [
        ("list",),
        ("show", "trail"),
        ("cache", "clear"),
        ("check", "clusters.jsonl", "--text", "Dam 1 holds"),
        ("data", "ingest", "texts", "--out", "made.jsonl"),
        ("stress", "--data", "clusters.jsonl", "--checker", "rules", "--limit", "1"),
    ],
    ids=" ".join,
)
def test_every_command_says_what_it_has_to_say_in_json_lines(command: tuple[str, ...], harness: Callable[..., Any]):
    Path("clusters.jsonl").write_text(Path("clusters.jsonl").read_text() + "no JSON\n")
    Path("results/torn").mkdir(parents=True)
    Path("results/torn/manifest.json").write_text("{")
    Path("texts/one").mkdir(parents=True)
    Path("texts/one/a.txt").write_text("Dam holds\n\nThe dam at Hollin held on Monday, the mayor said.\n")
    Path("texts/one/b.pdf").write_text("")
    ended = harness("--log-format", "json", *command)
    logged = [json.loads(line) for line in ended.err.splitlines()]
    assert logged
    assert {line["logger"] for line in logged} == {"harness"} or command == ("cache", "clear")  # click's own question


def test_the_last_line_says_what_happened(harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch):
    failing_on(monkeypatch, "c2")
    ended = harness("eval", "--config", "x.yaml")
    assert ended.err.splitlines()[-1] == "complete: 7 predictions, 1 failure"
