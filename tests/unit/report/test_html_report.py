"""The report file: what it holds, how large it grows, and what it refuses."""

import base64
import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness import api, extras
from harness.errors import MissingExtraError

WORDS = [
    "council",
    "bridge",
    "river",
    "market",
    "school",
    "budget",
    "vote",
    "police",
    "train",
    "storm",
    "harbour",
    "union",
    "mayor",
    "court",
    "festival",
]


def write(folder: Path, clusters: int, configurations: int, articles: int = 2, sentences: int = 8) -> dict[str, Any]:
    """Clusters whose articles hardly compress, and recorded headlines for them; the configuration that reads both."""
    import random

    draws = random.Random(7)

    def sentence(words: int) -> str:
        return " ".join(f"{draws.choice(WORDS)}{draws.randrange(10_000)}" for _ in range(words)) + "."

    with (folder / "clusters.jsonl").open("w") as stream:
        for at in range(clusters):
            texts = [{"text": " ".join(sentence(14) for _ in range(sentences))} for _ in range(articles)]
            stream.write(json.dumps({"id": f"c{at}", "articles": texts, "references": [sentence(8)]}) + "\n")
    models: list[Any] = []
    for number in range(configurations):
        file = folder / f"m{number}.jsonl"
        with file.open("w") as stream:
            for at in range(clusters):
                stream.write(json.dumps({"cluster_id": f"c{at}", "text": sentence(9)}) + "\n")
        models.append({"recorded": {"path": str(file)}, "as": f"system-{number}"})
    return {
        "name": "size",
        "data": {"jsonl": {"path": str(folder / "clusters.jsonl")}},
        "models": models,
        "metrics": ["rouge", "headline"],
    }


def unpacked(text: str) -> Any:
    return json.loads(gzip.decompress(base64.b64decode(text)))


def blocks(page: str) -> list[dict[str, Any]]:
    return [unpacked(found) for found in re.findall(r'<script type="text/plain" class="block">([^<]*)</script>', page)]


def listed(page: str) -> list[dict[str, Any]]:
    found = re.search(r'<script type="text/plain" id="listed">([^<]*)</script>', page)
    assert found is not None
    return list(unpacked(found.group(1)))


def test_a_thousand_clusters_of_ten_configurations_take_under_three_megabytes(tmp_path: Path):
    run = api.evaluate(write(tmp_path, 1000, 10, sentences=20), results=tmp_path / "results", cache=False)
    file = api.report(run, tmp_path / "report.html")
    assert file.stat().st_size < 3_000_000
    page = file.read_text(encoding="utf-8")
    rows = listed(page)
    assert len(rows) == 1000  # every cluster is named, with what all ten wrote
    assert all(len(row["rows"]) == 10 and all(each["text"] for each in row["rows"]) for row in rows)
    whole = [cluster_id for block in blocks(page) for cluster_id in block]
    assert whole == [row["id"] for row in rows][: len(whole)]  # the most telling ones keep their articles
    assert 0 < len(whole) < 1000
    assert f"The {len(whole)} most telling of 1000 clusters are here with articles and verdicts" in page


def test_the_most_telling_have_the_largest_spread_where_nothing_is_checked(tmp_path: Path):
    run = api.evaluate(write(tmp_path, 30, 2), results=tmp_path / "results", cache=False)
    page = api.report(run, tmp_path / "report.html").read_text(encoding="utf-8")
    spreads = [abs(row["rows"][0]["score"] - row["rows"][1]["score"]) for row in listed(page)]
    assert spreads == sorted(spreads, reverse=True)


def test_data_that_changed_or_went_away_leaves_a_report_without_articles(tmp_path: Path):
    run = api.evaluate(write(tmp_path, 3, 1), results=tmp_path / "results", cache=False)
    lines = (tmp_path / "clusters.jsonl").read_text().splitlines()
    changed = json.loads(lines[0]) | {"references": ["Another"]}
    (tmp_path / "clusters.jsonl").write_text("\n".join([json.dumps(changed), *lines[1:]]) + "\n")
    page = api.report(run, tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Articles of 1 cluster are not shown: the data have changed since the run." in page
    (tmp_path / "clusters.jsonl").unlink()
    page = api.report(run, tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Articles are not shown: " in page
    assert "clusters.jsonl" in page


def test_primary_and_baseline_rank_and_mark(tmp_path: Path):
    run = api.evaluate(write(tmp_path, 12, 2), results=tmp_path / "results", cache=False)
    page = api.report(run, tmp_path / "report.html", primary="rougeL", baseline="system-1").read_text(encoding="utf-8")
    assert "Ranked by ROUGE-L" in page
    assert re.search(r'system-1\s*<span class="chip">baseline', page)


def test_a_failure_bounds_the_mean(tmp_path: Path):
    config = write(tmp_path, 4, 2)
    lines = (tmp_path / "m1.jsonl").read_text().splitlines()
    (tmp_path / "m1.jsonl").write_text("\n".join(lines[:3]) + "\n")
    (tmp_path / "clusters.jsonl").write_text(
        "".join(
            json.dumps({"id": f"c{at}", "articles": [{"text": "x"}], "references": ["a b"]}) + "\n" for at in range(4)
        )
    )
    for name, text in (("m0", "a b"), ("m1", "a b")):
        rows = [json.dumps({"cluster_id": f"c{at}", "text": text}) for at in range(4 if name == "m0" else 3)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(rows) + "\n")
    run = api.evaluate(config, results=tmp_path / "results", cache=False)
    page = api.report(run, tmp_path / "report.html").read_text(encoding="utf-8")
    # three scored 1, one failed: the mean is 3/4 at the least and 1 at the most
    said = "system-1 failed on 1 of 4 clusters: had these scored 0 or 100, its ROUGE-1 would be between 75.0 and 100.0."
    assert said in page


def test_refuses_names_that_are_none_and_says_what_to_install(
    tmp_path: Path, harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    api.evaluate(write(tmp_path, 2, 1), results=tmp_path / "results", cache=False)
    told = ("report", "size", "--results", tmp_path / "results", "-o", tmp_path / "r.html")
    ended = harness(*told, "--primary", "rogue1")
    assert (ended.code, (tmp_path / "r.html").exists()) == (2, False)
    assert "rouge1" in ended.err
    assert harness(*told, "--baseline", "nobody").code == 2
    ended = harness(*told[:-1], tmp_path / "nowhere" / "r.html")
    assert ended.code == 2
    assert f"there is no folder {tmp_path / 'nowhere'}; accepted: " in ended.err
    monkeypatch.setattr(extras, "missing", lambda *packages: list(packages))
    with pytest.raises(MissingExtraError, match=r"headline-harness\[report\]"):
        api.report("size", tmp_path / "r.html", results=tmp_path / "results")


def test_the_command_writes_the_file_that_it_names(tmp_path: Path, harness: Callable[..., Any]):
    api.evaluate(write(tmp_path, 2, 2), results=tmp_path / "results", cache=False)
    ended = harness("report", "size", "--results", tmp_path / "results", "-o", tmp_path / "r.html")
    assert (ended.code, ended.out) == (0, f"report: {tmp_path / 'r.html'}\n")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert not re.search(r'(src|href)="(?!#)', page)  # loads nothing
