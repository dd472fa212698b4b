"""The cache from outside: nothing is computed twice, nothing differs for it, and `harness cache` looks after it."""

import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from harness.checkers.base import CheckSession
from harness.claims.parsing.parse import Parser
from harness.models.lead import Lead
from harness.models.lexrank import Lexrank
from harness.records import Claim, Cluster, Verdict

CONFIG = """\
name: trial
data: {jsonl: clusters.jsonl}
models: [lead]
metrics:
  - rouge: {variants: [rouge1], stemmer: false}
"""
CLUSTERS = [
    {
        "id": f"c{number}",
        "articles": [{"id": "a", "title": f"Dam {number} holds", "text": f"The dam {number} held on Monday."}],
        "references": [f"Dam {number} holds firm again"],
    }
    for number in range(6)
]
FILES = ("predictions.jsonl", "verdicts.jsonl", "scores.jsonl", "failures.jsonl")


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HARNESS_CACHE", raising=False)
    write(CLUSTERS)
    Path("x.yaml").write_text(CONFIG)


def write(clusters: list[dict[str, Any]]) -> None:
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in clusters))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The clusters that `lead` and `lexrank` are asked about; both fail on the cluster `c4`."""
    found: list[str] = []
    for model in (Lead, Lexrank):

        def pick(self: Any, cluster: Cluster, real: Any = model.pick) -> str:
            found.append(f"{self.name} {cluster.cluster_id}")
            if cluster.cluster_id == "c4":
                raise ValueError("on purpose")
            return str(real(self, cluster))

        monkeypatch.setattr(model, "pick", pick)
    return found


def folder_of(results: str) -> Path:
    return next(Path(results).glob("[!.]*"))


def content(results: str) -> dict[str, bytes]:
    """What the run's files hold, times apart."""
    found = {}
    for name in FILES:
        file = folder_of(results) / name
        rows = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        found[name] = "\n".join(json.dumps({**row, "seconds": None}) for row in rows).encode()
    return found


def entries(harness: Callable[..., Any], *more: str) -> dict[str, int]:
    shown = json.loads(harness("cache", "list", "--format", "json", *more).out)
    return {f"{row['kind']} {row['component']}": row["entries"] for row in shown["rows"]}


def test_another_metric_or_reference_asks_no_model_again_and_another_model_runs_alone(
    harness: Callable[..., Any], asked: list[str]
):
    harness("eval", "--config", "x.yaml")
    assert len(asked) == 6
    assert entries(harness) == {"prediction lead": 5}  # the failure is not kept
    asked.clear()
    harness("eval", "--config", "x.yaml", "--set", "metrics.0.rouge.stemmer=true")
    assert asked == ["lead c4"]
    asked.clear()
    write([{**row, "references": ["Another"]} for row in CLUSTERS])
    harness("eval", "--config", "x.yaml")
    assert asked == ["lead c4"]
    asked.clear()
    Path("y.yaml").write_text(CONFIG.replace("[lead]", "[lead, lexrank]"))
    harness("eval", "--config", "y.yaml")
    assert [name for name in asked if name != "lead c4"] == [f"lexrank c{number}" for number in range(6)]


def test_runs_are_equal_to_the_byte_with_a_cache_that_holds_all_some_or_none_and_without_one(
    harness: Callable[..., Any], asked: list[str]
):
    Path("x.yaml").write_text(CONFIG.replace("[lead]", "[lead, lexrank]"))
    plain = harness("eval", "--config", "x.yaml", "--results", "plain", "--no-cache", "--format", "csv")
    assert not Path("plain/.cache").exists()
    asked.clear()
    harness("eval", "--config", "x.yaml", "--results", "first", "--cache", "shared", "--limit", "3")
    assert len(asked) == 6
    some = harness("eval", "--config", "x.yaml", "--results", "some", "--cache", "shared", "--format", "csv")
    assert len(asked) == 12
    every = harness("eval", "--config", "x.yaml", "--results", "every", "--cache", "shared", "--format", "csv")
    assert len(asked) == 14  # the two failures are tried again
    assert plain.out == some.out == every.out
    assert content("plain") == content("some") == content("every")
    assert not Path("every/.cache").exists()


