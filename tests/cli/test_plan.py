"""`harness plan` from outside: what it says, what it asks, what it leaves behind."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults.server import FaultServer, in_turn

CONFIG = """\
name: planned
data: {jsonl: {path: clusters.jsonl}}
models: [lead, central]
metrics: [{rouge: {variants: [rouge1]}}]
"""
ASKING = """\
name: asked
data: {{jsonl: {{path: clusters.jsonl}}}}
models:
  - lead
  - api: {{base_url: "{base_url}", model: m, prompt: prompt.md, longest_pause: 0.01{more}}}
    as: served
metrics: [{{rouge: {{variants: [rouge1]}}}}]
"""
PROMPT = "Write a headline.\n\n{articles}\n"


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with data, and another for temporary files."""
    here, aside = tmp_path / "here", tmp_path / "aside"
    here.mkdir()
    aside.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(tempfile, "tempdir", str(aside))
    rows = [
        {"id": f"c{n}", "articles": [{"text": f"Dam {n} held."}], "references": [f"Headline on Dam {n} held."]}
        for n in range(40)
    ]
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    Path("x.yaml").write_text(CONFIG)
    Path("prompt.md").write_text(PROMPT)
    return aside


def test_a_plan_states_every_stage_and_leaves_nothing_behind(harness: Callable[..., Any], workplace: Path):
    ended = harness("plan", "--config", "x.yaml", "--clusters", "3e6", "--sample", "10", "--format", "json")
    assert ended.code == 0, ended.err
    told = json.loads(ended.out)
    stages = [(row["stage"], row["name"]) for row in told["stages"]]
    expected = [("read", ""), ("generate", "lead"), ("generate", "central"), ("score", "")]
    assert stages == [*expected, ("keep", ""), ("summarise", "")]
    assert (told["clusters"], told["clusters_read"]) == (3_000_000, 40)
    assert told["seconds"]["value"] == pytest.approx(sum(row["seconds"]["value"] for row in told["stages"]))
    for row in told["stages"]:
        assert row["seconds"]["low"] <= row["seconds"]["value"] <= row["seconds"]["high"]
    # A row of predictions and one of scores for each configuration: some hundred bytes each at least.
    assert told["disk_bytes"]["value"] > 3e6 * 400
    assert told["advice"]
    assert (list(workplace.iterdir()), Path("results").exists()) == ([], False)


def test_the_table_has_the_total_and_a_sentence(harness: Callable[..., Any]):
    ended = harness("plan", "--config", "x.yaml", "--sample", "6")
    assert ended.code == 0, ended.err
    assert "plan for 40 clusters" in ended.out
    for word in ("generate lead", "total", "memory", "disk", "of the time"):
        assert word in ended.out


def test_twice_the_clusters_take_twice_what_each_takes(harness: Callable[..., Any]):
    ended = harness("plan", "--config", "x.yaml", "--sample", "10", "--workers", "4", "--clusters", "1000000",
                    "--format", "json")  # fmt: skip
    told = json.loads(ended.out)
    assert told["workers"] == told["processes"] == 4
    (lead,) = [row for row in told["stages"] if row["name"] == "lead"]
    # Four workers, each with 0.85 of its speed alone, and the start once.
    assert lead["seconds"]["value"] == pytest.approx(
        lead["seconds_once"] + lead["seconds_each"]["value"] * 1_000_000 / (4 * 0.85)
    )


@pytest.mark.parametrize(
    ("option", "value", "accepted"),
    [
        ("--clusters", "0", "a whole number from 1"),
        ("--clusters", "1.5", "a whole number from 1"),
        ("--clusters", "many", "a whole number from 1"),
        ("--clusters", "inf", "a whole number from 1"),
        ("--price", "0.15", "such as 0.15/0.60"),
        ("--price", "a/b", "such as 0.15/0.60"),
        ("--price", "-1/2", "such as 0.15/0.60"),
        ("--price", "nan/2", "such as 0.15/0.60"),
    ],
)
def test_what_is_no_number_is_refused(harness: Callable[..., Any], option: str, value: str, accepted: str):
    ended = harness("plan", "--config", "x.yaml", f"{option}={value}")
    assert ended.code == 2
    assert option in ended.err
    assert accepted in ended.err


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_server_is_asked_for_the_sample_and_no_more(harness: Callable[..., Any]):
    with FaultServer() as server:
        Path("x.yaml").write_text(ASKING.format(base_url=server.base_url, more=""))
        ended = harness("plan", "--config", "x.yaml", "--sample", "10", "--price", "1000/2000", "--clusters", "1e5",
                        "--format", "json")  # fmt: skip
    assert ended.code == 0, ended.err
    assert server.ledger.requests == 10
    assert "10 times, for configuration served" in ended.err
    told = json.loads(ended.out)
    (row,) = [row for row in told["stages"] if row["name"] == "served"]
    # What the server counted for ten clusters, times 100,000 / 10; prices are for a million.
    assert row["tokens_in"]["value"] == pytest.approx(server.ledger.tokens_in * 1e4)
    assert row["tokens_out"]["value"] == pytest.approx(server.ledger.tokens_out * 1e4)
    money = (row["tokens_in"]["value"] * 1000 + row["tokens_out"]["value"] * 2000) / 1e6
    assert row["money"]["value"] == told["money"]["USD"]["value"] == pytest.approx(money)


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_the_configurations_own_prices_and_its_limit_count(harness: Callable[..., Any]):
    with FaultServer() as server:
        more = ", prices: {input: 1000, output: 2000, currency: EUR}, max_cost: 1.0"
        Path("x.yaml").write_text(ASKING.format(base_url=server.base_url, more=more))
        ended = harness("plan", "--config", "x.yaml", "--sample", "5", "--clusters", "1e6")
    assert ended.code == 0, ended.err
    assert " EUR" in ended.out
    assert "max_cost 1 ends after about" in " ".join(ended.out.split())


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_server_that_answers_nothing_ends_it_with_3(harness: Callable[..., Any], workplace: Path):
    with FaultServer(in_turn("400")) as server:
        Path("x.yaml").write_text(ASKING.format(base_url=server.base_url, more=""))
        ended = harness("plan", "--config", "x.yaml", "--sample", "5")
    assert ended.code == 3
    assert "no cluster of the sample was answered by served" in ended.err
    assert list(workplace.iterdir()) == []
