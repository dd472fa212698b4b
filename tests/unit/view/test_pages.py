"""What the viewer's addresses answer: lists, keys that differ, damaged runs, annotations that are refused."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from harness import api
from harness.report.html.document import document
from harness.view.differing import differing
from tests.runs import configuration, manifest, save_run
from tests.unit.view.asking import PORT, Asked

ARTICLES = [{"id": "a", "title": "Dam holds", "text": "The dam at Hollin held on Monday, the mayor said."}]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> api.Run:
    """A finished run of `lead` and `central` on three clusters."""
    folder = tmp_path_factory.mktemp("made")
    rows = [{"id": f"c{at}", "articles": ARTICLES, "references": ["Dam holds"]} for at in range(3)]
    (folder / "clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    data = {"jsonl": {"path": str(folder / "clusters.jsonl")}}
    config = {"name": "dam", "data": data, "models": ["lead", "central"], "metrics": ["rouge"]}
    return api.evaluate(config, results=folder / "results", cache=False)


@pytest.fixture
def results(made: api.Run, tmp_path: Path) -> Path:
    """A results folder of its own with that run."""
    shutil.copytree(made.path.parent, tmp_path / "results")
    return tmp_path / "results"


def test_every_file_that_pages_load_is_there(results: Path, made: api.Run):
    asked = Asked(results)
    for path in ("", f"compare?run={made.path.name}", f"example?run={made.path.name}&id=c1"):
        text = asked(path).text
        loaded = {part.split('"')[0] for part in text.split('="static/')[1:]}
        assert {"report.css", "view.css", "htmx.min.js", "page.js", "icon.svg"} <= loaded
        assert {name: asked(f"static/{name}").status for name in loaded} == dict.fromkeys(loaded, 200)


def test_the_search_takes_name_data_model_date_metric_and_state(tmp_path: Path):
    save_run(tmp_path, manifest("alpha", "0" * 10, days=0))
    save_run(tmp_path, manifest("beta", "1" * 10, days=1, config={"data": {"jsonl": {"path": "news/May.jsonl"}}}))
    save_run(tmp_path, manifest("gamma", "2" * 10, days=40, configurations=(configuration("bart", model="hf"),)))
    save_run(tmp_path, manifest("delta", "3" * 10, days=50, status="failed"))
    asked = Asked(tmp_path)
    expected = {
        "q=alpha": "alpha", "q=may": "beta", "q=BART": "gamma", "q=2026-03-02": "beta", "q=hf": "gamma",
        "state=failed": "delta", "q=length+beta": "beta", "q=jsonl+news": "beta",
    }  # fmt: skip
    for query, name in expected.items():
        text = asked(f"runs?{query}").text
        assert [each for each in ("alpha", "beta", "gamma", "delta") if f">{each}-" in text] == [name], query
    whole = asked("runs").text
    assert sorted(("alpha", "beta", "gamma", "delta"), key=lambda name: whole.index(f">{name}-")) == [
        "delta", "gamma", "beta", "alpha",
    ]  # fmt: skip


def test_a_table_that_has_not_changed_is_not_sent_again(results: Path):
    asked = Asked(results)
    seen = asked("runs").text.split('name="seen" value="')[1].split('"')[0]
    assert asked(f"runs?seen={seen}").status == 204
    assert asked(f"runs?seen={seen}&q=dam").status == 200
    save_run(results, manifest("later"))
    assert ">later-" in asked(f"runs?seen={seen}").text


def test_what_differs_is_listed_key_by_key():
    bart = {beams: configuration("bart", parameters={"beams": beams, "words": 9}) for beams in (4, 8)}
    one = manifest(
        config={"data": {"jsonl": {"path": "a"}}, "limits": {"x": 1}},
        configurations=(bart[4], configuration("lead")),
    )
    two = manifest(
        config={"data": {"jsonl": {"path": "b"}}, "limits": {"x": 1}},
        configurations=(bart[8], configuration("central")),
        data_digest="e" * 16,
    )
    assert differing([one, two]) == [
        ("data.jsonl.path", ("a", "b")),
        ("data digest", ("d" * 16, "e" * 16)),
        ("bart.beams", ("4", "8")),
        ("lead", ("lead", "–")),
        ("central", ("–", "lead")),
    ]
    assert differing([one, one, two])[0] == ("data.jsonl.path", ("a", "a", "b"))
    assert differing([one, one]) == []


BROKEN = {
    "no manifest": lambda run: (run / "manifest.json").unlink(),
    "an empty manifest": lambda run: (run / "manifest.json").write_text(""),
    "half a manifest": lambda run: (run / "manifest.json").write_text((run / "manifest.json").read_text()[:200]),
    "a manifest that is a list": lambda run: (run / "manifest.json").write_text("[]"),
    "a manifest of bytes": lambda run: (run / "manifest.json").write_bytes(b"\xff\x00\x80"),
    "a manifest of a later version": lambda run: (run / "manifest.json").write_text('{"schema_version": 99}'),
    "deep nesting": lambda run: (run / "manifest.json").write_text("[" * 100_000),
    "no clusters": lambda run: (run / "clusters.jsonl").unlink(),
    "no predictions": lambda run: (run / "predictions.jsonl").unlink(),
    "no scores": lambda run: (run / "scores.jsonl").unlink(),
    "scores cut short": lambda run: (run / "scores.jsonl").write_bytes((run / "scores.jsonl").read_bytes()[:300]),
    "predictions that are not JSON": lambda run: (run / "predictions.jsonl").write_text('"c1" not JSON\n' * 3),
    "a folder for a file": lambda run: ((run / "scores.jsonl").unlink(), (run / "scores.jsonl").mkdir()),
    "rows of another kind": lambda run: (run / "scores.jsonl").write_text('{"cluster_id":"c1"}\n'),
    "events of bytes": lambda run: (run / "events.jsonl").write_bytes(b"\xff\xfe\n{}\n"),
}


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("status", ["complete", "interrupted"])
def test_a_damaged_run_is_shown_as_such(results: Path, made: api.Run, broken: str, status: str):
    run = results / made.path.name
    if status != "complete":
        told = json.loads((run / "manifest.json").read_text()) | {"status": status, "files": {}}
        (run / "manifest.json").write_text(json.dumps(told))
    BROKEN[broken](run)
    asked = Asked(results)
    assert f">{run.name}<" in asked("").text
    if status == "complete" and broken != "events of bytes":
        assert "state-damaged" in asked("").text
    for path in ("compare", "ranking", "charts", "progress", "examples"):
        assert asked(f"{path}?run={run.name}").status == 200, path
    for path in ("example", "whole"):
        assert asked(f"{path}?run={run.name}&id=c1").status in (200, 404), path


def test_the_ranking_is_that_of_the_report(results: Path, made: api.Run):
    from harness.report.html.findings import gather

    text = Asked(results)(f"ranking?run={made.path.name}").text
    board = document(gather([made.folder])).split("<tbody>")[1].split("</tbody>")[0]
    assert board in text


def test_articles_that_changed_since_are_not_shown(results: Path, made: api.Run, monkeypatch: pytest.MonkeyPatch):
    asked = Asked(results)
    whole = asked(f"whole?run={made.path.name}&id=c1").json
    assert [article["text"] for article in whole["articles"]] == [ARTICLES[0]["text"]]
    assert whole["notes"] == []
    assert [row["text"] for row in whole["listed"]["rows"]] == [
        made.cluster("c1").predictions[name].text for name in ("lead", "central")
    ]
    file = made.path.parent.parent / "clusters.jsonl"
    text = file.read_text()
    try:
        file.write_text(text.replace("Monday", "Friday"))
        changed = Asked(results)(f"whole?run={made.path.name}&id=c1").json
    finally:
        file.write_text(text)
    assert changed["articles"] == []
    assert changed["notes"] == ["Articles are not shown: the data has changed since the run"]


def body(made: api.Run, **changed: Any) -> dict[str, Any]:
    text = made.cluster("c1").predictions["lead"].text
    return {"runs": [made.path.name], "id": "c1", "at": 0, "text": text, "label": 1, "note": ""} | changed


def test_an_annotation_is_kept(results: Path, made: api.Run):
    asked = Asked(results)
    assert asked.post("annotations", body(made, label=None, note="whose mayor?")).status == 200
    line = json.loads((results / "annotations.jsonl").read_text())
    assert (line["label"], line["note"], line["system"]) == (None, "whose mayor?", "lead")
    assert asked(f"whole?run={made.path.name}&id=c1").json["said"][0]["note"] == "whose mayor?"


@pytest.mark.parametrize(
    "changed",
    [{"label": 2}, {"label": "1"}, {"note": 1}, {"note": "\ud800"}, {"note": "x" * 10_001}, {"at": 9},
     {"at": -1}, {"at": "0"}, {"text": "another"}, {"runs": []}, {"runs": "dam"}, {"runs": ["../dam"]}, {"runs": [1]},
     {"id": "none"}, {"id": None}],
)  # fmt: skip
def test_what_is_no_annotation_is_refused(results: Path, made: api.Run, changed: dict[str, Any]):
    answer = Asked(results).post("annotations", body(made, **changed))
    assert 400 <= answer.status < 500
    assert not (results / "annotations.jsonl").exists()


def test_a_form_of_another_site_is_refused(results: Path, made: api.Run):
    asked = Asked(results)
    sent = json.dumps(body(made)).encode()
    assert asked("annotations", method="POST", body=sent, content_type="text/plain").status == 415
    assert asked("annotations", method="POST", body=b"{", content_type="application/json").status == 400
    assert asked("annotations", method="POST", body=b"[" * 2_000_000, content_type="application/json").status == 413
    assert asked.post("annotations", body(made), origin="http://evil.example").status == 403
    assert not (results / "annotations.jsonl").exists()
    assert asked.post("annotations", body(made), origin=f"http://127.0.0.1:{PORT}").status == 200


def test_a_file_that_cannot_be_written_is_told(results: Path, made: api.Run):
    (results / "annotations.jsonl").mkdir()
    answer = Asked(results).post("annotations", body(made))
    assert answer.status == 503
    assert "annotations.jsonl" in answer.text


def test_no_such_run_or_cluster_is_a_page_that_says_so(results: Path, made: api.Run):
    asked = Asked(results)
    for path in ("compare?run=none", "compare", f"example?run={made.path.name}&id=none", "nothing", "compare?run=.."):
        answer = asked(path, accept="text/html")
        assert answer.status == 404, path
        assert "All runs" in answer.text
    many = "&".join(f"run={number}" for number in range(21))
    assert "at most 20" in asked(f"compare?{many}").text