def test_the_environment_names_the_cache(harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HARNESS_CACHE", "elsewhere")
    harness("eval", "--config", "x.yaml")
    assert Path("elsewhere/cache.sqlite").is_file()
    assert not Path("results/.cache").exists()
    assert entries(harness) == {"prediction lead": 6}
    assert entries(harness, "--cache", "other") == {}


SEEN: list[str] = []


class CountingSession(CheckSession):
    def verdicts(self, cluster: Cluster, texts: Any) -> list[list[Verdict]]:
        SEEN.extend(f"{cluster.cluster_id} {text}" for text in texts)
        if any("0" in text for text in texts):
            raise ValueError("on purpose")
        return [
            [
                Verdict(
                    claim=Claim(start=0, end=len(text), text=text, part="whole"),
                    label="supported",
                    probability=0.25,
                    checker=self.signature,
                )
            ]
            for text in texts
        ]


def test_an_equal_text_about_an_equal_cluster_is_checked_once_whoever_wrote_it(
    harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    from harness.checkers.rules import Rules

    monkeypatch.setattr(Rules, "open", lambda self: nullcontext(CountingSession(self.signature())))
    monkeypatch.setattr(Rules, "identity", lambda _: {})
    monkeypatch.setattr(Rules, "problems", lambda _: ())
    SEEN.clear()
    twice = CONFIG.replace("[lead]", "[{lead: {}, as: one}, {lead: {max_words: 40}, as: two}]")
    Path("x.yaml").write_text(twice + "  - factual: {checker: rules}\n")
    harness("eval", "--config", "x.yaml", "--results", "a", "--cache", "shared")
    assert len(SEEN) == 6  # not 12: both write the title
    assert entries(harness, "--cache", "shared")["verdicts rules"] == 5
    SEEN.clear()
    harness(
        "eval", "--config", "x.yaml", "--results", "b", "--cache", "shared", "--set", "metrics.0.rouge.stemmer=true"
    )
    assert SEEN == ["c0 Dam 0 holds"]  # the check that failed
    harness("eval", "--config", "x.yaml", "--results", "c", "--cache", "shared")
    harness("eval", "--config", "x.yaml", "--results", "d", "--no-cache")
    assert content("a") == content("c") == content("d")
    assert len(content("a")["verdicts.jsonl"].splitlines()) == 10


def test_one_process_and_two_write_the_same_bytes(harness: Callable[..., Any], parser: Parser, top: Path):
    assert parser
    data = top / "data" / "demo" / "clusters.jsonl"
    Path("x.yaml").write_text(
        CONFIG.replace("clusters.jsonl", str(data)).replace("[lead]", "[lead, lexrank]") + "  - surface\n  - factual\n"
    )
    run = ("eval", "--config", "x.yaml", "--no-cache", "--limit", "6", "--format", "csv")
    one = harness(*run, "--results", "one", "--jobs", "1")
    two = harness(*run, "--results", "two", "--jobs", "2")
    assert one.code == two.code == 0
    assert one.out == two.out
    assert content("one") == content("two")
    assert (folder_of("one") / "table.md").read_bytes() == (folder_of("two") / "table.md").read_bytes()


def test_a_damaged_entry_is_dropped_and_made_again_and_verify_finds_it(harness: Callable[..., Any], asked: list[str]):
    harness("eval", "--config", "x.yaml", "--results", "a", "--cache", "shared")
    assert harness("cache", "verify", "--cache", "shared").code == 0
    with sqlite3.connect("shared/cache.sqlite") as db:
        db.execute("UPDATE entries SET value = value || x'00' WHERE rowid = 2")
    found = harness("cache", "verify", "--cache", "shared")
    assert found.code == 1
    assert "5 entries, 1 damaged" in found.out
    asked.clear()
    ended = harness("eval", "--config", "x.yaml", "--results", "b", "--cache", "shared")
    assert "a damaged entry was dropped" in ended.err
    assert len(asked) == 2  # that one, and the one that fails
    assert content("a") == content("b")
    assert harness("cache", "verify", "--cache", "shared").code == 0


def test_a_cache_that_cannot_be_read_stops_no_run_and_clear_mends_it(harness: Callable[..., Any]):
    Path("shared").mkdir()
    Path("shared/cache.sqlite").write_text("nonsense " * 500)
    ended = harness("eval", "--config", "x.yaml", "--cache", "shared")
    assert ended.code == 0
    assert "goes on without a cache" in ended.err
    broken = harness("cache", "verify", "--cache", "shared")
    assert (broken.code, "not a database" in broken.err) == (3, True)
    assert harness("cache", "clear", "--yes", "--cache", "shared").code == 0
    assert harness("cache", "verify", "--cache", "shared").code == 0


def test_prune_and_clear(harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch):
    harness("eval", "--config", "x.yaml")
    assert "lead" in harness("cache", "list").out
    assert json.loads(harness("cache", "prune", "--older-than", "30d", "--format", "json").out)["left"] == 6
    assert json.loads(harness("cache", "prune", "--max-size", "0", "--format", "json").out)["left"] == 0
    refused = harness("cache", "prune")
    assert (refused.code, "--older-than 30d" in refused.err) == (2, True)
    odd = harness("cache", "prune", "--older-than", "soon", "--max-size", "1GB")
    assert (odd.code, "found 'soon'; accepted" in odd.err) == (2, True)
    harness("eval", "--config", "x.yaml", "--set", "seed=1")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    asked = harness("cache", "clear")
    assert (asked.code, "--yes" in asked.err) == (2, True)
    assert entries(harness) == {"prediction lead": 6}
    assert "6 entries removed" in harness("cache", "clear", "--yes").out
    assert entries(harness) == {}


def test_what_cannot_be_written_stops_no_run(harness: Callable[..., Any]):
    Path("file").write_text("no folder")
    ended = harness("eval", "--config", "x.yaml", "--cache", "file/below")
    assert ended.code == 0
    assert "goes on without a cache" in ended.err


def test_rows_stay_in_order_when_few_of_many_are_made(monkeypatch: pytest.MonkeyPatch):
    """What is held back behind a row being made is bounded: `make` is ended and called again."""
    from harness.run import reuse

    monkeypatch.setattr(reuse, "_HELD", 100)
    taken: list[tuple[int, int, bool]] = []
    made: list[list[int]] = []

    class Numbers(reuse.Reuse[int, int]):
        def look_up(self, window: Any) -> Any:
            return [None if number % 500 == 0 else number for number in window]

        def make(self, items: Any) -> Any:
            made.append([])
            while asked := list(islice(items, 2)):  # a model that wants two at once
                made[-1].extend(asked)
                yield from (-each for each in asked)

        def take(self, item: int, row: int, reused: bool) -> None:
            taken.append((item, row, reused))

    Numbers().run(range(1, 2000))
    expected = [(number, -number, False) if number % 500 == 0 else (number, number, True) for number in range(1, 2000)]
    assert taken == expected
    assert made == [[500], [1000], [1500]]
