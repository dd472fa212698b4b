"""Model `api` from outside: `harness eval` against a server on loopback."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from harness import redact
from tests.conftest import TOP
from tests.faults.server import FaultServer, good_answer

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

KEY = "Zq8v/planted+k9wPlmX2"
FORMS = (KEY, quote(KEY, safe=""), base64.b64encode(KEY.encode()).decode().rstrip("="), KEY.encode().hex())

CONFIG = """\
name: asked
data: {{jsonl: {{path: clusters.jsonl}}}}
models:
  - api:
      base_url: {base_url}
      model: m
      key_env: PLANTED_KEY
      prompt: prompt.md
      longest_pause: 0.01
      prices: {{input: 1000, output: 2000}}
    as: served
metrics: [{{rouge: {{variants: [rouge1]}}}}]
"""
CLUSTERS = 12


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLANTED_KEY", KEY)
    Path("prompt.md").write_text("Write a headline.\n\n{articles}\n")
    rows = [
        {"id": f"c{n}", "articles": [{"text": f"Dam {n} held."}], "references": [f"Headline on Dam {n} held."]}
        for n in range(CLUSTERS)
    ]
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    yield
    redact.forget()


def configure(server: FaultServer) -> None:
    Path("x.yaml").write_text(CONFIG.format(base_url=server.base_url))


def rows(name: str) -> list[dict[str, Any]]:
    (folder,) = Path("results").glob("asked-*")
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]


def test_validate_asks_nothing_and_eval_scores_what_is_answered(harness: Callable[..., Any]):
    with FaultServer() as server:
        configure(server)
        checked = harness("validate", "--config", "x.yaml")
        assert (checked.code, server.ledger.requests) == (0, 0)
        ended = harness("eval", "--config", "x.yaml", "--format", "json")
    assert ended.code == 0, ended.err
    (summary,) = [row for row in json.loads(ended.out)["summaries"] if row["measure"] == "rouge1-f"]
    assert (summary["mean"], summary["scored"]) == (1.0, CLUSTERS)
    made = rows("predictions.jsonl")
    assert [row["cluster_id"] for row in made] == [f"c{n}" for n in range(CLUSTERS)]
    assert {row["version"] for row in made} == {"m-2026-01 fp_1"}
    (folder,) = Path("results").glob("asked-*")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["counts"]["served"]["versions"] == {"m-2026-01 fp_1": CLUSTERS}
    assert manifest["configurations"][0]["parameters"]["key_env"] == "PLANTED_KEY"
    assert {body["seed"] for body in server.ledger.bodies} == {13}


def test_every_mistake_is_located_and_the_nearest_name_offered(harness: Callable[..., Any]):
    Path("x.yaml").write_text(CONFIG.format(base_url="http://h/v1").replace("model: m", "generation: {temprature: 1}"))
    ended = harness("validate", "--config", "x.yaml")
    assert ended.code == 2
    assert "x.yaml:6: models.0.api.generation.temprature: unknown parameter of api; accepted: temperature" in ended.err
    assert "did you mean 'temperature'?" in ended.err
    assert "models.0.api.model: missing parameter of api" in ended.err


def test_rows_are_in_order_whatever_order_answers_arrive_in_and_none_is_asked_twice(harness: Callable[..., Any]):
    with FaultServer(lambda number, _: "500" if number in (0, 3, 4) else None) as server:
        configure(server)
        assert harness("eval", "--config", "x.yaml").code == 0
        assert harness("eval", "--config", "x.yaml").code == 0
        assert server.ledger.answered == CLUSTERS
    assert [row["cluster_id"] for row in rows("predictions.jsonl")] == [f"c{n}" for n in range(CLUSTERS)]


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_what_arrived_before_the_end_is_not_paid_for_again(harness: Callable[..., Any], how: signal.Signals, code: int):
    """The first cluster is not answered the first time: the others, whose rows wait for its row, are kept."""
    first = True

    def plan(_: int, body: Mapping[str, Any]) -> str | None:
        return "slow" if first and "Dam 0 held" in json.dumps(body) else None

    with FaultServer(plan) as server:
        configure(server)
        command = [sys.executable, "-m", "harness", "eval", "--config", "x.yaml"]
        process = subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(TOP)}
        )
        deadline = time.monotonic() + 60
        while server.ledger.answered < CLUSTERS - 1 and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.3)  # the last answer is on its way
        process.send_signal(how)
        _, said = process.communicate(timeout=30)
        assert process.returncode == code, said
        assert rows("predictions.jsonl") == []
        first = False
        assert harness("eval", "--config", "x.yaml").code == 0
        assert server.ledger.answered == CLUSTERS
        assert max(server.ledger.tries.values()) == 2
    assert [row["cluster_id"] for row in rows("predictions.jsonl")] == [f"c{n}" for n in range(CLUSTERS)]


def test_a_model_that_changes_within_the_run_is_noted(harness: Callable[..., Any]):
    other = "<b onload=x>|[y](http://z)\x1b[31m"
    with FaultServer(reply=lambda body: good_answer(body, model=other if "Dam 7" in str(body) else "a")) as server:
        configure(server)
        ended = harness("eval", "--config", "x.yaml")
    said = "served: its server answered with 2 models within the run"
    assert f"note: {said}" in ended.err
    (folder,) = Path("results").glob("asked-*")
    table = (folder / "table.md").read_text()
    assert said in table
    assert table.count("<b onload") == table.count("\\<b onload")
    assert "[y](http" not in table
    assert "\x1b" not in table + ended.out + ended.err


def test_every_failure_has_its_reason_and_its_tries(harness: Callable[..., Any]):
    with FaultServer(lambda _, body: "400 with key" if "Dam 1 " in str(body) else "500") as server:
        configure(server)
        ended = harness("eval", "--config", "x.yaml")
        assert ended.code == 3
    failed = {row["cluster_id"]: row for row in rows("failures.jsonl")}
    assert failed["c1"]["message"].endswith("status 400: bad key Bearer [redacted]")
    assert "attempts" not in failed["c1"]  # once
    assert failed["c2"]["attempts"] == 5
    assert failed["c2"]["message"].endswith("status 500: broken, after 5 tries")


def test_the_time_limit_of_a_cluster_holds_for_all_its_tries(harness: Callable[..., Any]):
    with FaultServer(lambda _, body: "slow" if "Dam 1 " in str(body) else None) as server:
        configure(server)
        ended = harness("eval", "--config", "x.yaml", "--set", "time_limit={cluster: 1s}")
    assert "1 × served: TimeLimit: it took longer than the 1 seconds" in ended.err
    (row,) = rows("failures.jsonl")
    assert (row["cluster_id"], row["error"]) == ("c1", "TimeLimit")


def test_nothing_written_or_printed_holds_the_key(harness: Callable[..., Any]):
    """The server says the key in every way it can: in errors, encoded, as the name of its model, in an answer."""

    def reply(body: Mapping[str, Any]) -> dict[str, Any]:
        number = int(str(body["messages"][-1]["content"]).partition("Dam ")[2].split()[0])
        form = FORMS[number % len(FORMS)]
        if number < 4:
            return good_answer(body, f"Headline {form} leaks")
        if number < 8:
            return good_answer(body, "Dam opens", model=f"m {form}", system_fingerprint=f"Bearer {form}")
        return {"error": {"message": f"no: {form} api_key={form} https://u:{quote(KEY, safe='')}@host"}}

    printed = []
    with FaultServer(reply=reply) as server:
        configure(server)
        for command in (
            ("-vv", "eval", "--config", "x.yaml"),
            ("show", "asked"),
            ("show", "asked", "--cluster", "c9"),
            ("compare", "asked"),
            ("list", "--format", "json"),
        ):
            ended = harness(*command)
            printed.append(ended.out + ended.err)
        assert server.ledger.answered > 0
    assert len(rows("failures.jsonl")) == 8
    files = {str(file): file.read_bytes() for file in Path().rglob("*") if file.is_file() and file.name != "x.yaml"}
    everything = {**files, **{f"command {n}": text.encode() for n, text in enumerate(printed)}}
    found = [(where, form) for where, data in everything.items() for form in FORMS if form.encode() in data]
    assert found == []
