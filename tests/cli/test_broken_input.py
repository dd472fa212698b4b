"""Broken configurations and data: exit 2, one useful line for each mistake, no traceback, nothing written."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.trial import GOOD

GOOD_CLUSTER = {"id": "c1", "articles": [{"id": "a", "title": "Dam holds", "text": "The dam held on Monday."}]}


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("clusters.jsonl").write_text(json.dumps(GOOD_CLUSTER) + "\n")


# Each case: what stands in the file instead of what, and what the one line must say.
CONFIGS: dict[str, tuple[str, list[str]]] = {
    "unknown key": (GOOD + "modles: []\n", ["error: x.yaml:8: modles: unknown key", "did you mean 'models'?"]),
    "missing key": (GOOD.replace("metrics:\n  - headline\n", ""), ["x.yaml:1", "missing key 'metrics'"]),
    "no name": (GOOD.replace("name: trial\n", ""), ["missing key 'name'"]),
    "unknown model": (GOOD.replace("- lead", "- leda"), ["x.yaml:5: models.0", "'leda'", "did you mean 'lead'?"]),
    "unknown metric": (GOOD.replace("- headline", "- rogue"), ["metrics.0", "'rogue'", "did you mean 'rouge'?"]),
    "unknown data set": (GOOD.replace("jsonl:", "jsonn:"), ["data.jsonn", "unknown dataset", "did you mean 'jsonl'?"]),
    "unknown parameter": (
        GOOD.replace("- lead", "- lead: {artcle: first}"),
        ["models.0.lead.artcle", "unknown parameter of lead", "did you mean 'article'?"],
    ),
    "value not among the accepted": (
        GOOD.replace("- lead", "- lead: {article: frist}"),
        ["x.yaml:5: models.0.lead.article", "found 'frist'", "'first', 'longest' or 'latest'", "did you mean 'first'?"],
    ),
    "value of the wrong type": (
        GOOD.replace("- headline", "- headline: {max_characters: many}"),
        ["metrics.0.headline.max_characters", "found 'many'", "integer"],
    ),
    "missing parameter": (GOOD.replace("{path: clusters.jsonl}", "{}"), ["data.jsonl.path", "missing parameter"]),
    "not YAML": (GOOD + "models: [lead\n", ["x.yaml:9", "not valid YAML"]),
    "a tab": (
        GOOD.replace("  - lead", "\t- lead"),
        ["x.yaml:5", "not valid YAML: YAML does not allow tabs for indentation; use spaces", "found a tab"],
    ),
    "a tab after blanks": (GOOD.replace("  jsonl", "  \tjsonl"), ["x.yaml:3", "does not allow tabs for indentation"]),
    "a tab that goes on with the line before": (
        GOOD.replace("name: trial\n", "name: trial\n\tseed: 3\n"),
        ["x.yaml:2", "does not allow tabs for indentation"],
    ),
    "key given twice": (GOOD + "name: other\n", ["x.yaml:8: name", "key given twice, first on line 1"]),
    "empty file": ("", ["the file is empty", "name, data, models"]),
    "a list": ("- lead\n", ["not a mapping"]),
    "models not a list": (GOOD.replace("  - lead", "  lead: {}"), ["models: not a list of components"]),
    "two components in one entry": (
        GOOD.replace("  - lead", "  - lead:\n    recorded: p.jsonl"),
        ["models.0", "2 keys where one component is named"],
    ),
    "two configurations of one name": (
        GOOD.replace("  - lead", "  - lead\n  - lead: {article: longest}"),
        ["x.yaml:6: models.1", "two configurations of this name", "'lead'"],
    ),
    "a metric twice": (GOOD + "  - headline: {max_words: 9}\n", ["metrics.1", "stands twice"]),
    "negative seed": (GOOD + "seed: -1\n", ["x.yaml:8: seed", "found -1", "whole number"]),
    "seed that is not a number": (GOOD + "seed: thirteen\n", ["seed", "'thirteen'"]),
    "failures that are neither count nor share": (
        GOOD + "max_failures: 1.5\n",
        ["x.yaml:8: max_failures: not a limit of failures", "found 1.5", "a count such as 10, or a share"],
    ),
    "unknown time limit": (
        GOOD + "time_limit: {clusters: 30s}\n",
        ["x.yaml:8: time_limit.clusters", "accepted: cluster, run", "did you mean 'cluster'?"],
    ),
    "time that is no duration": (GOOD + "time_limit: {run: soon}\n", ["time_limit.run: not a duration", "'soon'"]),
    "name with a slash": (GOOD.replace("trial", "../trial"), ["name: not a name for a folder", "'../trial'"]),
    "infinite number": (GOOD + "seed: 1e400\n", ["x.yaml:8: seed", "found 1e400", "finite"]),
    "a tag": (GOOD.replace("trial", "!!python/name:os.system"), ["x.yaml:1: name", "a YAML tag"]),
    "sweep over nothing": (
        GOOD + "matrix: {models.hf.dtype: [a]}\n",
        ["matrix.models.hf.dtype", "no 'hf' here", "lead"],
    ),
    "sweep without values": (GOOD + "matrix: {models.lead.article: first}\n", ["not a list of values"]),
    "sweep of an unknown parameter": (
        GOOD + "matrix: {models.lead.artcle: [first, longest]}\n",
        ["unknown parameter of lead", "did you mean 'article'?"],
    ),
    "bad value in a sweep": (GOOD + "matrix: {models.lead.article: [first, last]}\n", ["found 'last'"]),
    "display name on a metric": (
        GOOD.replace("- headline", "- headline: {}\n    as: form"),
        ["metrics.0.as", "only models have display names"],
    ),
    "display name that cannot be printed": (
        GOOD.replace("- lead", '- lead: {}\n    as: "a\\u001b[31m"'),
        ["models.0.as", "printable"],
    ),
    "no such data file": (
        GOOD.replace("clusters.jsonl", "cluster.jsonl"),
        ["x.yaml:3", "data.jsonl", "clusters.jsonl"],
    ),
    "no such predictions file": (GOOD.replace("- lead", "- recorded: p.jsonl"), ["models.0.recorded", "p.jsonl"]),
}


@pytest.mark.parametrize("command", ["validate", "eval"])
@pytest.mark.parametrize("case", CONFIGS, ids=lambda case: case.replace(" ", "-"))
def test_a_broken_configuration_gives_exit_2_and_one_useful_line(case: str, command: str, harness: Callable[..., Any]):
    text, wanted = CONFIGS[case]
    Path("x.yaml").write_text(text)
    ended = harness(command, "--config", "x.yaml")
    lines = ended.err.splitlines()
    assert ended.code == 2
    assert len(lines) == 1, ended.err
    assert all(part in lines[0] for part in wanted), lines[0]
    assert not Path("results").exists()


def test_every_mistake_is_reported_at_once(harness: Callable[..., Any]):
    Path("x.yaml").write_text(
        "name: a b\nseeed: 1\ndata: {jsonl: {path: clusters.jsonl, strict: 1}}\nmodels: [leda, lead: {part: x}]\n"
        "metrics: [rouge: {variants: [rouge9], stemmer: perhaps}]\n"
    )
    ended = harness("validate", "--config", "x.yaml")
    paths = [line.split(": ")[2] for line in ended.err.splitlines()]
    assert ended.code == 2
    assert paths == [
        "name",
        "seeed",
        "data.jsonl.strict",
        "models.0",
        "models.1.lead.part",
        "metrics.0.rouge.variants.0",
        "metrics.0.rouge.stemmer",
    ]


@pytest.mark.parametrize(
    ("override", "wanted"),
    [
        ("seed", ["--set seed", "not an override"]),
        ("models.7.article=first", ["--set models.7.article=first", "no '7' here", "lead"]),
        ("models.laed.article=first", ["did you mean 'lead'?"]),
        ("models.lead.articel=first", ["--set", "unknown parameter", "did you mean 'article'?"]),
        ("seed=none", ["--set seed=none", "not a seed"]),
        ("name=[", ["--set name=[", "not valid YAML"]),
    ],
)
def test_a_broken_override_is_reported_as_it_was_typed(override: str, wanted: list[str], harness: Callable[..., Any]):
    Path("x.yaml").write_text(GOOD)
    ended = harness("validate", "--config", "x.yaml", "--set", override)
    assert ended.code == 2
    assert len(ended.err.splitlines()) == 1, ended.err
    assert all(part in ended.err for part in wanted), ended.err


def row(**changes: Any) -> bytes:
    return json.dumps({**GOOD_CLUSTER, "id": "c2", **changes}).encode() + b"\n"


# Each case: the second row of the data, after a good one, and what its line must say.
ROWS: dict[str, tuple[bytes, list[str]]] = {
    "not JSON": (b"{'id': 'c2'}\n", ["clusters.jsonl:2", "JSON"]),
    "a list": (b"[1]\n", ["clusters.jsonl:2"]),
    "no id": (json.dumps({"articles": GOOD_CLUSTER["articles"]}).encode(), ["clusters.jsonl:2: id"]),
    "no articles": (row(articles=[]), ["clusters.jsonl:2: articles"]),
    "article without text": (row(articles=[{"id": "a"}]), ["clusters.jsonl:2: articles.0.text"]),
    "text that is a number": (row(articles=[{"text": 5}]), ["articles.0.text", "5"]),
    "article ids twice": (row(articles=[{"id": "a", "text": "x"}, {"id": "a", "text": "y"}]), ["'a'", "twice"]),
    "cluster id twice": (row(id="c1"), ["clusters.jsonl:2: id", "'c1'", "clusters.jsonl:1"]),
    "empty reference": (row(references=[""]), ["references.0"]),
    "bad date": (row(articles=[{"text": "x", "date": "soon"}]), ["articles.0.date", "soon"]),
    "NaN": (b'{"id": "c2", "articles": [{"text": "x"}], "n": NaN}\n', ["clusters.jsonl:2"]),
    "not UTF-8": (b'{"id": "c\xff"}\n', ["clusters.jsonl:2", "UTF-8"]),
    "lone surrogate": (b'{"id": "c2", "articles": [{"text": "\\ud800"}]}\n', ["clusters.jsonl:2"]),
    "deeply nested": (b'{"id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n", ["clusters.jsonl:2"]),
}


@pytest.mark.parametrize("case", ROWS, ids=lambda case: case.replace(" ", "-"))
def test_a_bad_row_is_counted_and_listed_and_strict_stops_at_it(case: str, harness: Callable[..., Any]):
    data, wanted = ROWS[case]
    Path("x.yaml").write_text(GOOD)
    with Path("clusters.jsonl").open("ab") as stream:
        stream.write(data)
    lenient = harness("eval", "--config", "x.yaml", "--format", "json")
    assert lenient.code == 0
    assert json.loads(lenient.out)["bad_rows"] == 1
    listed = next(line for line in lenient.err.splitlines() if line.startswith("  "))
    assert all(part in listed for part in wanted), listed
    strict = harness("eval", "--config", "x.yaml", "--strict")
    assert strict.code == 2
    assert len(strict.err.splitlines()) == 1
    assert all(part in strict.err for part in wanted), strict.err


def test_data_that_is_no_text_at_all_is_refused_whole(harness: Callable[..., Any]):
    Path("x.yaml").write_text(GOOD)
    with zipfile.ZipFile("clusters.jsonl", "w") as archive:
        archive.writestr("a", "b")
    ended = harness("validate", "--config", "x.yaml")
    assert ended.code == 2
    assert "zip" in ended.err
    assert len(ended.err.splitlines()) == 1


def test_data_without_one_good_row_is_refused_with_the_reasons(harness: Callable[..., Any]):
    Path("x.yaml").write_text(GOOD)
    Path("clusters.jsonl").write_text("{}\n")
    ended = harness("eval", "--config", "x.yaml")
    assert ended.code == 2
    assert "no cluster could be read" in ended.err
    assert "clusters.jsonl:1" in ended.err


def test_aliases_that_unfold_without_end_are_refused_quickly(harness: Callable[..., Any]):
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    Path("x.yaml").write_text(bomb)
    ended = harness("validate", "--config", "x.yaml")
    assert ended.code == 2
    assert "too many values" in ended.err


def test_a_missing_configuration_names_its_neighbour(harness: Callable[..., Any]):
    Path("quickstart.yaml").write_text(GOOD)
    ended = harness("eval", "--config", "quikstart.yaml")
    assert ended.code == 2
    assert "did you mean 'quickstart.yaml'?" in ended.err
